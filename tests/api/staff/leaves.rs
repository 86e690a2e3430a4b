//! Leaves of staff.

use qianshou::access::{Role, history};
use serde_json::{Value, json};

use crate::support::pairing::PairingOffice;

#[tokio::test]
async fn one_on_leave_is_given_no_household_and_keeps_those_that_he_has() {
    let office = PairingOffice::start().await;
    let [one, other] = office.staff;
    office.set(other, &json!({ "active": false })).await;
    let leaves = format!("/staff/{one}/leaves");
    let leave = |from: i64, to: Option<i64>| {
        let to = to.map(|to| office.day(to));
        json!({ "from_date": office.day(from), "to_date": to, "reason": "产假" })
    };
    let post = |body: Value| office.client.post(&leaves).json(&body);
    post(leave(0, Some(-1)))
        .await
        .expect_problem(422, "end_before_start");
    post(json!({ "from_date": "1999-12-31", "reason": "产假" }))
        .await
        .expect_problem(422, "year_out_of_range");
    // Past and coming ones do not bind today.
    post(leave(-20, Some(-1))).await.expect(201);
    post(leave(1, Some(20))).await.expect(201);
    assert_eq!(office.proposed().await.0, Some(one));
    let now = post(leave(-1, Some(0))).await.expect(201);
    let (helper, words) = office.proposed().await;
    assert_eq!(helper, None, "{words}");
    let words = office.refused(one, "helper_away").await;
    let said = format!("{} 至 {} 不在岗（产假）", office.day(-1), office.day(0));
    assert!(words.contains(&said), "{words}");
    office.constrain("pinned", one, "熟悉").await;
    let (_, words) = office.proposed().await;
    assert!(words.contains("未能按指定由张帮扶帮扶"), "{words}");
    // A pairing that is written down late began on a day on which the person was away.
    let path = format!("/staff-leaves/{}", now["id"].as_str().unwrap());
    let change = |tag: &str, body: Value| office.client.put(&path).if_match(tag).json(&body);
    let changed = change("\"1\"", leave(-1, Some(-1))).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let late = json!({
        "household_id": office.household, "staff_id": one, "reason": "补记",
        "from_date": office.day(-1),
    });
    let call = office.client.post("/pairings").json(&late);
    call.await.expect_problem(409, "helper_away");
    change("\"1\"", leave(-1, None))
        .await
        .expect_problem(412, "changed_meanwhile");
    office.pair(one).await.expect(201);
    change("\"2\"", leave(-1, None)).await.expect(200);
    assert_eq!(office.client.items("/pairings?current=true").await.len(), 1);

    let listed = office.client.items(&format!("{leaves}?limit=2")).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["version"], 3);
    let helper = office.server.helper(one).await;
    assert_eq!(helper.items(&leaves).await.len(), 3);
    let foreign = office.server.client(Role::Helper).await;
    foreign.get(&leaves).await.expect_problem(403, "forbidden");
    helper
        .post(&leaves)
        .json(&leave(0, None))
        .await
        .expect_problem(403, "forbidden");
    let delete = || office.client.delete(&path);
    delete().await.expect_problem(428, "if_match_required");
    delete().if_match("\"3\"").await.expect(204);
    assert_eq!(helper.items(&leaves).await.len(), 2);
    let mut tx = office.server.db.read().await.unwrap();
    let kept = history::of(&mut tx, "staff_leave", now["id"].as_str().unwrap());
    let kept = kept.await.unwrap();
    assert_eq!((kept.len(), kept[0].action.as_str()), (3, "remove"));
}
