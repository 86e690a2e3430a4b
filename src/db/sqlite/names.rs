//! The names of the files that stand beside a SQLite database.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// What SQLite keeps beside a database: write-ahead log, shared memory, rollback journal. What stands
/// in the first and the last belongs to the database's content.
pub(in crate::db) const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The name without symbolic links: one database has one pair of lock files, and SQLite keeps its own
/// files beside the real one.
pub(in crate::db) fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path)
        .or_else(|_| {
            let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
            Ok::<_, io::Error>(std::fs::canonicalize(folder_of(path))?.join(name))
        })
        .unwrap_or_else(|_| path.to_owned())
}

/// The folder that a file stands in.
pub(in crate::db) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The name of a file that stands beside another, with this ending.
pub(in crate::db) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

/// Named without the database's ending, as all versions of this program do.
pub(super) fn opening_name(path: &Path) -> PathBuf {
    path.with_extension("lock")
}

/// Whether someone has opened a database at `path` before, be it gone by now.
pub(in crate::db) fn was_opened(path: &Path) -> bool {
    let path = real(path);
    let leaves = [
        opening_name(&path),
        in_use_name(&path),
        beside(&path, "-wal"),
    ];
    path.exists() || leaves.iter().any(|name| name.exists())
}

/// Whether someone has opened or restored a database at `path` before.
pub(in crate::db) fn was_locked(path: &Path) -> bool {
    opening_name(&real(path)).exists()
}

/// Whether the folder of a database is there.
pub(in crate::db) fn has_folder(path: &Path) -> bool {
    folder_of(path).exists()
}

pub(super) fn in_use_name(path: &Path) -> PathBuf {
    beside(path, ".in-use")
}
