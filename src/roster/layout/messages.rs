//! Messages about sheets and columns.

use uuid::Uuid;

use super::lexicon::Lexicon;
use super::model::{Layout, Placed, Repeated, of_sheet};
use crate::code_list::CodeList;
use crate::household::rule::Severity;
use crate::problem::{Text, words};
use crate::roster::choices::Choices;
use crate::roster::column::{Column, Record};
use crate::roster::heading::HEADER_WITHIN;
use crate::roster::report::{ColumnReport, Problems, RosterKind, RosterProblem};
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
            words!(
                "所选的列名方案已不存在",
                "the profile of headings that was chosen is gone"
            ),
            words!(
                "请重新选择列名方案，或不用方案",
                "choose another profile, or none"
            ),
        );
        problems.push(RosterProblem::of_file(Severity::Error, refusal));
    }
    for name in &choices.sheets {
        if !sheets.iter().any(|sheet| sheet.name == *name) {
            let refusal = Refusal::new(
                "no_such_sheet",
                words!(
                    "文件里没有所选的工作表“{name}”",
                    "the file has no sheet “{name}”, which was chosen"
                ),
                words!("请重新选择工作表", "choose the sheets again"),
            );
            problems.push(RosterProblem::of_file(Severity::Error, refusal));
        }
    }
    for choice in &choices.columns {
        let field = choice.field.as_deref();
        if let Some(field) = field.filter(|field| lexicon.headings.field(field).is_none()) {
            let refusal = Refusal::new(
                "no_such_field",
                words!(
                    "为“{}”列选择的含义“{field}”不存在",
                    "for the column “{}” the meaning “{field}” was chosen, which does not exist",
                    choice.heading
                ),
                words!(
                    "请重新选择该列的含义",
                    "choose the meaning of the column again"
                ),
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
        Some(named) => {
            let list = R::WORDS.list();
            words!("{list}第 {row} 行的表头有{named}，缺少", "the heading of the {list} in row {row} has {named} and"; list, named)
        }
        None => words!("第 {row} 行的表头缺少", "the heading in row {row}"),
    };
    let (lacking, has) = (Text::joined(&lacking), first_of(&has, "列"));
    problems.push(RosterProblem {
        cell: Some(address(layout.header_row, 0)),
        ..of_sheet(
            &layout.sheet,
            Severity::Error,
            Refusal::new(
                "missing_column",
                words!("{begin}必需的列：{lacking}。已有的列：{has}", "{begin} lacks the required columns {lacking}. It has {has}"; begin, lacking, has),
                words!("请补上缺少的列，或下载空白模板填写", "add the columns that are missing, or fill in our empty template"),
            ),
        )
    });
}

/// The columns by which a list with several of them names something, each with its cell: “户编号”（A1）.
fn named<R: Record>(layout: &Layout<R>) -> Option<Text> {
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
            words!("“{heading}”（{cell}）", "“{heading}” ({cell})")
        })
        .collect();
    (!named.is_empty()).then(|| Text::joined(&named))
}

