//! What becomes of a helper's households when they leave, come back or go to another unit.
//!
//! Nobody else's pairs are touched: other helpers are asked only for the places that they have left,
//! so the pairs that change are those of the one who goes, each once.

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{ComingBack, Departure, Outlook, PairingsChoice, Transfer, in_words};
use crate::access::history::Actor;
use crate::access::{self, Caller};
use crate::api::ETag;
use crate::app::App;
use crate::code_list::CodeList;
use crate::db::Tx;
use crate::household;
use crate::pairing::assign::service::must_be_free;
use crate::pairing::blocking::run_blocking;
use crate::pairing::cost::solver;
use crate::pairing::error::PairingError;
use crate::pairing::run::input::{self, read_input};
use crate::pairing::run::model::Scope;
use crate::pairing::{day, eligibility, tenure};
use crate::problem::{Problem, Text, words};
use crate::serving::store::{self, Start};
use crate::serving::tenure::{Part, Tenure};
use crate::staff::{self, model::Staff, unit};

/// What would become of the households of a person who left now: to a unit's contact, with nobody asked to
/// take them but the unit's own people. Nothing is written.
pub async fn outlook(app: &App, caller: &Caller, staff_id: Uuid) -> Result<Outlook, Problem> {
    let scope = Scope {
        leaving: Some(staff_id),
        unit_id: caller.reach().unit(),
        ..Scope::default()
    };
    let mut tx = app.db.read().await?;
    let person = staff::service::find_reached(&mut tx, caller, staff_id).await?;
    let assistances = store::current_of(&mut tx, Part::Assisting, staff_id).await?;
    let input = read_input(&mut tx, &scope, app.today()).await?;
    let ids: Vec<_> = input.households.iter().map(|one| one.id).collect();
    let households = household::store::some(&mut tx, &ids).await?;
    let staff = staff::store::all(&mut tx).await?;
    drop(tx);
    Ok(Outlook {
        person,
        assistances,
        best: run_blocking(move || solver::solve(&input)).await?,
        households,
        staff: staff.into_iter().map(|one| (one.id, one)).collect(),
    })
}

/// What a person has after a change of their post.
pub struct Held {
    /// The pairings that hold.
    pub pairings: Vec<Tenure>,
    /// The version of the person's record.
    pub version: i64,
}

