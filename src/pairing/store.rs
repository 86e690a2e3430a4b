//! Pairings, runs and proposals in the database.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::constraint;
use super::gate::Gate;
use super::model::{
    Helper, Household, Input, Load, Plan, Reason, RunStatus, Scope, Summary, names_in,
};
use super::skill::skills_of;
use crate::access::history;
use crate::app::china_date;
use crate::db::{Ids, Json, Mention, Subject, Tx, mentions};
use crate::household::Cause;
use crate::settings::{self, Settings};
use crate::staff::leave::{self, Leave};
use crate::staff::unit::{self, Area};
use crate::staff::{self, model::Staff};
use crate::{insert, on, visit};

/// Why the pairing of a household ends that an import closes.
const CLOSED_REASON: &str = "导入名册时并户，原户销户";

/// Before every page: no pairing begins later (SQLite compares years of four digits), and no id is
/// greater.
const LATEST: (NaiveDate, Uuid) = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(date) => (date, Uuid::max()),
    None => (NaiveDate::MAX, Uuid::max()),
};

/// The helper who was responsible for a household on a day.
pub async fn helper_on(
    tx: &mut Tx,
    household_id: Uuid,
    day: NaiveDate,
) -> Result<Option<Uuid>, sqlx::Error> {
    // On the day of a hand-over the new helper is the responsible one.
    on!(tx, connection => sqlx::query_scalar(
        "SELECT staff_id FROM pairing
         WHERE household_id = $1 AND from_date <= $2 AND (to_date IS NULL OR to_date > $2)
         ORDER BY from_date DESC, started_at DESC LIMIT 1",
    )
    .bind(household_id)
    .bind(day)
    .fetch_optional(connection)
    .await)
}

/// The helper who is responsible for a household now.
pub async fn current_helper(tx: &mut Tx, household_id: Uuid) -> Result<Option<Uuid>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT staff_id FROM pairing WHERE household_id = $1 AND to_date IS NULL",
    )
    .bind(household_id)
    .fetch_optional(connection)
    .await)
}

/// The households that a helper is responsible for now, by id.
pub async fn households_of(tx: &mut Tx, staff_id: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT household_id FROM pairing WHERE staff_id = $1 AND to_date IS NULL
         ORDER BY household_id",
    )
    .bind(staff_id)
    .fetch_all(connection)
    .await)
}

/// All current pairs, `(household, helper)`, by household.
pub async fn current_pairs(tx: &mut Tx) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id FROM pairing WHERE to_date IS NULL ORDER BY household_id",
    )
    .fetch_all(connection)
    .await)
}

/// Who was responsible for each household on a day, helper by household.
pub async fn helpers_on(tx: &mut Tx, day: NaiveDate) -> Result<HashMap<Uuid, Uuid>, sqlx::Error> {
    // The rule of `helper_on`: of two that meet on the day of a hand-over, the later one.
    let pairs: Vec<(Uuid, Uuid)> = on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id FROM pairing
         WHERE from_date <= $1 AND (to_date IS NULL OR to_date > $1)
         ORDER BY from_date, started_at",
    )
    .bind(day)
    .fetch_all(connection)
    .await)?;
    Ok(pairs.into_iter().collect())
}

