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
//! | situation 基本情况清楚 | the roster is complete (see [`missing_facts`]) and a visit within `situation_months` confirmed it | never confirmed, too long ago, or members changed on the roster since | the roster has gaps |
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

use chrono::{Datelike, Days, Months, NaiveDate};
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::privacy::Sight;
use crate::code_list;
use crate::code_list::CodeList;
use crate::household::{Cause, HouseholdFacts, Measure, PovertyStatus};
use crate::lift::model::{State as LiftStage, Step as LiftStep};
use crate::settings::Settings;
use crate::visit::{VisitKind, WhoMet};

code_list! {
    /// One of the six points of the method.
    pub enum Point = "point", "六项要点" {
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
    pub enum PointStatus = "point_status", "要点状态" {
        Missing = "missing", "缺失", [];
        Stale = "stale", "已过期", ["过期"];
        Met = "met", "已达成", ["达成"];
    }
}

code_list! {
    /// What kind of record shows something.
    pub enum EvidenceKind = "evidence_kind", "依据类别" {
        Roster = "roster", "花名册", [];
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
    /// What it shows, in Chinese.
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
    /// What to do next, by whom and by when, in Chinese.
    pub next_step: String,
}

/// All that is known of one household for its six points.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The household.
    pub household_id: Uuid,
    /// Name of the helper who is responsible now.
    pub helper: Option<String>,
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
    /// What it does not say and should, in Chinese.
    pub missing: Vec<String>,
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
}

/// The latest day on which the roster changed something that was there before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The members, or what is said of one of them.
    pub members: Option<NaiveDate>,
    /// The main or the other causes.
    pub causes: Option<NaiveDate>,
    /// The measures.
    pub measures: Option<NaiveDate>,
}

/// What a visit shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitEvidence {
    /// The visit.
    pub id: Uuid,
    /// Its day.
    pub on: NaiveDate,
    /// How.
    pub kind: VisitKind,
    /// Who was met.
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
    /// The plan.
    pub id: Uuid,
    /// Its day.
    pub on: NaiveDate,
    /// The approach.
    pub approach: String,
    /// The measures, in the order of their list.
    pub measures: Vec<Measure>,
}

/// Where a lift stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiftEvidence {
    /// The lift.
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
        }
    }
}

/// Age from which the labour law lets a person work, in full years.
const WORKING_AGE: u32 = 16;

/// What a roster must say of a household before its situation can be called clear, and does not:
/// category, income, housing and water; of each member sex, birth date and health; of those of
/// working age their ability to work, of those of school age their schooling.
pub fn missing_facts(facts: &HouseholdFacts, today: NaiveDate) -> Vec<String> {
    let mut missing = Vec::new();
    for (is_there, what) in [
        (facts.category.is_some(), "贫困户属性"),
        (facts.income_per_head_fen.is_some(), "年人均纯收入"),
        (facts.has_safe_housing().is_some(), "住房安全"),
        (facts.water_safe.is_some(), "饮水安全"),
        (!facts.members.is_empty(), "家庭成员"),
    ] {
        if !is_there {
            missing.push(what.to_owned());
        }
    }
    for member in &facts.members {
        let age = member.age_on(today);
        let works = age.is_some_and(|age| age >= WORKING_AGE);
        let learns = member.is_of_school_age(today) == Some(true);
        for (is_there, what) in [
            (member.sex.is_some(), "性别"),
            (member.birth_date.is_some(), "出生日期"),
            (member.health.is_some(), "健康状况"),
            (!works || member.labour.is_some(), "劳动技能"),
            (!learns || member.schooling.is_some(), "在校生状况"),
        ] {
            if !is_there {
                missing.push(format!("{}的{what}", member.name));
            }
        }
    }
    missing
}

/// How the six points stand today, in the order of their list.
///
/// The texts of the evidence are as the `reader` sees them.
pub fn evaluate(
    evidence: &Evidence,
    settings: &Settings,
    today: NaiveDate,
    reader: Sight,
) -> [PointState; 6] {
    let judge = Judge {
        evidence,
        settings,
        today,
        reader,
    };
    [
        judge.situation(),
        judge.causes(),
        judge.wishes(),
        judge.approach(),
        judge.measures(),
        judge.lifted(),
    ]
}

