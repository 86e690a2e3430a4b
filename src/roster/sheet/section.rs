//! Rows that stand over others and say where those live or work: 一、双喜村, 草庙小学.
//!
//! What they say is never taken without a word: whether it holds where a row's own cell is empty is one
//! [question](crate::roster::question) for the file.

use super::words::names_place;
use crate::roster::report::Place;
use crate::text::squeezed;

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

impl Section {
    /// The section that begins with a row of this text; nothing where the text names neither place nor
    /// unit.
    pub(super) fn next(&self, text: &str, place: Place) -> Option<Self> {
        let tight = squeezed(text);
        let name = without_remark(without_number(&tight));
        if !(2..=20).contains(&name.chars().count()) || !name.chars().all(is_letter) {
            return None;
        }
        let said = |name: &str| {
            Some(Said {
                name: name.to_owned(),
                place,
            })
        };
        let villages = ["村", "社区", "居委会", "嘎查", "噶查"];
        if let Some(village) = villages.iter().find_map(|end| village(name, end)) {
            let (town, village) = split(village);
            return Some(Self {
                town: town.map_or_else(|| self.town.clone(), said),
                village: said(village),
                unit: None,
            });
        }
        if ["镇", "乡", "街道", "苏木"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            return Some(Self {
                town: said(name),
                ..Self::default()
            });
        }
        let is_group = ["组", "队", "屯"].iter().any(|end| name.ends_with(end));
        if is_group || !names_place(name) {
            return None;
        }
        Some(Self {
            unit: said(name),
            ..self.clone()
        })
    }
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
    for end in ["镇", "乡", "街道", "苏木"] {
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

/// Without 一、 or (二) or 3. before it.
fn without_number(text: &str) -> &str {
    let numbers = "一二三四五六七八九十百0123456789第";
    let rest = text
        .trim_start_matches(['('])
        .trim_start_matches(|it| numbers.contains(it));
    let mark = rest.strip_prefix(['、', '.', ')', ',', ':', '章', '节']);
    match mark {
        Some(rest) => rest.trim_start_matches(['、', '.']),
        // 三里村 begins with a number that belongs to it.
        None => text,
    }
}

/// Without (2户3人) or a colon behind it.
fn without_remark(text: &str) -> &str {
    let bare = text.trim_end_matches([':', '。', '、']);
    match bare.find('(') {
        Some(at) if at > 0 => &bare[..at],
        _ => bare,
    }
}

fn is_letter(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' | '0'..='9')
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
        for (text, wanted) in [
            ("一、双喜村", Some("|双喜村|")),
            ("（二）前进村（1户1人）", Some("|前进村|")),
            ("3.双喜村：", Some("|双喜村|")),
            ("三里村", Some("|三里村|")),
            ("草庙镇双喜村", Some("草庙镇|双喜村|")),
            ("双喜村村民委员会", Some("|双喜村|")),
            ("双喜村委会", Some("|双喜村|")),
            ("草庙镇", Some("草庙镇||")),
            ("花园社区", Some("|花园社区|")),
            ("草庙小学", Some("||草庙小学")),
            ("二、草庙镇中心小学", Some("||草庙镇中心小学")),
            ("一组", None),
            ("（公章）", None),
            ("以下空白", None),
            ("附件：双喜村户情况说明.doc", None),
        ] {
            assert_eq!(of(text).as_deref(), wanted, "{text}");
        }
    }
}
