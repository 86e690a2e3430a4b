use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;

use super::Plan;
use crate::codes::Action;
use crate::household::register::{Listed, ListedMember, Register};
use crate::household::staging::Planned;
use crate::household::{Household, HouseholdFacts, IdentityNumber, Member, Relation};
use crate::import::report::{Conflict, ConflictKind, Counts};
use crate::roster::choices::{Choices, Decision};
use crate::roster::grouping::{HouseholdRoster, ReadHousehold};
use crate::roster::household::COLUMNS;
use crate::roster::packed_list::PackedList;
use crate::roster::report::{Certainty, ColumnReport, Place, Problems, SheetReport};

/// A register that an import can be done to.
#[derive(Clone, Debug, Default)]
struct World {
    households: Vec<Household>,
}

/// All that an import came to.
struct Outcome {
    planned: Vec<Planned>,
    conflicts: Vec<Conflict>,
    undecided: i64,
    households: Counts,
    persons: Counts,
    codes: Vec<String>,
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
}

fn identity(serial: u32) -> IdentityNumber {
    IdentityNumber::from_body(&format!("32099919700101{serial:03}")).unwrap()
}

fn person(serial: u32) -> Member {
    Member {
        identity_number: Some(identity(serial)),
        birth_date: NaiveDate::from_ymd_opt(1970, 1, 1),
        ..Member::of(format!("示例{serial}"), Relation::Other)
    }
}

/// Someone without an identity number, of the same name and birth date as the one with the serial.
fn nameless(serial: u32) -> Member {
    Member {
        identity_number: None,
        ..person(serial)
    }
}

/// A family: the first is the head.
fn family(number: &str, mut members: Vec<Member>) -> HouseholdFacts {
    if let Some(head) = members.first_mut() {
        head.relation = Relation::Head;
    }
    HouseholdFacts {
        number: Some(number.to_owned()).filter(|number| !number.is_empty()),
        members,
        ..HouseholdFacts::of("草庙镇", "前进村")
    }
}

fn of(number: &str, serials: &[u32]) -> HouseholdFacts {
    family(number, serials.iter().copied().map(person).collect())
}

impl World {
    fn holding(families: impl IntoIterator<Item = HouseholdFacts>) -> Self {
        let mut world = Self::default();
        for facts in families {
            let id = Uuid::from_u128(world.households.len() as u128 + 1);
            world.put(id, facts);
        }
        world
    }

    fn put(&mut self, id: Uuid, facts: HouseholdFacts) {
        let found = self.households.iter().position(|known| known.id == id);
        let old_name = found.map(|found| self.households[found].head_name.clone());
        let household = Household {
            id,
            version: found.map_or(1, |found| self.households[found].version + 1),
            import_id: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            head_name: facts
                .head()
                .map_or(old_name.unwrap_or_default(), |head| head.name.clone()),
            size: i64::try_from(facts.members.len()).unwrap(),
            facts,
        };
        match found {
            Some(found) => self.households[found] = household,
            None => self.households.push(household),
        }
    }

    fn register(&self) -> Register {
        let mut register = Register::default();
        for household in &self.households {
            register.add(&Listed {
                id: household.id,
                version: household.version,
                number: household.facts.number.as_deref(),
                town: &household.facts.town,
                village: &household.facts.village,
                head_name: &household.head_name,
                closed: household.facts.closed_on.is_some(),
            });
        }
        for household in &self.households {
            for member in &household.facts.members {
                register.add_member(
                    household.id,
                    &ListedMember {
                        identity_number: member.identity_number.as_ref(),
                        name: &member.name,
                        birth_date: member.birth_date,
                        relation: member.relation,
                    },
                );
            }
        }
        register.indexed()
    }

    fn import(&self, file: &HouseholdRoster, choices: &Choices) -> Outcome {
        let mut problems = Problems::default();
        let mut plan = Plan::of(file, self.register(), choices, today(), &mut problems).unwrap();
        let mut planned = Vec::new();
        while !plan.is_done() {
            let needed: BTreeSet<_> = plan.needed().into_iter().collect();
            let records: HashMap<_, _> = self
                .households
                .iter()
                .filter(|household| needed.contains(&household.id))
                .map(|household| (household.id, household.clone()))
                .collect();
            planned.extend(plan.next_chunk(file, &records).unwrap());
        }
        assert_eq!(planned.len(), plan.total());
        let (households, persons) = plan.counts();
        Outcome {
            planned,
            conflicts: plan.conflicts(file, usize::MAX).unwrap(),
            undecided: plan.question_counts().1,
            households,
            persons,
            codes: problems
                .into_kept()
                .into_iter()
                .map(|problem| format!("{} {}", problem.code, problem.cell.unwrap_or_default()))
                .collect(),
        }
    }

