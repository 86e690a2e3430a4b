//! Lifts: the steps in order, and their conditions.

use qianshou::household::{Relation, Schooling};
use serde_json::json;

use crate::support::lifts::{
    AFTER_PROPOSAL, SPRING, lift_household, lift_step, office_with_sound_household, propose_lift,
    take_steps,
};
use crate::support::register::{day, person, sound_household};

#[tokio::test(flavor = "multi_thread")]
async fn a_household_goes_the_whole_way() {
    let (server, office, household) = office_with_sound_household().await;
    let helper = server.add_staff().await;
    server.pair(household, helper, day("2026-01-01")).await;
    let id = lift_household(&office, household, SPRING).await;

    let answer = office.get(&format!("/lifts/{id}")).await;
    let lift = answer.expect(200);
    assert_eq!(answer.header("etag"), "\"6\"");
    assert_eq!(lift["state"], "approved");
    assert_eq!(lift["again"], false);
    assert_eq!(lift["approved_on"], "2026-03-15");
    assert_eq!(lift["staff_id"], helper.to_string());
    assert_eq!(lift["helper_name"], "张帮扶");
    assert_eq!(lift["household"]["head_name"], "王大牛");
    assert_eq!(lift.get("due_step"), None);
    let steps = lift["steps"].as_array().unwrap();
    let names: Vec<_> = steps
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    assert_eq!(names[0], "proposed");
    assert_eq!(names[1..], AFTER_PROPOSAL);
    assert_eq!(steps[0]["note"], "小组提名");
    assert_eq!(steps[0]["recorded_by"], office.username);
    // The verification and the approval keep what they rested on.
    for at in [2, 5] {
        assert_eq!(steps[at]["line_fen"], 600_000);
        let conditions = steps[at]["conditions"].as_array().unwrap();
        assert_eq!(conditions.len(), 7);
        assert!(conditions.iter().all(|found| found["met"] == "yes"));
        let income = conditions[0]["found"].as_str().unwrap();
        assert!(income.contains("6800.00"), "{income}");
    }
    assert_eq!(steps[3].get("conditions"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lift_says_what_is_due_and_what_is_missing() {
    let (server, office, _) = office_with_sound_household().await;
    let mut facts = sound_household("李四");
    facts.water_safe = None;
    facts.income_per_head_fen = Some(600_000);
    let household = server.add_household(facts).await;
    let id = propose_lift(&office, household, "2026-03-01").await;
    let lift = office.get(&format!("/lifts/{id}")).await.expect(200);
    assert_eq!(lift["due_step"], "village_review");
    assert_eq!(lift["due_from"], "2026-03-01");
    let met = |code: &str| {
        let conditions = lift["conditions"].as_array().unwrap();
        let found = conditions.iter().find(|found| found["code"] == code);
        found.unwrap()["met"].as_str().unwrap().to_owned()
    };
    assert_eq!(met("income"), "no");
    assert_eq!(met("safe_water"), "unknown");
    assert_eq!(met("food"), "unknown");
    assert_eq!(met("safe_housing"), "yes");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_out_of_order_are_refused_by_the_name_of_the_one_that_is_due() {
    let (_server, office, household) = office_with_sound_household().await;
    let id = propose_lift(&office, household, SPRING[0]).await;
    let path = format!("/lifts/{id}/steps");
    let all = ["proposed"].into_iter().chain(AFTER_PROPOSAL);
    for (done, due) in AFTER_PROPOSAL.iter().enumerate() {
        for asked in all.clone().filter(|asked| asked != due) {
            let problem = office
                .post(&path)
                .json(&lift_step(asked, "2026-03-20"))
                .header("accept-language", "en")
                .await
                .expect_problem(409, "lift_step_out_of_order");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.starts_with(&format!("`{due}` is due")), "{detail}");
            assert_eq!(problem["errors"][0]["pointer"], "/step");
        }
        let on = SPRING[done + 1];
        office
            .post(&path)
            .json(&lift_step(due, on))
            .await
            .expect(200);
    }
    let problem = office
        .post(&path)
        .json(&lift_step("approved", "2026-03-20"))
        .await;
    problem.expect_problem(409, "lift_ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_has_a_day_that_can_be() {
    let (server, office, household) = office_with_sound_household().await;
    let id = propose_lift(&office, household, "2026-03-01").await;
    let path = format!("/lifts/{id}/steps");
    let tomorrow = server.app.today().succ_opt().unwrap().to_string();
    let early = office
        .post(&path)
        .json(&lift_step("village_review", "2026-02-28"));
    let problem = early.await.expect_problem(422, "date_before_last_step");
    assert_eq!(problem["errors"][0]["pointer"], "/date");
    let late = office
        .post(&path)
        .json(&lift_step("village_review", &tomorrow));
    late.await.expect_problem(422, "date_in_future");
    let other = server.add_household(sound_household("李四")).await;
    office
        .post(&format!("/households/{other}/lifts"))
        .json(&json!({ "date": tomorrow, "person": "村民小组" }))
        .await
        .expect_problem(422, "date_in_future");
}

#[tokio::test(flavor = "multi_thread")]
async fn approval_waits_for_the_publicity() {
    let (_server, office, household) = office_with_sound_household().await;
    let id = propose_lift(&office, household, SPRING[0]).await;
    take_steps(&office, &id, &SPRING[1..5]).await;
    let path = format!("/lifts/{id}/steps");
    let early = office
        .post(&path)
        .json(&lift_step("approved", "2026-03-14"));
    let problem = early.await.expect_problem(409, "publicity_too_short");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("2026-03-15"), "{detail}");
    let lift = office.get(&format!("/lifts/{id}")).await.expect(200);
    assert_eq!(lift["due_from"], "2026-03-15");
    office
        .post(&path)
        .json(&lift_step("approved", "2026-03-15"))
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_names_every_condition_that_is_open_and_its_cure() {
    let (server, office, _) = office_with_sound_household().await;
    let mut facts = sound_household("赵六");
    facts.income_per_head_fen = Some(600_000);
    facts.housing_safe = None;
    facts.housing_grade = None;
    facts.water_safe = Some(false);
    facts.members[0].resident_medical = Some(false);
    let mut child = person("赵小妹", Relation::Daughter, "20160101");
    child.schooling = Some(Schooling::None);
    facts.members.push(child);
    let household = server.add_household(facts).await;
    let id = propose_lift(&office, household, "2026-03-01").await;
    take_steps(&office, &id, &["2026-03-02"]).await;
    let path = format!("/lifts/{id}/steps");
    let bare = json!({ "step": "verified", "date": "2026-03-03", "person": "工作队", "no_worry_food": false });
    let problem = office.post(&path).json(&bare).await;
    let problem = problem.expect_problem(422, "conditions_not_met");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 7, "{problem}");
    for error in errors {
        assert!(
            error["cure"]
                .as_str()
                .is_some_and(|remedy| !remedy.is_empty())
        );
    }
    assert_eq!(errors[1]["pointer"], "/no_worry_food");
    assert_eq!(errors[1]["detail"], "不愁吃：未达到");
    assert_eq!(errors[2]["detail"], "不愁穿：资料不全");
    assert!(errors[3]["value"].as_str().unwrap().contains("赵小妹"));
    // Nothing was written.
    let lift = office.get(&format!("/lifts/{id}")).await.expect(200);
    assert_eq!(lift["state"], "village_review");
    assert_eq!(lift["version"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_approval_looks_again() {
    let (server, office, household) = office_with_sound_household().await;
    let id = propose_lift(&office, household, SPRING[0]).await;
    take_steps(&office, &id, &SPRING[1..5]).await;
    server
        .change_household(household, |facts| facts.income_per_head_fen = Some(590_000))
        .await;
    let path = format!("/lifts/{id}/steps");
    let approve = lift_step("approved", SPRING[5]);
    let problem = office.post(&path).json(&approve).await;
    let problem = problem.expect_problem(422, "conditions_not_met");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 1);
    // The line is that of the year of the approval, as the office sets it.
    office
        .put("/year-plans/2026")
        .if_match("\"0\"")
        .json(&json!({ "target": 20, "line_fen": 589_999 }))
        .await
        .expect(200);
    let lift = office.post(&path).json(&approve).await.expect(200);
    assert_eq!(lift["steps"][5]["line_fen"], 589_999);
}

#[tokio::test(flavor = "multi_thread")]
async fn food_and_clothing_are_attested_at_the_verification_only() {
    let (_server, office, household) = office_with_sound_household().await;
    let id = propose_lift(&office, household, SPRING[0]).await;
    let mut review = lift_step("village_review", SPRING[1]);
    review["no_worry_food"] = json!(true);
    let answer = office
        .post(&format!("/lifts/{id}/steps"))
        .json(&review)
        .await;
    answer.expect_problem(422, "attested_at_verification_only");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_helper_of_a_lift_is_the_one_on_the_day_of_approval() {
    let (server, office, household) = office_with_sound_household().await;
    let late = server.add_staff().await;
    server.pair(household, late, day("2026-03-16")).await;
    let id = lift_household(&office, household, SPRING).await;
    let lift = office.get(&format!("/lifts/{id}")).await.expect(200);
    assert_eq!(lift.get("staff_id"), None, "nobody was responsible yet");
}
