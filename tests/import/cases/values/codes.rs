//! Values of code lists, and what is proposed for others.

use qianshou::household::rule::Severity;

use crate::support::cell_case::{has_problem, household_case, read_households, said_at, stated};
use crate::support::mess::Grid;

#[test]
fn no_proposal_says_the_opposite() {
    let reading = household_case("P08_proposals.xlsx");
    for cell in ["J5", "J6", "K7", "K8", "H9", "H10", "L13", "L14", "M15"] {
        let problems = reading.at(cell);
        let unknown = problems
            .iter()
            .find(|problem| problem.code == "unknown_code")
            .unwrap();
        assert_eq!(unknown.proposal, None, "{cell}: {unknown:?}");
    }
    let statuses = stated(&reading, |facts| facts.status.is_lifted());
    assert_eq!(statuses[..3], [true, true, false]);
    for cell in ["I2", "I3", "I4", "G11", "G12"] {
        has_problem(&reading, cell, Severity::Repair, "code_synonym");
    }
}

#[test]
fn relations_are_read_as_people_write_them() {
    use qianshou::household::Relation::{
        Daughter, DaughterInLaw, DaughtersDaughter, Grandson, Head, Mother, Other, Son, Spouse,
        WifesFather,
    };
    let reading = household_case("V28_relations.xlsx");
    let relations: Vec<_> = reading.households[0]
        .facts
        .members
        .iter()
        .map(|member| member.relation)
        .collect();
    assert_eq!(
        relations,
        [
            Head,
            Spouse,
            Son,
            Daughter,
            DaughterInLaw,
            Grandson,
            Mother,
            DaughtersDaughter,
            Other,
            Other,
            Son,
            Daughter,
            WifesFather,
            Son,
            Spouse,
            Son,
        ]
    );
    for line in 2..=17 {
        has_problem(
            &reading,
            &format!("G{line}"),
            Severity::Repair,
            "code_synonym",
        );
    }
}

#[test]
fn the_values_of_a_list_are_told_once_a_column() {
    let grid = Grid::plain().column("健康状况", ["还行", "还行", "不太好"]);
    let reading = read_households(&grid);
    let first = reading.at("J2");
    let first = first
        .iter()
        .find(|problem| problem.code == "unknown_code")
        .unwrap();
    assert_eq!(
        first.reason.zh,
        "“还行”不在可选值之内；本列共 3 处（J2、J3、J4）：“还行”2 处、“不太好”1 处"
    );
    assert!(first.remedy.zh.contains("长期慢性病"));
    for cell in ["J3", "J4"] {
        let problems = reading.at(cell);
        assert_eq!(
            problems[0].remedy.zh, "改法见本列第一处（单元格 J2）",
            "{cell}"
        );
    }
    let one = read_households(&Grid::plain().column("健康状况", ["还行", "", ""]));
    assert_eq!(one.at("J2")[0].reason.zh, "“还行”不在可选值之内");
}

#[test]
fn whether_a_household_is_lifted_means_what_it_says() {
    let reading = household_case("T01_lifted_yes_no.xlsx");
    assert_eq!(
        stated(&reading, |facts| facts.status.is_lifted()),
        [true, false]
    );
    for cell in ["I2", "I3", "I4"] {
        assert_eq!(
            said_at(&reading, cell),
            [(Severity::Repair, "code_synonym")]
        );
    }
    let headings = "镇(乡、街道) 村(居) 户编号 姓名 性别 证件号码 与户主关系 劳动技能 是否已脱贫";
    let grid = Grid::under(headings)
        .cell(1, 8, "√")
        .cell(2, 8, "已脱贫")
        .cell(3, 8, "×");
    assert_eq!(
        stated(&read_households(&grid), |facts| facts.status.is_lifted()),
        [true, false]
    );
    let grid = Grid::under(headings)
        .cell(1, 8, "尚不清楚")
        .cell(3, 8, "未脱贫");
    has_problem(
        &read_households(&grid),
        "I2",
        Severity::Error,
        "unknown_code",
    );
}

