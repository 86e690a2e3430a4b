//! Finds what a text tells of somebody's health: names of serious and chronic diseases, of disabilities
//! and of a lost ability to work.
//!
//! It is a list of words, and promises no more: «他的肾不行了» says as much and is not found. What
//! the help is called (大病救助, 残疾人补贴, 医保, 看病, 住院) stays, and so does a cause of poverty (因残疾).

mod words;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use self::words::{FACULTIES, GRADES, KEPT, WORDS};
use super::mask::Mask;
use super::signs::{Sign, Signs};

/// Most spaces between two signs of a word.
const WIDEST_GAP: usize = 2;

/// What somebody puts between the signs of a word so that it is not found.
fn is_gap(sign: &Sign) -> bool {
    is_gap_sign(sign.word)
}

pub(super) fn is_gap_sign(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '·' | '.' | '-' | '_' | '|' | '/')
}

/// A phrase that begins with a sign.
struct Phrase {
    signs: Vec<char>,
    is_hidden: bool,
}

/// The phrases by their first sign, the longest first.
static PHRASES: LazyLock<HashMap<char, Vec<Phrase>>> = LazyLock::new(|| {
    let hidden = WORDS.iter().map(|word| (word, true));
    let kept = KEPT.iter().map(|word| (word, false));
    let mut phrases: HashMap<char, Vec<Phrase>> = HashMap::new();
    for (word, is_hidden) in hidden.chain(kept) {
        let signs: Vec<char> = word.to_lowercase().chars().collect();
        let first = signs.first().copied().unwrap_or_default();
        phrases
            .entry(first)
            .or_default()
            .push(Phrase { signs, is_hidden });
    }
    for phrases in phrases.values_mut() {
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.signs.len()));
    }
    phrases
});

/// The first two signs of whatever is hidden, in both cases of letters.
pub(super) fn beginnings() -> impl Iterator<Item = (char, Option<char>)> {
    let words = WORDS.iter().chain(&FACULTIES);
    words
        .flat_map(|word| [word.to_lowercase(), word.to_uppercase()])
        .filter_map(|word| {
            let mut signs = word.chars();
            signs.next().map(|first| (first, signs.next()))
        })
}

/// Hides the words of health in a text.
pub(super) fn hide(signs: &Signs, mask: &mut Mask) {
    let mut at = 0;
    while at < signs.0.len() {
        at = match signs.health_at(at) {
            Some((range, is_hidden)) => {
                let end = range.end;
                if is_hidden {
                    let visible = range.filter(|at| !is_gap(&signs.0[*at]));
                    visible.for_each(|at| mask.hide(at));
                }
                end
            }
            None => at + 1,
        };
    }
}

impl Signs {
    /// What begins here, and whether it is hidden.
    fn health_at(&self, at: usize) -> Option<(Range<usize>, bool)> {
        if let Some(end) = self.graded_faculty_at(at) {
            return Some((at..end, true));
        }
        let phrases = PHRASES.get(&self.0[at].word.to_ascii_lowercase())?;
        let (phrase, end) = phrases
            .iter()
            .find_map(|phrase| Some((phrase, self.end_of(at, &phrase.signs)?)))?;
        if !phrase.is_hidden {
            // The grade on a certificate tells the disability.
            let grade = self
                .after_grade(end)
                .filter(|_| phrase.signs.ends_with(&['证']));
            return Some(grade.map_or((at..end, false), |end| (end - 2..end, true)));
        }
        if !phrase.signs.contains(&'残') {
            return (!self.is_inside_latin_word(at..end)).then_some((at..end, true));
        }
        let grade = at.checked_sub(2).filter(|at| self.is_grade(*at));
        let end = self.after_grade(end).unwrap_or(end);
        Some((grade.unwrap_or(at)..end, true))
    }

    fn is_inside_latin_word(&self, range: Range<usize>) -> bool {
        let is_latin = |at: usize| {
            self.0
                .get(at)
                .is_some_and(|sign| sign.word.is_ascii_alphabetic())
        };
        let goes_on = is_latin(range.end - 1) && is_latin(range.end);
        goes_on || is_latin(range.start) && range.start > 0 && is_latin(range.start - 1)
    }

    /// Where a phrase ends that begins here, perhaps with spaces between its signs: `尿 毒 症`.
    fn end_of(&self, from: usize, phrase: &[char]) -> Option<usize> {
        let is_same = |at: usize, letter: char| {
            let sign = self.0.get(at);
            sign.is_some_and(|sign| sign.word.to_ascii_lowercase() == letter)
        };
        let (mut at, mut gaps) = (from, 0);
        for (place, letter) in phrase.iter().enumerate() {
            let gap = if place == 0 { 0 } else { self.run(at, is_gap) };
            at += gap;
            gaps += usize::from(gap > 0);
            if gap > WIDEST_GAP || !is_same(at, *letter) {
                return None;
            }
            at += 1;
        }
        let is_gap_at = |at: Option<usize>| {
            let sign = at.and_then(|at| self.0.get(at));
            sign.is_none_or(|sign| !sign.word.is_alphanumeric())
        };
        // «家中 风大» is no 中风: a short word must stand apart.
        let stands_apart = || is_gap_at(from.checked_sub(1)) && is_gap_at(Some(at));
        (gaps == 0 || phrase.len() > 2 || stands_apart()).then_some(at)
    }

    /// Where `肢体二级` ends, if it begins here.
    fn graded_faculty_at(&self, at: usize) -> Option<usize> {
        let signs = self.0.get(at..at + 2)?;
        let is_this = |word: &&str| word.chars().eq(signs.iter().map(|sign| sign.word));
        let is_faculty = FACULTIES.iter().any(is_this);
        is_faculty.then(|| self.after_grade(at + 2))?
    }

    /// Where the grade ends that stands here, perhaps after a sign.
    fn after_grade(&self, from: usize) -> Option<usize> {
        let at = from + self.run(from, |sign| !sign.word.is_alphanumeric()).min(1);
        self.is_grade(at).then_some(at + 2)
    }

    /// Whether a grade stands here: `二级`.
    fn is_grade(&self, at: usize) -> bool {
        let sign = |at: usize| self.0.get(at).map(|sign| sign.word);
        sign(at).is_some_and(|sign| GRADES.contains(sign)) && sign(at + 1) == Some('级')
    }
}

#[cfg(test)]
mod tests;
