//! Why a change of names cannot be made, or taken back.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::model::Locality;
use crate::problem::{Problem, Text};

/// Why a change of names cannot be made, or taken back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenamingError {
    #[error("新名称与原名称相同，请核对")]
    SameName,
    #[error("村更名须写明新的村名；整镇更名则两处都不填村名")]
    KindsDiffer,
    #[error("登记中没有“{}”，请核对名称", .0.words())]
    NoSuchPlace(Locality),
    #[error("登记中没有单位“{0}”，不能并入；如是更名，请不要选择合并")]
    NoSuchUnit(String),
    #[error("登记中已有“{0}”；如果两者合并，请选择合并，否则请换一个名称")]
    NameTaken(String),
    #[error("登记中没有“{0}”，不能并入；如是更名，请不要选择合并")]
    NothingToJoin(String),
    #[error("两镇都有同名的村：{}。请先把其中的村更名，再合并镇", .0.join("、"))]
    VillagesCollide(Vec<String>),
    #[error("日期 {0} 晚于今天，请填写已经生效的日期")]
    InFuture(NaiveDate),
    #[error("日期 {0} 过早，请核对生效日期")]
    TooEarly(NaiveDate),
    #[error("新名称有误：{}", .words.zh)]
    BadName {
        /// Why, and what to do.
        words: Text,
        /// Where it was sent.
        pointer: &'static str,
    },
    #[error("此次更名已经撤销")]
    AlreadyUndone,
    #[error("“{name}”以后又有更名或合并（{}），请先撤销后来的一次", .later.zh)]
    RenamedSince {
        /// What cannot be taken back, as it is called since.
        name: String,
        /// The later change, in words.
        later: Text,
    },
}

impl RenamingError {
    /// Why two towns with these villages cannot become one: nobody could tell the households of two villages of
    /// one name apart.
    pub fn of_villages(old: &BTreeSet<String>, new: &BTreeSet<String>) -> Option<Self> {
        let shared: Vec<_> = old.intersection(new).cloned().collect();
        (!shared.is_empty()).then_some(Self::VillagesCollide(shared))
    }
}

impl From<RenamingError> for Problem {
    fn from(error: RenamingError) -> Self {
        use RenamingError as E;
        let zh = error.to_string();
        match error {
            E::SameName => {
                Self::invalid("same_name", zh, "the new name is the old one; check both")
            }
            E::KindsDiffer => Self::invalid(
                "renaming_kinds_differ",
                zh,
                "of a village give the new name of the village; of a town give no village at all",
            )
            .at("/new_village"),
            E::NoSuchPlace(place) => Self::invalid(
                "no_such_place",
                zh,
                format!("the register has no “{}”; check the names", place.words()),
            )
            .at(if place.village.is_some() { "/village" } else { "/town" }),
            E::NoSuchUnit(name) | E::NothingToJoin(name) => Self::invalid(
                "nothing_to_join",
                zh,
                format!(
                    "the register has no “{name}” to become part of; leave `merge` out for a new name"
                ),
            )
            .at("/merge"),
            E::NameTaken(name) => Self::conflict(
                "name_taken",
                zh,
                format!(
                    "the register has “{name}” already; send `merge` if the two become one, or choose another name"
                ),
            ),
            E::VillagesCollide(names) => Self::conflict(
                "villages_collide",
                zh,
                format!(
                    "both towns have villages of the same name ({}); rename those first",
                    Text::quoted(&names).en
                ),
            ),
            E::InFuture(day) => Self::invalid(
                "date_in_future",
                zh,
                format!("{day} is after today; give the day from which it holds"),
            )
            .at("/effective_on"),
            E::TooEarly(day) => Self::invalid(
                "date_too_early",
                zh,
                format!("{day} is long before any programme; check the day"),
            )
            .at("/effective_on"),
            E::BadName { words, pointer } => Self::invalid(
                "name_invalid",
                zh,
                format!("the new name is wrong: {}", words.en),
            )
            .at(pointer),
            E::AlreadyUndone => {
                Self::conflict("already_undone", zh, "this change of names has been undone")
            }
            E::RenamedSince { name, later } => Self::conflict(
                "renamed_since",
                zh,
                format!(
                    "“{name}” has got another name or become part of another since ({}); undo that change first",
                    later.en
                ),
            ),
        }
    }
}
