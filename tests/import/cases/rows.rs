//! Lines among the rows that are no persons, and rows whose household cannot be told.

use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;

use crate::support::case_file::{
    Reading, deciding, households_of, read_case, read_grid, read_roster,
};
use crate::support::cell_case::has_problem;
use crate::support::mess::{Grid, id, row};

const ALL: [&str; 3] = ["王大山", "李秀英", "张建国"];

/// No line is a person's, each is told, and nothing is an error.
fn is_whole(reading: &Reading, told: &[&str]) {
    assert!(reading.refusal.is_none(), "{:?}", reading.refusal);
    assert_eq!(
        reading.codes(Severity::Error),
        [],
        "{:#?}",
        reading.problems
    );
    assert_eq!(reading.names(), ALL);
    for cell in told {
        assert!(
            !reading.at(cell).is_empty(),
            "{cell}: {:#?}",
            reading.problems
        );
    }
}

#[test]
fn page_numbers_titles_and_subtotals_between_the_rows() {
    let reading = households_of("L04_page_breaks.xlsx");
    assert_eq!(reading.codes(Severity::Error), []);
    assert_eq!(reading.names().len(), 10);
    for cell in ["A6", "A7", "A8", "A9", "A14"] {
        assert!(!reading.at(cell).is_empty(), "{cell}");
    }
}

#[test]
fn lines_below_the_table() {
    let told = ["A6", "A7", "A8", "A9", "F10", "H11", "A12"];
    is_whole(&households_of("L05_footnotes.xlsx"), &told);
    is_whole(&households_of("P22_good_rows_poisoned.xlsx"), &["A5"]);
    is_whole(
        &households_of("P21_summary_words.xlsx"),
        &["A5", "A6", "A7"],
    );
    is_whole(&households_of("F47_table_totals.xlsx"), &["A5"]);
}

#[test]
fn section_rows() {
    is_whole(&households_of("L06_section_rows.xlsx"), &["A2", "A5"]);
    is_whole(
        &households_of("P07_section_variants.xlsx"),
        &["A2", "D5", "B7"],
    );
}

#[test]
fn marks_of_columns() {
    is_whole(&households_of("L09_jia_yi_row.xlsx"), &["A2"]);
    for marks in [
        "A B C D 1 2 3 4 5",
        "(1) (2) (3) (4) 5 6 7 8 9",
        "甲 乙 丙 丁 戊 己 庚 辛 壬",
        "栏次 1 2 3 4 5 6=4+5 7 8",
    ] {
        let mut grid = Grid::plain();
        grid.rows.insert(1, row(marks));
        is_whole(&read_grid(&grid), &["A2"]);
    }
}

#[test]
fn any_line_in_any_column_is_nobodys() {
    for line in [
        "（公章）",
        "2020年6月30日",
        "2020-06-30",
        "20200630",
        "二〇二〇年六月",
        "第1页_共4页",
        "附件1",
        "附件：花名册.doc",
        "以上共计2户3人。",
        "汇总",
        "户数：2",
        "以下空白",
        "——以下空白——",
        "（续表）",
        "一、双喜村",
        "（二）前进村",
        "一组",
        "双喜村",
        "草庙镇双喜村村民委员会",
        "村支部书记签字：",
        "经办：周某",
        "2、脱贫属性填未脱贫或已脱贫。",
        "联系电话：0515-83500000",
        "***",
        "注：本表一式两份",
        "共3人",
        "Total",
        "接上页",
        "填报单位（盖章）",
    ] {
        for column in 0..9 {
            let mut grid = Grid::plain();
            let mut words = ["~"; 9];
            words[column] = line;
            grid.rows.push(row(&words.join(" ")));
            grid.rows.insert(2, row(&words.join(" ")));
            let reading = read_grid(&grid);
            let letter = char::from(b'A' + u8::try_from(column).unwrap());
            is_whole(&reading, &[&format!("{letter}3"), &format!("{letter}6")]);
        }
    }
}

