//! Confirming a run: all pairs or none, and once.

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::pairing::{
    add_households, confirm_run, link_villages, propose_run, require_areas, run_path,
};
use crate::support::staff::{add_person_with_room, change_person};
use crate::support::{Dice, SEED, Service, TestServer};

#[tokio::test]
async fn a_decided_run_stays_decided() {
    let (server, office) = TestServer::start_with_office().await;
    add_households(&server, "东圩村", 1).await;
    add_person_with_room(&server, "实验小学", Some(1)).await;
    let (one, other) = (
        propose_run(&office, json!({})).await,
        propose_run(&office, json!({})).await,
    );
    let dropped = office.post(&run_path(&one, "/drop")).await.expect(200);
    assert_eq!(dropped["status"], "dropped");
    office
        .post(&run_path(&one, "/confirm"))
        .json(&json!({}))
        .await
        .expect_problem(409, "run_already_dropped");
    confirm_run(&office, &other).await;
    for rest in ["/confirm", "/drop"] {
        office
            .post(&run_path(&other, rest))
            .json(&json!({}))
            .await
            .expect_problem(409, "run_already_confirmed");
    }
    let runs = office.items("/pairing-runs").await;
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["id"], other["id"], "the latest first");
    assert!(runs[0].get("shortages").is_none());
    assert_eq!(office.items("/pairing-runs?status=dropped").await.len(), 1);
    office
        .get(&format!("/pairing-runs/{}", Uuid::now_v7()))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_run_does_not_outlive_what_it_stands_on() {
    let (server, office) = TestServer::start_with_office().await;
    add_households(&server, "东圩村", 1).await;
    let staff_id = add_person_with_room(&server, "实验小学", Some(2)).await;
    let stale = async |run: &Value| {
        office
            .post(&run_path(run, "/confirm"))
            .json(&json!({}))
            .await
            .expect_problem(409, "basis_changed");
    };
    // One more household.
    let run = propose_run(&office, json!({})).await;
    add_households(&server, "东圩村", 1).await;
    stale(&run).await;
    // A person with another capacity.
    let run = propose_run(&office, json!({})).await;
    change_person(&office, staff_id, &json!({ "capacity": 3 })).await;
    stale(&run).await;
    // A unit with another village.
    let run = propose_run(&office, json!({})).await;
    link_villages(&office, "实验小学", &["东圩村"]).await;
    stale(&run).await;
    // Other rules.
    let run = propose_run(&office, json!({})).await;
    require_areas(&office).await;
    stale(&run).await;
    // Another run, confirmed.
    let (one, other) = (
        propose_run(&office, json!({})).await,
        propose_run(&office, json!({})).await,
    );
    confirm_run(&office, &other).await;
    stale(&one).await;
    // A household elsewhere does not touch a run for one village.
    add_households(&server, "西圩村", 1).await;
    let run = propose_run(&office, json!({ "town": "青禾镇", "village": "西圩村" })).await;
    assert_eq!(
        run["scope"],
        json!({ "town": "青禾镇", "village": "西圩村", "paired": false })
    );
    add_households(&server, "东圩村", 1).await;
    confirm_run(&office, &run).await;
    office
        .post("/pairing-runs")
        .json(&json!({ "village": "没有的村" }))
        .await
        .expect_problem(422, "nothing_to_pair");
}

#[tokio::test]
async fn of_two_who_confirm_at_once_one_wins() {
    let (server, office) = TestServer::start_with_office().await;
    let households = add_households(&server, "东圩村", 20).await;
    add_person_with_room(&server, "实验小学", Some(50)).await;
    let (one, other) = (
        propose_run(&office, json!({})).await,
        propose_run(&office, json!({})).await,
    );
    let (same, again) = (run_path(&one, "/confirm"), run_path(&other, "/confirm"));
    let body = json!({});
    let (first, second, third) = tokio::join!(
        office.post(&same).json(&body).into_future(),
        office.post(&same).json(&body).into_future(),
        office.post(&again).json(&body).into_future(),
    );
    let mut statuses = [first.status, second.status, third.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409]);
    let pairings = office.items("/pairings?limit=200").await;
    assert_eq!(pairings.len(), households.len());
}

