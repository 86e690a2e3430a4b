//! Households and staff to pair, runs, and pairs by hand.

use std::fmt::Display;

use chrono::{Days, NaiveDate};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use uuid::Uuid;

use super::register::facts;
use super::settings::change_settings;
use super::staff::{add_person, change_person};
use super::{Answer, Client, TestServer, XLSX};

/// Households of one village of 青禾镇.
pub async fn add_households(server: &TestServer, village: &str, count: usize) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(server.add_household(facts("青禾镇", village)).await);
    }
    ids
}

/// Proposes a run about these households.
pub async fn propose_run(office: &Client, scope: Value) -> Value {
    office.post("/pairing-runs").json(&scope).await.expect(201)
}

/// The path of a run, and of what is below it.
pub fn run_path(run: &Value, rest: &str) -> String {
    format!("/pairing-runs/{}{rest}", run["id"].as_str().unwrap())
}

/// Confirms a run.
pub async fn confirm_run(office: &Client, run: &Value) -> Value {
    office
        .post(&run_path(run, "/confirm"))
        .json(&json!({}))
        .await
        .expect(200)
}

/// Makes a person responsible for a household, as the office does by hand.
pub async fn pair_by_hand(office: &Client, household: Uuid, staff_id: Uuid) -> Answer {
    let body = json!({ "household_id": household, "staff_id": staff_id, "reason": "手工" });
    office.post("/pairings").json(&body).await
}

/// The path of a unit.
pub async fn unit_path(office: &Client, name: &str) -> String {
    let units = office.items("/units?limit=200").await;
    let unit = units.iter().find(|unit| unit["name"] == name).unwrap();
    format!("/units/{}", unit["id"].as_str().unwrap())
}

/// Makes these villages of 青禾镇 the area of a unit.
pub async fn link_villages(office: &Client, unit: &str, villages: &[&str]) {
    let villages: Vec<_> = villages
        .iter()
        .map(|village| ("青禾镇", *village))
        .collect();
    link_area(office, unit, &villages).await;
}

/// Makes these villages, each with its town, the area of a unit.
pub async fn link_area(office: &Client, unit: &str, villages: &[(&str, &str)]) {
    let villages: Vec<_> = villages
        .iter()
        .map(|(town, village)| json!({ "town": town, "village": village }))
        .collect();
    let path = format!("{}/villages", unit_path(office, unit).await);
    let call = office.put(&path).if_match("*");
    call.json(&json!({ "villages": villages }))
        .await
        .expect(200);
}

/// The villages of a unit's area, each behind its town.
pub async fn villages_of(office: &Client, unit: &str) -> Vec<String> {
    let unit = office.get(&unit_path(office, unit).await).await.expect(200);
    let villages = unit["villages"].as_array().unwrap().iter();
    villages
        .map(|it| {
            let name = |key: &str| it[key].as_str().unwrap();
            format!("{}{}", name("town"), name("village"))
        })
        .collect()
}

/// Makes areas bind.
pub async fn require_areas(office: &Client) {
    change_settings(office, |settings| {
        settings["pairing"]["area_rule"] = json!("required");
    })
    .await;
}

/// What a run proposes for a household.
pub async fn proposal_of(office: &Client, run: &Value, household: Uuid) -> Value {
    let path = run_path(run, &format!("/proposals/{household}"));
    office.get(&path).await.expect(200)
}

/// Edits a run as it is.
pub async fn edit_run(office: &Client, run: &Value, body: Value) -> Answer {
    let tag = office.tag(&run_path(run, "")).await;
    let call = office.post(&run_path(run, "/edits")).if_match(&tag);
    call.json(&body).await
}

pub fn a_move(household: Uuid, to: Uuid) -> Value {
    json!({ "kind": "move", "household_id": household, "staff_id": to, "reason": "本人申请" })
}

pub fn a_swap(household: Uuid, other: Uuid) -> Value {
    json!({ "kind": "swap", "household_id": household, "other_household_id": other, "reason": "就近" })
}

pub fn a_clearing(household: Uuid) -> Value {
    json!({ "kind": "clear", "household_id": household, "reason": "暂不安排" })
}

/// The run, its proposals and its loads must say the same, whatever was edited.
pub async fn check_run(office: &Client, run: &Value) -> Value {
    let run = office.get(&run_path(run, "")).await.expect(200);
    let proposals = office.items(&run_path(&run, "/proposals?limit=200")).await;
    let loads = office.items(&run_path(&run, "/loads?limit=200")).await;
    let mut cost = 0;
    for proposal in &proposals {
        let reasons = proposal["reasons"].as_array().unwrap();
        let terms: i64 = reasons
            .iter()
            .map(|reason| reason["cost"].as_i64().unwrap())
            .sum();
        assert_eq!(proposal["cost"], terms, "{proposal:#}");
        cost += terms;
    }
    assert_eq!(run["cost"], cost);
    let placed = proposals
        .iter()
        .filter(|proposal| proposal.get("staff_id").is_some());
    assert_eq!(run["placed"], placed.count());
    assert_eq!(
        run["unplaced"].as_i64().unwrap() + run["placed"].as_i64().unwrap(),
        run["households"].as_i64().unwrap()
    );
    for load in loads {
        let given = proposals
            .iter()
            .filter(|proposal| proposal.get("staff_id") == Some(&load["staff_id"]));
        assert_eq!(load["added"], given.count(), "{load:#}");
    }
    run
}

