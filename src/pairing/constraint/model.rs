//! What the office decides of a household and a helper before any run: that they are a pair, or that
//! they never are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::code_list;
use crate::problem::{Text, words};

code_list! {
    /// What the office decided of a household and a helper.
    pub enum ConstraintKind = "pairing_constraint_kind", "结对约束" {
        Pinned = "pinned", "指定结对", [];
        Forbidden = "forbidden", "禁止结对", [];
        Relative = "relative", "亲属回避", [];
    }
}

/// The helper whom the office wants a household to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    pub(crate) helper: Uuid,
    pub(crate) name: String,
    pub(crate) reason: String,
}

/// Why a household is never given to a helper, whatever the costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Barrier {
    /// The office forbids it, for this reason.
    Forbidden(String),
    /// They are relatives, as the office has noted.
    Relative(String),
    /// The helper stands on the household's own register.
    Register,
}

impl Barrier {
    /// The reason, for messages.
    pub fn words(&self) -> Text {
        match self {
            Self::Forbidden(reason) => words!(
                "禁止结对（{reason}）",
                "the office forbids this pair (“{reason}”)"
            ),
            Self::Relative(reason) => {
                words!("亲属回避（{reason}）", "they are relatives (“{reason}”)")
            }
            Self::Register => words!(
                "本人登记在该户家庭成员中，应当回避",
                "the person stands on this household's own register"
            ),
        }
    }
}

/// The helpers whom a household never has, each with why.
pub type Barriers = BTreeMap<Uuid, Barrier>;
