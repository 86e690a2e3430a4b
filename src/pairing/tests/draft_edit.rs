//! Edits by hand against the cost of all pairs, the next best helper against trying every one, the loads
//! beside the average, and the shortages against one place more.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::{area, helper_id, inputs};
use crate::pairing::cost::input_index::InputIndex;
use crate::pairing::cost::load::{Load, LoadShare, Spread};
use crate::pairing::cost::model::{AreaRule, Helper, Input, PairingRules};
use crate::pairing::cost::next_best::next_best;
use crate::pairing::cost::solver;
use crate::pairing::cost::terms::ReasonCode;
use crate::pairing::error::PairingError;
use crate::pairing::run::edit::model::{Edit, Proposed, apply};

/// What these pairs cost together; nothing if one of them may not be or a helper has too many.
pub(super) fn cost_of(input: &Input, pairs: &[(Uuid, Uuid)]) -> Option<i64> {
    let helpers: HashMap<_, _> = input.helpers.iter().map(|row| (row.id, row)).collect();
    let households: HashMap<_, _> = input.households.iter().map(|row| (row.id, row)).collect();
    let mut given: HashMap<Uuid, i64> = HashMap::new();
    let mut cost = 0;
    for (household, helper) in pairs {
        let (household, helper) = (households[household], *helpers.get(helper)?);
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
    let best = solver::solve(input);
    let pairs: Vec<_> = best
        .pairs
        .iter()
        .map(|pair| (pair.household, pair.helper))
        .collect();
    assert_eq!(cost_of(input, &pairs), Some(best.cost));
    pairs
}

fn places_of(input: &Input) -> Vec<Proposed> {
    let best = solver::solve(input);
    let placed = best.pairs.into_iter().map(|pair| Proposed {
        household: pair.household,
        helper: Some(pair.helper),
        reasons: pair.reasons,
    });
    let unplaced = best.unplaced.into_iter().map(|unplaced| Proposed {
        household: unplaced.household,
        helper: None,
        reasons: unplaced.reasons,
    });
    placed.chain(unplaced).collect()
}

fn pairs_in(places: &[Proposed]) -> Vec<(Uuid, Uuid)> {
    let pair = |place: &Proposed| Some((place.household, place.helper?));
    places.iter().filter_map(pair).collect()
}

/// The places that an edit is given: what the store reads.
fn touched(places: &[Proposed], edit: Edit) -> Vec<Proposed> {
    let (household, other) = edit.households();
    let is_of_edit =
        |place: &Proposed| place.household == household || Some(place.household) == other;
    let of_edit = places.iter().filter(|place| is_of_edit(place));
    let helpers: HashSet<_> = of_edit
        .filter_map(|place| place.helper)
        .chain(edit.to())
        .collect();
    let is_touched = |place: &&Proposed| {
        is_of_edit(place) || place.helper.is_some_and(|helper| helpers.contains(&helper))
    };
    places.iter().filter(is_touched).cloned().collect()
}

/// The pairs that an edit asks for; nothing if it names a household that is not there.
fn wanted(places: &[Proposed], edit: Edit) -> Option<Vec<(Uuid, Uuid)>> {
    let mut places = places.to_vec();
    let at = |household| places.iter().position(|place| place.household == household);
    match edit {
        Edit::Move { household, to } => {
            let at = at(household)?;
            places[at].helper = Some(to);
        }
        Edit::Swap { household, with } => {
            let (one, other) = (at(household)?, at(with)?);
            let helper = places[one].helper;
            places[one].helper = places[other].helper;
            places[other].helper = helper;
        }
        Edit::Clear { household } => {
            let at = at(household)?;
            places[at].helper = None;
        }
    }
    Some(pairs_in(&places))
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
        // A household that an edit left without a helper may get the same helper back.
        if !pairs.is_empty() {
            let cleared = pairs.remove(without.index(pairs.len())).0;
            let difference = next_best(&input, &pairs, cleared).map(|next| next.difference);
            prop_assert!(difference.is_some());
            prop_assert_eq!(difference, least_change(&input, &pairs, cleared));
        }
    }

    /// Whatever is edited one after the other: the places are those of the rules, and cost what their
    /// pairs cost; what is refused would be against a rule.
    #[test]
    fn an_edit_costs_what_its_pairs_cost(
        input in inputs(8, 5),
        edits in prop::collection::vec((0..3_u8, 0..8_usize, 0..8_usize), 1..6),
    ) {
        let mut places = places_of(&input);
        for (kind, one, other) in edits {
            let household = super::household_id(one);
            let edit = match kind {
                0 => Edit::Move { household, to: helper_id(other) },
                1 => Edit::Swap { household, with: super::household_id(other) },
                _ => Edit::Clear { household },
            };
            let touched = touched(&places, edit);
            let wanted = wanted(&places, edit);
            match apply(&InputIndex::of(&input), &touched, edit, "试") {
                Ok(after) => {
                    for place in after {
                        let at = places.iter().position(|old| old.household == place.household);
                        places[at.unwrap()] = place;
                    }
                    prop_assert_eq!(Some(pairs_in(&places)), wanted);
                    let cost: i64 = places.iter().map(Proposed::cost).sum();
                    prop_assert_eq!(Some(cost), cost_of(&input, &pairs_in(&places)));
                }
                Err(PairingError::NotInRun { .. }) => prop_assert!(wanted.is_none()),
                Err(PairingError::NothingChanged) => {
                    prop_assert_eq!(wanted, Some(pairs_in(&places)));
                }
                Err(PairingError::NoSuchHelper) => {
                    prop_assert!(input.helpers.iter().all(|helper| helper.id != helper_id(other)));
                }
                Err(_) => prop_assert_eq!(cost_of(&input, &wanted.unwrap()), None),
            }
        }
    }

    /// The villages of a shortage are those where one place more helps, and no others: it names
    /// nobody who could not do something about it, and forgets nobody who could.
    #[test]
    fn one_place_more_helps_where_something_is_short_and_nowhere_else(input in inputs(10, 5)) {
        let rules = PairingRules { area_rule: AreaRule::Required, ..input.rules.clone() };
        let input = Input { rules, ..input };
        let best = solver::solve(&input);
        let short: Vec<_> = best.shortages.iter().flat_map(super::sound::areas_of).collect();
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
                away: None,
            };
            let mut input = input.clone();
            input.helpers.push(more);
            let gained = solver::solve(&input).pairs.len() - best.pairs.len();
            prop_assert_eq!(gained, usize::from(short.contains(&village)));
        }
    }
}

