//! What the file and the register say of a household together, and neither alone.

use super::unsaid::lacking;
use super::{Outcome, World, actions, file, left, of};
use crate::codes::Action;
use crate::household::{
    Cause, Health, HouseholdFacts, IdentityNumber, PovertyStatus, Relation, Sex,
};
use crate::roster::choices::{Choices, LeaveAnswer};
use crate::roster::grouping::StatusDetail;
use crate::roster::household::COLUMNS;

/// A household of which these relations to the head, in this order, are said; the first is the head.
fn related(serials: &[u32], relations: &[Relation]) -> HouseholdFacts {
    let mut facts = of("1", serials);
    for (member, relation) in facts.members.iter_mut().skip(1).zip(relations) {
        member.relation = *relation;
    }
    for member in &mut facts.members {
        member.labour = Some(crate::household::Labour::Ordinary);
    }
    facts
}

fn stay(known: &HouseholdFacts, given: &HouseholdFacts) -> Outcome {
    World::holding([known.clone()]).import(&file([given.clone()]), &left(LeaveAnswer::Stays))
}

#[test]
fn a_second_spouse_beside_one_who_stays_is_told() {
    let known = related(&[1, 2], &[Relation::Spouse]);
    let given = related(&[1, 3], &[Relation::Spouse]);
    // As long as it is not known whether the first stays, nothing is.
    let world = World::holding([known.clone()]);
    let asked = world.import(&file([given.clone()]), &Choices::default());
    assert_eq!(asked.codes, [""; 0]);
    let outcome = stay(&known, &given);
    assert_eq!(outcome.codes, ["two_spouses D2"]);
    assert_eq!(actions(&outcome), [(Action::Changed, 3)]);
    assert!(!outcome.planned[0].has_errors, "it is told, and taken in");
    let gone = world.import(&file([given]), &left(LeaveAnswer::Died));
    assert_eq!(gone.codes, [""; 0]);
}

#[test]
fn what_the_register_or_the_file_says_alone_is_not_told_again() {
    let two = [Relation::Spouse, Relation::Spouse];
    // The register has two already.
    let known = related(&[1, 2, 3], &two);
    let mut given = related(&[1, 2], &[Relation::Spouse]);
    given.phone = Some("13900000001".to_owned());
    assert_eq!(stay(&known, &given).codes, [""; 0]);
    // The file has two: that was told when it was read.
    let known = related(&[1, 4], &[Relation::Son]);
    assert_eq!(stay(&known, &related(&[1, 2, 3], &two)).codes, [""; 0]);
    // Both have one more.
    let known = related(&[1, 4], &[Relation::Spouse]);
    let outcome = stay(&known, &related(&[1, 2, 3], &two));
    assert_eq!(outcome.codes, ["two_spouses D2"]);
}

#[test]
fn a_stated_size_that_leaves_out_who_stays_is_told() {
    let known = related(&[1, 2, 3], &[Relation::Spouse, Relation::Son]);
    let given = related(&[1, 2], &[Relation::Spouse]);
    let stated = || {
        lacking(given.clone(), |read| {
            let place = read.places[1];
            read.size = Some(crate::roster::grouping::StatedSize { members: 2, place });
        })
    };
    let world = World::holding([known]);
    let stays = world.import(&stated(), &left(LeaveAnswer::Stays));
    // Nothing else changes, so that there is nothing to tell.
    assert_eq!(actions(&stays), [(Action::Unchanged, 3)]);
    assert_eq!(stays.codes, ["member_count B3"]);
    let moved = world.import(&stated(), &left(LeaveAnswer::MovedAway));
    assert_eq!(moved.codes, [""; 0]);
}

#[test]
fn facts_that_contradict_those_of_the_register_are_told() {
    let mut known = related(&[1, 2], &[Relation::Spouse]);
    known.members[1].health = Some(Health::Disabled);
    let mut given = known.clone();
    given.main_cause = Some(Cause::Disability);
    given.members.truncate(1);
    given.members[0].health = Some(Health::Healthy);
    // The one who stays is disabled: as a whole nothing contradicts itself.
    assert_eq!(stay(&known, &given).codes, [""; 0]);
    // A column that the file lacks is the register's.
    known.main_cause = Some(Cause::Disability);
    let mut healthy = known.clone();
    healthy.main_cause = None;
    for member in &mut healthy.members {
        member.health = Some(Health::Healthy);
    }
    let mut silent = file([healthy]);
    let spoken = COLUMNS.iter().map(|column| column.key);
    silent.spoken = spoken.filter(|key| *key != "main_cause").collect();
    let world = World::holding([known]);
    let outcome = world.import(&silent, &Choices::default());
    assert_eq!(outcome.codes, ["disability_without_disabled B2"]);
}

#[test]
fn a_sex_that_is_not_the_kept_numbers_is_told() {
    let known = related(&[1, 2], &[Relation::Spouse]);
    let mut given = known.clone();
    let sex = known.members[1]
        .identity_number
        .as_ref()
        .map(IdentityNumber::sex);
    given.members[1].identity_number = None;
    given.members[1].sex = Some(match sex {
        Some(Sex::Male) => Sex::Female,
        _ => Sex::Male,
    });
    assert_eq!(stay(&known, &given).codes, ["identity_sex B3"]);
}

#[test]
fn a_relapse_is_not_undone_by_a_word_that_says_less() {
    let known = HouseholdFacts {
        status: PovertyStatus::Relapsed,
        lifted_year: Some(2018),
        ..of("1", &[1])
    };
    let import = |status, detail, year| {
        let mut given = known.clone();
        (given.status, given.lifted_year) = (status, year);
        given.phone = Some("13900000001".to_owned());
        let file = lacking(given, |read| read.status_detail = detail);
        let outcome = World::holding([known.clone()]).import(&file, &Choices::default());
        let status = outcome.planned[0].facts.status;
        let is_told = outcome.kept.iter().any(|it| it.starts_with("status 1"));
        (status, is_told)
    };
    let lifted = PovertyStatus::LiftedWithPolicy;
    let [vague, whole] = [StatusDetail::Vague, StatusDetail::Whole];
    for year in [None, Some(2018), Some(2016)] {
        let kept = (PovertyStatus::Relapsed, true);
        assert_eq!(import(lifted, vague, year), kept, "{year:?}");
    }
    // Lifted again: in a later year, or with the whole of 脱贫属性.
    assert_eq!(import(lifted, vague, Some(2021)), (lifted, false));
    assert_eq!(import(lifted, whole, None), (lifted, false));
    // The year of the lift that did not hold, and 未脱贫, are those of an older roster.
    assert_eq!(
        import(lifted, whole, Some(2018)),
        (PovertyStatus::Relapsed, true)
    );
    assert_eq!(
        import(PovertyStatus::Poor, whole, None),
        (PovertyStatus::Relapsed, true)
    );
    assert_eq!(
        import(PovertyStatus::Poor, vague, None),
        (PovertyStatus::Relapsed, false)
    );
}

#[test]
fn what_is_kept_is_told_of_households_alone_that_are_taken_in() {
    let known = HouseholdFacts {
        status: PovertyStatus::Relapsed,
        ..of("1", &[1])
    };
    for (has_errors, told) in [(false, 1), (true, 0)] {
        let file = lacking(of("1", &[1]), |read| {
            read.status_detail = StatusDetail::Nothing;
            read.unsaid.status = true;
            read.has_errors = has_errors;
        });
        let outcome = World::holding([known.clone()]).import(&file, &Choices::default());
        assert_eq!(outcome.kept.len(), told);
    }
}
