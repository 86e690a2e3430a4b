//! Numbers that are names, and identity numbers.

use qianshou::household::rule::Severity;

use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;
use rust_xlsxwriter::{Format, Workbook};

use crate::support::Value;
use crate::support::case_file::read_roster;
use crate::support::cell_case::{
    has_problem, household_case, read_households, read_staff, said_at, stated,
};
use crate::support::mess::{Grid, HEADINGS, id};

#[test]
fn a_number_of_a_household_that_lost_its_digits_is_an_error() {
    let reading = household_case("F40_number_sci.csv");
    for cell in ["C2", "C3", "C4"] {
        has_problem(&reading, cell, Severity::Error, "number_damaged");
    }
    assert!(reading.names().is_empty());
    assert!(
        stated(&reading, |facts| facts.number.clone())
            .iter()
            .all(Option::is_none)
    );
    assert!(
        reading.at("B4").is_empty(),
        "no household of three: {:?}",
        reading.at("B4")
    );

    let reading = household_case("P02_one_sci_number.xlsx");
    assert_eq!(
        said_at(&reading, "C2"),
        [(Severity::Error, "number_damaged")]
    );
    assert_eq!(
        stated(&reading, |facts| facts.number.clone()),
        [None, Some("E001".to_owned())]
    );
}

#[test]
fn a_number_that_was_damaged_and_saved_again_is_an_error() {
    let grid = Grid::plain()
        .cell(1, 2, Value::Number(320_999_000_000.0))
        .cell(2, 2, Value::Number(320_999_000_000.0))
        .cell(3, 2, "320998000000")
        .column("人编号", ["3.2E+13", "", "32099900000012"]);
    let reading = read_households(&grid);
    assert!(reading.at("C4").is_empty(), "typed as a text");
    has_problem(&reading, "C2", Severity::Error, "number_damaged");
    has_problem(&reading, "J2", Severity::Error, "number_damaged");
    assert!(reading.at("J4").is_empty());
    let reading = read_staff(&[
        "工号 姓名 单位",
        "1.00E+12 周一 草庙小学",
        "T1、T22 周二 草庙小学",
        "12.0 周三 草庙小学",
    ]);
    has_problem(&reading, "A2", Severity::Error, "number_damaged");
    assert!(!reading.people[2].has_errors);
}

#[test]
fn two_numbers_of_households_in_a_cell_are_an_error() {
    let grid = Grid::plain()
        .cell(3, 2, "D0002、D0003")
        .cell(1, 2, "见户口簿");
    let reading = read_households(&grid);
    has_problem(&reading, "C4", Severity::Error, "two_numbers");
    has_problem(&reading, "C2", Severity::Error, "not_a_number_name");
}

#[test]
fn twenty_characters_are_a_disability_certificate_only_with_category_and_grade() {
    let reading = household_case("P05_id_and_two.xlsx");
    for cell in ["F2", "F3", "F4", "F5", "F6", "F7"] {
        let said = said_at(&reading, cell);
        assert!(
            said.iter()
                .any(|(severity, _)| *severity == Severity::Error),
            "{cell}: {said:?}"
        );
        assert!(
            said.iter()
                .all(|(_, code)| *code != "disability_certificate"),
            "{cell}: {said:?}"
        );
    }
    assert_eq!(
        reading.at("F3")[0].proposal.as_deref(),
        Some("320*************41")
    );
    assert!(reading.names().is_empty());
}

#[test]
fn each_category_and_grade_of_a_certificate() {
    let number = qianshou::household::IdentityNumber::from_body("32099919700101011").unwrap();
    let of = |end: &str| {
        let grid = Grid::plain().cell(1, 5, format!("{}{end}", number.whole()).as_str());
        said_at(&read_households(&grid), "F2")
            .iter()
            .map(|(_, code)| (*code).to_owned())
            .collect::<Vec<_>>()
    };
    for end in ["11", "74", "43", "44B1"] {
        assert_eq!(of(end), ["disability_certificate"], "{end}");
    }
    for end in ["01", "81", "15", "10", "44C1", "4A"] {
        assert_eq!(of(end), ["identity_number_invalid"], "{end}");
    }
    let two = format!("{} {}", number.whole(), number.whole());
    let reading = read_households(&Grid::plain().cell(1, 5, two.as_str()));
    has_problem(&reading, "F2", Severity::Error, "two_numbers");
}

#[test]
fn what_a_format_adds_to_a_text_or_a_number_is_read_as_it_is_seen() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("名册").unwrap();
    for (column, heading) in (0..).zip(HEADINGS.split(' ').chain(["组"])) {
        sheet.write_string(0, column, heading).unwrap();
    }
    let formats = ["@\"镇\"", "@\"村\"", "[DBNum1][$-804]General\"组\""];
    let [town, village, group] = formats.map(|code| Format::new().set_num_format(code));
    let persons = [("双喜", "王大山", 11), ("双喜村", "张建国", 33)];
    for (row, (stated, name, serial)) in (1..).zip(persons) {
        let number = id("19700101", serial);
        let texts = [
            "",
            "",
            "",
            name,
            "男",
            &number,
            "户主",
            "普通劳动力",
            "未脱贫",
        ];
        for (column, text) in (0..).zip(texts).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(row, column, text).unwrap();
        }
        sheet
            .write_string_with_format(row, 0, "草庙", &town)
            .unwrap();
        sheet
            .write_string_with_format(row, 1, stated, &village)
            .unwrap();
        sheet.write_number_with_format(row, 9, 3, &group).unwrap();
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let reading = read_roster(&bytes, RosterKind::Households, &Choices::default());
    let places = stated(&reading, |facts| {
        let group = facts.group_name.clone().unwrap_or_default();
        format!("{}{}{group}", facts.town, facts.village)
    });
    assert_eq!(places, ["草庙镇双喜村3组"; 2], "{:#?}", reading.problems);
}