/// An office, a household and two persons of the staff with three places each.
pub struct PairingOffice {
    pub server: TestServer,
    pub client: Client,
    pub household: Uuid,
    pub staff: [Uuid; 2],
}

impl PairingOffice {
    pub async fn start() -> Self {
        let (server, client) = TestServer::start_with_office().await;
        let household = server.add_household(facts("青禾镇", "东圩村")).await;
        let staff = [server.add_staff().await, server.add_staff().await];
        let office = Self {
            server,
            client,
            household,
            staff,
        };
        for person in office.staff {
            office.set(person, &json!({ "capacity": 3 })).await;
        }
        office
    }

    pub async fn set(&self, person: Uuid, change: &Value) {
        change_person(&self.client, person, change).await;
    }

    pub async fn constrain(&self, kind: &str, person: Uuid, reason: &str) -> Value {
        self.client
            .post("/pairing-constraints")
            .json(&self.constraint(kind, person, reason))
            .await
            .expect(201)
    }

    pub fn constraint(&self, kind: &str, person: Uuid, reason: &str) -> Value {
        json!({
            "kind": kind, "household_id": self.household, "staff_id": person, "reason": reason,
        })
    }

    /// What a run proposes for the household: the person, and all reasons as one text.
    pub async fn proposed(&self) -> (Option<Uuid>, String) {
        let run = propose_run(&self.client, json!({})).await;
        let path = run_path(&run, "/proposals?limit=200");
        let proposals = self.client.items(&path).await;
        let household = self.household.to_string();
        let mut rows = proposals.iter();
        let proposal = rows.find(|row| row["household_id"] == household).unwrap();
        let reasons = proposal["reasons"].as_array().unwrap();
        let words = reasons
            .iter()
            .map(|reason| reason["words"].as_str().unwrap());
        let helper = proposal["staff_id"].as_str();
        (
            helper.map(|id| id.parse().unwrap()),
            words.collect::<Vec<_>>().join("；"),
        )
    }

    /// Refuses to pair the household with this person by hand, with this code; gives the words.
    pub async fn refused(&self, person: Uuid, code: &str) -> String {
        let problem = self.pair(person).await.expect_problem(409, code);
        problem["detail"].as_str().unwrap().to_owned()
    }

    /// Pairs the household with this person by hand.
    pub async fn pair(&self, person: Uuid) -> Answer {
        pair_by_hand(&self.client, self.household, person).await
    }

    pub fn day(&self, from_today: i64) -> NaiveDate {
        let today = self.server.app.today();
        let days = Days::new(from_today.unsigned_abs());
        if from_today < 0 {
            today.checked_sub_days(days).unwrap()
        } else {
            today.checked_add_days(days).unwrap()
        }
    }

    /// Pairs a new household of the village with this person since ten days ago; gives both ids.
    pub async fn held(&self, village: &str, person: Uuid) -> (Uuid, Uuid) {
        let household = self.server.add_household(facts("青禾镇", village)).await;
        let since = self.day(-10);
        let pairing = self.server.pair(household, person, since).await;
        (household, pairing)
    }

    pub async fn run(&self, scope: &Value) -> Value {
        propose_run(&self.client, scope.clone()).await
    }

    pub async fn confirm(&self, run: &Value, from: NaiveDate) -> Answer {
        let body = json!({ "from_date": from });
        let call = self.client.post(&run_path(run, "/confirm"));
        call.json(&body).await
    }

    /// The pairing that a household has now: its id, and the person.
    pub async fn now(&self, household: Uuid) -> Option<(Uuid, Uuid)> {
        let path = format!("/pairings?current=true&household_id={household}");
        let pairings = self.client.items(&path).await;
        let id = |name: &str| pairings[0][name].as_str().unwrap().parse().unwrap();
        (!pairings.is_empty()).then(|| (id("id"), id("staff_id")))
    }
}

/// Where lists of pairs are sent.
pub const PAIR_LISTS: &str = "/imports/pairings";

/// The headings of a list of pairs.
const HEADINGS: [&str; 9] = [
    "序号",
    "户编号",
    "户主证件号码",
    "户主姓名",
    "工号",
    "责任人姓名",
    "单位",
    "结对日期",
    "备注",
];

