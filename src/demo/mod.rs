//! `qianshou demo`: a year in the life of an office, through the doors that its people use.

mod files;
pub mod world;
