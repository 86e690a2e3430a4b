//! The cells of a sheet, one by one. What a cell holds is what Excel shows in it; what Excel could not
//! show either is told as such, at that cell.

use std::borrow::Cow;
use std::io::Read;

use quick_xml::events::{BytesStart, Event};

use super::super::error::ReadError;
use super::super::escape;
use super::super::excel::{Placed, day_of, iso_day};
use super::super::number_format::Shown;
use super::super::source::Cell;
use super::book::Workbook;
use super::xml::{Xml, attributes, ended};

/// Reads the cells of a sheet.
pub struct Cells<'b, P> {
    xml: Xml<P>,
    book: &'b Workbook,
    /// The present row, from 1, and the next column.
    row: u32,
    column: u32,
    /// What stands in the present cell.
    text: String,
    /// Whether a cell had a text, so that not all of them are lost with the part that holds them.
    has_text: bool,
}

/// What a cell says of itself.
#[derive(Clone, Copy)]
struct Head {
    row: u32,
    column: u32,
    style: usize,
    kind: Kind,
}

/// The type of a cell's value.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Without a type, or of one that we do not know.
    Number,
    /// The number of a shared text.
    Shared,
    /// A text of its own, or the result of a formula.
    Text,
    Bool,
    Error,
    Date,
}

/// What stands in a cell.
enum Inner {
    Value,
    /// A text of the cell's own, in the element of this name.
    Own(&'static str),
    Formula,
}

/// What was found in a cell.
#[derive(Default)]
struct Found {
    formula: bool,
    /// A `v`, though it may be empty.
    value: bool,
    /// A text of the cell's own.
    own: bool,
}

impl<'b, P: Read> Cells<'b, P> {
    /// The cells of a sheet in a part. What stands before its rows is passed over, its dimension too, which
    /// many programs write wrongly.
    pub fn of(part: P, book: &'b Workbook) -> Result<Self, ReadError> {
        let mut xml = Xml::of(part);
        loop {
            match xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "sheetData" => break,
                // A sheet without rows has ended before it begins.
                Event::Empty(tag) if tag.local_name().as_ref() == "sheetData" => {
                    return Ok(Self::new(xml, book));
                }
                Event::Eof => return Err(ReadError::broken("工作表没有内容")),
                _ => {}
            }
        }
        Ok(Self::new(xml, book))
    }

    fn new(xml: Xml<P>, book: &'b Workbook) -> Self {
        Self {
            xml,
            book,
            row: 0,
            column: 0,
            text: String::with_capacity(64),
            has_text: false,
        }
    }

