//! Choices for an import that name what its preview does not have: they are refused with what was probably meant,
//! for they would do nothing.

use super::model::Import;
use super::report::{Conflict, ConflictKind};
use crate::code_list::CodeList;
use crate::openapi::nearest;
use crate::problem::{Problem, Text, words};
use crate::roster::RosterKind;
use crate::roster::choices::{Choices, Decision};
use crate::roster::profile::{field_names, unknown_field};
use crate::roster::report::SheetReport;

/// Refuses choices that name a question, an answer, a name, a column, a sheet or a field that is not there. What
/// was chosen before stays allowed: by the latest choices its question may be gone. Without a check that came to
/// its end nothing is known yet but fields and kinds of questions.
pub fn check(import: &Import, former: &Choices) -> Result<(), Problem> {
    let chosen = &import.choices.0;
    let mut unknown = Vec::new();
    check_fields(import, &mut unknown);
    check_file(import, former, &mut unknown);
    for (position, decision) in chosen.decisions.iter().enumerate() {
        if !former.decisions.contains(decision)
            && let Some((field, words)) = refused(import, decision)
        {
            unknown.push((format!("/choices/decisions/{position}/{field}"), words));
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let problem = Problem::invalid(
        "unknown_choice",
        "所选的内容有的不在这次导入之中，请按所列各处逐项改正",
        "some choices name what this import does not have; see `errors`",
    );
    Err(problem.with_places(unknown))
}

/// Fields of the roster that columns are said to fill.
fn check_fields(import: &Import, unknown: &mut Vec<(String, Text)>) {
    let columns = &import.choices.0.columns;
    if let Some(position) = unknown_field(import.kind, columns) {
        let name = columns[position].field.as_deref().unwrap_or_default();
        let what = words!("字段", "field");
        let words = no_such(&what, name, &field_names(import.kind));
        unknown.push((format!("/choices/columns/{position}/field"), words));
    }
}

/// Sheets and columns of the file.
fn check_file(import: &Import, former: &Choices, unknown: &mut Vec<(String, Text)>) {
    let (chosen, report) = (&import.choices.0, import.report.as_ref());
    let Some(report) = report
        .map(|report| &report.0)
        .filter(|it| !it.sheets.is_empty())
    else {
        return;
    };
    let names: Vec<_> = report.sheets.iter().map(|it| it.name.as_str()).collect();
    for (position, name) in chosen.sheets.iter().enumerate() {
        if !names.contains(&name.as_str()) && !former.sheets.contains(name) {
            let words = no_such(&words!("工作表", "sheet"), name, &names);
            unknown.push((format!("/choices/sheets/{position}"), words));
        }
    }
    let columns = report.sheets.iter().flat_map(SheetReport::all_columns);
    let headings: Vec<_> = columns.map(|it| it.heading.as_str()).collect();
    for (position, choice) in chosen.columns.iter().enumerate() {
        let is_former = former.columns.iter().any(|it| it.heading == choice.heading);
        if !headings.contains(&choice.heading.as_str()) && !is_former {
            let words = no_such(&words!("列", "column"), &choice.heading, &headings);
            unknown.push((format!("/choices/columns/{position}/heading"), words));
        }
    }
}

/// What of a decision is not there, and why.
fn refused(import: &Import, decision: &Decision) -> Option<(&'static str, Text)> {
    if import.kind == RosterKind::Pairings {
        let what = words!("待决定的问题", "question");
        return Some(("conflict", no_such(&what, &decision.conflict, &[])));
    }
    let report = import.report.as_ref().map(|report| &report.0);
    let conflicts = report.map_or(&[][..], |report| &report.conflicts);
    let listed = i64::try_from(conflicts.len()).unwrap_or(i64::MAX);
    let are_all_listed = report.is_some_and(|report| report.conflict_count <= listed);
    let name = decision.conflict.as_str();
    let begin = name.split(':').next().unwrap_or_default();
    let kind = ConflictKind::from_code(begin);
    let is_whole_kind = kind.is_some() && begin == name;
    // All who are gone from one household have a name of their own.
    let of_household = |it: &&Conflict| {
        kind == Some(ConflictKind::Left) && it.key.starts_with(&format!("{name}:"))
    };
    let about: Vec<&Conflict> = conflicts
        .iter()
        .filter(|it| it.key == name || (is_whole_kind && Some(it.kind) == kind) || of_household(it))
        .collect();
    if about.is_empty() {
        if is_whole_kind || (kind.is_some() && !are_all_listed) {
            return None;
        }
        let kinds = ConflictKind::ENTRIES.iter().map(|entry| entry.code);
        let known: Vec<_> = kinds
            .chain(conflicts.iter().map(|it| it.key.as_str()))
            .collect();
        let what = words!("待决事项", "question");
        return Some(("conflict", no_such(&what, name, &known)));
    }
    if let Some(answer) = decision.answer {
        let known = about.iter().flat_map(|it| &it.answers).map(|it| it.answer);
        let known: Vec<_> = known.collect();
        if !known.contains(&answer) {
            let mut codes: Vec<_> = known.iter().map(|it| it.code()).collect();
            codes.dedup();
            let what = words!("此事项的答复", "answer to this question");
            return Some(("answer", no_such(&what, answer.code(), &codes)));
        }
    }
    let chosen = decision.name.as_deref()?;
    let names: Vec<_> = about
        .iter()
        .flat_map(|it| &it.names)
        .map(String::as_str)
        .collect();
    let what = words!("此事项所列的名称", "name that this question lists");
    (!names.contains(&chosen)).then(|| ("name", no_such(&what, chosen, &names)))
}

/// That there is nothing of this name, with what was probably meant.
fn no_such(what: &Text, name: &str, known: &[&str]) -> Text {
    /// Most names that are listed.
    const FEW: usize = 12;
    let name: String = name.chars().take(100).collect();
    let meant = match nearest(&name, known) {
        Some(meant) => words!("，您要写的是“{meant}”吗？", "; did you mean “{meant}”?"),
        None if (1..=FEW).contains(&known.len()) => {
            let known = Text::quoted(known);
            words!("（可选：{known}）", " (there are {known})"; known)
        }
        None => Text::default(),
    };
    words!("没有{what}“{name}”{meant}", "there is no {what} “{name}”{meant}"; what, meant)
}
