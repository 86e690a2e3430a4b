pub mod change;
pub mod departure;
