//! Imports as jobs: checked beside the register, looked at, committed in one switch, undone.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use qianshou::access::Role;
use qianshou::db::Db;
use qianshou::household::{self, Health, HouseholdFacts};
use qianshou::import::worker;
use qianshou::staff::{Rank, StaffFacts};
use qianshou::{on, staff};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::register::{day, facts};
use crate::support::{Client, RosterFile, Service, TestServer, XLSX};

const HOUSEHOLDS: &str = "/imports/households";
const STAFF: &str = "/imports/staff";

async fn office() -> (TestServer, Client) {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    (server, office)
}

fn roster(households: &[HouseholdFacts]) -> Vec<u8> {
    RosterFile::households(households).bytes()
}

/// A household of which the roster says all that it can; `number` is its 户编号.
fn household(number: &str) -> HouseholdFacts {
    HouseholdFacts {
        number: Some(number.to_owned()),
        ..facts("草庙镇", "前进村")
    }
}

/// What the register holds, by 户编号.
async fn register(db: &Db) -> BTreeMap<String, HouseholdFacts> {
    let mut tx = db.read().await.unwrap();
    let households = household::store::all(&mut tx).await.unwrap();
    households
        .into_iter()
        .map(|household| {
            let number = household.facts.number.clone().unwrap_or_default();
            (number, household.facts)
        })
        .collect()
}

fn by_number(households: &[HouseholdFacts]) -> BTreeMap<String, HouseholdFacts> {
    households
        .iter()
        .map(|facts| (facts.number.clone().unwrap(), facts.clone()))
        .collect()
}

/// The id of the household with this 户编号.
async fn id_of(server: &TestServer, number: &str) -> Uuid {
    let mut tx = server.db.read().await.unwrap();
    let households = household::store::all(&mut tx).await.unwrap();
    let found = households
        .iter()
        .find(|household| household.facts.number.as_deref() == Some(number));
    found.unwrap().id
}

fn at(import: &Value, what: &str) -> String {
    format!("/imports/{}{what}", import["id"].as_str().unwrap())
}

async fn count(db: &Db, table: &'static str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let sql = format!("SELECT count(*) FROM {table}");
    on!(&mut tx, connection => sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .fetch_one(connection).await)
    .unwrap()
}

/// Waits until no staged row is left.
async fn tidied(db: &Db) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while count(db, "staged_member").await + count(db, "staged_household").await > 0 {
        assert!(Instant::now() < deadline, "staged rows stay");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

// The preview -------------------------------------------------------------------------------------

#[tokio::test]
async fn the_preview_says_what_would_change_field_by_field() {
    let (server, office) = office().await;
    let (mut one, two, three) = (household("A1"), household("A2"), household("A3"));
    let first = office
        .import(HOUSEHOLDS, roster(&[one.clone(), two.clone(), three]))
        .await;
    assert_eq!(first["state"], "committed");
    tidied(&server.db).await;

    one.income_per_head_fen = Some(700_050);
    one.members[1].health = Some(Health::Disabled);
    let new = household("A4");
    let bytes = roster(&[one.clone(), two, new.clone()]);
    let preview = office.preview(HOUSEHOLDS, bytes).await;
    assert_eq!(
        preview["report"]["households"],
        json!({ "new": 1, "changed": 1, "unchanged": 1, "absent": 1, "conflicting": 0, "left_out": 0 }),
        "{preview:#}"
    );
    let kind = &preview["report"]["kinds"][0];
    assert!(kind["count"].as_i64().unwrap() > 0, "{preview:#}");
    assert_eq!(kind["code"], kind["first"]["code"]);
    let columns = preview["report"]["sheets"][0]["columns"]
        .as_array()
        .unwrap();
    assert!(columns.iter().any(|column| column["field"] == "health"));

    let expect = async |done: bool| {
        let changes = office.get(&at(&preview, "/changes")).await.expect(200);
        let items = changes["items"].as_array().unwrap();
        assert_eq!(items.len(), 2, "unchanged ones are no changes: {changes:#}");
        assert_eq!(items[0]["action"], "changed");
        assert_eq!(items[0]["number"], "A1");
        assert_eq!(items[0]["name"], "王大山");
        assert_eq!(items[0]["place"], "名册!2");
        let told: Vec<_> = items[0]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| {
                let text = |key: &str| change[key].as_str().unwrap_or_default();
                (text("label"), text("old_words"), text("new_words"))
            })
            .collect();
        assert_eq!(
            told,
            [
                ("年人均纯收入(元)", "6800.00 元", "7000.50 元"),
                ("成员 2 健康状况", "", "残疾")
            ],
            "done: {done}"
        );
        assert_eq!(items[1]["action"], "new");
        assert_eq!(items[1]["number"], "A4");
        assert_eq!(items[1]["changes"], json!([]));
        let only = office
            .get(&at(&preview, "/changes"))
            .query(&[("action", "unchanged")])
            .await
            .expect(200);
        assert_eq!(only["items"][0]["number"], "A2");
        let absent = office.get(&at(&preview, "/absent")).await.expect(200);
        assert_eq!(absent["items"][0]["number"], "A3");
        assert_eq!(absent["items"].as_array().unwrap().len(), 1);
    };
    expect(false).await;
    office.commit(&preview).await.expect(200);
    tidied(&server.db).await;
    // The record of it stays, also when the household has changed since.
    let id = id_of(&server, "A1").await;
    server
        .change_household(id, |facts| facts.remark = Some("后来".to_owned()))
        .await;
    expect(true).await;

    // Pages hold together.
    let page = office
        .get(&at(&preview, "/changes"))
        .query(&[("limit", "1")])
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = office
        .get(&at(&preview, "/changes"))
        .query(&[("limit", "1"), ("cursor", cursor)])
        .await
        .expect(200);
    assert_eq!(page["items"][0]["number"], "A4");
    assert_eq!(page["next_cursor"], Value::Null);

    // Each household shows what each import changed.
    let history = office
        .get(&format!("/households/{id}/history"))
        .await
        .expect(200);
    assert_eq!(history["items"][1]["import_id"], preview["id"]);
    assert_eq!(
        history["items"][1]["changes"][0]["label"],
        "年人均纯收入(元)"
    );
}

