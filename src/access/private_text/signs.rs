//! A text as its visible characters, and the runs of digits in it.

use std::ops::Range;

use super::digits::{Script, digit, is_ambiguous, is_unseen, look_alike};
use super::shapes::LONGEST;
use crate::text::half_width_char;

/// Most characters between two parts of a number.
const WIDEST_GAP: usize = 4;

/// Most stars that somebody puts between two parts; more are a mask.
const MOST_STARS: usize = 2;

/// A visible character.
pub(super) struct Sign {
    /// Where it stands in the text.
    pub place: usize,
    /// The character, half-width; a digit of another script is an ASCII one, a Chinese numeral stays.
    pub word: char,
    /// The character as a part of a number: every digit is an ASCII one.
    pub read: char,
    /// What its digit is written in, if it is one.
    pub script: Option<Script>,
}

/// The visible characters of a text.
pub(super) struct Signs(pub Vec<Sign>);

/// A run of digits in one script, perhaps with the X of a check character in or after it.
pub(super) type Piece = Range<usize>;

impl Signs {
    pub(super) fn of(text: &str) -> Self {
        let mut signs = Self(Vec::with_capacity(text.len()));
        let mut markup_end = 0;
        for (place, character) in text.char_indices() {
            if place < markup_end || is_unseen(character) {
                continue;
            }
            let of_markup = matches!(character, '<' | '&' | '%').then(|| markup(&text[place..]));
            match of_markup.flatten() {
                Some(length) => {
                    markup_end = place + length;
                    signs.0.push(sign(place, ' '));
                }
                None => signs.0.push(sign(place, character)),
            }
        }
        signs.forget_lone_words();
        signs.read_look_alikes();
        signs
    }

    /// Numerals that are as often another word are digits only beside another digit.
    fn forget_lone_words(&mut self) {
        for at in 0..self.0.len() {
            let is_digit = |at: Option<usize>| {
                at.and_then(|at| self.0.get(at))
                    .is_some_and(|sign| sign.script.is_some())
            };
            if is_ambiguous(self.0[at].word)
                && !is_digit(at.checked_sub(1))
                && !is_digit(Some(at + 1))
            {
                self.0[at].read = self.0[at].word;
                self.0[at].script = None;
            }
        }
    }

    /// Letters that look like digits are read so in a row of digits and such letters that no other
    /// letter touches.
    fn read_look_alikes(&mut self) {
        let mut at = 0;
        while at < self.0.len() {
            let end = at + self.run(at, is_digit_or_like_one);
            // An i after a number is a letter; before one it may be meant for 1.
            let letters = self.0[at..end]
                .iter()
                .rev()
                .take_while(|sign| sign.word == 'i');
            let row = at..end - letters.count();
            if look_alike_stands_in(&self.0[row.clone()]) {
                self.read_look_alikes_in(row);
            }
            at = end.max(at + 1);
        }
    }

    fn read_look_alikes_in(&mut self, row: Range<usize>) {
        let is_digit = |sign: &Sign| sign.script.is_some();
        let (Some(first), Some(last)) = (
            self.0[row.clone()].iter().position(is_digit),
            self.0[row.clone()].iter().rposition(is_digit),
        ) else {
            return;
        };
        let (first, last) = (row.start + first, row.start + last);
        // `tel138…`, `138…lisi`: a letter beside other letters is one.
        let is_letter = |at: Option<usize>| {
            let sign = at.and_then(|at| self.0.get(at));
            sign.is_some_and(|sign| sign.word.is_ascii_alphabetic() && !is_check(sign.word))
        };
        let start = if is_letter(row.start.checked_sub(1)) {
            first
        } else {
            row.start
        };
        let end = if is_letter(Some(row.end)) {
            last + 1
        } else {
            row.end
        };
        let mut script = Some(Script::Letter);
        for at in start..end {
            let sign = &mut self.0[at];
            if sign.script.is_some() {
                script = if at < last {
                    sign.script
                } else {
                    Some(Script::Letter)
                };
            } else if let Some(digit) = look_alike(sign.word) {
                (sign.read, sign.script) = (digit, script);
            }
        }
    }

