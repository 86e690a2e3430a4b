//! How high the rows of a table are.

use super::cell::Cell;
use super::column::{Column, Look};

/// Height of a row of one line, and of each further line, in points.
pub(super) const ROW_HEIGHT: f64 = 17.0;
const LINE_HEIGHT: f64 = 14.0;
/// Least height of a row to be signed, in points.
const SIGNED_HEIGHT: f64 = 30.0;
/// The highest row that Excel has, in points; it calls a workbook with a higher one damaged.
const HIGHEST: f64 = 409.5;

/// Height of a row whose longest text takes several lines. Excel finds it out by itself when it opens
/// the file, other programs do not.
pub(super) fn height(columns: &[Column], cells: &[Cell<'_>]) -> f64 {
    let lines = columns
        .iter()
        .zip(cells)
        .filter(|(column, _)| column.look.wraps())
        .map(|(column, cell)| match cell {
            Cell::Text(text) => lines(text, column.width),
            _ => 1.0,
        })
        .fold(1.0, f64::max);
    let signed = columns.iter().any(|column| column.look == Look::ToSign);
    let least = if signed { SIGNED_HEIGHT } else { ROW_HEIGHT };
    (ROW_HEIGHT + (lines - 1.0) * LINE_HEIGHT).clamp(least, HIGHEST)
}

/// Height of a row whose texts are wrapped, each in a column of its width.
pub fn wrapped_height<'t>(texts: impl IntoIterator<Item = (&'t str, f64)>) -> f64 {
    let lines = texts.into_iter().map(|(text, width)| lines(text, width));
    let lines = lines.fold(1.0, f64::max);
    (ROW_HEIGHT + (lines - 1.0) * LINE_HEIGHT).min(HIGHEST)
}

/// How many lines a text takes in a column: a Chinese character is as wide as two Latin ones.
fn lines(text: &str, width: f64) -> f64 {
    let room = (width - 0.5).max(2.0);
    text.split('\n')
        .map(|line| {
            let wide: u32 = line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
            (f64::from(wide) / room).ceil().max(1.0)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_makes_its_row_higher() {
        assert!((lines("双喜村", 9.0) - 1.0).abs() < f64::EPSILON);
        assert!((lines("大丰区第一实验小学教育集团", 16.0) - 2.0).abs() < f64::EPSILON);
        assert!((lines("一\n二", 9.0) - 2.0).abs() < f64::EPSILON);
        let columns = [Column::new("单位", 16.0, Look::Wrapped)];
        let row = [Cell::text("大丰区第一实验小学教育集团")];
        assert!(height(&columns, &row) > height(&columns, &[Cell::Empty]));
        // Excel has no row that is higher.
        let row = [Cell::text("长".repeat(32_767))];
        assert!((height(&columns, &row) - HIGHEST).abs() < f64::EPSILON);
    }
}
