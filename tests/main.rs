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
mod api;
mod architecture;
mod cli;
mod document;
mod http;
mod import;
mod pairing;
mod report;
mod storage;
