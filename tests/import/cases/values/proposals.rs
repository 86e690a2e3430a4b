//! What is proposed for a value that no list has, and what is not.

use qianshou::household::rule::Severity;

use crate::support::case_file::Reading;
use crate::support::cell_case::{has_problem, read_each, read_households, said_at, stated};
use crate::support::mess::Grid;

/// The cell of [`read_each`] with this value, from 0.
fn cell(at: usize) -> String {
    format!("J{}", at + 5)
}

fn proposal(reading: &Reading, cell: &str) -> Option<String> {
    let problems = reading.at(cell);
    let refused = problems.iter().find(|it| it.severity == Severity::Error);
    let refused = refused.unwrap_or_else(|| panic!("{cell} is read: {problems:?}"));
    refused.proposal.clone()
}

fn none_is_proposed(heading: &str, texts: &[&str]) {
    let reading = read_each(heading, texts.iter().copied());
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(proposal(&reading, &cell(at)), None, "{heading} {text}");
    }
}

#[test]
fn no_answer_is_proposed_for_what_only_begins_with_one() {
    for heading in [
        "是否参加大病保险",
        "是否享受低保",
        "是否参加城乡居民基本医疗保险",
    ] {
        none_is_proposed(
            heading,
            &[
                "有条件未参加",
                "有但未缴",
                "已脱保",
                "已过期",
                "已注销",
                "已欠费",
                "已申请未批",
                "无需参加",
                "是否",
                "未必",
                "已到期",
                "是但未缴",
                "有意愿",
            ],
        );
    }
    none_is_proposed("危房户", &["不安全", "已拆除", "有隐患", "已改造"]);
    none_is_proposed(
        "饮水安全",
        &["已破损", "有裂缝", "部分解决", "无房", "不太安全", "有房"],
    );
}

#[test]
fn what_is_certain_of_safety_is_read() {
    let words = [
        ("无隐患", true),
        ("没问题", true),
        ("不缺水", true),
        ("无危房", true),
        ("不是危房", true),
        ("没有问题", true),
        ("有隐患", false),
        ("有危险", false),
        ("已倒塌", false),
        ("有污染", false),
        ("存在安全隐患", false),
    ];
    let reading = read_each("饮水安全", words.iter().map(|(word, _)| *word));
    let read = stated(&reading, |facts| facts.water_safe);
    for (at, (word, safe)) in words.iter().enumerate() {
        assert_eq!(read[at + 2], Some(*safe), "{word}");
        assert_eq!(
            said_at(&reading, &cell(at)),
            [(Severity::Repair, "yes_no_form")]
        );
    }
}

#[test]
fn no_value_of_a_list_is_proposed_for_one_that_has_ended_or_is_a_part() {
    none_is_proposed(
        "健康状况",
        &["亚健康", "欠健康", "残疾已康复", "残疾人家属", "健康欠佳"],
    );
    none_is_proposed(
        "在校生状况",
        &["小学毕业", "小学辍学", "高中肄业", "本科毕业"],
    );
    none_is_proposed("文化程度", &["本科以下", "初中以上", "小学未毕业"]);
    none_is_proposed("贫困户属性", &["低保边缘户", "原低保户", "低保已取消"]);
    let grid = |column: usize, text: &str| read_households(&Grid::plain().cell(3, column, text));
    for text in ["无技能劳动力", "无普通劳动力", "未丧失劳动力"] {
        assert_eq!(proposal(&grid(7, text), "H4"), None, "{text}");
    }
    for text in ["劳动力", "全劳动力", "整劳动力"] {
        let proposed = proposal(&grid(7, text), "H4");
        assert!(
            matches!(proposed.as_deref(), None | Some("普通劳动力")),
            "{text}"
        );
    }
    for text in ["返贫已脱贫", "拟脱贫", "脱贫后又返贫"] {
        assert_eq!(proposal(&grid(8, text), "I4"), None, "{text}");
    }
    for text in ["前儿媳", "前妻之子女", "养孙女"] {
        assert_eq!(proposal(&grid(6, text), "G4"), None, "{text}");
    }
}

#[test]
fn two_values_in_a_cell_for_one_are_said_to_be_two() {
    let reading = read_each("主要致贫原因", ["因病、因残", "因学,因灾", "因病/缺劳力"]);
    for at in 0..3 {
        has_problem(&reading, &cell(at), Severity::Error, "too_many_codes");
        assert_eq!(proposal(&reading, &cell(at)), None);
    }
    assert!(reading.at("J5")[0].reason.zh.contains("因病、因残"));
}

#[test]
fn words_that_are_certain_are_read_and_told() {
    let told = |column: usize, letter: &str, words: &[&str]| {
        for word in words {
            let reading = read_households(&Grid::plain().cell(2, column, *word));
            let cell = format!("{letter}3");
            has_problem(&reading, &cell, Severity::Repair, "code_synonym");
        }
    };
    told(
        6,
        "G",
        &[
            "老伴",
            "幺女",
            "大女",
            "侄媳妇",
            "堂弟",
            "子（长）",
            "女(次)",
            "妻（配偶）",
        ],
    );
    told(
        7,
        "H",
        &["部分丧失劳动能力", "丧失部分劳动力", "部分丧失劳动力"],
    );
    for word in [
        "已稳定脱贫户",
        "正常脱贫",
        "已脱贫(继续享受政策)",
        "2018年已脱贫",
        "2019年度脱贫",
    ] {
        let reading = read_households(&Grid::plain().cell(3, 8, word));
        let said = said_at(&reading, "I4");
        assert_eq!(said[0], (Severity::Repair, "code_synonym"), "{word}");
        assert!(
            said.iter()
                .all(|(severity, _)| *severity == Severity::Repair),
            "{word}: {said:?}"
        );
        assert_eq!(
            stated(&reading, |facts| facts.status.is_lifted()),
            [false, true]
        );
    }
    for word in ["2018年未脱贫", "18年脱贫", "2018年返贫"] {
        let reading = read_households(&Grid::plain().cell(3, 8, word));
        has_problem(&reading, "I4", Severity::Error, "unknown_code");
    }
    let read = |heading: &str, words: &[&str]| {
        let reading = read_each(heading, words.iter().copied());
        for (at, word) in words.iter().enumerate() {
            let said = said_at(&reading, &cell(at));
            assert!(
                said.iter()
                    .all(|(severity, _)| *severity == Severity::Repair)
                    && (!said.is_empty() || *word == "非监测对象"),
                "{heading} {word}: {said:?}"
            );
        }
    };
    read(
        "户类型",
        &[
            "脱贫监测户",
            "脱贫户、监测户",
            "脱贫户(享受政策)",
            "易返贫致贫户",
        ],
    );
    read("监测对象类别", &["非监测对象", "否", "不属于"]);
    read(
        "风险是否已消除",
        &["风险稳定消除", "已消除风险", "部分消除", "未完全消除"],
    );
    read(
        "致贫/返贫风险1",
        &["因意外事故", "其他(请备注)", "意外事故"],
    );
    read(
        "享受低保政策情况",
        &["农村低保", "城市低保", "未享受", "低保户"],
    );
}

#[test]
fn whether_a_risk_is_gone_keeps_no_household_out() {
    let reading = read_each("风险是否已消除", ["看情况", "正在消除", "待消除"]);
    for at in 0..3 {
        has_problem(&reading, &cell(at), Severity::Warning, "unknown_code");
    }
    assert!(reading.codes(Severity::Error).is_empty());
}
