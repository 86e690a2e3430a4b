//! Numbers that are names, and identity numbers.

use qianshou::household::rule::Severity;

use crate::support::Value;
use crate::support::cell_case::{
    has_problem, household_case, read_households, read_staff, said_at, stated,
};
use crate::support::mess::Grid;

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
