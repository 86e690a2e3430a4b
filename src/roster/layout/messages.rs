//! Messages about sheets and columns.

use uuid::Uuid;

use super::lexicon::Lexicon;
use super::model::{Layout, Placed, Repeated, of_sheet};
use crate::household::rule::Severity;
use crate::roster::choices::Choices;
use crate::roster::column::{Column, ListKind, Record};
use crate::roster::heading::HEADER_WITHIN;
use crate::roster::report::{ColumnReport, Problems, RosterProblem};
use crate::value::Refusal;
use crate::workbook::source::Sheet;
use crate::workbook::{address, column_letters};

/// Choices of sheets and fields that are not there.
pub(super) fn check_choices<R: Record>(
    sheets: &[Sheet],
    lexicon: &Lexicon<'_, R>,
    choices: &Choices,
    problems: &mut Problems,
) {
    let known = |id: Uuid| lexicon.profiles.iter().any(|(profile, _)| profile.id == id);
    if choices.profile_id.is_some_and(|id| !known(id)) {
        let refusal = Refusal::new(
            "no_such_profile",
            "所选的列名方案已不存在",
            "请重新选择列名方案，或不用方案",
        );
        problems.push(RosterProblem::of_file(Severity::Error, refusal));
    }
    for name in &choices.sheets {
        if !sheets.iter().any(|sheet| sheet.name == *name) {
            let refusal = Refusal::new(
                "no_such_sheet",
                format!("文件里没有所选的工作表“{name}”"),
                "请重新选择工作表",
            );
            problems.push(RosterProblem::of_file(Severity::Error, refusal));
        }
    }
    for choice in &choices.columns {
        let field = choice.field.as_deref();
        if let Some(field) = field.filter(|field| lexicon.headings.field(field).is_none()) {
            let refusal = Refusal::new(
                "no_such_field",
                format!("为“{}”列选择的字段“{field}”不存在", choice.heading),
                "请重新选择该列对应的字段",
            );
            problems.push(RosterProblem::of_file(Severity::Error, refusal));
        }
    }
}

/// Why a sheet that lacks required columns is no roster.
pub(super) fn refuse<R: Record>(
    layout: &Layout<R>,
    lexicon: &Lexicon<'_, R>,
    mut lacking: Vec<&'static Column<R>>,
    problems: &mut Problems,
) {
    // A column lacks no more where another that would do in its place may be there.
    let would_do = |lacks: &Column<R>, key: &str| {
        let of_both = |one_of: &[&str]| one_of.contains(&lacks.key) && one_of.contains(&key);
        lacks.key == key || R::ONE_OF.iter().any(|one_of| of_both(one_of))
    };
    for repeated in &layout.repeated {
        if let Some(twice) = lacking
            .iter()
            .position(|lacks| would_do(lacks, repeated.column.key))
        {
            lacking.remove(twice);
            problems.push(duplicate(layout, repeated));
        }
    }
    for (index, column) in &layout.proposals {
        let report = &layout.reports[*index];
        if let Some(asked) = lacking.iter().position(|lacks| would_do(lacks, column.key)) {
            lacking.remove(asked);
            problems.push(proposed(layout, report, column, Severity::Error));
        }
    }
    // 户主姓名 beside a relation in every row is often the name of each person.
    let names = lacking.iter().position(|lacks| lacks.key == "name");
    let head_name = layout.place_of("head_name");
    if let (Some(at), Some(head_name), true) = (names, head_name, layout.has("relation")) {
        let letters = column_letters(head_name.position);
        let report = layout
            .reports
            .iter()
            .find(|report| report.letters == letters);
        if let Some(report) = report {
            let column = lacking.remove(at);
            problems.push(proposed(layout, report, column, Severity::Error));
        }
    }
    if lacking.is_empty() {
        return;
    }
    let has: Vec<_> = layout
        .reports
        .iter()
        .map(|column| column.heading.as_str())
        .collect();
    let lacking: Vec<_> = lacking
        .iter()
        .map(|column| alternatives(column, lexicon))
        .collect();
    let row = layout.header_row;
    let begin = match named(layout) {
        Some(named) => format!("{}第 {row} 行的表头有{named}，缺少", R::WORDS.list),
        None => format!("第 {row} 行的表头缺少"),
    };
    problems.push(RosterProblem {
        cell: Some(address(layout.header_row, 0)),
        ..of_sheet(
            &layout.sheet,
            Severity::Error,
            Refusal::new(
                "missing_column",
                format!(
                    "{begin}必需的列：{}。已有的列：{}",
                    lacking.join("、"),
                    first_of(&has, "列")
                ),
                if R::WORDS.has_template {
                    "请补上缺少的列，或下载空白模板填写"
                } else {
                    "请补上缺少的列"
                },
            ),
        )
    });
}

/// The columns by which a list with several of them names something, each with its cell: “户编号”（A1）.
fn named<R: Record>(layout: &Layout<R>) -> Option<String> {
    let names = |placed: &&Placed<R>| {
        let mut one_of = R::ONE_OF.iter();
        one_of.any(|keys| keys.contains(&placed.column.key))
    };
    let named: Vec<_> = layout
        .columns
        .iter()
        .filter(names)
        .map(|placed| {
            let heading = layout.heading_at(placed.position);
            let cell = address(layout.header_row, placed.position);
            format!("“{heading}”（{cell}）")
        })
        .collect();
    (!named.is_empty()).then(|| named.join("、"))
}

