//! Names of persons and places.

use qianshou::household::rule::Severity;
use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;

use crate::support::case_file::{read_grid, read_roster};
use crate::support::cell_case::{
    has_problem, household_case, read_each, read_households, read_staff, said_at, stated,
};
use crate::support::mess::Grid;

#[test]
fn the_dots_of_a_name_are_those_of_the_standard() {
    let reading = household_case("V05_name_dots.xlsx");
    let names = reading.names();
    assert_eq!(names.len(), 7);
    for (name, last) in names.iter().zip("甲乙丙丁戊己庚".chars()) {
        assert_eq!(*name, format!("阿依古丽·买买提{last}"));
    }
    assert!(reading.at("D2").is_empty());
    for line in 3..=8 {
        assert_eq!(
            said_at(&reading, &format!("D{line}")),
            [(Severity::Repair, "name_form")]
        );
    }
}

#[test]
fn rare_characters_are_kept_and_private_ones_told() {
    let reading = household_case("V07_rare_characters.xlsx");
    assert_eq!(
        reading.names(),
        ["王𠅤", "李\u{e863}", "张\u{f96f}", "赵㛃"]
    );
    assert_eq!(
        said_at(&reading, "D3"),
        [(Severity::Warning, "private_character")]
    );
    for cell in ["D2", "D4", "D5"] {
        assert!(reading.at(cell).is_empty(), "{cell}");
    }
}

#[test]
fn what_is_no_name_is_not_taken_for_one() {
    let reading = household_case("P04_odd_names.xlsx");
    for (cell, severity, code) in [
        ("D2", Severity::Error, "lost_character"),
        ("D3", Severity::Error, "lost_character"),
        ("D4", Severity::Error, "lost_character"),
        ("D5", Severity::Error, "lost_character"),
        ("D6", Severity::Error, "name_masked"),
        ("D7", Severity::Error, "name_with_remark"),
        ("D8", Severity::Warning, "name_with_remark"),
        ("D9", Severity::Error, "name_with_remark"),
        ("D10", Severity::Error, "required_cell"),
    ] {
        has_problem(&reading, cell, severity, code);
    }
    assert_eq!(reading.names(), ["王大山", "无名氏", "未取名", "王某某"]);
}

#[test]
fn strokes_in_a_name_are_told() {
    for stroke in ['-', '－', '—', '_'] {
        let name = format!("买买提{stroke}艾力");
        let grid = Grid::plain().cell(1, 3, name.as_str());
        has_problem(
            &read_households(&grid),
            "D2",
            Severity::Warning,
            "name_with_hyphen",
        );
    }
    let grid = Grid::plain().cell(1, 3, "Mary-Ann");
    assert!(read_households(&grid).at("D2").is_empty());
}

#[test]
fn two_persons_in_one_cell_are_two_rows() {
    for typed in [
        "周文斌和孙巧云",
        "周文斌、孙巧云",
        "周文斌/孙巧云",
        "周斌与孙云",
        "周文斌及孙巧云",
    ] {
        let reading = read_households(&Grid::plain().cell(1, 3, typed));
        has_problem(&reading, "D2", Severity::Error, "name_several");
        assert_eq!(reading.names(), ["张建国"], "{typed}");
    }
    for name in [
        "和平",
        "和珅",
        "周和",
        "周和平",
        "王和文",
        "王文和",
        "欧阳和平",
    ] {
        let reading = read_households(&Grid::plain().cell(1, 3, name));
        assert!(
            reading.at("D2").is_empty(),
            "{name}: {:#?}",
            reading.at("D2")
        );
        assert_eq!(reading.names()[0], name);
    }
}

#[test]
fn who_has_no_name_yet_is_told() {
    for (typed, severity, kept) in [
        ("未取名", Severity::Warning, 3),
        ("待取名", Severity::Warning, 3),
        ("未命名", Severity::Warning, 3),
        ("婴儿", Severity::Error, 1),
        ("新生儿", Severity::Error, 1),
        ("无名", Severity::Error, 1),
        ("女婴", Severity::Error, 1),
    ] {
        let reading = read_households(&Grid::plain().cell(2, 3, typed));
        has_problem(&reading, "D3", severity, "name_placeholder");
        assert!(reading.at("D3")[0].remedy.zh.contains("出生医学证明"));
        assert_eq!(reading.names().len(), kept, "{typed}");
    }
}

