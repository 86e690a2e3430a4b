//! Where a roster is in a workbook: its sheets, and what their columns mean.

use std::collections::{BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use super::choices::{Choices, ColumnChoice};
use super::column::{Column, Headings, Record};
use super::heading::{self, Block, HEADER_WITHIN, Meaning, Path};
use super::profile::Profile;
use super::report::{Certainty, ColumnReport, Place, Problems, RosterProblem, SheetReport};
use super::value::{Refusal, Unit};
use crate::household::rule::Severity;
use crate::workbook::reader::MAX_COLUMNS;
use crate::workbook::source::Sheet;
use crate::workbook::{address, column_letters};

/// A row with so many known headings is taken for a heading, if only to say what is missing in it.
const LEAST_HEADINGS: usize = 3;

/// Sheet of our template that says how to fill it in.
pub const NOTES_SHEET: &str = "填写说明";
/// Sheet of our template with fictional rows.
pub const SAMPLE_SHEET: &str = "示例";
/// Sheet of our template with the code lists.
pub const LISTS_SHEET: &str = "代码表";
const NOT_ROSTERS: [&str; 3] = [NOTES_SHEET, SAMPLE_SHEET, LISTS_SHEET];

/// A column of the table at its place in the sheet.
pub struct Placed<R: Record> {
    /// Column of the sheet, from 0.
    pub position: u32,
    /// Its row of the table.
    pub column: &'static Column<R>,
    /// Unit of money in its heading.
    pub unit: Unit,
}

/// Where the columns are in one sheet.
pub struct Layout<R: Record> {
    /// Which sheet, from 0.
    pub index: u16,
    /// Its name.
    pub sheet: String,
    /// Last row of the heading, from 1.
    pub header_row: u32,
    /// The columns that are read.
    pub columns: Vec<Placed<R>>,
    /// All columns that have a heading.
    reports: Vec<ColumnReport>,
    /// For each of `reports`, the column of the sheet and what its own heading says.
    headings: Vec<(u32, String)>,
    /// Columns that may mean a field, in the order of `reports`.
    proposals: Vec<(usize, &'static Column<R>)>,
    /// For each column of the sheet, which of `columns` it is.
    by_position: Vec<Option<usize>>,
}

/// The fields of which a file has columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spoken(BTreeSet<&'static str>);

impl Spoken {
    /// Whether the file says anything of a field.
    pub fn has(&self, key: &str) -> bool {
        self.0.contains(key)
    }
}

impl FromIterator<&'static str> for Spoken {
    fn from_iter<I: IntoIterator<Item = &'static str>>(keys: I) -> Self {
        Self(keys.into_iter().filter(|key| !key.is_empty()).collect())
    }
}

impl<R: Record> Layout<R> {
    /// The first of the columns that fill the field `key`.
    pub fn place_of(&self, key: &str) -> Option<&Placed<R>> {
        self.columns.iter().find(|placed| placed.column.key == key)
    }

    /// Whether the sheet says anything of the field `key`.
    pub fn has(&self, key: &str) -> bool {
        self.place_of(key).is_some()
    }

    /// A problem at the cell of field `key` in a row; where the sheet has no such column, at the
    /// name of the person or household.
    pub fn problem(
        &self,
        severity: Severity,
        row: u32,
        key: &str,
        refusal: Refusal,
    ) -> RosterProblem {
        let problem = RosterProblem::of_file(severity, refusal);
        let named = || {
            let mut keys = R::OF_PART.iter().chain(R::OF_WHOLE);
            keys.find_map(|key| self.place_of(key))
        };
        match self.place_of(key).or_else(named) {
            Some(placed) => self.at(problem, row, placed),
            None => problem,
        }
    }

    /// Puts a problem at a cell.
    pub fn at(&self, problem: RosterProblem, row: u32, placed: &Placed<R>) -> RosterProblem {
        problem.at(&self.sheet, row, placed.position, placed.column.heading)
    }

