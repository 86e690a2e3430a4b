pub mod confirm;
pub mod edits;
