//! A further table in a sheet, below the first: it is known by a heading of its own.

use super::find::missing;
use super::lexicon::Lexicon;
use super::messages::{refuse, warn_of_columns};
use super::model::{Layout, Role, Sort, of_sheet};
use crate::household::rule::Severity;
use crate::problem::words;
use crate::roster::column::{Heading, Record};
use crate::roster::heading;
use crate::roster::report::Problems;
use crate::text::squeezed;
use crate::value::Refusal;
use crate::workbook::reader::{Cell, Row};
use crate::workbook::source::Sheet;

/// What the headings of persons and households hold: a row without any of them is no heading of a
/// roster. A look at these is cheap.
const TELLING: [&str; 6] = ["姓名", "证件", "身份证", "户编号", "工号", "姓 名"];
/// So many known headings make a row a heading.
const LEAST_HEADINGS: usize = 3;

/// Headings that are nobody's name or number: a row with one of them is a heading, though perhaps of a
/// table that is no roster of this kind.
const CERTAIN: [&str; 8] = [
    "姓名",
    "证件号码",
    "身份证号",
    "身份证号码",
    "户编号",
    "工号",
    "户主姓名",
    "帮扶人姓名",
];

/// Words that stand over the columns of tables that are no rosters.
const OVER_COLUMNS: [&str; 46] = [
    "姓名",
    "电话",
    "联系电话",
    "联系方式",
    "手机",
    "手机号",
    "手机号码",
    "单位",
    "工作单位",
    "单位名称",
    "地址",
    "单位地址",
    "联系人",
    "联系人姓名",
    "项目",
    "指标",
    "内容",
    "户数",
    "人数",
    "户数(户)",
    "数量",
    "金额",
    "占比",
    "比例",
    "致贫原因",
    "原因",
    "类别",
    "类型",
    "名称",
    "帮扶人",
    "帮扶单位",
    "帮扶干部",
    "帮扶责任人",
    "责任人",
    "职务",
    "职责",
    "分工",
    "备注",
    "序号",
    "编号",
    "工号",
    "日期",
    "时间",
    "村",
    "镇",
    "村名",
];

/// Whether a row may be the heading of a table.
pub fn may_be_heading(row: &Row<'_>) -> bool {
    let tells = |(_, cell): &(u32, Cell<'_>)| match cell {
        Cell::Text(text) => text.len() < 60 && TELLING.iter().any(|word| text.contains(word)),
        _ => false,
    };
    row.cells.len() >= LEAST_HEADINGS && row.cells.iter().any(tells)
}

/// Whether a row that may be a heading is one for certain.
fn is_heading(row: &Row<'_>) -> bool {
    row.cells.iter().all(|(_, cell)| match cell {
        Cell::Text(text) => !text.contains(|sign: char| sign.is_ascii_digit()),
        _ => false,
    }) && row.cells.iter().any(|(_, cell)| match cell {
        Cell::Text(text) => CERTAIN.contains(&squeezed(text).as_str()),
        _ => false,
    })
}

/// Whether a row is the heading of a small table of another kind: all its cells are words that stand over
/// columns, be it in rosters or in other tables.
pub fn is_foreign_heading<R: Record>(lexicon: &Lexicon<'_, R>, row: &Row<'_>) -> bool {
    let is_heading = |(_, cell): &(u32, Cell<'_>)| match cell {
        Cell::Text(text) if text.len() < 60 => {
            let own = Heading::new(text);
            OVER_COLUMNS.contains(&own.bare()) || lexicon.headings.find(&own).is_some()
        }
        _ => false,
    };
    row.cells.len() > 1 && row.cells.iter().all(is_heading)
}

/// The table that begins with a row as its heading, if its columns stand otherwise than in the table
/// above. What is wrong with it goes to `problems`.
pub fn further<R: Record>(
    lexicon: &Lexicon<'_, R>,
    above: &Layout<R>,
    row: &Row<'_>,
    hidden_columns: &[u32],
    problems: &mut Problems,
) -> Option<Layout<R>> {
    let sheet = Sheet {
        name: above.sheet.clone(),
        visible: true,
        hidden_columns: hidden_columns.to_vec(),
        ..Sheet::default()
    };
    let mut table = lexicon.layout(above.index, &sheet, &heading::of_row(row));
    let known = table.columns.len() + table.repeated.len();
    let repeats =
        |(at, parts): &(u32, Vec<String>)| parts.iter().all(|part| above.is_heading(*at, part));
    let is_other = table
        .headings
        .iter()
        .flat_map(|(_, parts)| parts)
        .any(|part| R::OTHERS.contains(&part.as_str()));
    let is_known = known >= LEAST_HEADINGS;
    if table.headings.iter().all(repeats) || !(is_known || is_heading(row)) {
        return None;
    }
    let tables = std::slice::from_ref(&table);
    let mut lacking = missing(tables, 0, &[], lexicon.headings.table());
    let has_role = |role: Role| table.columns.iter().any(|placed| placed.role == role);
    // A list of people of another kind (村干部名单) has identity numbers, too, and columns of its own.
    let is_list = has_role(Role::Identity) && known >= table.headings.len();
    let is_roster =
        is_known && !is_other && (has_role(Role::Relation) || has_role(Role::Number) || is_list);
    // Of a table that names people by nothing but their names nobody could be known again.
    table.sort = match (is_roster, lacking.is_empty()) {
        (true, true) => Sort::Roster,
        (true, false) => Sort::Lacking,
        (false, _) => Sort::Foreign { ends: None },
    };
    if is_roster {
        warn_of_columns(&table, problems);
    }
    let severity = match table.sort {
        Sort::Roster => Severity::Repair,
        Sort::Lacking => Severity::Error,
        Sort::Foreign { .. } => Severity::Warning,
    };
    if table.sort == Sort::Lacking {
        lacking.retain(|column| !table.repeats(column.key));
        refuse(&table, lexicon, lacking, problems);
    }
    let number = table.header_row;
    let refusal = if table.is_read() {
        Refusal::new(
            "further_table",
            words!(
                "第 {number} 行是新的表头，以下各行按这一行的列名读取",
                "row {number} is another heading, by which the rows below were read"
            ),
            words!(
                "如不对，请把下面的表放到单独的工作表中",
                "if that is wrong, put the table below into a sheet of its own"
            ),
        )
    } else {
        let unread = if table.sort == Sort::Lacking {
            words!(
                "这一行以下没有读取",
                "what stands below this row was not read"
            )
        } else {
            words!("这张表没有读取", "it was not read")
        };
        Refusal::new(
            "another_table",
            words!("第 {number} 行起是另一张表，列与名册不同，{unread}", "another table begins in row {number}, with other columns than the roster; {unread}"; unread),
            words!(
                "如也是名册，请补齐必需的列，或放到单独的工作表中；不是则不必处理",
                "if it is a roster too, add the columns that are required, or put it into a sheet of its own; else nothing needs to be done"
            ),
        )
    };
    let mut problem = of_sheet(&table.sheet, severity, refusal);
    if let Some((at, cell)) = row.cells.first() {
        let shown = crate::value::shown(cell);
        problem = problem.at(&table.sheet, number, *at, "").with_value(shown);
    }
    problems.push(problem);
    Some(table)
}
