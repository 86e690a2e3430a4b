//! Setting a password, and what that ends.

use std::time::Duration;

use futures_util::future::join_all;
use qianshou::access::Role;
use qianshou::on;
use serde_json::{Value, json};

use crate::support::session::{NEW_PASSWORD, WRONG_PASSWORD, account_path};
use crate::support::{PASSWORD, TestServer};

#[tokio::test]
async fn a_password_is_changed_by_its_owner_or_an_administrator() {
    let (server, office) = TestServer::start_with_office().await;
    let administrator = server.client(Role::Administrator).await;
    let leader = server.client(Role::Leader).await;
    let path = format!("/accounts/{}/password", leader.account_id.unwrap());
    office
        .post(&path)
        .json(&json!({ "password": NEW_PASSWORD }))
        .await
        .expect_problem(403, "forbidden");
    leader
        .post(&path)
        .json(&json!({ "current_password": PASSWORD, "password": NEW_PASSWORD }))
        .await
        .expect(200);
    // Its sessions have ended, the old password is gone, the new one works.
    leader
        .get("/accounts/me")
        .await
        .expect_problem(401, "unauthenticated");
    server
        .stranger()
        .log_in(&leader.username, PASSWORD)
        .await
        .expect_problem(401, "wrong_credentials");
    server
        .stranger()
        .log_in(&leader.username, NEW_PASSWORD)
        .await
        .expect(201);
    let made = administrator.post(&path).json(&json!({})).await.expect(200);
    server
        .stranger()
        .log_in(&leader.username, made["password"].as_str().unwrap())
        .await
        .expect(201);
}

#[tokio::test]
async fn the_history_of_an_account_holds_no_password() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let id = server.client(Role::Leader).await.account_id.unwrap();
    administrator
        .post(&format!("/accounts/{id}/password"))
        .json(&json!({}))
        .await
        .expect(200);
    let mut tx = server.db.read().await.unwrap();
    let kept = qianshou::access::history::of(&mut tx, "account", &id.to_string())
        .await
        .unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].actor, administrator.username);
    assert!(!kept[0].before.0.to_string().contains("argon2"));
}

#[tokio::test]
async fn a_log_in_with_the_old_password_outlives_no_reset() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    for round in 0..6 {
        let office = server.client(Role::Office).await;
        let reset = async {
            tokio::time::sleep(Duration::from_millis(10 * round)).await;
            administrator
                .post(&format!("{}/password", account_path(&office)))
                .json(&json!({ "password": NEW_PASSWORD }))
                .await
        };
        let name = &office.username;
        let stranger = server.stranger();
        let log_ins = join_all((0..4).map(|_| stranger.log_in(name, PASSWORD)));
        let (log_ins, reset) = tokio::join!(log_ins, reset);
        reset.expect(200);
        for begun in log_ins.iter().filter(|answer| answer.status == 201) {
            let mut client = server.stranger();
            client.token = begun.expect(201)["token"].as_str().map(str::to_owned);
            client
                .get("/accounts/me")
                .await
                .expect_problem(401, "unauthenticated");
        }
    }
}

/// Both lock the account's row and its failed log-ins. Were it not one after the other, each could hold
/// what the other waits for, and the database would end one of the two.
#[tokio::test]
async fn a_log_in_and_a_reset_of_the_same_account_wait_for_each_other() {
    let (server, office) = TestServer::start_with_office().await;
    let administrator = server.client(Role::Administrator).await;
    server
        .stranger()
        .log_in(&office.username, WRONG_PASSWORD)
        .await
        .expect(401);
    let mut log_in = server.db.write_access().await.unwrap();
    on!(&mut log_in, connection => sqlx::query("DELETE FROM failed_login WHERE username = $1")
        .bind(&office.username).execute(connection).await.map(|_| ()))
    .unwrap();
    let path = format!("{}/password", account_path(&office));
    let reset = administrator.post(&path).json(&json!({}));
    let reset = tokio::spawn(async move { reset.await });
    // Long enough to come to the write: passwords are hashed before.
    tokio::time::sleep(Duration::from_secs(2)).await;
    on!(&mut log_in, connection => sqlx::query("UPDATE account SET used = TRUE WHERE id = $1")
        .bind(office.account_id.unwrap()).execute(connection).await.map(|_| ()))
    .unwrap();
    log_in.commit().await.unwrap();
    reset.await.unwrap().expect(200);
}

#[tokio::test]
async fn to_change_ones_password_one_needs_it() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let path = format!("{}/password", account_path(&administrator));
    let set = async |body: Value| administrator.post(&path).json(&body).await;
    let missing = set(json!({ "password": NEW_PASSWORD }))
        .await
        .expect_problem(422, "current_password_required");
    assert_eq!(missing["errors"][0]["pointer"], "/current_password");
    // Who finds the session open may guess as often as who stands outside.
    for _ in 0..10 {
        set(json!({ "current_password": WRONG_PASSWORD, "password": NEW_PASSWORD }))
            .await
            .expect_problem(422, "wrong_current_password");
    }
    set(json!({ "current_password": PASSWORD, "password": NEW_PASSWORD }))
        .await
        .expect_problem(429, "too_many_failures");
    administrator.get("/accounts/me").await.expect(200);
    administrator
        .post(&format!("{}/unlock", account_path(&administrator)))
        .await
        .expect(204);
    set(json!({ "current_password": PASSWORD, "password": NEW_PASSWORD }))
        .await
        .expect(200);
    server
        .stranger()
        .log_in(&administrator.username, NEW_PASSWORD)
        .await
        .expect(201);
}
