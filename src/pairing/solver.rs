//! From the rules to the best pairing: the network of a run, and the pairs of its flow.
//!
//! Households of one village and one main cause are alike to every helper, and so are the skills of
//! many helpers. So the network does not have an arc for each pair that may be, but goes
//!
//! ```text
//! household with a former helper ─→ need (village, cause) ─→ hub (skills, reach) ─→ helper ─→ sink
//!                 └───────────────────────────────────────────────────────────────────┘
//! ```
//!
//! An arc into a need costs a change of helper, one into a hub the fit of skills, one into a helper
//! the area, and those into the sink the load: one arc for each further household, ever dearer. A
//! path costs exactly what its pair costs (tests hold the sum of all pairs against the flow), and
//! 35,000 households with 1000 helpers take about 40,000 nodes instead of 35 million arcs.
//!
//! The result is the same for every order of the rows: households and helpers are sorted by number
//! and id first. Among pairings of equal cost, households are handed out in that order to helpers in
//! that order, so neighbours on the register tend to share a helper.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::flow::{self, Network, Node, SINK, Solution, UNLIMITED};
use super::model::{
    Helper, Household, Input, Load, Pair, Plan, Reach, Reason, ReasonCode, Unplaced,
};
use super::shortage;
use super::skill::{Skill, fit};
use crate::household::Cause;
use crate::staff::unit::Area;

/// The best pairing for an input.
pub fn solve(input: &Input) -> Plan {
    let model = Model::build(input);
    let solution = flow::solve(&model.network);
    model.plan(&solution)
}

/// The network of a run, and what its nodes stand for.
#[derive(Debug)]
pub struct Model<'a> {
    input: &'a Input,
    /// Households, sorted, each with its former helper if he could be given it again.
    households: Vec<(&'a Household, Option<&'a Helper>)>,
    /// Helpers with a place left, sorted; the nodes after the sink.
    helpers: Vec<&'a Helper>,
    /// The node at which each household begins.
    begin: Vec<Node>,
    /// The network, for [`flow::solve`] and [`flow::check`].
    pub network: Network,
}

/// Households come to needs in the order of their keys, helpers to hubs likewise.
pub(super) fn key<'a>(
    number: Option<&'a String>,
    id: &'a Uuid,
) -> (bool, Option<&'a String>, &'a Uuid) {
    (number.is_none(), number, id)
}

impl<'a> Model<'a> {
    /// Lays out the network.
    pub fn build(input: &'a Input) -> Self {
        let mut helpers: Vec<_> = input
            .helpers
            .iter()
            .filter(|helper| helper.places() > 0)
            .collect();
        helpers.sort_by_key(|helper| key(helper.number.as_ref(), &helper.id));
        let mut model = Self {
            input,
            households: with_former_helpers(input, &helpers),
            helpers,
            begin: Vec::new(),
            network: Network::new(),
        };
        model.add_helpers();
        let hubs = model.add_hubs();
        let needs = model.add_needs(&hubs);
        model.add_households(&needs);
        model
    }

    /// A node for each helper, with an arc to the sink for each of his places.
    fn add_helpers(&mut self) {
        for helper in &self.helpers {
            let node = self.network.add_node(0);
            for number in helper.held + 1..=helper.capacity {
                let cost = self.input.rules.load_cost(number, helper.capacity);
                self.network.add_arc(node, SINK, 1, cost);
            }
        }
    }

    /// A node for the helpers of the same skills who reach the same villages.
    fn add_hubs(&mut self) -> BTreeMap<(Reach<'a>, &'a [Skill]), Node> {
        let mut members: BTreeMap<_, Vec<(Node, i64)>> = BTreeMap::new();
        for (place, helper) in self.helpers.iter().enumerate() {
            for (reach, area) in self.input.reaches(helper) {
                members
                    .entry((reach, helper.skills.as_slice()))
                    .or_default()
                    .push((place + 1, self.input.rules.area_cost(area)));
            }
        }
        let mut hubs = BTreeMap::new();
        for (hub, members) in members {
            let node = self.network.add_node(0);
            for (helper, cost) in members {
                self.network.add_arc(node, helper, UNLIMITED, cost);
            }
            hubs.insert(hub, node);
        }
        hubs
    }

    /// A node for the households of the same village and cause.
    fn add_needs(
        &mut self,
        hubs: &BTreeMap<(Reach<'a>, &'a [Skill]), Node>,
    ) -> BTreeMap<(&'a Area, Option<Cause>), Node> {
        let mut by_reach: HashMap<Reach, Vec<(&[Skill], Node)>> = HashMap::new();
        for ((reach, skills), node) in hubs {
            by_reach.entry(*reach).or_default().push((skills, *node));
        }
        let mut needs: BTreeMap<_, Node> = self
            .households
            .iter()
            .map(|(household, _)| ((&household.area, household.cause), SINK))
            .collect();
        for ((area, cause), node) in &mut needs {
            *node = self.network.add_node(0);
            for (skills, hub) in Reach::of(area)
                .iter()
                .filter_map(|reach| by_reach.get(reach))
                .flatten()
            {
                let cost = self.input.rules.fit_cost(fit(*cause, skills));
                self.network.add_arc(*node, *hub, UNLIMITED, cost);
            }
        }
        needs
    }

