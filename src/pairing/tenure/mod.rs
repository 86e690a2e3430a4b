//! What pairings and assistances have in common.

pub(super) mod service;
