//! What the tests share: a listening server over a fresh database, a client, seeds.
//!
//! ```ignore
//! let server = TestServer::start().await;
//! let office = server.client(Role::Office).await;
//! let page = office.get("/households").query(&[("limit", "10")]).await.expect(200);
//! office.post("/visits").key("k1").json(&json!({…})).await.expect_problem(422, "future_date");
//! ```

mod client;
mod database;
mod disk;
mod imports;
mod office;
mod package;
mod proxy;
pub mod register;
mod roster_file;
mod seed;
mod server;
mod service;
mod workbook_file;

pub use client::{Answer, Call, Client};
pub use database::{POSTGRES, TestDatabase};
pub use disk::SmallDisk;
pub use imports::XLSX;
pub use office::soffice_to;
pub use package::{check_package, faults_of};
pub use proxy::Proxy;
pub use roster_file::{RosterFile, Value};
pub use seed::household;
pub use server::{PASSWORD, TestServer};
pub use service::Service;
pub use workbook_file::{XlsbFile, fields, ole, rezipped, xls, xls_number, zipped};
