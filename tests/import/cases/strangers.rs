//! Members of a household without a head: nobody takes them into the household above them.

use qianshou::household::rule::Severity;

use crate::support::case_file::{Reading, read_grid};
use crate::support::mess::{Grid, id, row};

/// A head with a wife, a son and a daughter without a head, and another head with his wife.
const PERSONS: [(&str, &str, u32, &str); 6] = [
    ("王大山", "户主", 11, "19500101"),
    ("李秀英", "配偶", 22, "19510101"),
    ("赵小虎", "之子", 33, "19800101"),
    ("赵小花", "之女", 44, "19820101"),
    ("陈水生", "户主", 55, "19600101"),
    ("孙巧云", "配偶", 66, "19610101"),
];

/// The persons behind these first cells, under these first headings.
fn read(headings: &str, firsts: &[&str]) -> Reading {
    let columns = "镇(乡、街道) 村(居) 姓名 证件号码 与户主关系 劳动技能 脱贫属性";
    let mut rows = vec![row(&format!("{headings} {columns}"))];
    for ((name, relation, serial, born), first) in PERSONS.iter().zip(firsts) {
        let number = id(born, *serial);
        rows.push(row(&format!(
            "{first} 草庙镇 双喜村 {name} {number} {relation} 无劳动力 未脱贫"
        )));
    }
    read_grid(&Grid::new(rows))
}

/// The household above the strangers is not taken, nor are they; the other is whole.
fn are_told_apart(headings: &str, firsts: &[&str]) {
    let reading = read(headings, firsts);
    assert_eq!(
        reading.names(),
        ["陈水生", "孙巧云"],
        "{headings} {firsts:?}: {:#?}",
        reading.problems
    );
    let errors = reading.codes(Severity::Error);
    assert!(
        errors.iter().all(|(_, code)| *code == "household_order") && errors.len() <= 2,
        "{headings} {firsts:?}: {errors:?}"
    );
}

#[test]
fn a_number_that_counts_households_tells_strangers() {
    for headings in ["序号", "户序号", "户序", "编号"] {
        are_told_apart(headings, &["1", "1", "2", "2", "3", "3"]);
        are_told_apart(headings, &["1", "~", "2", "~", "3", "~"]);
        are_told_apart(headings, &["7", "7", "8", "8", "9", "9"]);
    }
    // The rows are counted, too.
    let both = ["1 1", "2 1", "3 2", "4 2", "5 3", "6 3"];
    are_told_apart("序号 户序号", &both);
    // The single man above has nobody.
    let mut reading = read("序号", &["1", "2", "2", "2", "3", "3"]);
    assert_eq!(reading.names(), ["陈水生", "孙巧云"]);
    // Who counts persons counts no households.
    reading = read("序号", &["1", "2", "3", "4", "5", "6"]);
    assert_eq!(reading.names().len(), 6, "{:#?}", reading.problems);
    reading = read("序号", &["1", "2", "3", "~", "5", "6"]);
    assert_eq!(reading.names().len(), 6, "{:#?}", reading.problems);
}

#[test]
fn a_number_that_other_rows_have_tells_strangers() {
    are_told_apart("户编号", &["H1", "H1", "~", "~", "H3", "H3"]);
    for empty in ["无", "/", "待编"] {
        are_told_apart("户编号", &["H1", "H1", empty, empty, "H3", "H3"]);
    }
    // Below a single man it may be his or nobody's.
    are_told_apart("户编号", &["H1", "~", "~", "~", "H3", "H3"]);
    let serials = ["1 H1", "1 H1", "2 ~", "2 ~", "3 H3", "3 H3"];
    are_told_apart("序号 户编号", &serials);
    are_told_apart("序号 户编号", &["1 H1", "~ ~", "2 ~", "~ ~", "3 H3", "~ ~"]);
    let head = id("19500101", 11);
    let other = id("19600101", 55);
    let firsts: [&str; 6] = [&head, &head, "~", "~", &other, &other];
    are_told_apart("户主证件号码", &firsts);
}

#[test]
fn a_number_on_the_heads_row_alone_is_as_good() {
    for firsts in [
        ["H1", "~", "~", "~", "H3", "~"],
        // Between two rows of a household stands one of its own.
        ["H1", "~", "~", "H1", "H3", "H3"],
    ] {
        let reading = read("户编号", &firsts);
        assert_eq!(reading.names().len(), 6, "{:#?}", reading.problems);
    }
}
