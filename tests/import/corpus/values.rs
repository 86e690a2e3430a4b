//! What people type into cells.

use qianshou::roster::choices::{Choices, Correction};

use crate::support::Value;
use crate::support::mess::{Grid, Mess, id, row};

/// What is to be said in few words.
fn much_of_a_kind() -> Vec<Mess> {
    let words = [
        "很强",
        "强壮",
        "很强",
        "能干活",
        "很强",
        "还能干",
        "半个",
        "不大行",
        "很强",
    ];
    let infant = |grid: Grid, at: usize| {
        grid.cell(at, 3, "王小宝")
            .cell(at, 4, Value::Nothing)
            .cell(at, 5, Value::Nothing)
            .cell(at, 6, "之女")
            .cell(at, 7, "无劳动力")
    };
    let born = ["", "2020-05-06", "", "1960-01-01"];
    let headings: Vec<String> = (1..=34).map(|at| format!("指标{at}")).collect();
    let wide = Grid::new(vec![
        row(&format!("户编号 姓名 镇 {}", headings.join(" "))),
        row("D001 王大山 草庙镇"),
    ]);
    vec![
        Mess::new(
            "words_unknown_in_many_cells",
            Grid::plain().column("健康状况", words).xlsx(),
        ),
        Mess::new(
            "infants_without_a_number",
            infant(Grid::plain().column("出生日期", born), 2).xlsx(),
        ),
        Mess::new("columns_missing_of_many", wide.xlsx()),
    ]
}

pub fn messes() -> Vec<Mess> {
    let wang = id("19700101", 11);
    let mut messes = much_of_a_kind();
    messes.extend([
        Mess::new(
            "dates",
            Grid::plain()
                .column::<Value>(
                    "出生日期",
                    [
                        Value::Number(25_569.0),
                        "1971年2月2日".into(),
                        "1950.3.3".into(),
                        "一九六〇年一月一日".into(),
                        "1960-01-01 00:00:00".into(),
                        "1960/1/1".into(),
                        "19600101".into(),
                        "60.1.1".into(),
                        "1960-02-30".into(),
                        "不详".into(),
                    ],
                )
                .xlsx(),
        ),
        Mess::new("dates_without_a_day", {
            let months = ["1970年1月", "1971.2", "一九五〇年五月", "1960-01", "196001"];
            let mut grid = Grid::plain().column("出生年月", months);
            grid.rows[5][5] = Value::Nothing;
            grid.xlsx()
        }),
        Mess::new(
            "years",
            Grid::plain()
                .column::<Value>(
                    "识别年度",
                    [
                        Value::Number(2016.0),
                        "2016年".into(),
                        "201601".into(),
                        "二〇一六年三月".into(),
                        Value::Number(42_434.0),
                        "2016年3月5日".into(),
                        "16".into(),
                        "16年".into(),
                        "去年".into(),
                    ],
                )
                .xlsx(),
        ),
        Mess::new(
            "money",
            Grid::plain()
                .column::<Value>(
                    "工资性收入",
                    [
                        "12,000元".into(),
                        Value::Nothing,
                        "￥3000.5".into(),
                        "１２０００".into(),
                        "1.2万".into(),
                        "12000.00".into(),
                        "约3000".into(),
                        "3000-4000".into(),
                        "1,23".into(),
                        "三千".into(),
                        "0".into(),
                        "无".into(),
                    ],
                )
                .column::<Value>(
                    "生产经营性收入（万元）",
                    [
                        Value::Number(0.35),
                        Value::Nothing,
                        "0.2".into(),
                        "5000元".into(),
                    ],
                )
                .xlsx(),
        ),
        Mess::new(
            "whole_numbers",
            Grid::plain()
                .column::<Value>(
                    "务工时间(月)",
                    [
                        "6个月".into(),
                        "６".into(),
                        Value::Number(0.0),
                        "三个月".into(),
                        Value::Number(3.5),
                        Value::Number(13.0),
                        "全年".into(),
                    ],
                )
                .xlsx(),
        ),
        Mess::new(
            "yes_and_no",
            Grid::plain()
                .column::<Value>(
                    "是否享受低保",
                    [
                        "√".into(),
                        "否".into(),
                        "有".into(),
                        "无".into(),
                        Value::Number(1.0),
                        "0".into(),
                        "×".into(),
                        "Ｙ".into(),
                        "TRUE".into(),
                        "是的".into(),
                        "待定".into(),
                    ],
                )
                .column("住房安全", ["安全", "", "不安全", "达标", "否"])
                .xlsx(),
        ),
        Mess::new(
            "codes",
            Grid::plain()
                .column(
                    "健康状况",
                    ["良好", "慢性病", "残疾人", "健康状况良好", "患大病", "一般"],
                )
                .column(
                    "主要致贫原因",
                    ["疾病", "", "因残", "缺 劳 力", "因为生病", "懒"],
                )
                .xlsx(),
        ),
        Mess::new(
            "several_codes",
            Grid::plain()
                .column(
                    "其他致贫原因",
                    [
                        "缺劳力、缺资金",
                        "",
                        "因学,缺地",
                        "因病；因残/因灾",
                        "缺技术;缺水源",
                    ],
                )
                .column(
                    "帮扶措施",
                    ["产业扶贫,低保", "", "教育/健康", "就业 产业", "产业、慰问"],
                )
                .xlsx(),
        ),
        Mess::new("identity_numbers", identity_numbers().xlsx()),
        Mess::new("names", {
            Grid::plain()
                .cell(1, 3, "王　大　山")
                .cell(2, 3, " 李秀英\n")
                .cell(3, 3, "张建国1")
                .cell(1, 0, "草庙镇　")
                .xlsx()
        }),
        Mess::new(
            "full_width",
            Grid::plain()
                .cell(1, 2, "Ｄ００１")
                .cell(1, 8, "已脱贫（享受政策）")
                .cell(2, 8, "已脱贫（享受政策）")
                .column("联系电话", ["１３９００００００００", "'13900000001", ""])
                .xlsx(),
        ),
        Mess::new(
            "failed_formulas",
            Grid::plain()
                .cell(1, 7, "#REF!")
                .column("年人均纯收入", ["#REF!", "", "5000"])
                .xlsx(),
        ),
        Mess::new("another_document", {
            Grid::plain()
                .cell(2, 5, "G12345678")
                .column("证件类型", ["居民身份证", "护照", ""])
                .xlsx()
        }),
    ]);
    messes.extend(corrected(&wang));
    messes.extend(together(&wang));
    messes
}

