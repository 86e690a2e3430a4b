//! Visits in the database.

pub mod totals;

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::model::{Benefit, Corrected, Visit, VisitKind, WhoMet};
use crate::access::Reach;
use crate::access::history::Actor;
use crate::db::{Ids, Json, Mention, Subject, Tx, Where, mentions};
use crate::household::Measure;
use crate::serving::store::within;
use crate::serving::tenure::Part;
use crate::{insert, on};

/// The subject under which former texts of visits are kept.
pub const SUBJECT: &str = "visit";

/// What a list of visits may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only visits to this household.
    pub household_id: Option<Uuid>,
    /// Only visits of this helper.
    pub staff_id: Option<Uuid>,
    /// Only on or after this day.
    pub from: Option<NaiveDate>,
    /// Only on or before this day.
    pub to: Option<NaiveDate>,
    /// Only visits to households within this reach.
    pub reach: Reach,
}

/// Where a page of visits begins: day and id of the last one of the page before.
pub type VisitKey = (NaiveDate, Uuid);

const VISIT: &str = "SELECT visit.id AS id, visit.household_id AS household_id, head_name,
    visit.staff_id AS staff_id, staff.number AS staff_number, staff.name AS staff_name, visited_on, kind, met,
    situation_confirmed, causes_confirmed, visit.wishes AS wishes, visit.measures AS measures,
    note, visit.version AS version, logged_at, logged_by
    FROM visit
    JOIN household ON household.id = visit.household_id
    JOIN staff ON staff.id = visit.staff_id";

impl Filter {
    fn conditions(&self) -> Where {
        let wanted = Where::new()
            .and_if(self.from, "visited_on >= ?")
            .and_if(self.to, "visited_on <= ?")
            .and_if(self.household_id, "household_id = ?")
            .and_if(self.staff_id, "staff_id = ?");
        within(wanted, self.reach, &Part::BOTH, "household_id")
    }
}

#[derive(FromRow)]
struct BenefitRow {
    visit_id: Uuid,
    #[sqlx(flatten)]
    benefit: Benefit,
}

/// `None` if there is no visit with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Visit>, sqlx::Error> {
    let sql = format!("{VISIT} WHERE visit.id = $1");
    let found: Option<Visit> = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(id).fetch_optional(connection).await)?;
    let Some(mut visit) = found else {
        return Ok(None);
    };
    visit.facts.benefits = on!(tx, connection => sqlx::query_as(
        "SELECT kind, amount_fen, description FROM benefit WHERE visit_id = $1 ORDER BY position",
    )
    .bind(id)
    .fetch_all(connection)
    .await)?;
    Ok(Some(visit))
}

/// The last day on which a helper visited a household.
pub async fn last_day(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
) -> Result<Option<NaiveDate>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT max(visited_on) FROM visit WHERE household_id = $1 AND staff_id = $2",
    )
    .bind(household_id)
    .bind(staff_id)
    .fetch_one(connection)
    .await)
}

/// The last day on which anybody visited the household with an id, as a query.
pub fn last_day_of(household: &str) -> String {
    format!("SELECT max(visited_on) FROM visit WHERE visit.household_id = {household}")
}

/// Whether nobody has visited the household with an id on the day of a parameter or since, as a condition.
pub fn not_visited_since(household: &str, day: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM visit WHERE visit.household_id = {household} AND visited_on >= {day})"
    )
}

/// The last day on which anybody visited each of some households.
pub async fn last_days(
    tx: &mut Tx,
    households: &Ids<'_>,
) -> Result<HashMap<Uuid, NaiveDate>, sqlx::Error> {
    let sql = format!(
        "SELECT household_id, max(visited_on) FROM visit WHERE {} GROUP BY household_id",
        households.clause("household_id", 1)
    );
    let days: Vec<(Uuid, NaiveDate)> = on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in households.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })?;
    Ok(days.into_iter().collect())
}

/// A page of visits, newest first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<VisitKey>,
    limit: i64,
) -> Result<Vec<Visit>, sqlx::Error> {
    let mut wanted = filter.conditions().beyond(
        after.map(|(day, id)| [day.into(), id.into()]),
        "(visited_on, id) <",
    );
    let limit = wanted.bind(limit + 1);
    // A subquery: with two queries, the ids of the page would have to be sent back.
    let page =
        format!("SELECT id FROM visit {wanted} ORDER BY visited_on DESC, id DESC LIMIT {limit}");
    let sql = format!("{VISIT} WHERE visit.id IN ({page}) ORDER BY visited_on DESC, visit.id DESC");
    let mut visits: Vec<Visit> = wanted.clone().fetch_all(&mut *tx, sql).await?;
    let sql = format!(
        "SELECT visit_id, kind, amount_fen, description FROM benefit
         WHERE visit_id IN ({page}) ORDER BY visit_id, position"
    );
    let benefits: Vec<BenefitRow> = wanted.fetch_all(tx, sql).await?;
    for row in benefits {
        if let Some(visit) = visits.iter_mut().find(|visit| visit.id == row.visit_id) {
            visit.facts.benefits.push(row.benefit);
        }
    }
    Ok(visits)
}

