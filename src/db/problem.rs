//! What a fault of the database means for the caller.

use std::sync::Arc;

use poem::http::StatusCode;
use rustix::io::Errno;

use super::sqlite::replaced::is_replaced;
use super::{outcome, plans};
use crate::problem::Problem;

/// SQLite's primary result codes for "another holds the lock".
const SQLITE_BUSY: [u32; 2] = [5, 6];
/// PostgreSQL's codes for "serialisation failure" and "deadlock".
const POSTGRES_BUSY: [&str; 2] = ["40001", "40P01"];
/// PostgreSQL's code for "could not get the lock". A writer that waits for another one until the timeout
/// gets "the database is busy"; all other locks are those of a program that is changing a table.
pub(super) const POSTGRES_NO_LOCK: &str = "55P03";
/// SQLite's result codes for a full disk: full, and no room for the shared memory beside the database.
const SQLITE_FULL: [u32; 2] = [13, 4874];
/// PostgreSQL's code for a full disk.
const POSTGRES_FULL: &str = "53100";
/// PostgreSQL's code for a server that only reads, such as one that stands by.
const POSTGRES_READ_ONLY: &str = "25006";
/// PostgreSQL's code for a table that is not there.
const POSTGRES_NO_TABLE: &str = "42P01";

/// The kind of a problem that goes away when the request is done again.
pub const SCHEMA_CHANGED: &str = "database_schema_changed";

/// Whether the same may succeed later: the database refuses nothing of what it was given.
pub fn will_pass(error: &sqlx::Error) -> bool {
    Kind::of(error) != Kind::Internal
}

/// Whether an error says that the disk is full.
pub(super) fn is_full(error: &sqlx::Error) -> bool {
    Kind::of(error) == Kind::Full
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        (&error).into()
    }
}

impl From<Arc<sqlx::Error>> for Problem {
    fn from(error: Arc<sqlx::Error>) -> Self {
        (&*error).into()
    }
}

/// 507 for a full disk that is not the database's, such as that of temporary files.
pub fn storage_full() -> Problem {
    tracing::error!("there is no room on the disk");
    Kind::Full.problem()
}

/// Whether the words of a fault say that there was no room on a disk, where a library keeps only the words, or
/// panics with them. An error in the midst of a panic's words stands there as a programmer sees it.
pub fn tells_of_full_disk(words: &str) -> bool {
    [Errno::NOSPC, Errno::DQUOT].iter().any(|full| {
        let error = std::io::Error::from(*full);
        words.contains(&error.to_string()) || words.contains(&format!("kind: {:?}", error.kind()))
    })
}

impl From<&sqlx::Error> for Problem {
    fn from(error: &sqlx::Error) -> Self {
        let kind = Kind::of(error);
        match kind {
            Kind::Busy => tracing::warn!(%error, "the database is busy"),
            Kind::SchemaChanged => {
                plans::note_error(error);
            }
            _ => tracing::error!(%error, kind = kind.code(), "a fault of the database"),
        }
        kind.problem()
    }
}

/// What is wrong with a database, as far as it matters to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Others are at work.
    Busy,
    /// The disk has no room.
    Full,
    /// It does not answer.
    Gone,
    /// The file is another one, or the tables are not there.
    Replaced,
    /// Another program has moved the schema forward.
    SchemaChanged,
    /// A fault of ours.
    Internal,
}

impl Kind {
    fn of(error: &sqlx::Error) -> Self {
        if plans::are_out_of_date(error) {
            return Self::SchemaChanged;
        }
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            error if is_replaced(error) => Self::Replaced,
            sqlx::Error::Io(error) if is_no_room(error.kind()) => Self::Full,
            sqlx::Error::Io(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Gone,
            sqlx::Error::Database(error) => error
                .code()
                .map_or(Self::Internal, |code| Self::of_code(&code)),
            _ => Self::Internal,
        }
    }

    /// SQLite: disk I/O error, corrupt, cannot open, read-only, not a database.
    /// PostgreSQL: connection exceptions (08), not let in (28), no such database (3D), insufficient resources (53),
    /// operator intervention (57), system error (58).
    fn of_code(code: &str) -> Self {
        if let Some(extended) = sqlite_code(code) {
            let primary = extended & 0xff;
            return match primary {
                _ if SQLITE_BUSY.contains(&primary) => Self::Busy,
                _ if SQLITE_FULL.contains(&extended) => Self::Full,
                8 | 10 | 11 | 14 | 26 => Self::Gone,
                _ => Self::Internal,
            };
        }
        match code {
            _ if POSTGRES_BUSY.contains(&code) => Self::Busy,
            POSTGRES_FULL => Self::Full,
            POSTGRES_NO_LOCK => Self::SchemaChanged,
            POSTGRES_NO_TABLE => Self::Replaced,
            POSTGRES_READ_ONLY => Self::Gone,
            _ if ["08", "28", "53", "57", "58", "3D"]
                .iter()
                .any(|class| code.starts_with(class)) =>
            {
                Self::Gone
            }
            _ => Self::Internal,
        }
    }

