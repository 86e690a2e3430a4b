//! A template is read as it was written.

use chrono::NaiveDate;
use rust_xlsxwriter::Workbook;

use super::help_sheets::write_sample;
use super::words::{HOUSEHOLD_SAMPLE, PAIR_SAMPLE, STAFF_SAMPLE, SampleRow};
use super::workbook::{names, workbook};
use crate::code_list::CodeList;
use crate::roster::choices::Choices;
use crate::roster::column::{Column, Record};
use crate::roster::grouping::Context;
use crate::roster::layout::LISTS_SHEET;
use crate::roster::report::Problems;
use crate::roster::report::RosterKind;
use crate::roster::{grouping, pair_list, staffing};
use crate::roster::{household, pairs, staff};
use crate::workbook::reader::OpenFile;
use crate::workbook::source::Source;

const KINDS: [RosterKind; 3] = [
    RosterKind::Households,
    RosterKind::Staff,
    RosterKind::Pairings,
];

#[test]
fn the_same_table_gives_the_same_bytes() {
    for kind in KINDS {
        assert!(workbook(kind).unwrap() == workbook(kind).unwrap(), "{kind}");
    }
}

#[test]
fn the_checked_in_templates_are_those_of_the_table() {
    for kind in KINDS {
        let path = format!(
            "{}/import-templates/{}",
            env!("CARGO_MANIFEST_DIR"),
            names(kind).1
        );
        let checked_in = std::fs::read(&path).unwrap_or_default();
        assert!(
            checked_in == workbook(kind).unwrap(),
            "{path} is not what the table says: run `qianshou template`"
        );
    }
}

#[test]
fn an_empty_template_says_that_it_is_empty() {
    for kind in KINDS {
        let (_, errors) = read(kind, &workbook(kind).unwrap());
        assert_eq!(errors, ["empty_sheet"], "{kind}");
    }
}

/// The codes of all problems, and how many rows there were.
fn read(kind: RosterKind, bytes: &[u8]) -> (i64, Vec<String>) {
    let mut problems = Problems::default();
    let today = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
    let context = Context {
        today,
        line_fen: 600_000,
    };
    let mut file = OpenFile::open(bytes).unwrap();
    let (file, choices, go_on) = (&mut file, Choices::default(), &mut |_| Ok(()));
    let read = match kind {
        RosterKind::Households => {
            grouping::read(file, &choices, &[], &context, &mut problems, go_on)
                .map(|roster| roster.rows)
        }
        RosterKind::Staff => {
            staffing::read(file, &choices, &[], &mut problems, go_on).map(|roster| roster.rows)
        }
        RosterKind::Pairings => {
            pair_list::read(file, &choices, &[], &mut problems).map(|list| list.rows)
        }
    };
    let problems = problems.into_kept();
    let codes = problems.into_iter().map(|problem| {
        format!("{} {}", problem.code, problem.cell.unwrap_or_default())
            .trim()
            .to_owned()
    });
    (read.unwrap(), codes.collect())
}

#[test]
fn the_sample_can_be_imported_without_any_problem() {
    for (kind, sample, rows) in [
        (RosterKind::Households, HOUSEHOLD_SAMPLE, 4),
        (RosterKind::Staff, STAFF_SAMPLE, 2),
        (RosterKind::Pairings, PAIR_SAMPLE, 2),
    ] {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        match kind {
            RosterKind::Households => {
                let columns: Vec<_> = household::COLUMNS
                    .iter()
                    .filter(|column| column.in_template)
                    .collect();
                write_sample(sheet, &columns, sample).unwrap();
            }
            RosterKind::Staff => {
                let columns: Vec<_> = staff::COLUMNS
                    .iter()
                    .filter(|column| column.in_template)
                    .collect();
                write_sample(sheet, &columns, sample).unwrap();
            }
            RosterKind::Pairings => {
                let columns: Vec<_> = pairs::COLUMNS
                    .iter()
                    .filter(|column| column.in_template)
                    .collect();
                write_sample(sheet, &columns, sample).unwrap();
            }
        }
        sheet.set_name("名册").unwrap();
        let bytes = workbook.save_to_buffer().unwrap();
        assert_eq!(read(kind, &bytes), (rows, Vec::new()), "{kind}");
    }
}

#[test]
fn every_sample_value_has_its_column() {
    fn check<R: Record>(table: &[Column<R>], sample: &[SampleRow]) {
        for (heading, _) in sample.iter().copied().flatten() {
            assert!(
                table.iter().any(|column| column.heading == *heading),
                "{heading}"
            );
        }
    }
    check(household::COLUMNS, HOUSEHOLD_SAMPLE);
    check(staff::COLUMNS, STAFF_SAMPLE);
    check(pairs::COLUMNS, PAIR_SAMPLE);
}

#[test]
fn the_sheet_of_lists_holds_every_label() {
    let bytes = workbook(RosterKind::Households).unwrap();
    let mut book = OpenFile::open(&bytes).unwrap();
    let lists = |sheet: &crate::workbook::source::Sheet| sheet.name == LISTS_SHEET;
    let lists = book.sheets().iter().position(lists).unwrap();
    let mut found = Vec::new();
    book.rows(lists, &mut |row| {
        found.extend(row.cells.iter().map(|(_, cell)| format!("{cell:?}")));
        Ok(())
    })
    .unwrap();
    for label in crate::household::Cause::labels()
        .into_iter()
        .chain(crate::household::Relation::labels())
        .chain(crate::household::Measure::labels())
    {
        assert!(found.contains(&format!("Text({label:?})")), "{label}");
    }
}
