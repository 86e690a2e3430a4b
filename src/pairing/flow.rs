//! Minimum-cost flow by the primal network simplex method: the arithmetic under every pairing run.
//!
//! The networks here have one sink, which takes all, and any other node may *leave* what it cannot
//! send, at a price above everything else together. So a flow always exists, the one found sends as
//! much as can be sent, and costs the least among those that do.
//!
//! Why our own. Looked at in November 2026: `rs-graph` has a network simplex but is GPL-3.0; `mcmf`
//! wraps LEMON's C++ and was last released in 2018; `highs` solves it as a linear programme and
//! needs cmake and a C++ compiler; `ac-library-rs` searches the whole graph once for each unit of
//! flow; `pathfinding` and `petgraph` have the assignment of a square matrix and maximum flow, not
//! minimum cost. None gives the prices that prove the result. The method is that of
//! Ahuja, Magnanti, Orlin, *Network Flows* (1993), chapter 11: a strongly feasible spanning tree,
//! which rules out endless loops, and block pricing as in Király and Kovács, *Efficient
//! implementations of minimum-cost flow algorithms* (2012).

/// A node, by its place; [`SINK`] is the first.
pub type Node = usize;
/// An arc, by its place.
pub type Arc = usize;

/// Where all flow goes.
pub const SINK: Node = 0;
/// The capacity of an arc without a limit.
pub const UNLIMITED: i64 = i64::MAX;

/// No node: the parent of the root, the end of a list.
const NONE: u32 = u32::MAX;

/// A directed network: what its nodes supply, what its arcs can carry and cost.
#[derive(Clone, Debug)]
pub struct Network {
    supply: Vec<i64>,
    tail: Vec<u32>,
    head: Vec<u32>,
    capacity: Vec<i64>,
    cost: Vec<i64>,
    dearest: i64,
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

    /// What a node supplies.
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

    /// The price of a unit left behind at a node: more than any path through the whole network, and
    /// one more where nothing is supplied, so that units are left only where they come from.
    fn leave_price(&self, node: Node) -> i64 {
        // No path visits a node twice, so none costs more than the dearest arc times the nodes.
        let base = (self.dearest + 1) * i64::from(small(self.nodes() + 1));
        base + i64::from(self.supply[node] == 0)
    }

    /// The arcs that leave each node, in their own order.
    pub fn out_arcs(&self) -> Incidence {
        Incidence::new(self.nodes(), &self.tail)
    }

    /// The arcs that enter each node, in their own order.
    pub fn in_arcs(&self) -> Incidence {
        Incidence::new(self.nodes(), &self.head)
    }
}

/// A place as a 32-bit number: a network of four thousand million nodes fits no memory.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(NONE)
}

/// The arcs at each node.
#[derive(Clone, Debug)]
pub struct Incidence {
    start: Vec<u32>,
    arcs: Vec<u32>,
}

impl Incidence {
    fn new(nodes: usize, end: &[u32]) -> Self {
        let mut start = vec![0_u32; nodes + 1];
        for &node in end {
            start[node as usize + 1] += 1;
        }
        for node in 0..nodes {
            start[node + 1] += start[node];
        }
        let mut next = start.clone();
        let mut arcs = vec![0; end.len()];
        for (arc, &node) in end.iter().enumerate() {
            let place = &mut next[node as usize];
            arcs[*place as usize] = small(arc);
            *place += 1;
        }
        Self { start, arcs }
    }

    /// The arcs at one node.
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
    /// An arc could carry more, or less, and make the whole cheaper.
    #[error("arc {0} is not used as its price demands")]
    Arc(Arc),
    /// A node could leave more, or less, and make the whole cheaper.
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
        let left = solution.left[node];
        if left < 0 || balance != left {
            return Err(NotOptimal::Conservation(node));
        }
        let reduced = network.leave_price(node) + solution.price[node] - solution.price[SINK];
        if reduced < 0 || (reduced > 0 && left > 0) {
            return Err(NotOptimal::Leave(node));
        }
    }
    if cost == solution.cost {
        Ok(())
    } else {
        Err(NotOptimal::Cost)
    }
}

/// Finds the flow of least cost among those that send the most.
pub fn solve(network: &Network) -> Solution {
    let mut simplex = Simplex::new(network);
    while let Some(entering) = simplex.find_entering() {
        simplex.pivot(entering);
    }
    simplex.into_solution(network)
}

/// Where a non-tree arc stands, as the sign that its reduced cost must not have.
const AT_ZERO: i64 = 1;
const IN_TREE: i64 = 0;
const AT_CAPACITY: i64 = -1;

