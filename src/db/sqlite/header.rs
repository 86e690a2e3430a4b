//! The header of a SQLite database file: that it is one, its number, and its counts (what they are for
//! stands in `incarnation.rs`).

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

use rand::RngExt;

/// How every SQLite database begins.
pub(in crate::db) const MAGIC: &[u8] = b"SQLite format 3\0";

/// Whether a file begins as a SQLite database does.
pub(in crate::db) fn begins_as_one(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut head));
    read.is_ok() && head == MAGIC
}

/// Where SQLite keeps `user_version`.
const NUMBER_AT: usize = 60;
/// Where SQLite keeps `application_id`.
const TRANSACTIONS_AT: usize = 68;
/// Where SQLite counts the changes of the first page.
const CHANGES_AT: usize = 24;
const HEADER_BYTES: usize = 100;

/// What is looked at in a header.
#[derive(Clone, Copy, Debug)]
pub(in crate::db) struct Header {
    pub number: u32,
    pub(super) changes: u32,
    pub transactions: u32,
}

impl Header {
    /// `None` where the file does not begin as a database.
    pub fn of(file: &File) -> io::Result<Option<Self>> {
        let mut bytes = [0; HEADER_BYTES];
        match file.read_exact_at(&mut bytes, 0) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let field = |at: usize| {
            let field = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(u32::from_be_bytes(field))
        };
        let fields = (field(NUMBER_AT), field(CHANGES_AT), field(TRANSACTIONS_AT));
        let (Some(number), Some(changes), Some(transactions)) = fields else {
            return Ok(None);
        };
        Ok(bytes.starts_with(MAGIC).then_some(Self {
            number,
            changes,
            transactions,
        }))
    }

    /// What tells it from another, as bytes.
    pub fn bytes(self) -> [u8; 8] {
        let both = u64::from(self.number) << 32 | u64::from(self.changes);
        both.to_be_bytes()
    }
}

/// The header of the file at `path`, if a database is there.
pub(in crate::db) fn header_of(path: &Path) -> Option<Header> {
    let header = File::open(path).and_then(|file| Header::of(&file));
    header.ok().flatten()
}

/// Gives a file that nobody has open another number.
pub(in crate::db) fn renew(path: &Path) -> io::Result<()> {
    let file = File::options().write(true).open(path)?;
    file.write_all_at(&random().to_be_bytes(), NUMBER_AT as u64)?;
    file.sync_all()
}

pub(super) fn random() -> u32 {
    rand::rng().random_range(1..=u32::MAX)
}
