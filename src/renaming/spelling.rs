//! Which names may be spellings of one place: 双喜, 双喜村 and 双喜村委会; 草庙 and 草庙镇.
//!
//! Nothing is decided here: whoever finds such names asks.

use crate::text::squeezed;

/// What a name of a town may end with, the longest first.
const TOWN_ENDS: [&str; 19] = [
    "街道办事处",
    "管理委员会",
    "镇人民政府",
    "乡人民政府",
    "人民政府",
    "办事处",
    "管委会",
    "街道办",
    "镇政府",
    "乡政府",
    "街道",
    "苏木",
    "镇",
    "鎮",
    "乡",
    "鄉",
    "场",
    "政府",
    "街办",
];
/// What a name of a village may end with, the longest first.
const VILLAGE_ENDS: [&str; 26] = [
    "社区居民委员会",
    "村党支部委员会",
    "社区党支部",
    "村村民委员会",
    "村民委员会",
    "居民委员会",
    "社区居委会",
    "村党总支",
    "村党支部",
    "村委员会",
    "村委会",
    "居委会",
    "村两委",
    "村部",
    "村委",
    "居委",
    "两委",
    "大队",
    "自然村",
    "行政村",
    "社区",
    "嘎查",
    "噶查",
    "村民",
    "村",
    "居",
];
/// What a name of a unit may end with or not: 草庙小学校 is 草庙小学.
const UNIT_ENDS: [&str; 1] = ["校"];
/// The last character of what stands above a town.
const ABOVE_TOWN: [char; 4] = ['县', '区', '市', '旗'];

/// What kind of place names are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level<'a> {
    /// Towns.
    Town,
    /// Villages of this town, whose name may stand before theirs.
    VillageOf(&'a str),
    /// Units: schools and offices.
    Unit,
}

impl Level<'_> {
    fn ends(self) -> &'static [&'static str] {
        match self {
            Self::Town => &TOWN_ENDS,
            Self::VillageOf(_) => &VILLAGE_ENDS,
            Self::Unit => &UNIT_ENDS,
        }
    }

    /// A name without what is not its own, and then without what a place of its kind ends with.
    pub(super) fn keys(self, name: &str) -> [String; 2] {
        let name = squeezed(name);
        if self == Self::Unit {
            let name = without_town_end(&name);
            let stem = stem(&name, self.ends()).to_owned();
            return [name, stem];
        }
        let own = name.split(['(', '[']).next().unwrap_or_default();
        let own = if own.is_empty() { name.as_str() } else { own };
        let own = match self {
            Self::Town => after_district(own),
            Self::VillageOf(town) => without_group(without_code(after_town(town, own))),
            Self::Unit => own,
        };
        let own: String = own.chars().map(digit).collect();
        let stem = stem(&own, self.ends()).to_owned();
        [own, stem]
    }

    /// Whether a name ends as official names of its kind do.
    pub fn is_official(self, name: &str) -> bool {
        self.official(name).is_some()
    }

    /// A name without the official end of its kind, and that end.
    fn official(self, name: &str) -> Option<(&str, &str)> {
        let ends: &[&str] = match self {
            Self::Town => &["镇", "乡", "街道", "苏木"],
            Self::VillageOf(_) => &["村", "社区", "嘎查"],
            Self::Unit => &[],
        };
        let mut split = ends
            .iter()
            .filter_map(|end| Some((name.strip_suffix(end)?, *end)));
        split.find(|(rest, _)| !rest.is_empty())
    }

    /// Whether two names are official names of one place that became one of another kind: 草庙镇 and 草庙街道, 双喜村
    /// and 双喜社区.
    pub fn is_other_kind(self, one: &str, other: &str) -> bool {
        let both = self.official(one).zip(self.official(other));
        both.is_some_and(|((one, end), (other, other_end))| one == other && end != other_end)
    }
}

/// A digit as people write it in names of places: 前进1村 is 前进一村.
fn digit(character: char) -> char {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digit = character.to_digit(10).map(|digit| digit as usize);
    digit
        .and_then(|digit| DIGITS.get(digit).copied())
        .unwrap_or(character)
}

/// A town without the district that stands before it: 大丰区草庙镇 is 草庙镇.
fn after_district(name: &str) -> &str {
    let mut characters = name.char_indices().rev();
    // What follows the district is a name of two characters at least.
    let found = characters.find(|(at, character)| {
        let rest = &name[at + character.len_utf8()..];
        *at > 0 && ABOVE_TOWN.contains(character) && rest.chars().count() > 1
    });
    found.map_or(name, |(at, character)| &name[at + character.len_utf8()..])
}