/// The state of the method: a spanning tree rooted at the sink, and the flow that belongs to it.
///
/// Arcs are the network's own, then one *leave* arc from each node (but the sink) to the sink,
/// which make up the first tree.
struct Simplex {
    tail: Vec<u32>,
    head: Vec<u32>,
    capacity: Vec<i64>,
    cost: Vec<i64>,
    flow: Vec<i64>,
    state: Vec<i64>,
    price: Vec<i64>,
    tree: Tree,
    block: usize,
    next_arc: usize,
    stack: Vec<u32>,
}

/// For each node its parent, the arc to it and whether that arc points up; its children as a list.
struct Tree {
    parent: Vec<u32>,
    arc: Vec<u32>,
    up: Vec<bool>,
    depth: Vec<u32>,
    first_child: Vec<u32>,
    next: Vec<u32>,
    previous: Vec<u32>,
}

impl Simplex {
    fn new(network: &Network) -> Self {
        let nodes = network.nodes();
        let arcs = network.arcs();
        let leave = 1..nodes;
        let all = arcs + nodes - 1;
        let grown = |own: &[u32], more: &mut dyn Iterator<Item = u32>| {
            own.iter().copied().chain(more).collect::<Vec<_>>()
        };
        let extended = |own: &[i64], more: &mut dyn Iterator<Item = i64>| {
            own.iter().copied().chain(more).collect::<Vec<_>>()
        };
        let price_of = |node: Node| network.leave_price(node);
        let mut state = vec![AT_ZERO; all];
        state[arcs..].fill(IN_TREE);
        Self {
            tail: grown(&network.tail, &mut leave.clone().map(small)),
            head: grown(&network.head, &mut leave.clone().map(|_| small(SINK))),
            capacity: extended(&network.capacity, &mut leave.clone().map(|_| UNLIMITED)),
            cost: extended(&network.cost, &mut leave.clone().map(price_of)),
            flow: extended(
                &vec![0; arcs],
                &mut leave.clone().map(|node| network.supply[node]),
            ),
            state,
            price: std::iter::once(0)
                .chain(leave.map(|node| -price_of(node)))
                .collect(),
            tree: Tree::star(nodes, arcs),
            block: all.isqrt().max(10),
            next_arc: 0,
            stack: Vec::new(),
        }
    }

    /// The worst arc of the first block in which there is one that would make the flow cheaper.
    fn find_entering(&mut self) -> Option<Arc> {
        let all = self.tail.len();
        let mut best = 0;
        let mut found = None;
        let mut left_in_block = self.block;
        let mut arc = self.next_arc;
        for _ in 0..all {
            let gain = self.state[arc]
                * (self.cost[arc] + self.price[self.tail[arc] as usize]
                    - self.price[self.head[arc] as usize]);
            if gain < best {
                best = gain;
                found = Some(arc);
            }
            arc += 1;
            if arc == all {
                arc = 0;
            }
            left_in_block -= 1;
            if left_in_block == 0 {
                if found.is_some() {
                    break;
                }
                left_in_block = self.block;
            }
        }
        self.next_arc = arc;
        found
    }

    /// Sends as much as can be sent round the cycle that the arc closes, and exchanges it for the
    /// arc of the tree that stops it.
    fn pivot(&mut self, entering: Arc) {
        let (mut first, mut second) = (self.tail[entering], self.head[entering]);
        if self.state[entering] == AT_CAPACITY {
            std::mem::swap(&mut first, &mut second);
        }
        let join = self.tree.join(first, second);
        let mut room = self.capacity[entering];
        let mut stop = None;
        // The cycle comes down from the join to `first` and goes up from `second`. Among equals the
        // last arc of the cycle, seen from the join, leaves: that keeps the tree strongly feasible.
        let mut node = first;
        while node != join {
            let here = self.room(node, !self.tree.up[node as usize]);
            if here < room {
                room = here;
                stop = Some((node, first, second));
            }
            node = self.tree.parent[node as usize];
        }
        let mut node = second;
        while node != join {
            let here = self.room(node, self.tree.up[node as usize]);
            if here <= room {
                room = here;
                stop = Some((node, second, first));
            }
            node = self.tree.parent[node as usize];
        }
        self.push(entering, join, room);
        match stop {
            None => self.state[entering] = -self.state[entering],
            Some((cut, hung, on)) => self.exchange(entering, cut, hung, on),
        }
    }

    /// How much more can go over the tree arc above a node, with the arc or against it.
    fn room(&self, node: u32, along: bool) -> i64 {
        let arc = self.tree.arc[node as usize] as usize;
        match (along, self.capacity[arc]) {
            (false, _) => self.flow[arc],
            (true, UNLIMITED) => UNLIMITED,
            (true, capacity) => capacity - self.flow[arc],
        }
    }

