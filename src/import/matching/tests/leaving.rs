//! Members who are not in the file: nobody leaves the register without a word.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{
    Outcome, World, actions, all, all_but_left, family, file, kinds, left, nameless, of, person,
};
use crate::codes::Action;
use crate::household::{HouseholdFacts, Member, Relation};
use crate::import::report::ConflictKind;
use crate::roster::choices::{Choices, ImportAnswer, LeaveAnswer};

/// The names of a household's members after an import, in the order of their names.
fn names(outcome: &Outcome, household: usize) -> Vec<&str> {
    let members = &outcome.planned[household].facts.members;
    let mut names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
    names.sort_unstable();
    names
}

fn newborn(name: &str) -> Member {
    Member::of(name, Relation::Son)
}

#[test]
fn a_supplement_adds_the_newborn_and_asks_about_those_whom_it_does_not_name() {
    let world = World::holding([of("1", &[1, 2, 3])]);
    let supplement = file([family("1", vec![person(1), newborn("陈小宝")])]);
    let asked = world.import(&supplement, &Choices::default());
    assert_eq!(kinds(&asked), [ConflictKind::Left, ConflictKind::Left]);
    assert_eq!(asked.undecided, 2);
    assert!(
        asked.conflicts[0].question.zh.contains("示例2（320***"),
        "{:?}",
        asked.conflicts[0]
    );
    assert!(asked.conflicts[1].question.zh.contains("示例3（320***"));
    assert_eq!(asked.conflicts[0].places, ["名册!B2"]);
    let offered: Vec<_> = asked.conflicts[0]
        .answers
        .iter()
        .map(|it| it.answer)
        .collect();
    let usual = [
        LeaveAnswer::MovedAway,
        LeaveAnswer::Died,
        LeaveAnswer::Stays,
    ];
    assert_eq!(offered, usual.map(Into::into));
    // Without an answer the household stays as it is, and a mere yes is none: which of them?
    assert_eq!(world.after(&asked).facts(), world.facts());
    let yes = world.import(&supplement, &super::decide(&[("left", true)]));
    assert_eq!(yes.undecided, 2);
    assert_eq!(world.after(&yes).facts(), world.facts());
    // One answer for all.
    let stays = world.import(&supplement, &left(LeaveAnswer::Stays));
    assert_eq!(stays.undecided, 0);
    assert_eq!(names(&stays, 0), ["示例1", "示例2", "示例3", "陈小宝"]);
    assert_eq!((stays.persons.new, stays.persons.absent), (1, 0));
    let moved = world.import(&supplement, &left(LeaveAnswer::MovedAway));
    assert_eq!(names(&moved, 0), ["示例1", "陈小宝"]);
    assert_eq!(moved.persons.absent, 2);
    assert_eq!(
        moved.planned[0]
            .departures
            .iter()
            .map(|it| (it.position, it.reason))
            .collect::<Vec<_>>(),
        [(1, LeaveAnswer::MovedAway), (2, LeaveAnswer::MovedAway)]
    );
    // Refused, the household is left out.
    let refused = world.import(&supplement, &super::decide(&[("left", false)]));
    assert_eq!(actions(&refused)[0].0, Action::LeftOut);
}

#[test]
fn each_member_may_have_an_answer_of_their_own() {
    let world = World::holding([of("1", &[1, 2, 3]), of("2", &[4, 5])]);
    let short = file([of("1", &[1]), of("2", &[4])]);
    let asked = world.import(&short, &Choices::default());
    assert_eq!(asked.undecided, 3);
    let mut choices = left(LeaveAnswer::MovedAway);
    let mut died = left(LeaveAnswer::Died).decisions;
    died[0].conflict.clone_from(&asked.conflicts[0].key);
    let mut stay = left(LeaveAnswer::Stays).decisions;
    stay[0].conflict = format!("left:{}", world.households[1].id);
    choices.decisions.extend(died.into_iter().chain(stay));
    let done = world.import(&short, &choices);
    let answers: Vec<_> = done.conflicts.iter().map(|it| it.answer).collect();
    let [died, moved, stays] = [
        LeaveAnswer::Died,
        LeaveAnswer::MovedAway,
        LeaveAnswer::Stays,
    ];
    let given = [died, moved, stays].map(|it| Some(it.into()));
    assert_eq!(answers, given);
    assert!(done.conflicts.iter().all(|it| it.accepted == Some(true)));
    assert_eq!(names(&done, 0), ["示例1"]);
    assert_eq!(names(&done, 1), ["示例4", "示例5"]);
    assert_eq!(actions(&done)[1], (Action::Unchanged, 2));
    // The keys are the same when someone else of the household has left meanwhile.
    let less = World::holding([of("1", &[1, 3])]);
    let again = less.import(&short, &Choices::default());
    assert_eq!(again.conflicts[0].key, asked.conflicts[1].key);
}

