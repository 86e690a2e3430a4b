//! Help plans: the approach (帮扶思路) and the measures (帮扶措施) as decided for a household, each
//! decision a record of its own.

pub mod api;
pub mod model;
pub mod service;
pub mod store;

pub use model::HelpPlan;