// What a run stands on ----------------------------------------------------------------------------

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
    on!(tx, connection => sqlx::query_as(
        "SELECT id, number, town, village, main_cause FROM household
         WHERE closed_on IS NULL AND ($1 = '' OR town = $1) AND ($2 = '' OR village = $2)
           AND ($3 AND $4 = (
                   SELECT staff_id FROM pairing WHERE household_id = household.id
                   ORDER BY to_date IS NULL DESC, to_date DESC, ended_at DESC, id DESC LIMIT 1)
               OR NOT $3 AND ($5 OR NOT EXISTS (
                   SELECT 1 FROM pairing WHERE household_id = household.id AND to_date IS NULL)))
         ORDER BY id",
    )
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

/// The day on which the last of the pairings of a household ended that have.
pub async fn last_ends(tx: &mut Tx) -> Result<HashMap<Uuid, NaiveDate>, sqlx::Error> {
    let rows: Vec<(Uuid, NaiveDate)> = on!(tx, connection => sqlx::query_as(
        "SELECT household_id, max(to_date) FROM pairing WHERE to_date IS NOT NULL
         GROUP BY household_id",
    )
    .fetch_all(connection)
    .await)?;
    Ok(rows.into_iter().collect())
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

/// How many households a person may have.
pub fn capacity(person: &Staff, settings: &Settings) -> i64 {
    person
        .capacity
        .unwrap_or_else(|| settings.capacity_by_rank.of(person.rank))
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

// Runs --------------------------------------------------------------------------------------------

/// A run as stored, without its proposals and loads.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: Uuid,
    /// What became of it.
    pub status: RunStatus,
    /// Which households it is for.
    #[sqlx(try_from = "Json<Scope>")]
    pub scope: Scope,
    /// Digest of what it stands on.
    pub basis: String,
    /// Its numbers.
    #[sqlx(try_from = "Json<Summary>")]
    pub summary: Summary,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was computed.
    pub created_at: DateTime<Utc>,
    /// By which account.
    pub created_by: String,
    /// When it was laid before those who confirm it; none while it is a draft.
    pub proposed_at: Option<DateTime<Utc>>,
    /// By which account.
    pub proposed_by: Option<String>,
    /// When it was confirmed or dropped.
    pub decided_at: Option<DateTime<Utc>>,
    /// By which account.
    pub decided_by: Option<String>,
}

impl From<Json<Scope>> for Scope {
    fn from(json: Json<Self>) -> Self {
        json.0
    }
}

impl From<Json<Summary>> for Summary {
    fn from(json: Json<Self>) -> Self {
        json.0
    }
}

const RUN: &str =
    "SELECT id, status, scope, basis, summary, version, created_at, created_by, proposed_at,
    proposed_by, decided_at, decided_by FROM pairing_run";

/// Adds a run with all that it proposes.
pub async fn add_run(tx: &mut Tx, run: &Run, plan: &Plan) -> Result<(), sqlx::Error> {
    insert!(&mut *tx, "pairing_run", std::slice::from_ref(run), |run| {
        id: run.id,
        status: run.status,
        scope: Json(&run.scope),
        basis: run.basis.as_str(),
        summary: Json(&run.summary),
        loads: Json(&plan.loads),
        version: run.version,
        created_at: run.created_at,
        created_by: run.created_by.as_str(),
        proposed_at: run.proposed_at,
        proposed_by: run.proposed_by.as_deref(),
    })?;
    insert!(&mut *tx, "proposal", plan.pairs, |pair| {
        run_id: run.id,
        household_id: pair.household,
        staff_id: pair.helper,
        cost: pair.cost,
        reasons: Json(&pair.reasons),
    })?;
    insert!(tx, "proposal", plan.unplaced, |unplaced| {
        run_id: run.id,
        household_id: unplaced.household,
        cost: 0_i64,
        reasons: Json(&unplaced.reasons),
    })
}

/// The run with this id.
pub async fn find_run(tx: &mut Tx, id: Uuid) -> Result<Option<Run>, sqlx::Error> {
    let sql = format!("{RUN} WHERE id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// A page of runs, the latest first, at most `limit` and one more.
pub async fn list_runs(
    tx: &mut Tx,
    status: Option<RunStatus>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Run>, sqlx::Error> {
    // An id begins with the time at which it was made.
    let sql = format!("{RUN} WHERE id < $1 AND ($2 = '' OR status = $2) ORDER BY id DESC LIMIT $3");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(after.unwrap_or(LATEST.1))
        .bind(status.map_or(String::new(), |status| status.to_string()))
        .bind(limit + 1)
        .fetch_all(connection).await)
}

/// Every active helper's load under a run.
pub async fn loads(tx: &mut Tx, run_id: Uuid) -> Result<Option<Vec<Load>>, sqlx::Error> {
    let found: Option<(Json<Vec<Load>>,)> = on!(tx, connection => sqlx::query_as(
        "SELECT loads FROM pairing_run WHERE id = $1",
    )
    .bind(run_id)
    .fetch_optional(connection)
    .await)?;
    Ok(found.map(|(Json(loads),)| loads))
}

/// Makes a run what it is after a step, and keeps what it was; `action` comes with when and by whom.
pub async fn replace_run(
    tx: &mut Tx,
    (action, now, actor): (&'static str, DateTime<Utc>, &str),
    before: &Run,
    after: &Run,
) -> Result<(), sqlx::Error> {
    let kept = history::Change {
        subject: "pairing_run",
        subject_id: before.id.to_string(),
        version: before.version,
        action,
        import_id: None,
        before,
    };
    history::record(tx, actor, now, &[kept]).await?;
    on!(tx, connection => sqlx::query(
        "UPDATE pairing_run SET status = $2, summary = $3, version = $4, proposed_at = $5,
             proposed_by = $6, decided_at = $7, decided_by = $8
         WHERE id = $1",
    )
    .bind(before.id)
    .bind(after.status)
    .bind(Json(&after.summary))
    .bind(after.version)
    .bind(after.proposed_at)
    .bind(after.proposed_by.as_deref())
    .bind(after.decided_at)
    .bind(after.decided_by.as_deref())
    .execute(connection)
    .await
    .map(|_| ()))
}

/// A proposal with the names that belong to its ids.
#[derive(Clone, Debug, FromRow)]
pub struct Proposal {
    /// The household.
    pub household_id: Uuid,
    /// 户编号.
    pub household_number: Option<String>,
    /// 户主姓名.
    pub head_name: String,
    /// 镇.
    pub town: String,
    /// 村.
    pub village: String,
    /// The helper; none if there is nobody.
    pub staff_id: Option<Uuid>,
    /// 姓名.
    pub helper: Option<String>,
    /// 单位.
    pub unit: Option<String>,
    /// Sum of the terms.
    pub cost: i64,
    /// The terms, or why there is nobody.
    #[sqlx(try_from = "Json<Vec<Reason>>")]
    pub reasons: Vec<Reason>,
}

/// What a run proposes, with names; a condition is to be added.
pub(super) const PROPOSAL: &str =
    "SELECT household_id, household.number AS household_number, head_name,
    household.town AS town, household.village AS village, staff_id, staff.name AS helper,
    unit.name AS unit, cost, reasons
    FROM proposal
    JOIN household ON household.id = household_id
    LEFT JOIN staff ON staff.id = staff_id
    LEFT JOIN unit ON unit.id = staff.unit_id";

/// What a run proposes for a household.
pub async fn find_proposal(
    tx: &mut Tx,
    run_id: Uuid,
    household_id: Uuid,
) -> Result<Option<Proposal>, sqlx::Error> {
    let sql = format!("{PROPOSAL} WHERE run_id = $1 AND household_id = $2");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(run_id)
        .bind(household_id)
        .fetch_optional(connection)
        .await)
}

/// Where a page of proposals begins: town, village and household of the last one before.
pub type AreaKey = (String, String, Uuid);

/// A page of a run's proposals by area, at most `limit` and one more.
pub async fn list_proposals(
    tx: &mut Tx,
    run_id: Uuid,
    placed: Option<bool>,
    staff_id: Option<Uuid>,
    after: Option<AreaKey>,
    limit: i64,
) -> Result<Vec<Proposal>, sqlx::Error> {
    let (town, village, id) = after.unwrap_or_default();
    let sql = format!(
        "{PROPOSAL}
         WHERE run_id = $1 AND (household.town, household.village, household_id) > ($2, $3, $4)
           AND (NOT $5 OR (staff_id IS NOT NULL) = $6)
           AND (NOT $7 OR staff_id = $8)
         ORDER BY household.town, household.village, household_id LIMIT $9"
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
    .bind(run_id)
    .bind(town)
    .bind(village)
    .bind(id)
    .bind(placed.is_some())
    .bind(placed.unwrap_or_default())
    .bind(staff_id.is_some())
    .bind(staff_id.unwrap_or_default())
    .bind(limit + 1)
    .fetch_all(connection)
    .await)
}

/// The pairs of a run, `(household, helper)`, by household.
pub async fn proposed_pairs(tx: &mut Tx, run_id: Uuid) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id FROM proposal
         WHERE run_id = $1 AND staff_id IS NOT NULL ORDER BY household_id",
    )
    .bind(run_id)
    .fetch_all(connection)
    .await)
}

// Pairings ----------------------------------------------------------------------------------------

/// A pairing with the names that belong to its ids.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct Pairing {
    /// Its id.
    pub id: Uuid,
    /// The household.
    pub household_id: Uuid,
    /// 户编号.
    pub household_number: Option<String>,
    /// 户主姓名.
    pub head_name: String,
    /// 镇.
    pub town: String,
    /// 村.
    pub village: String,
    /// The helper.
    pub staff_id: Uuid,
    /// 姓名.
    pub helper: String,
    /// 单位.
    pub unit: String,
    /// The run that made it; none if made by hand.
    pub run_id: Option<Uuid>,
    /// First day.
    pub from_date: NaiveDate,
    /// The day on which it ended; none while it holds.
    pub to_date: Option<NaiveDate>,
    /// Why it was made.
    pub reason: String,
    /// When it was written down.
    pub started_at: DateTime<Utc>,
    /// By which account.
    pub started_by: String,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// When the end was written down.
    pub ended_at: Option<DateTime<Utc>>,
    /// By which account.
    pub ended_by: Option<String>,
}

