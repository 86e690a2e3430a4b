//! The rules of the six points.
//!
//! A point is
//! - **met** (已达成) when there is evidence for it that is fresh,
//! - **stale** (已过期) when there is evidence, but it is too old, overtaken by a change of the
//!   register, or known from the roster alone,
//! - **missing** (缺失) when what the point asks for is not there.
//!
//! | point | met when | stale when | missing when |
//! | --- | --- | --- | --- |
//! | situation 基本情况清楚 | the roster is complete (see [`missing_facts`](super::evidence::missing_facts)) and a visit within `situation_months` confirmed it | never confirmed, too long ago, or members changed on the roster since | the roster has gaps |
//! | causes 致贫原因清楚 | a main cause is on record and a visit within `causes_months` confirmed it | never confirmed, too long ago, or causes changed since | no main cause on record |
//! | wishes 内心诉求清楚 | a visit within `wishes_months` heard them | heard too long ago, or only written in the roster: heard by nobody we know | neither |
//! | approach 帮扶思路明确 | a help plan says it | only the roster says it | neither |
//! | measures 帮扶措施明确 | decided by plan or roster, and one of them followed up by a visit within `follow_up_months` | never followed up, too long ago, or the measures were decided anew since | none decided |
//! | lifted 达成脱贫 | a lift is approved and holds | the roster alone says lifted, or it says relapsed after the approval | otherwise; a lift under way names its next step |
//!
//! A visit is within *n* months until the day before the same day *n* months later. "Since" means
//! on a later day: what was changed on the day of the visit counts as seen by it. An import that
//! changes nothing of a household changes nothing here, for the register then keeps its date.
//!
//! Every point has a next step that says what to do, by whom and by when: what is met, before it
//! goes stale; what is not, by the end of the month, or of the next one if less than a week is left.

use chrono::NaiveDate;
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::code_list;

code_list! {
    /// One of the six points of the method.
    pub enum Point = "method_point", "六项要点" {
        Situation = "situation", "基本情况清楚", ["基本情况"];
        Causes = "causes", "致贫原因清楚", ["致贫原因"];
        Wishes = "wishes", "内心诉求清楚", ["内心诉求"];
        Approach = "approach", "帮扶思路明确", ["帮扶思路"];
        Measures = "measures", "帮扶措施明确", ["帮扶措施"];
        Lifted = "lifted", "达成脱贫", ["脱贫"];
    }
}

code_list! {
    /// How a point stands, from worst to best.
    pub enum PointStatus = "method_point_status", "要点状态" {
        Missing = "missing", "缺失", [];
        Stale = "stale", "已过期", ["过期"];
        Met = "met", "已达成", ["达成"];
    }
}

code_list! {
    /// What kind of record shows something.
    pub enum EvidenceKind = "evidence_kind", "依据类别" {
        Roster = "roster", "登记", [];
        Visit = "visit", "走访", [];
        Plan = "plan", "帮扶计划", [];
        Lift = "lift", "脱贫退出", [];
    }
}

/// A record that shows how a point stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
pub struct EvidenceRef {
    /// What kind of record.
    pub kind: EvidenceKind,
    /// Its id; of the roster, the household's.
    pub id: Uuid,
    /// Its day; of the roster, the day on which the household's facts last changed.
    pub date: NaiveDate,
    /// What it shows, in the language of the answer.
    pub words: String,
}

/// How one point stands for a household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct PointState {
    /// Which point.
    pub point: Point,
    /// How it stands.
    pub state: PointStatus,
    /// The records that show it.
    pub evidence: Vec<EvidenceRef>,
    /// Since when it stands so, where a day can be named.
    pub since: Option<NaiveDate>,
    /// Of a point that is met: the first day on which it is stale if nothing is done.
    pub stale_on: Option<NaiveDate>,
    /// What to do next, by whom and by when, in the language of the answer.
    pub next_step: String,
}

/// Until when the next visit of a household is due, by those of its points that visits keep fresh: the first day
/// on which one of them is stale if nothing is done, or since when it is; today for one that is missing.
pub fn next_due(points: &[PointState], today: NaiveDate) -> Option<NaiveDate> {
    let by_visits = points.iter().filter(|state| {
        let point = state.point;
        matches!(
            point,
            Point::Situation | Point::Causes | Point::Wishes | Point::Measures
        )
    });
    let due = by_visits.map(|state| match state.state {
        PointStatus::Met => state.stale_on,
        PointStatus::Stale => state.since.or(Some(today)),
        PointStatus::Missing => Some(today),
    });
    due.flatten().min()
}

impl PointState {
    pub(super) fn met(
        point: Point,
        evidence: Vec<EvidenceRef>,
        since: NaiveDate,
        next_step: String,
    ) -> Self {
        Self {
            state: PointStatus::Met,
            since: Some(since),
            ..Self::missing(point, evidence, next_step)
        }
    }

    pub(super) fn stale(
        point: Point,
        evidence: Vec<EvidenceRef>,
        since: NaiveDate,
        next_step: String,
    ) -> Self {
        Self {
            state: PointStatus::Stale,
            since: Some(since),
            ..Self::missing(point, evidence, next_step)
        }
    }

    pub(super) fn missing(point: Point, evidence: Vec<EvidenceRef>, next_step: String) -> Self {
        Self {
            point,
            state: PointStatus::Missing,
            evidence,
            since: None,
            stale_on: None,
            next_step,
        }
    }
}
