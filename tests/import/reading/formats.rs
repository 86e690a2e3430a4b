//! Workbooks of every format, read by a process of its own.

use qianshou::workbook::error::ReadError;
use qianshou::workbook::kind::Kind;
use qianshou::workbook::limit::Limits;
use qianshou::workbook::source::{Area, Cell, Row, Source};

use crate::support::reader::{
    Content, full_workbook, open_in_reader, read_workbook, row_of, text_cell,
};
use crate::support::register::day;
use crate::support::{Value, XlsbFile, fields, ole, rezipped, soffice_to, xls, zipped};

fn check_full_workbook(content: &Content) {
    let [(sheet, rows), (old, old_rows)] = &content[..] else {
        panic!("{content:#?}");
    };
    assert_eq!((sheet.name.as_str(), sheet.visible), ("名册", true));
    assert_eq!((old.name.as_str(), old.visible), ("旧表", false));
    assert_eq!(*old_rows, [row_of(1, &[(0, text_cell("旧"))])]);
    let head = [
        row_of(1, &[(0, text_cell("贫困户名册"))]),
        row_of(2, &[(1, text_cell("姓名"))]),
        row_of(
            3,
            &[
                (0, text_cell("户一")),
                (1, text_cell("张三 & <李>")),
                (2, Cell::Number(1234.5)),
                (3, Cell::Date(day("1975-03-04"))),
            ],
        ),
        Row {
            hidden: true,
            ..row_of(4, &[(1, text_cell("王五"))])
        },
        row_of(6, &[(1, text_cell("赵六"))]),
    ];
    assert_eq!(sheet.head, head);
    // The body has what is merged in each row.
    let mut body = head;
    body[3].cells.insert(0, (0, text_cell("户一")));
    assert_eq!(*rows, body);
    let mut merged = sheet.merged.clone();
    merged.sort_by_key(|area| area.top);
    assert_eq!(merged, [area(1, 1, 0, 3), area(3, 5, 0, 0)]);
    assert_eq!(sheet.hidden_columns, [3]);
}

fn area(top: u32, bottom: u32, left: u32, right: u32) -> Area {
    Area {
        top,
        bottom,
        left,
        right,
    }
}

#[test]
fn every_format_of_a_workbook_says_the_same() {
    let xlsx = full_workbook();
    check_full_workbook(&read_workbook(&xlsx).unwrap());
    let xlsm = rezipped(&xlsx, "[Content_Types].xml", |types| {
        types.replace(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )
    });
    assert!(xlsm != xlsx);
    check_full_workbook(&read_workbook(&xlsm).unwrap());
    for format in ["xls", "ods", "xlsx"] {
        if let Some(converted) = soffice_to(format, &xlsx) {
            check_full_workbook(&read_workbook(&converted).unwrap());
        }
    }
}

#[test]
fn a_binary_workbook_is_read_like_any_other() {
    let file = XlsbFile {
        name: "名册",
        rows: &[
            vec!["贫困户名册".into()],
            vec![
                "户一".into(),
                "张三".into(),
                1234.5.into(),
                day("1975-03-04").into(),
            ],
            vec![Value::Nothing, "王五".into()],
        ],
        hidden_rows: &[2],
        before: &[(60, [fields(&[3, 3, 0, 0]), vec![1, 0]].concat())],
        after: &[
            (177, fields(&[2])),
            (176, fields(&[0, 0, 0, 3])),
            (176, fields(&[1, 2, 0, 0])),
            (178, Vec::new()),
        ],
    };
    let content = read_workbook(&file.bytes()).unwrap();
    let (sheet, rows) = &content[0];
    assert_eq!((sheet.name.as_str(), sheet.visible), ("名册", true));
    let wanted = [
        row_of(1, &[(0, text_cell("贫困户名册"))]),
        row_of(
            2,
            &[
                (0, text_cell("户一")),
                (1, text_cell("张三")),
                (2, Cell::Number(1234.5)),
                (3, Cell::Date(day("1975-03-04"))),
            ],
        ),
        Row {
            hidden: true,
            ..row_of(3, &[(0, text_cell("户一")), (1, text_cell("王五"))])
        },
    ];
    assert_eq!(*rows, wanted);
    assert_eq!(sheet.merged, [area(1, 1, 0, 3), area(2, 3, 0, 0)]);
    assert_eq!(sheet.hidden_columns, [3]);
}

#[test]
fn a_text_is_a_workbook_of_one_sheet() {
    let text_file = "户编号;姓名\r\n320999001;张三\r\n";
    let gb18030 = encoding_rs::GB18030.encode(text_file).0.into_owned();
    for bytes in [text_file.as_bytes().to_vec(), gb18030] {
        let content = read_workbook(&bytes).unwrap();
        assert_eq!(
            content[0].1[1],
            row_of(2, &[(0, text_cell("320999001")), (1, text_cell("张三"))])
        );
    }
}

#[test]
fn sheets_are_read_again_and_in_any_order() {
    let (mut child, _file) = open_in_reader(&full_workbook(), Limits::default()).unwrap();
    for _ in 0..2 {
        for (sheet, wanted) in [(1, 1), (0, 5)] {
            let mut count = 0;
            child
                .rows(sheet, &mut |_| {
                    count += 1;
                    Ok(())
                })
                .unwrap();
            assert_eq!(count, wanted);
            // Whoever has seen enough may ask again.
            let enough = child.rows(0, &mut |_| Err(ReadError::CutOff));
            assert_eq!(enough, Err(ReadError::CutOff));
        }
    }
    assert_eq!(child.rows(9, &mut |_| Ok(())), Err(ReadError::Internal));
}

#[test]
fn what_cannot_be_read_is_named() {
    let xlsx = full_workbook();
    let binary = XlsbFile {
        name: "一",
        rows: &vec![vec!["张三".into(); 20]; 200],
        hidden_rows: &[],
        before: &[],
        after: &[],
    };
    let mut whole = vec![xlsx.clone(), binary.bytes()];
    whole.extend(
        ["xls", "ods"]
            .iter()
            .filter_map(|format| soffice_to(format, &xlsx)),
    );
    for bytes in whole {
        for part in [2, 3] {
            let cut = &bytes[..bytes.len() * (part - 1) / part];
            assert_eq!(read_workbook(cut).err(), Some(ReadError::CutOff), "{part}");
        }
    }
    let manifest: &[u8] = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>";
    for (bytes, kind) in [
        (ole("EncryptedPackage", b"x"), Kind::Encrypted),
        // A key's record.
        (
            xls(&[(0x002F, vec![1, 0, 1, 0, 1, 0])], &[&[]]),
            Kind::Encrypted,
        ),
        (
            zipped(&[
                (
                    "mimetype",
                    b"application/vnd.oasis.opendocument.spreadsheet",
                ),
                ("META-INF/manifest.xml", manifest),
                ("content.xml", b"\x01\x02"),
            ]),
            Kind::Encrypted,
        ),
        (ole("WordDocument", b"x"), Kind::Ole),
        (
            zipped(&[("ppt/presentation.xml", b"<x/>")]),
            Kind::OtherOffice,
        ),
    ] {
        assert_eq!(
            read_workbook(&bytes).err(),
            Some(ReadError::NotWorkbook(kind))
        );
    }
}
