//! Who may do what, proved over the whole document: leaders change nothing, helpers only what is
//! theirs, and what is another's is answered as if it were not there.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use qianshou::access::Role;
use serde_json::json;
use uuid::Uuid;

use crate::support::document::document;
use crate::support::operation::{Body, signed_operations};
use crate::support::world::World;
use crate::support::{Answer, PASSWORD};

/// The changing operations of helpers, for the households that they serve. That there are no more is said here
/// too, and not in the document alone.
const OF_HELPERS: [&str; 7] = [
    "logVisit",
    "logVisits",
    "correctVisit",
    "setHelpPlan",
    "proposeLift",
    "createHandoverNote",
    "readHandoverNote",
];

#[tokio::test]
async fn a_leader_changes_nothing_anywhere() {
    let world = World::start().await;
    // Even one who as a person of the staff is responsible for the household.
    let person = world.helper.staff_id.unwrap();
    let leader = world.server.client_of(Role::Leader, Some(person)).await;
    let before = world.rows().await;
    let document = document();
    let mut faults = Vec::new();
    let mut tried = 0;
    for operation in signed_operations(&document) {
        if !operation.changes() || operation.scope == "own" {
            continue;
        }
        let well_formed = operation.call(&leader, |segment| world.record(segment));
        let record = |segment: &str| world.record(segment);
        let malformed = operation.call_with(&leader, record, Some(&Body::Broken));
        for call in [well_formed, malformed] {
            let answer = call.if_match("*").await;
            let code = answer.text();
            if answer.status != 403 || !code.contains("urn:qianshou:problem:forbidden") {
                faults.push(format!("{}: {} {code}", operation.id, answer.status));
            }
        }
        tried += 1;
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 30, "only {tried} operations");
    assert_eq!(world.rows().await, before);
    // What is their own: the password of their account, and of no other.
    let password = json!({ "password": "一个新的口令八字", "current_password": PASSWORD });
    let set = |id: Uuid| {
        leader
            .post(&format!("/accounts/{id}/password"))
            .json(&password)
    };
    set(world.helper.account_id.unwrap())
        .await
        .expect_problem(403, "forbidden");
    set(leader.account_id.unwrap()).await.expect(200);
}

