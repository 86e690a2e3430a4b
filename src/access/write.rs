//! Writing for a caller whose rights hold at that moment.

use chrono::{DateTime, Utc};

use super::Caller;
use super::store::account;
use super::token::unauthenticated;
use crate::db::{Db, Tx};
use crate::problem::Problem;

impl Caller {
    /// Begins to write, as [`Db::write`], for this caller.
    ///
    /// Between the look at the token and the write a request may wait for other writers, and one of
    /// them may disable the caller's account or change its role, its person or its password. So it is
    /// looked at again in the transaction itself: 401 if the account is no longer what it was. Until
    /// the transaction ends it stays so.
    pub async fn write(&self, db: &Db) -> Result<Tx, Problem> {
        let mut tx = db.write().await?;
        self.still(&mut tx).await?;
        Ok(tx)
    }

    /// Refuses, with 401, a caller whose account, or whose [reach](Caller::reach), has changed since the token
    /// was looked at.
    pub async fn still(&self, tx: &mut Tx) -> Result<(), Problem> {
        if self.account_id.is_nil() {
            return Ok(());
        }
        let found = account::unit_if_it_may_act(tx, self.account_id, self.account_version).await?;
        let now = found.map(|unit_id| Self {
            unit_id,
            ..self.clone()
        });
        if now.is_some_and(|now| now.reach() == self.reach()) {
            return Ok(());
        }
        Err(unauthenticated())
    }

    /// As [`still`](Self::still), and refuses too whose session has ended, or whose time is over: for what goes on
    /// long after its request was let in.
    pub async fn still_in_session(&self, tx: &mut Tx, now: DateTime<Utc>) -> Result<(), Problem> {
        self.still(tx).await?;
        let session = account::find_token(tx, &self.session).await?;
        let lasts = session.is_some_and(|session| session.expires_at > now);
        if self.account_id.is_nil() || lasts {
            return Ok(());
        }
        Err(unauthenticated())
    }
}
