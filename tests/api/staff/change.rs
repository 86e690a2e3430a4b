//! Staff: lists, one person, what the office may change.

use qianshou::access::Role;
use serde_json::json;

use crate::support::TestServer;
use crate::support::register::facts;
use crate::support::staff::change_person;

#[tokio::test]
async fn a_change_needs_the_version_that_was_read_and_keeps_what_was_there() {
    let (server, office) = TestServer::start_with_office().await;
    let staff_id = server.add_staff().await;
    let path = format!("/staff/{staff_id}");
    let read = office.get(&path).await;
    let tag = read.header("etag").to_owned();
    assert_eq!(tag, "\"1\"");
    office
        .patch(&path)
        .json(&json!({ "capacity": 4 }))
        .await
        .expect_problem(428, "if_match_required");
    let changed = office
        .patch(&path)
        .if_match(&tag)
        .json(&json!({ "capacity": 4, "specialty": "校医" }))
        .await;
    assert_eq!(changed.header("etag"), "\"2\"");
    assert_eq!(changed.expect(200)["capacity"], 4);
    office
        .patch(&path)
        .if_match(&tag)
        .json(&json!({ "capacity": 5 }))
        .await
        .expect_problem(412, "changed_meanwhile");
    let cleared = office
        .patch(&path)
        .if_match("\"2\"")
        .json(&json!({ "capacity": null }))
        .await
        .expect(200);
    assert!(
        cleared
            .get("capacity")
            .is_none_or(serde_json::Value::is_null)
    );
    assert_eq!(cleared["specialty"], "校医", "what is absent stays");
    let mut tx = server.db.read().await.unwrap();
    let history = qianshou::access::history::of(&mut tx, "staff", &staff_id.to_string())
        .await
        .unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].before.0["capacity"], 4);
    office
        .patch(&path)
        .if_match("\"3\"")
        .json(&json!({ "capacity": 101 }))
        .await
        .expect_problem(400, "bad_request");
}

#[tokio::test]
async fn nobody_becomes_inactive_while_responsible_for_a_household() {
    let (server, office) = TestServer::start_with_office().await;
    let staff_id = server.add_staff().await;
    let household_id = server.add_household(facts("青禾镇", "东圩村")).await;
    server
        .pair(household_id, staff_id, server.app.today())
        .await;
    office
        .patch(&format!("/staff/{staff_id}"))
        .if_match("*")
        .json(&json!({ "active": false }))
        .await
        .expect_problem(409, "still_responsible");
    let free = server.add_staff().await;
    change_person(&office, free, &json!({ "active": false })).await;
    let active = office.get("/staff?active=true").await.expect(200);
    assert_eq!(
        active["items"].as_array().unwrap().len(),
        1,
        "the inactive is in no list to choose from"
    );
}

#[tokio::test]
async fn a_helper_sees_only_his_own_record() {
    let server = TestServer::start().await;
    let other = server.add_staff().await;
    let helper = server.client(Role::Helper).await;
    helper
        .get(&format!("/staff/{}", helper.staff_id.unwrap()))
        .await
        .expect(200);
    helper
        .get(&format!("/staff/{other}"))
        .await
        .expect_problem(403, "forbidden");
    helper.get("/staff").await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn what_the_office_types_is_kept_as_a_rosters_would_be() {
    let (server, office) = TestServer::start_with_office().await;
    let path = format!("/staff/{}", server.add_staff().await);
    let change = |body| office.patch(&path).if_match("*").json(&body);
    let kept = change(json!({
        "phone": "１３９ ０００００００１",
        "specialty": "种植\n养殖",
        "town": "青 禾 镇",
        "village": "东圩村/西\n圩村",
    }));
    let kept = kept.await.expect(200);
    assert_eq!(kept["phone"], "13900000001");
    assert_eq!(kept["specialty"], "种植养殖");
    assert_eq!(kept["town"], "青禾镇");
    assert_eq!(kept["village"], "东圩村、西圩村");
    let refused = change(json!({
        "phone": "1.39E+10",
        "specialty": "种\u{fffd}",
        "town": "同上",
        "village": "东□村",
        "capacity": 9,
    }));
    let refused = refused.await.expect_problem(422, "value_invalid");
    let places = refused["errors"].as_array().unwrap().iter();
    let places: Vec<_> = places.map(|error| &error["pointer"]).collect();
    assert_eq!(places, ["/phone", "/specialty", "/town", "/village"]);
    let after = office.get(&path).await.expect(200);
    assert_eq!(after["version"], kept["version"], "nothing half done");
    let empty = change(json!({ "town": "/", "village": null }));
    let empty = empty.await.expect(200);
    for field in ["town", "village"] {
        assert!(
            empty.get(field).is_none_or(serde_json::Value::is_null),
            "{field}"
        );
    }
}
