//! How a household is named in sentences.

use crate::problem::{Text, words};

/// A household as people find it: where it is, whose it is, and its number if it has one. In English it is
/// what the register has and nothing else, to stand between quotation marks.
pub fn named(town: &str, village: &str, head_name: &str, number: Option<&str>) -> Text {
    match number {
        Some(number) => words!(
            "{town}{village}{head_name}户（户编号 {number}）",
            "{town}{village} {head_name} {number}"
        ),
        None => words!(
            "{town}{village}{head_name}户",
            "{town}{village} {head_name}"
        ),
    }
}
