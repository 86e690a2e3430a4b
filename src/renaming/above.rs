//! Names with those of what lies above before them: 大丰区草庙小学 is 草庙小学, unless there is another 草庙小学 in another
//! district.

use std::collections::HashMap;

use super::spelling::{Level, is_village};

/// How the names of districts end.
const DISTRICT_ENDS: [&str; 4] = ["县", "区", "市", "旗"];
/// How the names of towns end.
const TOWN_ENDS: [&str; 4] = ["镇", "乡", "街道", "苏木"];
/// Parts of towns and of other things that end as districts do.
const NO_DISTRICTS: [&str; 12] = [
    "社区", "小区", "校区", "园区", "街区", "片区", "山区", "城区", "市区", "库区", "矿区", "林区",
];
/// With so many characters a name before another is one: 大丰区. Of counties alone there are shorter ones, 滑县.
const SHORTEST_ABOVE: usize = 3;
/// So many characters of a unit are a name: 小学 alone names none.
const SHORTEST_UNIT: usize = 3;

/// Pairs of positions of names one of which is the other behind what lies above it. Where several of them have
/// different names before the same one, it is not known which it is, and none is a pair.
pub(super) fn pairs(level: Level<'_>, names: &[&str]) -> Vec<(usize, usize)> {
    let mut behind: HashMap<String, Vec<(usize, String)>> = HashMap::new();
    for (at, name) in names.iter().enumerate() {
        for (above, rest) in divisions(level, name) {
            for key in level.keys(&rest) {
                behind.entry(key).or_default().push((at, above.clone()));
            }
        }
    }
    if behind.is_empty() {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for (at, name) in names.iter().enumerate() {
        for key in level.keys(name) {
            let found = behind.get(&key).filter(|found| are_one(found));
            let others = found.into_iter().flatten();
            pairs.extend(others.map(|(other, _)| (at, *other)));
        }
    }
    pairs
}

/// Whether all that stands before a name is one place, in more or fewer steps: 大丰区, 盐城市大丰区.
fn are_one(found: &[(usize, String)]) -> bool {
    let longest = found.iter().map(|(_, above)| above.as_str());
    let longest = longest.max_by_key(|above| above.len()).unwrap_or_default();
    found.iter().all(|(_, above)| longest.ends_with(above))
}

/// Where a name may be divided into what lies above and a name of its own.
fn divisions(level: Level<'_>, name: &str) -> Vec<(String, String)> {
    // The town of a village is known where it has one.
    let towns: &[&str] = match level {
        Level::Town => return Vec::new(),
        Level::VillageOf(town) if !town.is_empty() => &[],
        Level::VillageOf(_) | Level::Unit => &TOWN_ENDS,
    };
    // Most names have none of these signs behind their second one.
    let mut found = Vec::new();
    let ends = DISTRICT_ENDS.iter().chain(towns);
    for end in ends {
        for (at, _) in name.match_indices(end) {
            let (above, rest) = name.split_at(at + end.len());
            let length = above.chars().count();
            let is_above = (length >= SHORTEST_ABOVE || (length > 1 && *end == "县"))
                && !NO_DISTRICTS.iter().any(|other| above.ends_with(other));
            let is_own = match level {
                Level::Unit => rest.chars().count() >= SHORTEST_UNIT,
                _ => is_village(rest),
            };
            if is_above && is_own {
                found.push((above.to_owned(), rest.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::renaming::alike::alike;

    fn are_alike(level: Level<'_>, names: &[&str]) -> bool {
        !alike(level, names.iter().copied()).is_empty()
    }

    #[test]
    fn a_name_behind_its_district_or_town_is_alike() {
        for names in [
            ["大丰区草庙小学", "草庙小学"],
            ["盐城市大丰区草庙小学", "大丰区草庙小学"],
            ["盐城市大丰区草庙小学", "草庙小学校"],
            ["草庙镇双喜小学", "双喜小学"],
            ["宜君县教育局", "教育局"],
            ["滑县人民医院", "人民医院"],
            ["草庙镇草庙小学", "草庙小学"],
            ["大丰区草庙镇中心小学", "草庙中心小学"],
        ] {
            assert!(are_alike(Level::Unit, &names), "{names:?}");
        }
        for (town, names) in [
            ("草庙镇", ["宜君县双喜村", "双喜村"]),
            ("草庙镇", ["盐城市大丰区双喜村", "双喜"]),
            ("", ["草庙镇双喜村", "双喜村"]),
            ("", ["宜君县草庙镇双喜村", "草庙镇双喜村委会"]),
        ] {
            assert!(are_alike(Level::VillageOf(town), &names), "{names:?}");
        }
    }

    #[test]
    fn where_it_may_be_several_or_is_no_district_nothing_is_alike() {
        for names in [
            &["大丰区教育局", "宜君县教育局"][..],
            &["大丰区教育局", "宜君县教育局", "教育局"],
            &["草庙镇中心小学", "大桥镇中心小学", "中心小学"],
            &["草庙社区服务中心", "服务中心"],
            &["大丰区小学", "小学"],
            &["城市小学校", "小学校"],
        ] {
            assert!(!are_alike(Level::Unit, names), "{names:?}");
        }
        for names in [
            &["红旗新村", "新村"][..],
            &["红旗东风村", "东风村"],
            &["大桥镇双喜村", "双喜村"],
            &["双喜社区前进村", "前进村"],
        ] {
            assert!(!are_alike(Level::VillageOf("草庙镇"), names), "{names:?}");
        }
        let of_two_towns = ["草庙镇双喜村", "大桥镇双喜村", "双喜村"];
        assert!(!are_alike(Level::VillageOf(""), &of_two_towns));
    }
}
