//! Rosters that say everything, and what the register holds after them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use qianshou::db::Db;
use qianshou::household::{
    Category, Cause, Education, Health, HouseholdFacts, HousingGrade, IdentityNumber, Labour,
    Measure, Member, PovertyStatus, Relation, Schooling, Sex, Workplace,
};
use qianshou::staff::{Rank, StaffFacts};
use qianshou::{household, staff};
use serde_json::Value;
use uuid::Uuid;

use super::database::count_rows;
use super::register::{day, facts, person};
use super::staff::staff_facts;
use super::{Client, RosterFile, TestServer};

/// Where rosters of households are sent.
pub const HOUSEHOLDS: &str = "/imports/households";

/// Where rosters of staff are sent.
pub const STAFF: &str = "/imports/staff";

/// The file of a roster of these households.
pub fn roster_of(households: &[HouseholdFacts]) -> Vec<u8> {
    RosterFile::households(households).bytes()
}

/// A household of which the roster says all that it can; `number` is its 户编号.
pub fn numbered_household(number: &str) -> HouseholdFacts {
    HouseholdFacts {
        number: Some(number.to_owned()),
        ..facts("草庙镇", "前进村")
    }
}

/// What the register holds, in the order of 户编号.
pub async fn households_on_register(db: &Db) -> Vec<HouseholdFacts> {
    let mut tx = db.read().await.unwrap();
    let households = household::store::open_on(&mut tx, day("2100-01-01"))
        .await
        .unwrap();
    let mut facts: Vec<_> = households
        .into_iter()
        .map(|household| household.facts)
        .collect();
    facts.sort_by(|a, b| a.number.cmp(&b.number));
    facts
}

/// What the register holds, by 户编号.
pub async fn register_by_number(db: &Db) -> BTreeMap<String, HouseholdFacts> {
    let households = households_on_register(db).await.into_iter();
    households
        .map(|facts| (facts.number.clone().unwrap_or_default(), facts))
        .collect()
}

/// Households by 户编号.
pub fn by_number(households: &[HouseholdFacts]) -> BTreeMap<String, HouseholdFacts> {
    households
        .iter()
        .map(|facts| (facts.number.clone().unwrap(), facts.clone()))
        .collect()
}

/// The id of the household with this 户编号.
pub async fn household_id(server: &TestServer, number: &str) -> Uuid {
    let mut tx = server.db.read().await.unwrap();
    let households = household::store::open_on(&mut tx, day("2100-01-01"))
        .await
        .unwrap();
    let found = households
        .iter()
        .find(|household| household.facts.number.as_deref() == Some(number));
    found.unwrap().id
}

/// The path of an import, and of what is below it.
pub fn import_path(import: &Value, what: &str) -> String {
    format!("/imports/{}{what}", import["id"].as_str().unwrap())
}

