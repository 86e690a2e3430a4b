//! Solves the pairing of a county of some size and tells how long it took; with a file name, writes
//! its network there in DIMACS format, for `tests/bench/pairing.py` to hold against another solver.
//!
//! ```text
//! cargo run --release --example pairing_instance -- 35000 1000 preferred county.min
//! ```

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::Instant;

use qianshou::code_list::CodeList;
use qianshou::pairing::county::county;
use qianshou::pairing::flow::{self, Network, SINK, Solution};
use qianshou::pairing::model::AreaRule;
use qianshou::pairing::solver::Model;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [households, helpers, rule, file @ ..] = arguments.as_slice() else {
        return Err(
            "usage: pairing_instance HOUSEHOLDS HELPERS required|preferred|free [FILE]".into(),
        );
    };
    let rule = AreaRule::from_code(rule).ok_or("a rule is required, preferred or free")?;
    let input = county(households.parse()?, helpers.parse()?, rule);
    let started = Instant::now();
    let model = Model::build(&input);
    let built = started.elapsed();
    let started = Instant::now();
    let solution = flow::solve(&model.network);
    let solved = started.elapsed();
    let started = Instant::now();
    let plan = model.plan(&solution);
    let planned = started.elapsed();
    flow::check(&model.network, &solution)?;
    let again = after_leaving(&model.network, &solution)?;
    if let [file, ..] = file {
        let mut out = BufWriter::new(File::create(file)?);
        model.network.write_dimacs(&mut out)?;
        out.flush()?;
    }
    println!(
        "{}",
        json!({
            "nodes": model.network.nodes(),
            "arcs": model.network.arcs() + model.network.nodes() - 1,
            "placed": plan.pairs.len(),
            "unplaced": plan.unplaced.len(),
            "cost": solution.whole_cost(&model.network),
            "build_seconds": built.as_secs_f64(),
            "solve_seconds": solved.as_secs_f64(),
            "plan_seconds": planned.as_secs_f64(),
            "after_leaving": again,
        })
    );
    Ok(())
}

/// One helper in a hundred leaves: how long it takes from the former flow, and from scratch.
fn after_leaving(network: &Network, former: &Solution) -> Result<Value, Box<dyn Error>> {
    let mut network = network.clone();
    for arc in 0..network.arcs() {
        let (helper, head) = network.ends(arc);
        if head == SINK && helper % 100 == 37 {
            network.set_capacity(arc, 0);
        }
    }
    let started = Instant::now();
    let warm = flow::resolve(&network, former);
    let from_former = started.elapsed();
    let started = Instant::now();
    let cold = flow::solve(&network);
    let from_scratch = started.elapsed();
    flow::check(&network, &warm)?;
    flow::check(&network, &cold)?;
    assert_eq!(warm.whole_cost(&network), cold.whole_cost(&network));
    Ok(json!({
        "from_former_seconds": from_former.as_secs_f64(),
        "from_scratch_seconds": from_scratch.as_secs_f64(),
    }))
}
