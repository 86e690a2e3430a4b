//! What the fuzz targets do with any bytes. `cargo test` does it with the seeds and the regressions.

use std::borrow::Cow;

use chrono::NaiveDate;
use qianshou::household::IdentityNumber;
use qianshou::roster::choices::Choices;
use qianshou::roster::column::{Column, Record};
use qianshou::roster::grouping::{self, Context};
use qianshou::roster::report::Problems;
use qianshou::roster::{household, staff, staffing};
use qianshou::value::{self, Unit};
use qianshou::workbook::reader::{Cell, OpenFile, ReadError, Row};
use qianshou::workbook::source::{Area, HEAD_ROWS, Sheet, Source};

/// A file of any bytes is read to its end or refused.
pub fn reader(data: &[u8]) {
    let Ok(mut file) = OpenFile::open(data) else {
        return;
    };
    for sheet in 0..file.sheets().len() {
        let mut last = 0;
        let _ = file.rows(sheet, &mut |row| {
            assert!(row.number > last, "rows come in order");
            last = row.number;
            Ok(())
        });
    }
}

/// A cell of any content is read or refused by the column that the first byte chooses; the second byte
/// says what the cell holds and in which unit the column is. No message shows an identity number whole.
pub fn values(data: &[u8]) {
    let [column, kind, rest @ ..] = data else {
        return;
    };
    let cell = cell(kind & 7, rest);
    let unit = if kind & 8 == 0 {
        Unit::Yuan
    } else {
        Unit::TenThousandYuan
    };
    let column = usize::from(*column);
    match household::COLUMNS.get(column) {
        Some(column) => read(column, &cell, unit),
        None => read(&staff::COLUMNS[column % staff::COLUMNS.len()], &cell, unit),
    }
    let text = value::shown(&cell);
    assert!(IdentityNumber::parse(&text).is_err(), "{text}");
    let _ = value::confirmed(&cell, &text);
}

fn cell(kind: u8, rest: &[u8]) -> Cell<'static> {
    let mut eight = [0; 8];
    let length = rest.len().min(8);
    eight[..length].copy_from_slice(&rest[..length]);
    match kind {
        0 => Cell::Number(f64::from_le_bytes(eight)),
        1 => Cell::Bool(eight[0] & 1 == 1),
        2 => Cell::Date(
            NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes([
                eight[0], eight[1], eight[2], 0,
            ]))
            .unwrap_or_default(),
        ),
        3 => Cell::Error("#REF!".to_owned()),
        _ => Cell::Text(Cow::Owned(String::from_utf8_lossy(rest).into_owned())),
    }
}

fn read<R: Record>(column: &Column<R>, cell: &Cell<'_>, unit: Unit) {
    let mut row = R::default();
    match column.read(&mut row, cell, unit) {
        Ok(given) => {
            if let Some(repair) = given.repair {
                assert!(given.value, "what was put right was read");
                assert!(IdentityNumber::parse(&repair.read).is_err());
            }
            // The same again says nothing else.
            assert!(column.read(&mut row, cell, unit).is_ok());
        }
        Err(refusal) => {
            assert!(!refusal.reason.zh.is_empty() && !refusal.remedy.zh.is_empty());
            if let Some(proposal) = refusal.proposal {
                assert!(IdentityNumber::parse(&proposal).is_err());
            }
        }
    }
}

/// Sheets of any texts, merged in any way, are a roster or none. The data are rows of cells between
/// tabs; a form feed begins another sheet, a line of four numbers after `=` merges an area, `+` hides the
/// row that follows.
pub fn layout(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (sheets, rows) = text
        .split('\u{c}')
        .take(4)
        .enumerate()
        .map(|(index, text)| sheet(index, text))
        .unzip();
    let mut file = Sheets { sheets, rows };
    let context = Context {
        today: NaiveDate::from_ymd_opt(2020, 6, 30).unwrap_or_default(),
        line_fen: 600_000,
    };
    let mut problems = Problems::default();
    let choices = Choices::default();
    let go_on = &mut |_| Ok(());
    let read = grouping::read(&mut file, &choices, &[], &context, &mut problems, go_on);
    if let Ok(read) = read {
        for household in read.households.iter() {
            let household = household.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(household.facts.members.len(), household.places.len());
        }
    }
    let _ = staffing::read(&mut file, &choices, &[], &mut problems, go_on);
}

/// Sheets in memory.
struct Sheets {
    sheets: Vec<Sheet>,
    rows: Vec<Vec<Row<'static>>>,
}

fn sheet(index: usize, text: &str) -> (Sheet, Vec<Row<'static>>) {
    let mut rows = Vec::new();
    let mut merged = Vec::new();
    let mut hidden = false;
    for (line, number) in text.split('\n').take(400).zip(1..) {
        if line == "+" {
            hidden = true;
            continue;
        }
        if let Some(area) = line.strip_prefix('=') {
            let numbers: Vec<u32> = area.split(',').filter_map(|one| one.parse().ok()).collect();
            if let [top, bottom, left, right] = numbers[..] {
                merged.push(Area {
                    top,
                    bottom,
                    left,
                    right,
                });
                continue;
            }
        }
        let cells: Vec<_> = (0..)
            .zip(line.split('\t').take(200))
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(column, text)| {
                let cell = match text.parse::<f64>() {
                    Ok(digits) if text.len() < 12 => Cell::Number(digits),
                    _ => Cell::Text(Cow::Owned(text.to_owned())),
                };
                (column, cell)
            })
            .collect();
        if !cells.is_empty() {
            rows.push(Row {
                number,
                hidden: std::mem::take(&mut hidden),
                cells,
                cleaned: Vec::new(),
            });
        }
    }
    let head = rows.iter().filter(|row| row.number <= HEAD_ROWS).cloned();
    let sheet = Sheet {
        name: format!("表{index}"),
        visible: !text.starts_with('+'),
        head: head.collect(),
        merged,
        hidden_columns: vec![1],
    };
    (sheet, rows)
}

impl Source for Sheets {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn rows(
        &mut self,
        sheet: usize,
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.rows[sheet].iter().try_for_each(each)
    }
}
