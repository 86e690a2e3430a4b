//! How each of the six points stands, by example.

use super::{MET, MISSING, STALE, day, expect, lift, nothing, plan, point_on, state, today, visit};
use crate::household::{Cause, Measure, PovertyStatus};
use crate::lift::model::{State as LiftStage, Step as LiftStep};
use crate::method::evidence::{Changes, Evidence, LiftEvidence, PlanEvidence, VisitEvidence};
use crate::method::model::{EvidenceKind, Point};
use crate::problem::Text;

#[test]
fn situation_needs_a_complete_roster_and_a_fresh_confirmation() {
    let confirmed = |on: &'static str| {
        move |evidence: &mut Evidence| {
            evidence.visits.push(VisitEvidence {
                situation: true,
                ..visit(on)
            });
        }
    };
    let found = state(Point::Situation, |_| {});
    expect(&found, STALE, Some("2026-01-10"), "没有走访核实");
    let found = state(Point::Situation, confirmed("2026-03-01"));
    expect(&found, MET, Some("2026-03-01"), "2027年3月1日前");
    assert_eq!(found.stale_on, Some(day("2027-03-01")));
    assert_eq!(found.evidence[1].words, "入户走访，见到户主：确认基本情况");
    let found = state(Point::Situation, confirmed("2025-11-26"));
    expect(&found, MET, Some("2025-11-26"), "2026年11月26日前");
    let found = state(Point::Situation, confirmed("2025-11-25"));
    expect(&found, STALE, Some("2026-11-25"), "上次是2025年11月25日");
    let found = state(Point::Situation, |evidence| {
        confirmed("2026-03-01")(evidence);
        evidence.roster.missing = ["饮水安全", "张三的健康状况"]
            .map(|gap| Text::new(gap, ""))
            .to_vec();
    });
    expect(&found, MISSING, None, "饮水安全、张三的健康状况");
}

#[test]
fn what_the_roster_changed_after_a_confirmation_must_be_confirmed_again() {
    let seen = |changes: Changes| {
        let mut evidence = nothing();
        evidence.roster.main_cause = Some(Cause::Illness);
        evidence.roster.changes = changes;
        evidence.visits.push(VisitEvidence {
            situation: true,
            causes: true,
            ..visit("2026-06-01")
        });
        [Point::Situation, Point::Causes].map(|point| point_on(&evidence, point, today()))
    };
    let on = |text: &str| Some(day(text));
    let [situation, causes] = seen(Changes {
        members: on("2026-06-02"),
        ..Changes::default()
    });
    expect(
        &situation,
        STALE,
        Some("2026-06-02"),
        "登记的家庭成员信息已于2026年6月2日变动",
    );
    expect(&causes, MET, Some("2026-06-01"), "致贫原因");
    let [situation, causes] = seen(Changes {
        causes: on("2026-07-01"),
        ..Changes::default()
    });
    expect(&situation, MET, Some("2026-06-01"), "基本情况");
    expect(
        &causes,
        STALE,
        Some("2026-07-01"),
        "登记的致贫原因已于2026年7月1日变动",
    );
    // On the day of the visit, or before: the visit has seen it. Measures matter to neither.
    let [situation, causes] = seen(Changes {
        members: on("2026-06-01"),
        causes: on("2026-05-31"),
        measures: on("2026-08-01"),
    });
    assert_eq!((situation.state, causes.state), (MET, MET));
}

#[test]
fn causes_need_one_on_record_and_a_fresh_confirmation() {
    let known = |evidence: &mut Evidence| evidence.roster.main_cause = Some(Cause::Illness);
    let confirmed = |evidence: &mut Evidence| {
        evidence.visits.push(VisitEvidence {
            causes: true,
            ..visit("2026-11-20")
        });
    };
    expect(
        &state(Point::Causes, |_| {}),
        MISSING,
        None,
        "弄清主要致贫原因",
    );
    // A confirmation of what nobody wrote down is not enough.
    let found = state(Point::Causes, confirmed);
    expect(&found, MISSING, None, "2026年12月31日前");
    assert_eq!(found.evidence.len(), 1);
    let found = state(Point::Causes, known);
    expect(&found, STALE, Some("2026-01-10"), "没有走访核实");
    assert_eq!(found.evidence[0].words, "登记的主要致贫原因：因病");
    let found = state(Point::Causes, |evidence| {
        known(evidence);
        confirmed(evidence);
    });
    expect(&found, MET, Some("2026-11-20"), "2027年11月20日前");
}

