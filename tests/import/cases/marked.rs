//! The marked file is the clerk's own file with marks: what was in it is in it, and it is read as before.

use std::io::Cursor;
use std::path::Path;

use qianshou::household::rule::Severity;
use qianshou::problem::Text;
use qianshou::roster::choices::Choices;
use qianshou::roster::marked::{self, PROBLEMS_SHEET};
use qianshou::roster::report::{RosterKind, RosterProblem};
use qianshou::workbook::reader::OpenFile;
use qianshou::workbook::source::Source;

use crate::support::book::part_of;
use crate::support::case_file::{Reading, case_bytes, case_names, read_roster};
use crate::support::marked_book::{
    attribute, fill_of, format_of, is_anew, list, parts, told, with_part,
};
use crate::support::mess::{Grid, book, row};
use crate::support::{faults_of, rezipped, soffice_to};

const ROSTER: &str = "贫困户 名册";
const SHEET: &str = "xl/worksheets/sheet1.xml";

fn read(bytes: &[u8]) -> Reading {
    read_roster(bytes, RosterKind::Households, &Choices::default())
}

/// The file with these problems marked. Excel finds no more wrong with it than before.
fn mark(bytes: &[u8], problems: &[RosterProblem]) -> Vec<u8> {
    let mut source = OpenFile::open(bytes).unwrap();
    let marked = marked::write(&mut source, Cursor::new(bytes), told(problems)).unwrap();
    let before = faults_of(bytes);
    let mut faults = faults_of(&marked);
    faults.retain(|fault| !before.contains(fault));
    assert!(faults.is_empty(), "{faults:#?}");
    marked
}

fn mark_own(bytes: &[u8]) -> Vec<u8> {
    mark(bytes, &read(bytes).problems)
}

fn problem(severity: Severity, sheet: &str, cell: &str) -> RosterProblem {
    RosterProblem {
        severity,
        code: "测试".to_owned(),
        sheet: Some(sheet.to_owned()),
        cell: Some(cell.to_owned()),
        column: None,
        value: None,
        reason: Text::new(format!("{cell} 不对"), format!("{cell} is wrong")),
        remedy: Text::new("请核对", "check it"),
        proposal: None,
    }
}

#[test]
fn all_that_the_clerk_made_is_in_the_marked_file() {
    let sent = case_bytes("M01_clerks_own.xlsx");
    let reading = read(&sent);
    assert!(
        !reading.at("F4").is_empty() && !reading.at("F6").is_empty(),
        "{reading:?}"
    );
    let marked = mark(&sent, &reading.problems);
    assert!(!is_anew(&marked));
    let (before, mut after) = (parts(&sent), parts(&marked));
    for (name, content) in &before {
        let found = after
            .remove(name)
            .unwrap_or_else(|| panic!("{name} is gone"));
        let is_changed = [
            "[Content_Types].xml",
            "xl/workbook.xml",
            "xl/styles.xml",
            SHEET,
        ]
        .contains(&name.as_str())
            || name == "xl/_rels/workbook.xml.rels";
        assert!(is_changed || found == *content, "{name}");
    }
    let new: Vec<_> = after.keys().map(String::as_str).collect();
    assert_eq!(
        new,
        [
            "xl/comments_qianshou.xml",
            "xl/drawings/qianshou.vml",
            "xl/worksheets/_rels/sheet1.xml.rels",
            "xl/worksheets/qianshou.xml"
        ]
    );
    let (old, sheet) = (part_of(&sent, SHEET), part_of(&marked, SHEET));
    let outside = |xml: &str| {
        let (head, rest) = xml.split_once("<sheetData>").unwrap();
        let tail = rest.split_once("</sheetData>").unwrap().1;
        (
            head.to_owned(),
            tail.split("<legacyDrawing").next().unwrap().to_owned(),
        )
    };
    assert_eq!(outside(&old).0, outside(&sheet).0);
    assert!(outside(&old).1.starts_with(&outside(&sheet).1));
    assert!(sheet.contains("<f>1000*12</f><v>12000</v>"));
    assert_eq!(
        part_of(&sent, "xl/workbook.xml"),
        part_of(&marked, "xl/workbook.xml").replace(
            "<sheet name=\"问题清单\" sheetId=\"4\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:id=\"rIdQianshou\"/>",
            ""
        )
    );
}

