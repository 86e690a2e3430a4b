//! A backup or a restore that is killed leaves nothing half done.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rand::RngExt;

use crate::support::backup::{
    backup, command, database_with, names_beside, names_in, path_text, restore, run_command,
    set_of, snapshot_with_log, sqlite_connection, succeeds, unit_names, unit_names_at,
};
use crate::support::{TestDatabase, on_postgres};

/// How often a process is killed in the middle of its work.
const KILLS: u32 = 20;

#[tokio::test]
async fn a_backup_that_is_killed_leaves_nothing_under_its_name() {
    let names = unit_names("旧", 3_000);
    let database = database_with(&names).await;
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("0.db");
    let longest = timed(|| backup(&database, &whole));
    let mut finished = 0;
    for round in 1..=KILLS {
        let file = folder.path().join("saved.db");
        let arguments = ["backup", path_text(&file)];
        killed_after(
            command(&database.url(), &arguments).spawn().unwrap(),
            longest,
        );
        if file.exists() {
            finished += 1;
            let new = TestDatabase::create().await;
            restore(&new, &file);
            assert_eq!(
                unit_names_at(&new.url()).await,
                set_of(&names),
                "round {round}"
            );
            std::fs::remove_file(&file).unwrap();
        }
        assert_eq!(unit_names_at(&database.url()).await, set_of(&names));
    }
    backup(&database, &folder.path().join("saved.db"));
    let left = names_in(folder.path());
    assert_eq!(
        left,
        ["0.db", "saved.db"],
        "of {KILLS}, {finished} had finished"
    );
}

/// Whether a file in the folder has content.
fn holds_bytes(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut lengths = entries.filter_map(|entry| entry.metadata().ok());
    lengths.any(|file| file.len() > 0)
}

/// What is left of a killed backup or restore holds the whole register.
#[tokio::test]
async fn what_killed_ones_of_other_names_have_left_is_cleared_away() {
    let database = database_with(&unit_names("旧", 3_000)).await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let parts = || {
        let mut names = names_in(folder.path());
        names.retain(|name| name.contains(".part") && !name.contains(".restore."));
        names
    };
    // Killed in the middle.
    let deadline = Instant::now() + Duration::from_mins(1);
    while parts().is_empty() {
        assert!(Instant::now() < deadline, "none is killed in the middle");
        let mut saving = command(&database.url(), &["backup", path_text(&at("killed.db"))]);
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
    let mut stopped = command(&url, &["backup", path_text(&at("stopped.db"))])
        .spawn()
        .unwrap();
    // Once something is written it holds no lock that a second backup waits for.
    let writes = || {
        let part = parts().into_iter().find(|name| name.contains("stopped"));
        part.is_some_and(|part| holds_bytes(&at(&part)))
    };
    while !writes() {
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
        names_in(folder.path())
            .iter()
            .all(|name| !name.contains(".restore.part"))
    );
    signal("-CONT");
    assert!(stopped.wait().unwrap().success());
    assert!(at("stopped.db").exists());

    if let TestDatabase::Sqlite(_) = &database {
        std::fs::write(at(".other.db.restore.part"), "half a copy").unwrap();
        let url = format!("sqlite:{}", at("new.db").display());
        succeeds(run_command(&url, &["restore", path_text(&at("saved.db"))]));
        assert!(!at(".other.db.restore.part").exists());
    }
}

#[tokio::test]
async fn a_restore_that_is_killed_leaves_the_old_database_or_the_new_one() {
    let (old, new) = (unit_names("旧", 2_000), unit_names("新", 3_000));
    let (first, second) = (database_with(&old).await, database_with(&new).await);
    let folder = tempfile::tempdir().unwrap();
    let files = [folder.path().join("old.db"), folder.path().join("new.db")];
    backup(&first, &files[0]);
    backup(&second, &files[1]);
    let saved = files.each_ref().map(|file| std::fs::read(file).unwrap());
    let states = [set_of(&old), set_of(&new)];
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
        let restoring = command(&url, &["restore", path_text(&files[wanted])])
            .spawn()
            .unwrap();
        killed_after(restoring, longest);
        let mut found = unit_names_at(&url).await;
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
                .fetch_one(&mut sqlite_connection(&database.file()).await)
                .await
                .unwrap();
            assert_eq!(check, "ok", "round {round}");
            let beside = names_beside(&database);
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
    while !run_command(&database.url(), &["restore", path_text(&files[1])])
        .status
        .success()
    {
        assert!(
            Instant::now() < deadline,
            "it is never free again; {became_new} were done"
        );
    }
    assert_eq!(unit_names_at(&database.url()).await, states[1]);
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
    if on_postgres() {
        return;
    }
    let names = unit_names("旧", 3);
    let database = database_with(&names).await;
    let beside = |name: &str| database.file().with_file_name(name);
    std::fs::hard_link(database.file(), beside("qianshou.db.before-restore-x")).unwrap();
    std::fs::write(beside(".qianshou.db.restore.part"), "half a copy").unwrap();
    // Its own, whole and of another time: stays.
    std::fs::copy(database.file(), beside("qianshou.db.before-restore-w")).unwrap();
    assert_eq!(unit_names_at(&database.url()).await, set_of(&names));
    assert_eq!(
        names_beside(&database),
        ["qianshou.db", "qianshou.db.before-restore-w"]
    );
}
