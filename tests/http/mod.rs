mod compression;
mod cors;
mod english;
mod errors;
mod language;
mod limits;
mod swallowed;
