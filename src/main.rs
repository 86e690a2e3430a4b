//! The `qianshou` command.
fn main() {}
