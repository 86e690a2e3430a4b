//! The `OpenAPI` document that clients are generated from.
//!
//! `poem-openapi` derives it from the operations, as `OpenAPI` 3.0. Here it becomes 3.1 (or, for
//! generators that know no better, stays 3.0), and exact where the derivation is not: what may be `null` says so, operations without a token say so, and
//! the problems that all operations share stand once.

mod admission;
mod answers;
mod body;
mod document;
mod examples;
mod fault;
mod framework;
mod headers;
mod names;
mod parameter;
mod storable;
mod twice;
mod unknown;

pub use admission::{Admission, Admissions};
pub use document::{Document, Form, Operation};
pub use fault::{ItemFaults, Place, faulty_request};
pub use framework::Version;
pub use parameter::Sent;
pub use storable::without_halves;
pub use unknown::nearest;
