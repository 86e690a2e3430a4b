//! Why a database could not be opened.

use std::io;
use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgConnectOptions;

use super::problem;
use crate::os_error;

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
    /// No PostgreSQL server answers, or it lets nobody in.
    #[error(
        "无法连接 PostgreSQL 服务器 {server}：{words}；请检查地址、网络和服务器是否已启动 / cannot connect to the PostgreSQL server {server}: {source}"
    )]
    Unreachable {
        /// Host and port, or the folder of the socket.
        server: String,
        /// Why, for people who read Chinese.
        words: String,
        /// What the driver said.
        source: sqlx::Error,
    },
    /// There is no room left.
    #[error(
        "磁盘空间不足，数据库无法打开；请清理空间后重试 / no space left on the disk: the database cannot be opened; make room, then try again"
    )]
    NoSpace,
    /// A migration could not be applied.
    #[error("数据库结构升级失败 / migration failed: {0}")]
    Migration(#[source] MigrateError),
    /// A file beside the database.
    #[error(
        "无法使用 {path}：{} / cannot use {path}: {}",
        os_error::words(source).chinese,
        os_error::words(source).english
    )]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no database there, and nobody has said that one is to be made.
    #[error(
        "{path} 处没有数据库（文件不存在或为空）。如确实要新建一个空的数据库，请加 --create；否则请检查路径，或用 qianshou restore 恢复备份 / no database at {path}: add --create to make a new, empty one, or look at the path, or `qianshou restore` a backup",
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
    /// That a server could not be connected to.
    pub(super) fn unreachable(options: &PgConnectOptions, source: sqlx::Error) -> Self {
        let server = match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => format!("{}:{}", options.get_host(), options.get_port()),
        };
        let words = match &source {
            sqlx::Error::Io(error) => os_error::words(error).chinese,
            sqlx::Error::Database(error) => match error.code().as_deref() {
                Some("28P01" | "28000") => "用户名或密码不对".to_owned(),
                Some("3D000") => "没有这个数据库".to_owned(),
                Some("53300") => "连接数已满".to_owned(),
                Some("57P03") => "服务器正在启动或关闭".to_owned(),
                _ => "服务器拒绝连接".to_owned(),
            },
            _ => "连接失败".to_owned(),
        };
        Self::Unreachable {
            server,
            words,
            source,
        }
    }

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
