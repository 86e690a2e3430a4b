//! A network in parts that share nothing but the sink: what flows in one does not matter to another,
//! so each is solved for itself, several at a time. Where areas bind, a county falls into its towns.

use rayon::prelude::*;

use super::{Arc, Network, Node, SINK, Solution, route};

/// Parts smaller than this are solved together: a household with a fixed pair is a part by itself.
const WORTH_IT: usize = 500;

/// Finds the flow of least cost among those that send the most. The same network always gives the same
/// flow, however many parts are solved at a time.
pub fn solve(network: &Network) -> Solution {
    in_parts(network, |part, _| route::solve(part))
}

/// Finds the same as [`solve`], but begins with the best flow of a network that was only a little
/// different: other capacities, supplies or costs, or nodes and arcs that were added since.
///
/// Of several flows of least cost it may find another one.
pub fn resolve(network: &Network, former: &Solution) -> Solution {
    in_parts(network, |part, from| {
        let former = from.map_or_else(|| former.clone(), |places| places.of_whole(former));
        route::resolve(part, &former)
    })
}

/// Solves each part of a network, which is told with its places in the whole unless it is the whole.
fn in_parts(
    network: &Network,
    solve: impl Fn(&Network, Option<&Places>) -> Solution + Sync,
) -> Solution {
    let groups = Groups::of(network);
    if groups.count <= 1 {
        return solve(network, None);
    }
    let solved: Vec<_> = split(network, &groups)
        .into_par_iter()
        .map(|(part, places)| (solve(&part, Some(&places)), places))
        .collect();
    let mut whole = Solution {
        flow: vec![0; network.arcs()],
        left: vec![0; network.nodes()],
        price: vec![0; network.nodes()],
        cost: 0,
    };
    for (part, places) in solved {
        places.put(&part, &mut whole);
    }
    whole
}

/// Where the nodes and arcs of a part are in the whole.
#[derive(Default)]
struct Places {
    nodes: Vec<Node>,
    arcs: Vec<Arc>,
}

impl Places {
    /// The part's share of a flow through the whole; nothing where that had no such node or arc.
    fn of_whole(&self, whole: &Solution) -> Solution {
        let share = |values: &[i64], places: &[usize]| {
            let values = places.iter().map(|&place| values.get(place).copied());
            values.map(Option::unwrap_or_default).collect()
        };
        Solution {
            flow: share(&whole.flow, &self.arcs),
            left: share(&whole.left, &self.nodes),
            price: share(&whole.price, &self.nodes),
            cost: 0,
        }
    }

    /// Puts the part's flow and prices into those of the whole. Prices count from the sink's, which is
    /// everyone's.
    fn put(&self, part: &Solution, whole: &mut Solution) {
        for (&arc, flow) in self.arcs.iter().zip(&part.flow) {
            whole.flow[arc] = *flow;
        }
        for (at, &node) in self.nodes.iter().enumerate() {
            whole.left[node] = part.left[at];
            whole.price[node] = part.price[at];
        }
        whole.cost += part.cost;
    }
}

/// The part, or the parts solved together, that each node belongs to.
struct Groups {
    of: Vec<u32>,
    count: usize,
}

impl Groups {
    fn of(network: &Network) -> Self {
        let mut joined = Joined::new(network.nodes());
        for arc in 0..network.arcs() {
            let (tail, head) = network.ends(arc);
            if tail != SINK && head != SINK {
                joined.join(tail, head);
            }
        }
        let first: Vec<Node> = (0..network.nodes())
            .map(|node| joined.first(node))
            .collect();
        let mut sizes = vec![0_usize; network.nodes()];
        for &first in &first {
            sizes[first] += 1;
        }
        // A part's first node comes before its others.
        let mut of = vec![0; network.nodes()];
        let (mut count, mut gathering) = (0, None);
        for node in 1..network.nodes() {
            of[node] = if first[node] != node {
                of[first[node]]
            } else if sizes[node] >= WORTH_IT {
                count += 1;
                count - 1
            } else {
                let (group, size) = gathering.unwrap_or_else(|| {
                    count += 1;
                    (count - 1, 0)
                });
                let size = size + sizes[node];
                gathering = (size < WORTH_IT).then_some((group, size));
                group
            };
        }
        Self {
            of,
            count: count as usize,
        }
    }
}

