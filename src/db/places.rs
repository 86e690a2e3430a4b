//! The keys by which places are sorted, where the migrations cannot work them out: in rows of before there were
//! keys, or of before the [order] of names was another one.

use sqlx::AssertSqlSafe;

use super::database::Db;
use super::transaction::Tx;
use crate::{on, order};

/// Whether a household has no key of this version: a key begins with its version.
const UNKEYED: &str = "area_key < $1";

impl Db {
    /// Gives the households without a key of this version theirs. An index finds at once that there are none.
    pub(super) async fn key_places(&self) -> Result<(), sqlx::Error> {
        let mut tx = self.read().await?;
        let any = any_unkeyed(&mut tx).await?;
        drop(tx);
        if !any {
            return Ok(());
        }
        let mut tx = self.write().await?;
        for (town, village) in unkeyed(&mut tx).await? {
            on!(&mut tx, connection => sqlx::query(
                "UPDATE household SET area_key = $3 WHERE town = $1 AND village = $2",
            )
            .bind(&town)
            .bind(&village)
            .bind(order::column(&[&town, &village]))
            .execute(connection)
            .await
            .map(|_| ()))?;
        }
        tx.commit().await
    }
}

async fn any_unkeyed(tx: &mut Tx) -> Result<bool, sqlx::Error> {
    let sql = format!("SELECT EXISTS (SELECT 1 FROM household WHERE {UNKEYED})");
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(order::VERSION)
        .fetch_one(connection)
        .await)
}

/// Their towns and villages.
async fn unkeyed(tx: &mut Tx) -> Result<Vec<(String, String)>, sqlx::Error> {
    let sql = format!("SELECT DISTINCT town, village FROM household WHERE {UNKEYED}");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(order::VERSION)
        .fetch_all(connection)
        .await)
}
