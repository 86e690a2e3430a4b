pub mod demo;
pub mod program;
