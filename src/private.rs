//! Files that only their owner may read (mode 0600): what is written here holds names, telephones and
//! identity numbers.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Readable and writable by the owner only.
pub const MODE: u32 = 0o600;

/// Makes a file, or empties the one that is there; that one keeps its mode, which its owner chose.
pub fn create(path: &Path) -> io::Result<File> {
    File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(MODE)
        .open(path)
}

/// Makes a file with this content, see [`create`].
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    io::Write::write_all(&mut create(path)?, bytes)
}
