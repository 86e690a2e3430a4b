pub mod bodies;
pub mod description;
