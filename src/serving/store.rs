//! Tenures in the database. What «serves now», «served on a day» and «served last» mean in SQL stands here
//! alone.

pub(crate) mod names;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use self::names::{helper_names, household_names, join_names};
use super::tenure::{Part, Periods, Tenure};
use crate::access::Reach;
use crate::access::history::Actor;
use crate::db::{Ids, Mention, Subject, Tx, Where, mentions};
use crate::{insert, on};

/// Reason kept when an assistance ends because the assistant becomes the responsible helper.
const RESPONSIBLE_REASON: &str = "已成为该户帮扶责任人";

/// Whether a tenure holds now, as a condition on a row of `table`.
pub fn holds_now(table: &str) -> String {
    format!("{table}.to_date IS NULL")
}

/// Whether a tenure has ended, as a condition on a row of `table`.
fn has_ended(table: &str) -> String {
    format!("{table}.to_date IS NOT NULL")
}

/// Whether a tenure ended later than the day of a parameter such as `$1`, as a condition on a row of `table`.
/// Then no other tenure of the household may begin on that day. On the day of the end itself one may.
pub fn has_ended_after(table: &str, day: &str) -> String {
    format!("{table}.to_date > {day}")
}

/// Whether a tenure holds, or has [ended after](has_ended_after) a day.
fn lasts_beyond(table: &str, day: &str) -> String {
    format!("({} OR {})", holds_now(table), has_ended_after(table, day))
}

/// Whether a tenure held on the day of a parameter such as `$1`, as a condition on a row of `table`. On
/// the day of a hand-over it is the new helper's.
fn held_on(table: &str, day: &str) -> String {
    let lasts = lasts_beyond(table, day);
    format!("{table}.from_date <= {day} AND {lasts}")
}

/// Whether anybody is responsible now for the household with an id, as a condition.
pub fn has_helper_now(household: &str) -> String {
    let holds = holds_now("pairing");
    format!("EXISTS (SELECT 1 FROM pairing WHERE pairing.household_id = {household} AND {holds})")
}

/// Who is responsible now for the household with an id or, if nobody is, who was last, as a query.
pub fn last_helper(household: &str) -> String {
    let holds = holds_now("pairing");
    format!(
        "SELECT pairing.staff_id FROM pairing WHERE pairing.household_id = {household}
         ORDER BY {holds} DESC, to_date DESC, ended_at DESC, pairing.id DESC LIMIT 1"
    )
}

/// Whom the household with an id had last, by what was written down up to the instant of a parameter such as
/// `$1`, as a query. Of an end it asks nothing: that may have been written down later.
pub fn last_helper_known_at(household: &str, instant: &str) -> String {
    format!(
        "SELECT pairing.staff_id FROM pairing
         WHERE pairing.household_id = {household} AND started_at <= {instant}
         ORDER BY from_date DESC, started_at DESC LIMIT 1"
    )
}

/// Joins `pairing` to a household's id: who is responsible for it now, if anybody.
pub fn join_responsible_now(household: &str) -> String {
    let holds = holds_now("pairing");
    format!("LEFT JOIN pairing ON pairing.household_id = {household} AND {holds}")
}

/// Joins `pairing` or `assistance` to a household's id: who served it on the day of a parameter such as
/// `$1`, if anybody.
pub fn join_on_day(part: Part, household: &str, day: &str) -> String {
    let table = part.table();
    let held = held_on(table, day);
    format!("LEFT JOIN {table} ON {table}.household_id = {household} AND {held}")
}

/// The households that a person serves now, as a query for a parameter such as `$1`.
fn served_by(person: &str) -> String {
    served_as(&Part::BOTH, &format!("staff_id = {person}"))
}

/// The households that a person is responsible for now, as [`served_by`].
fn responsible_for(person: &str) -> String {
    served_as(&[Part::Responsible], &format!("staff_id = {person}"))
}

/// The households that people serve now in one of these parts, as a query. `people` is a condition on
/// `staff_id`.
fn served_as(parts: &[Part], people: &str) -> String {
    let served = parts.iter().map(|part| {
        let table = part.table();
        let holds = holds_now(table);
        format!("SELECT household_id FROM {table} WHERE {people} AND {holds}")
    });
    served.collect::<Vec<_>>().join(" UNION ALL ")
}