#[test]
fn names_of_heads_and_of_staff_are_looked_at_alike() {
    let grid = Grid::plain().column("户主姓名", ["王大山(户主)", "王大山（户主）", "张?国"]);
    let reading = read_households(&grid);
    has_problem(&reading, "J2", Severity::Warning, "name_with_remark");
    has_problem(&reading, "J4", Severity::Error, "lost_character");
    let reading = read_staff(&[
        "工号 姓名 单位",
        "T1 周一* 草庙小学",
        "T2 阿依古丽.买买提 草庙小学",
        "T3 周三（借调） 草庙_小学",
        "T4 周四、周五 草庙小?",
    ]);
    has_problem(&reading, "B2", Severity::Error, "name_masked");
    assert_eq!(reading.people[1].facts.name, "阿依古丽·买买提");
    assert_eq!(reading.people[2].facts.name, "周三");
    assert_eq!(
        reading.people[2].facts.remark.as_deref(),
        Some("姓名注有“借调”")
    );
    assert_eq!(reading.people[2].facts.unit, "草庙小学");
    has_problem(&reading, "C4", Severity::Repair, "text_form");
    has_problem(&reading, "B5", Severity::Error, "name_several");
    has_problem(&reading, "C5", Severity::Error, "lost_character");
}

#[test]
fn places_have_no_spaces_and_no_line_breaks() {
    let reading = household_case("T06_village_spelling.xlsx");
    assert_eq!(stated(&reading, |facts| facts.village.clone())[4], "双喜村");
    assert_eq!(said_at(&reading, "B6"), [(Severity::Repair, "text_form")]);
    let grid = Grid::plain()
        .cell(1, 0, "草庙\n镇")
        .cell(2, 0, "草　庙　镇")
        .cell(3, 1, "前?村")
        .column("家庭住址", ["一组\n1号", "", "二组"])
        .column("备注", ["第一行\n第二行", "", "张\u{fffd}"]);
    let reading = read_households(&grid);
    for cell in ["A2", "A3", "J2"] {
        has_problem(&reading, cell, Severity::Repair, "text_form");
    }
    has_problem(&reading, "B4", Severity::Error, "lost_character");
    has_problem(&reading, "K4", Severity::Warning, "lost_character");
    let first = &reading.households[0].facts;
    assert_eq!(
        (first.town.as_str(), first.address.as_deref()),
        ("草庙镇", Some("一组1号"))
    );
    assert_eq!(first.remark.as_deref(), Some("第一行\n第二行"));
}

#[test]
fn two_persons_in_a_cell_are_no_one() {
    for (typed, severity, code) in [
        ("王大山 李秀英", Severity::Error, "name_several"),
        ("王大山（死）", Severity::Error, "name_with_remark"),
        ("王大山（亡故）", Severity::Error, "name_with_remark"),
        ("王大山 汉", Severity::Warning, "name_with_remark"),
        ("王大山 明", Severity::Warning, "name_with_space"),
        ("古丽 买买提", Severity::Warning, "name_with_space"),
    ] {
        let reading = read_households(&Grid::plain().cell(1, 3, typed));
        has_problem(&reading, "D2", severity, code);
    }
    let reading = read_households(&Grid::plain().cell(1, 3, "王 明"));
    assert_eq!(reading.names()[0], "王明");
}

#[test]
fn characters_that_nobody_sees_are_taken_off_and_told_once_a_column() {
    let grid = Grid::plain()
        .cell(1, 1, "双喜\u{7}村")
        .cell(2, 1, "双\u{202e}喜村")
        .cell(3, 3, "张\u{1b}建国");
    let csv = grid.text(",");
    // In an .xlsx they are escapes, such as `_x0007_`.
    let read = |bytes: &[u8]| read_roster(bytes, RosterKind::Households, &Choices::default());
    for reading in [read(csv.as_bytes()), read(&grid.xlsx())] {
        assert_eq!(reading.names(), ["王大山", "李秀英", "张建国"]);
        has_problem(&reading, "B2", Severity::Repair, "control_characters");
        has_problem(&reading, "D4", Severity::Repair, "control_characters");
        assert!(reading.at("B3").is_empty(), "told at the first");
        let villages = stated(&reading, |facts| facts.village.clone());
        assert_eq!(villages, ["双喜村", "前进村"]);
    }
}

