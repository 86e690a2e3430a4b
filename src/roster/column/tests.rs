//! Headings and code lists as people write them.

use super::headings::{Heading, Headings};
use super::model::Column;
use super::record::Record;
use crate::roster::{household, staff};
use crate::value::Unit;
use crate::workbook::reader::Cell;
use proptest::prelude::*;
use std::collections::HashSet;

fn key(heading: &str) -> Option<&'static str> {
    Headings::of(household::COLUMNS)
        .find(&Heading::new(heading))
        .map(|column| column.key)
}

#[test]
fn every_heading_and_synonym_finds_its_own_column() {
    fn check<R: Record>(table: &'static [Column<R>]) {
        let mut seen = HashSet::new();
        let headings = Headings::of(table);
        for column in table {
            assert!(
                seen.insert(column.heading),
                "{} stands twice",
                column.heading
            );
            for text in std::iter::once(&column.heading).chain(column.synonyms) {
                let found = headings.find(&Heading::new(text)).unwrap();
                assert_eq!(found.heading, column.heading, "{text}");
            }
        }
    }
    check(household::COLUMNS);
    check(staff::COLUMNS);
}

#[test]
fn headings_are_found_as_offices_write_them() {
    for (heading, wanted) in [
        ("*姓名", "name"),
        ("姓 名\n（必填）", "name"),
        ("身份证号码", "identity_number"),
        ("公民身份号码", "identity_number"),
        ("乡（镇）", "town"),
        ("村(社区)", "village"),
        ("与户主的关系", "relation"),
        ("家庭人均纯收入（元）", "income_per_head_fen"),
        ("致贫主因", "main_cause"),
        ("务工时间\n(月)", "months_worked"),
        ("是否解决安全饮用水", "water_safe"),
        ("饮水困难", "water_safe"),
    ] {
        assert_eq!(key(heading), Some(wanted), "{heading}");
    }
    for stranger in ["", "*", "（备注）", "身高", "户"] {
        assert_eq!(key(stranger), None, "{stranger}");
    }
}

#[test]
fn a_heading_says_the_unit() {
    assert_eq!(
        Heading::new("工资性收入（万元）").unit,
        Unit::TenThousandYuan
    );
    assert_eq!(key("工资性收入（万元）"), Some("wage_income_fen"));
}

proptest! {
    #[test]
    fn any_text_in_any_column_is_read_or_refused(text in "\\PC{0,30}|[是否男女户主因病、0-9.年-]{0,8}") {
        let cell = Cell::Text(text.as_str().into());
        for column in household::COLUMNS {
            let _ = column.read(&mut household::HouseholdRow::default(), &cell, Unit::Yuan);
        }
        for column in staff::COLUMNS {
            let _ = column.read(&mut staff::StaffRow::default(), &cell, Unit::Yuan);
        }
    }

    #[test]
    fn any_heading_is_found_or_not(text in "\\PC{0,30}") {
        let _ = key(&text);
    }
}
