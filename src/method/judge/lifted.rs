//! How the sixth point stands: lifted out of poverty.

use chrono::{Datelike, NaiveDate};

use super::Judge;
use crate::code_list::CodeList;
use crate::lift::model::State as LiftStage;
use crate::method::evidence::LiftEvidence;
use crate::method::model::{EvidenceKind, EvidenceRef, Point, PointState};
use crate::problem::say;

impl Judge<'_> {
    pub(super) fn lifted(&self) -> PointState {
        let Some(lift) = self.evidence.lift else {
            return self.lifted_by_roster();
        };
        let language = self.language;
        let on = self.day(lift.on);
        let stage = lift.stage.label_in(language);
        let step = lift.step.label_in(language);
        let evidence = vec![EvidenceRef {
            kind: EvidenceKind::Lift,
            id: lift.id,
            date: lift.on,
            words: match lift.stage {
                LiftStage::Rejected => {
                    say!(
                        language,
                        "在“{step}”一步未通过",
                        "did not pass the step “{step}”"
                    )
                }
                _ => stage.clone().into_owned(),
            },
        }];
        if lift.stage == LiftStage::Approved {
            return self.approved(lift, evidence);
        }
        let next = match (lift.stage, lift.stage.due()) {
            (LiftStage::Relapsed, _) => self.ask.soon(&say!(
                language,
                "针对{on}的返贫重新制定帮扶计划，达到条件后请办公室重新提出脱贫",
                "make a new help plan after the relapse of {on}, and ask the office to propose a lift once the conditions are met,"
            )),
            (LiftStage::Publicised, _) => self.ask.approval(lift.on, self.settings.publicity_days),
            (_, Some(due)) => {
                let due = due.label_in(language);
                self.ask.office(&say!(
                    language,
                    "办理脱贫程序的下一步“{due}”（{on}{stage}）",
                    "take the next step of the lift, “{due}” ({stage} on {on}),"
                ))
            }
            (_, None) => self.ask.soon(&say!(
                language,
                "补齐{on}“{step}”一步未通过的条件，达到后请办公室重新提出脱贫",
                "meet the conditions that the step “{step}” of {on} found open, and then ask the office to propose a lift again,"
            )),
        };
        PointState {
            since: (lift.stage == LiftStage::Relapsed).then_some(lift.on),
            ..PointState::missing(Point::Lifted, evidence, next)
        }
    }

    /// The sixth point where a lift is approved and has no relapse.
    fn approved(&self, lift: LiftEvidence, mut evidence: Vec<EvidenceRef>) -> PointState {
        let language = self.language;
        if let Some(relapsed_on) = self.evidence.roster.relapsed_after_lift {
            let stated = say!(
                language,
                "登记的脱贫属性：返贫",
                "status in the register: relapsed"
            );
            evidence.push(self.evidence.roster_ref(stated));
            let on = self.day(lift.on);
            let next = self.ask.office(&say!(
                language,
                "核实：登记为返贫，而{on}批准的脱贫没有返贫记录",
                "check why the register says relapsed, while the lift approved on {on} has no relapse on record,"
            ));
            return PointState::stale(Point::Lifted, evidence, relapsed_on, next);
        }
        let next = self.ask.soon(&say!(
            language,
            "继续走访，关注收入、住房、医疗、教育和饮水，防止返贫",
            "go on visiting, and look at income, housing, medical care, schooling and water, to prevent a relapse,"
        ));
        PointState::met(Point::Lifted, evidence, lift.on, next)
    }

    /// The sixth point where there is no lift.
    fn lifted_by_roster(&self) -> PointState {
        let roster = &self.evidence.roster;
        let language = self.language;
        let status = roster.status.label_in(language);
        let stated = |year: &str| {
            self.evidence.roster_ref(say!(
                language,
                "登记的脱贫属性：{status}{year}",
                "status in the register: {status}{year}"
            ))
        };
        if roster.status.is_lifted() {
            let year = roster.lifted_year.map_or_else(String::new, |year| {
                say!(language, "，脱贫年度 {year}", ", lifted in {year}")
            });
            let next = self.ask.office(&say!(
                language,
                "核实并补录脱贫记录：登记为“{status}”，但没有办理记录",
                "check and record the lift: the register says “{status}” and has no record of it,"
            ));
            return PointState::stale(Point::Lifted, vec![stated(&year)], roster.on, next);
        }
        let year = self.ask.today.year();
        let end_of_year = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(self.ask.today);
        let next = self.ask.before(
            end_of_year,
            &say!(
                language,
                "落实帮扶措施，达到脱贫条件后请办公室提出脱贫",
                "carry out the measures, and ask the office to propose a lift once its conditions are met,"
            ),
        );
        PointState::missing(Point::Lifted, vec![stated("")], next)
    }
}
