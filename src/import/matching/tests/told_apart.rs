//! What becomes of households that nobody need be asked about.

use std::collections::HashMap;

use super::{World, actions, all, context, family, file, kinds, nameless, of, person};
use crate::codes::Action;
use crate::household::HouseholdFacts;
use crate::import::matching::HouseholdPlan;
use crate::import::report::{ConflictKind, Counts};
use crate::roster::choices::Choices;
use crate::roster::report::Problems;

#[test]
fn new_changed_unchanged_and_absent_households_are_told_apart() {
    let world = World::holding([of("1", &[1, 2]), of("2", &[3]), of("3", &[4, 5])]);
    let mut changed = of("2", &[3]);
    changed.phone = Some("1".to_owned());
    let outcome = world.import(
        &file([of("1", &[2, 1]), changed, of("9", &[9])]),
        &Choices::default(),
    );
    // The head is another in the first one.
    assert_eq!(kinds(&outcome), [ConflictKind::ChangedHead]);
    let outcome = world.import(
        &file([
            family("1", vec![person(1), person(2)]),
            of("2", &[3, 6]),
            of("9", &[9]),
        ]),
        &Choices::default(),
    );
    assert_eq!(
        actions(&outcome),
        [
            (Action::Unchanged, 2),
            (Action::Changed, 2),
            (Action::New, 1),
            (Action::Absent, 2)
        ]
    );
    let counts = |new, changed, unchanged, absent| Counts {
        new,
        changed,
        unchanged,
        absent,
        ..Counts::default()
    };
    assert_eq!(outcome.households, counts(1, 1, 1, 1));
    assert_eq!(outcome.persons, counts(2, 0, 3, 2));
    assert_eq!(outcome.planned[0].place, "名册!2");
    let other = HouseholdFacts {
        village: "红旗村".to_owned(),
        ..of("9", &[9])
    };
    let outcome = world.import(&file([other]), &Choices::default());
    assert_eq!(outcome.households, counts(1, 0, 0, 0));
}

#[test]
fn the_order_of_members_is_no_change() {
    let mut turned = of("1", &[1, 2, 3]);
    turned.members.reverse();
    let world = World::holding([of("1", &[1, 2, 3])]);
    let outcome = world.import(&file([turned]), &Choices::default());
    assert_eq!(actions(&outcome), [(Action::Unchanged, 3)]);
}

#[test]
fn the_number_of_quite_another_family_is_an_error() {
    let world = World::holding([of("1", &[1, 2])]);
    let outcome = world.import(&file([of("1", &[8, 9])]), &all(true));
    assert_eq!(outcome.codes, ["household_number_reused A2"]);
    assert!(outcome.planned[0].has_errors);
    assert!(outcome.conflicts.is_empty());
}

#[test]
fn whoever_shares_persons_with_a_faulty_household_is_left_out_with_it() {
    let world = World::holding([of("1", &[1, 2]), of("2", &[4]), of("3", &[5])]);
    let mut file = file([of("1", &[1]), of("2", &[4, 2]), of("3", &[5, 6])]);
    let mut faulty = file.households.get(1).unwrap();
    faulty.has_errors = true;
    file.households.replace(1, &faulty).unwrap();
    let outcome = world.import(&file, &all(true));
    assert_eq!(
        actions(&outcome),
        [
            (Action::LeftOut, 1),
            (Action::LeftOut, 2),
            (Action::Changed, 2)
        ]
    );
}

#[test]
fn persons_without_a_number_who_may_be_known_are_told() {
    let world = World::holding([of("1", &[1, 2]), family("2", vec![person(3), nameless(4)])]);
    let outcome = world.import(
        &file([family("8", vec![person(8), nameless(2)]), of("9", &[4])]),
        &Choices::default(),
    );
    assert_eq!(
        outcome.codes,
        ["suspected_duplicate B3", "suspected_duplicate B4"]
    );
    // The same person, in the same household, is no duplicate.
    let same = file([family("2", vec![person(3), nameless(4)]), of("1", &[1, 2])]);
    assert!(world.import(&same, &Choices::default()).codes.is_empty());
}

#[test]
fn an_empty_cell_does_not_forget_who_someone_is() {
    let world = World::holding([of("1", &[1, 2])]);
    let outcome = world.import(
        &file([family("1", vec![person(1), nameless(2)])]),
        &Choices::default(),
    );
    assert_eq!(actions(&outcome), [(Action::Unchanged, 2)]);
}

#[test]
fn a_register_that_changes_meanwhile_is_noticed() {
    let world = World::holding([of("1", &[1, 2])]);
    let mut file = file([of("1", &[1])]);
    let mut plan = HouseholdPlan::of(
        &mut file,
        world.known(),
        &all(true),
        context(),
        Problems::default(),
    )
    .unwrap();
    let mut household = world.households[0].clone();
    household.version += 1;
    let records = HashMap::from([(household.id, household)]);
    assert!(plan.next_chunk(&file, &records).is_err());
}
