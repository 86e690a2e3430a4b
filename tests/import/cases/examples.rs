//! Rows that show or say how a list is to be filled in.

use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;

use crate::support::Value;
use crate::support::case_file::{Reading, read_grid, read_roster};
use crate::support::mess::{Grid, HEADINGS, id, persons, row};

const ALL: [&str; 3] = ["王大山", "李秀英", "张建国"];

/// The persons below rows that belong to the heading; 序号 stands first.
fn below(lines: &[Vec<Value>]) -> Reading {
    let mut rows = vec![row(&format!("序号 {HEADINGS}"))];
    rows.extend(lines.iter().cloned());
    for (at, mut person) in (1..).zip(persons()) {
        person.insert(0, f64::from(at).into());
        rows.push(person);
    }
    read_grid(&Grid::new(rows))
}

fn example(mark: &str, relation: &str) -> Vec<Value> {
    row(&format!(
        "{mark} 草庙镇 双喜村 D009 赵六 男 {} {relation} 普通劳动力 未脱贫",
        id("19800101", 11)
    ))
}

#[test]
fn an_example_is_nobody() {
    for mark in [
        "示例",
        "例",
        "样例",
        "填写示例",
        "例1",
        "（示例）",
        "示例：",
        "范例",
    ] {
        let reading = below(&[example(mark, "户主"), example(mark, "之子")]);
        assert_eq!(reading.codes(Severity::Error), [], "{mark}");
        assert_eq!(reading.names(), ALL, "{mark}");
        assert_eq!(
            reading.codes(Severity::Warning),
            [("A2", "example_row"), ("A3", "example_row")],
            "{mark}"
        );
    }
    // Behind the last column, or among the rows, too.
    let mut last = Grid::plain().column("备注", ["示例", "", ""]);
    last.rows[1][3] = "赵六".into();
    last.rows[1][2] = "D009".into();
    last.rows[2][6] = "户主".into();
    let reading = read_grid(&last);
    assert!(
        !reading.names().contains(&"赵六"),
        "{:#?}",
        reading.problems
    );
    assert!(
        reading
            .codes(Severity::Warning)
            .contains(&("A2", "example_row"))
    );
}

#[test]
fn names_that_only_look_like_an_example_stay() {
    // A place may be called so, as in the sample of our template.
    let mut grid = Grid::plain();
    for at in 1..4 {
        grid.rows[at][0] = "示例镇".into();
        grid.rows[at][1] = "范例村".into();
    }
    let reading = read_grid(&grid);
    assert_eq!(reading.names(), ALL);
    assert!(!reading.problems.iter().any(|it| it.code == "example_row"));
}

#[test]
fn an_example_of_staff_is_nobody() {
    let grid = Grid::new(vec![
        row("序号 工号 姓名 单位 职务"),
        row("例 T0001 周某 某小学 教师"),
        row("1 T1 周一 草庙小学 教师"),
        row("2 T2 周二（示例） 草庙小学 教师"),
    ]);
    let reading = read_roster(&grid.xlsx(), RosterKind::Staff, &Choices::default());
    let good = reading.people.iter().filter(|it| !it.has_errors);
    let names: Vec<_> = good.map(|it| it.facts.name.as_str()).collect();
    assert_eq!(names, ["周一"]);
    assert_eq!(reading.codes(Severity::Warning), [("A2", "example_row")]);
    assert_eq!(reading.codes(Severity::Error), [("C4", "name_of_example")]);
}

#[test]
fn what_is_to_be_filled_in_is_nobody() {
    for line in [
        "~ 必填 必填 选填 必填 必填 必填 必填 选填 必填",
        "填写要求 必填 必填 选填 必填 下拉选择 必填，18位文本 必填，户主/配偶/之子 下拉 必填",
        "格式 文本 文本 文本 文本 文本 18位文本 文本 下拉选择 文本",
        "（必填） （必填） （必填） 选填 （必填） 单选 文本格式 单选 单选 单选",
        "~ 填写镇名 填写村名 必填 必填 例如：男 必填 必填 可选 可选",
        "填报说明：1、每人一行；2、证件号码为18位",
        "~ 填写须知：请按户口簿填写，户主在第一行",
        "注意事项：红色为必填项",
    ] {
        let reading = below(&[row(line)]);
        let said = &reading.problems;
        assert_eq!(reading.codes(Severity::Error), [], "{line}: {said:#?}");
        assert_eq!(reading.names(), ALL, "{line}");
        let codes = ["note_row", "repeated_heading"];
        assert!(
            said.iter().any(|it| codes.contains(&it.code.as_str())),
            "{line}: {said:#?}"
        );
    }
}
