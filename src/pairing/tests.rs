//! The pairing against brute force, its own proof, and what must not matter to it.

mod desk;

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::constraint::{Barrier, Pin};
use super::county::county;
use super::flow::{self, NotOptimal};
use super::model::{
    AreaRule, Helper, Household, Input, Pair, PairingRules, Plan, ReasonCode, Shortage,
};
use super::settled::Changes;
use super::skill::{CauseFit, Skill};
use super::solver::{self, Model};
use crate::household::Cause;
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
            helper.away = away.then(|| "自 2026-09-01 起离岗（退休）".to_owned());
        }
        input
    })
}

/// Most placed and least cost, by trying every pairing.
fn brute_force(input: &Input) -> (usize, i64) {
    let former = |household: &Household| {
        input.helpers.iter().find(|helper| {
            Some(helper.id) == household.former
                && helper.places() > 0
                && !household.barriers.contains_key(&helper.id)
                && input.area(helper, &household.area).is_some()
        })
    };
    // For each number of households given so far to each helper: the best that was found.
    let mut states: HashMap<Vec<i64>, (usize, i64)> = HashMap::new();
    states.insert(vec![0; input.helpers.len()], (0, 0));
    for household in &input.households {
        let mut next = states.clone();
        for (given, (placed, cost)) in &states {
            for (at, helper) in input.helpers.iter().enumerate() {
                if given[at] >= helper.places() {
                    continue;
                }
                let Some(reasons) = input.reasons(household, helper, former(household)) else {
                    continue;
                };
                let load = input
                    .rules
                    .load_cost(helper.held + given[at] + 1, helper.capacity);
                let pair: i64 = reasons.iter().map(|reason| reason.cost).sum();
                let mut given = given.clone();
                given[at] += 1;
                let found = (placed + 1, cost + pair + load);
                let best = next.entry(given).or_insert(found);
                if (found.0, -found.1) > (best.0, -best.1) {
                    *best = found;
                }
            }
        }
        states = next;
    }
    states
        .into_values()
        .max_by_key(|(placed, cost)| (*placed, -cost))
        .unwrap()
}

/// What is left to weigh once the settled pairs of a plan have taken their places, and those pairs.
fn settled(input: &Input, plan: &Plan) -> (Input, Vec<Pair>) {
    let is_settled = |pair: &&Pair| {
        let codes = [ReasonCode::Kept, ReasonCode::Pinned];
        let mut reasons = pair.reasons.iter();
        reasons.any(|reason| codes.contains(&reason.code) && !reason.words.starts_with("未能"))
    };
    let pairs: Vec<Pair> = plan.pairs.iter().filter(is_settled).cloned().collect();
    let mut rest = input.clone();
    rest.households
        .retain(|row| !pairs.iter().any(|pair| pair.household == row.id));
    for helper in &mut rest.helpers {
        helper.held += count(pairs.iter().filter(|pair| pair.helper == helper.id));
    }
    (rest, pairs)
}

fn count(rows: impl Iterator) -> i64 {
    i64::try_from(rows.count()).unwrap()
}

fn household_of(input: &Input, id: Uuid) -> &Household {
    let mut rows = input.households.iter();
    rows.find(|row| row.id == id).unwrap()
}

fn helper_of(input: &Input, id: Uuid) -> &Helper {
    let mut rows = input.helpers.iter();
    rows.find(|row| row.id == id).unwrap()
}

