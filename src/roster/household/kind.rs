//! 户类型 of exports since 2021, and what it says of 脱贫属性, of which they have no column.

use serde::{Deserialize, Serialize};

use crate::code_list::CodeList;
use crate::household::{Category, PovertyStatus};
use crate::text::squeezed;

/// What kind of household it is by 户类型: one of 贫困户属性, or a farming household that never was on
/// the register of the poor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HouseholdKind {
    /// 一般户: it may be watched, but it was never lifted, for it was never poor by the register.
    Ordinary,
    /// 监测户: it is watched, and this column does not say as what.
    Watched,
    /// As in 贫困户属性.
    Of(Category),
}

const WATCHED: &str = "监测户";
const WATCHED_TOO: [&str; 4] = [
    "监测对象",
    "易返贫致贫户",
    "易返贫致贫户(监测对象)",
    "防返贫监测户",
];
const ORDINARY: &str = "一般户";
const ORDINARY_TOO: [&str; 4] = ["一般农户", "普通农户", "普通户", "非贫困户"];

impl HouseholdKind {
    /// What may stand in its column.
    pub fn labels() -> Vec<&'static str> {
        let mut labels = Category::labels();
        labels.extend([WATCHED, ORDINARY]);
        labels
    }

    /// The kind that a text says.
    pub fn recognise(text: &str) -> Option<Self> {
        if let Some(category) = Category::recognise(text) {
            return Some(Self::Of(category));
        }
        let tight = squeezed(text);
        let is_ordinary = tight == ORDINARY || ORDINARY_TOO.contains(&tight.as_str());
        let is_watched = tight == WATCHED || WATCHED_TOO.contains(&tight.as_str());
        if is_ordinary {
            Some(Self::Ordinary)
        } else {
            is_watched.then_some(Self::Watched)
        }
    }

    /// Its word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ordinary => ORDINARY,
            Self::Watched => WATCHED,
            Self::Of(category) => category.label(),
        }
    }

    /// The category that it is; an ordinary household has none, and of a watched one it is not said.
    pub fn category(self) -> Option<Category> {
        match self {
            Self::Ordinary | Self::Watched => None,
            Self::Of(category) => Some(category),
        }
    }
}

/// 脱贫属性 where no column says it, by 户类型 (or 贫困户属性) and 监测对象类型; nothing where that is
/// not certain.
///
/// Whoever is a lifted household (脱贫户), or watched as one that may fall back (脱贫不稳定户), is lifted,
/// whether or not the risk is gone, and goes on with the policies: they last through the years of
/// transition. Of an ordinary household that is watched (边缘易致贫户) nobody has said that it is poor, nor
/// that it is lifted: that is for people to say. So it is where the columns contradict each other.
pub fn derived_status(
    kind: Option<HouseholdKind>,
    monitored: Option<Category>,
) -> Option<PovertyStatus> {
    let lifted = [Category::LiftedHousehold, Category::UnstableLifted];
    let category = kind.and_then(HouseholdKind::category);
    let is_lifted = |category: Category| lifted.contains(&category);
    let never_lifted = kind == Some(HouseholdKind::Ordinary)
        || category.is_some_and(|it| !is_lifted(it) && it != Category::SuddenHardship)
        || monitored == Some(Category::EdgePoverty);
    let says_lifted = [category, monitored].into_iter().flatten().any(is_lifted);
    (says_lifted && !never_lifted).then_some(PovertyStatus::LiftedWithPolicy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certain_is_derived() {
        let lifted = Some(PovertyStatus::LiftedWithPolicy);
        for (kind, monitored, wanted) in [
            ("脱贫户", None, lifted),
            ("脱贫户", Some(Category::UnstableLifted), lifted),
            ("脱贫户", Some(Category::SuddenHardship), lifted),
            ("脱贫不稳定户", None, lifted),
            ("突发严重困难户", Some(Category::UnstableLifted), lifted),
            ("", Some(Category::UnstableLifted), lifted),
            ("一般户", None, None),
            ("一般户", Some(Category::EdgePoverty), None),
            ("一般户", Some(Category::UnstableLifted), None),
            ("脱贫户", Some(Category::EdgePoverty), None),
            ("边缘易致贫户", None, None),
            ("突发严重困难户", None, None),
            ("低保户", None, None),
            ("脱贫监测户", None, lifted),
            ("脱贫户、监测户", None, lifted),
            ("脱贫户(享受政策)", None, lifted),
            ("监测户", None, None),
            ("易返贫致贫户", None, None),
            ("监测户", Some(Category::UnstableLifted), lifted),
            ("", None, None),
        ] {
            let given = HouseholdKind::recognise(kind);
            assert_eq!(given.is_some(), !kind.is_empty(), "{kind}");
            assert_eq!(
                derived_status(given, monitored),
                wanted,
                "{kind} {monitored:?}"
            );
        }
    }
}
