//! What is asked of progress: the figures of a year, as of a day.

use chrono::{Datelike, NaiveDate};

use super::error::{as_of_in_future, cannot_count};
use super::model;
use super::store;
use super::view::ProgressView;
use crate::access::{Caller, Reach};
use crate::api::Year;
use crate::app::App;
use crate::db::{Db, outcome};
use crate::problem::Problem;

/// The year's result as of a day, within the caller's reach, with the six points if they are asked for.
pub async fn of_year(
    app: &App,
    caller: &Caller,
    year: Option<Year>,
    as_of: Option<NaiveDate>,
    with_points: bool,
) -> Result<ProgressView, Problem> {
    let (year, as_of) = period(app, year, as_of)?;
    let turn = app.figures.turn().await?;
    let (db, reach) = (app.db.clone(), caller.reach());
    let counted = turn
        .run_async(move || outcome::of_one_request(counted(db, (year, as_of), reach, with_points)));
    counted
        .await
        .unwrap_or_else(|error| Err(cannot_count(&error)))
}

async fn counted(
    db: Db,
    period: (i32, NaiveDate),
    reach: Reach,
    with_points: bool,
) -> Result<ProgressView, Problem> {
    let mut tx = db.read().await?;
    let work = store::work(&mut tx, period, reach, with_points).await?;
    drop(tx);
    Ok(ProgressView::of(work.summary(), with_points))
}

/// The year and day that a request means, of progress or of its workbook, by whatever way it comes: today,
/// and the year of the day, if not said.
pub fn period(
    app: &App,
    year: Option<Year>,
    as_of: Option<NaiveDate>,
) -> Result<(i32, NaiveDate), Problem> {
    let today = app.today();
    let as_of = as_of.unwrap_or(today);
    check_as_of(as_of, today)?;
    let year = year
        .and_then(|year| i32::try_from(year.0).ok())
        .unwrap_or(as_of.year());
    Ok((year, model::last_day_seen(year, as_of)))
}

/// Refuses to report what has not happened yet.
pub fn check_as_of(as_of: NaiveDate, today: NaiveDate) -> Result<(), Problem> {
    if as_of <= today {
        return Ok(());
    }
    Err(as_of_in_future(as_of, today))
}
