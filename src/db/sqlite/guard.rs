//! Who may open a SQLite database, and who on this machine may read its files.
//!
//! Two lock files stand beside the database, because SQLite's own locks cannot say what we need:
//!
//! | file | held by | why |
//! | --- | --- | --- |
//! | `qianshou.lock` | who opens or restores, alone | the switch to WAL and sqlx's migrations do not wait for each other |
//! | `qianshou.db.in-use` | who has it open, shared; who restores, alone | a service that runs must not lose its database to a restore |
//!
//! The system releases both when their process ends, however it ends. In the second stands the number of the
//! database that was opened (`incarnation.rs`).
//!
//! All files are readable by their owner only (mode 0600): a database holds identity numbers, telephones
//! and illnesses. SQLite gives `-wal` and `-shm` the mode of the database, so it is set there, before
//! SQLite sees the file.

use std::fs::{File, Metadata, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::header::{self, begins_as_one};
use super::names::{beside, folder_of, in_use_name, opening_name, real};
use crate::db::error::DbError;
use crate::private;

/// Readable and writable by the owner only, for a folder.
const PRIVATE_FOLDER: u32 = 0o700;
/// The bits of a mode that let others in.
const OTHERS: u32 = 0o077;

/// The right to open, held until it is dropped. Others who want to open wait.
#[derive(Debug)]
pub(in crate::db) struct Opening {
    _lock: File,
}

/// That the database is open here, until it is said to be closed or this is dropped.
#[derive(Debug)]
pub struct InUse {
    lock: File,
    /// Of the lock file.
    name: PathBuf,
    /// Whether nobody else had it open when it was opened.
    pub(in crate::db) is_first: bool,
}

impl InUse {
    /// All connections are closed.
    pub(in crate::db) fn end(&self) {
        if let Err(error) = self.lock.unlock() {
            tracing::warn!("the lock of the open database cannot be released: {error}");
        }
    }

    /// Writes down the numbers that the open file may have, see [`super::incarnation`], for others who open it
    /// and for the next start.
    pub(in crate::db) fn note_numbers(&self, numbers: &[u32]) {
        let words: Vec<_> = numbers.iter().map(u32::to_string).collect();
        if let Err(error) = write_note(&self.lock, &words.join(" ")) {
            tracing::warn!("the database's number cannot be written down: {error}");
        }
    }

    /// The count that all who have the database open share; not where the file system gives none.
    pub(in crate::db) fn shared_count(&self) -> Option<SharedCount> {
        match File::options().read(true).write(true).open(&self.name) {
            Ok(file) => Some(SharedCount(file)),
            Err(error) => {
                tracing::warn!("programs that open the database cannot tell each other: {error}");
                None
            }
        }
    }

    /// The numbers that were written down; none if nobody has.
    pub(in crate::db) fn numbers(&self) -> Vec<u32> {
        numbers_in(&self.lock)
    }
}

/// A count that only rises, for all who have the database open: in the lock file, behind the numbers. Who opens
/// the database first cuts it off with the numbers of before.
#[derive(Debug)]
pub(in crate::db) struct SharedCount(File);

/// Behind the longest line of numbers.
const COUNT_AT: u64 = NOTE_BYTES as u64;
const NOTE_BYTES: usize = 64;

impl SharedCount {
    /// 0 if nobody has counted.
    pub fn get(&self) -> u32 {
        count_in(&self.0)
    }

    /// Another may be raising it at the same time: then the lower of the two may stand there until the next time.
    pub fn raise_to(&self, count: u32) {
        if self.get() < count
            && let Err(error) = self.0.write_all_at(&count.to_be_bytes(), COUNT_AT)
        {
            tracing::debug!("the count of transactions cannot be shared: {error}");
        }
    }
}

fn count_in(lock: &File) -> u32 {
    let mut count = [0; 4];
    let read = lock.read_exact_at(&mut count, COUNT_AT);
    read.map_or(0, |()| u32::from_be_bytes(count))
}

/// In one write, and cut afterwards: it may be read at any time.
fn write_note(file: &File, note: &str) -> io::Result<()> {
    let line = format!("{note}\n");
    file.write_all_at(line.as_bytes(), 0)?;
    file.set_len(line.len() as u64)?;
    // Before the database itself has the number: a power cut must not leave the two at odds.
    file.sync_all()
}

fn numbers_in(lock: &File) -> Vec<u32> {
    let mut note = [0; NOTE_BYTES];
    let read = lock.read_at(&mut note, 0).unwrap_or_default();
    let note = String::from_utf8_lossy(note.get(..read).unwrap_or_default()).into_owned();
    let line = note.lines().next().unwrap_or_default();
    line.split_whitespace()
        .filter_map(|number| number.parse().ok())
        .collect()
}

/// Whether a log stands beside a database that is not the one that wrote it: the file was overwritten by hand.
/// SQLite would replay the log into it and destroy it.
fn is_log_of_another(lock: &File, database: &Path) -> bool {
    let numbers = numbers_in(lock);
    let log = std::fs::metadata(beside(database, "-wal"));
    log.is_ok_and(|log| log.len() > 0)
        && !numbers.is_empty()
        && header::header_of(database).is_some_and(|header| {
            // Or an earlier copy of itself, see `incarnation.rs`.
            !numbers.contains(&header.number) || header.transactions < count_in(lock)
        })
}

/// Exclusive access to a database: nobody opens it, nobody has it open.
#[derive(Debug)]
pub(in crate::db) struct Alone {
    _opening: Opening,
    in_use: File,
}

impl Alone {
    /// See [`DbError::ForeignLog`].
    pub(in crate::db) fn is_log_of_another(&self, database: &Path) -> bool {
        is_log_of_another(&self.in_use, database)
    }

    /// Deletes the numbers written down: they are those of the database that was replaced.
    pub(in crate::db) fn forget_numbers(&self) {
        if let Err(error) = self.in_use.set_len(0) {
            tracing::warn!("the old database's number is still written down: {error}");
        }
    }
}

/// Waits until nobody else opens or restores the database at `path`, and says that it is open here.
/// Makes the folder if it is not there.
pub(in crate::db) async fn enter(path: &Path) -> Result<(Opening, InUse), DbError> {
    make_folder(path)?;
    let path = real(path);
    let name = opening_name(&path);
    let lock = lock_file(&name, &path)?;
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock))
        .await
        .map_err(io::Error::other)
        .flatten()
        .map_err(DbError::file(&name))?;
    let name = in_use_name(&path);
    let in_use = lock_file(&name, &path)?;
    // Nobody else comes in between: they wait for the lock above.
    let is_first = in_use.try_lock().is_ok();
    in_use.lock_shared().map_err(DbError::file(&name))?;
    if is_log_of_another(&in_use, &path) {
        return Err(DbError::ForeignLog(path));
    }
    let in_use = InUse {
        lock: in_use,
        name,
        is_first,
    };
    Ok((Opening { _lock: lock }, in_use))
}

