//! Workbooks of every format, and workbooks that do harm, read by a process of its own.

use std::borrow::Cow;
use std::io::{Cursor, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use qianshou::access::Role;
use qianshou::workbook::error::ReadError;
use qianshou::workbook::kind::Kind;
use qianshou::workbook::limit::{Limits, MAX_CELL_CHARS, MAX_PARTS};
use qianshou::workbook::reader_process::{Child, Program};
use qianshou::workbook::source::{Area, Cell, Row, Sheet, Source};
use rust_xlsxwriter::{Format, Workbook};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zip::write::SimpleFileOptions;

use crate::support::register::day;
use crate::support::{
    RosterFile, TestServer, Value, XlsbFile, fields, household, ole, rezipped, soffice_to, xls,
    xls_number, zipped,
};

fn program(limits: Limits) -> Program {
    Program {
        path: env!("CARGO_BIN_EXE_qianshou").into(),
        limits,
    }
}

/// What a workbook holds: its sheets, and the rows of each.
type Content = Vec<(Sheet, Vec<Row<'static>>)>;

fn open(bytes: &[u8], limits: Limits) -> Result<(Child, tempfile::NamedTempFile), ReadError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Child::open(&program(limits), file.path()).map(|child| (child, file))
}

fn read_under(bytes: &[u8], limits: Limits) -> Result<Content, ReadError> {
    let (mut child, _file) = open(bytes, limits)?;
    let sheets = child.sheets().to_vec();
    let mut content = Vec::new();
    for (index, sheet) in sheets.into_iter().enumerate() {
        let mut rows = Vec::new();
        child.rows(index, &mut |row| {
            rows.push(owned(row));
            Ok(())
        })?;
        content.push((sheet, rows));
    }
    Ok(content)
}

fn read(bytes: &[u8]) -> Result<Content, ReadError> {
    read_under(bytes, Limits::default())
}

fn owned(row: &Row<'_>) -> Row<'static> {
    let cells = row.cells.iter().map(|(at, cell)| {
        let cell = match cell {
            Cell::Text(text) => Cell::Text(Cow::Owned(text.to_string())),
            Cell::Number(number) => Cell::Number(*number),
            Cell::Date(date) => Cell::Date(*date),
            Cell::Bool(truth) => Cell::Bool(*truth),
            Cell::Error(error) => Cell::Error(error.clone()),
        };
        (*at, cell)
    });
    Row {
        number: row.number,
        hidden: row.hidden,
        cells: cells.collect(),
    }
}

fn text(text: &str) -> Cell<'static> {
    Cell::Text(Cow::Owned(text.to_owned()))
}

fn row(number: u32, cells: &[(u32, Cell<'static>)]) -> Row<'static> {
    Row {
        number,
        hidden: false,
        cells: cells.to_vec(),
    }
}

// Formats -----------------------------------------------------------------------------------------

/// A workbook with all that a sheet can have: a merged heading, a household merged down, a hidden row,
/// a hidden column and a hidden sheet.
fn everything() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let plain = Format::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let sheet = workbook.add_worksheet().set_name("名册").unwrap();
    sheet.merge_range(0, 0, 0, 3, "贫困户名册", &plain).unwrap();
    sheet.merge_range(2, 0, 4, 0, "户一", &plain).unwrap();
    for (at, name) in [(1, "姓名"), (2, "张三 & <李>"), (3, "王五"), (5, "赵六")] {
        sheet.write_string(at, 1, name).unwrap();
    }
    sheet.write_number(2, 2, 1234.5).unwrap();
    sheet
        .write_date_with_format(2, 3, day("1975-03-04"), &date)
        .unwrap();
    sheet.set_row_hidden(3).unwrap();
    sheet.set_column_hidden(3).unwrap();
    let hidden = workbook.add_worksheet().set_name("旧表").unwrap();
    hidden.write_string(0, 0, "旧").unwrap();
    hidden.set_hidden(true);
    workbook.save_to_buffer().unwrap()
}

fn everything_read(content: &Content) {
    let [(sheet, rows), (old, old_rows)] = &content[..] else {
        panic!("{content:#?}");
    };
    assert_eq!((sheet.name.as_str(), sheet.visible), ("名册", true));
    assert_eq!((old.name.as_str(), old.visible), ("旧表", false));
    assert_eq!(*old_rows, [row(1, &[(0, text("旧"))])]);
    let head = [
        row(1, &[(0, text("贫困户名册"))]),
        row(2, &[(1, text("姓名"))]),
        row(
            3,
            &[
                (0, text("户一")),
                (1, text("张三 & <李>")),
                (2, Cell::Number(1234.5)),
                (3, Cell::Date(day("1975-03-04"))),
            ],
        ),
        Row {
            hidden: true,
            ..row(4, &[(1, text("王五"))])
        },
        row(6, &[(1, text("赵六"))]),
    ];
    assert_eq!(sheet.head, head);
    // The body has what is merged in each row.
    let mut body = head;
    body[3].cells.insert(0, (0, text("户一")));
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
    let xlsx = everything();
    everything_read(&read(&xlsx).unwrap());
    let xlsm = rezipped(&xlsx, "[Content_Types].xml", |types| {
        types.replace(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        )
    });
    assert!(xlsm != xlsx);
    everything_read(&read(&xlsm).unwrap());
    for format in ["xls", "ods", "xlsx"] {
        if let Some(converted) = soffice_to(format, &xlsx) {
            everything_read(&read(&converted).unwrap());
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
    let content = read(&file.bytes()).unwrap();
    let (sheet, rows) = &content[0];
    assert_eq!((sheet.name.as_str(), sheet.visible), ("名册", true));
    let wanted = [
        row(1, &[(0, text("贫困户名册"))]),
        row(
            2,
            &[
                (0, text("户一")),
                (1, text("张三")),
                (2, Cell::Number(1234.5)),
                (3, Cell::Date(day("1975-03-04"))),
            ],
        ),
        Row {
            hidden: true,
            ..row(3, &[(0, text("户一")), (1, text("王五"))])
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
        let content = read(&bytes).unwrap();
        assert_eq!(
            content[0].1[1],
            row(2, &[(0, text("320999001")), (1, text("张三"))])
        );
    }
}

#[test]
fn sheets_are_read_again_and_in_any_order() {
    let (mut child, _file) = open(&everything(), Limits::default()).unwrap();
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
    let xlsx = everything();
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
            assert_eq!(read(cut).err(), Some(ReadError::CutOff), "{part}");
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
        assert_eq!(read(&bytes).err(), Some(ReadError::NotWorkbook(kind)));
    }
}

// Limits ------------------------------------------------------------------------------------------

/// The error that a file is refused with.
fn refusal(bytes: &[u8]) -> ReadError {
    read(bytes).expect_err("a file beyond a limit was read")
}

#[test]
fn each_limit_has_its_own_error() {
    let xlsx = everything();
    let sheet = "xl/worksheets/sheet1.xml";
    let after = |mark: &'static str, more: String| {
        rezipped(&xlsx, sheet, |xml| {
            assert!(xml.contains(mark));
            xml.replacen(mark, &format!("{mark}{more}"), 1)
        })
    };
    let spaces = " ".repeat(11 << 20);
    let bomb = rezipped(&xlsx, "xl/styles.xml", |xml| xml + &spaces);
    assert!(matches!(refusal(&bomb), ReadError::Bomb(words) if words.contains("压缩比")));

    // A part that says it is smaller than it is.
    let size = 1_234_567_u32;
    let padding = |xml: String| xml.clone() + &" ".repeat(size as usize - xml.len());
    let mut smaller = rezipped(&xlsx, "xl/styles.xml", padding);
    let places: Vec<_> = memchr::memmem::find_iter(&smaller, &size.to_le_bytes()).collect();
    assert_eq!(
        places.len(),
        2,
        "in the part's header and in the list of parts"
    );
    for at in places {
        smaller[at..at + 4].copy_from_slice(&1_000_u32.to_le_bytes());
    }
    assert!(matches!(refusal(&smaller), ReadError::Damaged(words) if words.contains("larger")));

    let names: Vec<_> = (0..=MAX_PARTS)
        .map(|part| format!("xl/{part}.xml"))
        .collect();
    let mut parts: Vec<(&str, &[u8])> = vec![("xl/workbook.xml", b"<x/>")];
    parts.extend(names.iter().map(|name| (name.as_str(), &b""[..])));
    assert_eq!(
        refusal(&zipped(&parts)),
        ReadError::TooManyParts(MAX_PARTS + 2)
    );

    let laughs = r#"<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"#;
    let entities = rezipped(&xlsx, sheet, |xml| {
        xml.replacen("<worksheet", &format!("{laughs}<worksheet"), 1)
    });
    assert_eq!(refusal(&entities), ReadError::Entities(sheet.to_owned()));

    let liar = rezipped(&xlsx, "xl/sharedStrings.xml", |xml| {
        xml.replace("uniqueCount=\"", "uniqueCount=\"99999999")
    });
    assert!(matches!(
        refusal(&liar),
        ReadError::TooManyTexts(99_999_999..)
    ));

    let areas = "<mergeCell ref=\"A1:A2\"/>".repeat(2_000_001);
    assert_eq!(
        refusal(&after("<mergeCells count=\"2\">", areas)),
        ReadError::TooManyAreas
    );

    let mut workbook = Workbook::new();
    let far = workbook.add_worksheet().set_name("远").unwrap();
    far.write_string(0, 0, "近").unwrap();
    far.write_string(1_048_575, 16_383, "x").unwrap();
    let error = refusal(&workbook.save_to_buffer().unwrap());
    assert_eq!(error.place(), (Some("远"), Some("XFD1048576")));

    let cell = |reference: &str, text: &str| {
        format!("<c r=\"{reference}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let beyond = rezipped(&xlsx, sheet, |xml| {
        let row = format!(
            "<row r=\"1048577\">{}</row></sheetData>",
            cell("A1048577", "x")
        );
        xml.replace("</sheetData>", &row)
    });
    assert_eq!(refusal(&beyond), ReadError::TooLong("名册".to_owned()));
    let long = rezipped(&xlsx, sheet, |xml| {
        let text = "长".repeat(MAX_CELL_CHARS + 1);
        let row = format!("<row r=\"9\">{}</row></sheetData>", cell("C9", &text));
        xml.replace("</sheetData>", &row)
    });
    let error = refusal(&long);
    assert!(matches!(error, ReadError::CellTooLong { .. }), "{error}");
    assert_eq!(error.place(), (Some("名册"), Some("C9")));
}

/// Parts of nine MiB, each of them packed no tighter than many a picture: together they are too much.
#[test]
fn parts_that_are_too_much_together_are_refused() {
    let zeros = vec![0; 9 << 20];
    let one = zipped(&[("picture", &zeros)]);
    let mut one = zip::ZipArchive::new(Cursor::new(one)).unwrap();
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive
        .start_file("xl/workbook.xml", SimpleFileOptions::default())
        .unwrap();
    archive.write_all(b"<x/>").unwrap();
    for number in 0..460 {
        let name = format!("xl/media/{number}.png");
        archive
            .raw_copy_file_rename(one.by_index(0).unwrap(), name)
            .unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < 10 << 20, "{}", bytes.len());
    assert_eq!(refusal(&bytes), ReadError::Bomb("超过 4096 MiB".to_owned()));
}

/// Texts that say they unpack to more than a gibibyte, though to no more than many a roster's ratio.
#[test]
fn texts_that_are_too_much_are_refused() {
    let size = 7_654_321_u32;
    let texts = vec![b' '; size as usize];
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        ("xl/workbook.xml", &b"<x/>"[..]),
        ("xl/sharedStrings.xml", &texts),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    let mut bytes = archive.finish().unwrap().into_inner();
    // In the list of parts the unpacked size follows the packed one.
    let sizes = [size.to_le_bytes(), size.to_le_bytes()].concat();
    let at = memchr::memmem::rfind(&bytes, &sizes).unwrap() + 4;
    bytes[at..at + 4].copy_from_slice(&(1_u32 << 30 | 1).to_le_bytes());
    assert_eq!(
        refusal(&bytes),
        ReadError::Bomb("xl/sharedstrings.xml 过大".to_owned())
    );
}

#[test]
fn a_file_that_is_too_large_is_refused_before_it_is_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len((200 << 20) + 1).unwrap();
    let error = Child::open(&program(Limits::default()), file.path()).err();
    assert_eq!(error, Some(ReadError::TooLarge((200 << 20) + 1)));
}

// Harm --------------------------------------------------------------------------------------------

/// Small files that make a reader take tens of gigabytes, or the whole of its limit: of an .xls, the
/// announced size of a sheet (of the kind that tafia/calamine#684 tells of: a count in the file decides
/// how much memory is set aside), and cells in the far corners of many sheets.
fn crafted() -> Vec<Vec<u8>> {
    let announced = [fields(&[0, u32::MAX]), vec![0, 0, 0, 1, 0, 0]].concat();
    let corners = [xls_number(0, 0, 1.0), xls_number(u16::MAX, 255, 1.0)];
    vec![
        xls(&[], &[&[(0x0200, announced)]]),
        xls(&[], &[&corners[..]; 4]),
    ]
}

#[test]
fn a_file_that_ends_its_reader_is_an_error_of_its_own() {
    for bytes in crafted() {
        assert!(bytes.len() < 16 << 10);
        assert_eq!(read(&bytes).err(), Some(ReadError::Exhausted));
    }
}

/// The header of an OLE container that announces 2³² − 1 sectors for its table, and nothing in it but
/// the name by which it is taken for an .xls (tafia/calamine#714, mended in 0.38).
fn container_of_many_sectors() -> Vec<u8> {
    let mut bytes = vec![0; 612];
    bytes[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    for (at, field) in [(24, 0x3E_u16), (26, 3), (28, 0xFFFE), (30, 9), (32, 6)] {
        bytes[at..at + 2].copy_from_slice(&field.to_le_bytes());
    }
    bytes[44..48].copy_from_slice(&u32::MAX.to_le_bytes());
    let name: Vec<u8> = "Workbook"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    bytes[512..512 + name.len()].copy_from_slice(&name);
    bytes
}

#[test]
fn a_container_that_announces_more_than_it_has_is_cut_off() {
    let error = read(&container_of_many_sectors()).err();
    assert_eq!(error, Some(ReadError::CutOff));
}

#[test]
fn what_takes_too_long_is_ended() {
    let limits = Limits {
        cpu_seconds: 1,
        ..Limits::default()
    };
    let line = "张三,".repeat(40) + "\n";
    let (mut child, _file) = open(line.repeat(100_000).as_bytes(), limits).unwrap();
    let started = Instant::now();
    let error = loop {
        if let Err(error) = child.rows(0, &mut |_| Ok(())) {
            break error;
        }
        assert!(started.elapsed() < Duration::from_mins(2), "no limit holds");
    };
    assert_eq!(error, ReadError::Exhausted);
}

#[test]
fn what_needs_more_memory_than_there_is_is_ended() {
    let limits = Limits {
        memory_mib: 64,
        ..Limits::default()
    };
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for row in 0..60_000 {
        let digest = Sha256::digest(row.to_string());
        let text: String = digest
            .iter()
            .map(|byte| char::from(byte % 64 + 48))
            .collect();
        sheet.write_string(row, 0, text.repeat(20)).unwrap();
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let small = everything();
    assert_eq!(read_under(&bytes, limits).err(), Some(ReadError::Exhausted));
    assert!(read_under(&small, limits).is_ok());
    assert!(read(&bytes).is_ok());
}

#[test]
fn limits_only_become_lower() {
    let limits = Limits {
        memory_mib: 1 << 40,
        cpu_seconds: u64::MAX,
    };
    let bytes = crafted().remove(1);
    assert_eq!(read_under(&bytes, limits).err(), Some(ReadError::Exhausted));
}

#[test]
fn a_reader_that_is_not_there_is_a_fault_of_ours() {
    for path in ["/nowhere/qianshou", "/bin/true", "/bin/echo"] {
        let program = Program {
            path: path.into(),
            limits: Limits::default(),
        };
        let error = Child::open(&program, Path::new("x.xlsx")).err();
        assert_eq!(error, Some(ReadError::Internal), "{path}");
    }
}

/// While harmful files come in, one after the other and several at once, every visit is logged.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn harmful_files_stop_no_visit() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let helper = server.client(Role::Helper).await;
    let household = server.household_of(helper.staff_id.unwrap()).await;
    let visits = async {
        for visit in 0..60 {
            let body =
                json!({ "visited_on": server.days_ago(visit), "kind": "phone", "met": "head" });
            helper
                .post(&format!("/households/{household}/visits"))
                .key(&Uuid::now_v7().to_string())
                .json(&body)
                .await
                .expect(201);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let harm = async {
        let files = crafted();
        for _ in 0..3 {
            let uploads = files.iter().map(|bytes| async {
                office
                    .refused_file("/imports/households", "名册.xls", bytes.clone())
                    .await
            });
            for failure in futures_util::future::join_all(uploads).await {
                assert_eq!(failure["code"], "unreadable_file", "{failure}");
                assert!(
                    failure["reason"]
                        .as_str()
                        .unwrap()
                        .contains("内存或时间限制"),
                    "{failure}"
                );
                assert!(failure["cure"].as_str().unwrap().contains(".xlsx"));
            }
        }
    };
    tokio::join!(visits, harm);
}

/// Broken at any byte, a workbook of any format is read, or refused in words: the reader neither hangs
/// nor gives an answer that is a fault of ours.
#[test]
fn a_damaged_workbook_is_read_or_refused() {
    let xlsx = RosterFile::households(&[household("张三")]).bytes();
    let binary = XlsbFile {
        name: "一",
        rows: &[
            vec!["户一".into(), 1.0.into()],
            vec![Value::Nothing, "二".into()],
        ],
        hidden_rows: &[1],
        before: &[],
        after: &[(176, fields(&[0, 1, 0, 0]))],
    };
    let mut files = vec![
        xlsx.clone(),
        binary.bytes(),
        "姓名,\"备注\"\n张三,\"好\"\n".repeat(20).into_bytes(),
    ];
    files.extend(
        ["xls", "ods"]
            .iter()
            .filter_map(|format| soffice_to(format, &xlsx)),
    );
    let limits = Limits {
        cpu_seconds: 20,
        ..Limits::default()
    };
    std::thread::scope(|scope| {
        for worker in 0..4_u64 {
            let files = &files;
            scope.spawn(move || {
                let mut seed = 0x2545_F491_4F6C_DD1D_u64 ^ worker;
                let mut next = move || {
                    // xorshift64: the same damage in every run.
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    seed
                };
                for round in 0..500 {
                    let mut bytes = files[round % files.len()].clone();
                    for _ in 0..3 {
                        let at = usize::try_from(next() % bytes.len() as u64).unwrap();
                        bytes[at] ^= 1 << (next() >> 60 & 7);
                    }
                    let outcome = read_under(&bytes, limits);
                    let fault = matches!(outcome, Err(ReadError::Internal));
                    assert!(!fault, "worker {worker}, round {round}");
                }
            });
        }
    });
}