    /// Which of `columns` stands at a column of the sheet.
    pub fn at_position(&self, position: u32) -> Option<usize> {
        *self.by_position.get(position as usize)?
    }

    /// Whether it has one row for each part; else it has one for each whole.
    pub fn lists_parts(&self) -> bool {
        R::OF_PART.iter().any(|key| self.has(key))
    }

    /// Whether a column of the sheet has a heading.
    pub fn has_heading(&self, position: u32) -> bool {
        self.headings.iter().any(|(at, _)| *at == position)
    }

    /// Whether a text is what the heading of a column says.
    pub fn is_heading(&self, position: u32, text: &str) -> bool {
        self.headings
            .iter()
            .any(|(at, heading)| *at == position && heading == text)
    }

    fn keys(&self) -> BTreeSet<&'static str> {
        self.columns
            .iter()
            .filter(|placed| !placed.column.key.is_empty())
            .map(|placed| placed.column.heading)
            .collect()
    }

    fn unknown(&self) -> impl Iterator<Item = &ColumnReport> {
        self.reports
            .iter()
            .filter(|column| column.certainty == Certainty::Unknown)
    }
}

/// The sheets that are read, by their place in the file.
pub struct Layouts<R: Record> {
    /// By the sheet.
    sheets: Vec<Option<Layout<R>>>,
    /// In which order they are read: sheets with one row a whole go first.
    order: Vec<u16>,
    reports: Vec<SheetReport>,
}

impl<R: Record> Layouts<R> {
    /// The sheets that are read, in the order in which that is to be done.
    pub fn iter(&self) -> impl Iterator<Item = &Layout<R>> {
        self.order.iter().filter_map(|sheet| self.get(*sheet))
    }

    /// Whether any sheet has one row for each part.
    pub fn list_parts(&self) -> bool {
        self.iter().any(Layout::lists_parts)
    }

    /// What is known of the columns of a sheet that is read.
    pub fn get(&self, sheet: u16) -> Option<&Layout<R>> {
        self.sheets.get(usize::from(sheet))?.as_ref()
    }

    /// The fields of which there are columns.
    pub fn spoken(&self) -> Spoken {
        self.iter()
            .flat_map(|layout| &layout.columns)
            .map(|placed| placed.column.key)
            .collect()
    }

    /// A problem at the cell of field `key`, as [`Layout::problem`].
    pub fn problem(
        &self,
        severity: Severity,
        place: Place,
        key: &str,
        refusal: Refusal,
    ) -> RosterProblem {
        match self.get(place.sheet) {
            Some(layout) => layout.problem(severity, place.row, key, refusal),
            None => RosterProblem::of_file(severity, refusal),
        }
    }

    /// Address of the cell of field `key`, with the sheet where it is another than `from`.
    pub fn address(&self, place: Place, key: &str, from: u16) -> String {
        let Some(layout) = self.get(place.sheet) else {
            return String::new();
        };
        let position = layout.place_of(key).map_or(0, |placed| placed.position);
        let cell = address(place.row, position);
        if place.sheet == from {
            cell
        } else {
            format!("{}!{cell}", layout.sheet)
        }
    }

    /// What the report says of the sheets, to which reading adds its counts.
    pub fn reports(&self) -> Vec<SheetReport> {
        self.reports.clone()
    }
}

/// What headings mean: those of the table, those that people chose, those of profiles.
struct Lexicon<'a, R: Record> {
    headings: Headings<R>,
    choices: HashMap<&'a str, Option<&'a str>>,
    profiles: Vec<(&'a Profile, HashMap<&'a str, Option<&'a str>>)>,
    /// The profile that was named.
    named: Option<Uuid>,
}

/// What one heading was taken for.
struct Reading<R: Record> {
    column: Option<&'static Column<R>>,
    certainty: Certainty,
}

fn mapping(columns: &[ColumnChoice]) -> HashMap<&str, Option<&str>> {
    columns
        .iter()
        .map(|choice| (choice.heading.as_str(), choice.field.as_deref()))
        .collect()
}