#[test]
fn lines_of_two_texts_and_rows_that_were_filled_down() {
    let mut grid = Grid::plain();
    grid.rows.push(row("草庙镇 双喜村"));
    grid.rows.push(row("~ ~ ~ 审核： ~ ~ 经办："));
    grid.rows.push(row("户数：2 人数：3"));
    grid.rows.push(row(
        "村委会主任：周某 ~ ~ 驻村书记：吴某 ~ ~ 电话：0515-83500000",
    ));
    grid.rows.push(vec![2.0.into(), 3.0.into()]);
    is_whole(&read_grid(&grid), &["A5", "D6", "A7", "A8", "A9"]);

    // Sums, each in the cell behind its label.
    for sums in ["户数 2 人数 3", "~ ~ 户数： 2户 人口数 3人", "~ 合计 3"] {
        let mut grid = Grid::plain();
        grid.rows.push(row(sums));
        let reading = read_grid(&grid);
        assert_eq!(reading.names(), ALL, "{sums}");
        assert_eq!(reading.codes(Severity::Error), [], "{sums}");
    }

    let csv = grid.text(",");
    let choices = Choices::default();
    let reading = read_roster(csv.as_bytes(), RosterKind::Households, &choices);
    is_whole(&reading, &["A5", "D6", "A7", "A8"]);
}

#[test]
fn what_may_be_a_person_is_no_note() {
    for (words, cell, joins) in [
        ("~ ~ ~ 李小花", "G5", false),
        ("草庙镇 双喜村 ~ 李小花", "G5", false),
        ("~ ~ ~ 阿依古丽买买提", "G5", false),
        ("~ ~ ~ 丹增 女", "G5", false),
        ("~ ~ ~ ~ 女 ~ 侄儿子", "G5", true),
        ("~ ~ D002 ~ 女", "D5", true),
        ("~ ~ ~ ~ ~ 32099919500303", "F5", true),
    ] {
        let mut grid = Grid::plain();
        grid.rows.push(row(words));
        let reading = read_grid(&grid);
        let at = reading.at(cell);
        assert!(
            at.iter().any(|it| it.severity == Severity::Error),
            "{words}: {:#?}",
            reading.problems
        );
        // What says nothing of whose it is touches no household.
        assert_eq!(reading.names().contains(&"张建国"), !joins, "{words}");
    }
}

#[test]
fn sections_of_a_list_of_staff() {
    let reading = read_case("S01_staff_sections.xlsx", RosterKind::Staff);
    for cell in ["A3", "A6"] {
        assert_eq!(
            reading.at(cell)[0].code,
            "note_row",
            "{:#?}",
            reading.problems
        );
    }
    assert_eq!(reading.people.len(), 4);
    assert_eq!(reading.people[1].facts.name, "周二月");
    assert_eq!(reading.people[1].facts.unit, "草庙小学");
    assert_eq!(reading.at("G7")[0].severity, Severity::Error);
    let twice = reading.at("A8");
    assert!(
        twice
            .iter()
            .any(|it| it.severity == Severity::Error && it.reason.zh.contains("A4"))
    );

    // A post is no signature.
    let rows = vec![
        row("工号 姓名 职务 单位"),
        row("T001 陈一明 负责人 草庙小学"),
    ];
    let reading = read_roster(
        &Grid::new(rows).xlsx(),
        RosterKind::Staff,
        &Choices::default(),
    );
    assert_eq!(reading.people.len(), 1);

    for line in [
        "一、草庙小学",
        "前进中心小学（5人）",
        "教育局",
        "以下空白",
        "共2人",
        "（公章）",
    ] {
        for column in 0..4 {
            let mut rows = vec![row("工号 姓名 性别 单位"), row("T001 陈一明 男 草庙小学")];
            let mut words = ["~"; 4];
            words[column] = line;
            rows.push(row(&words.join(" ")));
            rows.push(row("T002 周二月 女 前进小学"));
            let bytes = Grid::new(rows).xlsx();
            let reading = read_roster(&bytes, RosterKind::Staff, &Choices::default());
            assert_eq!(reading.codes(Severity::Error), [], "{line} {column}");
            assert_eq!(reading.people.len(), 2, "{line} {column}");
        }
    }
}

#[test]
fn two_spouses_are_told() {
    let reading = households_of("P17_two_spouses.xlsx");
    assert!(reading.at("G4").iter().any(|it| it.code == "two_spouses"));
    // Where only the order of rows makes them one household, nobody is taken into it.
    let mut grid = Grid::plain();
    grid.rows.iter_mut().for_each(|row| {
        row.remove(2);
    });
    let mut second = grid.rows[2].clone();
    second[2] = "赵桂兰".into();
    second[4] = "320999196602020141".into();
    grid.rows.insert(3, second);
    let reading = read_grid(&grid);
    assert!(
        reading
            .at("F4")
            .iter()
            .any(|it| it.code == "household_order")
    );
    assert!(
        !reading.at("F4").iter().any(|it| it.code == "two_spouses"),
        "said once"
    );
    assert_eq!(reading.names(), ["张建国"]);
}

