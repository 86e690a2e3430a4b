//! A pairing by hand.

use serde_json::json;
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::pairing::{add_households, propose_run};
use crate::support::register::facts;
use crate::support::staff::{add_person_with_room, change_person};

#[tokio::test]
async fn the_database_itself_refuses_a_second_current_helper() {
    let server = TestServer::start().await;
    let household = server.add_household(facts("青禾镇", "东圩村")).await;
    let (one, other) = (server.add_staff().await, server.add_staff().await);
    server.pair(household, one, server.app.today()).await;
    let now = server.app.now();
    let mut tx = server.db.write().await.unwrap();
    let refused = qianshou::insert!(&mut tx, "pairing", [()], |_pairing| {
        id: Uuid::now_v7(),
        household_id: household,
        staff_id: other,
        from_date: server.app.today(),
        reason: "测试",
        started_at: now,
        started_by: "test",
    });
    let error = refused.unwrap_err();
    assert!(
        error.as_database_error().unwrap().is_unique_violation(),
        "{error}"
    );
}

#[tokio::test]
async fn a_pairing_by_hand_keeps_the_same_rules() {
    let (server, office) = TestServer::start_with_office().await;
    let households = add_households(&server, "东圩村", 3).await;
    let staff_id = add_person_with_room(&server, "实验小学", Some(1)).await;
    let body = |household: Uuid, staff: Uuid| json!({ "household_id": household, "staff_id": staff, "reason": "本人申请" });
    let first = body(households[0], staff_id);
    let made = office
        .post("/pairings")
        .key("k1")
        .json(&first)
        .await
        .expect(201);
    assert_eq!(made["reason"], "本人申请");
    assert!(made.get("run_id").is_none());
    let again = office
        .post("/pairings")
        .key("k1")
        .json(&first)
        .await
        .expect(201);
    assert_eq!(again, made, "the same key is one pairing");
    office
        .post("/pairings")
        .key("k1")
        .json(&body(households[1], staff_id))
        .await
        .expect_problem(422, "idempotency_key_reused");
    office
        .post("/pairings")
        .json(&body(households[1], staff_id))
        .await
        .expect_problem(409, "helper_full");
    let other = add_person_with_room(&server, "实验小学", None).await;
    office
        .post("/pairings")
        .json(&body(households[0], other))
        .await
        .expect_problem(409, "household_already_paired");
    office
        .post("/pairings")
        .json(&body(Uuid::now_v7(), other))
        .await
        .expect_problem(422, "no_such_household");
    office
        .post("/pairings")
        .json(&body(households[1], Uuid::now_v7()))
        .await
        .expect_problem(422, "no_such_person");
    change_person(&office, other, &json!({ "active": false })).await;
    office
        .post("/pairings")
        .json(&body(households[1], other))
        .await
        .expect_problem(409, "helper_inactive");
    let run = propose_run(&office, json!({})).await;
    assert_eq!(run["placed"], 0, "the inactive is proposed to nobody");
    // A day before the end of an earlier pairing.
    let end = format!("/pairings/{}/end", made["id"].as_str().unwrap());
    office
        .post(&end)
        .json(&json!({ "reason": "更换" }))
        .await
        .expect(200);
    let mut late = first;
    late["from_date"] = json!(server.days_ago(1));
    office
        .post("/pairings")
        .json(&late)
        .await
        .expect_problem(409, "overlaps_earlier_pairing");
    office
        .post(&format!("/pairings/{}/end", Uuid::now_v7()))
        .json(&json!({ "reason": "更换" }))
        .await
        .expect_problem(404, "not_found");
}
