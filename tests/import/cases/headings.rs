//! Headings that stand twice or otherwise than ours, and exports that lack a column.

use qianshou::household::PovertyStatus;
use qianshou::household::rule::Severity;
use qianshou::roster::choices::{Choices, ColumnChoice};
use qianshou::roster::grouping::StatusDetail;
use qianshou::roster::report::RosterKind;

use crate::support::case_file::{Reading, deciding, households_of, read_grid, read_roster};
use crate::support::mess::{Grid, row};

const ALL: [&str; 3] = ["王大山", "李秀英", "张建国"];
/// 脱贫情况 in the place of 脱贫属性.
const HEADINGS_WITH_ANSWER: &str =
    "苏木镇 嘎查 户编号 姓名 性别 证件号码 与户主关系 劳动技能 脱贫情况";

fn choose(columns: &[(&str, Option<&str>)]) -> Choices {
    let choice = |(heading, field): &(&str, Option<&str>)| ColumnChoice {
        heading: (*heading).to_owned(),
        field: field.map(ToOwned::to_owned),
    };
    Choices {
        columns: columns.iter().map(choice).collect(),
        ..Choices::default()
    }
}

fn phones(reading: &Reading) -> Vec<Option<&str>> {
    let members = reading.members().into_iter();
    members.map(|member| member.phone.as_deref()).collect()
}

#[test]
fn of_two_columns_of_one_heading_none_is_read_until_one_is_chosen() {
    let file = "T04_duplicate_phone_good_rows.xlsx";
    let reading = households_of(file);
    assert_eq!(reading.codes(Severity::Error), [("L1", "duplicate_column")]);
    assert!(reading.at("L1")[0].reason.zh.contains("帮扶干部"));
    assert_eq!(reading.names(), ALL);
    assert_eq!(phones(&reading), [None; 3], "neither is read");

    let mut grid = Grid::plain();
    for (column, words) in [
        "联系电话 13900000001 13900000002 ~",
        "帮扶干部 陈老师 陈老师 陈老师",
        "联系电话 13900000011 13900000011 13900000011",
    ]
    .iter()
    .enumerate()
    {
        for (at, value) in row(words).into_iter().enumerate() {
            grid.rows[at].resize(9 + column, "".into());
            grid.rows[at].push(value);
        }
    }
    let bytes = grid.xlsx();
    for (columns, wanted) in [
        (
            vec![("联系电话（第 1 个）", Some("phone"))],
            [Some("13900000001"), Some("13900000002"), None],
        ),
        (
            vec![("联系电话（第 2 个）", None)],
            [Some("13900000001"), Some("13900000002"), None],
        ),
        (
            vec![("联系电话（第 2 个）", Some("phone"))],
            [Some("13900000011"); 3],
        ),
        (vec![("联系电话", None)], [None; 3]),
    ] {
        let reading = read_roster(&bytes, RosterKind::Households, &choose(&columns));
        assert_eq!(reading.codes(Severity::Error), [], "{columns:?}");
        assert_eq!(phones(&reading), wanted, "{columns:?}");
    }
    let both = choose(&[("联系电话", Some("phone"))]);
    let reading = read_roster(&bytes, RosterKind::Households, &both);
    assert_eq!(phones(&reading), [None; 3]);
    assert_eq!(reading.codes(Severity::Error), [("L1", "duplicate_column")]);
}

/// A grid of three persons with further columns, each a heading and what stands below it.
fn with_columns(columns: &[(&str, &str)]) -> Grid {
    columns
        .iter()
        .fold(Grid::plain(), |grid, (heading, value)| {
            grid.column(heading, [*value; 3])
        })
}

