//! Proposing a lift.

use qianshou::access::Role;
use serde_json::json;

use crate::support::lifts::{lift_step, office_with_sound_household, propose_lift};
use crate::support::register::{day, sound_household};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_proposes_once() {
    let (_server, office, household) = office_with_sound_household().await;
    let path = format!("/households/{household}/lifts");
    let body = json!({ "date": "2026-03-01", "person": "村民小组" });
    let first = office.post(&path).key("k1").json(&body).await.expect(201);
    let again = office.post(&path).key("k1").json(&body).await.expect(201);
    assert_eq!(first, again);
    let other = json!({ "date": "2026-03-02", "person": "村民小组" });
    let reused = office.post(&path).key("k1").json(&other).await;
    reused.expect_problem(422, "idempotency_key_reused");
    let id = first["id"].as_str().unwrap();
    let path = format!("/lifts/{id}/steps");
    let review = lift_step("village_review", "2026-03-02");
    let once = office.post(&path).key("k2").json(&review).await.expect(200);
    let twice = office.post(&path).key("k2").json(&review).await.expect(200);
    assert_eq!(once, twice);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helper_proposes_for_his_own_household_and_sees_no_other() {
    let (server, office, household) = office_with_sound_household().await;
    let helper = server.client(Role::Helper).await;
    server
        .pair(household, helper.staff_id.unwrap(), day("2026-01-01"))
        .await;
    let other = server.add_household(sound_household("别家")).await;
    let body = json!({ "date": "2026-03-01", "person": "村民小组" });
    let refused = helper
        .post(&format!("/households/{other}/lifts"))
        .json(&body)
        .await;
    refused.expect_problem(404, "not_found");
    let id = propose_lift(&helper, household, "2026-03-01").await;
    let theirs = propose_lift(&office, other, "2026-03-01").await;

    helper.get(&format!("/lifts/{id}")).await.expect(200);
    helper
        .get(&format!("/lifts/{theirs}"))
        .await
        .expect_problem(404, "not_found");
    let list = helper.get("/lifts").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["id"], id);
    for (path, body) in [
        ("steps", lift_step("village_review", "2026-03-02")),
        (
            "rejection",
            json!({ "date": "2026-03-02", "person": "甲", "reason": "乙" }),
        ),
        ("relapse", json!({ "date": "2026-03-02", "reason": "乙" })),
    ] {
        let answer = helper
            .post(&format!("/lifts/{id}/{path}"))
            .json(&body)
            .await;
        answer.expect_problem(403, "forbidden");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_proposes() {
    let (_server, office, household) = office_with_sound_household().await;
    let path = format!("/households/{household}/lifts");
    let body = json!({ "date": "2026-03-01", "person": "村民小组" });
    let calls = (0..8).map(|_| {
        let call = office.post(&path).json(&body);
        tokio::spawn(async move { call.await.status })
    });
    let mut statuses = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        statuses.push(call.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
}
