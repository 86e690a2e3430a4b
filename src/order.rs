//! The one order of names and places: by pinyin, and numbers by their value (第2镇 before 第10镇, 二组 before 十组).
//! Lists, workbooks and the columns by which the database sorts all ask here.

use std::borrow::Cow;
use std::sync::LazyLock;

use icu_collator::options::CollatorOptions;
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_locale_core::locale;

/// Chinese, whose order is that of pinyin, with numbers by their value.
static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> = LazyLock::new(|| {
    let mut chinese = CollatorPreferences::from(locale!("zh"));
    chinese.numeric_ordering = Some(CollationNumericOrdering::True);
    Collator::try_new(chinese, CollatorOptions::default()).ok()
});

/// With what a [`column`](column()) begins. It is raised when the same names get other keys, as by a new version of the
/// data of Unicode: what is stored is then worked out anew. A test below says when.
pub const VERSION: &str = "2";

/// What a [`column`](column()) is written in: five bits a sign. Every collation of a database sorts digits and
/// small letters in this way.
const SIGNS: [char; 32] = [
    '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j',
    'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w',
];
/// Stands between two names: below all [`SIGNS`], so that what begins alike comes first.
const BETWEEN: char = '0';

/// Where a name stands among others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    weights: Vec<u8>,
    /// Decides between names that are read alike.
    name: String,
}

/// Where a name, a place or a number that a register gives stands among others.
pub fn key(name: &str) -> Key {
    Key {
        weights: weights(name),
        name: name.to_owned(),
    }
}

/// As [`key`], of what may be missing: that stands last.
pub fn key_or_last(name: Option<&str>) -> (bool, Option<Key>) {
    (name.is_none(), name.map(key))
}

/// The next rows of a list that is sorted by this key, at most so many: from the first one on, or behind the row
/// that was the last one of the page before.
pub fn next<'a, T, K: Ord>(
    sorted: &'a [T],
    after: Option<&T>,
    limit: i64,
    key: impl Fn(&T) -> K,
) -> impl Iterator<Item = &'a T> {
    let begin = after
        .map(&key)
        .map_or(0, |last| sorted.partition_point(|row| key(row) <= last));
    sorted[begin..]
        .iter()
        .take(usize::try_from(limit).unwrap_or_default())
}

/// The key of names that stand one below the other, such as a town and its village, as a database keeps it.
pub fn column(names: &[&str]) -> String {
    let mut column = VERSION.to_owned();
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            column.push(BETWEEN);
        }
        write(told(&weights(name)), &mut column);
        // 第2镇 and 第二镇 have the same weights, and are two places all the same.
        let numerals: String = name.chars().filter(|it| is_numeral(*it)).collect();
        if !numerals.is_empty() {
            column.push(BETWEEN);
            write(numerals.as_bytes(), &mut column);
        }
    }
    column
}

fn is_numeral(character: char) -> bool {
    character.is_numeric() || digit(character).is_some()
}

/// The first [`column`](column()) of what stands below these names, such as the villages of a town, and the
/// first one behind them.
pub fn columns_below(names: &[&str]) -> (String, String) {
    let names = column(names);
    (format!("{names}{BETWEEN}"), format!("{names}{}", SIGNS[0]))
}

/// Weights without the end that those of nearly every name have: twice the number of its signs, which says that no
/// sign has an accent and that none is a capital letter or of double width. A register holds a column for each
/// household, so it is kept short.
fn told(weights: &[u8]) -> &[u8] {
    match weights {
        [told @ .., 1, accents, 1, forms] if accents == forms => told,
        _ => weights,
    }
}

fn write(bytes: &[u8], column: &mut String) {
    let (mut held, mut bits) = (0_usize, 0);
    for byte in bytes {
        (held, bits) = (held << 8 | usize::from(*byte), bits + 8);
        while bits >= 5 {
            bits -= 5;
            column.push(SIGNS[held >> bits]);
            held &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        column.push(SIGNS[held << (5 - bits)]);
    }
}

fn weights(name: &str) -> Vec<u8> {
    let name = with_digits(name);
    let mut weights = Vec::with_capacity(4 * name.len());
    match &*COLLATOR {
        Some(collator) => {
            let Ok(()) = collator.write_sort_key_to(&name, &mut weights);
        }
        // The data is part of the program, so this does not happen.
        None => weights.extend_from_slice(name.as_bytes()),
    }
    weights
}

/// What follows a numeral that counts.
const COUNTED: [char; 5] = ['组', '队', '社', '号', '班'];

/// The name with the Chinese numerals that count (第二镇, 十一组) in digits. Others are part of a name: 三家村.
fn with_digits(name: &str) -> Cow<'_, str> {
    if !name.contains(|character| digit(character).is_some()) {
        return Cow::Borrowed(name);
    }
    let characters: Vec<char> = name.chars().collect();
    let mut digits = String::with_capacity(name.len());
    let mut at = 0;
    while at < characters.len() {
        let run = characters[at..].iter().map_while(|it| digit(*it));
        let run: Vec<_> = run.collect();
        let counts = at
            .checked_sub(1)
            .is_some_and(|before| characters[before] == '第')
            || characters
                .get(at + run.len())
                .is_some_and(|next| COUNTED.contains(next));
        match value(&run).filter(|_| counts) {
            Some(value) => digits.push_str(&value.to_string()),
            None => digits.extend(&characters[at..at + run.len().max(1)]),
        }
        at += run.len().max(1);
    }
    Cow::Owned(digits)
}

