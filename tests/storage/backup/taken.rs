//! A backup is whole or not there, and nobody else can read it.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use qianshou::db;
use qianshou::db::Db;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::support::backup::{
    add_units, backup, database_with, is_refused, mode_of, names_beside, names_in, path_text,
    postgres_connection, restore, run_as_stranger, run_command, schemas_aside, set_of,
    sqlite_connection, succeeds, unit_names, unit_names_at,
};
use crate::support::{Service, TestDatabase, on_postgres};

#[tokio::test]
async fn a_backup_taken_while_the_service_runs_comes_back_whole_and_the_later_state_is_put_aside() {
    let saved = unit_names("旧", 300);
    let database = database_with(&saved).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("备份 1.db");

    let mut service = Service::start(&database.url()).await;
    backup(&database, &file);
    let bytes = std::fs::read(&file).unwrap();
    let db = database.open().await;
    let later = unit_names("新", 5);
    add_units(&db, &later).await;
    db.close().await;
    service.kill();

    let told = restore(&database, &file);
    assert!(told.contains("qianshou serve"), "{told}");
    assert!(
        told.lines().any(|line| line.trim() == "300  unit"),
        "{told}"
    );
    assert_eq!(unit_names_at(&database.url()).await, set_of(&saved));
    assert_eq!(
        std::fs::read(&file).unwrap(),
        bytes,
        "a backup is only read"
    );
    assert_eq!(
        names_in(folder.path()),
        ["备份 1.db"],
        "nothing is made beside it"
    );

    let both = set_of(&[saved, later].concat());
    match &database {
        TestDatabase::Sqlite(_) => {
            let aside = names_beside(&database)
                .into_iter()
                .find(|name| name.contains("before-restore"))
                .unwrap();
            let aside = database.file().with_file_name(aside);
            assert!(told.contains(path_text(&aside)), "{told}");
            assert_eq!(
                unit_names_at(&format!("sqlite:{}", aside.display())).await,
                both
            );
            // And it can be brought back itself.
            restore(&database, &aside);
        }
        TestDatabase::Postgres { url, .. } => {
            let aside = schemas_aside(url).await.pop().unwrap();
            assert!(
                told.contains(&format!("DROP SCHEMA {aside} CASCADE")),
                "{told}"
            );
            let mut connection = postgres_connection(url).await;
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

#[tokio::test]
async fn a_backup_of_an_earlier_version_is_not_touched_when_made_and_brought_forward_when_restored()
{
    let older = TestDatabase::create().await;
    apply_first(&older, 9).await;
    run_as_stranger(
        &older,
        &format!(
            "INSERT INTO unit (id, name) VALUES ({}, '旧小学')",
            random_id(&older)
        ),
    )
    .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&older, &file);
    assert_eq!(
        applied_migrations(&older).await,
        9,
        "a backup brings nothing forward"
    );

    let database = database_with(&unit_names("现", 3)).await;
    let newest = applied_migrations(&database).await;
    let told = restore(&database, &file);
    assert!(told.contains("较早的版本"), "{told}");
    assert_eq!(applied_migrations(&database).await, newest);
    assert_eq!(
        unit_names_at(&database.url()).await,
        set_of(&["旧小学".to_owned()])
    );
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
            let mut connection = postgres_connection(url).await;
            first.run(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

fn random_id(database: &TestDatabase) -> &'static str {
    match database {
        TestDatabase::Sqlite(_) => "randomblob(16)",
        TestDatabase::Postgres { .. } => "gen_random_uuid()",
    }
}

async fn applied_migrations(database: &TestDatabase) -> i64 {
    let count = "SELECT count(*) FROM _sqlx_migrations";
    match database {
        TestDatabase::Sqlite(_) => {
            let mut connection = sqlite_connection(&database.file()).await;
            sqlx::query_scalar(count)
                .fetch_one(&mut connection)
                .await
                .unwrap()
        }
        TestDatabase::Postgres { url, .. } => {
            let mut connection = postgres_connection(url).await;
            sqlx::query_scalar(count)
                .fetch_one(&mut connection)
                .await
                .unwrap()
        }
    }
}

#[tokio::test]
async fn a_disk_that_is_full_is_told_and_nothing_is_left() {
    if on_postgres() {
        return;
    }
    let names = unit_names("旧", 3_000);
    let (database, other) = (
        database_with(&names).await,
        database_with(&unit_names("新", 3_000)).await,
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
    is_refused(in_little_room(&["backup", path_text(&file)]), "错误");
    assert_eq!(names_in(folder.path()), ["whole.db"]);
    is_refused(
        in_little_room(&["restore", path_text(&folder.path().join("whole.db"))]),
        "错误",
    );
    assert_eq!(names_beside(&database), ["qianshou.db"]);
    assert_eq!(unit_names_at(&database.url()).await, set_of(&names));
}

#[tokio::test]
async fn nobody_else_can_read_a_database_or_a_backup() {
    let database = database_with(&unit_names("旧", 3)).await;
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
    open_to_all(&database.url(), &["backup", path_text(&file)]);
    assert_eq!(mode_of(&file), 0o600);
    let TestDatabase::Sqlite(_) = &database else {
        return;
    };
    let new = folder.path().join("srv/qianshou.db");
    let url = format!("sqlite:{}", new.display());
    open_to_all(&url, &["migrate"]);
    open_to_all(&url, &["restore", path_text(&file)]);
    assert_eq!(mode_of(new.parent().unwrap()), 0o700);
    let db = Db::open(&url).await.unwrap();
    add_units(&db, &unit_names("新", 3)).await;
    for name in names_in(new.parent().unwrap()) {
        assert_eq!(mode_of(&new.with_file_name(&name)), 0o600, "{name}");
    }
    db.close().await;
    drop(db);

    // One that was made by an earlier version.
    std::fs::set_permissions(&new, Permissions::from_mode(0o644)).unwrap();
    let output = run_command(&url, &["migrate"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("644"),
        "it is logged"
    );
    succeeds(output);
    assert_eq!(mode_of(&new), 0o600);
}

#[tokio::test]
async fn nobody_else_can_read_an_exported_workbook() {
    let database = database_with(&unit_names("旧", 3)).await;
    let folder = tempfile::tempdir().unwrap();
    for what in ["progress", "pairings"] {
        let file = folder.path().join(what);
        succeeds(run_command(
            &database.url(),
            &["export", what, "--out", path_text(&file)],
        ));
        assert_eq!(mode_of(&file), 0o600);
    }
}

#[tokio::test]
async fn a_backup_makes_no_writer_wait() {
    let database = database_with(&unit_names("旧", 20_000)).await;
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
    assert!(unit_names_at(&new.url()).await.len() >= 20_000);
}
