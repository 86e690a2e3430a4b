//! What the command line does with rosters.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use comfy_table::{ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressStyle};
use poem_openapi::types::ToJSON;
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::Import;
use super::service::{self, StartError, Upload};
use super::state::ImportState;
use super::store::Wanted;
use super::view::ImportView;
use super::{profile, worker};
use crate::access::Caller;
use crate::app::{App, china_date};
use crate::code_list::CodeList;
use crate::import::report::{Conflict, ConflictKind, Counts};
use crate::problem::{Language, Problem};
use crate::roster::choices::{Choices, Decision, ImportAnswer, LeaveAnswer};
use crate::roster::problem_group::{self, ProblemGroup};
use crate::roster::report::{RosterKind, RosterProblem};
use crate::roster::template;
use crate::terminal::{self, CommandError};
use crate::workbook::error::ReadError;

/// Most problems that JSON lists; all are counted, and told by group.
const MOST_PROBLEMS: i64 = 1_000;
/// All problems that an import keeps.
const ALL_PROBLEMS: i64 = i64::MAX - 1;
/// How often the progress bar is drawn.
const DRAW: Duration = Duration::from_millis(200);

/// Writes all templates into a folder.
pub fn template(folder: &Path) -> Result<(), CommandError> {
    std::fs::create_dir_all(folder)?;
    for kind in RosterKind::ENTRIES.iter().map(|entry| entry.value) {
        let path = folder.join(template::names(kind).1);
        std::fs::write(&path, template::workbook(kind)?)?;
        terminal::print(&format!("{}：{}", kind.label(), path.display()))?;
    }
    Ok(())
}

/// What the command line says of an import.
pub struct Wish {
    /// Which roster it is.
    pub kind: RosterKind,
    /// The workbook to import.
    pub file: PathBuf,
    /// Only check it.
    pub dry_run: bool,
    /// Leave rows with errors and open questions out.
    pub good_rows_only: bool,
    /// Sheets to read; empty for those that the program takes for the roster.
    pub sheets: Vec<String>,
    /// Name of the profile by which headings are read.
    pub profile: Option<String>,
    /// Kinds of questions to answer: with what they propose, or with another of their answers.
    pub accept: Vec<Accepted>,
    /// What became of all members whom the register has in a household of the file and the file has not.
    pub left: Option<LeaveAnswer>,
    /// Fields whose empty cells clear what the register holds.
    pub clear_empty: Vec<String>,
    /// Print each problem by itself.
    pub all_problems: bool,
    /// Print JSON.
    pub json: bool,
}

/// The answer to all questions of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The kind.
    pub kind: ConflictKind,
    /// Which of their answers; nothing for what they propose.
    pub answer: Option<ImportAnswer>,
    /// Of names that may be one, the one that stands; nothing for the one that is proposed.
    pub name: Option<String>,
}

impl Wish {
    async fn choices(&self, app: &App) -> Result<Choices, CommandError> {
        let decide = |accepted: &Accepted| Decision {
            conflict: accepted.kind.code().to_owned(),
            accept: true,
            answer: accepted.answer,
            name: accepted.name.clone(),
        };
        let left = self.left.map(|answer| {
            decide(&Accepted {
                kind: ConflictKind::Left,
                answer: Some(answer.into()),
                name: None,
            })
        });
        let accepted = self.accept.iter().map(decide);
        Ok(Choices {
            profile_id: match &self.profile {
                Some(name) => Some(profile_named(app, self.kind, name).await?),
                None => None,
            },
            sheets: self.sheets.clone(),
            decisions: accepted.chain(left).collect(),
            clear_empty: self.clear_empty.clone(),
            ..Choices::default()
        })
    }
}

async fn profile_named(app: &App, kind: RosterKind, name: &str) -> Result<Uuid, CommandError> {
    let all = profile::store::MAX_PROFILES;
    let (profiles, _) = profile::service::list(app, kind, None, all).await?;
    let named = profiles.iter().find(|profile| profile.name == name);
    named.map(|profile| profile.id).ok_or_else(|| {
        let names: Vec<_> = profiles.iter().map(|it| it.name.as_str()).collect();
        let saved = if names.is_empty() {
            "还没有保存过列名方案".to_owned()
        } else {
            format!("已保存的：{}", names.join("、"))
        };
        format!("没有名为“{name}”的列名方案；{saved}").into()
    })
}

