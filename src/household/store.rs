//! Households and their members in the database.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::model::{HouseholdFacts, Member};
use super::{Cause, IdentityNumber, PovertyStatus, Relation};
use crate::access::history;
use crate::db::{Ids, Json, Tx, page};
use crate::{insert, on};

/// A household as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Household {
    /// Its id.
    pub id: Uuid,
    /// Counts its changes, from 1.
    pub version: i64,
    /// The import that its facts come from.
    pub import_id: Option<Uuid>,
    /// When the record was made.
    pub created_at: DateTime<Utc>,
    /// When its facts last changed.
    pub updated_at: DateTime<Utc>,
    /// Name of the head.
    pub head_name: String,
    /// Number of members.
    pub size: i64,
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

/// What a list of households may be narrowed to. Empty text and `None` narrow nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// 镇, whole.
    pub town: String,
    /// 村, whole.
    pub village: String,
    /// Code of the 脱贫属性.
    pub status: String,
    /// Code of the main cause.
    pub main_cause: String,
    /// Part of the head's name, or the whole 户编号.
    pub text: String,
    /// Only households whose responsible helper is this one.
    pub helper: Option<Uuid>,
    /// Only households with (or without) a responsible helper.
    pub paired: Option<bool>,
}

/// Where a page of households begins: town, village and id of the last one of the page before.
pub type AreaKey = (String, String, Uuid);

const HOUSEHOLD: &str = "household.id AS id, number, town, village, group_name, phone, address, identified_year,
    category, status, lifted_year, main_cause, other_causes, wage_income_fen, business_income_fen,
    property_income_fen, transfer_income_fen, business_expense_fen, income_per_head_fen, housing_grade,
    housing_safe, water_safe, wishes, approach, measures, roster_helper, roster_unit, remark, head_name, size,
    version, import_id, created_at, updated_at";

const MEMBER: &str = "household_id, number, name, sex, identity_number, relation, ethnicity, birth_date,
    education, schooling, health, labour, workplace, months_worked, member.phone AS phone, resident_medical,
    employee_medical, resident_pension,
    critical_illness, minimum_living";

/// The household with this id.
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

/// All households with their members, by id.
pub async fn all(tx: &mut Tx) -> Result<Vec<Household>, sqlx::Error> {
    let sql = format!("SELECT {HOUSEHOLD} FROM household ORDER BY id");
    let mut households: Vec<Household> = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(connection).await)?;
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

/// A page of households by area, at most `limit` and one more; without their members.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<AreaKey>,
    limit: i64,
) -> Result<Vec<Household>, sqlx::Error> {
    // A parameter stands beside a value of its type, so that PostgreSQL knows the type.
    let sql = format!(
        "SELECT {HOUSEHOLD} FROM household
         LEFT JOIN pairing ON pairing.household_id = household.id AND pairing.to_date IS NULL
         WHERE (town, village, household.id) > ($1, $2, $3)
           AND ($4 = '' OR town = $4) AND ($5 = '' OR village = $5)
           AND ($6 = '' OR status = $6) AND ($7 = '' OR main_cause = $7)
           AND ($8 = '' OR number = $8 OR head_name LIKE $9)
           AND (NOT $10 OR pairing.staff_id = $11)
           AND (NOT $12 OR (pairing.staff_id IS NOT NULL) = $13)
         ORDER BY town, village, household.id LIMIT $14"
    );
    let (town, village, id) = after.unwrap_or_default();
    on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(town).bind(village).bind(id)
        .bind(&filter.town).bind(&filter.village)
        .bind(&filter.status).bind(&filter.main_cause)
        .bind(&filter.text).bind(page::containing(&filter.text))
        .bind(filter.helper.is_some()).bind(filter.helper.unwrap_or_default())
        .bind(filter.paired.is_some()).bind(filter.paired.unwrap_or_default())
        .bind(limit + 1)
        .fetch_all(connection).await)
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

/// Names of the heads, by household.
pub async fn head_names(tx: &mut Tx) -> Result<HashMap<Uuid, String>, sqlx::Error> {
    let rows: Vec<(Uuid, String)> = on!(tx, connection => sqlx::query_as(
        "SELECT id, head_name FROM household",
    )
    .fetch_all(connection)
    .await)?;
    Ok(rows.into_iter().collect())
}