#[test]
fn a_marked_cell_keeps_its_format_but_for_the_colour() {
    let sent = case_bytes("M01_clerks_own.xlsx");
    let marked = mark_own(&sent);
    for (cell, colour) in [("F4", "FFFFC7CF"), ("I6", "FFFFC7D0")] {
        let (before, after) = (
            format_of(&sent, SHEET, cell),
            format_of(&marked, SHEET, cell),
        );
        for name in ["fontId", "borderId", "xfId"] {
            assert_eq!(
                attribute(&before, name),
                attribute(&after, name),
                "{cell} {name}"
            );
        }
        assert_eq!(
            before.split('"').nth(1),
            after.split('"').nth(1),
            "the number format"
        );
        assert!(fill_of(&marked, SHEET, cell).contains(colour), "{cell}");
    }
    // An identity number stays a text, also in a cell that was not there: as its column wants it.
    for cell in ["F4", "F6"] {
        assert!(
            format_of(&marked, SHEET, cell).starts_with("=\"49\""),
            "{cell}"
        );
    }
    // The clerk's own colour, where nothing is wrong.
    assert_eq!(fill_of(&sent, SHEET, "D6"), fill_of(&marked, SHEET, "D6"));
    // And under a mark.
    assert!(fill_of(&marked, SHEET, "I6").contains("bgColor rgb=\"FFFFFF00\""));
}

#[test]
fn marks_of_cells_that_are_right_go_away_when_the_file_comes_back() {
    let sent = case_bytes("M01_clerks_own.xlsx");
    let first = mark_own(&sent);
    let again = mark(&first, &[problem(Severity::Warning, ROSTER, "D3")]);
    assert!(fill_of(&again, SHEET, "D3").contains("FFFFEB9D"));
    for (cell, colour) in [("F4", ""), ("I6", "fgColor rgb=\"FFFFFF00\"")] {
        let fill = fill_of(&again, SHEET, cell);
        assert!(
            fill.contains(colour) && !fill.contains("FFFFC7"),
            "{cell} {fill}"
        );
    }
    let count = |bytes: &[u8]| OpenFile::open(bytes).unwrap().sheets().len();
    assert_eq!((count(&sent), count(&first), count(&again)), (3, 4, 4));
    assert_eq!(list(&again).len(), 2);
    let notes = part_of(&again, "xl/comments_qianshou.xml");
    assert_eq!(notes.matches("<comment ").count(), 1, "{notes}");
    let clean = mark(&again, &[]);
    assert!(!part_of(&clean, "xl/comments_qianshou.xml").contains("<comment "));
    assert_eq!(read(&clean).problems, read(&sent).problems);
}

fn is_xlsx(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|it| it.eq_ignore_ascii_case("xlsx"))
}

/// What is read of a file is read of it with its marks, whoever wrote it.
#[test]
fn every_case_is_read_with_its_marks_as_without() {
    for name in case_names().filter(|name| is_xlsx(name)) {
        for kind in [RosterKind::Households, RosterKind::Staff] {
            let sent = case_bytes(&name);
            let Ok(mut source) = OpenFile::open(&sent) else {
                continue;
            };
            let before = read_roster(&sent, kind, &Choices::default());
            if before.refusal.is_some() {
                continue;
            }
            let marked =
                marked::write(&mut source, Cursor::new(&sent), told(&before.problems)).unwrap();
            assert!(!is_anew(&marked), "{name}");
            let after = read_roster(&marked, kind, &Choices::default());
            let names = |reading: &Reading| format!("{:?} {:?}", reading.names(), reading.people);
            assert_eq!(names(&before), names(&after), "{name}");
            let of_cells = |reading: &Reading| -> Vec<RosterProblem> {
                let problems = reading.problems.iter().cloned();
                problems.filter(|problem| problem.cell.is_some()).collect()
            };
            assert_eq!(of_cells(&before), of_cells(&after), "{name}");
        }
    }
}

