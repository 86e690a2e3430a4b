//! Changing an account: what is decided is decided in the write that it guards.

use std::time::Duration;

use qianshou::access::Role;
use qianshou::on;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::session::{NEW_PASSWORD, account_path};
use crate::support::{Answer, Client, PASSWORD, TestServer};

/// The account of this name, as an administrator's list shows it.
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
async fn a_disabled_account_is_out_at_once() {
    let (server, office) = TestServer::start_with_office().await;
    let administrator = server.client(Role::Administrator).await;
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
    server
        .stranger()
        .log_in(&office.username, PASSWORD)
        .await
        .expect_problem(401, "wrong_credentials");
}

#[tokio::test]
async fn a_change_needs_the_version_that_was_read() {
    let (server, office) = TestServer::start_with_office().await;
    let administrator = server.client(Role::Administrator).await;
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

async fn disable(by: &Client, whom: &Client) -> Answer {
    by.patch(&account_path(whom))
        .if_match("*")
        .json(&json!({ "active": false }))
        .await
}

async fn set_own_password(client: &Client) -> Answer {
    client
        .post(&format!("{}/password", account_path(client)))
        .json(&json!({ "current_password": PASSWORD, "password": NEW_PASSWORD }))
        .await
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
            server
                .stranger()
                .log_in(&leaving.username, password)
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
            .patch(&account_path(&administrator))
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
        .patch(&account_path(&administrator))
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
        change(&account_path(&helper), body)
            .await
            .expect_problem(409, "account_has_records");
    }
    let closed = change(&account_path(&helper), json!({ "active": false })).await;
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
    server.stranger().log_in("新", PASSWORD).await.expect(201);
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
    let (server, clerk) = TestServer::start_with_office().await;
    let helper = server.client(Role::Helper).await;
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
