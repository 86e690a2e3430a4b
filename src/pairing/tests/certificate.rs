//! What a run says, against what it stands on: correct runs hold, edits are listed, falsified runs found.

use proptest::prelude::*;
use uuid::Uuid;

use super::draft_edit::cost_of;
use super::{bound_inputs, inputs};
use crate::pairing::cost::best_pairs::BestPairs;
use crate::pairing::cost::certificate::{RunFault, Stated, StatedEdit, Statement, Total, certify};
use crate::pairing::cost::input_index::InputIndex;
use crate::pairing::cost::model::Input;
use crate::pairing::cost::solver;
use crate::pairing::error::PairingError;
use crate::pairing::run::basis::{self, Basis};
use crate::pairing::run::edit::model::{Edit, Proposed, apply};

fn proposed(best: &BestPairs) -> Vec<Proposed> {
    let pairs = best.pairs.iter().map(|pair| Proposed {
        household: pair.household,
        helper: Some(pair.helper),
        reasons: pair.reasons.clone(),
    });
    let unplaced = best.unplaced.iter().map(|unplaced| Proposed {
        household: unplaced.household,
        helper: None,
        reasons: unplaced.reasons.clone(),
    });
    pairs.chain(unplaced).collect()
}

fn total(proposed: &[Proposed]) -> Total {
    let placed = proposed.iter().filter(|one| one.helper.is_some());
    Total {
        placed: i64::try_from(placed.count()).unwrap(),
        cost: proposed.iter().map(Proposed::cost).sum(),
    }
}

fn stated(one: &Proposed) -> Stated {
    Stated::new(one.household, one.helper, one.cost(), &one.reasons)
}

fn statement(best: &BestPairs) -> Statement {
    let proposed = proposed(best);
    Statement {
        households: proposed.iter().map(stated).collect(),
        total: total(&proposed),
        computed: total(&proposed),
        ..Statement::default()
    }
}

/// What a run of these best pairs says that was edited so since.
fn edited(best: &BestPairs, after: &[Proposed]) -> Statement {
    let before = proposed(best);
    let changes = before.iter().zip(after).filter(|(one, other)| one != other);
    let changes = changes.map(|(before, after)| (stated(before), stated(after)));
    Statement {
        households: after.iter().map(stated).collect(),
        edits: vec![StatedEdit {
            version: 2,
            changes: changes.collect(),
        }],
        total: total(after),
        ..statement(best)
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
        let best = solver::solve(&input);
        let certificate = certify(&read, &statement(&best));
        prop_assert!(certificate.holds(), "{:?}", certificate.faults);
        prop_assert_eq!(certificate.now, certificate.best);
        prop_assert_eq!(certificate.best.cost, best.cost);
    }

    #[test]
    fn an_edit_by_hand_is_told_and_not_blamed(
        input in bound_inputs(8, 5),
        at in any::<(usize, usize)>(),
    ) {
        let best = solver::solve(&input);
        let Some((household, to)) = drawn(&input, at) else { return Ok(()) };
        let edit = Edit::Move { household, to };
        let Ok(after) = apply(&InputIndex::of(&input), &proposed(&best), edit, "本人申请") else { return Ok(()) };
        let mut statement = edited(&best, &after);
        let certificate = certify(&input, &statement);
        prop_assert!(certificate.holds(), "{:?}", certificate.faults);
        prop_assert_eq!(certificate.now, total(&after));
        prop_assert_eq!(certificate.computed, certificate.best);
        // The record of the edit is part of the proof.
        statement.edits.clear();
        statement.computed = statement.total;
        let without = certify(&input, &statement);
        prop_assert!(!without.holds() || without.now == without.best);
    }

    #[test]
    fn a_pair_that_was_changed_behind_its_back_is_seen(
        input in inputs(8, 5),
        at in any::<(usize, usize)>(),
        to_nobody in prop::bool::weighted(0.2),
    ) {
        let best = solver::solve(&input);
        let Some((household, helper)) = drawn(&input, at) else { return Ok(()) };
        let mut proposed = proposed(&best);
        let changed = proposed.iter_mut().find(|one| one.household == household).unwrap();
        changed.helper = (!to_nobody).then_some(helper);
        let statement = Statement {
            households: proposed.iter().map(stated).collect(),
            ..statement(&best)
        };
        // Another best pairing is one as well.
        if certify(&input, &statement).holds() {
            let pairs = proposed.iter().filter_map(|one| Some((one.household, one.helper?)));
            let pairs: Vec<_> = pairs.collect();
            prop_assert_eq!(pairs.len(), best.pairs.len());
            prop_assert_eq!(cost_of(&input, &pairs), Some(best.cost));
        }
    }

    #[test]
    fn a_false_number_is_seen(input in inputs(8, 5), at in any::<usize>()) {
        let best = solver::solve(&input);
        let Some(at) = at.checked_rem(best.pairs.len()) else { return Ok(()) };
        let mut dearer = best.clone();
        dearer.pairs[at].reasons[0].cost += 1;
        prop_assert!(!certify(&input, &statement(&dearer)).holds());
        let mut fewer = best.clone();
        fewer.pairs.remove(at);
        prop_assert!(!certify(&input, &statement(&fewer)).holds());
        let mut cheaper = statement(&best);
        cheaper.computed.cost -= 1;
        let faults = certify(&input, &cheaper).faults;
        prop_assert!(matches!(faults.first(), Some(RunFault::Total { .. })), "{:?}", faults);
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