/// Nodes that are joined have the same first one: disjoint sets, with paths halved.
struct Joined(Vec<u32>);

impl Joined {
    fn new(nodes: usize) -> Self {
        Self((0..super::small(nodes)).collect())
    }

    fn first(&mut self, mut node: Node) -> Node {
        while self.0[node] as Node != node {
            self.0[node] = self.0[self.0[node] as Node];
            node = self.0[node] as Node;
        }
        node
    }

    fn join(&mut self, one: Node, other: Node) {
        let (one, other) = (self.first(one), self.first(other));
        self.0[one.max(other)] = super::small(one.min(other));
    }
}

/// The network of each group, nodes and arcs in their order.
fn split(network: &Network, groups: &Groups) -> Vec<(Network, Places)> {
    let mut parts: Vec<(Network, Places)> = (0..groups.count)
        .map(|_| {
            let mut places = Places::default();
            places.nodes.push(SINK);
            (network.part(), places)
        })
        .collect();
    let mut within = vec![SINK; network.nodes()];
    for node in 1..network.nodes() {
        let (part, places) = &mut parts[groups.of[node] as usize];
        within[node] = part.add_node(network.supply(node));
        places.nodes.push(node);
    }
    for arc in 0..network.arcs() {
        let (tail, head) = network.ends(arc);
        let (part, places) = &mut parts[groups.of[tail.max(head)] as usize];
        let (capacity, cost) = (network.capacity(arc), network.cost(arc));
        part.add_arc(within[tail], within[head], capacity, cost);
        places.arcs.push(arc);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::{check, route};
    use super::*;
    use crate::pairing::cost::model::AreaRule;
    use crate::pairing::cost::network::RunNetwork;
    use crate::pairing::cost::synthetic::county;

    fn district(rule: AreaRule) -> Network {
        RunNetwork::build(&county(20_000, 600, rule)).network
    }

    #[test]
    fn where_areas_bind_there_are_parts_and_together_they_are_the_best() {
        let network = district(AreaRule::Required);
        assert!(Groups::of(&network).count > 2);
        let (parts, whole) = (solve(&network), route::solve(&network));
        assert_eq!(check(&network, &parts), Ok(()));
        assert_eq!(parts.whole_cost(&network), whole.whole_cost(&network));

        let mut changed = network.clone();
        for arc in 0..changed.arcs() {
            let (tail, head) = changed.ends(arc);
            if head == SINK && tail % 50 == 7 {
                changed.set_capacity(arc, 0);
            }
        }
        let (warm, cold) = (resolve(&changed, &parts), route::solve(&changed));
        assert_eq!(check(&changed, &warm), Ok(()));
        assert_eq!(warm.whole_cost(&changed), cold.whole_cost(&changed));
    }

    #[test]
    fn each_part_is_whole_and_each_node_in_one() {
        let network = district(AreaRule::Required);
        let groups = Groups::of(&network);
        let mut seen = vec![0; network.nodes()];
        for (part, places) in split(&network, &groups) {
            assert_eq!(part.nodes(), places.nodes.len());
            assert_eq!(part.leave_price(), network.leave_price());
            places
                .nodes
                .iter()
                .skip(1)
                .for_each(|&node| seen[node] += 1);
        }
        assert!(seen[1..].iter().all(|times| *times == 1));
        for arc in 0..network.arcs() {
            let (tail, head) = network.ends(arc);
            assert!(tail == SINK || head == SINK || groups.of[tail] == groups.of[head]);
        }
    }

    #[test]
    fn where_areas_are_preferred_there_is_one_part() {
        assert_eq!(Groups::of(&district(AreaRule::Preferred)).count, 1);
    }
}
