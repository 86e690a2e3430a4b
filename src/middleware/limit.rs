//! How much a request may bring, and how slowly.

use std::time::Duration;

use crate::workbook::limit::MAX_FILE_BYTES;

/// Largest body of a request: the largest file that is read, and what a form adds to it. It is written
/// to a temporary file as it comes in.
#[expect(clippy::cast_possible_truncation, reason = "it fits in 32 bits")]
pub const MAX_BODY_BYTES: usize = MAX_FILE_BYTES as usize + (1 << 20);
/// Largest JSON body, which is read into memory whole: a batch of visits is about 1 MiB.
pub const MAX_JSON_BYTES: usize = 4 << 20;
/// Largest body of a request without a valid token, or for an operation that takes none.
pub const MAX_STRANGER_BYTES: usize = 16 << 10;
/// Most values of a JSON body: in memory a value takes many times the room of `1,`. The longest list of
/// an operation is 100,000 ids, and there may be two of them.
pub(super) const MAX_JSON_VALUES: usize = 250_000;
/// How long a body that is read into memory may take to come in: 4 MiB at 70 KiB a second.
pub(super) const MEMORY_BODY_TIME: Duration = Duration::from_mins(1);