#[test]
fn workbooks_of_all_programs_are_marked_where_they_are() {
    for name in [
        "M01_clerks_own.xlsx",
        "M02_prefixed.xlsx",
        "M03_strict.xlsx",
        "M04_wps.xlsx",
        "M05_no_styles.xlsx",
    ] {
        let sent = case_bytes(name);
        let mut source = OpenFile::open(&sent).unwrap();
        let sheet = source.sheets()[0].name.clone();
        let problems = [
            problem(Severity::Error, &sheet, "D4"),
            problem(Severity::Repair, &sheet, "K4"),
            problem(Severity::Warning, &sheet, "B20"),
        ];
        let marked = marked::write(&mut source, Cursor::new(&sent), told(&problems)).unwrap();
        assert!(!is_anew(&marked), "{name}");
        assert_eq!(list(&marked).len(), 4, "{name}");
        let xml = part_of(&marked, SHEET);
        assert!(xml.contains("r=\"B20\""), "{name}");
        assert!(fill_of(&marked, SHEET, "D4").contains("FFFFC7CF"), "{name}");
        assert!(fill_of(&marked, SHEET, "K4").contains("FFDDEBF8"), "{name}");
        let mut file = OpenFile::open(&marked).unwrap();
        let mut rows = 0;
        file.rows(0, &mut |_| {
            rows += 1;
            Ok(())
        })
        .unwrap();
        assert!(rows >= 5, "{name}");
        if let Some(csv) = soffice_to("csv", &marked) {
            let csv = String::from_utf8_lossy(&csv).into_owned();
            assert!(csv.contains("32099919700101011"), "{name}: {csv}");
        }
    }
}

#[test]
fn a_mark_in_a_merged_area_is_seen_at_its_first_cell() {
    let sent = case_bytes("M01_clerks_own.xlsx");
    let problems = [
        problem(Severity::Warning, ROSTER, "C3"),
        problem(Severity::Error, ROSTER, "C4"),
        problem(Severity::Error, ROSTER, "F1"),
    ];
    let marked = mark(&sent, &problems);
    for cell in ["C3", "A1"] {
        assert!(fill_of(&marked, SHEET, cell).contains("FFFFC7CF"), "{cell}");
    }
    let notes = part_of(&marked, "xl/comments_qianshou.xml");
    assert!(
        notes.contains("提醒：C3 不对。请核对&#10;错误：C4 不对"),
        "{notes}"
    );
}

#[test]
fn notes_of_the_clerk_stay_as_they_are() {
    let sent = case_bytes("M01_clerks_own.xlsx");
    let marked = mark(&sent, &[problem(Severity::Error, "汇总", "A2")]);
    let (before, after) = (parts(&sent), parts(&marked));
    for name in before
        .keys()
        .filter(|name| name.contains("comment") || name.contains("table"))
    {
        assert_eq!(before[name], after[name]);
    }
    assert!(fill_of(&marked, "xl/worksheets/sheet2.xml", "A2").contains("FFFFC7CF"));
    assert!(!after.keys().any(|name| name.contains("comments_qianshou")));
    // The list says that it alone tells what is wrong.
    let listed = list(&marked);
    assert!(
        listed[1].starts_with("说明") && listed[1].contains("工作表“汇总”中有原来的批注"),
        "{listed:?}"
    );
    // Where no cell of that sheet is marked, there is nothing to say.
    let marked = mark(&sent, &[problem(Severity::Error, ROSTER, "A4")]);
    assert!(!list(&marked)[1].starts_with("说明"));
    assert!(part_of(&marked, "xl/comments_qianshou.xml").contains("ref=\"A4\""));
}

#[test]
fn a_pattern_of_the_clerk_stays_behind_a_mark() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("名册").unwrap();
    let pattern = rust_xlsxwriter::Format::new()
        .set_pattern(rust_xlsxwriter::FormatPattern::DarkUp)
        .set_foreground_color(rust_xlsxwriter::Color::Blue);
    sheet
        .write_string_with_format(0, 0, "王大山", &pattern)
        .unwrap();
    let sent = workbook.save_to_buffer().unwrap();
    let marked = mark(&sent, &[problem(Severity::Warning, "名册", "A1")]);
    let fill = fill_of(&marked, SHEET, "A1");
    for part in ["patternType=\"darkUp\"", "FF0000FF", "FFFFEB9D"] {
        assert!(fill.contains(part), "{fill}");
    }
    let clean = fill_of(&mark(&marked, &[]), SHEET, "A1");
    assert!(
        clean.contains("patternType=\"darkUp\"") && clean.contains("FF0000FF"),
        "{clean}"
    );
    assert!(!clean.contains("FFFFEB9D"), "{clean}");
}

