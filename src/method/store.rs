//! The evidence for the six points, gathered for many households in a few queries.

use std::collections::HashMap;

use chrono::{DateTime, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

use super::evidence::{
    Changes, Evidence, LiftEvidence, PlanEvidence, RosterEvidence, VisitEvidence,
};
use crate::access::history;
use crate::app::china_date;
use crate::db::{Ids, Tx};
use crate::household::store::Household;
use crate::household::{Cause, Measure, Member, PovertyStatus};
use crate::lift::model::State as LiftStage;
use crate::lift::store::LiftStanding;
use crate::serving;
use crate::settings::Settings;
use crate::visit::store::Confirmation;
use crate::{lift, visit};

/// The evidence for these households, in their order. `ids` are theirs, or all.
pub async fn load(
    tx: &mut Tx,
    households: &[Household],
    ids: &Ids<'_>,
    settings: &Settings,
    today: NaiveDate,
) -> Result<Vec<Evidence>, sqlx::Error> {
    let mut helpers: HashMap<_, _> = serving::store::helper_names(tx, ids)
        .await?
        .into_iter()
        .map(|helper| (helper.household_id, helper))
        .collect();
    let mut changes = changes(tx, households, ids, settings, today).await?;
    let visits = visit::store::confirmations(tx, ids, today).await?;
    let mut visits = grouped(visits, |visit| visit.household_id);
    let plans = visit::plan::store::of(tx, ids, today).await?;
    let mut plans = grouped(plans, |plan| plan.household_id);
    let lifts = lift::store::standings(tx, ids, today).await?;
    // By household, the earliest first: the latest one stays.
    let lifts: HashMap<_, LiftEvidence> = lifts
        .into_iter()
        .map(|lift| (lift.household_id, lift.into()))
        .collect();
    let mut relapsed = relapsed_after_lift(tx, households, &lifts, today).await?;
    Ok(households
        .iter()
        .map(|household| {
            let id = household.id;
            let helper = helpers.remove(&id);
            let (helper, staff_number) = helper.map(|it| (it.name, it.staff_number)).unzip();
            let changes = changes.remove(&id).unwrap_or_default();
            let visits = visits.remove(&id).unwrap_or_default();
            let plans = plans.remove(&id).unwrap_or_default();
            Evidence {
                household_id: id,
                helper,
                staff_number: staff_number.flatten(),
                roster: RosterEvidence {
                    relapsed_after_lift: relapsed.remove(&id),
                    ..RosterEvidence::new(
                        &household.facts,
                        china_date(household.updated_at),
                        changes,
                        today,
                    )
                },
                visits: visits.into_iter().map(Into::into).collect(),
                plans: plans
                    .into_iter()
                    .map(|plan| PlanEvidence {
                        id: plan.id,
                        on: plan.facts.decided_on,
                        approach: plan.facts.approach,
                        measures: plan.facts.measures,
                    })
                    .collect(),
                lift: lifts.get(&id).copied(),
            }
        })
        .collect())
}

impl From<Confirmation> for VisitEvidence {
    fn from(visit: Confirmation) -> Self {
        Self {
            id: visit.id,
            on: visit.visited_on,
            kind: visit.kind,
            met: visit.met,
            situation: visit.situation_confirmed,
            causes: visit.causes_confirmed,
            wishes: visit.wishes,
            measures: visit.measures,
        }
    }
}

impl From<LiftStanding> for LiftEvidence {
    fn from(lift: LiftStanding) -> Self {
        let standing = lift.standing;
        Self {
            id: lift.lift_id,
            stage: standing.state,
            step: standing.step,
            on: standing.on,
        }
    }
}

/// Rows by household; those of one household stay in their order.
fn grouped<T>(rows: Vec<T>, household: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<_, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(household(&row)).or_default().push(row);
    }
    groups
}

/// What of a household's former facts tells whether something changed that matters here.
#[derive(Deserialize)]
struct Former {
    main_cause: Option<Cause>,
    other_causes: Vec<Cause>,
    measures: Vec<Measure>,
    members: Vec<Member>,
}

