//! What people decide of an import that is open: other choices, another check, to give it up.

use uuid::Uuid;

use super::read::find;
use crate::access::Caller;
use crate::api::ETag;
use crate::app::App;
use crate::import::chosen;
use crate::import::error::{check_fields, ended};
use crate::import::model::Import;
use crate::import::state::ImportState;
use crate::import::store;
use crate::problem::Problem;
use crate::roster::choices::Choices;

/// Has an import checked anew, with other choices: from the file, against the register as it is by
/// now. `may` refuses a caller who has not seen its latest version.
pub async fn check_again(
    app: &App,
    caller: &Caller,
    id: Uuid,
    may: impl FnOnce(i64) -> Result<(), Problem>,
    choose: impl FnOnce(&mut Choices),
) -> Result<Import, Problem> {
    let import = change(app, caller, id, |import| {
        may(import.version)?;
        let former = import.choices.0.clone();
        choose(&mut import.choices.0);
        check_fields(import.kind, &import.choices.0)?;
        chosen::check(import, &former)?;
        import.state = ImportState::Queued;
        import.attempts = 0;
        import.failure = None;
        (import.done, import.total) = (0, None);
        Ok(())
    })
    .await?;
    app.work.notify_one();
    Ok(import)
}

/// Has an import checked anew with the choices that are made of its present ones; where they are the same, it
/// stays as it is.
pub async fn choose(
    app: &App,
    caller: &Caller,
    id: Uuid,
    may: impl FnOnce(i64) -> Result<(), Problem>,
    choose: impl FnOnce(&mut Choices),
) -> Result<Import, Problem> {
    let mut tx = app.db.read().await?;
    let import = find(&mut tx, id).await?;
    drop(tx);
    let mut chosen = import.choices.0.clone();
    choose(&mut chosen);
    may(import.version)?;
    if import.state.is_open() && chosen == import.choices.0 {
        return Ok(import);
    }
    // Whoever comes between is told to read it again.
    let seen = import.version;
    let same = |version| ETag(version).must_match(Some(&ETag(seen).to_string()));
    check_again(app, caller, id, same, |choices| *choices = chosen).await
}

/// Gives an import up: a worker that works on it stops at the next step.
pub async fn cancel(app: &App, caller: &Caller, id: Uuid) -> Result<Import, Problem> {
    let import = change(app, caller, id, |import| {
        import.state = ImportState::Cancelled;
        Ok(())
    })
    .await?;
    app.work.notify_one();
    Ok(import)
}

/// Changes an import that is still open, and takes it away from the worker that has it.
async fn change(
    app: &App,
    caller: &Caller,
    id: Uuid,
    change: impl FnOnce(&mut Import) -> Result<(), Problem>,
) -> Result<Import, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let mut import = find(&mut tx, id).await?;
    if !import.state.is_open() {
        return Err(ended(&import));
    }
    change(&mut import)?;
    import.lease = None;
    import.version += 1;
    store::save(&mut tx, &import).await?;
    tx.commit().await?;
    Ok(import)
}