/// How fresh the latest visit is that shows something.
enum Freshness<'a> {
    Never,
    Fresh(&'a VisitEvidence, NaiveDate),
    TooOld(&'a VisitEvidence, NaiveDate),
    Overtaken(&'a VisitEvidence, NaiveDate),
}

/// One household's evidence on one day.
struct Judge<'a> {
    evidence: &'a Evidence,
    settings: &'a Settings,
    today: NaiveDate,
    /// Who will read the words of the evidence.
    reader: Sight,
}

impl<'a> Judge<'a> {
    fn situation(&self) -> PointState {
        let roster = &self.evidence.roster;
        let months = self.settings.situation_months;
        let freshness = self.freshness(|visit| visit.situation, months, roster.changes.members);
        if !roster.missing.is_empty() {
            let gaps = listed(&roster.missing);
            let mut evidence = vec![self.roster_ref(format!("花名册缺：{gaps}"))];
            evidence.extend(
                freshness
                    .visit()
                    .map(|visit| visit_ref(visit, "确认基本情况")),
            );
            let next = self.ask(&format!("核实并报办公室在花名册中补全：{gaps}"));
            return PointState::missing(Point::Situation, evidence, next);
        }
        self.confirmed(
            Point::Situation,
            self.roster_ref("花名册基本情况完整".to_owned()),
            &freshness,
            "确认基本情况",
            "花名册家庭成员信息",
            "入户核实家庭基本情况",
        )
    }

    fn causes(&self) -> PointState {
        let roster = &self.evidence.roster;
        let months = self.settings.causes_months;
        let freshness = self.freshness(|visit| visit.causes, months, roster.changes.causes);
        let Some(cause) = roster.main_cause else {
            let evidence = freshness
                .visit()
                .map(|visit| visit_ref(visit, "确认致贫原因"));
            let next = self.ask("入户弄清主要致贫原因，报办公室记入花名册");
            return PointState::missing(Point::Causes, evidence.into_iter().collect(), next);
        };
        self.confirmed(
            Point::Causes,
            self.roster_ref(format!("花名册主要致贫原因：{}", cause.label())),
            &freshness,
            "确认致贫原因",
            "花名册致贫原因",
            "与户主一起核实致贫原因",
        )
    }

    fn wishes(&self) -> PointState {
        let roster = &self.evidence.roster;
        let months = self.settings.wishes_months;
        let freshness = self.freshness(|visit| visit.wishes.is_some(), months, None);
        let words = |visit: &VisitEvidence| {
            let wishes = visit.wishes.as_deref().unwrap_or_default();
            visit_ref(visit, &format!("听取诉求“{}”", self.short(wishes)))
        };
        match freshness {
            Freshness::Fresh(visit, stale_on) => PointState {
                stale_on: Some(stale_on),
                ..PointState::met(
                    Point::Wishes,
                    vec![words(visit)],
                    visit.on,
                    self.ask_before(stale_on, "再次听取内心诉求"),
                )
            },
            Freshness::TooOld(visit, since) | Freshness::Overtaken(visit, since) => {
                let next = self.ask(&format!(
                    "重新听取内心诉求（上次是{}，已超过 {months} 个月）",
                    chinese(visit.on)
                ));
                PointState::stale(Point::Wishes, vec![words(visit)], since, next)
            }
            Freshness::Never => match &roster.wishes {
                Some(wishes) => PointState::stale(
                    Point::Wishes,
                    vec![self.roster_ref(format!("花名册内心诉求：“{}”", self.short(wishes)))],
                    roster.on,
                    self.ask("当面听取内心诉求（花名册有记载，但没有走访记录）"),
                ),
                None => PointState::missing(
                    Point::Wishes,
                    Vec::new(),
                    self.ask("入户听取内心诉求并登记"),
                ),
            },
        }
    }

    fn approach(&self) -> PointState {
        let roster = &self.evidence.roster;
        match (self.evidence.plans.first(), &roster.approach) {
            (Some(plan), _) => PointState::met(
                Point::Approach,
                vec![plan_ref(
                    plan,
                    format!("帮扶思路：“{}”", self.short(&plan.approach)),
                )],
                plan.on,
                self.ask("对照帮扶思路检查落实，情况有变时重新制定帮扶计划"),
            ),
            (None, Some(approach)) => PointState::stale(
                Point::Approach,
                vec![self.roster_ref(format!("花名册帮扶思路：“{}”", self.short(approach)))],
                roster.on,
                self.ask("制定帮扶计划，确认花名册所写的帮扶思路是否仍然适用"),
            ),
            (None, None) => PointState::missing(
                Point::Approach,
                Vec::new(),
                self.ask("研究帮扶思路并制定帮扶计划"),
            ),
        }
    }

    fn measures(&self) -> PointState {
        let Some(decided) = self.decided() else {
            let next = self.ask("确定至少一项帮扶措施并制定帮扶计划");
            return PointState::missing(Point::Measures, Vec::new(), next);
        };
        let months = self.settings.follow_up_months;
        let follows_up = |visit: &VisitEvidence| {
            visit
                .measures
                .iter()
                .any(|measure| decided.measures.contains(measure))
        };
        let freshness = self.freshness(follows_up, months, decided.changed_on);
        let mut evidence = vec![decided.shown_by];
        evidence.extend(freshness.visit().map(|visit| {
            let words = format!("跟进措施：{}", labels(&visit.measures));
            visit_ref(visit, &words)
        }));
        let measures = labels(decided.measures);
        match freshness {
            Freshness::Fresh(visit, stale_on) => PointState {
                stale_on: Some(stale_on),
                ..PointState::met(
                    Point::Measures,
                    evidence,
                    visit.on,
                    self.ask_before(stale_on, &format!("再次跟进帮扶措施（{measures}）")),
                )
            },
            Freshness::Never => PointState::stale(
                Point::Measures,
                evidence,
                decided.since,
                self.ask(&format!(
                    "跟进落实帮扶措施（{measures}）并在走访中登记，目前还没有跟进记录"
                )),
            ),
            Freshness::TooOld(visit, since) => PointState::stale(
                Point::Measures,
                evidence,
                since,
                self.ask(&format!(
                    "跟进帮扶措施（{measures}），上次跟进是{}，已超过 {months} 个月",
                    chinese(visit.on)
                )),
            ),
            Freshness::Overtaken(_, since) => PointState::stale(
                Point::Measures,
                evidence,
                since,
                self.ask(&format!(
                    "跟进新定的帮扶措施（{measures}），措施已于{}调整",
                    chinese(since)
                )),
            ),
        }
    }

    fn lifted(&self) -> PointState {
        let Some(lift) = self.evidence.lift else {
            return self.lifted_by_roster();
        };
        let on = chinese(lift.on);
        let evidence = vec![EvidenceRef {
            kind: EvidenceKind::Lift,
            id: lift.id,
            date: lift.on,
            words: match lift.stage {
                LiftStage::Rejected => format!("在“{}”一步未通过", lift.step.label()),
                stage => stage.label().to_owned(),
            },
        }];
        if lift.stage == LiftStage::Approved {
            return self.approved(lift, evidence);
        }
        let next = match (lift.stage, lift.stage.due()) {
            (LiftStage::Relapsed, _) => self.ask(&format!(
                "针对{on}的返贫重新制定帮扶计划，达到条件后请办公室重新提出脱贫"
            )),
            (LiftStage::Publicised, _) => self.ask_to_approve(lift.on),
            (stage, Some(due)) => self.ask_office(&format!(
                "办理脱贫程序的下一步“{}”（{on}{}）",
                due.label(),
                stage.label(),
            )),
            (_, None) => self.ask(&format!(
                "补齐{on}“{}”一步未通过的条件，达到后请办公室重新提出脱贫",
                lift.step.label()
            )),
        };
        PointState {
            since: (lift.stage == LiftStage::Relapsed).then_some(lift.on),
            ..PointState::missing(Point::Lifted, evidence, next)
        }
    }

    /// The sixth point where a lift is approved and has no relapse.
    fn approved(&self, lift: LiftEvidence, mut evidence: Vec<EvidenceRef>) -> PointState {
        let roster = &self.evidence.roster;
        if roster.status == PovertyStatus::Relapsed && roster.on > lift.on {
            evidence.push(self.roster_ref("花名册脱贫属性：返贫".to_owned()));
            let on = chinese(lift.on);
            let next = self.ask_office(&format!(
                "核实：花名册记为返贫，而{on}批准的脱贫没有返贫记录"
            ));
            return PointState::stale(Point::Lifted, evidence, roster.on, next);
        }
        let next = self.ask("继续走访，关注收入、住房、医疗、教育和饮水，防止返贫");
        PointState::met(Point::Lifted, evidence, lift.on, next)
    }

    /// The sixth point where there is no lift.
    fn lifted_by_roster(&self) -> PointState {
        let roster = &self.evidence.roster;
        let status = roster.status.label();
        if roster.status.is_lifted() {
            let year = roster
                .lifted_year
                .map_or_else(String::new, |year| format!("，脱贫年度 {year}"));
            let next = self.ask_office(&format!(
                "核实并补录脱贫程序：花名册记为“{status}”，但没有脱贫记录"
            ));
            let words = format!("花名册脱贫属性：{status}{year}");
            return PointState::stale(Point::Lifted, vec![self.roster_ref(words)], roster.on, next);
        }
        let evidence = vec![self.roster_ref(format!("花名册脱贫属性：{status}"))];
        let year = self.today.year();
        let next = self.ask_by(
            &format!("{year}年12月31日前"),
            "落实帮扶措施，达到脱贫条件后请办公室提出脱贫",
        );
        PointState::missing(Point::Lifted, evidence, next)
    }

    /// A point that the roster states and a visit confirms.
    fn confirmed(
        &self,
        point: Point,
        stated: EvidenceRef,
        freshness: &Freshness<'_>,
        shows: &str,
        changed: &str,
        task: &str,
    ) -> PointState {
        let roster_on = self.evidence.roster.on;
        let mut evidence = vec![stated];
        evidence.extend(freshness.visit().map(|visit| visit_ref(visit, shows)));
        match freshness {
            Freshness::Never => PointState::stale(
                point,
                evidence,
                roster_on,
                self.ask(&format!("{task}（花名册有记载，但没有走访核实）")),
            ),
            Freshness::Fresh(visit, stale_on) => PointState {
                stale_on: Some(*stale_on),
                ..PointState::met(point, evidence, visit.on, self.ask_before(*stale_on, task))
            },
            Freshness::TooOld(visit, since) => PointState::stale(
                point,
                evidence,
                *since,
                self.ask(&format!("重新{task}（上次是{}）", chinese(visit.on))),
            ),
            Freshness::Overtaken(_, since) => PointState::stale(
                point,
                evidence,
                *since,
                self.ask(&format!(
                    "重新{task}（{changed}已于{}变动）",
                    chinese(*since)
                )),
            ),
        }
    }

    /// How fresh the latest visit is that `shows` something which holds for so many months, unless
    /// it changed since.
    fn freshness(
        &self,
        shows: impl Fn(&VisitEvidence) -> bool,
        months: u32,
        changed_on: Option<NaiveDate>,
    ) -> Freshness<'a> {
        let latest = self
            .evidence
            .visits
            .iter()
            .filter(|visit| visit.on <= self.today && shows(visit))
            .max_by_key(|visit| (visit.on, visit.id));
        let Some(visit) = latest else {
            return Freshness::Never;
        };
        let stale_on = visit
            .on
            .checked_add_months(Months::new(months))
            .unwrap_or(NaiveDate::MAX);
        match changed_on.filter(|changed_on| *changed_on > visit.on) {
            Some(changed_on) if changed_on < stale_on => Freshness::Overtaken(visit, changed_on),
            _ if self.today >= stale_on => Freshness::TooOld(visit, stale_on),
            _ => Freshness::Fresh(visit, stale_on),
        }
    }

    /// The measures in force; nothing if none were decided.
    fn decided(&self) -> Option<Decided<'a>> {
        let roster = &self.evidence.roster;
        let Some((latest, former)) = self.evidence.plans.split_first() else {
            return (!roster.measures.is_empty()).then(|| Decided {
                measures: &roster.measures,
                shown_by: self.roster_ref(format!("花名册措施：{}", labels(&roster.measures))),
                since: roster.changes.measures.unwrap_or(roster.on),
                changed_on: roster.changes.measures,
            });
        };
        // A plan that repeats the measures of the one before decides nothing new.
        let first = former
            .iter()
            .take_while(|plan| plan.measures == latest.measures)
            .last()
            .unwrap_or(latest);
        let as_before = self.evidence.plans.last() == Some(first)
            && roster.measures == latest.measures
            && roster.changes.measures.is_none_or(|day| day < first.on);
        Some(Decided {
            measures: &latest.measures,
            shown_by: plan_ref(latest, format!("帮扶措施：{}", labels(&latest.measures))),
            since: first.on,
            changed_on: (!as_before).then_some(first.on),
        })
    }

    /// The beginning of a text, as much as a line holds.
    fn short(&self, text: &str) -> String {
        const LENGTH: usize = 40;
        // In one line a number may stand closer to the word that tells it, or further: both are masked.
        let seen = self.reader.text(text);
        let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= LENGTH {
            return line;
        }
        format!("{}…", self.reader.beginning(&line, LENGTH - 1))
    }

    fn roster_ref(&self, words: String) -> EvidenceRef {
        EvidenceRef {
            kind: EvidenceKind::Roster,
            id: self.evidence.household_id,
            date: self.evidence.roster.on,
            words,
        }
    }

    /// The end of this month, or of the next one if less than a week is left.
    fn deadline(&self) -> NaiveDate {
        let end = end_of_month(self.today, 1);
        if end - self.today < chrono::TimeDelta::days(7) {
            end_of_month(self.today, 2)
        } else {
            end
        }
    }

    /// Asks the helper to do something soon.
    fn ask(&self, what: &str) -> String {
        self.ask_by(&format!("{}前", chinese(self.deadline())), what)
    }

    /// Asks the helper to do something before a day.
    fn ask_before(&self, day: NaiveDate, what: &str) -> String {
        self.ask_by(&format!("{}前", chinese(day)), what)
    }

    fn ask_by(&self, when: &str, what: &str) -> String {
        match &self.evidence.helper {
            Some(name) => format!("请帮扶责任人{name}于{when}{what}。"),
            None => format!("该户尚未结对：请办公室先确定帮扶责任人，再由其于{when}{what}。"),
        }
    }

    /// Asks the office to approve a lift once its publicity ends.
    fn ask_to_approve(&self, publicised_on: NaiveDate) -> String {
        let days = self.settings.publicity_days;
        let earliest = publicised_on
            .checked_add_days(Days::new(days.into()))
            .unwrap_or(NaiveDate::MAX);
        format!(
            "请办公室在公示满 {days} 天后办理“批准”：最早{}，于{}前完成。",
            chinese(earliest),
            chinese(self.deadline().max(earliest)),
        )
    }

    /// Asks the office to do something soon.
    fn ask_office(&self, what: &str) -> String {
        format!("请办公室于{}前{what}。", chinese(self.deadline()))
    }
}

