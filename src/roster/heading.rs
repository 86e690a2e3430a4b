//! Headings of a sheet: in which rows they stand, what they say, and which column each may mean.
//!
//! A heading may take up to three rows: group headings over merged cells, and below them what each
//! column holds. It is then a path of parts, and the last part is matched first: the groups are its
//! context, as in 户主/姓名 beside 家庭成员/姓名.

use std::collections::HashMap;

use super::column::{Carry, Column, Heading, Headings, Kind, Record};
use crate::text::squeezed;
use crate::value::{self, Unit};
use crate::workbook::reader::{Cell, MAX_COLUMNS, Row};
use crate::workbook::source::{Area, Sheet};

/// A heading begins within so many rows.
pub const HEADER_WITHIN: u32 = 20;
const MOST_ROWS: u32 = 3;
/// Cells of a column that are looked at to see what it holds.
const SAMPLES: usize = 40;

/// The rows that a heading may take, and what it would say.
#[derive(Debug)]
pub struct Block {
    /// First row, from 1.
    pub top: u32,
    /// Last row.
    pub bottom: u32,
    /// The columns that have a heading, from the left.
    pub paths: Vec<Path>,
}

/// The heading of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Column of the sheet, from 0.
    pub position: u32,
    /// From the widest group to the column's own heading; never empty.
    pub parts: Vec<String>,
    /// Which of the columns with just this heading it is, from 1; 0 where there is one alone.
    pub repeat: usize,
}

impl Path {
    /// As reports and choices name it. Columns with the same heading are told apart by their order, so
    /// that one of them can be chosen.
    pub fn name(&self) -> String {
        match self.repeat {
            0 => self.words(),
            repeat => format!("{}（第 {repeat} 个）", self.words()),
        }
    }

    /// What stands over the column, be it over others too.
    pub fn words(&self) -> String {
        self.parts.join("/")
    }

    /// The unit of money that any of its parts names.
    pub fn unit(&self) -> Unit {
        Heading::new(&self.parts.concat()).unit
    }
}

/// All rows that may be a heading, single rows before blocks of several.
pub fn blocks(sheet: &Sheet) -> impl Iterator<Item = Block> {
    (1..=MOST_ROWS as usize).flat_map(move |rows| {
        sheet
            .head
            .windows(rows)
            .filter(|rows| {
                let (top, bottom) = (rows[0].number, rows[rows.len() - 1].number);
                top <= HEADER_WITHIN && (bottom - top) as usize + 1 == rows.len()
            })
            .map(|rows| block(rows, &sheet.merged))
    })
}

/// A block with the rows that belong to it without making more of its headings known: the groups over
/// it, and below it the columns of its groups, or the units.
pub fn widened(block: Block, sheet: &Sheet) -> Block {
    let row = |number: u32| sheet.head.iter().find(|row| row.number == number);
    let is_group = |area: &&Area| {
        let Some(row) = row(area.top) else {
            return false;
        };
        let Some((_, cell)) = row.cells.iter().find(|(at, _)| *at == area.left) else {
            return false;
        };
        // What stands alone over most of the table is its title.
        let width = area.right.saturating_sub(area.left) as usize + 1;
        let is_alone = row.cells.len() == 1 && 2 * width > block.paths.len();
        width > 1
            && area.bottom + 1 == block.top
            && !is_alone
            && !is_title(&squeezed(&value::shown(cell)))
    };
    let top = sheet
        .merged
        .iter()
        .filter(is_group)
        .map(|area| area.top)
        .min();
    let top = top
        .unwrap_or(block.top)
        .max((block.bottom + 1).saturating_sub(MOST_ROWS));
    let next = row(block.bottom + 1);
    let has_units = next.is_some_and(|row| {
        row.cells
            .iter()
            .all(|(_, cell)| is_mark(&value::shown(cell)))
    });
    let last = row(block.bottom).zip(next);
    let has_groups = last.is_some_and(|(last, next)| stand_below_groups(last, next, &sheet.merged));
    let has_more = (has_units || has_groups) && block.bottom + 1 - top < MOST_ROWS;
    let bottom = block.bottom + u32::from(has_more);
    if (top, bottom) == (block.top, block.bottom) {
        return block;
    }
    let rows: Vec<_> = sheet
        .head
        .iter()
        .filter(|row| (top..=bottom).contains(&row.number))
        .cloned()
        .collect();
    self::block(&rows, &sheet.merged)
}

