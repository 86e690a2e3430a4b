//! Telephone numbers: a mobile or a line, alone or among others and words.

use super::nothing::says_no_number;
use super::register_number::{as_whole, damaged, is_scientific};
use super::text::{Read, Refusal, as_typed, plain};
use crate::problem::words;
use crate::text::half_width;
use crate::workbook::reader::Cell;

/// A telephone number, and what else its cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// The first number.
    pub number: String,
    /// Further numbers and words, for the remark.
    pub rest: Option<String>,
}

/// Words that say only that a number follows.
const LABELS: [&str; 11] = [
    "手机",
    "电话",
    "联系电话",
    "手机号",
    "手机号码",
    "电话号码",
    "固话",
    "座机",
    "本人",
    "联系方式",
    "TEL",
];

/// What says that a person has no telephone.
const NONE: [&str; 19] = [
    "无电话",
    "没有电话",
    "没电话",
    "无手机",
    "没有手机",
    "没手机",
    "无号码",
    "无联系方式",
    "无联系电话",
    "无电话号码",
    "未装",
    "没装",
    "不用手机",
    "不使用手机",
    "已停机",
    "停机",
    "空号",
    "无联系",
    "无固话",
];

/// Reads the telephone number of a cell. What is none is refused, and nothing of the cell is lost: a
/// second number and words beside the first are given as what is left.
pub fn phone(cell: &Cell<'_>) -> Read<Phone> {
    if let Cell::Text(text) = cell
        && is_mobile(text)
    {
        return Ok(Some(Phone {
            number: text.to_string(),
            rest: None,
        }));
    }
    as_typed(cell)?;
    let text = as_whole(plain(cell)?);
    let typed = half_width(&text);
    let typed = typed.trim().trim_start_matches('\'');
    let ungrouped = without_groups(typed);
    let typed = ungrouped.as_deref().unwrap_or(typed);
    let tight: String = typed.split_whitespace().collect();
    // A column of numbers has 0 where there is none.
    let nothing = says_no_number(&text) || says_no_number(typed) || NONE.contains(&tight.as_str());
    if nothing || tight.bytes().all(|byte| byte == b'0') {
        return Ok(None);
    }
    if is_scientific(&tight) {
        return Err(damaged(&tight));
    }
    if tight.contains(['*', '?', '□', '〓', '\u{fffd}']) {
        return Err(Refusal::new(
            "phone_invalid",
            words!(
                "电话号码有被遮盖或丢失的数字",
                "digits of the telephone number are hidden or lost"
            ),
            words!(
                "请填写完整的号码；没有电话的请留空",
                "fill in the whole number; leave it empty where there is no telephone"
            ),
        ));
    }
    if let Some(refusal) = cut(typed) {
        return Err(refusal);
    }
    let (mut numbers, words) = match numbers_and_words(typed) {
        Ok(found) => found,
        Err(refusal) => mobiles_and_words(typed).ok_or(refusal)?,
    };
    let whole = |number: &String| number.bytes().filter(u8::is_ascii_digit).count() >= SHORTEST;
    let Some(first) = numbers.iter().position(whole) else {
        return Err(no_phone(&numbers.concat()));
    };
    let number = numbers.remove(first);
    let mut rest = Vec::new();
    if !numbers.is_empty() {
        rest.push(format!("另有电话{}", numbers.join("、")));
    }
    if !words.is_empty() {
        rest.push(format!("电话注有“{}”", words.join("、")));
    }
    let rest = (!rest.is_empty()).then(|| rest.join("，"));
    Ok(Some(Phone { number, rest }))
}

/// A number without the commas between its thousands, as a number format shows them: 13,900,000,001.
fn without_groups(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let is_number = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let mut count = 0;
    let all = groups.all(|group| {
        count += 1;
        group.len() == 3 && is_number(group)
    });
    (all && count > 1 && (1..=3).contains(&first.len()) && is_number(first))
        .then(|| text.replace(',', ""))
}

