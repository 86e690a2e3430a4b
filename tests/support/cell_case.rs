//! What tests of the values in cells ask of a roster that was read.

use qianshou::household::model::HouseholdFacts;
use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::{RosterKind, RosterProblem};

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