    /// Whether a few digits are what is shown of a masked number: many stars touch them.
    pub(super) fn is_rest(&self, piece: &Piece) -> bool {
        const FEWEST_STARS: usize = 4;
        const LONGEST_REST: usize = 3;
        let is_masked = |beside: &mut dyn Iterator<Item = &Sign>| {
            let mut beside = beside.take(2 * LONGEST).map(|sign| sign.word).peekable();
            let touches = beside.peek() == Some(&'*');
            let stars = beside.take_while(|sign| !sign.is_alphanumeric());
            touches && stars.filter(|sign| *sign == '*').count() >= FEWEST_STARS
        };
        piece.len() <= LONGEST_REST
            && (is_masked(&mut self.0[..piece.start].iter().rev())
                || is_masked(&mut self.0[piece.end..].iter()))
    }

    /// How many signs from here on belong.
    pub(super) fn run(&self, from: usize, belongs: impl Fn(&Sign) -> bool) -> usize {
        let rest = self.0.get(from..).unwrap_or_default();
        rest.iter().take_while(|sign| belongs(sign)).count()
    }

    pub(super) fn words(&self, range: Range<usize>) -> String {
        let end = range.end.min(self.0.len());
        let signs = self.0.get(range.start..end).unwrap_or_default();
        signs.iter().map(|sign| sign.word).collect()
    }

    /// The words before a place, without signs and the letters that a passport's number begins with.
    pub(super) fn words_before(&self, place: usize) -> String {
        const LENGTH: usize = 20;
        let mut words = self.words(place.saturating_sub(LENGTH)..place);
        let mut end = before_links(&words).len();
        let capitals = words[..end]
            .bytes()
            .rev()
            .take_while(u8::is_ascii_uppercase);
        let letters = capitals.count();
        // `TEL` and `DOB` are words.
        if letters <= 2 {
            end = before_links(&words[..end - letters]).len();
        }
        let stars = words[end..].matches('*').count();
        // What is before a mask was said of the masked number.
        if stars <= MOST_STARS && (stars < 2 || words[end..].contains("**")) {
            words.truncate(end);
        }
        words.make_ascii_lowercase();
        words
    }

    /// Runs of digits that may be parts of one number: only little stands between them.
    pub(super) fn chains(&self) -> Vec<Vec<Piece>> {
        let mut chains: Vec<Vec<Piece>> = Vec::new();
        let pieces = self.pieces().into_iter();
        for piece in pieces.filter(|piece| !self.is_rest(piece)) {
            let goes_on = |last: &Piece| {
                let between = &self.0[last.end..piece.start];
                // Two rows of one script touch where an X stands between them.
                let is_apart =
                    !between.is_empty() || self.0[last.start].script != self.0[piece.start].script;
                let stars = between.iter().filter(|sign| sign.word == '*').count();
                is_apart
                    && stars <= MOST_STARS
                    && is_narrow(between)
                    && between.iter().all(|sign| !sign.word.is_alphanumeric())
            };
            match chains.last_mut() {
                Some(chain) if chain.last().is_some_and(goes_on) => chain.push(piece),
                _ => chains.push(vec![piece]),
            }
        }
        chains
    }

    fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < self.0.len() {
            at = match self.0[at].script {
                Some(script) if script != Script::Arabic => {
                    let digits = self.run(at, |sign| sign.script == Some(script));
                    let end = self.with_check(at, digits);
                    pieces.push(at..end);
                    end
                }
                _ => self.pieces_of_word(at, &mut pieces),
            };
        }
        pieces
    }

    /// Notes the runs of digits in the word that begins here, and tells where it ends.
    fn pieces_of_word(&self, from: usize, pieces: &mut Vec<Piece>) -> usize {
        let end = from + self.run(from, is_part_of_word);
        if end == from {
            return from + 1;
        }
        if let Some(end) = self.uuid_at(from) {
            return end;
        }
        let word = from..end;
        if !is_code(&self.0[word.clone()]) {
            self.digits_of_word(word, pieces);
        }
        end
    }

    fn digits_of_word(&self, word: Range<usize>, pieces: &mut Vec<Piece>) {
        let mut at = word.start;
        while at < word.end {
            let digits = self.run(at, |sign| sign.script == Some(Script::Arabic));
            if digits == 0 && word.len() == 1 && is_check(self.0[at].word) {
                pieces.push(word.clone());
            }
            if digits == 0 {
                at += 1;
                continue;
            }
            let end = self.with_check(at, digits);
            pieces.push(at..end);
            at = end;
        }
    }

    /// Where a run of digits ends, with the check character of an identity number or of its last part.
    fn with_check(&self, from: usize, digits: usize) -> usize {
        let end = from + digits;
        let before = self.0[..from].iter().rev().take(LONGEST);
        let is_digit = |sign: &&Sign| sign.script.is_some_and(|script| script != Script::Letter);
        let before = before.take_while(is_digit);
        let is_whole = before.count() + digits == 17;
        let may_end = is_whole || digits <= 6;
        if !may_end || !self.0.get(end).is_some_and(|sign| is_check(sign.word)) {
            return end;
        }
        // A disability certificate has two digits more.
        let script = self.0[from].script;
        let more = self.run(end + 1, |sign| sign.script == script);
        end + if is_whole && more == 2 { 3 } else { 1 }
    }

    /// Where the UUID ends that begins here.
    fn uuid_at(&self, from: usize) -> Option<usize> {
        const LENGTH: usize = 36;
        let end = from + LENGTH;
        if self.0.len() < end || self.0[from + 8].word != '-' {
            return None;
        }
        let is_free =
            |sign: Option<&Sign>| sign.is_none_or(|sign| !sign.word.is_ascii_alphanumeric());
        let stands_alone = is_free(self.0.get(end));
        (stands_alone && uuid::Uuid::try_parse(&self.words(from..end)).is_ok()).then_some(end)
    }
}

