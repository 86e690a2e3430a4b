//! The limits of reading: each has its own error.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use qianshou::workbook::error::ReadError;
use qianshou::workbook::limit::{Limits, MAX_CELL_CHARS, MAX_PARTS};
use qianshou::workbook::reader_process::Child;
use qianshou::workbook::source::Source;
use rust_xlsxwriter::Workbook;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

use crate::support::reader::{
    crafted_workbooks, full_workbook, open_in_reader, read_workbook, read_workbook_under,
    reader_program, refusal,
};
use crate::support::{rezipped, zipped};

#[test]
fn each_limit_has_its_own_error() {
    let xlsx = full_workbook();
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
    assert!(
        matches!(refusal(&smaller), ReadError::Damaged { detail, .. } if detail.contains("larger"))
    );

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
    let error = Child::open(&reader_program(Limits::default()), file.path()).err();
    assert_eq!(error, Some(ReadError::TooLarge((200 << 20) + 1)));
}

#[test]
fn what_takes_too_long_is_ended() {
    let limits = Limits {
        cpu_seconds: 1,
        ..Limits::default()
    };
    let line = "张三,".repeat(40) + "\n";
    let (mut child, _file) = open_in_reader(line.repeat(100_000).as_bytes(), limits).unwrap();
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
        memory_mib: 96,
        ..Limits::default()
    };
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for row in 0..120_000 {
        let digest = Sha256::digest(row.to_string());
        let text: String = digest
            .iter()
            .map(|byte| char::from(byte % 64 + 48))
            .collect();
        sheet.write_string(row, 0, text.repeat(20)).unwrap();
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let small = full_workbook();
    assert_eq!(
        read_workbook_under(&bytes, limits).err(),
        Some(ReadError::Exhausted)
    );
    assert!(read_workbook_under(&small, limits).is_ok());
    assert!(read_workbook(&bytes).is_ok());
}

#[test]
fn limits_only_become_lower() {
    let limits = Limits {
        memory_mib: 1 << 40,
        cpu_seconds: u64::MAX,
    };
    let bytes = crafted_workbooks().remove(1);
    assert_eq!(
        read_workbook_under(&bytes, limits).err(),
        Some(ReadError::Exhausted)
    );
}
