//! What a roster of staff would do, by example.

use super::*;
use crate::household::IdentityNumber;
use crate::roster::choices::{Decision, ImportAnswer};

fn facts(number: &str, name: &str, serial: u32) -> StaffFacts {
    let body = format!("32099919800101{serial:03}");
    StaffFacts {
        number: Some(number.to_owned()).filter(|number| !number.is_empty()),
        identity_number: (serial > 0).then(|| IdentityNumber::from_body(&body).unwrap()),
        name: name.to_owned(),
        unit: "示例小学".to_owned(),
        ..StaffFacts::default()
    }
}

fn known(people: &[StaffFacts]) -> Vec<Staff> {
    (1..)
        .zip(people)
        .map(|(id, facts)| Staff::of(Uuid::from_u128(id), Uuid::from_u128(99), facts.clone()))
        .collect()
}

fn compared(
    known: &[Staff],
    people: &[StaffFacts],
    accept: Option<bool>,
) -> (StaffPlan, Vec<String>) {
    decided(known, people, accept.map(|accept| ("swapped", accept)))
}

fn decided(
    known: &[Staff],
    people: &[StaffFacts],
    decision: Option<(&str, bool)>,
) -> (StaffPlan, Vec<String>) {
    let decision = decision.map(|(conflict, accept)| Decision {
        conflict: conflict.to_owned(),
        accept,
        answer: None,
        name: None,
    });
    chosen(known, people, decision.into_iter().collect())
}

fn chosen(
    known: &[Staff],
    people: &[StaffFacts],
    decisions: Vec<Decision>,
) -> (StaffPlan, Vec<String>) {
    let people = (2..).zip(people).map(|(row, facts)| ReadPerson {
        place: Place { sheet: 0, row },
        facts: facts.clone(),
        has_rank: true,
        remark_said: false,
        has_errors: false,
    });
    let roster = StaffRoster {
        sheets: Vec::new(),
        spoken: crate::roster::staff::COLUMNS
            .iter()
            .map(|column| column.key)
            .collect(),
        rows: 0,
        people: people.collect(),
        questions: Vec::new(),
    };
    let choices = Choices {
        decisions,
        ..Choices::default()
    };
    let mut problems = Problems::default();
    let plan = plan(roster, (known, &Around::default()), &choices, &mut problems);
    // What the register keeps for empty cells is no problem of the roster.
    let found = problems.into_kept().into_iter();
    let found = found.filter(|problem| problem.severity != Severity::Repair);
    (plan, found.map(|problem| problem.code).collect())
}

fn actions(plan: &StaffPlan) -> Vec<Action> {
    plan.planned.iter().map(|planned| planned.action).collect()
}

#[test]
fn people_are_known_by_number_or_identity_number() {
    let known = known(&[facts("1", "甲", 1), facts("", "乙", 2), facts("3", "丙", 3)]);
    let file = [
        facts("1", "甲", 1),
        facts("2", "乙", 2),
        facts("9", "丁", 9),
    ];
    let (plan, codes) = compared(&known, &file, None);
    assert_eq!(
        actions(&plan),
        [
            Action::Unchanged,
            Action::Changed,
            Action::New,
            Action::Absent
        ]
    );
    assert!(codes.is_empty());
    let counts = plan.counts;
    assert_eq!(
        (counts.new, counts.changed, counts.unchanged, counts.absent),
        (1, 1, 1, 1)
    );
}

#[test]
fn numbers_of_others_are_errors() {
    let known = known(&[facts("1", "甲", 1), facts("2", "乙", 2)]);
    let (plan, codes) = compared(&known, &[facts("1", "甲", 2)], None);
    assert_eq!(codes, ["same_identity_number"]);
    assert!(plan.planned[0].has_errors);
    let (_, codes) = compared(&known, &[facts("1", "戊", 5)], None);
    assert_eq!(codes, ["staff_number_reused"]);
    let (_, codes) = compared(&known, &[facts("1", "甲", 1), facts("", "甲", 1)], None);
    assert_eq!(codes, ["same_staff"]);
}

#[test]
fn exchanged_identity_numbers_are_asked() {
    let known = known(&[facts("1", "甲", 1), facts("2", "乙", 2)]);
    let file = [facts("2", "乙", 1), facts("1", "甲", 2)];
    let (plan, codes) = compared(&known, &file, None);
    assert!(codes.is_empty());
    assert_eq!(plan.conflicts.len(), 1);
    let key = &plan.conflicts[0].key;
    assert!(
        plan.planned
            .iter()
            .all(|planned| planned.conflicts == [key.clone()])
    );
    assert_eq!(plan.counts.conflicting, 2);
    let (plan, _) = compared(&known, &file, Some(false));
    assert_eq!(actions(&plan), [Action::LeftOut, Action::LeftOut]);
    let (plan, _) = compared(&known, &file, Some(true));
    assert_eq!(actions(&plan), [Action::Changed, Action::Changed]);
    assert!(
        plan.planned
            .iter()
            .all(|planned| planned.conflicts.is_empty())
    );
}

