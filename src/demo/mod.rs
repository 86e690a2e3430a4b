//! `qianshou demo`: a year in the life of an office, through the doors that its people use.

pub mod world;
