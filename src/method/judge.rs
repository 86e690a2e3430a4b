//! How each of the six points stands, by the evidence.

mod lifted;

use chrono::NaiveDate;

use super::evidence::{Evidence, VisitEvidence};
use super::freshness::{Freshness, decided, freshness};
use super::model::{EvidenceRef, Point, PointState};
use super::words::{Ask, Reader, in_words, labels, listed};
use crate::code_list::CodeList;
use crate::problem::{Language, counted, say};
use crate::settings::Settings;

/// How the six points stand today, in the order of their list.
///
/// The texts of the evidence are as the `reader` sees them.
pub fn evaluate(
    evidence: &Evidence,
    settings: &Settings,
    today: NaiveDate,
    reader: Reader,
) -> [PointState; 6] {
    let language = reader.language;
    let judge = Judge {
        evidence,
        settings,
        ask: Ask {
            helper: evidence.helper.as_deref(),
            today,
            language,
        },
        reader,
        language,
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
    reader: Reader,
    language: Language,
}

/// What a point of the roster that a visit confirms is called in its sentences.
struct Confirmed {
    /// What a visit shows.
    shows: String,
    /// What may have changed since.
    changed: String,
    /// What to do.
    task: String,
}

impl<'a> Judge<'a> {
    fn situation(&self) -> PointState {
        let roster = &self.evidence.roster;
        let months = self.settings.situation_months;
        let freshness = self.freshness(|visit| visit.situation, months, roster.changes.members);
        let language = self.language;
        let words = Confirmed {
            shows: say!(language, "确认基本情况", "confirms the situation"),
            changed: say!(
                language,
                "登记的家庭成员信息",
                "the members in the register"
            ),
            task: say!(
                language,
                "入户核实家庭基本情况",
                "check the household's situation at home"
            ),
        };
        if !roster.missing.is_empty() {
            let gaps: Vec<_> = roster
                .missing
                .iter()
                .map(|gap| gap.spoken(language))
                .collect();
            let gaps = listed(&gaps, language);
            let lacks = say!(language, "登记中缺：{gaps}", "the register lacks: {gaps}");
            let mut evidence = vec![self.evidence.roster_ref(lacks)];
            let visit = freshness.visit();
            evidence.extend(visit.map(|visit| visit.shown(&words.shows, language)));
            let next = self.ask.soon(&say!(
                language,
                "核实并报办公室补登：{gaps}",
                "find out what the register lacks ({gaps}), and have the office add it"
            ));
            return PointState::missing(Point::Situation, evidence, next);
        }
        let complete = say!(
            language,
            "登记的基本情况完整",
            "the situation in the register is complete"
        );
        let stated = self.evidence.roster_ref(complete);
        self.confirmed(Point::Situation, stated, &freshness, &words)
    }

    fn causes(&self) -> PointState {
        let roster = &self.evidence.roster;
        let months = self.settings.causes_months;
        let freshness = self.freshness(|visit| visit.causes, months, roster.changes.causes);
        let language = self.language;
        let words = Confirmed {
            shows: say!(language, "确认致贫原因", "confirms the causes"),
            changed: say!(language, "登记的致贫原因", "the causes in the register"),
            task: say!(
                language,
                "与户主一起核实致贫原因",
                "check the causes of poverty with the head of the household"
            ),
        };
        let Some(cause) = roster.main_cause else {
            let visit = freshness.visit();
            let evidence = visit.map(|visit| visit.shown(&words.shows, language));
            let next = self.ask.soon(&say!(
                language,
                "入户弄清主要致贫原因，报办公室登记",
                "find out the main cause of poverty at home, and have the office register it"
            ));
            return PointState::missing(Point::Causes, evidence.into_iter().collect(), next);
        };
        let cause = cause.label_in(language);
        let stated = self.evidence.roster_ref(say!(
            language,
            "登记的主要致贫原因：{cause}",
            "main cause in the register: {cause}"
        ));
        self.confirmed(Point::Causes, stated, &freshness, &words)
    }

    fn wishes(&self) -> PointState {
        let roster = &self.evidence.roster;
        let months = self.settings.wishes_months;
        let ago = counted(months.into(), "month");
        let freshness = self.freshness(|visit| visit.wishes.is_some(), months, None);
        let language = self.language;
        let words = |visit: &VisitEvidence| {
            let wishes = self.short(visit.wishes.as_deref().unwrap_or_default());
            let heard = say!(
                language,
                "听取诉求“{wishes}”",
                "heard their wishes “{wishes}”"
            );
            visit.shown(&heard, language)
        };
        match freshness {
            Freshness::Fresh(visit, stale_on) => PointState {
                stale_on: Some(stale_on),
                ..PointState::met(
                    Point::Wishes,
                    vec![words(visit)],
                    visit.on,
                    self.ask.before(
                        stale_on,
                        &say!(language, "再次听取内心诉求", "hear their wishes again"),
                    ),
                )
            },
            Freshness::TooOld(visit, since) | Freshness::Overtaken(visit, since) => {
                let last = self.day(visit.on);
                let next = self.ask.soon(&say!(
                    language,
                    "重新听取内心诉求（上次是{last}，已超过 {months} 个月）",
                    "hear their wishes again (last heard on {last}, more than {ago} ago)"
                ));
                PointState::stale(Point::Wishes, vec![words(visit)], since, next)
            }
            Freshness::Never => match &roster.wishes {
                Some(wishes) => {
                    let wishes = self.short(wishes);
                    let stated = self.evidence.roster_ref(say!(
                        language,
                        "登记的内心诉求：“{wishes}”",
                        "wishes in the register: “{wishes}”"
                    ));
                    let next = self.ask.soon(&say!(
                        language,
                        "当面听取内心诉求（登记中有，但没有走访记录）",
                        "hear their wishes in person (the register has them, no visit does)"
                    ));
                    PointState::stale(Point::Wishes, vec![stated], roster.on, next)
                }
                None => PointState::missing(
                    Point::Wishes,
                    Vec::new(),
                    self.ask.soon(&say!(
                        language,
                        "入户听取内心诉求并登记",
                        "hear their wishes at home and record them"
                    )),
                ),
            },
        }
    }

    fn approach(&self) -> PointState {
        let roster = &self.evidence.roster;
        let language = self.language;
        match (self.evidence.plans.first(), &roster.approach) {
            (Some(plan), _) => {
                let approach = self.short(&plan.approach);
                let words = say!(language, "帮扶思路：“{approach}”", "approach: “{approach}”");
                let next = self.ask.soon(&say!(
                    language,
                    "对照帮扶思路检查落实，情况有变时重新制定帮扶计划",
                    "compare what was done with the approach, and make a new plan if things have changed"
                ));
                PointState::met(Point::Approach, vec![plan.shown(words)], plan.on, next)
            }
            (None, Some(approach)) => {
                let approach = self.short(approach);
                let stated = self.evidence.roster_ref(say!(
                    language,
                    "登记的帮扶思路：“{approach}”",
                    "approach in the register: “{approach}”"
                ));
                let next = self.ask.soon(&say!(
                    language,
                    "制定帮扶计划，确认登记的帮扶思路是否仍然适用",
                    "make a help plan, and see whether the approach in the register still fits"
                ));
                PointState::stale(Point::Approach, vec![stated], roster.on, next)
            }
            (None, None) => PointState::missing(
                Point::Approach,
                Vec::new(),
                self.ask.soon(&say!(
                    language,
                    "研究帮扶思路并制定帮扶计划",
                    "think out an approach and make a help plan"
                )),
            ),
        }
    }

    fn measures(&self) -> PointState {
        let language = self.language;
        let Some(decided) = decided(self.evidence, language) else {
            let next = self.ask.soon(&say!(
                language,
                "确定至少一项帮扶措施并制定帮扶计划",
                "decide on one measure at least and make a help plan"
            ));
            return PointState::missing(Point::Measures, Vec::new(), next);
        };
        let months = self.settings.follow_up_months;
        let ago = counted(months.into(), "month");
        let follows_up = |visit: &VisitEvidence| {
            visit
                .measures
                .iter()
                .any(|measure| decided.measures.contains(measure))
        };
        let freshness = self.freshness(follows_up, months, decided.changed_on);
        let mut evidence = vec![decided.shown_by];
        evidence.extend(freshness.visit().map(|visit| {
            let measures = labels(&visit.measures, language);
            let words = say!(language, "跟进措施：{measures}", "follows up: {measures}");
            visit.shown(&words, language)
        }));
        let measures = labels(decided.measures, language);
        match freshness {
            Freshness::Fresh(visit, stale_on) => PointState {
                stale_on: Some(stale_on),
                ..PointState::met(
                    Point::Measures,
                    evidence,
                    visit.on,
                    self.ask.before(
                        stale_on,
                        &say!(
                            language,
                            "再次跟进帮扶措施（{measures}）",
                            "follow up the measures again ({measures})"
                        ),
                    ),
                )
            },
            Freshness::Never => PointState::stale(
                Point::Measures,
                evidence,
                decided.since,
                self.ask.soon(&say!(
                    language,
                    "跟进落实帮扶措施（{measures}）并在走访中登记（目前还没有跟进记录）",
                    "follow up the measures ({measures}) and record it with a visit (none is recorded yet)"
                )),
            ),
            Freshness::TooOld(visit, since) => {
                let last = self.day(visit.on);
                let next = self.ask.soon(&say!(
                    language,
                    "跟进帮扶措施（{measures}），上次跟进是{last}，已超过 {months} 个月",
                    "follow up the measures ({measures}), last on {last}, more than {ago} ago,"
                ));
                PointState::stale(Point::Measures, evidence, since, next)
            }
            Freshness::Overtaken(_, since) => {
                let changed = self.day(since);
                let next = self.ask.soon(&say!(
                    language,
                    "跟进新定的帮扶措施（{measures}），措施已于{changed}调整",
                    "follow up the new measures ({measures}), decided on {changed},"
                ));
                PointState::stale(Point::Measures, evidence, since, next)
            }
        }
    }

    /// A point that the roster states and a visit confirms.
    fn confirmed(
        &self,
        point: Point,
        stated: EvidenceRef,
        freshness: &Freshness<'_>,
        words: &Confirmed,
    ) -> PointState {
        let language = self.language;
        let Confirmed {
            shows,
            changed,
            task,
        } = words;
        let roster_on = self.evidence.roster.on;
        let mut evidence = vec![stated];
        evidence.extend(freshness.visit().map(|visit| visit.shown(shows, language)));
        match freshness {
            Freshness::Never => {
                let next = self.ask.soon(&say!(
                    language,
                    "{task}（登记中有，但没有走访核实）",
                    "{task} (the register says it, no visit has confirmed it)"
                ));
                PointState::stale(point, evidence, roster_on, next)
            }
            Freshness::Fresh(visit, stale_on) => PointState {
                stale_on: Some(*stale_on),
                ..PointState::met(point, evidence, visit.on, self.ask.before(*stale_on, task))
            },
            Freshness::TooOld(visit, since) => {
                let last = self.day(visit.on);
                let next = self.ask.soon(&say!(
                    language,
                    "重新{task}（上次是{last}）",
                    "{task} again (last on {last})"
                ));
                PointState::stale(point, evidence, *since, next)
            }
            Freshness::Overtaken(_, since) => {
                let on = self.day(*since);
                let next = self.ask.soon(&say!(
                    language,
                    "重新{task}（{changed}已于{on}变动）",
                    "{task} again ({changed} changed on {on})"
                ));
                PointState::stale(point, evidence, *since, next)
            }
        }
    }

    fn day(&self, day: NaiveDate) -> String {
        in_words(day, self.language)
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
        let seen = self.reader.sight.text(text);
        let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= LENGTH {
            return line;
        }
        format!("{}…", self.reader.sight.beginning(&line, LENGTH - 1))
    }
}
