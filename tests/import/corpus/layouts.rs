//! Where tables stand in sheets, and what their headings are.

use qianshou::roster::choices::{Choices, ColumnChoice};
use qianshou::roster::profile::Profile;
use qianshou::roster::report::RosterKind;

use crate::support::Value;
use crate::support::mess::{Grid, HEADINGS, Mess, book, id, persons, row};
use crate::support::register::day;

fn choose(columns: &[(&str, Option<&str>)]) -> Vec<ColumnChoice> {
    columns
        .iter()
        .map(|(heading, field)| ColumnChoice {
            heading: (*heading).to_owned(),
            field: field.map(ToOwned::to_owned),
        })
        .collect()
}

fn sheets(names: &[&str]) -> Choices {
    Choices {
        sheets: names.iter().map(|name| (*name).to_owned()).collect(),
        ..Choices::default()
    }
}

pub fn messes() -> Vec<Mess> {
    [headings(), rows(), several_sheets(), forms(), staff()]
        .into_iter()
        .flatten()
        .collect()
}

fn headings() -> Vec<Mess> {
    let mut titled = Grid::plain();
    titled.rows.insert(0, row("结对帮扶贫困户情况（虚构数据）"));
    titled.rows.insert(
        1,
        row("填报单位：示例办公室 ~ ~ ~ ~ 填报日期：2020年6月30日"),
    );
    titled.merged.push((0, 0, 0, 8));

    // 所在地 over three columns, 劳动力 alone over two rows.
    let mut two_rows = Grid::plain();
    two_rows.rows[0] = row("所在地 ~ ~ 家庭成员 ~ ~ ~ 劳动技能 脱贫属性");
    two_rows
        .rows
        .insert(1, row("镇 村 户编号 姓名 性别 证件号码 与户主关系"));
    two_rows.merged = vec![(0, 0, 0, 2), (0, 0, 3, 6), (0, 1, 7, 7), (0, 1, 8, 8)];

    // 户主 and 家庭成员 have columns of the same names; the incomes need their group.
    let three = |words: [&str; 3]| {
        let mut rows: Vec<_> = words.into_iter().map(row).collect();
        let numbers = (id("19700101", 11), id("19710202", 22));
        for (name, number, relation) in [
            ("王大山", &numbers.0, "户主"),
            ("李秀英", &numbers.1, "配偶"),
        ] {
            rows.push(row(&format!(
                "草庙镇 双喜村 D001 王大山 {} 13900000000 {name} {number} {relation} 普通劳动力 未脱贫 12000 3000 5000 7000",
                numbers.0
            )));
        }
        Grid::new(rows)
    };
    let mut three_rows = three([
        "二〇二〇年贫困户家庭情况登记表",
        "所在地 ~ 户编号 户主 ~ ~ 家庭成员 ~ ~ ~ 脱贫属性 家庭收入(元) ~ ~ 年人均纯收入",
        "镇 村 ~ 姓名 证件号码 联系电话 姓名 证件号码 与户主关系 劳动技能 ~ 工资性 生产经营性 转移性 (元)",
    ]);
    three_rows.merged = vec![
        (0, 0, 0, 14),
        (1, 1, 0, 1),
        (1, 2, 2, 2),
        (1, 1, 3, 5),
        (1, 1, 6, 9),
        (1, 2, 10, 10),
        (1, 1, 11, 13),
    ];
    let csv_rows = three([
        "二〇二〇年贫困户家庭情况登记表",
        "所在地 ~ 户编号 户主 ~ ~ 家庭成员 ~ ~ ~ 脱贫属性 家庭收入(元) ~ ~ 年人均纯收入(元)",
        "镇 村 ~ 姓名 证件号码 联系电话 姓名 证件号码 与户主关系 劳动技能 ~ 工资性 生产经营性 转移性 ~",
    ]);

    let helper = Grid::plain()
        .column("帮扶责任人", ["陈老师", "陈老师", "周老师"])
        .column("单位", ["草庙小学"; 3])
        .column("电话", ["13900000001"; 3]);
    let mut helper = helper;
    helper.rows.insert(0, row("~ ~ ~ ~ ~ ~ ~ ~ ~ 帮扶责任人"));
    helper.rows[1][9] = "姓名".into();
    helper.merged.push((0, 0, 9, 11));

    let synonyms = Grid::under(
        "*乡（镇） 村\n(社区) 户_号 成员姓名 男女 公民身份证号码（18位） 与户主的关系 劳动能力 脱贫状态",
    );
    let optional = Grid::under(
        "镇(乡、街道) 村(居) 户编号 姓名 性别 证件号码 与户主关系 劳动技能情况 脱贫属性",
    )
    .column("健康状况说明", ["健康", "患有大病", "残疾"])
    .column("手机联系电话", ["13900000000", "", ""]);
    let required = Grid::under(
        "镇(乡、街道) 村(居) 户编号 姓名 性别 身份证件编码 与户主关系情况 劳动技能 脱贫属性",
    );
    let strange = Grid::under("甲栏 乙栏 户编号 丙栏 性别 丁栏 戊栏 劳动技能 己栏");
    let meanings = choose(&[
        ("甲栏", Some("town")),
        ("乙栏", Some("village")),
        ("丙栏", Some("name")),
        ("丁栏", Some("identity_number")),
        ("戊栏", Some("relation")),
        ("己栏", Some("status")),
        ("性别", None),
    ]);
    let all_meanings = [
        meanings.clone(),
        choose(&[("户编号", Some("number")), ("劳动技能", Some("labour"))]),
    ]
    .concat();
    let profile = Profile {
        id: uuid::Uuid::nil(),
        kind: RosterKind::Households,
        name: "旧表".to_owned(),
        columns: qianshou::db::Json(all_meanings),
        created_at: chrono::DateTime::default(),
        created_by: "office".to_owned(),
    };
    let unknown = Grid::plain()
        .column("身高", ["170", "160", "165"])
        .column("序号", ["1", "2", "3"]);
    let twice = Grid::plain()
        .column("姓 名", ["王大山", "李秀英", "张国"])
        .column("饮水安全", ["是", "是", "否"])
        .column("饮水困难", ["否", "是", "是"]);
    vec![
        Mess::new("titles_above", titled.xlsx()),
        Mess::new("heading_of_two_rows", two_rows.xlsx()),
        Mess::new("heading_of_three_rows", three_rows.xlsx()),
        Mess::new(
            "heading_of_three_rows_as_csv",
            csv_rows.text(",").into_bytes(),
        ),
        Mess::new("heading_of_another_person", helper.xlsx()),
        Mess::new("heading_synonyms", synonyms.xlsx()),
        Mess::new("heading_proposed", optional.xlsx()),
        Mess::new("heading_proposed_and_required", required.xlsx()),
        Mess::new("heading_chosen", strange.xlsx()).with(Choices {
            columns: meanings,
            ..Choices::default()
        }),
        Mess {
            profiles: vec![profile],
            ..Mess::new("heading_of_a_profile", strange.xlsx())
        },
        Mess::new("heading_unknown", strange.xlsx()),
        Mess::new("heading_chosen_wrongly", Grid::plain().xlsx()).with(Choices {
            columns: choose(&[("劳动技能", Some("height"))]),
            sheets: vec!["别的表".to_owned(), "名册".to_owned()],
            ..Choices::default()
        }),
        Mess::new("columns_unknown", unknown.xlsx()),
        Mess::new("columns_twice", twice.xlsx()),
        Mess::new(
            "columns_missing",
            Grid::under("镇(乡、街道) 村(居) 户编号 姓名 性别 身高 与户主关系 劳动技能 体重")
                .xlsx(),
        ),
        Mess::new("heading_missing", Grid::new(persons()).xlsx()),
    ]
}