/// That a file is a list of another kind.
pub(super) fn another_list<R: Record>(
    (sheet, row): (&str, u32),
    (kind, telling): (RosterKind, &[&str]),
    severity: Severity,
) -> RosterProblem {
    let (kind, own) = (kind.text(), R::LIST.text());
    let remedy = if severity == Severity::Error {
        words!(
            "如是{kind}，请按{kind}导入；如确是{own}，请把列名改成{own}的列名，或在导入设置中选中这张工作表",
            "if it is a {kind}, import it as that; if it is a {own}, give the columns the names of one, or choose this sheet among the choices for the import";
            kind, own
        )
    } else {
        words!(
            "如是{kind}，请按{kind}导入；如确是{own}，不必处理",
            "if it is a {kind}, import it as that; if it is a {own}, nothing needs to be done";
            kind, own
        )
    };
    let telling = first_of(telling, "列");
    let reason = words!(
        "第 {row} 行的表头（{telling}）像是{kind}，不是{own}",
        "by its heading in row {row} ({telling}) it seems to be a {kind}, not a {own}";
        telling, kind, own
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
            words!(
                "没有找到必需的“{label}”列；“{heading}”列可能就是，需要确认",
                "the required column “{label}” was not found; “{heading}” may be it, which must be confirmed"
            ),
        )
    } else {
        (
            "column_proposed",
            words!(
                "“{heading}”列可能是“{label}”，没有确认，没有读取",
                "the column “{heading}” may be “{label}”; it was not confirmed and not read"
            ),
        )
    };
    let refusal = Refusal::new(
        code,
        reason,
        words!(
            "请在导入设置中确认这一列的含义，或把列名改成模板中的名称；不需要的列可选择不导入",
            "confirm what the column means among the choices for the import, or give the column the name that it has in our template; a column that is not wanted can be left out"
        ),
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
        {
            let whose = may_be_of(owner);
            words!("“{heading}”列{whose}，没有读取", "the column “{heading}” {whose}, and was not read"; whose)
        },
        words!(
            "如确是名册中人员自己的，请在导入设置中把这一列的含义选为“{}”；不是则选“不导入”，或在文件中改列名（如“帮扶责任人联系电话”）",
            "if it is that of the people of the roster, choose “{}” for it among the choices for the import; else leave it out, or rename it in the file (such as “帮扶责任人联系电话”)",
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
fn alternatives<R: Record>(column: &Column<R>, lexicon: &Lexicon<'_, R>) -> Text {
    let others = R::ONE_OF.iter().find(|one_of| one_of.contains(&column.key));
    let others = others.into_iter().flat_map(|one_of| one_of.iter());
    let others: Vec<_> = others
        .filter(|key| **key != column.key)
        .filter_map(|key| lexicon.headings.field(key))
        .map(|other| other.heading)
        .collect();
    let heading = Text::quoted(&[column.heading]);
    if others.is_empty() {
        heading
    } else {
        let others = Text::quoted(&others);
        words!("{heading}（或{others}）", "{heading} (or {others})"; heading, others)
    }
}

/// The first few of many names, and how many there are: a clerk has the others before their eyes.
fn first_of(names: &[impl AsRef<str>], unit: &str) -> Text {
    let quoted: Vec<_> = names.iter().map(|name| Text::quoted(&[name])).collect();
    first_texts(&quoted, unit)
}

/// As [`first_of`], of names that have their words.
fn first_texts(names: &[Text], unit: &str) -> Text {
    const FIRST: usize = 8;
    const FEW: usize = 12;
    let count = names.len();
    let named = if count > FEW { FIRST } else { count };
    let first = Text::joined(&names[..named]);
    if count > named {
        words!("{first}等 {count} {unit}", "{first} and others, {count} in all"; first)
    } else {
        first
    }
}

pub(super) fn no_roster<R: Record>(sheets: &[&str]) -> RosterProblem {
    let words = R::WORDS;
    let list = words.list();
    let (named_by, sheets) = (words.named_by(), first_of(sheets, "张"));
    RosterProblem::of_file(
        Severity::Error,
        Refusal::new(
            "no_header",
            words!(
                "前 {HEADER_WITHIN} 行内没有找到{list}的表头（已查看的工作表：{sheets}）",
                "the first {HEADER_WITHIN} rows hold no heading of a {list} (these sheets were looked at: {sheets})";
                list, sheets
            ),
            words!(
                "请确认{list}在可见的工作表中，表头为{named_by}等列名；也可下载空白模板填写",
                "see that the {list} stands in a visible sheet, with a heading of columns such as {named_by}; or fill in our empty template";
                list, named_by
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
            .map(|column| {
                let (heading, letters) = (&column.heading, &column.letters);
                words!("{heading}（{letters}）", "“{heading}” ({letters})")
            })
            .collect();
        if !hidden.is_empty() {
            let hidden = first_texts(&hidden, "列");
            problems.push(of_sheet(
                &layout.sheet,
                Severity::Warning,
                Refusal::new(
                    "hidden_columns",
                    words!("隐藏的列也已读取：{hidden}", "hidden columns were read too: {hidden}"; hidden),
                    words!("请确认隐藏的列也要导入；不需要的请删除，或在导入设置中选择不导入", "see whether the hidden columns are wanted; delete those that are not, or leave them out by the choices for the import"),
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
                    {
                        let (sheet, names) = (&layout.sheet, first_of(&names, "张"));
                        words!("只读取了“{names}”；工作表“{sheet}”也像名册，但列不相同，没有读取", "only {names} was read; the sheet “{sheet}” seems to be a roster too, but has other columns and was not read"; names)
                    },
                    words!("如需导入，请在导入设置中选择工作表，或改成相同的列", "if it is wanted, choose the sheets among the choices for the import, or give it the same columns"),
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
        let read = &of(&chosen).letters;
        let reason = words!(
            "“{label}”列出现了 {count} 次（{letters} 列），只读取了所选的 {read} 列",
            "there are {count} columns “{label}” ({letters}), of which the chosen one, {read}, was read";
            letters
        );
        let remedy = words!(
            "如不对，请在导入设置中改选",
            "if that is wrong, choose another among the choices for the import"
        );
        (
            Severity::Warning,
            Refusal::new("duplicate_not_read", reason, remedy),
        )
    } else {
        let reason = {
            let (headings, others) = (first_of(&headings, "列"), of_others(layout, repeated));
            words!("“{label}”列出现了 {count} 次（{letters} 列：{headings}），不知道哪一列是，都没有读取{others}", "there are {count} columns “{label}” ({letters}: {headings}); nothing tells which one is meant, and none was read{others}"; letters, headings, others)
        };
        let remedy = words!(
            "请在导入设置中只给其中一列选定含义，其余的选“不导入”；或在文件中改列名（如“帮扶责任人联系电话”）后重新上传",
            "among the choices for the import say of one of them what it means and leave the others out; or rename it in the file (such as “帮扶责任人联系电话”) and upload it again"
        );
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
fn of_others<R: Record>(layout: &Layout<R>, repeated: &Repeated<R>) -> Text {
    let found = |at: &usize| Some((&layout.reports[*at].letters, layout.owner(*at)?));
    let found = repeated.reports.iter().find_map(found);
    found.map_or_else(Text::default, |(letters, owner)| {
        let whose = may_be_of(owner);
        words!("；{letters} 列{whose}", "; column {letters} {whose}"; whose)
    })
}

/// Whose a column may be that stands behind another.
fn may_be_of(owner: &str) -> Text {
    let is_helper = ["帮扶", "责任人", "干部", "包户", "结对"];
    let whose = if is_helper.iter().any(|word| owner.contains(word)) {
        words!("帮扶责任人的", "that of the helper")
    } else {
        words!("“{owner}”的", "that of “{owner}”")
    };
    words!("跟在“{owner}”列后面，可能是{whose}", "stands behind the column “{owner}” and may be {whose}"; whose)
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
                words!(
                    "不认识“{heading}”列，没有读取",
                    "the column “{heading}” is not known and was not read"
                ),
                words!(
                    "如需导入，请在导入设置中选择这一列的含义，或把列名改成模板中的名称；不需要则不必处理",
                    "if it is wanted, choose what it means among the choices for the import, or give the column the name that it has in our template; else nothing needs to be done"
                ),
            ),
        )
    }
}
