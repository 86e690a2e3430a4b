//! Networks read from DIMACS files for minimum-cost flow whose node 1 takes all.

use std::error::Error;
use std::io::BufRead;

use qianshou::flow::{Network, SINK};

/// The line by which `Network::write_dimacs` tells how many arcs leave units behind.
const LEAVE: &str = "c node 1 takes all; the last ";

/// Reads a network.
///
/// A `Network` of ours lets its sources leave units behind, so the arcs of the file that do the same
/// are not read; with `all_arcs` they are arcs like others.
pub fn read(file: impl BufRead, all_arcs: bool) -> Result<Network, Box<dyn Error>> {
    let mut network = Network::new();
    let mut arcs = 0;
    let mut leave = 0;
    for line in file.lines() {
        let line = line?;
        if let Some(rest) = line.strip_prefix(LEAVE) {
            leave = rest.split(' ').next().ok_or("no number")?.parse()?;
        }
        let mut words = line.split(' ');
        let kind = words.next().unwrap_or_default();
        let mut numbers = words.map_while(|word| word.parse::<i64>().ok());
        let mut number = || numbers.next().ok_or("a number is missing");
        match kind {
            "p" => {
                // `p min NODES ARCS`
                let counts: Vec<usize> = line.split(' ').skip(2).flat_map(str::parse).collect();
                let [nodes, all] = counts[..] else {
                    return Err("what network?".into());
                };
                for _ in 1..nodes {
                    network.add_node(0);
                }
                arcs = if all_arcs { all } else { all - leave };
            }
            "n" => {
                let (node, supply) = (node(number()?)?, number()?);
                if node != SINK {
                    network.add_supply(node, supply);
                }
            }
            "a" if network.arcs() < arcs => {
                let (from, to) = (node(number()?)?, node(number()?)?);
                let (least, capacity, cost) = (number()?, number()?, number()?);
                if least != 0 {
                    return Err("an arc that must carry something".into());
                }
                network.add_arc(from, to, capacity, cost);
            }
            _ => {}
        }
    }
    Ok(network)
}

/// A node, counted from 1 in the file.
fn node(number: i64) -> Result<usize, Box<dyn Error>> {
    Ok(usize::try_from(number - 1)?)
}
