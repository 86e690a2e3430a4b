//! What people must decide, and what each answer does.

use uuid::Uuid;

use super::{Outcome, World, actions, all, decide, family, file, kinds, nameless, of, person};
use crate::codes::Action;
use crate::import::report::ConflictKind;
use crate::roster::choices::Choices;
use crate::roster::grouping::HouseholdRoster;
use crate::roster::household::COLUMNS;

/// An import that asks one question: what it does undecided, refused and accepted.
fn asked(world: &World, file: &HouseholdRoster, kind: ConflictKind) -> (Outcome, Outcome, Outcome) {
    let undecided = world.import(file, &Choices::default());
    assert_eq!(kinds(&undecided), [kind], "{:?}", undecided.conflicts);
    assert_eq!(undecided.undecided, 1);
    assert!(undecided.codes.is_empty(), "{:?}", undecided.codes);
    let key = undecided.conflicts[0].key.clone();
    assert!(
        undecided
            .planned
            .iter()
            .any(|it| it.conflicts == [key.clone()]),
        "whoever is undecided says so"
    );
    assert_eq!(
        world.after(&undecided).facts(),
        world
            .after(&world.import(&self::file([]), &all(true)))
            .facts(),
        "nothing is done undecided"
    );
    let refused = world.import(file, &decide(&[(&key, false)]));
    assert_eq!(refused.undecided, 0);
    assert_eq!(refused.conflicts[0].accepted, Some(false));
    assert_eq!(world.after(&refused).facts(), world.facts());
    let accepted = world.import(file, &decide(&[(&key, true)]));
    assert_eq!(accepted.undecided, 0);
    assert!(accepted.planned.iter().all(|it| it.conflicts.is_empty()));
    let by_kind = world.import(file, &all(true));
    assert_eq!(
        world.after(&accepted).facts(),
        world.after(&by_kind).facts()
    );
    (undecided, refused, accepted)
}

#[test]
fn a_changed_head_is_asked() {
    let world = World::holding([of("1", &[1, 2])]);
    let (undecided, refused, accepted) =
        asked(&world, &file([of("1", &[2, 1])]), ConflictKind::ChangedHead);
    assert_eq!(undecided.conflicts[0].places, ["名册!D2"]);
    assert!(
        undecided.conflicts[0]
            .question
            .zh
            .contains("示例1（320***********"),
        "{}",
        undecided.conflicts[0].question.zh
    );
    assert_eq!(undecided.households.conflicting, 1);
    assert_eq!(actions(&undecided), [(Action::Changed, 2)]);
    assert_eq!(actions(&refused), [(Action::LeftOut, 2)]);
    assert_eq!(actions(&accepted), [(Action::Changed, 2)]);
    // Without any number, the family is known by its members.
    let world = World::holding([of("", &[1, 2, 3])]);
    asked(
        &world,
        &file([of("", &[2, 3, 1])]),
        ConflictKind::ChangedHead,
    );
    // A head without identity number is known by name.
    let world = World::holding([family("1", vec![nameless(1), person(2)])]);
    let same = world.import(&file([of("1", &[1, 2])]), &Choices::default());
    assert!(same.conflicts.is_empty());
    asked(
        &world,
        &file([of("1", &[3, 2, 1])]),
        ConflictKind::ChangedHead,
    );
}

#[test]
fn another_number_of_the_same_family_is_asked() {
    let world = World::holding([of("1", &[1, 2])]);
    let (undecided, _, accepted) =
        asked(&world, &file([of("7", &[1, 2])]), ConflictKind::Renumbered);
    assert_eq!(undecided.conflicts[0].places, ["名册!A2"]);
    assert_eq!(accepted.planned[0].household_id, Uuid::from_u128(1));
    assert_eq!(accepted.planned[0].facts.number.as_deref(), Some("7"));
    // A number where there was none is nothing to ask, nor is one that the file leaves empty.
    let world = World::holding([of("", &[1, 2])]);
    let outcome = world.import(&file([of("7", &[1, 2])]), &Choices::default());
    assert!(outcome.conflicts.is_empty());
    assert_eq!(outcome.planned[0].household_id, Uuid::from_u128(1));
    let world = World::holding([of("7", &[1, 2])]);
    let outcome = world.import(&file([of("", &[1, 2])]), &Choices::default());
    assert_eq!(actions(&outcome), [(Action::Unchanged, 2)]);
    // Another head as well: two questions.
    let outcome = world.import(&file([of("8", &[2, 1])]), &Choices::default());
    assert_eq!(
        kinds(&outcome),
        [ConflictKind::ChangedHead, ConflictKind::Renumbered]
    );
}

