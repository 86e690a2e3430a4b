//! What is known of a field of a record: which private data it holds, and the words of its codes. Which
//! fields a record has stands in a table beside it: `household/field.rs`, `staff/field.rs`.

use super::Kind;
use crate::code_list::Labelled;
use crate::problem::Text;

/// A field of a record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    name: &'static str,
    /// Which private data it holds.
    pub private: Option<Kind>,
    /// The label of a code that it holds.
    pub label_of: fn(&str) -> Option<Text>,
}

impl Field {
    /// A field that holds values of this type, and that everybody may see.
    pub const fn of<T: Labelled>(name: &'static str) -> Self {
        Self {
            name,
            private: None,
            label_of: T::label_of,
        }
    }

    /// The same field, which holds private data.
    #[must_use]
    pub const fn private(mut self, kind: Kind) -> Self {
        self.private = Some(kind);
        self
    }

    /// The field of this name in a table.
    pub fn named(table: &'static [Self], name: &str) -> Option<&'static Self> {
        table.iter().find(|field| field.name == name)
    }
}
