//! Finds numbers that somebody masked by hand, and shows no more of them than of others:
//! `身份证320999********0022`, `手机138****8000`, `320999XXXX12310022`.

use std::ops::Range;

use super::digits::Script;
use super::mask::Mask;
use super::shapes::is_province;
use super::signs::{Sign, Signs, is_check};
use super::words::{ACCOUNT, IDENTITY_NUMBER, PAPER, TELEPHONE, says};
use crate::access::sight::{Kind, Sight};
use crate::text::is_hidden;

/// What people write over digits, besides `*` and X.
const FILLERS: &str = "*xX×✕#?●•■□▇█_…";
/// Fewest of them that mask a number.
const FEWEST_FILLERS: usize = 2;
/// Fewest digits and fillers of a number.
const SHORTEST: usize = 6;

/// Fewest signs of a part that is a number by itself.
const WHOLE: usize = 9;

/// A number of which a part is masked.
struct Half {
    /// Where its digits and fillers stand.
    places: Vec<usize>,
    /// The digits before the first filler.
    head: String,
}

/// Hides of numbers masked by hand what is shown beyond the first three and the last two.
pub(super) fn hide(signs: &Signs, sight: Sight, mask: &mut Mask) {
    let parts = parts(signs);
    let mut at = 0;
    while at < parts.len() {
        if !is_masked(signs, &parts[at]) {
            at += 1;
            continue;
        }
        let range = parts_of_number(signs, &parts, at);
        at = range.end;
        let half = Half::of(signs, &parts[range.clone()]);
        let before = signs.words_before(parts[range.start].start);
        if half.kind(&before).is_some_and(|kind| !sight.sees(kind)) {
            half.hide(signs, mask);
        }
    }
}

fn is_filler(sign: &Sign) -> bool {
    sign.script.is_none() && FILLERS.contains(sign.word)
}

/// Whether at least two fillers stand side by side: one X is a check character.
fn is_masked(signs: &Signs, part: &Range<usize>) -> bool {
    let signs = &signs.0[part.clone()];
    signs
        .windows(FEWEST_FILLERS)
        .any(|pair| pair.iter().all(is_filler))
}

/// The runs of digits and fillers. Letters beside other letters are none: `MAXX`.
fn parts(signs: &Signs) -> Vec<Range<usize>> {
    let is_letter = |at: usize| {
        let sign = signs.0.get(at);
        sign.is_some_and(|sign| sign.word.is_ascii_alphabetic())
    };
    let mut parts = Vec::new();
    let mut at = 0;
    while at < signs.0.len() {
        let end = part_end(signs, at);
        let is_word =
            |edge: usize, beside: Option<usize>| is_letter(edge) && beside.is_some_and(is_letter);
        if end > at && !is_word(at, at.checked_sub(1)) && !is_word(end - 1, Some(end)) {
            parts.push(at..end);
        }
        at = end.max(at + 1);
    }
    parts
}

/// Where the digits and fillers end that begin here; an X that stands alone is the last of them.
fn part_end(signs: &Signs, from: usize) -> usize {
    let filler = |at: Option<usize>| at.and_then(|at| signs.0.get(at)).is_some_and(is_filler);
    let mut end = from + signs.run(from, |sign| sign.script.is_some());
    while filler(Some(end)) {
        let is_alone = !filler(end.checked_sub(1)) && !filler(Some(end + 1));
        end += 1;
        if is_alone && is_check(signs.0[end - 1].word) {
            break;
        }
        end += signs.run(end, |sign| sign.script.is_some());
    }
    end
}

/// Which parts are one number: that at `at` alone, or with those that a space or dash parts from it.
fn parts_of_number(signs: &Signs, parts: &[Range<usize>], at: usize) -> Range<usize> {
    let starts_masked = |part: &Range<usize>| is_filler(&signs.0[part.start]);
    let ends_masked = |part: &Range<usize>| is_filler(&signs.0[part.end - 1]);
    let has_digit = |part: &Range<usize>| {
        let signs = &signs.0[part.clone()];
        signs.iter().any(|sign| sign.script.is_some())
    };
    if parts[at].len() >= WHOLE && has_digit(&parts[at]) {
        return at..at + 1;
    }
    let gap = |last: usize| {
        let next = parts.get(last + 1)?;
        match &signs.0[parts[last].end..next.start] {
            [sign] => Some(sign.word),
            _ => None,
        }
    };
    let joins = |last: usize| matches!(gap(last), Some(' ' | '-'));
    let mut last = at;
    while ends_masked(&parts[last]) && joins(last) {
        last += 1;
    }
    let begins_before = at.checked_sub(1).is_some_and(|before| {
        gap(before) == Some('-') || starts_masked(&parts[at]) && joins(before)
    });
    at - usize::from(begins_before)..last + 1
}

