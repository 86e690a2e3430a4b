//! Taking households over from an import, and taking that back.

use super::store::{REPLACED, TOUCHED, switch};
use crate::access::history::Actor;
use crate::db::{self, Tx};

/// Takes the good households of the actor's import into the register. Where another household has
/// meanwhile got a number or a person that one of these needs, a unique constraint fails.
pub async fn take_over(tx: &mut Tx, actor: Actor<'_>) -> Result<(), sqlx::Error> {
    let import_id = actor.import()?;
    switch::keep_history(tx, actor, "import").await?;
    switch::take_members_out(tx, import_id, REPLACED).await?;
    switch::replace(tx, actor, "$1").await?;
    switch::add(tx, actor).await?;
    switch::put_members_in(tx, import_id, TOUCHED).await?;
    // What an earlier version of the program has staged has other keys, or none.
    db::key_places(tx).await
}

/// Takes back what [`take_over`] did: what is staged by now is what the households were before.
pub async fn take_back(tx: &mut Tx, actor: Actor<'_>) -> Result<(), sqlx::Error> {
    let import_id = actor.import()?;
    switch::keep_history(tx, actor, "undo").await?;
    switch::take_members_out(tx, import_id, TOUCHED).await?;
    switch::remove_added(tx, import_id).await?;
    switch::replace(tx, actor, "plan.base_import_id").await?;
    switch::put_members_in(tx, import_id, REPLACED).await?;
    db::key_places(tx).await
}
