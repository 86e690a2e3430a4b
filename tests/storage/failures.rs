//! When the database cannot do its part: a full disk, a file that is taken away, a server that is
//! silent or breaks off, writers who wait.

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use qianshou::access::Role;
use qianshou::db::{self, Creation, Db};
use qianshou::import::file;
use qianshou::on;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, PASSWORD, Proxy, Service, SmallDisk, TestDatabase, TestServer};

const LONG: Duration = Duration::from_secs(30);
const CSV: &str = "text/csv";

/// Bytes of a kind that the service keeps as they are.
fn large_file(number: usize) -> Vec<u8> {
    format!("户编号,姓名,{number}\n")
        .repeat(40_000)
        .into_bytes()
}

async fn log_in(server: &TestServer, client: &Client) -> u16 {
    loop {
        let answer = server.stranger().log_in(&client.username, PASSWORD).await;
        match answer.status {
            507 => drop(answer.expect_problem(507, "storage_full")),
            // All tests share the queue in which passwords wait, and some flood it.
            503 if answer.text().contains("log_in_busy") => {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
            201 => {}
            _ => eprintln!("a log-in: {}", answer.text()),
        }
        return answer.status;
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_writing_works_again_as_soon_as_there_is_room() {
    let Some(disk) = SmallDisk::of_mib(48) else {
        return;
    };
    let database = TestDatabase::create_on(&disk).await;
    let db = database.open().await;
    let server = TestServer::over(database, db).await;
    let office = server.client(Role::Office).await;
    let upload = async |number| {
        let file = large_file(number);
        office
            .post("/imports/households")
            .file("名册.csv", CSV, file)
            .await
    };
    upload(0).await.expect(202);
    for round in 1..4 {
        disk.fill();
        let mut refused = 0;
        for number in 0..40 {
            let answer = upload(round * 100 + number).await;
            if answer.status == 202 {
                continue;
            }
            let problem = answer.expect_problem(507, "storage_full");
            assert!(problem["detail"].as_str().unwrap().contains("磁盘已满"));
            assert!(!answer.header("retry-after").is_empty());
            refused += 1;
            if refused == 5 {
                break;
            }
        }
        assert_eq!(refused, 5, "the disk is full");
        office.get("/accounts/me").await.expect(200);
        assert!([201, 507].contains(&log_in(&server, &office).await));
        disk.make_room();
        let free = Instant::now();
        while log_in(&server, &office).await != 201 {
            assert!(free.elapsed() < LONG, "writing does not come back");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for number in 0..12 {
            upload(round * 100 + 50 + number).await.expect(202);
            assert_eq!(log_in(&server, &office).await, 201);
        }
        let health = server.stranger().get("/health").await.expect(200);
        assert_eq!(health["database_schema"], health["program_schema"]);
    }
}

/// Uploads come in by temporary files, whose disk need not be the database's.
#[tokio::test]
async fn a_full_disk_of_temporary_files_is_told_too() {
    let Some(disk) = SmallDisk::of_mib(8) else {
        return;
    };
    let (server, office) = TestServer::start_with_office().await;
    let service = Service::start_with_temporary_files_in(&server.database.url(), disk.path()).await;
    let office = office.at_server(&service.url);
    let upload = async |number| {
        let call = office.post("/imports/households");
        call.file("名册.csv", CSV, large_file(number)).await
    };
    upload(0).await.expect(202);
    disk.fill();
    let problem = upload(1).await.expect_problem(507, "storage_full");
    assert!(problem["detail"].as_str().unwrap().contains("没有写入"));
    disk.make_room();
    upload(2).await.expect(202);
}

/// Workbooks grow in temporary files too.
#[tokio::test]
async fn a_workbook_that_finds_no_room_is_told_too() {
    let Some(disk) = SmallDisk::of_mib(8) else {
        return;
    };
    let (server, office) = TestServer::start_with_office().await;
    let service = Service::start_with_temporary_files_in(&server.database.url(), disk.path()).await;
    let office = office.at_server(&service.url);
    let import = office
        .post("/imports/households")
        .file("名册.csv", CSV, large_file(0))
        .await
        .expect(202);
    let id = import["id"].as_str().unwrap();
    let marked = format!("/imports/{id}/marked-file");
    let checked = Instant::now();
    while office.get(&marked).await.status != 200 {
        assert!(checked.elapsed() < LONG, "the import is not checked");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let paths = ["/reports/progress", "/reports/pairings", marked.as_str()];
    disk.fill();
    for path in paths {
        office.get(path).await.expect_problem(507, "storage_full");
    }
    disk.make_room();
    for path in paths {
        assert_eq!(office.get(path).await.status, 200, "{path}");
    }
}

/// The first start, and later ones.
#[tokio::test]
async fn a_start_on_a_full_disk_is_told_in_words() {
    let Some(disk) = SmallDisk::of_mib(4) else {
        return;
    };
    let at = |name: &str| disk.path().join(name);
    let migrate = |name: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_qianshou"))
            .args(["migrate", "--create", "--database"])
            .arg(format!("sqlite:{}", at(name).display()))
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.success(), said)
    };
    // From not a byte up to nearly enough.
    for kib in [0, 8, 40, 100, 300] {
        let name = format!("{kib}/qianshou.db");
        std::fs::write(at("spare"), vec![1; kib << 10]).unwrap();
        disk.fill();
        std::fs::remove_file(at("spare")).unwrap();
        let (success, said) = migrate(&name);
        assert!(!success && said.contains("磁盘空间不足"), "{kib}: {said}");
        assert!(!said.contains("(code"), "{kib}: {said}");
        disk.make_room();
        let (success, said) = migrate(&name);
        assert!(success, "{kib}: {said}");
        std::fs::remove_dir_all(at(&kib.to_string())).unwrap();
    }
}

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
    let create = async |name: &str| {
        let body = json!({ "username": name, "role": "leader", "password": PASSWORD });
        administrator.post("/accounts").json(&body).await
    };
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
    let create = async |name: &str| {
        let body = json!({ "username": name, "role": "leader", "password": PASSWORD });
        administrator.post("/accounts").json(&body).await
    };
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

#[tokio::test]
async fn several_programs_may_have_a_database_open_and_know_it_for_the_same() {
    let database = TestDatabase::create().await;
    let first = database.open().await;
    let second = database.open().await;
    for db in [&first, &second, &first] {
        let mut tx = db.write().await.unwrap();
        on!(&mut tx, connection => sqlx::query("UPDATE heartbeat SET at = at WHERE id = 1")
            .execute(connection).await.map(|_| ()))
        .unwrap();
        tx.commit().await.unwrap();
    }
    first.close().await;
    let third = database.open().await;
    second.write().await.unwrap().commit().await.unwrap();
    third.read().await.unwrap();
    second.close().await;
    third.close().await;
    database.open().await.close().await;
}

#[tokio::test]
async fn the_default_database_is_made_without_a_word_only_where_not_even_its_folder_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("qianshou-data");
    let serve = |more: &[&str]| {
        let mut serve = Command::new("timeout");
        serve
            .args([
                "--signal=INT",
                "10",
                env!("CARGO_BIN_EXE_qianshou"),
                "user",
                "add",
                "lina",
            ])
            .args(["--role", "office"])
            .args(more)
            .env_remove("DATABASE_URL")
            .current_dir(folder.path());
        let output = serve.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    let (done, said) = serve(&[]);
    assert!(done, "{said}");
    assert!(data.join("qianshou.db").exists());
    // All that was in it is gone.
    for entry in std::fs::read_dir(&data).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let (done, said) = serve(&[]);
    assert!(!done && said.contains("--create"), "{said}");
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
    let (done, said) = serve(&["--create"]);
    assert!(done, "{said}");
}

#[tokio::test]
async fn a_database_is_made_only_where_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("register.db");
    let url = format!("sqlite:{}", file.display());
    let open = async |creation| Db::open_with(&url, creation, LONG).await;
    let refused = open(Creation::Never).await.unwrap_err().to_string();
    assert!(refused.contains("--create"), "{refused}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing is left beside"
    );

    let first = open(Creation::First).await.unwrap();
    assert!(first.made);
    first.db.close().await;
    assert!(!open(Creation::Never).await.unwrap().made);

    // It was there once, so that its absence is a loss and no first start.
    std::fs::remove_file(&file).unwrap();
    assert!(open(Creation::First).await.is_err());
    std::fs::write(&file, "").unwrap();
    assert!(
        open(Creation::First).await.is_err(),
        "an empty file is none"
    );
    assert_eq!(std::fs::metadata(&file).unwrap().size(), 0);
    assert!(open(Creation::Allowed).await.unwrap().made);
}

#[tokio::test]
async fn a_database_of_another_program_is_left_alone() {
    let database = TestDatabase::create().await;
    let url = database.url();
    // Ours it is only with our tables.
    let sql = "CREATE TABLE theirs (id BIGINT)";
    if let TestDatabase::Sqlite(folder) = &database {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.path().join("qianshou.db"))
            .create_if_missing(true);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::query(sql).execute(&pool).await.unwrap();
        pool.close().await;
    } else {
        let pool = sqlx::PgPool::connect(&url).await.unwrap();
        sqlx::query(sql).execute(&pool).await.unwrap();
        pool.close().await;
    }
    let refused = Db::open_with(&url, Creation::Allowed, LONG)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("其他程序"), "{refused}");
}

