//! Whether a run is what it says: that its pairs may be, cost what is said, and that none are better.
//!
//! Nothing is taken over from the computation of the run. From what the run
//! [stands on](crate::pairing::run::basis) the network is built anew, and [`flow::check`] proves by dual
//! prices and complementary slackness how many can be placed at most, and what that costs at least. The
//! pairs that are stored are priced one by one, by the rules and not by the network: if they place as
//! many at the same cost, there are none better.
//!
//! Edits by hand are no fault, but what they make is not the best: they are undone, the latest first,
//! each from what it says to have made; what is left is what was computed, and that must be the best.

pub use super::run_fault::RunFault;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use uuid::Uuid;

use super::input_index::InputIndex;
use super::model::{Household, Input};
use super::network::RunNetwork;
use super::tenure_changes::TenureChanges;
use super::terms::{Reason, ReasonCode};
use crate::flow;

/// What a run says of a household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    pub(crate) household: Uuid,
    /// The helper, if there is one.
    pub helper: Option<Uuid>,
    /// The cost of the pair.
    cost: i64,
    /// The sum of its terms but for the load.
    terms: i64,
    /// The terms for the load.
    load: i64,
    by_hand: bool,
}

impl Stated {
    /// A household with its helper, the cost and its terms.
    pub fn new(household: Uuid, helper: Option<Uuid>, cost: i64, reasons: &[Reason]) -> Self {
        let (load, terms): (Vec<_>, Vec<_>) = reasons
            .iter()
            .partition(|reason| reason.code == ReasonCode::Load);
        let sum = |reasons: &[&Reason]| reasons.iter().map(|reason| reason.cost).sum();
        Self {
            household,
            helper,
            cost,
            terms: sum(&terms),
            load: sum(&load),
            by_hand: terms.iter().any(|reason| reason.code == ReasonCode::ByHand),
        }
    }
}

/// How many households have a helper, and what that costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Households with a helper.
    pub placed: i64,
    /// The sum of the costs of their pairs.
    pub cost: i64,
}

/// All that a run says.
#[derive(Clone, Debug, Default)]
pub struct Statement {
    /// One entry for each household of the run.
    pub households: Vec<Stated>,
    /// Its edits by hand, the latest first.
    pub edits: Vec<StatedEdit>,
    pub(crate) total: Total,
    /// Its numbers before any edit.
    pub computed: Total,
    /// The pairings that began by it, `(household, helper)`; none unless it is confirmed.
    pub begun: Option<BTreeSet<(Uuid, Uuid)>>,
}

/// What a run says of an edit by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedEdit {
    /// The version of the run that it made.
    pub version: i64,
    /// What it changed, household by household: before and after.
    pub changes: Vec<(Stated, Stated)>,
}

/// What was found of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Number of households of the run.
    pub households: usize,
    /// Staff that it knows of.
    pub helpers: usize,
    /// Nodes of its network.
    pub nodes: usize,
    /// Arcs of its network, those by which households stay without a helper not among them.
    pub arcs: usize,
    /// How many can have a helper at most, and what that costs at least: proved.
    pub best: Total,
    /// The run before any edit.
    pub computed: Total,
    /// The run with its edits.
    pub now: Total,
    /// Edits by hand.
    pub edits: usize,
    /// What is wrong with it.
    pub faults: BTreeSet<RunFault>,
}

impl Certificate {
    /// Whether the run is what it says: the best as it was computed, and since then only edited.
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Checks what a run says against what it stands on.
pub fn certify(input: &Input, statement: &Statement) -> Certificate {
    let run_network = RunNetwork::build(input);
    let solution = flow::solve(&run_network.network);
    let best = Total {
        placed: solution.sent(&run_network.network),
        cost: solution.cost,
    };
    let mut check = Check {
        input,
        run_network: &run_network,
        index: InputIndex::of(input),
        faults: BTreeSet::new(),
    };
    if let Err(wrong) = flow::check(&run_network.network, &solution) {
        check.faults.insert(RunFault::Proof(wrong.to_string()));
    }
    let now = check.pairs(&statement.households);
    let computed = check.undo(statement);
    let computed = computed.map_or(now, |households| check.pairs(&households));
    check.is_so(statement.total, now);
    check.is_so(statement.computed, computed);
    if computed != best {
        check.faults.insert(RunFault::NotBest {
            stated: computed.into(),
            best: best.into(),
        });
    }
    check.begun(statement);
    Certificate {
        households: input.households.len(),
        helpers: input.helpers.len(),
        nodes: run_network.network.nodes(),
        arcs: run_network.network.arcs(),
        best,
        computed,
        now,
        edits: statement.edits.len(),
        faults: check.faults,
    }
}

impl From<Total> for (i64, i64) {
    fn from(total: Total) -> Self {
        (total.placed, total.cost)
    }
}

struct Check<'a> {
    input: &'a Input,
    run_network: &'a RunNetwork<'a>,
    index: InputIndex<'a>,
    faults: BTreeSet<RunFault>,
}

