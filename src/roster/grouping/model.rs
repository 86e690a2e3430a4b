//! What a roster of households is read into.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::area_tally::NamedArea;
use super::unsaid::Unsaid;
use crate::household::IdentityNumber;
use crate::household::model::HouseholdFacts;
use crate::roster::layout::Spoken;
use crate::roster::packed_list::PackedList;
use crate::roster::question::FileQuestion;
use crate::roster::report::{Place, SheetReport};

/// A household as the roster gives it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadHousehold {
    /// What the rows say of it, checked and completed.
    pub facts: HouseholdFacts,
    /// Where each member stands.
    pub places: Vec<Place>,
    /// Where the household stands first.
    pub place: Place,
    /// Whether anything at its rows, or of it as a whole, is an error.
    pub has_errors: bool,
    /// Whether the roster lists the members; else the head is the only one that is known.
    pub members_listed: bool,
    /// 家庭人口, where the rows list the members and state it.
    pub size: Option<StatedSize>,
    /// How much its cells say of 脱贫属性.
    pub status_detail: StatusDetail,
    /// The row that says something of 脱贫年度 and 脱贫属性 that breaks a rule, unless the register knows more.
    pub year_doubt: Option<Place>,
    /// Whether a cell says 备注; else what stands there was made of other cells.
    pub remark_said: bool,
    /// What only the register can say.
    pub unsaid: Unsaid,
    /// The head as the rows name them, if none of the rows is the head's.
    pub said_head: Option<SaidHead>,
    /// Whether the head's row has been left out, since the head has left the register: what the others are to the
    /// head says the register.
    pub head_left_out: bool,
}

/// 家庭人口 as a row states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedSize {
    /// How many.
    pub members: i64,
    /// The row.
    pub place: Place,
}

/// A head whom rows name that are others'.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidHead {
    /// 户主姓名.
    pub name: Option<String>,
    /// 户主证件号码.
    pub identity: Option<IdentityNumber>,
}

/// How much the cells of a household say of 脱贫属性.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatusDetail {
    /// All of it.
    Whole,
    /// Whether it is lifted, and neither with which policies, nor whether it has fallen back.
    Vague,
    /// Nothing: it follows from other columns, or from nothing at all.
    Nothing,
}

/// A roster of households, read.
#[derive(Clone)]
pub struct HouseholdRoster {
    /// All sheets of the file.
    pub sheets: Vec<SheetReport>,
    /// The fields of which it has columns.
    pub spoken: Spoken,
    /// Rows with content.
    pub rows: i64,
    /// The households, in the order of their first rows.
    pub households: PackedList<ReadHousehold>,
    /// The villages that it names.
    pub areas: Vec<NamedArea>,
    /// What must be asked of the file as a whole.
    pub questions: Vec<FileQuestion>,
}

/// What the checks of a roster depend on.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The day of the check, in China.
    pub today: NaiveDate,
    /// The year's income line a head, in fen.
    pub line_fen: i64,
}