#[tokio::test]
async fn a_helper_is_refused_every_change_that_is_not_of_helpers() {
    let world = World::start().await;
    let before = world.rows().await;
    let document = document();
    let mut faults = Vec::new();
    let mut left = BTreeSet::new();
    for operation in signed_operations(&document) {
        if !operation.changes() || operation.scope == "own" {
            continue;
        }
        if operation.admits(Role::Helper) {
            left.insert(operation.id);
            continue;
        }
        let call = operation.call(&world.helper, |segment| world.record(segment));
        let answer = call.if_match("*").await;
        let code = answer.text();
        if answer.status != 403 || !code.contains("urn:qianshou:problem:forbidden") {
            faults.push(format!("{}: {} {code}", operation.id, answer.status));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert_eq!(left, BTreeSet::from(OF_HELPERS));
    assert_eq!(world.rows().await, before);
}

/// All that an answer tells, but for the ids that were asked for.
fn told(answer: &Answer, asked: &[Uuid]) -> (u16, Vec<String>, String) {
    let mut text = answer.text();
    for id in asked {
        text = text.replace(&id.to_string(), "ID");
    }
    let headers = answer.headers.iter();
    // Each request has its own of these, whatever it asks for.
    let own = ["date", "content-length", "x-request-id"];
    let telling = headers.filter(|(name, _)| !own.contains(&name.as_str()));
    let mut headers: Vec<_> = telling
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    (answer.status, headers, text)
}

#[tokio::test]
async fn to_a_helper_what_is_anothers_is_as_if_it_were_not_there() {
    let world = World::start().await;
    let stranger = &world.stranger;
    let document = document();
    let mut faults = Vec::new();
    let mut tried = 0;
    for operation in signed_operations(&document) {
        if !operation.path.contains("{id}") {
            continue;
        }
        for if_match in [None, Some("*"), Some("\"999\"")] {
            let mut answers = Vec::new();
            for there in [true, false] {
                let nobody = Uuid::now_v7();
                let id = |segment: &str| if there { world.record(segment) } else { nobody };
                let mut call = operation.call(stranger, id);
                if let Some(tag) = if_match {
                    call = call.if_match(tag);
                }
                let mut asked: Vec<_> = world.records.values().copied().collect();
                asked.push(nobody);
                answers.push(told(&call.await, &asked));
            }
            let answer = &answers[0];
            if answers[0] != answers[1] || ![403, 404].contains(&answer.0) {
                faults.push(format!("{} {if_match:?}: {answers:#?}", operation.id));
            }
        }
        tried += 1;
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 40, "only {tried} operations");
}

#[tokio::test]
async fn no_list_tells_a_helper_what_is_there_of_others() {
    let world = World::start().await;
    let document = document();
    let mut faults = Vec::new();
    let mut tried = 0;
    for operation in signed_operations(&document) {
        let ids = operation.parameters.iter().filter(|parameter| {
            parameter["in"] == "query"
                && parameter["schema"]["format"] == "uuid"
                && parameter["required"] != true
        });
        for parameter in ids {
            let name = parameter["name"].as_str().unwrap();
            let there = match name {
                "household_id" => world.record("households"),
                "staff_id" => world.record("staff"),
                "unit_id" => world.record("units"),
                "profile_id" => world.record("import-profiles"),
                other => panic!("say what `{other}` of {} names", operation.id),
            };
            let mut answers = Vec::new();
            for id in [there, Uuid::now_v7()] {
                let call = operation.call(&world.stranger, |segment| world.record(segment));
                let answer = call.query(&[(name, id)]).await;
                answers.push(told(&answer, &[id]));
            }
            if answers[0] != answers[1] {
                faults.push(format!("{}?{name}: {answers:#?}", operation.id));
            }
            tried += 1;
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 8, "only {tried} parameters");
}

#[tokio::test]
async fn who_may_not_see_a_list_is_told_so_whatever_cursor_they_send() {
    let world = World::start().await;
    let document = document();
    let mut faults = Vec::new();
    let mut tried = 0;
    for operation in signed_operations(&document) {
        let mut parameters = operation.parameters.iter();
        if !parameters.any(|parameter| parameter["name"] == "cursor") {
            continue;
        }
        let record = |segment: &str| world.record(segment);
        let refused = operation.call(&world.stranger, record).await.status;
        if refused == 200 {
            continue;
        }
        let call = operation.call(&world.stranger, record);
        let answer = call.query(&[("cursor", "made up")]).await;
        if answer.status != refused {
            let id = operation.id;
            faults.push(format!(
                "{id}: {refused}, and {} with a cursor",
                answer.status
            ));
        }
        tried += 1;
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 8, "only {tried} lists");
}

#[tokio::test]
async fn no_rule_no_key_and_no_batch_tells_a_helper_what_is_there_of_others() {
    let world = World::start().await;
    let (server, stranger) = (&world.server, &world.stranger);
    let own = server.household_of(stranger.staff_id.unwrap()).await;
    let (there, nowhere) = (world.record("households"), Uuid::now_v7());
    let day = |ago: u64| server.days_ago(ago);
    let visit = |on: NaiveDate| json!({ "visited_on": on, "kind": "phone" });
    let first = format!("/households/{own}/visits");
    let first = stranger.post(&first).key("used").json(&visit(day(1)));
    first.await.expect(201);
    let tomorrow = server.app.today().succ_opt().unwrap();
    let plan = |on| json!({ "approach": "先治病", "measures": ["health"], "decided_on": on });
    let lift = |on| json!({ "date": on, "person": "村民小组" });
    for (what, key, body) in [
        ("visits", "used", visit(day(1))),
        ("visits", "new", visit(tomorrow)),
        ("visits", "new", visit(day(200))),
        ("plans", "used", plan(day(1))),
        ("plans", "new", plan(tomorrow)),
        ("lifts", "used", lift(day(1))),
        ("lifts", "new", lift(tomorrow)),
    ] {
        let mut answers = Vec::new();
        for id in [there, nowhere] {
            let path = format!("/households/{id}/{what}");
            let answer = stranger.post(&path).key(key).json(&body).await;
            answer.expect_problem(404, "not_found");
            answers.push(told(&answer, &[id]));
        }
        assert_eq!(answers[0], answers[1]);
    }
    let item =
        |id: Uuid| json!({ "idempotency_key": "used", "household_id": id, "visit": visit(day(1)) });
    let batch = json!({ "visits": [item(there), item(nowhere)] });
    let results = stranger
        .post("/visits/batch")
        .json(&batch)
        .await
        .expect(200)["results"]
        .clone();
    assert_eq!(results[0]["status"], 404);
    assert_eq!(results[0], results[1]);
}
