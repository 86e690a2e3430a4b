//! Names and texts of the worst kind go through every workbook that we write.

use std::borrow::Cow;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use proptest::prelude::*;
use qianshou::access::Reach;
use qianshou::household::rule::Severity;
use qianshou::household::store::LedgerEntry;
use qianshou::household::{Cause, PovertyStatus};
use qianshou::pairing::roll::model::Entry;
use qianshou::problem::Text;
use qianshou::progress::model::progress;
use qianshou::progress::summary::{HelperRow, Summary, TownRow, UnitRow};
use qianshou::report::model::{LedgerRow, Occasion, Report};
use qianshou::report::pairings::{self, Roll};
use qianshou::report::sheets;
use qianshou::roster::RosterProblem;
use qianshou::roster::marked::{self, PROBLEMS_SHEET, Reason};
use qianshou::staff::unit::Unit;
use qianshou::workbook::reader::ReadError;
use qianshou::workbook::source::{Area, Cell, Row, Sheet, Source};
use qianshou::workbook::{address, text};
use uuid::Uuid;

use crate::support::marked_book::told;
use crate::support::register::{day, facts};
use crate::support::staff::add_person;
use crate::support::{TestServer, check_package, soffice_to};

/// What breaks workbooks, alone or together.
const PIECES: [&str; 67] = [
    "甲",
    "乙小学",
    "a",
    "Z",
    " ",
    "　",
    "\u{a0}",
    "'",
    "''",
    "\"",
    "’",
    "<",
    ">",
    "&",
    "&amp;",
    "]]>",
    "[",
    "]",
    ":",
    "*",
    "?",
    "/",
    "\\",
    "!",
    "$",
    ";",
    ",",
    "{",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\u{0}",
    "\u{1}",
    "\u{b}",
    "\u{c}",
    "\u{1f}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{200b}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{1ffff}",
    "😀",
    "👨‍👩‍👧",
    "𠮷",
    "e\u{301}",
    "ß",
    "_x000A_",
    "_x005F_",
    "_X0041_",
    "_x",
    "History",
    "A1",
    "R1C1",
    "TRUE",
    "2026",
    "２",
    "①",
    "مدرسة",
    "=1+1",
    "@",
    "-",
    "#REF!",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(&PIECES[..]);
    prop_oneof![
        8 => proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()),
        1 => Just("很".repeat(40)),
        1 => Just("长\n".repeat(400)),
        1 => Just("𠮷".repeat(17_000)),
        1 => any::<String>(),
    ]
}

fn opened(workbook: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    open_workbook_from_rs(Cursor::new(workbook.to_vec())).unwrap()
}

/// Asserts that the package is sound and calamine reads every sheet; gives their names.
fn readable(workbook: &[u8]) -> Vec<String> {
    check_package(workbook);
    let mut book = opened(workbook);
    let names = book.sheet_names();
    for name in &names {
        book.worksheet_range(name).unwrap();
    }
    names
}

fn entry(unit: &(Uuid, String), texts: &[String]) -> Entry {
    let text = |at: usize| Some(texts[at].clone());
    Entry {
        household_id: Uuid::now_v7(),
        number: text(0),
        town: texts[1].clone(),
        village: texts[2].clone(),
        head_name: texts[3].clone(),
        size: 3,
        main_cause: Some(Cause::Illness),
        staff_id: Some(Uuid::now_v7()),
        staff_number: text(0),
        helper: text(4),
        position: text(5),
        phone: text(6),
        unit_id: Some(unit.0),
        unit: Some(unit.1.clone()),
        from_date: Some(day("2026-01-01")),
        assistant_number: text(0),
        assistant: text(7),
    }
}

fn roll(units: Vec<(String, Vec<String>)>, only: bool) -> Roll {
    let units = units
        .into_iter()
        .map(|(name, texts)| ((Uuid::now_v7(), name), texts));
    let units: Vec<_> = units.collect();
    let occasion = pairings::Occasion {
        as_of: day("2026-06-30"),
        unit: only.then(|| units[0].0.clone()),
        made_on: day("2026-07-01"),
        made_by: units[0].1[0].clone(),
    };
    let entries = units.iter().map(|(unit, texts)| entry(unit, texts));
    Roll::new(entries.collect(), occasion)
}