/// What a ledger of all households shows of one.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LedgerEntry {
    /// Its id.
    pub id: Uuid,
    /// 户编号.
    pub number: Option<String>,
    /// 镇.
    pub town: String,
    /// 村.
    pub village: String,
    /// 组.
    pub group_name: Option<String>,
    /// 户主姓名.
    pub head_name: String,
    /// 户主证件号码.
    pub head_identity_number: Option<IdentityNumber>,
    /// 家庭人口.
    pub size: i64,
    /// 脱贫属性 as the roster says.
    pub status: PovertyStatus,
    /// 主要致贫原因.
    pub main_cause: Option<Cause>,
    /// 年人均纯收入, fen.
    pub income_per_head_fen: Option<i64>,
}

/// All households as a ledger shows them, in no order.
pub async fn ledger(tx: &mut Tx) -> Result<Vec<LedgerEntry>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT household.id AS id, household.number AS number, town, village, group_name, head_name,
             head.identity_number AS head_identity_number, size, status, main_cause, income_per_head_fen
         FROM household
         LEFT JOIN member AS head ON head.household_id = household.id AND head.relation = $1",
    )
    .bind(Relation::Head)
    .fetch_all(connection)
    .await)
}

/// Adds households that were not on the register.
pub async fn add_many(
    tx: &mut Tx,
    now: DateTime<Utc>,
    import_id: Option<Uuid>,
    households: &[(Uuid, HouseholdFacts)],
) -> Result<(), sqlx::Error> {
    insert!(&mut *tx, "household", households, |household| {
        id: household.0,
        number: household.1.number.as_deref(),
        town: household.1.town.as_str(),
        village: household.1.village.as_str(),
        group_name: household.1.group_name.as_deref(),
        phone: household.1.phone.as_deref(),
        address: household.1.address.as_deref(),
        identified_year: household.1.identified_year,
        category: household.1.category,
        status: household.1.status,
        lifted_year: household.1.lifted_year,
        main_cause: household.1.main_cause,
        other_causes: Json(&household.1.other_causes),
        wage_income_fen: household.1.wage_income_fen,
        business_income_fen: household.1.business_income_fen,
        property_income_fen: household.1.property_income_fen,
        transfer_income_fen: household.1.transfer_income_fen,
        business_expense_fen: household.1.business_expense_fen,
        income_per_head_fen: household.1.income_per_head_fen,
        housing_grade: household.1.housing_grade,
        housing_safe: household.1.housing_safe,
        water_safe: household.1.water_safe,
        wishes: household.1.wishes.as_deref(),
        approach: household.1.approach.as_deref(),
        measures: Json(&household.1.measures),
        roster_helper: household.1.roster_helper.as_deref(),
        roster_unit: household.1.roster_unit.as_deref(),
        remark: household.1.remark.as_deref(),
        head_name: head_name(&household.1),
        size: size(&household.1),
        version: 1_i64,
        import_id: import_id,
        created_at: now,
        updated_at: now,
    })?;
    let members: Vec<_> = households
        .iter()
        .flat_map(|(id, facts)| numbered(*id, &facts.members))
        .collect();
    add_members(tx, &members).await
}

/// Replaces the facts of households, and keeps what they were.
pub async fn replace_many(
    tx: &mut Tx,
    actor: &str,
    now: DateTime<Utc>,
    import_id: Option<Uuid>,
    changes: &[(Household, HouseholdFacts)],
) -> Result<(), sqlx::Error> {
    let kept: Vec<_> = changes
        .iter()
        .map(|(before, _)| history::Change {
            subject: "household",
            subject_id: before.id.to_string(),
            version: before.version,
            action: "import",
            import_id,
            before: &before.facts,
        })
        .collect();
    history::record(tx, actor, now, &kept).await?;
    for (before, after) in changes {
        replace(tx, now, import_id, before.id, after).await?;
    }
    // Only now, when all who leave a household have left: a person may move to another.
    let members: Vec<_> = changes
        .iter()
        .flat_map(|(before, after)| numbered(before.id, &after.members))
        .collect();
    add_members(tx, &members).await
}

