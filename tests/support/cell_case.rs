//! What tests of the values in cells ask of a roster that was read.

use qianshou::household::model::HouseholdFacts;
use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::{RosterKind, RosterProblem};

use super::Value;
use super::case_file::{Reading, read_case, read_roster};
use super::mess::{Grid, row};

pub fn household_case(file: &str) -> Reading {
    read_case(file, RosterKind::Households)
}

pub fn read_households(grid: &Grid) -> Reading {
    read_roster(&grid.xlsx(), RosterKind::Households, &Choices::default())
}

pub fn read_staff(rows: &[&str]) -> Reading {
    let grid = Grid::new(rows.iter().map(|words| row(words)).collect());
    read_roster(&grid.xlsx(), RosterKind::Staff, &Choices::default())
}

/// What is said of a cell: severity and code.
pub fn said_at<'r>(reading: &'r Reading, cell: &str) -> Vec<(Severity, &'r str)> {
    let of = |problem: &&'r RosterProblem| (problem.severity, problem.code.as_str());
    reading.at(cell).iter().map(of).collect()
}

pub fn has_problem(reading: &Reading, cell: &str, severity: Severity, code: &str) {
    let said = said_at(reading, cell);
    assert!(said.contains(&(severity, code)), "{cell}: {said:?}");
}

/// What the households say of a fact.
pub fn stated<T>(reading: &Reading, of: impl Fn(&HouseholdFacts) -> T) -> Vec<T> {
    reading
        .households
        .iter()
        .map(|read| of(&read.facts))
        .collect()
}

pub fn phones_read(reading: &Reading) -> Vec<Option<&str>> {
    let members = reading
        .households
        .iter()
        .flat_map(|read| &read.facts.members);
    members.map(|member| member.phone.as_deref()).collect()
}

/// Households of one person each with these values in a further column, `J`, from row 5 on.
pub fn read_each<V: Into<Value>>(heading: &str, values: impl IntoIterator<Item = V>) -> Reading {
    let nothing = std::iter::repeat_with(|| Value::Nothing).take(3);
    let values = nothing.chain(values.into_iter().map(Into::into));
    read_households(&Grid::plain().column(heading, values))
}

/// A list of staff whose cells are more than texts.
pub fn read_staff_cells<const N: usize>(
    headings: &str,
    rows: impl IntoIterator<Item = [Value; N]>,
) -> Reading {
    let rows = rows.into_iter().map(Vec::from);
    let grid = Grid::new(std::iter::once(row(headings)).chain(rows).collect());
    read_roster(&grid.xlsx(), RosterKind::Staff, &Choices::default())
}
