//! How people type values.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::answer::{safe, yes_no};
use super::date::{Day, date, year};
use super::identity::{confirmed, identity};
use super::number::{Unit, integer, money};
use super::text::{Refusal, mask, several, shown, text};
use super::{code_number, line, name, phone, place};
use crate::workbook::reader::Cell;
use proptest::prelude::*;

fn typed(text: &str) -> Cell<'_> {
    Cell::Text(Cow::Borrowed(text))
}

fn full(year: i32, month: u32, date: u32) -> Day {
    Day::Full(day(year, month, date))
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[test]
fn money_is_read_as_typed() {
    for (text, fen) in [
        ("12345.6", 1_234_560),
        ("12,345.60", 1_234_560),
        ("１２，３４５．６元", 1_234_560),
        ("￥ 12 345.6", 1_234_560),
        ("1.23456万元", 1_234_560),
        ("-300元", -30_000),
        ("0", 0),
    ] {
        assert_eq!(money(&typed(text), Unit::Yuan), Ok(Some(fen)), "{text}");
    }
    assert_eq!(
        money(&Cell::Number(0.1 + 0.2), Unit::Yuan),
        Ok(Some(30)),
        "a float's last bits are no fen"
    );
    assert_eq!(
        money(&Cell::Number(1.2), Unit::TenThousandYuan),
        Ok(Some(1_200_000))
    );
    assert_eq!(
        money(&typed("8000元"), Unit::TenThousandYuan),
        Ok(Some(800_000)),
        "the cell's own unit goes before the column's"
    );
    assert_eq!(money(&typed("无"), Unit::Yuan), Ok(None));
}

#[test]
fn money_that_may_mean_two_things_is_refused() {
    for text in [
        "1,23",
        "12,34,567",
        "约3000",
        "3000-4000",
        "三千",
        "1.2.3",
        ",123",
        "-",
        "1e5",
    ] {
        let read = money(&typed(text), Unit::Yuan);
        assert!(read.is_err() || text == "-", "{text}: {read:?}");
    }
    assert!(money(&Cell::Number(1e13), Unit::Yuan).is_err());
    assert!(money(&Cell::Date(day(2020, 1, 1)), Unit::Yuan).is_err());
}

#[test]
fn dates_are_read_as_typed() {
    for text in [
        "2014-01-05",
        "2014/1/5",
        "2014.1.5",
        "2014年1月5日",
        "２０１４年０１月０５日",
        "20140105",
        "2014-01-05 00:00:00",
        "2014。1。5",
        "二〇一四年一月五日",
        "'2014-01-05",
    ] {
        assert_eq!(date(&typed(text)), Ok(Some(full(2014, 1, 5))), "{text}");
    }
    assert_eq!(date(&Cell::Number(41_644.0)), Ok(Some(full(2014, 1, 5))));
    assert_eq!(
        date(&Cell::Number(20_140_105.0)),
        Ok(Some(full(2014, 1, 5)))
    );
    assert_eq!(
        date(&typed("二〇一六年三月")),
        Ok(Some(Day::Month(day(2016, 3, 1))))
    );
    for text in ["2014-01", "201401", "2014年1月", "2014.1", "二零一四年一月"] {
        let month = Day::Month(day(2014, 1, 1));
        assert_eq!(date(&typed(text)), Ok(Some(month)), "{text}");
    }
    for text in ["14-01-05", "05/01/2014", "2014-02-30", "很早", "2014"] {
        assert!(date(&typed(text)).is_err(), "{text}");
    }
    assert!(
        date(&Cell::Number(1970.0)).is_err(),
        "a year is no day number"
    );
}

#[test]
fn years_are_read_from_months_and_dates() {
    for text in [
        "2014",
        "2014年",
        "2014年度",
        "201401",
        "2014-01",
        "2014年1月",
        "2014.1",
        "2014/01/05",
        "二〇一四",
        "二○一四年十二月",
    ] {
        assert_eq!(year(&typed(text)), Ok(Some(2014)), "{text}");
    }
    for number in [2014.0, 201_401.0, 41_640.0] {
        assert_eq!(year(&Cell::Number(number)), Ok(Some(2014)), "{number}");
    }
    for text in ["14", "201413", "二〇", "20141"] {
        assert!(year(&typed(text)).is_err(), "{text}");
    }
}

#[test]
fn yes_and_no_in_all_spellings() {
    for text in ["是", "√", "有", "1", " 是 ", "Ｙ", "已参加"] {
        assert_eq!(yes_no(&typed(text)), Ok(Some(true)), "{text}");
    }
    for text in ["否", "×", "无", "0", "未参加"] {
        assert_eq!(yes_no(&typed(text)), Ok(Some(false)), "{text}");
    }
    assert_eq!(yes_no(&Cell::Number(1.0)), Ok(Some(true)));
    assert_eq!(yes_no(&Cell::Bool(false)), Ok(Some(false)));
    assert_eq!(yes_no(&typed("—")), Ok(None));
    assert!(yes_no(&typed("2")).is_err());
    assert!(yes_no(&typed("安全")).is_err());
    assert_eq!(safe(&typed("不安全")), Ok(Some(false)));
    assert_eq!(safe(&typed("是")), Ok(Some(true)));
}

#[test]
fn integers_with_counting_words() {
    assert_eq!(integer(&typed("６个月"), 0, 99), Ok(Some(6)));
    assert_eq!(integer(&Cell::Number(3.0), 0, 99), Ok(Some(3)));
    for cell in [Cell::Number(3.5), typed("-1"), typed("三"), typed("100")] {
        assert!(integer(&cell, 0, 99).is_err(), "{cell:?}");
    }
}

#[test]
fn an_identity_number_that_was_a_number_is_never_repaired() {
    let damaged = identity(&Cell::Number(110_105_194_912_310_020.0)).unwrap_err();
    assert_eq!(damaged.code, "identity_number_damaged");
    assert!(damaged.reason.zh.contains("末三位已丢失"), "{damaged:?}");
    assert_eq!(
        identity(&typed("1.10105E+17")).unwrap_err().code,
        "identity_number_damaged"
    );
    let old = identity(&Cell::Number(110_105_491_231_002.0)).unwrap_err();
    assert_eq!(
        old.proposal.as_deref(),
        Some("110*************2X"),
        "fifteen digits are all there, but the century is a guess"
    );
    assert_eq!(
        confirmed(&typed("110105491231002"), "110*************2X")
            .unwrap()
            .whole(),
        "11010519491231002X"
    );
    assert_eq!(
        confirmed(&typed("110105491231002"), "320***********002X"),
        None
    );
    assert_eq!(
        text(&Cell::Number(3.209_990_000_000_001e17), 50)
            .unwrap_err()
            .code,
        "number_damaged"
    );
}

#[test]
fn a_failed_formula_is_nowhere_a_value() {
    let failed = Cell::Error("#REF!".to_owned());
    for refusal in [
        text(&failed, 20).unwrap_err(),
        money(&failed, Unit::Yuan).unwrap_err(),
        integer(&failed, 0, 12).unwrap_err(),
        date(&failed).unwrap_err(),
        yes_no(&failed).unwrap_err(),
        identity(&failed).unwrap_err(),
    ] {
        assert_eq!(refusal.code, "formula_error");
    }
}

#[test]
fn guesses_are_proposed_and_not_made() {
    let proposal = |refused: Option<Refusal>| refused.unwrap().proposal.unwrap_or_default();
    for (text, guess) in [
        ("85.3.7", "1985-03-07"),
        ("14年1月5日", "2014-01-05"),
        ("很早", ""),
    ] {
        assert_eq!(proposal(date(&typed(text)).err()), guess, "{text}");
    }
    for (text, guess) in [("16", "2016"), ("98年", "1998")] {
        assert_eq!(proposal(year(&typed(text)).err()), guess, "{text}");
    }
    for (text, guess) in [("约3000元", "3000元"), ("1.2万左右", "1.2万"), ("很多", "")] {
        assert_eq!(
            proposal(money(&typed(text), Unit::Yuan).err()),
            guess,
            "{text}"
        );
    }
    for (text, guess) in [("三个月", "3"), ("十二", "12"), ("二十五", "")] {
        assert_eq!(
            proposal(integer(&typed(text), 0, 12).err()),
            guess,
            "{text}"
        );
    }
    for (text, guess) in [
        ("未享爱", "否"),
        ("正在享爱", "是"),
        ("己参加", ""),
        ("不一定", ""),
        ("有条件未参加", ""),
        ("已过期", ""),
    ] {
        assert_eq!(proposal(yes_no(&typed(text)).err()), guess, "{text}");
    }
    assert_eq!(
        proposal(identity(&typed("11010519491231002")).err()),
        "110*************2X",
        "the check character follows from the others"
    );
}

#[test]
fn identity_numbers_are_masked_in_messages() {
    assert_eq!(mask("11010519491231002X"), "110*************2X");
    assert_eq!(mask("证件11010519491231002X号"), "证件110*************2X号");
    assert_eq!(
        shown(&Cell::Number(110_105_194_912_310_020.0)),
        "110*************00"
    );
    assert_eq!(mask("13912345678"), "13912345678");
    assert_eq!(mask(&"字".repeat(61)).chars().count(), 61);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}|[0-9年月日.,/-]{0,12}|[元万¥0-9,.]{0,10}") {
        let cell = typed(&text);
        let _ = (
            super::text::text(&cell, 20), name(&cell), code_number(&cell, 20), identity(&cell), yes_no(&cell),
            safe(&cell), phone(&cell), place(&cell, 20), line(&cell, 20), date(&cell), year(&cell), money(&cell, Unit::TenThousandYuan),
            integer(&cell, 0, 12), several(&text), shown(&cell),
        );
    }

    #[test]
    fn any_number_is_read_or_refused(bits: u64) {
        let cell = Cell::Number(f64::from_bits(bits));
        let _ = (
            super::text::text(&cell, 20), name(&cell), identity(&cell), yes_no(&cell), date(&cell), year(&cell),
            money(&cell, Unit::Yuan), integer(&cell, 0, 12), shown(&cell),
        );
    }

    #[test]
    fn money_survives_a_round_trip(fen in -1_000_000_000_i64..1_000_000_000) {
        let sign = if fen < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:02}元", fen.abs() / 100, fen.abs() % 100);
        prop_assert_eq!(money(&typed(&text), Unit::Yuan), Ok(Some(fen)));
    }
}
