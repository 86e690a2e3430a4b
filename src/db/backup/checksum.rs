//! The checksum of a SQLite backup: SQLite sees that the pages of a file hang together, not that a text in them
//! is still the one that was saved.
//!
//! It stands behind the last page, where SQLite does not look, so that a backup is still a database that any
//! program reads:
//!
//! | bytes | what |
//! | --- | --- |
//! | 16 | [`MARK`] |
//! | 8 | number and count of changes in the header of the file (`incarnation.rs`) when the backup was made |
//! | 32 | SHA-256 of all that stands before |
//!
//! Writing into a backup, with this program or another, changes the header: it is a database of its own
//! then, and the checksum says nothing about it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::db::sqlite::header::Header;

/// SHA-256 of a file.
pub(in crate::db) type FileHash = [u8; 32];

const MARK: &[u8; 16] = b"qianshou sha256\n";
const HEADER_AT: usize = MARK.len();
const HASH_AT: usize = HEADER_AT + 8;
const TRAILER_BYTES: usize = HASH_AT + 32;
const BUFFER: usize = 1 << 20;

/// The result of comparing a backup with its checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::db) enum Verdict {
    /// The content is what was saved.
    Whole,
    /// It is not.
    Damaged,
    /// There is no checksum, or it is one of what the file was before someone wrote into it.
    Unknown,
}

/// Writes the checksum of the backup at `path` behind its last page.
pub(in crate::db) fn append(path: &Path) -> io::Result<()> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let Some(header) = Header::of(&file)? else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let hash = hash_of(&mut file)?;
    // The place after the last byte read is the end.
    file.write_all(&[MARK.as_slice(), &header.bytes(), &hash].concat())
}

/// Compares the file at `path` with its checksum, and takes the checksum off when it is right.
pub(in crate::db) fn verify_and_take_off(path: &Path) -> io::Result<Verdict> {
    let mut file = File::options().read(true).write(true).open(path)?;
    let Some(content) = file.metadata()?.len().checked_sub(TRAILER_BYTES as u64) else {
        return Ok(Verdict::Unknown);
    };
    let mut trailer = [0; TRAILER_BYTES];
    file.read_exact_at(&mut trailer, content)?;
    let (head, hash) = trailer.split_at(HASH_AT);
    let (mark, header) = head.split_at(HEADER_AT);
    let is_of_this_file = Header::of(&file)?.is_some_and(|now| now.bytes() == header);
    if mark != MARK || !is_of_this_file {
        return Ok(Verdict::Unknown);
    }
    file.seek(SeekFrom::Start(0))?;
    if hash_of((&file).take(content))? != hash {
        return Ok(Verdict::Damaged);
    }
    file.set_len(content)?;
    file.sync_all()?;
    Ok(Verdict::Whole)
}

/// The hash of all that is still to be read.
pub(in crate::db) fn hash_of(mut reader: impl Read) -> io::Result<FileHash> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            read => hasher.update(&buffer[..read]),
        }
    }
}
