//! What does nothing is refused, and never taken without a word.

use qianshou::access::Role;
use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::helped_household::HelpedHousehold;
use crate::support::roster::{HOUSEHOLDS, import_path, numbered_household, roster_of};

#[tokio::test]
async fn a_body_is_refused_where_none_is_taken() {
    let (_server, office) = TestServer::start_with_office().await;
    let preview = office
        .preview(HOUSEHOLDS, roster_of(&[numbered_household("C1")]))
        .await;
    let path = import_path(&preview, "/check");
    let sent = office.post(&path).json(&json!({ "choices": {} })).await;
    sent.expect_problem(400, "bad_request");
    // Some clients send an empty object with every request.
    let sent = office.post(&path).json(&json!({})).await;
    assert_eq!(sent.status, 202, "{}", sent.text());
}

#[tokio::test]
async fn what_cannot_be_cleared_is_not_and_a_patch_of_nothing_makes_no_version() {
    let office = HelpedHousehold::open().await;
    let administrator = office.server.client(Role::Administrator).await;
    let staff = office.staff;
    let account = administrator.items("/accounts").await[0]["id"].clone();
    let account = format!("/accounts/{}", account.as_str().unwrap());
    for (client, path, field) in [
        (&administrator, account.as_str(), "role"),
        (&administrator, account.as_str(), "active"),
        (&office.clerk, &format!("/staff/{staff}"), "active"),
    ] {
        let tag = client.tag(path).await;
        let call = client.patch(path).if_match(&tag);
        let problem = call.json(&json!({ field: null })).await;
        let problem = problem.expect_problem(422, "cannot_clear");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"));
        let call = client.patch(path).if_match(&tag);
        let same = call.json(&json!({})).await;
        assert_eq!(same.header("etag"), tag, "{path}");
        assert_eq!(client.tag(path).await, tag, "{path}");
    }
}

#[tokio::test]
async fn choices_that_name_what_is_not_there_are_refused_with_the_nearest_name() {
    let (_server, office) = TestServer::start_with_office().await;
    let preview = office
        .preview(HOUSEHOLDS, roster_of(&[numbered_household("C1")]))
        .await;
    let path = import_path(&preview, "");
    let tag = office.tag(&path).await;
    let decision = |conflict: &str| json!({ "conflict": conflict, "accept": true });
    for (choices, pointer, meant) in [
        (
            json!({ "decisions": [decision("movd")] }),
            "decisions/0/conflict",
            "moved",
        ),
        (
            json!({ "decisions": [decision("moved:1:2")] }),
            "decisions/0/conflict",
            "moved",
        ),
        (json!({ "sheets": ["名冊"] }), "sheets/0", "名册"),
        (
            json!({ "columns": [{ "heading": "户编码", "field": "number" }] }),
            "columns/0/heading",
            "户编号",
        ),
        (
            json!({ "columns": [{ "heading": "户编号", "field": "numbre" }] }),
            "columns/0/field",
            "number",
        ),
    ] {
        let call = office.patch(&path).if_match(&tag);
        let problem = call.json(&json!({ "choices": choices })).await;
        let problem = problem.expect_problem(422, "unknown_choice");
        let error = &problem["errors"][0];
        assert_eq!(error["pointer"], format!("/choices/{pointer}"));
        assert!(error["detail"].as_str().unwrap().contains(meant), "{error}");
    }
    // A PATCH of nothing checks nothing anew.
    let call = office.patch(&path).if_match(&tag);
    call.json(&json!({ "choices": {} })).await.expect(202);
    assert_eq!(office.tag(&path).await, tag);
}

#[tokio::test]
async fn a_text_that_cannot_be_stored_refuses_its_own_visit_alone() {
    let office = HelpedHousehold::open().await;
    let visit = |key: &str, note: &str| {
        let mut visit = office.visit();
        visit["note"] = json!(note);
        json!({ "idempotency_key": key, "household_id": office.household, "visit": visit })
    };
    let visits = [visit("a", "好"), visit("b", "坏\u{0}"), visit("c", "half")];
    let body = json!({ "visits": visits }).to_string();
    let body = body.replace("half", "\\ud83d");
    let call = office.helper.post("/visits/batch");
    let results = call.body("application/json", body).await.expect(200);
    let status = |at: usize| &results["results"][at]["status"];
    assert_eq!(status(0), 201, "{results:#}");
    for at in [1, 2] {
        let problem: &Value = &results["results"][at]["problem"];
        let pointer = problem["errors"][0]["pointer"].as_str().unwrap();
        assert!(pointer.ends_with("/note"), "{results:#}");
    }
}

#[tokio::test]
async fn a_number_that_is_too_large_and_a_text_that_is_none_are_told_in_words() {
    let (_server, office) = TestServer::start_with_office().await;
    let large = [("limit", "99999999999999999999")];
    let problem = office.get("/households").query(&large).await;
    let problem = problem.expect_problem(400, "bad_request");
    assert_eq!(problem["errors"][0]["detail"], "应为 1 至 200 的整数");
    let problem = office.get("/households?town=%ff").await;
    let problem = problem.expect_problem(400, "bad_request");
    assert_eq!(problem["errors"][0]["parameter"], "town");
    let cursor = office.get("/households").query(&[("cursor", "x")]).await;
    let problem = cursor.expect_problem(400, "bad_request");
    assert_eq!(problem["errors"][0]["pointer"], "/query/cursor");
}

#[tokio::test]
async fn a_file_that_is_no_part_of_a_form_is_of_the_wrong_type_whatever_its_size() {
    let (_server, office) = TestServer::start_with_office().await;
    let key = office.post(HOUSEHOLDS).key("k");
    let sent = key.body("text/csv", "户编号,姓名\n".repeat(20_000)).await;
    sent.expect_problem(415, "unsupported_media_type");
}
