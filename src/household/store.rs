//! Households and their members in the database.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::field::{household_fields, member_fields};
pub use super::filter::Filter;
use super::model::{HouseholdFacts, Member};
use super::open::was_open_on;
use super::register::{Listed, ListedMember, Register};
use super::{Cause, IdentityNumber, PovertyStatus, Relation};
use crate::db::{Ids, Tx};
use crate::on;
use crate::serving::store::join_responsible_now;

/// A household as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Household {
    /// How all other records refer to the household.
    pub id: Uuid,
    /// Counts its changes, from 1.
    pub version: i64,
    /// The import that its facts come from.
    pub import_id: Option<Uuid>,
    /// When the record was made.
    pub created_at: DateTime<Utc>,
    /// When its facts last changed.
    pub updated_at: DateTime<Utc>,
    /// Name of the head (户主姓名); kept here as well, so that lists need not read the members.
    pub head_name: String,
    /// Number of members.
    pub size: i64,
    /// Where its town and village stand in the [order](crate::order) of places.
    #[serde(default)]
    pub area_key: String,
    /// What the roster says.
    #[sqlx(flatten)]
    pub facts: HouseholdFacts,
}

#[derive(FromRow)]
struct MemberRow {
    household_id: Uuid,
    #[sqlx(flatten)]
    member: Member,
}

/// Where a page of households begins: the key of the place and the id of the last one of the page before.
pub type AreaKey = (String, Uuid);

/// Where the page after this household begins.
pub fn area_key(household: &Household) -> AreaKey {
    (household.area_key.clone(), household.id)
}

/// Names with commas between them.
macro_rules! listed {
    ($first:ident $($other:ident)*) => {
        concat!(stringify!($first), $(", ", stringify!($other)),*)
    };
}

/// The names of all fields of a table.
macro_rules! columns_of {
    ($($(#[$_meta:meta])* $field:ident: $_type:ty $(= $_empty:expr)? $(, $_kind:ident as $(#[$_attribute:meta])* $_view:ty)?;)*) => {
        listed!($($field)*)
    };
}

/// The columns that hold what a roster says of a household, in the register and in the staging, and those
/// that are worked out from its members and its place.
pub(super) const HOUSEHOLD_COLUMNS: &str =
    concat!(household_fields!(columns_of), ", head_name, size, area_key");
/// The columns that hold who a person is and what a roster says of them, in the register and in the staging.
pub(super) const MEMBER_COLUMNS: &str = concat!("id, ", member_fields!(columns_of));

const HOUSEHOLD: &str = concat!(
    "household.id AS id, version, import_id, created_at, updated_at, head_name, size, area_key, ",
    household_fields!(columns_of)
);
const MEMBER: &str = concat!("household_id, id, ", member_fields!(columns_of));

/// With its members, closed or not; `None` if there is no household with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Household>, sqlx::Error> {
    let sql = format!("SELECT {HOUSEHOLD} FROM household WHERE id = $1");
    let found: Option<Household> = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(id).fetch_optional(connection).await)?;
    let Some(mut household) = found else {
        return Ok(None);
    };
    let sql = format!("SELECT {MEMBER} FROM member WHERE household_id = $1 ORDER BY position");
    household.facts.members = on!(tx, connection => sqlx::query_as::<_, Member>(AssertSqlSafe(sql))
        .bind(id).fetch_all(connection).await)?;
    Ok(Some(household))
}

/// All households that were open on a day, with their members, by id.
pub async fn open_on(tx: &mut Tx, day: NaiveDate) -> Result<Vec<Household>, sqlx::Error> {
    let open = was_open_on("household", "$1");
    let sql = format!("SELECT {HOUSEHOLD} FROM household WHERE {open} ORDER BY id");
    let mut households: Vec<Household> = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(day).fetch_all(connection).await)?;
    let sql = format!("SELECT {MEMBER} FROM member ORDER BY household_id, position");
    let members: Vec<MemberRow> = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(connection).await)?;
    // Both are in the order of the household's id: one walk joins them.
    let mut members = members.into_iter().peekable();
    for household in &mut households {
        while let Some(row) = members.next_if(|row| row.household_id <= household.id) {
            if row.household_id == household.id {
                household.facts.members.push(row.member);
            }
        }
    }
    Ok(households)
}

/// A page of open households by area, at most `limit` and one more; without their members.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<AreaKey>,
    limit: i64,
) -> Result<Vec<Household>, sqlx::Error> {
    let mut wanted = filter.conditions().beyond(
        after.map(|(area, id)| [area.into(), id.into()]),
        "(area_key, household.id) >",
    );
    let limit = wanted.bind(limit + 1);
    let sql = format!(
        "SELECT {HOUSEHOLD} FROM household {} {wanted}
         ORDER BY area_key, household.id LIMIT {limit}",
        join_responsible_now("household.id")
    );
    wanted.fetch_all(tx, sql).await
}

/// One value of each household of a list, as text, in no order.
pub async fn values(
    tx: &mut Tx,
    filter: &Filter,
    value: &str,
) -> Result<Vec<(Uuid, Option<String>)>, sqlx::Error> {
    let wanted = filter.conditions();
    let sql = format!(
        "SELECT household.id, {value} FROM household {} {wanted}",
        join_responsible_now("household.id")
    );
    wanted.fetch_all(tx, sql).await
}

