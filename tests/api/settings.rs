//! What an office decides for itself.

use qianshou::access::Role;
use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn a_year_has_its_defaults_until_the_office_sets_it() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let read = office.get("/year-plans/2026").await;
    assert_eq!(read.header("etag"), "\"0\"");
    assert_eq!(
        read.expect(200),
        json!({ "year": 2026, "target": 20, "line_fen": 600_000, "version": 0 })
    );
    let plan = json!({ "target": 25, "line_fen": 650_000 });
    office
        .put("/year-plans/2026")
        .json(&plan)
        .await
        .expect_problem(428, "if_match_required");
    office
        .put("/year-plans/2026")
        .if_match("\"0\"")
        .json(&plan)
        .await
        .expect(200);
    office
        .put("/year-plans/2026")
        .if_match("\"0\"")
        .json(&plan)
        .await
        .expect_problem(412, "changed_meanwhile");
    office
        .put("/year-plans/2026")
        .if_match("\"1\"")
        .json(&plan)
        .await
        .expect(200);
    let all = office.get("/year-plans").await.expect(200);
    assert_eq!(
        all["items"],
        json!([{ "year": 2026, "target": 25, "line_fen": 650_000, "version": 2 }])
    );
    server
        .client(Role::Leader)
        .await
        .put("/year-plans/2026")
        .if_match("*")
        .json(&plan)
        .await
        .expect_problem(403, "forbidden");
    office
        .get("/year-plans/1999")
        .await
        .expect_problem(400, "bad_request");
}

#[tokio::test]
async fn settings_are_replaced_whole_and_those_that_were_are_kept() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let mut settings = office.get("/settings").await.expect(200);
    assert_eq!(settings["publicity_days"], 7);
    settings["publicity_days"] = 10.into();
    settings["capacity_by_rank"]["ordinary"] = 2.into();
    office
        .put("/settings")
        .if_match("\"0\"")
        .json(&settings)
        .await
        .expect(200);
    assert_eq!(office.get("/settings").await.expect(200), settings);
    settings["publicity_days"] = 6.into();
    office
        .put("/settings")
        .if_match("\"1\"")
        .json(&settings)
        .await
        .expect_problem(400, "bad_request");
    let mut tx = server.db.read().await.unwrap();
    let history = qianshou::access::history::of(&mut tx, "settings", "office")
        .await
        .unwrap();
    assert_eq!(history[0].before.0["publicity_days"], 7);
}
