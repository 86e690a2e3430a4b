//! Accounts under fire: what is decided is decided in the write that it guards.

use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use qianshou::access::service::first_administrator;
use qianshou::access::{Role, purge};
use qianshou::app::App;
use qianshou::{insert, on};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Client, PASSWORD, TestDatabase, TestServer};

const NEW_PASSWORD: &str = "另一个足够长的口令";

fn path_of(client: &Client) -> String {
    format!("/accounts/{}", client.account_id.unwrap())
}

async fn disable(by: &Client, whom: &Client) -> Answer {
    by.patch(&path_of(whom))
        .if_match("*")
        .json(&json!({ "active": false }))
        .await
}

async fn set_own_password(client: &Client) -> Answer {
    client
        .post(&format!("{}/password", path_of(client)))
        .json(&json!({ "current_password": PASSWORD, "password": NEW_PASSWORD }))
        .await
}

async fn log_in(server: &TestServer, username: &str, password: &str) -> Answer {
    let body = json!({ "username": username, "password": password });
    server.stranger().post("/sessions").json(&body).await
}

#[tokio::test]
async fn a_disabled_administrator_stays_out_whatever_was_under_way() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    for round in 0..6 {
        let leaving = server.client(Role::Administrator).await;
        let disabled = async {
            tokio::time::sleep(Duration::from_millis(15 * round)).await;
            disable(&administrator, &leaving).await
        };
        let (_, disabled) = tokio::join!(set_own_password(&leaving), disabled);
        assert_eq!(disabled.expect(200)["active"], false);
        for password in [PASSWORD, NEW_PASSWORD] {
            log_in(&server, &leaving.username, password)
                .await
                .expect_problem(401, "wrong_credentials");
        }
        leaving
            .get("/accounts/me")
            .await
            .expect_problem(401, "unauthenticated");
    }
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
                .post(&format!("{}/password", path_of(&office)))
                .json(&json!({ "password": NEW_PASSWORD }))
                .await
        };
        let name = &office.username;
        let log_ins = join_all((0..4).map(|_| log_in(&server, name, PASSWORD)));
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
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let office = server.client(Role::Office).await;
    log_in(&server, &office.username, "不是这个口令")
        .await
        .expect(401);
    let mut log_in = server.db.write_access().await.unwrap();
    on!(&mut log_in, connection => sqlx::query("DELETE FROM failed_login WHERE username = $1")
        .bind(&office.username).execute(connection).await.map(|_| ()))
    .unwrap();
    let path = format!("{}/password", path_of(&office));
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
async fn of_two_administrators_who_disable_each_other_one_stays() {
    let server = TestServer::start().await;
    let mut first = server.client(Role::Administrator).await;
    for _ in 0..5 {
        let second = server.client(Role::Administrator).await;
        let (by_first, by_second) =
            tokio::join!(disable(&first, &second), disable(&second, &first));
        let mut statuses = [by_first.status, by_second.status];
        statuses.sort_unstable();
        assert_eq!(
            statuses,
            [200, 401],
            "{}{}",
            by_first.text(),
            by_second.text()
        );
        if by_second.status == 200 {
            first = second;
        }
    }
    first.get("/accounts").await.expect(200);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    for change in [json!({ "active": false }), json!({ "role": "office" })] {
        administrator
            .patch(&path_of(&administrator))
            .if_match("*")
            .json(&change)
            .await
            .expect_problem(409, "last_administrator");
    }
    // One that is disabled is none.
    let second = server.client(Role::Administrator).await;
    disable(&administrator, &second).await.expect(200);
    disable(&administrator, &administrator)
        .await
        .expect_problem(409, "last_administrator");
    administrator.get("/accounts").await.expect(200);
    // Nor does the person leave whose account it is.
    let office = server.client(Role::Office).await;
    let person = server.client(Role::Helper).await.staff_id.unwrap();
    administrator
        .patch(&path_of(&administrator))
        .if_match("*")
        .json(&json!({ "staff_id": person }))
        .await
        .expect(200);
    let path = format!("/staff/{person}");
    let departure = json!({ "kind": "retired", "date": server.days_ago(0) });
    let leave = async || {
        let call = office.post(&format!("{path}/departure")).if_match("*");
        call.json(&departure).await
    };
    leave().await.expect_problem(409, "last_administrator");
    let inactive = office.patch(&path).if_match("*");
    let inactive = inactive.json(&json!({ "active": false })).await;
    inactive.expect_problem(409, "last_administrator");
    server.client(Role::Administrator).await;
    leave().await.expect(200);
}