const PAIRING: &str = "SELECT pairing.id AS id, household_id, household.number AS household_number,
    head_name, household.town AS town, household.village AS village, staff_id, staff.name AS helper,
    unit.name AS unit, run_id, from_date, to_date, reason, started_at, started_by, end_reason, ended_at,
    ended_by
    FROM pairing
    JOIN household ON household.id = household_id
    JOIN staff ON staff.id = staff_id
    JOIN unit ON unit.id = staff.unit_id";

/// What a list of pairings may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this household.
    pub household_id: Option<Uuid>,
    /// Only of this helper.
    pub staff_id: Option<Uuid>,
    /// Only those that hold, or only those that have ended.
    pub current: Option<bool>,
    /// Only those that held on this day; on the day of a hand-over, the new one.
    pub on: Option<NaiveDate>,
    /// Only of people of this unit.
    pub unit_id: Option<Uuid>,
    /// Only of households of this town; of all if empty.
    pub town: String,
    /// Only of households of this village; of all if empty.
    pub village: String,
}

/// The pairing with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Pairing>, sqlx::Error> {
    let sql = format!("{PAIRING} WHERE pairing.id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// A page of pairings, those that began last first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> Result<Vec<Pairing>, sqlx::Error> {
    let sql = format!(
        "{PAIRING} WHERE (from_date, pairing.id) < ($1, $2)
           AND (NOT $3 OR household_id = $4)
           AND (NOT $5 OR staff_id = $6)
           AND (NOT $7 OR (to_date IS NULL) = $8)
           AND (NOT $9 OR (from_date <= $10 AND (to_date IS NULL OR to_date > $10)))
           AND (NOT $11 OR unit.id = $12)
           AND ($13 = '' OR household.town = $13) AND ($14 = '' OR household.village = $14)
         ORDER BY from_date DESC, pairing.id DESC LIMIT $15"
    );
    let (from_date, id) = after.unwrap_or(LATEST);
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(from_date).bind(id)
        .bind(filter.household_id.is_some()).bind(filter.household_id.unwrap_or_default())
        .bind(filter.staff_id.is_some()).bind(filter.staff_id.unwrap_or_default())
        .bind(filter.current.is_some()).bind(filter.current.unwrap_or_default())
        .bind(filter.on.is_some()).bind(filter.on.unwrap_or_default())
        .bind(filter.unit_id.is_some()).bind(filter.unit_id.unwrap_or_default())
        .bind(&filter.town).bind(&filter.village)
        .bind(limit + 1)
        .fetch_all(connection).await)
}