/// Takes exclusive access to the database; `None` when someone has it open or is opening it.
pub(in crate::db) fn claim(path: &Path) -> Result<Option<Alone>, DbError> {
    make_folder(path)?;
    let path = real(path);
    let Some(opening) = try_lock(&opening_name(&path), &path)? else {
        return Ok(None);
    };
    let Some(in_use) = try_lock(&in_use_name(&path), &path)? else {
        return Ok(None);
    };
    Ok(Some(Alone {
        _opening: Opening { _lock: opening },
        in_use,
    }))
}

fn try_lock(name: &Path, database: &Path) -> Result<Option<File>, DbError> {
    let file = lock_file(name, database)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(DbError::file(name)(error)),
    }
}

fn make_folder(path: &Path) -> Result<(), DbError> {
    let folder = folder_of(path);
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(PRIVATE_FOLDER)
        .create(folder)
        .map_err(DbError::file(folder))
}

/// Never truncates: the name may be that of a database (`--database sqlite:office.lock`).
fn lock_file(name: &Path, database: &Path) -> Result<File, DbError> {
    let is_new = !name.exists();
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(private::MODE)
        .open(name)
        .map_err(DbError::file(name))?;
    if is_new && let Ok(metadata) = std::fs::metadata(database) {
        // Made by root, the service's own user could not open it.
        give_to(name, &metadata);
    }
    Ok(file)
}

/// Gives a file to the owner of another, if it may be given away; if not, it stays ours.
pub(in crate::db) fn give_to(path: &Path, owner: &Metadata) -> bool {
    let ours = std::fs::metadata(path);
    ours.is_ok_and(|ours| (ours.uid(), ours.gid()) == (owner.uid(), owner.gid()))
        || std::os::unix::fs::chown(path, Some(owner.uid()), Some(owner.gid())).is_ok()
}

/// Makes an empty database of mode 0600 where there is none, and takes the rights of others away where
/// there is one.
pub(in crate::db) fn make_private(path: &Path) -> Result<(), DbError> {
    let made = File::options()
        .create_new(true)
        .write(true)
        .mode(private::MODE)
        .open(path);
    match made {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Another file, named by mistake, is left as it is.
            if begins_as_one(path) {
                tighten(path);
            }
            Ok(())
        }
        Err(error) => Err(DbError::file(path)(error)),
    }
}

/// Takes the rights of others on a database away. That it cannot be done (it belongs to someone else) is
/// no reason not to open it.
fn tighten(path: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let name = beside(path, ending);
        let Ok(metadata) = std::fs::metadata(&name) else {
            continue;
        };
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & OTHERS == 0 {
            continue;
        }
        let wanted = mode & !OTHERS;
        match std::fs::set_permissions(&name, Permissions::from_mode(wanted)) {
            Ok(()) => tracing::warn!(
                "{}: others could read it (mode {mode:o}); its mode is now {wanted:o}",
                name.display()
            ),
            Err(error) => tracing::warn!(
                "{}: others can read it (mode {mode:o}), and that cannot be changed: {error}",
                name.display()
            ),
        }
    }
}
