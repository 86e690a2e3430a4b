//! Those who died or moved away by an earlier import and stand on the new roster.

use uuid::Uuid;

use super::unsaid::lacking;
use super::{World, actions, decide, file, kinds, left, nameless, of, person};
use crate::codes::Action;
use crate::household::staging::Departed;
use crate::household::{HouseholdFacts, Member, Relation};
use crate::import::report::{Conflict, ConflictKind};
use crate::roster::choices::{Choices, ImportAnswer, LeaveAnswer};
use crate::roster::grouping::{HouseholdRoster, StatedSize};

/// A register with these households, which those have left: each the first household's unless another is named.
fn left_by(
    families: impl IntoIterator<Item = HouseholdFacts>,
    departed: &[(LeaveAnswer, Member)],
) -> World {
    let mut world = World::holding(families);
    let departed = departed.iter().map(|(reason, member)| Departed {
        household_id: Uuid::from_u128(1),
        reason: *reason,
        member: member.clone(),
    });
    world.departed = departed.collect();
    world
}

fn answer(conflict: &str, answer: ImportAnswer) -> Choices {
    let mut choices = decide(&[(conflict, true)]);
    choices.decisions[0].answer = Some(answer);
    choices
}

/// The kinds of what is asked of many at once, with the first answer that each takes.
fn proposed(shared: &[Conflict]) -> Vec<(&str, ImportAnswer)> {
    let of = |it: &Conflict| it.answers[0].answer;
    shared.iter().map(|it| (it.key.as_str(), of(it))).collect()
}

fn names(world: &World, file: &HouseholdRoster, choices: &Choices) -> Vec<String> {
    let outcome = world.import(file, choices);
    let members = outcome.planned[0].facts.members.iter();
    members.map(|member| member.name.clone()).collect()
}

const DIED: &str = "member_returned:died";
const MOVED: &str = "member_returned:moved_away";

#[test]
fn who_has_died_comes_back_only_by_an_answer() {
    let world = left_by([of("1", &[1, 2])], &[(LeaveAnswer::Died, person(3))]);
    let given = file([of("1", &[1, 2, 3])]);
    let asked = world.import(&given, &Choices::default());
    assert_eq!(proposed(&asked.shared), [(DIED, ImportAnswer::StaysAway)]);
    let question = &asked.shared[0];
    assert_eq!(question.kind, ConflictKind::MemberReturned);
    assert!(
        question
            .question
            .zh
            .contains("已去世的 1 人又在名册中：示例3（320")
    );
    assert_eq!(question.places, ["名册!B4"]);
    assert_eq!(question.household_ids, [Uuid::from_u128(1)]);
    assert_eq!(asked.planned[0].conflicts, [DIED]);
    assert_eq!(world.after(&asked).facts(), world.facts());
    // Who accepts whatever is proposed does not bring back the dead.
    for choices in [
        decide(&[("member_returned", true)]),
        answer(DIED, ImportAnswer::StaysAway),
    ] {
        let stays = world.import(&given, &choices);
        assert_eq!(actions(&stays), [(Action::Unchanged, 2)]);
        assert_eq!(stays.shared[0].answer, Some(ImportAnswer::StaysAway));
    }
    let back = answer("member_returned", ImportAnswer::Returns);
    assert_eq!(names(&world, &given, &back), ["示例1", "示例2", "示例3"]);
    let refused = world.import(&given, &decide(&[(DIED, false)]));
    assert_eq!(actions(&refused), [(Action::LeftOut, 3)]);
    // Who is on the register again is not asked about.
    let mut world = World::holding([of("1", &[1, 2, 3])]);
    world.departed = left_by([], &[(LeaveAnswer::Died, person(3))]).departed;
    assert!(world.import(&given, &Choices::default()).shared.is_empty());
}

#[test]
fn there_is_one_question_for_all_of_a_kind() {
    let died = (7..20).map(|serial| (LeaveAnswer::Died, person(serial)));
    let mut departed: Vec<_> = died.collect();
    departed.push((LeaveAnswer::MovedAway, person(3)));
    let world = left_by([of("1", &[1]), of("2", &[2])], &departed);
    let dead: Vec<_> = (7..20).collect();
    let given = file([of("1", &[1, 3]), of("2", &[&[2], &dead[..]].concat())]);
    let asked = world.import(&given, &Choices::default());
    assert_eq!(
        proposed(&asked.shared),
        [
            (DIED, ImportAnswer::StaysAway),
            (MOVED, ImportAnswer::Returns)
        ]
    );
    assert!(asked.shared[0].question.zh.contains("13 人"));
    assert!(asked.shared[0].question.zh.contains("等 13 人"));
    assert_eq!(asked.shared[0].places.len(), 13);
    // Each is proposed its own answer.
    let accepted = world.import(&given, &decide(&[("member_returned", true)]));
    assert_eq!(
        actions(&accepted),
        [(Action::Changed, 2), (Action::Unchanged, 1)]
    );
}

