//! What commands print.

use std::io::{self, Write};

/// Prints a line to standard output; that its reader has gone (`| head`) is no error.
pub fn print(line: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}
