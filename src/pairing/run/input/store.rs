//! The households of a scope.

use sqlx::FromRow;
use uuid::Uuid;

use crate::db::{Tx, Where};
use crate::household::Cause;
use crate::household::open::is_open;
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
    let of_leaving = format!(
        "id IN (SELECT household_id FROM pairing WHERE staff_id = ?) AND ? = ({})",
        last_helper("household.id")
    );
    let without_helper = format!("NOT {}", has_helper_now("household.id"));
    let wanted = Where::new().and(is_open("household")).and_place(
        scope.town.as_deref().unwrap_or_default(),
        scope.village.as_deref().unwrap_or_default(),
    );
    let wanted = match scope.leaving {
        Some(leaving) => wanted.and_with(leaving, &of_leaving),
        None if scope.paired => wanted,
        None => wanted.and(without_helper),
    };
    let sql =
        format!("SELECT id, number, town, village, main_cause FROM household {wanted} ORDER BY id");
    wanted.fetch_all(tx, sql).await
}