    /// A unit of supply for each household: at its need, or at a node of its own if there is a
    /// former helper to go back to.
    fn add_households(&mut self, needs: &BTreeMap<(&'a Area, Option<Cause>), Node>) {
        let nodes: HashMap<Uuid, Node> = self
            .helpers
            .iter()
            .enumerate()
            .map(|(place, helper)| (helper.id, place + 1))
            .collect();
        let rules = &self.input.rules;
        for (household, former) in &self.households {
            let need = needs[&(&household.area, household.cause)];
            let back = former.and_then(|former| {
                let (_, area) = self.input.area(former, &household.area)?;
                let cost = area + rules.fit_cost(fit(household.cause, &former.skills));
                Some((*nodes.get(&former.id)?, cost))
            });
            let begin = if let Some((helper, cost)) = back {
                let node = self.network.add_node(1);
                self.network.add_arc(node, helper, 1, cost);
                self.network.add_arc(node, need, 1, rules.change);
                node
            } else {
                self.network.add_supply(need, 1);
                need
            };
            self.begin.push(begin);
        }
    }

    /// The pairs of a flow, with all that is to be said about them.
    pub fn plan(&self, solution: &Solution) -> Plan {
        let given = self.hand_out(solution);
        let mut helper_of: Vec<Option<&Helper>> = vec![None; self.households.len()];
        let mut reasons_of = vec![Vec::new(); self.households.len()];
        for (helper, households) in self.helpers.iter().zip(&given) {
            for (number, &at) in (helper.held + 1..).zip(households) {
                let (household, former) = self.households[at];
                helper_of[at] = Some(helper);
                reasons_of[at] = self
                    .input
                    .reasons(household, helper, former)
                    .unwrap_or_default();
                reasons_of[at].push(self.input.load_reason(helper, number));
            }
        }
        let households: Vec<_> = self
            .households
            .iter()
            .map(|(household, _)| *household)
            .collect();
        let short = shortage::find(self.input, &households, &helper_of);
        let mut plan = Plan {
            loads: self.loads(&given),
            shortages: short.shortages,
            ..Plan::default()
        };
        for ((household, helper), reasons) in households.iter().zip(helper_of).zip(reasons_of) {
            if let Some(helper) = helper {
                let cost = reasons.iter().map(|reason| reason.cost).sum();
                plan.cost += cost;
                plan.pairs.push(Pair {
                    household: household.id,
                    helper: helper.id,
                    cost,
                    reasons,
                });
            } else {
                let served = short.served.contains(&household.area);
                plan.unplaced.push(Unplaced {
                    household: household.id,
                    reason: unplaced_reason(&household.area, served),
                });
            }
        }
        plan
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
        let added: HashMap<Uuid, usize> = self
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
        helpers.sort_by_key(|helper| (&helper.unit, key(helper.number.as_ref(), &helper.id)));
        helpers
            .into_iter()
            .map(|helper| Load {
                staff_id: helper.id,
                name: helper.name.clone(),
                unit: helper.unit.clone(),
                capacity: helper.capacity,
                held: helper.held,
                added: added
                    .get(&helper.id)
                    .and_then(|count| i64::try_from(*count).ok())
                    .unwrap_or_default(),
            })
            .collect()
    }
}

/// The households, sorted, each with its former helper if he has a place and may serve it.
fn with_former_helpers<'a>(
    input: &'a Input,
    helpers: &[&'a Helper],
) -> Vec<(&'a Household, Option<&'a Helper>)> {
    let by_id: HashMap<Uuid, &Helper> = helpers.iter().map(|helper| (helper.id, *helper)).collect();
    let mut households: Vec<_> = input
        .households
        .iter()
        .map(|household| (household, input.former(household, &by_id)))
        .collect();
    households.sort_by_key(|(household, _)| key(household.number.as_ref(), &household.id));
    households
}

fn unplaced_reason(area: &Area, served: bool) -> Reason {
    let Area { town, village } = area;
    if served {
        let words = format!("可帮扶{town}{village}的责任人名额都已用完");
        Reason::new(ReasonCode::AllFull, words, 0)
    } else {
        let words =
            format!("没有在岗责任人可帮扶{town}{village}，请为该村设置定点帮扶单位或负责人");
        Reason::new(ReasonCode::NobodyServes, words, 0)
    }
}
