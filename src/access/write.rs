//! Writing for a caller whose rights hold at that moment.

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

    /// Refuses, with 401, a caller whose account has changed since its token was looked at.
    pub async fn still(&self, tx: &mut Tx) -> Result<(), Problem> {
        let is_command_line = self.account_id.is_nil();
        if is_command_line || account::may_act(tx, self.account_id, self.account_version).await? {
            return Ok(());
        }
        Err(unauthenticated())
    }
}
