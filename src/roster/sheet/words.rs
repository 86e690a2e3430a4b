//! Words of lines that stand among the rows of a roster and are no persons.

use crate::text::squeezed;

/// Words of rows that sum up others.
const TOTALS: [&str; 10] = [
    "合计", "小计", "总计", "共计", "累计", "总和", "汇总", "总数", "Total", "TOTAL",
];
/// How rows begin that only count: 户数：2, 人数：3.
const COUNTS: [&str; 6] = ["户数", "人数", "总户数", "总人数", "人口数", "总人口"];
/// How rows begin that say who made the list, or remark on it.
const NOTES: [&str; 41] = [
    "制表",
    "审核",
    "审批",
    "填表",
    "填报",
    "填写说明",
    "填写要求",
    "填写须知",
    "填写规范",
    "填列说明",
    "注意事项",
    "温馨提示",
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
/// How texts end that say what the next cell holds, with or without a colon.
const LABELS: [&str; 14] = [
    "签名", "签字", "签章", "盖章", "盖章)", "签字)", "电话", "邮箱", "邮编", "时间", "日期",
    "期限", "人签", "网址",
];
/// How texts begin that go on from one page to the next.
const PAGES: [&str; 13] = [
    "续上",
    "续前",
    "续表",
    "转下页",
    "接上页",
    "接上表",
    "承前页",
    "接下页",
    "接下表",
    "续下页",
    "见下页",
    "过次页",
    "Page",
];
/// What is counted.
const COUNTED: &str = "户人名口位%";
const NUMERALS: &str = "一二两三四五六七八九十百千";

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
    TOTALS.iter().any(|word| text.contains(word)) || counts(bare(text)) || is_count(text)
}

/// 户数：2, but not 户数 alone, which may be a heading.
fn counts(bare: &str) -> bool {
    let rest = COUNTS.iter().find_map(|word| bare.strip_prefix(word));
    rest.is_some_and(|rest| {
        rest.starts_with([':', '：']) || rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Whether a text only says how many there are: 2户3人, 男2人, 共2户, 三人. 3组 and 2016年脱贫户 are no
/// counts.
pub(super) fn is_count(text: &str) -> bool {
    let is_digit = |it: char| it.is_ascii_digit() || NUMERALS.contains(it) || it == '.';
    let mut rest = bare(text);
    let mut any = false;
    while !rest.is_empty() {
        let digits = rest.trim_start_matches(|it: char| !is_digit(it));
        let label = rest[..rest.len() - digits.len()].chars().count();
        let unit = digits.trim_start_matches(is_digit);
        let Some(counted) = unit.chars().next() else {
            return false;
        };
        if label > 6 || digits.len() == unit.len() || !COUNTED.contains(counted) {
            return false;
        }
        any = true;
        rest =
            unit[counted.len_utf8()..].trim_start_matches([',', ';', '、', '。', ')', '次', '(']);
    }
    any
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

/// Whether a text is a label, and what it labels stands in the next cell: 电话：, 村民代表签名.
pub(super) fn labels_next(text: &str) -> bool {
    let before = text.trim_end_matches([':', '_']);
    let counts = before.chars().all(|it| it.is_ascii_digit());
    !counts && (before.len() < text.len() || LABELS.iter().any(|end| before.ends_with(end)))
}

/// Whether a text is the number of a page, or goes on from another page. Such a line parts nothing.
pub(super) fn is_page(text: &str) -> bool {
    let tight = squeezed(text);
    let bare = tight.trim_matches(['-', '(', ')', '—', '.']);
    let number = bare.trim_start_matches(['P', 'p', '.']);
    let is_number =
        |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    bare == "续"
        || PAGES.iter().any(|word| bare.starts_with(word))
        || (bare.starts_with(['第', '共']) && bare.contains('页'))
        || number.split(['/', '-']).all(is_number)
}

/// Whether a text is a line under which people sign, or over the names of those who met: 村民代表签名：,
/// 参会人员.
pub(super) fn is_over_names(text: &str) -> bool {
    const SIGNS: [&str; 13] = [
        "签名",
        "签字",
        "签到",
        "签章",
        "参会人员",
        "参加人员",
        "到会人员",
        "与会人员",
        "出席人员",
        "列席人员",
        "参会人",
        "评议人员",
        "评议小组成员",
    ];
    let before = text.trim_end_matches([':', '：', ')', '）']);
    SIGNS.iter().any(|end| before.ends_with(end))
}

/// Whether a text is a date as people write it below a list: 2026年11月30日, 2026.11.30, 20261130.
pub(super) fn is_date(text: &str) -> bool {
    let tight = squeezed(text);
    let digits = tight
        .chars()
        .filter(|it| it.is_numeric() || NUMERALS.contains(*it));
    let is_known =
        |it: char| it.is_numeric() || NUMERALS.contains(it) || "年月日-/.〇○".contains(it);
    digits.count() >= 2 && tight.chars().all(is_known)
}

fn bare(text: &str) -> &str {
    text.trim_matches(|character: char| "(（)）【】[]:：。;；—-".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }

    #[test]
    fn counts_pages_and_labels_are_known() {
        for count in [
            "2户3人",
            "男2人",
            "共2户",
            "三人",
            "总人口:3人",
            "2户,3人",
            "(2人)",
            "50%",
        ] {
            assert!(is_count(count), "{count}");
        }
        for other in [
            "3组",
            "2016年脱贫户",
            "一般贫困户",
            "王大山",
            "5号",
            "12",
            "三里村",
        ] {
            assert!(!is_count(other), "{other}");
        }
        for page in [
            "1",
            "1/4",
            "P1",
            "-1-",
            "第1页 共4页",
            "Page 1 of 4",
            "续",
            "接上页",
            "（接下页）",
        ] {
            assert!(is_page(page), "{page}");
        }
        for other in ["H009", "3209990001", "续香兰", "第一部分"] {
            assert!(!is_page(other), "{other}");
        }
        assert!(labels_next("电话:") && labels_next("村民代表签名") && !labels_next("1:"));
        assert!(is_date("2026年11月30日") && is_date("二〇二六年十一月") && !is_date("三里村"));
    }
}