fn rows() -> Vec<Mess> {
    let mut merged = Grid::plain();
    for (column, value) in [(0, "草庙镇"), (1, "双喜村"), (2, "D001"), (8, "未脱贫")] {
        merged.rows[1][column] = value.into();
        merged.rows[2][column] = Value::Nothing;
        let at = u16::try_from(column).unwrap();
        merged.merged.push((1, 2, at, at));
    }
    let mut head_only = Grid::plain();
    for column in [0, 1, 2, 8] {
        head_only.rows[2][column] = Value::Nothing;
    }
    let mut blank = Grid::plain();
    for row in &mut blank.rows {
        row.insert(3, Value::Nothing);
        row.insert(6, Value::Nothing);
    }
    blank.rows[2][6] = "见附件".into();
    let mut hidden = Grid::plain();
    hidden.hidden_rows.push(2);
    hidden.hidden_columns = vec![4, 9];
    let hidden = hidden.column("身高", ["170"; 3]);

    let mut totals = Grid::plain();
    totals.rows.insert(3, row("双喜村小计 ~ 1户 2人"));
    totals.rows.push(row("前进村_小_计： ~ 1户 1人"));
    totals.rows.push(row("~ 合__计 2户 3人 ~ ~ ~ ~ ~"));
    let mut signed = Grid::plain();
    signed.rows.push(row("注：本表一式两份。"));
    signed.rows.push(row(
        "制表人：周某 ~ ~ 审核人：吴某 ~ ~ 填表日期：2020年6月30日",
    ));
    signed.rows.push(row("单位负责人（签字）： ~ ~ （盖章）"));
    let mut pages = Grid::plain();
    let heading = pages.rows[0].clone();
    pages.rows.insert(
        1,
        (1..=9)
            .map(|number| Value::Number(f64::from(number)))
            .collect(),
    );
    pages.rows.insert(4, row("贫困户名册（续表）"));
    pages.rows.insert(5, heading);
    let mut units = Grid::plain().column("工资性收入", ["12000", "", "3000"]);
    units.rows.insert(1, row("~ ~ ~ ~ ~ ~ ~ ~ ~ （元）"));
    let mut gaps = Grid::plain();
    gaps.rows.insert(2, Vec::new());
    gaps.rows.insert(4, Vec::new());
    gaps.rows.push(row("~ ~ ~ ~ ~ ~ ~ ~ ~ ~"));
    let mut scattered = Grid::plain();
    scattered.rows.swap(2, 3);
    let mut by_head = Grid::plain();
    by_head.rows.iter_mut().for_each(|row| {
        row.remove(2);
    });
    vec![
        Mess::new("cells_merged_down_a_household", merged.xlsx()),
        Mess::new("cells_of_the_heads_row_only", head_only.xlsx()),
        Mess::new("columns_blank", blank.xlsx()),
        Mess::new("rows_and_columns_hidden", hidden.xlsx()),
        Mess::new("rows_of_totals", totals.xlsx()),
        Mess::new("rows_of_signatures", signed.xlsx()),
        Mess::new("rows_that_repeat_the_heading", pages.xlsx()),
        Mess::new("row_of_units", units.xlsx()),
        Mess::new("rows_empty", gaps.xlsx()),
        Mess::new("rows_none", Grid::new(vec![row(HEADINGS)]).xlsx()),
        Mess::new("rows_of_a_household_apart", scattered.xlsx()),
        Mess::new("rows_without_a_household_number", by_head.xlsx()),
    ]
}

