//! `qianshou pairing`: checks a run, or writes its network for others to check.

use std::fmt::Write;
use std::path::Path;

use uuid::Uuid;

use super::export::{self, Exported};
use super::service;
use crate::app::App;
use crate::code_list::CodeList;
use crate::pairing::cost::certificate::{Certificate, Total};
use crate::pairing::run::model::{Run, RunStatus};
use crate::problem::Problem;
use crate::terminal::not_written;

/// Most faults that are printed; all are counted.
const MOST_FAULTS: usize = 20;

/// Checks a run; gives in words what was checked and found, and whether the run is what it says.
pub async fn verify(app: &App, id: Uuid) -> Result<(String, bool), Problem> {
    let (run, certificate) = service::audit(app, id).await?;
    Ok((proved(&run, &certificate), certificate.holds()))
}

fn proved(run: &Run, certificate: &Certificate) -> String {
    let Certificate {
        best,
        computed,
        now,
        edits,
        ..
    } = certificate;
    let mut lines = vec![
        format!("结对方案 {}（{}）", run.id, run.status.label()),
        format!(
            "计算依据：{} 户、{} 名人员及当时的结对和规则，SHA-256 与方案记载一致（{}）",
            certificate.households, certificate.helpers, run.basis
        ),
        format!(
            "最优值：重新列出网络（{} 个节点、{} 条弧）并求最小费用流，由对偶价格逐弧检查互补松弛条件，证明最多可安排 {} 户，此时最小总代价为 {}",
            certificate.nodes, certificate.arcs, best.placed, best.cost
        ),
        format!(
            "方案本身：逐户按规则检查能否结对并重算代价，逐人检查名额和负担，计算所得为安排 {} 户、总代价 {}",
            computed.placed, computed.cost
        ),
    ];
    if *edits > 0 {
        lines.push(format!(
            "人工调整：{edits} 次，逐次核对；调整后安排 {} 户、总代价 {}，与最优相比{}",
            now.placed,
            now.cost,
            compared(*now, *best)
        ));
    }
    if run.status == RunStatus::Confirmed {
        lines.push("确认结果：核对了确认时开始的结对".to_owned());
    }
    lines.push(match (certificate.holds(), edits) {
        (true, 0) => "结论：成立。没有安排户数更多、或户数相同而代价更小的方案".to_owned(),
        (true, _) => "结论：成立。计算所得的方案最优，此后的变动都有人工调整记录".to_owned(),
        (false, _) => {
            let mut told = format!("结论：不成立，发现 {} 处问题：", certificate.faults.len());
            for fault in certificate.faults.iter().take(MOST_FAULTS) {
                // Writing to a `String` cannot fail.
                let _ = write!(told, "\n  {fault}");
            }
            told
        }
    });
    lines.join("\n")
}

/// How far a run is from the best.
fn compared(now: Total, best: Total) -> String {
    let placed = match now.placed - best.placed {
        0 => "户数相同".to_owned(),
        more if more > 0 => format!("多安排 {more} 户"),
        fewer => format!("少安排 {} 户", -fewer),
    };
    let cost = match now.cost - best.cost {
        0 => "代价相同".to_owned(),
        more if more > 0 => format!("代价多 {more}"),
        less => format!("代价少 {}", -less),
    };
    format!("{placed}，{cost}")
}

/// Writes the network of a run for other solvers, and says so.
pub async fn dimacs(app: &App, id: Uuid, out: &Path) -> Result<String, Problem> {
    let Exported {
        map,
        nodes,
        cost,
        left: (left, price),
    } = export::export(app, id, out)
        .await?
        .map_err(|error| not_written(out, &error))?;
    Ok(format!(
        "已写出 {}（DIMACS 最小费用流，{nodes} 个节点）和节点对照表 {}\n用其他求解器求解，最小总代价应为 {cost}（含无法安排的 {left} 户，每户按 {price} 计）",
        out.display(),
        map.display()
    ))
}
