//! What the rows of a household do not say, and the register knows.

use super::{Outcome, World, actions, file, kinds, left, of};
use crate::codes::Action;
use crate::household::{HouseholdFacts, Member, PovertyStatus, Relation};
use crate::import::report::ConflictKind;
use crate::roster::choices::{Choices, LeaveAnswer};
use crate::roster::grouping::{
    HouseholdRoster, ReadHousehold, SaidHead, StatedSize, StatusDetail, Unsaid,
};
use crate::roster::report::Place;

/// A file of one household, of which its rows do not say something.
pub(super) fn lacking(
    facts: HouseholdFacts,
    change: impl FnOnce(&mut ReadHousehold),
) -> HouseholdRoster {
    let mut file = file([facts]);
    let mut read = file.households.get(0).unwrap();
    change(&mut read);
    file.households.replace(0, &read).unwrap();
    file
}

fn import(known: &HouseholdFacts, file: &HouseholdRoster, choices: &Choices) -> Outcome {
    World::holding([known.clone()]).import(file, choices)
}

/// 家庭人口 that is not the number of the rows.
fn state_size(read: &mut ReadHousehold, members: i64) {
    let place = Place { sheet: 0, row: 2 };
    read.size = Some(StatedSize { members, place });
    read.unsaid.members = true;
}

#[test]
fn a_place_and_a_status_that_no_row_says_are_the_registers() {
    let known = HouseholdFacts {
        status: PovertyStatus::Relapsed,
        ..of("1", &[1, 2])
    };
    let silent = |number: &str| {
        lacking(of(number, &[1, 2]), |read| {
            read.facts.town.clear();
            read.facts.village.clear();
            read.status_detail = StatusDetail::Nothing;
            read.unsaid = Unsaid {
                town: true,
                village: true,
                status: true,
                ..Unsaid::default()
            };
        })
    };
    let outcome = import(&known, &silent("1"), &Choices::default());
    assert_eq!(actions(&outcome), [(Action::Unchanged, 2)]);
    assert_eq!(outcome.planned[0].facts, known);
    assert_eq!(outcome.codes, [""; 0]);
    let kept: Vec<_> = outcome.kept.iter().map(|it| it.split(' ').next()).collect();
    assert_eq!(kept, [Some("status"), Some("town"), Some("village")]);
    // They are never cleared, even if that is chosen for all columns.
    let clear = Choices {
        clear_empty: vec!["*".to_owned()],
        ..Choices::default()
    };
    let outcome = import(&known, &silent("1"), &clear);
    assert_eq!(outcome.planned[0].facts.village, known.village);
    // Of a household that the register does not have nobody knows them.
    let outcome = World::default().import(&silent("2"), &Choices::default());
    assert_eq!(outcome.codes, ["required_cell B2"; 3]);
    assert!(outcome.planned[0].has_errors);
}

#[test]
fn a_village_that_no_row_says_stays_only_in_its_town() {
    let known = of("1", &[1]);
    for (town, codes) in [("草庙镇", vec![]), ("大桥镇", vec!["required_cell B2"])] {
        let elsewhere = lacking(of("1", &[1]), |read| {
            town.clone_into(&mut read.facts.town);
            read.facts.village.clear();
            read.unsaid.village = true;
        });
        let outcome = import(&known, &elsewhere, &Choices::default());
        assert_eq!(outcome.codes, codes, "{town}");
    }
}

#[test]
fn a_status_that_says_less_does_not_take_the_place_of_one_that_says_more() {
    use PovertyStatus::{LiftedWithPolicy, LiftedWithoutPolicy, Poor, Relapsed};
    for (before, detail, said, after) in [
        (
            LiftedWithoutPolicy,
            StatusDetail::Vague,
            LiftedWithPolicy,
            LiftedWithoutPolicy,
        ),
        (
            LiftedWithoutPolicy,
            StatusDetail::Whole,
            LiftedWithPolicy,
            LiftedWithPolicy,
        ),
        (Relapsed, StatusDetail::Vague, Poor, Relapsed),
        // 未脱贫 says less than 返贫: it leaves out that the household was lifted once.
        (Relapsed, StatusDetail::Whole, Poor, Relapsed),
        (Relapsed, StatusDetail::Vague, LiftedWithPolicy, Relapsed),
        (Relapsed, StatusDetail::Nothing, LiftedWithPolicy, Relapsed),
        (
            Poor,
            StatusDetail::Nothing,
            LiftedWithPolicy,
            LiftedWithPolicy,
        ),
        (
            Poor,
            StatusDetail::Vague,
            LiftedWithPolicy,
            LiftedWithPolicy,
        ),
        (
            LiftedWithoutPolicy,
            StatusDetail::Nothing,
            LiftedWithPolicy,
            LiftedWithoutPolicy,
        ),
        (
            LiftedWithPolicy,
            StatusDetail::Nothing,
            Poor,
            LiftedWithPolicy,
        ),
        // It is asked, and stays until that is answered.
        (
            LiftedWithPolicy,
            StatusDetail::Vague,
            Poor,
            LiftedWithPolicy,
        ),
    ] {
        let known = HouseholdFacts {
            status: before,
            ..of("1", &[1])
        };
        let file = lacking(of("1", &[1]), |read| {
            read.facts.status = said;
            read.status_detail = detail;
        });
        let outcome = import(&known, &file, &Choices::default());
        let facts = &outcome.planned[0].facts;
        assert_eq!(facts.status, after, "{before:?} {detail:?} {said:?}");
    }
}

