mod audit;
mod eligibility;
