//! Saved mappings of headings ([`Profile`](crate::roster::profile::Profile)): kept and given out.

pub mod api;
pub mod store;