#[tokio::test]
async fn the_workbook_comes_back_with_its_problems_marked() {
    let (_server, office) = office().await;
    let file = RosterFile::households(&[household("B1")]).with(0, "健康状况", "还行");
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    let marked = office.get(&at(&preview, "/marked-file")).await;
    marked.expect(200);
    let disposition = marked.header("content-disposition");
    assert!(disposition.contains("-marked.xlsx"), "{disposition}");
    let mut workbook: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(marked.bytes)).unwrap();
    let list = calamine::Reader::worksheet_range(&mut workbook, "错误清单").unwrap();
    let cell = file.address(0, "健康状况");
    assert!(
        list.rows()
            .any(|row| row.iter().any(|value| value.to_string().contains(&cell))),
        "{list:?}"
    );
}

#[tokio::test]
async fn choices_are_merged_and_the_file_is_checked_again() {
    let (_server, office) = office().await;
    let preview = office.preview(HOUSEHOLDS, roster(&[household("C1")])).await;
    let path = at(&preview, "");
    let patch = json!({ "choices": { "decisions": [{ "conflict": "moved", "accept": true }] } });
    office
        .patch(&path)
        .json(&patch)
        .await
        .expect_problem(428, "if_match_required");
    office
        .patch(&path)
        .if_match("\"0\"")
        .json(&patch)
        .await
        .expect_problem(412, "changed_meanwhile");
    let tag = office.get(&path).await.header("etag").to_owned();
    let answer = office.patch(&path).if_match(&tag).json(&patch).await;
    let again = office.checked(&answer).await;
    assert_eq!(again["state"], "ready");
    assert_eq!(again["choices"]["decisions"][0]["conflict"], "moved");
    assert!(again["version"].as_i64() > preview["version"].as_i64());
    // Who has looked at the preview before cannot commit the one that came after.
    office
        .post(&at(&preview, "/commit"))
        .if_match(&tag)
        .json(&json!({}))
        .await
        .expect_problem(412, "changed_meanwhile");
    let tag = office.get(&path).await.header("etag").to_owned();
    let answer = office
        .patch(&path)
        .if_match(&tag)
        .json(&json!({ "choices": { "sheets": ["名册"] } }))
        .await;
    let again = office.checked(&answer).await;
    assert_eq!(again["choices"]["sheets"], json!(["名册"]));
    assert_eq!(
        again["choices"]["decisions"][0]["conflict"], "moved",
        "what the patch does not speak of stays"
    );
    office.commit(&preview).await.expect(200);
    let tag = office.get(&path).await.header("etag").to_owned();
    office
        .patch(&path)
        .if_match(&tag)
        .json(&patch)
        .await
        .expect_problem(409, "import_ended");
    office
        .post(&at(&preview, "/check"))
        .await
        .expect_problem(409, "import_ended");
}

#[tokio::test]
async fn only_who_keeps_the_register_sees_and_does_any_of_it() {
    let (server, office) = office().await;
    let preview = office.preview(HOUSEHOLDS, roster(&[household("D1")])).await;
    for role in [Role::Helper, Role::Leader] {
        let client = server.client(role).await;
        for what in [
            "",
            "/problems",
            "/changes",
            "/absent",
            "/file",
            "/marked-file",
            "/undo",
            "/events",
        ] {
            let answer = client.get(&at(&preview, what)).await;
            answer.expect_problem(403, "forbidden");
        }
        for what in ["/check", "/cancel", "/undo"] {
            let answer = client.post(&at(&preview, what)).await;
            answer.expect_problem(403, "forbidden");
        }
        client
            .commit(&preview)
            .await
            .expect_problem(403, "forbidden");
    }
    let unknown = json!({ "id": Uuid::nil() });
    office
        .commit(&unknown)
        .await
        .expect_problem(404, "not_found");
}

// The commit --------------------------------------------------------------------------------------

#[tokio::test]
async fn a_commit_is_refused_when_the_register_changed_underneath() {
    let (server, office) = office().await;
    let (mut one, two) = (household("E1"), household("E2"));
    office
        .import(HOUSEHOLDS, roster(&[one.clone(), two.clone()]))
        .await;
    one.remark = Some("来自名册".to_owned());
    let preview = office
        .preview(HOUSEHOLDS, roster(&[one.clone(), two.clone()]))
        .await;
    // One that the preview calls unchanged is part of what was looked at, too.
    for number in ["E1", "E2"] {
        let id = id_of(&server, number).await;
        server
            .change_household(id, |facts| facts.address = Some("他人改过".to_owned()))
            .await;
    }
    let before = register(&server.db).await;
    let problem = office
        .commit(&preview)
        .await
        .expect_problem(409, "register_changed");
    let named: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["detail"].as_str().unwrap())
        .collect();
    assert_eq!(
        named,
        ["名册!2 户编号 E1 王大山", "名册!4 户编号 E2 王大山"]
    );
    assert_eq!(register(&server.db).await, before);
    let answer = office.post(&at(&preview, "/check")).await;
    let again = office.checked(&answer).await;
    assert_eq!(again["report"]["households"]["changed"], 2, "{again:#}");
    office.commit(&again).await.expect(200);
    assert_eq!(register(&server.db).await, by_number(&[one, two]));
}

