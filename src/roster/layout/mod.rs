//! Where a roster is in a workbook: its sheets, and what their columns mean.

mod find;
mod lexicon;
mod messages;
mod model;

pub use find::{LISTS_SHEET, NOTES_SHEET, SAMPLE_SHEET, find};
pub use model::{Layout, Layouts, Placed, Spoken, of_sheet};