#[tokio::test]
async fn to_change_ones_password_one_needs_it() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let path = format!("{}/password", path_of(&administrator));
    let set = async |body: Value| administrator.post(&path).json(&body).await;
    let missing = set(json!({ "password": NEW_PASSWORD }))
        .await
        .expect_problem(422, "current_password_required");
    assert_eq!(missing["errors"][0]["pointer"], "/current_password");
    // Who finds the session open may guess as often as who stands outside.
    for _ in 0..10 {
        set(json!({ "current_password": "不是这个口令", "password": NEW_PASSWORD }))
            .await
            .expect_problem(422, "wrong_current_password");
    }
    set(json!({ "current_password": PASSWORD, "password": NEW_PASSWORD }))
        .await
        .expect_problem(429, "too_many_failures");
    administrator.get("/accounts/me").await.expect(200);
    administrator
        .post(&format!("{}/unlock", path_of(&administrator)))
        .await
        .expect(204);
    set(json!({ "current_password": PASSWORD, "password": NEW_PASSWORD }))
        .await
        .expect(200);
    log_in(&server, &administrator.username, NEW_PASSWORD)
        .await
        .expect(201);
}

/// Requests whose tokens were looked at, and that wait for another writer, while that one disables
/// their account.
#[tokio::test]
async fn a_right_that_is_gone_by_the_time_of_the_write_is_gone() {
    let server = TestServer::start().await;
    server.client(Role::Administrator).await;
    let leaving = server.client(Role::Administrator).await;
    let leader = server.client(Role::Leader).await;
    let helper = server.client(Role::Helper).await;
    let staff = helper.staff_id.unwrap();
    let household = server.household_of(staff).await;
    let settings = leaving.get("/settings").await.expect(200);
    let day = server.days_ago(1);
    let visit = json!({ "visited_on": day, "kind": "phone" });
    let post = |path: String, body: Value| {
        let key = Uuid::now_v7().to_string();
        leaving.post(&path).key(&key).json(&body)
    };
    let account = path_of(&leader);
    let calls = vec![
        post(
            "/accounts".to_owned(),
            json!({ "username": "新账号", "role": "office", "password": PASSWORD }),
        ),
        post(format!("{account}/password"), json!({})),
        post(format!("{account}/unlock"), json!({})),
        leaving
            .patch(&account)
            .if_match("*")
            .json(&json!({ "role": "office" })),
        leaving.put("/settings").if_match("*").json(&settings),
        leaving
            .put("/year-plans/2026")
            .if_match("*")
            .json(&json!({ "target": 1, "line_fen": 1 })),
        post(format!("/households/{household}/visits"), visit.clone()),
        post(
            "/visits/batch".to_owned(),
            json!({ "visits": [{ "household_id": household, "idempotency_key": "1", "visit": visit }] }),
        ),
        post(
            format!("/households/{household}/plans"),
            json!({ "approach": "养殖", "measures": ["industry"], "decided_on": day }),
        ),
        post(
            format!("/staff/{staff}/departure"),
            json!({ "kind": "retired", "date": day }),
        ),
        post(
            format!("/staff/{staff}/leaves"),
            json!({ "from_date": day, "to_date": day, "reason": "病假" }),
        ),
        leaving
            .patch(&format!("/staff/{staff}"))
            .if_match("*")
            .json(&json!({ "phone": "13800000000" })),
        post(
            "/pairing-constraints".to_owned(),
            json!({ "kind": "forbidden", "household_id": household, "staff_id": staff, "reason": "亲属" }),
        ),
        post(
            "/import-profiles".to_owned(),
            json!({ "kind": "staff", "name": "甲", "columns": [{ "heading": "姓名", "field": "name" }] }),
        ),
    ];
    let tables = changes(&server).await;
    let mut held = server.db.write().await.unwrap();
    let calls: Vec<_> = calls
        .into_iter()
        .map(|call| tokio::spawn(async move { call.await }))
        .collect();
    // Long enough for all to come to the write. One that came later would get the same answer.
    tokio::time::sleep(Duration::from_secs(2)).await;
    on!(&mut held, connection => sqlx::query("UPDATE account SET active = $2, version = version + 1 WHERE id = $1")
        .bind(leaving.account_id.unwrap()).bind(false).execute(connection).await.map(|_| ()))
    .unwrap();
    held.commit().await.unwrap();
    for call in join_all(calls).await {
        call.unwrap().expect_problem(401, "unauthenticated");
    }
    assert_eq!(changes(&server).await, tables);
}

