//! Where the records of one name of the register have gone in a file: whether a place or a unit is called
//! otherwise, or its households or people have only moved.

use crate::problem::{Language, Text, words};
use std::collections::BTreeMap;

/// Most names that are listed with their counts.
const MOST_NAMES: usize = 3;

/// The open records of one name of the register that a file has, by what the file calls that name.
#[derive(Clone, Debug)]
pub struct Gone<N> {
    /// All open records of the name.
    pub open: usize,
    /// How many the file still has under the name.
    pub stayed: usize,
    /// Those that it has under others, by their place in the file.
    under: BTreeMap<N, Vec<usize>>,
}

/// What is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may have another name, which nothing had.
    Renamed,
    /// It may have become part of another.
    Joined,
    /// Many have left it, and not to one other name.
    Left,
    /// No more have left than do every year.
    Usual,
}

impl Verdict {
    /// Whether it may be called otherwise now.
    pub fn is_asked(self) -> bool {
        matches!(self, Self::Renamed | Self::Joined)
    }
}

impl<N> Default for Gone<N> {
    fn default() -> Self {
        Self {
            open: 0,
            stayed: 0,
            under: BTreeMap::new(),
        }
    }
}

impl<N: Ord> Gone<N> {
    /// Adds a record that the file has under another name.
    pub fn add(&mut self, name: N, index: usize) {
        self.under.entry(name).or_default().push(index);
    }

    /// Takes over those of another that left it, each under the name that `called` makes of its own.
    pub fn take(&mut self, other: Self, called: impl Fn(N) -> N) {
        for (name, found) in other.under {
            self.under.entry(called(name)).or_default().extend(found);
        }
    }

    /// The first in the file of those that left.
    pub fn first(&self) -> Option<usize> {
        self.under.values().flatten().min().copied()
    }

    /// How many the file has under other names.
    pub fn left(&self) -> usize {
        self.under.values().map(Vec::len).sum()
    }

    /// How many the file has in all.
    pub fn named(&self) -> usize {
        self.stayed + self.left()
    }

    /// The other name under which it has at least half of those that it has, and more than under any third.
    /// A file may be a supplement, so those that it does not have count for nothing.
    pub fn most(&self) -> Option<(&N, &[usize])> {
        let (name, found) = self.under.iter().max_by_key(|(_, found)| found.len())?;
        let mut ties = self.under.values().filter(|it| it.len() == found.len());
        let is_single = ties.next().is_some() && ties.next().is_none();
        (is_single && found.len() * 2 >= self.named()).then_some((name, found))
    }

    /// The other names but this one, with how many are under each, in words; nothing where there are none.
    pub fn others(&self, but: Option<&N>, words: impl Fn(&N) -> String, unit: &str) -> Text {
        let names: Vec<_> = self
            .under
            .iter()
            .filter(|(it, _)| Some(*it) != but)
            .collect();
        let rest: usize = names.iter().skip(MOST_NAMES).map(|it| it.1.len()).sum();
        let mut listed: Vec<_> = names
            .iter()
            .take(MOST_NAMES)
            .map(|(name, found)| {
                let (count, name) = (found.len(), words(name));
                words!("{count} {unit}写作{name}", "{count} as “{name}”")
            })
            .collect();
        if rest > 0 {
            listed.push(words!(
                "其余 {rest} {unit}写作其他名称",
                "the other {rest} under other names"
            ));
        }
        clauses(&listed)
    }