/// Some households, by id, with their members; those that are not on the register are left out.
pub async fn some(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Household>, sqlx::Error> {
    let ids = Ids::These(ids);
    let sql = format!(
        "SELECT {HOUSEHOLD} FROM household WHERE {}",
        ids.clause("id", 1)
    );
    let mut households: Vec<Household> = on!(&mut *tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in ids.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })?;
    read_members(tx, &mut households).await?;
    Ok(households
        .into_iter()
        .map(|household| (household.id, household))
        .collect())
}

/// Reads the members of a page of households that came without them.
pub async fn read_members(tx: &mut Tx, households: &mut [Household]) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = households.iter().map(|household| household.id).collect();
    let sql = format!(
        "SELECT {MEMBER} FROM member WHERE {} ORDER BY position",
        Ids::These(&ids).clause("household_id", 1)
    );
    let members: Vec<MemberRow> = on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in &ids {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })?;
    let mut by_id: HashMap<_, _> = households
        .iter_mut()
        .map(|household| (household.id, household))
        .collect();
    for row in members {
        if let Some(household) = by_id.get_mut(&row.household_id) {
            household.facts.members.push(row.member);
        }
    }
    Ok(())
}

/// Indexes the whole register, closed households too. It is read row by row, since all records
/// together would take too much memory.
pub async fn register(tx: &mut Tx) -> Result<Register, sqlx::Error> {
    let (households, persons): (i64, i64) = on!(&mut *tx, connection => sqlx::query_as(
        "SELECT (SELECT count(*) FROM household), (SELECT count(*) FROM member)",
    )
    .fetch_one(connection)
    .await)?;
    let size = |count: i64| usize::try_from(count).unwrap_or_default();
    let mut register = Register::with_capacity(size(households), size(persons));
    if households == 0 {
        return Ok(register);
    }
    on!(&mut *tx, connection => {
        let mut rows = sqlx::query_as::<_, HouseholdName>(
            "SELECT id, version, number, town, village, head_name, closed_on, status, lifted_year
             FROM household ORDER BY id",
        )
        .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            register.add(&row.listed());
        }
    });
    on!(tx, connection => {
        let mut rows = sqlx::query_as::<_, MemberName>(
            "SELECT household_id, identity_number, name, birth_date, relation FROM member
             ORDER BY household_id, position",
        )
        .fetch(connection);
        while let Some(row) = rows.try_next().await? {
            register.add_member(row.household_id, &row.listed());
        }
    });
    Ok(register.indexed())
}

/// What a household is found by.
#[derive(FromRow)]
struct HouseholdName {
    id: Uuid,
    version: i64,
    number: Option<String>,
    town: String,
    village: String,
    head_name: String,
    closed_on: Option<NaiveDate>,
    status: PovertyStatus,
    lifted_year: Option<i64>,
}

impl HouseholdName {
    fn listed(&self) -> Listed<'_> {
        Listed {
            id: self.id,
            version: self.version,
            number: self.number.as_deref(),
            town: &self.town,
            village: &self.village,
            head_name: &self.head_name,
            closed: self.closed_on.is_some(),
            status: self.status,
            lifted_year: self.lifted_year,
        }
    }
}

/// What a person is found by.
#[derive(FromRow)]
struct MemberName {
    household_id: Uuid,
    identity_number: Option<IdentityNumber>,
    name: String,
    birth_date: Option<NaiveDate>,
    relation: Relation,
}

impl MemberName {
    fn listed(&self) -> ListedMember<'_> {
        ListedMember {
            identity_number: self.identity_number.as_ref(),
            name: &self.name,
            birth_date: self.birth_date,
            relation: self.relation,
        }
    }
}

/// What a ledger of all open households shows of one.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LedgerEntry {
    /// To find its visits and its points of the method.
    pub id: Uuid,
    /// Household number (户编号).
    pub number: Option<String>,
    /// Town (镇).
    pub town: String,
    /// Village (村).
    pub village: String,
    /// Group in the village (组).
    pub group_name: Option<String>,
    /// Name of the head (户主姓名).
    pub head_name: String,
    /// 户主证件号码.
    pub head_identity_number: Option<IdentityNumber>,
    /// Number of members (家庭人口).
    pub size: i64,
    /// Poverty status (脱贫属性) as the roster says.
    pub status: PovertyStatus,
    /// Main cause (主要致贫原因).
    pub main_cause: Option<Cause>,
    /// Income per head (年人均纯收入), fen.
    pub income_per_head_fen: Option<i64>,
}

/// Where a household lives.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Place {
    pub(crate) id: Uuid,
    /// Town (镇).
    pub town: String,
}

/// Where all households live that were open on a day, in no order.
pub async fn places(tx: &mut Tx, day: NaiveDate) -> Result<Vec<Place>, sqlx::Error> {
    let sql = format!(
        "SELECT id, town FROM household WHERE {}",
        was_open_on("household", "$1")
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(day).fetch_all(connection).await)
}

/// All households that were open on a day, as a ledger shows them, in no order.
pub async fn ledger(tx: &mut Tx, day: NaiveDate) -> Result<Vec<LedgerEntry>, sqlx::Error> {
    let sql = format!(
        "SELECT household.id AS id, household.number AS number, town, village, group_name, head_name,
             head.identity_number AS head_identity_number, size, status, main_cause, income_per_head_fen
         FROM household
         LEFT JOIN member AS head ON head.household_id = household.id AND head.relation = $1
         WHERE {}",
        was_open_on("household", "$2")
    );
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(Relation::Head).bind(day).fetch_all(connection).await)
}
