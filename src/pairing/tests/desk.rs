//! The next best helper against trying every one, the loads beside the average, and the shortages
//! against one place more.

use std::collections::HashMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::{area, helper_id, inputs};
use crate::pairing::desk::next_best;
use crate::pairing::model::{AreaRule, Helper, Input, Load, PairingRules, Share};
use crate::pairing::solver;

/// What these pairs cost together; nothing if one of them may not be or a helper has too many.
pub(super) fn cost_of(input: &Input, pairs: &[(Uuid, Uuid)]) -> Option<i64> {
    let helpers: HashMap<_, _> = input.helpers.iter().map(|row| (row.id, row)).collect();
    let households: HashMap<_, _> = input.households.iter().map(|row| (row.id, row)).collect();
    let mut given: HashMap<Uuid, i64> = HashMap::new();
    let mut cost = 0;
    for (household, helper) in pairs {
        let (household, helper) = (households[household], helpers[helper]);
        let former = input.former(household, &helpers);
        let terms = input.reasons(household, helper, former)?;
        let given = given.entry(helper.id).or_default();
        *given += 1;
        if *given > helper.places() {
            return None;
        }
        cost += terms.iter().map(|term| term.cost).sum::<i64>();
        cost += input.load_reason(helper, helper.held + *given).cost;
    }
    Some(cost)
}

/// The least change of the cost by which a household gets another helper: by a move, or by an
/// exchange with a helper who has no place left.
fn least_change(input: &Input, pairs: &[(Uuid, Uuid)], household: Uuid) -> Option<i64> {
    let before = cost_of(input, pairs).unwrap();
    let at = pairs.iter().position(|pair| pair.0 == household);
    let mut found = Vec::new();
    for helper in &input.helpers {
        let mut moved = pairs.to_vec();
        match at {
            Some(at) if pairs[at].1 == helper.id => continue,
            Some(at) => moved[at].1 = helper.id,
            None => moved.push((household, helper.id)),
        }
        let given = pairs.iter().filter(|pair| pair.1 == helper.id).count();
        if given < usize::try_from(helper.places()).unwrap() {
            found.extend(cost_of(input, &moved));
        } else if let Some(at) = at {
            for other in (0..pairs.len()).filter(|other| pairs[*other].1 == helper.id) {
                let mut exchanged = moved.clone();
                exchanged[other].1 = pairs[at].1;
                found.extend(cost_of(input, &exchanged));
            }
        }
    }
    found.into_iter().min().map(|after| after - before)
}

fn pairs_of(input: &Input) -> Vec<(Uuid, Uuid)> {
    let plan = solver::solve(input);
    let pairs: Vec<_> = plan
        .pairs
        .iter()
        .map(|pair| (pair.household, pair.helper))
        .collect();
    assert_eq!(cost_of(input, &pairs), Some(plan.cost));
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_next_best_helper_is_the_cheapest_change(input in inputs(8, 5), without in any::<prop::sample::Index>()) {
        let mut pairs = pairs_of(&input);
        for household in &input.households {
            let next = next_best(&input, &pairs, household.id);
            let difference = next.as_ref().map(|next| next.difference);
            prop_assert_eq!(difference, least_change(&input, &pairs, household.id));
            if pairs.iter().any(|pair| pair.0 == household.id) {
                prop_assert!(difference.is_none_or(|difference| difference >= 0));
            }
        }
        // One who was left without a helper by hand may get him back.
        if !pairs.is_empty() {
            let cleared = pairs.remove(without.index(pairs.len())).0;
            let difference = next_best(&input, &pairs, cleared).map(|next| next.difference);
            prop_assert!(difference.is_some());
            prop_assert_eq!(difference, least_change(&input, &pairs, cleared));
        }
    }

    /// The villages of a shortage are those where one place more helps, and no others: it names
    /// nobody who could not do something about it, and forgets nobody who could.
    #[test]
    fn one_place_more_helps_where_something_is_short_and_nowhere_else(input in inputs(10, 5)) {
        let rules = PairingRules { area_rule: AreaRule::Required, ..input.rules.clone() };
        let input = Input { rules, ..input };
        let plan = solver::solve(&input);
        let short: Vec<_> = plan.shortages.iter().flat_map(super::areas_of).collect();
        for village in (0..6).map(area) {
            let more = Helper {
                id: helper_id(1000),
                number: None,
                name: "新来的".to_owned(),
                unit: "新单位".to_owned(),
                towns: vec![village.town.clone()],
                villages: vec![village.village.clone()],
                skills: Vec::new(),
                capacity: 1,
                held: 0,
                active: true,
            };
            let mut input = input.clone();
            input.helpers.push(more);
            let gained = solver::solve(&input).pairs.len() - plan.pairs.len();
            prop_assert_eq!(gained, usize::from(short.contains(&village)));
        }
    }
}

#[test]
fn a_load_stands_beside_the_average_in_proportion_to_capacity() {
    let load = |unit: &str, capacity, held, added| Load {
        staff_id: Uuid::now_v7(),
        name: "张老师".to_owned(),
        unit: unit.to_owned(),
        capacity,
        held,
        added,
    };
    let loads = [
        load("东校", 8, 1, 2),
        load("东校", 2, 0, 2),
        load("西校", 10, 0, 0),
        load("某局", 0, 0, 0),
    ];
    let (all, units) = Share::averages(&loads);
    assert_eq!(Share::of(&loads[0]).percent(), Some(38));
    assert_eq!(Share::of(&loads[1]).percent(), Some(100));
    assert_eq!(units["东校"].percent(), Some(50));
    assert_eq!(units["西校"].percent(), Some(0));
    assert_eq!(
        (Share::of(&loads[3]).percent(), units["某局"].percent()),
        (None, None)
    );
    assert_eq!(all.percent(), Some(25));
}