impl Former {
    /// Notes, in `changes`, what is different in the facts that came next, on a day.
    fn compare(&self, next: Facts<'_>, day: NaiveDate, changes: &mut Changes) {
        let (causes, measures, members) = next;
        if (self.main_cause, self.other_causes.as_slice()) != causes {
            changes.causes = Some(day);
        }
        if self.measures != measures {
            changes.measures = Some(day);
        }
        if self.members != members {
            changes.members = Some(day);
        }
    }

    fn facts(&self) -> Facts<'_> {
        (
            (self.main_cause, &self.other_causes),
            &self.measures,
            &self.members,
        )
    }
}

/// What is compared of a household: causes (main, others), measures, members.
type Facts<'a> = ((Option<Cause>, &'a [Cause]), &'a [Measure], &'a [Member]);

/// When the register last changed causes, measures or members of households.
///
/// The history is read no further back than evidence can be fresh: a change before that overtakes
/// nothing that is not too old anyway.
async fn changes(
    tx: &mut Tx,
    households: &[Household],
    ids: &Ids<'_>,
    settings: &Settings,
    today: NaiveDate,
) -> Result<HashMap<Uuid, Changes>, sqlx::Error> {
    let months = settings
        .situation_months
        .max(settings.causes_months)
        .max(settings.follow_up_months);
    let since = begin_of(
        today
            .checked_sub_months(Months::new(months))
            .unwrap_or(NaiveDate::MIN),
    );
    let current: HashMap<_, _> = households
        .iter()
        .map(|household| (household.id, &household.facts))
        .collect();
    let mut changes: HashMap<Uuid, Changes> = HashMap::new();
    let mut last: Option<(Uuid, NaiveDate, Former)> = None;
    let mut note = |next: Option<(Uuid, NaiveDate, Former)>| {
        if let Some((id, day, former)) = last.take().filter(|(_, day, _)| *day <= today) {
            let changes = changes.entry(id).or_default();
            match (&next, current.get(&id)) {
                (Some((next_id, _, next)), _) if *next_id == id => {
                    former.compare(next.facts(), day, changes);
                }
                (_, Some(facts)) => former.compare(
                    (
                        (facts.main_cause, &facts.other_causes),
                        &facts.measures,
                        &facts.members,
                    ),
                    day,
                    changes,
                ),
                (_, None) => {}
            }
        }
        last = next;
    };
    history::each_since(tx, "household", ids, since, |id, at, former| {
        note(Some((id, china_date(at), former)));
    })
    .await?;
    note(None);
    Ok(changes)
}

/// On which later day the register was made to say 返贫 of a household whose lift is approved. What it said by the
/// approval already is of an earlier fall, whatever else was changed of the household since.
async fn relapsed_after_lift(
    tx: &mut Tx,
    households: &[Household],
    lifts: &HashMap<Uuid, LiftEvidence>,
    today: NaiveDate,
) -> Result<HashMap<Uuid, NaiveDate>, sqlx::Error> {
    #[derive(Deserialize)]
    struct Former {
        status: PovertyStatus,
    }
    let mut written = HashMap::new();
    for household in households {
        if household.facts.status != PovertyStatus::Relapsed {
            continue;
        }
        let approved = lifts
            .get(&household.id)
            .filter(|it| it.stage == LiftStage::Approved);
        let Some(lift) = approved else { continue };
        // Few households are said to have fallen back while their lift holds, so each is asked for alone.
        let (ids, since) = ([household.id], begin_of(lift.on));
        history::each_since(
            tx,
            "household",
            &Ids::These(&ids),
            since,
            |id, at, former: Former| {
                // The last change of another status is the one to this.
                if former.status != PovertyStatus::Relapsed && china_date(at) > lift.on {
                    written.insert(id, china_date(at));
                }
            },
        )
        .await?;
    }
    written.retain(|_, day| *day <= today);
    Ok(written)
}

/// The beginning of a day in China, or a little before.
fn begin_of(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN).and_utc();
    midnight
        .checked_sub_signed(TimeDelta::days(1))
        .unwrap_or(midnight)
}
