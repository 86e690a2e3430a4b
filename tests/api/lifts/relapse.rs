//! A household that was lifted and fell back.

use qianshou::household::PovertyStatus;
use serde_json::json;

use crate::support::lifts::{
    SPRING, lift_household, lift_step, office_with_sound_household, propose_lift, take_steps,
};
use crate::support::register::sound_household;

#[tokio::test(flavor = "multi_thread")]
async fn a_household_that_fell_back_is_lifted_again() {
    let (_server, office, household) = office_with_sound_household().await;
    let first = lift_household(&office, household, SPRING).await;
    let path = format!("/households/{household}/lifts");
    let body = json!({ "date": "2026-06-10", "person": "村民小组" });
    let answer = office.post(&path).json(&body).await;
    answer.expect_problem(409, "already_lifted");

    let relapse = |on: &str| json!({ "date": on, "reason": "户主大病" });
    let relapse_path = format!("/lifts/{first}/relapse");
    let early = office
        .post(&relapse_path)
        .json(&relapse("2026-03-14"))
        .await;
    early.expect_problem(422, "date_before_approval");
    let relapsed = office
        .post(&relapse_path)
        .json(&relapse("2026-06-01"))
        .await
        .expect(200);
    assert_eq!(relapsed["state"], "relapsed");
    assert_eq!(relapsed["relapsed_on"], "2026-06-01");
    assert_eq!(relapsed["relapse_by"], office.username);
    let twice = office
        .post(&relapse_path)
        .json(&relapse("2026-06-01"))
        .await;
    twice.expect_problem(409, "lift_not_approved");

    let second = office.post(&path).json(&body).await.expect(201);
    assert_eq!(second["again"], true);
    let second = second["id"].as_str().unwrap();
    let early = office.post(&format!("/lifts/{second}/relapse"));
    let early = early.json(&relapse("2026-06-11")).await;
    early.expect_problem(409, "lift_not_approved");
    let days = [
        "2026-06-11",
        "2026-06-12",
        "2026-06-13",
        "2026-06-14",
        "2026-06-21",
    ];
    take_steps(&office, second, &days).await;
    let lift = office.get(&format!("/lifts/{second}")).await.expect(200);
    assert_eq!(lift["state"], "approved");
    assert_eq!(lift["again"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roster_says_who_was_lifted_before() {
    let (server, office, _) = office_with_sound_household().await;
    let mut lifted = sound_household("甲");
    lifted.status = PovertyStatus::LiftedWithPolicy;
    lifted.lifted_year = Some(2019);
    let lifted = server.add_household(lifted).await;
    let body = json!({ "date": "2026-03-01", "person": "村民小组" });
    let answer = office
        .post(&format!("/households/{lifted}/lifts"))
        .json(&body)
        .await;
    answer.expect_problem(409, "already_lifted");

    let mut relapsed = sound_household("乙");
    relapsed.status = PovertyStatus::Relapsed;
    let relapsed = server.add_household(relapsed).await;
    let answer = office
        .post(&format!("/households/{relapsed}/lifts"))
        .json(&body)
        .await;
    assert_eq!(answer.expect(201)["again"], true);

    // Decided again at the approval, by what the roster says then.
    let late = server.add_household(sound_household("丙")).await;
    let id = propose_lift(&office, late, SPRING[0]).await;
    take_steps(&office, &id, &SPRING[1..5]).await;
    server
        .change_household(late, |facts| facts.lifted_year = Some(2018))
        .await;
    let path = format!("/lifts/{id}/steps");
    let lift = office
        .post(&path)
        .json(&lift_step("approved", SPRING[5]))
        .await;
    assert_eq!(lift.expect(200)["again"], true);
}
