//! Imports as jobs: how far they are, cancelled, expired, taken up after a crash.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use qianshou::access::Role;
use qianshou::import::worker;
use qianshou::on;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::database::{LONG_WAIT, count_rows};
use crate::support::register::day;
use crate::support::roster::{
    HOUSEHOLDS, STAFF, by_number, import_path, many_households, numbered_household,
    numbered_teacher, register_by_number, roster_of, wait_until_tidied,
};
use crate::support::{RosterFile, TestServer};

#[tokio::test]
async fn events_end_when_the_account_is_closed() {
    events_end("UPDATE account SET version = version + 1 WHERE id = $1").await;
}

#[tokio::test]
async fn events_end_with_the_session_of_who_follows_them() {
    events_end("DELETE FROM token WHERE account_id = $1").await;
}

#[tokio::test]
async fn events_end_when_the_time_of_the_session_is_over() {
    events_end("UPDATE token SET expires_at = created_at WHERE account_id = $1").await;
}

/// Events of a check that goes on end when this is done to the account of who follows them.
async fn events_end(statement: &'static str) {
    let (server, office) = TestServer::start_with_office().await;
    // Nobody writes meanwhile, so the check does not go on.
    let answer = office
        .send_roster(HOUSEHOLDS, many_households(0, 1_000))
        .await;
    let path = import_path(&answer.expect(202), "/events");
    let mut held = server.db.write().await.unwrap();
    let mut client = server.stranger();
    client.token = office.token.clone();
    let events = tokio::spawn(async move { client.get(&path).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!events.is_finished());
    on!(&mut held, connection => sqlx::query(statement)
        .bind(office.account_id.unwrap()).execute(connection).await.map(|_| ()))
    .unwrap();
    held.commit().await.unwrap();
    let ended = tokio::time::timeout(LONG_WAIT, events).await;
    let words = ended.unwrap().unwrap().text();
    assert!(!words.contains("\"ready\""), "{words}");
}

#[tokio::test]
async fn events_tell_how_far_it_is_to_the_end() {
    let (server, office) = TestServer::start_with_office().await;
    let answer = office
        .send_roster(HOUSEHOLDS, many_households(0, 1_000))
        .await;
    let import = answer.expect(202);
    let response = reqwest::Client::builder()
        .no_proxy()
        .build()
        .unwrap()
        .get(format!(
            "{}/api/v1{}",
            server.url,
            import_path(&import, "/events")
        ))
        .bearer_auth(office.token.as_ref().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = String::new();
    let mut stream = response.bytes_stream();
    while let Some(piece) = stream.next().await {
        body.push_str(&String::from_utf8_lossy(&piece.unwrap()));
    }
    let events: Vec<Value> = body
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    let states: Vec<_> = events
        .iter()
        .map(|event| event["state"].as_str().unwrap())
        .collect();
    assert!(states.len() >= 2, "{body}");
    assert_eq!(states.last(), Some(&"ready"));
    assert!(
        states[..states.len() - 1]
            .iter()
            .all(|state| ["queued", "reading", "checking"].contains(state))
    );
    let last = events.last().unwrap();
    assert_eq!(last["done"], 1_000, "{body}");
    assert_eq!(last["done"], last["total"]);
}

#[tokio::test]
async fn a_cancelled_import_stops_and_leaves_nothing_but_its_record() {
    let (server, office) = TestServer::start_with_office().await;
    for wait in [0, 50, 400] {
        let answer = office
            .send_roster(HOUSEHOLDS, many_households(0, 2_000))
            .await;
        let import = answer.expect(202);
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let cancelled = office
            .post(&import_path(&import, "/cancel"))
            .await
            .expect(200);
        assert_eq!(cancelled["state"], "cancelled");
        office
            .post(&import_path(&import, "/cancel"))
            .await
            .expect_problem(409, "import_ended");
        office
            .commit(&import)
            .await
            .expect_problem(409, "import_not_ready");
    }
    // Whoever was at it has found out.
    let other = office
        .preview(HOUSEHOLDS, roster_of(&[numbered_household("P1")]))
        .await;
    office
        .post(&import_path(&other, "/cancel"))
        .await
        .expect(200);
    wait_until_tidied(&server.db).await;
    let deadline = Instant::now() + Duration::from_secs(10);
    while count_rows(&server.db, "import_household").await > 0 {
        assert!(Instant::now() < deadline, "its plan stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(count_rows(&server.db, "import").await, 4);
    assert!(register_by_number(&server.db).await.is_empty());
}

#[tokio::test]
async fn a_preview_expires_and_can_be_checked_again() {
    let (server, office) = TestServer::start_with_office().await;
    let preview = office
        .preview(HOUSEHOLDS, roster_of(&[numbered_household("Q1")]))
        .await;
    let old = server.app.now() - chrono::TimeDelta::days(8);
    let mut tx = server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query("UPDATE import SET checked_at = $1")
        .bind(old).execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    server.app.work.notify_one();
    let deadline = Instant::now() + Duration::from_secs(20);
    while office.get(&import_path(&preview, "")).await.expect(200)["state"] != "expired" {
        assert!(Instant::now() < deadline, "it does not expire");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    office
        .commit(&preview)
        .await
        .expect_problem(409, "import_not_ready");
    wait_until_tidied(&server.db).await;
    let answer = office.post(&import_path(&preview, "/check")).await;
    let again = office.checked(&answer).await;
    office.commit(&again).await.expect(200);
    assert_eq!(register_by_number(&server.db).await.len(), 1);
}

/// A worker that has seen a preview expire, or an import end, comes to it after someone has had it
/// checked anew.
#[tokio::test]
async fn a_preview_that_was_checked_anew_is_neither_given_up_nor_cleared_away() {
    let (server, office) = TestServer::start_with_office().await;
    let households = [numbered_household("X1"), numbered_household("X2")];
    let preview = office.preview(HOUSEHOLDS, roster_of(&households)).await;
    let id = preview["id"].as_str().unwrap().parse().unwrap();
    let staged = count_rows(&server.db, "staged_household").await;
    assert_eq!(staged, 2);
    let week_ago = server.app.now() - chrono::TimeDelta::days(7);
    worker::expire(&server.app, id, week_ago).await.unwrap();
    worker::clear(&server.app, id).await.unwrap();
    let import = office.get(&import_path(&preview, "")).await.expect(200);
    assert_eq!(import["state"], "ready");
    assert_eq!(count_rows(&server.db, "staged_household").await, staged);
    office.commit(&preview).await.expect(200);
    assert_eq!(register_by_number(&server.db).await, by_number(&households));
}

#[tokio::test]
async fn what_a_dead_worker_was_at_is_taken_up_and_at_last_given_up() {
    let (server, office) = TestServer::start_with_office().await;
    let preview = office
        .preview(HOUSEHOLDS, roster_of(&[numbered_household("R1")]))
        .await;
    let silence = async |attempts: i64, minutes: i64| {
        let heard = server.app.now() - chrono::TimeDelta::minutes(minutes);
        let mut tx = server.db.write().await.unwrap();
        on!(&mut tx, connection => sqlx::query(
            "UPDATE import SET state = 'reading', worker = 'elsewhere', claim = $1, heartbeat = $2,
                 attempts = $3",
        )
        .bind(Uuid::now_v7())
        .bind(heard)
        .bind(attempts)
        .execute(connection)
        .await
        .map(|_| ()))
        .unwrap();
        tx.commit().await.unwrap();
        server.app.work.notify_one();
    };
    // One that has spoken of late is left alone.
    silence(1, 0).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let import = office.get(&import_path(&preview, "")).await.expect(200);
    assert_eq!(import["state"], "reading");
    silence(1, 10).await;
    let import = office.settled(&import_path(&preview, "")).await;
    assert_eq!(import["state"], "ready", "{import:#}");
    silence(5, 10).await;
    let import = office.settled(&import_path(&preview, "")).await;
    assert_eq!(import["state"], "failed", "{import:#}");
    assert_eq!(import["failure"]["code"], "import_given_up");
    wait_until_tidied(&server.db).await;
}

/// What the database will not take it will not take the fifth time either; others wait meanwhile.
#[tokio::test]
async fn a_check_that_the_database_refuses_twice_ends_and_lets_others_on() {
    let (server, office) = TestServer::start_with_office().await;
    let mut tx = server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query(
        "ALTER TABLE staged_household RENAME COLUMN number TO another",
    )
    .execute(connection)
    .await
    .map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    let begun = Instant::now();
    for _ in 0..2 {
        let answer = office
            .send_roster(HOUSEHOLDS, roster_of(&[numbered_household("R1")]))
            .await;
        let import = office.checked(&answer).await;
        assert_eq!(import["state"], "failed", "{import:#}");
        assert_eq!(import["failure"]["code"], "import_refused_by_database");
    }
    let staff = RosterFile::staff(&[numbered_teacher("T1", "青禾小学")]).bytes();
    let import = office
        .checked(&office.send_roster(STAFF, staff).await)
        .await;
    assert_eq!(import["state"], "ready", "{import:#}");
    // Whoever is taken up only when the worker has been silent waits for a minute each time.
    assert!(begun.elapsed() < Duration::from_secs(50));
}

/// One office's huge file does not stall the others' visits.
#[tokio::test]
async fn visits_are_never_refused_while_a_large_import_runs() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = server.client(Role::Helper).await;
    let id = server.add_household(numbered_household("S1")).await;
    server
        .pair(id, helper.staff_id.unwrap(), day("2026-01-01"))
        .await;
    let import = async {
        let preview = office.preview(HOUSEHOLDS, many_households(0, 4_000)).await;
        office.commit(&preview).await.expect(200);
        wait_until_tidied(&server.db).await;
    };
    let mut import = std::pin::pin!(import);
    let mut visits = 0;
    loop {
        let visit = async {
            helper
                .post(&format!("/households/{id}/visits"))
                .key(&Uuid::now_v7().to_string())
                .json(&json!({
                    "visited_on": "2026-01-02", "kind": "phone", "situation_confirmed": true,
                    "causes_confirmed": false
                }))
                .await
                .expect(201);
        };
        tokio::select! {
            biased;
            () = &mut import => break,
            () = visit => visits += 1,
        }
    }
    assert!(visits > 10, "{visits} visits");
    assert_eq!(register_by_number(&server.db).await.len(), 4_001);
}

/// An import that the first version made is there after the migration, with its file and warnings.
#[tokio::test]
async fn imports_of_the_first_version_are_kept() {
    let database = crate::support::TestDatabase::create().await;
    let first = include_str!("../../migrations/0001_register.sql");
    let second = include_str!("../../migrations/0002_imports.sql");
    let id = Uuid::now_v7();
    let file: Vec<u8> = (0..3_000_000_u32).map(|byte| (byte % 251) as u8).collect();
    let warning = json!([{ "severity": "warning", "code": "x", "reason": "r", "cure": "c" }]);
    let counts = json!({ "sheet": "名册", "rows": 7, "households": { "new": 2, "changed": 1,
        "unchanged": 0, "absent": 0 }, "persons": null, "staff": null, "warning_count": 1 });
    macro_rules! migrate {
        ($connection:expr) => {{
            let mut connection = $connection;
            sqlx::raw_sql(first).execute(&mut connection).await.unwrap();
            sqlx::query(
                "INSERT INTO import (id, kind, file_name, file_sha256, file, at, actor, counts, warnings)
                 VALUES ($1, 'households', '旧.xlsx', 'abc', $2, $3, 'wang', $4, $5)",
            )
            .bind(id)
            .bind(&file)
            .bind(chrono::Utc::now())
            .bind(counts.to_string())
            .bind(warning.to_string())
            .execute(&mut connection)
            .await
            .unwrap();
            sqlx::raw_sql(second).execute(&mut connection).await.unwrap();
            let found: qianshou::import::model::Import =
                sqlx::query_as("SELECT * FROM import").fetch_one(&mut connection).await.unwrap();
            let pieces: Vec<Vec<u8>> =
                sqlx::query_scalar("SELECT bytes FROM import_file ORDER BY position")
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
            let problems: String = sqlx::query_scalar("SELECT problems FROM import_problem")
                .fetch_one(&mut connection)
                .await
                .unwrap();
            (found, pieces, problems)
        }};
    }
    let url = database.url();
    let (import, pieces, problems) = if url.starts_with("sqlite:") {
        use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
        let options: SqliteConnectOptions = url.parse().unwrap();
        migrate!(options.create_if_missing(true).connect().await.unwrap())
    } else {
        use sqlx::{ConnectOptions, postgres::PgConnectOptions};
        let options: PgConnectOptions = url.parse().unwrap();
        migrate!(options.connect().await.unwrap())
    };
    assert_eq!(import.state.to_string(), "committed");
    assert_eq!(import.committed_by.as_deref(), Some("wang"));
    assert_eq!(import.file_bytes, 3_000_000);
    let report = import.report.unwrap().0;
    assert_eq!(report.households.unwrap().new, 2);
    assert_eq!(report.warning_count, 1);
    assert_eq!(pieces.len(), 3);
    assert_eq!(pieces.concat(), file);
    assert_eq!(serde_json::from_str::<Value>(&problems).unwrap(), warning);
}