/// The pairings of a person that hold, by the household's id.
pub async fn current_of(tx: &mut Tx, staff_id: Uuid) -> Result<Vec<Pairing>, sqlx::Error> {
    let sql = format!("{PAIRING} WHERE staff_id = $1 AND to_date IS NULL ORDER BY household_id");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(staff_id).fetch_all(connection).await)
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

/// When and by whom pairings were made.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The run; none if by hand.
    pub run_id: Option<Uuid>,
    /// First day.
    pub from_date: NaiveDate,
    /// Why.
    pub reason: &'a str,
    /// Now.
    pub at: DateTime<Utc>,
    /// By which account.
    pub by: &'a str,
}

/// Makes helpers responsible for households, `(household, helper)`; gives the ids of the pairings.
///
/// The database refuses a second current helper of a household.
pub async fn start(
    tx: &mut Tx,
    start: Start<'_>,
    pairs: &[(Uuid, Uuid)],
) -> Result<Vec<Uuid>, sqlx::Error> {
    let rows: Vec<_> = pairs.iter().map(|pair| (Uuid::now_v7(), pair)).collect();
    insert!(tx, "pairing", rows, |row| {
        id: row.0,
        household_id: row.1.0,
        staff_id: row.1.1,
        run_id: start.run_id,
        from_date: start.from_date,
        reason: start.reason,
        started_at: start.at,
        started_by: start.by,
    })?;
    Ok(rows.into_iter().map(|(id, _)| id).collect())
}

/// Ends a pairing that holds.
pub async fn end(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    before: &Pairing,
    to_date: NaiveDate,
    reason: &str,
) -> Result<(), sqlx::Error> {
    end_by(tx, actor, now, None, before, to_date, reason).await
}

