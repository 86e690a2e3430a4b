//! Rosters that real offices have, one file for each kind of fault (`files/`), with what a careful clerk
//! expects: by subject, a test for each file and for others of its kind.

mod cells;
mod examples;
mod former;
mod headings;
mod lines;
mod marked;
mod other_lists;
mod reading;
mod rows;
mod strangers;
mod values;
mod words;
