//! Lines that part the rows, end a section, or say too little to belong to anybody.

use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;
use qianshou::roster::staffing::ReadPerson;

use crate::support::case_file::{Reading, deciding, read_grid, read_roster};
use crate::support::mess::{Grid, id, row};

const ALL: [&str; 3] = ["王大山", "李秀英", "张建国"];

fn staff(rows: &[&str], choices: &Choices) -> Reading {
    let grid = Grid::new(rows.iter().map(|words| row(words)).collect());
    read_roster(&grid.xlsx(), RosterKind::Staff, choices)
}

/// Lines after the rows and among them: each is told, none is an error, and no person is lost.
fn are_no_persons(lines: &[&str]) {
    for line in lines {
        let mut grid = Grid::plain();
        grid.rows.insert(2, row(line));
        grid.rows.push(row(line));
        let reading = read_grid(&grid);
        let said = &reading.problems;
        assert_eq!(reading.codes(Severity::Error), [], "{line}: {said:#?}");
        assert_eq!(reading.names(), ALL, "{line}");
        let codes = ["note_row", "total_row", "repeated_heading"];
        assert!(
            said.iter().any(|it| codes.contains(&it.code.as_str())),
            "{line}"
        );
    }
}

/// The first household's rows in a section, the second's below a line; villages as the sections say.
fn villages_around(lines: &[&str]) -> Vec<String> {
    let mut grid = Grid::plain();
    for at in 1..4 {
        grid.rows[at][1] = "".into();
    }
    for (at, line) in (3..).zip(lines) {
        grid.rows.insert(at, row(line));
    }
    grid.rows.insert(1, row("一、底村"));
    let bytes = grid.xlsx();
    let reading = read_roster(&bytes, RosterKind::Households, &deciding("sections", true));
    let villages = reading.households.iter().map(|it| it.facts.village.clone());
    villages.collect()
}

#[test]
fn sections_are_understood_as_offices_write_them() {
    for line in [
        "二、双喜村 ~ ~ 1户1人",
        "【双喜村】",
        "★双喜村",
        "Ⅰ、双喜村",
        "《双喜村》",
        "2、双喜村_3户",
        "双喜村名单",
        "双喜村：2户3人",
        "村别：双喜村",
        "1_双喜村",
        "一_双喜村",
        "第一部分_双喜村",
        "二、双喜_村（共1户1人，合计1人）",
    ] {
        assert_eq!(villages_around(&[line]), ["底村", "双喜村"], "{line}");
    }
    for place in ["花园小区", "双喜屯", "东风农场", "花园社区"] {
        assert_eq!(villages_around(&[place]), ["底村", place], "{place}");
    }
}

#[test]
fn a_section_that_is_not_understood_ends_the_one_before_it() {
    for line in [
        "二、易地搬迁安置点",
        "全村",
        "县直机关",
        "贫困户花名册",
        "新增户 王某负责",
    ] {
        assert_eq!(villages_around(&[line]), ["底村", ""], "{line}");
    }
    // A page, a sum and a group of the village end nothing.
    for line in ["第1页_共2页", "小计 2人", "二组", "2026年11月30日"] {
        assert_eq!(villages_around(&[line]), ["底村", "底村"], "{line}");
    }
    let heading = "村 镇 户编号 姓名 性别 证件号码 与户主关系 劳动技能 脱贫属性";
    let mut grid = Grid::plain();
    grid.rows.insert(1, row("一、底村"));
    grid.rows.push(row(heading));
    grid.rows.push(row(&format!(
        "~ 草庙镇 D009 赵六一 男 {} 户主 普通劳动力 未脱贫",
        id("19660202", 13)
    )));
    let accepted = deciding("sections", true);
    let reading = read_roster(&grid.xlsx(), RosterKind::Households, &accepted);
    assert_eq!(reading.households.last().unwrap().facts.village, "");
    assert!(reading.at("A7").iter().any(|it| it.code == "required_cell"));
}

