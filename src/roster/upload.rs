//! A file as it is sent, before it is known to be a roster.

use poem::http::StatusCode;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt};

use super::report::RosterProblem;
use crate::db;
use crate::problem::{Problem, words};
use crate::text::hex;
use crate::workbook::error::ReadError;

/// Bytes of a file in one row.
pub const PIECE_BYTES: usize = 1 << 20;

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

/// The next piece of a file; nothing at its end.
pub async fn read_piece(file: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
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
    let (status, code) = if matches!(error, ReadError::TooLarge(_)) {
        (StatusCode::PAYLOAD_TOO_LARGE, "too_large")
    } else if error.is_wrong_type() {
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_file_type")
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, "unreadable_file")
    };
    let problem = RosterProblem::of_reading(error);
    let (reason, remedy) = (&problem.reason, &problem.remedy);
    let detail = words!("{reason}。{remedy}", "{reason}; {remedy}"; reason, remedy);
    Problem::new(status, code, detail.zh, detail.en).with_errors(vec![problem.of_answer()])
}
