//! Backups and restores by the command line, and a look at the database and its files.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::str::FromStr;

use qianshou::db::Db;
use qianshou::{insert, on};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};
use uuid::Uuid;

use super::TestDatabase;

/// A command of the program on the database at this address.
pub fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qianshou"));
    command
        .args(arguments)
        .args(["--database", url])
        .env("QIANSHOU_LOG", "warn")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub fn run_command(url: &str, arguments: &[&str]) -> Output {
    command(url, arguments).output().unwrap()
}

pub fn path_text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a command prints that must succeed.
#[track_caller]
pub fn succeeds(output: Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A command must fail and name this reason.
#[track_caller]
pub fn is_refused(output: Output, because: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "not refused: {because}");
    assert!(said.contains(because), "{because}: {said}");
}

/// Saves the database in a file.
pub fn backup(database: &TestDatabase, file: &Path) {
    succeeds(run_command(&database.url(), &["backup", path_text(file)]));
}

/// Puts a backup in the place of the database; gives what is printed.
pub fn restore(database: &TestDatabase, file: &Path) -> String {
    succeeds(run_command(&database.url(), &["restore", path_text(file)]))
}

/// A restore of a file must fail and name this reason.
#[track_caller]
pub fn restore_is_refused(url: &str, file: &Path, because: &str) {
    is_refused(run_command(url, &["restore", path_text(file)]), because);
}

/// Puts units of these names into the database.
pub async fn add_units(db: &Db, names: &[String]) {
    let mut tx = db.write().await.unwrap();
    insert!(&mut tx, "unit", names, |name| { id: Uuid::now_v7(), name: name.clone() }).unwrap();
    tx.commit().await.unwrap();
}

/// So many names of units, beginning alike.
pub fn unit_names(start: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{start}{number}小学"))
        .collect()
}

/// Makes a database with units of these names.
pub async fn database_with(names: &[String]) -> TestDatabase {
    let database = TestDatabase::create().await;
    let db = database.open().await;
    add_units(&db, names).await;
    db.close().await;
    database
}

/// The names of the units in the database.
pub async fn unit_names_of(db: &Db) -> BTreeSet<String> {
    let mut tx = db.read().await.unwrap();
    let names: Vec<String> = on!(&mut tx, connection =>
        sqlx::query_scalar("SELECT name FROM unit").fetch_all(connection).await)
    .unwrap();
    names.into_iter().collect()
}

/// Opens the database as the service does, and reads its units.
pub async fn unit_names_at(url: &str) -> BTreeSet<String> {
    let db = Db::open(url).await.unwrap();
    let units = unit_names_of(&db).await;
    db.close().await;
    units
}

pub fn set_of(names: &[String]) -> BTreeSet<String> {
    names.iter().cloned().collect()
}

/// The names in a folder.
pub fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The names in the database's folder without those that serve to keep others out.
pub fn names_beside(database: &TestDatabase) -> Vec<String> {
    let mut names = names_in(database.file().parent().unwrap());
    names.retain(|name| !["qianshou.lock", "qianshou.db.in-use"].contains(&name.as_str()));
    names
}

/// Who may do what with a file.
pub fn mode_of(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o7777
}

/// Runs statements on the database as any other program would.
pub async fn run_as_stranger(database: &TestDatabase, statements: &str) {
    let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
    match database {
        TestDatabase::Sqlite(_) => {
            let mut connection = sqlite_connection(&database.file()).await;
            statements.execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
        TestDatabase::Postgres { url, .. } => {
            let mut connection = postgres_connection(url).await;
            statements.execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

/// A connection to a file, past the program.
pub async fn sqlite_connection(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .foreign_keys(false)
        .connect()
        .await
        .unwrap()
}

/// A connection to a server, past the program.
pub async fn postgres_connection(url: &str) -> PgConnection {
    PgConnectOptions::from_str(url)
        .unwrap()
        .connect()
        .await
        .unwrap()
}

/// The schemas of PostgreSQL in which restores have put something aside.
pub async fn schemas_aside(url: &str) -> Vec<String> {
    let mut connection = postgres_connection(url).await;
    let names = sqlx::query_scalar(
        "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'before_restore%' ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    names
}

/// The database with more units, as a process leaves it that is killed: with a log beside it.
pub async fn snapshot_with_log(database: &TestDatabase, more: &[String]) -> TestDatabase {
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
