//! Pairs that people have made by hand, taken in from a workbook: all or nothing.

pub mod api;
pub mod check;
pub mod cli;
pub mod columns;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::check::{Pair, Register};
use self::columns::{COLUMNS, PairRow};
use super::eligibility::Eligibility;
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, Permission};
use crate::app::App;
use crate::household::rule::Severity;
use crate::problem::{FieldProblem, Problem};
use crate::roster::choices::Choices;
use crate::roster::report::{Place, Problems, RosterProblem, SheetReport};
use crate::roster::sheet;
use crate::roster::upload;
use crate::serving::store::{self, Start};
use crate::workbook::error::ReadError;
use crate::workbook::reader_process::{Child, Program};

/// Most problems that a report and a refusal name; all are counted.
pub const MOST_PROBLEMS: usize = 1_000;

/// A list of pairs to take in.
#[derive(Clone, Debug)]
pub struct List {
    /// Where the file is.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
    /// Sheets to read; empty for those that look like a list of pairs.
    pub sheets: Vec<String>,
    /// Only check it.
    pub dry_run: bool,
}

/// What came of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// Whether pairs were written.
    pub written: bool,
    /// Rows with content.
    pub rows: i64,
    /// Pairs that are new.
    pub new: i64,
    /// Pairs that hold already.
    pub unchanged: i64,
    /// How many errors there are.
    pub errors: i64,
    /// How many warnings there are.
    pub warnings: i64,
    /// The first of all problems, errors before others.
    pub problems: Vec<RosterProblem>,
}

/// A row with its place.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub row: PairRow,
    /// Whether some cell of it could not be read.
    pub is_refused: bool,
}

/// A list, read.
struct Read {
    sheets: Vec<SheetReport>,
    rows: i64,
    listed: Vec<Listed>,
    problems: Problems,
}

/// Checks a list, every row of it, and makes its pairs current if nothing is wrong with any; else,
/// and for a dry run, nothing is written.
pub async fn import(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    list: &List,
) -> Result<Outcome, Problem> {
    caller.require(Permission::ManagePairings)?;
    let request = ("importPairings", &list.sha256, &list.sheets, list.dry_run);
    let (program, path, sheets) = (app.reader.clone(), list.path.clone(), list.sheets.clone());
    let read = tokio::task::spawn_blocking(move || read(&program, &path, sheets))
        .await
        .map_err(|error| upload::unwritten(&error))?
        .map_err(|error| upload::unreadable(&error))?;
    let mut tx = if list.dry_run {
        app.db.read().await?
    } else {
        caller.write(&app.db).await?
    };
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(outcome) => return Ok(outcome),
        Ticket::Open(ticket) => ticket,
    };
    let register = Register::load(&mut tx).await?;
    let Read {
        sheets,
        rows,
        listed,
        mut problems,
    } = read;
    let eligibility = Eligibility::of_all(&mut tx).await?;
    let checked = check::pairs(
        (&register, eligibility),
        &sheets,
        &listed,
        app.today(),
        &mut problems,
    );
    let errors = problems.count(Severity::Error);
    let mut outcome = Outcome {
        written: false,
        rows,
        new: count(checked.new.len()),
        unchanged: checked.unchanged,
        errors,
        warnings: problems.count(Severity::Warning),
        problems: problems.into_kept(),
    };
    outcome.problems.truncate(MOST_PROBLEMS);
    if list.dry_run {
        return Ok(outcome);
    }
    if errors > 0 {
        return Err(refused(&outcome));
    }
    let now = app.now();
    for ((from_date, reason), pairs) in by_start(&list.name, checked.new) {
        let start = Start {
            run_id: None,
            from_date,
            reason: &reason,
            at: now,
            by: &caller.username,
        };
        store::make_responsible(&mut tx, start, &pairs).await?;
    }
    outcome.written = true;
    ticket.answer(&mut tx, now, &outcome).await?;
    tx.commit().await?;
    Ok(outcome)
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// Reads the rows. Waits for another process, so not to be called on an async thread.
fn read(program: &Program, path: &std::path::Path, sheets: Vec<String>) -> Result<Read, ReadError> {
    let mut source = Child::open(program, path)?;
    let choices = Choices {
        sheets,
        ..Choices::default()
    };
    let (mut problems, mut listed) = (Problems::default(), Vec::new());
    let each = |_: &_, row: sheet::RosterRow<PairRow>, _: &mut Problems| {
        listed.push(Listed {
            place: row.place,
            row: row.record,
            is_refused: !row.refused.is_empty(),
        });
        Ok(())
    };
    let read = sheet::read(&mut source, COLUMNS, (&choices, &[]), &mut problems, each)?;
    Ok(Read {
        sheets: read.reports,
        rows: read.rows,
        listed,
        problems,
    })
}

/// The pairs of the same first day and reason, which are written together.
fn by_start(file: &str, pairs: Vec<Pair>) -> BTreeMap<(NaiveDate, String), Vec<(Uuid, Uuid)>> {
    let mut by_start: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for pair in pairs {
        let reason = match pair.remark {
            Some(remark) => format!("导入“{file}”：{remark}"),
            None => format!("导入“{file}”"),
        };
        let start = (pair.from_date, reason);
        by_start
            .entry(start)
            .or_default()
            .push((pair.household, pair.helper));
    }
    by_start
}

/// 422 for a list with errors.
fn refused(outcome: &Outcome) -> Problem {
    let errors = outcome.errors;
    let places = outcome.problems.iter();
    let places = places.filter(|problem| problem.severity == Severity::Error);
    Problem::invalid(
        "list_has_errors",
        format!("有 {errors} 处错误，没有写入任何结对；请逐项改正后重新导入"),
        format!(
            "there are {errors} errors, so no pairing was made; put them right and send it again"
        ),
    )
    .with_errors(
        places
            .map(|problem| FieldProblem {
                pointer: "/file".to_owned(),
                detail: problem.reason.clone(),
                sheet: problem.sheet.clone(),
                cell: problem.cell.clone(),
                value: problem.value.clone(),
                remedy: Some(problem.remedy.clone()),
            })
            .collect(),
    )
}