#[test]
fn who_is_certain_to_be_the_same_does_not_leave() {
    // Without a number, by name and birth date; by the only name; in another order.
    let mut known = vec![person(1), nameless(2), person(3)];
    known[2].relation = Relation::Son;
    let world = World::holding([family("1", known)]);
    let mut bare = nameless(3);
    (bare.birth_date, bare.relation) = (None, Relation::Son);
    let mut same = vec![bare, person(2), person(1)];
    same[2].relation = Relation::Head;
    let mut facts = family("1", vec![person(1)]);
    facts.members = same;
    let outcome = world.import(&file([facts]), &Choices::default());
    assert!(outcome.conflicts.is_empty(), "{:?}", outcome.conflicts);
    let members = &outcome.planned[0].facts.members;
    assert_eq!(members[0].identity_number, person(3).identity_number);
    assert_eq!(outcome.persons.absent, 0);
}

#[test]
fn a_corrected_number_is_asked_and_may_be_the_same_person() {
    let mut wife = person(2);
    wife.ethnicity = Some("汉族".to_owned());
    let world = World::holding([family("1", vec![person(1), wife])]);
    let mut corrected = person(7);
    corrected.name = person(2).name;
    let corrected = file([family("1", vec![person(1), corrected])]);
    let asked = world.import(&corrected, &Choices::default());
    assert_eq!(kinds(&asked), [ConflictKind::Left]);
    assert!(
        asked.conflicts[0].question.zh.contains("同名"),
        "{:?}",
        asked.conflicts[0]
    );
    let same = world.import(&corrected, &left(LeaveAnswer::SamePerson));
    assert_eq!(same.undecided, 0);
    let member = &same.planned[0].facts.members[1];
    assert_eq!(same.planned[0].facts.members.len(), 2);
    assert_eq!(member.identity_number, person(7).identity_number);
    assert_eq!(member.ethnicity.as_deref(), Some("汉族"));
    // Of one with another name it is offered, too, but not said of all at once.
    let other = file([family("1", vec![person(1), person(8)])]);
    let same = world.import(&other, &left(LeaveAnswer::SamePerson));
    assert_eq!(same.undecided, 1);
    let asked = &same.conflicts[0];
    assert!(
        asked
            .answers
            .iter()
            .any(|it| it.answer == ImportAnswer::SamePerson)
    );
    assert!(asked.question.zh.contains("新的成员"), "{asked:?}");
    let mut choices = left(LeaveAnswer::SamePerson);
    choices.decisions[0].conflict = asked.key.clone();
    let same = world.import(&other, &choices);
    assert_eq!(same.undecided, 0);
    assert_eq!(same.planned[0].facts.members.len(), 2);
    assert_eq!(same.planned[0].facts.members[1].name, person(8).name);
}

#[test]
fn a_household_whose_numbers_were_corrected_is_no_other_family() {
    let world = World::holding([family("1", vec![person(1)])]);
    let mut corrected = person(7);
    corrected.name = person(1).name;
    corrected.relation = person(1).relation;
    let corrected = file([family("1", vec![corrected])]);
    let asked = world.import(&corrected, &Choices::default());
    assert_eq!(kinds(&asked), [ConflictKind::Left], "and no other head");
    let same = world.import(&corrected, &left(LeaveAnswer::SamePerson));
    assert_eq!(same.undecided, 0);
    let members = &same.planned[0].facts.members;
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].identity_number, person(7).identity_number);
}

#[test]
fn a_former_head_who_stays_is_no_second_head() {
    let world = World::holding([of("1", &[1, 2])]);
    let alone = file([of("1", &[2])]);
    let mut choices = all_but_left(true);
    choices.decisions.extend(left(LeaveAnswer::Stays).decisions);
    let outcome = world.import(&alone, &choices);
    assert_eq!(
        kinds(&outcome),
        [ConflictKind::ChangedHead, ConflictKind::Left]
    );
    let facts = &outcome.planned[0].facts;
    assert_eq!(facts.head().unwrap().name, "示例2");
    assert_eq!(facts.members[1].relation, Relation::Other);
}

