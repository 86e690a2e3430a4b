//! Lists of people who have died, moved out or retired: nobody of them is taken for one who is there.

use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;

use crate::support::Value;
use crate::support::case_file::{Reading, read_grid, read_roster};
use crate::support::mess::{Grid, HEADINGS, book, id, row};

const ALL: [&str; 3] = ["王大山", "李秀英", "张建国"];

fn dead() -> Vec<Value> {
    let number = id("19400101", 77);
    row(&format!(
        "草庙镇 双喜村 D001 王老汉 男 {number} 之父 无劳动力 未脱贫"
    ))
}

/// Nobody but the three persons is read, and it is told once.
fn are_not_read(reading: &Reading, title: &str) {
    assert_eq!(reading.names(), ALL, "{title}: {:#?}", reading.problems);
    assert_eq!(reading.codes(Severity::Error), [], "{title}");
    let told: Vec<_> = reading
        .problems
        .iter()
        .filter(|it| it.code == "former_people")
        .collect();
    assert_eq!(told.len(), 1, "{title}");
    assert!(
        told[0].reason.zh.contains("共 1 处"),
        "{}",
        told[0].reason.zh
    );
}

#[test]
fn people_below_the_title_of_a_list_of_the_gone_are_not_read() {
    for title in [
        "死亡人员名单",
        "以下为死亡人员",
        "迁出人员",
        "三、已故人员（1人）",
        "外嫁女",
        "死亡人员 ~ 1人",
    ] {
        let mut grid = Grid::plain();
        grid.rows.push(row(title));
        grid.rows.push(dead());
        are_not_read(&read_grid(&grid), title);
        // With the headings once more, or with others.
        for headings in [
            HEADINGS,
            "镇 村 户编号 姓名 性别 身份证号 关系 死亡时间 备注",
        ] {
            let mut again = Grid::plain();
            again.rows.extend([row(title), row(headings), dead()]);
            are_not_read(&read_grid(&again), title);
        }
        // The roster goes on below another title.
        let mut on = Grid::plain();
        let last = on.rows.pop().unwrap();
        on.rows
            .extend([row(title), dead(), row("二、前进村"), last]);
        are_not_read(&read_grid(&on), title);
    }
}

#[test]
fn a_line_that_only_speaks_of_the_gone_begins_no_list() {
    for line in [
        "本村无死亡人员",
        "死亡人员：无",
        "死亡人员已删除",
        "本表不含迁出人员",
    ] {
        let mut grid = Grid::plain();
        grid.rows.insert(1, row(line));
        assert_eq!(read_grid(&grid).names(), ALL, "{line}");
    }
}

/// A row that somebody emptied, but for its number and why: whoever stands below is there.
#[test]
fn what_is_left_of_an_emptied_row_begins_no_list() {
    for left in [
        "~ ~ ~ ~ ~ ~ ~ ~ 死亡",
        "~ ~ D002 ~ ~ ~ ~ ~ 已去世",
        "~ ~ D002 ~ ~ ~ 死亡",
        "~ ~ ~ 死亡",
        "~ ~ 2 死亡",
    ] {
        let mut grid = Grid::plain();
        grid.rows.insert(2, row(left));
        let reading = read_grid(&grid);
        assert!(
            reading.problems.iter().all(|it| it.code != "former_people"),
            "{left}"
        );
        for name in ALL {
            let is_there = reading.names().contains(&name)
                || reading
                    .problems
                    .iter()
                    .any(|it| it.severity == Severity::Error);
            assert!(is_there, "{left}: {name} is lost without an error");
        }
    }
}

#[test]
fn a_sheet_or_a_file_of_the_gone_is_none_of_those_who_are_there() {
    let mut gone = Grid::under(HEADINGS).named("死亡人员");
    gone.rows.truncate(1);
    gone.rows.push(dead());
    let bytes = book(&[&Grid::plain(), &gone]);
    let reading = read_roster(&bytes, RosterKind::Households, &Choices::default());
    assert_eq!(reading.names(), ALL);
    assert!(reading.problems.iter().any(|it| it.code == "former_people"));
    let chosen = Choices {
        sheets: vec!["名册".to_owned(), "死亡人员".to_owned()],
        ..Choices::default()
    };
    let reading = read_roster(&bytes, RosterKind::Households, &chosen);
    assert_eq!(reading.names().len(), 4);

    let mut file = Grid::plain();
    file.rows.insert(0, row("双喜村2026年死亡人员名单"));
    let reading = read_grid(&file);
    assert!(reading.households.is_empty());
    assert_eq!(reading.codes(Severity::Error), [("A1", "former_people")]);
}

#[test]
fn retired_staff_are_not_read() {
    for title in [
        "退休人员",
        "调出人员名单",
        "以下为2026年退休人员",
        "离职人员",
    ] {
        let rows = vec![
            row("工号 姓名 单位"),
            row("T001 陈一明 草庙小学"),
            row(title),
            row("T002 林红 草庙小学"),
            row("在职人员"),
            row("T003 周文 草庙小学"),
        ];
        let grid = Grid::new(rows);
        let reading = read_roster(&grid.xlsx(), RosterKind::Staff, &Choices::default());
        let names: Vec<_> = reading
            .people
            .iter()
            .map(|it| it.facts.name.as_str())
            .collect();
        assert_eq!(
            names,
            ["陈一明", "周文"],
            "{title}: {:#?}",
            reading.problems
        );
    }
}
