//! Why a database could not be opened.

use std::io;
use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;

use super::problem;

/// Why the database could not be opened or moved forward.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The address names no engine that we know.
    #[error(
        "数据库地址无效，应为 sqlite:文件 或 postgres://… / unknown database address, expected sqlite:FILE or postgres://…"
    )]
    Address,
    /// The engine's error.
    #[error("{0}")]
    Engine(#[source] sqlx::Error),
    /// There is no room left.
    #[error(
        "磁盘空间不足，数据库无法打开；请清理空间后重试 / no space left on the disk: the database cannot be opened; make room, then try again"
    )]
    NoSpace,
    /// A migration could not be applied.
    #[error("数据库结构升级失败 / migration failed: {0}")]
    Migration(#[source] MigrateError),
    /// A file beside the database.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no database there, and nobody has said that one is to be made.
    #[error(
        "{path} 处没有登记库（文件不存在或为空）。如确实要新建一个空的登记库，请加 --create；否则请检查路径，或用 qianshou restore 恢复备份 / no database at {path}: add --create to make a new, empty one, or look at the path, or `qianshou restore` a backup",
        path = .0.display()
    )]
    Missing(PathBuf),
    /// The log of another database stands beside it.
    #[error(
        "{path} 是别的数据库：旁边的日志（-wal）不是它的，合并会毁掉它，因此没有打开，也没有做任何改动。请放回原来的数据库文件，或用 qianshou restore 恢复备份；如确认日志属于该文件，请删除 {path}.in-use 后重试 / {path} is another database than the one whose log (-wal) stands beside it; nothing was opened or changed. Put the file back that was there, or `qianshou restore` a backup; if you are sure that the log is this file's, delete {path}.in-use and try again",
        path = .0.display()
    )]
    ForeignLog(PathBuf),
    /// The database belongs to another program.
    #[error(
        "{0} 是其他程序的数据库（没有牵手的结构），为避免损坏，没有做任何改动 / {0} is a database of another program; nothing was changed"
    )]
    Foreign(String),
}

impl DbError {
    /// That a file of this name could not be used.
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            kind if problem::is_no_room(kind) => Self::NoSpace,
            _ => Self::File { path, source },
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        if problem::is_full(&error) {
            return Self::NoSpace;
        }
        Self::Engine(error)
    }
}

impl From<MigrateError> for DbError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _)
                if problem::is_full(&cause) =>
            {
                Self::NoSpace
            }
            error => Self::Migration(error),
        }
    }
}
