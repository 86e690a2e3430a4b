//! Who works on imports: a few tasks of each server, and the command line on its own.

use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;
use uuid::Uuid;

use super::check::{self, Stop};
use super::model::Import;
use super::state::ImportState;
use super::store;
use crate::app::App;
use crate::db;
use crate::db::Json;
use crate::household::rule::Severity;
use crate::problem::words;
use crate::roster::report::RosterProblem;
use crate::value::Refusal;

/// Imports that one server checks at once.
const AT_ONCE: usize = 2;
/// How often a worker looks for imports that other processes have put into the queue or given up.
const LOOK: Duration = Duration::from_secs(1);
/// How often the check of an import is begun before it is given up: a file that ends the process
/// each time must not do so for ever.
const MOST_ATTEMPTS: i64 = 5;
/// How often a check is tried again while the database is full, busy or not reachable.
const MOST_WAITS: u32 = 30;
/// How long a preview waits to be decided.
pub const PREVIEW_DAYS: i64 = 7;
/// After so long, pieces of a file that no import uses are taken for those of a broken upload.
const UPLOAD_HOURS: u64 = 24;

/// Works on imports until it is dropped. `address` is where this server listens: imports that an earlier
/// server at the same address left unfinished are taken up at once.
pub async fn run(app: &App, address: &str) {
    let name = format!("{}/{address}", host());
    begin(app, &name).await;
    futures_util::future::join_all((0..AT_ONCE).map(|_| work(app, &name))).await;
}

/// The name of this machine, where it is known.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

async fn begin(app: &App, name: &str) {
    let begun = async {
        let mut tx = app.db.write().await?;
        store::requeue(&mut tx, name).await?;
        for id in store::nameless_files(&mut tx, id_of_hours_ago(app.now(), UPLOAD_HOURS)).await? {
            store::forget_pieces(&mut tx, id).await?;
        }
        tx.commit().await
    };
    if let Err(error) = begun.await {
        tracing::error!(%error, "what an earlier server has left could not be looked at");
    }
}

/// Ids hold the time at which they were made.
fn id_of_hours_ago(now: DateTime<Utc>, hours: u64) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    let time = uuid::Timestamp::from_unix(uuid::NoContext, seconds.saturating_sub(hours * 3600), 0);
    Uuid::new_v7(time)
}

