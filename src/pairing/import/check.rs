//! What is wrong with a list of pairs, row by row.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::NaiveDate;
use uuid::Uuid;

use super::lookup::Lookup;
use super::model::{Compared, Pair, StagedPair};
use super::wrong::{Wrong, WrongCell, helper_field, household_field, wrong};
use crate::codes::Action;
use crate::db::Json;
use crate::household::rule::Severity;
use crate::pairing::day;
use crate::pairing::eligibility::Eligibility;
use crate::pairing::error::PairingError;
use crate::problem::{Problem, Text, counted, words};
use crate::roster::column::Record as _;
use crate::roster::pair_list::{ListedPair, PairList};
use crate::roster::pairs::PairRow;
use crate::roster::report::{Place, Problems, SheetReport};
use crate::serving::tenure::Part;
use crate::value::Refusal;

/// What keeps a row's pair from being made.
fn refused(row: &PairRow, error: PairingError) -> Wrong {
    use PairingError as E;
    let (code, reason, remedy) = match error {
        E::HelperInactive => (
            "helper_inactive",
            words!(
                "此人已停用或离岗，不能新增结对",
                "this person has left or is inactive and gets no new pairing"
            ),
            words!(
                "请另选责任人；已返岗的，请先登记返岗",
                "choose another helper; if the person is back, record that first"
            ),
        ),
        E::HelperAway(absence) => (
            "helper_away",
            words!("此人{absence}，期间不能新增结对", "this person {absence} and gets no new pairing meanwhile"; absence),
            words!(
                "请另选责任人；请假记录有误的，请先更正",
                "choose another helper; if the leave is recorded wrongly, correct it first"
            ),
        ),
        E::Barred { words: why } => (
            "pair_barred",
            words!("此户与此人不能结对：{why}", "these two cannot be a pair: {why}"; why),
            words!("请另选责任人", "choose another helper"),
        ),
        E::PinnedToAnother { helper, reason } => (
            "pinned_to_another",
            words!(
                "该户已指定由{helper}帮扶（{reason}）",
                "this household is pinned to “{helper}” (“{reason}”)"
            ),
            words!(
                "请改为指定的责任人，或先取消指定",
                "name the helper to whom it is pinned, or remove that constraint first"
            ),
        ),
        E::HelperFull { held, capacity } => (
            "helper_full",
            Text::new(
                format!("连同本表前面的行，此人已有 {held} 户，可帮扶户数为 {capacity}"),
                format!(
                    "with the rows above, this person has {} and may have {capacity}",
                    counted(held, "household")
                ),
            ),
            words!(
                "请另选责任人，或先调整可帮扶户数",
                "choose another helper, or change how many they may have"
            ),
        ),
        other => (
            "pair_refused",
            Problem::from(other).detail().clone(),
            words!("请核对这一行", "check this row"),
        ),
    };
    let (field, value) = helper_field(row);
    wrong(field, value, Refusal::new(code, reason, remedy))
}

/// A list under way.
struct Check<'a> {
    lookup: &'a Lookup,
    eligibility: Eligibility,
    sheets: &'a [SheetReport],
    today: NaiveDate,
    /// Where each household stood first, with whom and since when.
    seen: HashMap<Uuid, (Place, Option<Uuid>, Option<NaiveDate>)>,
}