/// The people of a unit today, as a query for a parameter such as `$1`.
pub fn people_of(unit: &str) -> String {
    format!("SELECT id FROM staff WHERE unit_id = {unit}")
}

/// The households within a reach, as a query with `?` for the value beside it; nothing for one that
/// has no bounds. Of people, only those count who serve in one of these parts. This is the rule of
/// [`rights`](super::rights) in SQL, for lists and for single households.
pub fn reached_by(reach: Reach, parts: &[Part]) -> Option<(String, Uuid)> {
    match reach {
        Reach::All => None,
        Reach::Unit(unit_id) => {
            let people = format!("staff_id IN ({})", people_of("?"));
            Some((served_as(parts, &people), unit_id))
        }
        Reach::Person(staff_id) => Some((served_as(parts, "staff_id = ?"), staff_id)),
    }
}

/// Narrows a list to the households within a reach. `household` is the column of their ids.
pub fn within(wanted: Where, reach: Reach, parts: &[Part], household: &str) -> Where {
    match reached_by(reach, parts) {
        None => wanted,
        Some((served, value)) => wanted.and_with(value, &format!("{household} IN ({served})")),
    }
}

/// Whether a household is within a reach.
pub async fn reaches(
    tx: &mut Tx,
    reach: Reach,
    parts: &[Part],
    household_id: Uuid,
) -> Result<bool, sqlx::Error> {
    if reach == Reach::All {
        return Ok(true);
    }
    let wanted = Where::new().and_with(household_id, "id = ?");
    let wanted = within(wanted, reach, parts, "id");
    let sql = format!("SELECT id FROM household {wanted}");
    let found: Vec<(Uuid,)> = wanted.fetch_all(tx, sql).await?;
    Ok(!found.is_empty())
}

/// How many households a person serves now.
pub async fn count_served(tx: &mut Tx, staff_id: Uuid) -> Result<i64, sqlx::Error> {
    let sql = format!("SELECT count(*) FROM ({}) AS served", served_by("$1"));
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(staff_id).fetch_one(connection).await)
}

/// The times in which a person served a household.
pub async fn periods(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
) -> Result<Periods, sqlx::Error> {
    let found = on!(tx, connection => sqlx::query_as(
        "SELECT TRUE AS is_responsible, from_date, to_date FROM pairing
         WHERE household_id = $1 AND staff_id = $2
         UNION ALL
         SELECT FALSE AS is_responsible, from_date, to_date FROM assistance
         WHERE household_id = $1 AND staff_id = $2
         ORDER BY from_date",
    )
    .bind(household_id)
    .bind(staff_id)
    .fetch_all(connection)
    .await)?;
    Ok(Periods(found))
}

/// The helper who was responsible for a household on a day; on the day of a hand-over, the new one.
pub async fn helper_on(
    tx: &mut Tx,
    household_id: Uuid,
    day: NaiveDate,
) -> Result<Option<Uuid>, sqlx::Error> {
    let sql = format!(
        "SELECT staff_id FROM pairing WHERE household_id = $1 AND {}
         ORDER BY from_date DESC, started_at DESC LIMIT 1",
        held_on("pairing", "$2")
    );
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(household_id).bind(day).fetch_optional(connection).await)
}

/// Who was responsible for each household on a day, helper by household, as [`helper_on`] says.
pub async fn helpers_on(tx: &mut Tx, day: NaiveDate) -> Result<HashMap<Uuid, Uuid>, sqlx::Error> {
    let sql = format!(
        "SELECT household_id, staff_id FROM pairing WHERE {} ORDER BY from_date, started_at",
        held_on("pairing", "$1")
    );
    let pairs: Vec<(Uuid, Uuid)> = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(day).fetch_all(connection).await)?;
    Ok(pairs.into_iter().collect())
}

