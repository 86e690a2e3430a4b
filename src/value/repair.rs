//! What was read otherwise than it stands: certain repairs, which are made and listed.
//!
//! White space that is dropped is not listed, nor is a number that stands as text.

use chrono::NaiveDate;

use super::digits::whole;
use super::line::Line;
use super::name::Name;
use super::phone::Phone;
use super::text::plain;
use crate::identity::IdentityNumber;
use crate::text::{half_width, squeezed, trimmed, yuan};
use crate::workbook::reader::Cell;

/// A cell that was read otherwise than it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Kind of repair, for programs.
    pub code: &'static str,
    /// What was read; no identity number whole.
    pub read: String,
}

/// Code of the repair of a disability certificate number.
pub const DISABILITY_CERTIFICATE: &str = "disability_certificate";

fn made(code: &'static str, read: impl Into<String>) -> Repair {
    Repair {
        code,
        read: read.into(),
    }
}

/// Whether a cell holds just this text, as nearly every cell does that is asked about.
fn is_text(cell: &Cell<'_>, read: &str) -> bool {
    matches!(cell, Cell::Text(text) if text == read)
}

/// The text of a cell without the white space around it; nothing for other cells than text.
fn typed(cell: &Cell<'_>) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(trimmed(text)),
        _ => None,
    }
}

/// A number that is a name, whose digits were typed in full width or behind an apostrophe.
pub fn number(cell: &Cell<'_>, read: &str) -> Option<Repair> {
    if is_text(cell, read) {
        return None;
    }
    let typed = typed(cell)?;
    let tight: String = typed.split_whitespace().collect();
    (tight != read).then(|| made("number_form", super::mask(read)))
}

/// A telephone number typed in another form, or beside others.
pub fn phone(cell: &Cell<'_>, read: &Phone) -> Option<Repair> {
    match &read.rest {
        Some(rest) => {
            let words = format!("{}”，其余写入备注：“{rest}", read.number);
            Some(made("phone_with_more", super::mask(&words)))
        }
        None => number(cell, &read.number),
    }
}

/// A text of one line without line breaks or spaces that were typed into it.
pub fn line(read: &Line) -> Option<Repair> {
    read.repaired
        .then(|| made("text_form", super::mask(&read.text)))
}

/// A name with its dots as the standard has them.
pub fn name(read: &Name) -> Option<Repair> {
    read.repaired
        .then(|| made("name_form", super::mask(&read.text)))
}

/// An identity number typed in another form, or in a disability certificate's number.
pub fn identity(cell: &Cell<'_>, read: &IdentityNumber) -> Option<Repair> {
    if is_text(cell, read.whole()) {
        return None;
    }
    let typed = typed(cell)?;
    let tight: String = typed.split_whitespace().collect();
    if tight == read.whole() {
        None
    } else if IdentityNumber::tight(&typed).len() > 18 {
        Some(made(DISABILITY_CERTIFICATE, read.masked()))
    } else {
        Some(made("identity_number_form", read.masked()))
    }
}

/// Yes or no; `usual` are the words that need no repair.
pub fn answer(cell: &Cell<'_>, read: bool, usual: &[&str]) -> Option<Repair> {
    let word = if read { "是" } else { "否" };
    if is_text(cell, word) {
        return None;
    }
    match typed(cell) {
        Some(text) if text == word || usual.contains(&text.as_str()) => None,
        _ => Some(made("yes_no_form", word)),
    }
}

/// A date as Excel's day number, or typed in another form than 2026-03-01.
pub fn date(cell: &Cell<'_>, read: NaiveDate) -> Option<Repair> {
    let iso = || read.to_string();
    match cell {
        Cell::Number(number) if *number < 1e6 => Some(made("date_serial", iso())),
        Cell::Text(text) if text.trim() != iso() => Some(made("date_form", iso())),
        _ => None,
    }
}

/// A year; a month behind it, as the national system writes, is nothing to repair.
pub fn year(cell: &Cell<'_>, read: i64) -> Option<Repair> {
    if matches!(cell, Cell::Number(number) if whole(*number) == Some(read)) {
        return None;
    }
    let digits = read.to_string();
    match plain(cell) {
        Ok(text) if text.starts_with(&digits) => None,
        _ => Some(made("year_form", digits)),
    }
}

/// Money in fen.
pub fn money(cell: &Cell<'_>, read: i64) -> Option<Repair> {
    amount(cell, || format!("{} 元", yuan(read)))
}

/// «None», read as the number 0.
pub fn none() -> Repair {
    made("amount_form", "0")
}

/// A whole number.
pub fn integer(cell: &Cell<'_>, read: i64) -> Option<Repair> {
    amount(cell, || read.to_string())
}

/// A number with anything but digits and a decimal point.
fn amount(cell: &Cell<'_>, read: impl Fn() -> String) -> Option<Repair> {
    let Cell::Text(text) = cell else {
        return None;
    };
    let plain = |character: char| matches!(character, '0'..='9' | '.' | '-' | '+' | ' ');
    (!text.chars().all(plain) && !trimmed(text).chars().all(plain))
        .then(|| made("amount_form", read()))
}

/// A value of a code list by another word than its label.
pub fn code(text: &str, label: &str) -> Option<Repair> {
    let same = text == label || squeezed(text) == squeezed(label);
    (!same).then(|| made("code_synonym", label))
}

/// Several values of a code list, some by other words than their labels.
pub fn codes(parts: &[&str], labels: &[&str]) -> Option<Repair> {
    let same = parts
        .iter()
        .zip(labels)
        .all(|(part, label)| part == label || half_width(part) == half_width(label));
    (!same).then(|| made("code_synonym", labels.join("、")))
}
