//! What is said once for all sheets of a workbook.

use super::styles::Styles;
use super::texts::Texts;

/// What the cells of all sheets refer to.
#[derive(Default)]
pub struct Workbook {
    pub texts: Texts,
    /// How numbers and texts are shown, by style.
    pub styles: Styles,
    /// Days are counted from 1904 rather than 1900, as old Macs did.
    pub since_1904: bool,
    /// Whoever opens the file is to calculate all of it: what stands as a result is none. Programs that
    /// cannot calculate write so, and 0 for each result.
    pub to_calculate: bool,
}
