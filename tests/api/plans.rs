//! Help plans: `/households/{id}/plans`.

use qianshou::access::Role;
use serde_json::json;

use crate::support::helped_household::{HelpedHousehold, with_changes};

#[tokio::test]
async fn help_plans_are_added_never_changed() {
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    let clerk = &office.clerk;
    let path = format!("/households/{}/plans", office.household);
    let plan = |days: u64, approach: &str| json!({ "approach": approach, "measures": ["health", "employment"], "decided_on": server.days_ago(days) });
    let first = office
        .helper
        .post(&path)
        .key("1")
        .json(&plan(20, "先看病"))
        .await
        .expect(201);
    assert_eq!(first["measures"], json!(["employment", "health"]));
    assert_eq!(first["recorded_by"], office.helper.username);
    let again = office.helper.post(&path).key("1").json(&plan(20, "先看病"));
    assert_eq!(again.await.expect(201), first);
    let second = clerk.post(&path).json(&plan(0, "后就业")).await.expect(201);
    let late = clerk.post(&path).json(&plan(10, "补录")).await.expect(201);
    let list = office.helper.get(&path).await.expect(200);
    assert_eq!(list["items"], json!([second, late, first]));
    let page = office
        .helper
        .get(&path)
        .query(&[("limit", "1")])
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = office
        .helper
        .get(&path)
        .query(&[("cursor", cursor)])
        .await
        .expect(200);
    assert_eq!(rest["items"], json!([late, first]));
}

#[tokio::test]
async fn a_help_plan_is_set_by_those_concerned_within_the_rules() {
    let office = HelpedHousehold::open().await;
    let path = format!("/households/{}/plans", office.household);
    let tomorrow = office.server.app.today().succ_opt().unwrap();
    let right = json!({ "approach": "先看病", "measures": ["health"], "decided_on": office.server.days_ago(0) });
    for (changes, status, code) in [
        (json!({ "decided_on": tomorrow }), 422, "date_in_future"),
        (
            json!({ "measures": ["health", "health"] }),
            422,
            "repeated_measure",
        ),
        (json!({ "approach": " " }), 422, "empty"),
        (json!({ "measures": [] }), 400, "bad_request"),
        (json!({ "approach": "" }), 400, "bad_request"),
        (json!({ "approach": "思".repeat(4001) }), 400, "bad_request"),
        (json!({ "measures": ["magic"] }), 400, "bad_request"),
    ] {
        office
            .helper
            .post(&path)
            .json(&with_changes(right.clone(), changes))
            .await
            .expect_problem(status, code);
    }
    let stranger = office.server.client(Role::Helper).await;
    stranger
        .post(&path)
        .json(&right)
        .await
        .expect_problem(404, "not_found");
    stranger.get(&path).await.expect_problem(404, "not_found");
    let leader = office.server.client(Role::Leader).await;
    leader
        .post(&path)
        .json(&right)
        .await
        .expect_problem(403, "forbidden");
    let unknown = office
        .clerk
        .post("/households/00000000-0000-7000-8000-000000000000/plans");
    unknown.json(&right).await.expect_problem(404, "not_found");
    let plans = leader.get(&path).await.expect(200);
    assert_eq!(plans["items"], json!([]));
}
