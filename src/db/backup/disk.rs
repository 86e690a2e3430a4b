//! Whole files: read and written beside the threads of requests, and made durable.

use std::path::Path;

use super::error::BackupError;
use crate::db::sqlite::names;

/// Reads or writes whole files where it keeps nobody waiting.
pub(in crate::db) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(BackupError::Tool(error.to_string())))
}

/// Makes the names in a file's folder durable.
pub(in crate::db) fn sync_folder(file: &Path) -> Result<(), BackupError> {
    let folder = names::folder_of(file);
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(BackupError::file(folder))
}
