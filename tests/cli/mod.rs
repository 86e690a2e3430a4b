mod demo;
mod export;
mod import;
mod pairing;
mod program;
