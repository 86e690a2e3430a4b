//! Which private number a row of digits is, by itself and by the words around it.

use crate::access::private_text::digits::Script;
use crate::access::private_text::register_number;
use crate::access::private_text::shapes::{
    fits_check, fits_luhn, holds_mobile, is_bank_card, is_credit_code, is_date, is_identity_number,
    is_landline, is_local, is_mobile, is_province, is_timestamp,
};
use crate::access::private_text::signs::{Piece, Signs};
use crate::access::private_text::words::{
    ACCOUNT, CALL, CALL_NEARBY, EXAM_NUMBER, IDENTITY, IDENTITY_NUMBER, LANDLINES, MONEY,
    OFFICIAL_CODE, OTHER_NUMBER, PAPER, TELEPHONE, UNITS, mentions, says,
};
use crate::access::sight::Kind;

/// Shortest run of digits that is a private number without further signs.
const LONG: usize = 14;
/// Longest part of an account or passport that is written in parts.
const LONGEST_PART: usize = 6;

/// Pieces that may be one number.
pub(super) struct Candidate<'a> {
    signs: &'a Signs,
    pieces: &'a [Piece],
    /// What stands before the first piece.
    before: &'a str,
    /// The digits, and perhaps an X.
    number: String,
    /// Lengths of the parts between which something stands.
    groups: Vec<usize>,
}

pub(super) fn is_letter(signs: &Signs, piece: &Piece) -> bool {
    signs.0[piece.start].script == Some(Script::Letter)
}

/// Whether the pieces are a number whatever stands around them.
pub(super) fn is_whole(signs: &Signs, pieces: &[Piece]) -> bool {
    let candidate = Candidate::of(signs, pieces, "");
    let number = &candidate.number;
    match candidate.groups.len() {
        0 => false,
        1 => {
            is_mobile(number)
                || is_bank_card(number)
                || number.len() == 18 && is_identity_number(number)
        }
        _ => candidate.in_parts().is_some(),
    }
}

impl<'a> Candidate<'a> {
    pub(super) fn of(signs: &'a Signs, pieces: &'a [Piece], before: &'a str) -> Self {
        let number = pieces.iter().cloned().flatten();
        let number = number.map(|place| signs.0[place].read.to_ascii_uppercase());
        let mut groups = Vec::with_capacity(pieces.len());
        for (at, piece) in pieces.iter().enumerate() {
            let touches = at > 0 && pieces[at - 1].end == piece.start;
            match groups.last_mut() {
                Some(group) if touches => *group += piece.len(),
                _ => groups.push(piece.len()),
            }
        }
        Self {
            signs,
            pieces,
            before,
            number: number.collect(),
            groups,
        }
    }

    /// Which private number it is, if it is one.
    pub(super) fn kind(&self) -> Option<Kind> {
        if self.is_other_number() || self.is_sum() {
            return None;
        }
        if self.is_whole_without_letters() {
            return None;
        }
        if self.groups.len() > 1 {
            return self.in_parts();
        }
        if self.pieces.len() > 1 && !self.is_evenly_mixed() {
            return self.by_shape();
        }
        self.in_one()
    }

    /// Whether a letter that looks like a digit only stands behind a number, which is found without it:
    /// `320999194912310022ll`.
    fn is_whole_without_letters(&self) -> bool {
        let mut pieces = self.pieces.iter();
        let first_letter = pieces.position(|piece| is_letter(self.signs, piece));
        first_letter.is_some_and(|letter| is_whole(self.signs, &self.pieces[..letter]))
    }

    /// Whether the scripts of a row change otherwise than after a name: `张三13800138000` is no number
    /// of twelve digits.
    fn is_evenly_mixed(&self) -> bool {
        let edges = [self.pieces.first(), self.pieces.last()];
        edges.into_iter().flatten().all(|piece| piece.len() > 2)
    }

    /// Whether the text calls it a number that is no private one, and it has not the form of one.
    fn is_other_number(&self) -> bool {
        if !says(self.before, &OTHER_NUMBER) || is_identity_number(&self.number) {
            return false;
        }
        if says(self.before, &EXAM_NUMBER) {
            return true;
        }
        if says(self.before, &OFFICIAL_CODE) {
            return !is_mobile(&self.number);
        }
        !register_number::is_private(&self.number)
    }

