use super::*;
use crate::serving::tenure::{Part, Period};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const TODAY: &str = "2026-11-25";

fn facts() -> VisitFacts {
    VisitFacts {
        visited_on: day("2026-11-24"),
        kind: VisitKind::Home,
        met: Some(WhoMet::Head),
        situation_confirmed: true,
        causes_confirmed: true,
        wishes: Some(" 想学养殖 ".to_owned()),
        measures: vec![Measure::Water, Measure::Industry],
        benefits: vec![Benefit {
            kind: BenefitKind::Money,
            amount_fen: Some(50_000),
            description: "慰问金".to_owned(),
        }],
        note: Some("  ".to_owned()),
    }
}

#[test]
fn facts_are_kept_in_one_form() {
    let kept = facts().checked(day(TODAY)).unwrap();
    assert_eq!(kept.wishes.as_deref(), Some("想学养殖"));
    assert_eq!(kept.note, None);
    assert_eq!(kept.measures, [Measure::Industry, Measure::Water]);
    assert_eq!(kept.clone().checked(day(TODAY)), Ok(kept));
}

#[test]
fn each_rule_refuses_what_breaks_it() {
    type Breaks = fn(&mut VisitFacts);
    let cases: [(Breaks, VisitError); 10] = [
        (
            |facts| facts.visited_on = day("2026-11-26"),
            VisitError::FutureDate {
                day: day("2026-11-26"),
                today: day(TODAY),
                pointer: "/visited_on",
            },
        ),
        (|facts| facts.met = None, VisitError::MetMissing),
        (
            |facts| facts.wishes = Some("愿".repeat(MAX_WISHES + 1)),
            VisitError::TooLong {
                what: "内心诉求",
                max: MAX_WISHES,
                pointer: "/wishes",
            },
        ),
        (
            |facts| facts.note = Some("记".repeat(MAX_NOTE + 1)),
            VisitError::TooLong {
                what: "备注",
                max: MAX_NOTE,
                pointer: "/note",
            },
        ),
        (
            |facts| facts.benefits = vec![facts.benefits[0].clone(); MAX_BENEFITS + 1],
            VisitError::TooManyBenefits,
        ),
        (
            |facts| facts.benefits[0].amount_fen = Some(-1),
            VisitError::Benefit { position: 0 },
        ),
        (
            |facts| facts.benefits[0].description = "　 ".to_owned(),
            VisitError::Benefit { position: 0 },
        ),
        (
            |facts| facts.benefits[0].description = "物".repeat(MAX_DESCRIPTION + 1),
            VisitError::Benefit { position: 0 },
        ),
        (
            |facts| facts.measures.push(Measure::Water),
            VisitError::RepeatedMeasure(Measure::Water),
        ),
        (
            |facts| facts.measures = vec![Measure::Other; 2],
            VisitError::RepeatedMeasure(Measure::Other),
        ),
    ];
    for (break_it, error) in cases {
        let mut facts = facts();
        break_it(&mut facts);
        assert_eq!(facts.checked(day(TODAY)), Err(error));
    }
}

#[test]
fn what_is_just_within_the_rules_is_taken() {
    let mut facts = facts();
    facts.visited_on = day(TODAY);
    facts.note = Some("记".repeat(MAX_NOTE));
    facts.wishes = Some("愿".repeat(MAX_WISHES));
    facts.benefits = vec![facts.benefits[0].clone(); MAX_BENEFITS];
    facts.benefits[0].amount_fen = Some(0);
    facts.benefits[1].amount_fen = None;
    assert!(facts.checked(day(TODAY)).is_ok());
}

#[test]
fn a_telephone_call_need_not_say_who_was_met() {
    let mut facts = facts();
    facts.met = None;
    facts.kind = VisitKind::Phone;
    assert!(facts.checked(day(TODAY)).is_ok());
}

fn periods(times: &[(&str, Option<&str>)]) -> Periods {
    let period = |(from, to): &(&str, Option<&str>)| Period {
        part: Part::Responsible,
        from_date: day(from),
        to_date: to.map(day),
    };
    Periods(times.iter().map(period).collect())
}

#[test]
fn a_visit_belongs_to_the_helper_of_the_day() {
    let (me, other, today) = (Uuid::from_u128(1), Uuid::from_u128(2), day(TODAY));
    let nobody = Err(VisitError::NoResponsibleHelper { day: today });
    let mine = Logger::Helper(me);
    let now = periods(&[("2026-11-01", None)]);
    let until_today = periods(&[("2026-11-01", Some(TODAY))]);
    let from_tomorrow = periods(&[("2026-11-26", None)]);
    let until_yesterday = periods(&[("2026-11-01", Some("2026-11-24"))]);
    let not_mine = |served: &Periods| {
        Err(VisitError::NotYourHousehold {
            day: today,
            served: served.clone(),
        })
    };
    for (logger, own, responsible, expected) in [
        (mine, &now, Some(me), Ok(me)),
        // Assisting, too.
        (mine, &now, Some(other), Ok(me)),
        (mine, &now, None, Ok(me)),
        // The day of a hand-over is of both.
        (mine, &until_today, Some(other), Ok(me)),
        (mine, &from_tomorrow, Some(other), not_mine(&from_tomorrow)),
        (mine, &from_tomorrow, None, nobody.clone()),
        (
            mine,
            &until_yesterday,
            Some(other),
            not_mine(&until_yesterday),
        ),
        (mine, &until_yesterday, None, not_mine(&until_yesterday)),
        (Logger::Office, &Periods::default(), Some(other), Ok(other)),
        (Logger::Office, &Periods::default(), None, nobody),
    ] {
        assert_eq!(visitor(logger, own, responsible, today), expected);
    }
}

proptest! {
    #[test]
    fn measures_are_taken_just_if_each_stands_once(picks in proptest::collection::vec(0_usize..13, 0..16)) {
        let measures: Vec<_> = picks.iter().map(|at| Measure::ENTRIES[*at].value).collect();
        let unique: std::collections::BTreeSet<_> = measures.iter().copied().collect();
        match distinct(measures.clone()) {
            Ok(kept) => prop_assert_eq!(kept, unique.into_iter().collect::<Vec<_>>()),
            Err(_) => prop_assert!(unique.len() < measures.len()),
        }
    }

    #[test]
    fn any_text_is_kept_trimmed_or_refused(given in "\\PC{0,40}") {
        match needed_text(given.clone(), "说明", 20, "/x") {
            Ok(kept) => {
                prop_assert_eq!(kept.as_str(), given.trim());
                prop_assert!((1..=20).contains(&kept.chars().count()));
            }
            Err(VisitError::Empty { .. }) => prop_assert!(given.trim().is_empty()),
            Err(error) => prop_assert!(given.trim().chars().count() > 20, "{}", error),
        }
    }
}
