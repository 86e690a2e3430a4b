//! Help plans: the approach (帮扶思路) and the measures (帮扶措施) as decided for a household, each
//! decision a record of its own.

pub(crate) mod api;
pub mod model;
pub(crate) mod service;
pub(crate) mod store;

pub use model::HelpPlan;
