//! The .xlsx of somebody, with some of its cells marked and a sheet of ours added: all else in it stays
//! as it was.
//!
//! No library does that. calamine only reads, `rust_xlsxwriter` only writes. `umya-spreadsheet` (3.0, kept
//! up) reads a workbook into types of its own and writes it anew from them: what they do not know is
//! passed over (its issues 29 and 281: charts are gone), and to change one cell it reads all cells of the
//! sheet into memory (issue 237: 800 MB for 17,000 rows, no way to stream), where a roster of ours has
//! millions of cells. So the XML itself is changed, as it streams by: the rows of the marked sheets
//! (`sheet.rs`), the styles (`styles.rs`), and the lists of what is in the package (`book.rs`). Every
//! other part is copied as it lies in the archive, not even unpacked.
//!
//! The file must have passed the reader ([`reader`](super::reader)), which refuses entities, bombs and
//! passwords. What is written here is bounded in memory by the marks and the styles, never by the rows.

mod book;
mod error;
mod list;
mod notes;
mod package;
mod plan;
mod shade;
mod sheet;
mod styles;
mod write;
mod xml;

pub use error::EditError;
pub use list::{List, ListRow};
pub use plan::Marking;
pub use shade::Shade;
pub use sheet::{Cells, Mark};
pub use write::{has_macros, is_xlsx, mark};