async fn work(app: &App, name: &str) {
    loop {
        match next(app, name, None).await {
            Ok(true) => {}
            Ok(false) => {
                // Woken by a notification, or after a second.
                let _ = tokio::time::timeout(LOOK, app.work.notified()).await;
            }
            Err(error) => {
                db::note_error(&error);
                tracing::error!(%error, "a worker could not go on");
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

/// Does the next thing that there is to do, of one import or of all. False if there is nothing.
pub async fn next(app: &App, name: &str, only: Option<Uuid>) -> Result<bool, sqlx::Error> {
    if let Some((import, lease)) = take_lease(app, name, only).await? {
        check(app, &import, lease).await?;
        return Ok(true);
    }
    if only.is_some() {
        return Ok(false);
    }
    let now = app.now();
    let mut tx = app.db.read().await?;
    if let Some(id) = store::next_to_expire(&mut tx, now - TimeDelta::days(PREVIEW_DAYS)).await? {
        drop(tx);
        expire(app, id, now - TimeDelta::days(PREVIEW_DAYS)).await?;
        return Ok(true);
    }
    if let Some(id) = store::next_to_clear(&mut tx, now).await? {
        drop(tx);
        clear(app, id).await?;
        return Ok(true);
    }
    Ok(false)
}

/// Takes the next import that waits to be checked.
async fn take_lease(
    app: &App,
    name: &str,
    only: Option<Uuid>,
) -> Result<Option<(Import, Uuid)>, sqlx::Error> {
    // Looking blocks nobody; a transaction that writes begins only where something is found.
    let mut tx = app.db.read().await?;
    if store::next_to_check(&mut tx, only, app.now())
        .await?
        .is_none()
    {
        return Ok(None);
    }
    drop(tx);
    let mut tx = app.db.write().await?;
    let now = app.now();
    let Some(id) = store::next_to_check(&mut tx, only, now).await? else {
        return Ok(None);
    };
    let Some(mut import) = store::find(&mut tx, id).await? else {
        return Ok(None);
    };
    let lease = Uuid::now_v7();
    import.attempts += 1;
    if import.attempts > MOST_ATTEMPTS {
        fail(&mut import, given_up());
    } else {
        import.state = ImportState::Reading;
        import.worker = Some(name.to_owned());
        import.lease = Some(lease);
        import.heartbeat = Some(now);
        import.staged = true;
        (import.done, import.total) = (0, None);
    }
    store::save(&mut tx, &import).await?;
    tx.commit().await?;
    Ok((import.state == ImportState::Reading).then_some((import, lease)))
}

fn fail(import: &mut Import, failure: RosterProblem) {
    import.state = ImportState::Failed;
    import.failure = Some(Json(failure));
    import.report = None;
    import.lease = None;
    import.version += 1;
}

fn given_up() -> RosterProblem {
    RosterProblem::of_file(
        Severity::Error,
        Refusal::new(
            "import_given_up",
            words!(
                "核对此文件时服务中断了 {MOST_ATTEMPTS} 次，已停止",
                "the service broke off {MOST_ATTEMPTS} times while it checked this file, and gave up"
            ),
            words!(
                "请联系系统管理员查看日志；也可拆分文件后重新上传",
                "ask the administrator to look at the log; or split the file and upload it again"
            ),
        ),
    )
}

async fn check(app: &App, import: &Import, lease: Uuid) -> Result<(), sqlx::Error> {
    let mut retries = Retries::default();
    let stop = loop {
        let Err(stop) = check::run(app, import, lease).await else {
            tracing::info!(import = %import.id, "an import was checked");
            return Ok(());
        };
        let Some(wait) = retries.next(import.id, &stop) else {
            break stop;
        };
        tokio::time::sleep(wait).await;
    };
    match stop {
        Stop::Lost | Stop::RegisterChanged => {
            tracing::info!(import = %import.id, "an import was taken away");
            Ok(())
        }
        Stop::Unreadable(error) => {
            tracing::info!(import = %import.id, %error, "a file cannot be read");
            end(app, import.id, lease, RosterProblem::of_reading(&error)).await
        }
        // The database has been busy or not reachable for long. The import is left as it is, and
        // taken up again when this worker's lease is over.
        Stop::Database(error) if db::will_pass(&error) => Err(error),
        // Logged when it was refused for the first time, in the same words.
        Stop::Database(_) => end(app, import.id, lease, refused_twice()).await,
    }
}

/// How often a check was begun anew, and for what.
#[derive(Debug, Default)]
struct Retries {
    /// In what words the database refused what the check wrote.
    refused: Option<String>,
    /// For a database that is full, busy or gone.
    waits: u32,
}

impl Retries {
    /// After how long a check that was stopped is begun anew, which is logged; nothing if it is not.
    fn next(&mut self, import: Uuid, stop: &Stop) -> Option<Duration> {
        match stop {
            Stop::RegisterChanged => {
                tracing::info!(%import, "the register changed, the check begins anew");
                Some(Duration::ZERO)
            }
            Stop::Database(error) if db::note_error(error) => {
                tracing::info!(%import, "the schema changed, the check begins anew");
                Some(Duration::ZERO)
            }
            Stop::Database(error) if !db::will_pass(error) => {
                let words = Some(error.to_string());
                if self.refused == words {
                    return None;
                }
                tracing::error!(%import, %error, "the database refuses what a check writes");
                self.refused = words;
                Some(Duration::ZERO)
            }
            Stop::Database(error) if self.waits < MOST_WAITS => {
                tracing::warn!(%import, %error, "the check begins anew when the database is well");
                self.waits += 1;
                Some(LOOK)
            }
            Stop::Database(_) | Stop::Lost | Stop::Unreadable(_) => None,
        }
    }
}

/// A check that the database refuses twice in the same words is not tried again: other imports wait.
fn refused_twice() -> RosterProblem {
    RosterProblem::of_file(
        Severity::Error,
        Refusal::new(
            "import_refused_by_database",
            words!(
                "数据库两次以同样的原因拒绝了此文件的内容，已停止",
                "the database refused the content of this file twice for the same reason; it was given up"
            ),
            words!(
                "请联系系统管理员查看日志；没有写入任何内容",
                "ask the administrator to look at the log; nothing was written"
            ),
        ),
    )
}

/// Ends an import on which the caller still has this lease.
async fn end(app: &App, id: Uuid, lease: Uuid, failure: RosterProblem) -> Result<(), sqlx::Error> {
    let mut tx = app.db.write().await?;
    let found = store::find(&mut tx, id).await?;
    if let Some(mut import) = found.filter(|import| import.lease == Some(lease)) {
        fail(&mut import, failure);
        store::save(&mut tx, &import).await?;
    }
    tx.commit().await
}

/// Gives up a preview that was checked before this time; looked at again in the write, since someone
/// may have had it checked anew.
pub async fn expire(app: &App, id: Uuid, before: DateTime<Utc>) -> Result<(), sqlx::Error> {
    let mut tx = app.db.write().await?;
    let found = store::find(&mut tx, id).await?;
    let is_old = |import: &Import| {
        import.state == ImportState::Ready && import.checked_at.is_some_and(|at| at < before)
    };
    if let Some(mut import) = found.filter(is_old) {
        import.state = ImportState::Expired;
        import.version += 1;
        store::save(&mut tx, &import).await?;
    }
    tx.commit().await
}

/// Deletes what an import that has ended no longer needs, in small steps.
pub async fn clear(app: &App, id: Uuid) -> Result<(), sqlx::Error> {
    loop {
        let mut tx = app.db.write().await?;
        let Some(mut import) = store::find(&mut tx, id).await? else {
            return Ok(());
        };
        // Checked anew meanwhile, what is staged is its preview.
        let is_open = import.state.is_at_work() || import.state == ImportState::Ready;
        if is_open || import.is_leased(app.now()) {
            return Ok(());
        }
        let kept = matches!(import.state, ImportState::Committed | ImportState::Undone);
        if check::clear_some(&mut tx, id, !kept).await? {
            tx.commit().await?;
            continue;
        }
        import.staged = false;
        import.lease = None;
        store::save(&mut tx, &import).await?;
        return tx.commit().await;
    }
}
