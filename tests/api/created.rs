//! Records that were made: where each stands, and in which version.

use std::collections::BTreeSet;

use reqwest::Method;
use uuid::Uuid;

use crate::support::world::World;

#[tokio::test]
async fn whatever_was_made_is_found_where_the_answer_says_in_the_version_that_it_says() {
    let world = World::start().await;
    let mut kinds = BTreeSet::new();
    for (path, made) in &world.made {
        let location = made.header("location");
        let found = world.office.at(&Method::GET, location).await;
        let id = &made.expect(201)["id"];
        assert_eq!(&found.expect(200)["id"], id, "{path}: {location}");
        // The first renaming was taken back by no one, and nothing of the rest was changed since.
        assert_eq!(found.header("etag"), made.header("etag"), "{path}");
        assert!(made.header("etag").starts_with('"'), "{path}");
        kinds.insert(location.rsplit_once('/').unwrap().0.to_owned());
    }
    assert!(kinds.len() >= 9, "{kinds:?}");
}

#[tokio::test]
async fn a_record_that_ends_has_another_version_then() {
    let world = World::start().await;
    let (office, helper) = (&world.office, &world.helper);
    let change = async |path: &str, id: &str, action: &str| {
        let path = format!("/{path}/{id}");
        let before = office.tag(&path).await;
        let body = serde_json::json!({ "reason": "调整" });
        let changed = match action {
            "read" => helper.post(&format!("{path}/read")).await,
            "undo" => office.post(&format!("{path}/undo")).await,
            "end" => office.post(&format!("{path}/end")).json(&body).await,
            _ => office.delete(&path).await,
        };
        let after = office.get(&path).await;
        after.expect(200);
        assert_ne!(after.header("etag"), before, "{path}");
        if changed.status != 204 {
            changed.expect(200);
            assert_eq!(changed.header("etag"), after.header("etag"), "{path}");
        }
    };
    let id = |segment: &str| world.record(segment).to_string();
    change("handover-notes", &id("handover-notes"), "read").await;
    change("assistances", &id("assistances"), "end").await;
    change("pairing-constraints", &id("pairing-constraints"), "").await;
    let renamings = office.items("/renamings").await;
    change("renamings", renamings[0]["id"].as_str().unwrap(), "undo").await;
    let current = office.items("/pairings?current=true").await;
    let of_helper = serde_json::json!(helper.staff_id.unwrap());
    let pairing = current.iter().find(|it| it["staff_id"] == of_helper);
    change("pairings", pairing.unwrap()["id"].as_str().unwrap(), "end").await;
}

/// What a list shows a helper, and nothing else, can be read by itself.
#[tokio::test]
async fn a_helper_reads_alone_what_their_lists_show() {
    let world = World::start().await;
    let household = world.record("households");
    let of_household = format!("?household_id={household}");
    let lists = [
        ("/pairings", String::new()),
        ("/handover-notes", String::new()),
        ("/help-plans", format!("/households/{household}/plans")),
        ("/visits", format!("/visits{of_household}")),
    ];
    for (path, list) in lists {
        let list = if list.is_empty() { path } else { &list };
        let listed = world.helper.items(list).await;
        assert!(!listed.is_empty(), "{list}");
        for record in listed {
            let alone = format!("{path}/{}", record["id"].as_str().unwrap());
            assert_eq!(world.helper.get(&alone).await.expect(200), record);
            let nothing = world.stranger.get(&alone).await;
            nothing.expect_problem(404, "not_found");
        }
    }
    let own = world.helper.staff_id.unwrap();
    for (client, status) in [
        (&world.office, 200),
        (&world.helper, 200),
        (&world.stranger, 404),
    ] {
        let leave = format!("/staff-leaves/{}", world.record("staff-leaves"));
        client.get(&leave).await.expect(status);
    }
    let leaves = format!("/staff/{own}/leaves");
    let leave =
        serde_json::json!({ "from_date": "2020-01-01", "to_date": "2020-01-02", "reason": "产假" });
    let made = world.office.post(&leaves).json(&leave).await;
    let found = world.helper.at(&Method::GET, made.header("location")).await;
    assert_eq!(found.expect(200), made.expect(201));
    let nowhere = format!("/staff-leaves/{}", Uuid::now_v7());
    let nothing = world.office.get(&nowhere).await;
    nothing.expect_problem(404, "not_found");
}
