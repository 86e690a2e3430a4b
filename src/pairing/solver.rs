//! From the rules to the best pairing: the network of a run, and the pairs of its flow.
//!
//! Households of one village and one main cause are alike to every helper, and so are the skills of
//! many helpers. So the network does not have an arc for each pair that may be, but goes
//!
//! ```text
//! household with a former helper ─→ need (village, cause) ─→ hub (skills, reach) ─→ helper ─→ sink
//!                 └───────────────────────────────────────────────────────────────────┘
//! household with a settled pair ──────────────────────────────────────────────────────────→ sink
//! ```
//!
//! An arc into a need costs a change of helper, one into a hub the fit of skills, one into a helper
//! the area, and those into the sink the load: one arc for each further household, ever dearer. A
//! path costs exactly what its pair costs (tests hold the sum of all pairs against the flow), and
//! 35,000 households with 1000 helpers take about 40,000 nodes instead of 35 million arcs.
//!
//! Households that never have certain helpers share a need of their own, and in place of the hubs that
//! those helpers are in it has smaller ones without them. A pair that is [settled](super::fixed_pairs)
//! takes one of its helper's places and goes to the sink at what it costs.
//!
//! The result is the same for every order of the rows: households and helpers are sorted by number
//! and id first. Among pairings of equal cost, households are handed out in that order to helpers in
//! that order, so neighbours on the register tend to share a helper.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::fixed_pairs::Settled;
use super::model::{Helper, Household, Input, Reach, Reason, ReasonCode};
use super::plan::{Load, Pair, Plan, Unplaced};
use super::shortage;
use crate::flow::{self, Network, Node, SINK, Solution, UNLIMITED};
use crate::household::Cause;
use crate::settings::skill::Skill;
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
    /// Households, sorted.
    households: Vec<&'a Household>,
    /// What is decided of each before anything is weighed.
    settled: Settled<'a>,
    /// The former helper of each household, if he could be given it again.
    former: Vec<Option<&'a Helper>>,
    /// Helpers with a place left, sorted; the nodes after the sink.
    helpers: Vec<&'a Helper>,
    /// The node at which each household begins.
    begin: Vec<Node>,
    /// The nodes between them.
    between: Vec<(Node, Between<'a>)>,
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

/// Helpers of the same skills who reach the same villages.
type HubKey<'a> = (Reach<'a>, &'a [Skill]);

/// A node for them, and each one's node with what the area costs.
struct Hub {
    node: Node,
    members: Vec<(Node, i64)>,
}

/// What a node between households and helpers stands for, `but` so many helpers who are barred.
#[derive(Clone, Copy, Debug)]
pub enum Between<'a> {
    /// Helpers of the same skills who reach the same villages.
    Hub {
        /// The villages.
        reach: Reach<'a>,
        /// The skills.
        skills: &'a [Skill],
        /// Helpers who are left out.
        but: usize,
    },
    /// Households of the same village and cause.
    Need {
        /// The village.
        area: &'a Area,
        /// The cause.
        cause: Option<Cause>,
        /// Helpers whom they never have.
        but: usize,
    },
}

/// Households of the same village and cause that never have the helpers at these nodes.
type NeedKey<'a> = (&'a Area, Option<Cause>, Vec<Node>);

impl<'a> Model<'a> {
    /// Lays out the network.
    pub fn build(input: &'a Input) -> Self {
        let mut households: Vec<_> = input.households.iter().collect();
        households.sort_by_key(|household| key(household.number.as_ref(), &household.id));
        let settled = Settled::of(input, &households);
        let mut helpers: Vec<_> = input
            .helpers
            .iter()
            .filter(|helper| settled.places(helper) > 0)
            .collect();
        helpers.sort_by_key(|helper| key(helper.number.as_ref(), &helper.id));
        let mut model = Self {
            input,
            former: former_helpers(input, &households, &helpers),
            households,
            settled,
            helpers,
            begin: Vec::new(),
            between: Vec::new(),
            network: Network::new(),
        };
        model.add_helpers();
        let hubs = model.add_hubs();
        let nodes = model.helper_nodes();
        let keys = model.need_keys(&nodes);
        let needs = model.add_needs(&hubs, &keys);
        model.add_households(&nodes, &needs, &keys);
        model
    }

