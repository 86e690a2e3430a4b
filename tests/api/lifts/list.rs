//! Reading lifts, and who may.

use qianshou::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::lifts::{
    AFTER_PROPOSAL, SPRING, lift_household, lift_step, office_with_sound_household, propose_lift,
    relapse_lift,
};
use crate::support::register::sound_household;

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_sees_and_does_nothing() {
    let (server, office, household) = office_with_sound_household().await;
    let leader = server.client(Role::Leader).await;
    let id = propose_lift(&office, household, "2026-03-01").await;
    leader.get(&format!("/lifts/{id}")).await.expect(200);
    let body = json!({ "date": "2026-03-01", "person": "村民小组" });
    let answer = leader
        .post(&format!("/households/{household}/lifts"))
        .json(&body)
        .await;
    answer.expect_problem(403, "forbidden");
    let answer = leader.post(&format!("/lifts/{id}/steps"));
    let answer = answer
        .json(&lift_step("village_review", "2026-03-02"))
        .await;
    answer.expect_problem(403, "forbidden");
    server
        .stranger()
        .get("/lifts")
        .await
        .expect_problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn lifts_are_listed_by_state_household_town_and_year() {
    let (server, office, household) = office_with_sound_household().await;
    let approved = lift_household(&office, household, SPRING).await;
    let mut elsewhere = sound_household("外镇");
    elsewhere.town = "新丰镇".to_owned();
    let elsewhere = server.add_household(elsewhere).await;
    let under_way = propose_lift(&office, elsewhere, "2026-03-01").await;
    let ids = async |query: &str| {
        let page = office.get(&format!("/lifts?{query}")).await.expect(200);
        let items = page["items"].as_array().unwrap();
        let ids: Vec<_> = items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect();
        ids
    };
    let both = [under_way.clone(), approved.clone()];
    assert_eq!(ids("").await, both, "the latest first");
    assert_eq!(ids("state=approved").await, [approved.clone()]);
    assert_eq!(ids("state=proposed").await, [under_way.clone()]);
    assert_eq!(
        ids(&format!("household_id={household}")).await,
        [approved.clone()]
    );
    assert_eq!(ids("town=新丰镇").await, [under_way]);
    assert_eq!(ids("year=2026").await, [approved]);
    assert!(ids("year=2025").await.is_empty());

    let page = office.get("/lifts?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = office
        .get("/lifts")
        .query(&[("cursor", cursor)])
        .await
        .expect(200);
    assert_eq!(rest["items"][0]["id"], both[1]);
    assert_eq!(rest["next_cursor"], Value::Null);
    office
        .get("/lifts?cursor=nonsense")
        .await
        .expect_problem(400, "bad_request");
    office
        .get("/lifts?state=nonsense")
        .await
        .expect_problem(400, "bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_says_nothing_is_refused() {
    let (_server, office, household) = office_with_sound_household().await;
    let nobody = Uuid::now_v7();
    let body = json!({ "date": "2026-03-01", "person": "村民小组" });
    let answer = office
        .post(&format!("/households/{nobody}/lifts"))
        .json(&body)
        .await;
    answer.expect_problem(404, "not_found");
    office
        .get(&format!("/lifts/{nobody}"))
        .await
        .expect_problem(404, "not_found");
    let answer = office
        .post(&format!("/lifts/{nobody}/steps"))
        .json(&lift_step("approved", "2026-03-01"));
    answer.await.expect_problem(404, "not_found");
    for body in [
        json!({ "date": "2026-03-01", "person": "  " }),
        json!({ "date": "2026-02-30", "person": "甲" }),
        json!({ "person": "甲" }),
    ] {
        let answer = office
            .post(&format!("/households/{household}/lifts"))
            .json(&body)
            .await;
        answer.expect_problem(400, "bad_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_lift_was_before_each_change_is_kept() {
    let (server, office, household) = office_with_sound_household().await;
    let id = lift_household(&office, household, SPRING).await;
    relapse_lift(&office, &id, "2026-06-01").await;
    let mut tx = server.db.read().await.unwrap();
    let history = qianshou::access::history::of(&mut tx, "lift", &id)
        .await
        .unwrap();
    let actions: Vec<_> = history.iter().map(|entry| entry.action.as_str()).collect();
    let (first, rest) = actions.split_first().unwrap();
    assert_eq!(*first, "relapse");
    assert!(rest.iter().rev().eq(AFTER_PROPOSAL.iter()), "{rest:?}");
    assert_eq!(history[0].before.0["state"], "approved");
    assert_eq!(history[0].before.0["approved_on"], SPRING[5]);
    assert!(history.iter().all(|entry| entry.actor == office.username));
}
