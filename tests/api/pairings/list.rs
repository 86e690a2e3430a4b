//! Lists of pairings, runs and units, and who was responsible on a day.

use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::pairing::{add_households, confirm_run, helper_on, propose_run, run_path};
use crate::support::register::{day, facts};
use crate::support::staff::{add_person, add_person_with_room, unit_of};

#[tokio::test]
async fn lists_come_in_pages() {
    let (server, office) = TestServer::start_with_office().await;
    add_households(&server, "东圩村", 5).await;
    for number in 0..3 {
        add_person_with_room(&server, &format!("第{number}小学"), Some(2)).await;
    }
    let run = propose_run(&office, json!({})).await;
    confirm_run(&office, &run).await;
    for (path, count) in [
        (run_path(&run, "/proposals"), 5),
        (run_path(&run, "/loads"), 3),
        ("/pairings".to_owned(), 5),
        ("/units".to_owned(), 3),
    ] {
        let seen = office.paged(&path, 2).await;
        assert_eq!(seen.len(), count, "{path}");
        let distinct: std::collections::HashSet<_> = seen.iter().map(Value::to_string).collect();
        assert_eq!(distinct.len(), count, "{path}");
        office
            .get(&path)
            .query(&[("cursor", "nonsense")])
            .await
            .expect_problem(400, "bad_request");
    }
}

#[tokio::test]
async fn who_was_responsible_on_a_day_is_told_for_a_household_and_as_a_list() {
    let (server, office) = TestServer::start_with_office().await;
    let east = add_person(&server, "东圩小学", "甲帮扶").await;
    let west = add_person(&server, "西圩小学", "乙帮扶").await;
    let ids = add_households(&server, "东圩村", 3).await;
    let far = server.add_household(facts("远山镇", "南坡村")).await;
    let (new_year, march, june) = (day("2026-01-01"), day("2026-03-01"), day("2026-06-01"));
    for id in &ids {
        server.pair_until(*id, east, new_year, march).await;
        server.pair_until(*id, west, march, june).await;
    }
    server.pair(ids[0], east, day("2026-07-01")).await;
    server.pair(far, west, new_year).await;
    for (on, helper) in [
        ("2025-12-31", Value::Null),
        ("2026-01-01", json!(east)),
        ("2026-02-28", json!(east)),
        ("2026-03-01", json!(west)),
        ("2026-05-31", json!(west)),
        ("2026-06-01", Value::Null),
        ("2026-07-01", json!(east)),
    ] {
        assert_eq!(helper_on(&office, ids[0], day(on)).await, helper, "{on}");
    }
    let all = office.paged("/pairings?on=2026-03-01", 2).await;
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|one| one["staff_id"] == json!(west)));
    let unit = unit_of(&office, east).await;
    for (on, east_side, far_side) in [
        ("2026-02-01", 3, 1),
        ("2026-03-01", 0, 1),
        ("2025-12-01", 0, 0),
    ] {
        let by_unit = office
            .items(&format!("/pairings?on={on}&unit_id={unit}"))
            .await;
        assert_eq!(by_unit.len(), east_side, "{on}");
        let by_town = office
            .items(&format!("/pairings?on={on}&town=远山镇"))
            .await;
        assert_eq!(by_town.len(), far_side, "{on}");
    }
    let by_village = office
        .items("/pairings?on=2026-03-01&town=青禾镇&village=东圩村")
        .await;
    assert_eq!(by_village.len(), 3);
    // A helper sees the past of a household that is theirs now, and of no other.
    let helper = server.helper(east).await;
    assert_eq!(helper_on(&helper, ids[0], march).await, json!(west));
    let other = helper.get(&format!("/households/{}/helper", ids[1])).await;
    other.expect_problem(404, "not_found");
}