fn report(texts: &[String]) -> Report {
    let (year, as_of) = (2026, day("2026-06-30"));
    let each = || texts.iter();
    Report {
        occasion: Occasion {
            year,
            as_of,
            made_on: as_of,
            made_by: texts[0].clone(),
            reach: Reach::Unit(Uuid::now_v7()),
        },
        summary: Summary {
            only: Some(Unit {
                name: texts[0].clone(),
                id: Uuid::now_v7(),
                version: 1,
                active_staff: 1,
            }),
            line_fen: 600_000,
            progress: progress(year, as_of, Some(20), &[]),
            towns: each()
                .map(|text| TownRow {
                    town: text.clone(),
                    ..TownRow::default()
                })
                .collect(),
            units: each()
                .map(|text| UnitRow {
                    unit: Some(text.clone()),
                    helpers: 1,
                    visits: 2,
                    ..UnitRow::default()
                })
                .collect(),
            helpers: each()
                .map(|text| HelperRow {
                    unit: Some(text.clone()),
                    staff_number: Some(text.clone()),
                    name: Some(text.clone()),
                    position: Some(text.clone()),
                    households: 1,
                    ..HelperRow::default()
                })
                .collect(),
        },
        ledger: each()
            .map(|text| LedgerRow {
                entry: LedgerEntry {
                    id: Uuid::now_v7(),
                    number: Some(text.clone()),
                    town: text.clone(),
                    village: text.clone(),
                    group_name: Some(text.clone()),
                    head_name: text.clone(),
                    head_identity_number: None,
                    size: 2,
                    status: PovertyStatus::Poor,
                    main_cause: None,
                    income_per_head_fen: Some(1),
                },
                staff_number: Some(text.clone()),
                helper: Some(text.clone()),
                unit: Some(text.clone()),
                marks: None,
                last_visit: None,
                standing: "未脱贫",
            })
            .collect(),
        lifts: Vec::new(),
    }
}

/// A workbook of strangers, as the reader gives it.
#[derive(Debug)]
struct Sent {
    sheets: Vec<Sheet>,
    rows: Vec<Row<'static>>,
}

impl Source for Sent {
    fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    fn rows(
        &mut self,
        _: usize,
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.rows.iter().try_for_each(each)
    }
}

prop_compose! {
    fn area()(top in 1..6_u32, left in 0..4_u32, high in 0..3_u32, wide in 0..3_u32) -> Area {
        // One cell is never merged: the reader does not say it is.
        let wide = if high == 0 { wide.max(1) } else { wide };
        Area { top, bottom: top + high, left, right: left + wide }
    }
}

prop_compose! {
    fn sent()(
        names in proptest::collection::vec((hostile(), any::<bool>()), 1..6),
        cells in proptest::collection::vec((1..8_u32, any::<bool>(), hostile()), 1..8),
        merged in proptest::collection::vec(area(), 0..4),
    ) -> Sent {
        let mut number = 0;
        let rows: Vec<_> = cells.into_iter().map(|(step, hidden, text)| {
            number += step;
            let cells = vec![
                (0, Cell::Text(Cow::Owned(text.clone()))),
                (1, Cell::Number(f64::NAN)),
                (3, Cell::Error(text)),
            ];
            Row { number, hidden, cells, cleaned: vec![3] }
        }).collect();
        let sheets = names.into_iter().map(|(name, visible)| Sheet {
            name,
            visible,
            head: rows.clone(),
            merged: merged.clone(),
            hidden_columns: vec![2],
        });
        Sent { sheets: sheets.collect(), rows }
    }
}

fn problems(sent: &Sent, texts: &[String]) -> Vec<RosterProblem> {
    let rows = (1..).zip(texts);
    rows.flat_map(|(row, text)| {
        sent.sheets.iter().map(move |sheet| RosterProblem {
            severity: Severity::Error,
            code: "测试".to_owned(),
            sheet: Some(sheet.name.clone()),
            cell: Some(address(row, 0)),
            column: Some(text.clone()),
            value: Some(text.clone()),
            reason: Text::same(text),
            remedy: Text::same(text),
            proposal: Some(text.clone()),
        })
    })
    .collect()
}

