//! What commands print.

use std::io::{self, Write};
use std::path::Path;

use crate::os_error;
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

/// Sends bytes to standard output; that its reader has gone is no error.
pub fn send(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// That a file cannot be read.
pub fn not_read(path: &Path, error: &io::Error) -> String {
    let (path, why) = (path.display(), os_error::words(error));
    format!(
        "无法读取 {path}：{} / cannot read {path}: {}",
        why.chinese, why.english
    )
}

/// That a file cannot be written.
pub fn not_written(out: &Path, error: &std::io::Error) -> Problem {
    let (out, why) = (out.display(), os_error::words(error));
    Problem::invalid(
        "cannot_write_file",
        format!(
            "无法写入 {out}：{}；请检查文件夹是否存在、文件是否正被打开",
            why.chinese
        ),
        format!("cannot write {out}: {}", why.english),
    )
}
