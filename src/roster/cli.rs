//! What the command line does with rosters.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use super::import::{self, ImportError, Progress, Upload, Watcher};
use super::report::{Counts, ImportReport, RosterKind, RosterProblem};
use super::template;
use crate::access::Caller;
use crate::app::App;
use crate::code_list::CodeList;
use poem_openapi::types::ToJSON;

/// Why a command came to nothing.
pub type CommandError = Box<dyn std::error::Error>;

/// Writes both templates into a folder.
pub fn template(folder: &Path) -> Result<(), CommandError> {
    std::fs::create_dir_all(folder)?;
    for kind in [RosterKind::Households, RosterKind::Staff] {
        let path = folder.join(template::names(kind).1);
        std::fs::write(&path, template::workbook(kind)?)?;
        println!("{}：{}", kind.label(), path.display());
    }
    Ok(())
}

/// Imports a roster file, prints the report, and says by its status whether the roster was good.
pub async fn import(
    app: &App,
    kind: RosterKind,
    path: &Path,
    dry_run: bool,
    json: bool,
) -> Result<ExitCode, CommandError> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}：{error}", path.display()))?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let upload = Upload {
        kind,
        name,
        bytes: Arc::new(bytes),
        dry_run,
    };
    let bar = progress_bar();
    let outcome = import::run(app, &Caller::command_line(), upload, None, &watcher(&bar)).await;
    bar.finish_and_clear();
    let report = match outcome {
        Ok(report) => report,
        Err(ImportError::Unreadable(error)) => {
            eprintln!("错误：{error}\n改法：{}", error.cure());
            return Ok(ExitCode::FAILURE);
        }
        Err(ImportError::Problem(problem)) => return Err(problem.into()),
    };
    if json {
        println!("{}", report.to_json_string());
    } else {
        print!("{}", in_words(&report));
    }
    Ok(if report.error_count > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
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

fn watcher(bar: &ProgressBar) -> Watcher {
    let bar = bar.clone();
    Arc::new(move |progress| match progress {
        Progress::Reading(rows) => {
            bar.set_message(format!("已读取 {rows} 行"));
            bar.tick();
        }
        Progress::Writing => {
            bar.set_message("正在比对和写入");
            bar.tick();
        }
    })
}

/// The report as people read it.
pub fn in_words(report: &ImportReport) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}：{}", report.kind.label(), report.file_name);
    if let Some(sheet) = &report.sheet {
        let _ = writeln!(text, "工作表“{sheet}”，{} 行", report.rows);
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
    for problem in &report.problems {
        text.push_str(&problem_words(problem));
    }
    let total = report.error_count + report.warning_count;
    let listed = i64::try_from(report.problems.len()).unwrap_or(i64::MAX);
    if total > listed {
        let _ = writeln!(text, "共 {total} 处问题，以上只列出 {listed} 处");
    }
    let _ = writeln!(text, "{}", report.message);
    text
}

fn count_words(counts: Counts) -> String {
    format!(
        "新增 {}，变更 {}，未变 {}，名册中没有 {}",
        counts.new, counts.changed, counts.unchanged, counts.absent
    )
}

/// `错误 贫困户名册!J12 证件号码 “320***”：reason。改法：cure`.
fn problem_words(problem: &RosterProblem) -> String {
    let place = match (&problem.sheet, &problem.cell) {
        (Some(sheet), Some(cell)) => format!(" {sheet}!{cell}"),
        (Some(sheet), None) => format!(" {sheet}"),
        _ => String::new(),
    };
    let column = problem
        .column
        .as_ref()
        .map_or_else(String::new, |column| format!(" {column}"));
    let value = problem
        .value
        .as_ref()
        .map_or_else(String::new, |value| format!(" “{value}”"));
    let severity = problem.severity.label();
    format!(
        "{severity}{place}{column}{value}：{}。改法：{}\n",
        problem.reason, problem.cure
    )
}
