//! From the rules to the best pairs: the flow of the [`network`](super::network), handed out.
//!
//! The result is the same for every order of the rows: households and helpers are sorted by number
//! and id first. Among pairings of equal cost, households are handed out in that order to helpers in
//! that order, so neighbours on the register tend to share a helper.

use std::collections::HashMap;

use uuid::Uuid;

use super::best_pairs::{BestPair, BestPairs, Unplaced};
use super::load::Load;
use super::model::{Helper, Household, Input};
use super::network::{RunNetwork, register_order};
use super::shortage;
use super::terms::{Reason, ReasonCode};
use crate::flow::{self, SINK, Solution};
use crate::order;
use crate::problem::{Text, words};
use crate::staff::unit::Area;

/// Finds the pairs of least cost among those that place the most households.
pub fn solve(input: &Input) -> BestPairs {
    let run_network = RunNetwork::build(input);
    let solution = flow::solve(&run_network.network);
    run_network.best_pairs(&solution)
}

impl RunNetwork<'_> {
    /// The pairs of a flow, with all that is to be said about them.
    pub fn best_pairs(&self, solution: &Solution) -> BestPairs {
        let given = self.hand_out(solution);
        let mut found: Vec<Option<(&Helper, Vec<Reason>)>> = vec![None; self.households.len()];
        for (at, beforehand) in self.fixed.of_households.iter().enumerate() {
            let pair = beforehand.pair.as_ref();
            found[at] = pair.map(|pair| (pair.helper, self.fixed_reasons(at)));
        }
        for (helper, households) in self.helpers.iter().zip(&given) {
            for (number, &at) in (helper.held + self.fixed.taken(helper) + 1..).zip(households) {
                found[at] = Some((helper, self.open_reasons(at, helper, number)));
            }
        }
        let helper_of = |at: usize| found[at].as_ref().map(|(helper, _)| *helper);
        let open = self.open().map(|at| (self.households[at], helper_of(at)));
        let short = shortage::find(self.input, &open.collect::<Vec<_>>(), &self.fixed);
        let mut best = BestPairs {
            loads: self.loads(&given),
            ..BestPairs::default()
        };
        for ((household, found), beforehand) in self
            .households
            .iter()
            .zip(found)
            .zip(&self.fixed.of_households)
        {
            if let Some((helper, reasons)) = found {
                let cost = reasons.iter().map(|reason| reason.cost).sum();
                best.cost += cost;
                best.pairs.push(BestPair {
                    household: household.id,
                    helper: helper.id,
                    cost,
                    reasons,
                });
            } else {
                let mut reasons = vec![unplaced_reason(household, short.is_served(household))];
                reasons.extend(beforehand.said.iter().cloned());
                best.unplaced.push(Unplaced {
                    household: household.id,
                    reasons,
                });
            }
        }
        best.shortages = short.shortages;
        best
    }

    /// The positions of the households whose pairs are not fixed.
    fn open(&self) -> impl Iterator<Item = usize> {
        let beforehand = self.fixed.of_households.iter().enumerate();
        beforehand
            .filter(|(_, beforehand)| beforehand.pair.is_none())
            .map(|(at, _)| at)
    }

    /// All terms of a pair that was weighed.
    fn open_reasons(&self, at: usize, helper: &Helper, number: i64) -> Vec<Reason> {
        let reasons = self
            .input
            .reasons(self.households[at], helper, self.former[at]);
        let mut reasons = reasons.unwrap_or_default();
        reasons.extend(self.fixed.of_households[at].said.iter().cloned());
        reasons.push(self.input.load_reason(helper, number));
        reasons
    }

    /// The households of each helper, each list in their order.
    ///
    /// Arcs lead from later nodes to earlier ones, so one walk down passes the households on.
    fn hand_out(&self, solution: &Solution) -> Vec<Vec<usize>> {
        let out = self.network.out_arcs();
        let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); self.network.nodes()];
        for (household, &node) in self.begin.iter().enumerate() {
            waiting[node].push(household);
        }
        for node in (self.helpers.len() + 1..self.network.nodes()).rev() {
            let mut queue = std::mem::take(&mut waiting[node]);
            queue.sort_unstable();
            let mut queue = queue.into_iter();
            for arc in out.at(node) {
                let count = usize::try_from(solution.flow[arc]).unwrap_or_default();
                let (_, head) = self.network.ends(arc);
                waiting[head].extend(queue.by_ref().take(count));
            }
        }
        waiting.truncate(self.helpers.len() + 1);
        waiting.remove(SINK);
        for households in &mut waiting {
            households.sort_unstable();
        }
        waiting
    }

    fn loads(&self, given: &[Vec<usize>]) -> Vec<Load> {
        let weighed: HashMap<Uuid, usize> = self
            .helpers
            .iter()
            .zip(given)
            .map(|(helper, households)| (helper.id, households.len()))
            .collect();
        let mut helpers: Vec<_> = self
            .input
            .helpers
            .iter()
            .filter(|helper| helper.active)
            .collect();
        helpers.sort_by_cached_key(|helper| {
            (
                order::key(&helper.unit),
                register_order(helper.number.as_ref(), &helper.id),
            )
        });
        helpers
            .into_iter()
            .map(|helper| {
                let kept = self.fixed.kept(helper);
                let weighed = weighed.get(&helper.id).copied().unwrap_or_default();
                let weighed = i64::try_from(weighed).unwrap_or(i64::MAX);
                Load {
                    staff_id: helper.id,
                    number: helper.number.clone(),
                    name: helper.name.clone(),
                    unit: helper.unit.clone(),
                    capacity: helper.capacity,
                    held: helper.held + kept,
                    added: self.fixed.taken(helper) - kept + weighed,
                    away: helper.away.clone(),
                }
            })
            .collect()
    }
}

fn unplaced_reason(household: &Household, served: bool) -> Reason {
    let Area { town, village } = &household.area;
    let but = if household.barriers.is_empty() {
        Text::default()
    } else {
        words!("（须回避的除外）", " (but those who may not)")
    };
    if served {
        let words = words!(
            "可帮扶{town}{village}的责任人{but}名额都已用完",
            "all who may serve “{town}{village}”{but} have as many households as they may";
            but
        );
        Reason::new(ReasonCode::AllFull, words, 0)
    } else {
        let words = words!(
            "没有在岗责任人{but}可帮扶{town}{village}，请为该村设置定点帮扶单位，或把该村列入责任人的负责村",
            "nobody on duty{but} may serve “{town}{village}”: link a unit to the village, or give it to a helper as their area";
            but
        );
        Reason::new(ReasonCode::NobodyServes, words, 0)
    }
}
