//! Trying passwords: limits that stop who guesses and not the owner, and floods of log-ins.

use std::time::Duration;

use futures_util::future::join_all;
use qianshou::access::Role;
use qianshou::insert;
use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::database::{LONG_WAIT, count_rows};
use crate::support::session::{NEW_PASSWORD, WRONG_PASSWORD};
use crate::support::{Answer, Client, PASSWORD, Service, TestServer};

/// A stranger at this address of the machine. The tests share the queue in which passwords wait: a
/// flood has an address of its own.
fn at(server: &TestServer, address: &str) -> Client {
    server.stranger().at_address(address)
}

async fn log_in_with(client: &Client, username: &str, password: &str, device: &Value) -> Answer {
    let body = json!({ "username": username, "password": password, "device": device });
    client.post("/sessions").json(&body).await
}

async fn guess(client: &Client, username: &str, times: usize) {
    for _ in 0..times {
        client
            .log_in(username, WRONG_PASSWORD)
            .await
            .expect_problem(401, "wrong_credentials");
    }
}

/// Puts failed log-ins into the database, each with another name or from another source.
async fn failures(server: &TestServer, count: usize, of: impl Fn(usize) -> (String, String)) {
    let now = server.app.now();
    let rows: Vec<_> = (0..count).map(of).collect();
    let mut tx = server.db.write().await.unwrap();
    insert!(&mut tx, "failed_login", rows, |row| {
        id: Uuid::now_v7(),
        username: row.0.as_str(),
        source: row.1.as_str(),
        at: now,
    })
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn of_300_guesses_at_once_ten_are_looked_at() {
    let (server, office) = TestServer::start_with_office().await;
    let stranger = at(&server, "127.0.0.70");
    for username in [office.username.as_str(), "nobody"] {
        let before = count_rows(&server.db, "failed_login").await;
        let guesses = (0..300).map(|_| stranger.log_in(username, WRONG_PASSWORD));
        let answers = join_all(guesses).await;
        let looked_at = answers.iter().filter(|answer| answer.status == 401);
        assert_eq!(looked_at.count(), 10, "{username}");
        // The others were refused: by the limit, or by a queue that was full.
        for answer in answers.iter().filter(|answer| answer.status != 401) {
            assert!([429, 503].contains(&answer.status), "{}", answer.text());
            assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1);
        }
        assert_eq!(
            count_rows(&server.db, "failed_login").await - before,
            10,
            "{username}"
        );
    }
}

#[tokio::test]
async fn a_stranger_does_not_lock_the_owner_out() {
    let (server, office) = TestServer::start_with_office().await;
    let stranger = at(&server, "127.0.0.2");
    guess(&stranger, &office.username, 10).await;
    stranger
        .log_in(&office.username, PASSWORD)
        .await
        .expect_problem(429, "too_many_failures");
    at(&server, "127.0.0.3")
        .log_in(&office.username, PASSWORD)
        .await
        .expect(201);
}

/// Fifty guesses of one name from everywhere.
#[tokio::test]
async fn strangers_from_everywhere_lock_out_neither_known_devices_nor_known_places() {
    let (server, office) = TestServer::start_with_office().await;
    let administrator = server.client(Role::Administrator).await;
    let name = &office.username;
    let home = at(&server, "127.0.0.1");
    let first = home.log_in(name, PASSWORD).await.expect(201);
    let device = &first["device"];
    for name in [name.as_str(), "nobody"] {
        failures(&server, 50, |index| {
            (name.to_owned(), format!("198.51.100.{index}"))
        })
        .await;
    }
    let elsewhere = at(&server, "127.0.0.9");
    let refused = elsewhere.log_in(name, PASSWORD).await;
    refused.expect_problem(429, "too_many_failures");
    let again = log_in_with(&elsewhere, name, PASSWORD, device)
        .await
        .expect(201);
    assert_eq!(again["device"], *device, "a known device keeps its token");
    home.log_in(name, PASSWORD).await.expect(201);
    // The device of one account is none of another.
    let other = server.client(Role::Leader).await;
    failures(&server, 50, |index| {
        (other.username.clone(), format!("198.51.100.{index}"))
    })
    .await;
    log_in_with(&elsewhere, &other.username, PASSWORD, device)
        .await
        .expect_problem(429, "too_many_failures");

    // Nobody can tell from the answers which of these names exists, nor who has been here before.
    for client in [&home, &elsewhere] {
        let wrong = client.log_in(name, WRONG_PASSWORD).await;
        let unknown = client.log_in("nobody", WRONG_PASSWORD).await;
        assert_eq!(
            wrong.expect_problem(429, "too_many_failures"),
            unknown.expect_problem(429, "too_many_failures")
        );
    }

    let id = office.account_id.unwrap();
    let unlock = format!("/accounts/{id}/unlock");
    office.post(&unlock).await.expect_problem(403, "forbidden");
    administrator.post(&unlock).await.expect(204);
    elsewhere.log_in(name, PASSWORD).await.expect(201);
}