/// A sign of a Chinese numeral.
#[derive(Clone, Copy)]
enum Sign {
    Digit(u32),
    /// Ten, a hundred or a thousand of what stands before it.
    Times(u32),
}

fn digit(character: char) -> Option<Sign> {
    Some(match character {
        '〇' | '零' => Sign::Digit(0),
        '一' => Sign::Digit(1),
        '二' | '两' => Sign::Digit(2),
        '三' => Sign::Digit(3),
        '四' => Sign::Digit(4),
        '五' => Sign::Digit(5),
        '六' => Sign::Digit(6),
        '七' => Sign::Digit(7),
        '八' => Sign::Digit(8),
        '九' => Sign::Digit(9),
        '十' => Sign::Times(10),
        '百' => Sign::Times(100),
        '千' => Sign::Times(1000),
        _ => return None,
    })
}

/// The value of a numeral, said (二十三) or spelled (二三); nothing of none or of one too long.
fn value(signs: &[Sign]) -> Option<u32> {
    if signs.is_empty() || signs.len() > 8 {
        return None;
    }
    let is_said = signs.iter().any(|sign| matches!(sign, Sign::Times(_)));
    let (mut sum, mut open) = (0, None);
    for sign in signs {
        match *sign {
            Sign::Digit(digit) if is_said => open = Some(digit),
            Sign::Digit(digit) => sum = sum * 10 + digit,
            Sign::Times(times) => sum += open.take().unwrap_or(1) * times,
        }
    }
    Some(sum + open.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in_order(names: &[&str]) {
        for pair in names.windows(2) {
            assert!(key(pair[0]) < key(pair[1]), "{pair:?}");
            assert!(column(&[pair[0]]) <= column(&[pair[1]]), "{pair:?}");
            let below = |name| column(&[name, "张村"]);
            assert!(below(pair[0]) <= below(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn names_stand_by_pinyin() {
        is_in_order(&[
            "阿依古丽",
            "曹操",
            "陈大",
            "陈二",
            "李秀英",
            "欧阳明",
            "王芳",
            "张三",
            "赵六",
        ]);
        // Of a Chinese list, letters stand last.
        is_in_order(&["李四", "王五", "Anna"]);
        is_in_order(&["北关镇", "北关镇（新）", "草庙镇", "大丰", "青山镇"]);
        is_in_order(&["a村", "A村", "Ａ村", "b村"]);
    }

    #[test]
    fn numbers_stand_by_their_value() {
        is_in_order(&["第2镇", "第10镇"]);
        is_in_order(&[
            "第一镇",
            "第二镇",
            "第九镇",
            "第十镇",
            "第十一镇",
            "第二十镇",
            "第一百零二镇",
        ]);
        is_in_order(&["一组", "二组", "3组", "十组", "11组", "二十组"]);
        is_in_order(&["9", "10", "320999001002000099", "320999001002000123"]);
        is_in_order(&["实验小学", "实验小学1", "实验小学2", "实验小学10"]);
        assert_eq!(with_digits("第二〇三队"), "第203队");
        assert_eq!(with_digits("三家村"), "三家村");
        assert_eq!(with_digits("三家村二十三组"), "三家村23组");
    }

    #[test]
    fn what_is_read_alike_still_has_an_order() {
        assert_eq!(weights("第2镇"), weights("第二镇"));
        is_in_order(&["第2镇", "第二镇"]);
    }

    #[test]
    fn a_village_stands_below_its_town() {
        let column = |town, village| column(&[town, village]);
        assert!(column("北关", "张村") < column("北关镇", "阿村"));
        assert!(column("北关镇", "第2村") < column("北关镇", "第10村"));
        assert!(column("北关镇", "张村") < column("草庙镇", "阿村"));
        let (first, behind) = columns_below(&["北关镇"]);
        let is_below = |town, village| (&first..&behind).contains(&&column(town, village));
        assert!(is_below("北关镇", "张村") && is_below("北关镇", ""));
        assert!(!is_below("北关", "张村") && !is_below("北关镇一", "张村"));
        assert!(
            column("北关镇", "张村")
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric())
        );
    }

    #[test]
    fn stored_keys_are_of_this_version() {
        // If this fails, Unicode's data has changed: raise `VERSION`, and put the new key here.
        assert_eq!(column(&["北关镇", "第10村"]), "2anjmutds410bu42143mbh075p1");
    }
}
