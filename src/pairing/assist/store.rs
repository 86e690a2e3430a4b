//! Assistances in the database, and the households that a person serves.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::NewAssistance;
use crate::access::Sight;
use crate::db::{Ids, Mention, Subject, Tx, mentions};
use crate::pairing::store::{LATEST, Start};
use crate::pairing::term::{self, Hand, Record, Term};
use crate::{insert, on};

/// Why an assistance ends of one who becomes the responsible helper.
const RESPONSIBLE_REASON: &str = "已成为该户帮扶责任人";

/// An assistance with the names that belong to its ids.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct Assistance {
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
    /// The assistant.
    pub staff_id: Uuid,
    /// 姓名.
    pub assistant: String,
    /// 单位.
    pub unit: String,
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

impl Assistance {
    /// As one of this sight may see it who sees only his own: when it has ended, the household is no longer
    /// his.
    #[must_use]
    pub fn of_his_own(mut self, sight: Sight) -> Self {
        if self.to_date.is_none() {
            return self;
        }
        let sight = sight.elsewhere();
        if let Some(number) = &mut self.household_number {
            *number = sight.register_number(number).into_owned();
        }
        let texts = [
            &mut self.head_name,
            &mut self.town,
            &mut self.village,
            &mut self.assistant,
            &mut self.unit,
            &mut self.reason,
            &mut self.started_by,
        ];
        let of_the_end = [&mut self.end_reason, &mut self.ended_by];
        let texts = texts.into_iter().chain(of_the_end.into_iter().flatten());
        texts.for_each(|text| sight.mask(text));
        self
    }
}

impl Record for Assistance {
    const TABLE: &'static str = "assistance";

    fn id(&self) -> Uuid {
        self.id
    }

    fn term(&self) -> Term {
        Term {
            household_id: self.household_id,
            staff_id: self.staff_id,
            from_date: self.from_date,
        }
    }
}

const ASSISTANCE: &str = "SELECT assistance.id AS id, household_id,
    household.number AS household_number, head_name, household.town AS town,
    household.village AS village, staff_id, staff.name AS assistant, unit.name AS unit, from_date,
    to_date, reason, started_at, started_by, end_reason, ended_at, ended_by
    FROM assistance
    JOIN household ON household.id = household_id
    JOIN staff ON staff.id = staff_id
    JOIN unit ON unit.id = staff.unit_id";

/// What a list of assistances may be narrowed to.
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
}

/// The assistance with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Assistance>, sqlx::Error> {
    let sql = format!("{ASSISTANCE} WHERE assistance.id = $1");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await)
}

/// A page of assistances, those that began last first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> Result<Vec<Assistance>, sqlx::Error> {
    let sql = format!(
        "{ASSISTANCE} WHERE (from_date, assistance.id) < ($1, $2)
           AND (NOT $3 OR household_id = $4)
           AND (NOT $5 OR staff_id = $6)
           AND (NOT $7 OR (to_date IS NULL) = $8)
           AND (NOT $9 OR to_date IS NULL OR to_date >= $10)
         ORDER BY from_date DESC, assistance.id DESC LIMIT $11"
    );
    let (from_date, id) = after.unwrap_or(LATEST);
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(from_date).bind(id)
        .bind(filter.household_id.is_some()).bind(filter.household_id.unwrap_or_default())
        .bind(filter.staff_id.is_some()).bind(filter.staff_id.unwrap_or_default())
        .bind(filter.current.is_some()).bind(filter.current.unwrap_or_default())
        .bind(filter.lasting_to.is_some()).bind(filter.lasting_to.unwrap_or_default())
        .bind(limit + 1)
        .fetch_all(connection).await)
}

/// The assistances of a person that hold, by the household's id.
pub async fn current_of(tx: &mut Tx, staff_id: Uuid) -> Result<Vec<Assistance>, sqlx::Error> {
    let sql = format!("{ASSISTANCE} WHERE staff_id = $1 AND to_date IS NULL ORDER BY household_id");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(staff_id).fetch_all(connection).await)
}

