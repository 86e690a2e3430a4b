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

    /// Writes the network in the DIMACS format for minimum-cost flow, so that anyone can check a result
    /// with another solver. Node 1 is the sink; the last arcs are those by which nodes leave units
    /// behind.
    pub fn write_dimacs(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        let total: i64 = self.supply.iter().sum();
        let leave = self.nodes() - 1;
        writeln!(
            out,
            "c node 1 takes all; the last {leave} arcs leave units behind"
        )?;
        writeln!(out, "p min {} {}", self.nodes(), self.arcs() + leave)?;
        writeln!(out, "n 1 {}", -total)?;
        for (node, supply) in self
            .supply
            .iter()
            .enumerate()
            .filter(|(_, supply)| **supply > 0)
        {
            writeln!(out, "n {} {supply}", node + 1)?;
        }
        for arc in 0..self.arcs() {
            let (tail, head) = self.ends(arc);
            let (capacity, cost) = (self.capacity[arc].min(total), self.cost[arc]);
            writeln!(out, "a {} {} 0 {capacity} {cost}", tail + 1, head + 1)?;
        }
        for node in 1..self.nodes() {
            writeln!(out, "a {} 1 0 {total} {}", node + 1, self.leave_price(node))?;
        }
        Ok(())
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

    /// Cost of the flow and of all that was left behind: what a solver finds for
    /// [`Network::write_dimacs`].
    pub fn whole_cost(&self, network: &Network) -> i64 {
        let left = self.left.iter().enumerate();
        let left: i64 = left
            .map(|(node, left)| left * network.leave_price(node))
            .sum();
        self.cost + left
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
    let order = mixed(network.arcs());
    let mut simplex = Simplex::new(network, &order);
    while let Some(entering) = simplex.find_entering() {
        simplex.pivot(entering);
    }
    simplex.into_solution(network, &order)
}

/// Where a non-tree arc stands, as the sign that its reduced cost must not have.
const AT_ZERO: i64 = 1;
const IN_TREE: i64 = 0;
const AT_CAPACITY: i64 = -1;

/// The state of the method: a spanning tree rooted at the sink, and the flow that belongs to it.
///
/// Lines are the network's arcs, [mixed], then one *leave* arc from each node (but the sink)
/// to the sink, which make up the first tree.
struct Simplex {
    lines: Vec<Line>,
    capacity: Vec<i64>,
    flow: Vec<i64>,
    price: Vec<i64>,
    tree: Tree,
    block: usize,
    next_line: usize,
    stack: Vec<u32>,
}

/// What is asked of an arc each time that one is looked for to enter the tree.
#[derive(Clone, Copy)]
struct Line {
    tail: u32,
    head: u32,
    cost: i64,
    state: i64,
}

/// The arcs in an order that brings those far apart together: then a block holds arcs of all kinds,
/// and the worst of a block is nearly the worst of all. It takes a third of the steps (35,000
/// households, 1000 helpers: 50,000 instead of 150,000).
fn mixed(arcs: usize) -> Vec<u32> {
    let stride = arcs.isqrt().max(1);
    (0..stride)
        .flat_map(|first| (first..arcs).step_by(stride))
        .map(small)
        .collect()
}

/// The spanning tree: for each node where it hangs, and its children as a list.
struct Tree(Vec<TreeNode>);

/// A node of the tree.
#[derive(Clone, Copy)]
struct TreeNode {
    parent: u32,
    /// The arc to the parent, and whether it points there.
    arc: u32,
    up: bool,
    depth: u32,
    first_child: u32,
    next: u32,
    previous: u32,
}

impl Simplex {
    fn new(network: &Network, order: &[u32]) -> Self {
        let nodes = network.nodes();
        let own = order.iter().map(|&arc| arc as usize);
        let leave = 1..nodes;
        let lines = own.clone().map(|arc| Line {
            tail: network.tail[arc],
            head: network.head[arc],
            cost: network.cost[arc],
            state: AT_ZERO,
        });
        let leave_lines = leave.clone().map(|node| Line {
            tail: small(node),
            head: small(SINK),
            cost: network.leave_price(node),
            state: IN_TREE,
        });
        let capacity = own.clone().map(|arc| network.capacity[arc]);
        let lines: Vec<_> = lines.chain(leave_lines).collect();
        Self {
            capacity: capacity.chain(leave.clone().map(|_| UNLIMITED)).collect(),
            flow: own
                .map(|_| 0)
                .chain(leave.clone().map(|node| network.supply[node]))
                .collect(),
            price: std::iter::once(0)
                .chain(leave.map(|node| -network.leave_price(node)))
                .collect(),
            tree: Tree::star(nodes, network.arcs()),
            block: lines.len().isqrt().max(10),
            lines,
            next_line: 0,
            stack: Vec::new(),
        }
    }

    /// The worst arc of the first block in which there is one that would make the flow cheaper.
    fn find_entering(&mut self) -> Option<Arc> {
        let mut best = 0;
        let mut found = None;
        let mut left_in_block = self.block;
        let mut at = self.next_line;
        for _ in 0..self.lines.len() {
            let line = &self.lines[at];
            let gain = line.state
                * (line.cost + self.price[line.tail as usize] - self.price[line.head as usize]);
            if gain < best {
                best = gain;
                found = Some(at);
            }
            at += 1;
            if at == self.lines.len() {
                at = 0;
            }
            left_in_block -= 1;
            if left_in_block == 0 {
                if found.is_some() {
                    break;
                }
                left_in_block = self.block;
            }
        }
        self.next_line = at;
        found
    }

    /// Sends as much as can be sent round the cycle that the arc closes, and exchanges it for the
    /// arc of the tree that stops it.
    fn pivot(&mut self, entering: Arc) {
        let line = self.lines[entering];
        let (mut first, mut second) = (line.tail, line.head);
        if line.state == AT_CAPACITY {
            std::mem::swap(&mut first, &mut second);
        }
        let join = self.tree.join(first, second);
        let mut room = self.capacity[entering];
        let mut stop = None;
        // The cycle comes down from the join to `first` and goes up from `second`. Among equals the
        // last arc of the cycle, seen from the join, leaves: that keeps the tree strongly feasible.
        let mut node = first;
        while node != join {
            let here = self.room(node, !self.tree.at(node).up);
            if here < room {
                room = here;
                stop = Some((node, first, second));
            }
            node = self.tree.at(node).parent;
        }
        let mut node = second;
        while node != join {
            let here = self.room(node, self.tree.at(node).up);
            if here <= room {
                room = here;
                stop = Some((node, second, first));
            }
            node = self.tree.at(node).parent;
        }
        self.push(entering, join, room);
        match stop {
            None => self.lines[entering].state = -line.state,
            Some((cut, hung, on)) => self.exchange(entering, cut, hung, on),
        }
    }

    /// How much more can go over the tree arc above a node, with the arc or against it.
    fn room(&self, node: u32, along: bool) -> i64 {
        let arc = self.tree.at(node).arc as usize;
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
        let line = self.lines[entering];
        let amount = amount * line.state;
        self.flow[entering] += amount;
        for (mut node, sign) in [(line.tail, -1), (line.head, 1)] {
            while node != join {
                let up = if self.tree.at(node).up { 1 } else { -1 };
                self.flow[self.tree.at(node).arc as usize] += sign * up * amount;
                node = self.tree.at(node).parent;
            }
        }
    }

    /// Takes the arc above `cut` out of the tree and hangs what was below it, by its node `hung`,
    /// on the node `on` by the entering arc.
    fn exchange(&mut self, entering: Arc, cut: u32, hung: u32, on: u32) {
        let leaving = self.tree.at(cut).arc as usize;
        self.lines[leaving].state = if self.flow[leaving] == 0 {
            AT_ZERO
        } else {
            AT_CAPACITY
        };
        let line = &mut self.lines[entering];
        line.state = IN_TREE;
        let points_up = line.tail == hung;
        let cost = if points_up { -line.cost } else { line.cost };
        self.tree.rehang(entering, cut, hung, on, points_up);
        let change = self.price[on as usize] + cost - self.price[hung as usize];
        self.stack.push(hung);
        while let Some(node) = self.stack.pop() {
            self.price[node as usize] += change;
            let TreeNode {
                parent,
                mut first_child,
                ..
            } = *self.tree.at(node);
            self.tree.at_mut(node).depth = self.tree.at(parent).depth + 1;
            while first_child != NONE {
                self.stack.push(first_child);
                first_child = self.tree.at(first_child).next;
            }
        }
    }

    fn into_solution(mut self, network: &Network, order: &[u32]) -> Solution {
        let left = std::iter::once(0)
            .chain(self.flow.drain(network.arcs()..))
            .collect();
        let mut flow = vec![0; network.arcs()];
        let mut cost = 0;
        for (&arc, units) in order.iter().zip(self.flow) {
            flow[arc as usize] = units;
            cost += units * network.cost[arc as usize];
        }
        Solution {
            flow,
            left,
            price: self.price,
            cost,
        }
    }
}

impl Tree {
    /// All nodes hang on the sink by their leave arcs, which come after the network's `arcs`.
    fn star(nodes: usize, arcs: usize) -> Self {
        let alone = TreeNode {
            parent: NONE,
            arc: NONE,
            up: true,
            depth: 0,
            first_child: NONE,
            next: NONE,
            previous: NONE,
        };
        let mut tree = Self(vec![alone; nodes]);
        for node in 1..nodes {
            tree.0[node].arc = small(arcs + node - 1);
            tree.0[node].depth = 1;
            tree.attach(small(node), small(SINK));
        }
        tree
    }

    fn at(&self, node: u32) -> &TreeNode {
        &self.0[node as usize]
    }

    fn at_mut(&mut self, node: u32) -> &mut TreeNode {
        &mut self.0[node as usize]
    }

    /// The lowest node above both.
    fn join(&self, mut first: u32, mut second: u32) -> u32 {
        while first != second {
            if self.at(first).depth >= self.at(second).depth {
                first = self.at(first).parent;
            } else {
                second = self.at(second).parent;
            }
        }
        first
    }

    /// Turns the path from `hung` up to `cut` round and hangs it on `on`.
    fn rehang(&mut self, entering: Arc, cut: u32, hung: u32, on: u32, points_up: bool) {
        let (mut node, mut parent) = (hung, on);
        let (mut arc, mut up) = (small(entering), points_up);
        loop {
            let old = *self.at(node);
            self.detach(node);
            self.attach(node, parent);
            self.at_mut(node).arc = arc;
            self.at_mut(node).up = up;
            if node == cut {
                return;
            }
            (parent, node, arc, up) = (node, old.parent, old.arc, !old.up);
        }
    }

    fn detach(&mut self, node: u32) {
        let TreeNode {
            parent,
            previous,
            next,
            ..
        } = *self.at(node);
        if previous == NONE {
            self.at_mut(parent).first_child = next;
        } else {
            self.at_mut(previous).next = next;
        }
        if next != NONE {
            self.at_mut(next).previous = previous;
        }
    }

    fn attach(&mut self, node: u32, parent: u32) {
        let next = self.at(parent).first_child;
        self.at_mut(parent).first_child = node;
        let own = self.at_mut(node);
        own.parent = parent;
        own.previous = NONE;
        own.next = next;
        if next != NONE {
            self.at_mut(next).previous = node;
        }
    }
}
