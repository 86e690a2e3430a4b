//! Telephone numbers: two in a cell, damaged ones, words.

use qianshou::household::rule::Severity;

use crate::support::cell_case::{
    has_problem, household_case, phones_read, read_each, read_households, read_staff, said_at,
    stated,
};
use crate::support::mess::Grid;

#[test]
fn telephones_that_a_program_took_for_decimals() {
    let reading = household_case("V04_float_texts.xlsx");
    assert_eq!(
        phones_read(&reading),
        [
            Some("13900000001"),
            None,
            Some("13900000002"),
            Some("13900000003")
        ]
    );
    has_problem(&reading, "J2", Severity::Repair, "number_form");
    has_problem(&reading, "J3", Severity::Error, "number_damaged");
    assert_eq!(reading.members()[0].number.as_deref(), Some("32099900001"));
    has_problem(&reading, "K2", Severity::Repair, "number_form");
}

#[test]
fn two_telephones_stay_two() {
    let reading = household_case("P03_phones.xlsx");
    let first = [
        Some("13900000001"),
        Some("13900000003"),
        Some("13900000005"),
    ];
    assert_eq!(phones_read(&reading)[..3], first);
    let remarks = stated(&reading, |facts| facts.remark.clone().unwrap_or_default());
    assert_eq!(
        remarks[..3],
        [
            "王大山另有电话13900000002",
            "李秀英另有电话13900000004",
            "张建国另有电话13900000006"
        ]
    );
    for cell in ["J2", "J3", "J4"] {
        assert_eq!(
            said_at(&reading, cell),
            [(Severity::Repair, "phone_with_more")]
        );
    }
    for cell in ["J5", "J6", "J7", "J8"] {
        assert_eq!(
            said_at(&reading, cell),
            [(Severity::Error, "phone_invalid")],
            "{cell}"
        );
    }
    assert_eq!(
        phones_read(&reading)[3..],
        [None, None, None, None, Some("400-800-1234")]
    );
}

#[test]
fn who_has_no_telephone_has_none() {
    let grid = Grid::plain().column("联系电话", ["无电话", "没有 手机", "无联系方式"]);
    let reading = read_households(&grid);
    assert_eq!(phones_read(&reading), [None, None, None]);
    assert_eq!(reading.codes(Severity::Error), []);
}

#[test]
fn telephones_in_all_their_forms() {
    let reading = household_case("V20_phones.xlsx");
    assert_eq!(
        phones_read(&reading),
        [
            Some("13900000001"),
            Some("13900000001"),
            Some("0515-83500001"),
            Some("0515-83500001"),
            Some("13900000003"),
            Some("13900000004"),
            Some("13900000005"),
            Some("13900000006"),
            None,
            Some("13900000007"),
            None,
        ]
    );
    for cell in ["J2", "J3", "J8", "J11"] {
        has_problem(&reading, cell, Severity::Repair, "phone_with_more");
    }
    for cell in ["J5", "J6", "J7", "J9"] {
        has_problem(&reading, cell, Severity::Repair, "number_form");
    }
    assert!(reading.at("J4").is_empty());
    for cell in ["J10", "J12"] {
        has_problem(&reading, cell, Severity::Error, "phone_invalid");
    }
    let remarks = stated(&reading, |facts| facts.remark.clone().unwrap_or_default());
    assert_eq!(remarks[6], "周长根电话注有“儿子”");
}

#[test]
fn a_second_telephone_of_the_household_is_said_once_and_beside_what_the_remark_says() {
    let grid = Grid::plain()
        .column(
            "户联系电话",
            ["13900000001/13900000002", "13900000001/13900000002", ""],
        )
        .column("联系电话", ["", "13900000003 13900000004", "1390000000"])
        .column("备注", ["危房已改造", "", ""]);
    let reading = read_households(&grid);
    let remarks = stated(&reading, |facts| facts.remark.clone());
    assert_eq!(
        remarks,
        [
            Some("危房已改造；另有电话13900000002；李秀英另有电话13900000004".to_owned()),
            None
        ]
    );
    has_problem(&reading, "K4", Severity::Error, "phone_invalid");
}

#[test]
fn telephones_of_staff() {
    let reading = read_staff(&[
        "工号 姓名 单位 联系电话 备注",
        "T1 周一 草庙小学 13900000001/661234 教师",
        "T2 周二 草庙小学 1.39E+10 ~",
        "T3 周三 草庙小学 0515-83500001转12 ~",
        "T4 周四 草庙小学 139****0001 ~",
        "T5 周五 草庙小学 不详 ~",
    ]);
    let facts = |at: usize| &reading.people[at].facts;
    assert_eq!(facts(0).phone.as_deref(), Some("13900000001"));
    assert_eq!(facts(0).remark.as_deref(), Some("教师；另有电话661234"));
    assert_eq!(facts(2).phone.as_deref(), Some("0515-83500001-12"));
    has_problem(&reading, "D3", Severity::Error, "number_damaged");
    has_problem(&reading, "D5", Severity::Error, "phone_invalid");
    assert_eq!(
        (facts(4).phone.as_deref(), reading.people[4].has_errors),
        (None, false)
    );
}

#[test]
fn two_telephones_are_two_whatever_joins_them() {
    let texts = [
        "13900000001—13900000002",
        "13900000001~13900000002",
        "13900000001：13900000002",
        "13900000001（13900000002）",
        "①13900000001②13900000002",
        "13900000001-13900000002",
    ];
    let reading = read_each("联系电话", texts);
    let phones = phones_read(&reading);
    let remarks = stated(&reading, |facts| facts.remark.clone().unwrap_or_default());
    for (at, text) in texts.iter().enumerate() {
        assert_eq!(phones[at + 3], Some("13900000001"), "{text}");
        assert!(
            remarks[at + 2].contains("13900000002"),
            "{text}: {remarks:?}"
        );
        let cell = format!("J{}", at + 5);
        assert_eq!(
            said_at(&reading, &cell),
            [(Severity::Repair, "phone_with_more")]
        );
    }
}
