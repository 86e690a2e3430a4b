//! A network in components that share nothing but the sink: what flows in one does not matter to
//! another, so each is solved for itself, several at a time. Where areas bind, a county falls into its
//! towns.

use rayon::prelude::*;

use super::{Arc, Network, Node, SINK, Solution, route};

/// Components smaller than this are solved together: a household with a fixed pair is one by itself.
const WORTH_IT: usize = 500;

/// Finds the flow of least cost among those that send the most. The same network always gives the same
/// flow, however many components are solved at a time.
pub fn solve(network: &Network) -> Solution {
    by_components(network, |network, _| route::solve(network))
}

/// Finds the same as [`solve`], but begins with the best flow of a network that was only a little
/// different: other capacities, supplies or costs, or nodes and arcs that were added since.
///
/// Of several flows of least cost it may find another one.
pub fn resolve(network: &Network, former: &Solution) -> Solution {
    by_components(network, |network, origin| {
        let former = origin.map_or_else(|| former.clone(), |origin| origin.share_of(former));
        route::resolve(network, &former)
    })
}

/// Solves the subnetwork of each group of components, told with its origin; a network of one group as it
/// is.
fn by_components(
    network: &Network,
    solve: impl Fn(&Network, Option<&Origin>) -> Solution + Sync,
) -> Solution {
    let groups = Groups::of(network);
    if groups.count <= 1 {
        return solve(network, None);
    }
    let solved: Vec<_> = split(network, &groups)
        .into_par_iter()
        .map(|(subnetwork, origin)| (solve(&subnetwork, Some(&origin)), origin))
        .collect();
    let mut solution = Solution {
        flow: vec![0; network.arcs()],
        left: vec![0; network.nodes()],
        price: vec![0; network.nodes()],
        cost: 0,
    };
    for (of_subnetwork, origin) in solved {
        origin.put(&of_subnetwork, &mut solution);
    }
    solution
}

/// Which nodes and arcs of the network those of a subnetwork are.
#[derive(Default)]
struct Origin {
    nodes: Vec<Node>,
    arcs: Vec<Arc>,
}

impl Origin {
    /// The subnetwork's share of a flow through the network; nothing where that had no such node or arc.
    fn share_of(&self, solution: &Solution) -> Solution {
        let share = |values: &[i64], indices: &[usize]| {
            let values = indices.iter().map(|&index| values.get(index).copied());
            values.map(Option::unwrap_or_default).collect()
        };
        Solution {
            flow: share(&solution.flow, &self.arcs),
            left: share(&solution.left, &self.nodes),
            price: share(&solution.price, &self.nodes),
            cost: 0,
        }
    }

    /// Puts the subnetwork's flow and prices into those of the network. Prices count from the sink's, which
    /// is everyone's.
    fn put(&self, of_subnetwork: &Solution, solution: &mut Solution) {
        for (&arc, flow) in self.arcs.iter().zip(&of_subnetwork.flow) {
            solution.flow[arc] = *flow;
        }
        for (at, &node) in self.nodes.iter().enumerate() {
            solution.left[node] = of_subnetwork.left[at];
            solution.price[node] = of_subnetwork.price[at];
        }
        solution.cost += of_subnetwork.cost;
    }
}

/// The component, or the group of small ones solved together, that each node belongs to.
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
        // A component's first node comes before its others.
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

/// The subnetwork of each group, nodes and arcs in their order.
fn split(network: &Network, groups: &Groups) -> Vec<(Network, Origin)> {
    let mut subnetworks: Vec<(Network, Origin)> = (0..groups.count)
        .map(|_| {
            let mut origin = Origin::default();
            origin.nodes.push(SINK);
            (network.subnetwork(), origin)
        })
        .collect();
    let mut within = vec![SINK; network.nodes()];
    for node in 1..network.nodes() {
        let (subnetwork, origin) = &mut subnetworks[groups.of[node] as usize];
        within[node] = subnetwork.add_node(network.supply(node));
        origin.nodes.push(node);
    }
    for arc in 0..network.arcs() {
        let (tail, head) = network.ends(arc);
        let (subnetwork, origin) = &mut subnetworks[groups.of[tail.max(head)] as usize];
        let (capacity, cost) = (network.capacity(arc), network.cost(arc));
        subnetwork.add_arc(within[tail], within[head], capacity, cost);
        origin.arcs.push(arc);
    }
    subnetworks
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
    fn where_areas_bind_there_are_components_and_together_they_are_the_best() {
        let network = district(AreaRule::Required);
        assert!(Groups::of(&network).count > 2);
        let (together, at_once) = (solve(&network), route::solve(&network));
        assert_eq!(check(&network, &together), Ok(()));
        assert_eq!(together.total_cost(&network), at_once.total_cost(&network));

        let mut changed = network.clone();
        for arc in 0..changed.arcs() {
            let (tail, head) = changed.ends(arc);
            if head == SINK && tail % 50 == 7 {
                changed.set_capacity(arc, 0);
            }
        }
        let (warm, cold) = (resolve(&changed, &together), route::solve(&changed));
        assert_eq!(check(&changed, &warm), Ok(()));
        assert_eq!(warm.total_cost(&changed), cold.total_cost(&changed));
    }

    #[test]
    fn each_node_is_in_one_subnetwork_with_all_its_arcs() {
        let network = district(AreaRule::Required);
        let groups = Groups::of(&network);
        let mut seen = vec![0; network.nodes()];
        for (subnetwork, origin) in split(&network, &groups) {
            assert_eq!(subnetwork.nodes(), origin.nodes.len());
            assert_eq!(subnetwork.leave_price(), network.leave_price());
            origin
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
    fn where_areas_are_preferred_there_is_one_component() {
        assert_eq!(Groups::of(&district(AreaRule::Preferred)).count, 1);
    }
}