/// An existing pair is kept, and a pin obeyed, unless it may not be; then that is said.
fn assert_settled(input: &Input, rest: &Input, plan: &Plan, pairs: &[Pair]) {
    let is_full = |helper: Uuid| {
        let helper = helper_of(rest, helper);
        helper.held >= helper.capacity
    };
    let kept = |household: &Household| {
        let mut pairs = pairs.iter();
        pairs.any(|pair| pair.household == household.id && Some(pair.helper) == household.current)
    };
    for pair in pairs {
        let household = household_of(input, pair.household);
        let helper = helper_of(input, pair.helper);
        assert!(!household.barriers.contains_key(&helper.id));
        if !kept(household) {
            assert_eq!(household.pin.as_ref().unwrap().helper, helper.id);
            assert!(helper.on_duty());
        }
        assert!(helper.active);
        assert!(helper_of(rest, helper.id).held <= helper.capacity);
    }
    let said = |household: &Household, code| {
        let pairs = plan
            .pairs
            .iter()
            .map(|pair| (pair.household, &pair.reasons));
        let unplaced = plan
            .unplaced
            .iter()
            .map(|left| (left.household, &left.reasons));
        let mut all = pairs.chain(unplaced);
        let (_, reasons) = all.find(|(id, _)| *id == household.id).unwrap();
        reasons.iter().any(|reason| reason.code == code)
    };
    for household in &input.households {
        let on_staff = |id: Uuid| input.helpers.iter().find(|row| row.id == id);
        let obeyed = household.pin.as_ref().is_some_and(|pin| {
            let mut pairs = pairs.iter();
            pairs.any(|pair| pair.household == household.id && pair.helper == pin.helper)
        });
        if let Some(pin) = household.pin.as_ref().filter(|_| !obeyed)
            && let Some(helper) = on_staff(pin.helper)
        {
            let barred = household.barriers.contains_key(&helper.id);
            assert!(!helper.on_duty() || barred || is_full(helper.id));
            assert!(said(household, ReasonCode::Pinned) || household.current == Some(helper.id));
        }
        if let Some(current) = household.current.and_then(on_staff)
            && !kept(household)
        {
            let barred = household.barriers.contains_key(&current.id);
            assert!(obeyed || !current.active || barred || is_full(current.id));
            assert!(obeyed || said(household, ReasonCode::Former));
        }
    }
}

/// Everything that holds of a plan whatever the input.
fn assert_sound(input: &Input, plan: &Plan) {
    let (rest, pairs) = settled(input, plan);
    assert_settled(input, &rest, plan, &pairs);
    let mut given: HashMap<Uuid, i64> = HashMap::new();
    let mut seen = HashSet::new();
    for pair in &plan.pairs {
        assert!(seen.insert(pair.household));
        *given.entry(pair.helper).or_default() += 1;
        let cost: i64 = pair.reasons.iter().map(|reason| reason.cost).sum();
        assert_eq!(pair.cost, cost);
        assert_eq!(pair.reasons.last().unwrap().code, ReasonCode::Load);
        let household = household_of(input, pair.household);
        let helper = helper_of(input, pair.helper);
        assert!(!household.barriers.contains_key(&helper.id));
        assert!(pairs.contains(pair) || input.area(helper, &household.area).is_some());
    }
    assert!(
        plan.unplaced
            .iter()
            .all(|unplaced| seen.insert(unplaced.household))
    );
    assert_eq!(seen.len(), input.households.len());
    let given = |helper: &Helper| given.get(&helper.id).copied().unwrap_or_default();
    for helper in &rest.helpers {
        let settled = count(pairs.iter().filter(|pair| pair.helper == helper.id));
        assert!(given(helper) - settled <= helper.places());
    }
    let load_of: HashMap<_, _> = plan
        .loads
        .iter()
        .map(|load| (load.staff_id, load))
        .collect();
    for helper in input.helpers.iter().filter(|helper| helper.active) {
        let load = load_of[&helper.id];
        assert_eq!(load.held + load.added, helper.held + given(helper));
    }
    assert_cut(&rest, plan);
}

/// The shortages add up to the households without a helper, and each is a proof: its villages'
/// households outnumber all places that may serve them by exactly what it says is short.
fn assert_cut(input: &Input, plan: &Plan) {
    let short: i64 = plan.shortages.iter().map(|shortage| shortage.short).sum();
    assert_eq!(usize::try_from(short).unwrap(), plan.unplaced.len());
    for shortage in &plan.shortages {
        assert!(shortage.short > 0);
        assert_eq!(shortage.households - shortage.places, shortage.short);
        assert!(
            shortage
                .words
                .contains(&format!("还差 {} 个", shortage.short))
        );
    }
    // Which households a shortage is about can be told by their villages if all of a village are alike.
    if input.households.iter().all(|row| row.barriers.is_empty()) {
        assert_villages_cut(input, plan);
    }
    for unplaced in &plan.unplaced {
        let household = household_of(input, unplaced.household);
        let served = input.helpers.iter().any(|helper| {
            helper.on_duty()
                && !household.barriers.contains_key(&helper.id)
                && input.area(helper, &household.area).is_some()
        });
        let code = if served {
            ReasonCode::AllFull
        } else {
            ReasonCode::NobodyServes
        };
        assert_eq!(unplaced.reasons[0].code, code);
    }
}

