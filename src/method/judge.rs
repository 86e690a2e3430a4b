//! How each of the six points stands, by the evidence.

use chrono::{Datelike, NaiveDate};

use super::evidence::{Evidence, LiftEvidence, VisitEvidence};
use super::freshness::{Freshness, decided, freshness};
use super::model::{EvidenceKind, EvidenceRef, Point, PointState};
use super::words::{Ask, chinese, labels, listed};
use crate::access::Sight;
use crate::code_list::CodeList;
use crate::household::PovertyStatus;
use crate::lift::model::State as LiftStage;
use crate::settings::Settings;

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
        ask: Ask {
            helper: evidence.helper.as_deref(),
            today,
        },
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

/// One household's evidence on one day.
struct Judge<'a> {
    evidence: &'a Evidence,
    settings: &'a Settings,
    ask: Ask<'a>,
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
            let mut evidence = vec![self.evidence.roster_ref(format!("花名册缺：{gaps}"))];
            evidence.extend(freshness.visit().map(|visit| visit.shown("确认基本情况")));
            let next = self
                .ask
                .soon(&format!("核实并报办公室在花名册中补全：{gaps}"));
            return PointState::missing(Point::Situation, evidence, next);
        }
        self.confirmed(
            Point::Situation,
            self.evidence.roster_ref("花名册基本情况完整".to_owned()),
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
            let evidence = freshness.visit().map(|visit| visit.shown("确认致贫原因"));
            let next = self.ask.soon("入户弄清主要致贫原因，报办公室记入花名册");
            return PointState::missing(Point::Causes, evidence.into_iter().collect(), next);
        };
        self.confirmed(
            Point::Causes,
            self.evidence
                .roster_ref(format!("花名册主要致贫原因：{}", cause.label())),
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
            visit.shown(&format!("听取诉求“{}”", self.short(wishes)))
        };
        match freshness {
            Freshness::Fresh(visit, stale_on) => PointState {
                stale_on: Some(stale_on),
                ..PointState::met(
                    Point::Wishes,
                    vec![words(visit)],
                    visit.on,
                    self.ask.before(stale_on, "再次听取内心诉求"),
                )
            },
            Freshness::TooOld(visit, since) | Freshness::Overtaken(visit, since) => {
                let next = self.ask.soon(&format!(
                    "重新听取内心诉求（上次是{}，已超过 {months} 个月）",
                    chinese(visit.on)
                ));
                PointState::stale(Point::Wishes, vec![words(visit)], since, next)
            }
            Freshness::Never => match &roster.wishes {
                Some(wishes) => PointState::stale(
                    Point::Wishes,
                    vec![
                        self.evidence
                            .roster_ref(format!("花名册内心诉求：“{}”", self.short(wishes))),
                    ],
                    roster.on,
                    self.ask
                        .soon("当面听取内心诉求（花名册有记载，但没有走访记录）"),
                ),
                None => PointState::missing(
                    Point::Wishes,
                    Vec::new(),
                    self.ask.soon("入户听取内心诉求并登记"),
                ),
            },
        }
    }

    fn approach(&self) -> PointState {
        let roster = &self.evidence.roster;
        match (self.evidence.plans.first(), &roster.approach) {
            (Some(plan), _) => PointState::met(
                Point::Approach,
                vec![plan.shown(format!("帮扶思路：“{}”", self.short(&plan.approach)))],
                plan.on,
                self.ask
                    .soon("对照帮扶思路检查落实，情况有变时重新制定帮扶计划"),
            ),
            (None, Some(approach)) => PointState::stale(
                Point::Approach,
                vec![
                    self.evidence
                        .roster_ref(format!("花名册帮扶思路：“{}”", self.short(approach))),
                ],
                roster.on,
                self.ask
                    .soon("制定帮扶计划，确认花名册所写的帮扶思路是否仍然适用"),
            ),
            (None, None) => PointState::missing(
                Point::Approach,
                Vec::new(),
                self.ask.soon("研究帮扶思路并制定帮扶计划"),
            ),
        }
    }

    fn measures(&self) -> PointState {
        let Some(decided) = decided(self.evidence) else {
            let next = self.ask.soon("确定至少一项帮扶措施并制定帮扶计划");
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
            visit.shown(&words)
        }));
        let measures = labels(decided.measures);
        match freshness {
            Freshness::Fresh(visit, stale_on) => PointState {
                stale_on: Some(stale_on),
                ..PointState::met(
                    Point::Measures,
                    evidence,
                    visit.on,
                    self.ask
                        .before(stale_on, &format!("再次跟进帮扶措施（{measures}）")),
                )
            },
            Freshness::Never => PointState::stale(
                Point::Measures,
                evidence,
                decided.since,
                self.ask.soon(&format!(
                    "跟进落实帮扶措施（{measures}）并在走访中登记，目前还没有跟进记录"
                )),
            ),
            Freshness::TooOld(visit, since) => PointState::stale(
                Point::Measures,
                evidence,
                since,
                self.ask.soon(&format!(
                    "跟进帮扶措施（{measures}），上次跟进是{}，已超过 {months} 个月",
                    chinese(visit.on)
                )),
            ),
            Freshness::Overtaken(_, since) => PointState::stale(
                Point::Measures,
                evidence,
                since,
                self.ask.soon(&format!(
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
            (LiftStage::Relapsed, _) => self.ask.soon(&format!(
                "针对{on}的返贫重新制定帮扶计划，达到条件后请办公室重新提出脱贫"
            )),
            (LiftStage::Publicised, _) => self.ask.approval(lift.on, self.settings.publicity_days),
            (stage, Some(due)) => self.ask.office(&format!(
                "办理脱贫程序的下一步“{}”（{on}{}）",
                due.label(),
                stage.label(),
            )),
            (_, None) => self.ask.soon(&format!(
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
            evidence.push(self.evidence.roster_ref("花名册脱贫属性：返贫".to_owned()));
            let on = chinese(lift.on);
            let next = self.ask.office(&format!(
                "核实：花名册记为返贫，而{on}批准的脱贫没有返贫记录"
            ));
            return PointState::stale(Point::Lifted, evidence, roster.on, next);
        }
        let next = self
            .ask
            .soon("继续走访，关注收入、住房、医疗、教育和饮水，防止返贫");
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
            let next = self.ask.office(&format!(
                "核实并补录脱贫程序：花名册记为“{status}”，但没有脱贫记录"
            ));
            let words = format!("花名册脱贫属性：{status}{year}");
            return PointState::stale(
                Point::Lifted,
                vec![self.evidence.roster_ref(words)],
                roster.on,
                next,
            );
        }
        let evidence = vec![
            self.evidence
                .roster_ref(format!("花名册脱贫属性：{status}")),
        ];
        let year = self.ask.today.year();
        let next = self.ask.by(
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
        evidence.extend(freshness.visit().map(|visit| visit.shown(shows)));
        match freshness {
            Freshness::Never => PointState::stale(
                point,
                evidence,
                roster_on,
                self.ask
                    .soon(&format!("{task}（花名册有记载，但没有走访核实）")),
            ),
            Freshness::Fresh(visit, stale_on) => PointState {
                stale_on: Some(*stale_on),
                ..PointState::met(point, evidence, visit.on, self.ask.before(*stale_on, task))
            },
            Freshness::TooOld(visit, since) => PointState::stale(
                point,
                evidence,
                *since,
                self.ask
                    .soon(&format!("重新{task}（上次是{}）", chinese(visit.on))),
            ),
            Freshness::Overtaken(_, since) => PointState::stale(
                point,
                evidence,
                *since,
                self.ask.soon(&format!(
                    "重新{task}（{changed}已于{}变动）",
                    chinese(*since)
                )),
            ),
        }
    }

    /// How fresh the latest visit is that `shows` something.
    fn freshness(
        &self,
        shows: impl Fn(&VisitEvidence) -> bool,
        months: u32,
        changed_on: Option<NaiveDate>,
    ) -> Freshness<'a> {
        let visits = &self.evidence.visits;
        freshness(visits, self.ask.today, shows, months, changed_on)
    }

    /// The beginning of a text, as much as a line holds.
    fn short(&self, text: &str) -> String {
        const LENGTH: usize = 40;
        // In one line a number may stand nearer to the word that explains it, or further: both are masked.
        let seen = self.reader.text(text);
        let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= LENGTH {
            return line;
        }
        format!("{}…", self.reader.beginning(&line, LENGTH - 1))
    }
}
