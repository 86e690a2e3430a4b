//! Rows that stand over others and say where those live or work: 一、双喜村, 草庙小学.
//!
//! What they say is never taken without a word: whether it holds where a row's own cell is empty is one
//! [question](crate::roster::question) for the file. A row that stands over others and is not understood
//! ends what the one before it said.

use super::names::{names_place, names_unit};
use super::words::{is_count, is_date, is_label, is_page};
use crate::roster::report::Place;
use crate::text::{half_width, squeezed};

/// What a section row says, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The name of the place or unit.
    pub name: String,
    /// The section row.
    pub place: Place,
}

/// What the section rows above a row say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// 镇.
    pub town: Option<Said>,
    /// 村.
    pub village: Option<Said>,
    /// 单位.
    pub unit: Option<Said>,
}

/// What a line means for the section that the rows below it stand in.
pub(super) enum Turn {
    /// It begins a section.
    Begins(Section),
    /// It may begin one, but it is not known of what; the one before it has ended.
    Ends,
    /// It leaves the section as it is.
    Stays,
}

/// How the names of villages end.
const VILLAGES: [&str; 11] = [
    "村",
    "社区",
    "居委会",
    "嘎查",
    "噶查",
    "屯",
    "小区",
    "农场",
    "林场",
    "牧场",
    "渔场",
];
const TOWNS: [&str; 4] = ["镇", "乡", "街道", "苏木"];
/// How titles end.
const TITLES: [&str; 9] = [
    "花名册",
    "名册",
    "名单",
    "登记表",
    "一览表",
    "统计表",
    "明细表",
    "台账",
    "情况表",
];
/// Whom titles are about.
const KINDS: [&str; 10] = [
    "建档立卡",
    "贫困户",
    "贫困人口",
    "脱贫户",
    "低保户",
    "五保户",
    "监测户",
    "对象",
    "人员",
    "扶贫",
];
/// Labels before the name of a section.
const NAMED: [&str; 10] = [
    "村别:",
    "村名:",
    "所在村:",
    "行政村:",
    "村:",
    "单位:",
    "所在单位:",
    "工作单位:",
    "学校:",
    "部门:",
];
const NUMERALS: &str = "一二三四五六七八九十百0123456789";

impl Section {
    /// What a line of these texts means for the section; `is_total` says whether it sums up the rows
    /// above.
    pub(super) fn turn(&self, texts: &[&str], is_total: bool, place: Place) -> Turn {
        let (first, second) = match texts {
            [first] => (*first, None),
            [first, second] => (*first, Some(squeezed(second))),
            _ => return Turn::Stays,
        };
        let tight = squeezed(first);
        let is_remark =
            |text: &String| is_count(text) || text.contains(':') || text.starts_with('(');
        let is_alone = second.as_ref().is_none_or(is_remark);
        if let Some(next) = self.next(first, place).filter(|_| is_alone) {
            return Turn::Begins(next);
        }
        // A town and a village that were filled down say nothing new.
        let is_filled = names_place(&tight) && second.as_ref().is_some_and(|it| names_place(it));
        let is_no_section = is_total
            || is_filled
            || is_page(first)
            || is_date(first)
            || is_label(&tight)
            || is_group(&tight)
            || !tight.chars().any(is_han)
            || tight.chars().count() > 20;
        if is_no_section {
            Turn::Stays
        } else {
            Turn::Ends
        }
    }