/// Imports a roster file, prints what came of it, and says by its status whether the roster was good.
pub async fn import(app: &App, wish: &Wish) -> Result<ExitCode, CommandError> {
    let caller = Caller::command_line();
    let id = match send(app, &caller, wish).await? {
        Ok(id) => id,
        Err(error) => {
            if wish.json {
                terminal::print(&refused_as_json(wish, &error).to_string())?;
            } else {
                eprintln!("错误：{error}\n改法：{}", error.remedy().zh);
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    let bar = progress_bar();
    let checked = Box::pin(check(app, id, &bar)).await;
    bar.finish_and_clear();
    let mut import = checked?;
    let mut refusal = None;
    if import.state == ImportState::Ready {
        if wish.dry_run {
            refusal = Some("试导入：未写入任何内容".to_owned());
        } else {
            match service::commit(app, &caller, id, wish.good_rows_only, None).await {
                Ok(committed) => import = committed,
                Err(problem) => refusal = Some(problem.to_string()),
            }
        }
    }
    let problems = match (wish.all_problems, wish.json) {
        (true, _) => listed(app, id, ALL_PROBLEMS).await?,
        (false, true) => listed(app, id, MOST_PROBLEMS).await?,
        (false, false) => Vec::new(),
    };
    let has_errors = import
        .report
        .as_ref()
        .is_none_or(|report| report.0.error_count > 0);
    let good = if wish.dry_run {
        !has_errors
    } else {
        import.state == ImportState::Committed
    };
    if wish.json {
        let refusal = refusal.as_deref();
        terminal::print(&as_json(&import, &problems, refusal).to_string())?;
    } else {
        let problems = wish.all_problems.then_some(&problems[..]);
        terminal::print(in_words(&import, problems, refusal.as_deref()).trim_end())?;
    }
    if import.state == ImportState::Ready {
        service::cancel(app, &caller, id).await?;
    }
    worker::clear(app, id).await?;
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The latest imports, as a table.
pub async fn list(app: &App, limit: i64) -> Result<String, Problem> {
    let (imports, _) = service::list(app, None, limit).await?;
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["日期", "名册", "文件", "导入人", "结果", "编号"]);
    for import in imports {
        table.add_row([
            china_date(import.at).to_string(),
            import.kind.label().to_owned(),
            import.file_name.clone(),
            import.actor.clone(),
            import.words(Language::Chinese),
            import.id.to_string(),
        ]);
    }
    Ok(table.to_string())
}

/// Undoes an import, or says what depends on it.
pub async fn undo(app: &App, id: Uuid) -> Result<ExitCode, CommandError> {
    let import = service::undo(app, &Caller::command_line(), id).await?;
    worker::clear(app, id).await?;
    terminal::print(&format!(
        "{}：{}",
        import.file_name,
        import.words(Language::Chinese)
    ))?;
    Ok(ExitCode::SUCCESS)
}

async fn send(
    app: &App,
    caller: &Caller,
    wish: &Wish,
) -> Result<Result<Uuid, ReadError>, CommandError> {
    let named = |error: std::io::Error| terminal::not_read(&wish.file, &error);
    let file = tokio::fs::File::open(&wish.file).await.map_err(named)?;
    let size = file.metadata().await.map_err(named)?.len();
    let name = wish.file.file_name().unwrap_or_default();
    let upload = Upload {
        kind: wish.kind,
        name: name.to_string_lossy().into_owned(),
        size,
        file,
        choices: wish.choices(app).await?,
    };
    match service::start(app, caller, upload, None).await {
        Ok(import) => Ok(Ok(import.id)),
        Err(StartError::Unreadable(error)) => Ok(Err(error)),
        Err(StartError::NotWhole(error)) => Err(named(error).into()),
        Err(StartError::Other(problem)) => Err(problem.into()),
    }
}

/// Checks the import in this process, unless a server that runs beside it was faster.
async fn check(app: &App, id: Uuid, bar: &ProgressBar) -> Result<Import, CommandError> {
    let found = async || Ok::<_, CommandError>(service::get(app, id).await?);
    let drawing = async {
        loop {
            draw(bar, &found().await?);
            tokio::time::sleep(DRAW).await;
        }
    };
    let name = format!("command line {}", std::process::id());
    let working = async {
        loop {
            worker::next(app, &name, Some(id)).await?;
            let import = found().await?;
            if !import.state.is_at_work() {
                return Ok(import);
            }
            tokio::time::sleep(DRAW).await;
        }
    };
    tokio::select! {
        import = working => import,
        failed = drawing => failed,
    }
}

/// On a terminal, a line that says how far the import is.
fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
    ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn draw(bar: &ProgressBar, import: &Import) {
    let of = import
        .total
        .map_or_else(String::new, |total| format!("/{total}"));
    bar.set_message(format!("{} {}{of}", import.state.label(), import.done));
    bar.tick();
}

/// The first problems of an import, errors before others.
async fn listed(app: &App, id: Uuid, most: i64) -> Result<Vec<RosterProblem>, CommandError> {
    let every = Wanted::default();
    Ok(service::problems(app, id, every, None, most).await?.0)
}

/// The import as the API gives it, with its problems, and why it was not written, if it was not.
fn as_json(import: &Import, problems: &[RosterProblem], refusal: Option<&str>) -> Value {
    let view = ImportView::from(import.clone()).to_json();
    let mut json = view.unwrap_or_default();
    json["problems"] = problems.to_json().unwrap_or_default();
    if let Some(refusal) = refusal {
        json["refusal"] = refusal.into();
    }
    json
}

/// What is said of a file of which no import was made, as of one that failed: so programs look at one
/// place, whenever it was found out.
fn refused_as_json(wish: &Wish, error: &ReadError) -> Value {
    let name = wish.file.file_name().unwrap_or_default();
    let failure = RosterProblem::of_reading(error);
    json!({
        "kind": wish.kind.code(),
        "file_name": name.to_string_lossy(),
        "state": ImportState::Failed.code(),
        "message": failure.line().trim_end(),
        "failure": failure.to_json(),
        "problems": [],
    })
}

/// The import as people read it: its problems by group, or each of those that are given.
pub fn in_words(
    import: &Import,
    problems: Option<&[RosterProblem]>,
    refusal: Option<&str>,
) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}：{}", import.kind.label(), import.file_name);
    if let Some(report) = &import.report {
        let report = &report.0;
        for sheet in report.sheets.iter().filter(|sheet| sheet.read) {
            let _ = writeln!(text, "工作表“{}”，{} 行", sheet.name, sheet.rows);
        }
        for (label, counts) in [
            ("户", report.households),
            ("人", report.persons),
            ("帮扶责任人", report.staff),
        ] {
            if let Some(counts) = counts {
                let _ = writeln!(text, "{label}：{}", count_words(counts));
            }
        }
        let total = report.error_count + report.warning_count + report.repair_count;
        if let Some(problems) = problems {
            text.extend(problems.iter().map(RosterProblem::line));
            let listed = i64::try_from(problems.len()).unwrap_or(i64::MAX);
            if total > listed {
                let _ = writeln!(text, "共 {total} 处问题，以上只列出 {listed} 处");
            }
        } else {
            text.extend(report.groups.iter().map(ProblemGroup::line));
            text.push_str(&problem_group::total_line(&report.groups));
        }
        text.extend(report.conflicts.iter().map(question_words));
    }
    let _ = writeln!(text, "{}", import.words(Language::Chinese));
    if let Some(refusal) = refusal {
        let _ = writeln!(text, "{refusal}");
    }
    text
}

/// A question with the answers that it takes; of one that is decided, with what was decided.
fn question_words(conflict: &Conflict) -> String {
    let (kind, question) = (conflict.kind, &conflict.question.zh);
    let chosen = conflict
        .answers
        .iter()
        .find(|possible| Some(possible.answer) == conflict.answer);
    let decided = &chosen
        .map_or(&conflict.proposal, |possible| &possible.words)
        .zh;
    match conflict.accepted {
        Some(true) => return format!("已决 [{kind}] {question}：{decided}\n"),
        Some(false) => return format!("已决 [{kind}] {question}：不接受，有关的行不导入\n"),
        None => {}
    }
    let mut text = format!("待决 [{kind}] {question}：{}\n", conflict.proposal.zh);
    for possible in &conflict.answers {
        let _ = writeln!(text, "    {}：{}", possible.answer, possible.words.zh);
    }
    if !conflict.names.is_empty() {
        let _ = writeln!(text, "    可选名称：{}", conflict.names.join("、"));
    }
    text
}

fn count_words(counts: Counts) -> String {
    format!(
        "新增 {}，变更 {}，未变 {}，已登记但本名册未列 {}",
        counts.new, counts.changed, counts.unchanged, counts.absent
    )
}
