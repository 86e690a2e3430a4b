//! Puts back what was masked into a text that was changed and sent back.
//!
//! A number is put back only where it is certain which one is meant, and only where it is masked again
//! for the same reader. Anything else is refused: else a reader could see a number by writing other words
//! around it, one person's number could become another's, or stars could replace a number for good.

use std::ops::Range;

use super::digits::digit;
use super::masking::masked;
use super::signs::is_check;
use crate::access::sight::Sight;
use crate::text::half_width_char;

/// Most characters beside numbers that look alike which must have stayed as they were.
const CONTEXT: usize = 12;
/// Most characters between two parts of one masked number.
const WIDEST_GAP: usize = 4;
/// Between the texts of a list. Sent texts lose it: it is a control character.
const APART: char = '\u{1e}';

/// A masked number was moved, changed or put in words in which it would be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a masked number was moved or put in other words")]
pub struct MaskMoved;

/// `sent`, a text that a reader changed, with the numbers put back that were masked when they read
/// `stored`: what they could not see they did not mean to change.
///
/// # Errors
/// It is not certain which number a mask stands for, or the number would be shown in the new words.
pub fn unmasked(sent: String, stored: &str, sight: Sight) -> Result<String, MaskMoved> {
    let whole = unmasked_list(vec![sent], &[stored], sight)?;
    Ok(whole.concat())
}

/// The same for a list of texts, in which a text may have moved to another place.
///
/// # Errors
/// As for [`unmasked`].
pub fn unmasked_list(
    sent: Vec<String>,
    stored: &[&str],
    sight: Sight,
) -> Result<Vec<String>, MaskMoved> {
    let seen: Vec<_> = stored.iter().map(|text| masked(text, sight)).collect();
    if sight.sees_all() || sent.iter().all(|text| !text.contains('*')) {
        return Ok(sent);
    }
    if sent == seen {
        return Ok(stored.iter().map(|text| (*text).to_owned()).collect());
    }
    let texts = Texts {
        seen: joined(seen.iter()),
        stored: joined(stored.iter()),
        sent: joined(sent.iter().map(|text| text.replace(APART, ""))),
    };
    let whole = texts.whole(sight).ok_or(MaskMoved)?;
    Ok(whole.split(APART).map(ToOwned::to_owned).collect())
}

fn joined(texts: impl Iterator<Item = impl AsRef<str>>) -> Vec<char> {
    let texts: Vec<_> = texts.map(|text| text.as_ref().to_owned()).collect();
    texts.join(&APART.to_string()).chars().collect()
}

/// The texts that were stored, as their reader saw them, and as they sent them back.
struct Texts {
    seen: Vec<char>,
    stored: Vec<char>,
    sent: Vec<char>,
}

/// A number or word as it is shown with stars, by its place in a text.
type Shown = Range<usize>;

impl Texts {
    /// What was sent, with the numbers put back; nothing if one cannot be.
    fn whole(&self, sight: Sight) -> Option<String> {
        let mut whole = self.sent.clone();
        for (stored, sent) in self.pairs()? {
            whole[sent].copy_from_slice(&self.stored[stored]);
        }
        let whole: String = whole.into_iter().collect();
        let again = joined(whole.split(APART).map(|text| masked(text, sight)));
        let restored = self.sent.iter().zip(whole.chars()).zip(&again);
        let mut restored = restored.filter(|((sent, whole), _)| *sent != whole);
        restored.all(|(_, again)| *again == '*').then_some(whole)
    }

    /// Which number of the stored text each mask that was sent stands for; nothing if that is not certain.
    fn pairs(&self) -> Option<Vec<(Shown, Shown)>> {
        let (seen, sent) = (shown_with_stars(&self.seen), shown_with_stars(&self.sent));
        let hides = self.seen != self.stored;
        let mut pairs = Vec::new();
        for shown in &sent {
            let form = &self.sent[shown.clone()];
            let like = |text: &[char], all: &[Shown]| -> Vec<Shown> {
                let same = all.iter().filter(|shown| text[(*shown).clone()] == *form);
                same.cloned().collect()
            };
            let (stored, sent) = (like(&self.seen, &seen), like(&self.sent, &sent));
            if stored.is_empty() {
                if is_mask(form, hides) {
                    return None;
                }
                continue;
            }
            // Stars that somebody typed hide nothing.
            let is_typed = |shown: &Shown| self.seen[shown.clone()] == self.stored[shown.clone()];
            if stored.iter().all(is_typed) {
                continue;
            }
            let is_certain =
                stored.len() == 1 && sent.len() == 1 || self.stands_as_before(&stored, &sent);
            if !is_certain {
                return None;
            }
            let place = sent.iter().position(|other| other == shown)?;
            pairs.push((stored.get(place)?.clone(), shown.clone()));
        }
        Some(pairs)
    }

