//! What pairings and assistances have in common: how they are made by hand, listed and ended.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use crate::access::Caller;
use crate::access::history::Actor;
use crate::app::App;
use crate::db::{Tx, page};
use crate::pairing::error::{AssistError, PairingError};
use crate::pairing::{day, rights};
use crate::problem::Problem;
use crate::serving;
use crate::serving::store::Filter;
use crate::serving::tenure::{Part, Tenure};
use crate::staff::model::Staff;
use crate::{staff, visit};

/// A pairing or an assistance to be made by hand.
#[derive(Clone, Debug, Serialize)]
pub struct NewTenure {
    pub(crate) household_id: Uuid,
    pub(crate) staff_id: Uuid,
    /// First day; today if not said.
    pub from_date: Option<NaiveDate>,
    pub(crate) reason: String,
}

/// A tenure; 404 if there is none with this id.
pub(super) async fn find(tx: &mut Tx, part: Part, id: Uuid) -> Result<Tenure, Problem> {
    let found = serving::store::find(tx, part, id).await?;
    found.ok_or_else(|| not_found(part))
}

fn not_found(part: Part) -> Problem {
    match part {
        Part::Responsible => Problem::not_found("结对", "pairing"),
        Part::Assisting => Problem::not_found("协助帮扶", "assistance"),
    }
}

/// A page of tenures as the caller may see them, those that began last first, and the cursor of the next.
pub(super) async fn list(
    app: &App,
    caller: &Caller,
    part: Part,
    asked: Filter,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Tenure>, Option<String>), Problem> {
    let staff_id = rights::seen_of(caller, asked.staff_id)?;
    let sight = caller.sight();
    if !sight.may_find_names(&[&asked.town, &asked.village]) {
        return Ok((Vec::new(), None));
    }
    let cursors = app.cursors(match part {
        Part::Responsible => "listPairings",
        Part::Assisting => "listAssistances",
    });
    let after: Option<(NaiveDate, Uuid)> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let filter = Filter {
        staff_id,
        reached_unit: caller.reach().unit(),
        lasting_to: rights::own_since(&mut tx, app, caller).await?,
        ..asked
    };
    let found = serving::store::list(&mut tx, part, &filter, after, limit).await?;
    let (found, next) = page::cut(found, limit, |tenure| (tenure.from_date, tenure.id));
    let seen = found.into_iter().map(|tenure| tenure.of_ones_own(sight));
    Ok((seen.collect(), cursors.next(next)?))
}

/// One tenure, if the caller's list has it.
pub(super) async fn get(
    app: &App,
    caller: &Caller,
    part: Part,
    id: Uuid,
) -> Result<Tenure, Problem> {
    let mut tx = app.db.read().await?;
    let since = rights::own_since(&mut tx, app, caller).await?;
    let found = find(&mut tx, part, id).await?;
    let lasts = |end| since.is_none_or(|since| since <= end);
    let person = staff::store::find(&mut tx, found.staff_id).await?;
    let is_within = |person: &Staff| staff::service::is_within(caller.reach(), person);
    if person.as_ref().is_some_and(is_within) && found.to_date.is_none_or(lasts) {
        return Ok(found.of_ones_own(caller.sight()));
    }
    Err(not_found(part))
}

/// Ends one tenure on a day; today if not said. It stays on the register.
pub(super) async fn end(
    app: &App,
    caller: &Caller,
    part: Part,
    id: Uuid,
    date: Option<NaiveDate>,
    reason: &str,
) -> Result<Tenure, Problem> {
    let date = date.unwrap_or(app.today());
    day::check_at("/date", date, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let before = find(&mut tx, part, id).await?;
    if let Some(ended) = before.to_date {
        return Err(match part {
            Part::Responsible => PairingError::AlreadyEnded(ended).into(),
            Part::Assisting => AssistError::AlreadyEnded(ended).into(),
        });
    }
    let ending = [(before, reason.to_owned())];
    end_all(&mut tx, caller.at(app.now()), &ending, date).await?;
    let after = find(&mut tx, part, id).await?;
    tx.commit().await?;
    Ok(after)
}

/// Ends tenures that hold, each with why, on a day on which all of them may end.
pub(super) async fn end_all(
    tx: &mut Tx,
    actor: Actor<'_>,
    ending: &[(Tenure, String)],
    date: NaiveDate,
) -> Result<(), Problem> {
    must_end_on(tx, ending, date).await?;
    for (tenure, reason) in ending {
        serving::store::end(tx, actor, tenure, date, reason).await?;
    }
    Ok(())
}

/// Refuses a day on which not all of these tenures can end, and says from when they can.
async fn must_end_on(
    tx: &mut Tx,
    ending: &[(Tenure, String)],
    date: NaiveDate,
) -> Result<(), Problem> {
    let begun = ending.iter().map(|(tenure, _)| tenure.from_date).max();
    if let Some(begun) = begun.filter(|begun| date < *begun) {
        return Err(PairingError::EndsBeforeStart(begun).into());
    }
    // A visit without the helper whose it is would be a figure without evidence.
    let mut visited = None;
    for (tenure, _) in ending {
        let last = visit::store::last_day(tx, tenure.household_id, tenure.staff_id).await?;
        visited = visited.max(last);
    }
    match visited {
        Some(visited) if visited > date => Err(PairingError::EndsBeforeVisit(visited).into()),
        _ => Ok(()),
    }
}