/// The helper who is responsible for a household now.
pub async fn current_helper(tx: &mut Tx, household_id: Uuid) -> Result<Option<Uuid>, sqlx::Error> {
    let holds = holds_now("pairing");
    let sql = format!("SELECT staff_id FROM pairing WHERE household_id = $1 AND {holds}");
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(household_id).fetch_optional(connection).await)
}

/// The households that a helper is responsible for now, by id.
pub async fn households_of(tx: &mut Tx, staff_id: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    let served = responsible_for("$1");
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(format!("{served} ORDER BY household_id")))
        .bind(staff_id).fetch_all(connection).await)
}

/// All current pairs, `(household, helper)`, by household.
pub async fn current_pairs(tx: &mut Tx) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    let holds = holds_now("pairing");
    let sql =
        format!("SELECT household_id, staff_id FROM pairing WHERE {holds} ORDER BY household_id");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).fetch_all(connection).await)
}

/// Since when each current pair holds, and why, by household.
pub async fn current_starts(tx: &mut Tx) -> Result<Vec<(Uuid, NaiveDate, String)>, sqlx::Error> {
    let holds = holds_now("pairing");
    let sql = format!(
        "SELECT household_id, from_date, reason FROM pairing WHERE {holds} ORDER BY household_id"
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).fetch_all(connection).await)
}

/// The helpers who are responsible for households now, `(household, helper)`.
pub async fn helpers_of(
    tx: &mut Tx,
    households: &Ids<'_>,
) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    let sql = format!(
        "SELECT household_id, staff_id FROM pairing WHERE {} AND {}",
        holds_now("pairing"),
        households.clause("household_id", 1)
    );
    on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in households.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })
}

/// The helper who is responsible for a household now, by name.
#[derive(Clone, Debug, FromRow)]
pub struct NamedHelper {
    pub(crate) household_id: Uuid,
    /// 工号.
    pub staff_number: Option<String>,
    /// 姓名.
    pub name: String,
}

/// The helpers who are responsible now: a join with the names of the staff, which saves a round trip for
/// each household.
pub async fn helper_names(
    tx: &mut Tx,
    households: &Ids<'_>,
) -> Result<Vec<NamedHelper>, sqlx::Error> {
    let sql = format!(
        "SELECT household_id, staff.number AS staff_number, staff.name AS name
         FROM pairing JOIN staff ON staff.id = pairing.staff_id WHERE {} AND {}",
        holds_now("pairing"),
        households.clause("household_id", 1)
    );
    on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in households.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })
}

/// By household: the day on which its last ended pairing ended.
pub async fn last_ends(tx: &mut Tx) -> Result<HashMap<Uuid, NaiveDate>, sqlx::Error> {
    let sql = format!(
        "SELECT household_id, max(to_date) FROM pairing WHERE {} GROUP BY household_id",
        has_ended("pairing")
    );
    let rows: Vec<(Uuid, NaiveDate)> = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(connection).await)?;
    Ok(rows.into_iter().collect())
}

/// By household: the helper whose pairing with it ended last.
pub async fn former_helpers(tx: &mut Tx) -> Result<HashMap<Uuid, Uuid>, sqlx::Error> {
    let sql = format!(
        "SELECT household_id, staff_id FROM pairing WHERE {} ORDER BY to_date, ended_at, id",
        has_ended("pairing")
    );
    let ended: Vec<(Uuid, Uuid)> = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(connection).await)?;
    Ok(ended.into_iter().collect())
}

/// Tenures with their names.
fn select(part: Part) -> String {
    let table = part.table();
    let (is_responsible, run_id) = match part {
        Part::Responsible => ("TRUE", "run_id"),
        Part::Assisting => ("FALSE", "NULL AS run_id"),
    };
    format!(
        "SELECT {table}.id AS id, {is_responsible} AS is_responsible, household_id, {}, staff_id, {},
             {run_id}, from_date, to_date, reason, started_at, started_by, end_reason, ended_at, ended_by
         FROM {table} {}",
        household_names!(),
        helper_names!(),
        join_names!("household_id", "staff_id"),
    )
}

