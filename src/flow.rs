//! Minimum-cost flow: the arithmetic under every pairing run.
//!
//! The networks here have one sink, which takes all, and any node that supplies may *leave* what it
//! cannot send, at a price above everything else together. So a flow always exists, the one found
//! sends as much as can be sent, and costs the least among those that do.
//!
//! Why our own. Looked at in November 2026: `rs-graph` has a network simplex but is GPL-3.0; `mcmf`
//! wraps LEMON's C++ and was last released in 2018; `highs` solves it as a linear programme and
//! needs cmake and a C++ compiler; `ac-library-rs` searches the whole graph once for each unit of
//! flow; `pathfinding` and `petgraph` have the assignment of a square matrix and maximum flow, not
//! minimum cost. None gives the prices that prove the result. How it is found stands in
//! `flow/components.rs` and `flow/route.rs`; [`check`] asks nothing of that.
//!
//! ```
//! use qianshou::flow::{Network, SINK, check, solve};
//!
//! // Two households, and one helper who has room for one of them.
//! let mut network = Network::new();
//! let (near, far) = (network.add_node(1), network.add_node(1));
//! let helper = network.add_node(0);
//! let to_near = network.add_arc(near, helper, 1, 10);
//! let to_far = network.add_arc(far, helper, 1, 70);
//! network.add_arc(helper, SINK, 1, 0);
//!
//! let solution = solve(&network);
//! assert_eq!((solution.flow[to_near], solution.flow[to_far]), (1, 0));
//! assert_eq!((solution.cost, solution.left[far]), (10, 1));
//! // The prices prove that nothing cheaper sends as much.
//! assert_eq!(check(&network, &solution), Ok(()));
//! ```

mod components;
mod route;

pub use components::{resolve, solve};

/// A node, by its index; [`SINK`] is the first.
pub type Node = usize;
/// An arc, by its index.
pub type Arc = usize;

/// Where all flow goes.
pub const SINK: Node = 0;
/// The capacity of an arc without a limit.
pub const UNLIMITED: i64 = i64::MAX;

/// A directed network: what its nodes supply, what its arcs can carry and cost.
#[derive(Clone, Debug)]
pub struct Network {
    supply: Vec<i64>,
    tail: Vec<u32>,
    head: Vec<u32>,
    capacity: Vec<i64>,
    cost: Vec<i64>,
    dearest: i64,
    /// The price of a unit left behind in the network that this is a subnetwork of.
    given_leave_price: Option<i64>,
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

impl Network {
    /// A network that has only the sink.
    pub fn new() -> Self {
        Self {
            supply: vec![0],
            tail: Vec::new(),
            head: Vec::new(),
            capacity: Vec::new(),
            cost: Vec::new(),
            dearest: 0,
            given_leave_price: None,
        }
    }

    /// A subnetwork of this one, with the sink alone as yet. A unit left behind in it costs as much as it
    /// does here.
    fn subnetwork(&self) -> Self {
        Self {
            given_leave_price: Some(self.leave_price()),
            ..Self::new()
        }
    }

    /// Adds a node that supplies so many units, zero or more.
    pub fn add_node(&mut self, supply: i64) -> Node {
        self.supply.push(supply);
        self.supply.len() - 1
    }

    /// Lets a node supply more.
    pub fn add_supply(&mut self, node: Node, more: i64) {
        self.supply[node] += more;
    }

    /// Adds an arc that carries up to `capacity` units at `cost` each, zero or more.
    pub fn add_arc(&mut self, from: Node, to: Node, capacity: i64, cost: i64) -> Arc {
        self.tail.push(small(from));
        self.head.push(small(to));
        self.capacity.push(capacity);
        self.cost.push(cost);
        self.dearest = self.dearest.max(cost);
        self.tail.len() - 1
    }

    /// Number of nodes, the sink among them.
    pub fn nodes(&self) -> usize {
        self.supply.len()
    }

    /// Number of arcs.
    pub fn arcs(&self) -> usize {
        self.tail.len()
    }

    /// Units that start at a node; 0 for most.
    pub fn supply(&self, node: Node) -> i64 {
        self.supply[node]
    }

    /// Where an arc begins and ends.
    pub fn ends(&self, arc: Arc) -> (Node, Node) {
        (self.tail[arc] as Node, self.head[arc] as Node)
    }

    /// What an arc can carry.
    pub fn capacity(&self, arc: Arc) -> i64 {
        self.capacity[arc]
    }

    /// What one unit costs on an arc.
    pub fn cost(&self, arc: Arc) -> i64 {
        self.cost[arc]
    }

    /// The price of a unit left behind: more than any path through the network. No path visits
    /// a node twice, so none costs more than the dearest arc times the nodes.
    pub fn leave_price(&self) -> i64 {
        let price = || (self.dearest + 1) * i64::from(small(self.nodes() + 1));
        self.given_leave_price.unwrap_or_else(price)
    }

    /// The nodes that supply something, and so may leave it behind.
    fn sources(&self) -> impl Iterator<Item = Node> + Clone {
        (0..self.nodes()).filter(|node| self.supply[*node] > 0)
    }

    /// Changes what an arc can carry.
    pub fn set_capacity(&mut self, arc: Arc, capacity: i64) {
        self.capacity[arc] = capacity;
    }

