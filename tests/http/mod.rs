mod errors;
mod limits;