/// Whether the last row of a heading has groups, and the next row says nothing but which columns they
/// have: 帮扶责任人 over 姓名 and 单位. What a merged area repeats counts for nothing.
fn stand_below_groups(last: &Row<'_>, next: &Row<'_>, merged: &[Area]) -> bool {
    let text = |cell: &Cell<'_>| squeezed(&value::shown(cell));
    let repeats = |(at, cell): &&(u32, Cell<'_>)| {
        last.cells
            .iter()
            .any(|(above, it)| above == at && text(it) == text(cell))
    };
    let own: Vec<&(u32, Cell<'_>)> = next.cells.iter().filter(|it| !repeats(it)).collect();
    let over = |at: u32| {
        last.cells
            .iter()
            .rev()
            .map(|(above, _)| *above)
            .find(|it| *it <= at)
    };
    // The group of a column: the merged area over it, or without any the heading to the left of it.
    let group = |at: u32| {
        let mut areas = merged
            .iter()
            .filter(|it| it.bottom == last.number && it.right > it.left);
        let area = areas
            .find(|it| (it.left..=it.right).contains(&at))
            .map(|it| it.left);
        area.or_else(|| over(at).filter(|_| merged.is_empty()))
    };
    let mut groups: Vec<Option<u32>> = own.iter().map(|(at, _)| group(*at)).collect();
    let is_heading = |(_, cell): &&(u32, Cell<'_>)| match cell {
        Cell::Text(text) => !text.contains(|it: char| it.is_ascii_digit()),
        _ => false,
    };
    let all = groups.len();
    groups.dedup();
    // Each group has at least two columns.
    own.iter().all(is_heading) && all > 0 && !groups.contains(&None) && 2 * groups.len() <= all
}

/// What a row would say as a heading by itself.
pub fn of_row(row: &Row<'_>) -> Block {
    block(std::slice::from_ref(row), &[])
}

fn block(rows: &[Row<'_>], merged: &[Area]) -> Block {
    let (top, bottom) = (rows[0].number, rows[rows.len() - 1].number);
    let touching: Vec<&Area> = merged
        .iter()
        .filter(|area| area.top >= top && area.top <= bottom)
        .collect();
    let mut paths: Vec<Path> = Vec::new();
    let last = rows
        .iter()
        .flat_map(|row| row.cells.iter().map(|(position, _)| *position))
        .chain(touching.iter().map(|area| area.right))
        .max();
    // A merged area may reach beyond the columns that are read.
    for position in 0..=last.unwrap_or(0).min(MAX_COLUMNS - 1) {
        let mut parts: Vec<String> = Vec::new();
        for row in rows {
            let Some(text) = text_at(row, position, rows, &touching) else {
                continue;
            };
            if parts.last() != Some(&text) {
                parts.push(text);
            }
        }
        // A group alone is no column: its cells below may be empty on purpose.
        if !parts.is_empty() && has_own_text(position, rows, &touching) {
            paths.push(Path {
                position,
                parts,
                repeat: 0,
            });
        }
    }
    count_repeats(&mut paths);
    Block { top, bottom, paths }
}

/// Numbers the columns that have the same heading.
fn count_repeats(paths: &mut [Path]) {
    let mut seen: HashMap<Vec<String>, (usize, usize)> = HashMap::new();
    for at in 0..paths.len() {
        let (first, count) = seen.entry(paths[at].parts.clone()).or_insert((at, 0));
        *count += 1;
        if *count > 1 {
            paths[at].repeat = *count;
            paths[*first].repeat = 1;
        }
    }
}

/// What stands over a column in a row: in the cell, or in the merged area that it belongs to.
fn text_at(row: &Row<'_>, position: u32, rows: &[Row<'_>], merged: &[&Area]) -> Option<String> {
    let own = |row: &Row<'_>, position: u32| {
        let cell = row.cells.iter().find(|(at, _)| *at == position);
        cell.map(|(_, cell)| squeezed(&value::shown(cell)))
            .filter(|text| !text.is_empty())
    };
    if let Some(text) = own(row, position) {
        return Some(text);
    }
    let inside = |area: &&&Area| {
        (area.top..=area.bottom).contains(&row.number)
            && (area.left..=area.right).contains(&position)
    };
    if let Some(area) = merged.iter().find(inside) {
        let first = rows.iter().find(|row| row.number == area.top)?;
        return own(first, area.left);
    }
    // Without merged areas, as in a .csv, a group's text stands over its first column only.
    let is_last = row.number == rows[rows.len() - 1].number;
    if is_last || !merged.is_empty() {
        return None;
    }
    let below = |row: &&Row<'_>| own(row, position).is_some();
    rows.iter()
        .filter(|other| other.number > row.number)
        .find(below)?;
    (0..position).rev().find_map(|left| own(row, left))
}