/// Waits until no staged row is left.
pub async fn wait_until_tidied(db: &Db) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while count_rows(db, "staged_member").await + count_rows(db, "staged_household").await > 0 {
        assert!(Instant::now() < deadline, "staged rows stay");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A teacher of whom little is known; `number` is the 工号.
pub fn numbered_teacher(number: &str, unit: &str) -> StaffFacts {
    let person = person("丁", Relation::Other, "19800101");
    StaffFacts {
        number: Some(number.to_owned()),
        identity_number: person.identity_number,
        sex: person.sex,
        ..staff_facts(unit, "丁老师")
    }
}

/// Many households of three, quickly.
pub fn many_households(first: usize, count: usize) -> Vec<u8> {
    let households: Vec<_> = (first..first + count)
        .map(|index| {
            let mut facts = numbered_household(&format!("W{index:06}"));
            for (position, member) in facts.members.iter_mut().enumerate() {
                // The people of the tests are a thousand; these are many more.
                let serial = index * 2 + position;
                let (year, rest) = (1940 + serial / 10_000, serial % 10_000);
                let (month, rest) = (1 + rest / 1_000, rest % 1_000);
                let body = format!("320999{year:04}{month:02}15{rest:03}");
                let identity = IdentityNumber::from_body(&body).unwrap();
                member.birth_date = Some(identity.birth_date());
                member.sex = Some(identity.sex());
                member.identity_number = Some(identity);
            }
            facts
        })
        .collect();
    roster_of(&households)
}

/// The report of a roster that has errors, after its commit was refused.
pub async fn refused_roster(client: &Client, path: &str, bytes: Vec<u8>) -> Value {
    let report = client.preview(path, bytes).await;
    client
        .commit(&report)
        .await
        .expect_problem(422, "import_has_errors");
    report
}

/// What the staff register holds, in the order of 工号.
pub async fn staff_on_register(server: &TestServer) -> Vec<StaffFacts> {
    let mut tx = server.db.read().await.unwrap();
    let mut people: Vec<_> = staff::store::all(&mut tx)
        .await
        .unwrap()
        .iter()
        .map(staff::model::Staff::facts)
        .collect();
    people.sort_by(|a, b| a.number.cmp(&b.number));
    people
}

/// A household of which the roster says everything, without a contradiction.
pub fn full_household(number: &str) -> HouseholdFacts {
    HouseholdFacts {
        number: Some(number.to_owned()),
        group_name: Some("3组".to_owned()),
        phone: Some("13900000000".to_owned()),
        address: Some("=双喜村3组5号".to_owned()),
        identified_year: Some(2016),
        category: Some(Category::General),
        status: PovertyStatus::LiftedWithPolicy,
        lifted_year: Some(2019),
        main_cause: Some(Cause::Illness),
        other_causes: vec![Cause::LackOfLabour, Cause::LackOfFunds],
        wage_income_fen: Some(1_800_050),
        business_income_fen: Some(400_000),
        property_income_fen: Some(0),
        transfer_income_fen: Some(100_000),
        business_expense_fen: Some(200_050),
        income_per_head_fen: Some(700_000),
        housing_grade: Some(HousingGrade::B),
        housing_safe: Some(true),
        water_safe: Some(true),
        wishes: Some("想学养羊".to_owned()),
        approach: Some("先治病，再发展养殖".to_owned()),
        measures: vec![Measure::Industry, Measure::Health],
        roster_helper: Some("王老师".to_owned()),
        roster_unit: Some("草庙小学".to_owned()),
        remark: Some("测试".to_owned()),
        members: vec![
            Member {
                phone: Some("13900000000".to_owned()),
                workplace: Some(Workplace::InTown),
                months_worked: Some(6),
                ..full_member("张大山", Relation::Head, "19850307", Health::ChronicIllness)
            },
            full_member("李秀英", Relation::Spouse, "19870912", Health::Healthy),
            Member {
                education: None,
                schooling: Some(Schooling::Primary),
                labour: Some(Labour::None),
                ..full_member("张小山", Relation::Other, "20180520", Health::Healthy)
            },
        ],
        ..HouseholdFacts::of("草庙镇", "前进村")
    }
}

/// A person whose sex fits: serial numbers are given by turns, so the spouse's may need another try.
fn full_member(name: &str, relation: Relation, born: &str, health: Health) -> Member {
    let wanted = (relation == Relation::Spouse).then_some(Sex::Female);
    let mut member = person(name, relation, born);
    while wanted.unwrap_or(Sex::Male) != member.sex.unwrap() {
        member = person(name, relation, born);
    }
    Member {
        ethnicity: Some("汉族".to_owned()),
        education: Some(Education::LowerSecondary),
        schooling: Some(Schooling::None),
        health: Some(health),
        labour: Some(Labour::Ordinary),
        resident_medical: Some(true),
        employee_medical: Some(false),
        resident_pension: Some(true),
        critical_illness: Some(true),
        minimum_living: Some(false),
        ..member
    }
}

/// The identity numbers of teachers, by 工号 and name: whoever is named again is the same.
static TEACHERS: Mutex<BTreeMap<(String, String), IdentityNumber>> = Mutex::new(BTreeMap::new());

/// A teacher of whom the roster says all but the village.
pub fn full_teacher(number: &str, name: &str) -> StaffFacts {
    let identity = *TEACHERS
        .lock()
        .unwrap()
        .entry((number.to_owned(), name.to_owned()))
        .or_insert_with(|| {
            let person = person(name, Relation::Other, "19800101");
            person.identity_number.unwrap()
        });
    StaffFacts {
        number: Some(number.to_owned()),
        sex: Some(identity.sex()),
        identity_number: Some(identity),
        position: Some("教师".to_owned()),
        rank: Rank::Middle,
        political_status: Some("群众".to_owned()),
        phone: Some("13900000001".to_owned()),
        capacity: Some(0),
        town: Some("草庙镇".to_owned()),
        specialty: Some("数学".to_owned()),
        ..staff_facts("草庙小学", name)
    }
}

/// The problem of a report or of an answer at a cell.
pub fn problem_at<'a>(problems: &'a Value, cell: &str) -> &'a Value {
    problems
        .as_array()
        .unwrap()
        .iter()
        .find(|problem| problem["cell"] == cell)
        .unwrap_or_else(|| panic!("nothing at {cell}: {problems:#}"))
}

/// The codes of the problems of a report.
pub fn problem_codes(report: &Value) -> Vec<&str> {
    report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["code"].as_str().unwrap())
        .collect()
}
