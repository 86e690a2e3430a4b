//! Workbooks are well made whatever stands in a roster: the checker of packages finds what Excel would
//! not take, and finds nothing in ours.

use rust_xlsxwriter::{DataValidation, Format, Formula, Note, Workbook};

use crate::support::book::part_of;
use crate::support::{check_package, faults_of, rezipped, zipped};

/// A workbook with one of each thing that is checked.
fn sound() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let plain = Format::new();
    let sheet = workbook.add_worksheet().set_name("甲 表").unwrap();
    sheet.merge_range(0, 0, 0, 2, "题", &plain).unwrap();
    sheet.merge_range(1, 0, 1, 2, "注", &plain).unwrap();
    sheet.set_row_height(0, 409.5).unwrap();
    sheet.set_column_width(0, 255).unwrap();
    sheet.write_string(3, 0, "名").unwrap();
    sheet.write_number(3, 1, 1.5).unwrap();
    sheet
        .write_formula(3, 2, Formula::new("=SUM(B4:B4)"))
        .unwrap();
    sheet
        .write_url_with_text(4, 0, "internal:'甲 表'!A1", "去")
        .unwrap();
    sheet.insert_note(3, 0, &Note::new("注解")).unwrap();
    sheet.set_repeat_rows(0, 2).unwrap();
    sheet.autofilter(2, 0, 3, 2).unwrap();
    sheet.set_footer("&C第 &P 页");
    let list = DataValidation::new()
        .allow_list_strings(&["是", "否"])
        .unwrap();
    sheet.add_data_validation(5, 0, 9, 0, &list).unwrap();
    workbook.add_worksheet().set_name("乙").unwrap();
    workbook.save_to_buffer().unwrap()
}

#[test]
fn a_sound_package_has_no_fault() {
    check_package(&sound());
}

const BOOK: &str = "xl/workbook.xml";
const SHEET: &str = "xl/worksheets/sheet1.xml";
const NOTES: &str = "xl/comments1.xml";
const RELATIONS: &str = "xl/_rels/workbook.xml.rels";
const TYPES: &str = "[Content_Types].xml";

