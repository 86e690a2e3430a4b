//! Logging in and out: `/sessions`.

use chrono::TimeDelta;
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
