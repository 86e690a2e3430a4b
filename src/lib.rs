//! Qianshou (牵手, "hand in hand").

pub mod access;
pub mod api;
pub mod code_list;
pub mod config;
pub mod db;
pub mod demo;
pub mod health;
pub mod household;
pub mod lift;
pub mod method;
pub mod openapi;
pub mod pairing;
pub mod problem;
pub mod progress;
pub mod report;
pub mod roster;
pub mod server;
pub mod settings;
pub mod staff;
pub mod text;
pub mod visit;
pub mod workbook;