#[test]
fn a_word_of_two_meanings_is_asked_back_with_both() {
    for (word, meanings) in [
        ("媳妇", ["配偶", "之儿媳"]),
        ("户主媳妇", ["配偶", "之儿媳"]),
        ("孩子", ["之子", "之女"]),
        ("老人", ["之父", "之母"]),
    ] {
        let reading = read_households(&Grid::plain().cell(2, 6, word));
        assert_eq!(
            said_at(&reading, "G3"),
            [(Severity::Error, "ambiguous_code")]
        );
        let told = reading.at("G3")[0];
        for meaning in meanings {
            assert!(
                told.reason.zh.contains(meaning) && told.remedy.zh.contains(meaning),
                "{told:?}"
            );
        }
        assert_eq!(told.proposal, None, "{word}");
    }
    for word in ["儿媳妇", "儿媳", "户主之儿媳妇"] {
        let reading = read_households(&Grid::plain().cell(2, 6, word));
        has_problem(&reading, "G3", Severity::Repair, "code_synonym");
        let relation = reading.members()[1].relation;
        assert_eq!(
            relation,
            qianshou::household::Relation::DaughterInLaw,
            "{word}"
        );
    }
}

#[test]
fn the_year_in_the_status_is_the_year_of_lifting() {
    let statuses = |first, second| {
        let grid = Grid::plain().cell(1, 8, first).cell(2, 8, "");
        grid.cell(3, 8, second)
    };
    let reading = read_households(&statuses("2019年脱贫", "已脱贫（2020年底）"));
    assert_eq!(
        stated(&reading, |facts| facts.lifted_year),
        [Some(2019), Some(2020)]
    );
    for cell in ["I2", "I4"] {
        has_problem(&reading, cell, Severity::Repair, "lifted_year_of_status");
    }
    assert!(
        reading
            .at("I2")
            .iter()
            .any(|told| told.reason.zh.contains("2019"))
    );

    let with_years =
        statuses("2019年脱贫", "2018年度脱贫户").column("脱贫年度", ["2018", "", "2018"]);
    let reading = read_households(&with_years);
    assert_eq!(
        stated(&reading, |facts| facts.lifted_year),
        [Some(2018), Some(2018)]
    );
    has_problem(&reading, "I2", Severity::Warning, "lifted_year_differs");
    let told = reading.at("I2");
    let told = told
        .iter()
        .find(|told| told.code == "lifted_year_differs")
        .unwrap();
    assert!(
        told.reason.zh.contains("2019") && told.reason.zh.contains("2018"),
        "{told:?}"
    );
    assert!(
        said_at(&reading, "I4")
            .iter()
            .all(|(_, code)| !code.starts_with("lifted_year"))
    );
    let reading = read_households(&statuses("2019年未脱贫", "未脱贫"));
    has_problem(&reading, "I2", Severity::Error, "unknown_code");
}

#[test]
fn what_says_less_of_a_status_gives_way_to_what_says_the_whole() {
    use qianshou::household::PovertyStatus::{LiftedWithoutPolicy, Relapsed};
    let grid = Grid::plain()
        .cell(1, 8, "脱贫不享受政策")
        .cell(2, 8, "")
        .cell(3, 8, "返贫")
        .column("是否脱贫", ["是", "是", "否"]);
    let reading = read_households(&grid);
    assert_eq!(reading.codes(Severity::Error), []);
    assert_eq!(
        stated(&reading, |facts| facts.status),
        [LiftedWithoutPolicy, Relapsed]
    );
    let grid = Grid::plain().column("是否脱贫", ["是", "", "否"]);
    has_problem(
        &read_households(&grid),
        "J2",
        Severity::Error,
        "columns_contradict",
    );
}

#[test]
fn a_yes_is_not_proposed_for_what_has_ended() {
    let grid = Grid::plain().column("是否享受低保", ["已停发", "是否享受", "无法认定"]);
    let reading = read_households(&grid);
    for cell in ["J2", "J3", "J4"] {
        let problems = reading.at(cell);
        assert_eq!(
            (problems[0].code.as_str(), problems[0].proposal.as_deref()),
            ("not_yes_or_no", None)
        );
    }
}

#[test]
fn the_illness_insurance_of_early_exports_is_known() {
    let reading = household_case("P09_critical.xlsx");
    let insured: Vec<_> = reading
        .members()
        .iter()
        .map(|member| member.critical_illness)
        .collect();
    assert_eq!(insured, [Some(true), Some(false), Some(true)]);
}
