//! Visits that are sent more than once: the `Idempotency-Key`.

use serde_json::{Value, json};

use crate::support::helped_household::{HelpedHousehold, with_changes};

#[tokio::test]
async fn without_a_key_no_visit_is_taken() {
    let office = HelpedHousehold::open().await;
    for call in [
        office.helper.post(&office.visits()),
        office.helper.post(&office.visits()).key("  "),
    ] {
        let problem = call
            .json(&office.visit())
            .await
            .expect_problem(400, "idempotency_key_required");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("Idempotency-Key")
        );
    }
    office
        .helper
        .post(&office.visits())
        .key(&"k".repeat(201))
        .json(&office.visit())
        .await
        .expect_problem(400, "bad_request");
    assert_eq!(office.count().await, 0);
}

#[tokio::test]
async fn the_same_key_and_body_give_the_first_answer_again() {
    let office = HelpedHousehold::open().await;
    let send = |visit: Value| {
        office
            .helper
            .post(&office.visits())
            .key("phone-1/7")
            .json(&visit)
    };
    let first = send(office.visit()).await.expect(201);
    assert_eq!(send(office.visit()).await.expect(201), first);
    send(with_changes(office.visit(), json!({ "note": "别的内容" })))
        .await
        .expect_problem(422, "idempotency_key_reused");
    // Of the same body for another household too.
    let other = office.server.household_of(office.staff).await;
    office
        .helper
        .post(&format!("/households/{other}/visits"))
        .key("phone-1/7")
        .json(&office.visit())
        .await
        .expect_problem(422, "idempotency_key_reused");
    assert_eq!(office.count().await, 1);
}

#[tokio::test]
async fn two_accounts_may_have_the_same_key() {
    let office = HelpedHousehold::open().await;
    let mut ids = Vec::new();
    for client in [&office.helper, &office.clerk] {
        let logged = client
            .post(&office.visits())
            .key("1")
            .json(&office.visit())
            .await
            .expect(201);
        ids.push(logged["id"].clone());
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn telephones_that_send_one_visit_at_once_log_it_once() {
    let office = HelpedHousehold::open().await;
    for round in 0..3_u32 {
        let calls = (0..8).map(|_| {
            let call = office
                .helper
                .post(&office.visits())
                .key(&format!("round {round}"))
                .json(&office.visit());
            tokio::spawn(async move { call.await.expect(201)["id"].clone() })
        });
        let mut ids = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            ids.push(call.await.unwrap());
        }
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(office.count().await, i64::from(round) + 1);
    }
}
