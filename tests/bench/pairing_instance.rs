//! Makes networks of pairing in DIMACS format, and solves them, for `tests/bench/pairing.py` to hold
//! against another solver.
//!
//! ```text
//! pairing_instance write preferred 300000 50000 county.min    the network of a run, as we lay it out
//! pairing_instance write pairs 300000 50000 pairs.min         an arc for each pair that may be
//! pairing_instance solve county.min
//! ```

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::time::{Duration, Instant};

use qianshou::code_list::CodeList;
use qianshou::flow::{self, Network, SINK, Solution};
use qianshou::pairing::cost::best_pairs::BestPairs;
use qianshou::pairing::cost::model::{AreaRule, Helper, Input, PairingRules};
use qianshou::pairing::cost::network::RunNetwork;
use qianshou::pairing::cost::solver;
use qianshou::pairing::cost::synthetic::{Draw, county};
use serde_json::{Value, json};

mod dimacs;

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage:
  pairing_instance write required|preferred|free|pairs HOUSEHOLDS HELPERS FILE
  pairing_instance solve FILE";

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let told = match arguments.as_slice() {
        ["write", kind, households, helpers, file] => {
            let (households, helpers) = (households.parse()?, helpers.parse()?);
            let (network, mut told) = if *kind == "pairs" {
                (pairs(households, helpers), json!({ "eligible": helpers }))
            } else {
                run(households, helpers, kind)?
            };
            let mut out = BufWriter::new(File::create(file)?);
            network.write_dimacs(&mut out)?;
            out.flush()?;
            // By the other rules everyone may serve everyone.
            if ["required", "pairs"].contains(kind) {
                told["eligible"] = json!(eligible(&network));
            }
            told
        }
        ["solve", file] => solve(file)?,
        _ => return Err(USAGE.into()),
    };
    println!("{told}");
    Ok(())
}

/// The network of a county's run, and how long all but the solving takes.
fn run(households: usize, helpers: usize, rule: &str) -> Outcome<(Network, Value)> {
    let rule = AreaRule::from_code(rule).ok_or(USAGE)?;
    let input = county(households, helpers, rule);
    let (run, built) = timed(|| RunNetwork::build(&input));
    let solution = flow::solve(&run.network);
    let (plan, planned) = timed(|| run.best_pairs(&solution));
    let told = json!({
        "eligible": helpers,
        "build_seconds": built,
        "plan_seconds": planned,
        "unplaced": plan.unplaced.len(),
        "after_leaving": paired_again(&input, &plan),
    });
    Ok((run.network, told))
}

/// One helper in a hundred leaves: how long a run takes that finds others for their households, as an
/// office would have it, and one that pairs all households anew.
fn paired_again(input: &Input, plan: &BestPairs) -> Value {
    let mut all = input.clone();
    for helper in all.helpers.iter_mut().step_by(100) {
        helper.active = false;
    }
    let mut theirs = all.clone();
    let places: HashMap<_, _> = (0..)
        .zip(&theirs.helpers)
        .map(|(at, helper)| (helper.id, at))
        .collect();
    let mut without = HashSet::new();
    for pair in &plan.pairs {
        let helper: &mut Helper = &mut theirs.helpers[places[&pair.helper]];
        if helper.active {
            helper.held += 1;
        } else {
            without.insert(pair.household);
        }
    }
    theirs
        .households
        .retain(|household| without.contains(&household.id));
    let (found, theirs_seconds) = timed(|| solver::solve(&theirs));
    let (_, all_seconds) = timed(|| solver::solve(&all));
    json!({
        "households": theirs.households.len(),
        "unplaced": found.unplaced.len(),
        "theirs_seconds": theirs_seconds,
        "all_seconds": all_seconds,
    })
}