#[tokio::test]
async fn a_commit_is_refused_when_a_number_or_a_person_came_meanwhile() {
    let (server, office) = office().await;
    let (one, two) = (household("F1"), household("F2"));
    let by_its_number = office
        .preview(HOUSEHOLDS, roster(&[one.clone(), household("F3")]))
        .await;
    let by_a_person = office.preview(HOUSEHOLDS, roster(&[two.clone()])).await;
    server.add_household(household("F1")).await;
    let mut moved = household("F9");
    moved.members[1] = two.members[1].clone();
    server.add_household(moved).await;
    let before = register(&server.db).await;
    for (import, head) in [(&by_its_number, "F1"), (&by_a_person, "F2")] {
        let problem = office
            .commit(import)
            .await
            .expect_problem(409, "register_changed");
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{problem:#}");
        assert!(errors[0]["detail"].as_str().unwrap().contains(head));
    }
    assert_eq!(register(&server.db).await, before);
}

#[tokio::test]
async fn the_same_file_sent_twice_is_taken_in_once() {
    let (server, office) = office().await;
    let bytes = roster(&[household("G1"), household("G2")]);
    let first = office.preview(HOUSEHOLDS, bytes.clone()).await;
    let second = office.preview(HOUSEHOLDS, bytes).await;
    assert_eq!(first["file_sha256"], second["file_sha256"]);
    office.commit(&first).await.expect(200);
    office
        .commit(&second)
        .await
        .expect_problem(409, "register_changed");
    let answer = office.post(&at(&second, "/check")).await;
    let again = office.checked(&answer).await;
    assert_eq!(again["report"]["households"]["unchanged"], 2, "{again:#}");
    assert!(again["message"].as_str().unwrap().contains("完全一致"));
    office.commit(&again).await.expect(200);
    assert_eq!(register(&server.db).await.len(), 2);
}

#[tokio::test]
async fn of_two_commits_at_once_one_wins() {
    let (server, office) = office().await;
    for round in 0..5 {
        let number = format!("H{round}");
        let preview = office
            .preview(HOUSEHOLDS, roster(&[household(&number)]))
            .await;
        let (one, other) = tokio::join!(office.commit(&preview), office.commit(&preview));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let loser = if one.status == 409 { one } else { other };
        loser.expect_problem(409, "import_not_ready");
        // The same of two imports that want the same number.
        let number = format!("I{round}");
        let (a, b) = tokio::join!(
            office.preview(HOUSEHOLDS, roster(&[household(&number)])),
            office.preview(HOUSEHOLDS, roster(&[household(&number)])),
        );
        let (one, other) = tokio::join!(office.commit(&a), office.commit(&b));
        let loser = if one.status == 409 { one } else { other };
        loser.expect_problem(409, "register_changed");
    }
    assert_eq!(register(&server.db).await.len(), 10);
}

#[tokio::test]
async fn good_rows_alone_are_taken_in_only_when_that_is_chosen() {
    let (server, office) = office().await;
    let (mut from, mut to) = (household("J1"), household("J2"));
    office
        .import(HOUSEHOLDS, roster(&[from.clone(), to.clone()]))
        .await;
    let before = register(&server.db).await;
    // J1 is wrong, so it keeps its person, and J2 cannot get him; J3 is good, J4 is wrong.
    to.members.push(from.members.remove(1));
    to.members[2].relation = household::Relation::Other;
    let good = household("J3");
    let file = RosterFile::households(&[from, to, good.clone(), household("J4")])
        .with(0, "健康状况", "还行")
        .with(6, "健康状况", "还行");
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(preview["error_count"], 2, "{preview:#}");
    assert_eq!(preview["left_out"], 3, "{preview:#}");
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_has_errors");
    assert_eq!(register(&server.db).await, before);
    let changes = office.get(&at(&preview, "/changes")).await.expect(200);
    let good_ones: Vec<_> = changes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["number"].as_str().unwrap(), change["good"] == true))
        .collect();
    assert_eq!(
        good_ones,
        [("J1", false), ("J2", false), ("J3", true), ("J4", false)]
    );
    let import = office
        .post(&at(&preview, "/commit"))
        .json(&json!({ "good_rows_only": true }))
        .await
        .expect(200);
    assert_eq!(import["good_rows_only"], true);
    assert_eq!(import["committed_by"], office.username);
    let message = import["message"].as_str().unwrap();
    assert!(
        message.contains("新增 1 户，变更 0 户，未变 0 户；3 户未导入"),
        "{message}"
    );
    let mut after = before;
    after.insert("J3".to_owned(), good);
    assert_eq!(register(&server.db).await, after);

    // A file without anything good in it is refused all the same.
    let file = RosterFile::households(&[household("J5")]).with(0, "健康状况", "还行");
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    office
        .post(&at(&preview, "/commit"))
        .json(&json!({ "good_rows_only": true }))
        .await
        .expect_problem(422, "import_has_errors");
}

#[tokio::test]
async fn households_may_exchange_their_numbers() {
    let (server, _office) = office().await;
    let (mut one, mut two) = (household("K1"), household("K2"));
    for facts in [&one, &two] {
        server.add_household(facts.clone()).await;
    }
    std::mem::swap(&mut one.members, &mut two.members);
    let ids = [id_of(&server, "K1").await, id_of(&server, "K2").await];
    let mut tx = server.db.read().await.unwrap();
    let mut planned = Vec::new();
    for (id, number) in ids.iter().zip(["K2", "K1"]) {
        let before = household::store::find(&mut tx, *id).await.unwrap().unwrap();
        let mut facts = before.facts.clone();
        facts.number = Some(number.to_owned());
        planned.push((before, facts));
    }
    drop(tx);
    server.replace_households(planned).await;
    let register = register(&server.db).await;
    assert_eq!(register["K1"].members, one.members);
    assert_eq!(register["K2"].members, two.members);
}

