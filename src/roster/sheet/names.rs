//! How the names of persons, places and units look.

use super::words::{is_count, is_note, is_total};
use crate::text::squeezed;

/// Words that stand alone in the column of names and name nobody.
const NOBODY: [&str; 10] = [
    "空白",
    "以下",
    "以上",
    "无正文",
    "续上",
    "日期",
    "单位",
    "电话",
    "说明",
    "文本",
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
/// How the names of units end besides; some persons' names end so, too.
const UNITS: [&str; 34] = [
    "所",
    "站",
    "院",
    "公司",
    "机关",
    "银行",
    "商行",
    "行",
    "社",
    "校",
    "园",
    "处",
    "室",
    "办",
    "委",
    "部",
    "科",
    "政府",
    "集团",
    "教学点",
    "大学",
    "厂",
    "场",
    "店",
    "工会",
    "联合会",
    "妇联",
    "协会",
    "基地",
    "支队",
    "中队",
    "党委",
    "馆",
    "联社",
];
/// Characters of sentences and headings that a long name of a person does not have.
const SENTENCE: &str =
    "户页表册附件单位负责审核注备说明以上下共计合总数年月日村组镇乡县市区校局所委章";
/// Characters that no name of a person has.
const NEVER: &str = "户页册办府室委署此档填签址局院所们";
/// Characters of words that names have seldom, and only behind a surname.
const SELDOM: &str = "表处组科站社行园校部员级课编以上下无不未有共全外内为止属实略完毕况证说该本各等均足零注备用的了已及或责任管负系务事财政众难贫脱监测象关司团体第点队处厂场店减变续接转";
/// Words of what stands alone in a row.
const WORDS: [&str; 54] = [
    "人员",
    "干部",
    "教师",
    "老师",
    "职工",
    "领导",
    "群众",
    "对象",
    "新增",
    "变动",
    "变化",
    "属实",
    "证明",
    "签章",
    "盖章",
    "情况",
    "无误",
    "结束",
    "为止",
    "完毕",
    "扶贫",
    "困难",
    "低保",
    "五保",
    "贫困",
    "脱贫",
    "退休",
    "在职",
    "在编",
    "机关",
    "公司",
    "银行",
    "商行",
    "党校",
    "党员",
    "工会",
    "妇联",
    "支部",
    "集团",
    "政府",
    "外出",
    "空白",
    "共青团",
    "学区",
    "反对",
    "同意",
    "赞成",
    "弃权",
    "应到",
    "实到",
    "缺席",
    "列席",
    "出席",
    "表决",
];
/// The posts by which people sign, and by which they are called.
const POSTS: [&str; 22] = [
    "主任",
    "书记",
    "校长",
    "园长",
    "队长",
    "会计",
    "文书",
    "村长",
    "镇长",
    "乡长",
    "局长",
    "所长",
    "站长",
    "院长",
    "科长",
    "组长",
    "处长",
    "代表",
    "委员",
    "干事",
    "专员",
    "网格员",
];
/// What the work of a unit is about: 卫生站 is one, 王卫生 a person.
const WORK: [&str; 14] = [
    "卫生", "文化", "林业", "水利", "水务", "农业", "农机", "农经", "财政", "广电", "民政", "经管",
    "教务", "金融",
];
/// Surnames. Without those that begin words of such rows, such as 全 and 党.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆司古吉缪车项连芦麦褚娄窦戚岑景涂卜费尹晏席卫米柏宗瞿桂闵靖隋仇商边查沙郎仲敖巫闻柴简卞鄢楚池应沃肖晋丛荆丘冼步";

/// Whether a text names a place or a unit: 双喜村, 二组, 草庙小学.
pub(super) fn names_place(text: &str) -> bool {
    ends_with_any(text, &PLACES)
}

/// Whether a text names a village or a town, and no unit.
pub(super) fn names_village_or_town(text: &str) -> bool {
    const ENDS: [&str; 13] = [
        "村",
        "镇",
        "乡",
        "街道",
        "社区",
        "苏木",
        "嘎查",
        "噶查",
        "居委会",
        "村委会",
        "居委",
        "村委",
        "屯",
    ];
    ends_with_any(text, &ENDS)
}

/// Whether a text that stands alone in its row names a unit: 草庙小学, 国土资源所, 县人民检察院.
pub(super) fn names_unit(text: &str) -> bool {
    names_place(text) || (ends_with_any(text, &UNITS) && !may_be_name(text))
}

fn ends_with_any(text: &str, ends: &[&str]) -> bool {
    ends.iter()
        .any(|end| text.len() > end.len() && text.ends_with(end))
}

/// Whether a text is how people call a post: 村委会主任.
pub(super) fn names_post(text: &str) -> bool {
    POSTS.iter().any(|post| text.ends_with(post)) && !begins_with_surname(text)
}

fn begins_with_surname(text: &str) -> bool {
    text.chars().next().is_some_and(|it| SURNAMES.contains(it))
}

/// Whether a text may be a person's name. In doubt it may: then what is missing beside it is an error.
pub(super) fn may_be_name(text: &str) -> bool {
    let tight = squeezed(text);
    let mut parts = tight.split('(');
    let name = parts.next().unwrap_or_default();
    // 李校长(签字): somebody signs.
    if parts.any(|remark| remark.contains(['签', '章'])) {
        return false;
    }
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
    let is_other = || is_total(name) || is_note(name) || is_count(name) || is_word(name);
    match length {
        2..=4 => !NOBODY.contains(&name) && !names_place(name) && !is_other(),
        5..=15 => {
            !names_place(name) && !name.chars().any(|it| SENTENCE.contains(it)) && !is_other()
        }
        _ => false,
    }
}

/// Whether a text is a word of the language rather than a name: 扶贫办, 以上属实, 派出所.
fn is_word(text: &str) -> bool {
    let is_called = begins_with_surname(text)
        && text.chars().count() == 3
        && POSTS.iter().any(|post| text.ends_with(post));
    let names_work = WORK.iter().any(|work| text.starts_with(work));
    text.chars().any(|it| NEVER.contains(it))
        || WORDS.iter().any(|word| text.contains(word))
        || (POSTS.iter().any(|post| text.ends_with(post)) && !is_called)
        || (names_work && ends_with_any(text, &UNITS))
        || (!begins_with_surname(text) && text.chars().any(|it| SELDOM.contains(it)))
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
            "王卫生",
            "李文化",
            "王建社",
            "丹增",
            "次仁",
            "其其格",
            "公保",
            "巴特尔",
            "陈知行",
            "林校长",
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
            "镇扶贫办",
            "村委会",
            "王大山户",
            "以上属实",
            "特此证明",
            "无此人",
            "全家外出",
            "到此为止",
            "不足补零",
            "退休人员",
            "班主任",
            "党支部",
            "校长室",
            "文化站",
            "反对",
            "同意",
        ] {
            assert!(!may_be_name(other), "{other}");
        }
    }

    #[test]
    fn units_are_known_by_how_they_end() {
        for unit in [
            "国土资源所",
            "派出所",
            "供电公司",
            "农商行",
            "信用社",
            "县直机关",
            "县人民检察院",
            "卫健委",
            "双喜教学点",
            "村卫生室",
            "林业站",
            "草庙镇政府",
        ] {
            assert!(names_unit(unit), "{unit}");
        }
        for other in ["王建社", "陈知行", "周二月", "退休人员", "以下略"] {
            assert!(!names_unit(other), "{other}");
        }
        assert!(names_post("村党支部书记") && !names_post("王书记"));
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
