//! A database that nobody else uses and that is gone at the end.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use qianshou::db::{Creation, Db};
use qianshou::on;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};
use uuid::Uuid;

use super::SmallDisk;

/// Names a PostgreSQL server, as a superuser's address without a database, to run the suite there.
const POSTGRES: &str = "QIANSHOU_TEST_POSTGRES";

/// Long enough for a busy machine: a test that wants to see the wait end asks for less.
pub const LONG_WAIT: Duration = Duration::from_secs(30);

/// Whether the suite runs on PostgreSQL: what is about a file of SQLite is left out then.
pub fn on_postgres() -> bool {
    std::env::var_os(POSTGRES).is_some()
}

/// An empty database on the engine that the environment chooses, dropped with this value, be it
/// that a test ends well or panics.
pub enum TestDatabase {
    /// A file in a folder of its own.
    Sqlite(tempfile::TempDir),
    /// A database of this name on the server at `server`.
    Postgres {
        server: Box<PgConnectOptions>,
        name: String,
        url: String,
    },
}

impl TestDatabase {
    /// Makes one.
    pub async fn create() -> Self {
        let Ok(server_url) = std::env::var(POSTGRES) else {
            return Self::Sqlite(tempfile::tempdir().unwrap());
        };
        let server = PgConnectOptions::from_str(&server_url)
            .unwrap_or_else(|error| panic!("{POSTGRES} is no address: {error}"))
            .database("postgres");
        let name = format!("qianshou_test_{}", Uuid::now_v7().simple());
        run_on(&server, format!("CREATE DATABASE {name}")).await;
        let url = format!("{}/{name}", server_url.trim_end_matches('/'));
        Self::Postgres {
            server: Box::new(server),
            name,
            url,
        }
    }

    /// Makes one on a disk of its own.
    pub async fn create_on(disk: &SmallDisk) -> Self {
        let Ok(server_url) = std::env::var(POSTGRES) else {
            return Self::Sqlite(tempfile::tempdir_in(disk.path()).unwrap());
        };
        let database = Self::create().await;
        let Self::Postgres { server, name, .. } = &database else {
            panic!("{server_url} is no PostgreSQL");
        };
        let space = format!("space_{name}");
        let folder = disk.folder_of("postgres");
        let sql = format!("CREATE TABLESPACE {space} LOCATION '{}'", folder.display());
        run_on(server, sql).await;
        run_on(
            server,
            format!("ALTER DATABASE {name} SET TABLESPACE {space}"),
        )
        .await;
        database
    }

    /// The file of a SQLite database.
    pub fn file(&self) -> PathBuf {
        let Self::Sqlite(folder) = self else {
            panic!("PostgreSQL's database is no file");
        };
        folder.path().join("qianshou.db")
    }

    /// The address to open it by.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(_) => format!("sqlite:{}", self.file().display()),
            Self::Postgres { url, .. } => url.clone(),
        }
    }

    /// Opens it and brings it to the present schema.
    pub async fn open(&self) -> Db {
        self.open_with(LONG_WAIT).await
    }

    /// Opens it with so much patience of its writers.
    pub async fn open_with(&self, patience: Duration) -> Db {
        let opened = Db::open_with(&self.url(), Creation::Allowed, patience).await;
        opened.unwrap().db
    }
}

impl TestDatabase {
    /// Drops it while it is in use.
    pub async fn drop_now(&self) {
        let Self::Postgres { server, name, .. } = self else {
            panic!("a file that is open cannot be taken away");
        };
        run_on(server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
}

async fn run_on(server: &PgConnectOptions, sql: String) {
    let mut connection = server
        .clone()
        .connect()
        .await
        .unwrap_or_else(|error| panic!("no PostgreSQL at {POSTGRES}: {error}"));
    sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Self::Postgres { server, name, .. } = self else {
            return;
        };
        let server = server.clone();
        let statements = [
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("DROP TABLESPACE IF EXISTS space_{name}"),
        ];
        // A runtime of its own: the test's may be the one that is ending.
        let dropped = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(async {
                    for sql in statements {
                        run_on(&server, sql).await;
                    }
                });
        })
        .join();
        if dropped.is_err() {
            eprintln!("the test database {name} could not be dropped");
        }
    }
}

/// How many rows a table has.
pub async fn count_rows(db: &Db, table: &'static str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let sql = format!("SELECT count(*) FROM {table}");
    on!(&mut tx, connection => sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .fetch_one(connection).await)
    .unwrap()
}