#[tokio::test]
async fn what_is_tried_at_a_known_place_meanwhile_is_limited_too() {
    let (server, office) = TestServer::start_with_office().await;
    let name = &office.username;
    failures(&server, 50, |index| {
        (name.clone(), format!("198.51.100.{index}"))
    })
    .await;
    let home = at(&server, "127.0.0.1");
    for _ in 0..12 {
        home.log_in(name, WRONG_PASSWORD)
            .await
            .expect_problem(429, "too_many_failures");
    }
    assert_eq!(
        count_rows(&server.db, "failed_login").await,
        60,
        "ten were looked at"
    );
    // Not even the right one goes on here now.
    home.log_in(name, PASSWORD)
        .await
        .expect_problem(429, "too_many_failures");
}

#[tokio::test]
async fn many_names_from_one_address_must_wait_and_other_addresses_not() {
    let (server, office) = TestServer::start_with_office().await;
    let school = at(&server, "127.0.0.2");
    let device = school.log_in(&office.username, PASSWORD).await.expect(201)["device"].clone();
    let newcomer = server.client(Role::Leader).await;
    failures(&server, 100, |index| {
        (format!("name-{index}"), "127.0.0.2".to_owned())
    })
    .await;
    let refused = school.log_in(&newcomer.username, PASSWORD).await;
    refused.expect_problem(429, "too_many_failures");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 10);
    // Who has logged in from there before, or on this device, goes on.
    school.log_in(&office.username, PASSWORD).await.expect(201);
    log_in_with(&school, &office.username, PASSWORD, &device)
        .await
        .expect(201);
    at(&server, "127.0.0.3")
        .log_in(&newcomer.username, PASSWORD)
        .await
        .expect(201);
}

/// A school logs in in the morning: what succeeds counts for nothing.
#[tokio::test]
async fn many_may_log_in_from_one_address() {
    let (server, office) = TestServer::start_with_office().await;
    let school = at(&server, "127.0.0.2");
    for _ in 0..12 {
        guess(&school, &office.username, 9).await;
        school.log_in(&office.username, PASSWORD).await.expect(201);
    }
    assert_eq!(count_rows(&server.db, "failed_login").await, 0);
}

/// Whoever is logged in proves who they are by the session, and is known afterwards where they were.
#[tokio::test]
async fn strangers_keep_no_owner_from_setting_the_password_and_logging_in_with_it() {
    let (server, owner) = TestServer::start_with_office().await;
    let owner = owner.at_address("127.0.0.91");
    let name = owner.username.clone();
    let flood = |round: usize| {
        failures(&server, 60, {
            let name = name.clone();
            move |number| (name.clone(), format!("10.9.{round}.{number}"))
        })
    };
    flood(0).await;
    let path = format!("/accounts/{}/password", owner.account_id.unwrap());
    let set = owner.post(&path);
    set.json(&json!({ "current_password": PASSWORD, "password": NEW_PASSWORD }))
        .await
        .expect(200);
    flood(1).await;
    at(&server, "127.0.0.92")
        .log_in(&name, NEW_PASSWORD)
        .await
        .expect_problem(429, "too_many_failures");
    at(&server, "127.0.0.91")
        .log_in(&name, NEW_PASSWORD)
        .await
        .expect(201);
}

