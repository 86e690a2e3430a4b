//! Pairings in the database.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::assist;
use super::term::{Record, Term};
use crate::access::Sight;
use crate::db::{Ids, Mention, Subject, Tx, mentions};
use crate::{insert, on};

/// Before every page: no pairing begins later (SQLite compares years of four digits), and no id is
/// greater.
pub(super) const LATEST: (NaiveDate, Uuid) = match NaiveDate::from_ymd_opt(9999, 12, 31) {
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

impl Pairing {
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
            &mut self.helper,
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

impl Record for Pairing {
    const TABLE: &'static str = "pairing";

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
    /// Only those that hold, or ended on or after this day.
    pub lasting_to: Option<NaiveDate>,
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
           AND (NOT $15 OR to_date IS NULL OR to_date >= $16)
         ORDER BY from_date DESC, pairing.id DESC LIMIT $17"
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
        .bind(filter.lasting_to.is_some()).bind(filter.lasting_to.unwrap_or_default())
        .bind(limit + 1)
        .fetch_all(connection).await)
}

/// The pairings of a person that hold, by the household's id.
pub async fn current_of(tx: &mut Tx, staff_id: Uuid) -> Result<Vec<Pairing>, sqlx::Error> {
    let sql = format!("{PAIRING} WHERE staff_id = $1 AND to_date IS NULL ORDER BY household_id");
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(staff_id).fetch_all(connection).await)
}

/// The pairings that began by a run, `(household, helper)`.
pub async fn begun(tx: &mut Tx, run_id: Uuid) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT household_id, staff_id FROM pairing WHERE run_id = $1",
    )
    .bind(run_id)
    .fetch_all(connection)
    .await)
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

/// Makes helpers responsible for households, `(household, helper)`; gives the ids of the pairings. Who
/// assisted one of them until now does so no more.
///
/// The database refuses a second current helper of a household.
pub async fn start(
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
    assist::store::give_way(tx, start).await?;
    Ok(rows.into_iter().map(|(id, _)| id).collect())
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
