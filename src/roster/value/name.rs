//! Names of persons: what stands beside a name, and characters that were lost on the way.

use super::nothing::says_nothing;
use super::text::{Read, Refusal, text};
use crate::workbook::reader::Cell;

/// A name, and what there is to tell of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// As it is kept.
    pub text: String,
    /// What stood beside it, for the remark.
    pub note: Option<String>,
    /// Whether it was read otherwise than it stands, white space apart.
    pub repaired: bool,
    /// What somebody should look at.
    pub doubt: Option<Refusal>,
}

/// Most characters of a name.
const LONGEST: usize = 50;
/// Words behind a name that say that the person lives there no longer.
const GONE: [&str; 16] = [
    "已故",
    "去世",
    "已去世",
    "死亡",
    "已死亡",
    "病故",
    "已病故",
    "亡故",
    "已亡",
    "故",
    "亡",
    "销户",
    "已销户",
    "注销",
    "已注销",
    "迁出",
];
/// Words behind a name, without a bracket, that are no part of it.
const BESIDE: [&str; 9] = [
    "户主",
    "配偶",
    "残疾",
    "五保",
    "低保",
    "已迁出",
    "外嫁",
    "已嫁",
    "服刑",
];
/// Surnames of two characters, which people set off by a space.
const DOUBLE_SURNAMES: [&str; 20] = [
    "欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "司空", "夏侯",
    "东方", "南宫", "长孙", "宇文", "端木", "百里", "西门", "独孤",
];
/// Dots between the parts of a name, none of which is the one of the standard, U+00B7.
const DOTS: &str = "•・‧∙⋅･●.．。˙·ᐧ⸱";

/// Strokes that may stand for the dot, or between two persons.
const HYPHENS: [char; 10] = ['-', '－', '–', '—', '‐', '‑', '−', '_', '＿', 'ー'];

/// A person's name: white space between the characters of a Chinese name is dropped, dots between the
/// parts of a name become those of the standard (GB/T 15834: U+00B7), a remark is taken off and told.
pub fn name(cell: &Cell<'_>) -> Read<Name> {
    if let Cell::Text(text) = cell
        && is_plain(text)
        && !says_nothing(text)
    {
        return Ok(Some(Name {
            text: text.to_string(),
            ..Name::default()
        }));
    }
    let Some(typed) = text(cell, LONGEST)? else {
        return Ok(None);
    };
    let mut name = Name::default();
    let broken = typed.contains(['\n', '\r', '\t']);
    let bare = without_remark(&typed, &mut name)?;
    check_characters(&bare)?;
    let bare = joined(&bare, &mut name)?;
    let dotted = with_dots(&bare);
    name.repaired |= broken || dotted != bare;
    name.text = dotted;
    if name.text.is_empty() {
        return Err(Refusal::new("name_invalid", "不是姓名", "请填写姓名"));
    }
    if name.text.chars().any(is_private) {
        name.doubt = Some(private_character(&name.text));
    } else if name.doubt.is_none() {
        name.doubt = mixed(&name.text);
    }
    Ok(Some(name))
}

/// Two to four characters of which all are usual: nearly every name.
fn is_plain(text: &str) -> bool {
    let all = text
        .chars()
        .all(|character| matches!(character, '\u{3400}'..='\u{9fff}'));
    // Three bytes each; a name of four may end with 去世, which has to be looked at.
    all && (2..=3).contains(&(text.len() / 3))
}

fn is_chinese(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
        || is_private(character)
}