    /// What may have happened. `is_known` tells whether the register has a name, and `stands` whether the
    /// name itself still stands in the file, for whomever.
    ///
    /// A name that nothing had is a sign by itself: two records are enough, since one alone is a family or a
    /// person that moves, unless the register hardly has more. To a name that the register has people move
    /// every year: there it must be all that the file speaks of, and half of all.
    pub fn verdict(&self, is_known: impl Fn(&N) -> bool, stands: bool) -> Verdict {
        if let Some((name, found)) = self.most() {
            let count = found.len();
            let is_nearly_all = count == self.named() && count * 2 >= self.open;
            if is_known(name) {
                if !stands && count * 2 >= self.open {
                    return Verdict::Joined;
                }
            } else if count > 1 || is_nearly_all {
                return Verdict::Renamed;
            }
        }
        let left = self.left();
        if left > 1 && left * 2 >= self.named() {
            Verdict::Left
        } else {
            Verdict::Usual
        }
    }
}

/// Clauses of one sentence, with a comma between them.
pub fn clauses(parts: &[Text]) -> Text {
    Text::told(|language| {
        let parts: Vec<_> = parts.iter().map(|part| part.spoken(language)).collect();
        parts.join(match language {
            Language::Chinese => "，",
            Language::English => ", ",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(open: usize, stayed: usize, under: &[(&'static str, usize)]) -> Gone<&'static str> {
        let mut gone = Gone {
            open,
            stayed,
            ..Gone::default()
        };
        for (name, count) in under {
            for index in 0..*count {
                gone.add(*name, index);
            }
        }
        gone
    }

    #[test]
    fn most_under_one_new_name_is_a_name_however_the_rest_goes() {
        for (open, stayed, under) in [
            (10, 0, &[("新", 10)][..]),
            (10, 0, &[("新", 9), ("旧", 1)]),
            (10, 1, &[("新", 9)]),
            (10, 2, &[("新", 5), ("另", 2), ("旧", 1)]),
            (10, 0, &[("新", 4)]),
            (900, 0, &[("新", 2)]),
            (2, 0, &[("新", 1)]),
        ] {
            let gone = gone(open, stayed, under);
            let verdict = gone.verdict(|name| *name == "旧", true);
            assert_eq!(verdict, Verdict::Renamed, "{gone:?}");
            assert_eq!(gone.most().unwrap().0, &"新");
        }
    }

    #[test]
    fn one_that_moves_is_no_name_and_a_split_is_told() {
        let verdict = |gone: &Gone<_>| gone.verdict(|name| *name == "旧", true);
        assert_eq!(verdict(&gone(10, 0, &[("新", 1)])), Verdict::Usual);
        assert_eq!(verdict(&gone(10, 1, &[("新", 1)])), Verdict::Usual);
        assert_eq!(verdict(&gone(10, 7, &[("新", 3)])), Verdict::Usual);
        assert_eq!(verdict(&gone(10, 0, &[])), Verdict::Usual);
        assert_eq!(
            verdict(&gone(10, 0, &[("新", 5), ("另", 5)])),
            Verdict::Left
        );
        assert_eq!(
            verdict(&gone(10, 4, &[("新", 3), ("旧", 3)])),
            Verdict::Left
        );
    }

    #[test]
    fn into_another_go_all_or_it_is_only_told() {
        let verdict = |gone: &Gone<_>, stands| gone.verdict(|name| *name == "旧", stands);
        assert_eq!(verdict(&gone(10, 0, &[("旧", 6)]), false), Verdict::Joined);
        assert_eq!(
            verdict(&gone(10, 0, &[("旧", 9), ("新", 1)]), false),
            Verdict::Joined
        );
        assert_eq!(verdict(&gone(10, 1, &[("旧", 9)]), true), Verdict::Left);
        assert_eq!(verdict(&gone(10, 0, &[("旧", 4)]), false), Verdict::Left);
    }

    #[test]
    fn other_names_are_listed_with_counts() {
        let gone = gone(
            20,
            0,
            &[("甲", 9), ("乙", 1), ("丙", 2), ("丁", 1), ("戊", 3)],
        );
        let words = gone.others(Some(&"甲"), ToString::to_string, "户");
        assert_eq!(
            words.zh,
            "1 户写作丁，2 户写作丙，1 户写作乙，其余 3 户写作其他名称"
        );
    }
}
