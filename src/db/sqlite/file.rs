//! The file of a SQLite database: that it is there, that it is still the same, that it may be made.
//!
//! SQLite goes on writing into a file that has been deleted or replaced, and says that all is well; at
//! the next start what was written is gone. So the files that were opened are compared with those that
//! stand under their names, before each transaction and around each commit. A file that was overwritten in
//! place is the same to the system: it is known by the number in its header (`incarnation.rs`).

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::SqliteConnection;

use super::incarnation::OpenHeader;
use super::names::beside;
use super::replaced::FileReplaced;

/// A file as the system knows it, whatever its name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        let metadata: Metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }
}

/// The files of an open SQLite database.
#[derive(Debug, Default)]
pub struct DatabaseFile {
    path: PathBuf,
    /// The database and what SQLite keeps beside it: write-ahead log and shared memory.
    files: Vec<(PathBuf, Identity)>,
    /// What stands in the database's header; nothing without a file.
    header: Option<OpenHeader>,
    /// A connection that does nothing. SQLite deletes and makes anew what it keeps beside the database
    /// when the last connection is closed; while this one is open there is no last one.
    anchor: Mutex<Option<SqliteConnection>>,
    /// Whether the anchor was taken up: what stands beside the database is gone rightly.
    closed: AtomicBool,
}

impl DatabaseFile {
    /// The files of the database at `path`, which is open, has been read by `anchor` and has this header.
    pub(in crate::db) fn of(
        path: &Path,
        header: OpenHeader,
        anchor: SqliteConnection,
    ) -> Result<Self, FileReplaced> {
        let names = [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")];
        let files = names.map(|name| match Identity::of(&name) {
            Some(identity) => Ok((name, identity)),
            None => Err(FileReplaced(name)),
        });
        Ok(Self {
            path: path.to_owned(),
            files: files.into_iter().collect::<Result<_, _>>()?,
            header: Some(header),
            anchor: Mutex::new(Some(anchor)),
            closed: AtomicBool::new(false),
        })
    }

    /// Where the database file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses to go on when one of the files is not the one that was opened.
    pub(in crate::db) fn check(&self) -> Result<(), sqlx::Error> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(sqlx::Error::PoolClosed);
        }
        for (path, identity) in &self.files {
            if Identity::of(path) != Some(*identity) {
                let error = std::io::Error::other(FileReplaced(path.clone()));
                return Err(sqlx::Error::Io(error));
            }
        }
        if self.is_overwritten() {
            let error = std::io::Error::other(FileReplaced(self.path.clone()));
            return Err(sqlx::Error::Io(error));
        }
        Ok(())
    }

    /// Whether the file holds another database than the one that was opened.
    pub(in crate::db) fn is_overwritten(&self) -> bool {
        self.header.as_ref().is_some_and(|header| !header.is_same())
    }

    /// The connection that keeps the files, to be closed last.
    pub(in crate::db) fn take_anchor(&self) -> Option<SqliteConnection> {
        self.closed.store(true, Ordering::Relaxed);
        self.anchor.lock().ok()?.take()
    }
}

impl Drop for DatabaseFile {
    fn drop(&mut self) {
        // Connections may still be open, and would lose their locks.
        if !self.closed.load(Ordering::Relaxed) {
            std::mem::forget(self.header.take());
        }
    }
}

/// Whether there is no database at `path`. SQLite takes an empty file for one that is to be made.
pub(in crate::db) fn is_missing(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |metadata| metadata.len() == 0)
}