/// Households with 20 to 100 helpers each who may serve them, most of them near, and an arc for each:
/// how the network would look if households and helpers had nothing in common.
fn pairs(households: usize, helpers: usize) -> Network {
    /// How far those who are near stand from each other on the roster.
    const NEAR: usize = 200;
    let mut draw = Draw(42);
    let rules = PairingRules::default();
    let mut network = Network::new();
    for _ in 0..helpers {
        let helper = network.add_node(0);
        let capacity = households / helpers + draw.below(3);
        let capacity = i64::try_from(capacity).unwrap_or(i64::MAX);
        for number in 1..=capacity {
            network.add_arc(helper, SINK, 1, rules.load_cost(number, capacity));
        }
    }
    for household in 0..households {
        let node = network.add_node(1);
        let home = household * helpers / households;
        for _ in 0..20 + draw.below(81) {
            let is_near = draw.below(5) > 0;
            let helper = if is_near {
                (home + draw.below(NEAR)) % helpers
            } else {
                draw.below(helpers)
            };
            let area = if is_near { 10 } else { 100 };
            let skill = [0, 15, 30][draw.below(3)];
            network.add_arc(node, helper + 1, 1, area + skill);
        }
    }
    network
}

/// How many helpers may serve a household, on average.
fn eligible(network: &Network) -> f64 {
    let out = network.out_arcs();
    let heads = |node| out.at(node).map(|arc| network.ends(arc).1);
    // By the source from which a node was reached last.
    let mut reached = vec![SINK; network.nodes()];
    let (mut served, mut households) = (0.0, 0.0);
    for source in 1..network.nodes() {
        let supply = f64::from(u32::try_from(network.supply(source)).unwrap_or(u32::MAX));
        if supply == 0.0 {
            continue;
        }
        let mut helpers = 0_u32;
        let mut waiting = vec![source];
        while let Some(node) = waiting.pop() {
            for head in heads(node) {
                if head == SINK {
                    helpers += 1;
                    break;
                }
                if std::mem::replace(&mut reached[head], source) != source {
                    waiting.push(head);
                }
            }
        }
        served += supply * f64::from(helpers);
        households += supply;
    }
    served / households
}

/// Solves the network of a file, from scratch and again after some have left.
fn solve(file: &str) -> Outcome<Value> {
    let network = dimacs::read(BufReader::new(File::open(file)?), false)?;
    let read = memory("VmRSS")?;
    let (solution, seconds) = timed(|| flow::solve(&network));
    let peak = memory("VmHWM")?;
    flow::check(&network, &solution)?;
    let again = after_leaving(&network, &solution)?;
    Ok(json!({
        "nodes": network.nodes(),
        "arcs": network.arcs(),
        "cost": solution.total_cost(&network),
        "solve_seconds": seconds,
        "read_mib": read,
        "peak_mib": peak,
        "after_leaving": again,
    }))
}

/// One helper in a hundred leaves: how long it takes from the former flow, and from scratch.
fn after_leaving(before: &Network, former: &Solution) -> Outcome<Value> {
    let mut network = before.clone();
    for arc in 0..network.arcs() {
        let (helper, head) = network.ends(arc);
        if head == SINK && helper % 100 == 37 {
            network.set_capacity(arc, 0);
        }
    }
    // What is left when there is nothing to find: the network is laid out, and each arc looked at.
    let (_, nothing_changed) = timed(|| flow::resolve(before, former));
    let (warm, from_former) = timed(|| flow::resolve(&network, former));
    let (cold, from_scratch) = timed(|| flow::solve(&network));
    flow::check(&network, &warm)?;
    flow::check(&network, &cold)?;
    assert_eq!(warm.total_cost(&network), cold.total_cost(&network));
    Ok(json!({
        "nothing_changed_seconds": nothing_changed,
        "from_former_seconds": from_former,
        "from_scratch_seconds": from_scratch,
    }))
}

/// What some work gives, and how many seconds it takes.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let done = work();
    (done, Duration::as_secs_f64(&started.elapsed()))
}

/// Memory of this process, MiB: `VmRSS` what it has now, `VmHWM` the most it had.
fn memory(kind: &str) -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(kind));
    let words = line.ok_or("no such figure")?.split_whitespace().nth(1);
    Ok(words.ok_or("no figure")?.parse::<u64>()? / 1024)
}
