//! Logging a visit.

use chrono::TimeDelta;
use qianshou::access::Role;
use qianshou::on;
use serde_json::json;
use uuid::Uuid;

use crate::support::helped_household::{HelpedHousehold, visit_path, with_changes};
use crate::support::{Client, complete_household};

#[tokio::test]
async fn a_helper_logs_a_visit_and_reads_it_back() {
    let office = HelpedHousehold::open().await;
    let logged = office.log(&office.visit()).await;
    assert_eq!(logged["household_id"], json!(office.household));
    assert_eq!(logged["staff_id"], json!(office.staff));
    assert_eq!(logged["head_name"], "王二喜");
    assert_eq!(logged["helper_name"], "张帮扶");
    assert_eq!(logged["recorded_by"], office.helper.username);
    assert_eq!(logged["measures"], json!(["industry", "health"]));
    let answer = office.helper.get(&visit_path(&logged)).await;
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_eq!(answer.expect(200), logged);
}

#[tokio::test]
async fn least_is_a_day_a_kind_and_who_was_met() {
    let office = HelpedHousehold::open().await;
    let visit = json!({ "visited_on": office.server.days_ago(0), "kind": "phone" });
    let logged = office.log(&visit).await;
    assert_eq!(logged["situation_confirmed"], false);
    assert_eq!(logged["measures"], json!([]));
    assert_eq!(logged["benefits"], json!([]));
    assert_eq!(logged.get("met"), None);
    assert_eq!(
        office.helper.get(&visit_path(&logged)).await.expect(200),
        logged
    );
}

