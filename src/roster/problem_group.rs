//! Which problems are told together: the rule by which every list of problems that a clerk sees is made
//! shorter, be it an answer of the API, what the command line prints, or the list in the marked workbook.
//!
//! Problems of one severity and kind at one column, on whatever sheets, are one group: a thousand unknown
//! words in 劳动技能 are one line with the number of cells, the first of them, what stands in them most
//! often, and what to do. What is said of rows has no column, and what is said of headings is one group
//! whatever the headings are.

use std::collections::HashMap;

use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use super::tally::Tally;
use crate::code_list::CodeList;
use crate::household::rule::Severity;
use crate::problem::{Language, Text, counted, say, words};

/// Kinds of problems that headings have, each its own: there are as many columns as problems.
const OF_HEADINGS: [&str; 3] = ["unknown_column", "column_proposed", "column_of_another"];
/// Most groups that a report tells; the problems beyond are listed one by one all the same.
pub const MOST_GROUPS: usize = 1_000;

/// Problems that are told together: those of one kind at one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportProblemGroup", skip_serializing_if_is_none)]
pub struct ProblemGroup {
    /// How grave they are.
    pub severity: Severity,
    /// Kind of problem, for programs.
    #[oai(validator(max_length = 100))]
    pub code: String,
    /// Heading of the column; of problems that rows, headings, sheets or the file have, none.
    /// `listImportProblems` takes `severity`, `code` and `column` to list the problems one by one.
    #[oai(validator(max_length = 200))]
    pub column: Option<String>,
    /// How many cells (or rows, or headings) have it.
    pub count: i64,
    /// In how many entries of the list of problems it is told. Less than `count` where one entry
    /// speaks of many cells, as of words in the place of a value.
    pub listed: i64,
    /// The first ten of the cells, such as `名册!J12`, in the order of reading; where a problem is not at
    /// a cell, the name of the sheet.
    #[oai(validator(max_items = 10))]
    pub cells: Vec<String>,
    /// What stands in the cells, as far as it may be shown: six different contents, the most
    /// frequent first.
    #[oai(validator(max_items = 6))]
    pub samples: Vec<ProblemSample>,
    /// What is wrong with the first of them, in the language of the answer.
    #[oai(validator(max_length = 2000))]
    pub reason: Text,
    /// The group in one sentence in the language of the answer: where, how many, what stands there, what is wrong.
    #[oai(validator(max_length = 4000))]
    pub words: Text,
    /// What to do about all of them, in the language of the answer.
    #[oai(rename = "cure", validator(max_length = 2000))]
    #[serde(rename = "cure")]
    pub remedy: Text,
}

/// What stands in some of the cells of a group of problems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportProblemSample")]
pub struct ProblemSample {
    /// The content; identity numbers are masked.
    #[oai(validator(max_length = 500))]
    pub value: String,
    /// In how many cells of the group it stands.
    pub count: i64,
}

impl ProblemGroup {
    /// In one line for a terminal.
    pub fn line(&self) -> String {
        line(self.severity, &self.words.zh, &self.remedy.zh)
    }
}

/// A problem in one line for a terminal: `错误 名册!J12 证件号码 “320***”：reason。改法：remedy`.
pub fn line(severity: Severity, words: &str, remedy: &str) -> String {
    format!("{} {words}。改法：{remedy}\n", severity.label())
}

/// The last line below groups, where they tell of more problems than there are lines: how many there are,
/// and how to see each.
pub fn total_line(groups: &[ProblemGroup]) -> String {
    let listed: i64 = groups.iter().map(|group| group.listed).sum();
    if listed > count(groups.len()) {
        let kinds = groups.len();
        format!("共 {listed} 处问题，归为 {kinds} 类；如要逐处列出，请加 --all-problems\n")
    } else {
        String::new()
    }
}

