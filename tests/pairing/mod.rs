pub mod audit;
pub mod eligibility;
