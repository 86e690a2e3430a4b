//! The pairing against brute force, its own proof, and what must not matter to it.

mod certificate;
mod draft_edit;
mod network;
mod sound;

use std::collections::HashMap;

use proptest::prelude::*;
use uuid::Uuid;

use self::sound::{assert_sound, brute_force, fixed, helper_of};
use super::constraint::model::{Barrier, Pin};
use super::cost::model::{AreaRule, Helper, Household, Input, PairingRules};
use super::cost::network::RunNetwork;
use super::cost::solver;
use super::cost::synthetic::county;
use super::cost::tenure_changes::TenureChanges;
use super::cost::terms::ReasonCode;
use crate::flow;
use crate::household::Cause;
use crate::problem::Text;
use crate::settings::skill::{CauseFit, Skill};
use crate::staff::unit::Area;

const TOWNS: [&str; 2] = ["甲镇", "乙镇"];
const VILLAGES: [&str; 3] = ["东村", "西村", "南村"];
const UNITS: [&str; 3] = ["东校", "西校", "某局"];
const CAUSES: [Option<Cause>; 4] = [
    None,
    Some(Cause::Schooling),
    Some(Cause::Illness),
    Some(Cause::LackOfSkill),
];

fn area(place: usize) -> Area {
    Area {
        town: TOWNS[place % 2].to_owned(),
        village: VILLAGES[place / 2 % 3].to_owned(),
    }
}

fn household_id(number: usize) -> Uuid {
    Uuid::from_u128(0x1000 + number as u128)
}

fn helper_id(number: usize) -> Uuid {
    Uuid::from_u128(0x2000 + number as u128)
}

fn households(most: usize) -> impl Strategy<Value = Vec<Household>> {
    let one = (
        0..6_usize,
        0..CAUSES.len(),
        prop::option::of(0..6_usize),
        any::<bool>(),
    );
    prop::collection::vec(one, 0..=most).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        rows.map(|(at, (place, cause, former, numbered))| Household {
            id: household_id(at),
            number: numbered.then(|| format!("{:03}", 900 - at)),
            area: area(place),
            cause: CAUSES[cause],
            former: former.map(helper_id),
            ..Household::default()
        })
        .collect()
    })
}

fn helpers(most: usize) -> impl Strategy<Value = Vec<Helper>> {
    let skills = prop::sample::subsequence(
        vec![
            Skill::Agriculture,
            Skill::Medicine,
            Skill::Counselling,
            Skill::Teaching,
        ],
        0..=2,
    );
    let one = (
        0..UNITS.len(),
        prop::sample::subsequence(TOWNS.to_vec(), 0..=1),
        prop::sample::subsequence(VILLAGES.to_vec(), 0..=1),
        skills,
        0..4_i64,
        0..2_i64,
        prop::bool::weighted(0.9),
    );
    prop::collection::vec(one, 0..=most).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        rows.map(
            |(at, (unit, towns, villages, skills, capacity, held, active))| Helper {
                id: helper_id(at),
                number: None,
                name: format!("责任人{at}"),
                unit: UNITS[unit].to_owned(),
                towns: towns.into_iter().map(str::to_owned).collect(),
                villages: villages.into_iter().map(str::to_owned).collect(),
                skills,
                capacity,
                held,
                active,
                away: None,
            },
        )
        .collect()
    })
}

/// A table of fits as an office might make it.
fn fits() -> impl Strategy<Value = Vec<CauseFit>> {
    let rows = [Cause::Schooling, Cause::Illness]
        .into_iter()
        .flat_map(|cause| {
            [Skill::Medicine, Skill::Counselling, Skill::Teaching].map(|skill| (cause, skill))
        });
    let rows = prop::sample::subsequence(rows.collect::<Vec<_>>(), 0..=6);
    (rows, prop::collection::vec(0..100_i64, 6)).prop_map(|(rows, costs)| {
        let rows = rows.into_iter().zip(costs);
        rows.map(|((cause, skill), cost)| CauseFit { cause, skill, cost })
            .collect()
    })
}