/// A sheet with these rows below a title; an empty text is an empty cell.
pub fn pair_list(rows: &[[&str; 9]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("结对表").unwrap();
    sheet.write(0, 0, "青禾镇结对表").unwrap();
    for (row, cells) in (1..).zip(std::iter::once(&HEADINGS).chain(rows)) {
        for (column, cell) in (0..).zip(cells) {
            if !cell.is_empty() {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// A sheet with a list of pairs under other headings.
pub fn pair_list_under(headings: &[&str], rows: &[&[&str]]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("结对表").unwrap();
    for (row, cells) in (0..).zip(std::iter::once(&headings).chain(rows)) {
        for (column, cell) in (0..).zip(*cells) {
            if !cell.is_empty() {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// Sends a list of pairs.
pub async fn send_pair_list(client: &Client, bytes: Vec<u8>) -> Answer {
    let call = client.post(PAIR_LISTS);
    call.file("结对表.xlsx", XLSX, bytes).await
}

/// What a list of pairs would do: its report, as [`preview`](Client::preview) gives that of a roster.
pub async fn preview_pair_list(client: &Client, bytes: Vec<u8>) -> Value {
    let import = client.checked(&send_pair_list(client, bytes).await).await;
    assert_eq!(import["state"], "ready", "{import:#}");
    client.report_of(&import).await
}

/// Takes a list of pairs in, which must have no errors; gives its report.
pub async fn take_pair_list(client: &Client, bytes: Vec<u8>) -> Value {
    let preview = preview_pair_list(client, bytes).await;
    let import = client.commit(&preview).await.expect(200);
    assert_eq!(import["state"], "committed", "{import:#}");
    client.report_of(&import).await
}

/// What a list of pairs with errors would do, after its commit was refused.
pub async fn refused_pair_list(client: &Client, bytes: Vec<u8>) -> Value {
    let preview = preview_pair_list(client, bytes).await;
    client
        .commit(&preview)
        .await
        .expect_problem(422, "import_has_errors");
    preview
}

/// A household of this number whose head has this name: its id, and the head's identity number.
pub async fn household_with_head(server: &TestServer, number: &str, head: &str) -> (Uuid, String) {
    let mut household = facts("青禾镇", "东圩村");
    household.number = Some(number.to_owned());
    head.clone_into(&mut household.members[0].name);
    let identity = household.members[0].identity_number.unwrap();
    (
        server.add_household(household).await,
        identity.whole().to_owned(),
    )
}

/// The 工号 of a person.
pub async fn staff_number(office: &Client, staff_id: impl Display) -> String {
    let person = office.get(&format!("/staff/{staff_id}")).await.expect(200);
    person["number"].as_str().unwrap().to_owned()
}

/// The pairings that hold now.
pub async fn current_pairings(office: &Client) -> Vec<Value> {
    office.items("/pairings?current=true").await
}

/// The pairings of a person that hold now.
pub async fn current_pairings_of(client: &Client, staff_id: Uuid) -> Vec<Value> {
    client
        .items(&format!("/pairings?staff_id={staff_id}&current=true"))
        .await
}

/// Someone leaves.
pub async fn depart(office: &Client, staff_id: Uuid, body: Value) -> Value {
    office
        .post(&format!("/staff/{staff_id}/departure"))
        .if_match("*")
        .json(&body)
        .await
        .expect(200)
}

/// The person who is responsible for a household on a day.
pub async fn helper_on(client: &Client, household: Uuid, on: NaiveDate) -> Value {
    let path = format!("/households/{household}/helper?on={on}");
    let answer = client.get(&path).await.expect(200);
    answer["pairing"]["staff_id"].clone()
}

/// The texts that these records have in a field.
pub fn set_of_field(values: &[Value], field: &str) -> std::collections::BTreeSet<String> {
    let texts = values.iter().map(|value| value[field].as_str().unwrap());
    texts.map(ToOwned::to_owned).collect()
}

/// One who leaves with two households, one who stays with one and has room for four more, and a
/// household elsewhere that nobody has.
pub struct OfficeWithLeaver {
    pub server: TestServer,
    pub office: Client,
    pub leaver: Uuid,
    pub stayer: Uuid,
    pub theirs: Vec<Uuid>,
    pub elsewhere: Uuid,
}

impl OfficeWithLeaver {
    pub async fn open() -> Self {
        let (server, office) = TestServer::start_with_office().await;
        let leaver = add_person(&server, "东圩小学", "甲帮扶").await;
        let stayer = add_person(&server, "东圩小学", "乙帮扶").await;
        let theirs = add_households(&server, "东圩村", 2).await;
        for household in &theirs {
            server.pair(*household, leaver, server.days_ago(100)).await;
        }
        let kept = add_households(&server, "东圩村", 1).await[0];
        server.pair(kept, stayer, server.days_ago(50)).await;
        let elsewhere = add_households(&server, "西圩村", 1).await[0];
        Self {
            server,
            office,
            leaver,
            stayer,
            theirs,
            elsewhere,
        }
    }
}
