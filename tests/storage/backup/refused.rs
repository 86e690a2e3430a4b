//! What is no whole backup of ours is not restored.

use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::Connection;

use crate::support::backup::{
    add_units, backup, database_with, is_refused, names_beside, names_in, path_text, restore,
    restore_is_refused, run_as_stranger, run_command, schemas_aside, set_of, snapshot_with_log,
    sqlite_connection, unit_names, unit_names_at,
};
use crate::support::{TestDatabase, on_postgres};

/// SQLite sees that pages hang together, not what stands in a text.
#[tokio::test]
async fn a_backup_in_which_a_letter_has_changed_is_refused() {
    if on_postgres() {
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
    restore_is_refused(&database.url(), &file, "损坏");
    // The last byte, which belongs to the checksum itself.
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&file, changed).unwrap();
    restore_is_refused(&database.url(), &file, "损坏");
    assert_eq!(unit_names_at(&database.url()).await, set_of(&name));

    std::fs::write(&file, &whole).unwrap();
    let told = restore(&database, &file);
    assert!(!told.contains("校验和"), "{told}");
    // Other programs read it as the database that it is.
    let mut connection = sqlite_connection(&file).await;
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
    assert_eq!(
        unit_names_at(&database.url()).await,
        set_of(&["改小学".to_owned()])
    );
    let by_hand = folder.path().join("by hand.db");
    run_as_stranger(&database, &format!("VACUUM INTO '{}'", path_text(&by_hand))).await;
    let told = restore(&database, &by_hand);
    assert!(told.contains("没有校验和"), "{told}");
}

#[tokio::test]
async fn a_backup_served_as_a_database_is_not_taken_for_a_damaged_one() {
    if on_postgres() {
        return;
    }
    let database = database_with(&unit_names("旧", 3)).await;
    let other = TestDatabase::create().await;
    backup(&database, &other.file());
    let db = other.open().await;
    add_units(&db, &unit_names("新", 3)).await;
    db.close().await;
    restore(&database, &other.file());
    assert_eq!(unit_names_at(&database.url()).await.len(), 6);
}

#[tokio::test]
async fn what_is_no_whole_backup_of_ours_is_refused_and_nothing_changes() {
    let names = unit_names("现", 5);
    let database = database_with(&names).await;
    let other = database_with(&unit_names("旧", 500)).await;
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
        foreign_backup(&database, folder.path()).await,
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
        restore_is_refused(&database.url(), file, because);
        assert_eq!(std::fs::read(file).ok(), before);
        assert_eq!(
            unit_names_at(&database.url()).await,
            set_of(&names),
            "{}",
            file.display()
        );
    }
    match &database {
        TestDatabase::Sqlite(_) => assert_eq!(names_beside(&database), ["qianshou.db"]),
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
        let other = database_with(&unit_names("旧", 2)).await;
        run_as_stranger(&other, change).await;
        let file = folder.join(format!("altered-{number}"));
        backup(&other, &file);
        archives.push((file, because));
    }
    let other = database_with(&unit_names("旧", 2)).await;
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
async fn foreign_backup(like: &TestDatabase, folder: &Path) -> PathBuf {
    let file = folder.join("foreign");
    let table = "CREATE TABLE song (title TEXT)";
    match like {
        TestDatabase::Sqlite(_) => {
            let mut connection = sqlite_connection(&file).await;
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
            is_refused(
                run_command(&songs.url(), &["backup", path_text(&folder.join("none"))]),
                "没有牵手数据库",
            );
            assert!(!folder.join("none").exists());
        }
    }
    file
}

#[tokio::test]
async fn a_backup_whose_rows_refer_to_nothing_is_refused() {
    if on_postgres() {
        // There, no such rows can be made: the keys are added after the rows and check them.
        return;
    }
    let database = database_with(&unit_names("现", 2)).await;
    let other = database_with(&unit_names("旧", 2)).await;
    let orphan = "INSERT INTO staff (id, name, unit_id, rank, active, version, created_at, updated_at) \
                  VALUES (randomblob(16), '张', randomblob(16), 'ordinary', TRUE, 1, '2026-01-01', '2026-01-01')";
    run_as_stranger(&other, orphan).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&other, &file);
    restore_is_refused(&database.url(), &file, "staff refers to a unit");
    assert_eq!(unit_names_at(&database.url()).await.len(), 2);
}

#[tokio::test]
async fn a_database_copied_without_its_log_is_no_backup() {
    if on_postgres() {
        return;
    }
    let database = database_with(&unit_names("现", 2)).await;
    let copied = snapshot_with_log(
        &database_with(&unit_names("旧", 2)).await,
        &unit_names("新", 500),
    )
    .await;
    restore_is_refused(&database.url(), &copied.file(), "qianshou.db-wal");
    assert_eq!(unit_names_at(&database.url()).await.len(), 2);
}

#[tokio::test]
async fn a_file_that_cannot_be_meant_is_refused() {
    let database = database_with(&unit_names("旧", 3)).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    std::fs::write(&file, "mine").unwrap();
    is_refused(
        run_command(&database.url(), &["backup", path_text(&file)]),
        "saved.db",
    );
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "mine",
        "a backup overwrites nothing"
    );
    assert_eq!(names_in(folder.path()), ["saved.db"]);
    is_refused(
        run_command(
            &database.url(),
            &["backup", path_text(&folder.path().join("no/folder.db"))],
        ),
        "folder.db",
    );

    let none = folder.path().join("none/qianshou.db");
    let url = format!("sqlite:{}", none.display());
    is_refused(
        run_command(&url, &["backup", path_text(&folder.path().join("new.db"))]),
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
            restore_is_refused(&database.url(), &same, "数据库本身");
        }
        std::fs::write(folder.path().join("archive"), b"PGDMP").unwrap();
        let archive = folder.path().join("archive");
        restore_is_refused(&database.url(), &archive, "PostgreSQL");
    } else {
        let sqlite_file = folder.path().join("small.db");
        sqlx::query("CREATE TABLE a (b)")
            .execute(&mut sqlite_connection(&sqlite_file).await)
            .await
            .unwrap();
        restore_is_refused(&database.url(), &sqlite_file, "SQLite");
    }
    assert_eq!(unit_names_at(&database.url()).await.len(), 3);
}
