//! Qianshou (牵手, "hand in hand"): the service by which an education bureau's people help poor
//! households, by the method 三清楚两明确一达成.
//!
//! # The map
//!
//! A roster travels through the rooms in this order:
//!
//! | room | what it does |
//! | --- | --- |
//! | [`workbook`] | reads sheets as rows, writes styled sheets; knows Excel, not households |
//! | [`roster`] | from rows to facts: columns, headings, values, cross-checks, import, templates |
//! | [`household`], [`staff`] | the register: households with their members, units with their staff |
//! | [`serving`] | who serves which household, from when to when |
//! | [`pairing`] | who should help whom: a run proposes at least cost, a confirm makes it current |
//! | [`visit`] | what a helper did, heard and delivered; the plan for a household |
//! | [`method`] | which of the six points hold, by what evidence, and the next step |
//! | [`lift`] | out of poverty, step by step; relapses |
//! | [`progress`], [`report`] | counted toward the year's target; the workbook to hand up |
//!
//! Beside the way: [`access`] (who may come in, history, idempotency), [`settings`] (what an office
//! decides for itself), [`demo`] (a year of a fictional office).
//!
//! Under all of them: [`db`] (the only room that knows which engine runs), [`problem`] (one error type
//! for all that is not the answer asked for), [`app`] (the database and the time), [`api`] (what
//! operations share), [`openapi`] (the
//! document), [`server`] (routes, start, stop), [`middleware`] (what every request and answer goes
//! through), [`mod@code_list`], [`text`], [`calendar`] (the days that may be named), [`config`],
//! [`private`] (files that only their owner may read).
//!
//! # A room
//!
//! `model.rs` holds types and rules: no SQL, no HTTP; time comes in as an argument. `store.rs` holds
//! SQL, `api.rs` the operations with their documentation beside them. `api` calls `store` and `model`,
//! `store` knows `model`, `model` knows nobody. Rooms call each other's public functions, never
//! each other's tables. A rule stands once, in a model; whoever needs it asks there.

pub mod access;
pub mod api;
pub mod app;
pub mod calendar;
pub mod code_list;
pub mod code_list_api;
pub mod codes;
pub mod config;
pub mod db;
pub mod demo;
pub mod flow;
pub mod health;
pub mod household;
pub mod identity;
pub mod import;
pub mod lift;
pub mod method;
pub mod middleware;
pub mod openapi;
pub mod pairing;
pub mod private;
pub mod problem;
pub mod progress;
pub mod report;
pub mod roster;
pub mod server;
pub mod serving;
pub mod settings;
pub mod staff;
pub mod terminal;
pub mod text;
pub mod visit;
pub mod workbook;
