//! Someone comes back.

use serde_json::{Value, json};

use crate::support::pairing::{OfficeWithLeaver, depart, helper_on, pair_by_hand, set_of_field};
use crate::support::staff::change_person;

#[tokio::test]
async fn who_comes_back_takes_up_the_households_that_still_wait_if_that_is_wanted() {
    let OfficeWithLeaver {
        server,
        office,
        leaver,
        stayer,
        theirs,
        ..
    } = OfficeWithLeaver::open().await;
    let path = format!("/staff/{leaver}/return");
    let back = |take_up: bool| {
        let body = json!({ "reason": "病愈返岗", "take_up": take_up });
        office.post(&path).if_match("*").json(&body)
    };
    back(true).await.expect_problem(409, "already_active");
    let left = json!({ "kind": "long_leave", "date": server.days_ago(30) });
    depart(&office, leaver, left).await;
    // One of the two has found another helper.
    let taken = pair_by_hand(&office, theirs[0], stayer).await;
    taken.expect(201);
    let held = back(true).await.expect(200);
    let begun = held["pairings"].as_array().unwrap();
    assert_eq!(
        set_of_field(begun, "household_id"),
        [theirs[1].to_string()].into()
    );
    assert_eq!(begun[0]["reason"], "病愈返岗");
    // The same helper twice, with a time between.
    let path = format!("/pairings?household_id={}", theirs[1]);
    let history = office.items(&path).await;
    assert_eq!(history.len(), 2);
    assert!(history.iter().all(|one| one["staff_id"] == json!(leaver)));
    assert_eq!(history[0].get("to_date"), None);
    assert_eq!(history[1]["to_date"], json!(server.days_ago(30)));
    let between = server.days_ago(20);
    assert_eq!(helper_on(&office, theirs[1], between).await, Value::Null);
    // Without it, the person comes back to nobody.
    depart(&office, leaver, json!({ "kind": "other" })).await;
    let alone = back(false).await.expect(200);
    assert!(alone["pairings"].as_array().unwrap().is_empty());
    let person = office.get(&format!("/staff/{leaver}")).await.expect(200);
    assert_eq!(person["active"], true);
}

#[tokio::test]
async fn nobody_takes_up_more_households_than_there_is_room_for() {
    let OfficeWithLeaver {
        server: _server,
        office,
        leaver,
        ..
    } = OfficeWithLeaver::open().await;
    depart(&office, leaver, json!({ "kind": "other" })).await;
    change_person(&office, leaver, &json!({ "capacity": 1 })).await;
    let body = json!({ "reason": "返岗", "take_up": true });
    let path = format!("/staff/{leaver}/return");
    let refused = office.post(&path).if_match("*").json(&body).await;
    refused.expect_problem(409, "helper_full");
    let person = office.get(&format!("/staff/{leaver}")).await.expect(200);
    assert_eq!(person["active"], false, "all or nothing");
}