    /// Whether the text calls it a sum of money: `金额13800000000元`. No sum has as many digits as an
    /// identity number or card; one that looks like a telephone number has decimals or is round.
    fn is_sum(&self) -> bool {
        const NEAR: usize = 8;
        const ROUND: &str = "000000";
        if self.groups.len() > 1 || self.number.len() >= LONG {
            return false;
        }
        if says(self.before, &TELEPHONE) || says(self.before, &ACCOUNT) {
            return false;
        }
        let is_telephone =
            is_mobile(&self.number) || is_landline(&self.number) || holds_mobile(&self.number);
        if is_telephone && !self.has_decimals() && !self.number.ends_with(ROUND) {
            return false;
        }
        let first = self.pieces.first().map_or(0, |piece| piece.start);
        let currency = self.signs.words(first.saturating_sub(2)..first);
        if currency.trim_end().ends_with(['¥', '￥', '$']) {
            return true;
        }
        let near = self
            .before
            .char_indices()
            .rev()
            .nth(NEAR - 1)
            .map_or(0, |(at, _)| at);
        let after = self.after();
        let decimals = after
            .strip_prefix('.')
            .map(|rest| rest.trim_start_matches(|sign: char| sign.is_ascii_digit()));
        let unit = decimals.unwrap_or(&after).trim_start();
        unit.starts_with(['元', '万', '亿', '圆']) && mentions(&self.before[near..], &MONEY)
    }

