//! What the progress workbook says, worked out from what the other rooms keep.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use uuid::Uuid;

use crate::access::Reach;
use crate::code_list::CodeList;
use crate::household::store::LedgerEntry;
use crate::lift::model::{Lift, State, Step};
use crate::method::PointStatus;
use crate::progress::model::{Figures, Progress};
use crate::progress::store::Basis;
use crate::staff::model::Staff;
use crate::visit::store::totals::Total;

/// Stands for households without a helper, so that the parts add up to the whole.
pub(super) const NOBODY: &str = "(无帮扶责任人)";

/// How the six points of a household stand, in the order of the list [`Point`](crate::method::Point).
pub type Marks = [PointStatus; 6];

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
    /// What progress is counted from.
    pub basis: Basis,
    /// Every open household, in no order.
    pub households: Vec<LedgerEntry>,
    /// Visits of the year, by household.
    pub visits: HashMap<Uuid, Total>,
    /// Visits of the year, by helper.
    pub visits_by_helper: HashMap<Uuid, Total>,
    /// The six points, by household.
    pub marks: HashMap<Uuid, Marks>,
}

/// How much of the six points has been reached by a group of households.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How many households there are.
    pub households: i64,
    /// For how many each point is met.
    pub met: [i64; 6],
    /// For how many all six are.
    pub all: i64,
}

impl Coverage {
    fn add(&mut self, marks: Option<&Marks>) {
        self.households += 1;
        let Some(marks) = marks else { return };
        for (met, mark) in self.met.iter_mut().zip(marks) {
            *met += i64::from(*mark == PointStatus::Met);
        }
        self.all += i64::from(marks.iter().all(|mark| *mark == PointStatus::Met));
    }
}

/// A row of the table of towns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TownRow {
    /// 镇.
    pub town: String,
    /// Households there.
    pub households: i64,
    /// Its share in the year's result.
    pub figures: Figures,
}

/// A row of the table of units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// 单位.
    pub unit: String,
    /// How many of its people are responsible for a household.
    pub helpers: i64,
    /// Their visits in the year.
    pub visits: i64,
    /// Its share in the year's result.
    pub figures: Figures,
    /// Its households and their six points.
    pub coverage: Coverage,
}

/// A row of the table of helpers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelperRow {
    /// 单位.
    pub unit: String,
    /// 姓名.
    pub name: String,
    /// 职务.
    pub position: Option<String>,
    /// Households the person was responsible for on the day.
    pub households: i64,
    /// The person's visits.
    pub total: Total,
    /// The person's share in the year's result.
    pub figures: Figures,
}

/// A row of the ledger (户台账).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// What the register says of it.
    pub entry: LedgerEntry,
    /// Name of its helper on the day.
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
    /// Name of the helper: at approval, or on the day.
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
    /// The unit of which alone it tells, by name.
    pub unit: Option<String>,
    /// The income line, fen.
    pub line_fen: i64,
    /// The year's result.
    pub progress: Progress,
    /// Every town with a household.
    pub towns: Vec<TownRow>,
    /// All units with a helper, a visit or a figure.
    pub units: Vec<UnitRow>,
    /// All helpers with a household, a visit or a figure.
    pub helpers: Vec<HelperRow>,
    /// All households, by area.
    pub ledger: Vec<LedgerRow>,
    /// The lifts of the year and those under way, by area.
    pub lifts: Vec<LiftRow>,
}

/// Works out the report. Its texts are as they are stored: what its reader may see of them the
/// [sheets](super::sheets::READER) decide.
pub fn report(mut sources: Sources, occasion: Occasion) -> Report {
    let progress = sources.basis.progress();
    sources
        .households
        .sort_by(|a, b| area_key(a).cmp(&area_key(b)));
    Report {
        unit: sources.basis.only.as_ref().map(|unit| unit.name.clone()),
        line_fen: sources.basis.plan.line_fen,
        towns: towns(&sources, &progress),
        units: units(&sources, &progress),
        helpers: helpers(&sources, &progress),
        lifts: lifts(&sources, &occasion),
        ledger: ledger(&sources, occasion.as_of),
        progress,
        occasion,
    }
}

fn area_key(entry: &LedgerEntry) -> impl Ord + '_ {
    (
        (&entry.town, &entry.village, &entry.group_name),
        (&entry.number, &entry.head_name, entry.id),
    )
}

fn towns(sources: &Sources, progress: &Progress) -> Vec<TownRow> {
    let mut towns: Vec<TownRow> = Vec::new();
    // By area, so those of one town follow each other.
    for entry in &sources.households {
        match towns.last_mut() {
            Some(row) if row.town == entry.town => row.households += 1,
            _ => towns.push(TownRow {
                town: entry.town.clone(),
                households: 1,
                figures: progress.towns.get(&entry.town).copied().unwrap_or_default(),
            }),
        }
    }
    towns
}

