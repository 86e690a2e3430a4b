//! Every file is read, or refused in words that say what it is.

use qianshou::roster::choices::Choices;
use qianshou::roster::report::RosterKind;

use crate::support::case_file::{read_case, read_roster};
use crate::support::mess::Grid;

#[test]
fn good_rows_of_a_case_are_read() {
    let reading = read_case("F06_dimension_A0.xlsx", RosterKind::Households);
    assert!(reading.refusal.is_none(), "{reading:?}");
    assert_eq!(reading.names(), ["王大山", "李秀英", "张建国"]);
    assert!(reading.at("A1").is_empty());

    let bytes = Grid::plain().xlsx();
    let plain = read_roster(&bytes, RosterKind::Households, &Choices::default());
    assert_eq!(plain.names(), reading.names());
    let first = plain.members()[0];
    assert_eq!(first.identity_number, reading.members()[0].identity_number);
}
