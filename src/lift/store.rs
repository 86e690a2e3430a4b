//! Lifts and their steps in the database.

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::model::{Lift, Standing, State, Step, StepDay, StepRecord};
use crate::access::Reach;
use crate::access::history::Actor;
use crate::db::{Ids, Json, Mention, Subject, Tx, Where, mentions};
use crate::household::open::was_open_on;
use crate::serving::store::names::household_names;
use crate::serving::store::{people_of, reached_by};
use crate::serving::tenure::Part;
use crate::{insert, on};

/// A lift with the names that people know its household and helper by.
#[derive(Clone, Debug, FromRow)]
pub struct NamedLift {
    #[sqlx(flatten)]
    pub lift: Lift,
    /// 户编号.
    pub household_number: Option<String>,
    /// 户主姓名.
    pub head_name: String,
    /// 镇.
    pub town: String,
    /// 村.
    pub village: String,
    /// 工号 of the helper at approval.
    pub staff_number: Option<String>,
    /// Name of that helper.
    pub helper_name: Option<String>,
}

/// What a list of lifts may be narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those that stand here.
    pub state: Option<State>,
    /// Only this household's.
    pub household_id: Option<Uuid>,
    /// Only households of this town; empty narrows nothing.
    pub town: String,
    /// Only those approved from the first day to the last.
    pub approved: Option<(NaiveDate, NaiveDate)>,
    /// Only those that a caller of this reach may see.
    pub reach: Reach,
}

impl Filter {
    fn conditions(&self) -> Where {
        let (from, to) = self.approved.unzip();
        let wanted = Where::new()
            .and_if(self.state.map(|state| state.to_string()), "lift.state = ?")
            .and_if(self.household_id, "lift.household_id = ?")
            .and_place(&self.town, "")
            .and_if(from, "approved_on >= ?")
            .and_if(to, "approved_on <= ?");
        within_reach(wanted, self.reach)
    }
}

/// Narrows to the lifts within a reach: of households for which someone in it is responsible now. To a
/// unit, those count as well that were approved while one of its people was responsible: they are among its
/// figures, which name the records that they come from.
fn within_reach(wanted: Where, reach: Reach) -> Where {
    let Some((served, value)) = reached_by(reach, &[Part::Responsible]) else {
        return wanted;
    };
    let of_household = format!("lift.household_id IN ({served})");
    match reach {
        Reach::Unit(_) => {
            let approved = format!("lift.helper_id IN ({})", people_of("?"));
            wanted.and_with(value, &format!("({of_household} OR {approved})"))
        }
        Reach::All | Reach::Person(_) => wanted.and_with(value, &of_household),
    }
}

/// Whether a lift is within a reach.
pub async fn reaches(tx: &mut Tx, reach: Reach, id: Uuid) -> Result<bool, sqlx::Error> {
    let wanted = within_reach(Where::new().and_with(id, "lift.id = ?"), reach);
    let sql = format!("SELECT lift.id FROM lift {wanted}");
    let found: Vec<(Uuid,)> = wanted.fetch_all(tx, sql).await?;
    Ok(!found.is_empty())
}

const NAMED_LIFT: &str = concat!(
    "SELECT lift.id AS id, lift.household_id AS household_id, lift.state AS state, again,
        lift.version AS version, lift.started_at AS started_at, lift.started_by AS started_by,
        approved_on, helper_id, relapsed_on, relapse_reason, relapse_by,
        staff.number AS staff_number, staff.name AS helper_name, ",
    household_names!(),
    " FROM lift JOIN household ON household.id = lift.household_id
    LEFT JOIN staff ON staff.id = lift.helper_id"
);

const STEP: &str = "SELECT lift_id, position, step, on_date, person, note, evidence, rejected,
    recorded_at, recorded_by FROM lift_step";

/// With its steps and their evidence; `None` if there is no lift with this id.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<NamedLift>, sqlx::Error> {
    let sql = format!("{NAMED_LIFT} WHERE lift.id = $1");
    let found: Option<NamedLift> = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(id).fetch_optional(connection).await)?;
    let Some(mut found) = found else {
        return Ok(None);
    };
    let sql = format!("{STEP} WHERE lift_id = $1 ORDER BY position");
    found.lift.steps = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(id).fetch_all(connection).await)?;
    Ok(Some(found))
}

/// All lifts of a household with their steps, the earliest first.
pub async fn of_household(tx: &mut Tx, household_id: Uuid) -> Result<Vec<Lift>, sqlx::Error> {
    let sql = format!("{NAMED_LIFT} WHERE lift.household_id = $1 ORDER BY lift.id");
    let lifts: Vec<NamedLift> = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(household_id).fetch_all(connection).await)?;
    let sql = format!(
        "{STEP} WHERE lift_id IN (SELECT id FROM lift WHERE household_id = $1)
         ORDER BY lift_id, position"
    );
    let steps: Vec<StepRecord> = on!(tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(household_id).fetch_all(connection).await)?;
    Ok(with_steps(lifts, steps)
        .into_iter()
        .map(|named| named.lift)
        .collect())
}

/// The lifts from which figures as of a day are counted, with their steps, but without the evidence of these, the
/// earliest first: those of households that were open then, and of others those that were approved. What a family
/// reached stays counted when it becomes part of another.
pub async fn counted_on(tx: &mut Tx, day: NaiveDate) -> Result<Vec<NamedLift>, sqlx::Error> {
    let open = was_open_on("household", "$1");
    let sql = format!("{NAMED_LIFT} WHERE {open} OR lift.approved_on <= $1 ORDER BY lift.id");
    let lifts: Vec<NamedLift> = on!(&mut *tx, connection => sqlx::query_as(AssertSqlSafe(sql))
        .bind(day).fetch_all(connection).await)?;
    let steps: Vec<StepRecord> = on!(tx, connection => sqlx::query_as(
        "SELECT lift_id, position, step, on_date, person, note, CAST(NULL AS TEXT) AS evidence, rejected,
             recorded_at, recorded_by
         FROM lift_step ORDER BY lift_id, position",
    )
    .fetch_all(connection)
    .await)?;
    Ok(with_steps(lifts, steps))
}

