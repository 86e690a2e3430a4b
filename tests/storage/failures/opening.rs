//! Which database is opened, which is made, and which is left alone.

use std::os::unix::fs::MetadataExt;
use std::process::Command;

use qianshou::db::{Creation, Db};
use qianshou::on;

use crate::support::TestDatabase;
use crate::support::database::LONG_WAIT;

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

#[test]
fn the_default_database_is_made_without_a_word_only_where_not_even_its_folder_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("qianshou-data");
    let migrate = |more: &[&str]| {
        let mut command = Command::new("timeout");
        command
            .args([
                "--signal=INT",
                "10",
                env!("CARGO_BIN_EXE_qianshou"),
                "migrate",
            ])
            .args(more)
            .env_remove("DATABASE_URL")
            .env_remove("QIANSHOU_DATABASE")
            .current_dir(folder.path());
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), said)
    };
    let (done, said) = migrate(&[]);
    assert!(done, "{said}");
    assert!(data.join("qianshou.db").exists());
    // All that was in it is gone.
    for entry in std::fs::read_dir(&data).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    let (done, said) = migrate(&[]);
    assert!(!done && said.contains("--create"), "{said}");
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
    let (done, said) = migrate(&["--create"]);
    assert!(done, "{said}");
}

#[tokio::test]
async fn a_database_is_made_only_where_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("register.db");
    let url = format!("sqlite:{}", file.display());
    let open = async |creation| Db::open_with(&url, creation, LONG_WAIT).await;
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
    let refused = Db::open_with(&url, Creation::Allowed, LONG_WAIT)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("其他程序"), "{refused}");
}
