//! Puts back what was masked into a text that was changed and sent back.

use std::ops::Range;

use super::digits::digit;
use super::signs::is_check;
use super::{Sight, masked};
use crate::text::half_width_char;

/// Most characters beside a mask that are compared to know it again.
const CONTEXT: usize = 12;

/// `sent`, a text that a reader changed, with the numbers put back that were masked when he read
/// `stored`: what he could not see he did not mean to change.
pub fn unmasked(sent: String, stored: &str, sight: Sight) -> String {
    let seen = masked(stored, sight);
    if seen == stored {
        return sent;
    }
    if sent == seen {
        return stored.to_owned();
    }
    let seen: Vec<char> = seen.chars().collect();
    let stored: Vec<char> = stored.chars().collect();
    let sent: Vec<char> = sent.chars().collect();
    let masks = masks(&seen, &stored);
    let mut whole = sent.clone();
    for (mask, place) in matched(&seen, &masks, &sent) {
        whole[place].copy_from_slice(&stored[mask]);
    }
    whole.into_iter().collect()
}

/// Where the masked numbers and words of a text stand, each with the digits of it that are shown.
fn masks(seen: &[char], stored: &[char]) -> Vec<Range<usize>> {
    let mut masks: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < seen.len() {
        let stars = seen[at..].iter().take_while(|sign| **sign == '*').count();
        let end = at + stars;
        if seen[at..end] != stored[at..end] {
            let mask =
                at - shown_digits(seen[..at].iter().rev())..end + shown_digits(seen[end..].iter());
            match masks.last_mut() {
                Some(last) if last.end > mask.start => last.end = mask.end,
                _ => masks.push(mask),
            }
        }
        at = end + 1;
    }
    masks
}

/// How many digits of one script stand beside a mask, perhaps with an X.
fn shown_digits<'a>(signs: impl Iterator<Item = &'a char> + Clone) -> usize {
    let script = |sign: &char| digit(*sign).map(|(_, script)| script);
    let of_number = signs.clone().find_map(script);
    let is_shown = |sign: &&char| {
        script(sign).is_some_and(|script| Some(script) == of_number)
            || is_check(half_width_char(**sign))
    };
    signs.take_while(is_shown).count()
}

/// The masks that are found again, with their places in what was sent: in the order in which they were
/// seen, and of the ways to find them the one in which most of what stands beside them is the same.
fn matched(
    seen: &[char],
    masks: &[Range<usize>],
    sent: &[char],
) -> Vec<(Range<usize>, Range<usize>)> {
    // By number of masks and of characters sent: how good the best way is to find the former in the latter.
    let mut best = vec![vec![0; sent.len() + 1]];
    for mask in masks {
        let former = &best[best.len() - 1];
        let mut scores = former.clone();
        for start in occurrences(seen, mask, sent) {
            let end = start + mask.len();
            let score = former[start] + 1 + likeness(seen, mask, sent, &(start..end));
            scores[end] = scores[end].max(score);
        }
        for at in 1..scores.len() {
            scores[at] = scores[at].max(scores[at - 1]);
        }
        best.push(scores);
    }
    traced(&best, masks)
}

/// The way by which the best score was reached, from its end.
fn traced(best: &[Vec<usize>], masks: &[Range<usize>]) -> Vec<(Range<usize>, Range<usize>)> {
    let mut end = best[0].len() - 1;
    let mut pairs = Vec::new();
    for (index, mask) in masks.iter().enumerate().rev() {
        let (former, scores) = (&best[index], &best[index + 1]);
        if scores[end] == former[end] {
            continue;
        }
        while end > 0 && scores[end - 1] == scores[end] {
            end -= 1;
        }
        let start = end - mask.len();
        pairs.push((mask.clone(), start..end));
        end = start;
    }
    pairs
}

/// Where a mask stands in a text, and is no part of a longer one.
fn occurrences(seen: &[char], mask: &Range<usize>, text: &[char]) -> Vec<usize> {
    let stars = |signs: &[char], place: Range<usize>| {
        let before = place.start.checked_sub(1).and_then(|at| signs.get(at));
        [before, signs.get(place.end)].map(|sign| sign == Some(&'*'))
    };
    let windows = text.windows(mask.len()).enumerate();
    let found = windows.filter(|(at, window)| {
        *window == &seen[mask.clone()]
            && stars(text, *at..at + mask.len()) == stars(seen, mask.clone())
    });
    found.map(|(at, _)| at).collect()
}

/// How many characters beside two places are the same.
fn likeness(seen: &[char], mask: &Range<usize>, sent: &[char], place: &Range<usize>) -> usize {
    let same = |pair: &(&char, &char)| pair.0 == pair.1;
    let before = seen[..mask.start]
        .iter()
        .rev()
        .zip(sent[..place.start].iter().rev());
    let after = seen[mask.end..].iter().zip(&sent[place.end..]);
    before.take(CONTEXT).take_while(same).count() + after.take(CONTEXT).take_while(same).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(stored: &str, sent: &str) -> String {
        unmasked(sent.to_owned(), stored, Sight::NOTHING)
    }

    #[test]
    fn what_was_masked_is_put_back_where_it_stood() {
        // The first of two numbers was deleted.
        let stored = "父手机尾号1234，母手机尾号5678";
        assert_eq!(back(stored, "母手机尾号****"), "母手机尾号5678");
        // A word of stars is no part of the mask of a number.
        let stored = "尿毒症，电话13800138000";
        assert_eq!(back(stored, "电话138******00"), "电话13800138000");
        // The name before a number was put right, in numerals too.
        assert_eq!(
            back("张三13800138000", "李四138******00"),
            "李四13800138000"
        );
        assert_eq!(back("tel13800138000", "电话138******00"), "电话13800138000");
        // Stars that somebody typed stay.
        assert_eq!(back("**13800138000", "又**138******00"), "又**13800138000");
        // Another number is another number.
        assert_eq!(back("13800138000", "139******00"), "139******00");
    }
}