/// A part of the sound workbook, what stands there, what is put in its place, and words of the fault
/// that must be found then. Rustfmt would give each of the four a line of its own.
#[rustfmt::skip]
const FAULTS: &[(&str, &str, &str, &str)] = &[
    // XML.
    (BOOK, r#"name="乙""#, "name=\"乙\u{b}\"", "not for XML"),
    (BOOK, r#"name="乙""#, r#"name="乙&#xB;""#, "xl/workbook.xml: "),
    (BOOK, r#"name="乙""#, r#"name="乙<""#, "xl/workbook.xml: "),
    (BOOK, r#"name="乙""#, r#"name="乙&nbsp;""#, "xl/workbook.xml: "),
    (BOOK, r#"name="乙""#, r#"name="乙" name="乙""#, "xl/workbook.xml: "),
    (BOOK, "</sheets>", "</sheet>", "xl/workbook.xml: "),
    (BOOK, "</workbook>", "", "ends too early"),
    (BOOK, "</workbook>", "</workbook>x", "text outside"),
    (BOOK, "</workbook>", "</workbook><a/>", "two roots"),
    (BOOK, "<workbook ", "<!DOCTYPE a><workbook ", "document type"),
    // Parts that lead to each other.
    (RELATIONS, "sheet1.xml", "sheet9.xml", "no part xl/worksheets/sheet9.xml"),
    (RELATIONS, r#"Id="rId2""#, r#"Id="rId1""#, "not unique"),
    (BOOK, r#"r:id="rId2""#, r#"r:id="rId77""#, "points at no rId77"),
    (TYPES, "/xl/worksheets/sheet2.xml", "/xl/worksheets/sheet1.xml", "twice"),
    (TYPES, "/xl/worksheets/sheet2.xml", "/xl/x.xml", "no content type"),
    (TYPES, r#"Extension="vml""#, r#"Extension="x""#, "no content type"),
    // Names of sheets.
    (BOOK, r#"name="乙""#, r#"name="甲/乙""#, "Excel refuses"),
    (BOOK, r#"name="乙""#, r#"name="乙_x000A_""#, "a control character"),
    (BOOK, r#"name="乙""#, r#"name="乙&#xA;""#, "a control character"),
    (BOOK, r#"name="乙""#, r#"name="'乙""#, "an apostrophe"),
    (BOOK, r#"name="乙""#, r#"name="hiSTory""#, "keeps for itself"),
    (BOOK, r#"name="乙""#, r#"name="""#, "blank"),
    (BOOK, r#"name="乙""#, r#"name="甲 表""#, "only one of its name"),
    (BOOK, r#"sheetId="2""#, r#"sheetId="1""#, "no id of its own"),
    (BOOK, r#"<sheet name="甲 表""#, r#"<sheet state="hidden" name="甲 表""#, "shown first"),
    // Defined names.
    (BOOK, "'甲 表'!$1:$3", "'甲表'!$1:$3", "points at no sheet"),
    (BOOK, "'甲 表'!$1:$3", "甲 表!$1:$3", "no range"),
    (BOOK, "'甲 表'!$1:$3", "'甲 表'!$0:$3", "no range"),
    (BOOK, "'甲 表'!$1:$3", "乙!$1:$3", "another sheet"),
    (BOOK, r#"_xlnm.Print_Titles" localSheetId="0""#, r#"_xlnm.Print_Titles" localSheetId="7""#, "of a sheet that is not there"),
    (BOOK, "_xlnm.Print_Titles", "_xlnm._FilterDatabase", "twice"),
    (BOOK, "_xlnm.Print_Titles", "A1", "no name that Excel takes"),
    (BOOK, "_xlnm.Print_Titles", "a b", "no name that Excel takes"),
    // Rows, columns and cells.
    (SHEET, r#"<row r="2""#, r#"<row r="1""#, "after row"),
    (SHEET, r#"ht="409.5""#, r#"ht="410""#, "points high"),
    (SHEET, r#"<c r="B4""#, r#"<c r="A4""#, "after Some(0)"),
    (SHEET, "<v>1.5</v>", "<v>NaN</v>", r#"Some("NaN") as"#),
    (SHEET, "<v>1.5</v>", "<v>zwei</v>", r#"Some("zwei") as"#),
    (SHEET, "SUM(B4:B4)", r#"HYPERLINK("http://a")"#, "not one of ours"),
    (SHEET, "SUM(B4:B4)", "乙!A1", "not one of ours"),
    (SHEET, r#" t="s""#, r#" t="q""#, r#"as "q""#),
    // What lies over them.
    (SHEET, r#"ref="A2:C2""#, r#"ref="A1:A2""#, "lies over another"),
    (SHEET, r#"ref="A2:C2""#, r#"ref="A2:A2""#, "merged with itself"),
    (SHEET, r#"<mergeCells count="2""#, r#"<mergeCells count="3""#, "says"),
    (SHEET, r#"location="'甲 表'!A1""#, r#"location="'没有'!A1""#, "leads to no cell"),
    (SHEET, r#"<autoFilter ref="A3:C4""#, r#"<autoFilter ref="A3:C0""#, "filter of"),
    (NOTES, r#"ref="A4""#, r#"ref="A4:B5""#, "a note at"),
    (NOTES, r#"authorId="0""#, r#"authorId="5""#, "has no author"),
];

/// Puts `to` in the place of `from` in a part of the sound workbook; the fault must be found.
#[track_caller]
fn must_find(sound: &[u8], part: &str, from: &str, to: &str, fault: &str) {
    assert!(part_of(sound, part).contains(from), "{part} has no {from}");
    let broken = rezipped(sound, part, |content| content.replacen(from, to, 1));
    let faults = faults_of(&broken);
    assert!(
        faults.iter().any(|found| found.contains(fault)),
        "{from} as {to} in {part}: {faults:#?}"
    );
}

/// Each kind of fault, put into a sound workbook by hand, is found.
#[test]
fn each_fault_of_a_package_is_found() {
    let sound = sound();
    for (part, from, to, fault) in FAULTS {
        must_find(&sound, part, from, to, fault);
    }
    // Texts that are too long.
    let name = format!("name=\"{}\"", "长".repeat(32));
    must_find(&sound, BOOK, "name=\"乙\"", &name, "longer than 31");
    let list = format!("<formula1>\"{}\"</formula1>", "是".repeat(256));
    let from = "<formula1>\"是,否\"</formula1>";
    must_find(&sound, SHEET, from, &list, "a validation of");
    let footer = format!("<oddFooter>{}", "页".repeat(256));
    let found = "a header or footer of";
    must_find(&sound, SHEET, "<oddFooter>", &footer, found);
    // What is no workbook at all.
    let empty = zipped(&[(TYPES, b"<Types/>")]);
    assert!(!faults_of(&empty).is_empty());
    assert!(!faults_of(b"PK").is_empty());
}
