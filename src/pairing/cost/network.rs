//! The network of a run: its least costly flow is the best pairing.
//!
//! Households of one village and one main cause are alike to every helper, and so are the skills of
//! many helpers. So the network does not have an arc for each pair that may be, but goes
//!
//! ```text
//! household with a former helper ─→ need (village, cause) ─→ hub (skills, reach) ─→ helper ─→ sink
//!                 └───────────────────────────────────────────────────────────────────┘
//! household with a fixed pair ────────────────────────────────────────────────────────────→ sink
//! ```
//!
//! An arc into a need costs a change of helper, one into a hub the fit of skills, one into a helper
//! the area, and those into the sink the load: one arc for each further household, ever dearer. A
//! path costs exactly what its pair costs (tests compare the sum of all pairs with the flow), and
//! 35,000 households with 1000 helpers take about 40,000 nodes instead of 35 million arcs.
//!
//! Households that never have certain helpers share a need of their own, and in place of the hubs that
//! those helpers are in it has smaller ones without them. A [fixed pair](super::fixed_pairs) takes
//! one of its helper's places and goes to the sink at what it costs.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::fixed_pairs::FixedPairs;
use super::model::{Helper, Household, Input};
use super::reach::Reach;
use super::terms::Reason;
use crate::flow::{Network, Node, SINK, UNLIMITED};
use crate::household::Cause;
use crate::settings::skill::Skill;
use crate::staff::unit::Area;

/// The network of a run, and what its nodes stand for.
#[derive(Debug)]
pub struct RunNetwork<'a> {
    pub(super) input: &'a Input,
    /// Households, sorted.
    pub(super) households: Vec<&'a Household>,
    /// What is decided of each before anything is weighed.
    pub(super) fixed: FixedPairs<'a>,
    /// The former helper of each household, if they could be given it again.
    pub(super) former: Vec<Option<&'a Helper>>,
    /// Helpers with a place left, sorted; the nodes after the sink.
    pub(super) helpers: Vec<&'a Helper>,
    /// The node at which each household begins.
    pub(super) begin: Vec<Node>,
    /// The nodes between them.
    between: Vec<(Node, Between<'a>)>,
    /// For [`flow::solve`](crate::flow::solve) and [`flow::check`](crate::flow::check).
    pub network: Network,
}

/// The order of a register: by number, those without one last, then by id. Households come to needs in
/// it, and helpers to hubs.
pub(crate) fn register_order<'a>(
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
        /// The villages that these helpers reach.
        reach: Reach<'a>,
        /// The skills that these helpers have.
        skills: &'a [Skill],
        /// Helpers who are left out.
        but: usize,
    },
    /// Households of the same village and cause.
    Need {
        /// Where these households live.
        area: &'a Area,
        /// Their main cause (主要致贫原因), if it is known.
        cause: Option<Cause>,
        /// Helpers whom they never have.
        but: usize,
    },
}

/// Households of the same village and cause that never have the helpers at these nodes.
type NeedKey<'a> = (&'a Area, Option<Cause>, Vec<Node>);

impl<'a> RunNetwork<'a> {
    /// Lays out the network.
    pub fn build(input: &'a Input) -> Self {
        let mut households: Vec<_> = input.households.iter().collect();
        households
            .sort_by_key(|household| register_order(household.number.as_ref(), &household.id));
        let fixed = FixedPairs::of(input, &households);
        let mut helpers: Vec<_> = input
            .helpers
            .iter()
            .filter(|helper| fixed.places(helper) > 0)
            .collect();
        helpers.sort_by_key(|helper| register_order(helper.number.as_ref(), &helper.id));
        let mut run_network = Self {
            input,
            former: former_helpers(input, &households, &helpers),
            households,
            fixed,
            helpers,
            begin: Vec::new(),
            between: Vec::new(),
            network: Network::new(),
        };
        run_network.add_helpers();
        let hubs = run_network.add_hubs();
        let nodes = run_network.helper_nodes();
        let keys = run_network.need_keys(&nodes);
        let needs = run_network.add_needs(&hubs, &keys);
        run_network.add_households(&nodes, &needs, &keys);
        run_network
    }

    /// A node for each helper, with an arc to the sink for each of their places.
    fn add_helpers(&mut self) {
        for helper in &self.helpers {
            let node = self.network.add_node(0);
            for number in helper.held + self.fixed.taken(helper) + 1..=helper.capacity {
                let cost = self.input.rules.load_cost(number, helper.capacity);
                self.network.add_arc(node, SINK, 1, cost);
            }
        }
    }

    fn helper_nodes(&self) -> HashMap<Uuid, Node> {
        let helpers = self.helpers.iter().enumerate();
        helpers.map(|(at, helper)| (helper.id, at + 1)).collect()
    }

    /// A node for the helpers of the same skills who reach the same villages.
    fn add_hubs(&mut self) -> BTreeMap<HubKey<'a>, Hub> {
        let mut members: BTreeMap<_, Vec<(Node, i64)>> = BTreeMap::new();
        for (at, helper) in self.helpers.iter().enumerate() {
            for (reach, area) in self.input.reaches(helper) {
                members
                    .entry((reach, helper.skills.as_slice()))
                    .or_default()
                    .push((at + 1, self.input.rules.area_cost(area)));
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

    /// What each household needs, unless its pair is fixed.
    fn need_keys(&self, nodes: &HashMap<Uuid, Node>) -> Vec<Option<NeedKey<'a>>> {
        let key = |(at, household): (usize, &&'a Household)| {
            if self.fixed.of_households[at].pair.is_some() {
                return None;
            }
            let barred = household.barred();
            let mut barred: Vec<_> = barred.filter_map(|id| nodes.get(&id).copied()).collect();
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

    /// A unit of supply for each household: at its need, or at a node of its own if its pair is fixed
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
                None => self.add_fixed(at),
            };
            self.begin.push(begin);
        }
    }

    fn add_fixed(&mut self, at: usize) -> Node {
        let reasons = self.fixed_reasons(at);
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

    /// All terms of a fixed pair; none if the household has none.
    pub(super) fn fixed_reasons(&self, at: usize) -> Vec<Reason> {
        let beforehand = &self.fixed.of_households[at];
        let Some(pair) = &beforehand.pair else {
            return Vec::new();
        };
        let terms = self.input.terms_at_will(self.households[at], pair.helper);
        let mut reasons = Vec::from(terms);
        reasons.push(pair.reason.clone());
        reasons.extend(beforehand.said.iter().cloned());
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

    /// What a pair of the household at this position costs but for its load, whether computed or
    /// set by the office; `None` where the pair may not be.
    pub fn cost(&self, at: usize, helper: &Helper) -> Option<i64> {
        let household = self.households[at];
        let cost = |terms: &[Reason]| terms.iter().map(|term| term.cost).sum();
        match &self.fixed.of_households[at].pair {
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
}

/// The former helper of each household, if they have a place and may serve it.
fn former_helpers<'a>(
    input: &'a Input,
    households: &[&'a Household],
    helpers: &[&'a Helper],
) -> Vec<Option<&'a Helper>> {
    let by_id: HashMap<Uuid, &Helper> = helpers.iter().map(|helper| (helper.id, *helper)).collect();
    let former = |household: &&Household| input.former(household, &by_id);
    households.iter().map(former).collect()
}