    fn problem(self) -> Problem {
        let outcome = outcome::words();
        let (zh, en) = self.words();
        let problem = Problem::new(
            self.status(),
            self.code(),
            format!("{zh}；{}", outcome.zh),
            format!("{en}; {}", outcome.en),
        );
        match self.retry_after() {
            Some(seconds) => problem.retry_after(seconds),
            None => problem,
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Busy | Self::Gone | Self::Replaced | Self::SchemaChanged => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Full => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Busy => "database_busy",
            Self::Full => "storage_full",
            Self::Gone => "database_unavailable",
            Self::Replaced => "database_replaced",
            Self::SchemaChanged => SCHEMA_CHANGED,
            Self::Internal => "internal",
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Busy => (
                "数据库正忙，请稍后重试",
                "the database is busy, try again in a moment",
            ),
            Self::Full => (
                "服务器磁盘已满，请通知系统管理员清理空间后重试",
                "the server's disk is full; tell the administrator to make room, then try again",
            ),
            Self::Gone => (
                "数据库无法访问，请联系系统管理员检查数据库",
                "the database cannot be reached, ask the administrator to look at it",
            ),
            Self::Replaced => (
                "数据库已被移走、删除、替换或覆盖，为避免丢失记录已停止读写；请联系系统管理员放回原数据库并重新启动服务",
                "the database was moved, deleted, replaced or overwritten, so that nothing more is read or written; ask the administrator to put it back and to start the service again",
            ),
            Self::SchemaChanged => (
                "数据库结构正在升级，请稍后重试",
                "the database is being moved to another schema, try again in a moment",
            ),
            Self::Internal => (
                "系统内部错误，已记录",
                "an internal error, which has been logged",
            ),
        }
    }

    fn retry_after(self) -> Option<u32> {
        match self {
            Self::Busy => Some(5),
            Self::Full | Self::Gone | Self::Replaced => Some(30),
            Self::SchemaChanged => Some(1),
            Self::Internal => None,
        }
    }
}

/// Whether the system says that there is no room on the disk, or none that we may use.
pub(super) fn is_no_room(kind: std::io::ErrorKind) -> bool {
    use std::io::ErrorKind;
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// SQLite's extended result code, whose lowest byte is the primary one. PostgreSQL's codes always have
/// five characters, SQLite's at most four.
fn sqlite_code(code: &str) -> Option<u32> {
    code.parse().ok().filter(|_| code.len() < 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_known_by_its_words() {
        for full in [Errno::NOSPC, Errno::DQUOT] {
            let error = std::io::Error::from(full);
            assert!(tells_of_full_disk(&format!("a form: {error}")));
            let panic = format!("could not write: {error:?}");
            assert!(tells_of_full_disk(&format!(
                "panicked with message {panic:?}"
            )));
        }
        let other = std::io::Error::from(Errno::ACCESS);
        assert!(!tells_of_full_disk(&format!("{other} {other:?}")));
    }

    #[test]
    fn codes_of_the_two_engines_are_told_apart() {
        for (code, kind) in [
            ("5", Kind::Busy),
            ("261", Kind::Busy),       // SQLITE_BUSY_RECOVERY
            ("13", Kind::Full),        // SQLITE_FULL
            ("4874", Kind::Full),      // SQLITE_IOERR_SHMSIZE
            ("778", Kind::Gone),       // SQLITE_IOERR_WRITE
            ("19", Kind::Internal),    // SQLITE_CONSTRAINT
            ("22021", Kind::Internal), // has 5 in its lowest byte and is no SQLITE_BUSY
            ("55P03", Kind::SchemaChanged),
            ("40P01", Kind::Busy),
            ("28P01", Kind::Gone),
            ("25006", Kind::Gone),
            ("53100", Kind::Full),
            ("53300", Kind::Gone),
            ("42P01", Kind::Replaced),
            ("57P01", Kind::Gone),
        ] {
            assert_eq!(Kind::of_code(code), kind, "{code}");
        }
        let full = sqlx::Error::Io(std::io::ErrorKind::StorageFull.into());
        assert_eq!(Kind::of(&full), Kind::Full);
    }
}
