//! Qianshou (牵手, "hand in hand"): the service by which an education bureau's people help poor
//! households, by the method 三清楚两明确一达成.
//!
//! # The floors
//!
//! A room is a folder (or a file) named after what an office does. It knows rooms of the floors below it
//! and, without a circle, of its own: `tests/architecture.rs` reads this table and fails where an import
//! goes up. Why: a fact is asked for by everyone, a decision asks everyone.
//!
//! | floor | rooms |
//! | --- | --- |
//! | faces | `server` (routes, start, stop), `middleware` (what every request and answer goes through), `health`, `code_list_api`, `demo` (a year of a fictional office), `cli` (the command line) |
//! | telling | `directory` (households as a list shows them), `progress` (counted toward the year's target), `report` (workbooks to hand up) |
//! | jobs | `import` (a roster that was sent becomes part of the register, and can be taken back; a list of pairs becomes pairings) |
//! | judging | `method` (which of the six points hold, by what evidence, and the next step), `pairing` (who should help whom) |
//! | doing | `visit` (what a helper did, heard and delivered; the plan for a household), `lift` (out of poverty, step by step; relapses), `renaming` (a town, a village or a unit gets another name or becomes part of another) |
//! | reading | `roster` (from rows to facts: columns, headings, templates; no job and no database) |
//! | facts | `household` (with its members, and the cross-checks between them), `staff` (units, people, leaves), `staging` (what an import would do to records, by position and action), `serving` (who serves whom, from when to when), `settings` (what an office decides for itself) |
//! | beside | `access` (who may come in and do what; history; idempotency; masks), `value` (names, numbers and days as people type them) |
//! | ground | `db` (the only room that knows which engine runs), `openapi` (the document), `workbook` (Excel; knows no household), `flow` (minimum-cost flow; pure arithmetic), `codes` (code lists that several rooms speak), `identity` (identity numbers), `code_list`, `problem` (one error type for all that is not the answer asked for), `app` (the database and the time), `api` (what operations share), `text`, `order` (the one order of names and places), `calendar` (the days that may be named), `config`, `private` (files that only their owner may read), `os_error` (what the system refuses, in words), `terminal` |
//!
//! Where things go:
//!
//! - a new cross-check between the facts of a household: a row of `OF_MEMBERS` in `household/rule/of_members.rs` (who
//!   belongs to it, what is said of each) or of `OF_HOUSEHOLD` in `household/rule/of_household.rs` (the household as a
//!   whole), and a household that breaks it: a row of `CASES` in `household/rule/tests.rs`. What only the whole roster
//!   can show: a row of `OF_IMPORT`, see [`household::rule`];
//! - a new column of a roster: a row of [`roster::household::COLUMNS`] (`roster/household/columns.rs`) or
//!   [`roster::staff::COLUMNS`] (`roster/staff.rs`), of a list of pairs: of [`roster::pairs::COLUMNS`]. If it fills a new field: a row of `household_fields!` or
//!   `member_fields!` (`household/field.rs`) and a migration that adds it to `household` and `staged_household`, or to
//!   `member` and `staged_member`; for a person of the staff, a row of `staff_fields!` (`staff/field.rs`) and a
//!   migration that adds it to `staff`. `qianshou template` then writes the file in `import-templates` anew;
//! - a new reason why someone may not be paired: a variant of [`pairing::eligibility::Ineligible`]. If it is about a
//!   person, [`check_duty`](pairing::eligibility::check_duty) says it; if it is about a pair, it is a variant of
//!   [`Barrier`](pairing::constraint::model::Barrier), which `binding` in `pairing/constraint/store.rs` finds, and needs
//!   no new variant of `Ineligible`. Runs, their edits, lists and pairings by hand then all obey it;
//! - a new record that says a town, a village or a unit by name: `renaming/service.rs`, which writes a new name to
//!   all that say the old one and takes it back; a new ending of names of places: `renaming/spelling.rs`;
//! - a new operation: beside its handler a row of [`access::rule::RULES`], which says who may ask for it and of whom it
//!   answers. Without one it is for nobody, and a test fails;
//! - a new role: a row of [`access::Role`], what it [permits](access::Role::permits) and whom it
//!   [reaches](access::Caller::reach);
//! - a new kind of visit: a row of [`visit::model::VisitKind`], and nothing in the database; what such a visit must
//!   say is asked in [`VisitFacts::checked`](visit::model::VisitFacts::checked);
//! - a new sheet of the progress workbook: a field of [`report::model::Report`] where it shows what is not there yet,
//!   a file with `write` in `report/sheets`, and its line in [`report::sheets::workbook`].
//!
//! # A room
//!
//! - `model.rs`: types and rules. No SQL, no HTTP; time comes in as an argument.
//! - `store.rs`: SQL. Only the owner of a table writes it; others may join it for names.
//! - `service.rs`: one function an operation. It opens the transaction, asks the rules, writes and keeps the
//!   history. The API, the command line and whatever else offers the operation call it.
//! - `api.rs`: HTTP, and its documentation beside it.
//!
//! A small room does without those that it has no use for; a large one has rooms of the same shape inside. A rule
//! stands once; whoever needs it asks there.
//!
#![doc = include_str!("ARCHITECTURE.md")]

pub mod access;
pub mod api;
pub mod app;
pub mod calendar;
pub mod cli;
pub mod code_list;
pub mod code_list_api;
pub mod codes;
pub mod config;
pub mod db;
pub mod demo;
pub mod directory;
pub mod flow;
pub mod health;
pub mod household;
pub mod identity;
pub mod import;
pub mod lift;
pub mod method;
pub mod middleware;
pub mod openapi;
pub mod order;
pub mod os_error;
pub mod pairing;
pub mod private;
pub mod problem;
pub mod progress;
pub mod renaming;
pub mod report;
pub mod roster;
pub mod server;
pub mod serving;
pub mod settings;
pub mod staff;
pub mod staging;
pub mod terminal;
pub mod text;
pub mod value;
pub mod visit;
pub mod workbook;
