//! `qianshou pair`: computes a run, shows it as a table or as JSON, and confirms it if asked to.
//! `qianshou pairing`: checks a run, or writes its network for others to check.

use std::fmt::Write;
use std::path::Path;

use comfy_table::{ContentArrangement, Table};
use poem_openapi::types::ToJSON;
use uuid::Uuid;

use super::audit::{self, Exported};
use super::certificate::{Certificate, Total};
use super::model::{RunStatus, Scope};
use super::run;
use super::run_api::Report;
use super::run_store::{self, AreaKey, Proposal, Run};
use crate::access::Caller;
use crate::app::App;
use crate::code_list::CodeList;
use crate::db::Tx;
use crate::db::page;
use crate::problem::Problem;
use crate::staff;
use crate::terminal::not_written;

/// Proposals read at once.
const AT_ONCE: i64 = 500;
/// Most faults of a run that are printed; all are counted.
const MOST_FAULTS: usize = 20;

/// Computes a run for a scope, confirms it from today on if `confirm`, and gives what is to be
/// printed: a table for people, or the run with all its proposals as the API gives them.
pub async fn pair(app: &App, scope: Scope, confirm: bool, json: bool) -> Result<String, Problem> {
    let caller = Caller::command_line();
    let mut run = run::propose(app, &caller, None, &scope, false).await?;
    if confirm {
        run = run::confirm(app, &caller, run.id, app.today(), None).await?;
    }
    let mut tx = app.db.read().await?;
    let proposals = all_proposals(&mut tx, &run).await?;
    drop(tx);
    Ok(if json {
        Report::new(run, proposals).to_json_string()
    } else {
        told(&run, &proposals)
    })
}

/// The unit of this name.
pub async fn unit_named(app: &App, name: &str) -> Result<Uuid, Problem> {
    let mut tx = app.db.read().await?;
    let units = staff::store::unit_ids(&mut tx).await?;
    let unit = units.get(name).copied();
    unit.ok_or_else(|| Problem::not_found("单位", "unit"))
}

async fn all_proposals(tx: &mut Tx, run: &Run) -> Result<Vec<Proposal>, sqlx::Error> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map(area_key);
        let rows = run_store::list_proposals(tx, run.id, None, None, after, AT_ONCE).await?;
        let (rows, next) = page::cut(rows, AT_ONCE, area_key);
        all.extend(rows);
        if next.is_none() {
            return Ok(all);
        }
    }
}

fn area_key(proposal: &Proposal) -> AreaKey {
    let (town, village) = (proposal.town.clone(), proposal.village.clone());
    (town, village, proposal.household_id)
}

fn told(run: &Run, proposals: &[Proposal]) -> String {
    let mut table = Table::new();
    table
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header([
            "镇村",
            "户编号",
            "户主",
            "帮扶责任人",
            "单位",
            "代价",
            "理由",
        ]);
    for proposal in proposals {
        let reasons: Vec<_> = proposal
            .reasons
            .iter()
            .map(|reason| reason.words.as_str())
            .collect();
        table.add_row([
            format!("{}{}", proposal.town, proposal.village),
            proposal.household_number.clone().unwrap_or_default(),
            proposal.head_name.clone(),
            proposal
                .helper
                .clone()
                .unwrap_or_else(|| "（无）".to_owned()),
            proposal.unit.clone().unwrap_or_default(),
            proposal
                .staff_id
                .map_or(String::new(), |_| proposal.cost.to_string()),
            reasons.join("；"),
        ]);
    }
    let mut lines = vec![table.to_string()];
    let summary = &run.summary;
    lines.push(format!(
        "待结对 {} 户，可安排 {} 户（其中 {} 户保持现有结对），无法安排 {} 户；结对前有 {} 人共 {} 个空余名额；总代价 {}（同样户数下最小）",
        summary.households,
        summary.placed,
        summary.kept,
        summary.unplaced,
        summary.helpers,
        summary.places,
        summary.cost,
    ));
    let short = summary.shortages.iter();
    lines.extend(short.map(|shortage| format!("缺口：{}", shortage.words)));
    lines.push(match run.status {
        RunStatus::Confirmed => format!("方案 {} 已确认，自今日起生效", run.id),
        _ => format!(
            "方案 {} 待确认：加上 --confirm 重新计算并确认，或 POST /api/v1/pairing-runs/{}/confirm",
            run.id, run.id
        ),
    });
    lines.join("\n")
}

/// Checks a run; gives in words what was checked and found, and whether the run is what it says.
pub async fn verify(app: &App, id: Uuid) -> Result<(String, bool), Problem> {
    let (run, certificate) = audit::audit(app, id).await?;
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
                // To write to a text cannot fail.
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
    } = audit::export(app, id, out)
        .await?
        .map_err(|error| not_written(out, &error))?;
    Ok(format!(
        "已写出 {}（DIMACS 最小费用流，{nodes} 个节点）和节点对照表 {}\n用其他求解器求解，最小总代价应为 {cost}（含无法安排的 {left} 户，每户按 {price} 计）",
        out.display(),
        map.display()
    ))
}
