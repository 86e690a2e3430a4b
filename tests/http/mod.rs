pub mod errors;
pub mod limits;
