//! Lifts, step by step.

use serde_json::{Value, json};
use uuid::Uuid;

use super::register::sound_household;
use super::{Client, TestServer};

/// Proposes a lift on a day; gives its id.
pub async fn propose_lift(office: &Client, household: Uuid, on: &str) -> String {
    let lift = office
        .post(&format!("/households/{household}/lifts"))
        .json(&json!({ "date": on, "person": "村民小组", "note": "小组提名" }))
        .await
        .expect(201);
    lift["id"].as_str().unwrap().to_owned()
}

/// The body of a step.
pub fn lift_step(step: &str, on: &str) -> Value {
    let mut body = json!({ "step": step, "date": on, "person": "村两委" });
    if step == "verified" {
        body["no_worry_food"] = json!(true);
        body["no_worry_clothing"] = json!(true);
    }
    body
}

/// The whole way, each step on its day: proposed, review, verified, accepted, publicised, approved.
pub async fn lift_household(office: &Client, household: Uuid, days: [&str; 6]) -> String {
    let id = propose_lift(office, household, days[0]).await;
    take_steps(office, &id, &days[1..]).await;
    id
}

pub const AFTER_PROPOSAL: [&str; 5] = [
    "village_review",
    "verified",
    "accepted",
    "publicised",
    "approved",
];

/// The steps after the proposal, as many as days are given.
pub async fn take_steps(office: &Client, id: &str, days: &[&str]) {
    for (name, on) in AFTER_PROPOSAL.iter().zip(days) {
        office
            .post(&format!("/lifts/{id}/steps"))
            .json(&lift_step(name, on))
            .await
            .expect(200);
    }
}

/// A household that was lifted falls back on a day.
pub async fn relapse_lift(office: &Client, id: &str, on: &str) {
    let call = office.post(&format!("/lifts/{id}/relapse"));
    let body = json!({ "date": on, "reason": "+遭灾" });
    call.json(&body).await.expect(200);
}

pub const SPRING: [&str; 6] = [
    "2026-03-01",
    "2026-03-03",
    "2026-03-05",
    "2026-03-06",
    "2026-03-08",
    "2026-03-15",
];

/// The days of [`lift_household`], one after the other.
pub const MARCH: [&str; 6] = [
    "2026-03-01",
    "2026-03-02",
    "2026-03-03",
    "2026-03-04",
    "2026-03-05",
    "2026-03-12",
];

/// An office with one household that meets every condition of a lift.
pub async fn office_with_sound_household() -> (TestServer, Client, Uuid) {
    let (server, office) = TestServer::start_with_office().await;
    let household = server.add_household(sound_household("王大牛")).await;
    (server, office, household)
}
