//! What a run is about: all households, or those of a unit.

use serde_json::json;
use uuid::Uuid;

use crate::support::pairing::PairingOffice;
use crate::support::staff::unit_of;

#[tokio::test]
async fn a_run_over_all_changes_only_the_pairs_that_may_not_be() {
    let office = PairingOffice::start().await;
    let [one, other] = office.staff;
    let (first, first_pairing) = office.held("东圩村", one).await;
    let (second, second_pairing) = office.held("东圩村", one).await;
    let all = json!({ "paired": true });
    // Even loads would be another matter: what holds stays.
    let run = office.run(&all).await;
    assert_eq!((&run["households"], &run["kept"]), (&json!(3), &json!(2)));
    let today = office.server.app.today();
    office.confirm(&run, today).await.expect(200);
    assert_eq!(office.now(first).await, Some((first_pairing, one)));
    assert_eq!(office.now(second).await, Some((second_pairing, one)));
    assert_eq!(office.now(office.household).await.unwrap().1, other);

    let forbidden = json!({
        "kind": "relative", "household_id": first, "staff_id": one, "reason": "表兄",
    });
    let post = office.client.post("/pairing-constraints").json(&forbidden);
    post.await.expect(201);
    let run = office.run(&all).await;
    assert_eq!((&run["placed"], &run["kept"]), (&json!(3), &json!(2)));
    // Not before what gives way began, nor while the new one is away.
    let early = office.confirm(&run, office.day(-11)).await;
    early.expect_problem(422, "end_before_start");
    let leave = json!({
        "from_date": office.day(-4), "to_date": office.day(-3), "reason": "病假",
    });
    let post = office
        .client
        .post(&format!("/staff/{other}/leaves"))
        .json(&leave);
    post.await.expect(201);
    let away = office.confirm(&run, office.day(-3)).await;
    away.expect_problem(409, "helper_away");
    assert_eq!(office.now(first).await, Some((first_pairing, one)));
    office.confirm(&run, office.day(-2)).await.expect(200);
    let (begun, person) = office.now(first).await.unwrap();
    assert_eq!(person, other);
    let history = office
        .client
        .items(&format!("/pairings?household_id={first}"))
        .await;
    assert_eq!(history[0]["id"], begun.to_string());
    assert_eq!(history[0]["from_date"], office.day(-2).to_string());
    assert_eq!(history[1]["to_date"], office.day(-2).to_string());
    let reason = history[1]["end_reason"].as_str().unwrap();
    assert!(reason.contains("亲属回避（表兄）"), "{reason}");
    assert_eq!(office.now(second).await, Some((second_pairing, one)));

    // More than one may have: the others have no place, so it stays, and the run says so.
    office.set(one, &json!({ "capacity": 0 })).await;
    office.set(other, &json!({ "capacity": 2 })).await;
    let run = office.run(&all).await;
    assert_eq!((&run["unplaced"], &run["kept"]), (&json!(1), &json!(2)));
    office.confirm(&run, today).await.expect(200);
    assert_eq!(office.now(second).await, Some((second_pairing, one)));
    // With a place elsewhere it goes there.
    office.set(other, &json!({ "capacity": 3 })).await;
    let run = office.run(&all).await;
    office.confirm(&run, today).await.expect(200);
    assert_eq!(office.now(second).await.unwrap().1, other);
}

#[tokio::test]
async fn a_pair_that_may_not_be_ends_even_if_nobody_follows() {
    let office = PairingOffice::start().await;
    let [one, other] = office.staff;
    office.set(other, &json!({ "active": false })).await;
    let since = office.day(-10);
    office.server.pair(office.household, one, since).await;
    office.constrain("forbidden", one, "群众反映").await;
    let run = office.run(&json!({ "paired": true })).await;
    assert_eq!((&run["unplaced"], &run["kept"]), (&json!(1), &json!(0)));
    office.confirm(&run, office.day(0)).await.expect(200);
    assert_eq!(office.now(office.household).await, None);
}

#[tokio::test]
async fn a_pin_moves_a_pair_that_holds() {
    let office = PairingOffice::start().await;
    let [one, other] = office.staff;
    let since = office.day(-10);
    office.server.pair(office.household, one, since).await;
    office.constrain("pinned", other, "熟悉").await;
    let run = office.run(&json!({ "paired": true })).await;
    office.confirm(&run, office.day(0)).await.expect(200);
    assert_eq!(office.now(office.household).await.unwrap().1, other);
}

#[tokio::test]
async fn a_run_of_a_unit_is_about_its_own_households() {
    let office = PairingOffice::start().await;
    let [one, other] = office.staff;
    let (held, pairing) = office.held("西圩村", one).await;
    let (foreign, foreign_pairing) = office.held("东圩村", other).await;
    let unit = unit_of(&office.client, one).await;
    // office.household lies in 东圩村, to which the unit is not linked yet.
    let scope = json!({ "unit_id": unit, "paired": true });
    let run = office.run(&scope).await;
    assert_eq!((&run["households"], &run["kept"]), (&json!(1), &json!(1)));
    let villages = json!({ "villages": [{ "town": "青禾镇", "village": "东圩村" }] });
    let put = office
        .client
        .put(&format!("/units/{unit}/villages"))
        .if_match("*");
    put.json(&villages).await.expect(200);
    let run = office.run(&scope).await;
    assert_eq!((&run["households"], &run["kept"]), (&json!(2), &json!(1)));
    office.confirm(&run, office.day(0)).await.expect(200);
    assert_eq!(office.now(office.household).await.unwrap().1, one);
    assert_eq!(office.now(held).await, Some((pairing, one)));
    assert_eq!(office.now(foreign).await, Some((foreign_pairing, other)));
    let nobody = json!({ "unit_id": Uuid::now_v7() });
    let call = office.client.post("/pairing-runs").json(&nobody);
    call.await.expect_problem(422, "no_such_unit");
}
