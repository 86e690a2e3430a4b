//! Imports in the database: each with its file, what was found in it and what became of it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::model::{Import, LEASE_TIMEOUT, WorkDone};
use crate::db::{Json, Tx};
use crate::household::rule::Severity;
use crate::roster::problem_group;
use crate::roster::report::RosterProblem;
use crate::{insert, on};

/// Problems in one row.
pub const PROBLEMS_AT_ONCE: usize = 500;
const IMPORT: &str =
    "id, kind, file_name, file_sha256, file_bytes, at, actor, state, version, choices, done,
    total, worker, claim, heartbeat, attempts, staged, checked_at, report, renamings, failure,
    good_rows_only, committed_at, committed_by, undone_at, undone_by";

/// Keeps a new import. The pieces of its file are there.
pub async fn add(tx: &mut Tx, import: &Import) -> Result<(), sqlx::Error> {
    insert!(tx, "import", [import], |import| {
        id: import.id,
        kind: import.kind,
        file_name: import.file_name.as_str(),
        file_sha256: import.file_sha256.as_str(),
        file_bytes: import.file_bytes,
        at: import.at,
        actor: import.actor.as_str(),
        state: import.state,
        choices: &import.choices,
    })
}

/// Writes down what became of an import; callers that change it raise its version.
pub async fn save(tx: &mut Tx, import: &Import) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query(
        "UPDATE import SET state = $2, version = $3, choices = $4, done = $5, total = $6, worker = $7,
             claim = $8, heartbeat = $9, attempts = $10, staged = $11, checked_at = $12, report = $13,
             failure = $14, good_rows_only = $15, committed_at = $16, committed_by = $17, undone_at = $18,
             undone_by = $19, renamings = $20
         WHERE id = $1",
    )
    .bind(import.id)
    .bind(import.state)
    .bind(import.version)
    .bind(&import.choices)
    .bind(import.done)
    .bind(import.total)
    .bind(&import.worker)
    .bind(import.lease)
    .bind(import.heartbeat)
    .bind(import.attempts)
    .bind(import.staged)
    .bind(import.checked_at)
    .bind(&import.report)
    .bind(&import.failure)
    .bind(import.good_rows_only)
    .bind(import.committed_at)
    .bind(&import.committed_by)
    .bind(import.undone_at)
    .bind(&import.undone_by)
    .bind(&import.renamings)
    .execute(connection)
    .await
    .map(|_| ()))
}

/// `None` if there is no import with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Import>, sqlx::Error> {
    let sql = format!("SELECT {IMPORT} FROM import WHERE id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// Imports, the latest first, before the one with the id `before`, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Import>, sqlx::Error> {
    let sql = format!("SELECT {IMPORT} FROM import WHERE id < $1 ORDER BY id DESC LIMIT $2");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(before.unwrap_or(Uuid::max())).bind(limit + 1)
        .fetch_all(connection).await)
}

// Work ------------------------------------------------------------------------------------------

/// The first import that waits to be checked, or whose worker's lease is over.
pub async fn next_to_check(
    tx: &mut Tx,
    only: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT id FROM import
         WHERE state IN ('queued', 'reading', 'checking')
             AND (state = 'queued' OR heartbeat IS NULL OR heartbeat < $1) AND (NOT $2 OR id = $3)
         ORDER BY id LIMIT 1",
    )
    .bind(now - LEASE_TIMEOUT)
    .bind(only.is_some())
    .bind(only.unwrap_or_default())
    .fetch_optional(connection)
    .await)
}

/// Puts the imports of a worker of this name back into the queue: the worker has been started again.
pub async fn requeue(tx: &mut Tx, worker: &str) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query(
        "UPDATE import SET state = 'queued', claim = NULL
         WHERE state IN ('reading', 'checking') AND worker = $1",
    )
    .bind(worker)
    .execute(connection)
    .await
    .map(|_| ()))
}

/// Writes the progress of an import and the heartbeat of its worker. False if the lease is no longer
/// valid: the import was cancelled, or is to be checked anew.
pub async fn beat(
    tx: &mut Tx,
    id: Uuid,
    lease: Uuid,
    work: WorkDone,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    on!(tx, connection => sqlx::query(
        "UPDATE import SET state = $3, done = $4, total = $5, heartbeat = $6 WHERE id = $1 AND claim = $2",
    )
    .bind(id)
    .bind(lease)
    .bind(work.state)
    .bind(work.done)
    .bind(work.total)
    .bind(now)
    .execute(connection)
    .await
    .map(|done| done.rows_affected() > 0))
}

/// An import that has ended and left staged rows, and on which no worker works.
pub async fn next_to_clear(tx: &mut Tx, now: DateTime<Utc>) -> Result<Option<Uuid>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT id FROM import
         WHERE staged AND state IN ('committed', 'failed', 'cancelled', 'undone', 'expired')
             AND (claim IS NULL OR heartbeat < $1)
         ORDER BY id LIMIT 1",
    )
    .bind(now - LEASE_TIMEOUT)
    .fetch_optional(connection)
    .await)
}

/// A preview that was checked before this time and not decided since.
pub async fn next_to_expire(
    tx: &mut Tx,
    before: DateTime<Utc>,
) -> Result<Option<Uuid>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT id FROM import WHERE state = 'ready' AND checked_at < $1 ORDER BY id LIMIT 1",
    )
    .bind(before)
    .fetch_optional(connection)
    .await)
}