#[test]
fn another_name_under_the_same_number_is_asked_unless_the_identity_number_tells() {
    let all = [
        facts("1", "甲", 1),
        facts("2", "乙", 0),
        facts("3", "丙", 3),
    ];
    let known = known(&all);
    // Without an identity number in the file, without one on the register, and with the same one.
    let file = [
        facts("1", "新来人", 0),
        facts("2", "丁", 4),
        facts("3", "丙二", 3),
    ];
    let (plan, codes) = decided(&known, &file, None);
    assert!(codes.is_empty(), "{codes:?}");
    let asked: Vec<_> = plan.planned.iter().map(|one| one.conflicts.len()).collect();
    assert_eq!(asked, [1, 1, 0]);
    assert!(
        plan.conflicts
            .iter()
            .all(|conflict| conflict.kind == ConflictKind::Renamed)
    );
    let (plan, _) = decided(&known, &file, Some(("renamed", false)));
    assert_eq!(
        actions(&plan),
        [Action::LeftOut, Action::LeftOut, Action::Changed]
    );
    let (plan, _) = decided(&known, &file, Some(("renamed", true)));
    assert_eq!(actions(&plan), [Action::Changed; 3]);
    assert_eq!(
        plan.planned[0].facts.identity_number, all[0].identity_number,
        "it stays"
    );
    // Spaces in a name make no other name, and an empty cell takes no identity number away.
    let (plan, _) = decided(&known, &[facts("1", "甲", 0)], None);
    assert_eq!(plan.planned[0].action, Action::Unchanged);
}

#[test]
fn another_identity_number_of_the_other_sex_under_the_same_number_is_asked() {
    let known = known(&[
        facts("1", "甲", 1),
        facts("2", "乙", 2),
        facts("3", "丙", 3),
        facts("4", "丁", 0),
    ]);
    // Of the other sex, twice; a corrected number of the same sex and birth date; one that was not known.
    let file = [
        facts("1", "甲", 4),
        facts("2", "乙", 5),
        facts("3", "丙", 7),
        facts("4", "丁", 8),
    ];
    let (plan, codes) = decided(&known, &file, None);
    assert!(codes.is_empty(), "{codes:?}");
    let asked: Vec<_> = plan.planned.iter().map(|one| one.conflicts.len()).collect();
    assert_eq!(asked, [1, 1, 0, 0]);
    let question = &plan.conflicts[0].question.zh;
    assert!(question.contains("同名，证件号码和性别不同"), "{question}");
    let (plan, _) = decided(&known, &file, Some(("renamed", false)));
    assert_eq!(
        actions(&plan),
        [
            Action::LeftOut,
            Action::LeftOut,
            Action::Changed,
            Action::Changed
        ]
    );
    let (plan, _) = decided(&known, &file, Some(("renamed", true)));
    assert_eq!(actions(&plan), [Action::Changed; 4]);
}

#[test]
fn several_of_one_name_are_asked_about_together() {
    let by_identity = known(&[facts("", "张伟", 1), facts("", "张伟", 3)]);
    let two = [facts("N1", "张伟", 0), facts("N2", "张伟", 0)];
    let by_number = known(&[facts("T2", "李梅", 0)]);
    let both = [facts("", "李梅", 2), facts("", "李梅", 4)];
    for (known, file) in [
        (&by_identity, &two[..]),
        (&by_identity, &two[..1]),
        (&by_number, &both[..]),
    ] {
        let (plan, _) = decided(known, file, None);
        assert_eq!(plan.conflicts.len(), 1, "{file:?}");
        let kind = plan.conflicts[0].kind;
        assert_eq!(kind, ConflictKind::StaffRenumbered);
        let of_file = plan.planned.iter().take(file.len());
        assert!(of_file.clone().all(|one| one.conflicts.len() == 1));
        // Who accepts all that is proposed has not said that they are new.
        let (plan, _) = decided(known, file, Some(("staff_renumbered", true)));
        assert_eq!(plan.conflicts[0].accepted, None);
        let (plan, _) = decided(known, file, Some(("staff_renumbered", false)));
        assert_eq!(plan.planned[0].action, Action::LeftOut);
        let choices = Decision {
            conflict: "staff_renumbered".to_owned(),
            accept: true,
            answer: Some(ImportAnswer::AnotherPerson),
            name: None,
        };
        let (plan, _) = chosen(known, file, vec![choices]);
        assert_eq!(plan.conflicts[0].accepted, Some(true));
        assert_eq!(plan.planned[0].action, Action::New);
    }
    // One of each is who he is asked to be, and two of the file who are known are not asked about.
    let (plan, _) = decided(
        &by_identity,
        &[facts("", "张伟", 1), facts("N1", "张伟", 0)],
        None,
    );
    assert!(
        plan.conflicts[0].question.zh.contains("工号是 N1"),
        "{plan:?}"
    );
    let (plan, _) = decided(
        &by_identity,
        &[facts("", "张伟", 1), facts("", "张伟", 3)],
        None,
    );
    assert!(plan.conflicts.is_empty());
}
