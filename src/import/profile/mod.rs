//! Saved mappings of headings ([`Profile`](crate::roster::profile::Profile)): kept and given out.

pub(crate) mod api;
mod error;
pub(crate) mod service;
pub(crate) mod store;
pub(crate) mod view;
