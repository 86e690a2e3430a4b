//! Why there is no marked workbook.

use rust_xlsxwriter::XlsxError;

use crate::workbook::in_place::EditError;
use crate::workbook::reader::ReadError;

/// Why a marked workbook cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// The workbook that was sent cannot be read to its end.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The marked one cannot be written.
    #[error(transparent)]
    Write(#[from] XlsxError),
    /// Marks cannot be put into it.
    #[error(transparent)]
    Edit(#[from] EditError),
}
