//! Few words: what is said of every roster is short, and said once.

use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;

use crate::support::case_file::{Reading, read_grid, read_roster};
use crate::support::mess::{Grid, row};

/// The words of the problems of a kind.
fn reasons<'r>(reading: &'r Reading, code: &str) -> Vec<&'r str> {
    let of = reading.problems.iter().filter(|it| it.code == code);
    of.map(|it| it.reason.zh.as_str()).collect()
}

#[test]
fn infants_without_a_number_are_told_apart() {
    // Checked on 2020-06-30.
    for (born, code) in [
        ("2020-06-01", "infant_without_number"),
        ("2019年1月", "infant_without_number"),
        ("2018-07-01", "infant_without_number"),
        ("2018-06-30", "required_cell"),
        ("1995-01-01", "required_cell"),
        ("", "required_cell"),
    ] {
        let grid = Grid::plain()
            .column("出生日期", ["", born, ""])
            .cell(2, 3, "王小宝")
            .cell(2, 4, "")
            .cell(2, 5, "")
            .cell(2, 6, "之子")
            .cell(2, 7, "无劳动力");
        let reading = read_grid(&grid);
        let at: Vec<_> = reading
            .at("F3")
            .into_iter()
            .map(|it| (it.severity, it.code.as_str()))
            .collect();
        assert_eq!(at, [(Severity::Warning, code)], "{born}");
        assert_eq!(reading.names().len(), 3, "{born}");
    }
}

#[test]
fn a_heading_that_lacks_columns_is_not_repeated() {
    let headings: Vec<_> = (1..=34).map(|at| format!("指标{at}")).collect();
    for (known, lacks) in [
        ("姓名 户编号 镇", "与户主关系"),
        ("姓名 证件号码 村 与户主关系", "镇"),
        ("姓名 户编号 性别", "村"),
    ] {
        let grid = Grid::new(vec![
            row(&format!("{known} {}", headings.join(" "))),
            row("王大山 D001 草庙镇"),
        ]);
        let reading = read_grid(&grid);
        let reasons = reasons(&reading, "missing_column");
        assert_eq!(reasons.len(), 1, "{:#?}", reading.problems);
        assert!(reasons[0].contains(lacks), "{}", reasons[0]);
        let columns = 34 + known.split(' ').count();
        assert!(
            reasons[0].ends_with(&format!("等 {columns} 列")),
            "{}",
            reasons[0]
        );
        assert!(!reasons[0].contains("指标9"), "{}", reasons[0]);
        assert!(reasons[0].chars().count() < 150, "{}", reasons[0]);
    }
}

#[test]
fn many_sheets_are_not_named_each() {
    let empty: Vec<_> = (1..=40)
        .map(|at| Grid::new(vec![row("别的")]).named(&format!("表{at}")))
        .collect();
    let bytes = crate::support::mess::book(&empty.iter().collect::<Vec<_>>());
    for kind in [RosterKind::Households, RosterKind::Staff] {
        let reading = read_roster(&bytes, kind, &Choices::default());
        let reasons = reasons(&reading, "no_header");
        assert!(reasons[0].contains("表8等 40 张"), "{reasons:?}");
        assert!(!reasons[0].contains("表9"), "{reasons:?}");
    }
}