    /// A node for each helper, with an arc to the sink for each of his places.
    fn add_helpers(&mut self) {
        for helper in &self.helpers {
            let node = self.network.add_node(0);
            for number in helper.held + self.settled.taken(helper) + 1..=helper.capacity {
                let cost = self.input.rules.load_cost(number, helper.capacity);
                self.network.add_arc(node, SINK, 1, cost);
            }
        }
    }

    fn helper_nodes(&self) -> HashMap<Uuid, Node> {
        let helpers = self.helpers.iter().enumerate();
        helpers
            .map(|(place, helper)| (helper.id, place + 1))
            .collect()
    }

    /// A node for the helpers of the same skills who reach the same villages.
    fn add_hubs(&mut self) -> BTreeMap<HubKey<'a>, Hub> {
        let mut members: BTreeMap<_, Vec<(Node, i64)>> = BTreeMap::new();
        for (place, helper) in self.helpers.iter().enumerate() {
            for (reach, area) in self.input.reaches(helper) {
                members
                    .entry((reach, helper.skills.as_slice()))
                    .or_default()
                    .push((place + 1, self.input.rules.area_cost(area)));
            }
        }
        let hubs = members.into_iter().map(|(key, members)| {
            let node = self.add_hub(key, 0, &members);
            (key, Hub { node, members })
        });
        hubs.collect()
    }

    fn add_hub(
        &mut self,
        (reach, skills): HubKey<'a>,
        but: usize,
        members: &[(Node, i64)],
    ) -> Node {
        let node = self.network.add_node(0);
        let hub = Between::Hub { reach, skills, but };
        self.between.push((node, hub));
        for &(helper, cost) in members {
            self.network.add_arc(node, helper, UNLIMITED, cost);
        }
        node
    }

    /// What each household needs, unless its pair is settled.
    fn need_keys(&self, nodes: &HashMap<Uuid, Node>) -> Vec<Option<NeedKey<'a>>> {
        let key = |(at, household): (usize, &&'a Household)| {
            if self.settled.decided[at].pair.is_some() {
                return None;
            }
            let barred = household.barriers.keys();
            let mut barred: Vec<_> = barred.filter_map(|id| nodes.get(id).copied()).collect();
            barred.sort_unstable();
            Some((&household.area, household.cause, barred))
        };
        self.households.iter().enumerate().map(key).collect()
    }

    /// A node for the households of the same need.
    fn add_needs(
        &mut self,
        hubs: &BTreeMap<HubKey<'a>, Hub>,
        keys: &[Option<NeedKey<'a>>],
    ) -> BTreeMap<NeedKey<'a>, Node> {
        let mut by_reach: HashMap<Reach, Vec<(HubKey<'a>, &Hub)>> = HashMap::new();
        for (key, hub) in hubs {
            by_reach.entry(key.0).or_default().push((*key, hub));
        }
        let mut needs: BTreeMap<_, Node> = keys
            .iter()
            .flatten()
            .map(|key| (key.clone(), SINK))
            .collect();
        let mut smaller = HashMap::new();
        for ((area, cause, barred), need) in &mut needs {
            let wanted = self.input.rules.wanted(*cause);
            let reached = Reach::of(area);
            let reached = reached.iter().filter_map(|reach| by_reach.get(reach));
            let arcs: Vec<_> = reached
                .flatten()
                .filter_map(|(key, hub)| {
                    let (_, cost) = self.input.rules.fit(&wanted, key.1);
                    Some((self.hub_without(*key, hub, barred, &mut smaller)?, cost))
                })
                .collect();
            *need = self.network.add_node(0);
            let (area, cause, but) = (*area, *cause, barred.len());
            self.between
                .push((*need, Between::Need { area, cause, but }));
            for (hub, cost) in arcs {
                self.network.add_arc(*need, hub, UNLIMITED, cost);
            }
        }
        needs
    }

    /// The node of a hub, or of one that is like it but for the helpers at these nodes; none if there
    /// are no others.
    fn hub_without(
        &mut self,
        key: HubKey<'a>,
        hub: &Hub,
        barred: &[Node],
        smaller: &mut HashMap<(Node, Vec<Node>), Node>,
    ) -> Option<Node> {
        let (without, others): (Vec<_>, Vec<_>) = hub
            .members
            .iter()
            .partition(|(helper, _)| barred.binary_search(helper).is_ok());
        if without.is_empty() {
            return Some(hub.node);
        }
        if others.is_empty() {
            return None;
        }
        let without: Vec<_> = without.into_iter().map(|(helper, _)| helper).collect();
        let but = without.len();
        let same = (hub.node, without);
        if let Some(node) = smaller.get(&same) {
            return Some(*node);
        }
        let node = self.add_hub(key, but, &others);
        smaller.insert(same, node);
        Some(node)
    }

    /// A unit of supply for each household: at its need, or at a node of its own if its pair is settled
    /// or there is a former helper to go back to.
    fn add_households(
        &mut self,
        nodes: &HashMap<Uuid, Node>,
        needs: &BTreeMap<NeedKey<'a>, Node>,
        keys: &[Option<NeedKey<'a>>],
    ) {
        for (at, key) in keys.iter().enumerate() {
            let begin = match key {
                Some(key) => self.add_open(at, nodes, needs[key]),
                None => self.add_settled(at),
            };
            self.begin.push(begin);
        }
    }

    fn add_settled(&mut self, at: usize) -> Node {
        let reasons = self.settled_reasons(at);
        let cost = reasons.iter().map(|reason| reason.cost).sum();
        let node = self.network.add_node(1);
        self.network.add_arc(node, SINK, 1, cost);
        node
    }

    fn add_open(&mut self, at: usize, nodes: &HashMap<Uuid, Node>, need: Node) -> Node {
        let household = self.households[at];
        let rules = &self.input.rules;
        let back = self.former[at].and_then(|former| {
            let (_, area) = self.input.area(former, &household.area)?;
            let (_, fit) = rules.fit(&rules.wanted(household.cause), &former.skills);
            Some((*nodes.get(&former.id)?, area + fit))
        });
        if let Some((helper, cost)) = back {
            let node = self.network.add_node(1);
            self.network.add_arc(node, helper, 1, cost);
            self.network.add_arc(node, need, 1, rules.change);
            node
        } else {
            self.network.add_supply(need, 1);
            need
        }
    }

    /// All terms of a settled pair; none if the household has none.
    fn settled_reasons(&self, at: usize) -> Vec<Reason> {
        let decided = &self.settled.decided[at];
        let Some(pair) = &decided.pair else {
            return Vec::new();
        };
        let terms = self.input.terms_at_will(self.households[at], pair.helper);
        let mut reasons = Vec::from(terms);
        reasons.push(pair.reason.clone());
        reasons.extend(decided.said.iter().cloned());
        reasons.push(self.input.load_reason(pair.helper, pair.number));
        reasons
    }

    /// The helpers with a place left, each with its node.
    pub fn nodes_of_helpers(&self) -> impl Iterator<Item = (&'a Helper, Node)> {
        self.helpers.iter().copied().zip(SINK + 1..)
    }

    /// The households in their order, each with the node at which its unit begins.
    pub fn nodes_of_households(&self) -> impl Iterator<Item = (&'a Household, Node)> {
        self.households
            .iter()
            .copied()
            .zip(self.begin.iter().copied())
    }

    /// The nodes between, each with what it stands for.
    pub fn nodes_between(&self) -> impl Iterator<Item = (Between<'a>, Node)> {
        self.between.iter().map(|(node, between)| (*between, *node))
    }

    /// What a pair of the household at this place in their order costs but for its load, whoever
    /// thought of it; nothing where it may not be.
    pub fn cost(&self, at: usize, helper: &Helper) -> Option<i64> {
        let household = self.households[at];
        let cost = |terms: &[Reason]| terms.iter().map(|term| term.cost).sum();
        match &self.settled.decided[at].pair {
            Some(pair) if pair.helper.id == helper.id => {
                Some(cost(&self.input.terms_at_will(household, helper)))
            }
            None if helper.on_duty() => {
                let terms = self.input.reasons(household, helper, self.former[at]);
                terms.map(|terms| cost(&terms))
            }
            _ => None,
        }
    }

    /// The pairs of a flow, with all that is to be said about them.
    pub fn plan(&self, solution: &Solution) -> Plan {
        let given = self.hand_out(solution);
        let mut found: Vec<Option<(&Helper, Vec<Reason>)>> = vec![None; self.households.len()];
        for (at, decided) in self.settled.decided.iter().enumerate() {
            let pair = decided.pair.as_ref();
            found[at] = pair.map(|pair| (pair.helper, self.settled_reasons(at)));
        }
        for (helper, households) in self.helpers.iter().zip(&given) {
            for (number, &at) in (helper.held + self.settled.taken(helper) + 1..).zip(households) {
                found[at] = Some((helper, self.open_reasons(at, helper, number)));
            }
        }
        let helper_of = |at: usize| found[at].as_ref().map(|(helper, _)| *helper);
        let open = self.open().map(|at| (self.households[at], helper_of(at)));
        let short = shortage::find(self.input, &open.collect::<Vec<_>>(), &self.settled);
        let mut plan = Plan {
            loads: self.loads(&given),
            ..Plan::default()
        };
        for ((household, found), decided) in
            self.households.iter().zip(found).zip(&self.settled.decided)
        {
            if let Some((helper, reasons)) = found {
                let cost = reasons.iter().map(|reason| reason.cost).sum();
                plan.cost += cost;
                plan.pairs.push(Pair {
                    household: household.id,
                    helper: helper.id,
                    cost,
                    reasons,
                });
            } else {
                let mut reasons = vec![unplaced_reason(household, short.is_served(household))];
                reasons.extend(decided.said.iter().cloned());
                plan.unplaced.push(Unplaced {
                    household: household.id,
                    reasons,
                });
            }
        }
        plan.shortages = short.shortages;
        plan
    }

    /// The places of the households whose pairs are not settled.
    fn open(&self) -> impl Iterator<Item = usize> {
        let decided = self.settled.decided.iter().enumerate();
        decided
            .filter(|(_, decided)| decided.pair.is_none())
            .map(|(at, _)| at)
    }

    /// All terms of a pair that was weighed.
    fn open_reasons(&self, at: usize, helper: &Helper, number: i64) -> Vec<Reason> {
        let reasons = self
            .input
            .reasons(self.households[at], helper, self.former[at]);
        let mut reasons = reasons.unwrap_or_default();
        reasons.extend(self.settled.decided[at].said.iter().cloned());
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
        helpers.sort_by_key(|helper| (&helper.unit, key(helper.number.as_ref(), &helper.id)));
        helpers
            .into_iter()
            .map(|helper| {
                let kept = self.settled.kept(helper);
                let weighed = weighed.get(&helper.id).copied().unwrap_or_default();
                let weighed = i64::try_from(weighed).unwrap_or(i64::MAX);
                Load {
                    staff_id: helper.id,
                    name: helper.name.clone(),
                    unit: helper.unit.clone(),
                    capacity: helper.capacity,
                    held: helper.held + kept,
                    added: self.settled.taken(helper) - kept + weighed,
                    away: helper.away.clone(),
                }
            })
            .collect()
    }
}

/// The former helper of each household, if he has a place and may serve it.
fn former_helpers<'a>(
    input: &'a Input,
    households: &[&'a Household],
    helpers: &[&'a Helper],
) -> Vec<Option<&'a Helper>> {
    let by_id: HashMap<Uuid, &Helper> = helpers.iter().map(|helper| (helper.id, *helper)).collect();
    let former = |household: &&Household| input.former(household, &by_id);
    households.iter().map(former).collect()
}

fn unplaced_reason(household: &Household, served: bool) -> Reason {
    let Area { town, village } = &household.area;
    let but = if household.barriers.is_empty() {
        ""
    } else {
        "（须回避的除外）"
    };
    if served {
        let words = format!("可帮扶{town}{village}的责任人{but}名额都已用完");
        Reason::new(ReasonCode::AllFull, words, 0)
    } else {
        let words =
            format!("没有在岗责任人{but}可帮扶{town}{village}，请为该村设置定点帮扶单位或负责人");
        Reason::new(ReasonCode::NobodyServes, words, 0)
    }
}