/// The measures in force.
struct Decided<'a> {
    measures: &'a [Measure],
    shown_by: EvidenceRef,
    since: NaiveDate,
    /// When other measures were replaced by these; nothing if there were no others.
    changed_on: Option<NaiveDate>,
}

impl<'a> Freshness<'a> {
    fn visit(&self) -> Option<&'a VisitEvidence> {
        match self {
            Self::Never => None,
            Self::Fresh(visit, _) | Self::TooOld(visit, _) | Self::Overtaken(visit, _) => {
                Some(visit)
            }
        }
    }
}

impl PointState {
    fn met(point: Point, evidence: Vec<EvidenceRef>, since: NaiveDate, next_step: String) -> Self {
        Self {
            state: PointStatus::Met,
            since: Some(since),
            ..Self::missing(point, evidence, next_step)
        }
    }

    fn stale(
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

    fn missing(point: Point, evidence: Vec<EvidenceRef>, next_step: String) -> Self {
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

fn visit_ref(visit: &VisitEvidence, shows: &str) -> EvidenceRef {
    let met = visit
        .met
        .map_or_else(String::new, |met| format!("，见到{}", met.label()));
    EvidenceRef {
        kind: EvidenceKind::Visit,
        id: visit.id,
        date: visit.on,
        words: format!("{}走访{met}：{shows}", visit.kind.label()),
    }
}

fn plan_ref(plan: &PlanEvidence, words: String) -> EvidenceRef {
    EvidenceRef {
        kind: EvidenceKind::Plan,
        id: plan.id,
        date: plan.on,
        words,
    }
}

/// The last day of a month: this one for 1, the next one for 2.
fn end_of_month(day: NaiveDate, months: u32) -> NaiveDate {
    day.with_day(1)
        .and_then(|first| first.checked_add_months(Months::new(months)))
        .and_then(|next| next.pred_opt())
        .unwrap_or(day)
}

fn chinese(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

fn labels(measures: &[Measure]) -> String {
    let labels: Vec<_> = measures.iter().map(|measure| measure.label()).collect();
    labels.join("、")
}

/// The first few of a list in words.
fn listed(items: &[String]) -> String {
    const SHOWN: usize = 6;
    let first = items[..items.len().min(SHOWN)].join("、");
    if items.len() > SHOWN {
        format!("{first}等 {} 项", items.len())
    } else {
        first
    }
}
