//! Progress as it is shown.

use chrono::NaiveDate;
use poem_openapi::Object;
use uuid::Uuid;

use super::model::{self, Figures, Progress};
use super::summary::{Coverage, HelperRow, Summary, TownRow};
use crate::code_list::CodeList;
use crate::lift::model::Step;
use crate::method::Point;

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
    /// Town (镇).
    pub town: String,
    /// Households on the register there.
    pub households: i64,
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
    /// How many of its people were responsible for a household on the day.
    pub helpers: i64,
    /// Households on the register that its people were responsible for on the day.
    pub households: i64,
    /// Visits of its people in the year.
    pub visits: i64,
    /// What its people delivered in the year: money and the stated worth of goods, fen.
    pub benefits_fen: i64,
    /// The six points of its households, with `include=points`.
    pub points: Option<PointCoverage>,
    /// Its figures.
    pub figures: ProgressFigures,
}

/// The figures of one helper.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct HelperProgress {
    /// The person; absent for households without a responsible helper.
    pub staff_id: Option<Uuid>,
    /// The person's staff number (工号).
    pub staff_number: Option<String>,
    /// The person's name.
    pub name: Option<String>,
    /// The person's unit.
    pub unit: Option<String>,
    /// The person's post (职务).
    pub position: Option<String>,
    /// Households that the person was responsible for on the day.
    pub households: i64,
    /// The person's visits in the year.
    pub visits: i64,
    /// The day of the person's last visit up to the day asked about, also of a year before.
    pub last_visit_on: Option<NaiveDate>,
    /// What the person delivered in the year: money and the stated worth of goods, fen.
    pub benefits_fen: i64,
    /// The figures.
    pub figures: ProgressFigures,
}

/// For how many households the six points are met.
#[derive(Object)]
pub struct PointCoverage {
    /// How many households there are.
    pub households: i64,
    /// Each of the six points, in their order.
    pub met: Vec<PointCount>,
    /// For how many households all six are met.
    pub all_met: i64,
}

/// For how many households a point is met.
#[derive(Object)]
pub struct PointCount {
    /// Which point.
    pub point: Point,
    /// For how many it is met.
    pub count: i64,
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
    /// Households on the register.
    pub households: i64,
    /// Visits in the year.
    pub visits: i64,
    /// What was delivered in the year: money and the stated worth of goods, fen.
    pub benefits_fen: i64,
    /// The six points of all households, with `include=points`.
    pub points: Option<PointCoverage>,
    /// January to December.
    #[oai(validator(max_items = 12))]
    pub months: Vec<ProgressMonth>,
    /// By town of the household, those with a household or a figure.
    pub towns: Vec<TownProgress>,
    /// By unit of the responsible helper (at approval, or on the day asked about), those with a helper, a visit
    /// or a figure; households without a helper last.
    pub units: Vec<UnitProgress>,
    /// By unit and responsible helper, those with a household, a visit or a figure; households without a helper
    /// last.
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
    /// What the year's work comes to; with the six points if they were worked out.
    pub fn of(summary: Summary, with_points: bool) -> Self {
        let progress = summary.progress;
        let units = &summary.units;
        let coverage = |coverage: &Coverage| with_points.then(|| point_coverage(coverage));
        let whole = Coverage::of_all(units.iter().map(|unit| &unit.coverage));
        Self {
            year: progress.year,
            as_of: progress.as_of,
            unit_id: summary.only.as_ref().map(|unit| unit.id),
            unit: summary.only.as_ref().map(|unit| unit.name.clone()),
            target: progress.target,
            line_fen: summary.line_fen,
            in_pipeline: progress.figures().in_pipeline,
            to_go: progress.to_go(),
            households: whole.households,
            visits: units.iter().map(|unit| unit.visits).sum(),
            benefits_fen: units.iter().map(|unit| unit.benefits_fen).sum(),
            points: coverage(&whole),
            months: months(&progress),
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
            towns: summary.towns.into_iter().map(town).collect(),
            helpers: summary.helpers.into_iter().map(helper).collect(),
            units: summary
                .units
                .into_iter()
                .map(|row| UnitProgress {
                    points: coverage(&row.coverage),
                    unit_id: row.unit_id,
                    unit: row.unit,
                    helpers: row.helpers,
                    households: row.coverage.households,
                    visits: row.visits,
                    benefits_fen: row.benefits_fen,
                    figures: row.figures.into(),
                })
                .collect(),
        }
    }
}

fn point_coverage(coverage: &Coverage) -> PointCoverage {
    let points = Point::ENTRIES.iter().zip(coverage.met);
    PointCoverage {
        households: coverage.households,
        met: points
            .map(|(point, count)| PointCount {
                point: point.value,
                count,
            })
            .collect(),
        all_met: coverage.all,
    }
}

fn town(row: TownRow) -> TownProgress {
    TownProgress {
        town: row.town,
        households: row.households,
        figures: row.figures.into(),
    }
}

fn helper(row: HelperRow) -> HelperProgress {
    HelperProgress {
        staff_id: row.staff_id,
        staff_number: row.staff_number,
        name: row.name,
        unit: row.unit,
        position: row.position,
        households: row.households,
        visits: row.total.visits,
        last_visit_on: row.total.last_visit,
        benefits_fen: row.total.benefits_fen,
        figures: row.figures.into(),
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
