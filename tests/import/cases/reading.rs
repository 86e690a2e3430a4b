//! Every file is read, or refused in words that say what it is.

use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;

use crate::support::case_file::{read_case, read_roster};
use crate::support::mess::Grid;
use crate::support::{rezipped, xls, zipped};

const SHEET: &str = "xl/worksheets/sheet1.xml";
const ALL: [&str; 3] = ["王大山", "李秀英", "张建国"];

#[test]
fn good_rows_of_a_case_are_read() {
    let reading = read_case("F06_dimension_A0.xlsx", RosterKind::Households);
    assert!(reading.refusal.is_none(), "{reading:?}");
    assert_eq!(reading.names(), ALL);
    assert!(reading.at("A1").is_empty());

    let bytes = Grid::plain().xlsx();
    let plain = read_roster(&bytes, RosterKind::Households, &Choices::default());
    assert_eq!(plain.names(), reading.names());
    let first = plain.members()[0];
    assert_eq!(first.identity_number, reading.members()[0].identity_number);
}

#[test]
fn a_text_that_is_lost_is_told_at_its_cell() {
    let reading = read_case("F48_shared_text_missing.xlsx", RosterKind::Households);
    assert!(reading.refusal.is_none(), "{reading:?}");
    assert_eq!(reading.at("K2")[0].code, "cell_lost");
    // The household of that cell is left out; the others are read.
    assert_eq!(
        reading.names(),
        ["吕洪亮", "高明远", "林桂芳", "高思雨", "魏铁柱"]
    );

    // Of no cell is there a text any more.
    let no_texts = rezipped(&Grid::plain().xlsx(), "xl/sharedStrings.xml", |_| {
        "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"/>".to_owned()
    });
    let reading = read_roster(&no_texts, RosterKind::Households, &Choices::default());
    assert!(
        reading
            .refusal
            .is_some_and(|it| it.reason.zh.contains("文本内容全部丢失"))
    );
    // One that is beyond them.
    let beyond = rezipped(&Grid::plain().xlsx(), SHEET, |xml| {
        let at = xml.find("r=\"D2\"").unwrap();
        let value = at + xml[at..].find("<v>").unwrap() + 3;
        format!("{}999{}", &xml[..value], &xml[value..])
    });
    let reading = read_roster(&beyond, RosterKind::Households, &Choices::default());
    assert_eq!(reading.at("D2")[0].code, "cell_lost");
    assert_eq!(reading.names(), ["张建国"]);
}

#[test]
fn lines_that_end_with_cr_alone_are_lines() {
    let reading = read_case("F41_cr.csv", RosterKind::Households);
    assert_eq!(reading.names(), ALL);
    let quoted = Grid::plain().column("备注", ["\"甲\n乙\"", "", "\"丙\r丁\""]);
    for (separator, line_end) in [(",", "\r"), ("\t", "\r"), (";", "\r"), (",", "\r\r\n")] {
        let text = quoted.text(separator).replace("\r\n", line_end);
        let gb18030 = encoding_rs::GB18030.encode(&text).0.into_owned();
        let utf16 = format!("\u{feff}{text}");
        let utf16: Vec<u8> = utf16.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes(), &gb18030, &utf16] {
            let reading = read_roster(bytes, RosterKind::Households, &Choices::default());
            assert_eq!(reading.names(), ALL, "{text:?}");
            let remark = reading.households[0].facts.remark.as_deref();
            assert_eq!(remark, Some("甲\n乙"), "{text:?}");
        }
    }
}

/// An editor that came after ends the text as it ends its own, and a program may have added a line.
#[test]
fn lines_that_end_with_cr_alone_are_lines_though_a_few_end_otherwise() {
    let lines = Grid::plain().text(",").replace("\r\n", "\r");
    let (first, rest) = lines.split_once('\r').unwrap();
    for text in [
        format!("{}\n", lines.trim_end()),
        format!("{lines}\n"),
        format!("{lines}\r\n\r\n"),
        format!("{first}\n{rest}"),
    ] {
        let reading = read_roster(text.as_bytes(), RosterKind::Households, &Choices::default());
        assert_eq!(reading.names(), ALL, "{text:?}");
    }
}

#[test]
fn a_web_page_is_named_for_what_it_is() {
    let refusal = |bytes: &[u8]| {
        let reading = read_roster(bytes, RosterKind::Households, &Choices::default());
        let refusal = reading
            .refusal
            .expect("a file that is no workbook was read");
        assert_eq!(refusal.code, "wrong_file_type");
        format!("{} {}", refusal.reason.zh, refusal.remedy.zh)
    };
    let page = read_case("F43_mhtml.xls", RosterKind::Households)
        .refusal
        .unwrap();
    assert_eq!(page.code, "wrong_file_type");
    assert!(
        page.reason.zh.contains("MHTML") && page.remedy.zh.contains(".xlsx"),
        "{page:?}"
    );
    let saved = "From: <由 Microsoft Internet Explorer 5 保存>\r\nSubject: \r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/related;\r\n\tboundary=\"x\"\r\n\r\n<html>";
    let utf16: Vec<u8> = "\u{feff}<html><table>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (bytes, word) in [
        (saved.as_bytes(), "MHTML"),
        (b"\r\n\r\n <table border=1><tr><td>x</td></tr></table>", "HTML"),
        (b"<meta charset='utf-8'><table>", "HTML"),
        (&utf16, "HTML"),
        (b"<?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", "XML"),
        (b"{\"code\":500,\"msg\":\"x\"}", "JSON"),
        (b"{\\rtf1\\ansi", "RTF"),
    ] {
        let words = refusal(bytes);
        assert!(words.contains(word), "{word}: {words}");
    }
    // A list that begins with such a word is a list.
    let list = Grid::plain().text(",").replace("镇(乡、街道)", "From: x");
    let reading = read_roster(list.as_bytes(), RosterKind::Households, &Choices::default());
    assert!(reading.refusal.is_none());
}

#[test]
fn what_is_broken_is_told_in_chinese_alone() {
    let whole = Grid::plain().xlsx();
    let half = |xml: String| xml.chars().take(xml.chars().count() / 2).collect();
    let mut broken = vec![
        rezipped(&whole, SHEET, half),
        rezipped(&whole, SHEET, |xml| {
            xml.replace("<sheetData>", "<sheetData")
        }),
        rezipped(&whole, SHEET, |xml| {
            xml.replace("</sheetData>", "</sheetData><!-- ")
        }),
        rezipped(&whole, "xl/workbook.xml", |_| "<workbook".to_owned()),
        rezipped(&whole, "xl/sharedStrings.xml", half),
        rezipped(&whole, "xl/_rels/workbook.xml.rels", |_| String::new()),
        zipped(&[("[Content_Types].xml", b"<x/>")]),
        xls(&[(0x0085, vec![1, 2, 3])], &[&[]]),
    ];
    // Bytes of a part that are not those that were packed.
    for at in [60, 400, 900] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        broken.push(damaged);
    }
    for bytes in broken {
        let reading = read_roster(&bytes, RosterKind::Households, &Choices::default());
        let mut said = reading.problems;
        said.extend(reading.refusal);
        for problem in said {
            let words = problem.reason.zh.replace(".xlsx", "");
            let has_english = words
                .split(|sign: char| !sign.is_ascii_alphabetic())
                .any(|word| word.len() > 4);
            assert!(!has_english, "{words}");
        }
    }
}
