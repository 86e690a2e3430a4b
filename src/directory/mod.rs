//! Households as a list shows them: in the order that is asked for, with what other rooms know of each.

pub mod api;
pub mod model;
mod service;