impl<'a, R: Record> Lexicon<'a, R> {
    fn new(table: &'static [Column<R>], choices: &'a Choices, profiles: &'a [Profile]) -> Self {
        Self {
            headings: Headings::of(table),
            choices: mapping(&choices.columns),
            profiles: profiles
                .iter()
                .map(|profile| (profile, mapping(&profile.columns.0)))
                .collect(),
            named: choices.profile_id,
        }
    }

    /// The profile that counts for a heading: one that was named, else one with just its columns.
    fn profile(&self, block: &Block) -> Option<&HashMap<&'a str, Option<&'a str>>> {
        let names: HashSet<String> = block.paths.iter().map(Path::name).collect();
        let fits = |columns: &HashMap<&str, Option<&str>>| {
            columns.len() == names.len() && columns.keys().all(|name| names.contains(*name))
        };
        self.profiles
            .iter()
            .find(|(profile, _)| self.named == Some(profile.id))
            .or_else(|| self.profiles.iter().find(|(_, columns)| fits(columns)))
            .map(|(_, columns)| columns)
    }

    fn read(&self, path: &Path, profile: Option<&HashMap<&'a str, Option<&'a str>>>) -> Reading<R> {
        let name = path.name();
        let as_said = |field: Option<&str>, certainty| Reading {
            column: field.and_then(|field| self.headings.field(field)),
            certainty,
        };
        if let Some(field) = self.choices.get(name.as_str()) {
            return as_said(*field, Certainty::Chosen);
        }
        if let Some(field) = profile.and_then(|columns| columns.get(name.as_str())) {
            return as_said(*field, Certainty::Profile);
        }
        match self.headings.meaning(&path.parts) {
            Meaning::Certain(column) => Reading {
                column: Some(column),
                certainty: Certainty::Exact,
            },
            Meaning::Doubtful(column) => Reading {
                column: Some(column),
                certainty: Certainty::Proposed,
            },
            Meaning::Unknown => Reading {
                column: None,
                certainty: Certainty::Unknown,
            },
        }
    }

    /// Where the heading of a sheet is, if it has one at all.
    fn find(&self, index: u16, sheet: &Sheet) -> Option<Layout<R>> {
        let certain = |block: &Block| {
            let profile = self.profile(block);
            block
                .paths
                .iter()
                .map(|path| self.read(path, profile))
                .filter(|read| read.column.is_some() && read.certainty != Certainty::Proposed)
                .count()
        };
        let likely = |block: &Block| {
            let known = |path: &&Path| {
                self.headings
                    .propose(&path.parts, &[], Unit::Yuan)
                    .is_some()
                    || !matches!(self.headings.meaning(&path.parts), Meaning::Unknown)
            };
            block.paths.iter().filter(known).count()
        };
        let block = best(heading::blocks(sheet), certain).or_else(|| {
            // Headings nearly all of which must be asked back stand in one row, as a rule.
            let lone = heading::blocks(sheet).filter(|block| block.top == block.bottom);
            best(lone, likely)
        })?;
        let block = heading::widened(block, sheet);
        Some(self.layout(index, sheet, &block))
    }

    fn layout(&self, index: u16, sheet: &Sheet, block: &Block) -> Layout<R> {
        let mut layout = Layout {
            index,
            sheet: sheet.name.clone(),
            header_row: block.bottom,
            columns: Vec::new(),
            reports: Vec::new(),
            headings: Vec::new(),
            proposals: Vec::new(),
            by_position: vec![None; MAX_COLUMNS as usize],
        };
        let profile = self.profile(block);
        let readings: Vec<Reading<R>> = block
            .paths
            .iter()
            .map(|path| self.read(path, profile))
            .collect();
        let mut taken: HashSet<&str> = readings
            .iter()
            .filter(|read| read.certainty != Certainty::Proposed)
            .filter_map(|read| Some(read.column?.key))
            .collect();
        for (path, mut read) in block.paths.iter().zip(readings) {
            if read.certainty == Certainty::Unknown {
                let samples = heading::samples(sheet, block.bottom, path.position);
                read.column = self.headings.propose(&path.parts, &samples, path.unit());
                read.certainty = Certainty::Proposed;
            }
            if read.certainty == Certainty::Proposed
                && !read.column.is_some_and(|column| taken.insert(column.key))
            {
                read = Reading {
                    column: None,
                    certainty: Certainty::Unknown,
                };
            }
            layout.place(path, &read, sheet);
        }
        layout
    }
}

