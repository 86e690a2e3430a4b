//! What a run stands on, from the database.

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::constraint;
use super::model::{Helper, Household, Input, Scope, capacity, names_in};
use crate::db::{Ids, Tx};
use crate::household::Cause;
use crate::on;
use crate::serving::store::{current_pairs, holds_now, households_of};
use crate::settings::skill::skills_of;
use crate::settings::{self, Settings};
use crate::staff::leave::{self, Leave};
use crate::staff::unit::{self, Area};
use crate::staff::{self, model::Staff};

#[derive(FromRow)]
struct HouseholdRow {
    id: Uuid,
    number: Option<String>,
    town: String,
    village: String,
    main_cause: Option<Cause>,
}

/// All that a run of this scope stands on, today.
pub async fn input(tx: &mut Tx, scope: &Scope, today: NaiveDate) -> Result<Input, sqlx::Error> {
    let settings = settings::store::load(tx).await?;
    let former = former_helpers(tx).await?;
    let mut binding = constraint::store::binding(tx, &Ids::All, &Ids::All).await?;
    let current = current_pairs(tx).await?;
    let current: HashMap<_, _> = current.into_iter().collect();
    let households: Vec<_> = to_pair(tx, scope)
        .await?
        .into_iter()
        .map(|row| Household {
            id: row.id,
            number: row.number,
            area: Area::of(&row.town, &row.village),
            cause: row.main_cause,
            current: current.get(&row.id).copied(),
            former: former.get(&row.id).copied(),
            pin: binding.pins.remove(&row.id),
            barriers: binding.barriers.remove(&row.id).unwrap_or_default(),
        })
        .collect();
    let held = held(&current, &households);
    let away = leave::on(tx, today).await?;
    let helpers = staff::store::all(tx)
        .await?
        .into_iter()
        .map(|person| {
            let held = held.get(&person.id).copied().unwrap_or_default();
            let away = away.get(&person.id).map(Leave::words);
            let mut helper = helper(person, &settings, held, away);
            if scope.leaving == Some(helper.id) {
                helper.leave();
            }
            helper
        })
        .collect();
    let mut input = Input {
        rules: settings.pairing,
        households,
        helpers,
        unit_villages: unit::all_villages(tx).await?,
    };
    if let Some(id) = scope.unit_id {
        let unit = unit::find(tx, id).await?;
        input.narrow(&unit.map_or_else(String::new, |unit| unit.name));
    }
    Ok(input)
}

/// Open households of the towns and villages of the scope, by id: those without a helper, or all, or
/// those of one who leaves or has left.
async fn to_pair(tx: &mut Tx, scope: &Scope) -> Result<Vec<HouseholdRow>, sqlx::Error> {
    let sql = format!(
        "SELECT id, number, town, village, main_cause FROM household
         WHERE closed_on IS NULL AND ($1 = '' OR town = $1) AND ($2 = '' OR village = $2)
           AND ($3 AND id IN (SELECT household_id FROM pairing WHERE staff_id = $4) AND $4 = (
                   SELECT staff_id FROM pairing WHERE household_id = household.id
                   ORDER BY to_date IS NULL DESC, to_date DESC, ended_at DESC, id DESC LIMIT 1)
               OR NOT $3 AND ($5 OR NOT EXISTS (
                   SELECT 1 FROM pairing WHERE household_id = household.id AND {})))
         ORDER BY id",
        holds_now("pairing")
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

/// The helper whose pairing with a household ended last.
async fn former_helpers(tx: &mut Tx) -> Result<HashMap<Uuid, Uuid>, sqlx::Error> {
    let ended: Vec<(Uuid, Uuid)> = on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id FROM pairing WHERE to_date IS NOT NULL
         ORDER BY to_date, ended_at, id",
    )
    .fetch_all(connection)
    .await)?;
    Ok(ended.into_iter().collect())
}

/// How many households each helper has now, `current` being helper by household, but for these.
fn held(current: &HashMap<Uuid, Uuid>, but: &[Household]) -> HashMap<Uuid, i64> {
    let mut held: HashMap<Uuid, i64> = HashMap::new();
    for helper in current.values() {
        *held.entry(*helper).or_default() += 1;
    }
    for helper in but.iter().filter_map(|household| household.current) {
        *held.entry(helper).or_default() -= 1;
    }
    held
}

fn helper(person: Staff, settings: &Settings, held: i64, away: Option<String>) -> Helper {
    Helper {
        id: person.id,
        capacity: capacity(&person, settings),
        held,
        active: person.active,
        away,
        towns: names_in(person.town.as_deref()),
        villages: names_in(person.village.as_deref()),
        skills: skills_of(
            person.specialty.as_deref(),
            person.position.as_deref(),
            &person.unit,
        ),
        number: person.number,
        name: person.name,
        unit: person.unit,
    }
}

/// Open households that had this person last and have nobody, by id.
pub async fn households_left_by(tx: &mut Tx, staff_id: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    let current = households_of(tx, staff_id).await?;
    let scope = Scope {
        leaving: Some(staff_id),
        ..Scope::default()
    };
    let rows = to_pair(tx, &scope).await?;
    let waiting = rows.into_iter().map(|row| row.id);
    Ok(waiting.filter(|id| !current.contains(id)).collect())
}
