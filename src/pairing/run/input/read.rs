//! All that a run of a scope stands on, put together from what the rooms know, in the transaction of who
//! asks.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::store;
use crate::db::{Ids, Tx};
use crate::pairing::constraint::store as constraints;
use crate::pairing::cost::model::{Helper, Household, Input};
use crate::pairing::eligibility::capacity;
use crate::pairing::run::model::Scope;
use crate::problem::Text;
use crate::serving::store::{current_pairs, former_helpers, households_of};
use crate::settings::skill::skills_of;
use crate::settings::{self, Settings};
use crate::staff::leave::{self, Leave};
use crate::staff::unit::{self, Area, names_in};
use crate::staff::{self, model::Staff};

/// All that a run of this scope stands on, today.
pub async fn read_input(
    tx: &mut Tx,
    scope: &Scope,
    today: NaiveDate,
) -> Result<Input, sqlx::Error> {
    let settings = settings::store::load(tx).await?;
    let former = former_helpers(tx).await?;
    let mut binding = constraints::binding(tx, &Ids::All, &Ids::All).await?;
    let current = current_pairs(tx).await?;
    let current: HashMap<_, _> = current.into_iter().collect();
    let households: Vec<_> = store::to_pair(tx, scope)
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

fn helper(person: Staff, settings: &Settings, held: i64, away: Option<Text>) -> Helper {
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
    let rows = store::to_pair(tx, &scope).await?;
    let waiting = rows.into_iter().map(|row| row.id);
    Ok(waiting.filter(|id| !current.contains(id)).collect())
}