#[test]
fn members_before_their_head_belong_to_no_stranger() {
    let reading = households_of("P16_head_last.xlsx");
    assert!(
        reading
            .at("F2")
            .iter()
            .any(|it| it.code == "household_order")
    );
    assert!(reading.names().is_empty(), "{:?}", reading.names());

    // With numbers, the order says nothing.
    let mut grid = Grid::plain();
    grid.rows.swap(1, 2);
    assert_eq!(read_grid(&grid).names(), ["李秀英", "王大山", "张建国"]);

    // The next sheet and the next section go on with nobody who stands above.
    let mut grid = Grid::plain();
    grid.rows.iter_mut().for_each(|row| {
        row.remove(2);
    });
    grid.rows.insert(2, row("二、前进村"));
    let reading = read_grid(&grid);
    assert!(
        reading
            .at("F4")
            .iter()
            .any(|it| it.code == "household_order")
    );
    assert_eq!(reading.names(), ["王大山"]);
    // The heading of the next page parts no household.
    let mut grid = Grid::plain();
    grid.rows.iter_mut().for_each(|row| {
        row.remove(2);
    });
    grid.rows.insert(2, row("第1页_共2页"));
    let heading = grid.rows[0].clone();
    grid.rows.insert(3, heading);
    is_whole(&read_grid(&grid), &["A3", "A4"]);
}

#[test]
fn a_number_of_each_household_says_where_it_begins() {
    let rows = |serials: [&str; 5]| {
        let people = [
            format!("张建国 男 {} 户主", id("19500303", 33)),
            format!("李秀英 女 {} 配偶", id("19710202", 22)),
            format!("王大山 男 {} 户主", id("19700101", 11)),
            format!("王小山 男 {} 之子", id("20050505", 15)),
            format!("赵六一 男 {} 户主", id("19660202", 13)),
        ];
        let mut grid = vec![row(
            "序号 镇 村 姓名 性别 证件号码 与户主关系 劳动技能 脱贫属性",
        )];
        grid.extend(serials.iter().zip(people).map(|(serial, person)| {
            row(&format!(
                "{serial} 草庙镇 双喜村 {person} 普通劳动力 未脱贫"
            ))
        }));
        Grid::new(grid)
    };
    // The wife stands before her husband, under his number.
    for serials in [["1", "2", "2", "2", "3"], ["1", "2", "~", "~", "3"]] {
        let reading = read_grid(&rows(serials));
        has_problem(&reading, "G3", Severity::Error, "household_order");
        assert_eq!(reading.names(), ["赵六一"], "{serials:?}");
    }
    // Numbers of persons, of households in order, of heads alone, and none at all say nothing.
    for serials in [
        ["1", "2", "3", "4", "5"],
        ["1", "1", "2", "2", "3"],
        ["1", "~", "2", "~", "3"],
        ["~", "~", "~", "~", "~"],
        ["1", "2", "~", "4", "5"],
    ] {
        assert_eq!(read_grid(&rows(serials)).names().len(), 5, "{serials:?}");
    }
}

/// Also when only the good rows are taken: the husband is not taken in without the wife who stands before him.
#[test]
fn a_wife_before_her_husband_keeps_him_out_with_her() {
    for (address, names) in [
        // Hers is his.
        ("双喜村2号", vec!["赵六一"]),
        // Hers is nobody's: the mistake is in the household above.
        ("双喜村9号", vec!["王大山", "赵六一"]),
    ] {
        let grid = Grid::new(vec![
            row("镇 村 姓名 性别 证件号码 与户主关系 劳动技能 脱贫属性 家庭住址"),
            row(&format!(
                "草庙镇 双喜村 张建国 男 {} 户主 无劳动力 未脱贫 双喜村1号",
                id("19500303", 33)
            )),
            row(&format!(
                "草庙镇 双喜村 李秀英 女 {} 配偶 普通劳动力 未脱贫 {address}",
                id("19710202", 22)
            )),
            row(&format!(
                "草庙镇 双喜村 王大山 男 {} 户主 普通劳动力 未脱贫 双喜村2号",
                id("19700101", 11)
            )),
            row(&format!(
                "草庙镇 双喜村 赵六一 男 {} 户主 普通劳动力 未脱贫 双喜村3号",
                id("19660202", 13)
            )),
        ]);
        assert_eq!(read_grid(&grid).names(), names, "{address}");
    }
}

