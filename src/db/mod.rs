//! The database: the only room that knows which engine runs.
//!
//! A [`Db`] gives transactions and nothing else, so that every question is answered from one
//! snapshot and every change is whole or not there:
//!
//! - [`Db::read`]: a snapshot that stays the same for all its queries and blocks nobody.
//! - [`Db::write`]: the one writer. On both engines a second writer waits (SQLite has one writer
//!   connection and `BEGIN IMMEDIATE`; on PostgreSQL the writers queue at an advisory lock). A
//!   county's offices write a few times a second, each for milliseconds, and in return every rule
//!   may read, decide and write without thinking of what another request does meanwhile. What a
//!   constraint can say as well, the schema says too.
//!
//! SQL stands once, in the words that both engines understand; [`on!`](crate::on) runs it on the
//! one that is there:
//!
//! ```
//! use qianshou::db::{Db, Engine};
//! use qianshou::on;
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("office.db");
//! let db = Db::open(&format!("sqlite:{}", file.display())).await?;
//! assert_eq!(db.engine(), Engine::Sqlite);
//!
//! let mut tx = db.write().await?;
//! on!(&mut tx, connection => sqlx::query("INSERT INTO unit (id, name) VALUES ($1, $2)")
//!     .bind(uuid::Uuid::now_v7()).bind("第一小学").execute(connection).await.map(|_| ()))?;
//! tx.commit().await?;
//!
//! let mut tx = db.read().await?;
//! let names: Vec<String> = on!(&mut tx, connection => sqlx::query_scalar("SELECT name FROM unit")
//!     .fetch_all(connection).await)?;
//! assert_eq!(names, ["第一小学"]);
//! drop(tx);
//! db.close().await;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! # Ok::<_, std::io::Error>(())
//! ```

mod address;
mod backup;
mod bulk;
mod column;
mod conditions;
mod cursor;
mod cursor_key;
mod database;
mod durability;
mod error;
mod ids;
mod leftovers;
mod mention;
mod open;
pub mod outcome;
pub mod page;
mod places;
mod plans;
mod postgres;
mod problem;
mod pulse;
mod reach;
mod restore;
mod schema;
mod sqlite;
mod transaction;

pub use address::Engine;
pub use backup::{BackupError, backup};
pub use bulk::{Inserts, MAX_ROWS, insert_text, rows_at_once};
pub use column::Json;
pub use conditions::{Value, Where};
pub use cursor::{CursorKey, SealError};
pub use database::Db;
pub use error::DbError;
pub use ids::Ids;
pub use mention::{Mention, Subject, mentions};
pub use open::{Creation, Opened};
pub use places::key_places;
pub use plans::note_error;
pub use problem::{SCHEMA_CHANGED, storage_full, tells_of_full_disk, will_pass};
pub use pulse::known_schema;
pub use reach::Pulse;
pub use restore::{Restored, remove, restore};
pub use schema::SchemaError;
pub use transaction::{Transaction, Tx};
