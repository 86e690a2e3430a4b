//! `Idempotency-Key`: a request that is sent twice is done once.
//!
//! The answer is kept in the transaction that does the work, so it is there exactly if the work is. It
//! is kept for the person for whom it was done: an account that has come to belong to someone else
//! is not given it. A key belongs to its account and to one request (operation, path and body), and is
//! remembered for [`ANSWER_DAYS`](super::purge::ANSWER_DAYS).
//!
//! What is kept stands in the database and in each backup of it, so no secret may: of an account that was
//! made the answer is kept without its password, and nothing of a password goes into the digest of the
//! request, which would be guessed much faster than the slow hash beside it.
//!
//! ```text
//! let mut tx = caller.write(&app.db).await?;
//! let ticket = match idempotency::take(&mut tx, &caller, key, &("logVisit", &body)).await? {
//!     Ticket::Answered(answer) => return Ok(answer),
//!     Ticket::Open(ticket) => ticket,
//! };
//! let visit = store::log(&mut tx, task).await?;
//! ticket.answer(&mut tx, app.now(), &visit).await?;
//! tx.commit().await?;
//! ```

use chrono::{DateTime, Utc};
use poem::http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::Caller;
use super::store::idempotency::{self as store, Kept, Key};
use crate::db::Tx;
use crate::problem::Problem;
use crate::text::hex;

/// The header that holds a key.
pub const HEADER: &str = "Idempotency-Key";

/// 400 for a request that must have a key and has none.
pub fn missing() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "idempotency_key_required",
        "缺少 Idempotency-Key：请为每次走访生成一个唯一的键，重发时用同一个键",
        "`Idempotency-Key` is missing: make one for each visit and send the same one again when you send the visit again",
    )
}

/// What a key stands for.
#[derive(Debug)]
pub enum Ticket<T> {
    /// The same request was answered before.
    Answered(T),
    /// The work is to be done, and its answer given to [`Open::answer`].
    Open(Open),
}

/// A request that is being done for the first time.
#[derive(Debug)]
#[must_use]
pub struct Open {
    key: Option<Key>,
    request_digest: String,
}

/// Looks up a key of this caller. `request` is all that makes the request what it is: the
/// operation's name, its path parameters and its body. Without a key nothing is remembered.
pub async fn take<T: DeserializeOwned>(
    tx: &mut Tx,
    caller: &Caller,
    key: Option<&str>,
    request: &(impl Serialize + Sync),
) -> Result<Ticket<T>, Problem> {
    let request = serde_json::to_vec(request).unwrap_or_default();
    let request_digest = hex(&Sha256::digest(&request));
    let Some(key) = key else {
        return Ok(Ticket::Open(Open {
            key: None,
            request_digest,
        }));
    };
    let kept = store::find(tx, caller.account_id, key).await?;
    let is_same =
        |kept: &Kept| kept.request_digest == request_digest && kept.staff_id == caller.staff_id;
    match kept {
        None => Ok(Ticket::Open(Open {
            key: Some(Key {
                account_id: caller.account_id,
                staff_id: caller.staff_id,
                text: key.to_owned(),
            }),
            request_digest,
        })),
        Some(kept) if is_same(&kept) => Ok(Ticket::Answered(
            serde_json::from_value(kept.answer.0).map_err(|error| {
                tracing::error!(%error, "a kept answer cannot be read");
                sqlx::Error::decode(error)
            })?,
        )),
        Some(_) => Err(reused()),
    }
}

/// 422 for a key that was used for something else.
pub fn reused() -> Problem {
    Problem::invalid(
        "idempotency_key_reused",
        "此 Idempotency-Key 已用于另一份内容；新的提交请换一个新的键",
        "this Idempotency-Key was used with another body; send new content with a new key",
    )
    .at_parameter("header", HEADER)
}

impl Open {
    /// Remembers the answer for the key.
    pub async fn answer(
        self,
        tx: &mut Tx,
        now: DateTime<Utc>,
        answer: &(impl Serialize + Sync),
    ) -> Result<(), sqlx::Error> {
        let Some(key) = self.key else { return Ok(()) };
        store::add(tx, &key, &self.request_digest, answer, now).await
    }
}