#[test]
fn a_section_says_the_village_if_that_is_accepted() {
    let mut grid = Grid::plain();
    for at in 1..4 {
        grid.rows[at][1] = "".into();
    }
    grid.rows.insert(1, row("一、双喜村"));
    grid.rows.insert(4, row("~ （二）前进村（1户）"));
    let bytes = grid.xlsx();
    let asked = read_roster(&bytes, RosterKind::Households, &Choices::default());
    assert_eq!(asked.questions.len(), 1);
    assert!(asked.names().is_empty());
    assert_eq!(asked.at("B3")[0].proposal.as_deref(), Some("双喜村"));
    let accepted = read_roster(&bytes, RosterKind::Households, &deciding("sections", true));
    assert_eq!(accepted.codes(Severity::Error), []);
    let villages: Vec<_> = accepted
        .households
        .iter()
        .map(|it| &it.facts.village)
        .collect();
    assert_eq!(villages, ["双喜村", "前进村"]);
    assert!(
        accepted
            .at("B6")
            .iter()
            .any(|it| it.code == "section_value")
    );

    let rows = vec![
        row("工号 姓名 性别 单位"),
        row("草庙小学"),
        row("T001 陈一明 男 ~"),
        row("前进小学"),
        row("T002 周二月 女 城关小学"),
    ];
    let bytes = Grid::new(rows).xlsx();
    let asked = read_roster(&bytes, RosterKind::Staff, &Choices::default());
    assert_eq!(
        (asked.questions.len(), asked.people[0].has_errors),
        (1, true)
    );
    let accepted = read_roster(&bytes, RosterKind::Staff, &deciding("sections", true));
    let units: Vec<_> = accepted.people.iter().map(|it| &it.facts.unit).collect();
    assert_eq!(
        units,
        ["草庙小学", "城关小学"],
        "a row's own cell says more"
    );
}

#[test]
fn a_second_table_is_read_by_its_own_heading() {
    let mut grid = Grid::plain();
    grid.rows.push(row("前进村贫困户花名册"));
    grid.rows.push(row(
        "序号 姓名 身份证号 与户主的关系 乡镇 行政村 户号 脱贫属性",
    ));
    grid.rows.push(row(&format!(
        "1 赵六一 {} 户主 草庙镇 前进村 D009 未脱贫",
        id("19660202", 13)
    )));
    let reading = read_grid(&grid);
    assert!(
        reading.at("A6").iter().any(|it| it.code == "further_table"),
        "{:#?}",
        reading.problems
    );
    let last = reading.households.last().unwrap();
    assert_eq!(last.facts.number.as_deref(), Some("D009"));
    assert_eq!(last.facts.members[0].name, "赵六一");

    // What is wrong in it is told at its own cell.
    let wrong = grid.clone().cell(6, 3, "户主的邻居");
    assert!(
        read_grid(&wrong)
            .at("D7")
            .iter()
            .any(|it| it.code == "unknown_code")
    );

    // Another table is not read as persons, nor is anything of it silent.
    let mut grid = Grid::plain();
    grid.rows.push(row("姓名 帮扶单位 联系电话 性别"));
    grid.rows.push(row("陈一明 草庙小学 13900000011 男"));
    let reading = read_grid(&grid);
    assert!(reading.at("A5").iter().any(|it| it.code == "another_table"));
    assert_eq!(reading.names(), ALL);

    for (heading, row_below) in [
        ("姓名 单位 工号 职务", "陈一明 草庙小学 T001 教师"),
        ("序号 姓名 分工", "1 陈一明 组长"),
        ("~ ~ 户主姓名 帮扶项目 落实情况", "~ ~ 王大山 扶鸡 已发"),
    ] {
        let mut grid = Grid::plain();
        grid.rows.push(row("附：帮扶名单"));
        grid.rows.push(row(heading));
        grid.rows.push(row(row_below));
        let reading = read_grid(&grid);
        let told = reading.problems.iter().any(|it| it.code == "another_table");
        assert!(told, "{heading}: {:#?}", reading.problems);
        assert_eq!(reading.names(), ALL, "{heading}");
        assert_eq!(reading.codes(Severity::Error), [], "{heading}");
    }

    let mut grid = Grid::plain();
    grid.rows.push(row("姓名 证件号码 与户主关系 性别"));
    grid.rows
        .push(row(&format!("赵六一 {} 户主 男", id("19660202", 13))));
    let reading = read_grid(&grid);
    assert!(
        reading
            .codes(Severity::Error)
            .contains(&("A5", "another_table"))
    );
    assert_eq!(reading.names(), ALL);
}