#[test]
fn one_telephone_behind_a_helper_is_nobodys_until_it_is_chosen() {
    let helper = "13900000099";
    for before in [
        &["帮扶单位", "帮扶责任人"][..],
        &["帮扶责任人", "职务"],
        &["结对帮扶人"],
        &["帮扶干部"],
        &["第二帮扶人"],
        &["村书记"],
        &["网格员"],
        &["驻村工作队员"],
        &["驻村第一书记"],
    ] {
        for heading in ["联系电话", "手机号码", "电话"] {
            let mut columns: Vec<_> = before.iter().map(|it| (*it, "陈老师")).collect();
            columns.push((heading, helper));
            let grid = with_columns(&columns);
            let reading = read_grid(&grid);
            assert_eq!(reading.codes(Severity::Error), [], "{before:?} {heading}");
            assert_eq!(phones(&reading), [None; 3], "{before:?} {heading}");
            assert_eq!(reading.households[0].facts.phone, None, "{before:?}");
            let told = reading
                .problems
                .iter()
                .find(|it| it.code == "column_of_another");
            let told = told.unwrap_or_else(|| panic!("{before:?} {heading}"));
            assert_eq!(told.column.as_deref(), Some(heading));
            assert!(told.remedy.zh.contains("导入设置"), "{}", told.remedy.zh);
            let chosen = choose(&[(heading, Some("phone"))]);
            let reading = read_roster(&grid.xlsx(), RosterKind::Households, &chosen);
            assert_eq!(phones(&reading), [Some(helper); 3], "{before:?} {heading}");
        }
    }
    let both = with_columns(&[
        ("户联系电话", "13900000001"),
        ("帮扶责任人", "陈老师"),
        ("联系电话", helper),
    ]);
    let reading = read_grid(&both);
    assert_eq!(phones(&reading), [None; 3]);
    let phone = reading.households[0].facts.phone.as_deref();
    assert_eq!(phone, Some("13900000001"));
}

#[test]
fn a_telephone_elsewhere_is_the_persons() {
    for columns in [
        &[("联系电话", "13900000001"), ("帮扶责任人", "陈老师")][..],
        &[("帮扶措施", "产业"), ("联系电话", "13900000001")],
        &[("是否村干部", "否"), ("联系电话", "13900000001")],
        &[
            ("帮扶责任人", "陈老师"),
            ("民族", "汉族"),
            ("联系电话", "13900000001"),
        ],
        &[("帮扶责任人", "陈老师"), ("人联系电话", "13900000001")],
    ] {
        let reading = read_grid(&with_columns(columns));
        assert_eq!(phones(&reading), [Some("13900000001"); 3], "{columns:?}");
    }
}

#[test]
fn a_telephone_in_a_list_of_staff_is_the_staffs() {
    let phone = |headings: &str, cells: &str| {
        let rows = vec![row(headings), row(cells)];
        let bytes = Grid::new(rows).xlsx();
        let reading = read_roster(&bytes, RosterKind::Staff, &Choices::default());
        (reading.people[0].facts.phone.clone(), reading.problems)
    };
    for owner in ["校长", "单位负责人", "帮扶对象", "户主姓名"] {
        let headings = format!("工号 姓名 单位 {owner} 联系电话");
        let (read, said) = phone(&headings, "T001 陈一明 草庙小学 周二月 13900000011");
        assert_eq!(read, None, "{owner}");
        let told = said.iter().find(|it| it.code == "column_of_another");
        let told = told.unwrap_or_else(|| panic!("{owner}: {said:#?}"));
        let helper = told.reason.zh.contains("帮扶责任人的");
        assert_eq!(helper, owner.contains("帮扶"), "{}", told.reason.zh);
    }
    for headings in [
        "工号 单位 帮扶责任人 联系电话",
        "工号 姓名 单位 联系电话",
        "工号 姓名 单位 可帮扶户数 联系电话",
        "工号 姓名 帮扶单位 联系电话",
    ] {
        let cells = headings
            .replace("工号", "T001")
            .replace("姓名", "陈一明")
            .replace("帮扶责任人", "陈一明")
            .replace("可帮扶户数", "3")
            .replace("帮扶单位", "草庙小学")
            .replace("单位", "草庙小学")
            .replace("联系电话", "13900000011");
        let (read, said) = phone(headings, &cells);
        assert_eq!(
            read.as_deref(),
            Some("13900000011"),
            "{headings}: {said:#?}"
        );
    }
    let headings = "工号 姓名 单位 联系电话 可帮扶户数 联系电话";
    let (_, said) = phone(headings, "T001 陈一明 草庙小学 13900000011 3 13900000012");
    assert!(
        said.iter().all(|it| !it.reason.zh.contains("可能是")),
        "{said:#?}"
    );
}

