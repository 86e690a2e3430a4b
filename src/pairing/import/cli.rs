//! `qianshou import pairings`.

use std::path::PathBuf;
use std::process::ExitCode;

use poem_openapi::types::ToJSON;
use serde_json::{Value, json};

use super::api::view;
use super::model::{Outcome, PairList};
use super::service;
use crate::access::Caller;
use crate::app::App;
use crate::problem::Problem;
use crate::roster::problem_group::{self, ProblemGroup};
use crate::roster::report::RosterProblem;
use crate::roster::upload;
use crate::terminal::{self, CommandError};

/// What the command line says of a list of pairs.
pub struct Wish {
    /// The workbook.
    pub file: PathBuf,
    /// Only check it.
    pub dry_run: bool,
    /// Sheets to read; empty for those that look like a list of pairs.
    pub sheets: Vec<String>,
    /// Print each problem by itself.
    pub all_problems: bool,
    /// Print JSON.
    pub json: bool,
}

/// Takes a list of pairs in, or only checks it; prints what came of it, and says by its status whether
/// the list was good.
pub async fn import(app: &App, wish: &Wish) -> Result<ExitCode, CommandError> {
    let path = &wish.file;
    let named = |error: std::io::Error| terminal::not_read(path, &error);
    let mut opened = tokio::fs::File::open(path).await.map_err(named)?;
    let (sha256, _) = upload::digest(&mut opened).await.map_err(named)?;
    let name = path.file_name().unwrap_or_default();
    let list = PairList {
        name: name.to_string_lossy().into_owned(),
        path: path.clone(),
        sha256,
        sheets: wish.sheets.clone(),
        // First all that is wrong, in full.
        dry_run: true,
    };
    let outcome = match taken_in(app, list.clone(), wish.dry_run).await {
        Ok(outcome) => outcome,
        Err(problem) if wish.json => {
            terminal::print(&refused_as_json(&list.name, &problem).to_string())?;
            return Ok(ExitCode::FAILURE);
        }
        Err(problem) => return Err(problem.into()),
    };
    let good = outcome.errors == 0;
    if wish.json {
        terminal::print(&view(outcome).to_json_string())?;
    } else {
        terminal::print(in_words(&outcome, wish).trim_end())?;
    }
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Checks a list; makes its pairs if nothing is wrong and they are wanted.
async fn taken_in(app: &App, mut list: PairList, dry_run: bool) -> Result<Outcome, Problem> {
    let caller = Caller::command_line();
    let outcome = service::import(app, &caller, None, &list).await?;
    if dry_run || outcome.errors > 0 {
        return Ok(outcome);
    }
    list.dry_run = false;
    service::import(app, &caller, None, &list).await
}

/// What is said of a list that came to nothing as a whole: its file cannot be read, say.
fn refused_as_json(file_name: &str, problem: &Problem) -> Value {
    json!({
        "file_name": file_name,
        "written": false,
        "code": problem.code(),
        "refusal": problem.detail().zh,
    })
}

/// The outcome as people read it.
fn in_words(outcome: &Outcome, wish: &Wish) -> String {
    let problems: String = if wish.all_problems {
        outcome.problems.iter().map(RosterProblem::line).collect()
    } else {
        let lines = outcome.groups.iter().map(ProblemGroup::line);
        lines.collect::<String>() + &problem_group::total_line(&outcome.groups)
    };
    let Outcome {
        rows,
        new,
        unchanged,
        errors,
        ..
    } = outcome;
    let end = match (outcome.written, wish.dry_run) {
        (true, _) => "已写入",
        (false, true) => "试导入：未写入任何内容",
        (false, false) => "有错误，未写入任何内容",
    };
    format!(
        "{problems}共 {rows} 行：新结对 {new} 户，已有 {unchanged} 户，错误 {errors} 处；{end}\n"
    )
}
