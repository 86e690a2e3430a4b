//! The number of a SQLite database file: a random one for each time that it is opened and for each copy that we
//! make, so that a file that was overwritten in place (`cp backup.db qianshou.db`) is known from the one that
//! was opened. To the system both are the same file.
//!
//! The number stands in the file's header, where SQLite keeps `user_version` for the program. An older copy of the
//! same file has the same number. It is known by two counts, which never go back in one file: that of SQLite, of
//! the changes of the first page, and our own of transactions, where SQLite keeps `application_id`. With a
//! write-ahead log SQLite's own hardly moves. Ours makes every transaction change the first page, so that the file
//! has a higher count whenever any of the log has been written into it. As long as none has, the copy is the
//! same as the file, and to put it back changes nothing.
//!
//! The highest count that anyone has seen stands in the lock file `….in-use`: programs that have the database open
//! together see what each other's log has brought into the file.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, SqliteConnection, SqlitePool};

use super::guard::{InUse, SharedCount};
use super::header::{Header, random};

/// The header of a database that is open.
#[derive(Debug)]
pub(in crate::db) struct OpenHeader {
    /// Stays open as long as the database is: when a process closes a file, it loses all locks that it has on it,
    /// also those of SQLite.
    file: File,
    /// Those that the file may have: mostly one.
    numbers: Vec<u32>,
    /// The latest count of changes that was seen.
    changes: AtomicU32,
    /// The latest count of transactions that was seen.
    transactions: SeenTransactions,
}

/// The highest count of transactions that was seen in the file, here or by others.
#[derive(Debug, Default)]
struct SeenTransactions {
    here: AtomicU32,
    by_all: Option<SharedCount>,
}

impl SeenTransactions {
    fn get(&self) -> u32 {
        let here = self.here.load(Ordering::Acquire);
        let by_all = self.by_all.as_ref().map_or(0, SharedCount::get);
        here.max(by_all)
    }

    fn note(&self, count: u32) {
        if self.here.fetch_max(count, Ordering::AcqRel) < count
            && let Some(by_all) = &self.by_all
        {
            by_all.raise_to(count);
        }
    }
}

/// In a transaction that is to write: counts it in the first page.
pub(in crate::db) async fn count_transaction(
    connection: &mut SqliteConnection,
) -> Result<(), sqlx::Error> {
    let count: i32 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut *connection)
        .await?;
    // As SQLite sees it, the count has a sign.
    let next = format!("PRAGMA application_id = {}", count.wrapping_add(1));
    sqlx::raw_sql(AssertSqlSafe(next))
        .execute(connection)
        .await
        .map(|_| ())
}

impl OpenHeader {
    /// Of the file at `path`, before SQLite opens it.
    pub fn before_opening(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: File::open(path)?,
            numbers: Vec::new(),
            changes: AtomicU32::default(),
            transactions: SeenTransactions::default(),
        })
    }

    /// After SQLite has opened it: gives it another number if nobody else has it open, and knows it from now on
    /// by its number.
    pub async fn settle(&mut self, writer: &SqlitePool, in_use: &InUse) {
        if in_use.is_first {
            self.renew(writer, in_use).await;
        }
        self.numbers = in_use.numbers();
        if self.numbers.is_empty() {
            self.numbers.extend(self.number());
        }
        self.transactions.by_all = in_use.shared_count();
    }

    /// Not where it cannot be written, as on a full disk: the number that it has is better than no service.
    async fn renew(&self, writer: &SqlitePool, in_use: &InUse) {
        let (before, number) = (self.number().unwrap_or_default(), random());
        // Both, until it is certain that the file has the new one: it may stand in the log only.
        in_use.note_numbers(&[before, number]);
        // As SQLite sees it, the number has a sign.
        let statement = format!(
            "PRAGMA application_id = 0; PRAGMA user_version = {}; PRAGMA wal_checkpoint(PASSIVE)",
            number.cast_signed()
        );
        let statement = sqlx::raw_sql(AssertSqlSafe(statement));
        if let Err(error) = statement.execute(writer).await {
            tracing::warn!("the database keeps its number: {error}");
        }
        if self.number() == Some(number) {
            in_use.note_numbers(&[number]);
        }
    }

    fn number(&self) -> Option<u32> {
        let header = Header::of(&self.file).ok().flatten();
        header.map(|header| header.number)
    }

    /// Whether the file is still the one that was opened, by what stands in it.
    pub fn is_same(&self) -> bool {
        // A second look: another process may be writing the page just now.
        self.looks_the_same() || self.looks_the_same()
    }

    fn looks_the_same(&self) -> bool {
        // Before the file is read: what others see later is no less than this.
        let changes = self.changes.load(Ordering::Acquire);
        let transactions = self.transactions.get();
        let Ok(Some(header)) = Header::of(&self.file) else {
            return false;
        };
        let is_same = self.numbers.contains(&header.number)
            && header.changes >= changes
            && header.transactions >= transactions;
        if is_same {
            self.changes.fetch_max(header.changes, Ordering::AcqRel);
            self.transactions.note(header.transactions);
        }
        is_same
    }
}