/// A unit whose town is named without its end: 草庙镇中心小学 is 草庙中心小学.
fn without_town_end(name: &str) -> String {
    let mut ends = name
        .char_indices()
        .filter(|(_, it)| ['镇', '乡'].contains(it));
    let end = ends.find(|(at, end)| {
        let (before, after) = (&name[..*at], &name[at + end.len_utf8()..]);
        before.chars().count() > 1 && after.chars().count() > 1
    });
    match end {
        Some((at, end)) => format!("{}{}", &name[..at], &name[at + end.len_utf8()..]),
        None => name.to_owned(),
    }
}

/// A village without the town that stands before it, with its district or without its own end: 大丰区草庙镇双喜村
/// and 草庙双喜村 are 双喜村. A village that is called as its town is, 草庙村, stays.
pub fn after_town<'n>(town: &str, name: &'n str) -> &'n str {
    if town.is_empty() {
        return name;
    }
    let whole = name.split_once(town).filter(|(before, rest)| {
        !rest.is_empty() && (before.is_empty() || before.ends_with(ABOVE_TOWN))
    });
    if let Some((_, rest)) = whole {
        return rest;
    }
    let rest = name.strip_prefix(stem(town, &TOWN_ENDS));
    rest.filter(|rest| is_village(rest)).unwrap_or(name)
}

/// Whether a text is a name of a village, and not only how such names end.
pub(super) fn is_village(text: &str) -> bool {
    !VILLAGE_ENDS.contains(&text) && stem(text, &VILLAGE_ENDS).chars().count() > 1
}

/// A village without a number before or behind it, or a dash: 01双喜村 and 双喜村01 are 双喜村, while 前进1村 and
/// 前进1 are names.
fn without_code(name: &str) -> &str {
    let name = name.trim_matches(['-', '_', '.', '·', '—', '、', '#']);
    let is_digit = |character: char| character.is_ascii_digit();
    let rest = name.trim_start_matches(is_digit);
    let name = if is_village(rest) { rest } else { name };
    let before = name.trim_end_matches(is_digit);
    let is_whole = stem(before, &VILLAGE_ENDS) != before;
    if is_whole { before } else { name }
}

/// A village without the group of it that stands behind it: 双喜村一组 and 双喜村第3村民小组 are 双喜村.
fn without_group(name: &str) -> &str {
    group_of(name).map_or(name, |(village, _)| village)
}

/// The village and the group of a name that says both.
pub fn group_of(name: &str) -> Option<(&str, &str)> {
    const GROUP_ENDS: [&str; 6] = ["村民小组", "村民组", "生产队", "小组", "组", "队"];
    let before = GROUP_ENDS.iter().find_map(|end| name.strip_suffix(end))?;
    let is_digit = |character: char| {
        character.is_ascii_digit() || "〇零一二三四五六七八九十百".contains(character)
    };
    let rest = before.trim_end_matches(is_digit);
    if rest.len() == before.len() {
        return None;
    }
    let village = rest.strip_suffix('第').unwrap_or(rest);
    let is_village = stem(village, &VILLAGE_ENDS) != village;
    is_village.then(|| (village, &name[village.len()..]))
}

