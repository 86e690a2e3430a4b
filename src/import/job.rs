//! The life of an import: sent, checked, looked at, and then taken into the register or not.
//!
//! ```text
//! queued ─► reading ─► checking ─► ready ─► committed ─► undone
//!    ▲          │          │         ├────► cancelled, expired
//!    └──────────┴─ again ──┴─────────┘      failed: the file cannot be read
//! ```
//!
//! Whoever works on an import holds a claim on it. To cancel it, or to check it anew, is to take the
//! claim away: the next thing that the worker writes finds that out, and nothing of it stays.

use tokio::io::{AsyncRead, AsyncSeek};
use uuid::Uuid;

use super::file;
use super::state::ImportState;
use super::store::{self, Import};
use crate::access::Caller;
use crate::access::idempotency::{self, Ticket};
use crate::access::privacy::Sight;
use crate::app::App;
use crate::code_list::CodeList;
use crate::db::{Json, Tx};
use crate::problem::Problem;
use crate::roster::choices::Choices;
use crate::roster::report::RosterKind;
use crate::roster::upload;
use crate::text::storable;

/// Longest file name that is kept, in characters.
const LONGEST_FILE_NAME: usize = 255;

impl Import {
    /// How it stands, in one sentence.
    pub fn words(&self) -> String {
        let report = self.report.as_ref().map(|report| &report.0);
        let failure = || {
            let failure = self.failure.as_ref().map(|failure| &failure.0);
            failure.map_or_else(String::new, |failure| {
                format!("：{}。{}", failure.reason, failure.remedy)
            })
        };
        match (self.state, report) {
            (ImportState::Ready, Some(report)) => report.outlook(),
            (ImportState::Committed, Some(report)) if self.good_rows_only => format!(
                "导入完成（只导入没有问题的行）：{}；{} {}未导入",
                report.good_numbers(),
                report.left_out,
                report.unit()
            ),
            (ImportState::Committed, Some(report)) => format!(
                "导入完成：{}；提醒 {} 处",
                report.numbers(),
                report.warning_count
            ),
            (ImportState::Failed, _) => format!("文件无法读取{}", failure()),
            (state, _) => state.label().to_owned(),
        }
    }
}

/// A file that was sent.
pub struct Upload<F> {
    /// Which roster it is.
    pub kind: RosterKind,
    /// Its name.
    pub name: String,
    /// Its content.
    pub file: F,
    /// What was chosen beforehand.
    pub choices: Choices,
}

/// The name of a file as it is kept. Of one that is cut nobody can tell any more which numbers in it are
/// private, so they are masked for all.
fn short_name(name: &str) -> String {
    if name.chars().count() <= LONGEST_FILE_NAME {
        name.to_owned()
    } else {
        Sight::NOTHING.beginning(name, LONGEST_FILE_NAME)
    }
}

/// Keeps a file and puts it into the queue; gives the import. The same key with the same file gives
/// the same import again.
pub async fn start<F: AsyncRead + AsyncSeek + Unpin>(
    app: &App,
    caller: &Caller,
    mut upload: Upload<F>,
    key: Option<&str>,
) -> Result<Uuid, Problem> {
    let (file_sha256, file_bytes) = upload::digest(&mut upload.file)
        .await
        .map_err(|error| upload::not_whole(&error))?;
    // Browsers send a name, some a path.
    let name = upload.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = storable(name.into());
    let file_name = short_name(&name);
    let request = (
        "import",
        upload.kind,
        &file_name,
        &file_sha256,
        &upload.choices,
    );
    let mut tx = app.db.read().await?;
    if let Ticket::Answered(id) = idempotency::take(&mut tx, caller, key, &request).await? {
        return Ok(id);
    }
    drop(tx);
    let id = Uuid::now_v7();
    file::keep(app, id, &mut upload.file).await?;
    let mut tx = caller.write(&app.db).await?;
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(first) => {
            // The same file came twice at once.
            store::forget_pieces(&mut tx, id).await?;
            tx.commit().await?;
            return Ok(first);
        }
        Ticket::Open(ticket) => ticket,
    };
    let now = app.now();
    let import = Import {
        id,
        kind: upload.kind,
        file_name,
        file_sha256,
        file_bytes,
        at: now,
        actor: caller.username.clone(),
        state: ImportState::Queued,
        version: 1,
        choices: Json(upload.choices),
        done: 0,
        total: None,
        worker: None,
        claim: None,
        heartbeat: None,
        attempts: 0,
        staged: false,
        checked_at: None,
        report: None,
        failure: None,
        good_rows_only: false,
        committed_at: None,
        committed_by: None,
        undone_at: None,
        undone_by: None,
    };
    store::add(&mut tx, &import).await?;
    ticket.answer(&mut tx, now, &id).await?;
    tx.commit().await?;
    app.work.notify_one();
    Ok(id)
}