/// How many rows the tables have that those requests would write to.
async fn changes(server: &TestServer) -> Vec<i64> {
    let mut counts = Vec::new();
    let mut tx = server.db.read().await.unwrap();
    for table in [
        "account",
        "history",
        "setting",
        "year_plan",
        "visit",
        "help_plan",
        "pairing_constraint",
        "import_profile",
        "idempotency",
    ] {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = on!(&mut tx, connection => sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(connection).await)
        .unwrap();
        counts.push(count);
    }
    counts
}

/// Whoever writes for a caller begins by `Caller::write`, which looks at the caller again.
#[test]
fn writes_for_a_caller_look_at_the_caller_again() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            let code = text.lines().filter(|line| !line.trim().starts_with("//"));
            found.extend(
                code.filter(|line| {
                    line.contains("db.write()") || line.contains("db.write_access()")
                })
                .map(|_| name.clone()),
            );
        }
    }
    found.sort();
    found.dedup();
    // Log-ins, the first administrator, and workers who write for nobody.
    let without_caller = [
        "access/account.rs",
        "access/api.rs",
        "access/login.rs",
        "access/write.rs",
        "import/undo.rs",
        "import/worker.rs",
    ];
    assert_eq!(found, without_caller);
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
    let mut tx = apps[0].db.read().await.unwrap();
    let accounts: i64 =
        on!(&mut tx, connection => sqlx::query_scalar("SELECT count(*) FROM account")
        .fetch_one(connection).await)
        .unwrap();
    assert_eq!(accounts, 1);
}

/// Keys of answers, failed log-ins and tokens of these ages, in days.
#[tokio::test]
async fn what_has_served_its_time_is_cleared_away() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let (account_id, now) = (office.account_id.unwrap(), server.app.now());
    let rows = |days: i64, count: usize| vec![now - TimeDelta::days(days); count];
    let mut tx = server.db.write().await.unwrap();
    // More than one step clears away.
    for rows in [rows(91, 2_500), rows(89, 3)] {
        insert!(&mut tx, "idempotency", rows, |at| {
            account_id: account_id,
            key: Uuid::now_v7().to_string(),
            request_digest: "",
            answer: "{}",
            created_at: *at,
        })
        .unwrap();
    }
    for rows in [rows(2, 5), rows(0, 2)] {
        insert!(&mut tx, "failed_login", rows, |at| {
            id: Uuid::now_v7(),
            username: "nobody",
            at: *at,
        })
        .unwrap();
    }
    insert!(&mut tx, "token", rows(8, 5), |at| {
        digest: Uuid::now_v7().to_string(),
        account_id: account_id,
        account_version: 1_i64,
        created_at: *at,
        expires_at: *at,
    })
    .unwrap();
    insert!(&mut tx, "known_device", rows(91, 5), |at| {
        account_id: account_id,
        digest: Uuid::now_v7().to_string(),
        is_place: false,
        used_at: *at,
    })
    .unwrap();
    tx.commit().await.unwrap();
    purge::purge(&server.app).await.unwrap();
    let mut left = Vec::new();
    let mut tx = server.db.read().await.unwrap();
    for table in ["idempotency", "failed_login", "token", "known_device"] {
        let sql = format!("SELECT count(*) FROM {table}");
        let count: i64 = on!(&mut tx, connection => sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(connection).await)
        .unwrap();
        left.push(count);
    }
    // The token, the device and the place of the client that is logged in are left.
    assert_eq!(left, [3, 2, 1, 2]);
    office.get("/accounts/me").await.expect(200);
}