#[test]
fn a_year_of_lifting_says_that_the_household_was_lifted() {
    let headings = "镇(乡、街道) 村(居) 户编号 姓名 性别 证件号码 与户主关系 劳动技能 户属性";
    for kind in ["", "监测户", "一般户"] {
        let mut grid = Grid::under(headings);
        for at in 1..4 {
            grid.rows[at][8] = kind.into();
        }
        let reading = read_grid(&grid.column("脱贫年度", ["2018"; 3]));
        assert_eq!(reading.codes(Severity::Error), [], "{kind}");
        assert!(reading.questions.is_empty(), "{kind}");
        assert_eq!(statuses(&reading), [PovertyStatus::LiftedWithPolicy; 2]);
        let told = reading.at("J2");
        assert!(told.iter().any(|it| it.code == "status_derived"), "{kind}");
    }
    let answers = Grid::under(HEADINGS_WITH_ANSWER)
        .cell(1, 8, "是")
        .cell(2, 8, "是")
        .cell(3, 8, "否");
    let reading = read_grid(&answers);
    let lifted = [PovertyStatus::LiftedWithPolicy, PovertyStatus::Poor];
    assert_eq!(statuses(&reading), lifted, "{:#?}", reading.problems);
}

#[test]
fn no_heading_is_proposed_for_one_that_asks_for_something_else() {
    for heading in [
        "返贫",
        "是否返贫",
        "风险",
        "住房不安全",
        "饮水不安全",
        "是否未参加大病保险",
        "是否停保",
        "是否享受政策",
        "是否参加职工养老保险",
        "是否退出低保",
    ] {
        let grid = Grid::plain().column(heading, ["是", "否", "是"]);
        let reading = read_grid(&grid);
        assert!(
            reading
                .at("J1")
                .iter()
                .all(|told| told.code != "column_proposed"),
            "{heading}: {:?}",
            reading.at("J1")
        );
    }
    for (heading, meant) in [("享受低保政策否", "低保"), ("住房是否安全达标", "住房安全")]
    {
        let reading = read_grid(&Grid::plain().column(heading, ["是", "否", "是"]));
        let told = reading.at("J1");
        assert!(
            told.iter()
                .any(|it| it.code == "column_proposed" && it.reason.zh.contains(meant)),
            "{heading}: {told:?}"
        );
    }
}

#[test]
fn columns_of_one_meaning_under_two_headings_are_asked_back_too() {
    for (heading, other) in [
        ("民族", "民族"),
        ("联系电话", "手机号"),
        ("备注", "说明"),
        ("文化程度", "学历"),
    ] {
        let grid = Grid::plain()
            .column(heading, ["~"; 1])
            .column(other, ["~"; 1]);
        let reading = read_grid(&grid);
        assert!(
            reading
                .at("K1")
                .iter()
                .any(|it| it.code == "duplicate_column"),
            "{heading} {other}"
        );
    }
    // A roster without the names of persons is none.
    let twice = Grid::plain().column("姓名", ["陈老师"; 3]);
    let reading = read_grid(&twice);
    assert_eq!(reading.codes(Severity::Error), [("J1", "duplicate_column")]);
    assert!(reading.households.is_empty());
    let first = choose(&[("姓名（第 2 个）", None)]);
    let reading = read_roster(&twice.xlsx(), RosterKind::Households, &first);
    assert_eq!(reading.names(), ALL);

    let rows = vec![
        row("工号 姓名 单位 联系电话 联系电话"),
        row("T001 陈一明 草庙小学 13900000011 13900000012"),
    ];
    let reading = read_roster(
        &Grid::new(rows).xlsx(),
        RosterKind::Staff,
        &Choices::default(),
    );
    assert_eq!(reading.people[0].facts.phone, None);
    assert_eq!(reading.codes(Severity::Error), [("E1", "duplicate_column")]);
}

