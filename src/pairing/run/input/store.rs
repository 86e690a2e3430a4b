//! The households of a scope.

use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use crate::db::Tx;
use crate::household::Cause;
use crate::household::open::is_open;
use crate::on;
use crate::pairing::run::model::Scope;
use crate::serving::store::{has_helper_now, last_helper};

#[derive(FromRow)]
pub(super) struct HouseholdRow {
    pub(super) id: Uuid,
    pub(super) number: Option<String>,
    pub(super) town: String,
    pub(super) village: String,
    pub(super) main_cause: Option<Cause>,
}

/// Open households of the towns and villages of the scope, by id: those without a helper, or all, or
/// those of one who leaves or has left.
pub(super) async fn to_pair(tx: &mut Tx, scope: &Scope) -> Result<Vec<HouseholdRow>, sqlx::Error> {
    let sql = format!(
        "SELECT id, number, town, village, main_cause FROM household
         WHERE {} AND ($1 = '' OR town = $1) AND ($2 = '' OR village = $2)
           AND ($3 AND id IN (SELECT household_id FROM pairing WHERE staff_id = $4) AND $4 = ({})
               OR NOT $3 AND ($5 OR NOT {}))
         ORDER BY id",
        is_open("household"),
        last_helper("household.id"),
        has_helper_now("household.id")
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
    .bind(scope.town.as_deref().unwrap_or_default())
    .bind(scope.village.as_deref().unwrap_or_default())
    .bind(scope.leaving.is_some())
    .bind(scope.leaving.unwrap_or_default())
    .bind(scope.paired)
    .fetch_all(connection)
    .await)
}
