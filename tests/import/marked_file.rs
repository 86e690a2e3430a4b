//! The workbook that was sent, with its faulty cells marked.

use std::io::Cursor;

use qianshou::household::rule::Severity;
use qianshou::problem::Text;
use qianshou::roster::marked::PROBLEMS_SHEET;
use qianshou::roster::{RosterProblem, marked};
use qianshou::workbook::reader::OpenFile;
use qianshou::workbook::source::{Area, Cell, Row, Source};
use rust_xlsxwriter::{Format, Workbook};

use crate::support::book::part_of;
use crate::support::marked_book::told;
use crate::support::register::day;
use crate::support::roster::{HOUSEHOLDS, import_path, numbered_household};
use crate::support::{RosterFile, TestServer, check_package, soffice_to, zipped};

#[tokio::test]
async fn the_workbook_comes_back_with_its_problems_marked() {
    let (_server, office) = TestServer::start_with_office().await;
    let file = RosterFile::households(&[numbered_household("B1")]).with(0, "健康状况", "还行");
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    let marked = office.get(&import_path(&preview, "/marked-file")).await;
    marked.expect(200);
    let disposition = marked.header("content-disposition");
    assert!(disposition.contains("-marked.xlsx"), "{disposition}");
    let mut workbook: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(marked.bytes)).unwrap();
    let list = calamine::Reader::worksheet_range(&mut workbook, "问题清单").unwrap();
    let cell = file.address(0, "健康状况");
    assert!(
        list.rows()
            .any(|row| row.iter().any(|value| value.to_string().contains(&cell))),
        "{list:?}"
    );
}

fn problem(severity: Severity, sheet: &str, cell: &str, reason: &str) -> RosterProblem {
    RosterProblem {
        severity,
        code: "测试".to_owned(),
        sheet: Some(sheet.to_owned()),
        cell: Some(cell.to_owned()),
        column: Some("姓名".to_owned()),
        value: Some("张*".to_owned()),
        reason: Text::same(reason),
        remedy: Text::new("请核对", "check it"),
        proposal: None,
    }
}

/// Each row as `number: A=… B=…`.
fn rows(file: &mut OpenFile<'_>, name: &str) -> Vec<String> {
    let named = file.sheets().iter().position(|sheet| sheet.name == name);
    let mut rows = Vec::new();
    file.rows(named.unwrap(), &mut |row: &Row<'_>| {
        let cells = row.cells.iter().map(|(at, cell)| match cell {
            Cell::Text(text) => format!("{at}={text}"),
            Cell::Number(number) => format!("{at}={number}"),
            other => format!("{at}={other:?}"),
        });
        let hidden = if row.hidden { " hidden" } else { "" };
        let cells: Vec<_> = cells.collect();
        rows.push(format!("{}{hidden}: {}", row.number, cells.join(" ")));
        Ok(())
    })
    .unwrap();
    rows
}

fn sent() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let plain = Format::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = workbook.add_worksheet().set_name("名 册'一").unwrap();
    sheet.merge_range(0, 0, 0, 2, "名册", &plain).unwrap();
    sheet.merge_range(1, 0, 2, 0, "姓名", &plain).unwrap();
    sheet.merge_range(1, 1, 1, 2, "收入", &plain).unwrap();
    for (row, column, text) in [
        (2, 1, "工资"),
        (2, 2, "其他"),
        (3, 0, "=1+1"),
        (4, 0, "李四"),
    ] {
        sheet.write_string(row, column, text).unwrap();
    }
    sheet.write_number(3, 1, 12.5).unwrap();
    sheet
        .write_date_with_format(4, 2, day("1975-03-04"), &date)
        .unwrap();
    sheet.set_row_hidden(4).unwrap();
    let other = workbook.add_worksheet().set_name("旧").unwrap();
    other.write_string(0, 0, "x").unwrap();
    other.set_hidden(true);
    workbook.save_to_buffer().unwrap()
}

fn mark(bytes: &[u8], problems: &[RosterProblem]) -> Vec<u8> {
    let mut source = OpenFile::open(bytes).unwrap();
    let marked = marked::write(&mut source, Cursor::new(bytes), told(problems)).unwrap();
    check_package(&marked);
    marked
}

