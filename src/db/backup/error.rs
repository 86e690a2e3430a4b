//! Why a backup could not be made, or is not restored.

use std::io;
use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;

use crate::db::address::Engine;
use crate::db::error::DbError;
use crate::db::problem;
use crate::db::schema::SchemaError;
use crate::os_error;

/// Why a backup could not be made, or is not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The address is wrong, or a file could not be used.
    #[error(transparent)]
    Db(DbError),
    /// The engine's error.
    #[error("{0}")]
    Engine(#[source] sqlx::Error),
    /// There is no room left.
    #[error("磁盘空间不足 / no space left on the disk")]
    NoSpace,
    /// The file to be written exists already.
    #[error("{0} 已存在，不会覆盖 / the file exists, and is not overwritten")]
    Exists(PathBuf),
    /// There is no database to save at this address.
    #[error("{0} 处没有牵手数据库 / there is no database of this program")]
    NoDatabase(String),
    /// The backup and the database are the same file.
    #[error("{0} 就是数据库本身 / this file is the database itself")]
    SameFile(PathBuf),
    /// Someone has the database open.
    #[error(
        "数据库正在使用中（{0}）：请先停止服务及其他连接 / the database is in use; stop the service and others who are connected first"
    )]
    InUse(String),
    /// Neither kind of backup.
    #[error("{0} 不是本程序的备份文件 / not a backup of this program")]
    NotABackup(PathBuf),
    /// A backup of the other engine.
    #[error(
        "{file} 是 {of} 的备份，不能恢复到另一种数据库；请用 --database 指明 / a backup of {of}: name such a database by --database"
    )]
    OtherEngine {
        /// Its name, as it was given.
        file: PathBuf,
        /// The engine that can take it.
        of: Engine,
    },
    /// The content of the backup is damaged.
    #[error("备份文件已损坏 / the backup is damaged: {0}")]
    Damaged(String),
    /// The content of the database to be saved is damaged.
    #[error("数据库已损坏，备份未保留 / the database is damaged; no backup was kept: {0}")]
    Unsound(String),
    /// A database file whose last changes are in a file beside it.
    #[error(
        "{0} 中还有未写回的内容：这不是完整的备份；请用 sqlite3 打开一次后再试 / not a whole backup: its last changes stand in this file; open it once with sqlite3, then try again"
    )]
    UnmergedLog(PathBuf),
    /// It is of another program, or of a later version of this one.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// A tool of PostgreSQL failed, or could not be run.
    #[error("{0}")]
    Tool(String),
    /// What was restored is not what was saved; it was taken back.
    #[error(
        "恢复后的内容与备份不符，已退回 / what was restored differs from the backup and was taken back: {0}"
    )]
    Differs(String),
}

impl BackupError {
    /// That a tool of PostgreSQL could not be run.
    pub(in crate::db) fn tool(name: &str, error: &io::Error) -> Self {
        Self::Tool(if error.kind() == io::ErrorKind::NotFound {
            format!(
                "没有找到 {name}，请安装 PostgreSQL 客户端工具 / {name} is not there: install PostgreSQL's client tools (Debian: postgresql-client)"
            )
        } else {
            let why = os_error::words(error);
            format!(
                "无法运行 {name}：{} / cannot run {name}: {}",
                why.chinese, why.english
            )
        })
    }

    /// That a file could not be read or written.
    pub(in crate::db) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let named = DbError::file(path);
        |error| named(error).into()
    }
}

impl From<sqlx::Error> for BackupError {
    fn from(error: sqlx::Error) -> Self {
        if problem::is_full(&error) {
            return Self::NoSpace;
        }
        Self::Engine(error)
    }
}

impl From<DbError> for BackupError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::NoSpace => Self::NoSpace,
            error => Self::Db(error),
        }
    }
}

impl From<MigrateError> for BackupError {
    fn from(error: MigrateError) -> Self {
        DbError::from(error).into()
    }
}
