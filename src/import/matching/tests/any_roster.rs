//! What must hold for any register and any roster.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::{World, all, file, kinds, of, sorted};
use crate::codes::Action;
use crate::household::{HouseholdFacts, Relation};
use crate::roster::choices::Choices;

/// Families from a list that says of each person which family it is in.
fn families(of_each: &[Option<u8>], numbered: &[bool], heads: &[u8]) -> Vec<HouseholdFacts> {
    let mut members: BTreeMap<u8, Vec<u32>> = BTreeMap::new();
    for (serial, family) in (1..).zip(of_each) {
        if let Some(family) = family {
            members.entry(*family).or_default().push(serial);
        }
    }
    members
        .into_iter()
        .map(|(family, mut serials)| {
            let family = usize::from(family);
            let turn = usize::from(heads[family]) % serials.len();
            serials.rotate_left(turn);
            let number = if numbered[family] {
                format!("{family}")
            } else {
                String::new()
            };
            of(&number, &serials)
        })
        .collect()
}

prop_compose! {
    pub(super) fn roster()(
        of_each in prop::collection::vec(prop::option::weighted(0.9, 0_u8..5), 9),
        numbered in prop::collection::vec(prop::bool::weighted(0.7), 5),
        heads in prop::collection::vec(0_u8..4, 5),
    ) -> Vec<HouseholdFacts> {
        families(&of_each, &numbered, &heads)
    }
}

/// The households that people are in by a plan.
fn homes(world: &World) -> BTreeMap<String, Vec<Uuid>> {
    let mut homes: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for household in &world.households {
        for member in &household.facts.members {
            let identity = member.identity_number.as_ref().unwrap().whole().to_owned();
            homes.entry(identity).or_default().push(household.id);
        }
    }
    homes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_person_of_the_file_is_in_one_household(known in roster(), given in roster()) {
        let world = World::holding(known);
        let file = file(given.clone());
        let outcome = world.import(&file, &all(true));
        let mut planned: Vec<_> = outcome.planned[..given.len()]
            .iter()
            .flat_map(|it| &it.facts.members)
            .map(|member| member.name.clone())
            .collect();
        planned.sort();
        let mut names: Vec<_> = given
            .iter()
            .flat_map(|it| &it.members)
            .map(|member| member.name.clone())
            .collect();
        names.sort();
        prop_assert_eq!(planned, names);
        // Whatever has errors, nobody is lost and nobody is in two households.
        let before = homes(&world);
        let after = homes(&world.after(&outcome));
        for (person, homes) in &after {
            prop_assert_eq!(homes.len(), 1, "{}", person);
        }
        let listed: BTreeSet<_> = given
            .iter()
            .flat_map(|it| &it.members)
            .filter_map(|it| it.identity_number.as_ref())
            .map(|it| it.whole().to_owned())
            .collect();
        for person in before.keys().filter(|it| listed.contains(*it)) {
            prop_assert!(after.contains_key(person), "{}", person);
        }
        // Every household has a head.
        for household in &world.after(&outcome).households {
            let is_open = household.facts.closed_on.is_none();
            prop_assert_eq!(household.facts.head().is_some(), is_open);
        }
    }

    #[test]
    fn what_is_undecided_or_refused_changes_nobody_who_is_part_of_it(known in roster(), given in roster()) {
        let world = World::holding(known);
        let file = file(given);
        let accepted = world.import(&file, &all(true));
        for choices in [Choices::default(), all(false)] {
            let outcome = world.import(&file, &choices);
            let after = world.after(&outcome);
            for (person, homes) in homes(&after) {
                prop_assert_eq!(homes.len(), 1, "{}", person);
            }
            prop_assert_eq!(outcome.conflicts.len(), accepted.conflicts.len());
            for conflict in &outcome.conflicts {
                for id in &conflict.household_ids {
                    let of = |world: &World| {
                        let mut households = world.households.iter();
                        households.find(|it| it.id == *id).map(|it| it.version)
                    };
                    prop_assert_eq!(of(&after), of(&world));
                }
            }
        }
    }

    #[test]
    fn the_same_file_again_changes_nothing(known in roster(), given in roster()) {
        let world = World::holding(known);
        let file = file(given);
        let outcome = world.import(&file, &all(true));
        if !outcome.codes.is_empty() {
            return Ok(());
        }
        let again = world.after(&outcome).import(&file, &Choices::default());
        prop_assert!(again.conflicts.is_empty(), "{:?}", again.conflicts);
        let (of_file, others) = again.planned.split_at(file.households.len());
        for planned in of_file {
            prop_assert_eq!(planned.action, Action::Unchanged);
        }
        for planned in others {
            prop_assert_eq!(planned.action, Action::Absent);
        }
    }

    #[test]
    fn a_part_before_the_whole_makes_no_difference(
        given in roster(),
        kept in prop::collection::vec(any::<bool>(), 20),
    ) {
        let mut kept = kept.iter().cycle();
        let mut part = Vec::new();
        for household in &given {
            if *kept.next().unwrap() {
                let mut household = household.clone();
                household.members.retain(|member| {
                    member.relation == Relation::Head || *kept.next().unwrap()
                });
                part.push(household);
            }
        }
        let empty = World::default();
        let first = empty.after(&empty.import(&file(part), &Choices::default()));
        let outcome = first.import(&file(given.clone()), &Choices::default());
        prop_assert!(outcome.conflicts.is_empty());
        let whole = empty.after(&empty.import(&file(given), &Choices::default()));
        prop_assert_eq!(first.after(&outcome).facts(), whole.facts());
    }

    #[test]
    fn the_order_of_rows_makes_no_difference(
        known in roster(),
        given in roster(),
        turn in 0_usize..5,
        turn_members in 0_usize..4,
    ) {
        let world = World::holding(known);
        let mut other = given.clone();
        let turn = turn % other.len().max(1);
        other.rotate_left(turn);
        for household in &mut other {
            let turn = turn_members % household.members.len();
            household.members.rotate_left(turn);
        }
        let done = |families| {
            let outcome = world.import(&file(families), &all(true));
            let mut planned: Vec<_> = outcome
                .planned
                .iter()
                .map(|it| (it.action, it.has_errors, it.before.as_ref().map(|it| it.id), sorted(&it.facts)))
                .collect();
            planned.sort();
            let mut kinds: Vec<_> = kinds(&outcome).into_iter().map(|kind| kind as u8).collect();
            kinds.sort_unstable();
            (planned, kinds, outcome.households, outcome.persons)
        };
        prop_assert_eq!(done(given), done(other));
    }
}
