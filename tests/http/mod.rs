mod compression;
mod cors;
mod errors;
mod language;
mod limits;