#[test]
fn who_moved_away_may_live_elsewhere_and_who_died_may_not() {
    for (reason, asked) in [
        (LeaveAnswer::MovedAway, &[][..]),
        (LeaveAnswer::Died, &[DIED][..]),
    ] {
        let world = left_by([of("1", &[1]), of("2", &[2])], &[(reason, person(3))]);
        for given in [file([of("2", &[2, 3])]), file([of("9", &[9, 3])])] {
            let outcome = world.import(&given, &Choices::default());
            let keys: Vec<_> = outcome.shared.iter().map(|it| it.key.as_str()).collect();
            assert_eq!(keys, asked, "{reason:?}");
        }
    }
}

#[test]
fn without_a_number_one_is_known_in_their_own_household() {
    for (departed, given) in [
        (nameless(3), nameless(3)),
        (nameless(3), person(3)),
        (person(3), nameless(3)),
    ] {
        let world = left_by(
            [of("1", &[1]), of("2", &[2])],
            &[(LeaveAnswer::Died, departed)],
        );
        let of_number = |number: &str, serial| {
            let mut facts = of(number, &[serial]);
            facts.members.push(given.clone());
            file([facts])
        };
        let own = world.import(&of_number("1", 1), &Choices::default());
        assert_eq!(own.shared.len(), 1);
        let other = world.import(&of_number("2", 2), &Choices::default());
        assert!(other.shared.is_empty());
    }
    // Another number, or one of the same name who is still there.
    let mut other = person(4);
    (other.name, other.birth_date) = (person(3).name, person(3).birth_date);
    let world = left_by([of("1", &[1])], &[(LeaveAnswer::Died, person(3))]);
    let mut given = of("1", &[1]);
    given.members.push(other);
    assert!(
        world
            .import(&file([given]), &Choices::default())
            .shared
            .is_empty()
    );
    let mut known = of("1", &[1]);
    known.members.push(nameless(3));
    let world = left_by([known.clone()], &[(LeaveAnswer::Died, nameless(3))]);
    assert!(
        world
            .import(&file([known]), &Choices::default())
            .shared
            .is_empty()
    );
}

/// A couple whose husband has died, as an old list has them, with a grown-up son.
fn widow() -> (World, HouseholdRoster) {
    let mut known = of("1", &[2, 3]);
    known.members[1].relation = Relation::Son;
    let mut husband = person(1);
    husband.relation = Relation::Head;
    let world = left_by([known], &[(LeaveAnswer::Died, husband)]);
    let mut old = of("1", &[1, 2, 3]);
    old.members[1].relation = Relation::Spouse;
    old.members[2].relation = Relation::Grandson;
    old.members[2].phone = Some("13900000009".to_owned());
    let place = crate::roster::report::Place { sheet: 0, row: 2 };
    let size = Some(StatedSize { members: 3, place });
    (world, lacking(old, |read| read.size = size))
}

#[test]
fn a_head_who_has_died_leaves_the_household_to_the_head_of_the_register() {
    let (world, old) = widow();
    let asked = world.import(&old, &Choices::default());
    assert_eq!(asked.shared.len(), 1);
    assert!(
        kinds(&asked).is_empty(),
        "nor is the head asked for besides"
    );
    let stays = world.import(&old, &answer(DIED, ImportAnswer::StaysAway));
    assert_eq!(stays.codes, [""; 0]);
    assert!(kinds(&stays).is_empty());
    let members = &stays.planned[0].facts.members;
    let relations: Vec<_> = members.iter().map(|it| it.relation).collect();
    assert_eq!(relations, [Relation::Head, Relation::Son]);
    assert_eq!(members[1].phone.as_deref(), Some("13900000009"));
    // He was never dead: then the head changes, which is asked.
    let back = world.import(&old, &answer(DIED, ImportAnswer::Returns));
    assert_eq!(kinds(&back), [ConflictKind::ChangedHead]);
}

#[test]
fn a_household_never_stays_without_a_head() {
    // The register's head is not in the file: she is asked about, and stays or leaves nobody as head.
    let (world, _) = widow();
    let old = file([of("1", &[1, 3])]);
    let mut choices = answer(DIED, ImportAnswer::StaysAway);
    let asked = world.import(&old, &choices);
    assert_eq!(kinds(&asked), [ConflictKind::Left]);
    choices.decisions.extend(left(LeaveAnswer::Stays).decisions);
    let stays = world.import(&old, &choices);
    assert_eq!(stays.planned[0].facts.head().unwrap().name, "示例2");
    choices.decisions.pop();
    choices.decisions.extend(left(LeaveAnswer::Died).decisions);
    let died = world.import(&old, &choices);
    assert_eq!(died.codes, ["no_head D2"]);
    assert!(died.planned[0].has_errors);
    // A household that the register does not have.
    let new = world.import(
        &file([of("9", &[1, 8])]),
        &answer(DIED, ImportAnswer::StaysAway),
    );
    assert!(new.planned[0].has_errors);
    // Nobody is left of it.
    let alone = world.import(
        &file([of("9", &[1])]),
        &answer(DIED, ImportAnswer::StaysAway),
    );
    assert_eq!(actions(&alone)[0], (Action::LeftOut, 1));
    assert_eq!(alone.codes, [""; 0]);
}