#[tokio::test]
async fn a_server_that_is_silent_is_told_soon_and_by_its_name() {
    let database = TestDatabase::create().await;
    let Some(proxy) = Proxy::before(&database).await else {
        return;
    };
    let opened = Db::open_with(&proxy.url, Creation::Allowed, LONG).await;
    let server = TestServer::over(database, opened.unwrap().db).await;
    let office = server.client(Role::Office).await;
    server.stranger().get("/health").await.expect(200);
    proxy.fall_silent();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    for path in ["/health", "/accounts/me"] {
        let asked = Instant::now();
        let answer = office.get(path).await;
        answer.expect_problem(503, "database_unavailable");
        assert!(asked.elapsed() < LONG / 2, "{path}: {:?}", asked.elapsed());
    }
    proxy.recover();
    let recovered = Instant::now();
    while server.stranger().get("/health").await.status != 200 {
        assert!(recovered.elapsed() < LONG, "it does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    office.get("/accounts/me").await.expect(200);
}

#[tokio::test]
async fn what_was_committed_before_the_connection_broke_is_not_said_to_be_lost() {
    let database = TestDatabase::create().await;
    let Some(proxy) = Proxy::before(&database).await else {
        return;
    };
    let opened = Db::open_with(&proxy.url, Creation::Allowed, LONG).await;
    let server = TestServer::over(database, opened.unwrap().db).await;
    let administrator = server.client(Role::Administrator).await;
    let body = json!({ "username": "a", "role": "leader", "password": PASSWORD });
    proxy.break_at_commit();
    let answer = administrator.post("/accounts").json(&body).await;
    let problem = answer.expect_problem(503, "database_unavailable");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("可能已经写入"), "{detail}");
    administrator
        .post("/accounts")
        .json(&body)
        .await
        .expect_problem(409, "username_taken");
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
            let body =
                json!({ "username": format!("w{number}"), "role": "leader", "password": PASSWORD });
            administrator
                .post("/accounts")
                .json(&body)
                .await
                .expect(201);
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
        assert_eq!(log_in(&server, &administrator).await, 201);
    } else {
        assert_eq!(health["writable"], false, "SQLite has one writer for all");
    }
    assert!(asked.elapsed() < LONG / 2, "{:?}", asked.elapsed());
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
    assert_eq!(log_in(&server, &office).await, 201);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let health = server.stranger().get("/health").await.expect(200);
    assert_eq!(health["database_schema"], 9999);
    assert_ne!(health["program_schema"], 9999);
}