#[test]
fn a_marked_workbook_holds_what_was_sent_and_what_is_wrong() {
    let name = "名 册'一";
    let problems = [
        problem(Severity::Error, name, "A4", "姓名不对"),
        problem(Severity::Warning, name, "A4", "姓名少见"),
        problem(Severity::Repair, name, "C4", "空着"),
        problem(Severity::Error, name, "B9", "下面没有了"),
        problem(Severity::Error, "没有这张", "A1", "别处"),
    ];
    let sent = sent();
    let marked = mark(&sent, &problems);
    let mut before = OpenFile::open(&sent).unwrap();
    let wanted = rows(&mut before, name);
    let check = |bytes: &[u8]| {
        let mut after = OpenFile::open(bytes).unwrap();
        assert_eq!(rows(&mut after, name), wanted);
        assert_eq!(wanted[3], "4: 0==1+1 1=12.5");
        assert_eq!(rows(&mut after, "旧"), ["1: 0=x"]);
        let shown: Vec<_> = after.sheets().iter().map(|sheet| sheet.visible).collect();
        assert_eq!(shown, [true, false, true]);
        let area = |top, bottom, left, right| Area {
            top,
            bottom,
            left,
            right,
        };
        let mut merged = after.sheets()[0].merged.clone();
        merged.sort_by_key(|area| (area.top, area.left));
        assert_eq!(
            merged,
            [area(1, 1, 0, 2), area(2, 3, 0, 0), area(2, 2, 1, 2)]
        );
        let list = rows(&mut after, PROBLEMS_SHEET);
        assert_eq!(list.len(), 1 + problems.len());
        assert_eq!(
            list[1],
            format!("2: 0=错误 1={name} 2=A4 3=姓名 4=张* 5=姓名不对 6=请核对")
        );
    };
    check(&marked);
    if let Some(through) = soffice_to("xlsx", &marked) {
        check(&through);
    }
    let notes = part_of(&marked, "xl/comments_qianshou.xml");
    for (cell, text) in [
        ("A4", "错误：姓名不对。请核对&#10;提醒：姓名少见"),
        ("C4", "已自动更正：空着"),
        ("B9", "下面没有了"),
    ] {
        assert!(notes.contains(&format!("ref=\"{cell}\"")), "{cell}");
        assert!(notes.contains(text), "{notes}");
    }
    // The gravest problem of a cell colours it.
    let sheet = part_of(&marked, "xl/worksheets/sheet1.xml");
    let styles = part_of(&marked, "xl/styles.xml");
    let formats = &styles[styles.find("<cellXfs").unwrap()..];
    let format = |cell: &str| {
        let at = sheet.find(&format!("<c r=\"{cell}\"")).unwrap();
        let number = sheet[at..].split(" s=\"").nth(1).unwrap();
        let number: usize = number.split('"').next().unwrap().parse().unwrap();
        formats.split("<xf ").nth(number + 1).unwrap()
    };
    let fill = |cell: &str| {
        format(cell)
            .split("fillId=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
    };
    assert_eq!(fill("A4"), fill("B9"));
    assert_ne!(fill("A4"), fill("C4"));
    assert!(styles.contains("FFFFC7CF"));
    let links = part_of(&marked, "xl/worksheets/qianshou.xml");
    assert!(links.contains("location=\"'名 册''一'!A4\""), "{links}");
}

#[test]
fn a_marked_workbook_that_is_sent_again_is_marked_anew() {
    let first = mark(&sent(), &[problem(Severity::Error, "旧", "A1", "旧的错误")]);
    let second = mark(&first, &[]);
    let mut file = OpenFile::open(&second).unwrap();
    assert_eq!(file.sheets().len(), 3);
    assert_eq!(rows(&mut file, PROBLEMS_SHEET).len(), 1);
}

#[test]
fn a_text_is_marked_as_a_workbook() {
    let marked = mark(
        "姓名,备注\n张三,好\n=1+1,'@好\n".as_bytes(),
        &[problem(Severity::Error, "CSV", "A2", "不对")],
    );
    let mut file = OpenFile::open(&marked).unwrap();
    assert_eq!(
        rows(&mut file, "CSV"),
        ["1: 0=姓名 1=备注", "2: 0=张三 1=好", "3: 0==1+1 1='@好"]
    );
    // What looks like a formula is kept as it was sent, as text, and does not become one when somebody
    // edits the cell.
    let sheet = part_of(&marked, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "{sheet}");
    assert!(part_of(&marked, "xl/styles.xml").contains("quotePrefix=\"1\""));
}

/// Names of sheets that Excel would not take come from other programs.
#[test]
fn sheets_get_names_that_excel_takes() {
    let sheet = |name: &str| {
        format!(
            "<table:table table:name=\"{name}\"><table:table-row><table:table-cell office:value-type=\"string\"><text:p>x</text:p></table:table-cell></table:table-row></table:table>"
        )
    };
    let long = "很".repeat(40);
    let content = format!(
        "<office:document-content>{}{}{}</office:document-content>",
        sheet(&long),
        sheet(&format!("{long}长")),
        sheet("a/b")
    );
    let ods = zipped(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("content.xml", content.as_bytes()),
    ]);
    let marked = mark(&ods, &[]);
    let file = OpenFile::open(&marked).unwrap();
    let names: Vec<_> = file
        .sheets()
        .iter()
        .map(|sheet| sheet.name.as_str())
        .collect();
    assert_eq!(names[0], "很".repeat(31));
    assert_eq!(names[1], format!("{}(2)", "很".repeat(28)));
    assert_eq!(names[2..], ["a_b", PROBLEMS_SHEET]);
}