#[test]
fn a_chosen_field_is_read_as_its_heading_says() {
    let grid = Grid::plain().column("危房户", ["是", "是", "否"]);
    let chosen = choose(&[("危房户", Some("housing_safe"))]);
    let reading = read_roster(&grid.xlsx(), RosterKind::Households, &chosen);
    assert_eq!(reading.households[0].facts.housing_safe, Some(false));
}

fn statuses(reading: &Reading) -> Vec<PovertyStatus> {
    let good = reading.households.iter().filter(|it| !it.has_errors);
    good.map(|read| read.facts.status).collect()
}

#[test]
fn exports_without_a_status_say_it_by_the_kind_of_household() {
    for file in ["L16_export_2022.xlsx", "L17_monitoring_export.xlsx"] {
        let reading = households_of(file);
        assert_eq!(reading.codes(Severity::Error), [], "{file}");
        assert_eq!(reading.names(), ALL, "{file}");
        assert_eq!(
            statuses(&reading),
            [PovertyStatus::LiftedWithPolicy; 2],
            "{file}"
        );
        let told = reading
            .problems
            .iter()
            .filter(|it| it.code == "status_derived");
        assert_eq!(told.count(), 1, "{file}");
        assert!(reading.questions.is_empty(), "{file}");
    }
    let reading = households_of("L17_monitoring_export.xlsx");
    let unknown = reading
        .problems
        .iter()
        .filter(|it| it.code == "unknown_column");
    let unknown: Vec<_> = unknown.filter_map(|it| it.column.as_deref()).collect();
    assert!(!unknown.contains(&"风险是否已消除"), "{unknown:?}");
}

#[test]
fn an_empty_status_is_said_by_the_kind_of_household_too() {
    let grid = Grid::plain()
        .column("户类型", ["脱贫户", "", "一般户"])
        .cell(1, 8, "")
        .cell(2, 8, "")
        .cell(3, 8, "");
    let reading = read_grid(&grid);
    let derived = reading.at("J2");
    assert_eq!(derived.len(), 1, "{:#?}", reading.problems);
    assert_eq!(derived[0].code, "status_derived");
    assert!(derived[0].reason.zh.starts_with("没有填写“脱贫属性”：1 户"));
    // Of the other nothing is certain, and nobody else knows.
    let errors = reading.codes(Severity::Error);
    assert_eq!(errors, [("I4", "required_cell")]);
    let first = &reading.households[0];
    assert_eq!(first.facts.status, PovertyStatus::LiftedWithPolicy);
    assert_eq!(first.status_detail, StatusDetail::Nothing);
}

#[test]
fn a_status_that_nothing_says_is_one_question() {
    let headings = "镇(乡、街道) 村(居) 户编号 姓名 性别 证件号码 与户主关系 劳动技能 户类型";
    let of = |kind: &str| {
        let mut grid = Grid::under(headings);
        for (row, kind) in [(1, kind), (2, kind), (3, "脱贫户")] {
            grid.rows[row][8] = kind.into();
        }
        grid
    };
    for kind in ["一般户", "边缘易致贫户", "突发严重困难户", "低保户"] {
        let bytes = of(kind).xlsx();
        let asked = read_roster(&bytes, RosterKind::Households, &Choices::default());
        assert_eq!(asked.codes(Severity::Error), [], "{kind}");
        assert_eq!(asked.questions.len(), 1, "{kind}");
        assert_eq!(asked.names(), ["张建国"], "{kind}: nothing is assumed");
        let accepted = read_roster(&bytes, RosterKind::Households, &deciding("no_status", true));
        assert_eq!(
            statuses(&accepted),
            [PovertyStatus::Poor, PovertyStatus::LiftedWithPolicy]
        );
        let refused = read_roster(
            &bytes,
            RosterKind::Households,
            &deciding("no_status", false),
        );
        assert_eq!(refused.names(), ["张建国"], "{kind}");
        assert!(refused.problems.iter().any(|it| it.code == "no_status"));
    }
    // No column at all that would say it.
    let mut grid = Grid::plain();
    grid.rows.iter_mut().for_each(|row| row.truncate(8));
    let reading = read_grid(&grid);
    assert_eq!((reading.questions.len(), reading.names().len()), (1, 0));
}

