//! The service as its users meet it: every test starts a server of its own, on a database of its
//! own, and talks to it over HTTP.
//!
//! # Where a test stands, and where a new one goes
//!
//! By what it exercises, so that a URL or a room of `src` leads to it:
//!
//! - `api/`: one resource each, named by the last word of the path that names a thing; a file for each
//!   verb where there are many. `POST /pairing-runs/{id}/confirm` is `api/pairing_runs/confirm.rs`,
//!   `/households/{id}/visits` is `api/visits/`, `/units/{id}/villages` is `api/units.rs`.
//! - `import/`: rosters. `/imports/{id}/undo` is `import/undo.rs`; `reading/` is files and their limits,
//!   `corpus/` one messy workbook for each mess, with a snapshot of what is said of it.
//! - `report/`: workbooks to hand up, `/reports/progress` and `/reports/pairings`.
//! - `pairing/`: what holds whatever the way in: who may have a household, and the proof of a run.
//! - `access/`: who may do and see what (rights, privacy), and guesses of passwords.
//! - `http/`: what holds for every request: errors, limits. `document/`: the `OpenAPI` document.
//! - `storage/`: the database when it fails, backup and restore. `cli/`: the command line.
//! - `architecture.rs` and `layout.rs` read the source: of the program, and of the tests.
//!
//! What two files need goes to `support/`, in the file of its notion (`support/pairing.rs` proposes and
//! confirms runs); a test takes nothing from another test, and `layout.rs` sees to that.
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
mod api;
mod architecture;
mod cli;
mod document;
mod http;
mod import;
mod layout;
mod pairing;
mod report;
mod storage;
