//! Someone moves to another unit.

use qianshou::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::pairing::{OfficeWithLeaver, current_pairings_of, set_of_field};
use crate::support::staff::{add_person, unit_of};

#[tokio::test]
async fn a_transfer_keeps_reopens_or_ends_the_pairings_as_chosen() {
    let OfficeWithLeaver {
        server,
        office,
        leaver,
        ..
    } = OfficeWithLeaver::open().await;
    let mut units = Vec::new();
    for name in ["西圩小学", "南圩小学", "北圩小学"] {
        let person = add_person(&server, name, "丁帮扶").await;
        units.push(unit_of(&office, person).await);
    }
    let path = format!("/staff/{leaver}/transfer");
    let date = server.days_ago(3);
    let transfer = |unit: &str, pairings: &str| {
        let body = json!({ "unit_id": unit, "date": date, "reason": "交流", "pairings": pairings });
        office.post(&path).if_match("*").json(&body)
    };
    let first = current_pairings_of(&office, leaver).await;
    let held = transfer(&units[0], "keep").await.expect(200);
    let ids = |pairings: &Value| set_of_field(pairings.as_array().unwrap(), "id");
    assert_eq!(ids(&held["pairings"]), set_of_field(&first, "id"));
    assert_eq!(held["pairings"][0]["unit"], "西圩小学");
    transfer(&units[0], "keep")
        .await
        .expect_problem(409, "same_unit");
    let unknown = transfer(&Uuid::now_v7().to_string(), "keep").await;
    unknown.expect_problem(422, "no_such_unit");

    let held = transfer(&units[1], "reopen").await.expect(200);
    assert_eq!(held["pairings"].as_array().unwrap().len(), 2);
    assert!(ids(&held["pairings"]).is_disjoint(&set_of_field(&first, "id")));
    assert_eq!(held["pairings"][0]["from_date"], json!(date));
    let ended = office
        .items(&format!("/pairings?staff_id={leaver}&current=false"))
        .await;
    assert_eq!(set_of_field(&ended, "id"), set_of_field(&first, "id"));
    assert_eq!(ended[0]["end_reason"], "由西圩小学调至南圩小学：交流");

    let held = transfer(&units[2], "end").await.expect(200);
    assert!(held["pairings"].as_array().unwrap().is_empty());
    let waiting = office
        .get(&format!("/staff/{leaver}/departure"))
        .await
        .expect(200);
    assert_eq!(waiting["households"], 2);
    let helper = server.client(Role::Helper).await;
    let body = json!({ "unit_id": units[0], "reason": "交流", "pairings": "keep" });
    let refused = helper.post(&path).if_match("*").json(&body).await;
    refused.expect_problem(403, "forbidden");
}
