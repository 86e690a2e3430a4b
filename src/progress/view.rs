//! Progress as it is shown.

use chrono::NaiveDate;
use poem_openapi::Object;
use uuid::Uuid;

use super::model::{self, Figures, Progress};
use super::store::Basis;
use crate::lift::model::Step;

/// How many, and which lifts they are.
#[derive(Object)]
pub struct LiftCount {
    /// How many.
    pub count: i64,
    /// The lifts that make up the count; `getLift` shows each.
    pub lift_ids: Vec<Uuid>,
}

/// Lifts under way whose last step is this one.
#[derive(Object)]
pub struct PipelineStep {
    /// The last step that was done.
    pub step: Step,
    /// How many.
    pub count: i64,
    /// The lifts that make up the count.
    pub lift_ids: Vec<Uuid>,
}

/// One month of the year.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ProgressMonth {
    /// 1 to 12.
    pub month: u32,
    /// Newly lifted in the month, and it held to the day asked about.
    pub newly_lifted: i64,
    /// Lifted again in the month, and it held.
    pub lifted_again: i64,
    /// Fallen back in the month.
    pub relapsed: i64,
    /// Newly lifted from January to this month; absent for a month that had not begun.
    pub cumulative: Option<i64>,
}

/// The figures of one town.
#[derive(Object)]
pub struct TownProgress {
    /// 镇.
    pub town: String,
    /// Its figures.
    pub figures: ProgressFigures,
}

/// The figures of one unit.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct UnitProgress {
    /// The unit; absent for households without a responsible helper.
    pub unit_id: Option<Uuid>,
    /// Its name.
    pub unit: Option<String>,
    /// Its figures.
    pub figures: ProgressFigures,
}

/// The figures of one helper.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct HelperProgress {
    /// The person; absent for households without a responsible helper.
    pub staff_id: Option<Uuid>,
    /// The person's name.
    pub name: Option<String>,
    /// The person's unit.
    pub unit: Option<String>,
    /// The figures.
    pub figures: ProgressFigures,
}

/// The figures of a part of the whole.
#[derive(Object)]
pub struct ProgressFigures {
    /// Lifted in the year for the first time, and it holds.
    pub newly_lifted: i64,
    /// Lifted in the year, not for the first time, and it holds.
    pub lifted_again: i64,
    /// Fallen back in the year, whenever they were lifted.
    pub relapsed: i64,
    /// Under way.
    pub in_pipeline: i64,
}

/// The year's result as of a day.
#[derive(Object)]
#[oai(rename = "ProgressReport", skip_serializing_if_is_none)]
pub struct ProgressView {
    /// The year.
    pub year: i32,
    /// The day up to which things were seen: the one asked for, or the year's last if that is earlier.
    pub as_of: NaiveDate,
    /// The unit whose people's lifts are counted, for a caller who is given no more; absent for the whole.
    pub unit_id: Option<Uuid>,
    /// The unit's name.
    pub unit: Option<String>,
    /// Households to be newly lifted in the year: of the office as a whole. A unit has no target of its own.
    pub target: Option<i64>,
    /// Income line of the year in fen a head.
    pub line_fen: i64,
    /// Lifted in the year for the first time, and it holds.
    pub newly_lifted: LiftCount,
    /// Lifted in the year, not for the first time, and it holds.
    pub lifted_again: LiftCount,
    /// Fallen back in the year, whenever they were lifted.
    pub relapsed: LiftCount,
    /// Under way, by the last step that was done.
    #[oai(validator(max_items = 6))]
    pub pipeline: Vec<PipelineStep>,
    /// How many are under way.
    pub in_pipeline: i64,
    /// How many are still to be newly lifted to reach the target, if there is one.
    pub to_go: Option<i64>,
    /// January to December.
    #[oai(validator(max_items = 12))]
    pub months: Vec<ProgressMonth>,
    /// By town of the household, those with anything to show.
    pub towns: Vec<TownProgress>,
    /// By unit of the responsible helper (at approval, or on the day asked about), likewise.
    pub units: Vec<UnitProgress>,
    /// By responsible helper, likewise.
    pub helpers: Vec<HelperProgress>,
}

fn lift_count(lifts: Vec<Uuid>) -> LiftCount {
    LiftCount {
        count: model::count(&lifts),
        lift_ids: lifts,
    }
}

impl From<Figures> for ProgressFigures {
    fn from(figures: Figures) -> Self {
        Self {
            newly_lifted: figures.newly_lifted,
            lifted_again: figures.lifted_again,
            relapsed: figures.relapsed,
            in_pipeline: figures.in_pipeline,
        }
    }
}

impl ProgressView {
    /// What the basis comes to.
    pub fn of(basis: &Basis) -> Self {
        let progress = basis.progress();
        Self {
            year: progress.year,
            as_of: progress.as_of,
            unit_id: basis.only.as_ref().map(|unit| unit.id),
            unit: basis.only.as_ref().map(|unit| unit.name.clone()),
            target: progress.target,
            line_fen: basis.plan.line_fen,
            in_pipeline: progress.figures().in_pipeline,
            to_go: progress.to_go(),
            months: months(&progress),
            units: units(basis, &progress),
            helpers: helpers(basis, &progress),
            newly_lifted: lift_count(progress.newly_lifted),
            lifted_again: lift_count(progress.lifted_again),
            relapsed: lift_count(progress.relapsed),
            pipeline: progress
                .pipeline
                .into_iter()
                .map(|(step, lift_ids)| PipelineStep {
                    step,
                    count: model::count(&lift_ids),
                    lift_ids,
                })
                .collect(),
            towns: progress
                .towns
                .into_iter()
                .map(|(town, figures)| TownProgress {
                    town,
                    figures: figures.into(),
                })
                .collect(),
        }
    }
}

fn months(progress: &Progress) -> Vec<ProgressMonth> {
    progress
        .months
        .iter()
        .map(|row| ProgressMonth {
            month: row.month,
            newly_lifted: row.newly_lifted,
            lifted_again: row.lifted_again,
            relapsed: row.relapsed,
            cumulative: row.cumulative,
        })
        .collect()
}

fn units(basis: &Basis, progress: &Progress) -> Vec<UnitProgress> {
    let mut units: Vec<_> = progress
        .units
        .iter()
        .map(|(unit_id, figures)| UnitProgress {
            unit_id: *unit_id,
            unit: unit_id.and_then(|id| basis.unit_name(id)),
            figures: (*figures).into(),
        })
        .collect();
    units.sort_by(|a, b| (&a.unit, a.unit_id).cmp(&(&b.unit, b.unit_id)));
    units
}

fn helpers(basis: &Basis, progress: &Progress) -> Vec<HelperProgress> {
    let mut helpers: Vec<_> = progress
        .helpers
        .iter()
        .map(|(staff_id, figures)| {
            let person = staff_id.and_then(|id| basis.staff.get(&id));
            HelperProgress {
                staff_id: *staff_id,
                name: person.map(|person| person.name.clone()),
                unit: person.map(|person| person.unit.clone()),
                figures: (*figures).into(),
            }
        })
        .collect();
    helpers.sort_by(|a, b| (&a.unit, &a.name, a.staff_id).cmp(&(&b.unit, &b.name, b.staff_id)));
    helpers
}
