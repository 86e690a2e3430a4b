//! The service as its users meet it: every test starts a server of its own, on a database of its
//! own, and talks to it over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails should say where"
)]
#![allow(
    clippy::needless_pass_by_value,
    clippy::cloned_ref_to_slice_refs,
    reason = "a test is read more often than it is run"
)]

mod support;

mod access;
mod accounts;
mod architecture;
mod assist;
mod audits;
mod backups;
mod bodies;
mod books;
mod cli;
mod corpus;
mod database;
mod demo;
mod document;
mod eligibility;
mod errors;
mod fuzzed;
mod hostile_text;
mod households;
mod imports;
mod life;
mod lifts;
mod limits;
mod log_in;
mod marked;
mod matching;
mod method;
mod pairing;
mod pairing_list;
mod planted;
mod privacy;
mod private_lists;
mod profiles;
mod progress;
mod reading;
mod report;
mod rights;
mod roll;
mod roster;
mod rules;
mod runs;
mod settings;
mod staff;
mod storage;
mod visits;
