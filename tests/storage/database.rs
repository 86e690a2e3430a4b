//! The database: busy, gone, moved forward by two at once, rolled back.

use std::time::Duration;

use qianshou::access::Role;
use qianshou::db::{Db, Tx};
use qianshou::{insert, on};
use serde_json::json;
use uuid::Uuid;

use crate::support::database::count_rows;
use crate::support::{PASSWORD, TestDatabase, TestServer};

async fn add_unit(tx: &mut Tx, name: &str) {
    insert!(tx, "unit", [name], |name| { id: Uuid::now_v7(), name: *name }).unwrap();
}

#[tokio::test]
async fn a_database_that_another_holds_is_busy_and_reading_goes_on() {
    let server = TestServer::start_with_patience(Duration::from_secs(1)).await;
    let administrator = server.client(Role::Administrator).await;
    let other = server.database.open().await;
    let held = other.write().await.unwrap();
    let body = json!({ "username": "a", "role": "leader", "password": PASSWORD });
    let answer = administrator.post("/accounts").json(&body).await;
    answer.expect_problem(503, "database_busy");
    assert_eq!(answer.header("retry-after"), "5");
    administrator.get("/accounts").await.expect(200);
    drop(held);
    administrator
        .post("/accounts")
        .json(&body)
        .await
        .expect(201);
}

#[tokio::test]
async fn a_database_that_is_gone_says_so() {
    let server = TestServer::start_with_patience(Duration::from_secs(2)).await;
    let office = server.client(Role::Office).await;
    if let TestDatabase::Postgres { .. } = &server.database {
        server.database.drop_now().await;
    } else {
        server.db.close().await;
    }
    for path in ["/health", "/accounts/me"] {
        let answer = office.get(path).await;
        answer.expect_problem(503, "database_unavailable");
        assert_eq!(answer.header("retry-after"), "30");
    }
}

#[tokio::test]
async fn two_starters_at_once_both_come_up() {
    let database = TestDatabase::create().await;
    let starters = (0..4).map(|_| database.open());
    let opened = futures_util::future::join_all(starters).await;
    for db in &opened {
        assert_eq!(count_rows(db, "unit").await, 0);
    }
}

#[tokio::test]
async fn what_was_not_committed_never_happened() {
    let database = TestDatabase::create().await;
    let db = database.open().await;
    let mut tx = db.write().await.unwrap();
    add_unit(&mut tx, "第一小学").await;
    drop(tx);
    assert_eq!(count_rows(&db, "unit").await, 0);
    let mut tx = db.write().await.unwrap();
    add_unit(&mut tx, "第一小学").await;
    assert_eq!(
        count_rows(&db, "unit").await,
        0,
        "seen before it was committed"
    );
    tx.commit().await.unwrap();
    assert_eq!(count_rows(&db, "unit").await, 1);
}

#[tokio::test]
async fn a_reader_sees_one_state_from_beginning_to_end() {
    let database = TestDatabase::create().await;
    let db = database.open().await;
    let mut reader = db.read().await.unwrap();
    let count = async |reader: &mut Tx| -> i64 {
        on!(reader, connection => sqlx::query_scalar("SELECT count(*) FROM unit").fetch_one(connection).await)
            .unwrap()
    };
    assert_eq!(count(&mut reader).await, 0);
    let mut tx = db.write().await.unwrap();
    add_unit(&mut tx, "第一小学").await;
    tx.commit().await.unwrap();
    assert_eq!(count(&mut reader).await, 0);
    drop(reader);
    assert_eq!(count_rows(&db, "unit").await, 1);
}

#[tokio::test]
async fn writers_queue_and_none_is_lost() {
    let database = TestDatabase::create().await;
    let db = database.open().await;
    let writers = (0..20).map(|number| {
        let db = db.clone();
        async move {
            let mut tx = db.write().await.unwrap();
            add_unit(&mut tx, &format!("第{number}小学")).await;
            tx.commit().await.unwrap();
        }
    });
    futures_util::future::join_all(writers).await;
    assert_eq!(count_rows(&db, "unit").await, 20);
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let database = TestDatabase::create().await;
    let db = database.open().await;
    let mut tx = db.read().await.unwrap();
    let written = insert!(&mut tx, "unit", ["x"], |name| { id: Uuid::now_v7(), name: *name });
    assert!(written.is_err());
}

#[tokio::test]
async fn an_address_of_no_engine_is_named() {
    for address in ["mysql://localhost/x", "qianshou.db", ""] {
        let error = Db::open(address).await.unwrap_err().to_string();
        assert!(error.contains("sqlite:"), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roster.xlsx");
    std::fs::write(
        &file,
        b"PK\x03\x04 not a database at all, but long enough to be read",
    )
    .unwrap();
    let before = std::fs::read(&file).unwrap();
    assert!(
        Db::open(&format!("sqlite:{}", file.display()))
            .await
            .is_err()
    );
    assert_eq!(std::fs::read(&file).unwrap(), before);
}
