//! Undoes what a killed restore has left.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::aside::{PUT_ASIDE, is_same, return_sidecars};
use super::copy::remove_copies_beside;
use crate::db::error::DbError;
use crate::db::sqlite::names::folder_of;
use crate::db::sqlite::{guard, names};

/// [`tidy`] for a database that is not ours, unless someone opens it, has it open or restores it.
pub(in crate::db) fn tidy_if_free(database: &Path) {
    // Without their lock file nobody restores it, and none is made for it here.
    if !names::was_locked(database) {
        remove_copies_beside(database);
    } else if let Ok(Some(_alone)) = guard::claim(database)
        && let Err(error) = tidy(&names::real(database))
    {
        tracing::warn!(
            "{}: what a restore has left stays: {error}",
            database.display()
        );
    }
}

/// Removes what a restore left that was killed before its switch. The caller must hold the lock for
/// opening the database.
pub(in crate::db) fn tidy(database: &Path) -> Result<(), DbError> {
    remove_copies_beside(database);
    // Two names for one database that is in use would each get a log of its own.
    let Ok(metadata) = std::fs::metadata(database) else {
        return Ok(());
    };
    if metadata.nlink() > 1 {
        for aside in second_names(database)? {
            return_sidecars(&aside, database)?;
            std::fs::remove_file(&aside).map_err(DbError::file(&aside))?;
        }
    }
    Ok(())
}

/// What was to be put aside and is still the database.
fn second_names(database: &Path) -> Result<Vec<PathBuf>, DbError> {
    let folder = folder_of(database);
    let name = database.file_name().unwrap_or_default().to_string_lossy();
    let start = format!("{name}{PUT_ASIDE}");
    let entries = std::fs::read_dir(folder).map_err(DbError::file(folder))?;
    Ok(entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&start))
        .map(|entry| entry.path())
        .filter(|path| is_same(path, database))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::super::aside::{Old, put_aside};
    use super::*;
    use crate::db::sqlite::names::beside;

    #[test]
    fn what_a_killed_restore_had_moved_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("qianshou.db");
        let log = beside(&database, "-wal");
        std::fs::write(&database, "old").unwrap();
        std::fs::write(&log, "old log").unwrap();
        put_aside(&database, &Old::Broken).unwrap();
        assert!(!log.exists());
        tidy(&database).unwrap();
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "old log");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