/// Writes the facts of one household and takes its members out.
async fn replace(
    tx: &mut Tx,
    now: DateTime<Utc>,
    import_id: Option<Uuid>,
    id: Uuid,
    facts: &HouseholdFacts,
) -> Result<(), sqlx::Error> {
    on!(&mut *tx, connection => sqlx::query(
        "UPDATE household SET number = $2, town = $3, village = $4, group_name = $5, phone = $6,
             address = $7, identified_year = $8, category = $9, status = $10, lifted_year = $11,
             main_cause = $12, other_causes = $13, wage_income_fen = $14, business_income_fen = $15,
             property_income_fen = $16, transfer_income_fen = $17, business_expense_fen = $18,
             income_per_head_fen = $19, housing_grade = $20, housing_safe = $21, water_safe = $22,
             wishes = $23, approach = $24, measures = $25, roster_helper = $26, roster_unit = $27,
             remark = $28, head_name = $29, size = $30, import_id = $31, updated_at = $32,
             version = version + 1
         WHERE id = $1",
    )
    .bind(id)
    .bind(&facts.number)
    .bind(&facts.town)
    .bind(&facts.village)
    .bind(&facts.group_name)
    .bind(&facts.phone)
    .bind(&facts.address)
    .bind(facts.identified_year)
    .bind(facts.category)
    .bind(facts.status)
    .bind(facts.lifted_year)
    .bind(facts.main_cause)
    .bind(Json(&facts.other_causes))
    .bind(facts.wage_income_fen)
    .bind(facts.business_income_fen)
    .bind(facts.property_income_fen)
    .bind(facts.transfer_income_fen)
    .bind(facts.business_expense_fen)
    .bind(facts.income_per_head_fen)
    .bind(facts.housing_grade)
    .bind(facts.housing_safe)
    .bind(facts.water_safe)
    .bind(&facts.wishes)
    .bind(&facts.approach)
    .bind(Json(&facts.measures))
    .bind(&facts.roster_helper)
    .bind(&facts.roster_unit)
    .bind(&facts.remark)
    .bind(head_name(facts))
    .bind(size(facts))
    .bind(import_id)
    .bind(now)
    .execute(connection)
    .await
    .map(|_| ()))?;
    on!(tx, connection => sqlx::query("DELETE FROM member WHERE household_id = $1")
        .bind(id).execute(connection).await.map(|_| ()))
}

fn head_name(facts: &HouseholdFacts) -> &str {
    facts.head().map_or("", |head| head.name.as_str())
}

fn size(facts: &HouseholdFacts) -> i64 {
    i64::try_from(facts.members.len()).unwrap_or(i64::MAX)
}

/// A household's members with its id and their position in it.
fn numbered(id: Uuid, members: &[Member]) -> impl Iterator<Item = (Uuid, i64, &Member)> {
    (0_i64..)
        .zip(members)
        .map(move |(position, member)| (id, position, member))
}

async fn add_members(tx: &mut Tx, members: &[(Uuid, i64, &Member)]) -> Result<(), sqlx::Error> {
    insert!(tx, "member", members, |row| {
        id: Uuid::now_v7(),
        household_id: row.0,
        position: row.1,
        number: row.2.number.as_deref(),
        name: row.2.name.as_str(),
        sex: row.2.sex,
        identity_number: row.2.identity_number.as_ref(),
        relation: row.2.relation,
        ethnicity: row.2.ethnicity.as_deref(),
        birth_date: row.2.birth_date,
        education: row.2.education,
        schooling: row.2.schooling,
        health: row.2.health,
        labour: row.2.labour,
        workplace: row.2.workplace,
        months_worked: row.2.months_worked,
        phone: row.2.phone.as_deref(),
        resident_medical: row.2.resident_medical,
        employee_medical: row.2.employee_medical,
        resident_pension: row.2.resident_pension,
        critical_illness: row.2.critical_illness,
        minimum_living: row.2.minimum_living,
    })
}
