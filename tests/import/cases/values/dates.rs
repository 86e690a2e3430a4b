//! Dates in all their forms.

use qianshou::household::rule::Severity;

use crate::support::Value;
use crate::support::cell_case::{has_problem, household_case, read_households, stated};
use crate::support::mess::Grid;

#[test]
fn dates_that_can_mean_nothing_else_are_read() {
    let reading = household_case("V10_text_dates.xlsx");
    let born: Vec<_> = reading
        .households
        .iter()
        .map(|read| read.facts.members[0].birth_date)
        .collect();
    for (at, born) in born.iter().enumerate() {
        let cell = format!("J{}", at + 2);
        match born {
            Some(day) => assert_eq!(day.to_string(), "1970-01-01", "{cell}"),
            None => has_problem(&reading, &cell, Severity::Error, "not_a_date"),
        }
    }
    assert_eq!(
        born[3].unwrap().to_string(),
        "1970-01-01",
        "a day number as text"
    );
    assert!(
        born.iter().filter(|born| born.is_some()).count() >= 12,
        "{born:?}"
    );
}

#[test]
fn day_numbers_and_words_around_a_date() {
    let grid = Grid::plain()
        .column::<Value>(
            "出生日期",
            [
                Value::Number(25_569.5),
                "26331.0".into(),
                "1950年3月3日生".into(),
                "农历1960年1月1日".into(),
            ],
        )
        .column("识别年度", ["42434", "2016", "42434.0"]);
    let reading = read_households(&grid);
    let born: Vec<_> = reading
        .households
        .iter()
        .flat_map(|read| &read.facts.members)
        .collect();
    assert_eq!(born[0].birth_date.unwrap().to_string(), "1970-01-01");
    has_problem(&reading, "J3", Severity::Repair, "date_form");
    has_problem(&reading, "J4", Severity::Repair, "date_form");
    has_problem(&reading, "J5", Severity::Error, "not_a_date");
    has_problem(&reading, "K2", Severity::Repair, "year_form");
    assert_eq!(
        stated(&reading, |facts| facts.identified_year)[0],
        Some(2016)
    );
}
