//! Finds the end of a number where a text says that it is one.

use super::mask::Mask;
use super::signs::{Piece, Signs};
use super::words::{ACCOUNT, IDENTITY, TELEPHONE, last_mention, mentions, says};
use crate::access::sight::{Kind, Sight};

/// Hides the end of a number: `尾号5678`, `后四位是002X`, `以5678结尾`.
pub(super) fn hide(signs: &Signs, chains: &[Vec<Piece>], sight: Sight, mask: &mut Mask) {
    let mut last_end: Option<(Piece, Kind)> = None;
    for piece in &whole_ends(signs, chains) {
        let goes_on = |(last, _): &(Piece, Kind)| {
            let between = signs.words(last.end..piece.start);
            piece.len() == last.len()
                && matches!(between.trim(), "、" | "/" | "和" | "与" | "及" | "或")
        };
        let listed = last_end.take().filter(goes_on).map(|(_, kind)| kind);
        let Some(kind) = listed.or_else(|| end_kind(signs, piece)) else {
            continue;
        };
        if !sight.sees(kind) {
            let digits = piece
                .clone()
                .filter(|place| signs.0[*place].word.is_alphanumeric());
            digits.for_each(|place| mask.hide(place));
        }
        last_end = Some((piece.clone(), kind));
    }
}

/// The pieces, and such as a few spaces part as one: `尾号是 00 22`.
fn whole_ends(signs: &Signs, chains: &[Vec<Piece>]) -> Vec<Piece> {
    const LONGEST_PART: usize = 2;
    let mut ends: Vec<Piece> = Vec::new();
    for piece in chains.iter().flatten() {
        let goes_on = |last: &Piece| {
            let gap = &signs.0[last.end..piece.start];
            last.len() <= LONGEST_PART
                && piece.len() <= LONGEST_PART
                && gap.iter().all(|sign| matches!(sign.word, ' ' | '-'))
                && is_end(&signs.words_before(last.start), "")
        };
        match ends.last_mut() {
            Some(last) if goes_on(last) => last.end = piece.end,
            _ => ends.push(piece.clone()),
        }
    }
    ends
}

/// Of what number this piece is the end, if the text says that it is one.
fn end_kind(signs: &Signs, piece: &Piece) -> Option<Kind> {
    if !(3..=8).contains(&piece.len()) {
        return None;
    }
    let before = signs.words_before(piece.start);
    let after = signs.words(piece.end..piece.end + 2);
    is_end(&before, &after).then(|| kind_near(&before))
}

/// Whether the words around say that something is the end of a number.
fn is_end(before: &str, after: &str) -> bool {
    // 年尾 and the like are ends of other things: the number must be named.
    let of_number = || {
        let numbers = [&TELEPHONE[..], &IDENTITY, &ACCOUNT];
        says(before, &["尾", "末位", "结尾"])
            && !says(before, &["年尾", "月尾", "岁尾"])
            && numbers.iter().any(|words| mentions(before, words))
    };
    says(before, &["尾号", "尾数"])
        || counts_from_end(before)
        || before.ends_with('以') && matches!(after, "结尾" | "收尾")
        || of_number()
}

/// Whether a text ends with the words `后四位`, perhaps with what they count.
fn counts_from_end(before: &str) -> bool {
    let counted = ["数字", "号码", "数", "号"]
        .iter()
        .find_map(|word| before.strip_suffix(word))
        .unwrap_or(before);
    let mut signs = counted.chars().rev();
    signs.next() == Some('位')
        && signs
            .next()
            .is_some_and(|sign| "三四五六七八345678".contains(sign))
        && signs
            .next()
            .is_some_and(|sign| matches!(sign, '后' | '末' | '尾'))
}

/// What number was last spoken of. An end of which nothing is said may be one of an identity number.
fn kind_near(before: &str) -> Kind {
    let telephone = last_mention(before, &TELEPHONE);
    let paper = last_mention(before, &IDENTITY);
    let account = last_mention(before, &ACCOUNT);
    if telephone.is_some() && telephone > paper.max(account) {
        Kind::Telephone
    } else if account > paper {
        Kind::BankCard
    } else {
        Kind::Identity
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_masked, assert_stays};

    #[test]
    fn the_end_of_a_number_is_hidden() {
        assert_masked(&[
            ("手机尾号5678", "手机尾号****"),
            ("卡尾号为5678", "卡尾号为****"),
            ("尾号五六七八", "尾号****"),
            ("尾号5678、1234", "尾号****、****"),
            ("身份证后四位002X", "身份证后四位****"),
            ("后六位是310022", "后六位是******"),
            ("末四位：0022", "末四位：****"),
            ("后4位数字0022", "后4位数字****"),
            ("以5678结尾", "以****结尾"),
            ("身份证尾0022", "身份证尾****"),
            ("身份证末尾0022", "身份证末尾****"),
            ("手机末位是8000", "手机末位是****"),
            ("尾号是 00 22", "尾号是 ** **"),
            ("身份证末尾 00 2X", "身份证末尾 ** **"),
        ]);
        assert_stays(&[
            "前三位领导",
            "单位2026年3月",
            "尾号限行3和8",
            "年尾2026户",
            "电话联系，年尾2026户",
            "后四位同志2026年来",
        ]);
        let text = "手机尾号5678，身份证后四位0022";
        let shown = super::super::masked(text, crate::access::Sight::MESSAGES);
        assert_eq!(shown, "手机尾号5678，身份证后四位****");
    }
}
