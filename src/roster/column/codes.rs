//! Cells that hold values of a code list.

use super::record::{Given, PutCode};
use crate::code_list::CodeList;
use crate::problem::{Text, words};
use crate::text::squeezed;
use crate::value;
use crate::value::{Refusal, repair};
use crate::workbook::reader::Cell;

/// Code of the refusal of a word that may mean any of several values of its list.
pub const AMBIGUOUS: &str = "ambiguous_code";

pub(super) fn read_codes<R>(
    row: &mut R,
    cell: &Cell<'_>,
    labels: fn() -> Vec<&'static str>,
    most: usize,
    put: PutCode<R>,
) -> Result<Given, Refusal> {
    let text = value::plain(cell)?;
    let parts = value::several(&text);
    if parts.len() > most {
        return Err(Refusal::new(
            "too_many_codes",
            words!(
                "填了 {} 项，最多 {most} 项",
                "{} values, of which at most {most} are allowed",
                parts.len()
            ),
            words!("请保留最主要的几项", "keep the most important ones"),
        ));
    }
    let mut found = Vec::with_capacity(parts.len());
    for part in &parts {
        let Some((_, label)) = put(row, part) else {
            let refusal = unknown_code(part, &labels());
            return Err(refusal.proposing(several_meant(row, &parts, &labels(), put)));
        };
        found.push(label);
    }
    Ok(Given {
        value: !parts.is_empty(),
        repair: repair::codes(&parts, &found),
        doubt: None,
        placeholder: parts.is_empty() && !value::is_mark(cell),
    })
}

/// What a list with unknown values may mean: the known ones, and the nearest for the others; `None` if
/// one of them is like none.
fn several_meant<R>(
    row: &mut R,
    parts: &[&str],
    labels: &[&'static str],
    put: PutCode<R>,
) -> Option<String> {
    let mut meant = Vec::new();
    for part in parts {
        // Some separate values by spaces, which others put between characters.
        let words: Vec<_> = part.split_whitespace().collect();
        let known = words.iter().map(|word| put(row, word));
        match known.collect::<Option<Vec<_>>>() {
            Some(known) => meant.extend(known.into_iter().map(|(_, label)| label)),
            None => meant.push(nearest(part, labels)?),
        }
    }
    Some(meant.join("、"))
}

/// The refusal of a text that is no value of a list; one that is several of them says so.
pub(super) fn refused_code<R: Default>(
    text: &str,
    labels: &[&'static str],
    put: PutCode<R>,
) -> Refusal {
    let parts = value::several(text);
    // What is put to find out goes to a row that nobody reads.
    let mut aside = R::default();
    let known = parts.len() > 1 && parts.iter().all(|part| put(&mut aside, part).is_some());
    if known {
        let count = parts.len();
        let given = |between: &str| value::mask(&parts.join(between));
        return Refusal::new(
            "too_many_codes",
            Text::new(
                format!("填了 {count} 项（{}），这一列只能填 1 项", given("、")),
                format!(
                    "{count} values (“{}”), of which this column takes one",
                    given("”, “")
                ),
            ),
            words!(
                "请只保留主要的一项；其他的填入另外的列，或写在备注栏",
                "keep the main one; put others into another column, or into the remarks"
            ),
        );
    }
    unknown_code(text, labels)
}

/// The refusal of a word that may mean any of several values.
pub(super) fn ambiguous_code(text: &str, meanings: &[&str]) -> Refusal {
    let (text, or) = (value::mask(text), meanings.join("”，也可能是“"));
    let listed = meanings.join("”, “");
    Refusal::new(
        AMBIGUOUS,
        Text::new(
            format!("“{text}”不能确定指什么：可能是“{or}”"),
            format!("“{text}” is not certain: it may mean “{listed}”"),
        ),
        Text::new(
            format!("请按实际情况改填“{}”", meanings.join("”或“")),
            format!("write what is true: “{listed}”"),
        ),
    )
}

pub(super) fn unknown_code(text: &str, labels: &[&str]) -> Refusal {
    Refusal::new(
        "unknown_code",
        words!(
            "“{}”不在可选值之内",
            "“{}” is none of the values to choose from",
            value::mask(text)
        ),
        {
            let labels = Text::quoted(labels);
            words!("请从下列值中选填：{labels}", "choose one of these: {labels}"; labels)
        },
    )
    .proposing(nearest(text, labels).map(ToOwned::to_owned))
}

/// The label that a text is nearest to, if it shares more than half of its characters with it and does
/// not say the opposite.
fn nearest<'l>(text: &str, labels: &[&'l str]) -> Option<&'l str> {
    let text = squeezed(text);
    let nearness = |label: &&str| {
        let label = squeezed(label);
        // A yes or no that a text holds may be any part of a word.
        let is_answer = label == "是" || label == "否";
        let holds = !is_answer
            && text.chars().count() >= 2
            && (label.contains(&text) || text.contains(&label));
        let alike = strsim::normalized_damerau_levenshtein(&text, &label);
        if holds { alike.max(0.7) } else { alike }
    };
    labels
        .iter()
        .filter(|label| !says_another(&text, label))
        .map(|label| (nearness(label), *label))
        .filter(|(nearness, _)| *nearness > 0.5)
        .max_by(|(one, _), (two, _)| one.total_cmp(two))
        .map(|(_, label)| label)
}