/// Whether parts of one number may be so far apart: by a few signs, or a row of one: `138-----00138000`.
fn is_narrow(gap: &[Sign]) -> bool {
    const LONGEST_ROW: usize = 12;
    let is_row = || gap.windows(2).all(|pair| pair[0].word == pair[1].word);
    gap.len() <= WIDEST_GAP || gap.len() <= LONGEST_ROW && is_row()
}

/// How long the mark-up is that begins here and shows as a space or line break: `<br>`, `&nbsp;`, `%20`.
fn markup(text: &str) -> Option<usize> {
    const LONGEST_TAG: usize = 16;
    let tag = |end: char, is_inside: fn(char) -> bool| {
        let inside = text.char_indices().skip(1).take(LONGEST_TAG);
        let mut rest = inside.skip_while(|(_, sign)| is_inside(*sign));
        let (at, sign) = rest.next()?;
        (sign == end && at > 1).then_some(at + 1)
    };
    match text.as_bytes() {
        [b'<', b'/' | b'a'..=b'z' | b'A'..=b'Z', ..] => tag('>', |sign| {
            sign.is_ascii() && !matches!(sign, '<' | '>' | '\n')
        }),
        [b'&', b'#' | b'a'..=b'z', ..] => {
            tag(';', |sign| sign.is_ascii_alphanumeric() || sign == '#')
        }
        [
            b'%',
            b'0' | b'2',
            b'0' | b'9' | b'a' | b'A' | b'd' | b'D',
            b'0'..=b'9',
            ..,
        ] => Some(3),
        _ => None,
    }
}

fn sign(place: usize, character: char) -> Sign {
    let half = half_width_char(character);
    let found = digit(character);
    let read = found.and_then(|(value, _)| char::from_digit(value, 10));
    let word = match found {
        Some((_, Script::Other)) => read,
        _ => None,
    };
    Sign {
        place,
        word: word.unwrap_or(half),
        read: read.unwrap_or(half),
        script: found.map(|(_, script)| script),
    }
}

/// Words without the signs after them, nor «is».
fn before_links(words: &str) -> &str {
    words.trim_end_matches(|sign: char| !sign.is_alphanumeric() || matches!(sign, '为' | '是'))
}

fn is_digit_or_like_one(sign: &Sign) -> bool {
    sign.script.is_some() || look_alike(sign.word).is_some()
}

fn look_alike_stands_in(row: &[Sign]) -> bool {
    row.iter().any(|sign| sign.script.is_none())
}

/// Letters and digits that a word of a program is made of.
fn is_part_of_word(sign: &Sign) -> bool {
    match sign.script {
        Some(script) => script == Script::Arabic,
        None => sign.word.is_ascii_alphanumeric(),
    }
}

pub(super) fn is_check(sign: char) -> bool {
    matches!(sign, 'x' | 'X')
}

/// Whether a word of letters and digits is a digest in hexadecimal digits, or an id of as many.
fn is_code(word: &[Sign]) -> bool {
    let letters = word
        .split(|sign| sign.script.is_some())
        .filter(|letters| !letters.is_empty());
    matches!(word.len(), 32 | 40 | 64)
        && word.iter().all(|sign| sign.word.is_ascii_hexdigit())
        && letters.count() >= 3
}
