//! What the visits of a period come to, for reports.

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::db::Tx;
use crate::on;

/// The visits of one household or by one helper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// How many there were in the period.
    pub visits: i64,
    /// The last one up to the period's end, even if it was before its beginning.
    pub last_visit: Option<NaiveDate>,
    /// Money and the stated worth of goods delivered in the period, in fen.
    pub benefits_fen: i64,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    visits: i64,
    last_visit: NaiveDate,
}

/// Totals from one day to another (both included), by household.
pub async fn by_household(
    tx: &mut Tx,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<HashMap<Uuid, Total>, sqlx::Error> {
    by(tx, "household_id", from, to).await
}

/// Totals from one day to another (both included), by the helper who visited.
pub async fn by_helper(
    tx: &mut Tx,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<HashMap<Uuid, Total>, sqlx::Error> {
    by(tx, "staff_id", from, to).await
}

/// Totals by a column of the visits.
async fn by(
    tx: &mut Tx,
    column: &'static str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<HashMap<Uuid, Total>, sqlx::Error> {
    let visits = format!(
        "SELECT {column} AS id, SUM(CASE WHEN visited_on >= $1 THEN 1 ELSE 0 END) AS visits,
             MAX(visited_on) AS last_visit
         FROM visit WHERE visited_on <= $2 GROUP BY {column}"
    );
    let rows = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(visits))
        .bind(from).bind(to).fetch_all(connection).await)?;
    let benefits = format!(
        "SELECT {column}, CAST(SUM(amount_fen) AS BIGINT) FROM benefit JOIN visit ON visit.id = visit_id
         WHERE visited_on >= $1 AND visited_on <= $2 AND amount_fen IS NOT NULL GROUP BY {column}"
    );
    let benefits = on!(tx, connection => sqlx::query_as(AssertSqlSafe(benefits))
        .bind(from).bind(to).fetch_all(connection).await)?;
    Ok(totals(rows, benefits))
}

fn totals(rows: Vec<Row>, benefits: Vec<(Uuid, i64)>) -> HashMap<Uuid, Total> {
    let mut totals: HashMap<_, _> = rows
        .into_iter()
        .map(|row| {
            let total = Total {
                visits: row.visits,
                last_visit: Some(row.last_visit),
                benefits_fen: 0,
            };
            (row.id, total)
        })
        .collect();
    for (id, fen) in benefits {
        totals.entry(id).or_insert_with(Total::default).benefits_fen = fen;
    }
    totals
}