    fn push(&mut self, entering: Arc, join: u32, amount: i64) {
        if amount == 0 {
            return;
        }
        let amount = amount * self.state[entering];
        self.flow[entering] += amount;
        for (mut node, sign) in [(self.tail[entering], -1), (self.head[entering], 1)] {
            while node != join {
                let up = if self.tree.up[node as usize] { 1 } else { -1 };
                self.flow[self.tree.arc[node as usize] as usize] += sign * up * amount;
                node = self.tree.parent[node as usize];
            }
        }
    }

    /// Takes the arc above `cut` out of the tree and hangs what was below it, by its node `hung`,
    /// on the node `on` by the entering arc.
    fn exchange(&mut self, entering: Arc, cut: u32, hung: u32, on: u32) {
        let leaving = self.tree.arc[cut as usize] as usize;
        self.state[entering] = IN_TREE;
        self.state[leaving] = if self.flow[leaving] == 0 {
            AT_ZERO
        } else {
            AT_CAPACITY
        };
        let points_up = self.tail[entering] == hung;
        self.tree.rehang(entering, cut, hung, on, points_up);
        let cost = if points_up {
            -self.cost[entering]
        } else {
            self.cost[entering]
        };
        let change = self.price[on as usize] + cost - self.price[hung as usize];
        self.stack.push(hung);
        while let Some(node) = self.stack.pop() {
            let at = node as usize;
            self.price[at] += change;
            self.tree.depth[at] = self.tree.depth[self.tree.parent[at] as usize] + 1;
            let mut child = self.tree.first_child[at];
            while child != NONE {
                self.stack.push(child);
                child = self.tree.next[child as usize];
            }
        }
    }

    fn into_solution(mut self, network: &Network) -> Solution {
        let left = std::iter::once(0)
            .chain(self.flow.drain(network.arcs()..))
            .collect();
        let cost = self
            .flow
            .iter()
            .zip(&network.cost)
            .map(|(flow, cost)| flow * cost)
            .sum();
        Solution {
            flow: self.flow,
            left,
            price: self.price,
            cost,
        }
    }
}

impl Tree {
    /// All nodes hang on the sink by their leave arcs, which come after the network's `arcs`.
    fn star(nodes: usize, arcs: usize) -> Self {
        let mut tree = Self {
            parent: vec![NONE; nodes],
            arc: vec![NONE; nodes],
            up: vec![true; nodes],
            depth: vec![0; nodes],
            first_child: vec![NONE; nodes],
            next: vec![NONE; nodes],
            previous: vec![NONE; nodes],
        };
        for node in 1..nodes {
            tree.arc[node] = small(arcs + node - 1);
            tree.depth[node] = 1;
            tree.attach(small(node), small(SINK));
        }
        tree
    }

    /// The lowest node above both.
    fn join(&self, mut first: u32, mut second: u32) -> u32 {
        while first != second {
            if self.depth[first as usize] >= self.depth[second as usize] {
                first = self.parent[first as usize];
            } else {
                second = self.parent[second as usize];
            }
        }
        first
    }

    /// Turns the path from `hung` up to `cut` round and hangs it on `on`.
    fn rehang(&mut self, entering: Arc, cut: u32, hung: u32, on: u32, points_up: bool) {
        let (mut node, mut parent) = (hung, on);
        let (mut arc, mut up) = (small(entering), points_up);
        loop {
            let at = node as usize;
            let (old_parent, old_arc, old_up) = (self.parent[at], self.arc[at], self.up[at]);
            self.detach(node);
            self.attach(node, parent);
            self.arc[at] = arc;
            self.up[at] = up;
            if node == cut {
                return;
            }
            (parent, node, arc, up) = (node, old_parent, old_arc, !old_up);
        }
    }

    fn detach(&mut self, node: u32) {
        let at = node as usize;
        let (previous, next) = (self.previous[at], self.next[at]);
        if previous == NONE {
            self.first_child[self.parent[at] as usize] = next;
        } else {
            self.next[previous as usize] = next;
        }
        if next != NONE {
            self.previous[next as usize] = previous;
        }
    }

    fn attach(&mut self, node: u32, parent: u32) {
        let at = node as usize;
        let next = self.first_child[parent as usize];
        self.parent[at] = parent;
        self.previous[at] = NONE;
        self.next[at] = next;
        if next != NONE {
            self.previous[next as usize] = node;
        }
        self.first_child[parent as usize] = node;
    }
}
