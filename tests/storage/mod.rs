mod backup;
mod database;
mod failures;
