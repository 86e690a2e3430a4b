//! Making an account, and the first one.

use futures_util::future::join_all;
use qianshou::access::Role;
use qianshou::access::making::first_administrator;
use qianshou::app::App;
use qianshou::on;
use serde_json::{Value, json};

use crate::support::database::count_rows;
use crate::support::{PASSWORD, TestDatabase, TestServer};

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
    server
        .stranger()
        .log_in("a", made["password"].as_str().unwrap())
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
    for username in ["a b", "王\t芳", "甲/乙"] {
        let problem = make(username, PASSWORD)
            .await
            .expect_problem(422, "username_invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/username");
    }
    make("WangFang", PASSWORD).await.expect(201);
    make("wangfang", PASSWORD)
        .await
        .expect_problem(409, "username_taken");
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let server = TestServer::start().await;
    let first = qianshou::access::making::first_administrator(&server.app)
        .await
        .unwrap();
    let (name, password) = first.unwrap();
    server.stranger().log_in(&name, &password).await.expect(201);
    let again = qianshou::access::making::first_administrator(&server.app)
        .await
        .unwrap();
    assert_eq!(again, None);
}

#[tokio::test]
async fn of_several_first_starters_one_makes_the_administrator() {
    let database = TestDatabase::create().await;
    let mut apps = Vec::new();
    for _ in 0..3 {
        apps.push(App::new(database.open().await));
    }
    let made = join_all(apps.iter().map(first_administrator)).await;
    let made = made.into_iter().filter_map(Result::unwrap);
    assert_eq!(made.count(), 1);
    assert_eq!(count_rows(&apps[0].db, "account").await, 1);
}

#[tokio::test]
async fn an_account_that_is_sent_twice_is_made_once_and_its_password_shown_once() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let make =
        async |key: &str, body: &Value| administrator.post("/accounts").key(key).json(body).await;
    let leader = json!({ "username": "王主任", "role": "leader" });
    let first = make("one", &leader).await;
    let made = first.expect(201);
    assert_eq!(made["password_was_shown"], false);
    let password = made["password"].as_str().unwrap();
    let again = make("one", &leader).await;
    let told = again.expect(201);
    assert_eq!(told["account"], made["account"]);
    assert_eq!(told["password"], Value::Null);
    assert_eq!(told["password_was_shown"], true);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(count_rows(&server.db, "account").await, 2);
    server
        .stranger()
        .log_in("王主任", password)
        .await
        .expect(201);
    let other = json!({ "username": "李主任", "role": "leader" });
    make("one", &other)
        .await
        .expect_problem(422, "idempotency_key_reused");

    // A password that was sent is compared with the account's, and not kept.
    let with =
        |password: &str| json!({ "username": "赵主任", "role": "leader", "password": password });
    let made = make("two", &with(PASSWORD)).await.expect(201);
    let told = make("two", &with(PASSWORD)).await.expect(201);
    assert_eq!(told, made);
    assert_eq!(told["password_was_shown"], false);
    make("two", &with("另一个足够长的口令"))
        .await
        .expect_problem(422, "idempotency_key_reused");
    make("two", &json!({ "username": "赵主任", "role": "leader" }))
        .await
        .expect_problem(422, "idempotency_key_reused");
    let kept = kept_answers(&server).await;
    assert_eq!(kept.len(), 2);
    for answer in kept {
        assert!(!answer.contains("password"), "{answer}");
        assert!(!answer.contains("argon2"), "{answer}");
        assert!(!answer.contains(password), "{answer}");
    }
}

/// What the database keeps for keys.
async fn kept_answers(server: &TestServer) -> Vec<String> {
    let mut tx = server.db.read().await.unwrap();
    on!(&mut tx, connection => sqlx::query_scalar(
        "SELECT CAST(answer AS TEXT) FROM idempotency",
    )
    .fetch_all(connection)
    .await)
    .unwrap()
}
