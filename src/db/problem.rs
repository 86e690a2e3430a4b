//! What a fault of the database means for the caller.

use poem::http::StatusCode;

use crate::problem::Problem;

/// SQLite's primary result codes for "another holds the lock".
const SQLITE_BUSY: [u32; 2] = [5, 6];
/// PostgreSQL's codes for "could not get the lock" and "serialisation failure".
const POSTGRES_BUSY: [&str; 3] = ["55P03", "40001", "40P01"];

/// Whether the same may succeed later: the database is busy or gone, and refuses nothing of what it
/// was given.
pub fn will_pass(error: &sqlx::Error) -> bool {
    is_busy(error) || is_gone(error)
}

fn is_busy(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(database) => database.code().is_some_and(|code| {
            POSTGRES_BUSY.contains(&&*code)
                || sqlite_primary(&code).is_some_and(|primary| SQLITE_BUSY.contains(&primary))
        }),
        _ => false,
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if is_busy(&error) {
            tracing::warn!(%error, "the database is busy");
            return Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "database_busy",
                "数据库正忙，本次操作没有写入任何内容，请稍后重试",
                "the database is busy; nothing was written, try again in a moment",
            )
            .retry_after(5);
        }
        if is_gone(&error) {
            tracing::error!(%error, "the database is gone");
            return Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "database_unavailable",
                "数据库无法访问，本次操作没有写入任何内容，请联系管理员检查数据库",
                "the database cannot be reached; nothing was written, ask the administrator to look at it",
            )
            .retry_after(30);
        }
        tracing::error!(%error, "unexpected database error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "系统内部错误，已记录；本次操作没有写入任何内容",
            "an internal error, which has been logged; nothing was written",
        )
    }
}

/// SQLite: disk I/O error, corrupt, full, cannot open, read-only, not a database.
/// PostgreSQL: connection exceptions (08), no such database (3D), insufficient resources (53),
/// operator intervention (57).
fn is_gone(error: &sqlx::Error) -> bool {
    if matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_)
    ) {
        return true;
    }
    let Some(code) = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
    else {
        return false;
    };
    match sqlite_primary(&code) {
        Some(primary) => matches!(primary, 8 | 10 | 11 | 13 | 14 | 26),
        None => ["08", "53", "57", "3D"]
            .iter()
            .any(|class| code.starts_with(class)),
    }
}

/// SQLite's primary result code. PostgreSQL's codes always have five characters, SQLite's at most
/// four, with the primary one in the lowest byte.
fn sqlite_primary(code: &str) -> Option<u32> {
    let extended: u32 = code.parse().ok().filter(|_| code.len() < 5)?;
    Some(extended & 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_two_engines_are_told_apart() {
        assert_eq!(sqlite_primary("5"), Some(5));
        assert_eq!(sqlite_primary("261"), Some(5), "SQLITE_BUSY_RECOVERY");
        // 22021 has 5 in its lowest byte and is no SQLITE_BUSY.
        assert_eq!(sqlite_primary("22021"), None);
        assert_eq!(sqlite_primary("55P03"), None);
    }
}
