//! The plan of a year.

use qianshou::access::Role;
use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn a_year_has_its_defaults_until_the_office_sets_it() {
    let (server, office) = TestServer::start_with_office().await;
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
