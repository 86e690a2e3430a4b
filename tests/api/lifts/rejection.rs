//! Rejecting a lift.

use serde_json::json;

use crate::support::lifts::{
    AFTER_PROPOSAL, SPRING, lift_step, office_with_sound_household, propose_lift, take_steps,
};
use crate::support::register::sound_household;

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_lift_has_ended_and_another_may_begin() {
    let (_server, office, household) = office_with_sound_household().await;
    let first = propose_lift(&office, household, "2026-03-01").await;
    let path = format!("/households/{household}/lifts");
    let second = json!({ "date": "2026-03-10", "person": "村民小组" });
    let answer = office.post(&path).json(&second).await;
    answer.expect_problem(409, "lift_under_way");

    let rejection = json!({ "date": "2026-03-05", "person": "村两委", "reason": "评议未过半数" });
    let rejected = office
        .post(&format!("/lifts/{first}/rejection"))
        .json(&rejection)
        .await
        .expect(200);
    assert_eq!(rejected["state"], "rejected");
    assert_eq!(rejected["steps"][1]["step"], "village_review");
    assert_eq!(rejected["steps"][1]["rejected"], true);
    assert_eq!(rejected["steps"][1]["note"], "评议未过半数");
    let go_on = office.post(&format!("/lifts/{first}/steps"));
    let answer = go_on.json(&lift_step("village_review", "2026-03-06")).await;
    answer.expect_problem(409, "lift_ended");
    let answer = office
        .post(&format!("/lifts/{first}/rejection"))
        .json(&rejection)
        .await;
    answer.expect_problem(409, "lift_ended");

    let before_it = json!({ "date": "2026-03-04", "person": "村民小组" });
    let answer = office.post(&path).json(&before_it).await;
    answer.expect_problem(422, "date_before_last_step");
    let lift = office.post(&path).json(&second).await.expect(201);
    assert_eq!(lift["again"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lift_may_be_rejected_at_every_step() {
    let (server, office, _) = office_with_sound_household().await;
    for (done, due) in AFTER_PROPOSAL.iter().enumerate() {
        let household = server.add_household(sound_household("孙七")).await;
        let id = propose_lift(&office, household, SPRING[0]).await;
        take_steps(&office, &id, &SPRING[1..=done]).await;
        let rejection =
            json!({ "date": "2026-03-09", "person": "镇政府", "reason": "收入核算有误" });
        let lift = office
            .post(&format!("/lifts/{id}/rejection"))
            .json(&rejection)
            .await;
        let lift = lift.expect(200);
        assert_eq!(lift["state"], "rejected");
        assert_eq!(lift["steps"][done + 1]["step"], *due);
        assert_eq!(lift["steps"][done + 1]["rejected"], true);
        assert_eq!(lift.get("due_step"), None);
        assert_eq!(lift.get("conditions"), None);
    }
}