/// What a list of tenures may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only of this household.
    pub household_id: Option<Uuid>,
    /// Only of this person.
    pub staff_id: Option<Uuid>,
    /// Only those that hold, or only those that have ended.
    pub current: Option<bool>,
    /// Only those that hold, or ended on or after this day.
    pub lasting_to: Option<NaiveDate>,
    /// Only those that held on this day; on the day of a hand-over, the new one.
    pub on: Option<NaiveDate>,
    /// Only of people of this unit.
    pub unit_id: Option<Uuid>,
    /// Only of people of the unit that bounds the caller's reach.
    pub reached_unit: Option<Uuid>,
    /// Only of households of this town.
    pub town: Option<String>,
    /// Only of households of this village.
    pub village: Option<String>,
}

impl Filter {
    /// The tenure of a household that holds.
    pub fn current_of(household_id: Uuid) -> Self {
        Self {
            household_id: Some(household_id),
            current: Some(true),
            ..Self::default()
        }
    }

    fn conditions(&self, part: Part) -> Where {
        let table = part.table();
        Where::new()
            .and_if(self.household_id, "household_id = ?")
            .and_if(self.staff_id, "staff_id = ?")
            .and_either(self.current, &holds_now(table), &has_ended(table))
            .and_if(
                self.lasting_to,
                &format!("({} OR {table}.to_date >= ?)", holds_now(table)),
            )
            .and_if(self.on, &held_on(table, "?"))
            .and_if(self.unit_id, "unit.id = ?")
            .and_if(self.reached_unit, "unit.id = ?")
            .and_place(
                self.town.as_deref().unwrap_or_default(),
                self.village.as_deref().unwrap_or_default(),
            )
    }
}

/// `None` if there is no tenure of this part with this id, current or ended.
pub async fn find(tx: &mut Tx, part: Part, id: Uuid) -> Result<Option<Tenure>, sqlx::Error> {
    let sql = format!("{} WHERE {}.id = $1", select(part), part.table());
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// A page of tenures, those that began last first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    part: Part,
    filter: &Filter,
    after: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> Result<Vec<Tenure>, sqlx::Error> {
    let (select, table) = (select(part), part.table());
    let mut wanted = filter.conditions(part).beyond(
        after.map(|(from_date, id)| [from_date.into(), id.into()]),
        &format!("(from_date, {table}.id) <"),
    );
    let limit = wanted.bind(limit + 1);
    let sql = format!("{select} {wanted} ORDER BY from_date DESC, {table}.id DESC LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}

/// The tenures of a person that hold, by the household's id.
pub async fn current_of(
    tx: &mut Tx,
    part: Part,
    staff_id: Uuid,
) -> Result<Vec<Tenure>, sqlx::Error> {
    let holds = holds_now(part.table());
    let sql = format!(
        "{} WHERE staff_id = $1 AND {holds} ORDER BY household_id",
        select(part)
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(staff_id).fetch_all(connection).await)
}

/// When, why and by whom tenures begin.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The run; none if by hand.
    pub run_id: Option<Uuid>,
    /// First day.
    pub from_date: NaiveDate,
    pub(crate) reason: &'a str,
    /// When it is written down.
    pub at: DateTime<Utc>,
    /// By which account.
    pub by: &'a str,
}

/// Makes helpers responsible for households, `(household, helper)`; gives the ids of the pairings. A
/// helper who assisted the same household until now no longer does.
///
/// The database refuses a second current helper of a household.
pub async fn make_responsible(
    tx: &mut Tx,
    start: Start<'_>,
    pairs: &[(Uuid, Uuid)],
) -> Result<Vec<Uuid>, sqlx::Error> {
    let rows: Vec<_> = pairs.iter().map(|pair| (Uuid::now_v7(), pair)).collect();
    insert!(&mut *tx, "pairing", rows, |row| {
        id: row.0,
        household_id: row.1.0,
        staff_id: row.1.1,
        run_id: start.run_id,
        from_date: start.from_date,
        reason: start.reason,
        started_at: start.at,
        started_by: start.by,
    })?;
    give_way(tx, start).await?;
    Ok(rows.into_iter().map(|(id, _)| id).collect())
}

/// Ends the assistance of those whom pairings have made responsible, with the pairing's first day.
async fn give_way(tx: &mut Tx, start: Start<'_>) -> Result<(), sqlx::Error> {
    let sql = format!(
        "{} WHERE {} AND EXISTS (
             SELECT 1 FROM pairing WHERE pairing.household_id = assistance.household_id
               AND pairing.staff_id = assistance.staff_id AND {})",
        select(Part::Assisting),
        holds_now("assistance"),
        holds_now("pairing"),
    );
    let ending: Vec<Tenure> = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(connection).await)?;
    let actor = Actor {
        account: start.by,
        at: start.at,
        import_id: None,
    };
    for assistance in &ending {
        let day = start.from_date.max(assistance.from_date);
        end(tx, actor, assistance, day, RESPONSIBLE_REASON).await?;
    }
    Ok(())
}