/// Characters any of which turns a word into its opposite.
const NEGATIONS: &str = "未非无不没否勿免";
/// Characters that a word and what it may mean have in common, or one of them means another thing:
/// wants and losses, inside and outside, sexes, and the kin that are not in the direct line.
const DECISIVE: &str = "缺丧失弱返危停退内外男女父母媳婿孙祖岳公婆侄甥婶舅姑姨叔伯嫂曾养继脱欠亚前原拟预技普好差改善修轻微";
/// The same, of words: what has ended or is about somebody else, and the parts of a whole.
const DECISIVE_WORDS: [&str; 41] = [
    "过期", "注销", "取消", "消除", "消险", "到期", "隐患", "危险", "破损", "倒塌", "拆除", "辍学",
    "休学", "毕业", "肄业", "边缘", "监测", "家属", "部分", "以下", "以上", "康复", "治愈", "痊愈",
    "初愈", "户籍", "便利", "方便", "便捷", "重建", "新建", "加固", "离婚", "离异", "丧偶", "去世",
    "死亡", "已故", "病故", "配偶", "中度",
];

/// Whether two words that look alike mean different things: one denies what the other says, or has one
/// of the characters that decide.
fn says_another(text: &str, label: &str) -> bool {
    let count = |word: &str, of: &str| {
        word.chars()
            .filter(|character| of.contains(*character))
            .count()
    };
    // 一般户 is a household that is not poor, and no 一般贫困户.
    let not_poor = text.starts_with("一般") && !text.contains('贫') && label.contains('贫');
    let denies = count(text, NEGATIONS) != count(label, NEGATIONS);
    let differs = |character: char| text.contains(character) != label.contains(character);
    // 高中及以上 is no 本科及以上, though both go up.
    let stem = |word: &str| {
        let (stem, _) = word.split_once("以上")?;
        Some(stem.trim_end_matches('及').to_owned())
    };
    let from_another = match (stem(text), stem(label)) {
        (Some(one), Some(two)) => !one.ends_with(&two) && !two.ends_with(&one),
        _ => false,
    };
    // 有劳动力 says less than 技能劳动力.
    let has = text.starts_with('有') != label.starts_with('有');
    let says_more = |word: &&str| text.contains(*word) != label.contains(*word);
    not_poor
        || denies
        || from_another
        || has
        || DECISIVE.chars().any(differs)
        || DECISIVE_WORDS.iter().any(says_more)
}

