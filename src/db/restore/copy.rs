//! The copy of a backup beside the database, as long as it is looked through.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::db::backup::BackupError;
use crate::db::backup::checksum::{self, FileHash};
use crate::db::backup::disk::{blocking, sync_folder};
use crate::db::sqlite::guard;
use crate::db::sqlite::names::{beside, folder_of};
use crate::private;

/// How the name of a copy ends while it is looked through.
const COPY: &str = ".restore.part";
const BUFFER: usize = 1 << 20;

/// The backup's copy beside the database; removed when dropped, unless it has taken its place.
pub(super) struct Copy(pub(super) PathBuf);

impl Copy {
    /// Where the copy is while it is made. Only one restores at a time.
    pub(super) fn name(database: &Path) -> PathBuf {
        let name = database.file_name().unwrap_or_default().to_string_lossy();
        folder_of(database).join(format!(".{name}{COPY}"))
    }

    pub(super) async fn of(file: &Path, database: &Path) -> Result<Self, BackupError> {
        let copy = Self(Self::name(database));
        let (from, to) = (file.to_owned(), copy.0.clone());
        let hash = blocking(move || copy_file(&from, &to)).await?;
        if hash_of(&copy.0).await? == hash {
            Ok(copy)
        } else {
            Err(BackupError::Differs(copy.0.display().to_string()))
        }
    }

    /// So that the service can open it also if root restores.
    pub(super) fn take_owner_of(&self, database: &Path) -> Result<(), BackupError> {
        let Ok(owner) = std::fs::metadata(database) else {
            return Ok(());
        };
        if guard::give_to(&self.0, &owner) {
            return Ok(());
        }
        Err(BackupError::file(database)(std::io::Error::new(
            std::io::ErrorKind::PermissionDenied,
            "请以运行服务的用户恢复 / restore as the user that runs the service",
        )))
    }

    pub(super) fn take_place_of(&self, database: &Path) -> Result<(), BackupError> {
        std::fs::rename(&self.0, database).map_err(BackupError::file(database))?;
        sync_folder(database)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        remove_copy(&self.0);
    }
}

/// Removes the copies that a killed restore has left beside a database: of the backup, and of the old database
/// on a file system where a file has one name.
pub(super) fn remove_copies_beside(database: &Path) {
    remove_copy(&Copy::name(database));
    let _ = std::fs::remove_file(part_of_old(database));
}

/// Where the old database is copied to while the copy is not complete.
pub(super) fn part_of_old(database: &Path) -> PathBuf {
    beside(&Copy::name(database), ".old")
}

fn remove_copy(copy: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        // Mostly it is not there; if it cannot be removed, it does no harm.
        let _ = std::fs::remove_file(beside(copy, ending));
    }
}

pub(super) fn copy_file(from: &Path, to: &Path) -> Result<FileHash, BackupError> {
    let mut source = File::open(from).map_err(BackupError::file(from))?;
    let mut copy = File::options()
        .create_new(true)
        .write(true)
        .mode(private::MODE)
        .open(to)
        .map_err(BackupError::file(to))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = source.read(&mut buffer).map_err(BackupError::file(from))?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        let written = copy.write_all(&buffer[..read]);
        written.map_err(BackupError::file(to))?;
    }
    copy.sync_all().map_err(BackupError::file(to))?;
    Ok(hasher.finalize().into())
}

pub(super) async fn hash_of(path: &Path) -> Result<FileHash, BackupError> {
    let path = path.to_owned();
    blocking(move || {
        let hash = File::open(&path).and_then(checksum::hash_of);
        hash.map_err(BackupError::file(&path))
    })
    .await
}

/// The name of the database whose restore has left a copy of this name.
pub(in crate::db) fn database_of_copy(copy: &str) -> Option<&str> {
    let (database, _) = copy.strip_prefix('.')?.split_once(COPY)?;
    (!database.is_empty()).then_some(database)
}
