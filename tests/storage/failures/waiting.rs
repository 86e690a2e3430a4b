//! Writers who wait for each other, and tables that another program locks or changes.

use std::time::{Duration, Instant};

use qianshou::access::Role;
use qianshou::import::file;
use qianshou::on;
use uuid::Uuid;

use crate::support::database::LONG_WAIT;
use crate::support::session::{add_leader, log_in_status};
use crate::support::{TestDatabase, TestServer};

/// A file of 200 MiB is written in fifty parts, each of which may have to wait.
#[tokio::test]
async fn an_upload_that_must_wait_for_others_again_and_again_is_told_so_in_time() {
    let server = TestServer::start().await;
    let mut app = server.app.clone();
    app.upload_patience = Duration::from_secs(1);
    let others = tokio::spawn({
        let db = server.db.clone();
        async move {
            loop {
                let held = db.write().await.unwrap();
                tokio::time::sleep(Duration::from_millis(300)).await;
                drop(held);
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut file = std::io::Cursor::new(vec![b'a'; 64 << 20]);
    let asked = Instant::now();
    let refused = file::keep(&app, Uuid::now_v7(), &mut file)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "database_busy");
    assert!(refused.to_string().contains("没有保存"), "{refused}");
    assert!(
        asked.elapsed() < Duration::from_secs(15),
        "{:?}",
        asked.elapsed()
    );
    others.abort();
    let _ = others.await;
    // Without others, the same file is kept within the same time.
    file::keep(&app, Uuid::now_v7(), &mut file).await.unwrap();
}

#[tokio::test]
async fn waiting_writers_hold_up_no_reader_no_log_in_and_no_health() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let other = server.database.open().await;
    let held = other.write().await.unwrap();
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..40 {
        let administrator = administrator.clone();
        waiting.spawn(async move {
            let made = add_leader(&administrator, &format!("w{number}")).await;
            made.expect(201);
        });
    }
    // Until many of them have come as far as they come.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let asked = Instant::now();
    for _ in 0..5 {
        administrator.get("/accounts").await.expect(200);
        administrator.get("/households").await.expect(200);
    }
    let health = server.stranger().get("/health").await.expect(200);
    if let TestDatabase::Postgres { .. } = &server.database {
        assert_eq!(health["writable"], true);
        assert_eq!(log_in_status(&server, &administrator).await, 201);
    } else {
        assert_eq!(health["writable"], false, "SQLite has one writer for all");
    }
    assert!(asked.elapsed() < LONG_WAIT / 2, "{:?}", asked.elapsed());
    drop(held);
    waiting.join_all().await;
}

/// PostgreSQL shows a table that is written anew as empty to a snapshot from before.
#[tokio::test]
async fn while_a_table_is_written_anew_nobody_reads_it_as_empty() {
    let server = TestServer::start().await;
    if let TestDatabase::Sqlite(_) = &server.database {
        return;
    }
    let office = server.client(Role::Office).await;
    server.add_staff().await;
    let paths = ["/units", "/staff", "/accounts/me"];
    for path in paths {
        office.get(path).await.expect(200);
    }
    let mut tx = server.db.write().await.unwrap();
    for sql in [
        "ALTER TABLE unit ALTER COLUMN name TYPE VARCHAR(300) USING upper(name)",
        "ALTER TABLE staff ALTER COLUMN name TYPE VARCHAR(300) USING upper(name)",
        "ALTER TABLE token ALTER COLUMN digest TYPE VARCHAR(300) USING lower(digest)",
    ] {
        on!(&mut tx, connection => sqlx::query(sql).execute(connection).await.map(|_| ())).unwrap();
    }
    let asked = paths.map(|path| {
        let office = office.clone();
        tokio::spawn(async move { office.get(path).await })
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    tx.commit().await.unwrap();
    for answer in asked {
        let answer = answer.await.unwrap().expect(200);
        let items = answer["items"].as_array();
        assert!(items.is_none_or(|items| items.len() == 1), "{answer}");
    }
}

/// As `VACUUM FULL`, `REINDEX` or a migration does for longer than a reader waits.
#[tokio::test]
async fn who_locks_a_table_for_a_while_leaves_no_broken_connection_behind() {
    let server = TestServer::start().await;
    if let TestDatabase::Sqlite(_) = &server.database {
        return;
    }
    let office = server.client(Role::Office).await;
    let paths = ["/households", "/staff", "/visits", "/progress?year=2026"];
    for table in ["lift", "visit"] {
        let mut tx = server.db.write().await.unwrap();
        let sql = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
        on!(&mut tx, connection => sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(connection).await.map(|_| ()))
        .unwrap();
        let asked = (0..4).flat_map(|_| paths).map(|path| {
            let office = office.clone();
            tokio::spawn(async move { office.get(path).await })
        });
        let asked: Vec<_> = asked.collect();
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(tx);
        for answer in asked {
            answer.await.unwrap().expect(200);
        }
        for path in (0..10).flat_map(|_| paths) {
            office.get(path).await.expect(200);
        }
    }
}

#[tokio::test]
async fn a_migration_by_another_program_stops_nothing() {
    let server = TestServer::start().await;
    if let TestDatabase::Sqlite(_) = &server.database {
        return;
    }
    let office = server.client(Role::Office).await;
    let paths = [
        "/accounts/me",
        "/households",
        "/staff",
        "/units",
        "/settings",
    ];
    for _ in 0..10 {
        for path in paths {
            office.get(path).await.expect(200);
        }
    }
    let mut tx = server.db.write().await.unwrap();
    for sql in [
        "ALTER TABLE account ALTER COLUMN username TYPE VARCHAR(200)",
        "ALTER TABLE household ALTER COLUMN town TYPE VARCHAR(200)",
        "ALTER TABLE staff ALTER COLUMN name TYPE VARCHAR(200)",
        "ALTER TABLE unit ALTER COLUMN name TYPE VARCHAR(200)",
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'a later version', true, '', 0)",
    ] {
        on!(&mut tx, connection => sqlx::query(sql).execute(connection).await.map(|_| ())).unwrap();
    }
    tx.commit().await.unwrap();
    for _ in 0..10 {
        for path in paths {
            office.get(path).await.expect(200);
        }
    }
    assert_eq!(log_in_status(&server, &office).await, 201);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let health = server.stranger().get("/health").await.expect(200);
    assert_eq!(health["database_schema"], 9999);
    assert_ne!(health["program_schema"], 9999);
}
