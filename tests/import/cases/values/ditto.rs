//! Marks that mean the value above.

use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;

use crate::support::case_file::read_roster;
use crate::support::cell_case::{
    has_problem, household_case, read_each, read_households, read_staff, said_at, stated,
};
use crate::support::mess::Grid;

const DITTO: (Severity, &str) = (Severity::Repair, "ditto");

#[test]
fn ditto_marks_mean_the_value_above() {
    let reading = household_case("V15_ditto.xlsx");
    assert_eq!(reading.names().len(), 7);
    assert!(
        stated(&reading, |facts| facts.village.clone())
            .iter()
            .all(|village| village == "双喜村")
    );
    let units = stated(&reading, |facts| facts.roster_unit.clone());
    assert!(
        units.iter().all(|unit| unit.as_deref() == Some("草庙小学")),
        "{units:?}"
    );
    for member in reading.members() {
        assert_eq!(member.ethnicity.as_deref(), Some("汉族"));
    }
    for line in 3..=8 {
        for letter in ["B", "I", "J", "K"] {
            assert_eq!(said_at(&reading, &format!("{letter}{line}")), [DITTO]);
        }
    }
    assert_eq!(reading.at("B5")[0].reason.zh, "读作上面的“双喜村”");
}

#[test]
fn ditto_marks_in_text_columns_are_not_stored() {
    let reading = household_case("P01_ditto_village.xlsx");
    assert_eq!(
        stated(&reading, |facts| format!("{}{}", facts.town, facts.village)),
        ["草庙镇双喜村"; 4]
    );
    assert_eq!(reading.members()[1].ethnicity.as_deref(), Some("汉族"));
    assert_eq!(said_at(&reading, "A5"), [DITTO]);
    assert_eq!(said_at(&reading, "K3"), [DITTO]);
}

#[test]
fn a_ditto_mark_under_nothing_is_an_error() {
    let grid = Grid::plain()
        .cell(1, 1, "同上")
        .column("民族", ["〃", "汉族", "同上"]);
    let reading = read_households(&grid);
    has_problem(&reading, "B2", Severity::Error, "ditto_unclear");
    has_problem(&reading, "J2", Severity::Error, "ditto_unclear");
    assert_eq!(said_at(&reading, "J4"), [DITTO]);
    assert_eq!(reading.names(), ["张建国"]);
}

#[test]
fn a_ditto_mark_where_each_person_has_their_own_is_an_error() {
    let grid = Grid::plain()
        .cell(2, 3, "同上")
        .cell(2, 5, "〃")
        .column("出生日期", ["1970-01-01", "同上", ""]);
    let reading = read_households(&grid);
    for cell in ["D3", "F3", "J3"] {
        assert_eq!(
            said_at(&reading, cell),
            [(Severity::Error, "ditto_unclear")],
            "{cell}"
        );
    }
}

#[test]
fn a_ditto_mark_under_an_empty_cell_means_the_household_or_nothing() {
    let grid = Grid::plain()
        .column("家庭住址", ["一组1号", "", "同上"])
        .column("民族", ["汉族", "", "同上"]);
    let reading = read_households(&grid);
    assert_eq!(said_at(&reading, "J4"), [DITTO]);
    has_problem(&reading, "K4", Severity::Error, "ditto_unclear");
}

#[test]
fn ditto_marks_in_a_list_of_staff_and_in_csv() {
    let reading = read_staff(&[
        "工号 姓名 性别 单位 职级 负责镇",
        "T1 周一 男 草庙小学 中层 草庙镇",
        "T2 周二 男 同上 〃 ″",
        "T3 周三 女 —〃— \" ··",
        "同上 周四 女 同左 普通 …",
    ]);
    for person in &reading.people[..3] {
        assert_eq!(
            (person.facts.unit.as_str(), person.facts.town.as_deref()),
            ("草庙小学", Some("草庙镇"))
        );
        assert!(!person.has_errors);
    }
    for cell in ["A5", "D5", "F5"] {
        assert_eq!(
            said_at(&reading, cell),
            [(Severity::Error, "ditto_unclear")],
            "{cell}"
        );
    }
    let csv = Grid::plain().cell(3, 1, "同上").cell(2, 0, "〃").text(",");
    let reading = read_roster(csv.as_bytes(), RosterKind::Households, &Choices::default());
    assert_eq!(
        stated(&reading, |facts| facts.village.clone()),
        ["双喜村", "双喜村"]
    );
    assert_eq!(
        stated(&reading, |facts| facts.town.clone()),
        ["草庙镇", "草庙镇"]
    );
}

#[test]
fn marks_of_every_shape_mean_the_value_above() {
    for mark in [
        "仝",
        "仝上",
        "˝",
        "˝˝",
        "ˮ",
        "¨",
        "〻",
        "ヽ",
        "･･",
        "、、",
        "⬆",
        "↑",
        "同上组",
        "〃组",
        "见上",
    ] {
        let reading = read_each("组", ["3组", mark]);
        assert_eq!(said_at(&reading, "J6"), [DITTO], "{mark}");
        let groups = stated(&reading, |facts| facts.group_name.clone());
        assert_eq!(groups.last().unwrap().as_deref(), Some("3组"), "{mark}");
    }
    for mark in [
        "//",
        "，，",
        "´",
        "同上（3组）",
        "同第2行",
        "3组同上",
        "→",
        "3组〃",
    ] {
        let reading = read_each("组", ["3组", mark]);
        has_problem(&reading, "J6", Severity::Error, "ditto_unclear");
    }
}