#[tokio::test]
async fn a_first_day_may_lie_in_the_past_but_not_within_an_earlier_pairing() {
    let (server, office) = TestServer::start_with_office().await;
    let household = add_households(&server, "东圩村", 1).await[0];
    let staff_id = add_person_with_room(&server, "实验小学", Some(2)).await;
    let run = propose_run(&office, json!({})).await;
    let future = server.app.today().checked_add_days(Days::new(1)).unwrap();
    for (date, code) in [
        (future, "date_in_future"),
        (
            NaiveDate::from_ymd_opt(1999, 5, 1).unwrap(),
            "date_too_early",
        ),
    ] {
        office
            .post(&run_path(&run, "/confirm"))
            .json(&json!({ "from_date": date }))
            .await
            .expect_problem(422, code);
    }
    office
        .post(&run_path(&run, "/confirm"))
        .json(&json!({ "from_date": server.days_ago(300) }))
        .await
        .expect(200);
    let first = office.items("/pairings").await[0].clone();
    assert_eq!(first["from_date"], server.days_ago(300).to_string());
    let end = format!("/pairings/{}/end", first["id"].as_str().unwrap());
    for (date, code) in [
        (future, "date_in_future"),
        (server.days_ago(301), "end_before_start"),
    ] {
        office
            .post(&end)
            .json(&json!({ "date": date, "reason": "调离" }))
            .await
            .expect_problem(422, code);
    }
    office
        .post(&end)
        .json(&json!({ "date": server.days_ago(100), "reason": "  " }))
        .await
        .expect_problem(400, "bad_request");
    let ended = office
        .post(&end)
        .json(&json!({ "date": server.days_ago(100), "reason": "调离" }))
        .await
        .expect(200);
    assert_eq!(
        (&ended["to_date"], &ended["end_reason"]),
        (&json!(server.days_ago(100)), &json!("调离"))
    );
    assert_eq!(ended["ended_by"], office.username.as_str());
    office
        .post(&end)
        .json(&json!({ "reason": "调离" }))
        .await
        .expect_problem(409, "pairing_already_ended");

    // The next run prefers the former helper, and says so.
    let run = propose_run(&office, json!({})).await;
    let proposals = office.items(&run_path(&run, "/proposals")).await;
    assert_eq!(proposals[0]["staff_id"], staff_id.to_string());
    assert_eq!(proposals[0]["reasons"][2]["code"], "former");
    let problem = office
        .post(&run_path(&run, "/confirm"))
        .json(&json!({ "from_date": server.days_ago(101) }))
        .await
        .expect_problem(409, "overlaps_earlier_pairing");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains(&server.days_ago(100).to_string()),
        "{detail}"
    );
    // The day on which the earlier one ended is free.
    office
        .post(&run_path(&run, "/confirm"))
        .json(&json!({ "from_date": server.days_ago(100) }))
        .await
        .expect(200);
    let history = office
        .items(&format!("/pairings?household_id={household}"))
        .await;
    assert_eq!(history.len(), 2, "what has ended stays");
    // Who was responsible on a day: nobody before, the first one, and on the hand-over the second.
    for (days, expected) in [
        (301, None),
        (300, Some(1)),
        (101, Some(1)),
        (100, Some(0)),
        (0, Some(0)),
    ] {
        let day = server.days_ago(days);
        let held = office
            .items(&format!("/pairings?household_id={household}&on={day}"))
            .await;
        let held: Vec<_> = held.iter().map(|pairing| &pairing["id"]).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|at: &usize| &history[*at]["id"])
            .collect();
        assert_eq!(held, expected, "{days} days ago");
    }
    assert!(history[0].get("to_date").is_none());
}

const ROUNDS: usize = 50;

/// Households of a round: enough for a confirmation that takes a while.
const AT_ONCE: usize = 200;

/// Puts the households of all rounds on the register, those of a round in a village of its own.
async fn add_villages(server: &TestServer) {
    let now = server.app.now();
    let rows: Vec<usize> = (0..ROUNDS * AT_ONCE).collect();
    let mut tx = server.db.write().await.unwrap();
    qianshou::insert!(&mut tx, "household", rows, |row| {
        id: Uuid::now_v7(),
        number: format!("{row:06}"),
        town: "青禾镇",
        village: format!("第{}村", row / AT_ONCE),
        status: "poor",
        other_causes: "[]",
        measures: "[]",
        head_name: "王大山",
        size: 1_i64,
        version: 1_i64,
        created_at: now,
        updated_at: now,
    })
    .unwrap();
    tx.commit().await.unwrap();
}

