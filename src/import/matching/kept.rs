//! Cells of the file for which the register's values stay.

use std::collections::BTreeMap;

use crate::household::rule::Severity;
use crate::problem::words;
use crate::roster::grouping::{KeptReason, Unsaid};
use crate::roster::report::{Place, Problems, SheetReport};
use crate::value::Refusal;

/// How many such cells each column has, and where the first of them stands: one line a column, for there may
/// be a great many.
#[derive(Debug, Default)]
pub struct KeptCells(BTreeMap<(&'static str, KeptReason), (i64, Place)>);

impl KeptCells {
    pub fn add(&mut self, field: &'static str, reason: KeptReason, place: Place) {
        self.0.entry((field, reason)).or_insert((0, place)).0 += 1;
    }

    /// Says how many of them there are, at the first cell of each column.
    pub fn tell(&self, sheets: &[SheetReport], problems: &mut Problems) {
        for ((field, reason), (count, place)) in &self.0 {
            let heading = place.heading(sheets, field).unwrap_or(field);
            let (severity, refusal) = match reason {
                KeptReason::Empty => (Severity::Repair, empty(field, heading, *count)),
                KeptReason::Relapsed => (Severity::Warning, relapsed(heading, *count)),
            };
            let problem = place.problem(sheets, severity, field, refusal);
            problems.push_for(problem, usize::try_from(*count).unwrap_or(usize::MAX));
        }
    }

    /// Each column with its count and its first row.
    #[cfg(test)]
    pub fn words(&self, sheets: &[SheetReport]) -> Vec<String> {
        let kept = self.0.iter();
        kept.map(|((field, _), (count, place))| format!("{field} {count} {}", place.words(sheets)))
            .collect()
    }
}

fn empty(field: &str, heading: &str, count: i64) -> Refusal {
    Refusal::new(
        "empty_cell_kept",
        words!(
            "“{heading}”有 {count} 处没有填写，登记中已有的内容保持不变",
            "empty cells of “{heading}”: {count}; what the register has stays"
        ),
        if Unsaid::FIELDS.contains(&field) {
            words!(
                "如登记中的内容已不对，请在文件中填写",
                "if the register is no longer right, fill it in in the file"
            )
        } else {
            words!(
                "如确要清空登记中的内容，请选择“空白清空该列”，再重新核对",
                "if the register is to be emptied, say so by `clear_empty` and check again"
            )
        },
    )
}

fn relapsed(heading: &str, count: i64) -> Refusal {
    Refusal::new(
        "relapse_kept",
        words!(
            "“{heading}”有 {count} 户写的是未脱贫、只写已脱贫或仍是从前的脱贫年度，登记中是“返贫”，保持“返贫”",
            "households whose “{heading}” says poor, lifted without more, or the former year: {count}; they are relapsed in the register and stay so"
        ),
        words!(
            "如已再次脱贫，请写明“已脱贫(享受政策)”或“已脱贫(不享受政策)”，并填写再次脱贫的年度",
            "if they were lifted again, write “已脱贫(享受政策)” or “已脱贫(不享受政策)”, and the year of that"
        ),
    )
}