fn assert_villages_cut(input: &Input, plan: &Plan) {
    let mut seen = HashSet::new();
    let mut units_places = HashSet::new();
    for shortage in &plan.shortages {
        let areas: Vec<_> = areas_of(shortage);
        assert!(areas.iter().all(|area| seen.insert(area.clone())));
        let households = input
            .households
            .iter()
            .filter(|row| areas.contains(&row.area));
        assert_eq!(shortage.households, count(households));
        let may_serve = input.helpers.iter().filter(|helper| {
            helper.on_duty() && areas.iter().any(|area| input.area(helper, area).is_some())
        });
        let mut places = 0;
        for helper in may_serve {
            places += helper.places();
            assert!(
                helper.places() == 0 || units_places.insert(helper.id),
                "groups share a helper"
            );
            assert!(shortage.units.iter().any(|unit| unit.unit == helper.unit));
        }
        assert_eq!(places, shortage.places);
    }
}

fn areas_of(shortage: &Shortage) -> Vec<Area> {
    let area = |short: &super::model::ShortArea| Area {
        town: short.town.clone(),
        village: short.village.clone(),
    };
    shortage.areas.iter().map(area).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_brute_force(input in inputs(6, 5)) {
        let plan = solver::solve(&input);
        assert_sound(&input, &plan);
        prop_assert_eq!((plan.pairs.len(), plan.cost), brute_force(&input));
    }

    #[test]
    fn what_is_decided_beforehand_stands_and_the_rest_equals_brute_force(
        input in bound_inputs(6, 5)
    ) {
        let plan = solver::solve(&input);
        assert_sound(&input, &plan);
        let (rest, pairs) = settled(&input, &plan);
        let (placed, cost) = brute_force(&rest);
        let settled_cost: i64 = pairs.iter().map(|pair| pair.cost).sum();
        prop_assert_eq!(plan.pairs.len(), pairs.len() + placed);
        prop_assert_eq!(plan.cost, settled_cost + cost);
    }

    #[test]
    fn what_a_proposal_changes_ends_no_pair_that_may_stay(input in bound_inputs(8, 5)) {
        let plan = solver::solve(&input);
        let pairs: Vec<_> = plan.pairs.iter().map(|pair| (pair.household, pair.helper)).collect();
        let proposed: HashMap<_, _> = pairs.iter().copied().collect();
        let changes = Changes::of(&input, &pairs);
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
        let model = Model::build(&input);
        let solution = flow::solve(&model.network);
        prop_assert_eq!(flow::check(&model.network, &solution), Ok(()));
        let plan = model.plan(&solution);
        assert_sound(&input, &plan);
        prop_assert_eq!(plan.cost, solution.cost);
        prop_assert_eq!(i64::try_from(plan.pairs.len()).unwrap(), solution.sent(&model.network));
    }
}

/// Any network with one sink: arcs both ways and in parallel, capacities from none to no limit.
fn networks() -> impl Strategy<Value = flow::Network> {
    let supplies = prop::collection::vec(0..4_i64, 1..7);
    supplies.prop_flat_map(|supplies| {
        let nodes = 0..=supplies.len();
        let capacity = prop_oneof![4 => 0..4_i64, 1 => Just(flow::UNLIMITED)];
        let cost = prop_oneof![3 => 0..10_i64, 1 => 0..1000_i64];
        let arcs = prop::collection::vec((nodes.clone(), nodes, capacity, cost), 0..20);
        arcs.prop_map(move |arcs| {
            let mut network = flow::Network::new();
            for &supply in &supplies {
                network.add_node(supply);
            }
            for (tail, head, capacity, cost) in arcs {
                network.add_arc(tail, head, capacity, cost);
            }
            network
        })
    })
}

