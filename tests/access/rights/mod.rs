mod caller;
mod former_helpers;
mod matrix;
mod operations;
mod roles;
mod unit_contact;
mod unit_reports;
