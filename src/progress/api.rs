//! Progress over HTTP.

use chrono::{Datelike, NaiveDate};
use poem::http::StatusCode;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use tokio::task::JoinError;
use uuid::Uuid;

use super::model::{self, Figures, Progress};
use super::store::{self, Basis};
use crate::access::{Permission, Signed};
use crate::api::{Tag, Year};
use crate::app::App;
use crate::db::{Db, outcome};
use crate::lift::model::Step;
use crate::problem::{Fault, Problem, bits};

/// Operations on progress.
pub struct ProgressApi(pub App);

/// How many, and which lifts they are.
#[derive(Object)]
struct LiftCount {
    /// How many.
    count: i64,
    /// The lifts that make up the count; `getLift` shows each.
    lift_ids: Vec<Uuid>,
}

/// Lifts under way whose last step is this one.
#[derive(Object)]
struct PipelineStep {
    /// The last step that was done.
    step: Step,
    /// How many.
    count: i64,
    /// The lifts that make up the count.
    lift_ids: Vec<Uuid>,
}

/// One month of the year.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ProgressMonth {
    /// 1 to 12.
    month: u32,
    /// Newly lifted in the month, and it held to the day asked about.
    newly_lifted: i64,
    /// Lifted again in the month, and it held.
    lifted_again: i64,
    /// Fallen back in the month.
    relapsed: i64,
    /// Newly lifted from January to this month; absent for a month that had not begun.
    cumulative: Option<i64>,
}

/// The figures of one town.
#[derive(Object)]
struct TownProgress {
    /// 镇.
    town: String,
    /// Its figures.
    figures: ProgressFigures,
}

/// The figures of one unit.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct UnitProgress {
    /// The unit; absent for households without a responsible helper.
    unit_id: Option<Uuid>,
    /// Its name.
    unit: Option<String>,
    /// Its figures.
    figures: ProgressFigures,
}

/// The figures of one helper.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HelperProgress {
    /// The person; absent for households without a responsible helper.
    staff_id: Option<Uuid>,
    /// The person's name.
    name: Option<String>,
    /// The person's unit.
    unit: Option<String>,
    /// The figures.
    figures: ProgressFigures,
}

/// The figures of a part of the whole.
#[derive(Object)]
struct ProgressFigures {
    /// Lifted in the year for the first time, and it holds.
    newly_lifted: i64,
    /// Lifted in the year, not for the first time, and it holds.
    lifted_again: i64,
    /// Fallen back in the year, whenever they were lifted.
    relapsed: i64,
    /// Under way.
    in_pipeline: i64,
}

/// The year's result as of a day.
#[derive(Object)]
#[oai(rename = "Progress")]
struct ProgressView {
    /// The year.
    year: i32,
    /// The day up to which things were seen: the one asked for, or the year's last if that is earlier.
    as_of: NaiveDate,
    /// Households to be newly lifted in the year.
    target: i64,
    /// Income line of the year in fen a head.
    line_fen: i64,
    /// Lifted in the year for the first time, and it holds.
    newly_lifted: LiftCount,
    /// Lifted in the year, not for the first time, and it holds.
    lifted_again: LiftCount,
    /// Fallen back in the year, whenever they were lifted.
    relapsed: LiftCount,
    /// Under way, by the last step that was done.
    pipeline: Vec<PipelineStep>,
    /// How many are under way.
    in_pipeline: i64,
    /// How many are still to be newly lifted to reach the target.
    to_go: i64,
    /// January to December.
    months: Vec<ProgressMonth>,
    /// By town of the household, those with anything to show.
    towns: Vec<TownProgress>,
    /// By unit of the responsible helper (at approval, or on the day asked about), likewise.
    units: Vec<UnitProgress>,
    /// By responsible helper, likewise.
    helpers: Vec<HelperProgress>,
}

/// Progress can be asked for with a day that is against the rules.
pub type ProgressFault = Fault<{ bits::SIGNED | bits::INVALID }>;

#[OpenApi(tag = "Tag::Progress")]
impl ProgressApi {
    /// Get progress
    ///
    /// What the year's lifts come to, as of a day, by month, town, unit and helper. A lift counts to
    /// the year of its approval; one that falls back within that year no longer counts; a household
    /// lifted before is lifted again, never newly. Nothing dated after the day is seen.
    #[oai(path = "/progress", method = "get", operation_id = "getProgress")]
    async fn get_progress(
        &self,
        caller: Signed,
        /// The year; this year if not said.
        year: Query<Option<Year>>,
        /// The day up to which to look; today if not said.
        as_of: Query<Option<NaiveDate>>,
    ) -> Result<Json<ProgressView>, ProgressFault> {
        caller.0.require(Permission::SeeProgress)?;
        let (year, as_of) = period(&self.0, year.0, as_of.0)?;
        let turn = self.0.figures.turn().await?;
        let db = self.0.db.clone();
        let counted = turn.run_async(move || outcome::of_one_request(counted(db, year, as_of)));
        let view = counted
            .await
            .unwrap_or_else(|error| Err(cannot_count(&error)))?;
        Ok(Json(view))
    }
}

async fn counted(db: Db, year: i32, as_of: NaiveDate) -> Result<ProgressView, Problem> {
    let mut tx = db.read().await?;
    let basis = store::basis(&mut tx, year, as_of).await?;
    drop(tx);
    Ok(view(&basis))
}

fn cannot_count(error: &JoinError) -> Problem {
    tracing::error!(%error, "the figures of a year cannot be counted");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "统计进度时出错，已记录；请稍后重试",
        "the figures could not be counted; the fault has been logged, try again",
    )
}

/// The year and day that a request means.
pub fn period(
    app: &App,
    year: Option<Year>,
    as_of: Option<NaiveDate>,
) -> Result<(i32, NaiveDate), Problem> {
    let today = app.today();
    let as_of = as_of.unwrap_or(today);
    check_as_of(as_of, today)?;
    let year = year
        .and_then(|year| i32::try_from(year.0).ok())
        .unwrap_or(today.year());
    Ok((year, model::last_day_seen(year, as_of)))
}

/// Refuses to report what has not happened yet.
pub fn check_as_of(as_of: NaiveDate, today: NaiveDate) -> Result<(), Problem> {
    if as_of <= today {
        return Ok(());
    }
    Err(Problem::invalid(
        "as_of_in_future",
        format!("截至日期 {as_of} 晚于今天（{today}），请填写今天或更早的日期"),
        format!("`as_of` {as_of} is after today ({today}); give today or an earlier day"),
    ))
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

fn view(basis: &Basis) -> ProgressView {
    let progress = basis.progress();
    ProgressView {
        year: progress.year,
        as_of: progress.as_of,
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