fn rules() -> impl Strategy<Value = PairingRules> {
    let rule = prop::sample::select(vec![
        AreaRule::Required,
        AreaRule::Preferred,
        AreaRule::Free,
    ]);
    let cost = || 0..100_i64;
    let drawn = (
        rule,
        prop::array::uniform6(cost()),
        prop::array::uniform3(cost()),
        fits(),
    )
        .prop_map(|(area_rule, areas, others, fits)| PairingRules {
            area_rule,
            own_village: areas[0],
            unit_village: areas[1],
            own_town: areas[2],
            no_area: areas[3],
            same_town: areas[4],
            elsewhere: areas[5],
            no_fit: others[0],
            change: others[1],
            load: others[2],
            fits,
        });
    prop_oneof![
        1 => Just(PairingRules::default()),
        1 => Just(PairingRules { area_rule: AreaRule::Required, ..PairingRules::default() }),
        4 => drawn,
    ]
}

fn inputs(most_households: usize, most_helpers: usize) -> impl Strategy<Value = Input> {
    let linked = prop::collection::vec(
        prop::sample::subsequence((0..6_usize).collect::<Vec<_>>(), 0..=2),
        2,
    );
    (
        rules(),
        households(most_households),
        helpers(most_helpers),
        linked,
    )
        .prop_map(|(rules, households, helpers, linked)| Input {
            rules,
            households,
            helpers,
            unit_villages: UNITS
                .iter()
                .zip(linked)
                .map(|(unit, places)| ((*unit).to_owned(), places.into_iter().map(area).collect()))
                .collect(),
        })
}