/// Ends the pairings of households that an import closes, today, or on the last day on which the
/// helper was responsible or went there.
pub async fn end_closed(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    import_id: Uuid,
    households: &[Uuid],
) -> Result<(), sqlx::Error> {
    for household in households {
        let filter = Filter {
            household_id: Some(*household),
            current: Some(true),
            ..Filter::default()
        };
        for pairing in list(tx, &filter, None, 1).await? {
            let visited = visit::store::last_day(tx, *household, pairing.staff_id).await?;
            let day = china_date(now)
                .max(pairing.from_date)
                .max(visited.unwrap_or(pairing.from_date));
            end_by(
                tx,
                actor,
                now,
                Some(import_id),
                &pairing,
                day,
                CLOSED_REASON,
            )
            .await?;
        }
    }
    Ok(())
}

/// Takes back what [`end_closed`] did for an import. A helper who may not be given the household today
/// does not get it back: it needs another one.
pub async fn resume(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    import_id: Uuid,
) -> Result<(), sqlx::Error> {
    for id in history::by_import(tx, "pairing", "end", import_id).await? {
        let Some(before) = find(tx, id).await? else {
            continue;
        };
        let Some(helper) = staff::store::find(tx, before.staff_id).await? else {
            continue;
        };
        let (gate, today) = (
            Gate::of_pair(tx, before.household_id, helper.id).await?,
            china_date(now),
        );
        if gate
            .check(before.household_id, &helper, today, today)
            .is_err()
        {
            continue;
        }
        let kept = history::Change {
            subject: "pairing",
            subject_id: id.to_string(),
            version: 2,
            action: "undo",
            import_id: Some(import_id),
            before: &before,
        };
        history::record(tx, actor, now, &[kept]).await?;
        on!(&mut *tx, connection => sqlx::query(
            "UPDATE pairing SET to_date = NULL, end_reason = NULL, ended_at = NULL, ended_by = NULL
             WHERE id = $1",
        )
        .bind(id)
        .execute(connection)
        .await
        .map(|_| ()))?;
    }
    Ok(())
}

async fn end_by(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    import_id: Option<Uuid>,
    before: &Pairing,
    to_date: NaiveDate,
    reason: &str,
) -> Result<(), sqlx::Error> {
    let kept = history::Change {
        subject: "pairing",
        subject_id: before.id.to_string(),
        version: 1,
        action: "end",
        import_id,
        before,
    };
    history::record(tx, actor, now, &[kept]).await?;
    on!(tx, connection => sqlx::query(
        "UPDATE pairing SET to_date = $2, end_reason = $3, ended_at = $4, ended_by = $5
         WHERE id = $1 AND to_date IS NULL",
    )
    .bind(before.id)
    .bind(to_date)
    .bind(reason)
    .bind(now)
    .bind(actor)
    .execute(connection)
    .await
    .map(|_| ()))
}

/// The last day of an ended pairing of each household that had one on or after the day `from`,
/// for the households of a run or for one household.
pub async fn ended_after(
    tx: &mut Tx,
    of: Of,
    from: NaiveDate,
) -> Result<Vec<NaiveDate>, sqlx::Error> {
    let (run_id, household_id) = match of {
        Of::Run(id) => (id, Uuid::nil()),
        Of::Household(id) => (Uuid::nil(), id),
    };
    on!(tx, connection => sqlx::query_scalar(
        "SELECT max(to_date) FROM pairing
         WHERE to_date > $1 AND (household_id = $2 OR household_id IN (
             SELECT household_id FROM proposal WHERE run_id = $3 AND staff_id IS NOT NULL
               AND NOT EXISTS (
                   SELECT 1 FROM pairing AS kept WHERE kept.household_id = proposal.household_id
                     AND kept.staff_id = proposal.staff_id AND kept.to_date IS NULL)))
         GROUP BY household_id",
    )
    .bind(from)
    .bind(household_id)
    .bind(run_id)
    .fetch_all(connection)
    .await)
}

/// The households of a question.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    /// Those that a run gives a helper whom they do not have.
    Run(Uuid),
    /// This one.
    Household(Uuid),
}

/// Pairings, current and former, that name these households or people.
pub async fn pairings_naming(
    tx: &mut Tx,
    subject: Subject,
    ids: &Ids<'_>,
) -> Result<Vec<Mention>, sqlx::Error> {
    let columns = ("id", subject.column(), "from_date");
    mentions(tx, "pairing", columns, ids).await
}

/// Runs that propose something for these households or people.
pub async fn runs_naming(
    tx: &mut Tx,
    subject: Subject,
    ids: &Ids<'_>,
) -> Result<Vec<Mention>, sqlx::Error> {
    let columns = ("run_id", subject.column(), "CAST(NULL AS DATE)");
    mentions(tx, "proposal", columns, ids).await
}