/// Makes a person inactive and ends all pairings and assistances of that person, all or nothing.
pub async fn depart(
    app: &App,
    caller: &Caller,
    staff_id: Uuid,
    if_match: Option<&str>,
    departure: &Departure,
) -> Result<(), Problem> {
    let date = departure.date.unwrap_or(app.today());
    day::check_at("/date", date, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let person = staff::service::find_reached(&mut tx, caller, staff_id).await?;
    ETag(person.version).must_match(if_match)?;
    if !person.active {
        return Err(PairingError::AlreadyInactive.into());
    }
    access::person::check_leaving(&mut tx, caller, staff_id).await?;
    let pairings = store::current_of(&mut tx, Part::Responsible, staff_id).await?;
    let reason = in_words(departure.kind.label(), departure.remark.as_deref());
    let actor = caller.at(app.now());
    end_all(&mut tx, actor, &pairings, date, &reason).await?;
    let assistances = store::current_of(&mut tx, Part::Assisting, staff_id).await?;
    end_all(&mut tx, actor, &assistances, date, &reason).await?;
    let after = Staff {
        active: false,
        ..person.clone()
    };
    staff::store::change(&mut tx, caller.at(app.now()), "depart", &person, &after).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes a person active again, and on request responsible for the households that are still waiting.
/// Gives the pairings that hold then.
pub async fn come_back(
    app: &App,
    caller: &Caller,
    staff_id: Uuid,
    if_match: Option<&str>,
    coming: &ComingBack,
) -> Result<Held, Problem> {
    let date = coming.date.unwrap_or(app.today());
    day::check_at("/date", date, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let person = staff::service::find(&mut tx, staff_id).await?;
    ETag(person.version).must_match(if_match)?;
    if person.active {
        return Err(PairingError::AlreadyActive.into());
    }
    let after = Staff {
        active: true,
        ..person.clone()
    };
    staff::store::change(&mut tx, caller.at(app.now()), "return", &person, &after).await?;
    if coming.take_up {
        let waiting = input::households_left_by(&mut tx, staff_id).await?;
        let from = (date, coming.reason.as_str());
        begin_all(&mut tx, app, caller, &waiting, staff_id, from).await?;
    }
    let held = Held {
        pairings: store::current_of(&mut tx, Part::Responsible, staff_id).await?,
        version: person.version + 1,
    };
    tx.commit().await?;
    Ok(held)
}

/// Moves a person to another unit, and keeps, begins anew or ends the person's pairings. Gives those
/// that hold then.
pub async fn transfer(
    app: &App,
    caller: &Caller,
    staff_id: Uuid,
    if_match: Option<&str>,
    transfer: &Transfer,
) -> Result<Held, Problem> {
    let date = transfer.date.unwrap_or(app.today());
    day::check_at("/date", date, app.today())?;
    let mut tx = caller.write(&app.db).await?;
    let person = staff::service::find(&mut tx, staff_id).await?;
    ETag(person.version).must_match(if_match)?;
    if person.unit_id == transfer.unit_id {
        return Err(PairingError::SameUnit.into());
    }
    let unit = unit::find(&mut tx, transfer.unit_id)
        .await?
        .ok_or(PairingError::NoSuchUnit)?;
    let words = format!("由{}调至{}", person.unit, unit.name);
    let reason = in_words(&words, Some(&transfer.reason));
    let pairings = store::current_of(&mut tx, Part::Responsible, staff_id).await?;
    if transfer.pairings != PairingsChoice::Keep {
        end_all(&mut tx, caller.at(app.now()), &pairings, date, &reason).await?;
    }
    let after = Staff {
        unit_id: unit.id,
        unit: unit.name,
        ..person.clone()
    };
    staff::store::change(&mut tx, caller.at(app.now()), "transfer", &person, &after).await?;
    if transfer.pairings == PairingsChoice::Reopen {
        let households: Vec<_> = pairings.iter().map(|one| one.household_id).collect();
        let from = (date, reason.as_str());
        begin_all(&mut tx, app, caller, &households, staff_id, from).await?;
    }
    let held = Held {
        pairings: store::current_of(&mut tx, Part::Responsible, staff_id).await?,
        version: person.version + 1,
    };
    tx.commit().await?;
    Ok(held)
}

async fn end_all(
    tx: &mut Tx,
    actor: Actor<'_>,
    tenures: &[Tenure],
    date: NaiveDate,
    reason: &str,
) -> Result<(), Problem> {
    let ending = tenures.iter().map(|one| (one.clone(), reason.to_owned()));
    tenure::end_all(tx, actor, &ending.collect::<Vec<_>>(), date).await
}

/// Gives a person these households, each if it may go to the person, or none.
async fn begin_all(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    households: &[Uuid],
    staff_id: Uuid,
    (from_date, reason): (NaiveDate, &str),
) -> Result<(), Problem> {
    let start = Start {
        run_id: None,
        from_date,
        reason,
        at: app.now(),
        by: &caller.username,
    };
    for household in households {
        let pair = (*household, staff_id);
        if let Err(problem) = must_be_allowed(tx, pair, from_date, app.today()).await {
            return Err(problem.with_places(vec![named(tx, *household).await?]));
        }
        store::make_responsible(tx, start, &[pair]).await?;
    }
    Ok(())
}

async fn must_be_allowed(
    tx: &mut Tx,
    (household, staff_id): (Uuid, Uuid),
    from_date: NaiveDate,
    today: NaiveDate,
) -> Result<(), Problem> {
    eligibility::must_be_allowed(tx, household, staff_id, from_date, today).await?;
    must_be_free(tx, household, from_date).await
}

/// Says which of several households a problem is about.
async fn named(tx: &mut Tx, household_id: Uuid) -> Result<(String, Text), Problem> {
    let household = household::store::find(tx, household_id)
        .await?
        .ok_or(PairingError::NoSuchHousehold)?;
    let facts = &household.facts;
    let name = household::naming::named(
        &facts.town,
        &facts.village,
        &household.head_name,
        facts.number.as_deref(),
    );
    let text = words!("涉及的户：{name}", "the household is “{name}”"; name);
    Ok((String::new(), text))
}
