//! The hidden folder in which a backup is made, and those that killed backups have left.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

use super::error::BackupError;
use crate::db::sqlite::names;

/// How the name of a folder ends in which a backup is made.
const PART: &str = ".part";
/// How often to make such a folder anew that another backup has cleared away.
const TRIES: u32 = 5;
/// A hidden folder beside the file to be made; removed when dropped.
pub(super) struct PartFolder {
    /// Before the lock: the folder is gone when others may have the lock.
    folder: TempDir,
    /// Shows that its process is running. The system releases it however the process ends.
    _lock: Option<File>,
}

impl PartFolder {
    pub(super) fn beside(file: &Path) -> Result<Self, BackupError> {
        // Another backup may take the new folder for one that was left, until it is locked.
        for _ in 0..TRIES {
            let folder = Self::make(file)?;
            let lock = match lock_folder(folder.path()) {
                Ok(None) => continue,
                Ok(lock) => lock,
                // A file system without locks: others check whether our process is running.
                Err(_) => None,
            };
            if folder.path().exists() {
                return Ok(Self {
                    folder,
                    _lock: lock,
                });
            }
        }
        let taken = io::Error::from(io::ErrorKind::ResourceBusy);
        Err(BackupError::file(file)(taken))
    }

    fn make(file: &Path) -> Result<TempDir, BackupError> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        tempfile::Builder::new()
            .prefix(&format!(".{name}.{}.", std::process::id()))
            .suffix(PART)
            .tempdir_in(names::folder_of(file))
            .map_err(BackupError::file(file))
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Locks a folder; `None` where another has it locked, or it is gone.
fn lock_folder(path: &Path) -> io::Result<Option<File>> {
    let folder = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    match folder.try_lock() {
        Ok(()) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The process in the name of a backup's folder, `.NAME.PROCESS.….part`.
pub(in crate::db) fn maker_of(name: &str) -> Option<Pid> {
    let (name, _) = name
        .strip_prefix('.')?
        .strip_suffix(PART)?
        .rsplit_once('.')?;
    let (_, process) = name.rsplit_once('.')?;
    Pid::from_raw(process.parse().ok()?)
}

pub(in crate::db) fn clear_part(part: &Path, process: Pid) {
    if !is_ours(part) {
        return;
    }
    let is_left = match lock_folder(part) {
        Ok(lock) => lock.is_some(),
        // A file system without locks.
        Err(_) => !lives(process),
    };
    if is_left {
        let _ = std::fs::remove_dir_all(part);
    }
}

/// Whether nothing is in a folder but the file that [`tempfile`] has named and what SQLite keeps beside it.
fn is_ours(part: &Path) -> bool {
    let is_folder = std::fs::symlink_metadata(part).is_ok_and(|part| part.is_dir());
    let entries = std::fs::read_dir(part).into_iter().flatten().flatten();
    is_folder
        && entries
            .map(|entry| entry.file_name())
            .all(|name| name.to_string_lossy().starts_with(".tmp"))
}

fn lives(process: Pid) -> bool {
    test_kill_process(process) != Err(rustix::io::Errno::SRCH)
}
