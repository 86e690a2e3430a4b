mod batch;
mod correct;
mod key;
mod list;
mod log;
