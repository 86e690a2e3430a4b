//! Logging in and out: `/sessions`.

use chrono::{DateTime, TimeDelta, Utc};
use qianshou::access::Role;
use qianshou::on;

use crate::support::session::WRONG_PASSWORD;
use crate::support::{PASSWORD, TestServer};

#[tokio::test]
async fn a_token_works_until_logging_out() {
    let (_server, office) = TestServer::start_with_office().await;
    let me = office.get("/accounts/me").await.expect(200);
    assert_eq!(me["role"], "office");
    assert_eq!(me["username"], office.username);
    office.delete("/sessions/current").await.expect(204);
    office
        .get("/accounts/me")
        .await
        .expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let (server, office) = TestServer::start_with_office().await;
    let wrong = server
        .stranger()
        .log_in(&office.username, WRONG_PASSWORD)
        .await;
    let unknown = server.stranger().log_in("nobody", PASSWORD).await;
    assert_eq!(
        wrong.expect_problem(401, "wrong_credentials"),
        unknown.expect_problem(401, "wrong_credentials")
    );
    assert_eq!(wrong.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn ten_failures_lock_a_name_for_a_quarter_of_an_hour() {
    let (server, office) = TestServer::start_with_office().await;
    for _ in 0..10 {
        server
            .stranger()
            .log_in(&office.username, WRONG_PASSWORD)
            .await
            .expect_problem(401, "wrong_credentials");
    }
    let locked = server.stranger().log_in(&office.username, PASSWORD).await;
    locked.expect_problem(429, "too_many_failures");
    let wait: u32 = locked.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    // A token that was given before goes on working, and so do other names.
    office.get("/accounts/me").await.expect(200);
    server.client(Role::Leader).await;

    let earlier = server.app.now() - TimeDelta::minutes(16);
    let mut tx = server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query("UPDATE failed_login SET at = $1")
        .bind(earlier).execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    server
        .stranger()
        .log_in(&office.username, PASSWORD)
        .await
        .expect(201);
}

#[tokio::test]
async fn an_expired_token_says_that_it_has_expired() {
    let (server, office) = TestServer::start_with_office().await;
    let past = server.app.now() - TimeDelta::seconds(1);
    let mut tx = server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query("UPDATE token SET expires_at = $1")
        .bind(past).execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    let problem = office
        .get("/accounts/me")
        .await
        .expect_problem(401, "token_expired");
    assert!(problem["detail"].as_str().unwrap().contains("重新登录"));
}

#[tokio::test]
async fn no_token_and_a_foreign_one_are_refused() {
    let server = TestServer::start().await;
    let mut client = server.stranger();
    client
        .get("/accounts/me")
        .await
        .expect_problem(401, "unauthenticated");
    client.token = Some("x".repeat(43));
    client
        .get("/accounts/me")
        .await
        .expect_problem(401, "unauthenticated");
    server
        .stranger()
        .get("/accounts/me")
        .header("authorization", "Basic YTpi")
        .await
        .expect_problem(401, "unauthenticated");
}

/// Moves the clock on for every token.
async fn let_hours_pass(server: &TestServer, hours: i64) {
    let mut tx = server.db.write().await.unwrap();
    let tokens: Vec<(String, DateTime<Utc>, DateTime<Utc>)> = on!(&mut tx, connection =>
        sqlx::query_as("SELECT digest, created_at, expires_at FROM token")
            .fetch_all(connection).await)
    .unwrap();
    let passed = TimeDelta::hours(hours);
    for (digest, created_at, expires_at) in tokens {
        on!(&mut tx, connection => sqlx::query(
            "UPDATE token SET created_at = $2, expires_at = $3 WHERE digest = $1",
        )
        .bind(digest)
        .bind(created_at - passed)
        .bind(expires_at - passed)
        .execute(connection)
        .await
        .map(|_| ()))
        .unwrap();
    }
    tx.commit().await.unwrap();
}

fn hours_from_now(server: &TestServer, moment: &serde_json::Value) -> i64 {
    let moment: DateTime<Utc> = moment.as_str().unwrap().parse().unwrap();
    // What has passed since the answer is less than a minute.
    (moment - server.app.now() + TimeDelta::minutes(1)).num_hours()
}

#[tokio::test]
async fn who_uses_a_session_every_day_logs_in_once_a_week() {
    let server = TestServer::start().await;
    let leader = server.client(Role::Leader).await;
    let renew = async || leader.post("/sessions/current/renewal").await;
    for day in 0..16 {
        let renewed = renew().await.expect(200);
        let left = 7 * 24 - 10 * day;
        assert_eq!(hours_from_now(&server, &renewed["renewable_until"]), left);
        let lasts = hours_from_now(&server, &renewed["expires_at"]);
        assert_eq!(lasts, left.min(12), "{renewed}");
        let_hours_pass(&server, 10).await;
        leader.get("/accounts/me").await.expect(200);
    }
    // Eight hours are left of the week, and no renewal makes them more.
    let last = renew().await.expect(200);
    assert_eq!(hours_from_now(&server, &last["expires_at"]), 8);
    let_hours_pass(&server, 9).await;
    renew().await.expect_problem(401, "token_expired");
    leader
        .get("/accounts/me")
        .await
        .expect_problem(401, "token_expired");
}

#[tokio::test]
async fn a_session_that_has_expired_or_ended_is_not_renewed() {
    let (server, office) = TestServer::start_with_office().await;
    let session = server.stranger().log_in(&office.username, PASSWORD).await;
    let session = session.expect(201);
    assert_eq!(hours_from_now(&server, &session["expires_at"]), 12);
    assert_eq!(hours_from_now(&server, &session["renewable_until"]), 7 * 24);
    let_hours_pass(&server, 13).await;
    let renewal = office.post("/sessions/current/renewal").await;
    renewal.expect_problem(401, "token_expired");
    let again = server.log_in(&office.username).await;
    again.delete("/sessions/current").await.expect(204);
    let renewal = again.post("/sessions/current/renewal").await;
    renewal.expect_problem(401, "unauthenticated");
}