/// Characters to which no standard gives a meaning: each computer shows something else.
fn is_private(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

/// The name without what stands beside it in brackets, or behind it as a word.
fn without_remark(typed: &str, name: &mut Name) -> Result<String, Refusal> {
    let open = |character: char| "(（[［【〔<《〈{".contains(character);
    let close = |character: char| ")）]］】〕>》〉}".contains(character);
    let (mut bare, mut remark) = (typed.to_owned(), String::new());
    if typed.contains(open) || typed.contains(close) {
        let mut depth = 0_usize;
        bare.clear();
        for character in typed.chars() {
            if open(character) {
                depth += 1;
            } else if close(character) {
                depth = depth.saturating_sub(1);
            } else if depth > 0 {
                remark.push(character);
            } else {
                bare.push(character);
            }
        }
    } else if let Some((before, word)) = beside(typed) {
        (bare, remark) = (before.to_owned(), word.to_owned());
    }
    let remark = remark.trim();
    let bare = bare.trim().to_owned();
    if remark.is_empty() {
        name.repaired = bare != typed.trim();
        return Ok(bare);
    }
    if bare.is_empty() {
        return Err(Refusal::new(
            "name_invalid",
            "只有括号里的说明，没有姓名",
            "请填写姓名，说明请写在备注栏",
        ));
    }
    let tight: String = remark.split_whitespace().collect();
    if GONE
        .iter()
        .any(|word| tight == *word || (word.chars().count() > 1 && tight.contains(word)))
    {
        return Err(Refusal::new(
            "name_with_remark",
            format!("姓名后面注有“{}”", super::mask(remark)),
            "已去世、迁出或销户的人请从名册中删除这一行；仍在本户的请只填姓名",
        )
        .proposing(Some(bare)));
    }
    name.doubt = Some(Refusal::new(
        "name_with_remark",
        format!(
            "姓名后面的“{}”不是姓名，只读取了“{bare}”",
            super::mask(remark)
        ),
        "请核对姓名；说明请写在备注栏",
    ));
    if tight != "户主" {
        name.note = Some(format!("姓名注有“{remark}”"));
    }
    Ok(bare)
}

/// A word behind a name that is no part of it, set off by a space or, if it says that the person is gone,
/// without one.
fn beside(typed: &str) -> Option<(&str, &str)> {
    if let Some((before, word)) = typed.trim().rsplit_once(char::is_whitespace)
        && (GONE.contains(&word) || BESIDE.contains(&word))
        && before.chars().count() > 1
    {
        return Some((before.trim_end(), word));
    }
    let ends = GONE.iter().filter(|word| word.chars().count() > 1);
    let ends = ends.filter_map(|word| Some((typed.strip_suffix(word)?, *word)));
    // 已去世 ends with 去世, too: the longest word is what was written.
    ends.filter(|(before, _)| before.chars().count() > 1)
        .min_by_key(|(before, _)| before.len())
}

/// Refuses characters that stand for others, or between two names.
fn check_characters(bare: &str) -> Result<(), Refusal> {
    let has = |signs: &str| bare.chars().any(|character| signs.contains(character));
    if has("?？□■〓▯☐◻\u{fffd}") {
        return Err(Refusal::new(
            "lost_character",
            "姓名中有丢失的字（显示为 ?、□ 等）",
            "请对照身份证或户口簿补上这个字",
        ));
    }
    if has("*＊※×✕") {
        return Err(Refusal::new(
            "name_masked",
            "姓名被星号遮盖，或带有标记",
            "请填写完整的姓名，不带星号等标记",
        ));
    }
    if bare.chars().any(char::is_numeric) && !bare.chars().all(is_chinese) {
        let digit =
            |character: char| character.is_ascii_digit() || ('０'..='９').contains(&character);
        if bare.chars().any(digit) {
            return Err(Refusal::new(
                "name_with_digits",
                "姓名中含有数字",
                "请核对是否填错了列",
            ));
        }
    }
    if has("、，,;；/／\\|+&") {
        return Err(Refusal::new(
            "name_several",
            "一格里像是有两个姓名",
            "每人一行，请分开；曾用名请写在备注栏",
        ));
    }
    Ok(())
}

/// The name without white space, if it is Chinese; parts that may be two names are doubtful.
fn joined(bare: &str, name: &mut Name) -> Result<String, Refusal> {
    let parts: Vec<&str> = bare.split_whitespace().collect();
    if parts.len() < 2 {
        return Ok(bare.to_owned());
    }
    let is_dot = |character: char| DOTS.contains(character);
    let tight = parts.concat();
    if !tight
        .chars()
        .all(|character| is_chinese(character) || is_dot(character))
    {
        return Ok(parts.join(" "));
    }
    let is_word = |part: &&&str| part.chars().count() > 1;
    let words = parts.iter().filter(is_word).count();
    let two = words > 1 && !DOUBLE_SURNAMES.contains(&parts[0]) && !tight.contains(is_dot);
    if two && bare.contains(['\n', '\r']) {
        return Err(Refusal::new(
            "name_several",
            "一格里像是有两个姓名",
            "每人一行，请分开",
        ));
    }
    if two {
        name.doubt = Some(Refusal::new(
            "name_with_space",
            format!("姓名中间有空格，读作“{tight}”"),
            "请核对；如果是两个人请分成两行，少数民族姓名中间请用“·”",
        ));
    }
    Ok(tight)
}

/// The name with the dot of the standard between its parts.
fn with_dots(bare: &str) -> String {
    if !bare.contains(|character| DOTS.contains(character)) {
        return bare.to_owned();
    }
    let characters: Vec<char> = bare.chars().collect();
    let chinese = characters
        .iter()
        .all(|character| is_chinese(*character) || DOTS.contains(*character));
    if !chinese {
        return bare.to_owned();
    }
    let mut dotted = String::with_capacity(bare.len());
    for character in characters {
        if !DOTS.contains(character) {
            dotted.push(character);
        } else if !dotted.is_empty() && !dotted.ends_with('·') {
            dotted.push('·');
        }
    }
    dotted.trim_end_matches('·').to_owned()
}

/// What stands between Chinese characters and belongs to no name.
fn mixed(name: &str) -> Option<Refusal> {
    if has_letter_beside_chinese(name) {
        return Some(Refusal::new(
            "name_with_letters",
            "中文姓名里夹有字母",
            "请核对姓名；字母只是标记的请删去",
        ));
    }
    let has_hyphen = name.contains(HYPHENS) && name.chars().any(is_chinese);
    has_hyphen.then(|| {
        Refusal::new(
            "name_with_hyphen",
            "姓名中间有短横",
            "请核对；少数民族姓名中间请用“·”，两个人请分成两行",
        )
    })
}

fn has_letter_beside_chinese(name: &str) -> bool {
    name.chars().any(is_chinese)
        && name
            .chars()
            .any(|character| character.is_ascii_alphabetic())
}

/// A character of one computer alone. Those that GB 18030 once put there have a place of their own now.
fn private_character(name: &str) -> Refusal {
    let known = |character: char| match character {
        '\u{e81e}' => '\u{9fb4}',
        '\u{e826}' => '\u{9fb5}',
        '\u{e82b}' => '\u{9fb6}',
        '\u{e82c}' => '\u{9fb7}',
        '\u{e832}' => '\u{9fb8}',
        '\u{e843}' => '\u{9fb9}',
        '\u{e854}' => '\u{9fba}',
        '\u{e863}' => '\u{4dae}',
        '\u{e864}' => '\u{9fbb}',
        other => other,
    };
    let meant: String = name.chars().map(known).collect();
    let meant = (!meant.chars().any(is_private)).then_some(meant);
    Refusal::new(
        "private_character",
        "姓名中有自造字（造字区的字），在别的电脑上显示为方框或别的字",
        "请对照身份证，用输入法的生僻字重新录入这个字；确实打不出的不必处理",
    )
    .proposing(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Name, &'static str> {
        name(&Cell::Text(text.to_owned().into()))
            .map(Option::unwrap_or_default)
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_name_is_kept_whole_and_without_filling() {
        for (typed, kept, repaired) in [
            ("张三", "张三", false),
            ("张　三", "张三", false),
            ("王　大 山", "王大山", false),
            ("王\n大山", "王大山", true),
            ("欧阳 建国", "欧阳建国", false),
            ("Anna Maria", "Anna Maria", false),
            ("阿依古丽·买买提", "阿依古丽·买买提", false),
            ("阿依古丽•买买提", "阿依古丽·买买提", true),
            ("阿依古丽・买买提", "阿依古丽·买买提", true),
            ("阿依古丽．买买提", "阿依古丽·买买提", true),
            ("阿依古丽●买买提", "阿依古丽·买买提", true),
            ("阿依古丽 . 买买提", "阿依古丽·买买提", true),
            ("王大山.", "王大山", true),
            ("王𠅤", "王𠅤", false),
            ("张\u{f96f}", "张\u{f96f}", false),
            ("王某某", "王某某", false),
            ("未取名", "未取名", false),
        ] {
            let name = of(typed).unwrap();
            assert_eq!(
                (name.text.as_str(), name.repaired),
                (kept, repaired),
                "{typed}"
            );
            assert_eq!(name.doubt, None, "{typed}");
        }
    }

    #[test]
    fn what_is_no_part_of_a_name_is_told() {
        for (typed, kept, note) in [
            ("王大山(户主)", "王大山", None),
            ("王大山 户主", "王大山", None),
            ("王大山（小名二狗）", "王大山", Some("姓名注有“小名二狗”")),
            ("王大山【残疾】", "王大山", Some("姓名注有“残疾”")),
            ("王大山（1号", "王大山", Some("姓名注有“1号”")),
        ] {
            let name = of(typed).unwrap();
            assert_eq!(
                (name.text.as_str(), name.note.as_deref()),
                (kept, note),
                "{typed}"
            );
            assert_eq!(name.doubt.unwrap().code, "name_with_remark", "{typed}");
        }
        for (typed, code) in [
            ("李?花", "lost_character"),
            ("李？花", "lost_character"),
            ("李□花", "lost_character"),
            ("李〓花", "lost_character"),
            ("李\u{fffd}花", "lost_character"),
            ("赵*", "name_masked"),
            ("王×山", "name_masked"),
            ("王大山（已故）", "name_with_remark"),
            ("王大山 去世", "name_with_remark"),
            ("王大山去世", "name_with_remark"),
            ("王大山（2019年病故）", "name_with_remark"),
            ("（户主）", "name_invalid"),
            ("王大山、李秀英", "name_several"),
            ("王大山\n李秀英", "name_several"),
            ("王大山/王山", "name_several"),
            ("张3", "name_with_digits"),
        ] {
            assert_eq!(of(typed).err(), Some(code), "{typed}");
        }
        for (typed, code) in [
            ("李\u{e863}", "private_character"),
            ("王大山 李秀英", "name_with_space"),
            ("张三A", "name_with_letters"),
        ] {
            assert_eq!(of(typed).unwrap().doubt.unwrap().code, code, "{typed}");
        }
        assert_eq!(
            of("李\u{e863}").unwrap().doubt.unwrap().proposal.as_deref(),
            Some("李䶮")
        );
        assert_eq!(of("不详"), Ok(Name::default()));
    }
}
