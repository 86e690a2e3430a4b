//! Words that several questions about places share.

use crate::problem::{Text, words};

/// Most characters of a part of a question's key.
const LONGEST_PART: usize = 80;

/// A name as part of a question's key, which may not be too long.
pub fn cut_key(name: &str) -> String {
    name.chars().take(LONGEST_PART).collect()
}

/// How many units and helpers are linked, in words; nothing where there are none.
pub fn links_words(units: usize, helpers: usize) -> Option<Text> {
    let mut words = Vec::new();
    if units > 0 {
        words.push(words!(
            "定点帮扶单位 {units} 个",
            "units linked to it: {units}"
        ));
    }
    if helpers > 0 {
        words.push(words!(
            "负责该地的责任人 {helpers} 人",
            "helpers in charge: {helpers}"
        ));
    }
    (!words.is_empty()).then(|| Text::joined(&words))
}
