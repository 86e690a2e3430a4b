//! What the office decides of a household and a helper before any run: that they are a pair, or that
//! they never are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::code_list;

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
    /// The reason in Chinese, for messages.
    pub fn words(&self) -> String {
        match self {
            Self::Forbidden(reason) => format!("禁止结对（{reason}）"),
            Self::Relative(reason) => format!("亲属回避（{reason}）"),
            Self::Register => "本人登记在该户家庭成员中，应当回避".to_owned(),
        }
    }

    /// The reason in English, for messages.
    pub fn english(&self) -> String {
        match self {
            Self::Forbidden(reason) => format!("the office forbids this pair ({reason})"),
            Self::Relative(reason) => format!("they are relatives ({reason})"),
            Self::Register => "the person stands on this household's own register".to_owned(),
        }
    }
}

/// The helpers whom a household never has, each with why.
pub type Barriers = BTreeMap<Uuid, Barrier>;