fn identity_numbers() -> Grid {
    let whole = id("19600101", 101);
    let with_x = (201..)
        .step_by(2)
        .map(|serial| id("19600101", serial))
        .find(|number| number.ends_with('X'))
        .unwrap();
    let wide: String = id("19600101", 105)
        .chars()
        .map(|character| char::from_u32(u32::from(character) + 0xfee0).unwrap())
        .collect();
    let spaced = id("19600101", 107);
    let old = id("19600101", 109);
    let wrong = {
        let good = id("19600101", 111);
        let last = if good.ends_with('1') { "2" } else { "1" };
        format!("{}{last}", &good[..17])
    };
    let numbers: [Value; 12] = [
        with_x.to_lowercase().as_str().into(),
        wide.as_str().into(),
        format!("'{} {} {}", &spaced[..6], &spaced[6..14], &spaced[14..])
            .as_str()
            .into(),
        format!("{}44", id("19600101", 113)).as_str().into(),
        format!("{}43", id("19600101", 115)).as_str().into(),
        format!("{}{}", &old[..6], &old[8..17]).as_str().into(),
        whole[..17].into(),
        Value::Number(320_999_196_001_010_117.0),
        "3.20999E+17".into(),
        wrong.as_str().into(),
        "320999196013010011".into(),
        "不详".into(),
    ];
    let health = ["健康", "健康", "健康", "残疾", "健康"];
    let mut grid = Grid::plain().column("健康状况", health);
    // Each number has a row of its own, so that the rows begin with households of one.
    while grid.rows.len() < numbers.len() + 1 {
        let at = grid.rows.len();
        let mut more = row(&format!(
            "草庙镇 前进村 E{at:03} 周多寿 男 ~ 户主 无劳动力 未脱贫"
        ));
        more.push(Value::Nothing);
        grid.rows.push(more);
    }
    for (at, number) in numbers.into_iter().enumerate() {
        let cells = &mut grid.rows[at + 1];
        cells[2] = format!("F{at:03}").as_str().into();
        cells[4] = Value::Nothing;
        cells[5] = number;
        cells[6] = "户主".into();
    }
    grid
}

fn corrected(wang: &str) -> Vec<Mess> {
    let old = format!("{}{}", &wang[..6], &wang[8..17]);
    let grid = Grid::plain()
        .cell(1, 5, old.as_str())
        .cell(2, 7, "很强")
        .cell(3, 8, Value::Nothing);
    let correct = |sheet: &str, cell: &str, value: &str| Correction {
        sheet: sheet.to_owned(),
        cell: cell.to_owned(),
        value: value.to_owned(),
    };
    let masked = qianshou::text::masked(wang);
    let choices = Choices {
        corrections: vec![
            correct("名册", "F2", &masked),
            correct("名册", "H3", "普通劳动力"),
            correct("名册", "I4", "未脱贫"),
            correct("名册", "D4", "张建军"),
            correct("名册", "A40", "草庙镇"),
            correct("别的表", "A2", "草庙镇"),
            correct("名册", "甲", "草庙镇"),
        ],
        ..Choices::default()
    };
    vec![
        Mess::new("before_corrections", grid.xlsx()),
        Mess::new("corrections", grid.xlsx()).with(choices),
    ]
}

fn together(wang: &str) -> Vec<Mess> {
    let twins = Grid::plain()
        .column(
            "出生日期",
            [
                "1970-01-01",
                "1971-02-02",
                "1950-03-03",
                "1970-01-01",
                "1971-02-02",
            ],
        )
        .cell(4, 1, "双喜村")
        .cell(4, 3, "王大山")
        .cell(4, 5, Value::Nothing)
        .cell(5, 3, "李秀英")
        .cell(5, 5, Value::Nothing);
    let twice = Grid::plain()
        .cell(3, 5, wang)
        .column("家庭人口", ["3", "", "1"])
        .column("家庭住址", ["一组1号", "一组2号", "二组"]);
    let mut crowd = Grid::plain();
    for at in 0..100 {
        crowd.rows.push(row(&format!(
            "草庙镇 前进村 D002 周多寿 男 {} 之子 无劳动力 未脱贫",
            id("19900101", 301 + 2 * at)
        )));
    }
    let contradictions = Grid::plain()
        .cell(1, 4, "女")
        .cell(2, 6, "之父")
        .cell(3, 6, "配偶");
    vec![
        Mess::new("persons_who_may_stand_twice", twins.xlsx()),
        Mess::new("rows_that_contradict", twice.xlsx()),
        Mess::new("household_too_large", crowd.xlsx()),
        Mess::new("facts_that_contradict", contradictions.xlsx()),
    ]
}