/// Without quotes LibreOffice drops the reference, and with it the headings on each page.
#[test]
fn headings_are_printed_on_each_page_of_a_sheet_of_any_name() {
    for name in [
        "家庭😀",
        "😀",
        "家👨\u{200d}👩\u{200d}👧庭",
        "𠮷林小学",
        "一𠮷",
        "مدرسة",
        "2026届",
        "２班",
        "①班",
        "R1C1",
        "RC",
        "r",
        "A1",
        "XFD1048576",
        "TRUE",
        "false",
        "it's",
        "'甲😀'",
        "a.b",
        "A1.5",
        "一 中",
        "甲,乙!丙",
        "e\u{301}",
        "班²",
    ] {
        let texts = ["甲"; 8].map(str::to_owned).to_vec();
        let bytes =
            sheets::pairings::workbook(&roll(vec![(name.to_owned(), texts)], true)).unwrap();
        let sheet = readable(&bytes).remove(0);
        let quoted = format!("'{}'!", sheet.replace('\'', "''"));
        let mut book = String::new();
        let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let mut part = archive.by_name("xl/workbook.xml").unwrap();
        std::io::Read::read_to_string(&mut part, &mut book).unwrap();
        let titles = book.split("Print_Titles").nth(1).unwrap();
        let titles = titles.split_once('>').unwrap().1;
        assert!(titles.starts_with(&quoted), "{name}: {titles}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_roll_has_a_sheet_for_each_unit_whatever_its_name(
        units in proptest::collection::vec(
            (hostile(), proptest::collection::vec(hostile(), 8)), 1..8
        )
    ) {
        let whole = roll(units.clone(), false);
        let bytes = sheets::pairings::workbook(&whole).unwrap();
        let names = readable(&bytes);
        prop_assert_eq!(names.len(), 2 + whole.by_unit().count());
        // Names come back as they were given, as far as a cell can hold them and the reader may see
        // them: «_X0041__X0041_» is taken for a number of eight digits.
        let all = opened(&bytes).worksheet_range("全部").unwrap();
        for (row, entry) in (3..).zip(&whole.paired) {
            let unit = sheets::READER.text(entry.unit.as_deref().unwrap_or_default());
            let said = text::of_cell(&unit).into_owned();
            match all.get_value((row, 1)).unwrap_or(&Data::Empty) {
                Data::String(read) => prop_assert_eq!(read, &said),
                other => prop_assert!(said.is_empty() && *other == Data::Empty, "{:?}", other),
            }
        }
        let one = sheets::pairings::workbook(&roll(units, true)).unwrap();
        prop_assert_eq!(readable(&one).len(), 1);
    }

    #[test]
    fn a_progress_workbook_holds_any_text(texts in proptest::collection::vec(hostile(), 1..6)) {
        let bytes = sheets::workbook(&report(&texts)).unwrap();
        prop_assert_eq!(readable(&bytes).len(), 5);
    }

    #[test]
    fn a_marked_workbook_has_all_sheets_and_problems_of_any_text(
        mut sent in sent(),
        texts in proptest::collection::vec(hostile(), 1..6)
    ) {
        let problems = problems(&sent, &texts);
        let marked = marked::write_anew(&mut sent, told(&problems), Reason::OtherFormat).unwrap();
        let names = readable(&marked);
        prop_assert_eq!(names.len(), sent.sheets.len() + 1);
        prop_assert_eq!(names.last().map(String::as_str), Some(PROBLEMS_SHEET));
    }
}

/// The same through the service: what a roster may bring, in every workbook that can be downloaded.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_units_and_households_are_downloaded_in_sound_workbooks() {
    let (server, office) = TestServer::start_with_office().await;
    let long = "很".repeat(40);
    let names = [
        "甲\u{b}乙小学",
        "甲\n乙小学",
        "甲\t乙小学",
        "History",
        "HISTORY",
        "'引号'",
        "[甲]:*?/\\",
        "A1",
        "R1C1",
        "=1+1",
        "_x000A_",
        "\u{202e}学小",
        "😀校",
        "ＡＢＣ校",
        "abc校",
        &long,
        "<&>\"",
        "@校",
        "\u{1}",
    ];
    for (number, name) in (0..).zip(names) {
        let person = add_person(&server, name, name).await;
        let mut household = facts(name, name);
        household.members[0].name = name.to_owned();
        household.number = Some(format!("={number}"));
        let household = server.add_household(household).await;
        server.pair(household, person, day("2026-01-01")).await;
    }
    let path = "/reports/pairings?as_of=2026-06-30";
    let roll = office.download(path).await;
    let sheets = readable(&roll);
    assert_eq!(sheets.len(), 2 + names.len());
    let path = "/reports/progress?year=2026&as_of=2026-06-30";
    let progress = office.download(path).await;
    assert_eq!(readable(&progress).len(), 5);
    for (bytes, sheets) in [(&roll, sheets), (&progress, readable(&progress))] {
        let Some(saved) = soffice_to("xlsx", bytes) else {
            return;
        };
        assert_eq!(
            opened(&saved).sheet_names(),
            sheets,
            "LibreOffice reads every sheet"
        );
        assert!(soffice_to("pdf", bytes).unwrap().starts_with(b"%PDF"));
    }
}