/// The import with this id, or 404.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Import, Problem> {
    store::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("次导入", "import"))
}

/// Has an import checked anew, with other choices: from the file, against the register as it is by
/// now. `may` refuses who has not seen its latest version.
pub async fn check_again(
    app: &App,
    caller: &Caller,
    id: Uuid,
    may: impl FnOnce(i64) -> Result<(), Problem>,
    choose: impl FnOnce(&mut Choices),
) -> Result<Import, Problem> {
    let import = change(app, caller, id, |import| {
        may(import.version)?;
        choose(&mut import.choices.0);
        import.state = ImportState::Queued;
        import.attempts = 0;
        import.failure = None;
        (import.done, import.total) = (0, None);
        Ok(())
    })
    .await?;
    app.work.notify_one();
    Ok(import)
}

/// Gives an import up: whoever works on it stops at the next step.
pub async fn cancel(app: &App, caller: &Caller, id: Uuid) -> Result<Import, Problem> {
    let import = change(app, caller, id, |import| {
        import.state = ImportState::Cancelled;
        Ok(())
    })
    .await?;
    app.work.notify_one();
    Ok(import)
}

/// Changes an import that is still open, and takes it away from whoever works on it.
async fn change(
    app: &App,
    caller: &Caller,
    id: Uuid,
    change: impl FnOnce(&mut Import) -> Result<(), Problem>,
) -> Result<Import, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let mut import = find(&mut tx, id).await?;
    if !import.state.is_open() {
        return Err(ended(&import));
    }
    change(&mut import)?;
    import.claim = None;
    import.version += 1;
    store::save(&mut tx, &import).await?;
    tx.commit().await?;
    Ok(import)
}

/// 409 for an import of which nothing more can be made.
pub fn ended(import: &Import) -> Problem {
    let state = import.state.label();
    Problem::conflict(
        "import_ended",
        format!("此次导入的状态是“{state}”，不能再做此操作；如需导入，请重新上传文件"),
        format!(
            "the import is `{}` and takes this no more; upload the file again",
            import.state
        ),
    )
}

/// 409 for an import of which nothing is known yet.
pub fn not_checked(import: &Import) -> Problem {
    let state = import.state.label();
    Problem::conflict(
        "import_not_checked",
        format!("此次导入的状态是“{state}”，还没有核对结果"),
        format!("the import is `{}` and was not checked", import.state),
    )
}

/// 409 for an import that is not ready to be committed.
pub fn not_ready(import: &Import) -> Problem {
    let state = import.state.label();
    Problem::conflict(
        "import_not_ready",
        format!("此次导入的状态是“{state}”，只有“待确认”的导入才能写入登记"),
        format!(
            "the import is `{}`; only one that is `ready` can be committed",
            import.state
        ),
    )
}

/// Another record has meanwhile got a number that must be unique.
pub fn is_taken(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_masked_before_it_is_cut() {
        // The word that tells the birth date, and the end of the number, are cut off.
        for (end, kept) in [
            ("1949-12-31出生", "1949-**-**"),
            ("320999194912310022", "320*******"),
        ] {
            let before = "名".repeat(LONGEST_FILE_NAME - 10);
            let name = format!("{before}{end}.xlsx");
            assert_eq!(short_name(&name), format!("{before}{kept}"));
        }
        assert_eq!(
            short_name("320999194912310022.xlsx"),
            "320999194912310022.xlsx"
        );
    }
}
