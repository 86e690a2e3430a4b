//! What is found for an input: who should take whom, and what is to be said of the others.

use uuid::Uuid;

use super::load::Load;
use super::shortage::Shortage;
use super::terms::{Reason, ReasonCode};

/// The pairs that cost least in sum, among those that place the most households.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BestPairs {
    /// Who should take whom, by the household's number and id.
    pub pairs: Vec<BestPair>,
    /// Households for which there is nobody, in the same order.
    pub unplaced: Vec<Unplaced>,
    /// What is short, by area.
    pub shortages: Vec<Shortage>,
    /// Every active helper's load, by unit, number and id.
    pub loads: Vec<Load>,
    /// Sum of the costs of all pairs.
    pub cost: i64,
}

/// A household with the helper whom it should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BestPair {
    /// By its id.
    pub household: Uuid,
    /// Whom it has already, or who should take it.
    pub helper: Uuid,
    /// Sum of the terms.
    pub cost: i64,
    /// The terms of `cost`, in words.
    pub reasons: Vec<Reason>,
}

impl BestPair {
    /// Whether the household has this helper already.
    pub(crate) fn is_kept(&self) -> bool {
        let mut reasons = self.reasons.iter();
        reasons.any(|reason| reason.code == ReasonCode::Kept)
    }
}

/// A household for which there is nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// By its id.
    pub household: Uuid,
    /// Why, and what else is to be said.
    pub reasons: Vec<Reason>,
}
