//! What counting needs, gathered from the rooms that keep it.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::basis::Basis;
use super::model;
use super::summary::{Marks, Work};
use crate::access::Reach;
use crate::db::Tx;
use crate::serving;
use crate::staff::unit;
use crate::{household, lift, method, settings, staff, visit};

/// Reads what a year's progress as of a day is counted from, within a caller's reach.
pub async fn basis(
    tx: &mut Tx,
    year: i32,
    as_of: NaiveDate,
    reach: Reach,
) -> Result<Basis, sqlx::Error> {
    let as_of = model::last_day_seen(year, as_of);
    let whole = Basis {
        plan: settings::store::year_plan(tx, i64::from(year)).await?,
        lifts: lift::store::counted_on(tx, as_of).await?,
        staff: staff::store::all(tx)
            .await?
            .into_iter()
            .map(|person| (person.id, person))
            .collect(),
        helpers: serving::store::helpers_on(tx, as_of).await?,
        only: None,
        reach,
        year,
        as_of,
    };
    Ok(match reach {
        Reach::All => whole,
        Reach::Unit(id) => {
            let unit = unit::find(tx, id).await?;
            whole.of_people(unit, |person| person.unit_id == id)
        }
        Reach::Person(id) => whole.of_people(None, |person| person.id == id),
    })
}

/// The day on which a year begins whose visits are counted up to a day.
pub fn first_day(year: i32, as_of: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(as_of)
}

/// How the six points of every household on the register stand on a day, by household.
pub async fn marks(tx: &mut Tx, as_of: NaiveDate) -> Result<HashMap<Uuid, Marks>, sqlx::Error> {
    let settings = settings::store::load(tx).await?;
    let households = method::evaluate_all(tx, &settings, as_of)
        .await?
        .into_iter();
    Ok(households
        .map(|(household, points)| (household, points.map(|point| point.state)))
        .collect())
}

/// Reads what a year's work as of a day is summed from, within a caller's reach, with the six points if they
/// are asked for.
pub async fn work(
    tx: &mut Tx,
    (year, as_of): (i32, NaiveDate),
    reach: Reach,
    with_points: bool,
) -> Result<Work, sqlx::Error> {
    let basis = basis(tx, year, as_of, reach).await?;
    let as_of = basis.as_of;
    let whole = Work {
        basis,
        places: household::store::places(tx, as_of).await?,
        visits: visit::store::totals::by_helper(tx, first_day(year, as_of), as_of).await?,
        marks: if with_points {
            Some(marks(tx, as_of).await?)
        } else {
            None
        },
    };
    Ok(whole.within_basis())
}
