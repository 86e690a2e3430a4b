//! What is wrong with a row of a list.

use crate::household::rule::Severity;
use crate::roster::pairs::PairRow;
use crate::value::Refusal;

/// What is wrong with a row, boxed, since most rows have nothing.
#[derive(Clone, Debug)]
pub(super) struct Wrong(pub(super) Box<WrongCell>);

#[derive(Clone, Debug)]
pub(super) struct WrongCell {
    /// Of the column.
    pub(super) field: &'static str,
    /// What stands there.
    pub(super) value: String,
    /// Why it cannot be.
    pub(super) refusal: Refusal,
    /// How bad it is.
    pub(super) severity: Severity,
}

pub(super) fn wrong(field: &'static str, value: impl Into<String>, refusal: Refusal) -> Wrong {
    Wrong(Box::new(WrongCell {
        field,
        value: value.into(),
        refusal,
        severity: Severity::Error,
    }))
}

impl Wrong {
    pub(super) fn of(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }
}

/// The cell by which a row names its household.
pub(super) fn household_field(row: &PairRow) -> (&'static str, String) {
    match (&row.household_number, &row.head_identity) {
        (Some(number), _) => ("household_number", number.clone()),
        (None, Some(identity)) => ("head_identity", identity.masked()),
        (None, None) => ("head_name", row.head_name.clone()),
    }
}

/// The cell by which a row names its helper.
pub(super) fn helper_field(row: &PairRow) -> (&'static str, String) {
    match (&row.staff_number, &row.staff_identity) {
        (Some(number), _) => ("staff_number", number.clone()),
        (None, Some(identity)) => ("staff_identity", identity.masked()),
        (None, None) => ("helper", row.helper.clone()),
    }
}
