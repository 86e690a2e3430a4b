//! Logging many visits at once: `/visits/batch`.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::helped_household::{HelpedHousehold, with_changes};

#[tokio::test]
async fn one_bad_visit_does_not_stop_a_batch() {
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    let others = server.household_of(server.add_staff().await).await;
    let tomorrow = server.app.today().succ_opt().unwrap();
    let item = |key: &str, household: Uuid, visit: Value| json!({ "idempotency_key": key, "household_id": household, "visit": visit });
    let batch = json!({ "visits": [
        item("a", office.household, office.visit()),
        item("b", others, office.visit()),
        item("c", office.household, with_changes(office.visit(), json!({ "visited_on": tomorrow }))),
        item("d", office.household, with_changes(office.visit(), json!({ "kind": "teleport" }))),
        item("e", Uuid::now_v7(), office.visit()),
        item("a", office.household, office.visit()),
        item("a", office.household, office.visit_days_ago(2)),
        { "household_id": office.household, "visit": office.visit() },
        item("  ", office.household, office.visit()),
        "nonsense",
        item("f", office.household, office.visit_days_ago(2)),
    ]});
    let answer = office
        .helper
        .post("/visits/batch")
        .json(&batch)
        .await
        .expect(200);
    let results = answer["results"].as_array().unwrap();
    let outcome: Vec<_> = results
        .iter()
        .map(|result| {
            (
                result["idempotency_key"].as_str().unwrap_or("-"),
                result["status"].as_u64().unwrap(),
                result["problem"]["code"].as_str().unwrap_or("-"),
            )
        })
        .collect();
    assert_eq!(
        outcome,
        [
            ("a", 201, "-"),
            ("b", 404, "not_found"),
            ("c", 422, "date_in_future"),
            ("d", 400, "bad_request"),
            ("e", 404, "not_found"),
            ("a", 201, "-"),
            ("a", 422, "idempotency_key_reused"),
            ("-", 400, "bad_request"),
            ("  ", 400, "idempotency_key_required"),
            ("-", 400, "bad_request"),
            ("f", 201, "-"),
        ]
    );
    assert_eq!(results[0]["visit"], results[5]["visit"]);
    let place = &results[3]["problem"]["errors"][0]["pointer"];
    assert_eq!(place, "/visits/3/visit/kind");
    // The rules of a visit name places of the visit; here they are those of the batch.
    let place = &results[2]["problem"]["errors"][0]["pointer"];
    assert_eq!(place, "/visits/2/visit/visited_on");
    let path = &results[2]["problem"]["instance"];
    assert_eq!(path, "/api/v1/visits/batch");
    assert_eq!(results[1]["problem"]["status"], 404);
    assert_eq!(office.count().await, 2);

    // The network broke before the answer came: the telephone sends all again.
    let again = office
        .helper
        .post("/visits/batch")
        .json(&batch)
        .await
        .expect(200);
    assert_eq!(again, answer);
    // And one by itself.
    let single = office
        .helper
        .post(&office.visits())
        .key("f")
        .json(&office.visit_days_ago(2))
        .await
        .expect(201);
    assert_eq!(single, results[10]["visit"]);
    assert_eq!(office.count().await, 2);
}

#[tokio::test]
async fn a_batch_that_meets_a_busy_database_is_sent_again_whole() {
    let office =
        HelpedHousehold::over(TestServer::start_with_patience(Duration::from_secs(1)).await).await;
    let batch: Vec<_> = (0..3_u64)
        .map(|number| {
            json!({
                "idempotency_key": number.to_string(),
                "household_id": office.household,
                "visit": office.visit_days_ago(number),
            })
        })
        .collect();
    let send = || {
        let call = office.helper.post("/visits/batch");
        call.json(&json!({ "visits": batch }))
    };
    let other = office.server.database.open().await;
    let held = other.write().await.unwrap();
    send().await.expect_problem(503, "database_busy");
    drop(held);
    assert_eq!(office.count().await, 0);
    let answer = send().await.expect(200);
    assert_eq!(send().await.expect(200), answer);
    assert_eq!(office.count().await, 3);
}

/// What a batch does with each visit is what would have been done with it by itself.
#[tokio::test]
async fn a_batch_does_what_its_visits_would_one_by_one() {
    for seed in 0..4 {
        let mut dice = StdRng::seed_from_u64(seed);
        let offices = [HelpedHousehold::open().await, HelpedHousehold::open().await];
        let [single, batched] = &offices;
        let others = [
            single
                .server
                .household_of(single.server.add_staff().await)
                .await,
            batched
                .server
                .household_of(batched.server.add_staff().await)
                .await,
        ];
        let unknown = Uuid::now_v7();
        let days = [0, 0, 1, 2, 364, 366];
        let notes = [
            json!("甲"),
            json!("乙"),
            Value::Null,
            json!(7),
            json!("长".repeat(4001)),
        ];
        let mut sent: [Vec<Value>; 2] = [Vec::new(), Vec::new()];
        for _ in 0..40 {
            let key = format!("key {}", dice.random_range(0..15));
            let place = dice.random_range(0..8);
            let mut visit = single.visit_days_ago(days[dice.random_range(0..days.len())]);
            visit["note"] = notes[dice.random_range(0..notes.len())].clone();
            if dice.random_bool(0.1) {
                visit["met"] = Value::Null;
            }
            for (at, office) in offices.iter().enumerate() {
                let household = match place {
                    0 => others[at],
                    1 => unknown,
                    _ => office.household,
                };
                sent[at].push(json!({
                    "idempotency_key": key, "household_id": household, "visit": visit,
                }));
            }
        }
        let mut one_by_one = Vec::new();
        for item in &sent[0] {
            let household = item["household_id"].as_str().unwrap();
            let answer = single
                .helper
                .post(&format!("/households/{household}/visits"))
                .key(item["idempotency_key"].as_str().unwrap())
                .json(&item["visit"])
                .await;
            let body = answer.expect(answer.status);
            one_by_one.push((u64::from(answer.status), body["code"].clone()));
        }
        let answer = batched
            .helper
            .post("/visits/batch")
            .json(&json!({ "visits": sent[1] }))
            .await
            .expect(200);
        let together: Vec<_> = answer["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| {
                let status = result["status"].as_u64().unwrap();
                (status, result["problem"]["code"].clone())
            })
            .collect();
        assert_eq!(together, one_by_one, "seed {seed}");
        assert_eq!(batched.count().await, single.count().await);
        assert!(single.count().await > 0);
    }
}

#[tokio::test]
async fn a_batch_speaks_the_callers_language_and_has_a_limit() {
    let office = HelpedHousehold::open().await;
    let item = |key: usize| json!({ "idempotency_key": key.to_string(), "household_id": Uuid::now_v7(), "visit": office.visit() });
    let answer = office
        .helper
        .post("/visits/batch")
        .header("accept-language", "en")
        .json(&json!({ "visits": [item(0)] }))
        .await
        .expect(200);
    assert_eq!(answer["results"][0]["problem"]["title"], "Not found");
    for count in [0, 51] {
        let visits: Vec<_> = (0..count).map(item).collect();
        office
            .helper
            .post("/visits/batch")
            .json(&json!({ "visits": visits }))
            .await
            .expect_problem(400, "bad_request");
    }
}