/// The errors in a sentence or two, for a refusal: the largest groups, and how many there are beside them.
pub fn in_short(groups: &[ProblemGroup]) -> Text {
    const MOST_NAMED: usize = 5;
    /// A refusal is a text to read, and has a longest length.
    const MOST_CHARACTERS: usize = 400;
    let is_error = |group: &&ProblemGroup| group.severity == Severity::Error;
    let errors: Vec<_> = groups.iter().filter(is_error).collect();
    Text::told(|language| {
        let named = errors.iter().take(MOST_NAMED);
        let mut words: Vec<String> = named
            .map(|group| {
                group
                    .words
                    .spoken(language)
                    .chars()
                    .take(MOST_CHARACTERS)
                    .collect()
            })
            .collect();
        if errors.len() > MOST_NAMED {
            let more = errors.len() - MOST_NAMED;
            let kinds = counted(count(more), "kind");
            words.push(say!(language, "另有 {more} 类", "and {kinds} more"));
        }
        words.join(match language {
            Language::Chinese => "。",
            Language::English => ". ",
        })
    })
}

/// A problem with its place, in words: `名册!J12 证件号码 “320***”：reason`.
pub fn words(place: &str, column: Option<&str>, value: Option<&str>, reason: &Text) -> Text {
    let value = value.map(|value| Text::same(format!("“{value}”")));
    let at = [Some(Text::same(place)), column.map(heading), value];
    let at = at.into_iter().flatten();
    let at = Text::told(|language| {
        let told = at.clone().map(|it| it.spoken(language).to_owned());
        told.filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    });
    if at.zh.is_empty() {
        return reason.clone();
    }
    words!("{at}：{reason}", "{at}: {reason}"; at, reason)
}

/// The heading of a column as it stands in a sentence: within English it is quoted.
fn heading(column: &str) -> Text {
    words!("{column}", "“{column}”")
}

/// A problem as far as it counts for its group.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// How grave.
    pub severity: Severity,
    /// Kind of problem.
    pub code: &'a str,
    /// Heading of its column.
    pub column: Option<&'a str>,
    /// What stands there, as it may be shown.
    pub value: Option<&'a str>,
    /// What is wrong.
    pub reason: &'a Text,
    /// What to do about it.
    pub remedy: &'a Text,
}

/// The column by which a problem is grouped, and what of it is a sample.
fn keyed<'a>(
    code: &str,
    column: Option<&'a str>,
    value: Option<&'a str>,
) -> (Option<&'a str>, Option<&'a str>) {
    if OF_HEADINGS.contains(&code) {
        (None, column)
    } else {
        (column.filter(|column| !column.is_empty()), value)
    }
}

/// Whether a problem of this kind at this column belongs to the group of a column.
pub fn is_of_column(code: &str, column: Option<&str>, wanted: &str) -> bool {
    keyed(code, column, None).0.unwrap_or_default() == wanted
}

/// All groups, in the order of their first problems. Their number is bounded by the kinds of problems and
/// the columns of a workbook, and each keeps few cells and samples, however many there are.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    groups: Vec<Group>,
    /// Which groups a kind has.
    by_code: HashMap<String, Vec<usize>>,
}

/// A group that grows.
#[derive(Clone, Debug)]
struct Group {
    severity: Severity,
    code: String,
    column: Option<String>,
    reason: Text,
    remedy: Text,
    /// Whether all have the reason of the first.
    same_reason: bool,
    tally: Tally,
    listed: usize,
}

impl Groups {
    /// The group to which a problem belongs, if there is one already.
    pub fn find(&self, severity: Severity, code: &str, column: Option<&str>) -> Option<usize> {
        let (column, _) = keyed(code, column, None);
        let known = self.by_code.get(code)?;
        known.iter().copied().find(|at| {
            let group = &self.groups[*at];
            group.severity == severity && group.column.as_deref() == column
        })
    }

    /// Adds a problem that is listed, and gives its group; its place is asked for only if it is one of
    /// the first.
    pub fn add(&mut self, said: &Said<'_>, place: impl FnOnce() -> String) -> usize {
        let at = self.find(said.severity, said.code, said.column);
        let at = at.unwrap_or_else(|| self.begin(said));
        let group = &mut self.groups[at];
        group.listed += 1;
        group.same_reason = group.same_reason && group.reason == *said.reason;
        let (_, sample) = keyed(said.code, said.column, said.value);
        group.tally.add(place, sample);
        at
    }

