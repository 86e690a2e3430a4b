//! What people choose for an import after they have seen its preview: they are kept with it, and the
//! file is read and checked again with them.

use std::collections::HashMap;

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use crate::codes::{ImportAnswer, LeaveAnswer};

/// Choices for one import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportChoices", skip_serializing_if_is_none)]
#[serde(default)]
pub struct Choices {
    /// The profile by which headings are read; without one, any that has just the file's headings.
    pub profile_id: Option<Uuid>,
    /// Sheets to read; empty for those that the program takes for the roster.
    #[oai(default, validator(max_items = 100))]
    pub sheets: Vec<String>,
    /// What columns mean whose headings are not known for certain.
    #[oai(default, validator(max_items = 1000))]
    pub columns: Vec<ColumnChoice>,
    /// Contents of cells to read in place of what stands in the file.
    #[oai(default, validator(max_items = 10000))]
    pub corrections: Vec<Correction>,
    /// Answers to the questions that the preview asks.
    #[oai(default, validator(max_items = 10000))]
    pub decisions: Vec<Decision>,
    /// Fields, such as `phone`, whose empty cells clear what the register holds; `*` for every column
    /// that the file has. Without them an empty cell leaves the register as it is.
    #[oai(default, validator(max_items = 100, max_length = 100))]
    pub clear_empty: Vec<String>,
}

/// What a column means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportColumnChoice", skip_serializing_if_is_none)]
pub struct ColumnChoice {
    /// The heading as the preview shows it.
    #[oai(validator(max_length = 200))]
    pub heading: String,
    /// The field that it fills, such as `identity_number`; nothing to leave the column out.
    #[oai(validator(max_length = 100))]
    pub field: Option<String>,
}

/// Another content for a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportCorrection")]
pub struct Correction {
    /// The sheet.
    #[oai(validator(max_length = 100))]
    pub sheet: String,
    /// Address of the cell, such as `J12`.
    #[oai(validator(max_length = 20))]
    pub cell: String,
    /// What is to be read there.
    #[oai(validator(max_length = 2000))]
    pub value: String,
}

/// The answer to a question of the preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportDecision", skip_serializing_if_is_none)]
pub struct Decision {
    /// Key of the conflict, or a kind of conflict for all of its kind; of members who are not in the
    /// roster also `left:` and the id of their household, for all of them.
    #[oai(validator(max_length = 200))]
    pub conflict: String,
    /// True to do what the conflict proposes, false to leave its households out of the import.
    pub accept: bool,
    /// One of the conflict's `answers`, where it has any (with `accept` true). A conflict about members who
    /// are not in the roster is open until one is chosen; of the others `accept` alone chooses the first.
    #[serde(default)]
    pub answer: Option<ImportAnswer>,
    /// Of names that may be one place: which of the conflict's `names` stands, if not the first.
    #[oai(validator(max_length = 100))]
    #[serde(default)]
    pub name: Option<String>,
}

/// What was decided of a question that takes one of several answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Nothing yet.
    Open,
    /// What it is about is left out of the import.
    Refused,
    /// This answer, with the name that was chosen beside it.
    Given(ImportAnswer, Option<String>),
}

impl Decided {
    /// Whether it was accepted or refused.
    pub fn accepted(&self) -> Option<bool> {
        match self {
            Self::Open => None,
            Self::Refused => Some(false),
            Self::Given(..) => Some(true),
        }
    }

    /// The answer that was given.
    pub fn answer(&self) -> Option<ImportAnswer> {
        match self {
            Self::Given(answer, _) => Some(*answer),
            _ => None,
        }
    }

    /// Whether it is this answer.
    pub fn is(&self, answer: ImportAnswer) -> bool {
        self.answer() == Some(answer)
    }
}

impl Choices {
    /// What was decided of a conflict: by its key, else by its kind.
    pub fn decision(&self, key: &str, kind: &str) -> Option<bool> {
        let of = |name: &str| {
            let mut decisions = self.decisions.iter().rev();
            decisions.find(|decision| decision.conflict == name)
        };
        of(key).or_else(|| of(kind)).map(|decision| decision.accept)
    }

    /// What was decided of a question that takes these answers, of which the first is what it proposes: by its
    /// key, else by its kind. Another question's answer answers nothing.
    pub fn decided(&self, key: &str, kind: &str, answers: &[ImportAnswer]) -> Decided {
        let of = |name: &str| {
            let mut decisions = self.decisions.iter().rev();
            decisions.find(|decision| decision.conflict == name)
        };
        let Some(decision) = of(key).or_else(|| of(kind)) else {
            return Decided::Open;
        };
        if !decision.accept {
            return Decided::Refused;
        }
        let answer = decision.answer.or_else(|| answers.first().copied());
        match answer.filter(|answer| answers.contains(answer)) {
            Some(answer) => Decided::Given(answer, decision.name.clone()),
            None => Decided::Open,
        }
    }

    /// The decisions by their names, the last of each name: to look up many questions.
    pub fn decisions_by_name(&self) -> HashMap<&str, &Decision> {
        let named = self.decisions.iter();
        named.map(|it| (it.conflict.as_str(), it)).collect()
    }

    /// Whether an empty cell of a field clears what the register holds.
    pub fn clears(&self, field: &str) -> bool {
        self.clear_empty.iter().any(|it| it == field || it == "*")
    }
}
