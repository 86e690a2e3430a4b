//! What would become of households by a list of pairs.

use chrono::NaiveDate;
use sqlx::FromRow;
use uuid::Uuid;

use crate::codes::Action;
use crate::db::Json;
use crate::roster::pair_list::ListedPair;

/// What a row makes of its household.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Pair {
    /// The household.
    pub household_id: Uuid,
    /// Who is, or becomes, responsible for it.
    pub staff_id: Uuid,
    /// From which day on.
    pub from_date: NaiveDate,
    /// `new`, or `unchanged` for a pair that holds already.
    pub action: Action,
}

/// A row that can be taken in. Of rows with errors nothing is staged: they are among the problems.
#[derive(Clone, Debug, FromRow)]
pub struct StagedPair {
    /// What it makes of its household.
    #[sqlx(flatten)]
    pub pair: Pair,
    /// Where it stands in the file, such as `结对表!12`.
    pub place: String,
    /// What it says, by which it is checked once more.
    pub said: Json<ListedPair>,
}

/// What a list comes to.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// The rows that can be taken in, in their order.
    pub staged: Vec<StagedPair>,
    /// How many rows have errors.
    pub left_out: i64,
}

/// A row of an import as it is shown.
#[derive(Clone, Debug, FromRow)]
pub struct Entry {
    /// Its place among those of the import, from 0.
    pub position: i64,
    /// What it makes of its household.
    #[sqlx(flatten)]
    pub pair: Pair,
    /// Where it stands in the file.
    pub place: String,
    /// 户编号.
    pub number: Option<String>,
    /// 户主姓名; nothing if the household is no longer on the register.
    pub head_name: Option<String>,
    /// 镇.
    pub town: Option<String>,
    /// 村.
    pub village: Option<String>,
    /// Name of the helper; nothing if they are no longer on the register.
    pub helper_name: Option<String>,
}
