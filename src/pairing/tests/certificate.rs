//! What a run says, against what it stands on: true runs hold, edited ones are told, false ones seen.

use proptest::prelude::*;
use uuid::Uuid;

use super::draft_edit::cost_of;
use super::{bound_inputs, inputs};
use crate::pairing::basis::{self, Basis};
use crate::pairing::certificate::{Claim, Fault, Stated, Total, certify};
use crate::pairing::draft_edit::{Change, Choice, Edit, Place, apply};
use crate::pairing::error::PairingError;
use crate::pairing::model::Input;
use crate::pairing::plan::Plan;
use crate::pairing::solver;

fn places(plan: &Plan) -> Vec<Place> {
    let pairs = plan.pairs.iter().map(|pair| Place {
        household: pair.household,
        helper: Some(pair.helper),
        reasons: pair.reasons.clone(),
    });
    let unplaced = plan.unplaced.iter().map(|unplaced| Place {
        household: unplaced.household,
        helper: None,
        reasons: unplaced.reasons.clone(),
    });
    pairs.chain(unplaced).collect()
}

fn total(places: &[Place]) -> Total {
    let placed = places.iter().filter(|place| place.helper.is_some());
    Total {
        placed: i64::try_from(placed.count()).unwrap(),
        cost: places.iter().map(Place::cost).sum(),
    }
}

fn stated(place: &Place) -> Stated {
    Stated::new(place.household, place.helper, place.cost(), &place.reasons)
}

fn claim(plan: &Plan) -> Claim {
    let places = places(plan);
    Claim {
        households: places.iter().map(stated).collect(),
        total: total(&places),
        computed: total(&places),
        ..Claim::default()
    }
}

fn choice(place: &Place) -> Choice {
    Choice {
        staff_id: place.helper,
        helper: None,
        unit: None,
        cost: place.cost(),
        reasons: place.reasons.clone(),
    }
}

/// A claim of a plan that was edited so since.
fn edited(plan: &Plan, after: &[Place]) -> Claim {
    let before = places(plan);
    let changes = before.iter().zip(after).filter(|(one, other)| one != other);
    let changes = changes.map(|(before, after)| Change {
        household_id: before.household,
        household_number: None,
        head_name: "王大山".to_owned(),
        before: choice(before),
        after: choice(after),
    });
    Claim {
        households: after.iter().map(stated).collect(),
        edits: vec![(2, changes.collect())],
        total: total(after),
        ..claim(plan)
    }
}

/// A household of the input, and one of the helpers.
fn drawn(input: &Input, at: (usize, usize)) -> Option<(Uuid, Uuid)> {
    let household = at.0.checked_rem(input.households.len())?;
    let helper = at.1.checked_rem(input.helpers.len())?;
    Some((input.households[household].id, input.helpers[helper].id))
}

proptest! {
    #[test]
    fn a_computed_run_holds_on_what_was_kept_of_it(input in bound_inputs(8, 5)) {
        let kept = Basis::of(&input);
        prop_assert_eq!(&kept.digest, &basis::digest(&input));
        let read = basis::unpack(&kept.packed, &kept.digest).unwrap();
        prop_assert_eq!(&read, &input);
        let plan = solver::solve(&input);
        let certificate = certify(&read, &claim(&plan));
        prop_assert!(certificate.holds(), "{:?}", certificate.faults);
        prop_assert_eq!(certificate.now, certificate.best);
        prop_assert_eq!(certificate.best.cost, plan.cost);
    }

    #[test]
    fn an_edit_by_hand_is_told_and_not_blamed(
        input in bound_inputs(8, 5),
        at in any::<(usize, usize)>(),
    ) {
        let plan = solver::solve(&input);
        let Some((household, to)) = drawn(&input, at) else { return Ok(()) };
        let edit = Edit::Move { household, to };
        let Ok(after) = apply(&input, &places(&plan), edit, "本人申请") else { return Ok(()) };
        let mut claim = edited(&plan, &after);
        let certificate = certify(&input, &claim);
        prop_assert!(certificate.holds(), "{:?}", certificate.faults);
        prop_assert_eq!(certificate.now, total(&after));
        prop_assert_eq!(certificate.computed, certificate.best);
        // The record of the edit is part of the proof.
        claim.edits.clear();
        claim.computed = claim.total;
        let without = certify(&input, &claim);
        prop_assert!(!without.holds() || without.now == without.best);
    }

    #[test]
    fn a_pair_that_was_changed_behind_its_back_is_seen(
        input in inputs(8, 5),
        at in any::<(usize, usize)>(),
        to_nobody in prop::bool::weighted(0.2),
    ) {
        let plan = solver::solve(&input);
        let Some((household, helper)) = drawn(&input, at) else { return Ok(()) };
        let mut places = places(&plan);
        let changed = places.iter_mut().find(|place| place.household == household).unwrap();
        changed.helper = (!to_nobody).then_some(helper);
        let claim = Claim {
            households: places.iter().map(stated).collect(),
            ..claim(&plan)
        };
        // Another best pairing is one as well.
        if certify(&input, &claim).holds() {
            let pairs = places.iter().filter_map(|place| Some((place.household, place.helper?)));
            let pairs: Vec<_> = pairs.collect();
            prop_assert_eq!(pairs.len(), plan.pairs.len());
            prop_assert_eq!(cost_of(&input, &pairs), Some(plan.cost));
        }
    }

    #[test]
    fn a_false_number_is_seen(input in inputs(8, 5), at in any::<usize>()) {
        let plan = solver::solve(&input);
        let Some(at) = at.checked_rem(plan.pairs.len()) else { return Ok(()) };
        let mut dearer = plan.clone();
        dearer.pairs[at].reasons[0].cost += 1;
        prop_assert!(!certify(&input, &claim(&dearer)).holds());
        let mut fewer = plan.clone();
        fewer.pairs.remove(at);
        prop_assert!(!certify(&input, &claim(&fewer)).holds());
        let mut cheaper = claim(&plan);
        cheaper.computed.cost -= 1;
        let faults = certify(&input, &cheaper).faults;
        prop_assert!(matches!(faults.first(), Some(Fault::Total { .. })), "{:?}", faults);
    }

    #[test]
    fn a_basis_that_was_changed_is_seen(input in inputs(8, 5), at in any::<usize>(), bit in 0..8_u32) {
        let Basis { digest, mut packed } = Basis::of(&input);
        let at = at % packed.len();
        packed[at] ^= 1_u8 << bit;
        match basis::unpack(&packed, &digest) {
            // A bit of the header that says nothing of the content.
            Ok(read) => prop_assert_eq!(&read, &input),
            Err(error) => prop_assert_eq!(error, PairingError::BasisDamaged),
        }
        let mut other = input.clone();
        other.rules.load += 1;
        let other = Basis::of(&other);
        prop_assert_eq!(basis::unpack(&other.packed, &digest), Err(PairingError::BasisDamaged));
    }
}