#[test]
fn headings_of_other_regions_and_systems() {
    let reading = households_of("L18_inner_mongolia.xlsx");
    assert!(reading.households.is_empty());
    let asked = reading.at("E1");
    assert_eq!(asked[0].code, "column_unconfirmed");
    assert_eq!(asked[0].proposal.as_deref(), Some("姓名"));
    for heading in ["苏木乡", "噶查村"] {
        assert!(
            !reading
                .problems
                .iter()
                .any(|it| it.column.as_deref() == Some(heading))
        );
    }

    let reading = households_of("L19_pkf.xlsx");
    assert_eq!(reading.codes(Severity::Error), []);
    assert_eq!(reading.names(), ALL);
    let facts = &reading.households[0].facts;
    assert_eq!(facts.group_name.as_deref(), Some("三组"));
    assert_eq!(facts.members[0].critical_illness, Some(true));
    let unread = ["AB1", "AC1", "AD1"].map(|cell| reading.at(cell)[0].code.clone());
    assert_eq!(unread, ["unknown_column"; 3]);

    let grid = Grid::under("苏木 嘎查 家庭编号 姓名 性别 证件号码 与户主关系 劳动技能 脱贫属性")
        .column("风险是否已消除", ["已消除", "已消除", "否"])
        .column("易返贫致贫户(监测对象)类型", ["边缘易致贫户", "", ""])
        .column("致贫/返贫风险1", ["因病", "因病", "因残"]);
    let reading = read_grid(&grid);
    assert_eq!(reading.codes(Severity::Error), []);
    assert_eq!(reading.names(), ALL);
}

/// A grid of [`Grid::plain`] with a helper's columns under a group of their own.
fn with_helpers(group: &str, columns: &str) -> Grid {
    let mut grid = Grid::plain();
    grid.rows[0].extend(row(&format!("联系电话 {group} ~ ~")));
    let mut below = row("~ ~ ~ ~ ~ ~ ~ ~ ~ ~");
    below.extend(row(columns));
    for (at, phone) in [(1, "13900000001"), (2, "~"), (3, "~")] {
        let helper = format!("{phone} 周二月 草庙小学 13900000099");
        grid.rows[at].extend(row(&helper));
    }
    grid.rows.insert(1, below);
    grid
}

#[test]
fn the_columns_of_a_helpers_group_are_not_the_households() {
    for (group, columns) in [
        ("帮扶责任人", "姓名 单位 联系电话"),
        ("帮扶干部情况", "姓名 单位 联系电话"),
        ("帮扶情况", "帮扶人 单位 联系电话"),
        ("联系人", "姓名 工作单位 电话"),
    ] {
        let plain = with_helpers(group, columns);
        let mut groups = plain.clone();
        groups.merged.push((0, 0, 10, 12));
        let mut whole = groups.clone();
        whole.merged.extend((0..10).map(|at| (0, 1, at, at)));
        for grid in [plain, groups, whole] {
            let reading = read_grid(&grid);
            assert_eq!(
                reading.codes(Severity::Error),
                [],
                "{group}: {:#?}",
                reading.problems
            );
            assert_eq!(reading.names(), ALL, "{group}");
            assert_eq!(
                phones(&reading),
                [Some("13900000001"), None, None],
                "{group}"
            );
            let proposed = reading
                .problems
                .iter()
                .filter_map(|it| it.proposal.as_deref());
            for proposal in proposed {
                assert!(proposal.contains("帮扶"), "{group}: {proposal}");
            }
        }
    }
    let reading = read_grid(&with_helpers("帮扶责任人", "姓名 单位 联系电话"));
    let facts = &reading.households[0].facts;
    assert_eq!(facts.roster_helper.as_deref(), Some("周二月"));
    assert_eq!(facts.roster_unit.as_deref(), Some("草庙小学"));
}
