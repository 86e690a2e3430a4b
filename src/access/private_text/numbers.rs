//! Finds the private numbers among rows of digits, and hides them.

mod candidate;

use self::candidate::{Candidate, is_letter, is_whole};
use super::mask::Mask;
use super::shapes::{LONGEST, is_cut_identity_number};
use super::signs::{Piece, Signs, is_check};
use crate::access::sight::{Kind, Sight};
use crate::text::is_hidden;

/// Fewest digits of which a private number is made; the end of one is another matter.
const SHORTEST: usize = 6;

/// Hides the private numbers that stand in one place.
pub(super) fn hide(signs: &Signs, chains: &[Vec<Piece>], sight: Sight, mask: &mut Mask) {
    for chain in chains {
        hide_in(signs, chain, sight, mask);
    }
}

/// Hides the numbers in a chain: of those that begin at a piece, the longest.
fn hide_in(signs: &Signs, chain: &[Piece], sight: Sight, mask: &mut Mask) {
    let mut first = 0;
    while first < chain.len() {
        // A piece has a character at least: so many are looked at, however long the chain.
        let end = chain.len().min(first + LONGEST);
        if digits_in(&chain[first..end]) < SHORTEST {
            return;
        }
        let letters = letters_before_number(signs, &chain[first..end]);
        if letters > 0 {
            first += letters;
            continue;
        }
        let before = signs.words_before(chain[first].start);
        let found = (first..end)
            .rev()
            .find_map(|last| number_in(signs, &chain[first..=last], &before));
        let Some((pieces, kind)) = found else {
            first += 1;
            continue;
        };
        first += pieces.len();
        if !sight.sees(kind) {
            hide_number(signs, pieces, sight, mask);
        }
    }
}

/// How many letters that look like digits only stand before a number, which is found without them:
/// `o13800138000`.
fn letters_before_number(signs: &Signs, pieces: &[Piece]) -> usize {
    let letters = pieces
        .iter()
        .take_while(|piece| is_letter(signs, piece))
        .count();
    let rest = &pieces[letters..];
    let holds_number = || (1..=rest.len()).any(|length| is_whole(signs, &rest[..length]));
    if letters > 0 && holds_number() {
        letters
    } else {
        0
    }
}

fn digits_in(pieces: &[Piece]) -> usize {
    pieces.iter().map(ExactSizeIterator::len).sum()
}

fn hide_number(signs: &Signs, pieces: Vec<Piece>, sight: Sight, mask: &mut Mask) {
    /// The code of a province, and one sign more.
    const SHOWN: usize = 3;
    let places: Vec<usize> = pieces.into_iter().flatten().collect();
    let length = places.len();
    let number: String = places.iter().map(|place| signs.0[*place].read).collect();
    let ends_with_birth = is_cut_identity_number(&number);
    // The last two of a disability certificate are its category and grade.
    let tells_health = length == LONGEST && !sight.sees(Kind::Health);
    for (at, place) in places.into_iter().enumerate() {
        if is_hidden(at, length) || (tells_health || ends_with_birth) && at >= SHOWN {
            mask.hide(place);
        }
    }
}

/// These pieces as one number, if they are one; an X at the end may belong to what follows.
fn number_in(signs: &Signs, pieces: &[Piece], before: &str) -> Option<(Vec<Piece>, Kind)> {
    let length = digits_in(pieces);
    if length < SHORTEST || pieces.len() > 1 && length > LONGEST {
        return None;
    }
    if let Some(kind) = Candidate::of(signs, pieces, before).kind() {
        return Some((pieces.to_vec(), kind));
    }
    let mut pieces = pieces.to_vec();
    let last = pieces.last_mut()?;
    let ends_with_check = last.len() > 1 && is_check(signs.0[last.end - 1].word);
    if !ends_with_check {
        return None;
    }
    last.end -= 1;
    let kind = Candidate::of(signs, &pieces, before).kind()?;
    Some((pieces, kind))
}

#[cfg(test)]
mod tests;