    fn has_decimals(&self) -> bool {
        let after = self.after();
        let decimals = after.strip_prefix('.');
        decimals.is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()))
    }

    fn after(&self) -> String {
        const LENGTH: usize = 5;
        let end = self.pieces.last().map_or(0, |piece| piece.end);
        self.signs.words(end..end + LENGTH)
    }

    /// What a number is that is written without a gap.
    fn in_one(&self) -> Option<Kind> {
        let number = &self.number;
        let length = number.len();
        if is_mobile(number) || is_landline(number) || holds_mobile(number) {
            return Some(Kind::Telephone);
        }
        if says(self.before, &TELEPHONE) && (7..=12).contains(&length) || self.is_called() {
            return Some(Kind::Telephone);
        }
        if let Some(kind) = self.said_kind() {
            return Some(kind);
        }
        if length < LONG || is_timestamp(number) || is_credit_code(number) {
            return None;
        }
        if !is_identity_number(number) && is_bank_card(number) {
            return Some(Kind::BankCard);
        }
        Some(Kind::Identity)
    }

    /// What the word before a number says that it is.
    fn said_kind(&self) -> Option<Kind> {
        // Shorter ones are codes of areas, as in 身份证320999开头.
        const SHORTEST_CUT: usize = 9;
        if self.before.ends_with(|sign: char| sign.is_ascii_digit()) {
            return None;
        }
        if says(self.before, &ACCOUNT) {
            return Some(Kind::BankCard);
        }
        let is_cut = says(self.before, &IDENTITY_NUMBER) && self.number.len() >= SHORTEST_CUT;
        (says(self.before, &PAPER) || is_cut).then_some(Kind::Identity)
    }

    /// What a number is that only its own digits tell.
    fn by_shape(&self) -> Option<Kind> {
        let number = &self.number;
        if is_mobile(number) || is_landline(number) {
            return Some(Kind::Telephone);
        }
        if is_identity_number(number) {
            return Some(Kind::Identity);
        }
        is_bank_card(number).then_some(Kind::BankCard)
    }

    /// Whether it is a landline without its area code that somebody calls.
    fn is_called(&self) -> bool {
        let counts = self
            .after()
            .trim_start()
            .starts_with(|sign| UNITS.contains(sign));
        is_local(&self.number)
            && !counts
            && !is_date(&self.number)
            && (says(self.before, &CALL)
                || mentions(self.before, &CALL_NEARBY)
                || self.is_named_after())
    }

    /// Whether a bracket after a number says whose landline it is: `83512345（家）`.
    fn is_named_after(&self) -> bool {
        let after = self.after();
        let after = after.trim_start();
        let name = after.strip_prefix(['(', '[', '【', '〔']);
        name.is_some_and(|name| LANDLINES.iter().any(|word| name.starts_with(word)))
    }

    /// What a number is that is written in parts, if they are one number.
    fn in_parts(&self) -> Option<Kind> {
        if self.is_identity_in_parts() {
            return Some(Kind::Identity);
        }
        if self.is_telephone_in_parts() {
            return Some(Kind::Telephone);
        }
        if self.is_card_in_parts() {
            return Some(Kind::BankCard);
        }
        let is_short = |group: &usize| *group <= LONGEST_PART;
        let is_one = self.groups.iter().all(is_short) && !self.holds_date();
        is_one.then(|| self.said_kind())?
    }

    fn is_identity_in_parts(&self) -> bool {
        let (number, groups) = (&self.number, &self.groups[..]);
        let of_people = matches!(groups, [6, 8, 3 | 4] | [6, 4, 4, 3 | 4] | [6, 6, 3]);
        let is_written_so = of_people && number.get(..2).is_some_and(is_province);
        let holds_together = groups.len() <= 5
            || fits_check(number)
            || self.is_one_by_one()
            || mentions(self.before, &IDENTITY);
        number.len() >= 17 && is_identity_number(number) && holds_together || is_written_so
    }

    fn is_telephone_in_parts(&self) -> bool {
        let (number, groups) = (&self.number, &self.groups[..]);
        let mobile_groups = matches!(
            groups,
            [3, 4, 4] | [3, 8] | [7, 4] | [3, 3, 5] | [2 | 4, 11] | [2 | 4, 3, 4, 4]
        );
        let is_said = || mentions(self.before, &TELEPHONE) && !self.holds_date();
        let is_written_so = || mobile_groups || self.is_one_by_one() || self.is_no_list();
        if is_mobile(number) && (is_written_so() || is_said()) {
            return true;
        }
        let landline_groups = matches!(
            groups,
            [3 | 4, 7 | 8] | [3 | 4, 3 | 4, 4] | [2 | 4, 2 | 3, 7 | 8]
        );
        if is_landline(number) && (landline_groups || self.is_one_by_one()) {
            return true;
        }
        let local_groups = matches!(groups, [3 | 4, 4] | [4, 3]) || self.is_one_by_one();
        let is_years = number.starts_with("19") || number.starts_with("20");
        local_groups && !is_years && is_local(number) && says(self.before, &TELEPHONE)
    }

    /// Whether the parts can be no list of numbers: one begins with 0, is very long, or dashes join them.
    fn is_no_list(&self) -> bool {
        const MOBILE: usize = 11;
        const LONG_PART: usize = 6;
        let (number, groups) = (&self.number, &self.groups[..]);
        let is_years = number.starts_with("19") && groups[0] == 4;
        if number.len() != MOBILE || self.holds_date() || is_years {
            return false;
        }
        let gap_is = |may_part: fn(char) -> bool| {
            self.pieces.windows(2).all(|pair| {
                let gap = &self.signs.0[pair[0].end..pair[1].start];
                gap.iter().all(|sign| may_part(sign.word))
            })
        };
        let is_dash = |sign: char| matches!(sign, '-' | '–' | '—');
        if gap_is(is_dash) {
            return true;
        }
        // `130000000.00` is a sum, `13800,138000` two numbers.
        let is_space = |sign: char| sign.is_whitespace() || matches!(sign, '-' | '–' | '—');
        gap_is(is_space)
            && (self.has_part_with_zero() || groups.iter().any(|group| *group >= LONG_PART))
    }

    /// Whether a part after the first one begins with 0.
    fn has_part_with_zero(&self) -> bool {
        let mut start = 0;
        self.groups.iter().any(|group| {
            let part = self.number.get(start..start + group).unwrap_or_default();
            start += group;
            part.len() > 1 && part.starts_with('0')
        })
    }

    fn is_card_in_parts(&self) -> bool {
        let (number, groups) = (&self.number, &self.groups[..]);
        if !(16..=19).contains(&number.len()) || number.contains('X') {
            return false;
        }
        let Some((last, full)) = groups.split_last() else {
            return false;
        };
        let in_fours = full.iter().all(|group| *group == 4) && *last <= 4;
        if in_fours || groups == [6, 13] || self.is_one_by_one() {
            return is_bank_card(number) || says(self.before, &ACCOUNT);
        }
        let is_card = number.starts_with("62") && fits_luhn(number) && groups.len() <= 8;
        !self.holds_date() && (is_card || mentions(self.before, &ACCOUNT))
    }

    /// Whether the digits are written one by one: `1 3 8 0 0 …`.
    fn is_one_by_one(&self) -> bool {
        self.groups.iter().all(|group| *group == 1)
    }

    /// Whether three of the groups could as well be a date: 2026-11-29.
    fn holds_date(&self) -> bool {
        let mut start = 0;
        let starts = self.groups.iter().map(|group| {
            start += group;
            start - group
        });
        let starts: Vec<usize> = starts.collect();
        self.groups.windows(3).zip(starts).any(|(groups, start)| {
            let year = self.number.get(start..start + 2);
            matches!(groups, [4, 1 | 2, 1 | 2]) && matches!(year, Some("19" | "20"))
        })
    }
}
