//! Runs of pairing on the desk of the office: why each pair, and what else could be.

use qianshou::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::pairing::{
    add_households, add_person, confirm, items, link, path_of, propose, require_areas,
};
use crate::support::TestServer;

async fn proposal(office: &crate::support::Client, run: &Value, household: Uuid) -> Value {
    let path = path_of(run, &format!("/proposals/{household}"));
    office.get(&path).await.expect(200)
}

#[tokio::test]
async fn a_proposal_is_told_with_the_next_best_helper_and_the_loads_beside_the_average() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let east = add_households(&server, "东圩村", 2).await;
    let west = add_households(&server, "西圩村", 1).await[0];
    let near = add_person(&server, "东圩小学", Some(2)).await;
    let far = add_person(&server, "西圩小学", Some(2)).await;
    add_person(&server, "机关", Some(0)).await;
    link(&office, "东圩小学", &["东圩村"]).await;
    link(&office, "西圩小学", &["西圩村"]).await;
    let run = propose(&office, json!({})).await;

    // One with a place left: same town instead of the unit's village, half his places instead of all.
    let told = proposal(&office, &run, east[0]).await;
    assert_eq!(told["stands"], true);
    assert_eq!(told["proposal"]["staff_id"], json!(near));
    let next = &told["next_best"];
    assert_eq!(next["staff_id"], json!(far));
    assert!(next.get("exchange_household_id").is_none());
    let reasons = next["reasons"].as_array().unwrap();
    let terms: i64 = reasons
        .iter()
        .map(|reason| reason["cost"].as_i64().unwrap())
        .sum();
    assert_eq!(next["cost"], terms);
    // 40 for the same town instead of 10; both have their second household in it.
    assert_eq!(next["difference"], 30);
    // The other is full: only in exchange.
    let told = proposal(&office, &run, west).await;
    let next = &told["next_best"];
    assert_eq!(next["staff_id"], json!(near));
    assert_eq!(next["difference"], 60);
    let given = next["exchange_household_id"].as_str().unwrap();
    assert!(east.iter().any(|id| id.to_string() == given));

    let loads = items(&office, &path_of(&run, "/loads")).await;
    let of = |id: Uuid| {
        loads
            .iter()
            .find(|load| load["staff_id"] == json!(id))
            .unwrap()
    };
    assert_eq!(
        (
            &of(near)["load_percent"],
            &of(near)["unit_percent"],
            &of(near)["average_percent"]
        ),
        (&json!(100), &json!(100), &json!(75))
    );
    assert_eq!(of(far)["load_percent"], 50);
    let none = loads.iter().find(|load| load["capacity"] == 0).unwrap();
    assert!(none.get("load_percent").is_none());
    assert_eq!(none["average_percent"], 75);

    // Where areas bind there is nobody else.
    require_areas(&office).await;
    let stale = proposal(&office, &run, west).await;
    assert_eq!(stale["stands"], false, "the rules are others now");
    assert!(stale.get("next_best").is_none());
    let run = propose(&office, json!({})).await;
    let told = proposal(&office, &run, west).await;
    assert_eq!(told["stands"], true);
    assert!(told.get("next_best").is_none(), "{told:#}");
    confirm(&office, &run).await;
    assert_eq!(proposal(&office, &run, west).await["stands"], false);

    let elsewhere = path_of(&run, &format!("/proposals/{}", Uuid::now_v7()));
    office
        .get(&elsewhere)
        .await
        .expect_problem(404, "not_found");
    let helper = server.helper(near).await;
    let path = path_of(&run, &format!("/proposals/{west}"));
    helper.get(&path).await.expect_problem(403, "forbidden");
}