#[test]
fn the_list_is_never_a_roster_and_known_by_any_name() {
    let first = mark_own(&Grid::plain().cell(1, 8, "待查").xlsx());
    let named = |name: &str| {
        rezipped(&first, "xl/workbook.xml", |xml| {
            xml.replace(PROBLEMS_SHEET, name)
        })
    };
    for name in ["问题清单", "要改的", "问题清单 (2)"] {
        let back = named(name);
        let reading = read(&back);
        let of_list = |problem: &&RosterProblem| problem.sheet.as_deref() == Some(name);
        assert_eq!(reading.problems.iter().find(of_list), None);
        let again = mark_own(&back);
        assert_eq!(OpenFile::open(&again).unwrap().sheets().len(), 2, "{name}");
    }
    // Alone it is no roster either.
    // The second is the heading of earlier versions.
    for first in ["类别", "严重程度"] {
        let rows = [
            &format!("{first} 工作表 单元格 列 内容 问题 改法 建议"),
            "错误 名册 D2 姓名 张三 不对 请改 李四",
        ];
        let alone = Grid::new(rows.map(row).to_vec());
        assert!(read(&alone.xlsx()).households.is_empty(), "{first}");
    }
}

#[test]
fn a_sheet_of_the_clerk_with_the_name_of_the_list_is_kept() {
    let own =
        Grid::new(vec![row("日期 经办人 事项"), row("5月 张会计 核对")]).named(PROBLEMS_SHEET);
    let sent = book(&[&Grid::plain().cell(1, 8, "待查"), &own]);
    let marked = mark_own(&sent);
    let file = OpenFile::open(&marked).unwrap();
    let names: Vec<_> = file
        .sheets()
        .iter()
        .map(|sheet| sheet.name.as_str())
        .collect();
    assert_eq!(names, ["名册", PROBLEMS_SHEET, "问题清单(2)"]);
    assert_eq!(
        file.sheets()[1].head,
        OpenFile::open(&sent).unwrap().sheets()[1].head
    );
}

#[test]
fn what_is_no_xlsx_is_written_anew_and_says_so() {
    let csv = Grid::plain().cell(1, 8, "待查").text(",").into_bytes();
    for sent in [csv, case_bytes("F40_number_sci.csv")] {
        let marked = mark_own(&sent);
        let said = &list(&marked)[1];
        assert!(
            said.starts_with("说明") && said.contains("不是 .xlsx"),
            "{said}"
        );
        let again = read(&marked);
        assert_eq!(again.names(), read(&sent).names());
    }
}

#[test]
fn a_workbook_that_no_program_writes_is_written_anew_and_says_so() {
    let sent = Grid::plain().cell(1, 8, "待查").xlsx();
    let odd = rezipped(&sent, "xl/_rels/workbook.xml.rels", |xml| {
        xml.replace("\"styles.xml\"", "\"gone.xml\"")
    });
    let marked = mark(&odd, &[problem(Severity::Error, "名册", "D3")]);
    assert!(list(&marked)[1].contains("内部写法特殊"));
}

#[test]
fn macros_stay_behind_and_the_file_is_an_xlsx() {
    const MACRO: &str = "application/vnd.ms-excel.sheet.macroEnabled.main+xml";
    let types = |xml: String| {
        xml.replace("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", MACRO)
            .replace("</Types>", "<Override PartName=\"/xl/vbaProject.bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/></Types>")
    };
    let relations = |xml: String| {
        xml.replace("</Relationships>", "<Relationship Id=\"rId77\" Type=\"http://schemas.microsoft.com/office/2006/relationships/vbaProject\" Target=\"vbaProject.bin\"/></Relationships>")
    };
    let sent = rezipped(&case_bytes("M04_wps.xlsx"), "[Content_Types].xml", types);
    let sent = rezipped(&sent, "xl/_rels/workbook.xml.rels", relations);
    let sent = with_part(&sent, "xl/vbaProject.bin", b"macro");
    let mut source = OpenFile::open(&sent).unwrap();
    let marked =
        marked::write(&mut source, Cursor::new(&sent), told(&read(&sent).problems)).unwrap();
    assert_eq!(faults_of(&marked), [""; 0]);
    assert!(!parts(&marked).keys().any(|name| name.contains("vba")));
    assert!(!part_of(&marked, "[Content_Types].xml").contains("macro"));
    assert!(list(&marked)[1].contains("宏没有保留"));
}

