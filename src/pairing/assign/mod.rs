//! Who is responsible for which household: listing that, and deciding it by hand.

pub mod api;
pub mod service;
