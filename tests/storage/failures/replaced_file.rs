//! A database file that is taken away, or another that is put in its place.

use std::path::PathBuf;

use qianshou::access::Role;
use qianshou::db::{self, Db};
use qianshou::on;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::session::add_leader;
use crate::support::{TestDatabase, TestServer};

/// A database file, its write-ahead log and its shared memory.
fn files(database: &TestDatabase) -> Option<[PathBuf; 3]> {
    let TestDatabase::Sqlite(folder) = database else {
        return None;
    };
    Some(["", "-wal", "-shm"].map(|ending| folder.path().join(format!("qianshou.db{ending}"))))
}

#[tokio::test]
async fn what_is_written_never_goes_into_a_file_that_is_gone() {
    let server = TestServer::start().await;
    let Some(files) = files(&server.database) else {
        return;
    };
    let administrator = server.client(Role::Administrator).await;
    let create = async |name: &str| add_leader(&administrator, name).await;
    create("a").await.expect(201);
    server.stranger().get("/health").await.expect(200);
    for (number, file) in files.iter().enumerate() {
        let aside = file.with_extension("aside");
        std::fs::rename(file, &aside).unwrap();
        create("gone")
            .await
            .expect_problem(503, "database_replaced");
        administrator
            .get("/accounts")
            .await
            .expect_problem(503, "database_replaced");
        // Another file under the same name is no better.
        std::fs::copy(&aside, file).unwrap();
        let problem = create("other").await;
        let problem = problem.expect_problem(503, "database_replaced");
        assert!(problem["detail"].as_str().unwrap().contains("没有写入"));
        // Also within the second for which health remembers that all was well.
        server
            .stranger()
            .get("/health")
            .await
            .expect_problem(503, "database_replaced");
        std::fs::rename(&aside, file).unwrap();
        create(&format!("back{number}")).await.expect(201);
        server.stranger().get("/health").await.expect(200);
    }
    let names: Vec<Value> = administrator.get("/accounts").await.expect(200)["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| account["username"].clone())
        .collect();
    for name in ["a", "back0", "back1", "back2"] {
        assert!(names.contains(&json!(name)), "{names:?}");
    }
    assert!(!names.contains(&json!("gone")) && !names.contains(&json!("other")));
}

/// To the system, a file into which another was copied is the same as before.
#[tokio::test]
async fn a_file_that_is_overwritten_in_place_is_noticed_and_nothing_is_acknowledged() {
    let (server, other) = (TestServer::start().await, TestServer::start().await);
    let Some([file, log, _]) = files(&server.database) else {
        return;
    };
    let administrator = server.client(Role::Administrator).await;
    let create = async |name: &str| add_leader(&administrator, name).await;
    create("a").await.expect(201);
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    db::backup(&server.database.url(), &at("own"))
        .await
        .unwrap();
    db::backup(&other.database.url(), &at("other"))
        .await
        .unwrap();
    create("b").await.expect(201);
    let url = server.database.url();
    db::backup(&url, &at("latest")).await.unwrap();
    std::fs::copy(&file, at("original")).unwrap();
    for copied in ["own", "other", "latest"] {
        std::fs::copy(at(copied), &file).unwrap();
        let overwritten = std::fs::read(&file).unwrap();
        let problem = create("gone").await;
        let problem = problem.expect_problem(503, "database_replaced");
        assert!(problem["detail"].as_str().unwrap().contains("没有写入"));
        let read = administrator.get("/accounts").await;
        read.expect_problem(503, "database_replaced");
        // Also within the second for which health remembers that all was well.
        let health = server.stranger().get("/health").await;
        health.expect_problem(503, "database_replaced");
        assert!(
            std::fs::read(&file).unwrap() == overwritten,
            "nothing is written into it"
        );
        // The log beside it is another's: who opens it now would destroy it.
        let refused = Db::open(&url).await.unwrap_err().to_string();
        assert!(refused.contains("-wal"), "{refused}");
        let refused = db::backup(&url, &at("none")).await.unwrap_err().to_string();
        assert!(refused.contains("-wal"), "{refused}");
        assert!(std::fs::read(&file).unwrap() == overwritten);
        std::fs::copy(at("original"), &file).unwrap();
        create(&format!("back-{copied}")).await.expect(201);
    }
    // It ends beside another database: the log is not written into that.
    std::fs::copy(at("other"), &file).unwrap();
    let overwritten = std::fs::read(&file).unwrap();
    server.db.close().await;
    assert!(std::fs::read(&file).unwrap() == overwritten);
    assert!(
        std::fs::metadata(&log).unwrap().len() > 0,
        "what was acknowledged is still there"
    );
    // A restore puts both aside as they are.
    let restored = db::restore(&url, &at("own")).await.unwrap();
    let aside = restored.put_aside.unwrap();
    assert!(std::fs::read(&aside).unwrap() == overwritten);
    assert!(std::fs::metadata(format!("{aside}-wal")).unwrap().len() > 0);
    database_opens(&url).await;
}

async fn database_opens(url: &str) {
    let db = Db::open(url).await.unwrap();
    db.write().await.unwrap().commit().await.unwrap();
    db.close().await;
}

/// A copy by hand from before the service was started again, and one that was made while it runs.
#[tokio::test]
async fn an_older_copy_of_the_file_itself_is_noticed() {
    let database = TestDatabase::create().await;
    let Some([file, ..]) = files(&database) else {
        return;
    };
    database.open().await.close().await;
    let copy = file.with_extension("copy");
    std::fs::copy(&file, &copy).unwrap();
    let db = database.open().await;
    std::fs::copy(&copy, &file).unwrap();
    assert!(db.read().await.is_err());
    assert!(db.write().await.is_err());
    drop(db);
}

/// As by a copy that is made and put back with `cp` while the service runs.
#[tokio::test]
async fn an_earlier_copy_of_the_same_run_is_noticed() {
    let database = TestDatabase::create().await;
    let Some([file, ..]) = files(&database) else {
        return;
    };
    let copy = file.with_extension("copy");
    // Who writes knows it, and who has the same database open and was idle.
    for idle_is_asked in [false, true] {
        let (db, idle) = (database.open().await, database.open().await);
        write_units(&db, 10).await;
        std::fs::copy(&file, &copy).unwrap();
        write_units(&db, 300).await;
        std::fs::copy(&file, file.with_extension("latest")).unwrap();
        std::fs::copy(&copy, &file).unwrap();
        let asked = if idle_is_asked { &idle } else { &db };
        assert!(asked.write().await.is_err());
        assert!(asked.read().await.is_err());
        // The log beside it goes on from a later state of the file: who opens it now would destroy it.
        let refused = Db::open(&database.url()).await.unwrap_err().to_string();
        assert!(refused.contains("-wal"), "{refused}");
        std::fs::copy(file.with_extension("latest"), &file).unwrap();
        asked.write().await.unwrap().commit().await.unwrap();
        idle.close().await;
        db.close().await;
    }
}

/// As many small transactions.
async fn write_units(db: &Db, count: u32) {
    for _ in 0..count {
        let mut tx = db.write().await.unwrap();
        let id = Uuid::now_v7();
        on!(&mut tx, connection => sqlx::query("INSERT INTO unit (id, name) VALUES ($1, $2)")
            .bind(id).bind(id.to_string()).execute(connection).await.map(|_| ()))
        .unwrap();
        tx.commit().await.unwrap();
    }
}
