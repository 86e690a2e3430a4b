//! What the sheets have in common.

use crate::access::Sight;
use crate::calendar::in_chinese;
use crate::code_list::CodeList;
use crate::method::Point;
use crate::report::model::Report;
use crate::workbook::table::{Column, Look};

/// For whom the workbooks are made, whoever downloads them: a file is passed on. Texts, titles, names of
/// sheets and of files are shown as this reader may see them.
pub const READER: Sight = Sight::NOTHING;
/// Name of the first sheet, to which its chart refers.
pub const OVERVIEW: &str = "总览";

/// The line under each title.
pub fn subtitle(report: &Report, note: &str) -> String {
    let occasion = &report.occasion;
    let only = report.summary.only.as_ref();
    let unit = only.map_or(String::new(), |unit| format!("单位：{}　　", unit.name));
    format!(
        "{unit}截至{}　　{note}　　制表日期：{}　　制表人：{}",
        in_chinese(occasion.as_of),
        in_chinese(occasion.made_on),
        occasion.made_by
    )
}

/// A column for each of the six points.
pub fn points(width: f64, look: Look) -> impl Iterator<Item = Column> {
    Point::ENTRIES.iter().map(move |point| Column {
        heading: two_lines(point.label).into(),
        ..Column::new("", width, look)
    })
}

/// A label of six characters in a narrow heading: 基本情况 over 清楚.
fn two_lines(label: &str) -> String {
    match label.char_indices().nth(4) {
        Some((at, _)) => format!("{}\n{}", &label[..at], &label[at..]),
        None => label.to_owned(),
    }
}
