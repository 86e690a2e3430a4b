//! The columns of a table, and how their cells look.

use std::borrow::Cow;

use rust_xlsxwriter::Format;

use crate::workbook::style;

/// How the cells of a column look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Text on as many lines as it takes.
    Wrapped,
    /// A short text in the middle.
    Centred,
    /// A text in the middle, on as many lines as it takes.
    WrappedCentred,
    /// A number that must stay text, on as many lines as it takes.
    Digits,
    /// A count.
    Whole,
    /// Money in yuan.
    Money,
    /// A percentage.
    Percent,
    /// A day.
    Date,
    /// Left empty for a signature by hand, which makes the row as high as one takes.
    ToSign,
}

impl Look {
    pub(super) fn wraps(self) -> bool {
        matches!(self, Self::Wrapped | Self::WrappedCentred | Self::Digits)
    }

    pub(super) fn format(self) -> Format {
        // `_ ` leaves the width of a space between a number and the line.
        match self {
            Self::Wrapped => style::wrapped(),
            Self::Centred => style::centred(),
            Self::WrappedCentred => style::centred().set_text_wrap(),
            Self::Digits => style::number_as_text().set_text_wrap(),
            Self::Whole => style::integer().set_num_format("#,##0_ "),
            Self::Money => style::money().set_num_format("#,##0.00_ "),
            Self::Percent => style::percent().set_num_format("0.0%_ "),
            Self::Date => style::date(),
            Self::ToSign => style::text(),
        }
    }
}

/// One column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// May have line breaks.
    pub heading: Cow<'static, str>,
    /// Its width in characters.
    pub width: f64,
    /// How its cells look.
    pub look: Look,
    /// Whether the row of sums has its sum.
    pub sum: bool,
}

impl Column {
    /// A column without a sum.
    pub const fn new(heading: &'static str, width: f64, look: Look) -> Self {
        Self {
            heading: Cow::Borrowed(heading),
            width,
            look,
            sum: false,
        }
    }

    /// A column with a sum.
    pub const fn summed(heading: &'static str, width: f64, look: Look) -> Self {
        Self {
            heading: Cow::Borrowed(heading),
            width,
            look,
            sum: true,
        }
    }
}