// The undo ----------------------------------------------------------------------------------------

#[tokio::test]
async fn an_import_is_undone_and_the_history_tells_of_it() {
    let (server, office) = office().await;
    let (mut one, two) = (household("L1"), household("L2"));
    let first = office
        .import(HOUSEHOLDS, roster(&[one.clone(), two.clone()]))
        .await;
    let before = register(&server.db).await;
    one.remark = Some("改过".to_owned());
    one.members.pop();
    let second = office
        .import(HOUSEHOLDS, roster(&[one, two, household("L3")]))
        .await;
    let gone = id_of(&server, "L3").await;
    let outlook = office.get(&at(&second, "/undo")).await.expect(200);
    assert_eq!(
        outlook,
        json!({ "possible": true, "restored": 1, "removed": 1, "dependents": [] })
    );
    let undone = office.post(&at(&second, "/undo")).await.expect(200);
    assert_eq!(undone["state"], "undone");
    assert_eq!(undone["undone_by"], office.username);
    assert_eq!(register(&server.db).await, before);
    tidied(&server.db).await;

    let id = id_of(&server, "L1").await;
    let seen = office.get(&format!("/households/{id}")).await.expect(200);
    assert_eq!(seen["version"], 3, "restored as a new version");
    assert_eq!(
        seen["import_id"], first["id"],
        "its facts come from the first import again"
    );
    let mut tx = server.db.read().await.unwrap();
    let history = qianshou::access::history::of(&mut tx, "household", &gone.to_string())
        .await
        .unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].action, "undo");
    assert_eq!(history[0].before.0["number"], "L3");
    drop(tx);
    office
        .get(&format!("/households/{gone}"))
        .await
        .expect_problem(404, "not_found");
    office
        .post(&at(&second, "/undo"))
        .await
        .expect_problem(409, "import_not_committed");
    // What it did is still on record.
    let changes = office.get(&at(&second, "/changes")).await.expect(200);
    assert_eq!(changes["items"].as_array().unwrap().len(), 2);
    // What was undone stands in nobody's way.
    office.post(&at(&first, "/undo")).await.expect(200);
    assert!(register(&server.db).await.is_empty());
}

#[tokio::test]
async fn an_import_on_which_others_depend_is_not_undone_and_they_are_named() {
    let (server, office) = office().await;
    let (mut one, two, three) = (household("M1"), household("M2"), household("M3"));
    let import = office
        .import(HOUSEHOLDS, roster(&[one.clone(), two.clone(), three]))
        .await;
    one.remark = Some("第二次".to_owned());
    let later = office.import(HOUSEHOLDS, roster(&[one])).await;
    let helper = server.client(Role::Helper).await;
    let household_id = id_of(&server, "M2").await;
    let pairing = server
        .pair(household_id, helper.staff_id.unwrap(), day("2026-01-01"))
        .await;
    let visit = helper
        .post(&format!("/households/{household_id}/visits"))
        .key("v1")
        .json(&json!({
            "visited_on": "2026-01-02", "kind": "phone", "situation_confirmed": true,
            "causes_confirmed": true
        }))
        .await
        .expect(201);
    let plan = office
        .post(&format!("/households/{household_id}/plans"))
        .json(&json!({ "approach": "先治病", "measures": ["health"], "decided_on": "2026-01-03" }))
        .await
        .expect(201);
    let constraint = office
        .post("/pairing-constraints")
        .json(&json!({
            "kind": "forbidden", "household_id": household_id, "staff_id": server.add_staff().await,
            "reason": "群众反映"
        }))
        .await
        .expect(201);
    let run = office
        .post("/pairing-runs")
        .json(&json!({}))
        .await
        .expect(201);
    let assistance = office
        .post("/assistances")
        .json(&json!({
            "household_id": household_id, "staff_id": server.add_staff().await, "reason": "村干部"
        }))
        .await
        .expect(201);
    let before = register(&server.db).await;

    let outlook = office.get(&at(&import, "/undo")).await.expect(200);
    assert_eq!(outlook["possible"], false);
    let dependents: Vec<_> = outlook["dependents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|dependent| (dependent["kind"].clone(), dependent["id"].clone()))
        .collect();
    assert_eq!(
        dependents,
        [
            (json!("later_import"), later["id"].clone()),
            (json!("pairing"), json!(pairing)),
            (json!("pairing_run"), run["id"].clone()),
            (json!("pairing_constraint"), constraint["id"].clone()),
            (json!("assistance"), assistance["id"].clone()),
            (json!("visit"), visit["id"].clone()),
            (json!("plan"), plan["id"].clone()),
        ],
        "{outlook:#}"
    );
    let words = outlook["dependents"][5]["words"].as_str().unwrap();
    assert!(
        words.contains("M2") && words.contains("2026-01-02"),
        "{words}"
    );
    let problem = office
        .post(&at(&import, "/undo"))
        .await
        .expect_problem(409, "import_depended_on");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 7);
    assert_eq!(problem["errors"][5]["detail"], words);
    assert_eq!(register(&server.db).await, before);
    // The later one has no dependents.
    office.post(&at(&later, "/undo")).await.expect(200);
}

