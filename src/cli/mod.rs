//! The command line of `qianshou`: it reads what is asked and calls the room that does the work.

mod arguments;
mod chinese;
mod help;
mod run;

pub use run::start;
