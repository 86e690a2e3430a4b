//! Taking an import back.

use qianshou::access::Role;
use qianshou::household::HouseholdFacts;
use qianshou::{household, staff};
use serde_json::json;

use crate::support::database::count_rows;
use crate::support::pairing::propose_run;
use crate::support::register::day;
use crate::support::roster::{
    HOUSEHOLDS, STAFF, household_id, import_path, numbered_household, numbered_teacher,
    register_by_number, roster_of, staff_on_register, wait_until_tidied,
};
use crate::support::{RosterFile, TestServer};

#[tokio::test]
async fn an_import_is_undone_and_the_history_tells_of_it() {
    let (server, office) = TestServer::start_with_office().await;
    let (mut one, two) = (numbered_household("L1"), numbered_household("L2"));
    let first = office
        .import(HOUSEHOLDS, roster_of(&[one.clone(), two.clone()]))
        .await;
    let before = register_by_number(&server.db).await;
    one.remark = Some("改过".to_owned());
    one.members.pop();
    let roster = roster_of(&[one, two, numbered_household("L3")]);
    let second = office.preview(HOUSEHOLDS, roster).await;
    let left = json!({ "conflict": "left", "accept": true, "answer": "moved_away" });
    let second = office.choose(&second, json!({ "decisions": [left] })).await;
    office.commit(&second).await.expect(200);
    let gone = household_id(&server, "L3").await;
    let outlook = office.get(&import_path(&second, "/undo")).await.expect(200);
    assert_eq!(
        outlook,
        json!({ "possible": true, "restored": 1, "removed": 1, "dependents": [] })
    );
    let undone = office
        .post(&import_path(&second, "/undo"))
        .await
        .expect(200);
    assert_eq!(undone["state"], "undone");
    assert_eq!(undone["undone_by"], office.username);
    assert_eq!(register_by_number(&server.db).await, before);
    wait_until_tidied(&server.db).await;

    let id = household_id(&server, "L1").await;
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
        .post(&import_path(&second, "/undo"))
        .await
        .expect_problem(409, "import_not_committed");
    // What it did is still on record.
    let changes = office
        .get(&import_path(&second, "/changes"))
        .await
        .expect(200);
    assert_eq!(changes["items"].as_array().unwrap().len(), 2);
    // What was undone stands in nobody's way.
    office.post(&import_path(&first, "/undo")).await.expect(200);
    assert!(register_by_number(&server.db).await.is_empty());
}

#[tokio::test]
async fn an_import_on_which_others_depend_is_not_undone_and_they_are_named() {
    let (server, office) = TestServer::start_with_office().await;
    let (mut one, two, three) = (
        numbered_household("M1"),
        numbered_household("M2"),
        numbered_household("M3"),
    );
    let import = office
        .import(HOUSEHOLDS, roster_of(&[one.clone(), two.clone(), three]))
        .await;
    one.remark = Some("第二次".to_owned());
    let later = office.import(HOUSEHOLDS, roster_of(&[one])).await;
    let helper = server.client(Role::Helper).await;
    let household_id = household_id(&server, "M2").await;
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
    let run = propose_run(&office, json!({})).await;
    let assistance = office
        .post("/assistances")
        .json(&json!({
            "household_id": household_id, "staff_id": server.add_staff().await, "reason": "村干部"
        }))
        .await
        .expect(201);
    let before = register_by_number(&server.db).await;

    let outlook = office.get(&import_path(&import, "/undo")).await.expect(200);
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
        .post(&import_path(&import, "/undo"))
        .await
        .expect_problem(409, "import_depended_on");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 7);
    assert_eq!(problem["errors"][5]["detail"], words);
    assert_eq!(register_by_number(&server.db).await, before);
    // The later one has no dependents.
    office.post(&import_path(&later, "/undo")).await.expect(200);
}

#[tokio::test]
async fn an_import_is_not_undone_into_a_number_that_another_has() {
    let (server, office) = TestServer::start_with_office().await;
    let before = numbered_household("N1");
    office
        .import(HOUSEHOLDS, roster_of(&[before.clone()]))
        .await;
    let mut without_number = before.clone();
    without_number.number = None;
    let id = household_id(&server, "N1").await;
    let import = server
        .change_household(id, |facts| facts.members.truncate(1))
        .await;
    let taker = HouseholdFacts {
        members: vec![household::Member {
            relation: household::Relation::Head,
            ..before.members[1].clone()
        }],
        ..numbered_household("N2")
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
    wait_until_tidied(&server.db).await;
}

#[tokio::test]
async fn an_import_of_staff_is_undone_with_the_units_that_it_brought() {
    let (server, office) = TestServer::start_with_office().await;
    let first = vec![
        numbered_teacher("T1", "草庙小学"),
        numbered_teacher("T2", "草庙小学"),
    ];
    office
        .import(STAFF, RosterFile::staff(&first).bytes())
        .await;
    let mut moved = first[0].clone();
    moved.unit = "南阳中学".to_owned();
    let second = [moved, first[1].clone(), numbered_teacher("T3", "新丰小学")];
    let import = office
        .import(STAFF, RosterFile::staff(&second).bytes())
        .await;
    let changes = office
        .get(&import_path(&import, "/changes"))
        .await
        .expect(200);
    assert_eq!(changes["items"][0]["changes"][0]["label"], "单位");
    assert_eq!(changes["items"][0]["changes"][0]["new"], "南阳中学");
    assert_eq!(count_rows(&server.db, "unit").await, 3);
    let outlook = office.get(&import_path(&import, "/undo")).await.expect(200);
    assert_eq!(outlook["restored"], 1);
    assert_eq!(outlook["removed"], 1);
    office
        .post(&import_path(&import, "/undo"))
        .await
        .expect(200);
    assert_eq!(staff_on_register(&server).await, first);
    assert_eq!(count_rows(&server.db, "unit").await, 1);

    // Not while someone is responsible for a household, or has changed since.
    let import = office
        .import(
            STAFF,
            RosterFile::staff(&[numbered_teacher("T4", "新丰小学")]).bytes(),
        )
        .await;
    let mut tx = server.db.read().await.unwrap();
    let person = staff::store::find_by_number(&mut tx, "T4").await.unwrap();
    drop(tx);
    let person = person.unwrap().id;
    let id = server.add_household(numbered_household("O1")).await;
    server.pair(id, person, day("2026-01-01")).await;
    let id = server.add_household(numbered_household("O2")).await;
    let assistance = office
        .post("/assistances")
        .json(&json!({ "household_id": id, "staff_id": person, "reason": "村干部" }))
        .await
        .expect(201);
    let problem = office
        .post(&import_path(&import, "/undo"))
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
