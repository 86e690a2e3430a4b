//! The flow of any network, its proof, and what must not matter to it.

use proptest::prelude::*;

use super::inputs;
use crate::flow::{self, NotOptimal};
use crate::pairing::cost::model::AreaRule;
use crate::pairing::cost::network::RunNetwork;
use crate::pairing::cost::synthetic::county;

/// Any network with one sink: arcs both ways and in parallel, capacities from none to no limit.
fn networks() -> impl Strategy<Value = flow::Network> {
    let supplies = prop::collection::vec(0..4_i64, 1..7);
    supplies.prop_flat_map(|supplies| {
        let nodes = 0..=supplies.len();
        let capacity = prop_oneof![4 => 0..4_i64, 1 => Just(flow::UNLIMITED)];
        let cost = prop_oneof![3 => 0..10_i64, 1 => 0..1000_i64];
        let arcs = prop::collection::vec((nodes.clone(), nodes, capacity, cost), 0..20);
        arcs.prop_map(move |arcs| {
            let mut network = flow::Network::new();
            for &supply in &supplies {
                network.add_node(supply);
            }
            for (tail, head, capacity, cost) in arcs {
                network.add_arc(tail, head, capacity, cost);
            }
            network
        })
    })
}

/// The cost of sending the most, one unit after another along a cheapest way (Bellman and Ford):
/// slow and plain.
fn unit_by_unit(network: &flow::Network) -> (i64, i64) {
    let mut flow = vec![0; network.arcs()];
    let mut supply: Vec<_> = (0..network.nodes()).map(|at| network.supply(at)).collect();
    let (mut sent, mut cost) = (0, 0);
    loop {
        let mut best: Vec<Option<i64>> =
            supply.iter().map(|more| (*more > 0).then_some(0)).collect();
        let mut came = vec![None; network.nodes()];
        for _ in 0..network.nodes() {
            for (arc, &flow) in flow.iter().enumerate() {
                let (tail, head) = network.ends(arc);
                let ways = [
                    (tail, head, 1, flow < network.capacity(arc)),
                    (head, tail, -1, flow > 0),
                ];
                for (from, to, sign, open) in ways {
                    let Some(way) = best[from].filter(|_| open) else {
                        continue;
                    };
                    let way = way + sign * network.cost(arc);
                    if best[to].is_none_or(|known| way < known) {
                        best[to] = Some(way);
                        came[to] = Some((arc, from, sign));
                    }
                }
            }
        }
        let Some(way) = best[flow::SINK] else {
            return (sent, cost);
        };
        sent += 1;
        cost += way;
        let mut at = flow::SINK;
        while let Some((arc, from, sign)) = came[at] {
            flow[arc] += sign;
            at = from;
        }
        supply[at] -= 1;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_network_is_solved_as_unit_by_unit(network in networks()) {
        let solution = flow::solve(&network);
        prop_assert_eq!(flow::check(&network, &solution), Ok(()));
        prop_assert_eq!((solution.sent(&network), solution.cost), unit_by_unit(&network));
    }

    #[test]
    fn a_former_flow_leads_to_the_same_cost(
        (network, capacities, added) in networks().prop_flat_map(|network| {
            let capacities = prop::collection::vec((0..network.arcs().max(1), 0..4_i64), 0..4);
            (Just(network), capacities, 0..3_i64)
        })
    ) {
        let former = flow::solve(&network);
        let mut changed = network;
        for (arc, capacity) in capacities {
            if arc < changed.arcs() {
                changed.set_capacity(arc, capacity);
            }
        }
        changed.add_supply(1, added);
        let node = changed.add_node(added);
        changed.add_arc(node, 1, flow::UNLIMITED, 3);
        let warm = flow::resolve(&changed, &former);
        let cold = flow::solve(&changed);
        prop_assert_eq!(flow::check(&changed, &warm), Ok(()));
        prop_assert_eq!((warm.cost, warm.left.iter().sum::<i64>()), (cold.cost, cold.left.iter().sum()));
    }

    #[test]
    fn a_constant_on_what_leaves_each_source_moves_nothing(input in inputs(20, 10), more in 1..200_i64) {
        let network = RunNetwork::build(&input).network;
        let mut raised = flow::Network::new();
        for node in 1..network.nodes() {
            raised.add_node(network.supply(node));
        }
        // Every way to the sink ends with one of its arcs, so this is a constant for each unit.
        for arc in 0..network.arcs() {
            let (tail, head) = network.ends(arc);
            let constant = if head == flow::SINK { more } else { 0 };
            raised.add_arc(tail, head, network.capacity(arc), network.cost(arc) + constant);
        }
        let (before, after) = (flow::solve(&network), flow::solve(&raised));
        prop_assert_eq!(after.sent(&raised), before.sent(&network));
        prop_assert_eq!(after.cost, before.cost + more * before.sent(&network));
        // The flow before is the best one still: the prices of all but the sink are lower.
        let price = before.price.iter().enumerate();
        let short = before.left.iter().any(|left| *left > 0);
        if !short {
            let price = price.map(|(node, price)| if node == flow::SINK { *price } else { price - more });
            let same = flow::Solution { price: price.collect(), cost: after.cost, ..before };
            prop_assert_eq!(flow::check(&raised, &same), Ok(()));
        }
    }
}

#[test]
fn a_district_is_solved_again_after_helpers_left() {
    for rule in [AreaRule::Required, AreaRule::Preferred, AreaRule::Free] {
        let mut network = RunNetwork::build(&county(4000, 300, rule)).network;
        let former = flow::solve(&network);
        for arc in 0..network.arcs() {
            let (tail, head) = network.ends(arc);
            if head == flow::SINK && tail % 50 == 7 {
                network.set_capacity(arc, 0);
            }
        }
        let (warm, cold) = (flow::resolve(&network, &former), flow::solve(&network));
        assert_eq!(flow::check(&network, &warm), Ok(()));
        assert_eq!(warm.total_cost(&network), cold.total_cost(&network));
        assert!(cold.total_cost(&network) > former.total_cost(&network));
    }
}

#[test]
fn the_proof_sees_what_is_wrong() {
    let mut network = flow::Network::new();
    let helper = network.add_node(0);
    let near = network.add_node(1);
    let far = network.add_node(1);
    let slot = network.add_arc(helper, flow::SINK, 1, 5);
    network.add_arc(near, helper, flow::UNLIMITED, 1);
    network.add_arc(far, helper, flow::UNLIMITED, 2);
    let best = flow::solve(&network);
    assert_eq!(flow::check(&network, &best), Ok(()));
    assert_eq!(
        (best.cost, best.flow.as_slice(), best.left[far]),
        (6, &[1, 1, 0][..], 1)
    );
    // The other household instead.
    let mut worse = best.clone();
    worse.flow = vec![1, 0, 1];
    worse.left = vec![0, 0, 1, 0];
    worse.cost = 7;
    assert!(matches!(
        flow::check(&network, &worse),
        Err(NotOptimal::Arc(_) | NotOptimal::Leave(_))
    ));
    let mut wrong = best.clone();
    wrong.flow[slot] = 2;
    assert_eq!(
        flow::check(&network, &wrong),
        Err(NotOptimal::Capacity(slot))
    );
    let mut wrong = best.clone();
    wrong.left[far] = 0;
    assert_eq!(
        flow::check(&network, &wrong),
        Err(NotOptimal::Conservation(far))
    );
    let wrong = flow::Solution { cost: 5, ..best };
    assert_eq!(flow::check(&network, &wrong), Err(NotOptimal::Cost));
}

#[test]
fn a_network_is_written_for_other_solvers() {
    let mut network = flow::Network::new();
    let helper = network.add_node(0);
    let need = network.add_node(2);
    network.add_arc(helper, flow::SINK, 1, 5);
    network.add_arc(need, helper, flow::UNLIMITED, 1);
    let mut written = Vec::new();
    network.write_dimacs(&mut written).unwrap();
    assert_eq!(
        String::from_utf8(written).unwrap(),
        "c node 1 takes all; the last 1 arcs leave units behind\n\
         p min 3 3\nn 1 -2\nn 3 2\na 2 1 0 1 5\na 3 2 0 2 1\na 3 1 0 2 24\n"
    );
    let best = flow::solve(&network);
    assert_eq!((best.cost, best.total_cost(&network)), (6, 30));
}