/// Adds a visit with its benefits.
pub async fn add(tx: &mut Tx, visit: &Visit) -> Result<(), sqlx::Error> {
    insert!(&mut *tx, "visit", std::slice::from_ref(visit), |visit| {
        id: visit.id,
        household_id: visit.household_id,
        staff_id: visit.staff_id,
        visited_on: visit.facts.visited_on,
        kind: visit.facts.kind,
        met: visit.facts.met,
        situation_confirmed: visit.facts.situation_confirmed,
        causes_confirmed: visit.facts.causes_confirmed,
        wishes: visit.facts.wishes.as_deref(),
        measures: Json(&visit.facts.measures),
        note: visit.facts.note.as_deref(),
        version: visit.version,
        logged_at: visit.logged_at,
        logged_by: visit.logged_by.as_str(),
    })?;
    add_benefits(tx, visit).await
}

async fn add_benefits(tx: &mut Tx, visit: &Visit) -> Result<(), sqlx::Error> {
    let benefits: Vec<_> = (0_i64..).zip(&visit.facts.benefits).collect();
    insert!(tx, "benefit", benefits, |row| {
        visit_id: visit.id,
        position: row.0,
        kind: row.1.kind,
        amount_fen: row.1.amount_fen,
        description: row.1.description.as_str(),
    })
}

/// Replaces the facts of a visit, and keeps the former ones with the reason. `after` has the next
/// version.
pub async fn correct(
    tx: &mut Tx,
    actor: Actor<'_>,
    reason: &str,
    before: &Visit,
    after: &Visit,
) -> Result<(), sqlx::Error> {
    let kept = Corrected {
        reason: reason.to_owned(),
        visit: before,
    };
    let version = (SUBJECT, before.id, before.version);
    actor.keep(tx, "correct", version, &kept).await?;
    let facts = &after.facts;
    on!(&mut *tx, connection => sqlx::query(
        "UPDATE visit SET visited_on = $2, kind = $3, met = $4, situation_confirmed = $5,
             causes_confirmed = $6, wishes = $7, measures = $8, note = $9, version = $10
         WHERE id = $1",
    )
    .bind(after.id)
    .bind(facts.visited_on)
    .bind(facts.kind)
    .bind(facts.met)
    .bind(facts.situation_confirmed)
    .bind(facts.causes_confirmed)
    .bind(&facts.wishes)
    .bind(Json(&facts.measures))
    .bind(&facts.note)
    .bind(after.version)
    .execute(connection)
    .await
    .map(|_| ()))?;
    on!(&mut *tx, connection => sqlx::query("DELETE FROM benefit WHERE visit_id = $1")
        .bind(after.id).execute(connection).await.map(|_| ()))?;
    add_benefits(tx, after).await
}

/// What the six points need of a visit.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct Confirmation {
    pub household_id: Uuid,
    pub id: Uuid,
    pub visited_on: NaiveDate,
    pub kind: VisitKind,
    pub met: Option<WhoMet>,
    pub situation_confirmed: bool,
    pub causes_confirmed: bool,
    pub wishes: Option<String>,
    #[sqlx(try_from = "Json<Vec<Measure>>")]
    pub measures: Vec<Measure>,
}

/// For each household the latest visit, until `until`, that confirmed the situation, the latest
/// that confirmed the causes, the latest that heard wishes, and the latest of each set of measures
/// that was followed up; in no order.
pub(crate) async fn confirmations(
    tx: &mut Tx,
    households: &Ids<'_>,
    until: NaiveDate,
) -> Result<Vec<Confirmation>, sqlx::Error> {
    // Asking the index for a later one took a quarter of the time of numbering the visits by window
    // functions (SQLite, 360,000 visits).
    let latest = |shows: &str| {
        format!(
            "NOT EXISTS (SELECT 1 FROM visit AS later
                 WHERE later.household_id = visit.household_id AND later.visited_on <= $1
                   AND (later.visited_on, later.id) > (visit.visited_on, visit.id) AND {shows})"
        )
    };
    let sql = format!(
        "SELECT household_id, id, visited_on, kind, met, situation_confirmed, causes_confirmed,
             wishes, measures
         FROM visit
         WHERE visited_on <= $1 AND {}
           AND ((situation_confirmed AND {})
             OR (causes_confirmed AND {})
             OR (wishes IS NOT NULL AND {})
             OR (measures <> '[]' AND {}))",
        households.clause("household_id", 2),
        latest("later.situation_confirmed"),
        latest("later.causes_confirmed"),
        latest("later.wishes IS NOT NULL"),
        latest("later.measures = visit.measures"),
    );
    on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(until);
        for id in households.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })
}

/// Visits that name these households or people.
pub async fn visits_naming(
    tx: &mut Tx,
    subject: Subject,
    ids: &Ids<'_>,
) -> Result<Vec<Mention>, sqlx::Error> {
    let columns = ("id", subject.column(), "visited_on");
    mentions(tx, "visit", columns, ids).await
}
