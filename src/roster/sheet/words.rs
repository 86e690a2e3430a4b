//! Words of lines that stand among the rows of a roster and are no persons, and how a name looks.

use crate::text::squeezed;

/// Words of rows that sum up others.
const TOTALS: [&str; 10] = [
    "合计", "小计", "总计", "共计", "累计", "总和", "汇总", "总数", "Total", "TOTAL",
];
/// How rows begin that only count: 户数：2, 人数：3.
const COUNTS: [&str; 5] = ["户数", "人数", "总户数", "总人数", "人口数"];
/// How rows begin that say who made the list, or remark on it.
const NOTES: [&str; 34] = [
    "制表",
    "审核",
    "审批",
    "填表",
    "填报",
    "报送",
    "负责人",
    "单位负责人",
    "主要负责人",
    "分管领导",
    "经办",
    "校对",
    "复核",
    "核对人",
    "联系人",
    "签字",
    "签名",
    "签章",
    "盖章",
    "公章",
    "日期",
    "时间:",
    "备注:",
    "注:",
    "注1",
    "说明",
    "附件",
    "附表",
    "附:",
    "以下空白",
    "以下无正文",
    "此页空白",
    "续表",
    "单位(盖章)",
];
/// Words that stand alone in the column of names and name nobody.
const NOBODY: [&str; 14] = [
    "空白",
    "以下",
    "以上",
    "无正文",
    "续上",
    "续上页",
    "转下页",
    "接上页",
    "承前页",
    "过次页",
    "日期",
    "单位",
    "电话",
    "说明",
];
/// How the names of places and units end. No single characters with which persons' names end, such as
/// 年, 月, 章 or 会.
const PLACES: [&str; 30] = [
    "村",
    "组",
    "屯",
    "镇",
    "乡",
    "县",
    "苏木",
    "嘎查",
    "噶查",
    "街道",
    "社区",
    "居委会",
    "村委会",
    "居委",
    "村委",
    "大队",
    "小队",
    "生产队",
    "小学",
    "中学",
    "高中",
    "初中",
    "学校",
    "幼儿园",
    "局",
    "医院",
    "卫生院",
    "中心",
    "委员会",
    "办公室",
];
/// Characters of sentences and headings that a long name of a person does not have.
const SENTENCE: &str =
    "户页表册附件单位负责审核注备说明以上下共计合总数年月日村组镇乡县市区校局所委章";

/// Whether a text begins or ends with a word of totals.
pub(super) fn is_total(text: &str) -> bool {
    let bare = bare(text);
    TOTALS
        .iter()
        .any(|word| bare.starts_with(word) || bare.ends_with(word))
        || counts(bare)
}

/// Whether a text that names nobody sums up: 以上共计2户3人。
pub(super) fn sums_up(text: &str) -> bool {
    TOTALS.iter().any(|word| text.contains(word)) || counts(bare(text))
}

