//! Which sheets of a workbook are the roster.

use std::collections::HashSet;

use super::lexicon::Lexicon;
use super::messages::{check_choices, no_roster, refuse, warn};
use super::model::{Layout, Layouts, of_sheet};
use super::other_list::{doubt, has_another, is_another, take_others};
use crate::household::rule::Severity;
use crate::problem::words;
use crate::roster::choices::Choices;
use crate::roster::column::{Column, Record};
use crate::roster::former::lists_former;
use crate::roster::marked::is_problem_list;
use crate::roster::report::{Problems, SheetReport};
use crate::value::Refusal;
use crate::workbook::source::Sheet;

/// Sheet of our template that says how to fill it in.
pub const NOTES_SHEET: &str = "填写说明";
/// Sheet of our template with fictional rows.
pub const SAMPLE_SHEET: &str = "示例";
/// Sheet of our template with the code lists.
pub const LISTS_SHEET: &str = "代码表";
const NOT_ROSTERS: [&str; 3] = [NOTES_SHEET, SAMPLE_SHEET, LISTS_SHEET];

/// Finds the roster. Where there is none, no sheet is read, and the problems say why.
pub fn find<R: Record>(
    sheets: &[Sheet],
    lexicon: &Lexicon<'_, R>,
    choices: &Choices,
    problems: &mut Problems,
) -> Layouts<R> {
    let table = lexicon.headings.table();
    check_choices(sheets, lexicon, choices, problems);
    let is_chosen = |sheet: &Sheet| choices.sheets.contains(&sheet.name);
    let mut found: Vec<Layout<R>> = Vec::new();
    let (mut hidden, mut without) = (Vec::new(), Vec::new());
    let mut former = Vec::new();
    for (index, sheet) in (0..).zip(sheets) {
        let passed_over = NOT_ROSTERS.contains(&sheet.name.trim()) || is_problem_list(sheet);
        let wanted = if choices.sheets.is_empty() {
            !passed_over
        } else {
            is_chosen(sheet)
        };
        if !wanted {
            continue;
        }
        match lexicon.find(index, sheet) {
            Some(layout) if lists_former(&sheet.name) && !is_chosen(sheet) => former.push(layout),
            Some(layout) if sheet.visible || is_chosen(sheet) => found.push(layout),
            Some(layout) => hidden.push(layout),
            None => without.push((index, sheet)),
        }
    }
    if found.is_empty() && hidden.is_empty() {
        let visible = without.iter().filter(|(_, sheet)| sheet.visible);
        found.extend(visible.filter_map(|(index, sheet)| lexicon.find_short(*index, sheet)));
        without.retain(|(index, _)| !found.iter().any(|layout| layout.index == *index));
    }
    for (_, sheet) in without.iter().filter(|(_, sheet)| is_chosen(sheet)) {
        problems.push(match has_another::<R>(sheet) {
            Some(problem) => problem,
            None => no_roster::<R>(&[&sheet.name]),
        });
    }
    let others = take_others(&mut found, choices, problems);
    let chosen = choose(&found, table, !choices.sheets.is_empty());
    match &chosen {
        Ok(read) => {
            warn(&found, read, problems);
            for doubt in read.iter().filter_map(|at| doubt(&found[*at])) {
                problems.push(doubt);
            }
            for at in read {
                // Others may be chosen beside those that are complete.
                let mut lacking = missing(&found, *at, read, table);
                // What stands there twice has been told.
                lacking.retain(|column| !found[*at].repeats(column.key));
                refuse(&found[*at], lexicon, lacking, problems);
            }
        }
        Err(Some(nearest)) => {
            let lacking = missing(&found, *nearest, &[], table);
            let nearest = &found[*nearest];
            match is_another(nearest, Severity::Error) {
                Some(problem) => problems.push(problem),
                None => refuse(nearest, lexicon, lacking, problems),
            }
        }
        Err(None) if choices.sheets.is_empty() && others.is_empty() => {
            let names: Vec<_> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
            let other = without
                .iter()
                .find_map(|(_, sheet)| has_another::<R>(sheet));
            problems.push(other.unwrap_or_else(|| no_roster::<R>(&names)));
        }
        Err(None) => {}
    }
    for layout in &hidden {
        problems.push(of_sheet(
            &layout.sheet,
            Severity::Warning,
            Refusal::new(
                "hidden_sheet",
                words!("工作表“{}”是隐藏的，没有读取", "the sheet “{}” is hidden and was not read", layout.sheet),
                words!("如需导入，请取消隐藏，或在导入设置中选中这张工作表", "if it is wanted, show it, or choose this sheet among the choices for the import"),
            ),
        ));
    }
    for layout in &former {
        let refusal = Refusal::new(
            "former_people",
            words!(
                "工作表“{}”中的人员不作为现有人员，没有读取",
                "the people in the sheet “{}” are not taken for present ones and were not read",
                layout.sheet
            ),
            words!(
                "去世、迁出、退休、调离的人如已登记，请在系统中登记其变动；如这些人仍在，请在导入设置中选中这张工作表",
                "if people who died, moved out, retired or left are in the register, record that there; if they are still here, choose this sheet among the choices for the import"
            ),
        );
        problems.push(of_sheet(&layout.sheet, Severity::Warning, refusal));
    }
    let mut reports: Vec<SheetReport> = sheets
        .iter()
        .map(|sheet| SheetReport {
            name: sheet.name.clone(),
            read: false,
            hidden: !sheet.visible,
            rows: 0,
            hidden_rows: 0,
            total_rows: 0,
            columns: Vec::new(),
            further: Vec::new(),
        })
        .collect();
    for layout in found.iter().chain(&hidden).chain(&others).chain(&former) {
        reports[usize::from(layout.index)]
            .columns
            .clone_from(&layout.reports);
    }
    let mut layouts = Layouts {
        sheets: sheets.iter().map(|_| None).collect(),
        order: Vec::new(),
        reports,
        further: Vec::new(),
    };
    let read: HashSet<usize> = chosen.unwrap_or_default().into_iter().collect();
    for (at, layout) in found.into_iter().enumerate() {
        if read.contains(&at) {
            let index = usize::from(layout.index);
            layouts.reports[index].read = true;
            layouts.order.push(layout.index);
            layouts.sheets[index] = Some(layout);
        }
    }
    let mut order = std::mem::take(&mut layouts.order);
    order.sort_by_key(|sheet| layouts.get(*sheet).is_some_and(Layout::lists_parts));
    layouts.order = order;
    layouts
}

