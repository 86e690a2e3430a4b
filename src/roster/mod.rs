//! Reading rosters: from the rows of a workbook to the facts of households and staff, and to pairs, with all that must
//! be put right. No job and no database: an [`import`](crate::import) does something with what is read.
//!
//! [`mod@column`] says what a column is, [`household`], [`staff`] and [`pairs`] hold the three tables of columns, which
//! the template, the header and the parser read. [`layout`] finds the sheets and what their columns
//! mean, [`former`] knows the titles of lists of people who are gone, [`sheet`] reads their rows, [`value`](crate::value) what people type into cells; [`grouping`],
//! [`staffing`] and [`pair_list`] make households, staff and pairs of them; households wait in a [`packed_list`]. [`report`] holds what
//! was found, [`problem_group`] says what of it is told together, [`question`] what must be asked of a file as a whole, [`marked`] writes it into the clerk's file.

pub mod choices;
pub mod column;
pub mod former;
pub mod grouping;
pub mod heading;
pub mod household;
pub mod layout;
pub mod marked;
pub mod packed_list;
pub mod pair_list;
pub mod pairs;
pub mod problem_group;
pub mod profile;
pub mod question;
pub mod remark;
pub mod report;
pub mod sheet;
pub mod staff;
pub mod staffing;
pub mod tally;
pub mod template;
pub mod upload;

pub use report::{RosterKind, RosterProblem};
