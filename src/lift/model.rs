//! A lift with its steps, and where it stood on a day.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::condition::{Attested, Evidence};
use crate::access::history::Actor;
use crate::code_list;
use crate::code_list::CodeList;
use crate::db::Json;

code_list! {
    /// One step on the way out of poverty; the order of the list is the order of the steps.
    pub enum Step = "lift_step_code", "脱贫程序" {
        Proposed = "proposed", "提出", ["村民小组提名", "提名"];
        VillageReview = "village_review", "民主评议", ["村民主评议", "评议"];
        Verified = "verified", "核实", ["村两委和工作队核实", "入户核实"];
        Accepted = "accepted", "认可", ["贫困户认可", "本人认可"];
        Publicised = "publicised", "公示", ["村公示", "公示公告"];
        Approved = "approved", "批准", ["批准退出", "审批"];
    }
}

impl Step {
    /// The step that comes after this one.
    pub fn following(self) -> Option<Self> {
        Self::ENTRIES
            .get(self as usize + 1)
            .map(|entry| entry.value)
    }

    /// Whether the conditions must be met for this step.
    pub fn needs_conditions(self) -> bool {
        matches!(self, Self::Verified | Self::Approved)
    }
}

code_list! {
    /// Where a lift stands: the last step that was done, or how it ended.
    pub enum State = "lift_state", "脱贫办理状态" {
        Proposed = "proposed", "已提出", [];
        VillageReview = "village_review", "已评议", [];
        Verified = "verified", "已核实", [];
        Accepted = "accepted", "已认可", [];
        Publicised = "publicised", "已公示", [];
        Approved = "approved", "已脱贫", ["已批准"];
        Rejected = "rejected", "已终止", ["未通过"];
        Relapsed = "relapsed", "已返贫", ["返贫"];
    }
}

impl From<Step> for State {
    fn from(step: Step) -> Self {
        match step {
            Step::Proposed => Self::Proposed,
            Step::VillageReview => Self::VillageReview,
            Step::Verified => Self::Verified,
            Step::Accepted => Self::Accepted,
            Step::Publicised => Self::Publicised,
            Step::Approved => Self::Approved,
        }
    }
}

impl State {
    /// The step done last, for a lift that is under way or approved.
    pub fn step(self) -> Option<Step> {
        Step::ENTRIES
            .iter()
            .map(|entry| entry.value)
            .find(|step| Self::from(*step) == self)
    }

    /// The step that is due; none once the lift has ended.
    pub fn due(self) -> Option<Step> {
        self.step().and_then(Step::following)
    }
}

/// One step of a lift with its day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepDay {
    /// Which step; of a rejection, the one that was due.
    pub step: Step,
    /// When.
    pub on: NaiveDate,
    /// Whether the lift ended here.
    pub rejected: bool,
}

/// Where a lift stood at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it stood.
    pub state: State,
    /// The last step by then; of a rejected lift, the one at which it was rejected.
    pub step: Step,
    /// Since when: the day of that step, or of the relapse.
    pub on: NaiveDate,
}

impl Standing {
    /// A lift as of a day: nothing dated after `day` is seen, neither a step nor the relapse. The steps come
    /// in order. Nothing if the lift had not begun.
    pub fn on(
        day: NaiveDate,
        steps: impl DoubleEndedIterator<Item = StepDay>,
        relapsed_on: Option<NaiveDate>,
    ) -> Option<Self> {
        let last = steps.rev().find(|step| step.on <= day)?;
        let relapsed_on = relapsed_on.filter(|on| *on <= day);
        let state = match relapsed_on {
            Some(_) => State::Relapsed,
            None if last.rejected => State::Rejected,
            None => last.step.into(),
        };
        Some(Self {
            state,
            step: last.step,
            on: relapsed_on.unwrap_or(last.on),
        })
    }
}

/// One step as recorded; the rejection of a lift is recorded in the same way.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct StepRecord {
    pub lift_id: Uuid,
    /// Counts the steps of the lift, from 1.
    pub position: i64,
    /// Which step; of a rejection, the one that was due.
    pub step: Step,
    /// The day on which it was done.
    pub on_date: NaiveDate,
    /// Who did it.
    pub person: String,
    /// What there is to say about it; of a rejection, the reason.
    pub note: Option<String>,
    /// What it rested on.
    #[serde(skip)]
    pub evidence: Option<Json<Evidence>>,
    /// Whether the lift was rejected at this step.
    pub rejected: bool,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// By which account.
    pub recorded_by: String,
}

