//! What the tests share: a listening server over a fresh database, a client, seeds.
//!
//! ```ignore
//! let (server, office) = TestServer::start_with_office().await;
//! let page = office.get("/households").query(&[("limit", "10")]).await.expect(200);
//! office.post("/visits").key("k1").json(&json!({…})).await.expect_problem(422, "date_in_future");
//! ```

pub mod backup;
pub mod book;
pub mod case_file;
pub mod cell_case;
mod client;
pub mod database;
mod dice;
mod disk;
pub mod document;
pub mod helped_household;
mod imports;
mod libreoffice;
pub mod lifts;
pub mod marked_book;
pub mod mess;
pub mod operation;
mod package;
pub mod pairing;
pub mod privacy;
mod proxy;
pub mod reader;
pub mod register;
pub mod roster;
mod roster_file;
mod seed;
mod server;
mod service;
pub mod session;
pub mod settings;
pub mod source_files;
mod stable;
pub mod staff;
pub mod story;
mod workbook_file;
pub mod world;

pub use client::{Answer, Call, Client};
pub use database::{TestDatabase, on_postgres};
pub use dice::{Dice, SEED};
pub use disk::SmallDisk;
pub use imports::XLSX;
pub use libreoffice::soffice_to;
pub use package::{check_package, faults_of};
pub use proxy::Proxy;
pub use roster_file::{RosterFile, Value};
pub use seed::complete_household;
pub use server::{PASSWORD, TestServer};
pub use service::Service;
pub use workbook_file::{XlsbFile, fields, ole, rezipped, xls, xls_number, zipped};