/// The cost of sending the most, one unit after another along a cheapest way (Bellman and Ford):
/// slow and plain.
fn unit_by_unit(network: &flow::Network) -> (i64, i64) {
    let mut flow = vec![0; network.arcs()];
    let mut supply: Vec<_> = (0..network.nodes()).map(|at| network.supply(at)).collect();
    let (mut sent, mut cost) = (0, 0);
    loop {
        let mut best: Vec<Option<i64>> =
            supply.iter().map(|more| (*more > 0).then_some(0)).collect();
        let mut came = vec![None; network.nodes()];
        for _ in 0..network.nodes() {
            for (arc, &flow) in flow.iter().enumerate() {
                let (tail, head) = network.ends(arc);
                let ways = [
                    (tail, head, 1, flow < network.capacity(arc)),
                    (head, tail, -1, flow > 0),
                ];
                for (from, to, sign, open) in ways {
                    let Some(way) = best[from].filter(|_| open) else {
                        continue;
                    };
                    let way = way + sign * network.cost(arc);
                    if best[to].is_none_or(|known| way < known) {
                        best[to] = Some(way);
                        came[to] = Some((arc, from, sign));
                    }
                }
            }
        }
        let Some(way) = best[flow::SINK] else {
            return (sent, cost);
        };
        sent += 1;
        cost += way;
        let mut at = flow::SINK;
        while let Some((arc, from, sign)) = came[at] {
            flow[arc] += sign;
            at = from;
        }
        supply[at] -= 1;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_network_is_solved_as_unit_by_unit(network in networks()) {
        let solution = flow::solve(&network);
        prop_assert_eq!(flow::check(&network, &solution), Ok(()));
        prop_assert_eq!((solution.sent(&network), solution.cost), unit_by_unit(&network));
    }

    #[test]
    fn a_former_flow_leads_to_the_same_cost(
        (network, capacities, added) in networks().prop_flat_map(|network| {
            let capacities = prop::collection::vec((0..network.arcs().max(1), 0..4_i64), 0..4);
            (Just(network), capacities, 0..3_i64)
        })
    ) {
        let former = flow::solve(&network);
        let mut changed = network;
        for (arc, capacity) in capacities {
            if arc < changed.arcs() {
                changed.set_capacity(arc, capacity);
            }
        }
        changed.add_supply(1, added);
        let node = changed.add_node(added);
        changed.add_arc(node, 1, flow::UNLIMITED, 3);
        let warm = flow::resolve(&changed, &former);
        let cold = flow::solve(&changed);
        prop_assert_eq!(flow::check(&changed, &warm), Ok(()));
        prop_assert_eq!((warm.cost, warm.left.iter().sum::<i64>()), (cold.cost, cold.left.iter().sum()));
    }

    #[test]
    fn a_constant_on_what_leaves_each_source_moves_nothing(input in inputs(20, 10), more in 1..200_i64) {
        let network = Model::build(&input).network;
        let mut raised = flow::Network::new();
        for node in 1..network.nodes() {
            raised.add_node(network.supply(node));
        }
        // Every way to the sink ends with one of its arcs, so this is a constant for each unit.
        for arc in 0..network.arcs() {
            let (tail, head) = network.ends(arc);
            let constant = if head == flow::SINK { more } else { 0 };
            raised.add_arc(tail, head, network.capacity(arc), network.cost(arc) + constant);
        }
        let (before, after) = (flow::solve(&network), flow::solve(&raised));
        prop_assert_eq!(after.sent(&raised), before.sent(&network));
        prop_assert_eq!(after.cost, before.cost + more * before.sent(&network));
        // The flow before is the best one still: the prices of all but the sink are lower.
        let price = before.price.iter().enumerate();
        let short = before.left.iter().any(|left| *left > 0);
        if !short {
            let price = price.map(|(node, price)| if node == flow::SINK { *price } else { price - more });
            let same = flow::Solution { price: price.collect(), cost: after.cost, ..before };
            prop_assert_eq!(flow::check(&raised, &same), Ok(()));
        }
    }
}

#[test]
fn a_district_is_solved_again_after_helpers_left() {
    for rule in [AreaRule::Required, AreaRule::Preferred, AreaRule::Free] {
        let mut network = Model::build(&county(4000, 300, rule)).network;
        let former = flow::solve(&network);
        for arc in 0..network.arcs() {
            let (tail, head) = network.ends(arc);
            if head == flow::SINK && tail % 50 == 7 {
                network.set_capacity(arc, 0);
            }
        }
        let (warm, cold) = (flow::resolve(&network, &former), flow::solve(&network));
        assert_eq!(flow::check(&network, &warm), Ok(()));
        assert_eq!(warm.whole_cost(&network), cold.whole_cost(&network));
        assert!(cold.whole_cost(&network) > former.whole_cost(&network));
    }
}

#[test]
fn a_town_and_a_district_are_solved_and_proved() {
    for (households, helpers) in [(300, 120), (4000, 300)] {
        for rule in [AreaRule::Required, AreaRule::Preferred, AreaRule::Free] {
            let input = county(households, helpers, rule);
            let model = Model::build(&input);
            let solution = flow::solve(&model.network);
            assert_eq!(flow::check(&model.network, &solution), Ok(()));
            let plan = model.plan(&solution);
            assert_eq!(plan.cost, solution.cost);
            assert_sound(&input, &plan);
        }
    }
}

#[test]
fn the_proof_sees_what_is_wrong() {
    let mut network = flow::Network::new();
    let helper = network.add_node(0);
    let near = network.add_node(1);
    let far = network.add_node(1);
    let slot = network.add_arc(helper, flow::SINK, 1, 5);
    network.add_arc(near, helper, flow::UNLIMITED, 1);
    network.add_arc(far, helper, flow::UNLIMITED, 2);
    let best = flow::solve(&network);
    assert_eq!(flow::check(&network, &best), Ok(()));
    assert_eq!(
        (best.cost, best.flow.as_slice(), best.left[far]),
        (6, &[1, 1, 0][..], 1)
    );
    // The other household instead.
    let mut worse = best.clone();
    worse.flow = vec![1, 0, 1];
    worse.left = vec![0, 0, 1, 0];
    worse.cost = 7;
    assert!(matches!(
        flow::check(&network, &worse),
        Err(NotOptimal::Arc(_) | NotOptimal::Leave(_))
    ));
    let mut wrong = best.clone();
    wrong.flow[slot] = 2;
    assert_eq!(
        flow::check(&network, &wrong),
        Err(NotOptimal::Capacity(slot))
    );
    let mut wrong = best.clone();
    wrong.left[far] = 0;
    assert_eq!(
        flow::check(&network, &wrong),
        Err(NotOptimal::Conservation(far))
    );
    let wrong = flow::Solution { cost: 5, ..best };
    assert_eq!(flow::check(&network, &wrong), Err(NotOptimal::Cost));
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
    let plan = solver::solve(&input);
    assert_eq!(plan.pairs.len(), 3);
    let words: Vec<_> = plan
        .shortages
        .iter()
        .map(|shortage| shortage.words.as_str())
        .collect();
    assert_eq!(
        words,
        [
            "甲镇东村、甲镇西村共 4 户，可帮扶的是东校的 1 人，只有 2 个空余名额，还差 2 个；\
             请在这些单位增派人员、提高可帮扶户数，或为这些村增加定点帮扶单位",
            "乙镇西村共 1 户，没有在岗责任人可以帮扶，还差 1 个名额；\
             请为这些村设置定点帮扶单位，或指定负责人",
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
    let plan = solver::solve(&input);
    let pair = plan
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
    let plan = solver::solve(&input);
    let pair = plan
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
    let plan = solver::solve(&input);
    assert_sound(&input, &plan);
    plan.loads.iter().map(|load| load.added).collect()
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

#[test]
fn a_network_is_written_for_other_solvers() {
    let mut network = flow::Network::new();
    let helper = network.add_node(0);
    let need = network.add_node(2);
    network.add_arc(helper, flow::SINK, 1, 5);
    network.add_arc(need, helper, flow::UNLIMITED, 1);
    let mut written = Vec::new();
    network.write_dimacs(&mut written).unwrap();
    assert_eq!(
        String::from_utf8(written).unwrap(),
        "c node 1 takes all; the last 1 arcs leave units behind\n\
         p min 3 3\nn 1 -2\nn 3 2\na 2 1 0 1 5\na 3 2 0 2 1\na 3 1 0 2 24\n"
    );
    let best = flow::solve(&network);
    assert_eq!((best.cost, best.whole_cost(&network)), (6, 30));
}