/// Whether a text belongs to this column, and not to a group of columns that have their own below.
fn has_own_text(position: u32, rows: &[Row<'_>], merged: &[&Area]) -> bool {
    rows.iter().any(|row| {
        row.cells.iter().any(|(at, _)| *at == position)
            && !merged.iter().any(|area| {
                (area.top, area.left) == (row.number, position)
                    && area.right > position
                    && area.bottom < rows[rows.len() - 1].number
            })
    })
}

/// What a heading means.
pub enum Meaning<R: Record> {
    /// Certainly this column.
    Certain(&'static Column<R>),
    /// This column, of a person who may be another than the row's.
    Doubtful(&'static Column<R>),
    /// Nothing that is known.
    Unknown,
}

/// Groups whose columns speak of another person than the row's.
const OTHER_PERSONS: [&str; 8] = [
    "帮扶",
    "责任人",
    "干部",
    "联系人",
    "监护人",
    "书记",
    "队员",
    "包户",
];

/// Who else stands in a heading of rosters.
const OTHERS_NAMED: [&str; 12] = [
    "网格员",
    "队长",
    "校长",
    "园长",
    "主任",
    "村长",
    "负责人",
    "领导",
    "结对",
    "包联",
    "驻村",
    "工作队",
];
/// What a heading asks for that speaks of help, and names nobody: 可帮扶户数, 是否村干部.
const OF_HELP: [&str; 18] = [
    "户数", "人数", "措施", "举措", "思路", "时间", "日期", "需求", "金额", "资金", "是否", "情况",
    "项目", "计划", "成效", "次数", "方式", "类",
];

/// Whether a heading asks for another person than the row's, or for the unit of one.
pub fn names_another(heading: &str) -> bool {
    let names = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    (names(&OTHER_PERSONS) || names(&OTHERS_NAMED)) && !names(&OF_HELP)
}

/// Whether the groups of a heading say that it is about another person.
fn is_of_another(parts: &[String]) -> bool {
    parts[..parts.len() - 1]
        .iter()
        .filter(|group| !is_title(group))
        .any(|group| OTHER_PERSONS.iter().any(|word| group.contains(word)))
}

/// Whether a column itself is about another person than the row's: 帮扶单位.
fn is_about_another<R: Record>(column: &Column<R>) -> bool {
    OTHER_PERSONS
        .iter()
        .any(|word| column.heading.contains(word))
}

/// Whether a column says who or where somebody is, which under a group about a helper is the helper.
fn says_who<R: Record>(column: &Column<R>) -> bool {
    let is_name = matches!(
        column.kind,
        Kind::Name(_) | Kind::Phone(_) | Kind::Identity(_) | Kind::Number(_)
    );
    is_name && !is_about_another(column)
}

impl<R: Record> Headings<R> {
    /// The column of a heading of one or more parts.
    pub fn meaning(&self, parts: &[String]) -> Meaning<R> {
        let Some((last, groups)) = parts.split_last() else {
            return Meaning::Unknown;
        };
        let lone = self.find(&Heading::new(last));
        let groups: Vec<&String> = groups.iter().filter(|group| !is_title(group)).collect();
        for group in groups.iter().rev() {
            let core = core(group);
            let found = [
                format!("{group}{last}"),
                format!("{last}{group}"),
                format!("{last}{core}"),
            ]
            .iter()
            .find_map(|text| self.find(&Heading::new(text)));
            // 收入(元)/工资性 needs its group; 村/备注 must not become 村.
            let says_more = |column: &&'static Column<R>| {
                lone.is_none_or(|lone| !std::ptr::eq(lone, *column)) && !is_mark(last)
            };
            if let Some(column) = found.filter(says_more) {
                return Meaning::Certain(column);
            }
        }
        let Some(column) = lone else {
            // A part that is only a unit, such as (元), belongs to the part above it.
            return match parts.split_last() {
                Some((_, above)) if is_mark(last) => self.meaning(above),
                _ => Meaning::Unknown,
            };
        };
        let of_head = groups.iter().any(|group| *group == "户主");
        match column.carry {
            _ if is_of_another(parts) && says_who(column) => Meaning::Unknown,
            Carry::Part(_) if is_of_another(parts) => Meaning::Unknown,
            Carry::Part(_) if of_head => Meaning::Doubtful(column),
            _ => Meaning::Certain(column),
        }
    }

    /// The column that a heading which is not known may mean, by its words and by what stands below
    /// it.
    pub fn propose(
        &self,
        parts: &[String],
        samples: &[&Cell<'_>],
        unit: Unit,
    ) -> Option<&'static Column<R>> {
        let last = Heading::new(parts.last()?);
        let whole = Heading::new(&parts.concat());
        let mut best: HashMap<&'static str, (f64, &'static Column<R>)> = HashMap::new();
        for (name, column) in self.names() {
            let (own, all) = (likeness(last.bare(), name), likeness(whole.bare(), name));
            // The group tells apart what the heading alone does not.
            let alike = 0.9 * own.max(all) + 0.1 * own.min(all);
            let known = best.entry(column.heading).or_insert((alike, column));
            known.0 = known.0.max(alike);
        }
        let likely = |(alike, column): (f64, &'static Column<R>)| {
            let score = score(alike, fit(column, samples, unit), column)?;
            Some((score, column))
        };
        // Of two that are as likely, the one that a roster must have, or that others have more often.
        best.into_values()
            .filter(|(_, column)| !matches!(column.kind, Kind::NotKept))
            .filter(|(_, column)| is_about_another(column) || !is_of_another(parts))
            .filter_map(likely)
            .max_by(|(one, a), (two, b)| {
                let rank = |column: &Column<R>| (column.required, column.in_template);
                one.total_cmp(two)
                    .then_with(|| rank(a).cmp(&rank(b)))
                    .then_with(|| b.heading.cmp(a.heading))
            })
            .map(|(_, column)| column)
    }
}

/// Whether a text over a table is its title, or says who filled it in and when, and no group.
pub fn is_title(text: &str) -> bool {
    let bare = text.split('(').next().unwrap_or(text);
    let named = ["册", "名单", "表", "台账"];
    let told = ["填报", "填表", "单位:", "日期", "年度"];
    named.iter().any(|word| bare.ends_with(word)) || told.iter().any(|word| text.contains(word))
}

/// A group without the words that say whose it is: 家庭收入情况 is 收入.
fn core(group: &str) -> &str {
    let bare = group.split(['(', '[']).next().unwrap_or(group);
    let bare = ["家庭", "全户", "全年", "年"]
        .iter()
        .find_map(|word| bare.strip_prefix(word))
        .unwrap_or(bare);
    bare.strip_suffix("情况").unwrap_or(bare)
}

/// Whether a part of a heading holds nothing but a remark in brackets or a unit.
pub fn is_mark(text: &str) -> bool {
    let bare = Heading::new(text);
    ["", "元", "万元", "人", "月", "户", "个月"].contains(&bare.bare())
}

/// How alike two headings are, from 0 to 1: by the pairs of characters that they share, and by
/// whether one holds the other.
fn likeness(text: &str, name: &str) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "headings are short")]
    let length = |text: &str| text.chars().count() as f64;
    let (shorter, longer) = (
        length(text).min(length(name)),
        length(text).max(length(name)),
    );
    if shorter < 2.0 || says_another(text, name) {
        return 0.0;
    }
    let pairs = strsim::sorensen_dice(text, name);
    let holds = text.contains(name) || name.contains(text);
    if holds {
        pairs.max(0.5 + 0.5 * shorter / longer)
    } else {
        pairs
    }
}