    /// Whether numbers that look alike are all there, in their order and in the same words.
    fn stands_as_before(&self, stored: &[Shown], sent: &[Shown]) -> bool {
        let stretch = |all: &[Shown]| Some(all.first()?.start..all.last()?.end);
        let (Some(before), Some(after)) = (stretch(stored), stretch(sent)) else {
            return false;
        };
        stored.len() == sent.len()
            && self.seen[before.clone()] == self.sent[after.clone()]
            && begins_with(
                self.sent[..after.start].iter().rev(),
                self.seen[..before.start].iter().rev(),
            )
            && begins_with(
                self.sent[after.end..].iter(),
                self.seen[before.end..].iter(),
            )
    }
}

/// Whether the words nearest to a number are there, up to the end of the sentence.
fn begins_with<'a>(
    sent: impl Iterator<Item = &'a char>,
    words: impl Iterator<Item = &'a char>,
) -> bool {
    let is_end = |sign: char| matches!(sign, '。' | '；' | ';' | '！' | '？' | '\n' | APART);
    let words = words.take(CONTEXT).take_while(|sign| !is_end(**sign));
    let words: Vec<&char> = words.collect();
    let count = words.len();
    sent.take(count).eq(words)
}

/// Whether stars stand for a number that the text does not tell; stars for emphasis do not. Where a text
/// hid nothing, only what clearly is a mask.
fn is_mask(form: &[char], hides: bool) -> bool {
    const FEWEST_STARS: usize = 3;
    let stars = form.iter().filter(|sign| **sign == '*').count();
    let has_digit = form.iter().any(|sign| digit(*sign).is_some());
    if hides {
        has_digit || stars >= FEWEST_STARS
    } else {
        has_digit && stars > FEWEST_STARS
    }
}

/// Where numbers and words stand of which stars hide something, each with its shown digits.
fn shown_with_stars(text: &[char]) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let stars = text[at..].iter().take_while(|sign| **sign == '*').count();
        if stars == 0 {
            at += 1;
            continue;
        }
        let shown = with_digits(text, at..at + stars);
        match all.last_mut() {
            Some(last) if goes_on(text, last, &shown) => last.end = shown.end,
            _ => all.push(shown),
        }
        at += stars;
    }
    all
}

/// Stars with the digits that touch them, and with one more part of the number: `1949-**-**`.
fn with_digits(text: &[char], stars: Range<usize>) -> Shown {
    let start = stars.start - shown_digits(text[..stars.start].iter().rev());
    let end = stars.end + shown_digits(text[stars.end..].iter());
    let start = start - further_part(text[..start].iter().rev());
    let end = end + further_part(text[end..].iter());
    start..end
}

/// How long the sign and the digits are that come next.
fn further_part<'a>(signs: impl Iterator<Item = &'a char> + Clone) -> usize {
    let parts = |sign: &char| " 　-–—./·()（）+年月".contains(*sign);
    let gap = signs.clone().take_while(|sign| parts(sign)).count();
    let digits = shown_digits(signs.skip(gap));
    if (1..=2).contains(&gap) && digits > 0 {
        gap + digits
    } else {
        0
    }
}