/// What a run gives to a helper.
#[derive(Default)]
struct Given {
    households: i64,
    load: i64,
}

impl Check<'_> {
    /// Checks each household and each helper, and sums them up.
    fn pairs(&mut self, households: &[Stated]) -> Total {
        let mut stated: BTreeMap<_, _> =
            households.iter().map(|one| (one.household, one)).collect();
        let mut given: BTreeMap<Uuid, Given> = BTreeMap::new();
        let mut total = Total::default();
        for (at, (household, _)) in self.run_network.nodes_of_households().enumerate() {
            let Some(stated) = stated.remove(&household.id) else {
                self.faults.insert(RunFault::Missing(named(household)));
                continue;
            };
            let found = match stated.helper {
                Some(helper) => {
                    let given = given.entry(helper).or_default();
                    given.households += 1;
                    given.load += stated.load;
                    total.placed += 1;
                    self.cost(at, household, helper, stated.by_hand)
                }
                None => Some(0),
            };
            let Some(found) = found else { continue };
            let load = stated.helper.map_or(0, |_| stated.load);
            if stated.terms != found || stated.cost != found + load {
                self.faults.insert(RunFault::Cost {
                    household: named(household),
                    stated: stated.cost,
                    found,
                });
            }
            total.cost += found;
        }
        let foreign = stated.into_keys().map(RunFault::Foreign);
        self.faults.extend(foreign);
        for (helper, given) in given {
            total.cost += self.load(helper, &given);
        }
        total
    }

    /// What a pair costs by the rules but for the load; nothing if it may not be.
    fn cost(&mut self, at: usize, household: &Household, id: Uuid, by_hand: bool) -> Option<i64> {
        let helper = self.index.helper(id);
        let cost = if by_hand {
            self.index.cost_by_hand(household.id, id).ok()
        } else {
            helper.and_then(|helper| self.run_network.cost(at, helper))
        };
        if cost.is_none() {
            self.faults.insert(RunFault::Pair {
                household: named(household),
                helper: helper.map_or_else(|| id.to_string(), |helper| helper.name.clone()),
            });
        }
        cost
    }

    /// What the load of a helper costs by the rules.
    fn load(&mut self, helper: Uuid, given: &Given) -> i64 {
        // Those who are not there were found with their pairs.
        let Some(helper) = self.index.helper(helper) else {
            return 0;
        };
        let places = helper.capacity - helper.held;
        if given.households > places {
            self.faults.insert(RunFault::Places {
                helper: helper.name.clone(),
                given: given.households,
                places: places.max(0),
            });
        }
        let numbers = helper.held + 1..=helper.held + given.households;
        let rules = &self.input.rules;
        let found = numbers
            .map(|number| rules.load_cost(number, helper.capacity))
            .sum();
        if found != given.load {
            self.faults.insert(RunFault::Load {
                helper: helper.name.clone(),
                stated: given.load,
                found,
            });
        }
        found
    }

    /// What was computed, if it was edited since.
    fn undo(&mut self, statement: &Statement) -> Option<Vec<Stated>> {
        if statement.edits.is_empty() {
            return None;
        }
        let households = statement.households.iter();
        let mut households: HashMap<_, _> =
            households.map(|one| (one.household, one.clone())).collect();
        for edit in &statement.edits {
            for (before, after) in &edit.changes {
                let stands = households.insert(after.household, before.clone());
                if stands.as_ref() != Some(after) {
                    self.faults.insert(RunFault::Edit(edit.version));
                }
            }
        }
        Some(households.into_values().collect())
    }

    /// Checks the run's numbers.
    fn is_so(&mut self, stated: Total, found: Total) {
        if stated != found {
            self.faults.insert(RunFault::Total {
                stated: stated.into(),
                found: found.into(),
            });
        }
    }

    /// Checks what began when the run was confirmed.
    fn begun(&mut self, statement: &Statement) {
        let Some(begun) = &statement.begun else {
            return;
        };
        let households = statement.households.iter();
        let pairs: Vec<_> = households
            .filter_map(|one| Some((one.household, one.helper?)))
            .collect();
        let begin = TenureChanges::of(self.input, &pairs)
            .begin
            .into_iter()
            .collect();
        let differing = begun.symmetric_difference(&begin).count();
        if differing > 0 {
            self.faults.insert(RunFault::Begun(differing));
        }
    }
}

/// A household as people know it.
fn named(household: &Household) -> String {
    let number = household.number.clone();
    number.unwrap_or_else(|| household.id.to_string())
}