/// What the service asks as it stores a run, since an undone import may take a household or a person
/// away while it computes.
#[tokio::test]
async fn a_run_that_names_who_is_no_longer_there_is_seen() {
    let (server, office) = TestServer::start_with_office().await;
    let household = add_households(&server, "东圩村", 1).await[0];
    let person = add_person_with_room(&server, "东圩小学", Some(2)).await;
    let run = propose_run(&office, json!({})).await;
    let run: Uuid = run["id"].as_str().unwrap().parse().unwrap();
    let nobody = Uuid::now_v7();
    for (household_id, staff_id, gone) in [
        (household, Some(person), false),
        (household, None, false),
        (household, Some(nobody), true),
        (nobody, Some(person), true),
    ] {
        let mut tx = server.db.write().await.unwrap();
        qianshou::on!(&mut tx, connection => sqlx::query(
            "UPDATE proposal SET household_id = $2, staff_id = $3 WHERE run_id = $1",
        )
        .bind(run)
        .bind(household_id)
        .bind(staff_id)
        .execute(connection)
        .await
        .map(|_| ()))
        .unwrap();
        let seen = qianshou::pairing::run::store::names_who_is_gone(&mut tx, run).await;
        assert_eq!(seen.unwrap(), gone, "{household_id} {staff_id:?}");
    }
}

/// A run's status, the pairings that it made, and the times that its confirmation is on record.
async fn outcome(server: &TestServer, run: &Value) -> (String, i64, i64) {
    let id: Uuid = run["id"].as_str().unwrap().parse().unwrap();
    let mut tx = server.db.read().await.unwrap();
    qianshou::on!(&mut tx, connection => sqlx::query_as(
        "SELECT status, (SELECT count(*) FROM pairing WHERE run_id = $1),
             (SELECT count(*) FROM history WHERE subject_id = $2 AND action = 'confirm')
         FROM pairing_run WHERE id = $1",
    )
    .bind(id)
    .bind(id.to_string())
    .fetch_one(connection)
    .await)
    .unwrap()
}

/// Killed at any moment of fifty confirmations, the service leaves all pairs of a run or none, and
/// when it is there again the run can be confirmed if it was not.
#[tokio::test]
async fn a_confirmation_cut_off_by_a_kill_leaves_all_or_nothing() {
    let (server, office) = TestServer::start_with_office().await;
    add_villages(&server).await;
    for _ in 0..ROUNDS * AT_ONCE / 100 {
        add_person_with_room(&server, "第一中学", Some(100)).await;
    }
    let mut service = Service::start(&server.database.url()).await;
    // The same account and database, another process.
    let there = office.at_server(&service.url);
    let nothing = ("proposed".to_owned(), 0, 0);
    let all = ("confirmed".to_owned(), i64::try_from(AT_ONCE).unwrap(), 1);
    let mut usual = Duration::from_secs(2);
    let (mut dice, mut found) = (Dice(SEED), BTreeMap::new());
    for round in 0..ROUNDS {
        let run = propose_run(&there, json!({ "village": format!("第{round}村") })).await;
        // From the first byte to some time after the answer.
        let moment = usual * u32::try_from(dice.roll() % 1_000).unwrap() / 700;
        let confirmation = reqwest::Client::builder().no_proxy().build().unwrap();
        let confirmation = confirmation
            .post(format!(
                "{}/api/v1{}",
                service.url,
                run_path(&run, "/confirm")
            ))
            .bearer_auth(there.token.as_ref().unwrap())
            .json(&json!({}));
        let started = Instant::now();
        // Held until after the kill: a client that hangs up would cancel the work in good order.
        let mut sent = Box::pin(confirmation.send());
        tokio::select! {
            answer = &mut sent => {
                assert_eq!(answer.unwrap().status(), 200);
                usual = started.elapsed();
            }
            () = tokio::time::sleep(moment) => {}
        }
        service.kill();
        let left = outcome(&server, &run).await;
        assert!(left == nothing || left == all, "round {round}: {left:?}");
        *found.entry(left.0).or_insert(0) += 1;
        service.start_again().await;
        let again = there
            .post(&run_path(&run, "/confirm"))
            .json(&json!({}))
            .await;
        // PostgreSQL may still be at the commit that the killed service had asked for.
        if again.status != 200 {
            again.expect_problem(409, "run_already_confirmed");
        }
        assert_eq!(outcome(&server, &run).await, all, "round {round}");
    }
    println!("left by the kills: {found:?}");
    assert_eq!(found.len(), 2, "killed at few moments: {found:?}");
}
