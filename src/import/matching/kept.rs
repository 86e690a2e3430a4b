//! Empty cells of the file for which the register's values stay.

use std::collections::BTreeMap;

use crate::household::rule::Severity;
use crate::roster::household::COLUMNS;
use crate::roster::report::{Place, RosterProblem, SheetReport};
use crate::roster::value::Refusal;

/// How many such cells each column has, and where the first of them stands: one line a column, for there may
/// be a great many.
#[derive(Debug, Default)]
pub struct KeptCells(BTreeMap<&'static str, (i64, Place)>);

impl KeptCells {
    pub fn add(&mut self, field: &'static str, place: Place) {
        self.0.entry(field).or_insert((0, place)).0 += 1;
    }

    /// What is to be told of them, at the first cell of each column.
    pub fn problems(&self, sheets: &[SheetReport]) -> Vec<RosterProblem> {
        let told = |(field, (count, place)): (&&'static str, &(i64, Place))| {
            let column = COLUMNS.iter().find(|column| column.key == *field);
            let heading = column.map_or(*field, |column| column.heading);
            let refusal = Refusal::new(
                "empty_cell_kept",
                format!("“{heading}”有 {count} 处没有填写，登记中已有的内容保持不变"),
                "如确要清空登记中的内容，请选择“空白清空该列”，再重新核对",
            );
            place.problem(sheets, Severity::Repair, field, refusal)
        };
        self.0.iter().map(told).collect()
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