#[test]
fn a_load_stands_beside_the_average_in_proportion_to_capacity() {
    let load = |unit: &str, capacity, held, added| Load {
        staff_id: Uuid::now_v7(),
        number: None,
        name: "张老师".to_owned(),
        unit: unit.to_owned(),
        capacity,
        held,
        added,
        away: None,
    };
    let loads = [
        load("东校", 8, 1, 2),
        load("东校", 2, 0, 2),
        load("西校", 10, 0, 0),
        load("某局", 0, 0, 0),
    ];
    let (all, units) = LoadShare::averages(&loads);
    assert_eq!(LoadShare::of(&loads[0]).percent(), Some(38));
    assert_eq!(LoadShare::of(&loads[1]).percent(), Some(100));
    assert_eq!(units["东校"].percent(), Some(50));
    assert_eq!(units["西校"].percent(), Some(0));
    assert_eq!(
        (LoadShare::of(&loads[3]).percent(), units["某局"].percent()),
        (None, None)
    );
    assert_eq!(all.percent(), Some(25));
    let spread = Spread {
        lowest: 0,
        average: 25,
        highest: 100,
    };
    assert_eq!(Spread::of(&loads), Some(spread));
    assert_eq!(Spread::of(&loads[3..]), None);
}

#[test]
fn an_edit_by_hand_gives_its_reason_and_numbers_the_others_anew() {
    let input = Input {
        households: crate::pairing::cost::synthetic::county(4, 1, AreaRule::Free).households,
        helpers: vec![Helper {
            id: helper_id(0),
            number: None,
            name: "张老师".to_owned(),
            unit: "东校".to_owned(),
            towns: Vec::new(),
            villages: Vec::new(),
            skills: Vec::new(),
            capacity: 5,
            held: 1,
            active: true,
            away: None,
        }],
        ..Input::default()
    };
    let places = places_of(&input);
    let cleared = places[1].household;
    let edit = Edit::Clear { household: cleared };
    let after = apply(&InputIndex::of(&input), &places, edit, "已有亲属照顾").unwrap();
    assert_eq!(after[1].helper, None);
    assert_eq!(after[1].cost(), 0);
    assert_eq!(after[1].reasons[0].code, ReasonCode::ByHand);
    assert_eq!(after[1].reasons[0].words.zh, "人工取消安排：已有亲属照顾");
    let numbers = |places: &[Proposed]| -> Vec<String> {
        let words = |place: &Proposed| place.reasons.last().unwrap().words.zh.clone();
        places.iter().map(words).collect()
    };
    assert_eq!(numbers(&after)[2], numbers(&places)[1]);
    assert_eq!(numbers(&after)[3], numbers(&places)[2]);
    assert_eq!(after[0], places[0]);
    // Back again, it is what was computed, and says that it is by hand.
    let to = helper_id(0);
    let edit = Edit::Move {
        household: cleared,
        to,
    };
    let back = apply(&InputIndex::of(&input), &after, edit, "查无亲属").unwrap();
    assert_eq!(numbers(&back), numbers(&places));
    let by_hand = back[1]
        .reasons
        .iter()
        .find(|reason| reason.code == ReasonCode::ByHand);
    assert_eq!(by_hand.unwrap().words.zh, "人工调整：查无亲属");
    assert_eq!(back[1].cost(), places[1].cost());
}