/// 户数：2, but not 户数 alone, which may be a heading.
fn counts(bare: &str) -> bool {
    let rest = COUNTS.iter().find_map(|word| bare.strip_prefix(word));
    rest.is_some_and(|rest| {
        rest.starts_with([':', '：']) || rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Whether a text is the label of a sum that stands in the next cell: 户数.
pub(super) fn labels_sum(text: &str) -> bool {
    let bare = bare(text);
    COUNTS.contains(&bare) || TOTALS.contains(&bare)
}

/// Whether a text says who made the list, or remarks on it.
pub(super) fn is_note(text: &str) -> bool {
    let bare = bare(text);
    NOTES.iter().any(|word| bare.starts_with(word))
}

/// Whether a text is the label of a form, with or without what is filled in: 经办：周某.
pub(super) fn is_label(text: &str) -> bool {
    is_note(text) || text.contains(':')
}

fn bare(text: &str) -> &str {
    text.trim_matches(|character: char| "(（)）【】[]:：。;；—-".contains(character))
}

/// Whether a text names a place or a unit: 双喜村, 二组, 草庙小学.
pub(super) fn names_place(text: &str) -> bool {
    PLACES
        .iter()
        .any(|word| text.len() > word.len() && text.ends_with(word))
}

/// Whether a text may be a person's name. In doubt it may: then what is missing beside it is an error.
pub(super) fn may_be_name(text: &str) -> bool {
    let tight = squeezed(text);
    let name = tight.split('(').next().unwrap_or_default();
    if name
        .chars()
        .any(|it| it.is_ascii_digit() || ":,;、。/第".contains(it))
    {
        return false;
    }
    let latin = name.chars().filter(char::is_ascii_alphabetic).count();
    if latin == name.len() {
        return latin > 1 && !is_total(name);
    }
    let dots = "·•・‧.●";
    let known = |it: char| is_han(it) || dots.contains(it) || "?□〓*×某\u{fffd}".contains(it);
    let length = name.chars().filter(|it| !dots.contains(*it)).count();
    if !name.chars().any(is_han) || !name.chars().all(known) {
        return false;
    }
    match length {
        2..=4 => !is_total(name) && !is_note(name) && !NOBODY.contains(&name) && !names_place(name),
        5..=15 => !names_place(name) && !name.chars().any(|it| SENTENCE.contains(it)),
        _ => false,
    }
}

/// Whether a text in the column of relations may be one, though it is on no list: 侄儿子.
pub(super) fn may_be_relation(text: &str) -> bool {
    let tight = squeezed(text);
    let kin = "子女妻夫父母孙媳婿兄弟姐妹侄甥偶爷奶婆";
    tight.chars().count() <= 5
        && tight.chars().all(is_han)
        && tight.chars().any(|it| kin.contains(it))
}

/// Whether a text is the number of a household or of a person: D001, and not a date.
pub(super) fn is_code(text: &str) -> bool {
    let tight = text.trim();
    let digits = tight.bytes().filter(u8::is_ascii_digit).count();
    let is_date = tight.matches(['-', '/', '.']).count() == 2
        || (tight.len() == 8
            && digits == 8
            && (tight.starts_with("20") || tight.starts_with("19")));
    digits > 0 && tight.is_ascii() && !is_date && !tight.contains([':', '(', '='])
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9fff}' | '\u{e000}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_notes() {
        for name in [
            "王大山",
            "李?花",
            "欧阳建国",
            "阿依古丽·买买提",
            "王某",
            "李秀英（已故）",
            "鹤年",
            "秋月",
            "刘章",
            "张会",
            "Mary",
            "阿依古丽买买提",
            "李 四",
        ] {
            assert!(may_be_name(name), "{name}");
        }
        for other in [
            "二组",
            "双喜村",
            "草庙小学",
            "（公章）",
            "附件",
            "附件：名单.doc",
            "以下空白",
            "空白",
            "合计",
            "汇总",
            "第1页",
            "2020年6月30日",
            "二〇二〇年六月三十日",
            "以上共计两户三人",
            "一、双喜村",
            "户数：2",
            "审核：",
            "前进中心小学（5人）",
            "审核",
            "Total",
            "王",
            "制表人",
        ] {
            assert!(!may_be_name(other), "{other}");
        }
    }

    #[test]
    fn totals_and_notes_are_known() {
        for total in [
            "合计",
            "本页小计",
            "共计：2户3人",
            "汇总",
            "户数：2",
            "人数:3",
            "(合计)",
            "总计：",
        ] {
            assert!(is_total(total), "{total}");
        }
        assert!(sums_up("以上共计2户3人。"));
        for other in ["户数", "双喜村", "王大山"] {
            assert!(!is_total(other), "{other}");
        }
        for note in [
            "（公章）",
            "附件：1.doc",
            "说明：1、…",
            "以下空白",
            "审核：",
            "注1：略",
        ] {
            assert!(is_note(&squeezed(note)), "{note}");
        }
        assert!(
            is_code("D001")
                && is_code("3209990001")
                && !is_code("3户")
                && !is_code("2020-06-30")
                && !is_code("20200630")
        );
        assert!(
            may_be_relation("侄儿子") && !may_be_relation("（公章）") && !may_be_relation("电话")
        );
    }
}
