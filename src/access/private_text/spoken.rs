//! Finds numbers that are told in parts with words between them.

use super::mask::Mask;
use super::shapes::{LONGEST, is_identity_number, is_mobile};
use super::signs::{Piece, Signs};
use super::words::{IDENTITY, TELEPHONE, UNITS, mentions};
use crate::access::sight::{Kind, Sight};

/// Hides numbers between whose parts there are words: `手机138，然后0013，再8000`. A word must say
/// what they are. Nothing of them is shown.
pub(super) fn hide(signs: &Signs, chains: &[Vec<Piece>], sight: Sight, mask: &mut Mask) {
    let pieces = chains.concat();
    let mut first = 0;
    while first < pieces.len() {
        let Some((count, kind)) = spoken_at(signs, &pieces[first..]) else {
            first += 1;
            continue;
        };
        let spoken = &pieces[first..first + count];
        if !sight.sees(kind) {
            spoken
                .iter()
                .cloned()
                .flatten()
                .for_each(|place| mask.hide(place));
        }
        first += count;
    }
}

/// How many of these pieces are one number that is told in parts.
fn spoken_at(signs: &Signs, pieces: &[Piece]) -> Option<(usize, Kind)> {
    const WIDEST: usize = 8;
    const LONGEST_NUMBER: usize = 18;
    let mut number = String::new();
    let mut has_words = false;
    for (at, piece) in pieces.iter().enumerate().take(LONGEST) {
        let gap_start = at
            .checked_sub(1)
            .map_or(piece.start, |last| pieces[last].end);
        let gap = signs.words(gap_start..piece.start);
        has_words |= gap.contains(char::is_alphanumeric);
        // `138户，另有0013元`: a row that counts something is no part of a number.
        let counts = gap.trim_start().starts_with(|sign| UNITS.contains(sign));
        let goes_on = piece.start - gap_start <= WIDEST && !counts;
        let digits = signs.0[piece.clone()].iter();
        number.extend(digits.map(|sign| sign.read.to_ascii_uppercase()));
        if !goes_on || number.len() > LONGEST_NUMBER {
            return None;
        }
        let (kind, words) = match number.len() {
            11 if is_mobile(&number) => (Kind::Telephone, &TELEPHONE[..]),
            15 | 18 if is_identity_number(&number) => (Kind::Identity, &IDENTITY[..]),
            _ => continue,
        };
        let before = signs.words_before(pieces[0].start);
        return (has_words && mentions(&before, words)).then_some((at + 1, kind));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_masked, assert_stays};

    #[test]
    fn a_number_told_with_words_between_is_one_where_the_text_says_so() {
        assert_masked(&[
            ("手机138，然后0013，再8000", "手机***，然后****，再****"),
            ("电话138 中间 0013 末尾 8000", "电话*** 中间 **** 末尾 ****"),
            ("电话是138然后0013最后8000", "电话是***然后****最后****"),
            (
                "身份证号320999，后面19491231，再0022",
                "身份证号******，后面********，再****",
            ),
        ]);
        assert_stays(&[
            "138，然后0013，再8000",
            "今天138户，另有0013元，再8000",
            "电话走访13次，2026-11-29，8户",
        ]);
    }
}