/// Characters of a heading that another has too, or it asks for another thing: 返贫 is no 脱贫, and 不安全 is
/// the opposite of 安全.
const DECISIVE: &str = "未非没不返脱退停缺丧危困";
/// The same, of words: what has ended, and what somebody is insured for.
const DECISIVE_WORDS: [&str; 7] = ["消除", "解除", "低保", "养老", "职工", "大病", "隐患"];

/// Whether two headings that look alike ask for different things, so that a yes below the one may be a no
/// below the other.
fn says_another(text: &str, name: &str) -> bool {
    // 是否 and 有无 ask, and deny nothing, as does 否 at the end.
    let asked = |heading: &str| {
        let asked = heading.trim_end_matches('否');
        asked.replace("是否", "").replace("有无", "")
    };
    let (text, name) = (asked(text), asked(name));
    let denies = |heading: &str| heading.contains(['无', '否']);
    let differs = |character: char| text.contains(character) != name.contains(character);
    let says_more = |word: &&str| text.contains(*word) != name.contains(*word);
    denies(&text) != denies(&name)
        || DECISIVE.chars().any(differs)
        || DECISIVE_WORDS.iter().any(says_more)
}

/// Which share of the cells a column could read; nothing without cells.
fn fit<R: Record>(column: &Column<R>, samples: &[&Cell<'_>], unit: Unit) -> Option<f64> {
    let readable = samples
        .iter()
        .filter(|cell| column.read(&mut R::default(), cell, unit).is_ok())
        .count();
    #[expect(clippy::cast_precision_loss, reason = "a few cells")]
    (!samples.is_empty()).then(|| readable as f64 / samples.len() as f64)
}

/// How likely a heading means a column; nothing if it hardly does.
fn score<R: Record>(alike: f64, fit: Option<f64>, column: &Column<R>) -> Option<f64> {
    let score = match &column.kind {
        // What few other columns could hold speaks for itself.
        Kind::Identity(_) if fit.is_some_and(|fit| fit >= 0.8) => 0.6 + 0.4 * alike,
        Kind::Identity(_)
        | Kind::Date { .. }
        | Kind::Year(_)
        | Kind::Code { .. }
        | Kind::Codes { .. }
        | Kind::YesNo(_)
        | Kind::Safe(_) => match fit {
            Some(fit) if fit < 0.5 => return None,
            Some(fit) => alike * 0.6 + fit * 0.4,
            None => alike,
        },
        _ => match fit {
            Some(fit) if fit < 0.5 => return None,
            fit => alike * (0.7 + 0.3 * fit.unwrap_or(1.0)),
        },
    };
    (score >= 0.6 && (alike >= 0.3 || matches!(column.kind, Kind::Identity(_)))).then_some(score)
}

/// What stands below a heading in a column, as far as the head of the sheet goes.
pub fn samples(sheet: &Sheet, below: u32, position: u32) -> Vec<&Cell<'static>> {
    sheet
        .head
        .iter()
        .filter(|row| row.number > below)
        .filter_map(|row| {
            row.cells
                .iter()
                .find(|(at, _)| *at == position)
                .map(|(_, cell)| cell)
        })
        .take(SAMPLES)
        .collect()
}
