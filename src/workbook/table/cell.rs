//! What one cell of a table holds, and how it is shown to its reader.

use std::borrow::Cow;

use chrono::NaiveDate;

/// How texts are shown to those for whom a workbook is made. The rooms above know who may see what;
/// every text of a table is given to this before it is written, so that no sheet can forget it.
pub trait Reader {
    /// A text that people wrote: a name, a remark, a title with a name in it.
    fn text<'a>(&self, text: &'a str) -> Cow<'a, str>;
    /// The name of a unit, a post or a code: words in it are about no person.
    fn label<'a>(&self, label: &'a str) -> Cow<'a, str>;
    /// A number that a register gives, such as 户编号.
    fn register_number<'a>(&self, number: &'a str) -> Cow<'a, str>;
    /// The telephone number of a person of the staff.
    fn staff_telephone<'a>(&self, number: &'a str) -> Cow<'a, str>;
}

/// What one cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Text, which stays text whatever it begins with.
    Text(Cow<'a, str>),
    /// The name of a unit, a post or a code.
    Label(&'a str),
    /// A number that a register gives, such as 户编号.
    RegisterNumber(&'a str),
    /// The telephone number of a person of the staff.
    StaffTelephone(&'a str),
    /// A count.
    Whole(i64),
    /// Money, in fen; shown in yuan.
    Fen(i64),
    /// A share, from 0 to 1; shown as a percentage.
    Share(f64),
    /// A day, shown as a date.
    Day(NaiveDate),
    /// Nothing.
    Empty,
}

impl<'a> Cell<'a> {
    /// For texts of any kind, also owned ones.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// Text, or nothing.
    pub fn text_or_empty(text: Option<&'a str>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    /// The name of a unit, a post or a code, or nothing.
    pub fn label_or_empty(label: Option<&'a str>) -> Self {
        label.map_or(Self::Empty, Self::Label)
    }

    /// A number that a register gives, or nothing.
    pub fn register_number_or_empty(number: Option<&'a str>) -> Self {
        number.map_or(Self::Empty, Self::RegisterNumber)
    }

    /// The telephone number of a person of the staff, or nothing.
    pub fn staff_telephone_or_empty(number: Option<&'a str>) -> Self {
        number.map_or(Self::Empty, Self::StaffTelephone)
    }

    /// The cell as the reader may see it: what is text is plain text then.
    pub(super) fn shown_to(&self, reader: &dyn Reader) -> Cell<'_> {
        match self {
            Self::Text(text) => Cell::Text(reader.text(text)),
            Self::Label(label) => Cell::Text(reader.label(label)),
            Self::RegisterNumber(number) => Cell::Text(reader.register_number(number)),
            Self::StaffTelephone(number) => Cell::Text(reader.staff_telephone(number)),
            other => other.clone(),
        }
    }

    /// A day, or nothing.
    pub fn day_or_empty(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }

    /// Money, or nothing.
    pub fn fen_or_empty(fen: Option<i64>) -> Self {
        fen.map_or(Self::Empty, Self::Fen)
    }
}

/// Excel's numbers are floats; ours are far below 2^53, where these are exact.
#[allow(
    clippy::cast_precision_loss,
    reason = "counts and amounts are far below 2^53"
)]
pub fn number_of(number: i64) -> f64 {
    number as f64
}

/// For Excel, whose numbers are floats.
pub fn yuan(fen: i64) -> f64 {
    number_of(fen) / 100.0
}

/// `part` of `whole`; nothing of nothing.
pub fn share<'a>(part: i64, whole: i64) -> Cell<'a> {
    if whole == 0 {
        Cell::Empty
    } else {
        Cell::Share(number_of(part) / number_of(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_nothing_is_no_share() {
        assert_eq!(share(0, 0), Cell::Empty);
        assert_eq!(share(1, 4), Cell::Share(0.25));
    }
}
