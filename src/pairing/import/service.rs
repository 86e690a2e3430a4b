//! Taking a list of pairs in: all or nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::check;
use super::lookup::Lookup;
use super::model::{NewPair, Outcome, PairList};
use super::read::{self, ReadList};
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::app::App;
use crate::household::rule::Severity;
use crate::pairing::eligibility::Eligibility;
use crate::problem::{Problem, words};
use crate::roster::problem_group;
use crate::roster::report::RosterProblem;
use crate::roster::upload;
use crate::serving::store::{self, Start};

/// Most problems that a report and a refusal name; all are counted.
const MOST_PROBLEMS: usize = 1_000;

/// Checks a list, every row of it, and makes its pairs current if nothing is wrong with any; else,
/// and for a dry run, nothing is written.
pub async fn import(
    app: &App,
    caller: &Caller,
    key: Option<&str>,
    list: &PairList,
) -> Result<Outcome, Problem> {
    let request = ("importPairings", &list.sha256, &list.sheets, list.dry_run);
    let (program, path, sheets) = (app.reader.clone(), list.path.clone(), list.sheets.clone());
    let read = tokio::task::spawn_blocking(move || read::read(&program, &path, sheets))
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
    let lookup = Lookup::load(&mut tx).await?;
    let ReadList {
        sheets,
        rows,
        listed,
        mut problems,
    } = read;
    let eligibility = Eligibility::of_all(&mut tx).await?;
    let checked = check::pairs(
        (&lookup, eligibility),
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
        groups: problems.groups(),
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

/// The pairs of the same first day and reason, which are written together.
fn by_start(file: &str, pairs: Vec<NewPair>) -> BTreeMap<(NaiveDate, String), Vec<(Uuid, Uuid)>> {
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
    let first = problem_group::in_short(&outcome.groups);
    let detail = words!(
        "有 {errors} 处错误，没有写入任何结对；请逐项改正后重新导入。{first}",
        "errors: {errors}, and no pairing was made; put them right and send the list again. {first}";
        first
    );
    Problem::invalid("list_has_errors", detail.zh, detail.en)
        .with_errors(places.cloned().map(RosterProblem::of_answer).collect())
}