impl<'a> Check<'a> {
    fn new(
        (lookup, eligibility): (&'a Lookup, Eligibility),
        sheets: &'a [SheetReport],
        today: NaiveDate,
    ) -> Self {
        Self {
            lookup,
            eligibility,
            sheets,
            today,
            seen: HashMap::new(),
        }
    }
}

/// Checks the rows of a list; what is wrong goes to the problems.
pub(super) fn pairs(
    known: (&Lookup, Eligibility),
    list: PairList,
    today: NaiveDate,
    problems: &mut Problems,
) -> Compared {
    let sheets = &list.sheets;
    let mut check = Check::new(known, sheets, today);
    let mut compared = Compared {
        left_out: list.refused,
        ..Compared::default()
    };
    for listed in list.pairs {
        let (pair, wrongs) = check.row(&listed);
        let is_error = |wrong: &Wrong| wrong.0.severity == Severity::Error;
        compared.left_out += i64::from(wrongs.iter().any(is_error));
        for wrong in wrongs {
            let WrongCell {
                field,
                value,
                refusal,
                severity,
            } = *wrong.0;
            let field = column_for(listed.place, sheets, field);
            let problem = listed.place.problem(sheets, severity, field, refusal);
            problems.push(problem.with_value(value));
        }
        if let Some(pair) = pair {
            compared.staged.push(StagedPair {
                pair,
                place: listed.place.words(sheets),
                said: Json(listed),
            });
        }
    }
    compared
}

/// Checks rows once more that were good: those that would come to something else by now, in words. A pair without
/// a day keeps the one that it was given then.
pub(super) fn again(
    known: (&Lookup, Eligibility),
    staged: &[StagedPair],
    today: NaiveDate,
) -> Vec<Text> {
    let mut check = Check::new(known, &[], today);
    let mut outdated = Vec::new();
    for StagedPair { pair, place, said } in staged {
        let mut listed = said.0.clone();
        listed.row.from_date.get_or_insert(pair.from_date);
        let (now, wrongs) = check.row(&listed);
        if now.as_ref() == Some(pair) {
            continue;
        }
        let mut errors = wrongs.into_iter().map(|wrong| wrong.0);
        let error = errors.find(|wrong| wrong.severity == Severity::Error);
        let reason = error.map_or_else(
            || {
                words!(
                    "该户的结对情况已有变动",
                    "who helps this household has changed"
                )
            },
            |wrong| *wrong.refusal.reason,
        );
        let (household, helper) = (household_field(&said.0.row).1, helper_field(&said.0.row).1);
        outdated.push(words!(
            "{place} {household}、{helper}：{reason}",
            "{place}, “{household}” and “{helper}”: {reason}";
            reason
        ));
    }
    outdated
}

/// The field itself, or where the list has no column for it the first that would do in its place: what is missing
/// in a row is told at the cell where the list has it in others.
fn column_for(place: Place, sheets: &[SheetReport], field: &'static str) -> &'static str {
    let mut one_of = PairRow::ONE_OF.iter().filter(|it| it.contains(&field));
    let would_do = one_of.next().copied().unwrap_or_default().iter().copied();
    std::iter::once(field)
        .chain(would_do)
        .find(|field| place.heading(sheets, field).is_some())
        .unwrap_or(field)
}

impl Check<'_> {
    /// Checks a row: the pair that it makes, or that holds already, and all that is wrong with it.
    fn row(&mut self, one: &ListedPair) -> (Option<Pair>, Vec<Wrong>) {
        let row = &one.row;
        let helper = self.lookup.helper(row);
        let household = self
            .lookup
            .household(row)
            .map(|at| self.lookup.households.id(at))
            .and_then(|id| self.first(one, id, helper.as_ref().ok().map(|person| person.id)));
        let (household, helper) = match (household, helper) {
            (Ok(household), Ok(helper)) => (household, helper),
            (household, helper) => {
                let wrongs = [household.err(), helper.err()];
                return (None, wrongs.into_iter().flatten().collect());
            }
        };
        let pair = |from_date, action| Pair {
            household_id: household,
            staff_id: helper.id,
            from_date,
            action,
        };
        if let Some((since, reason)) = self.lookup.held(household, helper.id) {
            let wrongs = not_taken(row, (*since, reason.as_str()));
            return (Some(pair(*since, Action::Unchanged)), wrongs);
        }
        let from_date = self.first_day(row, household);
        let day = *from_date.as_ref().unwrap_or(&self.today);
        let part = Part::Responsible;
        let eligibility = &self.eligibility;
        let allowed = eligibility.check(part, household, helper, day, self.today);
        self.eligibility.give(helper.id);
        let wrongs = [
            self.paired(row, household).err(),
            allowed.err().map(|error| refused(row, error)),
            from_date.as_ref().err().cloned(),
        ];
        let made = match (from_date, &wrongs) {
            (Ok(from_date), [None, None, None]) => Some(pair(from_date, Action::New)),
            _ => None,
        };
        (made, wrongs.into_iter().flatten().collect())
    }

    fn first_day(&self, row: &PairRow, household: Uuid) -> Result<NaiveDate, Wrong> {
        let first = row.from_date.unwrap_or(self.today);
        let refuse = |code, reason, remedy| {
            let value = row
                .from_date
                .map_or_else(String::new, |day| day.to_string());
            Err(wrong(
                "from_date",
                value,
                Refusal::new(code, reason, remedy),
            ))
        };
        if row.from_date.is_none() && row.only_month {
            let reason = words!(
                "结对日期没有写到日",
                "the day of the pairing has no day of the month"
            );
            return refuse(
                "date_without_day",
                reason,
                words!("请写明年月日", "write year, month and day"),
            );
        }
        match day::check(first, self.today) {
            Ok(()) => {}
            Err(error @ PairingError::InFuture(_)) => {
                return refuse(
                    "date_in_future",
                    Problem::from(error).detail().clone(),
                    words!("请填写今天或更早的日期", "write today or an earlier day"),
                );
            }
            Err(error) => {
                return refuse(
                    "date_too_early",
                    Problem::from(error).detail().clone(),
                    words!("请核对年份", "check the year"),
                );
            }
        }
        let ended = self.lookup.ended.get(&household).copied();
        match day::must_be_free(ended.as_slice(), first) {
            Err(PairingError::Overlaps { earliest, .. }) => refuse(
                "overlaps_earlier_pairing",
                words!(
                    "该户的上一次结对到 {earliest} 才结束",
                    "the former pairing of this household ends on {earliest}"
                ),
                words!("请填写这一天或以后的日期", "write this day or a later one"),
            ),
            _ => Ok(first),
        }
    }

    /// A row's household, if it stands here for the first time.
    fn first(
        &mut self,
        one: &ListedPair,
        household: Uuid,
        helper: Option<Uuid>,
    ) -> Result<Uuid, Wrong> {
        let since = one.row.from_date;
        let (place, first_helper, first_since) = match self.seen.entry(household) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(nowhere) => {
                nowhere.insert((one.place, helper, since));
                return Ok(household);
            }
        };
        let (field, value) = household_field(&one.row);
        let cell = place.cell(self.sheets, field);
        if helper.is_some() && (helper, since) == (first_helper, first_since) {
            let refusal = Refusal::new(
                "pair_repeated",
                words!(
                    "与 {cell} 的户、责任人和结对日期都相同，只取一次",
                    "household, helper and day are those of {cell}: taken once"
                ),
                words!("不必处理", "nothing needs to be done"),
            );
            let repeated = wrong(field, value, refusal);
            return Err(repeated.of(Severity::Warning));
        }
        let refusal = Refusal::new(
            "household_twice",
            words!("与 {cell} 是同一户", "the same household as in {cell}"),
            words!(
                "一户只能有一名责任人，请删除多余的行",
                "a household has one helper: delete the rows that are too many"
            ),
        );
        Err(wrong(field, value, refusal))
    }