#[test]
fn what_stands_around_a_name_is_told() {
    for (typed, code) in [
        ("王大山过世", "name_with_remark"),
        ("王大山去逝", "name_with_remark"),
        ("王大山身故", "name_with_remark"),
        ("王大山故", "name_with_remark"),
        ("故王大山", "name_with_remark"),
        ("户主", "name_invalid"),
        ("男", "name_invalid"),
        ("王大山之妻", "name_invalid"),
        ("王大山妻", "name_invalid"),
        ("王大山①", "name_with_digits"),
        ("王大山㈠", "name_with_digits"),
        ("王○山", "name_masked"),
        ("王▇山", "lost_character"),
        ("王ＸＸ", "name_masked"),
        ("王XX", "name_masked"),
        ("王__山", "name_masked"),
        ("çŽ‹å¤§å±±", "lost_character"),
        ("Íõ´óÉ½", "lost_character"),
        ("王大锟斤拷", "lost_character"),
    ] {
        let reading = read_households(&Grid::plain().cell(1, 3, typed));
        has_problem(&reading, "D2", Severity::Error, code);
    }
    for (typed, severity, code) in [
        ("户主：王大山", Severity::Warning, "name_with_remark"),
        ("户主王大山", Severity::Warning, "name_with_remark"),
        ("王大山-户主", Severity::Warning, "name_with_remark"),
        ("'王大山", Severity::Repair, "name_form"),
        ("“王大山”", Severity::Repair, "name_form"),
        ("王大\u{ad}山", Severity::Repair, "control_characters"),
        ("王\u{200b}大山", Severity::Repair, "control_characters"),
        ("\u{feff}王大山", Severity::Repair, "control_characters"),
        ("王⼤⼭", Severity::Repair, "name_form"),
    ] {
        let reading = read_households(&Grid::plain().cell(1, 3, typed));
        has_problem(&reading, "D2", severity, code);
        assert_eq!(
            reading.households[0].facts.members[0].name, "王大山",
            "{typed}"
        );
    }
    let reading = read_households(&Grid::plain().cell(1, 3, "王大山！"));
    has_problem(&reading, "D2", Severity::Warning, "name_odd_character");
}

#[test]
fn every_dot_between_the_parts_of_a_name_becomes_that_of_the_standard() {
    for dot in "ㆍ﹒․◦°⚫⬤'‘’`ꞏ⸳○…丶".chars() {
        let name = format!("阿依古丽{dot}买买提");
        let reading = read_households(&Grid::plain().cell(1, 3, name.as_str()));
        has_problem(&reading, "D2", Severity::Repair, "name_form");
        assert_eq!(
            reading.households[0].facts.members[0].name, "阿依古丽·买买提",
            "{dot}"
        );
    }
}

#[test]
fn the_names_of_helpers_are_names() {
    let helpers = |texts: &[&str]| {
        let reading = read_each("帮扶责任人", texts.iter().copied());
        let read = stated(&reading, |facts| facts.roster_helper.clone());
        (reading, read[2..].to_vec())
    };
    let several = [
        "周二月\n吴三强",
        "周二月 吴三强",
        "周二月、吴三强",
        "周二月/吴三强",
    ];
    let (reading, read) = helpers(&several);
    for (at, helper) in read.iter().enumerate() {
        assert_eq!(helper.as_deref(), Some("周二月、吴三强"), "{}", several[at]);
    }
    assert_eq!(said_at(&reading, "J5"), [(Severity::Repair, "name_form")]);
    assert!(reading.at("J7").is_empty(), "as it is kept");
    let (reading, read) = helpers(&["阿依古丽•买买提", "周⼆月", "周 二 月", "周?月", "周*月"]);
    let kept: Vec<_> = read.iter().map(Option::as_deref).collect();
    assert_eq!(
        kept[..3],
        [Some("阿依古丽·买买提"), Some("周二月"), Some("周二月")]
    );
    has_problem(&reading, "J8", Severity::Error, "lost_character");
    has_problem(&reading, "J9", Severity::Error, "name_masked");
}

