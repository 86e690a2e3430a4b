//! Two runs beside each other.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::pairing::{
    a_clearing, a_move, a_swap, add_households, edit_run, link_villages, proposal_of, propose_run,
    run_path,
};
use crate::support::staff::add_person_with_room;

#[tokio::test]
async fn two_runs_are_compared_household_by_household() {
    let (server, office) = TestServer::start_with_office().await;
    let east = add_households(&server, "东圩村", 3).await;
    let west = add_households(&server, "西圩村", 2).await;
    let near = add_person_with_room(&server, "东圩小学", Some(4)).await;
    let far = add_person_with_room(&server, "西圩小学", Some(4)).await;
    link_villages(&office, "东圩小学", &["东圩村"]).await;
    link_villages(&office, "西圩小学", &["西圩村"]).await;
    // The first one was the other's, some time ago.
    server
        .pair_until(east[0], far, server.days_ago(200), server.days_ago(100))
        .await;
    let one = propose_run(&office, json!({})).await;
    let other = propose_run(&office, json!({})).await;
    let compare = async |other: &Value, rest: &str| {
        let id = other["id"].as_str().unwrap();
        let path = run_path(&one, &format!("/comparison?other={id}{rest}"));
        office.get(&path).await.expect(200)
    };
    let same = compare(&other, "").await;
    assert_eq!(
        (&same["differing"], &same["items"]),
        (&json!(0), &json!([]))
    );

    let former = proposal_of(&office, &other, east[0]).await["proposal"]["staff_id"].clone();
    let back = if former == json!(far) { near } else { far };
    edit_run(&office, &other, a_move(east[0], back))
        .await
        .expect(200);
    edit_run(&office, &other, a_swap(east[1], west[0]))
        .await
        .expect(200);
    edit_run(&office, &other, a_clearing(west[1]))
        .await
        .expect(200);
    let found = compare(&other, "").await;
    assert_eq!(found["differing"], 4);
    let names: std::collections::BTreeSet<_> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["household_id"].as_str().unwrap().to_owned())
        .collect();
    let expected = [east[0], east[1], west[0], west[1]].map(|id| id.to_string());
    assert_eq!(names, expected.into());
    for item in found["items"].as_array().unwrap() {
        for (run, side) in [(&one, "one"), (&other, "other")] {
            let household = item["household_id"].as_str().unwrap().parse().unwrap();
            let told = proposal_of(&office, run, household).await["proposal"].clone();
            for field in ["staff_id", "helper", "unit", "cost", "reasons"] {
                assert_eq!(item[side].get(field), told.get(field), "{field} {item:#}");
            }
        }
    }
    let (one_total, other_total) = (&found["one"], &found["other"]);
    assert_eq!(
        (&one_total["placed"], &other_total["placed"]),
        (&json!(5), &json!(4))
    );
    assert_eq!(
        (&one_total["cost"], &other_total["unplaced"]),
        (&one["cost"], &json!(1))
    );
    assert_eq!(other_total["status"], "draft");
    let changes = |total: &Value| total["changes"].as_i64().unwrap();
    assert_eq!(changes(one_total), i64::from(former != json!(far)));
    assert_eq!(changes(other_total), i64::from(former == json!(far)));
    // Five of eight places, four of eight.
    assert_eq!(
        (
            &one_total["average_percent"],
            &other_total["average_percent"]
        ),
        (&json!(63), &json!(50))
    );
    for total in [one_total, other_total] {
        assert!(total["lowest_percent"].as_i64() <= total["average_percent"].as_i64());
        assert!(total["highest_percent"].as_i64() >= total["average_percent"].as_i64());
    }

    // In pages, and with a run for other households.
    let first = compare(&other, "&limit=3").await;
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = compare(&other, &format!("&cursor={cursor}")).await;
    assert_eq!(last["items"].as_array().unwrap().len(), 1);
    assert_eq!(last["next_cursor"], Value::Null);
    let narrow = propose_run(&office, json!({ "village": "东圩村" })).await;
    let found = compare(&narrow, "").await;
    let of_west = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["village"] == "西圩村");
    let absent: Vec<_> = of_west.map(|item| item.get("other").is_none()).collect();
    assert_eq!(absent, [true, true]);
    let nobody = run_path(&one, &format!("/comparison?other={}", Uuid::now_v7()));
    office.get(&nobody).await.expect_problem(404, "not_found");
    let helper = server.helper(near).await;
    let path = run_path(
        &one,
        &format!("/comparison?other={}", other["id"].as_str().unwrap()),
    );
    helper.get(&path).await.expect_problem(403, "forbidden");
}
