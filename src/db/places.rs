//! The keys by which places are sorted, where the migrations cannot work them out: in rows of before there were
//! keys, or of before the [order] of names was another one.

use super::database::Db;
use super::transaction::Tx;
use crate::{on, order};

impl Db {
    /// Gives the households without a key of this version theirs. An index finds at once that there are none.
    pub(super) async fn key_places(&self) -> Result<(), sqlx::Error> {
        let mut tx = self.read().await?;
        let areas = unkeyed(&mut tx).await?;
        drop(tx);
        if areas.is_empty() {
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

async fn unkeyed(tx: &mut Tx) -> Result<Vec<(String, String)>, sqlx::Error> {
    // A key begins with its version.
    on!(tx, connection => sqlx::query_as(
        "SELECT DISTINCT town, village FROM household WHERE area_key < $1",
    )
    .bind(order::VERSION)
    .fetch_all(connection)
    .await)
}