#[test]
fn sections_of_units_end_one_another() {
    for (line, unit) in [
        ("国土资源所", "国土资源所"),
        ("供电公司（2人）", "供电公司"),
        ("中心卫生院 3人", "中心卫生院"),
        ("一、县直机关", "县直机关"),
        ("县人民检察院", "县人民检察院"),
        ("农商行", "农商行"),
        ("外聘人员", ""),
        ("后勤", ""),
        ("周四海", ""),
        ("双喜村", ""),
        ("双喜小学帮扶教师花名册", ""),
    ] {
        let rows = [
            "姓名 单位 工号 性别 职务 联系电话",
            "草庙小学",
            "周二月 ~ T001 女 教师",
            line,
            "吴三强 ~ T002 男 教师",
        ];
        let reading = staff(&rows, &deciding("sections", true));
        let numbered = |number: &str| {
            let of = |it: &&ReadPerson| it.facts.number.as_deref() == Some(number);
            &reading.people.iter().find(of).unwrap().facts.unit
        };
        assert_eq!(
            [numbered("T001"), numbered("T002")],
            ["草庙小学", unit],
            "{line}"
        );
    }
}

#[test]
fn words_alone_in_the_column_of_names_are_nobody() {
    let heading = "姓名 单位 工号 性别 职务 联系电话";
    for line in [
        "派出所",
        "国土所",
        "信用社",
        "法院",
        "党校",
        "卫健委",
        "扶贫办",
        "镇政府",
        "村卫生室",
        "双喜教学点",
        "教务处",
        "校长室",
        "外聘人员",
        "班主任",
        "校长签字",
        "学校（盖章）",
        "水利站",
        "党员 2人",
        "联系电话 0515-83812345",
    ] {
        let rows = [
            heading,
            "周二月 草庙小学 T001",
            line,
            "吴三强 草庙小学 T002",
        ];
        let reading = staff(&rows, &Choices::default());
        assert_eq!(reading.codes(Severity::Error), [], "{line}");
        assert_eq!(
            (reading.people.len(), reading.at("A3").len()),
            (2, 1),
            "{line}"
        );
    }
    for name in ["周二月", "丹增", "王卫生"] {
        let reading = staff(
            &[heading, "吴三强 草庙小学 T002", name],
            &Choices::default(),
        );
        let errors = reading.codes(Severity::Error);
        assert!(
            !errors.is_empty() && errors.iter().all(|(at, _)| at.ends_with('3')),
            "{name}"
        );
        assert!(!reading.people[0].has_errors);
    }
    for word in [
        "镇扶贫办",
        "村委会",
        "办公室",
        "村干部",
        "低保户",
        "五保户",
        "以下略",
        "以下为空",
        "以上属实",
        "情况属实",
        "特此证明",
        "到此为止",
        "表完",
        "无新增",
        "无此人",
        "全家外出",
        "王大山户",
        "以上无误",
        "民政办",
        "监测户",
        "到此结束",
    ] {
        are_no_persons(&[&format!("~ ~ ~ {word}")]);
    }
}

#[test]
fn signers_sentences_sums_and_what_was_filled_down() {
    are_no_persons(&[
        "村党支部书记： ~ ~ 李四平 ~ ~ 村委会主任： 王五一",
        "村民代表签名 ~ ~ 李四平",
        "村民代表签名 王一 李二 张三 赵四 钱五 孙六 周七 吴八",
        "主任 ~ ~ 王四海",
        "驻村第一书记 ~ ~ 赵六顺",
        "草庙镇人民政府 ~ ~ ~ ~ ~ 2026年11月30日 ~ 联系电话_0515-83812345",
        "~ ~ ~ ~ 电话： 13900000001",
        "公示时间 2026-11-01 至 2026-11-07",
        "本表由草庙镇扶贫办填写 不得涂改 一式三份 年底归档",
        "1 脱贫属性按系统填写 不得空白",
        "2 户编号为系统编号 共10位 不足补零",
        "其中： ~ ~ 一般贫困户 ~ ~ 1户",
        "全镇 2户 3人",
        "总人口：3人 男2人 女1人",
        "草庙镇 双喜村 ~ 2人",
        "草庙镇 双喜村 ~ ~ ~ ~ ~ ~ 未脱贫",
        "草庙镇 双喜村",
        "① ② ③ ④ ⑤ ⑥ ⑦ ⑧ ⑨",
        "一 二 三 四 五 六 七 八 九",
        "栏1 栏2 栏3 栏4 栏5 栏6 栏7 栏8 栏9",
        "必填 必填 选填 必填 选填 必填 必填 选填 必填",
        "~ ~ ~ 李校长（签字）",
        "~ ~ ~ 王大山（盖章）",
        "~ ~ 1/4",
        "~ ~ P1",
        "#N/A",
    ]);
    let mut grid = Grid::plain();
    grid.rows.push(vec!["".into(), "".into(), 1.0.into()]);
    assert_eq!(read_grid(&grid).at("C5")[0].code, "note_row");
    // Rows that were filled down are told once.
    let mut grid = Grid::plain();
    for _ in 0..3 {
        grid.rows.push(row("草庙镇 双喜村 ~ ~ ~ ~ ~ ~ 未脱贫"));
    }
    let reading = read_grid(&grid);
    let told = reading.problems.iter().filter(|it| it.code == "note_row");
    assert_eq!(told.count(), 1, "{:#?}", reading.problems);
}