/// The assistance of a household that held on a day; of two that meet on it, the new one.
pub async fn held_on(
    tx: &mut Tx,
    household_id: Uuid,
    day: NaiveDate,
) -> Result<Option<Assistance>, sqlx::Error> {
    let sql = format!(
        "{ASSISTANCE} WHERE household_id = $1 AND from_date <= $2
           AND (to_date IS NULL OR to_date > $2)"
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(household_id).bind(day).fetch_optional(connection).await)
}

/// The households that a person serves now, and so may see, as a query for a parameter such as `$1`: the
/// rule of [`rights`](crate::pairing::rights) for lists.
pub fn served_by(person: &str) -> String {
    format!(
        "SELECT household_id FROM pairing WHERE staff_id = {person} AND to_date IS NULL
         UNION ALL
         SELECT household_id FROM assistance WHERE staff_id = {person} AND to_date IS NULL"
    )
}

/// How many households a person serves now.
pub async fn count_served(tx: &mut Tx, staff_id: Uuid) -> Result<i64, sqlx::Error> {
    let sql = format!("SELECT count(*) FROM ({}) AS served", served_by("$1"));
    on!(tx, connection => sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(staff_id).fetch_one(connection).await)
}

/// Whether a person is responsible for a household, or was after a day.
pub(super) async fn is_responsible_after(
    tx: &mut Tx,
    household_id: Uuid,
    staff_id: Uuid,
    day: NaiveDate,
) -> Result<bool, sqlx::Error> {
    let count: i64 = on!(tx, connection => sqlx::query_scalar(
        "SELECT count(*) FROM pairing
         WHERE household_id = $1 AND staff_id = $2 AND (to_date IS NULL OR to_date > $3)",
    )
    .bind(household_id)
    .bind(staff_id)
    .bind(day)
    .fetch_one(connection)
    .await)?;
    Ok(count > 0)
}

/// When the assistances of a household ended that lasted beyond a day; none for one that holds.
pub(super) async fn ends_after(
    tx: &mut Tx,
    household_id: Uuid,
    day: NaiveDate,
) -> Result<Vec<Option<NaiveDate>>, sqlx::Error> {
    on!(tx, connection => sqlx::query_scalar(
        "SELECT to_date FROM assistance
         WHERE household_id = $1 AND (to_date IS NULL OR to_date > $2)",
    )
    .bind(household_id)
    .bind(day)
    .fetch_all(connection)
    .await)
}

/// Writes an assistance down; gives its id. The database refuses a second one of a household.
pub(super) async fn start(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    new: &NewAssistance,
    from_date: NaiveDate,
) -> Result<Uuid, sqlx::Error> {
    let id = Uuid::now_v7();
    insert!(tx, "assistance", [new], |new| {
        id: id,
        household_id: new.household_id,
        staff_id: new.staff_id,
        from_date: from_date,
        reason: new.reason.as_str(),
        started_at: now,
        started_by: actor,
    })?;
    Ok(id)
}

/// Ends the assistance of those whom pairings have made responsible, with the pairing's first day.
pub(in crate::pairing) async fn give_way(tx: &mut Tx, start: Start<'_>) -> Result<(), sqlx::Error> {
    let sql = format!(
        "{ASSISTANCE} WHERE assistance.to_date IS NULL AND EXISTS (
             SELECT 1 FROM pairing WHERE pairing.household_id = assistance.household_id
               AND pairing.staff_id = assistance.staff_id AND pairing.to_date IS NULL)"
    );
    let ending: Vec<Assistance> = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(connection).await)?;
    let hand = Hand {
        actor: start.by,
        now: start.at,
        import_id: None,
    };
    for assistance in &ending {
        let day = start.from_date.max(assistance.from_date);
        term::end(tx, hand, assistance, day, RESPONSIBLE_REASON).await?;
    }
    Ok(())
}

/// Assistances, current and former, that name these households or people.
pub async fn naming(
    tx: &mut Tx,
    subject: Subject,
    ids: &Ids<'_>,
) -> Result<Vec<Mention>, sqlx::Error> {
    let columns = ("id", subject.column(), "from_date");
    mentions(tx, "assistance", columns, ids).await
}
