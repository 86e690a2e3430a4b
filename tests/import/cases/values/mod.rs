//! What people write into cells.

mod codes;
mod dates;
mod ditto;
mod names;
mod numbers;
mod placeholders;
mod proposals;
mod telephones;
mod types;
