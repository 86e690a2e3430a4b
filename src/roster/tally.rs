//! How often something was found in one column, where first, and in which words: what is to be said once
//! of a column rather than in each of a thousand messages.

use crate::problem::{Language, Text, say};
use std::borrow::Cow;

/// So many cells are kept, of which the words name the first few.
const KEPT_CELLS: usize = 10;
const NAMED_CELLS: usize = 3;
/// So many different contents are given as samples.
const SAMPLES: usize = 6;
/// So many characters of a sample are in the words.
const LONGEST_SAMPLE: usize = 30;

/// Cells of one column of which the same is to be said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    count: usize,
    /// The first of them.
    cells: Vec<String>,
    /// What stands in them, with how often; the first that were found.
    samples: Vec<(String, usize)>,
    /// Cells with other contents than the samples.
    others: usize,
}

impl Tally {
    /// Counts a cell; its address is asked for only if it is one of the first. What stands in it may not
    /// be worth telling, or not be known.
    pub fn add(&mut self, address: impl FnOnce() -> String, content: Option<&str>) {
        self.count += 1;
        if self.cells.len() < KEPT_CELLS {
            let address = address();
            if !address.is_empty() {
                self.cells.push(address);
            }
        }
        let Some(content) = content.filter(|content| !content.is_empty()) else {
            return;
        };
        let known = self
            .samples
            .iter()
            .position(|(sample, _)| sample == content);
        match known {
            Some(at) => self.samples[at].1 += 1,
            None if self.samples.len() < SAMPLES => self.samples.push((content.to_owned(), 1)),
            None => self.others += 1,
        }
    }

    /// How many cells there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Counts cells of which only the number is known.
    pub fn add_others(&mut self, count: usize) {
        self.count += count;
        self.others += count;
    }

    /// The cell that was found first.
    pub fn first(&self) -> &str {
        self.cells.first().map_or("", String::as_str)
    }

    /// The cells that were found first.
    pub fn cells(&self) -> &[String] {
        &self.cells
    }

    /// What stands in the cells, the most frequent first, with how often.
    pub fn samples(&self) -> Vec<(String, usize)> {
        let mut samples = self.samples.clone();
        samples.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        samples
    }

    /// For people: `共 12 处（J2、J3、J4 等）：“不详”10 处、“#”2 处`. A sheet is named where it is another
    /// than that of the cell before; the first stands on `sheet`, if the reader knows that already.
    pub fn words(&self, sheet: Option<&str>) -> Text {
        Text::told(|language| self.spoken(language, sheet))
    }

    fn spoken(&self, language: Language, sheet: Option<&str>) -> String {
        let mut named = Vec::with_capacity(NAMED_CELLS);
        let mut sheet = sheet;
        for cell in self.cells.iter().take(NAMED_CELLS) {
            named.push(on_sheet(cell, sheet));
            sheet = cell.rsplit_once('!').map(|(sheet, _)| sheet);
        }
        let named_count = named.len();
        let named = named.join(language.comma());
        let cells = match (named_count, self.count > named_count) {
            (0, _) => String::new(),
            (_, true) => say!(language, "（{named} 等）", " ({named} …)"),
            (_, false) => say!(language, "（{named}）", " ({named})"),
        };
        let mut samples: Vec<String> = self
            .samples()
            .iter()
            .map(|(sample, count)| {
                let sample = short(sample);
                say!(language, "“{sample}”{count} 处", "“{sample}” {count}×")
            })
            .collect();
        let (count, others) = (self.count, self.others);
        if others > 0 && !samples.is_empty() {
            samples.push(say!(language, "其他 {others} 处", "{others} others"));
        }
        let all = say!(language, "共 {count} 处{cells}", "{count} in all{cells}");
        if samples.is_empty() {
            return all;
        }
        let samples = samples.join(language.comma());
        say!(language, "{all}：{samples}", "{all}: {samples}")
    }
}

/// The beginning of a long content: it stands whole in its cell.
fn short(content: &str) -> Cow<'_, str> {
    match content.char_indices().nth(LONGEST_SAMPLE) {
        Some((end, _)) => Cow::Owned(format!("{}…", &content[..end])),
        None => Cow::Borrowed(content),
    }
}

/// A cell such as `名册!J2` as it is named where this sheet is spoken of: `J2`.
pub fn on_sheet<'c>(cell: &'c str, sheet: Option<&str>) -> &'c str {
    match cell.rsplit_once('!') {
        Some((own, address)) if Some(own) == sheet => address,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_named_where_it_is_another() {
        let mut tally = Tally::default();
        for cell in ["甲!J2", "甲!J3", "乙!!J4", "甲!J9"] {
            tally.add(|| cell.to_owned(), None);
        }
        assert_eq!(tally.words(None).zh, "共 4 处（甲!J2、J3、乙!!J4 等）");
        assert_eq!(tally.words(Some("甲")).zh, "共 4 处（J2、J3、乙!!J4 等）");
        assert_eq!(
            tally.words(Some("乙!")).zh,
            "共 4 处（甲!J2、J3、乙!!J4 等）"
        );
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let mut tally = Tally::default();
        tally.add(|| "J2".to_owned(), None);
        tally.add(|| "J9".to_owned(), Some(""));
        assert_eq!(tally.words(None).zh, "共 2 处（J2、J9）");
        tally.add_others(3);
        assert_eq!(tally.words(None).zh, "共 5 处（J2、J9 等）");
        let mut nowhere = Tally::default();
        nowhere.add(String::new, Some("甲"));
        assert_eq!(nowhere.words(None).zh, "共 1 处：“甲”1 处");
    }

    #[test]
    fn the_most_frequent_content_comes_first() {
        let mut tally = Tally::default();
        for (row, content) in (2..).zip(["甲", "乙", "乙", "丙"]) {
            tally.add(|| format!("J{row}"), Some(content));
        }
        assert_eq!((tally.count(), tally.first()), (4, "J2"));
        assert_eq!(
            tally.words(None).zh,
            "共 4 处（J2、J3、J4 等）：“乙”2 处、“甲”1 处、“丙”1 处"
        );
        for at in 0..9 {
            tally.add(|| format!("K{at}"), Some(&at.to_string()));
        }
        assert!(
            tally.words(None).zh.ends_with("其他 6 处"),
            "{}",
            tally.words(None).zh
        );
        assert_eq!(tally.cells().len(), KEPT_CELLS);
        tally.add(|| unreachable!(), None);
        assert_eq!(tally.count(), 14);
    }
}