#[test]
fn wishes_must_have_been_heard_by_somebody() {
    let heard = |on: &'static str| {
        move |evidence: &mut Evidence| {
            evidence.visits.push(VisitEvidence {
                wishes: Some("想学养殖".to_owned()),
                ..visit(on)
            });
        }
    };
    expect(&state(Point::Wishes, |_| {}), MISSING, None, "听取内心诉求");
    let found = state(Point::Wishes, |evidence| {
        evidence.roster.wishes = Some("想看病".to_owned());
    });
    expect(&found, STALE, Some("2026-01-10"), "没有走访记录");
    assert_eq!(found.evidence[0].kind, EvidenceKind::Roster);
    let found = state(Point::Wishes, heard("2025-10-01"));
    expect(&found, STALE, Some("2026-10-01"), "已超过 12 个月");
    let found = state(Point::Wishes, heard("2026-10-01"));
    expect(&found, MET, Some("2026-10-01"), "再次听取");
    assert_eq!(
        found.evidence[0].words,
        "入户走访，见到户主：听取诉求“想学养殖”"
    );
}

#[test]
fn the_approach_is_what_a_help_plan_says() {
    expect(
        &state(Point::Approach, |_| {}),
        MISSING,
        None,
        "制定帮扶计划",
    );
    let found = state(Point::Approach, |evidence| {
        evidence.roster.approach = Some("先看病".to_owned());
    });
    expect(&found, STALE, Some("2026-01-10"), "是否仍然适用");
    let found = state(Point::Approach, |evidence| {
        evidence.plans.push(plan("2023-02-01", &[Measure::Health]));
    });
    expect(&found, MET, Some("2023-02-01"), "对照帮扶思路");
    assert_eq!(found.stale_on, None);
}

#[test]
fn measures_must_be_decided_and_followed_up() {
    let measures = |know: &dyn Fn(&mut Evidence)| state(Point::Measures, know);
    let by_roster = |evidence: &mut Evidence| evidence.roster.measures = vec![Measure::Health];
    let follow_up = |on: &str, measure| VisitEvidence {
        measures: vec![measure],
        ..visit(on)
    };
    expect(&measures(&|_| {}), MISSING, None, "至少一项帮扶措施");
    expect(
        &measures(&by_roster),
        STALE,
        Some("2026-01-10"),
        "还没有跟进记录",
    );
    let found = measures(&|evidence| {
        by_roster(evidence);
        evidence
            .visits
            .push(follow_up("2026-11-01", Measure::Health));
    });
    expect(&found, MET, Some("2026-11-01"), "2027年2月1日前");
    // Something else that was followed up does not count.
    let found = measures(&|evidence| {
        by_roster(evidence);
        evidence
            .visits
            .push(follow_up("2026-11-01", Measure::Water));
    });
    expect(&found, STALE, Some("2026-01-10"), "还没有跟进记录");
    let found = measures(&|evidence| {
        by_roster(evidence);
        evidence
            .visits
            .push(follow_up("2026-08-25", Measure::Health));
    });
    expect(&found, STALE, Some("2026-11-25"), "已超过 3 个月");
    // A plan that repeats what the roster says changes nothing; one that says something else does.
    let planned = |decided: &'static [Measure]| {
        measures(&move |evidence| {
            by_roster(evidence);
            evidence
                .visits
                .push(follow_up("2026-11-01", Measure::Health));
            evidence.plans = vec![plan("2026-11-02", decided)];
        })
    };
    expect(
        &planned(&[Measure::Health]),
        MET,
        Some("2026-11-01"),
        "健康",
    );
    let found = planned(&[Measure::Health, Measure::Water]);
    expect(
        &found,
        STALE,
        Some("2026-11-02"),
        "措施已于2026年11月2日调整",
    );
    expect(
        &planned(&[Measure::Water]),
        STALE,
        Some("2026-11-02"),
        "还没有跟进记录",
    );
}

#[test]
fn a_roster_that_follows_a_plan_does_not_make_it_older() {
    let found = |roster_changed_on: &str| {
        state(Point::Measures, |evidence| {
            evidence.roster.measures = vec![Measure::Health];
            evidence.roster.changes.measures = Some(day(roster_changed_on));
            evidence.plans = vec![plan("2026-11-10", &[Measure::Health])];
            evidence.visits.push(VisitEvidence {
                measures: vec![Measure::Health],
                ..visit("2026-11-01")
            });
        })
    };
    expect(&found("2026-10-01"), MET, Some("2026-11-01"), "跟进");
    expect(&found("2026-11-20"), STALE, Some("2026-11-10"), "调整");
}

