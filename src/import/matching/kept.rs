//! Empty cells of the file for which the register's values stay.

use std::collections::BTreeMap;

use crate::household::rule::Severity;
use crate::roster::grouping::Unsaid;
use crate::roster::report::{Place, Problems, SheetReport};
use crate::value::Refusal;

/// How many such cells each column has, and where the first of them stands: one line a column, for there may
/// be a great many.
#[derive(Debug, Default)]
pub struct KeptCells(BTreeMap<&'static str, (i64, Place)>);

impl KeptCells {
    pub fn add(&mut self, field: &'static str, place: Place) {
        self.0.entry(field).or_insert((0, place)).0 += 1;
    }

    /// Says how many of them there are, at the first cell of each column.
    pub fn tell(&self, sheets: &[SheetReport], problems: &mut Problems) {
        for (field, (count, place)) in &self.0 {
            let heading = place.heading(sheets, field).unwrap_or(field);
            let refusal = Refusal::new(
                "empty_cell_kept",
                format!("“{heading}”有 {count} 处没有填写，登记中已有的内容保持不变"),
                if Unsaid::FIELDS.contains(field) {
                    "如登记中的内容已不对，请在文件中填写"
                } else {
                    "如确要清空登记中的内容，请选择“空白清空该列”，再重新核对"
                },
            );
            let problem = place.problem(sheets, Severity::Repair, field, refusal);
            problems.push_for(problem, usize::try_from(*count).unwrap_or(usize::MAX));
        }
    }

    /// Each column with its count and its first row.
    #[cfg(test)]
    pub fn words(&self, sheets: &[SheetReport]) -> Vec<String> {
        let words = |(field, (count, place)): (&&'static str, &(i64, Place))| {
            format!("{field} {count} {}", place.words(sheets))
        };
        self.0.iter().map(words).collect()
    }
}