/// Which of the sheets with a heading are the roster; else which one is nearest to it.
///
/// With sheets that list persons, those are the roster that have the same columns as the first
/// complete one; sheets with one row a household belong to them where both name households in the
/// same way. Without any, sheets with one row a household are the roster.
fn choose<R: Record>(
    found: &[Layout<R>],
    table: &'static [Column<R>],
    all: bool,
) -> Result<Vec<usize>, Option<usize>> {
    let at = |wanted: &dyn Fn(&Layout<R>) -> bool| -> Vec<usize> {
        (0..found.len()).filter(|at| wanted(&found[*at])).collect()
    };
    let lists = at(&|layout| layout.lists_parts());
    let wholes =
        at(&|layout| !layout.lists_parts() && R::OF_WHOLE.iter().any(|key| layout.has(key)));
    let complete = |at: usize, others: &[usize]| missing(found, at, others, table).is_empty();
    let joined = |at: usize| -> Vec<usize> {
        let joins = |other: &Layout<R>| {
            R::JOINS
                .iter()
                .any(|key| found[at].has(key) && other.has(key))
        };
        wholes
            .iter()
            .copied()
            .filter(|whole| joins(&found[*whole]))
            .collect()
    };
    let alike = |first: usize, among: &[usize]| -> Vec<usize> {
        among
            .iter()
            .copied()
            .filter(|at| all || found[*at].keys() == found[first].keys())
            .collect()
    };
    if let Some(first) = lists.iter().copied().find(|at| complete(*at, &joined(*at))) {
        let mut read = alike(first, &lists);
        if let Some(whole) = joined(first).first() {
            read.extend(alike(*whole, &wholes));
        }
        read.sort_unstable();
        return Ok(read);
    }
    let nearest = (0..found.len()).max_by_key(|at| (found[*at].columns.len(), usize::MAX - at));
    let first = wholes.iter().copied().find(|at| complete(*at, &[]));
    match first {
        Some(first) if nearest.is_none_or(|nearest| wholes.contains(&nearest)) => {
            Ok(alike(first, &wholes))
        }
        _ => Err(nearest),
    }
}

/// Required columns that neither a sheet has nor the sheets that belong to it.
pub(super) fn missing<R: Record>(
    found: &[Layout<R>],
    at: usize,
    others: &[usize],
    table: &'static [Column<R>],
) -> Vec<&'static Column<R>> {
    let layout = &found[at];
    // Of columns any of which would do, the first speaks for all.
    let unnamed = |column: &&Column<R>| {
        let mut one_of = R::ONE_OF.iter();
        one_of.any(|keys| keys[0] == column.key && !keys.iter().any(|key| layout.has(key)))
    };
    table
        .iter()
        .filter(|column| column.required && !layout.has(column.key) || unnamed(column))
        .filter(|column| !R::ASKED.contains(&column.key) || layout.may_have(column.key))
        .filter(|column| {
            if !column.is_shared() {
                return layout.lists_parts() || R::OF_WHOLE.is_empty();
            }
            // What rows share may stand in the other sort of sheet.
            let beside = |other: &usize| found[*other].lists_parts() != layout.lists_parts();
            let elsewhere = |other: &usize| beside(other) && found[*other].has(column.key);
            !others.iter().any(elsewhere)
        })
        .collect()
}
