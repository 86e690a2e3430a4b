//! A person's leaving, coming back and going to another unit.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::code_list;
use crate::household::Household;
use crate::pairing::cost::best_pairs::BestPairs;
use crate::serving::tenure::Tenure;
use crate::staff::model::Staff;

code_list! {
    /// Why a person leaves.
    pub enum DepartureKind = "departure_kind", "离岗原因" {
        Transferred = "transferred", "调离", ["调出", "调走"];
        Retired = "retired", "退休", ["离退休"];
        Resigned = "resigned", "离职", ["辞职"];
        LongLeave = "long_leave", "长期离岗", ["长期请假", "长期病假"];
        Other = "other", "其他原因离岗", [];
    }
}

code_list! {
    /// What becomes of a person's pairings when the person goes to another unit.
    pub enum PairingsChoice = "pairings_choice", "调动时的结对" {
        Keep = "keep", "结对不变", [];
        Reopen = "reopen", "原结对结束，当日重新结对", [];
        End = "end", "结束结对，另行安排", [];
    }
}

/// The households that need another helper since theirs leaves or has left, each with the one who
/// could take it.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// Who leaves or has left.
    pub person: Staff,
    /// What the person assists until then.
    pub assistances: Vec<Tenure>,
    /// The least costly way to give the households to others.
    pub best: BestPairs,
    /// By id; for the names.
    pub households: HashMap<Uuid, Household>,
    /// By id; for the names.
    pub staff: HashMap<Uuid, Staff>,
}

/// A person's leaving.
#[derive(Clone, Debug)]
pub struct Departure {
    pub(crate) kind: DepartureKind,
    /// The day on which the pairings and assistances end; today if not said.
    pub date: Option<NaiveDate>,
    /// More words on it.
    pub remark: Option<String>,
}

/// A person's coming back.
#[derive(Clone, Debug)]
pub struct ComingBack {
    /// The first day of pairings that are taken up again; today if not said.
    pub date: Option<NaiveDate>,
    pub(crate) reason: String,
    /// Whether the households that had this person last and have nobody get the person back.
    pub take_up: bool,
}

/// A person's going to another unit.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The new one.
    pub unit_id: Uuid,
    /// The day on which pairings end or begin; today if not said.
    pub date: Option<NaiveDate>,
    pub(crate) reason: String,
    /// What becomes of the pairings.
    pub pairings: PairingsChoice,
}

/// `退休：2026 年底`.
pub(super) fn in_words(what: &str, remark: Option<&str>) -> String {
    match remark {
        None | Some("") => what.to_owned(),
        Some(remark) => format!("{what}：{remark}"),
    }
}