// Rights belong to the person ----------------------------------------------------------------------

#[tokio::test]
async fn an_account_that_was_used_stays_its_persons() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let helper = server.client(Role::Helper).await;
    let other = server.add_staff().await;
    let change = async |path: &str, body: Value| {
        let call = administrator.patch(path).if_match("*");
        call.json(&body).await
    };
    for body in [
        json!({ "staff_id": other }),
        json!({ "role": "office", "staff_id": null }),
    ] {
        change(&path_of(&helper), body)
            .await
            .expect_problem(409, "account_has_records");
    }
    let closed = change(&path_of(&helper), json!({ "active": false })).await;
    assert_eq!(closed.expect(200)["staff_id"], json!(helper.staff_id));

    // One that nobody has used yet was made for the wrong person: that is put right.
    let made = administrator
        .post("/accounts")
        .json(&json!({ "username": "新", "role": "helper", "staff_id": helper.staff_id, "password": PASSWORD }))
        .await
        .expect(201);
    let path = format!("/accounts/{}", made["account"]["id"].as_str().unwrap());
    change(&path, json!({ "staff_id": other }))
        .await
        .expect(200);
    log_in(&server, "新", PASSWORD).await.expect(201);
    change(&path, json!({ "staff_id": server.add_staff().await }))
        .await
        .expect_problem(409, "account_has_records");
}

/// Puts an account in another person's name where the API refuses it, as an earlier version did.
async fn hand_over(server: &TestServer, client: &Client, staff_id: Uuid) {
    let mut tx = server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query("UPDATE account SET staff_id = $2, role = $3 WHERE id = $1")
        .bind(client.account_id.unwrap()).bind(staff_id).bind("helper")
        .execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn visits_are_the_persons_and_not_the_accounts() {
    let server = TestServer::start().await;
    let helper = server.client(Role::Helper).await;
    let clerk = server.client(Role::Office).await;
    let staff = helper.staff_id.unwrap();
    let household = server.household_of(staff).await;
    let body = json!({ "visited_on": server.days_ago(1), "kind": "phone" });
    for account in [&helper, &clerk] {
        let log = account
            .post(&format!("/households/{household}/visits"))
            .key("1")
            .json(&body);
        let visit = log.await.expect(201);
        let path = format!("/visits/{}", visit["id"].as_str().unwrap());
        let stranger = server.add_staff().await;
        hand_over(&server, account, stranger).await;
        account.get(&path).await.expect_problem(404, "not_found");
        account
            .patch(&path)
            .if_match("*")
            .json(&json!({ "reason": "更正", "note": "改" }))
            .await
            .expect_problem(404, "not_found");
        account
            .get(&format!("{path}/history"))
            .await
            .expect_problem(404, "not_found");
        let list = account.get("/visits").await.expect(200);
        assert_eq!(list["items"], json!([]));
        // Nor does the key that the former person used give that person's visit.
        let again = account
            .post(&format!("/households/{household}/visits"))
            .key("1")
            .json(&body)
            .await;
        assert!(again.status >= 400, "{}", again.text());
        assert!(!again.text().contains(visit["id"].as_str().unwrap()));
    }
    // The person whose visits they are sees both by another account.
    let again = server.helper(staff).await;
    let list = again.get("/visits").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}
