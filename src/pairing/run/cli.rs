//! `qianshou pair`: computes a run, shows it as a table or as JSON, and confirms it if asked to.

use comfy_table::{ContentArrangement, Table};
use poem_openapi::types::ToJSON;

use super::model::{Proposal, Run, RunStatus, Scope};
use super::service;
use super::view::RunWithProposals;
use crate::access::Caller;
use crate::app::App;
use crate::problem::Problem;

/// Computes a run for a scope, confirms it from today on if `confirm`, and gives what is to be
/// printed: a table for people, or the run with all its proposals as the API gives them.
pub async fn pair(app: &App, scope: Scope, confirm: bool, json: bool) -> Result<String, Problem> {
    let caller = Caller::command_line();
    let mut run = service::propose(app, &caller, None, &scope, false).await?;
    if confirm {
        run = service::confirm(app, &caller, run.id, None, None).await?;
    }
    let proposals = service::all_proposals(app, run.id).await?;
    Ok(if json {
        RunWithProposals::new(run, proposals).to_json_string()
    } else {
        told(&run, &proposals)
    })
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
            "工号",
            "单位",
            "代价",
            "理由",
        ]);
    for proposal in proposals {
        let reasons: Vec<_> = proposal
            .reasons
            .iter()
            .map(|reason| reason.words.zh.as_str())
            .collect();
        table.add_row([
            format!("{}{}", proposal.town, proposal.village),
            proposal.household_number.clone().unwrap_or_default(),
            proposal.head_name.clone(),
            proposal
                .helper
                .clone()
                .unwrap_or_else(|| "（无）".to_owned()),
            proposal.staff_number.clone().unwrap_or_default(),
            proposal.unit.clone().unwrap_or_default(),
            proposal
                .staff_id
                .map_or(String::new(), |_| proposal.cost.to_string()),
            reasons.join("；"),
        ]);
    }
    let mut lines = vec![table.to_string()];
    let summary = &run.summary;
    let kept = match summary.kept {
        0 => String::new(),
        kept => format!("（其中 {kept} 户保持现有结对）"),
    };
    let left = match summary.unplaced {
        0 => String::new(),
        unplaced => format!("，无法安排 {unplaced} 户"),
    };
    lines.push(format!(
        "待结对 {} 户，可安排 {} 户{kept}{left}；结对前有 {} 人共 {} 个空余名额；总代价 {}（同样户数下最小）",
        summary.households, summary.placed, summary.helpers, summary.places, summary.cost,
    ));
    let short = summary.shortages.iter();
    lines.extend(short.map(|shortage| format!("缺口：{}", shortage.words.zh)));
    lines.push(match run.status {
        RunStatus::Confirmed => format!("方案 {} 已确认，自今日起生效", run.id),
        _ => format!(
            "方案 {} 待确认：加上 --confirm 重新计算并确认，或 POST /api/v1/pairing-runs/{}/confirm",
            run.id, run.id
        ),
    });
    lines.join("\n")
}