    /// The section that begins with a row of this text; nothing where the text names neither place nor
    /// unit.
    fn next(&self, text: &str, place: Place) -> Option<Self> {
        let bare = bare(text);
        let name = bare.as_str();
        let is_sentence = name.contains(|it| "以为的等及共各".contains(it));
        if !(2..=20).contains(&name.chars().count()) || is_sentence || !name.chars().all(is_letter)
        {
            return None;
        }
        let said = |name: &str| {
            Some(Said {
                name: name.to_owned(),
                place,
            })
        };
        if is_group(name) {
            return None;
        }
        if let Some(village) = VILLAGES.iter().find_map(|end| village(name, end)) {
            let (town, village) = split(village);
            // 全村 is all of them.
            if village.starts_with(['全', '本', '该', '我', '每']) && village.chars().count() == 2
            {
                return None;
            }
            return Some(Self {
                town: town.map_or_else(|| self.town.clone(), said),
                village: said(village),
                unit: None,
            });
        }
        if TOWNS.iter().any(|end| name.ends_with(end)) {
            return Some(Self {
                town: said(name),
                ..Self::default()
            });
        }
        names_unit(name).then(|| Self {
            unit: said(name),
            ..Self::default()
        })
    }
}

/// The name that a section row holds, without its number, marks, remark and title.
fn bare(text: &str) -> String {
    let is_mark = |it: char| "【】《》<>★☆●■◆▲※*“”\"[]".contains(it) || it.is_whitespace();
    let half = half_width(text);
    let mut words: Vec<&str> = half.trim_matches(is_mark).split_whitespace().collect();
    while words.len() > 1 && is_number(words[0]) {
        words.remove(0);
    }
    let is_remark = |word: &&str| {
        word.starts_with(|it: char| it == '(' || it == '共' || NUMERALS.contains(it))
            && is_count(&squeezed(word))
    };
    while words.len() > 1 && words.last().is_some_and(is_remark) {
        words.pop();
    }
    let tight = squeezed(&words.concat());
    let named = NAMED.iter().find_map(|label| tight.strip_prefix(label));
    let name = without_remark(without_number(named.unwrap_or(&tight)).trim_matches(is_mark));
    without_title(without_count(name).trim_matches(is_mark)).to_owned()
}

/// 双喜村村民委员会 is 双喜村.
fn village<'n>(name: &'n str, end: &str) -> Option<&'n str> {
    let bare = ["村民委员会", "村委会", "村委"]
        .iter()
        .find_map(|tail| name.strip_suffix(tail));
    match bare {
        Some(bare) if bare.ends_with('村') => Some(bare),
        Some(bare) if !bare.is_empty() => name.get(..bare.len() + "村".len()),
        _ => (name.ends_with(end) && name.len() > end.len()).then_some(name),
    }
}

/// 草庙镇双喜村 is a town and a village.
fn split(name: &str) -> (Option<&str>, &str) {
    for end in TOWNS {
        if let Some(at) = name.find(end)
            && at > 0
            && at + end.len() < name.len() - "村".len()
        {
            let (town, village) = name.split_at(at + end.len());
            return (Some(town), village);
        }
    }
    (None, name)
}

/// 一组, 第三小组, 2队: part of a village, which goes on.
fn is_group(name: &str) -> bool {
    let ends = ["村民小组", "小组", "组", "小队", "队"];
    let number = ends.iter().find_map(|end| name.strip_suffix(end));
    number.is_some_and(|number| {
        let number = number.trim_start_matches('第');
        !number.is_empty() && number.chars().all(|it| NUMERALS.contains(it))
    })
}

/// Whether a word is the number of a section: 1, 一, Ⅰ, ①, 第一部分.
fn is_number(word: &str) -> bool {
    let bare = word.trim_matches(['(', ')', '、', '.', ',', ':']);
    let bare = bare.strip_prefix('第').unwrap_or(bare);
    let bare = bare.strip_suffix("部分").unwrap_or(bare);
    !bare.is_empty()
        && bare
            .chars()
            .all(|it| NUMERALS.contains(it) || is_sign_of_number(it))
}

/// Ⅰ, ①, ⑴, ⒈.
fn is_sign_of_number(character: char) -> bool {
    matches!(character, '\u{2160}'..='\u{217f}' | '\u{2460}'..='\u{249b}' | '\u{3220}'..='\u{3229}')
}

