//! What the progress workbook says, worked out from what the other rooms keep.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use crate::access::Reach;
use crate::code_list::CodeList;
use crate::household::store::LedgerEntry;
use crate::lift::model::{Lift, State, Step};
use crate::order;
use crate::progress::summary::{Marks, Summary, Work};
use crate::visit::store::totals::Total;

/// Stands for households without a helper.
pub(super) const NOBODY: &str = "（无帮扶责任人）";

/// For what and by whom a report is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// The year whose target is reported on.
    pub year: i32,
    /// The day up to which to look.
    pub as_of: NaiveDate,
    /// The day on which it is made.
    pub made_on: NaiveDate,
    /// By which account.
    pub made_by: String,
    /// Of whom it tells.
    pub reach: Reach,
}

/// All that a report is made from, read in one transaction.
#[derive(Clone, Debug)]
pub struct Sources {
    /// What the summaries are made from.
    pub work: Work,
    /// Every open household, in no order.
    pub households: Vec<LedgerEntry>,
    /// Visits of the year, by household.
    pub visits: HashMap<Uuid, Total>,
}

/// A row of the ledger (户台账).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// What the register says of it.
    pub entry: LedgerEntry,
    /// 工号 of its helper on the day.
    pub staff_number: Option<String>,
    /// Name of that helper.
    pub helper: Option<String>,
    /// The helper's unit.
    pub unit: Option<String>,
    /// Its six points.
    pub marks: Option<Marks>,
    /// Day of the last visit up to `as_of`; none if it was never visited.
    pub last_visit: Option<NaiveDate>,
    /// Where its latest lift stood or, without one, what the roster says.
    pub standing: &'static str,
}

/// A row of the table of lifts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiftRow {
    /// 镇.
    pub town: String,
    /// 村.
    pub village: String,
    /// 户编号.
    pub number: Option<String>,
    /// 户主姓名.
    pub head_name: String,
    /// 工号 of the helper: at approval, or on the day.
    pub staff_number: Option<String>,
    /// Name of that helper.
    pub helper: Option<String>,
    /// The lift as it stood on the day.
    pub lift: Lift,
}

impl LiftRow {
    /// Day and person of a step that was done.
    pub fn step(&self, step: Step) -> Option<(NaiveDate, &str)> {
        self.lift
            .steps
            .iter()
            .find(|record| record.step == step && !record.rejected)
            .map(|record| (record.on_date, record.person.as_str()))
    }

    /// Why it ended otherwise than by approval.
    pub fn reason(&self) -> Option<&str> {
        self.lift.relapse_reason.as_deref().or_else(|| {
            self.lift
                .steps
                .iter()
                .find(|record| record.rejected)
                .and_then(|record| record.note.as_deref())
        })
    }

    /// The day on which the household fell back, or the lift was rejected.
    pub fn ended_on(&self) -> Option<NaiveDate> {
        match self.lift.state {
            State::Relapsed => self.lift.relapsed_on,
            State::Rejected => self.lift.last_day(),
            _ => None,
        }
    }
}

/// The whole report.
#[derive(Clone, Debug)]
pub struct Report {
    /// For what and by whom.
    pub occasion: Occasion,
    /// What the year's work comes to, by town, unit and helper.
    pub summary: Summary,
    /// All households, by area.
    pub ledger: Vec<LedgerRow>,
    /// The lifts of the year and those under way, by area.
    pub lifts: Vec<LiftRow>,
}

/// Works out the report. Its texts are as they are stored: what its reader may see of them the
/// [sheets](super::sheets::READER) decide.
pub fn report(mut sources: Sources, occasion: Occasion) -> Report {
    sources.households.sort_by_cached_key(|entry| {
        let key = |name: &Option<String>| order::key_or_last(name.as_deref());
        (
            (
                order::key(&entry.town),
                order::key(&entry.village),
                key(&entry.group_name),
            ),
            (key(&entry.number), order::key(&entry.head_name), entry.id),
        )
    });
    Report {
        summary: sources.work.summary(),
        lifts: lifts(&sources, &occasion),
        ledger: ledger(&sources, occasion.as_of),
        occasion,
    }
}

fn ledger(sources: &Sources, as_of: NaiveDate) -> Vec<LedgerRow> {
    // The lifts come the earliest first, so the latest one of a household stays.
    let standing: HashMap<Uuid, State> = sources
        .work
        .basis
        .lifts
        .iter()
        .filter_map(|named| named.lift.as_of(as_of))
        .map(|lift| (lift.household_id, lift.state))
        .collect();
    sources
        .households
        .iter()
        .map(|entry| {
            let helper = sources.work.helper(entry.id);
            LedgerRow {
                staff_number: helper.and_then(|person| person.number.clone()),
                helper: helper.map(|person| person.name.clone()),
                unit: helper.map(|person| person.unit.clone()),
                marks: sources
                    .work
                    .marks
                    .as_ref()
                    .and_then(|marks| marks.get(&entry.id).copied()),
                last_visit: sources
                    .visits
                    .get(&entry.id)
                    .and_then(|total| total.last_visit),
                standing: standing
                    .get(&entry.id)
                    .map_or(entry.status.label(), |state| state.label()),
                entry: entry.clone(),
            }
        })
        .collect()
}

fn lifts(sources: &Sources, occasion: &Occasion) -> Vec<LiftRow> {
    let mut rows: Vec<_> = sources
        .work
        .basis
        .lifts
        .iter()
        .filter_map(|named| {
            let lift = named.lift.as_of(occasion.as_of)?;
            let of_the_year =
                |day: Option<NaiveDate>| day.is_some_and(|day| day.year() == occasion.year);
            let shown = lift.state.due().is_some()
                || of_the_year(lift.last_day())
                || of_the_year(lift.approved_on);
            if !shown {
                return None;
            }
            let helper = match lift.approved_on {
                Some(_) => lift
                    .helper_id
                    .and_then(|id| sources.work.basis.staff.get(&id)),
                None => sources.work.helper(lift.household_id),
            };
            Some(LiftRow {
                town: named.town.clone(),
                village: named.village.clone(),
                number: named.household_number.clone(),
                head_name: named.head_name.clone(),
                staff_number: helper.and_then(|person| person.number.clone()),
                helper: helper.map(|person| person.name.clone()),
                lift,
            })
        })
        .collect();
    rows.sort_by_cached_key(|row| {
        let number = order::key_or_last(row.number.as_deref());
        (
            order::key(&row.town),
            order::key(&row.village),
            number,
            row.lift.id,
        )
    });
    rows
}
