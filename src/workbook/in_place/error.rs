//! Why a workbook cannot be changed where it is.

use std::io;

use zip::result::ZipError;

use crate::workbook::error::ReadError;

/// Why a workbook cannot be changed where it is.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It is put together in a way that we do not change, such as by no program that we know.
    #[error("{0}")]
    Unusual(&'static str),
    /// What was read of it before cannot be read again.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The archive.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// Reading or writing.
    #[error(transparent)]
    Io(#[from] io::Error),
}