fn several_sheets() -> Vec<Mess> {
    let one = Grid::plain().named("双喜村");
    let mut two = Grid::plain().named("前进村");
    two.rows = vec![
        row(HEADINGS),
        row(&format!(
            "草庙镇 前进村 D003 赵六一 男 {} 户主 无劳动力 未脱贫",
            id("19560607", 55)
        )),
    ];
    let summary = Grid::new(vec![row("村名 户数 人口数"), row("双喜村 2 3")]).named("汇总");
    let mut other = two.clone().named("补充").column("民族", ["汉族"]);
    other.rows[1][2] = "D004".into();
    other.rows[1][5] = id("19560607", 57).as_str().into();
    let mut hidden = two.clone().named("旧表");
    hidden.hidden = true;
    vec![
        Mess::new("sheets_alike", book(&[&summary, &one, &two])),
        Mess::new("sheets_unlike", book(&[&one, &other])),
        Mess::new("sheets_chosen", book(&[&one, &other])).with(sheets(&["双喜村", "补充"])),
        Mess::new("sheet_hidden", book(&[&hidden, &one])),
        Mess::new("sheet_hidden_and_chosen", book(&[&hidden, &one])).with(sheets(&["旧表"])),
    ]
}

fn forms() -> Vec<Mess> {
    let (wang, li, zhang) = (id("19700101", 11), id("19710202", 22), id("19500303", 33));
    let heads = Grid::new(vec![
        row("序号 乡镇 行政村 户编号 户主姓名 身份证号 家庭人口 联系电话 脱贫属性 主要致贫原因 年人均纯收入"),
        row(&format!("1 草庙镇 双喜村 D001 王大山 {wang} 2 13900000000 未脱贫 因病 4500")),
        row(&format!("2 草庙镇 前进村 D002 张建国 {zhang} 1 13900000003 已脱贫 因残 7000")),
    ])
    .named("户表");
    let members = Grid::new(vec![
        row("户编号 姓名 身份证号 与户主关系 健康状况 劳动技能"),
        row(&format!("D001 王大山 {wang} 户主 患有大病 普通劳动力")),
        row(&format!("D001 李秀英 {li} 配偶 健康 普通劳动力")),
        row(&format!("D002 张建国 {zhang} 户主 残疾 无劳动力")),
    ])
    .named("成员表");
    let mut astray = members.clone();
    astray.rows.truncate(3);
    astray
        .rows
        .push(row(&format!("D009 张建国 {zhang} 户主 残疾 无劳动力")));
    let drop_number = |grid: &Grid, column: usize| {
        let mut grid = grid.clone();
        grid.rows.iter_mut().for_each(|row| {
            row.remove(column);
        });
        grid
    };
    let heads_by_identity = {
        let mut grid = drop_number(&heads, 3);
        grid.rows[0][4] = "户主身份证号".into();
        grid
    };
    let members_by_identity = {
        let mut grid = drop_number(&members, 0);
        for (row, head) in grid
            .rows
            .iter_mut()
            .zip(["户主身份证号码", &wang, &wang, &zhang])
        {
            row.push(head.into());
        }
        grid
    };
    let mut double = heads.clone();
    double.rows.push(double.rows[1].clone());
    vec![
        Mess::new("one_row_a_household", heads.xlsx()),
        Mess::new("one_row_a_household_twice", double.xlsx()),
        Mess::new("heads_and_members", book(&[&heads, &members])),
        Mess::new("members_and_heads", book(&[&members, &heads])),
        Mess::new("heads_and_members_apart", book(&[&heads, &astray])),
        Mess::new(
            "heads_and_members_by_identity_number",
            book(&[&heads_by_identity, &members_by_identity]),
        ),
        Mess::new("national_export", national_export().xlsx()),
    ]
}

