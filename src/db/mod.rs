//! The database: the only room that knows which engine runs.

mod column;