#[tokio::test]
async fn a_known_device_has_ten_guesses_of_its_own() {
    let (server, office) = TestServer::start_with_office().await;
    let name = &office.username;
    let home = at(&server, "127.0.0.1");
    let device = home.log_in(name, PASSWORD).await.expect(201)["device"].clone();
    for _ in 0..10 {
        log_in_with(&home, name, WRONG_PASSWORD, &device)
            .await
            .expect_problem(401, "wrong_credentials");
    }
    log_in_with(&home, name, PASSWORD, &device)
        .await
        .expect_problem(429, "too_many_failures");
    home.log_in(name, PASSWORD).await.expect(201);
    // A device that is not known is none.
    log_in_with(&home, name, PASSWORD, &json!("x".repeat(43)))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_new_password_forgets_who_was_known() {
    let (server, office) = TestServer::start_with_office().await;
    let administrator = server.client(Role::Administrator).await;
    let name = &office.username;
    let home = at(&server, "127.0.0.1");
    let device = home.log_in(name, PASSWORD).await.expect(201)["device"].clone();
    guess(&home, name, 10).await;
    let path = format!("/accounts/{}/password", office.account_id.unwrap());
    let body = json!({ "password": NEW_PASSWORD });
    administrator.post(&path).json(&body).await.expect(200);
    // It unlocks the account, too.
    let begun = log_in_with(&home, name, NEW_PASSWORD, &device)
        .await
        .expect(201);
    assert_ne!(begun["device"], device);
}

/// An existing name, an unknown one and a disabled account get the same answers, one by one.
#[tokio::test]
async fn the_limits_do_not_tell_which_names_exist() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let (office, disabled) = (
        server.client(Role::Office).await,
        server.client(Role::Office).await,
    );
    administrator
        .patch(&format!("/accounts/{}", disabled.account_id.unwrap()))
        .if_match("*")
        .json(&json!({ "active": false }))
        .await
        .expect(200);
    let stranger = at(&server, "127.0.0.2");
    for _ in 0..12 {
        let wrong = stranger.log_in(&office.username, WRONG_PASSWORD).await;
        let unknown = stranger.log_in("nobody", WRONG_PASSWORD).await;
        let disabled = stranger.log_in(&disabled.username, PASSWORD).await;
        for other in [&unknown, &disabled] {
            assert_eq!(other.status, wrong.status);
            assert_eq!(other.text(), wrong.text());
        }
    }
}

#[tokio::test]
async fn the_forwarded_address_counts_only_from_a_trusted_proxy() {
    let direct = TestServer::start().await;
    let proxied = TestServer::start_behind_proxy("127.0.0.1/32").await;
    for (server, is_trusted) in [(direct, false), (proxied, true)] {
        let office = server.client(Role::Office).await;
        let through = async |address: &str, password: &str| {
            let body = json!({ "username": office.username, "password": password });
            let call = server.stranger().post("/sessions").json(&body);
            call.header("x-forwarded-for", address).await
        };
        for _ in 0..10 {
            through("198.51.100.7", WRONG_PASSWORD)
                .await
                .expect_problem(401, "wrong_credentials");
        }
        through("198.51.100.7", PASSWORD)
            .await
            .expect_problem(429, "too_many_failures");
        let elsewhere = through("198.51.100.8", PASSWORD).await;
        if is_trusted {
            elsewhere.expect(201);
        } else {
            elsewhere.expect_problem(429, "too_many_failures");
        }
    }
}

/// Guesses of ever other names until it is dropped.
async fn flood(stranger: Client, connection: usize) {
    for round in 0.. {
        stranger
            .log_in(&format!("name-{connection}-{round}"), WRONG_PASSWORD)
            .await;
    }
}

#[tokio::test]
async fn an_honest_log_in_gets_through_a_flood() {
    let (server, office) = TestServer::start_with_office().await;
    let stranger = at(&server, "127.0.0.71");
    let flood: Vec<_> = (0..300)
        .map(|connection| tokio::spawn(flood(stranger.clone(), connection)))
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    for round in 0..5 {
        let honest = at(&server, "127.0.0.3");
        let log_in = timeout(LONG_WAIT, honest.log_in(&office.username, PASSWORD)).await;
        let answer = log_in.unwrap_or_else(|_| panic!("round {round}: it waits for the flood"));
        answer.expect(201);
    }
    for task in flood {
        task.abort();
    }
}

#[tokio::test]
async fn log_ins_leave_no_memory_behind() {
    let database = crate::support::TestDatabase::create().await;
    let server = TestServer::start().await;
    let service = Service::start(&database.url()).await;
    let office = server.stranger().at_server(&service.url);
    // Names that differ and sources that differ: what is hashed is limited by nothing but the queue.
    let hashed = |index: usize| {
        let source = format!("127.0.{}.{}", 1 + index / 50, 1 + index % 50);
        let client = office.at_address(&source);
        async move {
            let names: Vec<_> = (0..4).map(|name| format!("name-{name}")).collect();
            let answers =
                join_all(names.iter().map(|name| client.log_in(name, WRONG_PASSWORD))).await;
            answers.iter().filter(|answer| answer.status == 401).count()
        }
    };
    hashed(0).await;
    let before = service.resident_mib();
    let count: usize = join_all((1..100).map(hashed)).await.iter().sum();
    assert!(count > 50, "{count}");
    let after = service.resident_mib();
    // Two passwords at once take 38 MiB, and the connections some more.
    assert!(after < before + 100, "{before} MiB, then {after} MiB");
}