impl StepRecord {
    /// What [`Standing`] needs of the record.
    pub fn day(&self) -> StepDay {
        StepDay {
            step: self.step,
            on: self.on_date,
            rejected: self.rejected,
        }
    }
}

/// One way of a household out of poverty.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Lift {
    pub id: Uuid,
    pub household_id: Uuid,
    /// Where it stands.
    pub state: State,
    /// Whether the household had been lifted before; such a lift is never a new one.
    pub again: bool,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was first written down.
    pub started_at: DateTime<Utc>,
    /// By which account.
    pub started_by: String,
    /// The day of approval; the lift counts to its year.
    pub approved_on: Option<NaiveDate>,
    /// The helper who was responsible on that day.
    pub helper_id: Option<Uuid>,
    /// The day on which the household fell back.
    pub relapsed_on: Option<NaiveDate>,
    /// Why.
    pub relapse_reason: Option<String>,
    /// Which account wrote it down.
    pub relapse_by: Option<String>,
    /// The steps so far, in order.
    #[sqlx(skip)]
    #[serde(skip)]
    pub steps: Vec<StepRecord>,
}

impl Lift {
    /// The day of the last step or, of a lift that fell back, of the relapse.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.relapsed_on
            .into_iter()
            .chain(self.steps.iter().map(|step| step.on_date))
            .max()
    }

    /// The day of a step that was done.
    pub fn done_on(&self, step: Step) -> Option<NaiveDate> {
        self.steps
            .iter()
            .find(|record| record.step == step && !record.rejected)
            .map(|record| record.on_date)
    }

    /// What was attested when the household was verified.
    pub fn attested(&self) -> Attested {
        self.steps
            .iter()
            .find(|record| record.step == Step::Verified)
            .and_then(|record| record.evidence.as_ref())
            .map(|Json(evidence)| evidence.attested)
            .unwrap_or_default()
    }

    /// Whether it was approved by the end of a day.
    pub fn is_approved_by(&self, day: NaiveDate) -> bool {
        self.approved_on.is_some_and(|on| on <= day)
    }

    /// The lift as it stood at the end of a day, by [`Standing::on`]; nothing if it had not begun.
    pub fn as_of(&self, day: NaiveDate) -> Option<Self> {
        let steps = self.steps.iter().map(StepRecord::day);
        let state = Standing::on(day, steps, self.relapsed_on)?.state;
        let mut lift = Self {
            state,
            ..self.clone()
        };
        lift.steps.retain(|step| step.on_date <= day);
        if state != State::Relapsed {
            lift.relapsed_on = None;
            lift.relapse_reason = None;
            lift.relapse_by = None;
        }
        if !self.is_approved_by(day) {
            lift.approved_on = None;
            lift.helper_id = None;
        }
        Some(lift)
    }

    /// The record of the step that comes next, without a note.
    pub fn next_record(
        &self,
        step: Step,
        on_date: NaiveDate,
        person: String,
        actor: Actor<'_>,
    ) -> StepRecord {
        StepRecord {
            lift_id: self.id,
            position: self.steps.last().map_or(0, |last| last.position) + 1,
            step,
            on_date,
            person,
            note: None,
            evidence: None,
            rejected: false,
            recorded_at: actor.at,
            recorded_by: actor.account.to_owned(),
        }
    }

    /// The first day on which the step that is due may be done.
    pub fn earliest_next(&self, publicity_days: u32) -> Option<NaiveDate> {
        match self.state.due()? {
            Step::Approved => publicity_ends(self.done_on(Step::Publicised)?, publicity_days),
            _ => self.last_day(),
        }
    }
}

/// The first day on which a lift may be approved: the list has been public for so many days then, the
/// first day included.
pub fn publicity_ends(publicised_on: NaiveDate, publicity_days: u32) -> Option<NaiveDate> {
    publicised_on.checked_add_days(Days::new(publicity_days.into()))
}