#[test]
fn empty_rows_and_cells_are_marked_where_they_would_be() {
    let more =
        "<row r=\"9\" ht=\"30\"/><row r=\"12\" s=\"0\" customFormat=\"1\"></row></sheetData>";
    let plain = Grid::plain().xlsx();
    let sent = rezipped(&plain, SHEET, |xml| xml.replace("</sheetData>", more));
    let cells = ["A3", "L3", "B6", "C9", "D12", "D13", "A1048576", "XFD2"];
    let problems: Vec<_> = cells
        .iter()
        .map(|cell| problem(Severity::Error, "名册", cell))
        .collect();
    let marked = mark(&sent, &problems);
    assert!(!is_anew(&marked));
    for cell in cells {
        assert!(fill_of(&marked, SHEET, cell).contains("FFFFC7CF"), "{cell}");
    }
    assert_eq!(read(&marked).names(), read(&sent).names());
}

#[test]
fn long_texts_of_the_list_are_wrapped_in_rows_that_are_high_enough() {
    let mut long = problem(Severity::Error, "名册", "D2");
    long.reason.zh = "这一格的内容要按照要求重新核对".repeat(12);
    let marked = mark(
        &Grid::plain().xlsx(),
        &[long, problem(Severity::Error, "名册", "D3")],
    );
    let list = "xl/worksheets/qianshou.xml";
    assert!(format_of(&marked, list, "F2").contains("wrapText=\"1\""));
    let xml = part_of(&marked, list);
    let height = |row: u32| -> f64 {
        let tag = xml.split(&format!("<row r=\"{row}\"")).nth(1).unwrap();
        attribute(tag, "ht").parse().unwrap()
    };
    assert!(height(2) > 4.0 * height(3), "{} {}", height(2), height(3));
}

/// Some programs say at each sheet what the prefix of its relation means, and nowhere else.
#[test]
fn a_prefix_that_is_declared_at_each_sheet_is_no_trap() {
    let bytes = Grid::plain().cell(1, 5, "32099919680101").xlsx();
    let book = part_of(&bytes, "xl/workbook.xml");
    let declared = format!(" xmlns:r=\"{}\"", attribute(&book, "xmlns:r"));
    assert!(declared.len() > 20, "{book}");
    for prefix in ["r", "d3p1", "relationships"] {
        let moved = book.replacen(&declared, "", 1).replace(
            " r:id=",
            &format!(
                "{} {prefix}:id=",
                declared.replacen(":r=", &format!(":{prefix}="), 1)
            ),
        );
        assert_ne!(moved, book);
        let sent = with_part(&bytes, "xl/workbook.xml", moved.as_bytes());
        let marked = mark_own(&sent);
        assert!(!is_anew(&marked), "{prefix}");
        let again: Vec<_> = read(&marked)
            .problems
            .into_iter()
            .map(|it| it.code)
            .collect();
        let before: Vec<_> = read(&sent).problems.into_iter().map(|it| it.code).collect();
        assert_eq!(again, before);
    }
}

/// What is written anew keeps what is wrong with it, and its identity numbers are text.
#[test]
fn a_file_written_anew_is_no_better_than_it_was() {
    let mut grid = Grid::plain().column("联系电话", ["", "", "13900000003"]);
    grid.rows[1][5] = "".into();
    let bytes = grid.text(",");
    let reading = read(bytes.as_bytes());
    let marked = mark(bytes.as_bytes(), &reading.problems);
    assert!(is_anew(&marked));
    // A number that is typed into an empty cell stays whole as well.
    for cell in ["F2", "F3", "F4"] {
        let format = format_of(&marked, SHEET, cell);
        assert!(format.starts_with("=\"49\""), "{cell}: {format}");
    }

    let uncalculated = Grid::plain().column("联系电话", ["=A1&\"1\"", "", "#SPILL!"]);
    let csv = uncalculated.text(",");
    let codes = |bytes: &[u8]| {
        let errors = read(bytes)
            .problems
            .into_iter()
            .filter(|it| it.severity == Severity::Error);
        errors.map(|it| it.cell).collect::<Vec<_>>()
    };
    let before = codes(csv.as_bytes());
    assert_eq!(before, [Some("J2".to_owned()), Some("J4".to_owned())]);
    let marked = mark(csv.as_bytes(), &read(csv.as_bytes()).problems);
    assert_eq!(codes(&marked), before);
}