/// That a file is a list of another kind.
pub(super) fn another_list<R: Record>(
    (sheet, row): (&str, u32),
    (kind, telling): (ListKind, &[&str]),
    severity: Severity,
) -> RosterProblem {
    let (kind, own) = (kind.label(), R::LIST.label());
    let remedy = if severity == Severity::Error {
        format!(
            "如是{kind}，请按{kind}导入；如确是{own}，请把列名改成{own}的列名，或在导入设置中选中这张工作表"
        )
    } else {
        format!("如是{kind}，请按{kind}导入；如确是{own}，不必处理")
    };
    let reason = format!(
        "第 {row} 行的表头（{}）像是{kind}，不是{own}",
        first_of(telling, "列")
    );
    RosterProblem {
        cell: Some(address(row, 0)),
        ..of_sheet(
            sheet,
            severity,
            Refusal::new("another_list", reason, remedy),
        )
    }
}

/// A column that may mean a field, if people say so.
fn proposed<R: Record>(
    layout: &Layout<R>,
    report: &ColumnReport,
    column: &Column<R>,
    severity: Severity,
) -> RosterProblem {
    let label = column.heading;
    let heading = &report.heading;
    let (code, reason) = if severity == Severity::Error {
        (
            "column_unconfirmed",
            format!("没有找到必需的“{label}”列；“{heading}”列可能就是，需要确认"),
        )
    } else {
        (
            "column_proposed",
            format!("“{heading}”列可能是“{label}”，没有确认，没有读取"),
        )
    };
    let refusal = Refusal::new(
        code,
        reason,
        "请在导入设置中确认这一列的含义，或把列名改成模板中的名称；不需要的列可选择不导入",
    );
    RosterProblem {
        cell: Some(format!("{}{}", report.letters, layout.header_row)),
        column: Some(heading.clone()),
        proposal: Some(label.to_owned()),
        ..of_sheet(&layout.sheet, severity, refusal)
    }
}

/// A column that may be about another person than the rows', if people do not say that it is theirs.
fn of_another<R: Record>(
    layout: &Layout<R>,
    report: &ColumnReport,
    column: &Column<R>,
    owner: &str,
) -> RosterProblem {
    let heading = &report.heading;
    let refusal = Refusal::new(
        "column_of_another",
        format!("“{heading}”列{}，没有读取", may_be_of(owner)),
        format!(
            "如确是名册中人员自己的，请在导入设置中把这一列的含义选为“{}”；不是则选“不导入”，或在文件中改列名（如“帮扶人联系电话”）",
            column.heading
        ),
    );
    RosterProblem {
        cell: Some(format!("{}{}", report.letters, layout.header_row)),
        column: Some(heading.clone()),
        proposal: Some(column.heading.to_owned()),
        ..of_sheet(&layout.sheet, Severity::Warning, refusal)
    }
}

/// The heading of a required column, with those of the columns that would do in its place.
fn alternatives<R: Record>(column: &Column<R>, lexicon: &Lexicon<'_, R>) -> String {
    let others = R::ONE_OF.iter().find(|one_of| one_of.contains(&column.key));
    let others = others.into_iter().flat_map(|one_of| one_of.iter());
    let others: Vec<_> = others
        .filter(|key| **key != column.key)
        .filter_map(|key| lexicon.headings.field(key))
        .map(|other| other.heading)
        .collect();
    if others.is_empty() {
        column.heading.to_owned()
    } else {
        format!("{}（或{}）", column.heading, others.join("、"))
    }
}

/// The first few of many names, and how many there are: a clerk has the others before their eyes.
fn first_of(names: &[impl AsRef<str>], unit: &str) -> String {
    const FIRST: usize = 8;
    const FEW: usize = 12;
    let count = names.len();
    let named = if count > FEW { FIRST } else { count };
    let first: Vec<_> = names[..named].iter().map(AsRef::as_ref).collect();
    let first = first.join("、");
    if count > named {
        format!("{first} 等 {count} {unit}")
    } else {
        first
    }
}

pub(super) fn no_roster<R: Record>(sheets: &[&str]) -> RosterProblem {
    let words = R::WORDS;
    let list = words.list;
    let template = if words.has_template {
        "；也可下载空白模板填写"
    } else {
        ""
    };
    RosterProblem::of_file(
        Severity::Error,
        Refusal::new(
            "no_header",
            format!(
                "前 {HEADER_WITHIN} 行内没有找到{list}的表头（已查看的工作表：{}）",
                first_of(sheets, "张")
            ),
            format!(
                "请确认{list}在可见的工作表中，表头为“{}……”等列名{template}",
                words.named_by
            ),
        ),
    )
}

