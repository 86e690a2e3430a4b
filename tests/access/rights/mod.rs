mod caller;
mod former_helpers;
mod operations;
mod roles;
