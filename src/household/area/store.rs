//! The towns and villages of households in the database.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::access::history::Actor;
use crate::db::{Ids, Tx, Where};
use crate::household::open::is_open;
use crate::household::store::some;
use crate::{on, order};

/// Households that are renamed at once: each is a parameter, and is kept whole in the history.
const HOUSEHOLDS_AT_ONCE: usize = 500;

/// A household and where it lives, by name.
#[derive(Clone, Debug, FromRow)]
pub struct Named {
    pub(crate) id: Uuid,
    pub(crate) town: String,
    pub(crate) village: String,
}

/// Number of households of a town, or of a village of it, closed ones too.
pub async fn count(tx: &mut Tx, town: &str, village: Option<&str>) -> Result<i64, sqlx::Error> {
    let wanted = Where::new().and_place(town, village.unwrap_or_default());
    let sql = format!("SELECT count(*) FROM household {wanted}");
    let counts: Vec<(i64,)> = wanted.fetch_all(tx, sql).await?;
    Ok(counts.into_iter().map(|(count,)| count).sum())
}

/// The households of a town, or of a village of it, closed ones too, by id.
pub async fn of_place(
    tx: &mut Tx,
    town: &str,
    village: Option<&str>,
) -> Result<Vec<Named>, sqlx::Error> {
    let wanted = Where::new().and_place(town, village.unwrap_or_default());
    let sql = format!("SELECT id, town, village FROM household {wanted} ORDER BY id");
    wanted.fetch_all(tx, sql).await
}

/// Names of a town's villages, also of those whose households are all closed.
pub async fn villages_of(tx: &mut Tx, town: &str) -> Result<BTreeSet<String>, sqlx::Error> {
    let wanted = Where::new().and_place(town, "");
    let sql = format!("SELECT DISTINCT village FROM household {wanted}");
    let villages: Vec<(String,)> = wanted.fetch_all(tx, sql).await?;
    Ok(villages.into_iter().map(|(village,)| village).collect())
}

/// The towns that have households in a village of this name.
pub async fn towns_with(tx: &mut Tx, village: &str) -> Result<Vec<String>, sqlx::Error> {
    let mut towns: Vec<String> = on!(tx, connection => sqlx::query_scalar(
        "SELECT DISTINCT town FROM household WHERE village = $1",
    )
    .bind(village)
    .fetch_all(connection)
    .await)?;
    towns.sort_by_cached_key(|town| order::key(town));
    Ok(towns)
}

/// Writes where these households live by another name, and keeps what they were. Those that are to get the
/// same names stand one after the other.
pub async fn rename(
    tx: &mut Tx,
    actor: Actor<'_>,
    households: &[Named],
) -> Result<(), sqlx::Error> {
    let same = |one: &Named, next: &Named| (&one.town, &one.village) == (&next.town, &next.village);
    for alike in households.chunk_by(same) {
        for chunk in alike.chunks(HOUSEHOLDS_AT_ONCE) {
            rename_chunk(tx, actor, chunk).await?;
        }
    }
    Ok(())
}

/// Writes the names of the first of them to all.
async fn rename_chunk(
    tx: &mut Tx,
    actor: Actor<'_>,
    households: &[Named],
) -> Result<(), sqlx::Error> {
    let Some(first) = households.first() else {
        return Ok(());
    };
    let ids: Vec<_> = households.iter().map(|household| household.id).collect();
    let before = some(tx, &ids).await?;
    let before: Vec<_> = before
        .values()
        .map(|household| (household.id, household.version, &household.facts))
        .collect();
    actor.keep_many(tx, "rename", "household", &before).await?;
    let sql = format!(
        "UPDATE household SET town = $1, village = $2, area_key = $3, version = version + 1, updated_at = $4
         WHERE {}",
        Ids::These(&ids).clause("id", 5)
    );
    on!(tx, connection => {
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(&first.town)
            .bind(&first.village)
            .bind(order::column(&[&first.town, &first.village]))
            .bind(actor.at);
        for id in &ids {
            query = query.bind(*id);
        }
        query.execute(connection).await.map(|_| ())
    })
}

/// Towns and villages with their open households, in their order.
pub async fn open_by_name(tx: &mut Tx) -> Result<Vec<(String, String, usize)>, sqlx::Error> {
    let sql = format!(
        "SELECT town, village, count(*) FROM household WHERE {} GROUP BY town, village",
        is_open("household")
    );
    let mut rows: Vec<(String, String, i64)> = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(connection).await)?;
    rows.sort_by_cached_key(|(town, village, _)| (order::key(town), order::key(village)));
    let sized =
        |(town, village, count)| (town, village, usize::try_from(count).unwrap_or_default());
    Ok(rows.into_iter().map(sized).collect())
}
