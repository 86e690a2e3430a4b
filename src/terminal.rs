//! What commands print.

use std::io::{self, Write};
use std::path::Path;

use crate::problem::Problem;

/// Why a command came to nothing.
pub type CommandError = Box<dyn std::error::Error>;

/// Prints a line to standard output; that its reader has gone (`| head`) is no error.
pub fn print(line: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// That a file cannot be written.
pub fn not_written(out: &Path, error: &std::io::Error) -> Problem {
    let out = out.display();
    Problem::invalid(
        "cannot_write_file",
        format!("无法写入 {out}：{error}；请检查文件夹是否存在、文件是否正被打开"),
        format!("cannot write {out}: {error}"),
    )
}
