//! Lifts: the steps in order, the conditions, how a lift ends, and who may do what.

use qianshou::access::Role;
use qianshou::household::{PovertyStatus, Relation, Schooling};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::register::{day, person, sound_household};
use crate::support::{Client, TestServer};

/// Proposes a lift on a day; gives its id.
pub async fn propose(office: &Client, household: Uuid, on: &str) -> String {
    let lift = office
        .post(&format!("/households/{household}/lifts"))
        .json(&json!({ "date": on, "person": "村民小组", "note": "小组提名" }))
        .await
        .expect(201);
    lift["id"].as_str().unwrap().to_owned()
}

/// The body of a step.
pub fn step(step: &str, on: &str) -> Value {
    let mut body = json!({ "step": step, "date": on, "person": "村两委" });
    if step == "verified" {
        body["no_worry_food"] = json!(true);
        body["no_worry_clothing"] = json!(true);
    }
    body
}

/// The whole way, each step on its day: proposed, review, verified, accepted, publicised, approved.
pub async fn lift(office: &Client, household: Uuid, days: [&str; 6]) -> String {
    let id = propose(office, household, days[0]).await;
    go_on(office, &id, &days[1..]).await;
    id
}

const AFTER_PROPOSAL: [&str; 5] = [
    "village_review",
    "verified",
    "accepted",
    "publicised",
    "approved",
];

/// The steps after the proposal, as many as days are given.
pub async fn go_on(office: &Client, id: &str, days: &[&str]) {
    for (name, on) in AFTER_PROPOSAL.iter().zip(days) {
        office
            .post(&format!("/lifts/{id}/steps"))
            .json(&step(name, on))
            .await
            .expect(200);
    }
}

const SPRING: [&str; 6] = [
    "2026-03-01",
    "2026-03-03",
    "2026-03-05",
    "2026-03-06",
    "2026-03-08",
    "2026-03-15",
];

