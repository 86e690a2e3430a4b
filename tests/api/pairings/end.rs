//! Ending a pairing.

use serde_json::json;

use crate::support::TestServer;
use crate::support::register::facts;

#[tokio::test]
async fn a_pairing_does_not_end_before_its_last_visit() {
    let (server, office) = TestServer::start_with_office().await;
    let household_id = server.add_household(facts("青禾镇", "东圩村")).await;
    let staff_id = server.add_staff().await;
    let pairing = server
        .pair(household_id, staff_id, server.days_ago(100))
        .await;
    office
        .post(&format!("/households/{household_id}/visits"))
        .key("a visit")
        .json(&json!({ "visited_on": server.days_ago(10), "kind": "phone" }))
        .await
        .expect(201);
    let end = |days: u64| {
        let body = json!({ "date": server.days_ago(days), "reason": "调离" });
        office.post(&format!("/pairings/{pairing}/end")).json(&body)
    };
    let problem = end(11).await.expect_problem(409, "end_before_visit");
    let visited = server.days_ago(10).to_string();
    assert!(
        problem["detail"].as_str().unwrap().contains(&visited),
        "{problem}"
    );
    end(10).await.expect(200);
}