/// The block with the most known headings; of several the first, which is the smallest.
fn best(blocks: impl Iterator<Item = Block>, known: impl Fn(&Block) -> usize) -> Option<Block> {
    let mut best: Option<(usize, Block)> = None;
    for block in blocks {
        let count = known(&block);
        if count >= LEAST_HEADINGS && best.as_ref().is_none_or(|(most, _)| *most < count) {
            best = Some((count, block));
        }
    }
    best.map(|(_, block)| block)
}

impl<R: Record> Layout<R> {
    fn place(&mut self, path: &Path, read: &Reading<R>, sheet: &Sheet) {
        let column = read.column;
        match (column, read.certainty) {
            (Some(column), Certainty::Proposed) => {
                self.proposals.push((self.reports.len(), column));
            }
            (Some(column), _) => {
                self.by_position[path.position as usize] = Some(self.columns.len());
                self.columns.push(Placed {
                    position: path.position,
                    column,
                    unit: path.unit(),
                });
            }
            (None, _) => {}
        }
        self.reports.push(ColumnReport {
            letters: column_letters(path.position),
            heading: path.name(),
            field: column
                .map(|column| column.key.to_owned())
                .filter(|key| !key.is_empty()),
            label: column.map(|column| column.heading.to_owned()),
            certainty: read.certainty,
            hidden: sheet.hidden_columns.contains(&path.position),
        });
        let own = path.parts.last().cloned().unwrap_or_default();
        self.headings.push((path.position, own));
    }
}

