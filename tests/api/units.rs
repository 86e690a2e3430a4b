//! Units and their villages.

use serde_json::json;
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::pairing::unit_path;
use crate::support::staff::add_person_with_room;

#[tokio::test]
async fn a_units_villages_are_replaced_under_their_version() {
    let (server, office) = TestServer::start_with_office().await;
    add_person_with_room(&server, "实验小学", None).await;
    let path = unit_path(&office, "实验小学").await;
    let read = office.get(&path).await;
    let tag = read.header("etag").to_owned();
    let unit = read.expect(200);
    assert_eq!(
        (&unit["active_staff"], &unit["villages"]),
        (&json!(1), &json!([]))
    );
    let villages = format!("{path}/villages");
    let body = json!({ "villages": [
        { "town": "青禾镇", "village": "东 圩村" },
        { "town": "青禾镇", "village": "东圩村" },
    ] });
    office
        .put(&villages)
        .json(&body)
        .await
        .expect_problem(428, "if_match_required");
    let changed = office.put(&villages).if_match(&tag).json(&body).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    assert_eq!(
        changed.expect(200)["villages"],
        json!([{ "town": "青禾镇", "village": "东圩村" }]),
        "one village, however it was typed"
    );
    office
        .put(&villages)
        .if_match(&tag)
        .json(&body)
        .await
        .expect_problem(412, "changed_meanwhile");
    office
        .put(&villages)
        .if_match("*")
        .json(&json!({ "villages": [{ "town": "青禾镇", "village": "" }] }))
        .await
        .expect_problem(400, "bad_request");
    let cleared = office
        .put(&villages)
        .if_match("*")
        .json(&json!({ "villages": [] }));
    assert_eq!(cleared.await.expect(200)["villages"], json!([]));
    office
        .get(&format!("/units/{}", Uuid::now_v7()))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn names_of_villages_are_kept_as_a_rosters_would_be() {
    let (server, office) = TestServer::start_with_office().await;
    add_person_with_room(&server, "实验小学", None).await;
    let path = format!("{}/villages", unit_path(&office, "实验小学").await);
    let refused = office.put(&path).if_match("*").json(&json!({ "villages": [
        { "town": "青禾镇", "village": "东圩村" },
        { "town": "青禾镇", "village": "东?村" },
        { "town": "同上", "village": "西圩村" },
        { "town": "青禾镇", "village": "东圩村、西圩村" },
    ] }));
    let refused = refused.await.expect_problem(422, "value_invalid");
    let places = refused["errors"].as_array().unwrap().iter();
    let places: Vec<_> = places.map(|error| &error["pointer"]).collect();
    assert_eq!(
        places,
        [
            "/villages/1/village",
            "/villages/2/town",
            "/villages/3/village"
        ]
    );
    let nothing = office.get(path.trim_end_matches("/villages")).await;
    assert_eq!(
        nothing.expect(200)["villages"],
        json!([]),
        "nothing half done"
    );
    let kept = office.put(&path).if_match("*").json(&json!({ "villages": [
        { "town": "“青禾镇”", "village": "东\n圩村" },
        { "town": "青 禾 镇", "village": "西圩村\u{200b}" },
    ] }));
    assert_eq!(
        kept.await.expect(200)["villages"],
        json!([
            { "town": "青禾镇", "village": "东圩村" },
            { "town": "青禾镇", "village": "西圩村" },
        ])
    );
}
