//! What people decide of an import that is open: other choices, another check, to give it up.

use uuid::Uuid;

use super::read::find;
use crate::access::Caller;
use crate::app::App;
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
        choose(&mut import.choices.0);
        check_fields(import.kind, &import.choices.0)?;
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
