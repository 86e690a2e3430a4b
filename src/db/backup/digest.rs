//! What a table holds, as one number: how many rows, and a sum over the hashes of its rows, which does
//! not depend on their order. Rows are those of PostgreSQL's `COPY` in text format.

use std::ops::AddAssign;

use chrono::{DateTime, FixedOffset, Utc};
use memchr::memchr2;
use sha2::{Digest, Sha256};

/// Longest text of a time with its zone: `2026-11-25 08:00:00.123456+05:45`, with room to spare.
const LONGEST_TIME: usize = 40;

/// The rows of one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::db) struct TableDigest {
    /// Number of rows.
    pub rows: u64,
    sum: u128,
}

impl AddAssign<&[u8; 32]> for TableDigest {
    fn add_assign(&mut self, row: &[u8; 32]) {
        let mut half = [0; 16];
        half.copy_from_slice(&row[..16]);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(half));
    }
}

/// Takes rows in pieces of any length, so that a row with a whole workbook in it needs no more memory
/// than another.
#[derive(Default)]
pub(in crate::db) struct RowHasher {
    table: TableDigest,
    row: Sha256,
    /// The beginning of a field that may still be a time.
    field: Vec<u8>,
    field_is_long: bool,
}

impl RowHasher {
    pub fn update(&mut self, mut bytes: &[u8]) {
        while let Some(at) = memchr2(b'\t', b'\n', bytes) {
            self.add_to_field(&bytes[..at]);
            self.end_field();
            self.row.update([bytes[at]]);
            if bytes[at] == b'\n' {
                self.table += &self.row.finalize_reset().into();
            }
            bytes = &bytes[at + 1..];
        }
        self.add_to_field(bytes);
    }

    /// The digest of the rows so far.
    pub fn table(&self) -> TableDigest {
        self.table
    }

    fn add_to_field(&mut self, bytes: &[u8]) {
        if self.field_is_long {
            self.row.update(bytes);
        } else if self.field.len() + bytes.len() <= LONGEST_TIME {
            self.field.extend_from_slice(bytes);
        } else {
            self.field_is_long = true;
            self.row.update(&self.field);
            self.row.update(bytes);
        }
    }

    fn end_field(&mut self) {
        if !self.field_is_long {
            match time(&self.field) {
                Some(time) => self.row.update(time.timestamp_micros().to_be_bytes()),
                None => self.row.update(&self.field),
            }
        }
        self.field.clear();
        self.field_is_long = false;
    }
}

/// The instant that a field names. An archive says it in the time zone of the server that it was made
/// at, which is not that of ours.
fn time(field: &[u8]) -> Option<DateTime<Utc>> {
    let is_like_one =
        field.len() >= 22 && field[4] == b'-' && field[10] == b' ' && field[13] == b':';
    let text = is_like_one.then(|| std::str::from_utf8(field).ok())??;
    DateTime::<FixedOffset>::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z")
        .ok()
        .map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(pieces: &[&str]) -> TableDigest {
        let mut hasher = RowHasher::default();
        for piece in pieces {
            hasher.update(piece.as_bytes());
        }
        hasher.table()
    }

    #[test]
    fn rows_count_wherever_the_pieces_end_and_in_any_order() {
        let long = "x".repeat(100);
        let whole = digest(&[&format!("1\t{long}\t\\N\n2\ta\tb\n")]);
        assert_eq!(whole.rows, 2);
        let (half, rest) = long.split_at(33);
        assert_eq!(
            whole,
            digest(&["2\ta", "\tb\n1", "\t", half, rest, "\t\\N", "\n"])
        );
        assert_ne!(whole, digest(&[&format!("1\t{long}\t\\N\n2\ta\tc\n")]));
        assert_ne!(whole, digest(&[&format!("1\t{long}\t\\N\n2\tab\t\n")]));
        assert_ne!(whole, digest(&[&format!("1\t{long}\t\\N\n")]));
    }

    #[test]
    fn one_instant_is_one_whatever_its_zone() {
        let shanghai = digest(&["1\t2026-11-25 08:30:00.25+08\n"]);
        assert_eq!(shanghai, digest(&["1\t2026-11-25 00:30:00.25+00\n"]));
        assert_eq!(shanghai, digest(&["1\t2026-11-25 06:15:00.25+05:45\n"]));
        assert_ne!(shanghai, digest(&["1\t2026-11-25 08:30:00.25+00\n"]));
        assert_ne!(shanghai, digest(&["1\t2026-11-25 08:30:00.26+08\n"]));
    }
}
