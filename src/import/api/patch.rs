//! Changes of what is chosen for an import, as they are sent.

use poem_openapi::Object;
use poem_openapi::types::MaybeUndefined;
use uuid::Uuid;

use crate::roster::choices::{Choices, ColumnChoice, Correction, Decision};

/// Changes of an import (RFC 7396): what is absent stays, `null` clears.
#[derive(Object)]
pub struct ImportPatch {
    /// What is chosen for it.
    choices: MaybeUndefined<ChoicesPatch>,
}

/// Changes of what is chosen for an import; a list replaces the one that was there.
#[derive(Object)]
#[oai(rename = "ImportChoicesPatch")]
struct ChoicesPatch {
    /// The profile by which headings are read.
    profile_id: MaybeUndefined<Uuid>,
    /// Sheets to read; empty for those that the program takes for the roster.
    #[oai(validator(max_items = 100, max_length = 100))]
    sheets: MaybeUndefined<Vec<String>>,
    /// What columns mean whose headings are not known for certain.
    #[oai(validator(max_items = 1000))]
    columns: MaybeUndefined<Vec<ColumnChoice>>,
    /// Contents of cells to read in place of what stands in the file.
    #[oai(validator(max_items = 10000))]
    corrections: MaybeUndefined<Vec<Correction>>,
    /// Answers to the questions that the preview asks.
    #[oai(validator(max_items = 10000))]
    decisions: MaybeUndefined<Vec<Decision>>,
    /// Fields, such as `phone`, whose empty cells clear what the register holds; `*` for every column
    /// that the file has.
    #[oai(validator(max_items = 100, max_length = 100))]
    clear_empty: MaybeUndefined<Vec<String>>,
}

impl ImportPatch {
    /// Makes the changes.
    pub fn apply(self, choices: &mut Choices) {
        fn merge<T>(into: &mut Vec<T>, sent: MaybeUndefined<Vec<T>>) {
            match sent {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => into.clear(),
                MaybeUndefined::Value(value) => *into = value,
            }
        }
        match self.choices {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => *choices = Choices::default(),
            MaybeUndefined::Value(sent) => {
                choices.profile_id = crate::api::merged(sent.profile_id, choices.profile_id);
                merge(&mut choices.sheets, sent.sheets);
                merge(&mut choices.columns, sent.columns);
                merge(&mut choices.corrections, sent.corrections);
                merge(&mut choices.decisions, sent.decisions);
                merge(&mut choices.clear_empty, sent.clear_empty);
            }
        }
    }
}