    /// Counts another cell for a group, which is not listed.
    pub fn count(&mut self, at: usize, place: impl FnOnce() -> String, value: &str) {
        self.groups[at].tally.add(place, Some(value));
    }

    /// Counts other cells for a group of which only the number is known.
    pub fn count_others(&mut self, at: usize, count: usize) {
        self.groups[at].tally.add_others(count);
    }

    /// The cells of a group.
    pub fn tally(&self, at: usize) -> &Tally {
        &self.groups[at].tally
    }

    fn begin(&mut self, said: &Said<'_>) -> usize {
        let (column, _) = keyed(said.code, said.column, None);
        let at = self.groups.len();
        self.groups.push(Group {
            severity: said.severity,
            code: said.code.to_owned(),
            column: column.map(ToOwned::to_owned),
            reason: said.reason.clone(),
            remedy: said.remedy.clone(),
            same_reason: true,
            tally: Tally::default(),
            listed: 0,
        });
        let of_code = self.by_code.entry(said.code.to_owned()).or_default();
        of_code.push(at);
        at
    }

    /// The groups, the gravest first, then the largest.
    pub fn told(&self) -> Vec<ProblemGroup> {
        let mut told: Vec<_> = self.groups.iter().map(Group::told).collect();
        // Those of one size stay in the order in which they were found.
        told.sort_by_key(|group| (group.severity as u8, std::cmp::Reverse(group.count)));
        told.truncate(MOST_GROUPS);
        told
    }
}

impl Group {
    fn told(&self) -> ProblemGroup {
        let samples = self.tally.samples();
        let samples = samples.into_iter().map(|(value, times)| ProblemSample {
            value,
            count: count(times),
        });
        ProblemGroup {
            severity: self.severity,
            code: self.code.clone(),
            column: self.column.clone(),
            count: count(self.tally.count()),
            listed: count(self.listed),
            cells: self.tally.cells().to_vec(),
            samples: samples.collect(),
            reason: self.reason.clone(),
            words: self.words(),
            remedy: self.remedy.clone(),
        }
    }

    fn words(&self) -> Text {
        let column = self.column.as_deref();
        let first = self.tally.first();
        if self.tally.count() <= 1 {
            let samples = self.tally.samples();
            let value = samples.first().map(|(value, _)| value.as_str());
            return words(first, column, value, &self.reason);
        }
        let column = column.map_or_else(Text::default, |column| {
            let heading = heading(column);
            words!("{heading} ", "{heading}: "; heading)
        });
        let all = self.tally.words(None);
        let example = match first {
            _ if self.same_reason => Text::default(),
            "" => Text::new("如", "as "),
            first => words!("如 {first}：", "as at {first}: "),
        };
        let reason = &self.reason;
        words!("{column}{all}；{example}{reason}", "{column}{all}; {example}{reason}"; column, all, example, reason)
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text that lives as long as the tests.
    fn text(words: &str) -> &'static Text {
        Box::leak(Box::new(Text::same(words)))
    }

