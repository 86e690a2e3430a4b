//! Words in the place of a value.

use qianshou::household::rule::Severity;

use crate::support::cell_case::{
    has_problem, household_case, phones_read, read_each, read_households, read_staff, stated,
};
use crate::support::mess::Grid;

#[test]
fn placeholders_are_empty_and_told_once_a_column() {
    let reading = household_case("P23_phone_words.xlsx");
    assert_eq!(phones_read(&reading), [None; 9]);
    let gathered: Vec<_> = reading
        .problems
        .iter()
        .filter(|problem| problem.code == "placeholder")
        .collect();
    let cells: Vec<_> = gathered
        .iter()
        .map(|problem| problem.cell.as_deref().unwrap())
        .collect();
    assert_eq!(cells, ["J2", "K2"]);
    assert!(
        gathered
            .iter()
            .all(|problem| problem.severity == Severity::Repair)
    );
    assert_eq!(
        gathered[0].reason.zh,
        "填的不是内容，按空白处理，共 9 处（J2、J3、J4 等）：“不详”1 处、“\\N”1 处、“(空)”1 处、“#”1 处、“*”1 处、\
         “未填”1 处、其他 3 处"
    );
    has_problem(&reading, "K9", Severity::Error, "ditto_unclear");
    for member in reading.members() {
        assert_eq!(member.ethnicity, None);
    }
}

#[test]
fn who_has_no_number_yet_has_none() {
    for words in [
        ["未上户", "待办", "新生儿"],
        ["没上户口", "正在办理", "尚未办理"],
        ["（办理中）", "未办", "无身份证"],
    ] {
        let (mut grid, mut telephones) = (Grid::plain(), Vec::new());
        for (at, word) in words.into_iter().enumerate() {
            grid = grid.cell(at + 1, 5, word);
            telephones.push(word);
        }
        let reading = read_households(&grid.column("联系电话", telephones));
        assert_eq!(reading.codes(Severity::Error), [], "{words:?}");
        assert_eq!(reading.names().len(), 3);
        assert!(
            reading
                .members()
                .iter()
                .all(|it| it.identity_number.is_none())
        );
        for cell in ["F2", "J2"] {
            has_problem(&reading, cell, Severity::Repair, "placeholder");
            assert!(
                reading
                    .at(cell)
                    .iter()
                    .any(|told| told.reason.zh.contains("共 3 处"))
            );
        }
    }
    // It is what a remark says.
    let reading = read_households(&Grid::plain().column("备注", ["未上户口", "", ""]));
    let remark = reading.households[0].facts.remark.as_deref();
    assert_eq!(remark, Some("未上户口"));
}

#[test]
fn placeholders_are_empty_in_every_kind_of_column() {
    let grid = Grid::plain()
        .column("出生日期", ["不详", "待核", ""])
        .column("健康状况", ["未填", "（空）", "健康"])
        .column("是否享受低保", ["待核实", "????", "否"])
        .column("工资性收入", ["NULL", "\\N", "0"])
        .column("务工时间(月)", ["*", "未知", ""])
        .column("识别年度", ["待查", "#", "2016"])
        .column("家庭住址", ["不清楚", "N/A", "一组"])
        .column("其他致贫原因", ["不详", "", "缺资金"]);
    let reading = read_households(&grid);
    assert_eq!(reading.names().len(), 3, "{:?}", reading.problems);
    let gathered = reading
        .problems
        .iter()
        .filter(|problem| problem.code == "placeholder");
    assert_eq!(gathered.count(), 8);
    let first = &reading.households[0].facts;
    assert_eq!(
        (
            first.address.as_deref(),
            first.wage_income_fen,
            first.identified_year
        ),
        (None, None, None)
    );
    assert_eq!(reading.members()[0].health, None);
}

#[test]
fn a_placeholder_in_a_required_cell_is_a_required_cell_that_is_empty() {
    let grid = Grid::plain()
        .cell(1, 3, "待补")
        .cell(3, 6, "不详")
        .cell(2, 5, "未知");
    let reading = read_households(&grid);
    has_problem(&reading, "D2", Severity::Error, "required_cell");
    has_problem(&reading, "G4", Severity::Error, "required_cell");
    has_problem(&reading, "F3", Severity::Warning, "required_cell");
    let staff = read_staff(&[
        "工号 姓名 单位 联系电话",
        "T1 周一 待补 #",
        "T2 周二 草庙小学 *",
    ]);
    has_problem(&staff, "C2", Severity::Error, "required_cell");
    assert!(!staff.people[1].has_errors);
}

#[test]
fn words_and_signs_in_the_place_of_a_value_are_empty() {
    let words = [
        "待更新",
        "待补录",
        "未上报",
        "没有填",
        "暂未填",
        "尚未填写",
        "缺项",
        "空格",
        "无此项",
        "不适用",
        "拒绝提供",
        "TBD",
        "blank",
        "xx",
        "_",
        "~",
        ".",
        "·",
        "———",
        "还没有上报",
    ];
    for heading in ["民族", "家庭住址", "联系电话"] {
        let reading = read_each(heading, words);
        assert!(
            reading.codes(Severity::Error).is_empty(),
            "{heading}: {:?}",
            reading.problems
        );
        let addresses = stated(&reading, |facts| facts.address.clone());
        assert!(addresses.iter().all(Option::is_none), "{addresses:?}");
        let members = reading.members();
        assert!(
            members
                .iter()
                .all(|it| it.ethnicity.is_none() && it.phone.is_none())
        );
        let told = reading.codes(Severity::Repair);
        assert_eq!(told, [("J5", "placeholder")], "{heading}");
    }
}

#[test]
fn a_text_that_points_at_another_paper_is_empty() {
    for heading in ["民族", "家庭住址", "帮扶单位", "帮扶责任人"] {
        let reading = read_each(heading, ["见户口簿", "详见附件", "见花名册"]);
        assert_eq!(
            reading.codes(Severity::Repair),
            [("J5", "placeholder")],
            "{heading}"
        );
        assert!(reading.codes(Severity::Error).is_empty());
    }
}

#[test]
fn none_in_a_column_of_how_many_households_is_no_household() {
    let reading = read_staff(&[
        "工号 姓名 单位 可帮扶户数",
        "T1 周一 草庙小学 无",
        "T2 周二 草庙小学 没有",
        "T3 周三 草庙小学 不安排",
        "T4 周四 草庙小学 ~",
    ]);
    let read: Vec<_> = reading.people.iter().map(|it| it.facts.capacity).collect();
    assert_eq!(read, [Some(0), Some(0), Some(0), None]);
    for cell in ["D2", "D3", "D4"] {
        has_problem(&reading, cell, Severity::Repair, "amount_form");
    }
}