    /// Writes the network in the DIMACS format for minimum-cost flow, so that anyone can check a result
    /// with another solver. Node 1 is the sink; the last arcs are those by which nodes leave units
    /// behind.
    pub fn write_dimacs(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        let total: i64 = self.supply.iter().sum();
        let leave = self.sources().count();
        writeln!(
            out,
            "c node 1 takes all; the last {leave} arcs leave units behind"
        )?;
        writeln!(out, "p min {} {}", self.nodes(), self.arcs() + leave)?;
        writeln!(out, "n 1 {}", -total)?;
        for node in self.sources() {
            writeln!(out, "n {} {}", node + 1, self.supply[node])?;
        }
        for arc in 0..self.arcs() {
            let (tail, head) = self.ends(arc);
            let (capacity, cost) = (self.capacity[arc].min(total), self.cost[arc]);
            writeln!(out, "a {} {} 0 {capacity} {cost}", tail + 1, head + 1)?;
        }
        for node in self.sources() {
            let (supply, price) = (self.supply[node], self.leave_price());
            writeln!(out, "a {} 1 0 {supply} {price}", node + 1)?;
        }
        Ok(())
    }

    /// The arcs that leave each node, in their own order.
    pub fn out_arcs(&self) -> Incidence {
        Incidence::new(self.nodes(), &self.tail)
    }
}

/// An index as a 32-bit number: a network of four thousand million nodes fits no memory.
fn small(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// The arcs that leave each node.
#[derive(Clone, Debug)]
pub struct Incidence {
    start: Vec<u32>,
    arcs: Vec<u32>,
}

impl Incidence {
    fn new(nodes: usize, tail: &[u32]) -> Self {
        let mut start = vec![0_u32; nodes + 1];
        for &node in tail {
            start[node as usize + 1] += 1;
        }
        for node in 0..nodes {
            start[node + 1] += start[node];
        }
        let mut next = start.clone();
        let mut arcs = vec![0; tail.len()];
        for (arc, &node) in tail.iter().enumerate() {
            let at = &mut next[node as usize];
            arcs[*at as usize] = small(arc);
            *at += 1;
        }
        Self { start, arcs }
    }

    /// In the order in which they were added.
    pub fn at(&self, node: Node) -> impl Iterator<Item = Arc> + '_ {
        self.arcs[self.start[node] as usize..self.start[node + 1] as usize]
            .iter()
            .map(|&arc| arc as Arc)
    }
}

/// A flow with the prices that prove it best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// Units on each arc.
    pub flow: Vec<i64>,
    /// Units left behind at each node.
    pub left: Vec<i64>,
    /// The dual price of each node: what one more unit there would cost, negated.
    pub price: Vec<i64>,
    /// Cost of the flow, without what was left behind.
    pub cost: i64,
}

impl Solution {
    /// Units that reach the sink.
    pub fn sent(&self, network: &Network) -> i64 {
        network.supply.iter().sum::<i64>() - self.left.iter().sum::<i64>()
    }

    /// Cost of the flow and of all that was left behind: what a solver finds for
    /// [`Network::write_dimacs`].
    pub fn total_cost(&self, network: &Network) -> i64 {
        self.cost + self.left.iter().sum::<i64>() * network.leave_price()
    }
}

/// Why a flow is not the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOptimal {
    /// An arc carries less than nothing or more than it can.
    #[error("arc {0} carries what it cannot")]
    Capacity(Arc),
    /// What enters a node and what leaves it differ.
    #[error("node {0} loses or makes flow")]
    Conservation(Node),
    /// An arc could carry more, or less, and make the flow cheaper.
    #[error("arc {0} is not used as its price demands")]
    Arc(Arc),
    /// A node could leave more, or less, and make the flow cheaper.
    #[error("node {0} leaves what its price does not allow")]
    Leave(Node),
    /// The cost stated is not that of the flow.
    #[error("the cost is not that of the flow")]
    Cost,
}

/// Proves that a flow is of least cost among those that send the most, or says what is wrong.
///
/// Complementary slackness (Network Flows, theorem 9.4): an arc whose reduced cost is positive
/// carries nothing, one whose reduced cost is negative is full. It asks nothing of the way in which
/// the flow was found.
pub fn check(network: &Network, solution: &Solution) -> Result<(), NotOptimal> {
    let mut balance = network.supply.clone();
    let mut cost = 0;
    for arc in 0..network.arcs() {
        let (tail, head) = network.ends(arc);
        let flow = solution.flow[arc];
        if flow < 0 || flow > network.capacity[arc] {
            return Err(NotOptimal::Capacity(arc));
        }
        balance[tail] -= flow;
        balance[head] += flow;
        cost += flow * network.cost[arc];
        let reduced = network.cost[arc] + solution.price[tail] - solution.price[head];
        if (reduced > 0 && flow > 0) || (reduced < 0 && flow < network.capacity[arc]) {
            return Err(NotOptimal::Arc(arc));
        }
    }
    for (node, balance) in balance.into_iter().enumerate().skip(1) {
        let (left, supply) = (solution.left[node], network.supply[node]);
        if balance != left || left < 0 || left > supply {
            return Err(NotOptimal::Conservation(node));
        }
        let reduced = network.leave_price() + solution.price[node] - solution.price[SINK];
        if (reduced < 0 && left < supply) || (reduced > 0 && left > 0) {
            return Err(NotOptimal::Leave(node));
        }
    }
    if cost == solution.cost {
        Ok(())
    } else {
        Err(NotOptimal::Cost)
    }
}
