//! A file that is a list of another kind, or whose heading says too little: named for what it is.

use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;

use crate::support::case_file::{Reading, read_roster};
use crate::support::mess::{Grid, HEADINGS, book, persons, row};

fn read(headings: &str, rows: &[&str], kind: RosterKind) -> Reading {
    let mut all = vec![row(headings)];
    all.extend(rows.iter().map(|words| row(words)));
    read_roster(&Grid::new(all).xlsx(), kind, &Choices::default())
}

#[test]
fn a_list_of_another_kind_is_named_for_what_it_is() {
    use RosterKind::{Households, Staff};
    for (kind, headings, is, is_not) in [
        (Staff, HEADINGS, "贫困户名册", "帮扶责任人名册"),
        // Its persons have all that a list of staff must have.
        (
            Staff,
            "镇 村 户编号 姓名 证件号码 与户主关系 帮扶责任人电话 帮扶单位",
            "贫困户名册",
            "帮扶责任人名册",
        ),
        (
            Staff,
            "户编号 户主姓名 工号 结对日期",
            "结对表",
            "帮扶责任人名册",
        ),
        (Staff, "户编号 工号", "结对表", "帮扶责任人名册"),
        (
            Households,
            "工号 姓名 性别 单位 职务 联系电话",
            "帮扶责任人名册",
            "贫困户名册",
        ),
        (Households, "户编号 工号", "结对表", "贫困户名册"),
        (
            Households,
            "户编号 户主姓名 帮扶责任人 结对日期",
            "结对表",
            "贫困户名册",
        ),
    ] {
        let reading = read(headings, &["1 2 3 4 5 6 7 8"], kind);
        let errors = reading.codes(Severity::Error);
        assert_eq!(errors, [("A1", "another_list")], "{headings}");
        let problem = reading.at("A1")[0];
        let says = format!("像是{is}，不是{is_not}");
        assert!(problem.reason.zh.contains(&says), "{}", problem.reason.zh);
        assert!(problem.remedy.zh.contains(is), "{}", problem.remedy.zh);
        assert!(reading.people.is_empty() && reading.households.is_empty());
    }
}

#[test]
fn a_list_of_households_beside_one_of_staff_is_not_read_as_staff() {
    let households = Grid::under("镇 村 户编号 姓名 性别 证件号码 与户主关系 单位 村民小组");
    let staff = Grid::new(vec![
        row("工号 姓名 单位"),
        row("T1 周一 草庙小学"),
        row("T2 周二 草庙小学"),
    ])
    .named("人员");
    let bytes = book(&[&households, &staff]);
    let reading = read_roster(&bytes, RosterKind::Staff, &Choices::default());
    assert_eq!(reading.codes(Severity::Error), []);
    assert_eq!(reading.codes(Severity::Warning), [("A1", "another_list")]);
    let names = reading.people.iter().map(|it| it.facts.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["周一", "周二"]);
    // Who says that it is the list means it.
    let chosen = Choices {
        sheets: vec!["名册".to_owned()],
        ..Choices::default()
    };
    let reading = read_roster(&bytes, RosterKind::Staff, &chosen);
    assert_eq!(reading.people.len(), persons().len());
    assert!(
        reading
            .codes(Severity::Warning)
            .contains(&("A1", "another_list"))
    );
}

#[test]
fn a_short_heading_is_told_what_it_lacks() {
    for (kind, headings, lacks) in [
        (RosterKind::Households, "姓名 证件号码", "与户主关系"),
        (RosterKind::Households, "村 姓名", "证件号码"),
        (RosterKind::Staff, "工号 姓名", "单位"),
        (RosterKind::Staff, "教师姓名 联系电话", "单位"),
    ] {
        let reading = read(headings, &["甲 乙"], kind);
        let errors = reading.codes(Severity::Error);
        assert_eq!(errors, [("A1", "missing_column")], "{headings}");
        let reason = &reading.at("A1")[0].reason.zh;
        assert!(reason.contains(lacks), "{reason}");
        for heading in headings.split(' ') {
            assert!(reason.contains(heading), "{reason}");
        }
    }
    // A list of staff with all that it must have.
    let reading = read("姓名 单位", &["周一 草庙小学"], RosterKind::Staff);
    assert_eq!(reading.people.len(), 1, "{:#?}", reading.problems);
    for headings in ["项目 金额", "甲 乙", "姓名"] {
        let reading = read(headings, &["1 2"], RosterKind::Staff);
        assert_eq!(
            reading.codes(Severity::Error)[0].1,
            "no_header",
            "{headings}"
        );
    }
}