fn units(sources: &Sources, progress: &Progress) -> Vec<UnitRow> {
    let mut units: HashMap<Option<Uuid>, UnitRow> = HashMap::new();
    let name = |unit_id: Option<Uuid>| {
        unit_id
            .and_then(|id| sources.basis.unit_name(id))
            .unwrap_or_else(|| NOBODY.to_owned())
    };
    let mut row_of = |unit_id: Option<Uuid>, change: &dyn Fn(&mut UnitRow)| {
        change(units.entry(unit_id).or_insert_with(|| UnitRow {
            unit: name(unit_id),
            helpers: 0,
            visits: 0,
            figures: progress.units.get(&unit_id).copied().unwrap_or_default(),
            coverage: Coverage::default(),
        }));
    };
    for unit_id in progress.units.keys() {
        row_of(*unit_id, &|_| {});
    }
    for entry in &sources.households {
        let helper = sources.helper(entry.id);
        let marks = sources.marks.get(&entry.id);
        row_of(helper.map(|person| person.unit_id), &|row| {
            row.coverage.add(marks);
        });
    }
    for (staff_id, households) in sources.households_by_helper() {
        if let Some(person) = sources.basis.staff.get(&staff_id) {
            row_of(Some(person.unit_id), &|row| {
                row.helpers += i64::from(households > 0);
            });
        }
    }
    for (staff_id, total) in &sources.visits_by_helper {
        if let Some(person) = sources.basis.staff.get(staff_id) {
            row_of(Some(person.unit_id), &|row| row.visits += total.visits);
        }
    }
    let mut units: Vec<_> = units.into_iter().collect();
    units.sort_by(|a, b| (a.0.is_none(), &a.1.unit).cmp(&(b.0.is_none(), &b.1.unit)));
    units.into_iter().map(|(_, row)| row).collect()
}

fn helpers(sources: &Sources, progress: &Progress) -> Vec<HelperRow> {
    let households = sources.households_by_helper();
    let mut people: Vec<&Staff> = sources
        .basis
        .staff
        .values()
        .filter(|person| {
            households.contains_key(&person.id)
                || sources.visits_by_helper.contains_key(&person.id)
                || progress.helpers.contains_key(&Some(person.id))
        })
        .collect();
    people.sort_by(|a, b| (&a.unit, &a.name, a.id).cmp(&(&b.unit, &b.name, b.id)));
    let mut rows: Vec<_> = people
        .into_iter()
        .map(|person| HelperRow {
            unit: person.unit.clone(),
            name: person.name.clone(),
            position: person.position.clone(),
            households: households.get(&person.id).copied().unwrap_or_default(),
            total: sources
                .visits_by_helper
                .get(&person.id)
                .copied()
                .unwrap_or_default(),
            figures: figures_of(progress, Some(person.id)),
        })
        .collect();
    let unpaired = sources
        .households
        .iter()
        .filter(|entry| sources.helper(entry.id).is_none())
        .count();
    let figures = figures_of(progress, None);
    if unpaired > 0 || !figures.is_zero() {
        rows.push(HelperRow {
            unit: NOBODY.to_owned(),
            name: NOBODY.to_owned(),
            position: None,
            households: i64::try_from(unpaired).unwrap_or(i64::MAX),
            total: Total::default(),
            figures,
        });
    }
    rows
}

fn figures_of(progress: &Progress, staff_id: Option<Uuid>) -> Figures {
    progress.helpers.get(&staff_id).copied().unwrap_or_default()
}

fn ledger(sources: &Sources, as_of: NaiveDate) -> Vec<LedgerRow> {
    // The lifts come the earliest first, so the latest one of a household stays.
    let standing: HashMap<Uuid, State> = sources
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
            let helper = sources.helper(entry.id);
            LedgerRow {
                helper: helper.map(|person| person.name.clone()),
                unit: helper.map(|person| person.unit.clone()),
                marks: sources.marks.get(&entry.id).copied(),
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
                Some(_) => lift.helper_id.and_then(|id| sources.basis.staff.get(&id)),
                None => sources.helper(lift.household_id),
            };
            Some(LiftRow {
                town: named.town.clone(),
                village: named.village.clone(),
                number: named.household_number.clone(),
                head_name: named.head_name.clone(),
                helper: helper.map(|person| person.name.clone()),
                lift,
            })
        })
        .collect();
    rows.sort_by(|a, b| {
        (&a.town, &a.village, &a.number, a.lift.id)
            .cmp(&(&b.town, &b.village, &b.number, b.lift.id))
    });
    rows
}

impl Sources {
    /// Leaves out what is not of the people and households of the basis, where that is narrowed.
    pub(super) fn within_basis(mut self) -> Self {
        if self.basis.reach == Reach::All {
            return self;
        }
        let Basis { helpers, staff, .. } = &self.basis;
        self.households
            .retain(|entry| helpers.contains_key(&entry.id));
        self.visits
            .retain(|household, _| helpers.contains_key(household));
        self.visits_by_helper.retain(|id, _| staff.contains_key(id));
        self.marks
            .retain(|household, _| helpers.contains_key(household));
        self
    }

    /// Who was responsible for a household on the day.
    fn helper(&self, household_id: Uuid) -> Option<&Staff> {
        let staff_id = self.basis.helpers.get(&household_id)?;
        self.basis.staff.get(staff_id)
    }

    /// How many households each helper was responsible for on the day.
    fn households_by_helper(&self) -> HashMap<Uuid, i64> {
        let mut households = HashMap::new();
        for staff_id in self.basis.helpers.values() {
            *households.entry(*staff_id).or_insert(0) += 1;
        }
        households
    }
}