/// Inputs of which the office has decided something beforehand: pins, barriers, leaves, pairs that hold.
fn bound_inputs(most_households: usize, most_helpers: usize) -> impl Strategy<Value = Input> {
    let someone = || prop::option::weighted(0.3, 0..6_usize);
    let barrier = prop::sample::select(vec![
        Barrier::Forbidden("投诉".to_owned()),
        Barrier::Relative("叔侄".to_owned()),
        Barrier::Register,
    ]);
    let barriers = prop::collection::btree_map(0..6_usize, barrier, 0..=3);
    let of_households = prop::collection::vec((someone(), someone(), barriers), most_households);
    let away = prop::collection::vec(prop::bool::weighted(0.2), most_helpers);
    let inputs = inputs(most_households, most_helpers);
    (inputs, of_households, away).prop_map(|(mut input, of_households, away)| {
        for (household, (current, pin, barriers)) in input.households.iter_mut().zip(of_households)
        {
            household.current = current.map(helper_id);
            household.pin = pin.map(|helper| Pin {
                helper: helper_id(helper),
                name: format!("帮扶人{helper}"),
                reason: "同村".to_owned(),
            });
            let barriers = barriers.into_iter();
            household.barriers = barriers.map(|(at, why)| (helper_id(at), why)).collect();
        }
        for (helper, away) in input.helpers.iter_mut().zip(away) {
            helper.away = away.then(|| Text::same("自 2026-09-01 起不在岗（退休）"));
        }
        input
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_brute_force(input in inputs(6, 5)) {
        let best = solver::solve(&input);
        assert_sound(&input, &best);
        prop_assert_eq!((best.pairs.len(), best.cost), brute_force(&input));
    }

    #[test]
    fn what_is_decided_beforehand_stands_and_the_rest_equals_brute_force(
        input in bound_inputs(6, 5)
    ) {
        let best = solver::solve(&input);
        assert_sound(&input, &best);
        let (rest, pairs) = fixed(&input, &best);
        let (placed, cost) = brute_force(&rest);
        let fixed_cost: i64 = pairs.iter().map(|pair| pair.cost).sum();
        prop_assert_eq!(best.pairs.len(), pairs.len() + placed);
        prop_assert_eq!(best.cost, fixed_cost + cost);
    }

    #[test]
    fn what_a_proposal_changes_ends_no_pair_that_may_stay(input in bound_inputs(8, 5)) {
        let best = solver::solve(&input);
        let pairs: Vec<_> = best.pairs.iter().map(|pair| (pair.household, pair.helper)).collect();
        let proposed: HashMap<_, _> = pairs.iter().copied().collect();
        let changes = TenureChanges::of(&input, &pairs);
        let on_staff = |id: &Uuid| input.helpers.iter().find(|row| row.id == *id);
        let current = |row: &Household| row.current.filter(|id| on_staff(id).is_some());
        let mut holds: HashMap<Uuid, Uuid> =
            input.households.iter().filter_map(|row| Some((row.id, current(row)?))).collect();
        for (household, _) in &changes.end {
            prop_assert!(holds.remove(household).is_some());
        }
        for (household, helper) in &changes.begin {
            prop_assert!(holds.insert(*household, *helper).is_none());
        }
        for household in &input.households {
            let after = holds.get(&household.id).copied();
            let may_stay = |id: &Uuid| {
                helper_of(&input, *id).active && !household.barriers.contains_key(id)
            };
            let proposed = proposed.get(&household.id).copied();
            prop_assert_eq!(after, proposed.or(current(household).filter(may_stay)));
        }
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(
        (input, households, helpers) in bound_inputs(12, 8).prop_flat_map(|input| {
            let households = Just(input.households.clone()).prop_shuffle();
            let helpers = Just(input.helpers.clone()).prop_shuffle();
            (Just(input), households, helpers)
        })
    ) {
        let shuffled = Input { households, helpers, ..input.clone() };
        prop_assert_eq!(solver::solve(&input), solver::solve(&shuffled));
    }

    #[test]
    fn one_more_helper_never_hurts(input in inputs(10, 6), more in helpers(1)) {
        let before = solver::solve(&input);
        let mut grown = input;
        grown.helpers.extend(more.into_iter().map(|helper| Helper { id: helper_id(99), ..helper }));
        let after = solver::solve(&grown);
        prop_assert!(after.pairs.len() >= before.pairs.len());
        if after.pairs.len() == before.pairs.len() {
            prop_assert!(after.cost <= before.cost);
        }
    }

    #[test]
    fn a_constant_on_every_area_changes_only_the_sum(input in inputs(10, 6), more in 1..500_i64) {
        let before = solver::solve(&input);
        let mut raised = input;
        let rules = &mut raised.rules;
        for cost in [
            &mut rules.own_village, &mut rules.unit_village, &mut rules.own_town,
            &mut rules.no_area, &mut rules.same_town, &mut rules.elsewhere,
        ] {
            *cost += more;
        }
        let after = solver::solve(&raised);
        prop_assert_eq!(after.pairs.len(), before.pairs.len());
        if raised.rules.area_rule != AreaRule::Free {
            let placed = i64::try_from(before.pairs.len()).unwrap();
            prop_assert_eq!(after.cost, before.cost + more * placed);
        }
    }

    #[test]
    fn the_flow_proves_itself_and_costs_what_its_pairs_cost(
        input in prop_oneof![inputs(30, 12), bound_inputs(30, 12)]
    ) {
        let run_network = RunNetwork::build(&input);
        let solution = flow::solve(&run_network.network);
        prop_assert_eq!(flow::check(&run_network.network, &solution), Ok(()));
        let best = run_network.best_pairs(&solution);
        assert_sound(&input, &best);
        prop_assert_eq!(best.cost, solution.cost);
        prop_assert_eq!(i64::try_from(best.pairs.len()).unwrap(), solution.sent(&run_network.network));
    }
}

#[test]
fn a_town_and_a_district_are_solved_and_proved() {
    for (households, helpers) in [(300, 120), (4000, 300)] {
        for rule in [AreaRule::Required, AreaRule::Preferred, AreaRule::Free] {
            let input = county(households, helpers, rule);
            let run_network = RunNetwork::build(&input);
            let solution = flow::solve(&run_network.network);
            assert_eq!(flow::check(&run_network.network, &solution), Ok(()));
            let best = run_network.best_pairs(&solution);
            assert_eq!(best.cost, solution.cost);
            assert_sound(&input, &best);
        }
    }
}

#[test]
fn what_is_short_is_told_in_words() {
    let household = |at: usize, place: usize| Household {
        id: household_id(at),
        number: Some(at.to_string()),
        area: area(place),
        ..Household::default()
    };
    let helper = |at: usize, unit: usize, capacity| Helper {
        id: helper_id(at),
        number: None,
        name: "张老师".to_owned(),
        unit: UNITS[unit].to_owned(),
        towns: Vec::new(),
        villages: Vec::new(),
        skills: Vec::new(),
        capacity,
        held: 0,
        active: true,
        away: None,
    };
    let input = Input {
        rules: PairingRules {
            area_rule: AreaRule::Required,
            ..PairingRules::default()
        },
        // Three households in 甲镇东村 and one in 甲镇西村, one helper for both with two places;
        // one in 乙镇东村 whose unit has enough, and one in 乙镇西村 that nobody serves.
        households: vec![
            household(0, 0),
            household(1, 0),
            household(2, 0),
            household(3, 2),
            household(4, 1),
            household(5, 3),
        ],
        helpers: vec![helper(0, 0, 2), helper(1, 1, 3)],
        unit_villages: [
            (UNITS[0].to_owned(), vec![area(0), area(2)]),
            (UNITS[1].to_owned(), vec![area(1)]),
        ]
        .into(),
    };
    let best = solver::solve(&input);
    assert_eq!(best.pairs.len(), 3);
    let words: Vec<_> = best
        .shortages
        .iter()
        .map(|shortage| shortage.words.zh.as_str())
        .collect();
    assert_eq!(
        words,
        [
            "甲镇东村、甲镇西村共 4 户，可帮扶的是东校的 1 人，只有 2 个空余名额，还差 2 个；\
             请在这些单位增派人员、提高可帮扶户数，或为这些村增加定点帮扶单位",
            "乙镇西村共 1 户，没有在岗责任人可以帮扶，还差 1 个名额；\
             请为这些村设置定点帮扶单位，或把这些村列入责任人的负责村",
        ]
    );
}

#[test]
fn a_former_helper_is_kept_when_nothing_speaks_against_it() {
    let mut input = county(40, 20, AreaRule::Preferred);
    let former = input.helpers[7].id;
    input.helpers[7].active = true;
    input.households[3].former = Some(former);
    let household = input.households[3].id;
    let best = solver::solve(&input);
    let pair = best
        .pairs
        .iter()
        .find(|pair| pair.household == household)
        .unwrap();
    let said = pair
        .reasons
        .iter()
        .find(|reason| reason.code == ReasonCode::Former)
        .unwrap();
    if pair.helper == former {
        assert_eq!(said.cost, 0);
    } else {
        assert_eq!(said.cost, input.rules.change);
    }
    // One who left is no reason at all.
    input.helpers[7].active = false;
    let best = solver::solve(&input);
    let pair = best
        .pairs
        .iter()
        .find(|pair| pair.household == household)
        .unwrap();
    assert!(
        pair.reasons
            .iter()
            .all(|reason| reason.code != ReasonCode::Former)
    );
}

/// A run of so many households of one village and cause for helpers of these capacities; gives whom
/// each helper gets.
fn loads(rules: PairingRules, households: usize, capacities: &[i64]) -> Vec<i64> {
    let input = Input {
        rules,
        households: (0..households)
            .map(|at| Household {
                id: household_id(at),
                number: Some(at.to_string()),
                area: area(0),
                cause: None,
                ..Household::default()
            })
            .collect(),
        helpers: capacities
            .iter()
            .enumerate()
            .map(|(at, &capacity)| Helper {
                id: helper_id(at),
                number: Some(at.to_string()),
                name: format!("责任人{at}"),
                unit: UNITS[0].to_owned(),
                towns: Vec::new(),
                villages: Vec::new(),
                skills: Vec::new(),
                capacity,
                held: 0,
                active: true,
                away: None,
            })
            .collect(),
        ..Input::default()
    };
    let best = solver::solve(&input);
    assert_sound(&input, &best);
    best.loads.iter().map(|load| load.added).collect()
}

#[test]
fn loads_are_even_in_proportion_to_capacity() {
    let rules = PairingRules::default;
    assert_eq!(loads(rules(), 3, &[2, 4]), [1, 2]);
    assert_eq!(loads(rules(), 6, &[4, 4, 4]), [2, 2, 2]);
    assert_eq!(loads(rules(), 5, &[10, 5, 10]), [2, 1, 2]);
    // The last places are taken before anyone goes without.
    assert_eq!(loads(rules(), 9, &[1, 3, 5]), [1, 3, 5]);
    assert_eq!(loads(rules(), 12, &[1, 3, 5]), [1, 3, 5]);
    let careless = PairingRules { load: 0, ..rules() };
    assert_eq!(loads(careless, 6, &[4, 4]).iter().sum::<i64>(), 6);
}
