//! What places, units and people of the county are called, and what households wish for.

use crate::household::Cause;

/// Towns with their villages.
pub const TOWNS: [(&str, [&str; 5]); 6] = [
    ("青禾镇", ["青禾村", "东圩村", "新河村", "沿湖村", "三灶村"]),
    ("柳湾镇", ["柳湾村", "北港村", "丰收村", "洋心村", "富民村"]),
    ("石桥镇", ["石桥村", "大墩村", "南团村", "引水村", "双喜村"]),
    ("白鹭镇", ["白鹭村", "斗龙村", "海防村", "草堰村", "金墩村"]),
    ("云岭镇", ["云岭村", "槐树村", "南坡村", "清泉村", "塬上村"]),
    ("万盈镇", ["万盈村", "益民村", "沈灶村", "裕北村", "同乐村"]),
];

/// Units with the town they serve; the bureau itself and the special school serve any.
pub const UNITS: [(&str, Option<usize>); 12] = [
    ("县教育局机关", None),
    ("县第一中学", Some(0)),
    ("县实验小学", Some(1)),
    ("青禾镇中心小学", Some(0)),
    ("柳湾镇初级中学", Some(1)),
    ("石桥镇中心小学", Some(2)),
    ("石桥镇初级中学", Some(2)),
    ("白鹭镇中心小学", Some(3)),
    ("云岭镇九年一贯制学校", Some(4)),
    ("万盈镇中心小学", Some(5)),
    ("县职业教育中心", Some(4)),
    ("县特殊教育学校", None),
];

/// Of families.
pub const SURNAMES: &str =
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕";
/// Given names of men.
pub const MEN: [&str; 20] = [
    "建国", "志强", "德明", "永福", "长根", "小军", "海涛", "文斌", "正东", "学良", "春生", "立新",
    "国平", "万林", "金龙", "宝山", "浩然", "子轩", "俊杰", "宇航",
];
/// Given names of women.
pub const WOMEN: [&str; 20] = [
    "桂英", "秀兰", "玉梅", "凤霞", "红梅", "春花", "素珍", "月华", "丽萍", "小芳", "翠萍", "雪梅",
    "金凤", "爱华", "美玲", "志红", "梦瑶", "雨欣", "思琪", "欣怡",
];
/// What staff teach, or do.
pub const SUBJECTS: [&str; 10] = [
    "语文",
    "数学",
    "英语",
    "物理",
    "生物",
    "体育",
    "心理健康",
    "校医",
    "农技",
    "电工电子",
];

/// What a household with this main cause may wish for, and the approach that answers it.
pub fn words_for(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::Schooling => (
            "盼孩子安心读完书，减轻学费和生活费负担",
            "落实教育资助，联系家长就近务工，一年内稳定增收",
        ),
        Cause::Illness => (
            "希望减轻看病负担，想在家门口找点活",
            "落实大病保险和医疗救助，安排公益岗位",
        ),
        Cause::Disability => (
            "希望有能在家做的活，申请残疾人补贴",
            "落实残疾人两项补贴，发展家庭手工和小养殖",
        ),
        Cause::LackOfLabour => (
            "希望有人常来看看，冬天有取暖的煤",
            "落实低保兜底和养老保障，邻里结对照看",
        ),
        Cause::LackOfSkill => ("想学一门手艺", "安排职业技能培训，推荐到镇上企业就业"),
        _ => ("想扩大养殖，缺本钱", "申请小额信贷，发展家庭养殖，对接销路"),
    }
}
