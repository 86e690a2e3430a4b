//! Titles of lists of people who are in a roster no more: 死亡人员名单, 以下为2026年退休人员, 迁出户.

use crate::text::squeezed;

/// What has become of them.
const GONE: [&str; 44] = [
    "死亡",
    "去世",
    "已故",
    "亡故",
    "病故",
    "身故",
    "过世",
    "逝世",
    "迁出",
    "外迁",
    "迁走",
    "搬走",
    "搬离",
    "转出",
    "外嫁",
    "嫁出",
    "出嫁",
    "销户",
    "注销户口",
    "户口注销",
    "注销",
    "清退",
    "剔除",
    "清除",
    "减少",
    "减员",
    "离退休",
    "退休",
    "内退",
    "退养",
    "病退",
    "调出",
    "调离",
    "调走",
    "离职",
    "辞职",
    "离岗",
    "离任",
    "卸任",
    "解聘",
    "除名",
    "开除",
    "离开",
    "户籍迁出",
];
/// What such a title may begin with.
const BEFORE: [&str; 37] = [
    "以下人员",
    "以下各户",
    "以下户",
    "以下均为",
    "以下都是",
    "以下为",
    "以下是",
    "以下系",
    "以下",
    "下列人员",
    "下列",
    "下面为",
    "下面是",
    "下面",
    "附件",
    "附表",
    "附",
    "本村",
    "全村",
    "我村",
    "本镇",
    "全镇",
    "本单位",
    "我单位",
    "本校",
    "我校",
    "全校",
    "本年度",
    "本年",
    "当年",
    "近年",
    "新增",
    "因病",
    "自然",
    "已经",
    "已",
    "户籍",
];
/// What it may end with.
const AFTER: [&str; 39] = [
    "信息表",
    "减少表",
    "老人",
    "人员",
    "人口",
    "户主",
    "户口",
    "户",
    "对象",
    "教职工",
    "职工",
    "教师",
    "老师",
    "干部",
    "同志",
    "村民",
    "成员",
    "女性",
    "女",
    "的",
    "者",
    "花名册",
    "名册",
    "名单",
    "名录",
    "登记表",
    "一览表",
    "统计表",
    "明细表",
    "明细",
    "台账",
    "情况表",
    "情况",
    "信息",
    "部分",
    "记录",
    "如下",
    "了",
    "汇总",
];
/// Whose list it may be.
const WHOSE: [&str; 14] = [
    "村", "社区", "镇", "乡", "街道", "嘎查", "苏木", "组", "县", "学校", "小学", "中学", "局",
    "院",
];
/// Whom the list would be of without such a word.
const OF: [&str; 6] = ["建档立卡", "贫困", "脱贫", "监测", "扶贫", "帮扶"];
/// How a remark behind the title goes on that says only what is done with the list.
const REMARKS: [&str; 7] = ["不", "仅", "只", "供", "请", "详", "另"];
/// How a line ends that says that they were taken out of the list.
const TAKEN_OUT: [&str; 6] = ["已剔除", "已清除", "已删除", "已去除", "已核减", "已清退"];
const NUMERALS: &str = "一二三四五六七八九十百零〇0123456789";

/// Whether a text is the title of a list of people who have died, moved out, retired or left. 无死亡人员,
/// 其中死亡2人 and 死亡人员已删除 are none.
pub fn lists_former(text: &str) -> bool {
    // No title is longer, and most cells are no texts with such a word.
    if text.len() > 120 || !GONE.iter().any(|word| text.contains(word)) {
        return false;
    }
    let is_mark = |it: char| "【】《》<>★☆●■◆▲※*“”\"[]-—.。".contains(it);
    let tight = squeezed(text);
    let tight = tight.trim_matches(is_mark);
    // They are gone from this list too: whoever stands below is there.
    if TAKEN_OUT.iter().any(|end| tight.ends_with(end)) {
        return false;
    }
    let found = GONE.iter().filter_map(|word| tight.find(word));
    let Some(at) = found.min() else {
        return false;
    };
    names_list(&tight[..at]) && ends_list(&tight[at..])
}

/// Whether nothing but whose list it is and from when stands before the first word.
fn names_list(before: &str) -> bool {
    let is_between = |it: char| NUMERALS.contains(it) || "()、.:,年度月上下半第".contains(it);
    let mut rest = before;
    loop {
        let bare = rest.trim_matches(is_between);
        let bare = without_first(bare, &BEFORE);
        let bare = without_first(bare, &OF);
        let bare = OF
            .iter()
            .chain(&["户", "人员", "人口"])
            .find_map(|end| bare.strip_suffix(end))
            .unwrap_or(bare);
        if bare == rest {
            break;
        }
        rest = bare;
    }
    rest.is_empty() || (rest.chars().count() <= 12 && WHOSE.iter().any(|end| rest.ends_with(end)))
}

/// Whether a text goes on with such words, and with nothing but what lists are called and how many there are.
fn ends_list(text: &str) -> bool {
    let mut rest = text;
    loop {
        if rest.is_empty() {
            return true;
        }
        let next = without_first(without_first(rest, &GONE), &AFTER);
        let next = next.trim_start_matches(['、', '及', '和', '或', '与', '/', '(', ')', '已']);
        if next == rest {
            break;
        }
        rest = next;
    }
    let rest = rest.trim_start_matches([':', '共', '计']);
    let unit = rest.trim_start_matches(|it| NUMERALS.contains(it));
    let is_count = unit.len() < rest.len()
        && ["", "人", "户", "名", "人)", "户)", "名)"].contains(&unit.trim_end_matches('。'));
    let is_remark = rest
        .strip_prefix([',', ';', '。', '-', '—'])
        .is_some_and(|rest| REMARKS.iter().any(|word| rest.starts_with(word)));
    rest.is_empty() || is_count || is_remark
}

fn without_first<'t>(text: &'t str, words: &[&str]) -> &'t str {
    let found = words.iter().find_map(|word| text.strip_prefix(word));
    found.unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_people_who_are_gone_are_known() {
        for title in [
            "死亡人员名单",
            "以下为死亡人员",
            "迁出人员",
            "退休人员",
            "调出人员名单",
            "以下为2026年退休人员",
            "三、死亡人员",
            "（二）已故人员（3人）",
            "死亡人员：3人",
            "死亡、迁出人员名单",
            "双喜村死亡人员名册",
            "2026年度双喜村迁出户",
            "以下人员已死亡",
            "以下人员已退休，不再安排",
            "草庙小学退休教师名单",
            "外嫁女",
            "附：户口注销人员",
            "【死亡】",
            "离职、退休人员",
            "贫困户死亡人员名单",
            "自然减员",
            "附件2：死亡人员信息表",
            "去世老人",
            "已死亡（迁出）人员",
        ] {
            assert!(lists_former(title), "{title}");
        }
        for other in [
            "无死亡人员",
            "死亡人员：无",
            "死亡人员已删除",
            "死亡人员已剔除",
            "其中死亡2人",
            "本表不含死亡人员",
            "迁入迁出人员",
            "在职人员",
            "双喜村",
            "退出户名单",
            "脱贫户",
            "死亡人员：王大山",
            "低保金已注销",
            "一、易地搬迁户",
            "王去世",
        ] {
            assert!(!lists_former(other), "{other}");
        }
    }
}
