//! The `qianshou` program. What it does stands in [`qianshou::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    qianshou::cli::start()
}
