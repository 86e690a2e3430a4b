//! Lists that were whole once, page by page.

use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::world::World;

/// Each page goes on where the one before has ended.
async fn assert_pages(client: &crate::support::Client, path: &str, least: usize) {
    let whole = client.paged(path, 200).await;
    assert!(whole.len() >= least, "{path}: {}", whole.len());
    assert_eq!(client.paged(path, 1).await, whole, "{path}");
    let page = client.get(path).query(&[("limit", 1)]).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1, "{path}");
    let cursor = page["next_cursor"].as_str().unwrap();
    let other = client.get("/units").query(&[("cursor", cursor)]);
    other.await.expect_problem(400, "bad_request");
}

#[tokio::test]
async fn corrections_of_a_visit_come_in_pages() {
    let world = World::start().await;
    let visit = format!("/visits/{}", world.record("visits"));
    for note in ["一", "二", "三"] {
        let correction = json!({ "note": note, "reason": "记错" });
        let tag = world.office.tag(&visit).await;
        let call = world.office.patch(&visit).if_match(&tag);
        call.json(&correction).await.expect(200);
    }
    let path = format!("{visit}/history");
    assert_pages(&world.office, &path, 3).await;
    let whole = world.office.items(&path).await;
    let notes: Vec<&Value> = whole.iter().map(|it| &it["visit"]["note"]).collect();
    assert_eq!(notes, [&json!("二"), &json!("一"), &json!(null)]);
}

/// A page's first change is told against what the page before begins with.
#[tokio::test]
async fn changes_of_a_household_come_in_pages() {
    let world = World::start().await;
    let path = format!("/households/{}/history", world.record("households"));
    // The world has renamed its village, and back.
    assert_pages(&world.office, &path, 2).await;
    let changes = world.office.paged(&path, 1).await;
    let of_village = |item: &Value| {
        let fields = item["changes"].as_array().unwrap();
        let village = fields.iter().find(|field| field["pointer"] == "/village");
        village.map(|field| (field["old"].clone(), field["new"].clone()))
    };
    assert_eq!(
        of_village(&changes[0]),
        Some((json!("双福村"), json!("双喜村")))
    );
    assert_eq!(
        of_village(&changes[1]),
        Some((json!("双喜村"), json!("双福村")))
    );
}

#[tokio::test]
async fn year_plans_profiles_and_code_lists_come_in_pages() {
    let (_server, office) = TestServer::start_with_office().await;
    for year in [2025, 2026, 2027] {
        let plan = json!({ "target": 25, "line_fen": 650_000 });
        let call = office.put(&format!("/year-plans/{year}")).if_match("*");
        call.json(&plan).await.expect(200);
    }
    assert_pages(&office, "/year-plans", 3).await;
    for name in ["甲表", "乙表", "丙表"] {
        let columns = json!([{ "heading": "村名", "field": "village" }]);
        let profile = json!({ "kind": "households", "name": name, "columns": columns });
        let call = office.post("/import-profiles").json(&profile);
        call.await.expect(201);
    }
    assert_pages(&office, "/import-profiles?kind=households", 3).await;
    assert_pages(&office, "/code-lists", 40).await;
    let names: Vec<_> = office.items("/code-lists").await;
    let whole = office.paged("/code-lists", 200).await;
    assert_eq!(names, whole, "one page of the usual size holds all of them");
}
