//! The keys by which places are sorted and found, where the migrations cannot work them out: in rows of before
//! there were keys, or of before the [order] of names was another one.

use sqlx::AssertSqlSafe;

use super::conditions::Where;
use super::database::Db;
use super::transaction::Tx;
use crate::{on, order};

/// Whether a household has no key of this version: a key begins with its version.
const UNKEYED: &str = "area_key < $1";

impl Db {
    /// [Gives](key_places) the households without a key of this version theirs.
    pub(super) async fn key_places(&self) -> Result<(), sqlx::Error> {
        let mut tx = self.read().await?;
        let any = any_unkeyed(&mut tx).await?;
        drop(tx);
        if !any {
            return Ok(());
        }
        let mut tx = self.write().await?;
        key_places(&mut tx).await?;
        tx.commit().await
    }
}

/// Gives the households without a key of this version theirs. An index finds at once that there are none.
pub async fn key_places(tx: &mut Tx) -> Result<(), sqlx::Error> {
    if !any_unkeyed(tx).await? {
        return Ok(());
    }
    for (town, village) in unkeyed(tx).await? {
        on!(&mut *tx, connection => sqlx::query(
            "UPDATE household SET area_key = $3 WHERE town = $1 AND village = $2",
        )
        .bind(&town)
        .bind(&village)
        .bind(order::column(&[&town, &village]))
        .execute(connection)
        .await
        .map(|_| ()))?;
    }
    Ok(())
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

impl Where {
    /// Only rows of `household` in this town and this village; empty narrows nothing. The index by which
    /// households are sorted finds them: it is the only one on places, since each is paid for by every import.
    #[must_use]
    pub fn and_place(self, town: &str, village: &str) -> Self {
        let wanted = match (town, village) {
            ("", _) => self,
            (town, "") => {
                let (first, behind) = order::columns_below(&[town]);
                self.and_with(first, "household.area_key >= ?")
                    .and_with(behind, "household.area_key < ?")
            }
            (town, village) => {
                self.and_with(order::column(&[town, village]), "household.area_key = ?")
            }
        };
        // Different names may be read alike.
        wanted
            .and_text(town, "household.town = ?")
            .and_text(village, "household.village = ?")
    }
}