fn goes_on(text: &[char], last: &Shown, next: &Shown) -> bool {
    if next.start <= last.end {
        return true;
    }
    let gap = &text[last.end..next.start];
    let stars_face = text[last.end - 1] == '*' && text[next.start] == '*';
    let may_part = |sign: &char| {
        *sign != APART
            && (!sign.is_alphanumeric() && (stars_face || !"，。、；：,;:\n".contains(*sign))
                || matches!(sign, '年' | '月'))
    };
    gap.len() <= WIDEST_GAP && gap.iter().all(may_part)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn back(stored: &str, sent: &str) -> Result<String, MaskMoved> {
        unmasked(sent.to_owned(), stored, Sight::NOTHING)
    }

    fn assert_back(stored: &str, sent: &str, expected: &str) {
        assert_eq!(back(stored, sent), Ok(expected.to_owned()), "{sent}");
    }

    #[test]
    fn what_was_masked_is_put_back_where_it_stood() {
        // One of two numbers was deleted.
        let stored = "父手机13800138012，母手机13900139034";
        assert_back(stored, "母手机139******34", "母手机13900139034");
        // A word of stars is no part of the mask of a number.
        let stored = "尿毒症，电话13800138000";
        assert_back(stored, "电话138******00", "电话13800138000");
        // The name before a number was put right, in numerals too.
        assert_back("张三13800138000", "李四138******00", "李四13800138000");
        assert_back("tel13800138000", "电话138******00", "电话13800138000");
        // Stars that somebody typed stay.
        assert_back("**13800138000", "又**138******00", "又**13800138000");
        assert_back("电话13800138000", "**要紧**", "**要紧**");
        assert_back(
            "出生于1949-12-31",
            "他出生于1949-**-**。",
            "他出生于1949-12-31。",
        );
        // Numbers that look alike, none of which was touched.
        assert_back(
            "父320999194912310022，母320999195012310022",
            "已核实：父320*************22，母320*************22。",
            "已核实：父320999194912310022，母320999195012310022。",
        );
    }

    #[test]
    fn a_number_is_put_back_only_where_it_is_masked_again() {
        let stored = "出生于1949-12-31，身份证尾号0022，账号101234567890";
        let seen = "出生于1949-**-**，身份证尾号****，账号101*******90";
        assert_back(stored, seen, stored);
        for sent in [
            "日期1949-**-**，有****，编号101*******90",
            "日期1949-**-**",
            "身份证有****",
            "编号101*******90",
            "户编号101*******90",
            "101*******90元",
        ] {
            assert_eq!(back(stored, sent), Err(MaskMoved), "{sent}");
        }
        let health = "他患尿毒症多年";
        assert!(back(health, "他患***很多年").is_ok());
        assert!(back("残疾二级", "他****").is_ok());
    }

    #[test]
    fn no_number_becomes_another_ones() {
        let two = "父320999194912310022，母320999195012310022";
        let three = "父320999194912310022，母320999195012310022，子320999197012310022";
        let phones = "父138 0013 8000，母138 1113 8000";
        for (stored, sent) in [
            (two, "母320*************22，父320*************22"),
            (two, "母320*************22"),
            (two, "父320*************22，320*************22"),
            (
                two,
                "父320*************22，母320*************22，320*************22",
            ),
            (three, "父320*************22，子320*************22"),
            (
                three,
                "子320*************22，母320*************22，父320*************22",
            ),
            (phones, "母138 **** **00，父138 **** **00"),
            ("父手机尾号1234，母手机尾号5678", "母手机尾号****"),
            (
                "父1949-12-31生，母1949-10-01生",
                "母1949-**-**生，父1949-**-**生",
            ),
        ] {
            assert_eq!(back(stored, sent), Err(MaskMoved), "{sent}");
        }
    }

    #[test]
    fn stars_replace_no_number() {
        let stored = "电话13800138000";
        for sent in [
            "139******00",
            "138*****00",
            "电话******",
            "电话 138 ******00",
        ] {
            assert_eq!(back(stored, sent), Err(MaskMoved), "{sent}");
        }
        // Nor one of another field.
        assert_eq!(back("无", "电话138******00"), Err(MaskMoved));
    }

    #[test]
    fn a_text_of_a_list_keeps_its_own_numbers() {
        let stored = [
            "给父320999194912310022",
            "给母320999195012310022",
            "给子13800138000",
        ];
        let back = |sent: &[&str]| {
            let sent = sent.iter().map(|text| (*text).to_owned()).collect();
            unmasked_list(sent, &stored, Sight::NOTHING)
        };
        let seen = [
            "给父320*************22",
            "给母320*************22",
            "给子138******00",
        ];
        assert_eq!(back(&seen).unwrap(), stored);
        assert_eq!(back(&seen[2..]).unwrap(), stored[2..]);
        assert_eq!(back(&seen[1..]), Err(MaskMoved));
        assert_eq!(
            back(&["米", seen[0], seen[1]]).unwrap(),
            ["米", stored[0], stored[1]]
        );
    }
}
