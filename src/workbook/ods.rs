//! `OpenDocument` tables, read as their XML streams by: neither the rows nor the texts of a large one
//! are ever in memory together, and merged and hidden cells are seen on the way.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, BufReader};

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::error::ReadError;
use super::escape;
use super::failed;
use super::limit::{MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS};
use super::note::{Notes, Watcher, XmlWatcher};
use super::number_format;
use super::package;
use super::row_builder::{Each, Input, RowBuilder, SheetInfo, text_cell};
use super::source::{Area, Cell};

/// The part with the sheets.
const CONTENT: &str = "content.xml";
/// A character takes at most so many bytes.
const MAX_CELL_BYTES: usize = MAX_CELL_CHARS * 4;

/// A table of `OpenDocument`.
pub struct Ods<'f> {
    archive: ZipArchive<Input<'f>>,
}

impl<'f> Ods<'f> {
    pub fn open(input: Input<'f>) -> Result<(Self, Vec<SheetInfo>), ReadError> {
        let mut archive = ZipArchive::new(input).map_err(ReadError::damaged)?;
        package::inspect(&mut archive, &[], || Watcher::Xml(XmlWatcher::default()))?;
        let mut book = Self { archive };
        let sheets = book.content()?.sheets()?;
        Ok((book, sheets))
    }

    fn content(&mut self) -> Result<Content<impl BufRead + use<'_, 'f>>, ReadError> {
        let part = self.archive.by_name(CONTENT).map_err(ReadError::damaged)?;
        let mut xml = Reader::from_reader(BufReader::with_capacity(64 << 10, part));
        xml.config_mut().expand_empty_elements = true;
        Ok(Content {
            xml,
            buffer: Vec::new(),
        })
    }

    /// Gives the rows of a sheet to `each`, until it says that it has enough.
    pub fn rows(
        &mut self,
        index: usize,
        info: &SheetInfo,
        each: Each<'_>,
    ) -> Result<(), ReadError> {
        let mut content = self.content()?;
        for _ in 0..index {
            content.skip_sheet()?;
        }
        if content.next_sheet(&mut |_| Ok(()))?.is_some() {
            content.rows(info, each)?;
        }
        Ok(())
    }
}

/// Where the reading of the sheets is.
struct Content<B> {
    xml: Reader<B>,
    buffer: Vec<u8>,
}

/// What an attribute says.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.0 == name)?;
    unescape(&attribute.value).ok().map(Cow::into_owned)
}

/// How many times something stands there, one after the other.
fn repeats(tag: &BytesStart<'_>, name: &str) -> u32 {
    attribute(tag, name)
        .and_then(|number| number.parse().ok())
        .unwrap_or(1)
        .clamp(1, MAX_ROWS)
}

fn is_hidden(tag: &BytesStart<'_>) -> bool {
    matches!(
        attribute(tag, "table:visibility").as_deref(),
        Some("collapse" | "filter")
    )
}

/// The first cell of some that are equal, and over how many rows and columns it is merged.
struct Cells {
    content: Option<Cell<'static>>,
    count: u32,
    rows: u32,
    columns: u32,
}

