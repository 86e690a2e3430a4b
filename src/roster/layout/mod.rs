//! Where a roster is in a workbook: its sheets, and what their columns mean.

mod find;
mod further;
mod lexicon;
mod messages;
mod model;
mod other_list;
mod owner;

pub use find::{LISTS_SHEET, NOTES_SHEET, SAMPLE_SHEET, find};
pub use further::{further, is_foreign_heading, may_be_heading};
pub use lexicon::Lexicon;
pub use model::{Layout, Layouts, Placed, Role, Sort, Spoken, of_sheet};