async fn start() -> (TestServer, Client, Uuid) {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let household = server.add_household(sound_household("王大牛")).await;
    (server, office, household)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_goes_the_whole_way() {
    let (server, office, household) = start().await;
    let helper = server.add_staff().await;
    server.pair(household, helper, day("2026-01-01")).await;
    let id = lift(&office, household, SPRING).await;

    let answer = office.get(&format!("/lifts/{id}")).await;
    let lift = answer.expect(200);
    assert_eq!(answer.header("etag"), "\"6\"");
    assert_eq!(lift["state"], "approved");
    assert_eq!(lift["again"], false);
    assert_eq!(lift["approved_on"], "2026-03-15");
    assert_eq!(lift["helper_id"], helper.to_string());
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
    let (server, office, _) = start().await;
    let mut facts = sound_household("李四");
    facts.water_safe = None;
    facts.income_per_head_fen = Some(600_000);
    let household = server.add_household(facts).await;
    let id = propose(&office, household, "2026-03-01").await;
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
    let (_server, office, household) = start().await;
    let id = propose(&office, household, SPRING[0]).await;
    let path = format!("/lifts/{id}/steps");
    let all = ["proposed"].into_iter().chain(AFTER_PROPOSAL);
    for (done, due) in AFTER_PROPOSAL.iter().enumerate() {
        for asked in all.clone().filter(|asked| asked != due) {
            let problem = office
                .post(&path)
                .json(&step(asked, "2026-03-20"))
                .header("accept-language", "en")
                .await
                .expect_problem(409, "lift_step_out_of_order");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.starts_with(&format!("`{due}` is due")), "{detail}");
            assert_eq!(problem["errors"][0]["pointer"], "/step");
        }
        let on = SPRING[done + 1];
        office.post(&path).json(&step(due, on)).await.expect(200);
    }
    let problem = office
        .post(&path)
        .json(&step("approved", "2026-03-20"))
        .await;
    problem.expect_problem(409, "lift_ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_has_a_day_that_can_be() {
    let (server, office, household) = start().await;
    let id = propose(&office, household, "2026-03-01").await;
    let path = format!("/lifts/{id}/steps");
    let tomorrow = server.app.today().succ_opt().unwrap().to_string();
    let early = office
        .post(&path)
        .json(&step("village_review", "2026-02-28"));
    let problem = early.await.expect_problem(422, "date_before_last_step");
    assert_eq!(problem["errors"][0]["pointer"], "/date");
    let late = office.post(&path).json(&step("village_review", &tomorrow));
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
    let (_server, office, household) = start().await;
    let id = propose(&office, household, SPRING[0]).await;
    go_on(&office, &id, &SPRING[1..5]).await;
    let path = format!("/lifts/{id}/steps");
    let early = office.post(&path).json(&step("approved", "2026-03-14"));
    let problem = early.await.expect_problem(409, "publicity_too_short");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("2026-03-15"), "{detail}");
    let lift = office.get(&format!("/lifts/{id}")).await.expect(200);
    assert_eq!(lift["due_from"], "2026-03-15");
    office
        .post(&path)
        .json(&step("approved", "2026-03-15"))
        .await
        .expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_names_every_condition_that_is_open_and_its_cure() {
    let (server, office, _) = start().await;
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
    let id = propose(&office, household, "2026-03-01").await;
    go_on(&office, &id, &["2026-03-02"]).await;
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
    let (server, office, household) = start().await;
    let id = propose(&office, household, SPRING[0]).await;
    go_on(&office, &id, &SPRING[1..5]).await;
    server
        .change_household(household, |facts| facts.income_per_head_fen = Some(590_000))
        .await;
    let path = format!("/lifts/{id}/steps");
    let approve = step("approved", SPRING[5]);
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
    let (_server, office, household) = start().await;
    let id = propose(&office, household, SPRING[0]).await;
    let mut review = step("village_review", SPRING[1]);
    review["no_worry_food"] = json!(true);
    let answer = office
        .post(&format!("/lifts/{id}/steps"))
        .json(&review)
        .await;
    answer.expect_problem(422, "attested_at_verification_only");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_lift_has_ended_and_another_may_begin() {
    let (_server, office, household) = start().await;
    let first = propose(&office, household, "2026-03-01").await;
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
    let answer = go_on.json(&step("village_review", "2026-03-06")).await;
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
async fn a_household_that_fell_back_is_lifted_again() {
    let (_server, office, household) = start().await;
    let first = lift(&office, household, SPRING).await;
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
    go_on(&office, second, &days).await;
    let lift = office.get(&format!("/lifts/{second}")).await.expect(200);
    assert_eq!(lift["state"], "approved");
    assert_eq!(lift["again"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roster_says_who_was_lifted_before() {
    let (server, office, _) = start().await;
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
    let id = propose(&office, late, SPRING[0]).await;
    go_on(&office, &id, &SPRING[1..5]).await;
    server
        .change_household(late, |facts| facts.lifted_year = Some(2018))
        .await;
    let path = format!("/lifts/{id}/steps");
    let lift = office.post(&path).json(&step("approved", SPRING[5])).await;
    assert_eq!(lift.expect(200)["again"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_helper_of_a_lift_is_the_one_on_the_day_of_approval() {
    let (server, office, household) = start().await;
    let late = server.add_staff().await;
    server.pair(household, late, day("2026-03-16")).await;
    let id = lift(&office, household, SPRING).await;
    let lift = office.get(&format!("/lifts/{id}")).await.expect(200);
    assert_eq!(lift.get("helper_id"), None, "nobody was responsible yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_proposes_once() {
    let (_server, office, household) = start().await;
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
    let review = step("village_review", "2026-03-02");
    let once = office.post(&path).key("k2").json(&review).await.expect(200);
    let twice = office.post(&path).key("k2").json(&review).await.expect(200);
    assert_eq!(once, twice);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helper_proposes_for_his_own_household_and_sees_no_other() {
    let (server, office, household) = start().await;
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
    let id = propose(&helper, household, "2026-03-01").await;
    let theirs = propose(&office, other, "2026-03-01").await;

    helper.get(&format!("/lifts/{id}")).await.expect(200);
    helper
        .get(&format!("/lifts/{theirs}"))
        .await
        .expect_problem(404, "not_found");
    let list = helper.get("/lifts").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["id"], id);
    for (path, body) in [
        ("steps", step("village_review", "2026-03-02")),
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
async fn a_leader_sees_and_does_nothing() {
    let (server, office, household) = start().await;
    let leader = server.client(Role::Leader).await;
    let id = propose(&office, household, "2026-03-01").await;
    leader.get(&format!("/lifts/{id}")).await.expect(200);
    let body = json!({ "date": "2026-03-01", "person": "村民小组" });
    let answer = leader
        .post(&format!("/households/{household}/lifts"))
        .json(&body)
        .await;
    answer.expect_problem(403, "forbidden");
    let answer = leader.post(&format!("/lifts/{id}/steps"));
    let answer = answer.json(&step("village_review", "2026-03-02")).await;
    answer.expect_problem(403, "forbidden");
    server
        .stranger()
        .get("/lifts")
        .await
        .expect_problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn lifts_are_listed_by_state_household_town_and_year() {
    let (server, office, household) = start().await;
    let approved = lift(&office, household, SPRING).await;
    let mut elsewhere = sound_household("外镇");
    elsewhere.town = "新丰镇".to_owned();
    let elsewhere = server.add_household(elsewhere).await;
    let under_way = propose(&office, elsewhere, "2026-03-01").await;
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
    let (_server, office, household) = start().await;
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
        .json(&step("approved", "2026-03-01"));
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
    let (server, office, household) = start().await;
    let id = lift(&office, household, SPRING).await;
    let body = json!({ "date": "2026-06-01", "reason": "户主大病" });
    office
        .post(&format!("/lifts/{id}/relapse"))
        .json(&body)
        .await
        .expect(200);
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

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_proposes() {
    let (_server, office, household) = start().await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_lift_may_be_rejected_at_every_step() {
    let (server, office, _) = start().await;
    for (done, due) in AFTER_PROPOSAL.iter().enumerate() {
        let household = server.add_household(sound_household("孙七")).await;
        let id = propose(&office, household, SPRING[0]).await;
        go_on(&office, &id, &SPRING[1..=done]).await;
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