impl<B: BufRead> Content<B> {
    fn event(&mut self) -> Result<Event<'_>, ReadError> {
        self.buffer.clear();
        self.xml
            .read_event_into(&mut self.buffer)
            .map_err(ReadError::damaged)
    }

    /// Goes to the end of the element that has begun.
    fn skip(&mut self, tag: &BytesStart<'static>) -> Result<(), ReadError> {
        self.buffer.clear();
        self.xml
            .read_to_end_into(tag.name(), &mut self.buffer)
            .map_err(ReadError::damaged)?;
        Ok(())
    }

    /// Goes to the beginning of the next sheet, giving what it passes to `passed`.
    fn next_sheet(
        &mut self,
        passed: &mut dyn FnMut(&BytesStart<'_>) -> Result<(), ReadError>,
    ) -> Result<Option<BytesStart<'static>>, ReadError> {
        loop {
            let tag = match self.event()? {
                Event::Start(tag) => tag.into_owned(),
                Event::Eof => return Ok(None),
                _ => continue,
            };
            match tag.name().0 {
                "table:table" => return Ok(Some(tag)),
                // What was there before a change.
                "table:tracked-changes" => self.skip(&tag)?,
                _ => passed(&tag)?,
            }
        }
    }

    fn skip_sheet(&mut self) -> Result<(), ReadError> {
        if let Some(tag) = self.next_sheet(&mut |_| Ok(()))? {
            self.skip(&tag)?;
        }
        Ok(())
    }

    /// The sheets, and what is to be noted of each.
    fn sheets(mut self) -> Result<Vec<SheetInfo>, ReadError> {
        let mut hidden: HashMap<String, bool> = HashMap::new();
        let mut style = None;
        let mut sheets = Vec::new();
        while let Some(tag) = self.next_sheet(&mut |tag| {
            match tag.name().0 {
                "style:style" => style = attribute(tag, "style:name"),
                "style:table-properties" => {
                    if let Some(style) = &style
                        && attribute(tag, "table:display").as_deref() == Some("false")
                    {
                        hidden.insert(style.clone(), true);
                    }
                }
                _ => {}
            }
            Ok(())
        })? {
            let is_hidden = attribute(&tag, "table:style-name")
                .is_some_and(|style| hidden.contains_key(&style));
            let mut info = SheetInfo {
                name: attribute(&tag, "table:name").unwrap_or_default(),
                visible: !is_hidden,
                notes: Notes::default(),
            };
            self.note(&mut info.notes)?;
            sheets.push(info);
        }
        Ok(sheets)
    }

    /// Notes what is merged and hidden in a sheet that has begun.
    fn note(&mut self, notes: &mut Notes) -> Result<(), ReadError> {
        let mut column = 0_u32;
        self.walk(&mut |step| {
            match step {
                Step::Columns { count, hidden } => {
                    if hidden {
                        notes.hide_columns(column, column.saturating_add(count - 1));
                    }
                    column = column.saturating_add(count);
                }
                Step::Row {
                    first,
                    count,
                    hidden,
                } if hidden => {
                    for row in first..first.saturating_add(count).min(MAX_ROWS + 1) {
                        notes.hide_row(row);
                    }
                }
                Step::Cells { row, column, cells } if cells.rows > 1 || cells.columns > 1 => {
                    notes.merge(Area {
                        top: row,
                        bottom: row.saturating_add(cells.rows - 1),
                        left: column,
                        right: column.saturating_add(cells.columns - 1),
                    })?;
                }
                Step::Row { .. } | Step::Cells { .. } | Step::RowEnd { .. } => {}
            }
            Ok(true)
        })
    }

    /// Gives the rows of a sheet that has begun to `each`.
    fn rows(&mut self, info: &SheetInfo, each: Each<'_>) -> Result<(), ReadError> {
        let mut held: Vec<(u32, u32, Cell<'static>)> = Vec::new();
        self.walk(&mut |step| {
            match step {
                Step::Row { .. } => held.clear(),
                Step::Cells { row, column, cells } => {
                    if let Some(content) = cells.content {
                        // Refuses what lies too far out.
                        let last = column.saturating_add(cells.count - 1);
                        RowBuilder::new(info).push(row, last, Some(content.clone()))?;
                        held.push((column, cells.count, content));
                    }
                }
                Step::RowEnd { first, count } if !held.is_empty() => {
                    for row in first..first.saturating_add(count) {
                        let mut rows = RowBuilder::new(info);
                        for (column, count, content) in &held {
                            for column in *column..column + count {
                                rows.push(row, column, Some(content.clone()))?;
                            }
                        }
                        if let Some(mut row) = rows.finish()
                            && !each(&mut row)?
                        {
                            return Ok(false);
                        }
                    }
                }
                Step::RowEnd { .. } | Step::Columns { .. } => {}
            }
            Ok(true)
        })
    }

    /// Gives what a sheet is made of to `each`, one after the other, until it has enough.
    fn walk(
        &mut self,
        each: &mut dyn FnMut(Step) -> Result<bool, ReadError>,
    ) -> Result<(), ReadError> {
        let (mut next, mut row, mut count, mut column) = (1_u32, 1_u32, 1_u32, 0_u32);
        loop {
            let step = match self.event()? {
                Event::Eof => return Err(ReadError::CutOff),
                Event::End(tag) if tag.name().0 == "table:table" => return Ok(()),
                Event::End(tag) if tag.name().0 == "table:table-row" => {
                    next = row.saturating_add(count);
                    Step::RowEnd { first: row, count }
                }
                Event::Start(tag) => match tag.name().0 {
                    "table:table-column" => Step::Columns {
                        count: repeats(&tag, "table:number-columns-repeated"),
                        hidden: is_hidden(&tag),
                    },
                    "table:table-row" => {
                        (row, column) = (next, 0);
                        count = repeats(&tag, "table:number-rows-repeated");
                        Step::Row {
                            first: row,
                            count,
                            hidden: is_hidden(&tag),
                        }
                    }
                    "table:table-cell" | "table:covered-table-cell" => {
                        let tag = tag.into_owned();
                        let cells = self.cells(&tag)?;
                        let at = column;
                        column = column.saturating_add(cells.count);
                        Step::Cells {
                            row,
                            column: at,
                            cells,
                        }
                    }
                    // Drawings may hold tables of their own.
                    "table:shapes" | "office:forms" => {
                        let tag = tag.into_owned();
                        self.skip(&tag)?;
                        continue;
                    }
                    _ => continue,
                },
                _ => continue,
            };
            if !each(step)? {
                return Ok(());
            }
        }
    }

    /// Reads a cell that has begun to its end.
    fn cells(&mut self, tag: &BytesStart<'static>) -> Result<Cells, ReadError> {
        let text = self.text(tag)?;
        let value = |name| attribute(tag, name);
        let number = |name| value(name).and_then(|number| number.parse().ok());
        // A value that is not there: nothing has calculated it, or the file has lost it.
        let missing = || match value("table:formula") {
            Some(_) => Cell::Uncalculated,
            None => Cell::Lost,
        };
        let is_error = value("calcext:value-type").as_deref() == Some("error");
        let content = match value("office:value-type").as_deref() {
            _ if is_error => Some(Cell::Error(text)),
            Some("float" | "currency" | "percentage") => {
                Some(number("office:value").map_or_else(missing, |number| seen(text, number)))
            }
            Some("boolean") => Some(
                value("office:boolean-value")
                    .map_or_else(missing, |truth| Cell::Bool(truth == "true")),
            ),
            Some("date") => Some(value("office:date-value").map_or_else(missing, |date| {
                date.get(..10)
                    .and_then(|day| day.parse().ok())
                    .map_or_else(|| text_cell(date.clone()), Cell::Date)
            })),
            Some("time") => Some(
                value("office:time-value")
                    .and_then(|time| days_of(&time))
                    .map_or_else(missing, Cell::Number),
            ),
            Some(_) => {
                let text = value("office:string-value").unwrap_or(text);
                Some(Cell::Text(escape::decoded(Cow::Owned(text))))
            }
            // A formula has no value where nothing has calculated it.
            None => value("table:formula").map(|_| Cell::Uncalculated),
        };
        let is_empty = matches!(&content, Some(Cell::Text(text)) if text.trim().is_empty());
        Ok(Cells {
            content: content.filter(|_| !is_empty),
            count: repeats(tag, "table:number-columns-repeated"),
            rows: repeats(tag, "table:number-rows-spanned"),
            columns: repeats(tag, "table:number-columns-spanned"),
        })
    }

    /// The paragraphs of a cell that has begun, up to its end. A text that is too long is not kept
    /// whole, but longer than a cell may be.
    fn text(&mut self, cell: &BytesStart<'static>) -> Result<String, ReadError> {
        let mut text = String::new();
        let mut paragraphs = 0;
        loop {
            let aside = match self.event()? {
                Event::Eof => return Err(ReadError::CutOff),
                Event::End(tag) if tag.name() == cell.name() => return Ok(text),
                _ if text.len() > MAX_CELL_BYTES => continue,
                Event::Text(piece) if paragraphs > 0 => {
                    text.push_str(&piece.xml10_content());
                    continue;
                }
                Event::GeneralRef(entity) if paragraphs > 0 => {
                    match resolve_predefined_entity(&entity) {
                        Some(known) => text.push_str(known),
                        // What stands for no character is one that was lost.
                        None => text.push(
                            entity
                                .resolve_char_ref()
                                .ok()
                                .flatten()
                                .unwrap_or(char::REPLACEMENT_CHARACTER),
                        ),
                    }
                    continue;
                }
                Event::Start(tag) => match tag.name().0 {
                    "text:p" => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                        continue;
                    }
                    "text:s" => {
                        let count = repeats(&tag, "text:c").min(MAX_COLUMNS);
                        text.extend(std::iter::repeat_n(' ', count as usize));
                        continue;
                    }
                    "text:tab" => {
                        text.push('\t');
                        continue;
                    }
                    "text:line-break" => {
                        text.push('\n');
                        continue;
                    }
                    // Notes, drawings and tables within the cell are not its text.
                    "office:annotation" | "draw:frame" | "draw:custom-shape" | "table:table" => {
                        tag.into_owned()
                    }
                    _ => continue,
                },
                _ => continue,
            };
            self.skip(&aside)?;
        }
    }
}