#[tokio::test]
async fn an_import_is_not_undone_into_a_number_that_another_has() {
    let (server, office) = office().await;
    let before = household("N1");
    office.import(HOUSEHOLDS, roster(&[before.clone()])).await;
    let mut without_number = before.clone();
    without_number.number = None;
    let id = id_of(&server, "N1").await;
    let import = server
        .change_household(id, |facts| facts.members.truncate(1))
        .await;
    let taker = HouseholdFacts {
        members: vec![household::Member {
            relation: household::Relation::Head,
            ..before.members[1].clone()
        }],
        ..household("N2")
    };
    server.add_household(taker).await;
    let outlook = office
        .get(&format!("/imports/{import}/undo"))
        .await
        .expect(200);
    assert_eq!(outlook["dependents"][0]["kind"], "number_taken");
    let words = outlook["dependents"][0]["words"].as_str().unwrap();
    assert!(words.contains("N2"), "{outlook:#}");
    let problem = office
        .post(&format!("/imports/{import}/undo"))
        .await
        .expect_problem(409, "import_depended_on");
    let words = problem["errors"][0]["detail"].as_str().unwrap();
    assert!(words.contains("N2"), "{problem:#}");
    tidied(&server.db).await;
}

fn teacher(number: &str, unit: &str) -> StaffFacts {
    let person = crate::support::register::person("丁", household::Relation::Other, "19800101");
    StaffFacts {
        number: Some(number.to_owned()),
        identity_number: person.identity_number,
        name: "丁老师".to_owned(),
        sex: person.sex,
        unit: unit.to_owned(),
        position: None,
        rank: Rank::Ordinary,
        political_status: None,
        phone: None,
        capacity: None,
        town: None,
        village: None,
        specialty: None,
        remark: None,
    }
}

#[tokio::test]
async fn an_import_of_staff_is_undone_with_the_units_that_it_brought() {
    let (server, office) = office().await;
    let first = vec![teacher("T1", "草庙小学"), teacher("T2", "草庙小学")];
    office
        .import(STAFF, RosterFile::staff(&first).bytes())
        .await;
    let mut moved = first[0].clone();
    moved.unit = "南阳中学".to_owned();
    let second = [moved, first[1].clone(), teacher("T3", "新丰小学")];
    let import = office
        .import(STAFF, RosterFile::staff(&second).bytes())
        .await;
    let changes = office.get(&at(&import, "/changes")).await.expect(200);
    assert_eq!(changes["items"][0]["changes"][0]["label"], "单位");
    assert_eq!(changes["items"][0]["changes"][0]["new"], "南阳中学");
    assert_eq!(count(&server.db, "unit").await, 3);
    let outlook = office.get(&at(&import, "/undo")).await.expect(200);
    assert_eq!(outlook["restored"], 1);
    assert_eq!(outlook["removed"], 1);
    office.post(&at(&import, "/undo")).await.expect(200);
    let mut tx = server.db.read().await.unwrap();
    let mut people: Vec<_> = staff::store::all(&mut tx)
        .await
        .unwrap()
        .iter()
        .map(staff::model::Staff::facts)
        .collect();
    people.sort_by(|a, b| a.number.cmp(&b.number));
    assert_eq!(people, first);
    drop(tx);
    assert_eq!(count(&server.db, "unit").await, 1);

    // Not while someone is responsible for a household, or has changed since.
    let import = office
        .import(
            STAFF,
            RosterFile::staff(&[teacher("T4", "新丰小学")]).bytes(),
        )
        .await;
    let mut tx = server.db.read().await.unwrap();
    let person = staff::store::find_by_number(&mut tx, "T4").await.unwrap();
    drop(tx);
    let person = person.unwrap().id;
    let id = server.add_household(household("O1")).await;
    server.pair(id, person, day("2026-01-01")).await;
    let id = server.add_household(household("O2")).await;
    let assistance = office
        .post("/assistances")
        .json(&json!({ "household_id": id, "staff_id": person, "reason": "村干部" }))
        .await
        .expect(201);
    let problem = office
        .post(&at(&import, "/undo"))
        .await
        .expect_problem(409, "import_depended_on");
    assert!(
        problem["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("新丰小学 丁老师")
    );
    let assistance = format!("/assistance/{}", assistance["id"].as_str().unwrap());
    assert_eq!(problem["errors"][1]["pointer"], assistance);
}

// The job -----------------------------------------------------------------------------------------

/// Many households of three, quickly.
fn many(first: usize, count: usize) -> Vec<u8> {
    let households: Vec<_> = (first..first + count)
        .map(|index| {
            let mut facts = household(&format!("W{index:06}"));
            for (position, member) in facts.members.iter_mut().enumerate() {
                // The people of the tests are a thousand; these are many more.
                let serial = index * 2 + position;
                let (year, rest) = (1940 + serial / 10_000, serial % 10_000);
                let (month, rest) = (1 + rest / 1_000, rest % 1_000);
                let body = format!("320999{year:04}{month:02}15{rest:03}");
                let identity = household::IdentityNumber::from_body(&body).unwrap();
                member.birth_date = Some(identity.birth_date());
                member.sex = Some(identity.sex());
                member.identity_number = Some(identity);
            }
            facts
        })
        .collect();
    roster(&households)
}

#[tokio::test]
async fn events_end_when_the_account_is_closed() {
    let (server, office) = office().await;
    // Nobody writes meanwhile, so the check does not go on.
    let answer = office.send_roster(HOUSEHOLDS, many(0, 1_000)).await;
    let path = at(&answer.expect(202), "/events");
    let mut held = server.db.write().await.unwrap();
    let mut client = server.stranger();
    client.token = office.token.clone();
    let events = tokio::spawn(async move { client.get(&path).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!events.is_finished());
    on!(&mut held, connection => sqlx::query("UPDATE account SET version = version + 1 WHERE id = $1")
        .bind(office.account_id.unwrap()).execute(connection).await.map(|_| ()))
    .unwrap();
    held.commit().await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), events).await;
    let words = ended.unwrap().unwrap().text();
    assert!(!words.contains("\"ready\""), "{words}");
}

