//! Taking an import into the register: what was checked and looked at, in one short transaction, or
//! nothing.

use std::time::Instant;

use chrono::NaiveDate;
use uuid::Uuid;

use super::read::find;
use crate::access::Caller;
use crate::access::history::Actor;
use crate::api::ETag;
use crate::app::App;
use crate::db::Tx;
use crate::household::staging;
use crate::import::error::{changed, has_errors, is_taken, not_ready, undecided};
use crate::import::model::Import;
use crate::import::state::ImportState;
use crate::import::store;
use crate::pairing;
use crate::problem::{Problem, Text, words};
use crate::renaming::service::apply_planned;
use crate::renaming::{self, Planned, RenamingKind};
use crate::roster::report::RosterKind;
use crate::staff;

/// Most records that a refusal names as changed since the check.
const MOST_OUTDATED: i64 = 20;

/// Takes an import into the register. With `good_rows_only` those with errors, and those of which
/// something is undecided, are left out.
pub async fn commit(
    app: &App,
    caller: &Caller,
    id: Uuid,
    good_rows_only: bool,
    if_match: Option<&str>,
) -> Result<Import, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let began = Instant::now();
    let mut import = find(&mut tx, id).await?;
    if import.state != ImportState::Ready {
        return Err(not_ready(&import));
    }
    if let Some(tag) = if_match {
        ETag(import.version).must_match(Some(tag))?;
    }
    must_be_good(&import, good_rows_only)?;
    if let Some(checked_at) = import.checked_at
        && renaming::service::changed_since(&mut tx, checked_at).await?
    {
        // New records would come in under a name that nobody else says any more.
        return Err(changed(vec![words!(
            "镇、村或单位的名称已更改",
            "names of towns, villages or units have changed"
        )]));
    }
    let now = app.now();
    let actor = Actor {
        import_id: Some(id),
        ..caller.at(now)
    };
    let renamings = renaming::one_by_one(&import.renamings.0);
    let (names, rest): (Vec<_>, Vec<_>) = renamings.into_iter().partition(is_new_name);
    match import.kind {
        RosterKind::Households => {
            if staging::outdated(&mut tx, id).await? > 0 {
                drop(tx);
                return Err(changed_households(app, id).await?);
            }
            match take_households(&mut tx, actor).await {
                Ok(()) => {}
                Err(error) if is_taken(&error) => {
                    drop(tx);
                    return Err(changed_households(app, id).await?);
                }
                Err(error) => return Err(error.into()),
            }
        }
        RosterKind::Staff => {
            // A unit has its new name before people come to it; what it takes in follows them.
            apply_planned(&mut tx, actor, &names, app.today()).await?;
            take_staff(&mut tx, actor).await?;
        }
        RosterKind::Pairings => take_pairs(&mut tx, actor, &import, app.today()).await?,
    }
    // The roster's own records say the names that stand; everything else follows.
    apply_planned(&mut tx, actor, &rest, app.today()).await?;
    import.state = ImportState::Committed;
    import.version += 1;
    import.good_rows_only = good_rows_only;
    import.committed_at = Some(now);
    import.committed_by = Some(caller.username.clone());
    store::save(&mut tx, &import).await?;
    tx.commit().await?;
    let milliseconds = began.elapsed().as_millis();
    tracing::info!(import = %id, milliseconds, by = caller.username, "an import was committed");
    // Wakes a worker: the staged rows are to be deleted.
    app.work.notify_one();
    Ok(import)
}

/// Whether a unit gets a name that no other has.
fn is_new_name(planned: &Planned) -> bool {
    planned.change.kind() == RenamingKind::Unit && !planned.merges
}

/// Refuses what has errors or open questions, unless they are to be left out.
fn must_be_good(import: &Import, good_rows_only: bool) -> Result<(), Problem> {
    let Some(report) = &import.report else {
        return Err(not_ready(import));
    };
    let report = &report.0;
    if report.error_count > 0 && (!good_rows_only || report.nothing_good()) {
        return Err(has_errors(report.error_count));
    }
    if report.undecided_count > 0 && !good_rows_only {
        return Err(undecided(report.undecided_count));
    }
    Ok(())
}

async fn take_households(tx: &mut Tx, actor: Actor<'_>) -> Result<(), sqlx::Error> {
    staging::take_over(tx, actor).await?;
    let closed = staging::closed_by(tx, actor.import()?).await?;
    pairing::staffing::on_household_closed::end_closed(tx, actor, &closed).await
}

async fn take_staff(tx: &mut Tx, actor: Actor<'_>) -> Result<(), Problem> {
    let entries = staff::staging::taken(tx, actor.import()?).await?;
    let known = staff::store::all(tx).await?;
    let outdated = staff::staging::outdated(&entries, &known);
    if !outdated.is_empty() {
        let first = outdated
            .iter()
            .take(usize::try_from(MOST_OUTDATED).unwrap_or(0));
        return Err(changed(
            first
                .map(|entry| {
                    let number = entry.facts.0.number.as_ref();
                    named(
                        &entry.place,
                        &words!("工号", "number"),
                        number,
                        &entry.facts.0.name,
                    )
                })
                .collect(),
        ));
    }
    staff::staging::take_over(tx, actor, &entries).await?;
    Ok(())
}

/// Makes the pairs of a list, if each is still allowed: who may help whom depends on more than the versions of the
/// two, so that all are checked once more.
async fn take_pairs(
    tx: &mut Tx,
    actor: Actor<'_>,
    import: &Import,
    today: NaiveDate,
) -> Result<(), Problem> {
    let staged = pairing::import::store::staged(tx, import.id).await?;
    let known = pairing::import::service::OnRegister::load(tx).await?;
    let mut outdated = known.outdated(&staged, today);
    if !outdated.is_empty() {
        outdated.truncate(usize::try_from(MOST_OUTDATED).unwrap_or(0));
        return Err(changed(outdated));
    }
    let file_name = &import.file_name;
    pairing::import::service::take_over(tx, actor, file_name, &staged).await?;
    Ok(())
}

async fn changed_households(app: &App, id: Uuid) -> Result<Problem, sqlx::Error> {
    let mut tx = app.db.read().await?;
    let households = staging::first_outdated(&mut tx, id, MOST_OUTDATED).await?;
    Ok(changed(
        households
            .iter()
            .map(|household| {
                let head = household.head_name.as_deref().unwrap_or_default();
                named(
                    &household.place,
                    &words!("户编号", "number"),
                    household.number.as_ref(),
                    head,
                )
            })
            .collect(),
    ))
}

/// A record with where it stands in the file: `名册!12 户编号 A1 王大山`.
fn named(place: &str, what: &Text, number: Option<&String>, name: &str) -> Text {
    match number {
        Some(number) => words!(
            "{place} {what} {number} {name}",
            "{place}: {what} “{number}”, “{name}”";
            what
        ),
        None => words!("{place} {name}", "{place}: “{name}”"),
    }
}
