//! Logging in and out, roles, accounts.

use qianshou::access::Role;
use serde_json::json;

use crate::support::{PASSWORD, TestServer};

#[tokio::test]
async fn logging_in_gives_a_token_that_works_until_logging_out() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let me = office.get("/accounts/me").await.expect(200);
    assert_eq!(me["role"], "office");
    office.delete("/sessions/current").await.expect(204);
    office
        .get("/accounts/me")
        .await
        .expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    for (username, password) in [
        (office.username.as_str(), "不是这个口令"),
        ("nobody", PASSWORD),
    ] {
        server
            .stranger()
            .post("/sessions")
            .json(&json!({ "username": username, "password": password }))
            .await
            .expect_problem(401, "wrong_credentials");
    }
}