#[test]
fn measures_count_from_the_first_plan_that_decided_them() {
    let decided = [Measure::Health, Measure::Water];
    let found = |plans: Vec<PlanEvidence>| {
        state(Point::Measures, |evidence| {
            evidence.plans = plans;
            evidence.visits.push(VisitEvidence {
                measures: vec![Measure::Water],
                ..visit("2026-10-10")
            });
        })
    };
    let repeated = vec![
        plan("2026-11-01", &decided),
        plan("2026-10-01", &decided),
        plan("2026-09-01", &[Measure::Water]),
    ];
    expect(&found(repeated), MET, Some("2026-10-10"), "跟进");
    let changed_back = vec![
        plan("2026-11-01", &decided),
        plan("2026-10-20", &[Measure::Water]),
        plan("2026-10-01", &decided),
    ];
    expect(&found(changed_back), STALE, Some("2026-11-01"), "调整");
}

#[test]
fn the_last_point_follows_the_lift() {
    use {LiftStage as S, LiftStep as P};
    let lifted = |stage, step, on: &'static str| {
        state(Point::Lifted, |evidence| {
            evidence.lift = Some(lift(stage, step, on));
        })
    };
    expect(
        &state(Point::Lifted, |_| {}),
        MISSING,
        None,
        "2026年12月31日前",
    );
    for (stage, step, due) in [
        (S::Proposed, P::Proposed, "民主评议"),
        (S::VillageReview, P::VillageReview, "核实"),
        (S::Verified, P::Verified, "认可"),
        (S::Accepted, P::Accepted, "公示"),
    ] {
        let found = lifted(stage, step, "2026-11-01");
        expect(&found, MISSING, None, &format!("下一步“{due}”"));
        assert_eq!(found.evidence[0].kind, EvidenceKind::Lift);
    }
    let found = lifted(S::Publicised, P::Publicised, "2026-11-24");
    expect(&found, MISSING, None, "最早2026年12月1日");
    let found = lifted(S::Approved, P::Approved, "2024-11-24");
    expect(&found, MET, Some("2024-11-24"), "防止返贫");
    let found = lifted(S::Rejected, P::Verified, "2026-11-01");
    expect(&found, MISSING, None, "“核实”一步未通过");
    let found = lifted(S::Relapsed, P::Approved, "2026-09-01");
    expect(&found, MISSING, Some("2026-09-01"), "2026年9月1日的返贫");
}

#[test]
fn what_the_roster_alone_says_of_a_lift_must_be_looked_into() {
    let by_roster = |status, lift: Option<LiftEvidence>| {
        state(Point::Lifted, |evidence| {
            evidence.roster.status = status;
            evidence.roster.lifted_year = Some(2019);
            evidence.lift = lift;
        })
    };
    let found = by_roster(PovertyStatus::LiftedWithPolicy, None);
    expect(&found, STALE, Some("2026-01-10"), "补录脱贫记录");
    assert!(found.evidence[0].words.contains("2019"));
    let found = by_roster(PovertyStatus::Relapsed, None);
    expect(&found, MISSING, None, "达到脱贫条件");
    let written = |relapsed_after_lift: Option<&str>| {
        state(Point::Lifted, |evidence| {
            evidence.roster.status = PovertyStatus::Relapsed;
            evidence.roster.relapsed_after_lift = relapsed_after_lift.map(day);
            evidence.lift = Some(lift(LiftStage::Approved, LiftStep::Approved, "2025-12-01"));
        })
    };
    expect(
        &written(Some("2026-01-08")),
        STALE,
        Some("2026-01-08"),
        "登记为返贫",
    );
    expect(&written(None), MET, Some("2025-12-01"), "防止返贫");
}

#[test]
fn the_next_step_says_by_whom_and_by_when() {
    let next = |today: &str, helper: Option<&str>| {
        let evidence = Evidence {
            helper: helper.map(ToOwned::to_owned),
            ..nothing()
        };
        point_on(&evidence, Point::Wishes, day(today)).next_step
    };
    assert_eq!(
        next("2026-11-24", None),
        "该户尚未结对：请办公室先确定帮扶责任人，再由其于2026年12月31日前入户听取内心诉求并登记。"
    );
    assert_eq!(
        next("2026-11-23", Some("李四")),
        "请帮扶责任人李四于2026年11月30日前入户听取内心诉求并登记。"
    );
    assert!(next("2026-12-31", None).contains("2027年1月31日前"));
}

#[test]
fn a_text_is_masked_before_it_is_cut() {
    let filler = "望".repeat(27);
    for (wishes, shown) in [
        // The word that says what it is stands after the cut.
        (
            format!("{filler}1949年12月31日在县医院里出生"),
            "1949年**月**日在…",
        ),
        (
            format!("{filler}出生于一九四九年十二月三十一日"),
            "出生于一九四九年**月*…",
        ),
        (format!("{filler}证号320999194912310022"), "证号320*******…"),
    ] {
        let mut evidence = nothing();
        evidence.roster.wishes = Some(wishes);
        let point = point_on(&evidence, Point::Wishes, today());
        let words = &point.evidence[0].words;
        assert!(words.ends_with(&format!("{filler}{shown}”")), "{words}");
    }
}
