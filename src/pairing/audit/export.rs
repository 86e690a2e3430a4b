//! Writing the network of a run for another solver to check.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::service::kept;
use crate::app::App;
use crate::code_list::CodeList;
use crate::flow::Node;
use crate::pairing::blocking::run_blocking;
use crate::pairing::cost::model::Input;
use crate::pairing::cost::network::{Between, RunNetwork};
use crate::pairing::run::basis;
use crate::pairing::run::model::Run;
use crate::private;
use crate::problem::Problem;
use crate::workbook::text;

/// A run's network in files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The file that says what the nodes stand for.
    pub map: PathBuf,
    /// Nodes of the network.
    pub nodes: usize,
    /// What another solver finds if the run is the best.
    pub cost: i64,
    /// Number of households without a helper, and what each adds to the cost.
    pub left: (i64, i64),
}

/// Writes the network of a run, as it was computed, as a DIMACS file, and beside it what its nodes
/// stand for: the same name with the ending `.nodes.csv`. Files that are there are replaced.
pub async fn export(app: &App, id: Uuid, file: &Path) -> Result<io::Result<Exported>, Problem> {
    let mut tx = app.db.read().await?;
    let (run, packed) = kept(&mut tx, id).await?;
    drop(tx);
    let file = file.to_owned();
    run_blocking(move || {
        let input = basis::unpack(&packed, &run.basis)?;
        Ok::<_, Problem>(write(&run, &input, &file))
    })
    .await?
}

fn write(run: &Run, input: &Input, file: &Path) -> io::Result<Exported> {
    let run_network = RunNetwork::build(input);
    let computed = run.summary.computed();
    let left = (
        run.summary.households - computed.placed,
        run_network.network.leave_price(),
    );
    let exported = Exported {
        map: file.with_extension("nodes.csv"),
        nodes: run_network.network.nodes(),
        cost: computed.cost + left.0 * left.1,
        left,
    };
    let mut out = BufWriter::new(private::create(file)?);
    writeln!(out, "c pairing run {}", run.id)?;
    writeln!(
        out,
        "c least cost {} if it is the best: {} for its pairs, {} left behind at {} each",
        exported.cost, computed.cost, left.0, left.1
    )?;
    run_network.network.write_dimacs(&mut out)?;
    out.flush()?;
    write_map(&run_network, &exported.map)?;
    Ok(exported)
}

/// One line for each thing that a node of the DIMACS file, counted from 1, stands for. Households
/// alike begin at the node of what they need.
fn write_map(run_network: &RunNetwork<'_>, file: &Path) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(private::create(file)?);
    csv.write_record(["node", "kind", "id", "number", "words"])?;
    let mut line = |node: Node, kind: &str, (id, number): (&str, Option<&str>), words: &str| {
        let node = (node + 1).to_string();
        let number = text::of_csv(number.unwrap_or_default());
        csv.write_record([&node, kind, id, &number, &text::of_csv(words)])
    };
    line(0, "sink", ("", None), "所有户最终流入此处")?;
    for (helper, node) in run_network.nodes_of_helpers() {
        let known = (helper.id.to_string(), helper.number.as_deref());
        let words = format!("{}{}", helper.unit, helper.name);
        line(node, "helper", (&known.0, known.1), &words)?;
    }
    for (between, node) in run_network.nodes_between() {
        let (kind, words) = between_words(between);
        line(node, kind, ("", None), &words)?;
    }
    for (household, node) in run_network.nodes_of_households() {
        let known = (household.id.to_string(), household.number.as_deref());
        let words = format!("{}{}", household.area.town, household.area.village);
        line(node, "household", (&known.0, known.1), &words)?;
    }
    csv.flush()
}

fn between_words(between: Between<'_>) -> (&'static str, String) {
    let (kind, words, but) = match between {
        Between::Hub { reach, skills, but } => {
            let skills: Vec<_> = skills.iter().map(|skill| skill.label()).collect();
            let words = format!(
                "可帮扶{}、专长“{}”的责任人",
                reach.words(),
                skills.join("、")
            );
            ("helpers", words, but)
        }
        Between::Need { area, cause, but } => {
            let cause = cause.map_or("未填写", CodeList::label);
            let words = format!("{}{}主要致贫原因“{cause}”的户", area.town, area.village);
            ("households", words, but)
        }
    };
    let but = match but {
        0 => String::new(),
        but => format!("（回避的 {but} 人除外）"),
    };
    (kind, words + &but)
}
