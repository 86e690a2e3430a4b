//! `qianshou import pairings`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::model::{Outcome, PairList};
use super::service;
use crate::access::Caller;
use crate::app::App;
use crate::roster::report::RosterProblem;
use crate::roster::upload;
use crate::terminal::{self, CommandError};

/// Takes a list of pairs in, or only checks it; prints what came of it, and says by its status whether
/// the list was good.
pub async fn import(
    app: &App,
    path: PathBuf,
    dry_run: bool,
    sheets: Vec<String>,
) -> Result<ExitCode, CommandError> {
    let named = |error: std::io::Error| terminal::not_read(&path, &error);
    let mut opened = tokio::fs::File::open(&path).await.map_err(named)?;
    let (sha256, _) = upload::digest(&mut opened).await.map_err(named)?;
    let name = path.file_name().unwrap_or_default();
    let mut list = PairList {
        name: name.to_string_lossy().into_owned(),
        path,
        sha256,
        sheets,
        // First all that is wrong, in full.
        dry_run: true,
    };
    let caller = Caller::command_line();
    let mut outcome = service::import(app, &caller, None, &list).await?;
    if !dry_run && outcome.errors == 0 {
        list.dry_run = false;
        outcome = service::import(app, &caller, None, &list).await?;
    }
    print!("{}", in_words(&outcome, dry_run));
    Ok(if outcome.errors == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The outcome as people read it.
fn in_words(outcome: &Outcome, dry_run: bool) -> String {
    let problems: String = outcome.problems.iter().map(RosterProblem::line).collect();
    let Outcome {
        rows,
        new,
        unchanged,
        errors,
        ..
    } = outcome;
    let end = match (outcome.written, dry_run) {
        (true, _) => "已写入",
        (false, true) => "试导入：未写入任何内容",
        (false, false) => "有错误，未写入任何内容",
    };
    format!(
        "{problems}共 {rows} 行：新结对 {new} 户，已有 {unchanged} 户，错误 {errors} 处；{end}\n"
    )
}