/// A time as a part of a day, as the other formats have it: PT08H30M00S.
fn days_of(time: &str) -> Option<f64> {
    let (mut seconds, mut digits) = (0.0, String::new());
    for sign in time.strip_prefix("PT")?.chars() {
        let unit = match sign {
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            digit => {
                digits.push(digit);
                continue;
            }
        };
        seconds += unit * digits.replace(',', ".").parse::<f64>().ok()?;
        digits.clear();
    }
    Some(seconds / 86400.0)
}

/// A number, or what its cell shows in its place.
fn seen(text: String, number: f64) -> Cell<'static> {
    let shown = text.trim();
    if failed::is_error(shown) {
        Cell::Error(shown.to_owned())
    } else if number_format::is_form_of(shown, number) {
        text_cell(text)
    } else {
        Cell::Number(number)
    }
}

/// A piece of a sheet.
enum Step {
    /// Columns one after the other.
    Columns {
        count: u32,
        hidden: bool,
    },
    /// A row begins, from 1, that stands so many times.
    Row {
        first: u32,
        count: u32,
        hidden: bool,
    },
    /// Equal cells of the row, from this column, from 0.
    Cells {
        row: u32,
        column: u32,
        cells: Cells,
    },
    RowEnd {
        first: u32,
        count: u32,
    },
}
