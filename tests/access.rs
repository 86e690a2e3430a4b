//! Logging in and out, roles, accounts.

use chrono::TimeDelta;
use qianshou::access::Role;
use qianshou::on;
use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, TestServer};

async fn log_in(server: &TestServer, username: &str, password: &str) -> crate::support::Answer {
    server
        .stranger()
        .post("/sessions")
        .json(&json!({ "username": username, "password": password }))
        .await
}

/// The account with this id, as an administrator's list shows it.
async fn listed(administrator: &Client, username: &str) -> Value {
    let page = administrator.get("/accounts").await.expect(200);
    let accounts = page["items"].as_array().unwrap();
    accounts
        .iter()
        .find(|account| account["username"] == username)
        .cloned()
        .unwrap_or_else(|| panic!("{username} is not among {accounts:?}"))
}

#[tokio::test]
async fn a_token_works_until_logging_out() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
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
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let wrong = log_in(&server, &office.username, "不是这个口令").await;
    let unknown = log_in(&server, "nobody", PASSWORD).await;
    assert_eq!(
        wrong.expect_problem(401, "wrong_credentials"),
        unknown.expect_problem(401, "wrong_credentials")
    );
    assert_eq!(wrong.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn ten_failures_lock_a_name_for_a_quarter_of_an_hour() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    for _ in 0..10 {
        log_in(&server, &office.username, "不是这个口令")
            .await
            .expect_problem(401, "wrong_credentials");
    }
    let locked = log_in(&server, &office.username, PASSWORD).await;
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
    log_in(&server, &office.username, PASSWORD)
        .await
        .expect(201);
}

#[tokio::test]
async fn an_expired_token_says_that_it_has_expired() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
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

#[tokio::test]
async fn a_disabled_account_is_out_at_once() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let office = server.client(Role::Office).await;
    let id = office.account_id.unwrap();
    let changed = administrator
        .patch(&format!("/accounts/{id}"))
        .if_match("\"1\"")
        .json(&json!({ "active": false }))
        .await;
    assert_eq!(changed.expect(200)["active"], false);
    assert_eq!(changed.header("etag"), "\"2\"");
    office
        .get("/accounts/me")
        .await
        .expect_problem(401, "unauthenticated");
    log_in(&server, &office.username, PASSWORD)
        .await
        .expect_problem(401, "wrong_credentials");
}

#[tokio::test]
async fn a_change_needs_the_version_that_was_read() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let office = server.client(Role::Office).await;
    let path = format!("/accounts/{}", office.account_id.unwrap());
    let change = json!({ "role": "leader" });
    administrator
        .patch(&path)
        .json(&change)
        .await
        .expect_problem(428, "if_match_required");
    administrator
        .patch(&path)
        .if_match("\"7\"")
        .json(&change)
        .await
        .expect_problem(412, "changed_meanwhile");
    assert_eq!(
        listed(&administrator, &office.username).await["role"],
        "office"
    );
    administrator
        .patch(&path)
        .if_match("\"1\"")
        .json(&change)
        .await
        .expect(200);
    administrator
        .patch(&path)
        .if_match("\"1\"")
        .json(&change)
        .await
        .expect_problem(412, "changed_meanwhile");
    let account = listed(&administrator, &office.username).await;
    assert_eq!(
        (&account["role"], &account["version"]),
        (&json!("leader"), &json!(2))
    );
}

#[tokio::test]
async fn each_role_may_do_what_the_table_says_and_no_more() {
    let server = TestServer::start().await;
    let settings = server
        .client(Role::Office)
        .await
        .get("/settings")
        .await
        .expect(200);
    for (role, accounts, may_set) in [
        (Role::Administrator, true, true),
        (Role::Office, false, true),
        (Role::Leader, false, false),
        (Role::Helper, false, false),
    ] {
        let client = server.client(role).await;
        let listing = client.get("/accounts").await;
        let making = client
            .post("/accounts")
            .json(&json!({ "username": format!("由{role}创建"), "role": "leader" }))
            .await;
        if accounts {
            listing.expect(200);
            making.expect(201);
        } else {
            listing.expect_problem(403, "forbidden");
            making.expect_problem(403, "forbidden");
        }
        let setting = client.put("/settings").if_match("*").json(&settings).await;
        if may_set {
            setting.expect(200);
        } else {
            setting.expect_problem(403, "forbidden");
        }
    }
}