#[test]
fn ditto_marks_reach_no_other_table_and_no_other_section() {
    let mut grid = Grid::plain();
    grid.rows.push(row(
        "村 镇 户编号 姓名 性别 证件号码 与户主关系 劳动技能 脱贫属性",
    ));
    let last = format!(
        "〃 〃 D009 赵六一 男 {} 户主 普通劳动力 〃",
        id("19660202", 13)
    );
    grid.rows.push(row(&last));
    let reading = read_grid(&grid);
    for cell in ["A6", "B6", "I6"] {
        assert_eq!(reading.at(cell)[0].code, "ditto_unclear", "{cell}");
    }
    assert_eq!(reading.names(), ALL);

    let rows = [
        "姓名 工号 单位 职务",
        "周二月 T001 草庙小学 教师",
        "姓名 工号 职务 单位",
        "吴三强 T002 〃 〃",
    ];
    let reading = staff(&rows, &Choices::default());
    assert_eq!(reading.at("D4")[0].code, "ditto_unclear");
    for line in ["二、前进村", "二、易地搬迁安置点"] {
        let mut grid = Grid::plain().cell(3, 1, "〃");
        grid.rows.insert(3, row(line));
        assert_eq!(read_grid(&grid).at("B5")[0].code, "ditto_unclear", "{line}");
    }
    // A row of nothing but such marks is somebody's.
    let mut grid = Grid::plain();
    grid.rows.push(row("〃 〃 〃 〃 〃"));
    let reading = read_grid(&grid);
    assert_eq!(reading.at("D5")[0].code, "ditto_unclear");
    // Over a page and a sum they go on.
    for line in ["第1页_共2页", "小计 2人"] {
        let mut grid = Grid::plain().cell(3, 1, "〃");
        grid.rows.insert(3, row(line));
        assert_eq!(read_grid(&grid).codes(Severity::Error), [], "{line}");
    }
}

#[test]
fn a_member_below_a_line_belongs_to_nobody_for_certain() {
    for line in [
        "~",
        "小计 ~ 1人",
        "二组",
        "二、易地搬迁安置点",
        "~ ~ 李小花",
        "以上属实",
    ] {
        let mut grid = Grid::plain();
        grid.rows.iter_mut().for_each(|row| {
            row.remove(2);
        });
        grid.rows.insert(2, row(line));
        let reading = read_grid(&grid);
        let at = reading.at("F4");
        let told = at.iter().find(|it| it.code == "household_order");
        let reason = &told
            .unwrap_or_else(|| panic!("{line}: {:#?}", reading.problems))
            .reason
            .zh;
        assert!(reason.contains("上面有分隔行"), "{reason}");
        assert_eq!(reading.names(), ["王大山"], "{line}");
    }
}

