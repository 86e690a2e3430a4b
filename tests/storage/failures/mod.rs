//! When the database cannot do its part.

mod connection;
mod full_disk;
mod opening;
mod replaced_file;
mod waiting;
