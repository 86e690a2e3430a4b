//! How often something was found in one column, where first, and in which words: what is to be said once
//! of a column rather than in each of a thousand messages.

/// So many cells are named.
const NAMED_CELLS: usize = 3;
/// So many different contents are given as samples.
const SAMPLES: usize = 6;

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
    /// Counts a cell; its address is asked for only if it is one of the first.
    pub fn add(&mut self, address: impl FnOnce() -> String, content: &str) {
        self.count += 1;
        if self.cells.len() < NAMED_CELLS {
            self.cells.push(address());
        }
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

    /// The cell that was found first.
    pub fn first(&self) -> &str {
        self.cells.first().map_or("", String::as_str)
    }

    /// For people: `共 12 处（J2、J3、J4 等）：“不详”10 处、“#”2 处`.
    pub fn words(&self) -> String {
        let more = if self.count > self.cells.len() {
            " 等"
        } else {
            ""
        };
        let mut samples = self.samples.clone();
        samples.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let mut samples: Vec<String> = samples
            .iter()
            .map(|(sample, count)| format!("“{sample}”{count} 处"))
            .collect();
        if self.others > 0 {
            samples.push(format!("其他 {} 处", self.others));
        }
        format!(
            "共 {} 处（{}{more}）：{}",
            self.count,
            self.cells.join("、"),
            samples.join("、")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_content_comes_first() {
        let mut tally = Tally::default();
        for (row, content) in (2..).zip(["甲", "乙", "乙", "丙"]) {
            tally.add(|| format!("J{row}"), content);
        }
        assert_eq!((tally.count(), tally.first()), (4, "J2"));
        assert_eq!(
            tally.words(),
            "共 4 处（J2、J3、J4 等）：“乙”2 处、“甲”1 处、“丙”1 处"
        );
        for at in 0..9 {
            tally.add(|| unreachable!(), &at.to_string());
        }
        assert!(tally.words().ends_with("其他 6 处"), "{}", tally.words());
    }
}