#[test]
fn what_is_no_part_of_a_place_is_told() {
    let village = |text: &str| read_households(&Grid::plain().cell(3, 1, text));
    for (typed, kept) in [
        ("(前进村)", "前进村"),
        ("（前进村）", "前进村"),
        ("前进村&nbsp;", "前进村"),
        ("前进村<br>", "前进村"),
        ("前进\u{2028}村", "前进村"),
        ("“前进村”", "前进村"),
        ("前进村。", "前进村"),
        ("前⼤村", "前大村"),
    ] {
        let reading = village(typed);
        has_problem(&reading, "B4", Severity::Repair, "text_form");
        assert_eq!(
            stated(&reading, |facts| facts.village.clone())[1],
            kept,
            "{typed}"
        );
    }
    for (typed, severity, code) in [
        ("双喜村/前进村", Severity::Error, "place_several"),
        ("双喜村 前进村", Severity::Error, "place_several"),
        ("双喜村\n前进村", Severity::Error, "place_several"),
        ("双喜村、前进", Severity::Warning, "place_several"),
        ("双喜村*", Severity::Error, "lost_character"),
        ("前\u{e863}村", Severity::Warning, "private_character"),
        ("?", Severity::Error, "required_cell"),
    ] {
        has_problem(&village(typed), "B4", severity, code);
    }
    let reading = read_staff(&[
        "工号 姓名 单位",
        "T1 周一 草庙小学_双喜小学",
        "T2 周二 草庙镇_中心小学",
    ]);
    has_problem(&reading, "C2", Severity::Error, "place_several");
    assert_eq!(reading.people[1].facts.unit, "草庙镇中心小学");
    // A helper may be responsible for several.
    let reading = read_staff(&[
        "工号 姓名 单位 负责镇 负责村",
        "T1 周一 草庙小学 草庙镇 双喜村、前进村",
        "T2 周二 草庙小学 草庙镇，大桥镇 双喜村，_前进村/",
        "T3 周三 草庙小学 草庙镇 双喜村、前?村",
    ]);
    let areas = reading.people.iter().map(|it| it.facts.village.as_deref());
    let areas: Vec<_> = areas.collect();
    assert_eq!(areas[..2], [Some("双喜村、前进村"); 2]);
    assert_eq!(
        reading.people[1].facts.town.as_deref(),
        Some("草庙镇、大桥镇")
    );
    assert!(reading.at("E2").is_empty(), "{:?}", reading.problems);
    has_problem(&reading, "E3", Severity::Repair, "text_form");
    has_problem(&reading, "E4", Severity::Error, "lost_character");
}

#[test]
fn characters_that_were_lost_are_told_in_every_text() {
    for heading in ["民族", "家庭住址"] {
        let reading = read_each(heading, ["汉?", "?族", "汉\u{fffd}族", "汉□族"]);
        for cell in ["J5", "J6", "J7", "J8"] {
            has_problem(&reading, cell, Severity::Warning, "lost_character");
        }
    }
    let reading = read_staff(&[
        "工号 姓名 单位 专长 政治面貌",
        "T1 周一 草庙小学 农?技 中共党?",
    ]);
    has_problem(&reading, "D2", Severity::Warning, "lost_character");
    has_problem(&reading, "E2", Severity::Warning, "lost_character");
    let reading = read_each("备注", ["要不要搬迁？", "a?b"]);
    assert!(reading.at("J5").is_empty() && reading.at("J6").is_empty());
}

#[test]
fn marks_around_a_name_are_dropped_and_those_who_are_gone_are_told() {
    for name in ["★王大山", "王大山▲", "√王大山", "\"王大山\"", "王大山 ☆"] {
        let reading = read_grid(&Grid::plain().cell(1, 3, name));
        assert_eq!(reading.names()[0], "王大山", "{name}");
        let repaired = reading
            .at("D2")
            .iter()
            .any(|it| it.severity == Severity::Repair);
        assert!(repaired, "{name}");
    }
    for remark in ["外嫁", "已迁走", "嫁出", "已外嫁", "外迁"] {
        let name = format!("李秀英（{remark}）");
        let reading = read_grid(&Grid::plain().cell(2, 3, name.as_str()));
        let told = reading.at("D3");
        let is_error =
            |severity, code: &str| severity == Severity::Error && code == "name_with_remark";
        assert!(
            told.iter().any(|it| is_error(it.severity, &it.code)),
            "{remark}"
        );
    }
}

#[test]
fn a_person_without_a_name_is_called_this_person() {
    let grid = Grid::plain().cell(3, 3, "").cell(3, 7, "");
    let reading = read_households(&grid);
    let said = reading.at("H4");
    assert!(
        said.iter()
            .any(|it| it.reason.zh == "此人的劳动技能没有填写"),
        "{said:?}"
    );
}
