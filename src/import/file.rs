//! The file of an import: kept in pieces, put together again where it is needed.

use std::io::{BufReader, Write};
use std::time::Instant;

use poem::http::StatusCode;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncSeek, AsyncSeekExt};
use tokio::time::timeout;
use uuid::Uuid;

use super::store;
use crate::app::App;
use crate::db::Tx;
use crate::problem::Problem;
use crate::roster::marked::{self, MarkError, Told};
use crate::roster::problem_group::ProblemGroup;
use crate::roster::report::RosterProblem;
use crate::roster::upload;
use crate::workbook::error::ReadError;
use crate::workbook::in_place::EditError;
use crate::workbook::queue::Turn;
use crate::workbook::reader_process::Child;

/// `Retry-After` of an upload that waited for other writers until the timeout.
const RETRY_AFTER_SECONDS: u32 = 30;
/// Pieces of a file that are written in one transaction.
const PIECES_AT_ONCE: usize = 4;

/// Writes the pieces of a file before there is an import that names them: so each transaction is
/// small, and an upload that breaks off leaves nothing that anyone sees.
pub async fn keep<F: AsyncRead + AsyncSeek + Unpin>(
    app: &App,
    id: Uuid,
    file: &mut F,
) -> Result<(), Problem> {
    file.rewind()
        .await
        .map_err(|error| upload::not_whole(&error))?;
    let mut position = 0;
    let mut patience = app.upload_patience;
    loop {
        let asked = Instant::now();
        let mut tx = match timeout(patience, app.db.write_deferred()).await {
            Ok(Ok(tx)) => tx,
            Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_) => return Err(waited_in_vain()),
            Ok(Err(error)) => return Err(error.into()),
        };
        patience = patience.saturating_sub(asked.elapsed());
        for _ in 0..PIECES_AT_ONCE {
            let piece = upload::read_piece(file)
                .await
                .map_err(|error| upload::not_whole(&error))?;
            if piece.is_empty() {
                tx.commit().await?;
                return Ok(());
            }
            store::add_piece(&mut tx, id, position, &piece).await?;
            position += 1;
        }
        tx.commit().await?;
    }
}

/// 503 for an upload that waited for other writers until the timeout. The pieces written so far belong
/// to no import, and are deleted later.
fn waited_in_vain() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "database_busy",
        "系统正在写入大量数据（如提交导入），本次上传等待过久，没有保存；请稍后重新上传",
        "much is being written just now, such as an import that is committed; this upload has waited for too long and was not kept, send it again later",
    )
    .retry_after(RETRY_AFTER_SECONDS)
}

/// The file of an import.
pub async fn whole(tx: &mut Tx, id: Uuid) -> Result<Vec<u8>, sqlx::Error> {
    let mut file = Vec::new();
    let mut position = 0;
    while let Some(piece) = store::piece(tx, id, position).await? {
        file.extend(piece);
        position += 1;
    }
    Ok(file)
}

/// Why the file of an import is not where another process can read it.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The pieces of the file cannot be read from the database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The temporary file cannot be written.
    #[error(transparent)]
    File(#[from] std::io::Error),
}

/// The file of an import, where another process can read it.
pub async fn spool(tx: &mut Tx, id: Uuid) -> Result<NamedTempFile, SpoolError> {
    let mut file = NamedTempFile::new()?;
    let mut position = 0;
    while let Some(piece) = store::piece(tx, id, position).await? {
        file.write_all(&piece)?;
        position += 1;
    }
    Ok(file)
}

/// The file of an import as a workbook with these problems marked in it, made in this turn.
pub async fn marked(
    app: &App,
    turn: Turn,
    id: Uuid,
    (problems, groups): (Vec<RosterProblem>, Vec<ProblemGroup>),
) -> Result<Vec<u8>, Problem> {
    let mut tx = app.db.read().await?;
    let file = match spool(&mut tx, id).await {
        Ok(file) => file,
        Err(SpoolError::Database(error)) => return Err(error.into()),
        Err(SpoolError::File(error)) => return Err(upload::unwritten(&error)),
    };
    drop(tx);
    let program = app.reader.clone();
    let work = move || {
        // The reader's process looks at the file first: what would do harm is not touched here.
        let mut source = Child::open(&program, file.path())?;
        let again = file.reopen().map_err(EditError::from)?;
        let told = Told {
            problems: &problems,
            groups: &groups,
        };
        marked::write(&mut source, BufReader::new(again), told)
    };
    let written = turn
        .run(work)
        .await
        .map_err(|error| upload::unwritten(&error))?;
    written.map_err(|error| match error {
        MarkError::Read(ReadError::Internal) => upload::unwritten(&error),
        MarkError::Read(error) => upload::unreadable(&error),
        MarkError::Write(error) => upload::unwritten(&error),
        MarkError::Edit(error) => upload::unwritten(&error),
    })
}