#[tokio::test]
async fn what_is_against_a_rule_is_refused_with_its_place() {
    let office = HelpedHousehold::open().await;
    let tomorrow = office.server.app.today().succ_opt().unwrap();
    let benefit = |amount: i64, words: &str| json!({ "kind": "goods", "amount_fen": amount, "description": words });
    for (changes, status, code, pointer) in [
        (
            json!({ "visited_on": tomorrow }),
            422,
            "date_in_future",
            "/visited_on",
        ),
        (json!({ "met": null }), 422, "met_required", "/met"),
        (
            json!({ "measures": ["water", "water"] }),
            422,
            "repeated_measure",
            "/measures",
        ),
        (
            json!({ "benefits": [benefit(1, "   ")] }),
            422,
            "invalid_benefit",
            "/benefits/0",
        ),
        (
            json!({ "benefits": [benefit(-1, "米")] }),
            400,
            "bad_request",
            "",
        ),
        (
            json!({ "benefits": vec![benefit(1, "米"); 21] }),
            400,
            "bad_request",
            "",
        ),
        (json!({ "note": "记".repeat(4001) }), 400, "bad_request", ""),
        (
            json!({ "wishes": "愿".repeat(2001) }),
            400,
            "bad_request",
            "",
        ),
        (
            json!({ "measures": vec!["water"; 14] }),
            400,
            "bad_request",
            "",
        ),
        (json!({ "kind": "teleport" }), 400, "bad_request", ""),
        (
            json!({ "visited_on": "2026-02-30" }),
            400,
            "bad_request",
            "",
        ),
    ] {
        let problem = office
            .helper
            .post(&office.visits())
            .key("1")
            .json(&with_changes(office.visit(), changes))
            .await
            .expect_problem(status, code);
        if !pointer.is_empty() {
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
    }
    assert_eq!(office.count().await, 0);
    // A key whose request was refused is free for the content put right.
    office
        .helper
        .post(&office.visits())
        .key("1")
        .json(&office.visit())
        .await
        .expect(201);
}

#[tokio::test]
async fn limits_themselves_are_within_the_rules() {
    let office = HelpedHousehold::open().await;
    let goods = json!({ "kind": "goods", "amount_fen": 0, "description": "米".repeat(500) });
    let visit = json!({
        "note": "记".repeat(4000),
        "wishes": "愿".repeat(2000),
        "benefits": vec![goods; 20],
        "visited_on": office.server.days_ago(0),
    });
    let logged = office.log(&with_changes(office.visit(), visit)).await;
    let read = office.helper.get(&visit_path(&logged)).await.expect(200);
    assert_eq!(read, logged);
    assert_eq!(read["benefits"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn another_helpers_household_is_refused() {
    let office = HelpedHousehold::open().await;
    let stranger = office.server.client(Role::Helper).await;
    stranger
        .post(&office.visits())
        .key("1")
        .json(&office.visit())
        .await
        .expect_problem(404, "not_found");
    assert_eq!(office.count().await, 0);
}

#[tokio::test]
async fn an_unknown_household_is_not_found() {
    let office = HelpedHousehold::open().await;
    for client in [&office.helper, &office.clerk] {
        client
            .post(&format!("/households/{}/visits", Uuid::now_v7()))
            .key("1")
            .json(&office.visit())
            .await
            .expect_problem(404, "not_found");
    }
    office
        .helper
        .post("/households/no-id/visits")
        .key("1")
        .json(&office.visit())
        .await
        .expect_problem(400, "bad_request");
}

#[tokio::test]
async fn who_was_responsible_on_the_day_counts() {
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    let former = server.client(Role::Helper).await;
    let household = server.add_household(complete_household("李桂英")).await;
    let (begin, hand_over) = (server.days_ago(100), server.days_ago(30));
    server
        .pair_until(household, former.staff_id.unwrap(), begin, hand_over)
        .await;
    server.pair(household, office.staff, hand_over).await;
    let clerk = &office.clerk;
    let uri = format!("/households/{household}/visits");
    let log = async |client: &Client, days| {
        client
            .post(&uri)
            .key(&Uuid::now_v7().to_string())
            .json(&office.visit_days_ago(days))
            .await
    };

    // Before anybody was responsible.
    log(&office.helper, 101)
        .await
        .expect_problem(409, "no_responsible_helper");
    log(clerk, 101)
        .await
        .expect_problem(409, "no_responsible_helper");
    let problem = log(&former, 101).await;
    let problem = problem.expect_problem(403, "not_your_household");
    let days = format!("{begin} 至 {hand_over}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains(&days) && detail.contains("办公室"),
        "{detail}"
    );
    // In the former helper's time.
    log(&office.helper, 31)
        .await
        .expect_problem(403, "not_your_household");
    let late = log(&former, 31).await.expect(201);
    assert_eq!(late["staff_id"], json!(former.staff_id));
    let typed = log(clerk, 100).await.expect(201);
    assert_eq!(typed["staff_id"], json!(former.staff_id));
    assert_eq!(typed["recorded_by"], clerk.username);
    // The day of the hand-over is of both, each for their own visit; the office's is the new helper's.
    let own = log(&office.helper, 30).await.expect(201);
    assert_eq!(own["staff_id"], json!(office.staff));
    let morning = log(&former, 30).await.expect(201);
    assert_eq!(morning["staff_id"], json!(former.staff_id));
    let typed = log(clerk, 30).await.expect(201);
    assert_eq!(typed["staff_id"], json!(office.staff));
    log(&former, 29)
        .await
        .expect_problem(403, "not_your_household");
    let typed = log(clerk, 0).await.expect(201);
    assert_eq!(typed["staff_id"], json!(office.staff));
}

#[tokio::test]
async fn a_household_that_nobody_helps_cannot_be_visited() {
    let office = HelpedHousehold::open().await;
    let alone = office
        .server
        .add_household(complete_household("陈老五"))
        .await;
    let problem = office
        .clerk
        .post(&format!("/households/{alone}/visits"))
        .key("1")
        .json(&office.visit())
        .await
        .expect_problem(409, "no_responsible_helper");
    assert!(problem["detail"].as_str().unwrap().contains("结对"));
}

#[tokio::test]
async fn leaders_read_but_may_not_log_or_correct() {
    let office = HelpedHousehold::open().await;
    let leader = office.server.client(Role::Leader).await;
    let visit = office.log(&office.visit()).await;
    leader
        .post(&office.visits())
        .key("1")
        .json(&office.visit())
        .await
        .expect_problem(403, "forbidden");
    leader
        .post("/visits/batch")
        .json(&json!({ "visits": [{ "idempotency_key": "1", "household_id": office.household, "visit": office.visit() }] }))
        .await
        .expect_problem(403, "forbidden");
    leader
        .patch(&visit_path(&visit))
        .if_match("\"1\"")
        .json(&json!({ "reason": "错字", "note": "x" }))
        .await
        .expect_problem(403, "forbidden");
    assert_eq!(leader.get(&visit_path(&visit)).await.expect(200), visit);
}

#[tokio::test]
async fn an_expired_token_logs_nothing() {
    let office = HelpedHousehold::open().await;
    let past = office.server.app.now() - TimeDelta::seconds(1);
    let mut tx = office.server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query("UPDATE token SET expires_at = $1")
        .bind(past).execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    let problem = office
        .helper
        .post(&office.visits())
        .key("1")
        .json(&office.visit())
        .await
        .expect_problem(401, "token_expired");
    assert!(problem["detail"].as_str().unwrap().contains("重新登录"));
    assert_eq!(office.count().await, 0);
    office
        .server
        .stranger()
        .get("/visits")
        .await
        .expect_problem(401, "unauthenticated");
}