#[test]
fn a_person_who_moves_is_asked_whether_or_not_the_file_has_the_old_household() {
    let world = World::holding([of("1", &[1, 2, 3]), of("2", &[4])]);
    let both = file([of("1", &[1, 2]), of("2", &[4, 3])]);
    let (undecided, refused, accepted) = asked(&world, &both, ConflictKind::Moved);
    assert_eq!(undecided.conflicts[0].places, ["名册!C5"]);
    assert_eq!(
        undecided.conflicts[0].household_ids,
        [Uuid::from_u128(1), Uuid::from_u128(2)]
    );
    assert_eq!(
        actions(&refused),
        [(Action::LeftOut, 2), (Action::LeftOut, 2)]
    );
    assert_eq!(
        actions(&accepted),
        [(Action::Changed, 2), (Action::Changed, 2)]
    );
    assert_eq!(accepted.persons.absent, 0);
    let one = file([of("2", &[4, 3])]);
    let (undecided, refused, accepted) = asked(&world, &one, ConflictKind::Moved);
    assert_eq!(
        actions(&undecided),
        [(Action::Changed, 2), (Action::Changed, 2)]
    );
    assert_eq!(
        actions(&refused),
        [(Action::LeftOut, 2), (Action::Absent, 3)]
    );
    assert_eq!(
        actions(&accepted),
        [(Action::Changed, 2), (Action::Changed, 2)]
    );
    assert_eq!(accepted.planned[1].household_id, Uuid::from_u128(1));
    assert_eq!(accepted.planned[1].place, "名册!2");
    assert_eq!(accepted.households.changed, 2);
    assert_eq!(
        world.after(&accepted).facts(),
        World::holding([of("1", &[1, 2]), of("2", &[4, 3])]).facts()
    );
}

#[test]
fn what_the_file_does_not_speak_of_moves_with_the_person() {
    let mut mover = person(3);
    mover.ethnicity = Some("汉族".to_owned());
    let world = World::holding([family("1", vec![person(1), mover]), of("2", &[4])]);
    let mut file = file([of("2", &[4, 3]), of("9", &[9])]);
    let spoken = COLUMNS.iter().map(|column| column.key);
    file.spoken = spoken.filter(|key| *key != "ethnicity").collect();
    let outcome = world.import(&file, &all(true));
    let moved = &outcome.planned[0].facts.members[1];
    assert_eq!(moved.ethnicity.as_deref(), Some("汉族"));
}

#[test]
fn a_family_that_splits_is_asked() {
    let world = World::holding([of("1", &[1, 2, 3])]);
    let both = file([of("1", &[1]), of("5", &[2, 3])]);
    let (_, _, accepted) = asked(&world, &both, ConflictKind::Split);
    assert_eq!(actions(&accepted), [(Action::Changed, 1), (Action::New, 2)]);
    let alone = file([of("5", &[3, 8])]);
    let (_, _, accepted) = asked(&world, &alone, ConflictKind::Split);
    assert_eq!(actions(&accepted), [(Action::New, 2), (Action::Changed, 2)]);
}

#[test]
fn a_family_that_goes_into_another_is_asked_and_closed() {
    let world = World::holding([family("1", vec![person(1), nameless(2)]), of("2", &[4])]);
    let merged = file([family("2", vec![person(4), person(1), nameless(2)])]);
    let (_, refused, accepted) = asked(&world, &merged, ConflictKind::Merged);
    assert_eq!(
        actions(&refused),
        [(Action::LeftOut, 3), (Action::Absent, 2)]
    );
    assert_eq!(
        actions(&accepted),
        [(Action::Changed, 3), (Action::Closed, 0)]
    );
    assert_eq!(
        accepted.planned[1].facts.merged_into,
        Some(Uuid::from_u128(2))
    );
    // Someone is left: the family has not gone, but its head has.
    let outcome = world.import(&file([of("2", &[4, 1])]), &all(true));
    assert_eq!(outcome.codes, ["head_moved_out C3"]);
    assert!(outcome.planned[0].has_errors);
    // Two families in a new one.
    let world = World::holding([of("1", &[1, 2]), of("2", &[3, 4])]);
    let outcome = world.import(&file([of("9", &[5, 1, 2, 3, 4])]), &all(true));
    assert_eq!(
        actions(&outcome),
        [(Action::New, 5), (Action::Closed, 0), (Action::Closed, 0)]
    );
    let id = Some(outcome.planned[0].household_id);
    assert!(
        outcome.planned[1..]
            .iter()
            .all(|it| it.facts.merged_into == id)
    );
}

#[test]
fn a_closed_household_is_opened_again_when_it_is_asked() {
    let world = World::holding([of("1", &[1, 2]), of("2", &[4])]);
    let merged = world.after(&world.import(&file([of("2", &[4, 1, 2])]), &all(true)));
    assert_eq!(merged.facts().len(), 1);
    let apart = file([of("1", &[1, 2]), of("2", &[4])]);
    let (_, _, accepted) = asked(&merged, &apart, ConflictKind::Reopened);
    assert_eq!(
        actions(&accepted),
        [(Action::Changed, 2), (Action::Changed, 1)]
    );
    assert_eq!(merged.after(&accepted).facts(), world.facts());
}
