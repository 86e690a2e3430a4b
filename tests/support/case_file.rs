//! Small rosters as offices have them, kept as files, each with what a careful clerk expects of it:
//! `tests/import/cases/files/`. They are read as an import reads them, without a server.

use std::path::Path;

use qianshou::household::model::Member;
use qianshou::roster::choices::Choices;
use qianshou::roster::grouping::{self, Context, ReadHousehold};
use qianshou::roster::report::{Problems, RosterKind, RosterProblem};
use qianshou::roster::staffing::{self, ReadPerson};
use qianshou::workbook::reader::OpenFile;

use super::register::day;

/// What reading a roster came to.
#[derive(Debug, Default)]
pub struct Reading {
    pub households: Vec<ReadHousehold>,
    pub people: Vec<ReadPerson>,
    pub problems: Vec<RosterProblem>,
    /// Why the file could not be read at all.
    pub refusal: Option<RosterProblem>,
}

/// The day and the income line that rosters of the tests are checked by.
pub fn context() -> Context {
    Context {
        today: day("2020-06-30"),
        line_fen: 600_000,
    }
}

/// Reads a file of `tests/import/cases/files/`.
pub fn read_case(file: &str, kind: RosterKind) -> Reading {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/cases/files");
    let bytes = std::fs::read(folder.join(file)).unwrap();
    read_roster(&bytes, kind, &Choices::default())
}

/// Reads a roster with what the clerk has chosen.
pub fn read_roster(bytes: &[u8], kind: RosterKind, choices: &Choices) -> Reading {
    let mut reading = Reading::default();
    let mut problems = Problems::default();
    let context = context();
    let read = OpenFile::open(bytes).and_then(|mut file| {
        match kind {
            RosterKind::Households => {
                let (file, go_on) = (&mut file, &mut |_| Ok(()));
                let read = grouping::read(file, choices, &[], &context, &mut problems, go_on)?;
                reading.households = read.households.iter().map(Result::unwrap).collect();
            }
            RosterKind::Staff => {
                let (file, go_on) = (&mut file, &mut |_| Ok(()));
                reading.people = staffing::read(file, choices, &[], &mut problems, go_on)?.people;
            }
        }
        Ok(())
    });
    reading.refusal = read.err().map(|error| RosterProblem::of_reading(&error));
    reading.problems = problems.into_kept();
    reading
}

impl Reading {
    /// What is said of a cell, such as `D3`.
    pub fn at(&self, cell: &str) -> Vec<&RosterProblem> {
        let of_cell = |problem: &&RosterProblem| problem.cell.as_deref() == Some(cell);
        self.problems.iter().filter(of_cell).collect()
    }

    /// The members of the households that can be imported.
    pub fn members(&self) -> Vec<&Member> {
        let good = self.households.iter().filter(|read| !read.has_errors);
        good.flat_map(|read| &read.facts.members).collect()
    }

    /// Their names.
    pub fn names(&self) -> Vec<&str> {
        let members = self.members().into_iter();
        members.map(|member| member.name.as_str()).collect()
    }
}