/// Without 一、 or (二) or 3. or 第一部分 before it.
fn without_number(text: &str) -> &str {
    let rest = text
        .trim_start_matches(['('])
        .trim_start_matches(|it| NUMERALS.contains(it) || it == '第' || is_sign_of_number(it));
    let mark = rest.strip_prefix(['、', '.', ')', ',', ':', '章', '节']);
    let part = rest.strip_prefix("部分").filter(|_| text.starts_with('第'));
    match mark.or(part) {
        Some(rest) => rest.trim_start_matches(['、', '.', ':']),
        // 三里村 begins with a number that belongs to it; such a sign belongs to no name.
        None => text.trim_start_matches(is_sign_of_number),
    }
}

/// Without (2户3人) or a colon or what stands behind a stroke.
fn without_remark(text: &str) -> &str {
    let bare = text.trim_end_matches([':', '。', '、']);
    match bare.find(['(', ':', '-', '—']) {
        Some(at) if at > 0 => &bare[..at],
        _ => bare,
    }
}

/// Without 2户3人 behind it.
fn without_count(text: &str) -> &str {
    let digit = text.find(|it: char| it.is_ascii_digit());
    match digit {
        Some(at) if at > 0 && is_count(&text[at..]) => &text[..at],
        _ => text,
    }
}

/// Without 贫困户花名册 behind it and a year before it; other texts stay as they are.
fn without_title(text: &str) -> &str {
    let Some(mut bare) = TITLES.iter().find_map(|title| text.strip_suffix(title)) else {
        return text;
    };
    while let Some(rest) = KINDS.iter().find_map(|kind| bare.strip_suffix(kind)) {
        bare = rest;
    }
    let digits = bare.trim_start_matches(|it: char| it.is_ascii_digit());
    let year = digits.strip_prefix("年度").or(digits.strip_prefix('年'));
    year.filter(|_| digits.len() < bare.len()).unwrap_or(bare)
}

fn is_letter(character: char) -> bool {
    is_han(character) || character.is_ascii_digit()
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_name_places_and_units() {
        let place = Place { sheet: 0, row: 2 };
        let of = |text: &str| {
            let section = Section::default().next(text, place)?;
            let name = |said: Option<Said>| said.map_or_else(String::new, |said| said.name);
            Some(
                [section.town, section.village, section.unit]
                    .map(name)
                    .join("|"),
            )
        };
        for text in [
            "一、双喜村",
            "3.双喜村：",
            "（二）双喜村（1户1人）",
            "双喜村村民委员会",
            "双喜村委会",
            "【双喜村】",
            "★双喜村",
            "Ⅰ、双喜村",
            "①双喜村",
            "《双喜村》",
            "2、双喜村 3户",
            "双喜村名单",
            "2020年双喜村贫困户花名册",
            "双喜村：2户3人",
            "双喜村2户3人",
            "村别：双喜村",
            "1 双喜村",
            "一 双喜村",
            "第一部分 双喜村",
            "第一部分双喜村",
            "双喜村-贫困户",
        ] {
            assert_eq!(of(text).as_deref(), Some("|双喜村|"), "{text}");
        }
        for (text, wanted) in [
            ("三里村", Some("|三里村|")),
            ("草庙镇双喜村", Some("草庙镇|双喜村|")),
            ("草庙镇", Some("草庙镇||")),
            ("花园社区", Some("|花园社区|")),
            ("花园小区", Some("|花园小区|")),
            ("双喜屯", Some("|双喜屯|")),
            ("东风农场", Some("|东风农场|")),
            ("草庙小学", Some("||草庙小学")),
            ("二、草庙镇中心小学", Some("||草庙镇中心小学")),
            ("国土资源所", Some("||国土资源所")),
            ("供电公司（2人）", Some("||供电公司")),
            ("一、县直机关", Some("||县直机关")),
            ("一组", None),
            ("全村", None),
            ("（公章）", None),
            ("以下空白", None),
            ("附件：双喜村户情况说明.doc", None),
            ("易地搬迁安置点", None),
        ] {
            assert_eq!(of(text).as_deref(), wanted, "{text}");
        }
    }
}