fn with_steps(mut lifts: Vec<NamedLift>, steps: Vec<StepRecord>) -> Vec<NamedLift> {
    let mut by_lift: HashMap<Uuid, Vec<StepRecord>> = HashMap::new();
    for step in steps {
        by_lift.entry(step.lift_id).or_default().push(step);
    }
    for named in &mut lifts {
        named.lift.steps = by_lift.remove(&named.lift.id).unwrap_or_default();
    }
    lifts
}

/// A page of lifts without their steps, the latest first, at most `limit` and one more.
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<NamedLift>, sqlx::Error> {
    let mut wanted = filter
        .conditions()
        .beyond(after.map(|id| [id.into()]), "lift.id <");
    let limit = wanted.bind(limit + 1);
    let sql = format!("{NAMED_LIFT} {wanted} ORDER BY lift.id DESC LIMIT {limit}");
    wanted.fetch_all(tx, sql).await
}

/// Where the lifts of these households stood at the end of a day, by household, the earliest first; those that had
/// not begun are left out.
pub async fn standings(
    tx: &mut Tx,
    households: &Ids<'_>,
    day: NaiveDate,
) -> Result<Vec<LiftStanding>, sqlx::Error> {
    let sql = format!(
        "SELECT lift.household_id AS household_id, lift.id AS lift_id, step, on_date, rejected, relapsed_on
         FROM lift JOIN lift_step ON lift_step.lift_id = lift.id
         WHERE on_date <= $1 AND {}
         ORDER BY lift.household_id, lift.id, lift_step.position",
        households.clause("lift.household_id", 2)
    );
    let steps: Vec<StepOfLift> = on!(tx, connection => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(day);
        for id in households.parameters() {
            query = query.bind(*id);
        }
        query.fetch_all(connection).await
    })?;
    let lifts = steps.chunk_by(|one, next| one.lift_id == next.lift_id);
    let standing = |steps: &[StepOfLift]| {
        let first = steps.first()?;
        let standing = Standing::on(day, steps.iter().map(StepOfLift::day), first.relapsed_on)?;
        Some(LiftStanding {
            household_id: first.household_id,
            lift_id: first.lift_id,
            standing,
        })
    };
    Ok(lifts.filter_map(standing).collect())
}

/// Where a lift stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiftStanding {
    pub household_id: Uuid,
    pub lift_id: Uuid,
    pub standing: Standing,
}

/// A step with its lift.
#[derive(FromRow)]
struct StepOfLift {
    household_id: Uuid,
    lift_id: Uuid,
    step: Step,
    on_date: NaiveDate,
    rejected: bool,
    relapsed_on: Option<NaiveDate>,
}

impl StepOfLift {
    fn day(&self) -> StepDay {
        StepDay {
            step: self.step,
            on: self.on_date,
            rejected: self.rejected,
        }
    }
}

/// Adds a lift; every lift begins with a step, the proposal.
pub async fn add(tx: &mut Tx, lift: &Lift, first: &StepRecord) -> Result<(), sqlx::Error> {
    insert!(&mut *tx, "lift", std::slice::from_ref(lift), |lift| {
        id: lift.id,
        household_id: lift.household_id,
        state: lift.state,
        again: lift.again,
        version: lift.version,
        started_at: lift.started_at,
        started_by: lift.started_by.as_str(),
    })?;
    add_step(tx, first).await
}

/// Adds a step to a lift.
pub async fn add_step(tx: &mut Tx, step: &StepRecord) -> Result<(), sqlx::Error> {
    insert!(tx, "lift_step", std::slice::from_ref(step), |step| {
        lift_id: step.lift_id,
        position: step.position,
        step: step.step,
        on_date: step.on_date,
        person: step.person.as_str(),
        note: step.note.as_deref(),
        evidence: step.evidence.as_ref().map(|Json(evidence)| Json(evidence)),
        rejected: step.rejected,
        recorded_at: step.recorded_at,
        recorded_by: step.recorded_by.as_str(),
    })
}

/// Replaces a lift's own fields, and keeps what they were.
pub async fn change(
    tx: &mut Tx,
    actor: Actor<'_>,
    action: &str,
    before: &Lift,
    after: &Lift,
) -> Result<(), sqlx::Error> {
    let version = ("lift", before.id, before.version);
    actor.keep(tx, action, version, before).await?;
    on!(tx, connection => sqlx::query(
        "UPDATE lift SET state = $2, again = $3, approved_on = $4, helper_id = $5, relapsed_on = $6,
             relapse_reason = $7, relapse_by = $8, version = version + 1
         WHERE id = $1",
    )
    .bind(before.id)
    .bind(after.state)
    .bind(after.again)
    .bind(after.approved_on)
    .bind(after.helper_id)
    .bind(after.relapsed_on)
    .bind(&after.relapse_reason)
    .bind(&after.relapse_by)
    .execute(connection)
    .await
    .map(|_| ()))
}

/// Lifts of these households, or with these people as helpers.
pub async fn lifts_naming(
    tx: &mut Tx,
    subject: Subject,
    ids: &Ids<'_>,
) -> Result<Vec<Mention>, sqlx::Error> {
    let column = match subject {
        Subject::Household => "household_id",
        Subject::Staff => "helper_id",
    };
    let columns = ("id", column, "approved_on");
    mentions(tx, "lift", columns, ids).await
}
