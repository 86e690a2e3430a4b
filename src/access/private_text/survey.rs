//! A quick first look at a text: nearly all hold nothing private, and one answer may have thousands.

use std::sync::LazyLock;

use super::{birth, dates, digits, health};
use crate::text::half_width_char;

const DIGIT: u8 = 1;
const BIRTH: u8 = 2;
const END: u8 = 4;
const LOOK_ALIKE: u8 = 8;
const UNSEEN: u8 = 16;
/// The first sign of a word of health, its second (perhaps after spaces), and a word of one sign.
const HEALTH: u8 = 32;
const HEALTH_GOES_ON: u8 = 64;
const HEALTH_ALONE: u8 = 128;

/// Fewest digits of a whole number.
const NUMBER: usize = 6;
/// Fewest digits of an end that a text tells: 尾号567.
const SHORTEST_END: usize = 3;
/// Fewest digits of a number with words between its parts.
const SHORTEST_SPOKEN: usize = 11;
/// Fewest numerals of a birth date without its year.
const SHORTEST_DATE: usize = 2;
/// Signs of which one stands where the end of a number is told.
const END_SIGNS: &str = "尾位末";

/// What the characters of the basic plane say, by their code.
static SIGNS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut signs: Vec<u8> = (0..=u16::MAX).map(of_code).collect();
    let mut mark = |characters: &mut dyn Iterator<Item = char>, sign: u8| {
        for character in characters {
            if let Some(known) = signs.get_mut(character as usize) {
                *known |= sign;
            }
        }
    };
    mark(&mut birth::SIGNS.chars(), BIRTH);
    for (first, second) in health::beginnings() {
        match second {
            Some(second) => {
                mark(&mut std::iter::once(first), HEALTH);
                mark(&mut std::iter::once(second), HEALTH_GOES_ON);
            }
            None => mark(&mut std::iter::once(first), HEALTH_ALONE),
        }
    }
    mark(&mut END_SIGNS.chars(), END);
    signs
});

fn of_code(code: u16) -> u8 {
    let character = char::from_u32(u32::from(code));
    character.map_or(0, of_character)
}

fn of_character(character: char) -> u8 {
    if digits::digit(character).is_some() || dates::is_numeral(character) {
        DIGIT
    } else if digits::look_alike(half_width_char(character)).is_some() {
        LOOK_ALIKE
    } else if digits::is_unseen(character) {
        UNSEEN
    } else {
        0
    }
}

/// Whether a sign may stand between two of a word of health: spaces, dots, and those of `<br>`.
fn may_part_word(character: char) -> bool {
    character.is_ascii()
        || matches!(
            character,
            '\u{a0}' | '·' | '\u{2000}'..='\u{200a}' | '\u{3000}'
        )
}

/// What may stand in a text.
pub(super) struct Survey {
    digits: usize,
    seen: u8,
    tells_health: bool,
}

impl Survey {
    pub(super) fn of(text: &str) -> Self {
        let signs: &[u8] = &SIGNS;
        let mut survey = Self {
            digits: 0,
            seen: 0,
            tells_health: false,
        };
        let mut last = 0;
        for character in text.chars() {
            let sign = signs.get(character as usize).copied();
            let sign = sign.unwrap_or_else(|| of_character(character));
            if sign & UNSEEN == 0 {
                let begun = if may_part_word(character) {
                    last & HEALTH
                } else {
                    0
                };
                last = survey.add(sign, last) | begun;
            }
        }
        survey
    }

    /// Takes up what a visible character says after the last one. Of a letter that looks like a digit it
    /// is said that it is one if it stands in a row of digits.
    fn add(&mut self, mut sign: u8, last: u8) -> u8 {
        if sign & LOOK_ALIKE != 0 && last & DIGIT != 0 {
            sign |= DIGIT;
        }
        self.digits += usize::from(sign & DIGIT);
        self.seen |= sign;
        let goes_on = last & HEALTH != 0 && sign & HEALTH_GOES_ON != 0;
        self.tells_health |= goes_on || sign & HEALTH_ALONE != 0;
        sign
    }

    fn has(&self, sign: u8) -> bool {
        self.seen & sign != 0
    }

    pub(super) fn may_hold_number(&self) -> bool {
        self.digits >= NUMBER
    }

    pub(super) fn may_hold_spoken_number(&self) -> bool {
        self.digits >= SHORTEST_SPOKEN
    }

    pub(super) fn may_hold_end(&self) -> bool {
        self.digits >= SHORTEST_END && self.has(END)
    }

    pub(super) fn may_tell_birth(&self) -> bool {
        self.digits >= SHORTEST_DATE && self.has(BIRTH)
    }

    pub(super) fn may_tell_health(&self) -> bool {
        self.tells_health
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_no_interest_is_known_by_a_first_look() {
        for text in [
            "走访三次，送米一袋",
            "look at all of it",
            "第三小学",
            "学生生活",
        ] {
            let it = Survey::of(text);
            let may = [it.may_hold_number(), it.may_hold_end(), it.may_tell_birth()];
            assert_eq!(may, [false; 3], "{text}");
        }
        assert!(Survey::of("I38OOI38OOO").may_hold_number());
        assert!(Survey::of("腊月廿三生").may_tell_birth());
        assert!(Survey::of("患肺结核").may_tell_health());
        assert!(Survey::of("患尿\u{200b}毒症").may_tell_health());
        assert!(Survey::of("患尿 毒症").may_tell_health());
        assert!(!Survey::of("看病，走访两次").may_tell_health());
    }
}