#[test]
fn the_head_may_be_on_the_register_alone() {
    let known = of("1", &[1, 2]);
    let mut wife = of("1", &[2]);
    wife.members[0].relation = Relation::Spouse;
    wife.members[0].phone = Some("13900000009".to_owned());
    let file = lacking(wife, |read| read.unsaid.head = true);
    let asked = import(&known, &file, &Choices::default());
    assert_eq!(kinds(&asked), [ConflictKind::Left]);
    assert_eq!(asked.codes, [""; 0]);
    let stays = import(&known, &file, &left(LeaveAnswer::Stays));
    let facts = &stays.planned[0].facts;
    assert_eq!(facts.head().unwrap().name, "示例1");
    assert_eq!(facts.members[0].name, "示例1");
    assert_eq!(facts.members[1].phone.as_deref(), Some("13900000009"));
    // A household whose head has died needs another.
    let died = import(&known, &file, &left(LeaveAnswer::Died));
    assert_eq!(died.codes, ["no_head D2"]);
    assert!(died.planned[0].has_errors);
    let new = World::default().import(&file, &Choices::default());
    assert_eq!(new.codes, ["no_head D2"]);
}

#[test]
fn rows_without_a_head_come_to_no_strangers_household() {
    let known = of("1", &[1, 2]);
    let headless = |change: &dyn Fn(&mut ReadHousehold)| {
        let mut newborn = of("1", &[7]);
        newborn.members[0].relation = Relation::Son;
        newborn.members[0].birth_date = None;
        lacking(newborn, |read| {
            read.unsaid.head = true;
            change(read);
        })
    };
    let named = |name: &str, serial: Option<u32>| SaidHead {
        name: Some(name.to_owned()),
        identity: serial.map(super::identity),
    };
    let stays = left(LeaveAnswer::Stays);
    for (said, is_right) in [
        (named("示例1", None), true),
        (named("示例1", Some(1)), true),
        (named("示例9", None), false),
        (named("示例1", Some(9)), false),
    ] {
        let file = headless(&|read| read.said_head = Some(said.clone()));
        let wanted: &[&str] = if is_right { &[] } else { &["no_head A2"] };
        assert_eq!(import(&known, &file, &stays).codes, wanted, "{said:?}");
    }
    let elsewhere = headless(&|read| "后进村".clone_into(&mut read.facts.village));
    let outcome = import(&known, &elsewhere, &stays);
    assert_eq!(outcome.codes, ["no_head A2"]);
    assert!(outcome.planned[0].has_errors);
}

#[test]
fn a_newborn_alone_comes_to_the_household_of_the_number() {
    let known = of("1", &[1, 2]);
    let mut newborn = of("1", &[7]);
    newborn.members[0].relation = Relation::Son;
    newborn.members[0].birth_date = None;
    let file = lacking(newborn, |read| read.unsaid.head = true);
    let outcome = import(&known, &file, &left(LeaveAnswer::Stays));
    assert_eq!(outcome.codes, [""; 0]);
    assert_eq!(actions(&outcome), [(Action::Changed, 3)]);
    assert_eq!(outcome.planned[0].facts.head().unwrap().name, "示例1");
}

#[test]
fn a_stated_size_counts_those_who_stay() {
    let known = of("1", &[1, 2, 3]);
    let mut supplement = of("1", &[1]);
    supplement.members.push(Member::of("陈小宝", Relation::Son));
    let of_size = |size| lacking(supplement.clone(), |read| state_size(read, size));
    for (size, answer, is_right) in [
        (4, None, true),
        (4, Some(LeaveAnswer::Stays), true),
        (4, Some(LeaveAnswer::Died), false),
        (3, None, true),
        (3, Some(LeaveAnswer::Stays), false),
        (5, None, false),
        (1, None, false),
    ] {
        let choices = answer.map_or_else(Choices::default, left);
        let outcome = import(&known, &of_size(size), &choices);
        let wanted: &[&str] = if is_right { &[] } else { &["member_count B2"] };
        assert_eq!(outcome.codes, wanted, "{size} {answer:?}");
    }
    let new = World::default().import(&of_size(4), &Choices::default());
    assert_eq!(new.codes, ["member_count B2"]);
}

#[test]
fn what_was_made_of_other_cells_stands_beside_the_registers_remark() {
    let remark = |text: &str| Some(text.to_owned());
    let known = HouseholdFacts {
        remark: remark("独居老人，重点关注"),
        ..of("1", &[1])
    };
    let noted = |said| {
        lacking(of("1", &[1]), |read| {
            read.facts.remark = remark("示例1另有电话13900000008");
            read.remark_said = said;
        })
    };
    let clear = Choices {
        clear_empty: vec!["remark".to_owned()],
        ..Choices::default()
    };
    let both = "独居老人，重点关注；示例1另有电话13900000008";
    let alone = "示例1另有电话13900000008";
    for (said, choices, after) in [
        (false, Choices::default(), both),
        (true, Choices::default(), alone),
        (false, clear, alone),
    ] {
        let outcome = import(&known, &noted(said), &choices);
        let facts = &outcome.planned[0].facts;
        assert_eq!(facts.remark.as_deref(), Some(after), "{said}");
    }
}
