//! Progress over HTTP: what counts, where, and as of which day.

use std::time::Duration;

use qianshou::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::lifts::{MARCH, lift_household, propose_lift, relapse_lift, take_steps};
use crate::support::register::{day, sound_household};
use crate::support::{Client, TestServer};

async fn household(server: &TestServer, head: &str, town: &str) -> Uuid {
    let mut facts = sound_household(head);
    facts.town = town.to_owned();
    server.add_household(facts).await
}

async fn progress(client: &Client, query: &str) -> Value {
    client.get(&format!("/progress?{query}")).await.expect(200)
}

const APRIL: [&str; 6] = [
    "2026-04-01",
    "2026-04-02",
    "2026-04-03",
    "2026-04-04",
    "2026-04-05",
    "2026-04-12",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_year_is_counted_by_month_town_unit_and_helper() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = server.add_staff().await;
    let (one, two, three) = (
        household(&server, "甲", "大中镇").await,
        household(&server, "乙", "新丰镇").await,
        household(&server, "丙", "新丰镇").await,
    );
    server.pair(one, helper, day("2026-01-01")).await;
    server.pair(three, helper, day("2026-01-01")).await;
    let first = lift_household(&office, one, MARCH).await;
    let second = lift_household(&office, two, APRIL).await;
    let third = propose_lift(&office, three, "2026-05-01").await;
    take_steps(&office, &third, &["2026-05-02"]).await;

    let result = progress(&office, "year=2026&as_of=2026-11-25").await;
    assert_eq!(result["target"], 20);
    assert_eq!(result["to_go"], 18);
    assert_eq!(result["line_fen"], 600_000);
    assert_eq!(
        result["newly_lifted"],
        json!({ "count": 2, "lift_ids": [first, second] })
    );
    assert_eq!(result["in_pipeline"], 1);
    assert_eq!(
        result["pipeline"][1],
        json!({ "step": "village_review", "count": 1, "lift_ids": [third] })
    );
    let months = result["months"].as_array().unwrap();
    assert_eq!(months.len(), 12);
    assert_eq!(months[2]["newly_lifted"], 1);
    assert_eq!(months[3]["cumulative"], 2);
    assert_eq!(months[10]["cumulative"], 2);
    assert_eq!(months[11].get("cumulative"), None, "December has not begun");
    let figures = |row: &Value| {
        (
            row["figures"]["newly_lifted"].clone(),
            row["figures"]["in_pipeline"].clone(),
        )
    };
    let towns = result["towns"].as_array().unwrap();
    assert_eq!(towns.len(), 2);
    let xinfeng = towns.iter().find(|row| row["town"] == "新丰镇").unwrap();
    assert_eq!(figures(xinfeng), (json!(1), json!(1)));
    for key in ["units", "helpers"] {
        let rows = result[key].as_array().unwrap();
        assert_eq!(rows.len(), 2, "{rows:?}");
        let id = if key == "units" {
            "unit_id"
        } else {
            "staff_id"
        };
        let nobody = rows.iter().find(|row| row.get(id).is_none()).unwrap();
        assert_eq!(figures(nobody), (json!(1), json!(0)));
        let somebody = rows.iter().find(|row| row.get(id).is_some()).unwrap();
        assert_eq!(figures(somebody), (json!(1), json!(1)));
    }
    // Households without a helper stand last.
    assert_eq!(result["helpers"][0]["name"], "张帮扶");

    // As of the day before the second approval.
    let before = progress(&office, "year=2026&as_of=2026-04-11").await;
    assert_eq!(before["newly_lifted"]["lift_ids"], json!([first]));
    assert_eq!(before["pipeline"][4]["lift_ids"], json!([second]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relapse_takes_away_within_the_year_and_not_later() {
    let (server, office) = TestServer::start_with_office().await;
    let same = household(&server, "甲", "大中镇").await;
    let same = lift_household(&office, same, MARCH).await;
    relapse_lift(&office, &same, "2026-08-08").await;
    let later = household(&server, "乙", "大中镇").await;
    let last_year = [
        "2025-03-01",
        "2025-03-02",
        "2025-03-03",
        "2025-03-04",
        "2025-03-05",
        "2025-03-12",
    ];
    let later = lift_household(&office, later, last_year).await;
    relapse_lift(&office, &later, "2026-02-02").await;

    let this = progress(&office, "year=2026&as_of=2026-11-25").await;
    assert_eq!(this["newly_lifted"]["count"], 0);
    assert_eq!(this["relapsed"]["lift_ids"], json!([same, later]));
    assert_eq!(this["to_go"], 20);
    let spring = progress(&office, "year=2026&as_of=2026-08-07").await;
    assert_eq!(spring["newly_lifted"]["lift_ids"], json!([same]));
    let last = progress(&office, "year=2025").await;
    assert_eq!(last["as_of"], "2025-12-31");
    assert_eq!(last["newly_lifted"]["lift_ids"], json!([later]));
    assert_eq!(last["relapsed"]["count"], 0);
    // The year of the day, if no year is said.
    assert_eq!(progress(&office, "as_of=2025-12-31").await, last);
}

#[tokio::test(flavor = "multi_thread")]
async fn lifted_again_is_not_newly_lifted() {
    let (server, office) = TestServer::start_with_office().await;
    let household = household(&server, "甲", "大中镇").await;
    let first = lift_household(&office, household, MARCH).await;
    relapse_lift(&office, &first, "2026-03-20").await;
    let second = lift_household(&office, household, APRIL).await;
    let result = progress(&office, "year=2026&as_of=2026-11-25").await;
    assert_eq!(result["newly_lifted"]["count"], 0);
    assert_eq!(
        result["lifted_again"],
        json!({ "count": 1, "lift_ids": [second] })
    );
    assert_eq!(result["months"][3]["lifted_again"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_target_is_the_one_the_office_set() {
    let (server, office) = TestServer::start_with_office().await;
    let one = household(&server, "甲", "大中镇").await;
    lift_household(&office, one, MARCH).await;
    office
        .put("/year-plans/2026")
        .if_match("\"0\"")
        .json(&json!({ "target": 1, "line_fen": 600_000 }))
        .await
        .expect(200);
    let result = progress(&office, "year=2026&as_of=2026-11-25").await;
    assert_eq!(
        (&result["target"], &result["to_go"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_for_those_who_may_see_it_and_never_of_the_future() {
    let server = TestServer::start().await;
    let leader = server.client(Role::Leader).await;
    let empty = progress(&leader, "").await;
    assert_eq!(empty["as_of"], server.app.today().to_string());
    assert_eq!(empty["newly_lifted"]["count"], 0);
    assert_eq!(empty["to_go"], 20);
    let helper = server.client(Role::Helper).await;
    helper
        .get("/progress")
        .await
        .expect_problem(403, "forbidden");
    let tomorrow = server.app.today().succ_opt().unwrap();
    let future = leader.get(&format!("/progress?as_of={tomorrow}")).await;
    future.expect_problem(422, "date_in_future");
    leader
        .get("/progress?year=1999")
        .await
        .expect_problem(400, "bad_request");
    leader
        .get("/progress?as_of=2026-02-30")
        .await
        .expect_problem(400, "bad_request");
}

/// Counting reads all lifts: many at once would take every connection from those who read records.
#[tokio::test]
async fn few_count_at_once_and_the_others_wait_without_a_connection() {
    let server = TestServer::start().await;
    let leader = server.client(Role::Leader).await;
    let turns = [
        server.app.figures.turn().await.unwrap(),
        server.app.figures.turn().await.unwrap(),
    ];
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let leader = leader.clone();
            tokio::spawn(async move { leader.get("/progress").await.expect(200) })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(waiting.iter().all(|one| !one.is_finished()));
    leader.get("/households").await.expect(200);
    // Workbooks do not wait for them, nor they for workbooks.
    drop(server.app.workbooks.turn().await.unwrap());
    drop(turns);
    for one in waiting {
        one.await.unwrap();
    }
}
