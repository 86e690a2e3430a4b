//! A backup is whole or not there; a restore puts it in the database's place or changes nothing.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::str::FromStr;
use std::time::{Duration, Instant};

use qianshou::db::{self, Db};
use qianshou::{insert, on};
use rand::RngExt;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::support::{Service, TestDatabase};

/// How often a process is killed in the middle of its work.
const KILLS: u32 = 20;

fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qianshou"));
    command
        .args(arguments)
        .args(["--database", url])
        .env("QIANSHOU_LOG", "warn")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(url: &str, arguments: &[&str]) -> Output {
    command(url, arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[track_caller]
fn succeeds(output: Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refused(output: Output, because: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "not refused: {because}");
    assert!(said.contains(because), "{because}: {said}");
}

fn backup(database: &TestDatabase, file: &Path) {
    succeeds(run(&database.url(), &["backup", text(file)]));
}

fn restore(database: &TestDatabase, file: &Path) -> String {
    succeeds(run(&database.url(), &["restore", text(file)]))
}

async fn add_units(db: &Db, names: &[String]) {
    let mut tx = db.write().await.unwrap();
    insert!(&mut tx, "unit", names, |name| { id: Uuid::now_v7(), name: name.clone() }).unwrap();
    tx.commit().await.unwrap();
}

fn named(start: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{start}{number}小学"))
        .collect()
}

/// Makes a database with units of these names.
async fn database_with(names: &[String]) -> TestDatabase {
    let database = TestDatabase::create().await;
    let db = database.open().await;
    add_units(&db, names).await;
    db.close().await;
    database
}

async fn units_of(db: &Db) -> BTreeSet<String> {
    let mut tx = db.read().await.unwrap();
    let names: Vec<String> = on!(&mut tx, connection =>
        sqlx::query_scalar("SELECT name FROM unit").fetch_all(connection).await)
    .unwrap();
    names.into_iter().collect()
}

/// Opens the database as the service does, and reads its units.
async fn units(url: &str) -> BTreeSet<String> {
    let db = Db::open(url).await.unwrap();
    let units = units_of(&db).await;
    db.close().await;
    units
}

fn set(names: &[String]) -> BTreeSet<String> {
    names.iter().cloned().collect()
}

/// The names in a folder.
fn listed(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The names in the database's folder without those that serve to keep others out.
fn listed_beside(database: &TestDatabase) -> Vec<String> {
    let mut names = listed(database.file().parent().unwrap());
    names.retain(|name| !["qianshou.lock", "qianshou.db.in-use"].contains(&name.as_str()));
    names
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o7777
}

/// Runs statements on the database as any other program would.
async fn run_as_stranger(database: &TestDatabase, statements: &str) {
    let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
    match database {
        TestDatabase::Sqlite(_) => {
            let mut connection = sqlite(&database.file()).await;
            statements.execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        TestDatabase::Postgres { url, .. } => {
            let mut connection = postgres(url).await;
            statements.execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

async fn sqlite(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .foreign_keys(false)
        .connect()
        .await
        .unwrap()
}

async fn postgres(url: &str) -> PgConnection {
    PgConnectOptions::from_str(url)
        .unwrap()
        .connect()
        .await
        .unwrap()
}

/// The schemas of PostgreSQL in which restores have put something aside.
async fn schemas_aside(url: &str) -> Vec<String> {
    let mut connection = postgres(url).await;
    let names = sqlx::query_scalar(
        "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'before_restore%' ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    names
}

#[tokio::test]
async fn a_backup_taken_while_the_service_runs_comes_back_whole_and_the_later_state_is_put_aside() {
    let saved = named("旧", 300);
    let database = database_with(&saved).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("备份 1.db");

    let mut service = Service::start(&database.url()).await;
    backup(&database, &file);
    let bytes = std::fs::read(&file).unwrap();
    let db = database.open().await;
    let later = named("新", 5);
    add_units(&db, &later).await;
    db.close().await;
    service.kill();

    let told = restore(&database, &file);
    assert!(told.contains("qianshou serve"), "{told}");
    assert!(
        told.lines().any(|line| line.trim() == "300  unit"),
        "{told}"
    );
    assert_eq!(units(&database.url()).await, set(&saved));
    assert_eq!(
        std::fs::read(&file).unwrap(),
        bytes,
        "a backup is only read"
    );
    assert_eq!(
        listed(folder.path()),
        ["备份 1.db"],
        "nothing is made beside it"
    );

    let both = set(&[saved, later].concat());
    match &database {
        TestDatabase::Sqlite(_) => {
            let aside = listed_beside(&database)
                .into_iter()
                .find(|name| name.contains("before-restore"))
                .unwrap();
            let aside = database.file().with_file_name(aside);
            assert!(told.contains(text(&aside)), "{told}");
            assert_eq!(units(&format!("sqlite:{}", aside.display())).await, both);
            // And it can be brought back itself.
            restore(&database, &aside);
        }
        TestDatabase::Postgres { url, .. } => {
            let aside = schemas_aside(url).await.pop().unwrap();
            assert!(
                told.contains(&format!("DROP SCHEMA {aside} CASCADE")),
                "{told}"
            );
            let mut connection = postgres(url).await;
            let names: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(format!("SELECT name FROM {aside}.unit")))
                    .fetch_all(&mut connection)
                    .await
                    .unwrap();
            connection.close().await.unwrap();
            assert_eq!(names.into_iter().collect::<BTreeSet<_>>(), both);
            // What was put aside is in no later backup.
            let second = folder.path().join("2.dump");
            backup(&database, &second);
            let list = Command::new("pg_restore")
                .arg("--list")
                .arg(&second)
                .output()
                .unwrap();
            assert!(!succeeds(list).contains("before_restore"));
        }
    }
}

/// As after `kill -9` or a power cut: the last changes stand in the write-ahead log only. Copied onto such
/// a database by hand, a backup is destroyed by the log.
#[tokio::test]
async fn the_log_of_a_killed_service_never_meets_the_restored_database() {
    if std::env::var(crate::support::POSTGRES).is_ok() {
        return;
    }
    let saved = named("旧", 2_000);
    let database = database_with(&saved).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&database, &file);

    let later = named("新", 2_000);
    let killed = snapshot_with_log(&database, &later).await;
    let log = killed.file().with_file_name("qianshou.db-wal");
    assert!(std::fs::metadata(&log).unwrap().len() > 100_000);

    restore(&killed, &file);
    assert_eq!(units(&killed.url()).await, set(&saved));
    let aside = listed_beside(&killed);
    let aside = aside
        .iter()
        .find(|name| name.contains("before-restore"))
        .unwrap();
    let aside = format!("sqlite:{}", killed.file().with_file_name(aside).display());
    assert_eq!(units(&aside).await, set(&[saved, later].concat()));
}

/// The database with more units, as a process leaves it that is killed: with a log beside it.
async fn snapshot_with_log(database: &TestDatabase, more: &[String]) -> TestDatabase {
    let killed = TestDatabase::create().await;
    let db = database.open().await;
    add_units(&db, more).await;
    for ending in ["", "-wal", "-shm"] {
        let name = format!("qianshou.db{ending}");
        std::fs::copy(
            database.file().with_file_name(&name),
            killed.file().with_file_name(&name),
        )
        .unwrap();
    }
    db.close().await;
    killed
}

/// SQLite leaves a journal behind that has nothing in it.
#[tokio::test]
async fn what_a_restore_puts_aside_is_one_file_that_restores() {
    if std::env::var(crate::support::POSTGRES).is_ok() {
        return;
    }
    let (old, new) = (named("旧", 30), named("新", 30));
    let (saved, database) = (database_with(&old).await, database_with(&new).await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&saved, &file);
    restore(&database, &file);
    let left = listed_beside(&database);
    assert_eq!(left.len(), 2, "{left:?}");
    let aside = database.file().with_file_name(&left[1]);
    let journal = aside.with_file_name(format!("{}-journal", left[1]));
    let back = format!("sqlite:{}", folder.path().join("back.db").display());
    // As an earlier version of this program has left it: the header is zero, and what follows is of no use.
    let cold = [vec![0; 28], vec![7; 600]].concat();
    std::fs::write(&journal, &cold).unwrap();
    succeeds(run(&back, &["restore", text(&aside)]));
    assert_eq!(units(&back).await, set(&new));
    // One that SQLite would still play back.
    let hot = [b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7".to_vec(), cold].concat();
    std::fs::write(&journal, hot).unwrap();
    refused(run(&back, &["restore", text(&aside)]), "-journal");
}

/// SQLite sees that pages hang together, not what stands in a text.
#[tokio::test]
async fn a_backup_in_which_a_letter_has_changed_is_refused() {
    if std::env::var(crate::support::POSTGRES).is_ok() {
        return;
    }
    let name = ["旧小学".to_owned()];
    let database = database_with(&name).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&database, &file);
    let whole = std::fs::read(&file).unwrap();
    let at = |bytes: &[u8], word: &str| {
        let found = bytes
            .windows(word.len())
            .enumerate()
            .filter(|(_, window)| *window == word.as_bytes());
        found.map(|(at, _)| at).collect::<Vec<_>>()
    };
    let mut changed = whole.clone();
    let places = at(&whole, &name[0]);
    assert!(!places.is_empty());
    for place in places {
        // In the table and in its index alike: 旧 becomes 旦.
        changed[place + 2] ^= 1 << 1;
        assert_ne!(changed[place..place + 3], whole[place..place + 3]);
    }
    std::fs::write(&file, changed).unwrap();
    refused(run(&database.url(), &["restore", text(&file)]), "损坏");
    // The last byte, which belongs to the checksum itself.
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&file, changed).unwrap();
    refused(run(&database.url(), &["restore", text(&file)]), "损坏");
    assert_eq!(units(&database.url()).await, set(&name));

    std::fs::write(&file, &whole).unwrap();
    let told = restore(&database, &file);
    assert!(!told.contains("校验和"), "{told}");
    // Other programs read it as the database that it is.
    let mut connection = sqlite(&file).await;
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(sound, "ok");
    sqlx::raw_sql("UPDATE unit SET name = '改小学'")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    // What was changed on purpose, or made by other means, comes in with a word.
    let told = restore(&database, &file);
    assert!(
        told.contains("没有校验和") && !told.contains("核对无误"),
        "{told}"
    );
    assert_eq!(units(&database.url()).await, set(&["改小学".to_owned()]));
    let by_hand = folder.path().join("by hand.db");
    run_as_stranger(&database, &format!("VACUUM INTO '{}'", text(&by_hand))).await;
    let told = restore(&database, &by_hand);
    assert!(told.contains("没有校验和"), "{told}");
}

#[tokio::test]
async fn a_backup_served_as_a_database_is_not_taken_for_a_damaged_one() {
    if std::env::var(crate::support::POSTGRES).is_ok() {
        return;
    }
    let database = database_with(&named("旧", 3)).await;
    let other = TestDatabase::create().await;
    backup(&database, &other.file());
    let db = other.open().await;
    add_units(&db, &named("新", 3)).await;
    db.close().await;
    restore(&database, &other.file());
    assert_eq!(units(&database.url()).await.len(), 6);
}

#[tokio::test]
async fn a_database_in_use_is_not_restored() {
    let names = named("旧", 3);
    let database = database_with(&names).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&database, &file);
    add_units(&database.open().await, &["后来小学".to_owned()]).await;
    let now = units(&database.url()).await;

    let mut service = Service::start(&database.url()).await;
    refused(run(&database.url(), &["restore", text(&file)]), "使用中");
    service.kill();

    // A program that knows nothing of our lock files.
    match &database {
        TestDatabase::Sqlite(_) => {
            let mut stranger = sqlite(&database.file()).await;
            sqlx::query("SELECT count(*) FROM unit")
                .fetch_one(&mut stranger)
                .await
                .unwrap();
            refused(run(&database.url(), &["restore", text(&file)]), "使用中");
            stranger.close().await.unwrap();
            assert!(
                listed_beside(&database)
                    .iter()
                    .all(|name| !name.contains("restore"))
            );
        }
        TestDatabase::Postgres { url, .. } => {
            let mut stranger = postgres(url).await;
            refused(run(url, &["restore", text(&file)]), "使用中");
            // While it writes.
            let writers = "SELECT pg_advisory_lock(x'7169616e73686f75'::bigint)";
            sqlx::query(writers).execute(&mut stranger).await.unwrap();
            refused(run(url, &["restore", text(&file)]), "使用中");
            stranger.close().await.unwrap();
            assert_eq!(schemas_aside(url).await, [""; 0]);
        }
    }
    assert_eq!(units(&database.url()).await, now);
    restore(&database, &file);
    assert_eq!(units(&database.url()).await, set(&names));
}

#[tokio::test]
async fn whoever_starts_while_a_restore_runs_waits_and_finds_the_new_database() {
    let (old, new) = (named("旧", 10), named("新", 3_000));
    let (database, other) = (database_with(&old).await, database_with(&new).await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&other, &file);
    let mut restoring = command(&database.url(), &["restore", text(&file)])
        .spawn()
        .unwrap();
    let mut seen = Vec::new();
    while restoring.try_wait().unwrap().is_none() {
        // Either it comes first, and the restore may be refused, or it waits.
        seen.push(units(&database.url()).await);
    }
    let restored = restoring.wait().unwrap().success();
    seen.push(units(&database.url()).await);
    assert_eq!(seen.last(), Some(&set(if restored { &new } else { &old })));
    assert!(
        seen.iter()
            .all(|seen| *seen == set(&old) || *seen == set(&new))
    );
}

#[tokio::test]
async fn what_is_no_whole_backup_of_ours_is_refused_and_nothing_changes() {
    let names = named("现", 5);
    let database = database_with(&names).await;
    let other = database_with(&named("旧", 500)).await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    backup(&other, &at("whole"));
    let whole = std::fs::read(at("whole")).unwrap();

    let mut wrong: Vec<(PathBuf, &str)> = Vec::new();
    for (part, kept) in [1, 2, 4, 6, 7]
        .into_iter()
        .map(|part| (part, whole.len() * part / 8))
    {
        std::fs::write(at(&format!("cut-{part}")), &whole[..kept]).unwrap();
        wrong.push((at(&format!("cut-{part}")), "已损坏"));
    }
    let mut holed = whole.clone();
    let (from, to) = (
        whole.len() / 2,
        whole.len() / 2 + 5_000.min(whole.len() / 8),
    );
    holed[from..to].fill(0xa5);
    std::fs::write(at("holed"), &holed).unwrap();
    wrong.push((at("holed"), "已损坏"));
    std::fs::write(at("letter"), "no backup at all".repeat(100)).unwrap();
    wrong.push((at("letter"), "不是本程序的备份文件"));
    std::fs::write(at("empty"), "").unwrap();
    wrong.push((at("empty"), "不是本程序的备份文件"));
    wrong.push((at("missing"), "missing"));
    wrong.push((
        foreign(&database, folder.path()).await,
        "不是本程序的数据库结构",
    ));

    let record = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                  SELECT 9999, description, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1";
    run_as_stranger(&other, record).await;
    backup(&other, &at("newer"));
    wrong.push((at("newer"), "请先升级本程序"));
    let swapped = "DELETE FROM _sqlx_migrations WHERE version = 9999; \
                   UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM _sqlx_migrations WHERE version = 2) WHERE version = 1";
    run_as_stranger(&other, swapped).await;
    backup(&other, &at("changed"));
    wrong.push((at("changed"), "不是本程序的数据库结构"));

    if let TestDatabase::Sqlite(_) = &database {
        for (number, change) in [
            "DROP TABLE idempotency",
            "ALTER TABLE visit ADD COLUMN more TEXT",
            "CREATE TRIGGER gone AFTER INSERT ON visit BEGIN DELETE FROM visit; END",
        ]
        .iter()
        .enumerate()
        {
            let file = at(&format!("altered-{number}"));
            std::fs::copy(at("whole"), &file).unwrap();
            let options = sqlx::sqlite::SqliteConnectOptions::new()
                .filename(&file)
                .journal_mode(sqlx::sqlite::SqliteJournalMode::Delete);
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            sqlx::query(*change).execute(&pool).await.unwrap();
            pool.close().await;
            wrong.push((file, "与结构"));
        }
    }

    if let TestDatabase::Postgres { .. } = &database {
        wrong.extend(altered_archives(folder.path()).await);
    }

    for (file, because) in &wrong {
        let before = std::fs::read(file).ok();
        refused(run(&database.url(), &["restore", text(file)]), because);
        assert_eq!(std::fs::read(file).ok(), before);
        assert_eq!(
            units(&database.url()).await,
            set(&names),
            "{}",
            file.display()
        );
    }
    match &database {
        TestDatabase::Sqlite(_) => assert_eq!(listed_beside(&database), ["qianshou.db"]),
        TestDatabase::Postgres { url, .. } => assert_eq!(schemas_aside(url).await, [""; 0]),
    }
}

/// Archives of databases in which someone has changed a table, and of ones that were not saved whole.
async fn altered_archives(folder: &Path) -> Vec<(PathBuf, &'static str)> {
    let mut archives = Vec::new();
    for (number, (change, because)) in [
        ("DROP TABLE idempotency", "table idempotency 与结构"),
        ("ALTER TABLE visit ADD COLUMN more TEXT", "column visit.more 与结构"),
        ("ALTER TABLE unit DROP COLUMN name", "column unit.name 与结构"),
        ("ALTER TABLE visit ALTER COLUMN visited_on TYPE TIMESTAMP", "column visit.visited_on 与结构"),
        ("ALTER TABLE unit ALTER COLUMN name DROP NOT NULL", "column unit.name 与结构"),
        ("ALTER TABLE unit ALTER COLUMN name SET DEFAULT '甲'", "column unit.name 与结构"),
        ("CREATE TABLE song (title TEXT)", "table song 与结构"),
        ("CREATE VIEW song AS SELECT 1 AS one", "view song 与结构"),
        ("CREATE INDEX slow ON visit (visited_on, kind)", "index slow 与结构"),
        ("ALTER TABLE visit ADD CONSTRAINT none CHECK (kind <> 'x')", "constraint visit.none 与结构"),
        ("ALTER TABLE staff DROP CONSTRAINT staff_unit_id_fkey", "constraint staff.staff_unit_id_fkey 与结构"),
        (
            "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
             CREATE TRIGGER gone BEFORE INSERT ON visit FOR EACH ROW EXECUTE FUNCTION gone()",
            "与结构",
        ),
        ("CREATE RULE gone AS ON INSERT TO visit DO INSTEAD NOTHING", "rule visit.gone 与结构"),
    ]
    .into_iter()
    .enumerate()
    {
        let other = database_with(&named("旧", 2)).await;
        run_as_stranger(&other, change).await;
        let file = folder.join(format!("altered-{number}"));
        backup(&other, &file);
        archives.push((file, because));
    }
    let other = database_with(&named("旧", 2)).await;
    for (name, left_out) in [
        ("without-table", "--exclude-table=idempotency"),
        ("without-rows", "--exclude-table-data=unit"),
    ] {
        let file = folder.join(name);
        let mut dump = Command::new("pg_dump");
        dump.args(["--format=custom", left_out, "--file"])
            .arg(&file)
            .arg(other.url());
        assert!(dump.status().unwrap().success());
        let because = if name == "without-rows" {
            "缺少表 unit"
        } else {
            "table idempotency 与结构"
        };
        archives.push((file, because));
    }
    archives
}

/// A backup of the same engine with a table of another program.
async fn foreign(like: &TestDatabase, folder: &Path) -> PathBuf {
    let file = folder.join("foreign");
    let table = "CREATE TABLE song (title TEXT)";
    match like {
        TestDatabase::Sqlite(_) => {
            let mut connection = sqlite(&file).await;
            sqlx::query(table).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        TestDatabase::Postgres { .. } => {
            let songs = TestDatabase::create().await;
            run_as_stranger(&songs, table).await;
            let mut dump = Command::new("pg_dump");
            dump.args(["--format=custom", "--file"])
                .arg(&file)
                .arg(songs.url());
            assert!(dump.status().unwrap().success());
            refused(
                run(&songs.url(), &["backup", text(&folder.join("none"))]),
                "没有牵手数据库",
            );
            assert!(!folder.join("none").exists());
        }
    }
    file
}

#[tokio::test]
async fn a_backup_whose_rows_refer_to_nothing_is_refused() {
    if std::env::var(crate::support::POSTGRES).is_ok() {
        // There, no such rows can be made: the keys are added after the rows and check them.
        return;
    }
    let database = database_with(&named("现", 2)).await;
    let other = database_with(&named("旧", 2)).await;
    let orphan = "INSERT INTO staff (id, name, unit_id, rank, active, version, created_at, updated_at) \
                  VALUES (randomblob(16), '张', randomblob(16), 'ordinary', TRUE, 1, '2026-01-01', '2026-01-01')";
    run_as_stranger(&other, orphan).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&other, &file);
    refused(
        run(&database.url(), &["restore", text(&file)]),
        "staff refers to a unit",
    );
    assert_eq!(units(&database.url()).await.len(), 2);
}

#[tokio::test]
async fn a_database_copied_without_its_log_is_no_backup() {
    if std::env::var(crate::support::POSTGRES).is_ok() {
        return;
    }
    let database = database_with(&named("现", 2)).await;
    let copied = snapshot_with_log(&database_with(&named("旧", 2)).await, &named("新", 500)).await;
    refused(
        run(&database.url(), &["restore", text(&copied.file())]),
        "qianshou.db-wal",
    );
    assert_eq!(units(&database.url()).await.len(), 2);
}

#[tokio::test]
async fn a_backup_of_an_earlier_version_is_not_touched_when_made_and_brought_forward_when_restored()
{
    let older = TestDatabase::create().await;
    apply_first(&older, 9).await;
    run_as_stranger(
        &older,
        &format!(
            "INSERT INTO unit (id, name) VALUES ({}, '旧小学')",
            id(&older)
        ),
    )
    .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&older, &file);
    assert_eq!(applied(&older).await, 9, "a backup brings nothing forward");

    let database = database_with(&named("现", 3)).await;
    let newest = applied(&database).await;
    let told = restore(&database, &file);
    assert!(told.contains("较早的版本"), "{told}");
    assert_eq!(applied(&database).await, newest);
    assert_eq!(units(&database.url()).await, set(&["旧小学".to_owned()]));
}

/// Makes the database what the version was that had so many migrations.
async fn apply_first(database: &TestDatabase, count: usize) {
    let all = Migrator::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations"))
        .await
        .unwrap();
    let first = Migrator::with_migrations(all.iter().take(count).cloned().collect());
    match database {
        TestDatabase::Sqlite(_) => {
            let options = SqliteConnectOptions::new().filename(database.file());
            let options = options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal);
            let mut connection = options.connect().await.unwrap();
            first.run(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        TestDatabase::Postgres { url, .. } => {
            let mut connection = postgres(url).await;
            first.run(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

fn id(database: &TestDatabase) -> &'static str {
    match database {
        TestDatabase::Sqlite(_) => "randomblob(16)",
        TestDatabase::Postgres { .. } => "gen_random_uuid()",
    }
}

async fn applied(database: &TestDatabase) -> i64 {
    let count = "SELECT count(*) FROM _sqlx_migrations";
    match database {
        TestDatabase::Sqlite(_) => {
            let mut connection = sqlite(&database.file()).await;
            sqlx::query_scalar(count)
                .fetch_one(&mut connection)
                .await
                .unwrap()
        }
        TestDatabase::Postgres { url, .. } => {
            let mut connection = postgres(url).await;
            sqlx::query_scalar(count)
                .fetch_one(&mut connection)
                .await
                .unwrap()
        }
    }
}

/// An archive says times in the zone of the server that it was made at.
#[tokio::test]
async fn an_archive_made_by_hand_in_another_time_zone_comes_back() {
    let database = database_with(&named("旧", 3)).await;
    let TestDatabase::Postgres { url, .. } = &database else {
        return;
    };
    succeeds(run(url, &["user", "add", "wangfang", "--role", "office"]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.dump");
    let mut dump = Command::new("pg_dump");
    dump.args(["--format=custom", "--file"]).arg(&file).arg(url);
    assert!(
        dump.env("PGTZ", "Asia/Shanghai")
            .status()
            .unwrap()
            .success()
    );
    let told = restore(&database, &file);
    assert!(
        told.lines().any(|line| line.trim() == "1  account"),
        "{told}"
    );
}

/// A trigger that swallows rows stands for whatever may go wrong while rows come in.
#[tokio::test]
async fn what_differs_from_the_backup_is_taken_back() {
    let (old, new) = (named("旧", 20), named("新", 20));
    let (saved, database) = (database_with(&old).await, database_with(&new).await);
    let TestDatabase::Postgres { url, .. } = &database else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.dump");
    backup(&saved, &file);
    let swallow = "CREATE SCHEMA spoil;
        CREATE FUNCTION spoil.swallow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.name LIKE '%1小学' THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE FUNCTION spoil.arm() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.unit')
        THEN CREATE TRIGGER swallow BEFORE INSERT ON public.unit FOR EACH ROW EXECUTE FUNCTION spoil.swallow();
        END IF; END $$;
        CREATE EVENT TRIGGER arm ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION spoil.arm()";
    run_as_stranger(&database, swallow).await;
    refused(run(url, &["restore", text(&file)]), "public.unit: 20 → 18");
    assert_eq!(units(url).await, set(&new));
    assert_eq!(schemas_aside(url).await, [""; 0]);
}

#[tokio::test]
async fn a_new_machine_needs_no_database_to_restore_to() {
    let names = named("旧", 3);
    let database = database_with(&names).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&database, &file);
    let (new, url) = match &database {
        TestDatabase::Sqlite(_) => {
            let path = folder.path().join("srv/office/qianshou.db");
            (None, format!("sqlite:{}", path.display()))
        }
        TestDatabase::Postgres { .. } => {
            let new = TestDatabase::create().await;
            let url = new.url();
            (Some(new), url)
        }
    };
    let told = succeeds(run(&url, &["restore", text(&file)]));
    assert!(!told.contains("原数据"), "nothing was there: {told}");
    assert_eq!(units(&url).await, set(&names));
    if new.is_none() {
        assert_eq!(mode(&folder.path().join("srv/office")), 0o700);
    }
}

#[tokio::test]
async fn a_database_that_is_broken_is_put_aside_with_all_that_belongs_to_it() {
    if std::env::var(crate::support::POSTGRES).is_ok() {
        return;
    }
    let names = named("旧", 300);
    let database = database_with(&names).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&database, &file);
    for (broken, log) in [
        (Some("no database any more".repeat(500)), "lost log"),
        (None, "log without a database"),
    ] {
        let beside = |ending: &str| {
            database
                .file()
                .with_file_name(format!("qianshou.db{ending}"))
        };
        match &broken {
            Some(text) => std::fs::write(database.file(), text).unwrap(),
            None => std::fs::remove_file(database.file()).unwrap(),
        }
        std::fs::write(beside("-wal"), log).unwrap();
        let told = restore(&database, &file);
        let aside = told
            .split_whitespace()
            .find(|word| word.contains("before-restore"))
            .unwrap();
        assert_eq!(std::fs::read_to_string(aside).ok(), broken);
        assert_eq!(
            std::fs::read_to_string(format!("{aside}-wal")).unwrap(),
            log
        );
        assert!(!beside("-wal").exists());
        assert_eq!(units(&database.url()).await, set(&names));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_meant_is_refused() {
    let database = database_with(&named("旧", 3)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    std::fs::write(&file, "mine").unwrap();
    refused(run(&database.url(), &["backup", text(&file)]), "saved.db");
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "mine",
        "a backup overwrites nothing"
    );
    assert_eq!(listed(folder.path()), ["saved.db"]);
    refused(
        run(
            &database.url(),
            &["backup", text(&folder.path().join("no/folder.db"))],
        ),
        "folder.db",
    );

    let none = folder.path().join("none/qianshou.db");
    let url = format!("sqlite:{}", none.display());
    refused(
        run(&url, &["backup", text(&folder.path().join("new.db"))]),
        "没有牵手数据库",
    );
    assert!(
        !none.parent().unwrap().exists(),
        "a backup makes no database"
    );

    if let TestDatabase::Sqlite(_) = &database {
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(database.file(), &link).unwrap();
        for same in [database.file(), link] {
            refused(
                run(&database.url(), &["restore", text(&same)]),
                "数据库本身",
            );
        }
        std::fs::write(folder.path().join("archive"), b"PGDMP").unwrap();
        let archive = folder.path().join("archive");
        refused(
            run(&database.url(), &["restore", text(&archive)]),
            "PostgreSQL",
        );
    } else {
        let sqlite_file = folder.path().join("small.db");
        sqlx::query("CREATE TABLE a (b)")
            .execute(&mut sqlite(&sqlite_file).await)
            .await
            .unwrap();
        refused(
            run(&database.url(), &["restore", text(&sqlite_file)]),
            "SQLite",
        );
    }
    assert_eq!(units(&database.url()).await.len(), 3);
}

#[tokio::test]
async fn a_database_behind_a_symbolic_link_is_restored_behind_it() {
    if std::env::var(crate::support::POSTGRES).is_ok() {
        return;
    }
    let (old, new) = (named("旧", 3), named("新", 3));
    let (saved, database) = (database_with(&old).await, database_with(&new).await);
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (
        folder.path().join("saved.db"),
        folder.path().join("link.db"),
    );
    backup(&saved, &file);
    std::os::unix::fs::symlink(database.file(), &link).unwrap();
    let url = format!("sqlite:{}", link.display());
    let service = database.open().await;
    refused(run(&url, &["restore", text(&file)]), "使用中");
    service.close().await;
    drop(service);
    succeeds(run(&url, &["restore", text(&file)]));
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(units(&database.url()).await, set(&old));
}

#[tokio::test]
async fn a_disk_that_is_full_is_told_and_nothing_is_left() {
    if std::env::var(crate::support::POSTGRES).is_ok() {
        return;
    }
    let names = named("旧", 3_000);
    let (database, other) = (
        database_with(&names).await,
        database_with(&named("新", 3_000)).await,
    );
    let folder = tempfile::tempdir().unwrap();
    backup(&other, &folder.path().join("whole.db"));
    // No file may be longer than this many blocks; the signal that comes with it would end the process.
    let in_little_room = |arguments: &[&str]| {
        Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_qianshou"))
            .args(arguments)
            .args(["--database", &database.url()])
            .output()
            .unwrap()
    };
    let file = folder.path().join("full.db");
    refused(in_little_room(&["backup", text(&file)]), "错误");
    assert_eq!(listed(folder.path()), ["whole.db"]);
    refused(
        in_little_room(&["restore", text(&folder.path().join("whole.db"))]),
        "错误",
    );
    assert_eq!(listed_beside(&database), ["qianshou.db"]);
    assert_eq!(units(&database.url()).await, set(&names));
}

#[tokio::test]
async fn a_backup_that_is_killed_leaves_nothing_under_its_name() {
    let names = named("旧", 3_000);
    let database = database_with(&names).await;
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("0.db");
    let longest = timed(|| backup(&database, &whole));
    let mut finished = 0;
    for round in 1..=KILLS {
        let file = folder.path().join("saved.db");
        let arguments = ["backup", text(&file)];
        killed_after(
            command(&database.url(), &arguments).spawn().unwrap(),
            longest,
        );
        if file.exists() {
            finished += 1;
            let new = TestDatabase::create().await;
            restore(&new, &file);
            assert_eq!(units(&new.url()).await, set(&names), "round {round}");
            std::fs::remove_file(&file).unwrap();
        }
        assert_eq!(units(&database.url()).await, set(&names));
    }
    backup(&database, &folder.path().join("saved.db"));
    let left = listed(folder.path());
    assert_eq!(
        left,
        ["0.db", "saved.db"],
        "of {KILLS}, {finished} had finished"
    );
}

/// What is left of a killed backup or restore holds the whole register.
#[tokio::test]
async fn what_killed_ones_of_other_names_have_left_is_cleared_away() {
    let database = database_with(&named("旧", 3_000)).await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let parts = || {
        let mut names = listed(folder.path());
        names.retain(|name| name.contains(".part") && !name.contains(".restore."));
        names
    };
    // Killed in the middle.
    let deadline = Instant::now() + Duration::from_mins(1);
    while parts().is_empty() {
        assert!(Instant::now() < deadline, "none is killed in the middle");
        let mut saving = command(&database.url(), &["backup", text(&at("killed.db"))]);
        let mut saving = saving.spawn().unwrap();
        while parts().is_empty() && saving.try_wait().unwrap().is_none() {}
        saving.kill().unwrap();
        saving.wait().unwrap();
        let _ = std::fs::remove_file(at("killed.db"));
    }
    // One whose process's number another has by now.
    let reused = format!(".a.b.{}.Ab3xY9.part", std::process::id());
    std::fs::create_dir(at(&reused)).unwrap();
    std::fs::write(at(&reused).join(".tmpQ1w2e3"), "half").unwrap();
    // Not ours, though it is called alike.
    std::fs::create_dir(at(".film.999999.x.part")).unwrap();
    std::fs::write(at(".film.999999.x.part").join("film"), "half").unwrap();
    // What killed restores have left of other databases in the same folder.
    std::fs::write(at(".other.db.restore.part"), "half a copy").unwrap();
    std::fs::write(at("other.lock"), "").unwrap();
    std::fs::write(at(".third.db.restore.part-journal"), "half a copy").unwrap();

    // One that is at work is left alone.
    let url = database.url();
    let mut stopped = command(&url, &["backup", text(&at("stopped.db"))])
        .spawn()
        .unwrap();
    while !parts().iter().any(|name| name.contains("stopped")) {
        assert!(stopped.try_wait().unwrap().is_none(), "it was too quick");
    }
    let signal = |name: &str| {
        let done = Command::new("kill")
            .arg(name)
            .arg(stopped.id().to_string())
            .status();
        assert!(done.unwrap().success());
    };
    signal("-STOP");
    backup(&database, &at("saved.db"));
    let left = parts();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(
        left[0].contains("film") && left[1].contains("stopped"),
        "{left:?}"
    );
    assert!(
        listed(folder.path())
            .iter()
            .all(|name| !name.contains(".restore.part"))
    );
    signal("-CONT");
    assert!(stopped.wait().unwrap().success());
    assert!(at("stopped.db").exists());

    if let TestDatabase::Sqlite(_) = &database {
        std::fs::write(at(".other.db.restore.part"), "half a copy").unwrap();
        let url = format!("sqlite:{}", at("new.db").display());
        succeeds(run(&url, &["restore", text(&at("saved.db"))]));
        assert!(!at(".other.db.restore.part").exists());
    }
}

#[tokio::test]
async fn a_restore_that_is_killed_leaves_the_old_database_or_the_new_one() {
    let (old, new) = (named("旧", 2_000), named("新", 3_000));
    let (first, second) = (database_with(&old).await, database_with(&new).await);
    let folder = tempfile::tempdir().unwrap();
    let files = [folder.path().join("old.db"), folder.path().join("new.db")];
    backup(&first, &files[0]);
    backup(&second, &files[1]);
    let saved = files.each_ref().map(|file| std::fs::read(file).unwrap());
    let states = [set(&old), set(&new)];
    let longest = timed(|| drop(restore(&first, &files[0])));
    let mut became_new = 0;
    let mut database = first;
    let mut is = 0;
    for round in 1..=KILLS {
        if let TestDatabase::Sqlite(_) = &database {
            // What is there has a log beside it, and the other's pages would not fit it.
            let base = TestDatabase::create().await;
            restore(&base, &files[0]);
            database = snapshot_with_log(&base, &["后来小学".to_owned()]).await;
            is = 0;
        }
        let wanted = 1 - is;
        let url = database.url();
        let restoring = command(&url, &["restore", text(&files[wanted])])
            .spawn()
            .unwrap();
        killed_after(restoring, longest);
        let mut found = units(&url).await;
        found.remove("后来小学");
        assert!(
            found == states[0] || found == states[1],
            "round {round}: {} units",
            found.len()
        );
        if found == states[wanted] {
            became_new += 1;
            is = wanted;
        }
        if let TestDatabase::Sqlite(_) = &database {
            let check: String = sqlx::query_scalar("PRAGMA integrity_check")
                .fetch_one(&mut sqlite(&database.file()).await)
                .await
                .unwrap();
            assert_eq!(check, "ok", "round {round}");
            let beside = listed_beside(&database);
            assert!(
                beside.iter().all(|name| !name.contains(".part")),
                "{beside:?}"
            );
            let whole = std::fs::metadata(database.file()).unwrap();
            assert_eq!(whole.nlink(), 1, "a database has one name: {beside:?}");
        }
    }
    for (file, saved) in files.iter().zip(saved) {
        assert!(
            std::fs::read(file).unwrap() == saved,
            "a backup is only read"
        );
    }
    // Whatever was left is no hindrance. PostgreSQL may take a moment to see that a process is gone.
    let deadline = Instant::now() + Duration::from_mins(1);
    while !run(&database.url(), &["restore", text(&files[1])])
        .status
        .success()
    {
        assert!(
            Instant::now() < deadline,
            "it is never free again; {became_new} were done"
        );
    }
    assert_eq!(units(&database.url()).await, states[1]);
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn killed_after(mut process: Child, longest: Duration) {
    let share = rand::rng().random_range(0.0..1.1);
    std::thread::sleep(longest.mul_f64(share));
    process.kill().unwrap();
    process.wait().unwrap();
}

/// As if killed between the old database's second name and the switch.
#[tokio::test]
async fn a_second_name_that_a_killed_restore_has_left_is_taken_away_at_the_next_start() {
    if std::env::var(crate::support::POSTGRES).is_ok() {
        return;
    }
    let names = named("旧", 3);
    let database = database_with(&names).await;
    let beside = |name: &str| database.file().with_file_name(name);
    std::fs::hard_link(database.file(), beside("qianshou.db.before-restore-x")).unwrap();
    std::fs::write(beside(".qianshou.db.restore.part"), "half a copy").unwrap();
    // Its own, whole and of another time: stays.
    std::fs::copy(database.file(), beside("qianshou.db.before-restore-w")).unwrap();
    assert_eq!(units(&database.url()).await, set(&names));
    assert_eq!(
        listed_beside(&database),
        ["qianshou.db", "qianshou.db.before-restore-w"]
    );
}

#[tokio::test]
async fn nobody_else_can_read_a_database_or_a_backup() {
    let database = database_with(&named("旧", 3)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    // Whatever the mask says.
    let open_to_all = |url: &str, arguments: &[&str]| {
        let output = Command::new("sh")
            .args(["-c", "umask 000; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_qianshou"))
            .args(arguments)
            .args(["--database", url])
            .output()
            .unwrap();
        succeeds(output)
    };
    open_to_all(&database.url(), &["backup", text(&file)]);
    assert_eq!(mode(&file), 0o600);
    let TestDatabase::Sqlite(_) = &database else {
        return;
    };
    let new = folder.path().join("srv/qianshou.db");
    let url = format!("sqlite:{}", new.display());
    open_to_all(&url, &["migrate"]);
    open_to_all(&url, &["restore", text(&file)]);
    assert_eq!(mode(new.parent().unwrap()), 0o700);
    let db = Db::open(&url).await.unwrap();
    add_units(&db, &named("新", 3)).await;
    for name in listed(new.parent().unwrap()) {
        assert_eq!(mode(&new.with_file_name(&name)), 0o600, "{name}");
    }
    db.close().await;
    drop(db);

    // One that was made by an earlier version.
    std::fs::set_permissions(&new, Permissions::from_mode(0o644)).unwrap();
    let output = run(&url, &["migrate"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("644"),
        "it is logged"
    );
    succeeds(output);
    assert_eq!(mode(&new), 0o600);
}

#[tokio::test]
async fn a_demo_does_not_take_the_database_of_one_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("demo.db").display());
    let db = Db::open(&url).await.unwrap();
    add_units(&db, &named("旧", 3)).await;
    let demo = |named: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_qianshou"))
            .args(["demo", "--no-serve", "--dir", text(folder.path())])
            .args(named)
            // It stands there for the service, and a demo leaves it alone.
            .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
            .output()
            .unwrap()
    };
    refused(demo(&[]), "使用中");
    assert_eq!(units_of(&db).await.len(), 3);
    db.close().await;
    // What would be ignored is refused.
    let before = listed(folder.path());
    for named in ["postgres://u@h/n", &url] {
        refused(demo(&["--database", named]), "--dir");
    }
    refused(demo(&["--create"]), "--dir");
    assert_eq!(listed(folder.path()), before);
}

#[tokio::test]
async fn nobody_else_can_read_an_exported_workbook() {
    let database = database_with(&named("旧", 3)).await;
    let folder = tempfile::tempdir().unwrap();
    for what in ["progress", "pairings"] {
        let file = folder.path().join(what);
        succeeds(run(
            &database.url(),
            &["export", what, "--out", text(&file)],
        ));
        assert_eq!(mode(&file), 0o600);
    }
}

#[tokio::test]
async fn a_backup_makes_no_writer_wait() {
    let database = database_with(&named("旧", 20_000)).await;
    let db = database.open_with(Duration::from_millis(500)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    let url = database.url();
    let saving = tokio::spawn({
        let file = file.clone();
        async move { db::backup(&url, &file).await }
    });
    // With this patience, a writer that had to wait for all of it would fail.
    for round in 0..50 {
        add_units(&db, &[format!("新{round}小学")]).await;
    }
    saving.await.unwrap().unwrap();
    db.close().await;
    drop(db);
    let new = TestDatabase::create().await;
    restore(&new, &file);
    assert!(units(&new.url()).await.len() >= 20_000);
}
