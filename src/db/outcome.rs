//! Whether what is being answered may have written something.
//!
//! A client that is told «nothing was written» sends a visit again. So it must be true.
//! So each commit within a request is noted, and a problem of the database asks here for its words.

use std::cell::Cell;
use std::future::Future;

use crate::problem::Text;

tokio::task_local! {
    static WRITTEN: Cell<bool>;
}

/// Runs what answers one request, from the beginning of which nothing has been written.
pub async fn of_one_request<F: Future>(answering: F) -> F::Output {
    WRITTEN.scope(Cell::new(false), answering).await
}

/// Whether something may have been written since the request began. Outside of a request: yes.
pub fn may_have_written() -> bool {
    WRITTEN.try_with(Cell::get).unwrap_or(true)
}

/// Notes how a commit ended.
pub(super) fn of_commit(committed: Result<(), sqlx::Error>) -> Result<(), sqlx::Error> {
    if !committed.as_ref().is_err_and(was_refused) {
        // Outside of a request nobody asks.
        let _ = WRITTEN.try_with(|written| written.set(true));
    }
    committed
}

/// Whether the engine itself has said that it did not commit. A server that ends, and a connection that
/// breaks, leave it open; so does an error of the disk.
fn was_refused(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else {
        return false;
    };
    match error.code() {
        Some(code) if code.len() == 5 => !["08", "57", "58", "XX"]
            .iter()
            .any(|class| code.starts_with(class)),
        // SQLITE_BUSY, SQLITE_FULL, SQLITE_CONSTRAINT.
        Some(code) => code
            .parse()
            .is_ok_and(|code: u32| matches!(code & 0xff, 5 | 13 | 19)),
        None => false,
    }
}

/// What to say of it after a fault.
pub fn words() -> Text {
    if may_have_written() {
        Text {
            zh: "本次操作可能已经写入：请先查看，或原样重新提交（用同一个 Idempotency-Key 就不会重复）".to_owned(),
            en: "it may have been written: look first, or send it again with the same Idempotency-Key (it is not done twice)".to_owned(),
        }
    } else {
        Text {
            zh: "本次操作没有写入任何内容".to_owned(),
            en: "nothing was written".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_was_written_is_said_only_when_it_is_true() {
        of_one_request(async {
            assert!(!may_have_written());
            assert!(words().en.starts_with("nothing"));
            // The connection broke: nobody knows.
            let broken = sqlx::Error::Io(std::io::ErrorKind::BrokenPipe.into());
            assert!(of_commit(Err(broken)).is_err());
            assert!(may_have_written());
            assert!(words().en.contains("may have been"));
        })
        .await;
        of_one_request(async {
            assert!(of_commit(Ok(())).is_ok());
            assert!(may_have_written(), "a fault after the commit");
        })
        .await;
        assert!(may_have_written(), "nobody has noted anything");
    }
}
