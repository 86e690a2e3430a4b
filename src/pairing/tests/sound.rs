//! What every proposal must keep, and the best one by trying all.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::pairing::cost::best_pairs::{BestPair, BestPairs};
use crate::pairing::cost::model::{Helper, Household, Input};
use crate::pairing::cost::shortage::{ShortArea, Shortage};
use crate::pairing::cost::terms::ReasonCode;
use crate::staff::unit::Area;

/// Most placed and least cost, by trying every pairing.
pub fn brute_force(input: &Input) -> (usize, i64) {
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

/// What is left to weigh once the fixed pairs of best pairs have taken their places, and those pairs.
pub fn fixed(input: &Input, best: &BestPairs) -> (Input, Vec<BestPair>) {
    let is_fixed = |pair: &&BestPair| {
        let codes = [ReasonCode::Kept, ReasonCode::Pinned];
        let mut reasons = pair.reasons.iter();
        reasons.any(|reason| codes.contains(&reason.code) && !reason.words.zh.starts_with("未能"))
    };
    let pairs: Vec<BestPair> = best.pairs.iter().filter(is_fixed).cloned().collect();
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

pub fn helper_of(input: &Input, id: Uuid) -> &Helper {
    let mut rows = input.helpers.iter();
    rows.find(|row| row.id == id).unwrap()
}

/// An existing pair is kept, and a pin obeyed, unless it may not be; then that is said.
fn assert_fixed(input: &Input, rest: &Input, best: &BestPairs, pairs: &[BestPair]) {
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
        let pairs = best
            .pairs
            .iter()
            .map(|pair| (pair.household, &pair.reasons));
        let unplaced = best
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

/// Everything that holds of best pairs whatever the input.
pub fn assert_sound(input: &Input, best: &BestPairs) {
    let (rest, pairs) = fixed(input, best);
    assert_fixed(input, &rest, best, &pairs);
    let mut given: HashMap<Uuid, i64> = HashMap::new();
    let mut seen = HashSet::new();
    for pair in &best.pairs {
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
        best.unplaced
            .iter()
            .all(|unplaced| seen.insert(unplaced.household))
    );
    assert_eq!(seen.len(), input.households.len());
    let given = |helper: &Helper| given.get(&helper.id).copied().unwrap_or_default();
    for helper in &rest.helpers {
        let fixed = count(pairs.iter().filter(|pair| pair.helper == helper.id));
        assert!(given(helper) - fixed <= helper.places());
    }
    let load_of: HashMap<_, _> = best
        .loads
        .iter()
        .map(|load| (load.staff_id, load))
        .collect();
    for helper in input.helpers.iter().filter(|helper| helper.active) {
        let load = load_of[&helper.id];
        assert_eq!(load.held + load.added, helper.held + given(helper));
    }
    assert_cut(&rest, best);
}

/// The shortages add up to the households without a helper, and each is a proof: its villages'
/// households outnumber all places that may serve them by exactly what it says is short.
fn assert_cut(input: &Input, best: &BestPairs) {
    let short: i64 = best.shortages.iter().map(|shortage| shortage.short).sum();
    assert_eq!(usize::try_from(short).unwrap(), best.unplaced.len());
    for shortage in &best.shortages {
        assert!(shortage.short > 0);
        assert_eq!(shortage.households - shortage.places, shortage.short);
        assert!(
            shortage
                .words
                .zh
                .contains(&format!("还差 {} 个", shortage.short))
        );
    }
    // Which households a shortage is about can be told by their villages if all of a village are alike.
    if input.households.iter().all(|row| row.barriers.is_empty()) {
        assert_villages_cut(input, best);
    }
    for unplaced in &best.unplaced {
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

fn assert_villages_cut(input: &Input, best: &BestPairs) {
    let mut seen = HashSet::new();
    let mut units_places = HashSet::new();
    for shortage in &best.shortages {
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

pub fn areas_of(shortage: &Shortage) -> Vec<Area> {
    let area = |short: &ShortArea| Area {
        town: short.town.clone(),
        village: short.village.clone(),
    };
    shortage.areas.iter().map(area).collect()
}