#[tokio::test]
async fn a_helpers_account_belongs_to_an_active_person() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let make = async |body: Value| administrator.post("/accounts").json(&body).await;
    let problem = make(json!({ "username": "a", "role": "helper" }))
        .await
        .expect_problem(422, "helper_without_person");
    assert_eq!(problem["errors"][0]["pointer"], "/staff_id");
    make(json!({ "username": "a", "role": "helper", "staff_id": uuid::Uuid::now_v7() }))
        .await
        .expect_problem(422, "no_such_person");

    let staff_id = server.add_staff().await;
    let mut tx = server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query("UPDATE staff SET active = $2 WHERE id = $1")
        .bind(staff_id).bind(false).execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    make(json!({ "username": "a", "role": "helper", "staff_id": staff_id }))
        .await
        .expect_problem(422, "no_such_person");

    let staff_id = server.add_staff().await;
    let made = make(json!({ "username": "a", "role": "helper", "staff_id": staff_id }))
        .await
        .expect(201);
    // The password that was made works.
    log_in(&server, "a", made["password"].as_str().unwrap())
        .await
        .expect(201);
}

#[tokio::test]
async fn names_are_taken_once_and_passwords_long_enough() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let make = async |username: &str, password: &str| {
        administrator
            .post("/accounts")
            .json(&json!({ "username": username, "role": "leader", "password": password }))
            .await
    };
    make("王主任", PASSWORD).await.expect(201);
    let problem = make("王主任", PASSWORD)
        .await
        .expect_problem(409, "username_taken");
    assert_eq!(problem["errors"][0]["pointer"], "/username");
    let problem = make("李主任", "七个字符的口令")
        .await
        .expect_problem(400, "bad_request");
    assert_eq!(problem["errors"][0]["pointer"], "/password");
    let problem = make("a b", PASSWORD)
        .await
        .expect_problem(400, "bad_request");
    assert_eq!(problem["errors"][0]["pointer"], "/username");
}

#[tokio::test]
async fn a_password_is_changed_by_its_owner_or_an_administrator() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let office = server.client(Role::Office).await;
    let leader = server.client(Role::Leader).await;
    let path = format!("/accounts/{}/password", leader.account_id.unwrap());
    office
        .post(&path)
        .json(&json!({ "password": "另一个足够长的口令" }))
        .await
        .expect_problem(403, "forbidden");
    leader
        .post(&path)
        .json(&json!({ "current_password": PASSWORD, "password": "另一个足够长的口令" }))
        .await
        .expect(200);
    // Its sessions have ended, the old password is gone, the new one works.
    leader
        .get("/accounts/me")
        .await
        .expect_problem(401, "unauthenticated");
    log_in(&server, &leader.username, PASSWORD)
        .await
        .expect_problem(401, "wrong_credentials");
    log_in(&server, &leader.username, "另一个足够长的口令")
        .await
        .expect(201);
    let made = administrator.post(&path).json(&json!({})).await.expect(200);
    log_in(
        &server,
        &leader.username,
        made["password"].as_str().unwrap(),
    )
    .await
    .expect(201);
}

#[tokio::test]
async fn accounts_come_in_pages() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    for _ in 0..4 {
        server.client(Role::Leader).await;
    }
    let mut names = Vec::new();
    let mut cursor = None::<String>;
    loop {
        let mut query = vec![("limit", "2".to_owned())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let page = administrator
            .get("/accounts")
            .query(&query)
            .await
            .expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        names.extend(
            items
                .iter()
                .map(|item| item["username"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(
        names,
        [
            "administrator-0",
            "leader-1",
            "leader-2",
            "leader-3",
            "leader-4"
        ]
    );
    administrator
        .get("/accounts")
        .query(&[("cursor", "nonsense")])
        .await
        .expect_problem(400, "bad_request");
    administrator
        .get("/accounts")
        .query(&[("limit", "201")])
        .await
        .expect_problem(400, "bad_request");
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let server = TestServer::start().await;
    let first = qianshou::access::service::first_administrator(&server.app)
        .await
        .unwrap();
    let (name, password) = first.unwrap();
    log_in(&server, &name, &password).await.expect(201);
    let again = qianshou::access::service::first_administrator(&server.app)
        .await
        .unwrap();
    assert_eq!(again, None);
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