    /// The register after an import.
    fn after(&self, outcome: &Outcome) -> Self {
        let mut world = self.clone();
        for planned in &outcome.planned {
            let good = !planned.has_errors && planned.conflicts.is_empty();
            if good
                && matches!(
                    planned.action,
                    Action::New | Action::Changed | Action::Closed
                )
            {
                world.put(planned.household_id, planned.facts.clone());
            }
        }
        world
    }

    /// The open households, whatever their ids and the order of their members.
    fn facts(&self) -> Vec<String> {
        let all = self.households.iter().map(|household| &household.facts);
        let open = all.filter(|facts| facts.closed_on.is_none());
        let mut facts: Vec<_> = open.map(sorted).collect();
        facts.sort();
        facts
    }
}

fn sorted(facts: &HouseholdFacts) -> String {
    let mut facts = facts.clone();
    // The ids of new households are others each time.
    facts.merged_into = None;
    facts.members.sort_by_key(|member| format!("{member:?}"));
    format!("{facts:?}")
}

fn file(families: impl IntoIterator<Item = HouseholdFacts>) -> HouseholdRoster {
    let mut row = 1;
    let mut households = PackedList::default();
    for facts in families {
        let places: Vec<_> = facts
            .members
            .iter()
            .map(|_| {
                row += 1;
                Place { sheet: 0, row }
            })
            .collect();
        let read = ReadHousehold {
            place: places.first().copied().unwrap_or(Place { sheet: 0, row }),
            facts,
            places,
            has_errors: false,
            members_listed: true,
        };
        households.push(&read).unwrap();
    }
    let fields = ["number", "name", "identity_number", "relation"];
    let columns = fields.iter().zip(["A", "B", "C", "D"]);
    HouseholdRoster {
        households,
        spoken: COLUMNS.iter().map(|column| column.key).collect(),
        rows: row.into(),
        sheets: vec![SheetReport {
            name: "名册".to_owned(),
            read: true,
            hidden: false,
            rows: 0,
            hidden_rows: 0,
            total_rows: 0,
            columns: columns
                .map(|(field, letters)| ColumnReport {
                    letters: letters.to_owned(),
                    heading: (*field).to_owned(),
                    field: Some((*field).to_owned()),
                    label: None,
                    certainty: Certainty::Exact,
                    hidden: false,
                })
                .collect(),
        }],
    }
}

fn decide(decisions: &[(&str, bool)]) -> Choices {
    Choices {
        decisions: decisions
            .iter()
            .map(|(conflict, accept)| Decision {
                conflict: (*conflict).to_owned(),
                accept: *accept,
            })
            .collect(),
        ..Choices::default()
    }
}

fn all(accept: bool) -> Choices {
    decide(&[
        ("changed_head", accept),
        ("renumbered", accept),
        ("moved", accept),
        ("split", accept),
        ("merged", accept),
        ("reopened", accept),
    ])
}

/// What becomes of each household of the file and of the register, in words.
fn actions(outcome: &Outcome) -> Vec<(Action, usize)> {
    outcome
        .planned
        .iter()
        .map(|planned| (planned.action, planned.facts.members.len()))
        .collect()
}

fn kinds(outcome: &Outcome) -> Vec<ConflictKind> {
    outcome
        .conflicts
        .iter()
        .map(|conflict| conflict.kind)
        .collect()
}

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
fn a_changed_head_is_asked() {
    let world = World::holding([of("1", &[1, 2])]);
    let (undecided, refused, accepted) =
        asked(&world, &file([of("1", &[2, 1])]), ConflictKind::ChangedHead);
    assert_eq!(undecided.conflicts[0].places, ["名册!D2"]);
    assert!(
        undecided.conflicts[0]
            .question
            .contains("示例1（320***********"),
        "{}",
        undecided.conflicts[0].question
    );
    assert_eq!(undecided.households.conflicting, 1);
    assert_eq!(actions(&undecided), [(Action::Changed, 2)]);
    assert_eq!(actions(&refused), [(Action::LeftOut, 2)]);
    assert_eq!(actions(&accepted), [(Action::Changed, 2)]);
    // Without any number, the family is known by its members.
    let world = World::holding([of("", &[1, 2, 3])]);
    asked(&world, &file([of("", &[2, 3])]), ConflictKind::ChangedHead);
    // A head without identity number is known by name.
    let world = World::holding([family("1", vec![nameless(1), person(2)])]);
    let same = world.import(&file([of("1", &[1, 2])]), &Choices::default());
    assert!(same.conflicts.is_empty());
    asked(&world, &file([of("1", &[3, 2])]), ConflictKind::ChangedHead);
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
    let file = file([of("1", &[1])]);
    let mut problems = Problems::default();
    let mut plan = Plan::of(&file, world.register(), &all(true), today(), &mut problems).unwrap();
    let mut household = world.households[0].clone();
    household.version += 1;
    let records = HashMap::from([(household.id, household)]);
    assert!(plan.next_chunk(&file, &records).is_err());
}

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
    fn roster()(
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
