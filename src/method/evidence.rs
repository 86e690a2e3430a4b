//! What is known of one household for its six points.

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{EvidenceKind, EvidenceRef};
use crate::code_list::CodeList;
use crate::household::{Cause, HouseholdFacts, Measure, PovertyStatus};
use crate::lift::model::{State as LiftStage, Step as LiftStep};
use crate::problem::{Language, Text, say};
use crate::visit::{VisitKind, WhoMet};

/// All that is known of one household for its six points.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub household_id: Uuid,
    /// Name of the helper who is responsible now.
    pub helper: Option<String>,
    /// 工号 of that helper.
    pub staff_number: Option<String>,
    /// What the roster says.
    pub roster: RosterEvidence,
    /// Visits; of those that show the same, only the latest needs to be there.
    pub visits: Vec<VisitEvidence>,
    /// Help plans, the one in force first.
    pub plans: Vec<PlanEvidence>,
    /// The latest lift.
    pub lift: Option<LiftEvidence>,
}

/// What the roster says of a household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterEvidence {
    /// The day on which the household's facts last changed.
    pub on: NaiveDate,
    /// What it does not say and should.
    pub missing: Vec<Text>,
    /// 主要致贫原因.
    pub main_cause: Option<Cause>,
    /// 内心诉求.
    pub wishes: Option<String>,
    /// 帮扶思路.
    pub approach: Option<String>,
    /// 帮扶措施, in the order of their list.
    pub measures: Vec<Measure>,
    /// 脱贫属性.
    pub status: PovertyStatus,
    /// 脱贫年度.
    pub lifted_year: Option<i64>,
    /// When what matters here was changed.
    pub changes: Changes,
    /// The day after the approval of the latest lift on which the roster began to say 返贫, if it did.
    pub relapsed_after_lift: Option<NaiveDate>,
}

/// The latest day on which the roster changed something that was there before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The members, or what is said of one of them.
    pub members: Option<NaiveDate>,
    /// The main or the other causes.
    pub causes: Option<NaiveDate>,
    pub measures: Option<NaiveDate>,
}

/// What a visit shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitEvidence {
    pub id: Uuid,
    pub on: NaiveDate,
    pub kind: VisitKind,
    pub met: Option<WhoMet>,
    /// Whether it confirmed the basic situation.
    pub situation: bool,
    /// Whether it confirmed the causes.
    pub causes: bool,
    /// The wishes that were heard.
    pub wishes: Option<String>,
    /// The measures that were followed up.
    pub measures: Vec<Measure>,
}

/// What a help plan decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanEvidence {
    pub id: Uuid,
    pub on: NaiveDate,
    pub approach: String,
    /// The measures, in the order of their list.
    pub measures: Vec<Measure>,
}

/// Where a lift stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiftEvidence {
    pub id: Uuid,
    /// Where it stands.
    pub stage: LiftStage,
    /// The last step recorded; of a rejected lift, the one at which it was rejected.
    pub step: LiftStep,
    /// The day of that step, or of the relapse.
    pub on: NaiveDate,
}

impl RosterEvidence {
    /// What `facts` that last changed on the day `on` say.
    pub fn new(facts: &HouseholdFacts, on: NaiveDate, changes: Changes, today: NaiveDate) -> Self {
        let mut measures = facts.measures.clone();
        measures.sort_unstable();
        Self {
            on,
            missing: missing_facts(facts, today),
            main_cause: facts.main_cause,
            wishes: facts.wishes.clone(),
            approach: facts.approach.clone(),
            measures,
            status: facts.status,
            lifted_year: facts.lifted_year,
            changes,
            relapsed_after_lift: None,
        }
    }
}

impl Evidence {
    /// The roster, as showing something.
    pub(super) fn roster_ref(&self, words: String) -> EvidenceRef {
        EvidenceRef {
            kind: EvidenceKind::Roster,
            id: self.household_id,
            date: self.roster.on,
            words,
        }
    }
}

impl VisitEvidence {
    /// The visit, as showing something.
    pub(super) fn shown(&self, shows: &str, language: Language) -> EvidenceRef {
        let met = self.met.map_or_else(String::new, |met| {
            let met = met.label_in(language);
            say!(language, "，见到{met}", ", met: {met}")
        });
        let kind = self.kind.label_in(language);
        EvidenceRef {
            kind: EvidenceKind::Visit,
            id: self.id,
            date: self.on,
            words: say!(
                language,
                "{kind}走访{met}：{shows}",
                "visit ({kind}){met}: {shows}"
            ),
        }
    }
}

impl PlanEvidence {
    /// The plan, as showing something.
    pub(super) fn shown(&self, words: String) -> EvidenceRef {
        EvidenceRef {
            kind: EvidenceKind::Plan,
            id: self.id,
            date: self.on,
            words,
        }
    }
}

/// What a roster must say of a household before its situation can be called clear, and does not:
/// category, income, housing and water; of each member sex, birth date and health; of those of
/// working age their ability to work, of those of school age their schooling.
pub fn missing_facts(facts: &HouseholdFacts, today: NaiveDate) -> Vec<Text> {
    let mut missing = Vec::new();
    for (is_there, zh, en) in [
        (facts.category.is_some(), "贫困户属性", "category"),
        (
            facts.income_per_head_fen.is_some(),
            "年人均纯收入",
            "income per head",
        ),
        (
            facts.has_safe_housing().is_some(),
            "住房安全",
            "safe housing",
        ),
        (facts.water_safe.is_some(), "饮水安全", "safe water"),
        (!facts.members.is_empty(), "家庭成员", "members"),
    ] {
        if !is_there {
            missing.push(Text::new(zh, en));
        }
    }
    for member in &facts.members {
        let works = member.is_of_working_age(today) == Some(true);
        let learns = member.is_of_school_age(today) == Some(true);
        let name = &member.name;
        for (is_there, zh, en) in [
            (member.sex.is_some(), "性别", "sex"),
            (member.birth_date.is_some(), "出生日期", "birth date"),
            (member.health.is_some(), "健康状况", "health"),
            (
                !works || member.labour.is_some(),
                "劳动技能",
                "ability to work",
            ),
            (
                !learns || member.schooling.is_some(),
                "在校生状况",
                "schooling",
            ),
        ] {
            if !is_there {
                missing.push(Text::new(
                    format!("{name}的{zh}"),
                    format!("{en} of “{name}”"),
                ));
            }
        }
    }
    missing
}