/// The labels of a code list, as a function that a table can hold.
pub fn labels<T: CodeList>() -> Vec<&'static str> {
    T::labels()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code_list::CodeList;
    use crate::codes::{
        Category, Cause, Health, Labour, PovertyStatus, Relation, Schooling, Workplace,
    };

    fn of<T: CodeList>(text: &str) -> Option<&'static str> {
        nearest(text, &T::labels())
    }

    #[test]
    fn no_proposal_says_the_opposite() {
        for (proposal, text) in [
            (of::<PovertyStatus>("已经脱贫户"), "已经脱贫户"),
            (of::<PovertyStatus>("脱贫户未稳"), "脱贫户未稳"),
            (of::<Category>("非贫困户"), "非贫困户"),
            (of::<Category>("非低保户"), "非低保户"),
            (of::<Category>("一般户"), "一般户"),
            (of::<Category>("一般农户"), "一般农户"),
            (of::<Health>("无残疾"), "无残疾"),
            (of::<Health>("非健康"), "非健康"),
            (of::<Health>("不健康"), "不健康"),
            (of::<Labour>("有劳动力"), "有劳动力"),
            (of::<Labour>("强劳动力者"), "强劳动力者"),
            (of::<Schooling>("在校生"), "在校生"),
            (of::<Schooling>("中学"), "中学"),
            (of::<Cause>("不缺资金"), "不缺资金"),
            (of::<Cause>("有技术"), "有技术"),
            (of::<Relation>("堂侄子"), "堂侄子"),
            (of::<Relation>("孙女儿媳"), "孙女儿媳"),
            (of::<Health>("亚健康"), "亚健康"),
            (of::<Health>("欠健康"), "欠健康"),
            (of::<Health>("残疾已康复"), "残疾已康复"),
            (of::<Health>("残疾人家属"), "残疾人家属"),
            (of::<Labour>("劳动力"), "劳动力"),
            (of::<Schooling>("小学毕业"), "小学毕业"),
            (of::<Schooling>("小学辍学"), "小学辍学"),
            (of::<PovertyStatus>("返贫已脱贫"), "返贫已脱贫"),
            (of::<Category>("低保边缘户"), "低保边缘户"),
            (of::<Relation>("前儿媳"), "前儿媳"),
            (of::<Workplace>("县内"), "县内"),
            (of::<Workplace>("国外"), "国外"),
        ] {
            let opposite = |proposal: &str| {
                [
                    "未脱贫",
                    "非在校生",
                    "无劳动力",
                    "丧失劳动力",
                    "之子",
                    "之孙女",
                    "返贫",
                    "县外省内",
                ]
                .contains(&proposal)
                    || says_another(text, proposal)
            };
            assert!(!proposal.is_some_and(opposite), "{text}: {proposal:?}");
        }
        for text in [
            "亚健康",
            "欠健康",
            "残疾已康复",
            "残疾人家属",
            "较差",
            "大病初愈",
        ] {
            assert_eq!(of::<Health>(text), None, "{text}");
        }
        for text in ["健康差", "健康状况差", "身体健康情况差"] {
            assert_eq!(of::<Health>(text), None, "{text}");
        }
        for text in ["交通条件好", "交通条件改善", "交通条件便利"] {
            assert_eq!(of::<Cause>(text), None, "{text}");
        }
        for text in ["C级已改造", "C级(已修缮)", "D级已加固", "D级(已重建)"] {
            assert_eq!(of::<crate::codes::HousingGrade>(text), None, "{text}");
        }
        for text in ["初中及以上", "高中以上", "大专及以上"] {
            assert_eq!(of::<crate::codes::Education>(text), None, "{text}");
        }
        for text in [
            "配偶之父",
            "配偶之母",
            "配偶(已离婚)",
            "配偶(去世)",
            "配偶（离异）",
        ] {
            assert_eq!(of::<Relation>(text), None, "{text}");
        }
        for text in ["轻度丧失劳动力", "中度丧失劳动力"] {
            assert_eq!(of::<Labour>(text), None, "{text}");
        }
        for text in ["无技能劳动力", "无普通劳动力", "非弱劳动力"] {
            assert_eq!(of::<Labour>(text), None, "{text}");
        }
        assert_eq!(of::<crate::codes::Education>("本科以下"), None);
        assert_eq!(of::<PovertyStatus>("返贫已脱贫"), None);
        assert_eq!(of::<Category>("低保边缘户"), None);
        assert_eq!(of::<Labour>("有劳动力"), None);
        assert_eq!(of::<Category>("一般户"), None);
        assert_eq!(of::<Schooling>("在校生"), None);
    }

    #[test]
    fn what_is_meant_is_proposed() {
        assert_eq!(of::<Health>("患大病"), Some("患有大病"));
        assert_eq!(of::<Health>("肢体残疾"), Some("残疾"));
        assert_eq!(
            of::<crate::codes::Education>("大学本科及以上"),
            Some("本科及以上")
        );
        assert_eq!(of::<Cause>("缺水源"), Some("缺水"));
        assert_eq!(of::<Labour>("没有劳动力"), Some("无劳动力"));
        assert_eq!(of::<PovertyStatus>("还未脱贫"), Some("未脱贫"));
    }
}