#[test]
fn small_tables_of_another_kind_are_passed_over_and_told_once() {
    for (heading, below) in [
        ("~ ~ ~ 姓名 电话", "~ ~ ~ 周二月 13900000011"),
        (
            "单位 地址 电话 联系人",
            "草庙小学 草庙镇街北 0515-83812345 周二月",
        ),
        ("项目 户数 人数", "低保户 1 2"),
        ("~ ~ ~ 致贫原因 户数", "~ ~ ~ 因病 1"),
        (
            "~ ~ ~ 帮扶人 单位 联系电话",
            "~ ~ ~ 周二月 草庙小学 13900000011",
        ),
    ] {
        let mut grid = Grid::plain();
        let (one, two) = (grid.rows[2].clone(), grid.rows[3].clone());
        grid.rows.truncate(2);
        grid.rows.push(row(heading));
        grid.rows.push(row(below));
        grid.rows.push(row(below));
        grid.rows.extend([one, two]);
        let reading = read_grid(&grid);
        let told = reading
            .problems
            .iter()
            .filter(|it| it.code == "another_table");
        assert_eq!(told.count(), 1, "{heading}: {:#?}", reading.problems);
        assert_eq!(reading.codes(Severity::Error), [], "{heading}");
        // The roster goes on below it.
        assert_eq!(reading.names(), ALL, "{heading}");
    }
    // People of another kind have identity numbers, too.
    for (heading, below) in [
        (
            "序号 姓名 性别 证件号码 职务 联系电话",
            "1 韩立新 男 320999198001010510 村支书 13900020001",
        ),
        (
            "姓名 证件号码 职务 任职时间",
            "韩立新 320999198001010510 村支书 2020年",
        ),
    ] {
        let mut grid = Grid::plain();
        let lines = ["附件2：村干部名单", heading, below, below];
        grid.rows.extend(lines.map(row));
        let reading = read_grid(&grid);
        let codes = reading.codes(Severity::Warning);
        assert_eq!(
            codes,
            [("A5", "note_row"), ("A6", "another_table")],
            "{heading}"
        );
        assert_eq!(reading.codes(Severity::Error), [], "{heading}");
        assert_eq!(reading.names(), ALL, "{heading}");
        // Below it, too, nobody of the roster is lost.
        grid.rows.push(row("附：名册（续）"));
        grid.rows.push(row(&format!(
            "草庙镇 双喜村 D009 赵六一 男 {} 户主 普通劳动力 未脱贫",
            id("19660202", 13)
        )));
        let reading = read_grid(&grid);
        assert_eq!(reading.names().last(), Some(&"赵六一"), "{heading}");
        assert_eq!(reading.names().len(), 4, "{heading}");
    }
    // A roster that lacks columns is no such list: nothing below its heading is read by other columns.
    let mut grid = Grid::plain();
    grid.rows
        .push(row("组别 片区 户编号 姓名 性别 证件号码 与户主关系 帮扶人"));
    grid.rows.push(row(&format!(
        "一组 东片 D009 赵六一 男 {} 户主 丁一",
        id("19660202", 13)
    )));
    let reading = read_grid(&grid);
    assert!(!reading.codes(Severity::Error).is_empty());
    assert_eq!(reading.names(), ALL);
    let household = format!("王大山 男 {} 户主 草庙镇 双喜村", id("19700101", 11));
    let rows = [
        "姓名 单位 工号 性别",
        "周二月 草庙小学 T001 女",
        "姓名 性别 证件号码 与户主关系 镇 村",
        &household,
    ];
    let reading = staff(&rows, &Choices::default());
    assert_eq!(
        reading.codes(Severity::Error),
        [],
        "{:#?}",
        reading.problems
    );
    assert!(reading.at("A3").iter().any(|it| it.code == "another_table"));
    assert_eq!(reading.people.len(), 1);
}

#[test]
fn a_heading_of_two_rows_repeats_itself() {
    for merged in [false, true] {
        let mut grid = Grid::plain();
        let heading = row("镇 村 户编号 家庭成员 ~ ~ ~ ~ 脱贫属性");
        let below = row("~ ~ ~ 姓名 性别 证件号码 与户主关系 劳动技能");
        grid.rows.splice(0..1, [heading.clone(), below.clone()]);
        grid.rows
            .splice(4..4, [row("贫困户花名册"), heading, below]);
        for top in [0, 5].into_iter().filter(|_| merged) {
            grid.merged.push((top, top, 3, 7));
            grid.merged
                .extend([0, 1, 2, 8].map(|at| (top, top + 1, at, at)));
        }
        let reading = read_grid(&grid);
        assert_eq!(
            reading.codes(Severity::Error),
            [],
            "{:#?}",
            reading.problems
        );
        assert_eq!(reading.names(), ALL);
    }
}

#[test]
fn those_who_sign_or_vote_below_a_list_are_no_persons_of_it() {
    for lines in [
        &["村民代表签名：", "~ ~ ~ 周二月 吴小满", "~ ~ ~ 郑三江"][..],
        &["参会人员", "周二月 吴小满 郑三江 冯四海"],
        &["应到 实到 同意 反对 弃权", "30 28 28 0 0"],
        &["（接下页）"],
    ] {
        let mut grid = Grid::plain();
        grid.rows.extend(lines.iter().map(|line| row(line)));
        let reading = read_grid(&grid);
        assert_eq!(reading.codes(Severity::Error), [], "{lines:?}");
        assert_eq!(reading.names(), ALL, "{lines:?}");
    }
}

#[test]
fn a_school_with_how_many_it_has_is_no_sum() {
    let rows = ["工号 姓名 单位", "大桥中学（3人）", "T001 陈一明 ~"];
    let reading = staff(&rows, &Choices::default());
    let told = reading.at("A2");
    assert!(told.iter().any(|it| it.code == "note_row"), "{told:#?}");
}