    fn paired(&self, row: &PairRow, household: Uuid) -> Result<(), Wrong> {
        let Some(helper) = self.lookup.current.get(&household) else {
            return Ok(());
        };
        let mut staff = self.lookup.staff.iter();
        let name = staff.find(|person| person.id == *helper);
        let name = name.map_or("", |person| &person.name);
        let (field, value) = household_field(row);
        let refusal = Refusal::new(
            "household_already_paired",
            words!(
                "该户已有帮扶责任人“{name}”",
                "this household has “{name}” as its helper"
            ),
            words!(
                "请先结束原结对，或删除这一行",
                "end that pairing first, or delete this row"
            ),
        );
        Err(wrong(field, value, refusal))
    }
}

/// What a row says otherwise of a pair that holds already: the pair stays as it is.
fn not_taken(row: &PairRow, (since, reason): (NaiveDate, &str)) -> Vec<Wrong> {
    let said = |field, value: String, code, reason, remedy| {
        wrong(field, value, Refusal::new(code, reason, remedy)).of(Severity::Warning)
    };
    let date = row.from_date.filter(|day| *day != since).map(|day| {
        let reason = words!(
            "这一结对已登记，自 {since} 起，结对日期没有改动",
            "this pair is in the register since {since}, and its day was not changed"
        );
        let remedy = words!(
            "如登记有误，请在系统中更正；登记无误的不必处理",
            "if the register is wrong, correct it there; else nothing needs to be done"
        );
        said(
            "from_date",
            day.to_string(),
            "pair_date_kept",
            reason,
            remedy,
        )
    });
    let remark = row
        .remark
        .as_ref()
        .filter(|remark| !reason.contains(remark.as_str()));
    let remark = remark.map(|remark| {
        let reason = words!(
            "这一结对已登记，备注没有写入",
            "this pair is in the register, and the remarks were not taken over"
        );
        let remedy = words!(
            "如需保留，请另行记录；不需要则不必处理",
            "keep them elsewhere if they are needed; else nothing needs to be done"
        );
        said(
            "remark",
            remark.clone(),
            "pair_remark_not_kept",
            reason,
            remedy,
        )
    });
    date.into_iter().chain(remark).collect()
}