fn national_export() -> Grid {
    let mut rows = vec![row(
        "序号 县(市、区、旗) 乡(镇) 行政村 自然村 户编号 人编号 姓名 证件号码 人数 与户主关系 民族 文化程度 在校生状况 健康状况 劳动技能 务工状况 务工时间(月) 是否参加大病医疗 脱贫属性 脱贫年度 贫困户属性 主要致贫原因 危房户 饮水安全 饮水困难 人均纯收入 联系电话",
    )];
    for (at, (name, number, relation, size)) in [
        ("王大山", id("19700101", 11), "户主", "2"),
        ("李秀英", id("19710202", 22), "配偶", "~"),
    ]
    .into_iter()
    .enumerate()
    {
        rows.push(row(&format!(
            "{} 示例县 草庙镇 双喜村 三组 320999001 32099900{at} {name} {number} {size} {relation} 汉族 初中 ~ 长期慢性病 普通劳动力 乡(镇)内务工 6 是 已脱贫 2019 低保户 因病 否 是 否 7200 13900000000",
            at + 1
        )));
    }
    Grid::new(rows)
}

fn staff() -> Vec<Mess> {
    let number = id("19800101", 71);
    let rows = [
        row("教育系统帮扶责任人名单"),
        row("编号 工号 姓名 性别 工作单位 职务 级别 手机号 帮扶户数 任教学科"),
        row("1 T001 周一明 男 草庙小学 教导主任 中层 １３９００００００１１ 3户 数学"),
        row("2 T002 吴二月 女 草庙小学 教师 ~ 13900000012 两户 语文"),
        row("3 T001 郑三春 女 ~ 教师 一般干部 13900000013 ~ 英语"),
        row("合计 3人"),
    ];
    let mut grid = Grid::new(rows.to_vec()).column("身份证号", Vec::<Value>::new());
    grid.rows[0].truncate(1);
    grid.rows[1].push("身份证号".into());
    grid.rows[2].push(number.as_str().into());
    vec![
        Mess {
            kind: RosterKind::Staff,
            ..Mess::new("staff", grid.xlsx())
        },
        Mess {
            kind: RosterKind::Staff,
            ..Mess::new("staff_file_with_households", Grid::plain().xlsx())
        },
        Mess::new("dates_as_cells", {
            let born =
                ["1970-01-01", "1971-02-02", "1950-03-04"].map(|text| Value::Date(day(text)));
            Grid::plain().column("出生日期", born).xlsx()
        }),
    ]
}
