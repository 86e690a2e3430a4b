//! The file of an import: kept in pieces, put together again where it is needed.

use std::io::{Cursor, Write};
use std::time::Instant;

use poem::http::StatusCode;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt};
use tokio::time::timeout;
use uuid::Uuid;

use super::marked::{self, MarkError};
use super::report::RosterProblem;
use super::store::{self, PIECE_BYTES};
use crate::access::hex;
use crate::app::App;
use crate::db::{self, Tx};
use crate::problem::{FieldProblem, Problem};
use crate::workbook::child::Child;
use crate::workbook::error::ReadError;
use crate::workbook::queue::Turn;

/// After how many seconds one who has waited in vain may try again.
const RETRY_AFTER_SECONDS: u32 = 30;
/// Pieces of a file that are written in one transaction.
const PIECES_AT_ONCE: usize = 4;

/// SHA-256 of a file, hexadecimal, and its size.
pub async fn digest<F: AsyncRead + AsyncSeek + Unpin>(
    file: &mut F,
) -> std::io::Result<(String, i64)> {
    let (mut digest, mut size) = (Sha256::new(), 0_i64);
    file.rewind().await?;
    loop {
        let piece = read_piece(file).await?;
        if piece.is_empty() {
            return Ok((hex(&digest.finalize()), size));
        }
        digest.update(&piece);
        size += i64::try_from(piece.len()).unwrap_or(i64::MAX);
    }
}

/// Writes the pieces of a file before there is an import that names them: so each transaction is
/// small, and an upload that breaks off leaves nothing that anyone sees.
pub async fn keep<F: AsyncRead + AsyncSeek + Unpin>(
    app: &App,
    id: Uuid,
    file: &mut F,
) -> Result<(), Problem> {
    file.rewind().await.map_err(|error| not_whole(&error))?;
    let mut position = 0;
    let mut patience = app.upload_patience;
    loop {
        let asked = Instant::now();
        let mut tx = match timeout(patience, app.db.write_ahead()).await {
            Ok(Ok(tx)) => tx,
            Ok(Err(sqlx::Error::PoolTimedOut)) | Err(_) => return Err(waited_in_vain()),
            Ok(Err(error)) => return Err(error.into()),
        };
        patience = patience.saturating_sub(asked.elapsed());
        for _ in 0..PIECES_AT_ONCE {
            let piece = read_piece(file).await.map_err(|error| not_whole(&error))?;
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

/// 503 for an upload that has waited for others for too long. What was written of it nobody sees.
fn waited_in_vain() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "database_busy",
        "系统正在写入大量数据（如提交导入），本次上传等待过久，没有保存；请稍后重新上传",
        "much is being written just now, such as an import that is committed; this upload has waited for too long and was not kept, send it again later",
    )
    .retry_after(RETRY_AFTER_SECONDS)
}

async fn read_piece(file: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    let mut limited = file.take(PIECE_BYTES as u64);
    limited.read_to_end(&mut piece).await?;
    Ok(piece)
}

/// 400 for a file that broke off.
pub fn not_whole(error: &std::io::Error) -> Problem {
    Problem::bad_request(
        format!("上传的文件没有收全，请重新上传：{error}"),
        format!("the upload did not arrive whole, send it again: {error}"),
    )
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
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The temporary file.
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
    problems: Vec<RosterProblem>,
) -> Result<Vec<u8>, Problem> {
    let mut tx = app.db.read().await?;
    let file = match spool(&mut tx, id).await {
        Ok(file) => file,
        Err(SpoolError::Database(error)) => return Err(error.into()),
        Err(SpoolError::File(error)) => return Err(unwritten(&error)),
    };
    drop(tx);
    let program = app.reader.clone();
    let work = move || {
        let mut source = Child::open(&program, file.path())?;
        let mut output = Cursor::new(Vec::new());
        marked::write(&mut source, &problems, &mut output)?;
        Ok::<_, MarkError>(output.into_inner())
    };
    let written = turn.run(work).await.map_err(|error| unwritten(&error))?;
    written.map_err(|error| match error {
        MarkError::Read(ReadError::Internal) => unwritten(&error),
        MarkError::Read(error) => unreadable(&error),
        MarkError::Write(error) => unwritten(&error),
    })
}

/// 500 for a workbook that could not be written, or 507 where its temporary files found no room.
pub fn unwritten(error: &impl std::fmt::Display) -> Problem {
    if db::tells_of_full_disk(&error.to_string()) {
        return db::storage_full();
    }
    tracing::error!(%error, "a workbook could not be written");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "系统内部错误，已记录",
        "an internal error, which has been logged",
    )
}

/// A file of which the first bytes say that it is no workbook.
pub fn unreadable(error: &ReadError) -> Problem {
    let (status, code, en) = if matches!(error, ReadError::TooLarge(_)) {
        (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "the workbook is too large; split it by town or village",
        )
    } else if error.is_wrong_type() {
        (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "wrong_file_type",
            "the file is not a workbook that can be imported; open it in Excel or WPS and save it as .xlsx",
        )
    } else {
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            "unreadable_file",
            "the workbook cannot be read; open it in Excel or WPS and save it as .xlsx again",
        )
    };
    let problem = RosterProblem::of_reading(error);
    Problem::new(status, code, format!("{error}。{}", error.cure()), en).with_errors(vec![
        FieldProblem {
            pointer: "/file".to_owned(),
            detail: problem.reason,
            sheet: problem.sheet,
            cell: problem.cell,
            value: problem.value,
            cure: Some(problem.cure),
        },
    ])
}