impl Half {
    fn of(signs: &Signs, parts: &[Range<usize>]) -> Self {
        const IDENTITY: usize = 18;
        let mut places: Vec<usize> = parts.iter().cloned().flatten().collect();
        // A letter before a whole number that looks like a digit is none of it.
        let begins_with_letter = places
            .first()
            .is_some_and(|first| signs.0[*first].script == Some(Script::Letter));
        if begins_with_letter && places.len() == IDENTITY + 1 {
            places.remove(0);
        }
        // Nor is an X after it.
        let ends_with_check = places
            .last()
            .is_some_and(|last| is_check(signs.0[*last].word));
        if ends_with_check && places.len() == IDENTITY + 1 {
            places.pop();
        }
        let digits = places.iter().map(|place| &signs.0[*place]);
        let head = digits.take_while(|sign| !is_filler(sign));
        Self {
            head: head.map(|sign| sign.read).collect(),
            places,
        }
    }

    /// What number it is, by the word before it or by what is shown.
    fn kind(&self, before: &str) -> Option<Kind> {
        const ISSUERS: [&str; 6] = ["62", "60", "4", "5", "35", "9"];
        let length = self.places.len();
        let head = self.head.as_str();
        if length < SHORTEST {
            return None;
        }
        if says(before, &TELEPHONE) {
            return Some(Kind::Telephone);
        }
        if says(before, &ACCOUNT) {
            return Some(Kind::BankCard);
        }
        if says(before, &PAPER) || says(before, &IDENTITY_NUMBER) {
            return Some(Kind::Identity);
        }
        let is_mobile = matches!(head.as_bytes(), [b'1', b'3'..=b'9', ..]);
        if (is_mobile || head.starts_with('0')) && head.len() >= 3 && (9..=13).contains(&length) {
            return Some(Kind::Telephone);
        }
        if head.len() >= 6 && head.get(..2).is_some_and(is_province) && length >= 9 {
            return Some(Kind::Identity);
        }
        let is_card = ISSUERS.iter().any(|issuer| head.starts_with(issuer));
        if is_card && head.len() >= 4 && length >= 12 {
            return Some(Kind::BankCard);
        }
        (length >= 14).then_some(Kind::Identity)
    }

    fn hide(&self, signs: &Signs, mask: &mut Mask) {
        let length = self.places.len();
        for (at, place) in self.places.iter().enumerate() {
            if is_hidden(at, length) && signs.0[*place].script.is_some() {
                mask.hide(*place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_masked, assert_stays};

    #[test]
    fn of_a_number_masked_by_hand_no_more_is_shown_than_of_others() {
        assert_masked(&[
            ("身份证320999********0022", "身份证320*************22"),
            ("3209991949****0022", "320*************22"),
            ("320999****0022", "320*********22"),
            ("手机138****8000", "手机138******00"),
            ("138****8000", "138******00"),
            ("138-****-8000", "138-****-**00"),
            ("138xxxx8000", "138xxxx**00"),
            ("家里5人 138****8000", "家里5人 138******00"),
            (
                "2026-11-29 6222 **** **** 0128",
                "2026-11-29 622* **** **** **28",
            ),
            ("12 138****8000", "12 138******00"),
            ("6222 **** **** 0128", "622* **** **** **28"),
            ("320999XXXX12310022", "320***XXXX******22"),
            ("32099919491231****", "320***************"),
            ("320999××××××××0022", "320***××××××××**22"),
            ("账号1012****90123", "账号101********23"),
            ("0515-8351****", "051*-********"),
            ("３２０９９９＊＊＊＊００２２", "３２０***＊＊＊＊**２２"),
        ]);
        assert_stays(&[
            "共5**户",
            "1949-**-**",
            "**重要** 2026-11-29",
            "2026年**月",
            "第3xx号",
            "MAXX 2026-11-29",
        ]);
        let seen = super::super::masked("手机138****8000", crate::access::Sight::MESSAGES);
        assert_eq!(seen, "手机138****8000");
    }
}
