mod comparison;
mod confirm;
mod edits;
mod propose;
mod scope;
