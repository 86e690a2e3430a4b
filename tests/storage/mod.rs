pub mod database;
pub mod failures;
pub mod restore;
