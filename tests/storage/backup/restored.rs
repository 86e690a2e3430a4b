//! A restore puts a backup in the database's place or changes nothing.

use std::process::Command;

use sqlx::Connection;

use crate::support::backup::{
    add_units, backup, command, database_with, mode_of, names_beside, path_text,
    postgres_connection, restore, restore_is_refused, run_as_stranger, run_command, schemas_aside,
    set_of, snapshot_with_log, sqlite_connection, succeeds, unit_names, unit_names_at,
};
use crate::support::{Service, TestDatabase, on_postgres};

/// As after `kill -9` or a power cut: the last changes stand in the write-ahead log only. Copied onto such
/// a database by hand, a backup is destroyed by the log.
#[tokio::test]
async fn the_log_of_a_killed_service_never_meets_the_restored_database() {
    if on_postgres() {
        return;
    }
    let saved = unit_names("旧", 2_000);
    let database = database_with(&saved).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&database, &file);

    let later = unit_names("新", 2_000);
    let killed = snapshot_with_log(&database, &later).await;
    let log = killed.file().with_file_name("qianshou.db-wal");
    assert!(std::fs::metadata(&log).unwrap().len() > 100_000);

    restore(&killed, &file);
    assert_eq!(unit_names_at(&killed.url()).await, set_of(&saved));
    let aside = names_beside(&killed);
    let aside = aside
        .iter()
        .find(|name| name.contains("before-restore"))
        .unwrap();
    let aside = format!("sqlite:{}", killed.file().with_file_name(aside).display());
    assert_eq!(
        unit_names_at(&aside).await,
        set_of(&[saved, later].concat())
    );
}

/// SQLite leaves a journal behind that has nothing in it.
#[tokio::test]
async fn what_a_restore_puts_aside_is_one_file_that_restores() {
    if on_postgres() {
        return;
    }
    let (old, new) = (unit_names("旧", 30), unit_names("新", 30));
    let (saved, database) = (database_with(&old).await, database_with(&new).await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&saved, &file);
    restore(&database, &file);
    let left = names_beside(&database);
    assert_eq!(left.len(), 2, "{left:?}");
    let aside = database.file().with_file_name(&left[1]);
    let journal = aside.with_file_name(format!("{}-journal", left[1]));
    let back = format!("sqlite:{}", folder.path().join("back.db").display());
    // As an earlier version of this program has left it: the header is zero, and what follows is of no use.
    let cold = [vec![0; 28], vec![7; 600]].concat();
    std::fs::write(&journal, &cold).unwrap();
    succeeds(run_command(&back, &["restore", path_text(&aside)]));
    assert_eq!(unit_names_at(&back).await, set_of(&new));
    // One that SQLite would still play back.
    let hot = [b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7".to_vec(), cold].concat();
    std::fs::write(&journal, hot).unwrap();
    restore_is_refused(&back, &aside, "-journal");
}

#[tokio::test]
async fn a_database_in_use_is_not_restored() {
    let names = unit_names("旧", 3);
    let database = database_with(&names).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&database, &file);
    add_units(&database.open().await, &["后来小学".to_owned()]).await;
    let now = unit_names_at(&database.url()).await;

    let mut service = Service::start(&database.url()).await;
    restore_is_refused(&database.url(), &file, "使用中");
    service.kill();

    // A program that knows nothing of our lock files.
    match &database {
        TestDatabase::Sqlite(_) => {
            let mut stranger = sqlite_connection(&database.file()).await;
            sqlx::query("SELECT count(*) FROM unit")
                .fetch_one(&mut stranger)
                .await
                .unwrap();
            restore_is_refused(&database.url(), &file, "使用中");
            stranger.close().await.unwrap();
            assert!(
                names_beside(&database)
                    .iter()
                    .all(|name| !name.contains("restore"))
            );
        }
        TestDatabase::Postgres { url, .. } => {
            let mut stranger = postgres_connection(url).await;
            restore_is_refused(url, &file, "使用中");
            // While it writes.
            let writers = "SELECT pg_advisory_lock(x'7169616e73686f75'::bigint)";
            sqlx::query(writers).execute(&mut stranger).await.unwrap();
            restore_is_refused(url, &file, "使用中");
            stranger.close().await.unwrap();
            assert_eq!(schemas_aside(url).await, [""; 0]);
        }
    }
    assert_eq!(unit_names_at(&database.url()).await, now);
    restore(&database, &file);
    assert_eq!(unit_names_at(&database.url()).await, set_of(&names));
}

#[tokio::test]
async fn whoever_starts_while_a_restore_runs_waits_and_finds_the_new_database() {
    let (old, new) = (unit_names("旧", 10), unit_names("新", 3_000));
    let (database, other) = (database_with(&old).await, database_with(&new).await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.db");
    backup(&other, &file);
    let mut restoring = command(&database.url(), &["restore", path_text(&file)])
        .spawn()
        .unwrap();
    let mut seen = Vec::new();
    while restoring.try_wait().unwrap().is_none() {
        // Either it comes first, and the restore may be refused, or it waits.
        seen.push(unit_names_at(&database.url()).await);
    }
    let restored = restoring.wait().unwrap().success();
    seen.push(unit_names_at(&database.url()).await);
    assert_eq!(
        seen.last(),
        Some(&set_of(if restored { &new } else { &old }))
    );
    assert!(
        seen.iter()
            .all(|seen| *seen == set_of(&old) || *seen == set_of(&new))
    );
}

/// An archive says times in the zone of the server that it was made at.
#[tokio::test]
async fn an_archive_made_by_hand_in_another_time_zone_comes_back() {
    let database = database_with(&unit_names("旧", 3)).await;
    let TestDatabase::Postgres { url, .. } = &database else {
        return;
    };
    succeeds(run_command(
        url,
        &["user", "add", "wangfang", "--role", "office"],
    ));
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
    let (old, new) = (unit_names("旧", 20), unit_names("新", 20));
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
    restore_is_refused(url, &file, "public.unit: 20 → 18");
    assert_eq!(unit_names_at(url).await, set_of(&new));
    assert_eq!(schemas_aside(url).await, [""; 0]);
}

#[tokio::test]
async fn a_new_machine_needs_no_database_to_restore_to() {
    let names = unit_names("旧", 3);
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
    let told = succeeds(run_command(&url, &["restore", path_text(&file)]));
    assert!(!told.contains("原数据"), "nothing was there: {told}");
    assert_eq!(unit_names_at(&url).await, set_of(&names));
    if new.is_none() {
        assert_eq!(mode_of(&folder.path().join("srv/office")), 0o700);
    }
}

#[tokio::test]
async fn a_database_that_is_broken_is_put_aside_with_all_that_belongs_to_it() {
    if on_postgres() {
        return;
    }
    let names = unit_names("旧", 300);
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
        assert_eq!(unit_names_at(&database.url()).await, set_of(&names));
    }
}

#[tokio::test]
async fn a_database_behind_a_symbolic_link_is_restored_behind_it() {
    if on_postgres() {
        return;
    }
    let (old, new) = (unit_names("旧", 3), unit_names("新", 3));
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
    restore_is_refused(&url, &file, "使用中");
    service.close().await;
    drop(service);
    succeeds(run_command(&url, &["restore", path_text(&file)]));
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(unit_names_at(&database.url()).await, set_of(&old));
}
