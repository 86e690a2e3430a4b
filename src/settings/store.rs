//! Settings and year plans in the database.

use super::model::{Settings, YearPlan};
use crate::access::history::Actor;
use crate::db::{Json, Tx};
use crate::{insert, on};

/// The one row of table `setting` so far.
const KEY: &str = "office";

/// The settings in force.
pub async fn load(tx: &mut Tx) -> Result<Settings, sqlx::Error> {
    Ok(load_versioned(tx).await?.0)
}

/// The settings in force and how often they were changed; 0 for the defaults.
pub async fn load_versioned(tx: &mut Tx) -> Result<(Settings, i64), sqlx::Error> {
    let found: Option<(Json<Settings>, i64)> = on!(tx, connection => sqlx::query_as(
        "SELECT value, version FROM setting WHERE key = $1",
    )
    .bind(KEY)
    .fetch_optional(connection)
    .await)?;
    Ok(
        found.map_or_else(Default::default, |(Json(settings), version)| {
            (settings, version)
        }),
    )
}

/// Puts settings in force and keeps those that were.
pub async fn save(tx: &mut Tx, actor: Actor<'_>, settings: &Settings) -> Result<(), sqlx::Error> {
    let (before, version) = load_versioned(tx).await?;
    actor
        .keep(tx, "update", ("settings", KEY, version), &before)
        .await?;
    on!(tx, connection => sqlx::query(
        "INSERT INTO setting (key, value, version) VALUES ($1, $2, 1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = setting.version + 1",
    )
    .bind(KEY)
    .bind(Json(settings))
    .execute(connection)
    .await
    .map(|_| ()))
}

/// The plan of a year, or its defaults.
pub async fn year_plan(tx: &mut Tx, year: i64) -> Result<YearPlan, sqlx::Error> {
    let found = on!(tx, connection => sqlx::query_as(
        "SELECT year, target, line_fen, version FROM year_plan WHERE year = $1",
    )
    .bind(year)
    .fetch_optional(connection)
    .await)?;
    Ok(found.unwrap_or_else(|| YearPlan::default_for(year)))
}

/// A page of the plans that were set, by year, at most `limit` and one more.
pub async fn year_plans(
    tx: &mut Tx,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<YearPlan>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT year, target, line_fen, version FROM year_plan WHERE year > $1 ORDER BY year LIMIT $2",
    )
    .bind(after.unwrap_or(0))
    .bind(limit + 1)
    .fetch_all(connection)
    .await)
}

/// Sets the plan of a year and keeps the one that was.
pub async fn save_year_plan(
    tx: &mut Tx,
    actor: Actor<'_>,
    plan: &YearPlan,
) -> Result<YearPlan, sqlx::Error> {
    let before = year_plan(tx, plan.year).await?;
    let version = ("year_plan", plan.year, before.version);
    actor.keep(tx, "update", version, &before).await?;
    let after = YearPlan {
        version: before.version + 1,
        ..plan.clone()
    };
    if before.version == 0 {
        insert!(&mut *tx, "year_plan", std::slice::from_ref(&after), |plan| {
            year: plan.year,
            target: plan.target,
            line_fen: plan.line_fen,
            version: plan.version,
        })?;
    } else {
        on!(tx, connection => sqlx::query(
            "UPDATE year_plan SET target = $2, line_fen = $3, version = $4 WHERE year = $1",
        )
        .bind(after.year)
        .bind(after.target)
        .bind(after.line_fen)
        .bind(after.version)
        .execute(connection)
        .await
        .map(|_| ()))?;
    }
    Ok(after)
}