/// Finds the roster. Where there is none, no sheet is read, and the problems say why.
pub fn find<R: Record>(
    sheets: &[Sheet],
    table: &'static [Column<R>],
    choices: &Choices,
    profiles: &[Profile],
    problems: &mut Problems,
) -> Layouts<R> {
    let lexicon = Lexicon::new(table, choices, profiles);
    check_choices(sheets, &lexicon, choices, problems);
    let is_chosen = |sheet: &Sheet| choices.sheets.contains(&sheet.name);
    let mut found: Vec<Layout<R>> = Vec::new();
    let mut hidden = Vec::new();
    for (index, sheet) in (0..).zip(sheets) {
        let passed_over = NOT_ROSTERS.contains(&sheet.name.trim());
        let wanted = if choices.sheets.is_empty() {
            !passed_over
        } else {
            is_chosen(sheet)
        };
        if !wanted {
            continue;
        }
        match lexicon.find(index, sheet) {
            Some(layout) if sheet.visible || is_chosen(sheet) => found.push(layout),
            Some(layout) => hidden.push(layout),
            None if is_chosen(sheet) => problems.push(no_roster(&[&sheet.name])),
            None => {}
        }
    }
    let chosen = choose(&found, table, !choices.sheets.is_empty());
    match &chosen {
        Ok(read) => {
            warn(&found, read, problems);
            for at in read {
                // Others may be chosen beside those that are complete.
                refuse(&found[*at], missing(&found, *at, read, table), problems);
            }
        }
        Err(Some(nearest)) => refuse(
            &found[*nearest],
            missing(&found, *nearest, &[], table),
            problems,
        ),
        Err(None) if choices.sheets.is_empty() => {
            problems.push(no_roster(
                &sheets
                    .iter()
                    .map(|sheet| sheet.name.as_str())
                    .collect::<Vec<_>>(),
            ));
        }
        Err(None) => {}
    }
    for layout in &hidden {
        problems.push(of_sheet(
            &layout.sheet,
            Severity::Warning,
            Refusal::new(
                "hidden_sheet",
                format!("工作表“{}”是隐藏的，没有读取", layout.sheet),
                "如需导入，请取消隐藏，或在导入设置中选中这张工作表",
            ),
        ));
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
        })
        .collect();
    for layout in found.iter().chain(&hidden) {
        reports[usize::from(layout.index)]
            .columns
            .clone_from(&layout.reports);
    }
    let mut layouts = Layouts {
        sheets: sheets.iter().map(|_| None).collect(),
        order: Vec::new(),
        reports,
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
fn missing<R: Record>(
    found: &[Layout<R>],
    at: usize,
    others: &[usize],
    table: &'static [Column<R>],
) -> Vec<&'static Column<R>> {
    let layout = &found[at];
    table
        .iter()
        .filter(|column| column.required && !layout.has(column.key))
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

/// Choices of sheets and fields that are not there.
fn check_choices<R: Record>(
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

/// A problem of a sheet as a whole.
pub fn of_sheet(sheet: &str, severity: Severity, refusal: Refusal) -> RosterProblem {
    RosterProblem {
        sheet: Some(sheet.to_owned()),
        ..RosterProblem::of_file(severity, refusal)
    }
}

/// Why a sheet that lacks required columns is no roster.
fn refuse<R: Record>(
    layout: &Layout<R>,
    mut lacking: Vec<&'static Column<R>>,
    problems: &mut Problems,
) {
    for (index, column) in &layout.proposals {
        let report = &layout.reports[*index];
        if let Some(asked) = lacking.iter().position(|lacks| lacks.key == column.key) {
            lacking.remove(asked);
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
    let lacking: Vec<_> = lacking.iter().map(|column| column.heading).collect();
    problems.push(RosterProblem {
        cell: Some(address(layout.header_row, 0)),
        ..of_sheet(
            &layout.sheet,
            Severity::Error,
            Refusal::new(
                "missing_column",
                format!(
                    "第 {} 行的表头缺少必需的列：{}。已有的列：{}",
                    layout.header_row,
                    lacking.join("、"),
                    has.join("、")
                ),
                "请补上缺少的列，或下载空白模板填写",
            ),
        )
    });
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

fn no_roster(sheets: &[&str]) -> RosterProblem {
    RosterProblem::of_file(
        Severity::Error,
        Refusal::new(
            "no_header",
            format!(
                "前 {HEADER_WITHIN} 行内没有找到名册的表头（已查看的工作表：{}）",
                sheets.join("、")
            ),
            "请确认名册在可见的工作表中，表头为“姓名、证件号码……”等列名；也可下载空白模板填写",
        ),
    )
}

/// What people should know of the sheets and columns that are read, and of those that are not.
fn warn<R: Record>(found: &[Layout<R>], read: &[usize], problems: &mut Problems) {
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
                    format!("隐藏的列也已读取：{}", hidden.join("、")),
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
                        names.join("、"),
                        layout.sheet
                    ),
                    "如需导入，请在导入设置中选择工作表，或改成相同的列",
                ),
            ));
        }
    }
}

/// What stands in the heading and is not read, or stands there twice.
fn warn_of_columns<R: Record>(layout: &Layout<R>, problems: &mut Problems) {
    let mut seen = HashSet::new();
    for placed in &layout.columns {
        if !placed.column.key.is_empty() && !seen.insert(placed.column.heading) {
            let refusal = Refusal::new(
                "duplicate_column",
                format!("“{}”列出现了两次", placed.column.heading),
                "请只保留一列",
            );
            let problem = RosterProblem::of_file(Severity::Error, refusal);
            problems.push(layout.at(problem, layout.header_row, placed));
        }
    }
    for (index, column) in &layout.proposals {
        let report = &layout.reports[*index];
        problems.push(proposed(layout, report, column, Severity::Warning));
    }
    for column in layout.unknown() {
        problems.push(unknown_column(layout, &column.heading, &column.letters));
    }
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
