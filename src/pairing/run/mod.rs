//! A run: what it stands on is read ([`input`]) and kept with it ([`basis`]), the least costly pairs are
//! proposed, as a draft [edited](edit) by hand and [compared](compare), then confirmed or dropped.

pub mod api;
pub mod basis;
pub mod cli;
pub mod compare;
pub mod edit;
pub mod input;
pub mod model;
pub mod service;
pub mod store;
pub(in crate::pairing) mod view;