/// The numbers of a cell, each of them once, and the words beside them.
fn numbers_and_words(typed: &str) -> Result<(Vec<String>, Vec<String>), Refusal> {
    let (mut numbers, mut words) = (Vec::new(), Vec::new());
    for part in parts(typed) {
        let (core, beside) = split_words(part);
        words.extend(beside);
        for number in numbers_of(core)? {
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
    }
    Ok((numbers, words))
}

/// Whole mobile numbers with anything between them but letters: 13900000001（13900000002）, ①139…②139…
fn mobiles_and_words(typed: &str) -> Option<(Vec<String>, Vec<String>)> {
    if typed.contains(|character: char| character.is_ascii_alphabetic()) {
        return None;
    }
    let is_digit = |character: char| character.is_ascii_digit();
    let mut numbers: Vec<String> = Vec::new();
    for run in typed
        .split(|character| !is_digit(character))
        .filter(|run| !run.is_empty())
    {
        if !is_mobile(run) {
            return None;
        }
        if numbers.iter().all(|number| number != run) {
            numbers.push(run.to_owned());
        }
    }
    let words = typed
        .split(is_digit)
        .map(|word| word.trim_matches(|character: char| !character.is_alphabetic()))
        .filter(|word| !word.is_empty() && !LABELS.contains(word))
        .map(str::to_owned);
    (!numbers.is_empty()).then(|| (numbers, words.collect()))
}

/// Digits of a line without its area code.
const SHORTEST: usize = 7;

/// The parts of a cell between marks that stand only between two numbers.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([
        '、', ',', ';', '/', '\\', '|', '\n', '\r', '\t', '或', '和', '及', '~', '—', '&',
    ])
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

/// A part without the words before and behind its digits; labels of it say nothing.
fn split_words(part: &str) -> (&str, Vec<String>) {
    let is_word = |character: char| !character.is_ascii() || character == ':';
    let inner = part.trim_start_matches(is_word);
    let before = &part[..part.len() - inner.len()];
    let is_close = |character: char| is_word(character) || character == ')';
    let mut core = inner.trim_end_matches(is_close);
    let mut behind = &inner[core.len()..];
    // The bracket of (0515)83500001 belongs to the number, that of 139…(儿子) to the word.
    if let Some(open) = core.strip_suffix('(') {
        core = open;
    } else if behind.chars().all(|character| character == ')') {
        behind = "";
        core = inner;
    }
    let is_mark = |character: char| ":() -。.".contains(character);
    let words = [before, behind]
        .into_iter()
        .map(|word| word.trim_matches(is_mark));
    let words =
        words.filter(|word| !word.is_empty() && !LABELS.contains(&word.to_uppercase().as_str()));
    (core.trim(), words.map(str::to_owned).collect())
}

/// The numbers of a part: one, or several between white space.
fn numbers_of(core: &str) -> Result<Vec<String>, Refusal> {
    if core.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(number) = one(core) {
        return Ok(vec![number]);
    }
    let numbers: Option<Vec<String>> = core.split_whitespace().map(one).collect();
    numbers.ok_or_else(|| no_phone(core))
}

/// One number in its usual form.
fn one(text: &str) -> Option<String> {
    let tight: String = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let form = |character: char| character.is_ascii_digit() || "-()+转".contains(character);
    if !tight.chars().all(form) {
        return None;
    }
    let digits: String = tight.chars().filter(char::is_ascii_digit).collect();
    let national = ["0086", "86", "0", "17951"]
        .into_iter()
        .find_map(|prefix| digits.strip_prefix(prefix).filter(|rest| is_mobile(rest)));
    if is_mobile(&digits) {
        return Some(digits);
    }
    if let Some(mobile) = national {
        return Some(mobile.to_owned());
    }
    let line = tight.trim_start_matches('(').replace([')', '转'], "-");
    let line = line.replace("--", "-");
    if line.contains(['(', '+']) {
        return None;
    }
    let groups: Vec<&str> = line.split('-').collect();
    let fits = match groups.as_slice() {
        [number] => is_line(number) || is_local(number) || (3..=6).contains(&number.len()),
        [area, number] if area.starts_with('0') => is_line(&format!("{area}{number}")),
        [area, number, extension] if area.starts_with('0') => {
            is_line(&format!("{area}{number}")) && (1..=6).contains(&extension.len())
        }
        [number, extension] if is_local(number) => (1..=6).contains(&extension.len()),
        groups => {
            let joined = groups.concat();
            // 8350-0001, but not the date 2020-01-02.
            (groups.len() == 2 && is_local(&joined))
                || (joined.len() == 10 && (joined.starts_with("400") || joined.starts_with("800")))
        }
    };
    fits.then_some(line)
}

