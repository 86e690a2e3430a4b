//! Sending a file: it is kept and waits to be checked.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeek};
use uuid::Uuid;

use super::read::find;
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, Sight};
use crate::app::App;
use crate::db::Json;
use crate::import::error::check_fields;
use crate::import::file;
use crate::import::model::Import;
use crate::import::state::ImportState;
use crate::import::store;
use crate::problem::Problem;
use crate::roster::choices::Choices;
use crate::roster::report::RosterKind;
use crate::roster::upload;
use crate::text::storable;
use crate::workbook::error::ReadError;
use crate::workbook::format;

/// Longest file name that is kept, in characters.
const LONGEST_FILE_NAME: usize = 255;

/// A file that was sent.
pub struct Upload<F> {
    pub kind: RosterKind,
    pub name: String,
    /// Bytes of it.
    pub size: u64,
    pub file: F,
    /// What was chosen beforehand.
    pub choices: Choices,
}

/// Why an import does not begin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The file broke off.
    #[error(transparent)]
    NotWhole(std::io::Error),
    /// Its first bytes or its size show that it is no roster.
    #[error(transparent)]
    Unreadable(ReadError),
    #[error(transparent)]
    Other(#[from] Problem),
}

impl From<StartError> for Problem {
    fn from(error: StartError) -> Self {
        match error {
            StartError::NotWhole(error) => upload::not_whole(&error),
            StartError::Unreadable(error) => upload::unreadable(&error),
            StartError::Other(problem) => problem,
        }
    }
}

/// The name of a file as it is kept. Once a name is cut, it is unknown which numbers in it are private,
/// so they are masked for everybody.
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
) -> Result<Import, StartError> {
    refuse_at_once(&mut upload).await?;
    Ok(queue(app, caller, upload, key).await?)
}

async fn queue<F: AsyncRead + AsyncSeek + Unpin>(
    app: &App,
    caller: &Caller,
    mut upload: Upload<F>,
    key: Option<&str>,
) -> Result<Import, Problem> {
    check_fields(upload.kind, &upload.choices)?;
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
        return find(&mut tx, id).await;
    }
    drop(tx);
    let id = Uuid::now_v7();
    file::keep(app, id, &mut upload.file).await?;
    let mut tx = caller.write(&app.db).await?;
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(first) => {
            // The same file came twice at once.
            store::forget_pieces(&mut tx, id).await?;
            let import = find(&mut tx, first).await?;
            tx.commit().await?;
            return Ok(import);
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
        lease: None,
        heartbeat: None,
        attempts: 0,
        staged: false,
        checked_at: None,
        report: None,
        renamings: Json(Vec::new()),
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
    Ok(import)
}

/// Refuses what its first bytes, or its size, show to be no roster.
async fn refuse_at_once<F: AsyncRead + Unpin>(sent: &mut Upload<F>) -> Result<(), StartError> {
    let mut head = Vec::new();
    (&mut sent.file)
        .take(format::FIRST_BYTES as u64)
        .read_to_end(&mut head)
        .await
        .map_err(StartError::NotWhole)?;
    format::refuse_at_once(&head, sent.size).map_err(StartError::Unreadable)
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