/// Warns of sheets and columns that are not read, or read in a way that people should know.
pub(super) fn warn<R: Record>(found: &[Layout<R>], read: &[usize], problems: &mut Problems) {
    for at in read {
        let layout = &found[*at];
        warn_of_columns(layout, problems);
        let hidden: Vec<_> = layout
            .reports
            .iter()
            .filter(|column| column.hidden && column.is_read())
            .map(|column| format!("{}（{}）", column.heading, column.letters))
            .collect();
        if !hidden.is_empty() {
            problems.push(of_sheet(
                &layout.sheet,
                Severity::Warning,
                Refusal::new(
                    "hidden_columns",
                    format!("隐藏的列也已读取：{}", first_of(&hidden, "列")),
                    "请确认隐藏的列也要导入；不需要的请删除，或在导入设置中选择不导入",
                ),
            ));
        }
    }
    let names: Vec<_> = read.iter().map(|at| found[*at].sheet.as_str()).collect();
    for (at, layout) in found.iter().enumerate() {
        if !read.contains(&at) {
            problems.push(of_sheet(
                &layout.sheet,
                Severity::Warning,
                Refusal::new(
                    "sheet_not_read",
                    format!(
                        "只读取了“{}”；工作表“{}”也像名册，但列不相同，没有读取",
                        first_of(&names, "张"),
                        layout.sheet
                    ),
                    "如需导入，请在导入设置中选择工作表，或改成相同的列",
                ),
            ));
        }
    }
}

/// What stands in the heading and is not read, or stands there twice.
pub(super) fn warn_of_columns<R: Record>(layout: &Layout<R>, problems: &mut Problems) {
    for repeated in &layout.repeated {
        problems.push(duplicate(layout, repeated));
    }
    for (index, column) in &layout.proposals {
        let report = &layout.reports[*index];
        problems.push(match layout.owner(*index) {
            Some(owner) => of_another(layout, report, column, owner),
            None => proposed(layout, report, column, Severity::Warning),
        });
    }
    for column in layout.unknown() {
        problems.push(unknown_column(layout, &column.heading, &column.letters));
    }
}

/// That a field has several columns, of which none is read until one is chosen.
fn duplicate<R: Record>(layout: &Layout<R>, repeated: &Repeated<R>) -> RosterProblem {
    let of = |at: &usize| &layout.reports[*at];
    let letters: Vec<_> = repeated
        .reports
        .iter()
        .map(|at| of(at).letters.as_str())
        .collect();
    let headings: Vec<_> = repeated
        .reports
        .iter()
        .map(|at| of(at).heading.as_str())
        .collect();
    let (label, letters) = (repeated.column.heading, first_of(&letters, "列"));
    let count = repeated.reports.len();
    let (severity, refusal) = if let Some(chosen) = repeated.chosen {
        let reason = format!(
            "“{label}”列出现了 {count} 次（{letters} 列），只读取了所选的 {} 列",
            of(&chosen).letters
        );
        let remedy = "如不对，请在导入设置中改选";
        (
            Severity::Warning,
            Refusal::new("duplicate_not_read", reason, remedy),
        )
    } else {
        let reason = format!(
            "“{label}”列出现了 {count} 次（{letters} 列：{}），不知道哪一列是，都没有读取{}",
            first_of(&headings, "列"),
            of_others(layout, repeated)
        );
        let remedy = "请在导入设置中只给其中一列选定含义，其余的选“不导入”；或在文件中改列名（如“帮扶人联系电话”）后重新上传";
        (
            Severity::Error,
            Refusal::new("duplicate_column", reason, remedy),
        )
    };
    let last = repeated.unread().last().map_or(0, |at| at);
    let report = &layout.reports[last];
    RosterProblem {
        cell: Some(format!("{}{}", report.letters, layout.header_row)),
        column: Some(report.heading.clone()),
        ..of_sheet(&layout.sheet, severity, refusal)
    }
}

/// Which of the columns stands behind one about another person, and so may be theirs.
fn of_others<R: Record>(layout: &Layout<R>, repeated: &Repeated<R>) -> String {
    let found = |at: &usize| Some((&layout.reports[*at].letters, layout.owner(*at)?));
    let found = repeated.reports.iter().find_map(found);
    found.map_or_else(String::new, |(letters, owner)| {
        format!("；{letters} 列{}", may_be_of(owner))
    })
}

/// Whose a column may be that stands behind another.
fn may_be_of(owner: &str) -> String {
    let is_helper = ["帮扶", "责任人", "干部", "包户", "结对"];
    let whose = if is_helper.iter().any(|word| owner.contains(word)) {
        "帮扶人的".to_owned()
    } else {
        format!("“{owner}”的")
    };
    format!("跟在“{owner}”列后面，可能是{whose}")
}

fn unknown_column<R: Record>(layout: &Layout<R>, heading: &str, letters: &str) -> RosterProblem {
    RosterProblem {
        cell: Some(format!("{letters}{}", layout.header_row)),
        column: Some(heading.to_owned()),
        ..of_sheet(
            &layout.sheet,
            Severity::Warning,
            Refusal::new(
                "unknown_column",
                format!("不认识“{heading}”列，没有读取"),
                "如需导入，请在导入设置中选择这一列的含义，或把列名改成模板中的名称；不需要则不必处理",
            ),
        )
    }
}
