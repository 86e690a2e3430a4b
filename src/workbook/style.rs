//! How our workbooks look: fonts, borders and number formats, one place for the templates and the
//! reports, so that all sheets of the office look alike.
//!
//! Every function gives a [`Format`] that a sheet writes cells with; text is written by
//! `write_string*`, which never makes a formula of it.

use chrono::{NaiveDate, NaiveTime};
use rust_xlsxwriter::{Color, DocProperties, Format, FormatAlign, FormatBorder};

/// Text of cells. 宋体 and 黑体 are on every Chinese desktop, and have look-alikes elsewhere.
pub const FONT: &str = "宋体";
/// Titles and headings.
pub const HEADING_FONT: &str = "黑体";
/// Shade of headings.
pub const HEADING_SHADE: Color = Color::RGB(0x00DD_E7F0);
/// Shade of headings of columns that must be filled in.
pub const REQUIRED_SHADE: Color = Color::RGB(0x00FB_E3D6);
/// Lines between cells.
pub const LINE: Color = Color::RGB(0x009A_A5B1);
/// Text that explains.
pub const QUIET: Color = Color::RGB(0x005F_6B76);

fn base() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(10.5)
        .set_align(FormatAlign::VerticalCenter)
}

fn bordered() -> Format {
    base().set_border(FormatBorder::Thin).set_border_color(LINE)
}

/// The title over a sheet.
pub fn title() -> Format {
    base()
        .set_font_name(HEADING_FONT)
        .set_font_size(16)
        .set_align(FormatAlign::Center)
}

/// The line under a title: who, when, in which unit of money.
pub fn subtitle() -> Format {
    base().set_font_color(QUIET)
}

/// A column's heading.
pub fn heading() -> Format {
    bordered()
        .set_font_name(HEADING_FONT)
        .set_background_color(HEADING_SHADE)
        .set_align(FormatAlign::Center)
        .set_text_wrap()
}

/// The heading of a column that must be filled in.
pub fn required_heading() -> Format {
    heading().set_background_color(REQUIRED_SHADE)
}

pub fn text() -> Format {
    bordered()
}

/// Text that may take several lines.
pub fn wrapped() -> Format {
    bordered().set_text_wrap()
}

/// A short text in the middle of its cell: a code, a mark.
pub fn centred() -> Format {
    bordered().set_align(FormatAlign::Center)
}

/// A cell whose number-like content must stay text: identity numbers, telephone numbers.
pub fn number_as_text() -> Format {
    bordered().set_num_format("@")
}

/// Cells that are there to be filled in, without lines around them.
pub fn to_fill_in(number_format: &str) -> Format {
    base().set_num_format(number_format)
}

/// A whole number.
pub fn integer() -> Format {
    bordered().set_num_format("#,##0")
}

/// Money in yuan.
pub fn money() -> Format {
    bordered().set_num_format("#,##0.00")
}

/// A share, as a percentage.
pub fn percent() -> Format {
    bordered().set_num_format("0.0%")
}

pub fn date() -> Format {
    bordered()
        .set_num_format("yyyy-mm-dd")
        .set_align(FormatAlign::Center)
}

/// A row of sums: give it the number format of its column.
pub fn total(column: &Format) -> Format {
    column
        .clone()
        .set_bold()
        .set_background_color(HEADING_SHADE)
}

/// Text that explains, without lines around it.
pub fn note() -> Format {
    base().set_font_color(QUIET).set_text_wrap()
}

/// Text without lines around it, such as the line below a table on which people sign for it.
pub fn unlined() -> Format {
    base()
}

/// Text of a page of explanations.
pub fn paragraph() -> Format {
    base().set_text_wrap().set_align(FormatAlign::Top)
}

/// What the file says of itself. `created` is given so that the same content is the same bytes.
pub fn properties(title: &str, created: NaiveDate) -> DocProperties {
    DocProperties::new()
        .set_title(title)
        .set_author("牵手 Qianshou")
        .set_creation_datetime(&created.and_time(NaiveTime::MIN))
}