#[tokio::test]
async fn events_tell_how_far_it_is_to_the_end() {
    let (server, office) = office().await;
    let answer = office.send_roster(HOUSEHOLDS, many(0, 1_000)).await;
    let import = answer.expect(202);
    let response = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(format!("{}/api/v1{}", server.url, at(&import, "/events")))
        .bearer_auth(office.token.as_ref().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = String::new();
    let mut stream = response.bytes_stream();
    while let Some(piece) = stream.next().await {
        body.push_str(&String::from_utf8_lossy(&piece.unwrap()));
    }
    let events: Vec<Value> = body
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    let states: Vec<_> = events
        .iter()
        .map(|event| event["state"].as_str().unwrap())
        .collect();
    assert!(states.len() >= 2, "{body}");
    assert_eq!(states.last(), Some(&"ready"));
    assert!(
        states[..states.len() - 1]
            .iter()
            .all(|state| ["queued", "reading", "checking"].contains(state))
    );
    let last = events.last().unwrap();
    assert_eq!(last["done"], 1_000, "{body}");
    assert_eq!(last["done"], last["total"]);
}

#[tokio::test]
async fn a_cancelled_import_stops_and_leaves_nothing_but_its_record() {
    let (server, office) = office().await;
    for wait in [0, 50, 400] {
        let answer = office.send_roster(HOUSEHOLDS, many(0, 2_000)).await;
        let import = answer.expect(202);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let cancelled = office.post(&at(&import, "/cancel")).await.expect(200);
        assert_eq!(cancelled["state"], "cancelled");
        office
            .post(&at(&import, "/cancel"))
            .await
            .expect_problem(409, "import_ended");
        office
            .commit(&import)
            .await
            .expect_problem(409, "import_not_ready");
    }
    // Whoever was at it has found out.
    let other = office.preview(HOUSEHOLDS, roster(&[household("P1")])).await;
    office.post(&at(&other, "/cancel")).await.expect(200);
    tidied(&server.db).await;
    let deadline = Instant::now() + Duration::from_secs(10);
    while count(&server.db, "import_household").await > 0 {
        assert!(Instant::now() < deadline, "its plan stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(count(&server.db, "import").await, 4);
    assert!(register(&server.db).await.is_empty());
}

#[tokio::test]
async fn a_preview_expires_and_can_be_checked_again() {
    let (server, office) = office().await;
    let preview = office.preview(HOUSEHOLDS, roster(&[household("Q1")])).await;
    let old = server.app.now() - chrono::TimeDelta::days(8);
    let mut tx = server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query("UPDATE import SET checked_at = $1")
        .bind(old).execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    server.app.work.notify_one();
    let deadline = Instant::now() + Duration::from_secs(20);
    while office.get(&at(&preview, "")).await.expect(200)["state"] != "expired" {
        assert!(Instant::now() < deadline, "it does not expire");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    office
        .commit(&preview)
        .await
        .expect_problem(409, "import_not_ready");
    tidied(&server.db).await;
    let answer = office.post(&at(&preview, "/check")).await;
    let again = office.checked(&answer).await;
    office.commit(&again).await.expect(200);
    assert_eq!(register(&server.db).await.len(), 1);
}

/// A worker that has seen a preview expire, or an import end, comes to it after someone has had it
/// checked anew.
#[tokio::test]
async fn a_preview_that_was_checked_anew_is_neither_given_up_nor_cleared_away() {
    let (server, office) = office().await;
    let households = [household("X1"), household("X2")];
    let preview = office.preview(HOUSEHOLDS, roster(&households)).await;
    let id = preview["id"].as_str().unwrap().parse().unwrap();
    let staged = count(&server.db, "staged_household").await;
    assert_eq!(staged, 2);
    let week_ago = server.app.now() - chrono::TimeDelta::days(7);
    worker::expire(&server.app, id, week_ago).await.unwrap();
    worker::clear(&server.app, id).await.unwrap();
    let import = office.get(&at(&preview, "")).await.expect(200);
    assert_eq!(import["state"], "ready");
    assert_eq!(count(&server.db, "staged_household").await, staged);
    office.commit(&preview).await.expect(200);
    assert_eq!(register(&server.db).await, by_number(&households));
}

#[tokio::test]
async fn what_a_dead_worker_was_at_is_taken_up_and_at_last_given_up() {
    let (server, office) = office().await;
    let preview = office.preview(HOUSEHOLDS, roster(&[household("R1")])).await;
    let silence = async |attempts: i64, minutes: i64| {
        let heard = server.app.now() - chrono::TimeDelta::minutes(minutes);
        let mut tx = server.db.write().await.unwrap();
        on!(&mut tx, connection => sqlx::query(
            "UPDATE import SET state = 'reading', worker = 'elsewhere', claim = $1, heartbeat = $2,
                 attempts = $3",
        )
        .bind(Uuid::now_v7())
        .bind(heard)
        .bind(attempts)
        .execute(connection)
        .await
        .map(|_| ()))
        .unwrap();
        tx.commit().await.unwrap();
        server.app.work.notify_one();
    };
    // One that has spoken of late is left alone.
    silence(1, 0).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let import = office.get(&at(&preview, "")).await.expect(200);
    assert_eq!(import["state"], "reading");
    silence(1, 10).await;
    let import = office.settled(&at(&preview, "")).await;
    assert_eq!(import["state"], "ready", "{import:#}");
    silence(5, 10).await;
    let import = office.settled(&at(&preview, "")).await;
    assert_eq!(import["state"], "failed", "{import:#}");
    assert_eq!(import["failure"]["code"], "import_given_up");
    tidied(&server.db).await;
}

/// What the database will not take it will not take the fifth time either; others wait meanwhile.
#[tokio::test]
async fn a_check_that_the_database_refuses_twice_ends_and_lets_others_on() {
    let (server, office) = office().await;
    let mut tx = server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query(
        "ALTER TABLE staged_household RENAME COLUMN number TO another",
    )
    .execute(connection)
    .await
    .map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    let begun = Instant::now();
    for _ in 0..2 {
        let answer = office
            .send_roster(HOUSEHOLDS, roster(&[household("R1")]))
            .await;
        let import = office.checked(&answer).await;
        assert_eq!(import["state"], "failed", "{import:#}");
        assert_eq!(import["failure"]["code"], "import_refused_by_database");
    }
    let staff = RosterFile::staff(&[teacher("T1", "青禾小学")]).bytes();
    let import = office
        .checked(&office.send_roster(STAFF, staff).await)
        .await;
    assert_eq!(import["state"], "ready", "{import:#}");
    // Whoever is taken up only when the worker has been silent waits for a minute each time.
    assert!(begun.elapsed() < Duration::from_secs(50));
}

/// Excel writes any character as `_x0000_`, and other programs write it so by mistake.
#[tokio::test]
async fn characters_that_cannot_be_stored_are_left_out_of_what_a_file_says() {
    let (server, office) = office().await;
    let mut facts = household("S1\u{0}");
    facts.village = "前\u{1}进\u{ffff}村".to_owned();
    facts.address = Some("一组\u{0}".to_owned());
    office.import(HOUSEHOLDS, roster(&[facts])).await;
    let register = register(&server.db).await;
    let stored = &register["S1"];
    assert_eq!(stored.village, "前进村");
    assert_eq!(stored.address.as_deref(), Some("一组"));
}

/// One office's huge file does not stall the others' visits.
#[tokio::test]
async fn visits_are_never_refused_while_a_large_import_runs() {
    let (server, office) = office().await;
    let helper = server.client(Role::Helper).await;
    let id = server.add_household(household("S1")).await;
    server
        .pair(id, helper.staff_id.unwrap(), day("2026-01-01"))
        .await;
    let import = async {
        let preview = office.preview(HOUSEHOLDS, many(0, 4_000)).await;
        office.commit(&preview).await.expect(200);
        tidied(&server.db).await;
    };
    let mut import = std::pin::pin!(import);
    let mut visits = 0;
    loop {
        let visit = async {
            helper
                .post(&format!("/households/{id}/visits"))
                .key(&Uuid::now_v7().to_string())
                .json(&json!({
                    "visited_on": "2026-01-02", "kind": "phone", "situation_confirmed": true,
                    "causes_confirmed": false
                }))
                .await
                .expect(201);
        };
        tokio::select! {
            biased;
            () = &mut import => break,
            () = visit => visits += 1,
        }
    }
    assert!(visits > 10, "{visits} visits");
    assert_eq!(register(&server.db).await.len(), 4_001);
}

// The service that is killed ------------------------------------------------------------------------

/// Talks to a server that may die at any moment.
struct Caller {
    http: reqwest::Client,
    root: String,
    token: String,
}

impl Caller {
    async fn call(&self, request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
        let answer = request.bearer_auth(&self.token).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    async fn settled(&self, id: &str) -> Option<Value> {
        loop {
            let request = self.http.get(format!("{}/imports/{id}", self.root));
            let (status, import) = self.call(request).await?;
            assert_eq!(status, 200, "{import:#}");
            let state = import["state"].as_str().unwrap();
            if !["queued", "reading", "checking"].contains(&state) {
                return Some(import);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn commit(&self, id: &str) -> Option<(u16, Value)> {
        let request = self.http.post(format!("{}/imports/{id}/commit", self.root));
        self.call(request.json(&json!({}))).await
    }

    /// Sends a roster, waits, commits. Nothing if the server died on the way.
    async fn import(&self, bytes: Vec<u8>) -> Option<()> {
        let part = reqwest::multipart::Part::bytes(bytes)
            .file_name("名册.xlsx")
            .mime_str(XLSX)
            .unwrap();
        let form = reqwest::multipart::Form::new().part("file", part);
        let request = self.http.post(format!("{}/imports/households", self.root));
        let (status, import) = self.call(request.multipart(form)).await?;
        assert_eq!(status, 202, "{import:#}");
        let id = import["id"].as_str().unwrap();
        let import = self.settled(id).await?;
        assert_eq!(import["state"], "ready", "{import:#}");
        let (status, import) = self.commit(id).await?;
        assert_eq!(status, 200, "{import:#}");
        Some(())
    }
}

/// Killed at any moment of fifty imports, the service leaves the register as it was before the import
/// or as it is after it, and when it is there again it takes the job up.
#[tokio::test]
async fn a_service_that_is_killed_leaves_the_register_before_or_after() {
    let database = crate::support::TestDatabase::create().await;
    let db = database.open().await;
    let app = qianshou::app::App::new(db.clone());
    let clerk = qianshou::access::service::NewAccount {
        username: "clerk".to_owned(),
        role: Role::Office,
        staff_id: None,
        password: Some(crate::support::PASSWORD.to_owned()),
    };
    let command_line = qianshou::access::Caller::command_line();
    qianshou::access::service::create(&app, &command_line, clerk)
        .await
        .unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut service = Service::start(&database.url()).await;
    let url = service.url.clone();
    let session: Value = http
        .post(format!("{url}/api/v1/sessions"))
        .json(&json!({ "username": "clerk", "password": crate::support::PASSWORD }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let caller = Caller {
        http: http.clone(),
        root: format!("{url}/api/v1"),
        token: session["token"].as_str().unwrap().to_owned(),
    };

    let mut households: Vec<_> = (0..8)
        .map(|index| household(&format!("X{index}")))
        .collect();
    let started = Instant::now();
    caller.import(roster(&households)).await.unwrap();
    let mut usual = started.elapsed();
    let (mut seed, mut killed_in) = (0x2545_F491_4F6C_DD1D_u64, BTreeMap::new());
    for round in 0..50_usize {
        let before = register(&db).await;
        // Some change, one is new.
        for facts in households.iter_mut().skip(round % 4).step_by(3) {
            facts.remark = Some(format!("第 {round} 次"));
        }
        households.push(household(&format!("Y{round}")));
        let after = by_number(&households);
        // xorshift64: moments that differ and are the same in every run.
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        // From the first byte to a little after the last answer.
        let share = u32::try_from(seed % 1_000).unwrap();
        let moment = usual * share / 900;
        let started = Instant::now();
        tokio::select! {
            _ = caller.import(roster(&households)) => usual = started.elapsed(),
            () = tokio::time::sleep(moment) => {}
        }
        service.kill();
        let now = register(&db).await;
        assert!(
            now == before || now == after,
            "round {round}: between two states"
        );
        let mut tx = db.read().await.unwrap();
        let state: Option<String> = on!(&mut tx, connection => sqlx::query_scalar(
            "SELECT state FROM import ORDER BY id DESC LIMIT 1",
        )
        .fetch_optional(connection)
        .await)
        .unwrap();
        drop(tx);
        *killed_in.entry(state.unwrap_or_default()).or_insert(0) += 1;

        service.start_again().await;
        let (_, imports) = caller
            .call(http.get(format!("{}/imports?limit=200", caller.root)))
            .await
            .unwrap();
        for import in imports["items"].as_array().unwrap() {
            let id = import["id"].as_str().unwrap();
            let import = caller.settled(id).await.unwrap();
            if import["state"] == "ready" {
                // PostgreSQL may still be at the commit that the killed service had asked for: then
                // this one is refused, and that one counts.
                caller.commit(id).await.unwrap();
            }
            let import = caller.settled(id).await.unwrap();
            assert_eq!(import["state"], "committed", "round {round}: {import:#}");
        }
        if register(&db).await == before {
            // It died before it had the whole file.
            caller.import(roster(&households)).await.unwrap();
        }
        assert_eq!(register(&db).await, after, "round {round}");
    }
    println!("killed while the last import was: {killed_in:?}");
    assert!(killed_in.len() >= 3, "killed at few moments: {killed_in:?}");
    tidied(&db).await;
    service.kill();
    db.close().await;
}

// Imports of before -------------------------------------------------------------------------------

/// An import that the first version made is there after the migration, with its file and warnings.
#[tokio::test]
async fn imports_of_the_first_version_are_kept() {
    let database = crate::support::TestDatabase::create().await;
    let first = include_str!("../migrations/0001_register.sql");
    let second = include_str!("../migrations/0002_imports.sql");
    let id = Uuid::now_v7();
    let file: Vec<u8> = (0..3_000_000_u32).map(|byte| (byte % 251) as u8).collect();
    let warning = json!([{ "severity": "warning", "code": "x", "reason": "r", "cure": "c" }]);
    let counts = json!({ "sheet": "名册", "rows": 7, "households": { "new": 2, "changed": 1,
        "unchanged": 0, "absent": 0 }, "persons": null, "staff": null, "warning_count": 1 });
    macro_rules! migrate {
        ($connection:expr) => {{
            let mut connection = $connection;
            sqlx::raw_sql(first).execute(&mut connection).await.unwrap();
            sqlx::query(
                "INSERT INTO import (id, kind, file_name, file_sha256, file, at, actor, counts, warnings)
                 VALUES ($1, 'households', '旧.xlsx', 'abc', $2, $3, 'wang', $4, $5)",
            )
            .bind(id)
            .bind(&file)
            .bind(chrono::Utc::now())
            .bind(counts.to_string())
            .bind(warning.to_string())
            .execute(&mut connection)
            .await
            .unwrap();
            sqlx::raw_sql(second).execute(&mut connection).await.unwrap();
            let found: qianshou::import::store::Import =
                sqlx::query_as("SELECT * FROM import").fetch_one(&mut connection).await.unwrap();
            let pieces: Vec<Vec<u8>> =
                sqlx::query_scalar("SELECT bytes FROM import_file ORDER BY position")
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
            let problems: String = sqlx::query_scalar("SELECT problems FROM import_problem")
                .fetch_one(&mut connection)
                .await
                .unwrap();
            (found, pieces, problems)
        }};
    }
    let url = database.url();
    let (import, pieces, problems) = if url.starts_with("sqlite:") {
        use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
        let options: SqliteConnectOptions = url.parse().unwrap();
        migrate!(options.create_if_missing(true).connect().await.unwrap())
    } else {
        use sqlx::{ConnectOptions, postgres::PgConnectOptions};
        let options: PgConnectOptions = url.parse().unwrap();
        migrate!(options.connect().await.unwrap())
    };
    assert_eq!(import.state.to_string(), "committed");
    assert_eq!(import.committed_by.as_deref(), Some("wang"));
    assert_eq!(import.file_bytes, 3_000_000);
    let report = import.report.unwrap().0;
    assert_eq!(report.households.unwrap().new, 2);
    assert_eq!(report.warning_count, 1);
    assert_eq!(pieces.len(), 3);
    assert_eq!(pieces.concat(), file);
    assert_eq!(serde_json::from_str::<Value>(&problems).unwrap(), warning);
}
