//! Visits to households: who was met, what was confirmed, heard, followed up and delivered; and
//! the help plans that are decided in between.
//!
//! A visit belongs to the helper who made it: the one who was responsible for the household on that day, whoever
//! logs it, or its assistant. Nothing is overwritten: a correction keeps the former text with its reason,
//! and each decision of a help plan is a record of its own.

pub(crate) mod api;
pub(crate) mod batch;
pub(crate) mod correction;
mod error;
pub mod model;
pub mod plan;
pub(crate) mod service;
pub mod store;

pub use model::{Benefit, BenefitKind, Visit, VisitFacts, VisitKind, WhoMet};
pub use plan::HelpPlan;
