//! One household of which everything private is written wherever there is room for words.

use std::io::{Cursor, Read};

use chrono::{Days, NaiveDate};
use qianshou::household::{Health, HouseholdFacts, IdentityNumber, Labour};
use serde_json::{Value, json};
use uuid::Uuid;

use super::document::ID;
use super::lifts::propose_lift;
use super::register::facts;
use super::staff::{add_person, unit_of};
use super::{Answer, Client, TestServer, XLSX};

pub const HOUSEHOLD_PHONE: &str = "13812345678";

pub const MEMBER_PHONE: &str = "13987654321";

pub const CARD: &str = "6222021234567890128";

/// One household of which everything private is written wherever there is room for words.
pub struct Scene {
    pub server: TestServer,
    pub office: Client,
    pub helper: Client,
    pub identity: IdentityNumber,
    pub household: Uuid,
    pub ids: Ids,
}

/// What the paths of the document name.
pub struct Ids {
    pub visit: String,
    pub lift: String,
    pub unit: String,
    pub run: String,
    pub import: String,
    /// Those that a path names by its first segment alone.
    pub others: [(&'static str, String); 5],
}

/// A text that holds all the numbers, glued to words.
pub fn words(identity: &IdentityNumber) -> String {
    format!(
        "证件{}电话{HOUSEHOLD_PHONE}，卡号 {CARD}，{MEMBER_PHONE}，1970年1月1日出生",
        identity.whole()
    )
}

fn private_household() -> (HouseholdFacts, IdentityNumber) {
    let mut facts = facts("青禾镇", "东圩村");
    facts.number = Some("320999001002000123".to_owned());
    let identity = facts.members[0].identity_number.unwrap();
    let text = Some(words(&identity));
    facts.phone = Some(HOUSEHOLD_PHONE.to_owned());
    facts.address.clone_from(&text);
    facts.wishes.clone_from(&text);
    facts.approach.clone_from(&text);
    facts.remark.clone_from(&text);
    facts.roster_helper = Some(format!("张帮扶{MEMBER_PHONE}"));
    let head = &mut facts.members[0];
    head.phone = Some(MEMBER_PHONE.to_owned());
    head.health = Some(Health::Disabled);
    head.labour = Some(Labour::Lost);
    head.months_worked = Some(3);
    (facts, identity)
}

impl Scene {
    pub async fn open() -> Self {
        let (server, office) = TestServer::start_with_office().await;
        let staff_id = add_person(&server, "东圩小学", "甲帮扶").await;
        let helper = server.helper(staff_id).await;
        let (facts, identity) = private_household();
        let household = server.add_household(facts).await;
        let today = server.app.today();
        let text = words(&identity);
        // A change of every private field, by a file whose name holds a number.
        let import = server
            .change_household(household, |facts| {
                facts.phone = Some("13700137000".to_owned());
                facts.members[0].birth_date = NaiveDate::from_ymd_opt(1970, 2, 2);
                facts.members[0].health = Some(Health::Healthy);
                facts.remark = Some(format!("新{text}"));
            })
            .await;
        server
            .change_household(household, |facts| {
                *facts = private_household_like(facts, &text);
            })
            .await;
        rename_import(&server, import, &format!("名册{}.xlsx", identity.whole())).await;
        let pairing = server
            .pair(household, staff_id, today - Days::new(100))
            .await;
        let ids = write_everywhere(&office, &helper, household, pairing, &text, today).await;
        Self {
            server,
            office,
            helper,
            identity,
            household,
            ids,
        }
    }

    /// The path of an operation, with ids for what it names.
    pub fn path(&self, template: &str) -> String {
        let id = match template.split('/').nth(1).unwrap_or_default() {
            "households" => self.household.to_string(),
            "visits" => self.ids.visit.clone(),
            "lifts" => self.ids.lift.clone(),
            "staff" => self.helper.staff_id.unwrap().to_string(),
            "units" => self.ids.unit.clone(),
            "pairing-runs" => self.ids.run.clone(),
            "imports" => self.ids.import.clone(),
            segment => {
                let mut others = self.ids.others.iter();
                let other = others.find(|(of, _)| *of == segment);
                other.map_or_else(|| Uuid::now_v7().to_string(), |(_, id)| id.clone())
            }
        };
        let path = template
            .replace("{id}", &id)
            .replace("{household_id}", &self.household.to_string())
            .replace("{year}", "2026")
            .replace("{kind}", "households");
        match path.as_str() {
            path if path.ends_with("/comparison") => format!("{path}?other={id}"),
            path => path.to_owned(),
        }
    }
}

/// The household as it was at first: so that its latest state holds all, and its history too.
fn private_household_like(changed: &HouseholdFacts, text: &str) -> HouseholdFacts {
    let mut facts = changed.clone();
    facts.phone = Some(HOUSEHOLD_PHONE.to_owned());
    facts.remark = Some(text.to_owned());
    facts.members[0].birth_date = NaiveDate::from_ymd_opt(1970, 1, 1);
    facts.members[0].health = Some(Health::Disabled);
    facts
}

async fn rename_import(server: &TestServer, import: Uuid, name: &str) {
    let mut tx = server.db.write().await.unwrap();
    qianshou::on!(&mut tx, connection => sqlx::query("UPDATE import SET file_name = $2 WHERE id = $1")
        .bind(import).bind(name).execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
}

/// Posts what must be taken.
pub async fn post_with_key(client: &Client, path: &str, key: &str, body: Value) -> Value {
    let answer = client.post(path).key(key).json(&body).await;
    assert!(
        [200, 201].contains(&answer.status),
        "{path}: {}",
        answer.text()
    );
    answer.expect(answer.status)
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

/// A visit with a correction, a plan, a lift with a rejection, notes and reasons: each with the text.
async fn write_everywhere(
    office: &Client,
    helper: &Client,
    household: Uuid,
    pairing: Uuid,
    text: &str,
    today: NaiveDate,
) -> Ids {
    let staff_id = helper.staff_id.unwrap();
    let short: String = text.chars().take(60).collect();
    let visit = json!({
        "visited_on": today, "kind": "home", "met": "head", "wishes": text, "note": text,
        "benefits": [{ "kind": "money", "amount_fen": 16_612_345_678_i64, "description": text }],
    });
    let visit = post_with_key(
        office,
        &format!("/households/{household}/visits"),
        "visit",
        visit,
    )
    .await;
    office
        .patch(&format!("/visits/{}", id(&visit)))
        .if_match("\"1\"")
        .json(&json!({ "reason": text, "note": format!("又{text}") }))
        .await
        .expect(200);
    let plan = json!({ "approach": text, "measures": ["health"], "decided_on": today });
    let plan = post_with_key(
        office,
        &format!("/households/{household}/plans"),
        "plan",
        plan,
    )
    .await;
    let lift = propose_lift(office, household, &today.to_string()).await;
    let rejection = json!({ "date": today, "person": "村两委", "reason": text });
    post_with_key(
        office,
        &format!("/lifts/{lift}/rejection"),
        "reject",
        rejection,
    )
    .await;
    let note = json!({ "text": text });
    let note = post_with_key(
        office,
        &format!("/pairings/{pairing}/handover-notes"),
        "note",
        note,
    )
    .await;
    let leave = json!({ "from_date": today + Days::new(30), "to_date": today + Days::new(40), "reason": short });
    let path = format!("/staff/{staff_id}/leaves");
    let leave = post_with_key(office, &path, "leave", leave).await;
    let constraint = json!({
        "kind": "pinned", "household_id": household, "staff_id": staff_id, "reason": short,
    });
    let constraint = post_with_key(office, "/pairing-constraints", "pin", constraint).await;
    let run = json!({ "paired": true });
    let run = post_with_key(office, "/pairing-runs", "run", run).await;
    let upload = office
        .post("/imports/households")
        .file(&format!("{short}.xlsx"), XLSX, b"PK".to_vec())
        .await;
    let import = serde_json::from_slice::<Value>(&upload.bytes).unwrap()["id"].clone();
    Ids {
        visit: id(&visit),
        lift,
        unit: unit_of(office, staff_id).await,
        run: id(&run),
        import: import.as_str().unwrap_or(ID).to_owned(),
        others: [
            ("help-plans", id(&plan)),
            ("handover-notes", id(&note)),
            ("staff-leaves", id(&leave)),
            ("pairing-constraints", id(&constraint)),
            ("pairings", pairing.to_string()),
        ],
    }
}

/// All that an answer says: its body, the parts of a workbook, its headers.
pub fn all_said(answer: &Answer) -> String {
    let mut said = format!("{:?}\n{}", answer.headers, answer.text());
    if let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(&answer.bytes)) {
        for index in 0..archive.len() {
            let mut part = String::new();
            let _ = archive.by_index(index).unwrap().read_to_string(&mut part);
            said.push_str(&part);
        }
    }
    said
}