/// The imports that were undone.
pub async fn undone(tx: &mut Tx) -> Result<HashSet<Uuid>, sqlx::Error> {
    let ids: Vec<Uuid> = on!(tx, connection => sqlx::query_scalar(
        "SELECT id FROM import WHERE state = 'undone'",
    )
    .fetch_all(connection)
    .await)?;
    Ok(ids.into_iter().collect())
}

// The file --------------------------------------------------------------------------------------

/// Keeps a piece of a file.
pub async fn add_piece(
    tx: &mut Tx,
    id: Uuid,
    position: i64,
    bytes: &[u8],
) -> Result<(), sqlx::Error> {
    insert!(tx, "import_file", [bytes], |bytes| {
        import_id: id,
        position: position,
        bytes: *bytes,
    })
}

/// A piece of a file; nothing after the last one.
pub async fn piece(tx: &mut Tx, id: Uuid, position: i64) -> Result<Option<Vec<u8>>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT bytes FROM import_file WHERE import_id = $1 AND position = $2",
    )
    .bind(id)
    .bind(position)
    .fetch_optional(connection)
    .await)
}

/// Deletes the pieces of an uploaded file that no import uses.
pub async fn forget_pieces(tx: &mut Tx, id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM import_file WHERE import_id = $1")
        .bind(id).execute(connection).await.map(|_| ()))
}

/// Files whose upload began before the id `before` was made and that no import uses.
pub async fn nameless_files(tx: &mut Tx, before: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT DISTINCT import_id FROM import_file
         WHERE import_id < $1 AND NOT EXISTS (SELECT 1 FROM import WHERE import.id = import_file.import_id)",
    )
    .bind(before)
    .fetch_all(connection)
    .await)
}

// Problems --------------------------------------------------------------------------------------

/// Keeps some problems, of which the first piece has this position.
pub async fn add_problems(
    tx: &mut Tx,
    id: Uuid,
    position: i64,
    problems: &[RosterProblem],
) -> Result<(), sqlx::Error> {
    let pieces: Vec<_> = (position..)
        .zip(problems.chunks(PROBLEMS_AT_ONCE))
        .collect();
    insert!(tx, "import_problem", pieces, |piece| {
        import_id: id,
        position: piece.0,
        problems: Json(piece.1),
    })
}

/// Forgets the problems of an import.
pub async fn clear_problems(tx: &mut Tx, id: Uuid) -> Result<(), sqlx::Error> {
    on!(tx, connection => sqlx::query("DELETE FROM import_problem WHERE import_id = $1")
        .bind(id).execute(connection).await.map(|_| ()))
}

/// Where a page of problems begins: piece, and place in it, of the last one of the page before.
pub type ProblemKey = (i64, usize);

/// Which problems are wanted; all if nothing is said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Only of this severity.
    pub severity: Option<Severity>,
    /// Only of this kind.
    pub code: Option<&'a str>,
    /// Only of the groups of the column with this heading; if that is empty, of those that no column has.
    pub column: Option<&'a str>,
}

impl Wanted<'_> {
    fn takes(&self, problem: &RosterProblem) -> bool {
        let of_column =
            |wanted| problem_group::is_of_column(&problem.code, problem.column.as_deref(), wanted);
        self.severity
            .is_none_or(|severity| problem.severity == severity)
            && self.code.is_none_or(|code| problem.code == code)
            && self.column.is_none_or(of_column)
    }
}

/// Problems of an import, errors first, after a place, at most `limit` and one more.
pub async fn problems(
    tx: &mut Tx,
    id: Uuid,
    wanted: Wanted<'_>,
    after: Option<ProblemKey>,
    limit: i64,
) -> Result<Vec<(ProblemKey, RosterProblem)>, sqlx::Error> {
    let most = usize::try_from(limit + 1).unwrap_or_default();
    let mut found = Vec::new();
    let mut position = after.map_or(0, |(position, _)| position);
    while found.len() < most {
        let piece: Option<Json<Vec<RosterProblem>>> = on!(&mut *tx, connection => sqlx::query_scalar(
            "SELECT problems FROM import_problem WHERE import_id = $1 AND position = $2",
        )
        .bind(id)
        .bind(position)
        .fetch_optional(connection)
        .await)?;
        let Some(Json(piece)) = piece else { break };
        let problems = piece
            .into_iter()
            .enumerate()
            .map(|(place, problem)| ((position, place), problem))
            .filter(|(key, problem)| {
                after.is_none_or(|after| *key > after) && wanted.takes(problem)
            });
        found.extend(problems);
        position += 1;
    }
    found.truncate(most);
    Ok(found)
}

/// All problems of an import that are kept.
pub async fn all_problems(tx: &mut Tx, id: Uuid) -> Result<Vec<RosterProblem>, sqlx::Error> {
    let pieces: Vec<Json<Vec<RosterProblem>>> = on!(tx, connection => sqlx::query_scalar(
        "SELECT problems FROM import_problem WHERE import_id = $1 ORDER BY position",
    )
    .bind(id)
    .fetch_all(connection)
    .await)?;
    Ok(pieces.into_iter().flat_map(|Json(piece)| piece).collect())
}