/// Eleven digits, as a mobile has them, and not one digit typed again and again.
fn is_mobile(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 11
        && bytes[0] == b'1'
        && bytes[1] >= b'3'
        && bytes.iter().all(u8::is_ascii_digit)
}

/// A line with its area code.
fn is_line(digits: &str) -> bool {
    (10..=12).contains(&digits.len())
        && digits.starts_with('0')
        && !digits.starts_with("00")
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A line without its area code, or a number of a service.
fn is_local(digits: &str) -> bool {
    let free = digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"));
    free || ((7..=8).contains(&digits.len())
        && digits
            .bytes()
            .next()
            .is_some_and(|first| (b'2'..=b'9').contains(&first)))
}

/// The fewest digits of a number that is dialled inside a firm or a village alone.
const SHORT_NUMBER: usize = 3;

/// A first number that is whole, behind which only the digits stand by which the second differs:
/// 13900010003/4 is short for 13900010003/13900010004.
fn cut(typed: &str) -> Option<Refusal> {
    let mut parts = parts(typed);
    let (first, short) = (one(parts.next()?)?, parts.next()?);
    let is_short =
        (1..SHORT_NUMBER).contains(&short.len()) && short.bytes().all(|byte| byte.is_ascii_digit());
    if !is_mobile(&first) || !is_short || parts.next().is_some() {
        return None;
    }
    let second = format!("{}{short}", &first[..first.len() - short.len()]);
    let refusal = Refusal::new(
        "phone_invalid",
        words!(
            "像是有两个电话号码，第二个只写了末尾的“{short}”",
            "there seem to be two telephone numbers, of the second only the end “{short}”"
        ),
        words!(
            "请把两个号码都写完整，用“、”分开；只有一个号码的请删去多余的数字",
            "write both numbers whole, with “、” between them; if there is one only, delete the digits that are too many"
        ),
    );
    Some(refusal.proposing(Some(format!("{first}、{second}"))))
}

fn no_phone(core: &str) -> Refusal {
    let digits = core.bytes().filter(u8::is_ascii_digit).count();
    let reason = if digits == 0 {
        words!("不是电话号码", "not a telephone number")
    } else if core.chars().any(char::is_alphabetic) {
        words!(
            "电话号码里有字母或文字",
            "the telephone number holds letters or words"
        )
    } else {
        words!(
            "不是有效的电话号码（共 {digits} 位数字）：手机号应为 11 位，固定电话应带区号",
            "not a valid telephone number (digits: {digits}): a mobile has 11, a line has its area code"
        )
    };
    Refusal::new(
        "phone_invalid",
        reason,
        words!(
            "请核对号码；没有电话的请留空，说明文字请写在备注栏",
            "check the number; leave it empty where there is no telephone, and put words into the remarks"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<(String, String)>, &'static str> {
        phone(&Cell::Text(text.to_owned().into()))
            .map(|read| read.map(|phone| (phone.number, phone.rest.unwrap_or_default())))
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for (typed, number) in [
            ("13900000001", "13900000001"),
            ("13900000001.0", "13900000001"),
            ("１３９００００００１１", "13900000011"),
            ("139-0000-0006", "13900000006"),
            ("139 0000 0006", "13900000006"),
            ("+86 139 0000 0003", "13900000003"),
            ("8613900000004", "13900000004"),
            ("(+86)13900000004", "13900000004"),
            ("013900000004", "13900000004"),
            ("'13900000004", "13900000004"),
            ("手机：13900000004", "13900000004"),
            ("0515-83500001", "0515-83500001"),
            ("0515 83500001", "051583500001"),
            ("(0515)83500001", "0515-83500001"),
            ("051583500001", "051583500001"),
            ("0515-83500001-12", "0515-83500001-12"),
            ("83500001", "83500001"),
            ("400-800-1234", "400-800-1234"),
            ("13900000001/13900000001", "13900000001"),
        ] {
            assert_eq!(
                read(typed),
                Ok(Some((number.to_owned(), String::new()))),
                "{typed}"
            );
        }
        let number = phone(&Cell::Number(13_900_000_002.0)).unwrap().unwrap();
        assert_eq!(number.number, "13900000002");
    }

    #[test]
    fn two_numbers_stay_two() {
        for typed in [
            "13900000001/13900000002",
            "13900000001、13900000002",
            "13900000001\n13900000002",
            "13900000001 13900000002",
            "13900000001,13900000002",
            "13900000001；13900000002",
            "13900000001或13900000002",
            "139-0000-0001　139-0000-0002",
            "13900000001—13900000002",
            "13900000001——13900000002",
            "13900000001-13900000002",
            "13900000001~13900000002",
            "13900000001～13900000002",
            "13900000001：13900000002",
            "13900000001（13900000002）",
            "①13900000001②13900000002",
            "13900000001+13900000002",
        ] {
            let wanted = ("13900000001".to_owned(), "另有电话13900000002".to_owned());
            assert_eq!(read(typed), Ok(Some(wanted)), "{typed}");
        }
        for (typed, rest) in [
            ("13900000005(儿子)", "电话注有“儿子”"),
            ("儿子13900000005", "电话注有“儿子”"),
            ("13900000005/661234", "另有电话661234"),
            (
                "13900000005、0515-83500001（家）",
                "另有电话0515-83500001，电话注有“家”",
            ),
        ] {
            assert_eq!(
                read(typed),
                Ok(Some(("13900000005".to_owned(), rest.to_owned()))),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_second_number_that_is_cut_is_told() {
        for (typed, proposal) in [
            ("13900010003/4", "13900010003、13900010004"),
            ("13900010003、04", "13900010003、13900010004"),
            ("139-0001-0003 / 4", "13900010003、13900010004"),
        ] {
            let refusal = phone(&Cell::Text(typed.into())).unwrap_err();
            assert_eq!(refusal.proposal.as_deref(), Some(proposal), "{typed}");
            assert!(refusal.reason.zh.contains("第二个"), "{refusal:?}");
        }
        assert!(read("13900010003/4/5").is_err());
    }

    #[test]
    fn what_is_no_number_is_refused_or_empty() {
        for typed in [
            "未办",
            "没办卡",
            "无证",
            "停机",
            "空号",
            "没装",
            "不详",
            "\\N",
            "(空)",
            "#",
            "*",
            "????",
            "0",
            "-",
            "无",
        ] {
            assert_eq!(read(typed), Ok(None), "{typed}");
        }
        for (typed, code) in [
            ("1390000000", "phone_invalid"),
            ("139000000071", "phone_invalid"),
            ("NULL1", "phone_invalid"),
            ("见户口簿", "phone_invalid"),
            ("1390000000A", "phone_invalid"),
            ("139****0001", "phone_invalid"),
            ("1390000?001", "phone_invalid"),
            ("661234", "phone_invalid"),
            ("12900000001", "phone_invalid"),
            ("13900000001/1390000000", "phone_invalid"),
            ("320999199001010011", "phone_invalid"),
            ("1.39E+10", "number_damaged"),
            ("1.39E10", "number_damaged"),
            ("2026-01-02", "wrong_type"),
        ] {
            assert_eq!(read(typed), Err(code), "{typed}");
        }
        assert!(phone(&Cell::Number(1_390_000_000.0)).is_err());
        assert!(phone(&Cell::Number(13_900_000_000.5)).is_err());
    }
}
