//! Small rosters as offices have them, kept as files, each with what a careful clerk expects of it:
//! `tests/import/cases/files/`. They are read as an import reads them, without a server.

use std::path::{Path, PathBuf};

use qianshou::household::model::Member;
use qianshou::household::rule::Severity;
use qianshou::roster::choices::{Choices, Decision};
use qianshou::roster::grouping::{self, Context, Lack, ReadHousehold};
use qianshou::roster::pair_list;
use qianshou::roster::question::FileQuestion;
use qianshou::roster::report::{Problems, RosterKind, RosterProblem, SheetReport};
use qianshou::roster::staffing::{self, ReadPerson};
use qianshou::workbook::reader::OpenFile;

use super::mess::Grid;
use super::register::day;

/// What reading a roster came to.
#[derive(Debug, Default)]
pub struct Reading {
    pub households: Vec<ReadHousehold>,
    pub people: Vec<ReadPerson>,
    pub problems: Vec<RosterProblem>,
    /// What is asked of the file as a whole.
    pub questions: Vec<FileQuestion>,
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

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/cases/files")
}

/// The names of the files of `tests/import/cases/files/`.
pub fn case_names() -> impl Iterator<Item = String> {
    let files = std::fs::read_dir(folder()).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap())
}

/// A file of `tests/import/cases/files/`.
pub fn case_bytes(file: &str) -> Vec<u8> {
    std::fs::read(folder().join(file)).unwrap()
}

/// Reads a file of `tests/import/cases/files/`.
pub fn read_case(file: &str, kind: RosterKind) -> Reading {
    read_roster(&case_bytes(file), kind, &Choices::default())
}

/// Reads a file of households of `tests/import/cases/files/`.
pub fn households_of(file: &str) -> Reading {
    read_case(file, RosterKind::Households)
}

/// Reads a sheet of households.
pub fn read_grid(grid: &Grid) -> Reading {
    read_roster(&grid.xlsx(), RosterKind::Households, &Choices::default())
}

/// The choice to decide a question in this way.
pub fn deciding(conflict: &str, accept: bool) -> Choices {
    Choices {
        decisions: vec![Decision {
            conflict: conflict.to_owned(),
            accept,
            answer: None,
            name: None,
        }],
        ..Choices::default()
    }
}

/// What a register says that has none of the households.
pub fn against_nothing(
    households: &mut [ReadHousehold],
    sheets: &[SheetReport],
    problems: &mut Problems,
) {
    for household in households {
        for lack in Lack::of_new(household) {
            problems.push(lack.problem(household, sheets));
            household.has_errors = true;
        }
    }
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
                reading.questions = read.questions;
                reading.households = read.households.iter().map(Result::unwrap).collect();
                against_nothing(&mut reading.households, &read.sheets, &mut problems);
            }
            RosterKind::Staff => {
                let (file, go_on) = (&mut file, &mut |_| Ok(()));
                let read = staffing::read(file, choices, &[], &mut problems, go_on)?;
                (reading.people, reading.questions) = (read.people, read.questions);
            }
            RosterKind::Pairings => {
                pair_list::read(&mut file, choices, &[], &mut problems)?;
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

    /// The cells and the codes of all that is said with this severity.
    pub fn codes(&self, severity: Severity) -> Vec<(&str, &str)> {
        let of = self.problems.iter().filter(|it| it.severity == severity);
        of.map(|it| (it.cell.as_deref().unwrap_or_default(), it.code.as_str()))
            .collect()
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
