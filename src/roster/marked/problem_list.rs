//! The sheet that lists the problems of a roster.

use crate::code_list::CodeList;
use crate::household::rule::Severity;
use crate::roster::problem_group::ProblemGroup;
use crate::roster::report::RosterProblem;
use crate::workbook::in_place::{List, ListRow};
use crate::workbook::reader::Cell;
use crate::workbook::source::Sheet;

/// Name of the sheet, unless a sheet of the clerk's has it.
pub const PROBLEMS_SHEET: &str = "问题清单";
const COLUMNS: [(&str, f64); 8] = [
    (Severity::LABEL, 12.0),
    ("工作表", 16.0),
    ("单元格", 10.0),
    ("列", 20.0),
    ("内容", 24.0),
    ("问题", 50.0),
    ("改法", 50.0),
    ("建议", 20.0),
];
/// What the first column was called in lists of earlier versions, which come back too.
const FORMER_SEVERITY: &str = "严重程度";
/// The column with the link to the cell.
const LINKED: usize = 2;
/// Stands where the severity does, in a row about the file as a whole that is no problem.
const REMARK: &str = "说明";
/// Stands before the severity, in a row about all problems of a group.
const SUMMARY: &str = "汇总";
/// Fewer problems of a group are seen at once without a row about all of them.
const LEAST_SUMMARISED: i64 = 5;
/// Rows in which the headings are looked for: a clerk may have put a title above them.
const HEADING_ROWS: u32 = 5;
/// So many of the headings make the list; a clerk may have taken columns out.
const TELLING: usize = 5;

/// Whether a sheet is a list of ours that has come back. It is told by its headings: a clerk may have
/// renamed it, or have a sheet of their own by that name.
pub fn is_problem_list(sheet: &Sheet) -> bool {
    let rows = sheet
        .head
        .iter()
        .take_while(|row| row.number <= HEADING_ROWS);
    let known = |cell: &Cell<'_>| match cell {
        Cell::Text(text) if text.trim() == FORMER_SEVERITY => Some(0),
        Cell::Text(text) => COLUMNS.iter().position(|(name, _)| *name == text.trim()),
        _ => None,
    };
    rows.into_iter().any(|row| {
        let mut found: Vec<_> = row
            .cells
            .iter()
            .filter_map(|(_, cell)| known(cell))
            .collect();
        found.sort_unstable();
        found.dedup();
        // The severity and the cell: no roster has those.
        found.len() >= TELLING && found.contains(&0) && found.contains(&LINKED)
    })
}

/// The name of the list that has come back in a workbook.
pub fn name_in(sheets: &[Sheet]) -> Option<String> {
    let list = sheets.iter().rfind(|sheet| is_problem_list(sheet));
    list.map(|sheet| sheet.name.clone())
}

/// What there is to list: each problem, and the groups that they make.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Each problem that is listed.
    pub problems: &'a [RosterProblem],
    /// The groups, with all that were counted.
    pub groups: &'a [ProblemGroup],
}

/// Lists all problems, each with a link to its cell; above them what there is to say of the file, and a row
/// for each group of many, with a link to the first of its cells.
pub fn of(told: Told<'_>, remark: Option<(&str, &str)>) -> List {
    let remark = remark.map(|(said, remedy)| self::remark(said, remedy));
    List {
        name: PROBLEMS_SHEET.to_owned(),
        columns: COLUMNS.to_vec(),
        rows: remark
            .into_iter()
            .chain(told.groups.iter().filter_map(summary))
            .chain(told.problems.iter().map(row))
            .collect(),
        without_notes: Some(without_notes),
    }
}

fn remark(said: &str, remedy: &str) -> ListRow {
    let mut texts = vec![String::new(); COLUMNS.len()];
    REMARK.clone_into(&mut texts[0]);
    said.clone_into(&mut texts[5]);
    remedy.clone_into(&mut texts[6]);
    ListRow { texts, link: None }
}

/// The row that says of which sheets the marks have no notes.
fn without_notes(sheets: &[String]) -> ListRow {
    let sheets = sheets.join("”、“");
    let said = format!(
        "工作表“{sheets}”中有原来的批注或控件，原样保留；有问题的单元格只标了颜色，没有另加批注"
    );
    remark(&said, "请按本表逐条核对，点“单元格”一栏可跳到该处")
}

/// The row about all problems of a group, if they are many.
fn summary(group: &ProblemGroup) -> Option<ListRow> {
    if group.listed < LEAST_SUMMARISED {
        return None;
    }
    let (sheet, cell) = group.cells.first()?.rsplit_once('!')?;
    let mut texts = vec![String::new(); COLUMNS.len()];
    texts[0] = format!("{SUMMARY}：{}", group.severity.label());
    sheet.clone_into(&mut texts[1]);
    cell.clone_into(&mut texts[LINKED]);
    texts[3] = group.column.clone().unwrap_or_default();
    texts[5].clone_from(&group.words.zh);
    texts[6].clone_from(&group.remedy.zh);
    let link = Some((LINKED, sheet.to_owned(), cell.to_owned()));
    Some(ListRow { texts, link })
}

fn row(problem: &RosterProblem) -> ListRow {
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let place = problem.sheet.clone().zip(problem.cell.clone());
    ListRow {
        texts: vec![
            problem.severity.label().to_owned(),
            said(&problem.sheet),
            said(&problem.cell),
            said(&problem.column),
            said(&problem.value),
            problem.reason.zh.clone(),
            problem.remedy.zh.clone(),
            said(&problem.proposal),
        ],
        link: place.map(|(sheet, cell)| (LINKED, sheet, cell)),
    }
}
