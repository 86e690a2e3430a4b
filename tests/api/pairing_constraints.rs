//! Pinned and forbidden pairs: what binds a run and a pairing by hand.

use qianshou::access::{Role, history};
use qianshou::household::Relation;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::pairing::PairingOffice;
use crate::support::register::{facts, person, tester};

#[tokio::test]
async fn a_pinned_household_goes_where_it_is_pinned_as_long_as_it_can() {
    let office = PairingOffice::start().await;
    let [one, other] = office.staff;
    // Whoever comes first by cost, the pin decides.
    for person in [one, other] {
        let pin = office
            .constrain("pinned", person, "帮扶多年，群众信任")
            .await;
        let (helper, words) = office.proposed().await;
        assert_eq!(helper, Some(person));
        assert!(
            words.contains("指定由张帮扶帮扶（帮扶多年，群众信任）"),
            "{words}"
        );
        let path = format!("/pairing-constraints/{}", pin["id"].as_str().unwrap());
        office.client.delete(&path).await.expect(204);
    }
    office.constrain("pinned", one, "帮扶多年").await;
    let words = office.refused(other, "pinned_to_another").await;
    assert!(words.contains("已指定由张帮扶帮扶（帮扶多年）"), "{words}");
    // One who has no place cannot take it: it goes to another, and that is said.
    office.set(one, &json!({ "capacity": 0 })).await;
    let (helper, words) = office.proposed().await;
    assert_eq!(helper, Some(other));
    assert!(
        words.contains("未能按指定由张帮扶帮扶：没有空余名额（可帮扶户数为 0）"),
        "{words}"
    );
    office
        .set(one, &json!({ "capacity": 3, "active": false }))
        .await;
    let (helper, words) = office.proposed().await;
    assert_eq!(helper, Some(other));
    assert!(
        words.contains("未能按指定由张帮扶帮扶：已停用或离岗"),
        "{words}"
    );
    office.set(one, &json!({ "active": true })).await;
    office.pair(one).await.expect(201);
}

#[tokio::test]
async fn a_forbidden_pair_is_made_neither_by_a_run_nor_by_hand() {
    let office = PairingOffice::start().await;
    let [one, other] = office.staff;
    office.constrain("forbidden", one, "群众反映").await;
    let (helper, _) = office.proposed().await;
    assert_eq!(helper, Some(other));
    let words = office.refused(one, "pair_barred").await;
    assert!(words.contains("禁止结对（群众反映）"), "{words}");
    office.constrain("relative", other, "户主之弟").await;
    let (helper, words) = office.proposed().await;
    assert_eq!(helper, None);
    assert!(
        words.contains("没有在岗责任人（须回避的除外）可帮扶"),
        "{words}"
    );
    let words = office.refused(other, "pair_barred").await;
    assert!(words.contains("亲属回避（户主之弟）"), "{words}");
}

#[tokio::test]
async fn constraints_are_listed_and_kept_after_they_are_removed() {
    let office = PairingOffice::start().await;
    let [one, other] = office.staff;
    let call = || {
        let body = office.constraint("forbidden", one, "群众反映");
        office
            .client
            .post("/pairing-constraints")
            .key("once")
            .json(&body)
    };
    let first = call().await.expect(201);
    assert_eq!(call().await.expect(201), first);
    let twice = office.constraint("pinned", one, "换个主意");
    let post = |body: &Value| office.client.post("/pairing-constraints").json(body);
    post(&twice).await.expect_problem(409, "constraint_there");
    office.constrain("pinned", other, "熟悉情况").await;
    let third = office.server.add_staff().await;
    let second_pin = office.constraint("pinned", third, "也熟悉");
    post(&second_pin)
        .await
        .expect_problem(409, "constraint_there");
    let nobody = office.constraint("pinned", Uuid::now_v7(), "也熟悉");
    post(&nobody).await.expect_problem(422, "no_such_person");
    let blank = office.constraint("forbidden", third, " ");
    post(&blank).await.expect_problem(400, "bad_request");
    let leader = office.server.client(Role::Leader).await;
    leader
        .post("/pairing-constraints")
        .json(&twice)
        .await
        .expect_problem(403, "forbidden");

    let page = leader.get("/pairing-constraints?limit=1").await.expect(200);
    assert_eq!(page["items"][0]["kind"], "pinned");
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = format!("/pairing-constraints?limit=1&cursor={cursor}");
    assert_eq!(leader.items(&next).await, std::slice::from_ref(&first));
    let path = format!("/pairing-constraints/{}", first["id"].as_str().unwrap());
    leader.delete(&path).await.expect_problem(403, "forbidden");
    office.client.delete(&path).await.expect(204);
    office
        .client
        .delete(&path)
        .await
        .expect_problem(404, "not_found");
    let path = format!("/pairing-constraints?current=false&staff_id={one}");
    let removed = leader.items(&path).await;
    assert_eq!(removed.len(), 1);
    assert_eq!(removed[0]["removed_by"], office.client.username.as_str());
    let mut tx = office.server.db.read().await.unwrap();
    let id = first["id"].as_str().unwrap();
    let kept = history::of(&mut tx, "pairing_constraint", id)
        .await
        .unwrap();
    assert_eq!((kept.len(), kept[0].action.as_str()), (1, "remove"));
    drop(tx);
    // What binds no more may be decided anew.
    office.constrain("forbidden", one, "又有反映").await;
}

#[tokio::test]
async fn nobody_is_given_the_household_on_whose_register_he_stands() {
    let office = PairingOffice::start().await;
    let [one, other] = office.staff;
    let member = person("张帮扶", Relation::Son, "19900303");
    let number = member.identity_number;
    let own = |facts: &mut qianshou::household::HouseholdFacts| facts.members.push(member);
    office.server.change_household(office.household, own).await;
    let mut tx = office.server.db.write().await.unwrap();
    let before = qianshou::staff::store::find(&mut tx, one)
        .await
        .unwrap()
        .unwrap();
    let mut after = before.clone();
    after.identity_number = number;
    let now = office.server.app.now();
    qianshou::staff::store::change(&mut tx, tester(now, None), "update", &before, &after)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let words = office.refused(one, "pair_barred").await;
    assert!(words.contains("本人登记在该户家庭成员中"), "{words}");
    assert_eq!(office.proposed().await.0, Some(other));
    office.set(other, &json!({ "active": false })).await;
    assert_eq!(office.proposed().await.0, None);
    // They may have any other.
    let neighbour = office.server.add_household(facts("青禾镇", "东圩村")).await;
    let body = json!({ "household_id": neighbour, "staff_id": one, "reason": "手工" });
    office
        .client
        .post("/pairings")
        .json(&body)
        .await
        .expect(201);
}
