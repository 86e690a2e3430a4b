//! Cuts a text so that what is private in it is not cut.

use super::digits::{digit, look_alike};
use super::health;
use super::signs::{Signs, is_check};
use crate::text::half_width_char;

/// The first `most` characters of a text, or fewer: where a number or a word of health would be cut it is
/// left out, since a part of it is masked as nothing, or as a shorter number of which more is shown.
pub fn up_to(text: &str, most: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    let end = before_number(&characters, most.min(characters.len()));
    let end = before_health(text, end);
    characters[..end].iter().collect()
}

fn before_number(characters: &[char], end: usize) -> usize {
    let goes_on = characters[end..].iter().take_while(|sign| is_part(**sign));
    if !goes_on.into_iter().any(|sign| digit(*sign).is_some()) {
        return end;
    }
    let parts = characters[..end].iter().rev();
    end - parts.take_while(|sign| is_part(**sign)).count()
}

/// Whether a sign may be a part of a number, or part it.
fn is_part(sign: char) -> bool {
    let half = half_width_char(sign);
    digit(sign).is_some() || is_check(half) || look_alike(half).is_some() || !half.is_alphanumeric()
}

fn before_health(text: &str, end: usize) -> usize {
    let signs = Signs::of(text);
    let cut = text
        .char_indices()
        .nth(end)
        .map_or(text.len(), |(place, _)| place);
    let place = |at: usize| signs.0.get(at).map_or(text.len(), |sign| sign.place);
    let words = health::found_in(&signs);
    let cut_word = words
        .iter()
        .find(|word| place(word.start) < cut && cut < place(word.end));
    cut_word.map_or(end, |word| text[..place(word.start)].chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_private_is_cut() {
        for (text, most, expected) in [
            ("手机13800138000", 8, "手机"),
            ("手机一三八〇〇一三八〇〇〇", 8, "手机"),
            ("手机138OO138OOO", 6, "手机"),
            ("他患尿毒症多年", 4, "他患"),
            ("他患尿毒症多年", 5, "他患尿毒症"),
            ("走访三次，情况很好", 5, "走访三次，"),
        ] {
            assert_eq!(up_to(text, most), expected, "{text}");
        }
    }
}
