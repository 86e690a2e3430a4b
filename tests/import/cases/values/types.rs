//! Cells that hold what Excel made of a text: dates, times, truth values, columns that are too narrow.

use qianshou::household::rule::Severity;

use crate::support::Value;
use crate::support::cell_case::{
    has_problem, read_each, read_households, read_staff_cells, said_at, stated,
};
use crate::support::mess::Grid;
use crate::support::register::day;

fn date() -> Value {
    Value::Date(day("2026-03-05"))
}

#[test]
fn a_date_is_no_name_place_or_number() {
    for heading in [
        "组",
        "民族",
        "联系电话",
        "户主姓名",
        "人编号",
        "帮扶单位",
        "帮扶责任人",
    ] {
        let reading = read_each(heading, [date(), "2026-03-05".into(), "2026/3/5".into()]);
        for cell in ["J5", "J6", "J7"] {
            has_problem(&reading, cell, Severity::Error, "wrong_type");
        }
    }
    let grid = Grid::plain()
        .cell(1, 0, date())
        .cell(2, 1, date())
        .cell(3, 2, date())
        .cell(3, 3, date());
    let reading = read_households(&grid);
    for cell in ["A2", "B3", "C4", "D4"] {
        has_problem(&reading, cell, Severity::Error, "wrong_type");
    }
    let reading = read_staff_cells(
        "工号 姓名 单位 职务 负责村",
        [
            [
                date(),
                "周一".into(),
                "草庙小学".into(),
                "".into(),
                "".into(),
            ],
            ["T2".into(), "周二".into(), date(), "".into(), "".into()],
            [
                "T3".into(),
                "周三".into(),
                "草庙小学".into(),
                date(),
                date(),
            ],
        ],
    );
    for cell in ["A2", "C3", "D4", "E4"] {
        has_problem(&reading, cell, Severity::Error, "wrong_type");
    }
}

#[test]
fn a_date_in_a_free_text_is_kept_and_told() {
    for heading in ["家庭住址", "备注", "内心诉求"] {
        let reading = read_each(heading, [date()]);
        assert_eq!(said_at(&reading, "J5"), [(Severity::Repair, "text_form")]);
        let last = &reading.households.last().unwrap().facts;
        let kept = [&last.address, &last.remark, &last.wishes];
        assert!(
            kept.iter()
                .any(|kept| kept.as_deref() == Some("2026-03-05")),
            "{heading}"
        );
    }
}

#[test]
fn times_truth_values_and_fractions_are_no_numbers_and_no_names() {
    for value in [0.354_166_7, 0.5, -3.0, 0.000_01, 12.5] {
        let grid = Grid::plain()
            .cell(1, 2, Value::Number(value))
            .cell(2, 3, Value::Number(value))
            .cell(3, 1, Value::Number(value));
        let reading = read_households(&grid);
        for cell in ["C2", "D3", "B4"] {
            has_problem(&reading, cell, Severity::Error, "wrong_type");
        }
    }
    let grid = Grid::plain()
        .cell(1, 2, "TRUE")
        .cell(2, 3, "TRUE")
        .cell(3, 1, "TRUE")
        .column("联系电话", ["TRUE", "", ""]);
    let reading = read_households(&grid);
    for cell in ["C2", "D3", "B4", "J2"] {
        has_problem(&reading, cell, Severity::Error, "wrong_type");
    }
    for text in ["0.5", "-3", "12.5", "08:30", "False"] {
        let grid = Grid::plain().cell(3, 2, text);
        has_problem(
            &read_households(&grid),
            "C4",
            Severity::Error,
            "not_a_number_name",
        );
    }
}

#[test]
fn a_column_that_was_too_narrow_has_lost_its_numbers() {
    for heading in [
        "人编号",
        "联系电话",
        "工资性收入(元)",
        "出生日期",
        "家庭人口",
    ] {
        let reading = read_each(heading, ["#####", "##", "＃＃＃＃"]);
        for cell in ["J5", "J6", "J7"] {
            has_problem(&reading, cell, Severity::Error, "number_damaged");
        }
    }
    let reading = read_each("民族", ["#", "*"]);
    assert!(reading.codes(Severity::Error).is_empty());
}

#[test]
fn scientific_notation_in_all_its_forms_has_lost_digits() {
    for text in [
        "3.20999E11",
        "32.0999E+10",
        "3,20999E+11",
        "3.20999×10^11",
        "3.2x10^11",
        "1E+12",
        "３.20999ｅ＋011",
    ] {
        let grid = Grid::plain().cell(3, 2, text);
        has_problem(
            &read_households(&grid),
            "C4",
            Severity::Error,
            "number_damaged",
        );
    }
    for text in ["1E5", "3E座1", "E10"] {
        let grid = Grid::plain().cell(3, 2, text);
        let reading = read_households(&grid);
        assert!(reading.at("C4").is_empty(), "{text}");
        assert_eq!(
            stated(&reading, |facts| facts.number.clone())[1].as_deref(),
            Some(text)
        );
    }
}

#[test]
fn two_numbers_in_a_cell_are_two_however_they_are_joined() {
    for text in [
        "E001/E002",
        "E905和E906",
        "E907-E909",
        "E903 E904",
        "E910～E912",
        "E910至E912",
        "001/002",
        "D001、2",
        "3209990001-3209990002",
    ] {
        let grid = Grid::plain().cell(3, 2, text);
        has_problem(
            &read_households(&grid),
            "C4",
            Severity::Error,
            "two_numbers",
        );
    }
    for text in ["双喜-01", "001-002", "A-1", "2019/0001", "和平01"] {
        let reading = read_households(&Grid::plain().cell(3, 2, text));
        assert!(
            reading.at("C4").is_empty(),
            "{text}: {:?}",
            reading.at("C4")
        );
    }
}