/// Makes a person the assistant of a household; gives the assistance's id. The database refuses a
/// second one of a household.
pub async fn make_assistant(
    tx: &mut Tx,
    start: Start<'_>,
    (household_id, staff_id): (Uuid, Uuid),
) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    insert!(tx, "assistance", [start], |start| {
        id: id,
        household_id: household_id,
        staff_id: staff_id,
        from_date: start.from_date,
        reason: start.reason,
        started_at: start.at,
        started_by: start.by,
    })?;
    Ok(id)
}

/// Ends a tenure that holds, and keeps what it was.
pub async fn end(
    tx: &mut Tx,
    actor: Actor<'_>,
    before: &Tenure,
    to_date: NaiveDate,
    reason: &str,
) -> Result<(), sqlx::Error> {
    let table = before.part.table();
    actor.keep(tx, "end", (table, before.id, 1), before).await?;
    let holds = holds_now(table);
    let sql = format!(
        "UPDATE {table} SET to_date = $2, end_reason = $3, ended_at = $4, ended_by = $5
         WHERE id = $1 AND {holds}"
    );
    on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(before.id)
        .bind(to_date)
        .bind(reason)
        .bind(actor.at)
        .bind(actor.account)
        .execute(connection)
        .await
        .map(|_| ()))
}

/// Lets a tenure hold again that ended, and keeps what it was.
pub async fn reopen(tx: &mut Tx, actor: Actor<'_>, before: &Tenure) -> Result<(), sqlx::Error> {
    let table = before.part.table();
    actor
        .keep(tx, "undo", (table, before.id, 2), before)
        .await?;
    let sql = format!(
        "UPDATE {table} SET to_date = NULL, end_reason = NULL, ended_at = NULL, ended_by = NULL
         WHERE id = $1"
    );
    on!(tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(before.id).execute(connection).await.map(|_| ()))
}

/// Whether a person is responsible for a household, or was after a day.
pub async fn is_responsible_after(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
    day: NaiveDate,
) -> Result<bool, sqlx::Error> {
    let ends = ends_after(tx, Part::Responsible, household_id, Some(staff_id), day).await?;
    Ok(!ends.is_empty())
}

/// When the tenures of a household ended that lasted beyond a day, of all or of one person; none for
/// one that holds.
pub async fn ends_after(
    tx: &mut Tx,
    part: Part,
    household_id: Uuid,
    staff_id: Option<Uuid>,
    day: NaiveDate,
) -> Result<Vec<Option<NaiveDate>>, sqlx::Error> {
    let table = part.table();
    let wanted = Where::new()
        .and_with(household_id, "household_id = ?")
        .and_with(day, &lasts_beyond(table, "?"))
        .and_if(staff_id, "staff_id = ?");
    let sql = format!("SELECT to_date FROM {table} {wanted}");
    let ends: Vec<(Option<NaiveDate>,)> = wanted.fetch_all(tx, sql).await?;
    Ok(ends.into_iter().map(|(end,)| end).collect())
}

/// Tenures, current and former, that name these households or people.
pub async fn naming(
    tx: &mut Tx,
    part: Part,
    subject: Subject,
    ids: &Ids<'_>,
) -> Result<Vec<Mention>, sqlx::Error> {
    let columns = ("id", subject.column(), "from_date");
    mentions(tx, part.table(), columns, ids).await
}
