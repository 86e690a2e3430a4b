//! Rows below the title of a list of people who are in the roster no more: nobody of them is taken for one who
//! lives here or works here still.

use crate::household::rule::Severity;
use crate::problem::words;
use crate::roster::column::Record;
use crate::roster::former::lists_former;
use crate::roster::layout::Layout;
use crate::roster::report::{Problems, RosterProblem};
use crate::roster::tally::Tally;
use crate::text::squeezed;
use crate::value::{self, Refusal};
use crate::workbook::address;
use crate::workbook::reader::{Cell, Row};
use crate::workbook::source::Sheet;

/// A list of people who are gone.
pub(super) struct Former {
    row: u32,
    column: u32,
    title: String,
    /// Its rows.
    people: Tally,
}

impl Former {
    /// The list that a row is the title of: it stands where a row begins, or goes over several columns, and the row
    /// says nothing else but how many there are. A remark or a number left over from an emptied row is no title.
    pub(super) fn begin(row: &Row<'_>) -> Option<Self> {
        const CELLS: usize = 3;
        /// A title is in one of the first columns, from 0.
        const FIRST: u32 = 2;
        // Nearly every row says much else: of its words none need be looked for.
        if let [(_, first), (_, second), _, _, ..] = row.cells.as_slice()
            && first != second
        {
            return None;
        }
        let title = |(at, cell): &(u32, Cell<'_>)| match cell {
            Cell::Text(text) if lists_former(text) => Some((*at, text.to_string())),
            _ => None,
        };
        let (column, title) = row.cells.first().and_then(title)?;
        let goes_over = row
            .cells
            .iter()
            .filter(|(_, cell)| value::shown(cell) == title)
            .count();
        if column >= FIRST && goes_over < 2 {
            return None;
        }
        let is_beside = |(_, cell): &(u32, Cell<'_>)| match cell {
            Cell::Text(text) => {
                let tight = squeezed(text);
                *text == title || tight.chars().count() <= 4 && !tight.chars().any(is_of_name)
            }
            Cell::Number(_) => true,
            _ => false,
        };
        let says_more =
            row.cells.len() > CELLS && row.cells.iter().any(|(_, it)| value::shown(it) != title);
        (!says_more && row.cells.iter().all(is_beside)).then(|| Self {
            row: row.number,
            column,
            title,
            people: Tally::default(),
        })
    }

    /// The list that stands in the sheet under a title over its heading.
    pub(super) fn over(sheet: &Sheet, header_row: u32) -> Option<Self> {
        let above = sheet.head.iter().rev();
        let mut above = above.filter(|row| row.number < header_row);
        above.find_map(Self::begin)
    }

    /// Counts one of its rows.
    pub(super) fn add(&mut self, row: &Row<'_>) {
        let first = row.cells.first().map_or(0, |(at, _)| *at);
        self.people.add(|| address(row.number, first), None);
    }

    /// That its rows are not read; that is an error where the sheet has no others.
    pub(super) fn tell<R: Record>(
        &self,
        layout: &Layout<R>,
        is_all: bool,
        problems: &mut Problems,
    ) {
        if self.people.count() == 0 {
            return;
        }
        let refusal = Refusal::new(
            "former_people",
            {
                let (row, title) = (self.row, self.title.trim());
                let people = self.people.words(None);
                words!("第 {row} 行是“{title}”，它下面的人员不作为现有人员，没有读取：{people}", "row {row} is “{title}”: the people below it are not taken for present ones and were not read, {people}"; people)
            },
            words!(
                "去世、迁出、退休、调离的人如已登记，请在系统中登记其变动；如这些人仍在，请删去或改写这一标题行后重新上传",
                "if people who died, moved out, retired or left are in the register, record that there; if they are still here, delete or change this title and upload the file again"
            ),
        );
        let severity = if is_all {
            Severity::Error
        } else {
            Severity::Warning
        };
        let problem = RosterProblem::of_file(severity, refusal);
        let problem = problem.at(&layout.sheet, self.row, self.column, "");
        problems.push(problem.with_value(self.title.clone()));
    }
}

/// Whether a character may be one of a name, and not of a number, a count or a mark.
fn is_of_name(character: char) -> bool {
    !"一二三四五六七八九十共计人户名口第()、.:,0123456789".contains(character)
}
