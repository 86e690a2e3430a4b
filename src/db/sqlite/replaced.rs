//! That the file of an open database is another one by now, as an error.

use std::path::PathBuf;

/// The file is no longer the one that was opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0}：数据库文件已被移走、删除、替换或覆盖 / the database file was moved, deleted, replaced or overwritten"
)]
pub struct FileReplaced(pub PathBuf);

/// Whether an error says [`FileReplaced`].
pub(in crate::db) fn is_replaced(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<FileReplaced>())
            .is_some(),
        _ => false,
    }
}