fn stem<'n>(name: &'n str, ends: &[&str]) -> &'n str {
    let found = ends.iter().find_map(|end| name.strip_suffix(end));
    found.filter(|rest| !rest.is_empty()).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::renaming::alike::alike;
    use proptest::prelude::*;

    fn are_alike(level: Level<'_>, one: &str, other: &str) -> bool {
        !alike(level, [one, other]).is_empty()
    }

    #[test]
    fn spellings_of_one_town_are_alike() {
        for (one, other) in [
            ("草庙", "草庙镇"),
            ("草庙镇", "草庙乡"),
            ("草庙镇", "大丰区草庙镇"),
            ("草庙镇", "盐城市大丰区草庙镇人民政府"),
            ("大中", "大中街道"),
            ("大中街道", "大中街道办事处"),
            ("草庙镇", "草 庙 镇"),
            ("草庙镇", "草庙镇（原草堰乡）"),
            ("草庙镇", "草庙办事处"),
            ("草庙镇", "草庙街道办事处"),
            ("草庙镇", "草庙管委会"),
            ("草庙镇", "草庙人民政府"),
            ("草庙", "草庙镇人民政府"),
            ("草庙镇", "草庙鎮"),
        ] {
            assert!(are_alike(Level::Town, one, other), "{one} {other}");
            assert!(are_alike(Level::Town, other, one), "{other} {one}");
        }
        for (one, other) in [("草庙镇", "草堰镇"), ("大中镇", "大桥镇"), ("市镇", "区镇")]
        {
            assert!(!are_alike(Level::Town, one, other), "{one} {other}");
        }
    }

    #[test]
    fn spellings_of_one_village_are_alike() {
        let level = Level::VillageOf("草庙镇");
        for (one, other) in [
            ("双喜", "双喜村"),
            ("双喜村委会", "双喜"),
            ("双喜村", "双喜村村民委员会"),
            ("双喜村", "双喜村村委会"),
            ("双喜社区", "双喜居委会"),
            ("双喜村", "草庙镇双喜村"),
            ("前进1村", "前进一村"),
            ("王村", "王村村"),
            ("巴彦嘎查", "巴彦"),
            ("双喜村", "双喜村(合并)"),
            ("双喜村", "双喜村一组"),
            ("双喜", "双喜村12组"),
            ("双喜村", "双喜村第3村民小组"),
            ("双喜村", "双喜村第二生产队"),
            ("双喜村", "双喜村委"),
            ("双喜村", "双喜村委员会"),
            ("双喜村", "双喜村民委员会"),
            ("双喜村", "双喜村两委"),
            ("双喜村", "双喜村部"),
            ("双喜村", "双喜大队"),
            ("双喜村", "草庙双喜村"),
            ("双喜村", "大丰区草庙镇双喜村"),
            ("双喜", "盐城市大丰区草庙镇双喜村委会"),
            ("双喜村", "双喜村01"),
            ("双喜村", "320999001双喜村"),
            ("双喜村", "双喜村-"),
            ("前进一村", "草庙镇前进1村3组"),
        ] {
            assert!(are_alike(level, one, other), "{one} {other}");
        }
        for (one, other) in [
            ("双喜村", "双福村"),
            ("东圩村", "西圩村"),
            ("前进一村", "前进二村"),
            ("前进1村", "前进2村"),
            ("前进1", "前进2"),
            ("草庙村", "草庙一村"),
            ("1大队", "2大队"),
            ("一组", "二组"),
            ("东风一队", "东风二队"),
            ("草庙东村", "东村"),
            ("双喜新村", "双喜村"),
            ("村", "居"),
        ] {
            assert!(!are_alike(level, one, other), "{one} {other}");
        }
    }

    #[test]
    fn spellings_of_one_unit_are_alike() {
        for (one, other) in [
            ("草庙镇中心小学", "草庙中心小学"),
            ("草庙小学", "草庙小学校"),
            ("草庙小学（本部）", "草庙小学(本部)"),
            ("草庙乡卫生院", "草庙卫生院"),
        ] {
            assert!(are_alike(Level::Unit, one, other), "{one} {other}");
        }
        for (one, other) in [
            ("草庙小学", "草庙中心小学"),
            ("草庙小学（本部）", "草庙小学（东校区）"),
            ("草庙小学", "草庙中学"),
            ("大丰区教育局", "宜君县教育局"),
            ("第一小学", "第二小学"),
        ] {
            assert!(!are_alike(Level::Unit, one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_village_with_its_group_says_both() {
        assert_eq!(group_of("双喜村一组"), Some(("双喜村", "一组")));
        assert_eq!(
            group_of("双喜村第3村民小组"),
            Some(("双喜村", "第3村民小组"))
        );
        assert_eq!(group_of("双喜村"), None);
        assert_eq!(group_of("一组"), None);
    }

    #[test]
    fn groups_hold_all_that_are_alike_and_nobody_else() {
        let names = ["双喜", "前进村", "双喜村", "红旗村", "双喜村委会", "前进"];
        let groups = alike(Level::VillageOf("草庙镇"), names);
        assert_eq!(groups, [vec![0, 2, 4], vec![1, 5]]);
        assert!(alike(Level::Town, ["草庙镇"]).is_empty());
    }

    proptest! {
        /// Whatever is typed ends in no panic, each name is in one group at most, and the order in which
        /// names come makes no difference.
        #[test]
        fn any_names_are_grouped_once(names in prop::collection::vec("[甲乙村镇社区县(0-9 ]{0,5}", 0..8)) {
            let of = |names: &[String]| -> Vec<Vec<String>> {
                let groups = alike(Level::VillageOf("甲镇"), names.iter().map(String::as_str));
                let mut groups: Vec<Vec<String>> = groups
                    .into_iter()
                    .map(|group| group.into_iter().map(|at| names[at].clone()).collect())
                    .collect();
                for group in &mut groups {
                    group.sort();
                }
                groups.sort();
                groups
            };
            let mut turned = names.clone();
            turned.reverse();
            prop_assert_eq!(of(&names), of(&turned));
            let grouped: usize = of(&names).iter().map(Vec::len).sum();
            prop_assert!(grouped <= names.len());
            alike(Level::Town, names.iter().map(String::as_str));
        }
    }
}