#[test]
fn a_household_with_errors_asks_nothing_and_loses_nobody() {
    let world = World::holding([of("1", &[1, 2])]);
    let mut short = file([of("1", &[1])]);
    let mut faulty = short.households.get(0).unwrap();
    faulty.has_errors = true;
    short.households.replace(0, &faulty).unwrap();
    let outcome = world.import(&short, &all(true));
    assert!(outcome.conflicts.is_empty());
    assert_eq!(world.after(&outcome).facts(), world.facts());
}

#[test]
fn an_empty_cell_clears_nothing_unless_that_is_chosen() {
    let mut known = of("1", &[1, 2]);
    known.phone = Some("13900000001".to_owned());
    known.wishes = Some("修房".to_owned());
    known.members[1].ethnicity = Some("汉族".to_owned());
    known.members[1].phone = Some("13900000002".to_owned());
    let world = World::holding([known.clone()]);
    let silent = file([of("1", &[1, 2])]);
    let outcome = world.import(&silent, &Choices::default());
    assert_eq!(actions(&outcome), [(Action::Unchanged, 2)]);
    assert_eq!(
        outcome.kept,
        [
            "ethnicity 1 名册!3",
            "household_phone 1 名册!2",
            "phone 1 名册!3",
            "wishes 1 名册!2"
        ]
    );
    let clear = |fields: &[&str]| Choices {
        clear_empty: fields.iter().map(|&field| field.to_owned()).collect(),
        ..Choices::default()
    };
    let outcome = world.import(&silent, &clear(&["wishes"]));
    let facts = &outcome.planned[0].facts;
    assert_eq!((facts.wishes.as_ref(), facts.phone.is_some()), (None, true));
    let outcome = world.import(&silent, &clear(&["*"]));
    let facts = &outcome.planned[0].facts;
    let cleared = HouseholdFacts {
        members: facts.members.clone(),
        ..of("1", &[])
    };
    assert_eq!(*facts, cleared);
    assert_eq!(facts.members[1], person(2));
    // A column that the file has not is never cleared.
    let mut silent = file([of("1", &[1, 2])]);
    silent.spoken = ["number", "name", "identity_number"].into_iter().collect();
    let outcome = world.import(&silent, &clear(&["*"]));
    assert_eq!(actions(&outcome), [(Action::Unchanged, 2)]);
}

#[test]
fn another_main_cause_is_no_other_cause_besides() {
    use crate::household::Cause;
    let mut known = of("1", &[1]);
    (known.main_cause, known.other_causes) = (Some(Cause::Illness), vec![Cause::Schooling]);
    let world = World::holding([known]);
    let mut now = of("1", &[1]);
    now.main_cause = Some(Cause::Schooling);
    let outcome = world.import(&file([now]), &Choices::default());
    assert!(outcome.planned[0].facts.other_causes.is_empty());
}

/// The persons of a register, however often they stand in it.
fn everybody(world: &World) -> Vec<String> {
    let members = world.households.iter().flat_map(|it| &it.facts.members);
    let mut names: Vec<_> = members.map(|member| member.name.clone()).collect();
    names.sort();
    names
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whoever leaves the register was asked about, and it was answered so.
    #[test]
    fn nobody_leaves_without_an_answer(
        known in super::any_roster::roster(),
        given in super::any_roster::roster(),
        unnumbered in prop::collection::vec(any::<bool>(), 9),
    ) {
        let world = World::holding(known);
        let mut given = given;
        for (member, unnumbered) in given.iter_mut().flat_map(|it| &mut it.members).zip(unnumbered) {
            if unnumbered {
                member.identity_number = None;
            }
        }
        let file = file(given);
        let before: BTreeSet<_> = everybody(&world).into_iter().collect();
        let mut stay = all_but_left(true);
        stay.decisions.extend(left(LeaveAnswer::Stays).decisions);
        for choices in [Choices::default(), all_but_left(true), stay] {
            let after: BTreeSet<_> = everybody(&world.after(&world.import(&file, &choices))).into_iter().collect();
            prop_assert!(before.is_subset(&after));
        }
        let outcome = world.import(&file, &all(true));
        let after: BTreeSet<_> = everybody(&world.after(&outcome)).into_iter().collect();
        let departed: usize = outcome.planned.iter().map(|it| it.departures.len()).sum();
        prop_assert!(before.difference(&after).count() <= departed);
    }
}