    /// The next cell; its content is nothing if it is empty.
    pub fn next(&mut self) -> Result<Option<Placed<'b>>, ReadError> {
        loop {
            let head = match self.xml.next()? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "c" => head(&tag, self.row, self.column),
                    "row" => {
                        self.row = row(&tag, self.row);
                        self.column = 0;
                        continue;
                    }
                    _ => continue,
                },
                Event::Empty(tag) => {
                    match tag.local_name().as_ref() {
                        "c" => self.column = head(&tag, self.row, self.column).column + 1,
                        "row" => self.row = row(&tag, self.row),
                        _ => {}
                    }
                    continue;
                }
                Event::End(tag) if tag.local_name().as_ref() == "sheetData" => return Ok(None),
                Event::End(tag) if tag.local_name().as_ref() == "worksheet" => return Ok(None),
                Event::Eof => return Err(ended()),
                _ => continue,
            };
            self.column = head.column + 1;
            let found = self.find()?;
            let content = self.content(head, &found)?;
            self.has_text |= matches!(content, Some(Cell::Text(_)));
            return Ok(Some((head.row, head.column, content)));
        }
    }

    /// Reads a cell that has begun to its end; its text or value is in `self.text`.
    fn find(&mut self) -> Result<Found, ReadError> {
        let mut found = Found::default();
        self.text.clear();
        loop {
            let inner = match self.xml.next()? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "v" => Inner::Value,
                    "is" => Inner::Own("is"),
                    "t" => Inner::Own("t"),
                    "f" => Inner::Formula,
                    _ => continue,
                },
                Event::Empty(tag) => {
                    match tag.local_name().as_ref() {
                        "v" => found.value = true,
                        "f" => found.formula = true,
                        _ => {}
                    }
                    continue;
                }
                Event::End(tag) if tag.local_name().as_ref() == "c" => return Ok(found),
                Event::Eof => return Err(ended()),
                _ => continue,
            };
            match inner {
                Inner::Value if found.own => self.xml.skip("v")?,
                Inner::Value => {
                    found.value = true;
                    self.text.clear();
                    self.xml.text("v", &mut self.text)?;
                }
                Inner::Own(element) => {
                    // A value beside an empty text is what some programs mean.
                    let value = std::mem::take(&mut self.text);
                    match element {
                        "is" => self.xml.rich_text("is", &mut self.text)?,
                        _ => self.xml.text(element, &mut self.text)?,
                    }
                    found.own = !self.text.is_empty();
                    if !found.own {
                        self.text = value;
                    }
                }
                Inner::Formula => {
                    found.formula = true;
                    self.xml.skip("f")?;
                }
            }
        }
    }

    fn content(&self, head: Head, found: &Found) -> Result<Option<Cell<'b>>, ReadError> {
        let text = self.text.as_str();
        if found.own || head.kind == Kind::Text {
            // A formula may give an empty text; without a value it has given nothing.
            if found.formula && !found.value && text.is_empty() {
                return Ok(Some(Cell::Uncalculated));
            }
            let text = escape::decoded(Cow::Borrowed(text)).into_owned();
            return Ok(Some(self.text(Cow::Owned(text), head.style)));
        }
        let value = text.trim_ascii();
        let unfinished = value.is_empty() || (self.book.to_calculate && value == "0");
        if found.formula && unfinished && head.kind != Kind::Bool {
            return Ok(Some(Cell::Uncalculated));
        }
        if value.is_empty() {
            return Ok(None);
        }
        let as_text = || Cell::Text(Cow::Owned(text.to_owned()));
        Ok(Some(match head.kind {
            Kind::Shared => match value.parse().ok().and_then(|at| self.book.texts.get(at)) {
                Some(text) => self.text(Cow::Borrowed(text), head.style),
                None if self.book.texts.is_empty() && !self.has_text => {
                    return Err(ReadError::broken("文本内容全部丢失"));
                }
                None => Cell::Lost,
            },
            Kind::Bool => match value {
                "1" => Cell::Bool(true),
                "0" => Cell::Bool(false),
                word if word.eq_ignore_ascii_case("true") => Cell::Bool(true),
                word if word.eq_ignore_ascii_case("false") => Cell::Bool(false),
                _ => as_text(),
            },
            Kind::Error => Cell::Error(value.to_owned()),
            Kind::Date => iso_day(value).map_or_else(as_text, Cell::Date),
            Kind::Number | Kind::Text => match value.parse::<f64>() {
                Ok(number) if number.is_finite() => self.number(number, head.style),
                _ => as_text(),
            },
        }))
    }

    /// A text as its style shows it.
    fn text(&self, text: Cow<'b, str>, style: usize) -> Cell<'b> {
        let affixes = self.book.styles.affixes.get(style).and_then(Option::as_ref);
        let seen = affixes.and_then(|affixes| affixes.show(&text));
        Cell::Text(seen.map_or(text, Cow::Owned))
    }

    /// A number as its style shows it.
    fn number(&self, number: f64, style: usize) -> Cell<'b> {
        match self.book.styles.shown.get(style) {
            None | Some(Shown::Number | Shown::Duration) => Cell::Number(number),
            Some(Shown::Date) => {
                day_of(number, self.book.since_1904).map_or(Cell::Number(number), Cell::Date)
            }
            Some(Shown::Digits(form)) => form
                .show(number)
                .map_or(Cell::Number(number), |seen| Cell::Text(Cow::Owned(seen))),
        }
    }
}

/// The number of a row; of one that does not say it, or wrongly, the next.
fn row(tag: &BytesStart<'_>, before: u32) -> u32 {
    let number = attributes(tag.attributes_raw()).find(|(name, _)| *name == "r");
    number
        .and_then(|(_, number)| number.parse().ok())
        .filter(|number| *number > 0)
        .unwrap_or(before.saturating_add(1))
}

/// What a cell says of itself; one that does not say where it stands, or wrongly, stands next.
fn head(tag: &BytesStart<'_>, row: u32, column: u32) -> Head {
    let mut head = Head {
        row: row.max(1),
        column,
        style: 0,
        kind: Kind::Number,
    };
    for (name, value) in attributes(tag.attributes_raw()) {
        match name {
            "r" => {
                if let Some((row, column)) = place(value.as_bytes()) {
                    (head.row, head.column) = (row, column);
                }
            }
            "s" => head.style = value.parse().unwrap_or_default(),
            "t" => {
                head.kind = match value {
                    "s" => Kind::Shared,
                    "str" | "inlineStr" | "is" => Kind::Text,
                    "b" => Kind::Bool,
                    "e" => Kind::Error,
                    "d" => Kind::Date,
                    _ => Kind::Number,
                };
            }
            _ => {}
        }
    }
    head
}

/// Row from 1 and column from 0 of an address. It is asked for each cell, and so without detours.
fn place(address: &[u8]) -> Option<(u32, u32)> {
    let (mut row, mut column) = (0_u32, 0_u32);
    let mut digits = false;
    for byte in address {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' if !digits => {
                let letter = byte.to_ascii_uppercase() - b'A';
                column = column.checked_mul(26)?.checked_add(u32::from(letter) + 1)?;
            }
            b'0'..=b'9' => {
                digits = true;
                row = row.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
            }
            _ => return None,
        }
    }
    Some((Some(row).filter(|row| *row > 0)?, column.checked_sub(1)?))
}