    fn said<'a>(
        code: &'a str,
        column: Option<&'a str>,
        value: &'a str,
        reason: &'a str,
    ) -> Said<'a> {
        Said {
            severity: Severity::Error,
            code,
            column,
            value: Some(value),
            reason: text(reason),
            remedy: text("请改正"),
        }
    }

    fn groups(problems: &[(&str, Said<'_>)]) -> Vec<ProblemGroup> {
        let mut groups = Groups::default();
        for (place, said) in problems {
            groups.add(said, || (*place).to_owned());
        }
        groups.told()
    }

    #[test]
    fn one_kind_at_one_column_is_one_group() {
        let told = groups(&[
            (
                "甲!J2",
                said("unknown_code", Some("劳动技能"), "强", "“强”不行"),
            ),
            (
                "甲!K2",
                said("unknown_code", Some("健康状况"), "好", "“好”不行"),
            ),
            (
                "乙!J3",
                said("unknown_code", Some("劳动技能"), "弱", "“弱”不行"),
            ),
            (
                "乙!J4",
                said("unknown_code", Some("劳动技能"), "强", "“强”不行"),
            ),
            ("乙!J5", said("too_long", Some("劳动技能"), "长", "太长")),
        ]);
        let words: Vec<_> = told.iter().map(|group| group.words.zh.as_str()).collect();
        assert_eq!(
            words,
            [
                "劳动技能 共 3 处（甲!J2、乙!J3、J4）：“强”2 处、“弱”1 处；如 甲!J2：“强”不行",
                "甲!K2 健康状况 “好”：“好”不行",
                "乙!J5 劳动技能 “长”：太长",
            ]
        );
        assert_eq!(told[0].line(), format!("错误 {}。改法：请改正\n", words[0]));
        assert_eq!((told[0].count, told[0].listed), (3, 3));
        assert_eq!(
            told[0].samples[0],
            ProblemSample {
                value: "强".to_owned(),
                count: 2
            }
        );
    }

    #[test]
    fn what_is_said_of_headings_rows_and_files_is_one_group() {
        let told = groups(&[
            (
                "名册!X1",
                said("unknown_column", Some("备用1"), "", "不认识“备用1”列"),
            ),
            (
                "名册!Y1",
                said("unknown_column", Some("备用2"), "", "不认识“备用2”列"),
            ),
            (
                "名册!A9",
                said("note_row", None, "制表：王", "这一行是说明"),
            ),
            (
                "名册!B8",
                said("note_row", Some(""), "审核：李", "这一行是说明"),
            ),
            ("", said("no_such_sheet", None, "", "没有这张表")),
        ]);
        let words: Vec<_> = told.iter().map(|group| group.words.zh.as_str()).collect();
        assert_eq!(
            words,
            [
                "共 2 处（名册!X1、Y1）：“备用1”1 处、“备用2”1 处；如 名册!X1：不认识“备用1”列",
                "共 2 处（名册!A9、B8）：“制表：王”1 处、“审核：李”1 处；这一行是说明",
                "没有这张表",
            ]
        );
        assert!(told.iter().all(|group| group.column.is_none()));
        assert!(is_of_column("unknown_column", Some("备用1"), ""));
        assert!(is_of_column("unknown_code", Some("劳动技能"), "劳动技能"));
        assert!(!is_of_column("unknown_code", Some("劳动技能"), ""));
    }

    #[test]
    fn the_gravest_come_first_then_the_largest() {
        let mut groups = Groups::default();
        let of = |severity, code| Said {
            severity,
            ..said(code, None, "", "不行")
        };
        for (severity, code, count) in [
            (Severity::Repair, "a", 9),
            (Severity::Error, "b", 1),
            (Severity::Warning, "c", 2),
            (Severity::Error, "d", 4),
            (Severity::Warning, "d", 3),
        ] {
            for _ in 0..count {
                groups.add(&of(severity, code), String::new);
            }
        }
        let told: Vec<_> = groups
            .told()
            .into_iter()
            .map(|it| (it.code, it.count))
            .collect();
        let told: Vec<_> = told
            .iter()
            .map(|(code, count)| (code.as_str(), *count))
            .collect();
        assert_eq!(told, [("d", 4), ("b", 1), ("d", 3), ("c", 2), ("a", 9)]);
        let at = groups.find(Severity::Repair, "a", None).unwrap();
        groups.count_others(at, 91);
        assert_eq!(groups.tally(at).count(), 100);
        assert_eq!(groups.find(Severity::Repair, "b", None), None);
    }

    #[test]
    fn a_group_stays_small_whatever_it_holds() {
        let mut groups = Groups::default();
        for row in 0..50_000 {
            let value = row.to_string();
            groups.add(&said("bad", Some("列"), &value, "不行"), || {
                format!("名册!A{row}")
            });
        }
        let told = groups.told();
        assert_eq!((told.len(), told[0].count), (1, 50_000));
        assert_eq!((told[0].cells.len(), told[0].samples.len()), (10, 6));
        assert!(told[0].words.zh.chars().count() < 200, "{told:?}");
    }
}
