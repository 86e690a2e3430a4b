//! What still counts: visits that are fresh, and the measures in force.

use chrono::{Months, NaiveDate};

use super::evidence::{Evidence, VisitEvidence};
use super::model::EvidenceRef;
use super::words::labels;
use crate::household::Measure;
use crate::problem::{Language, say};

/// How fresh the latest visit is that shows something.
pub enum Freshness<'a> {
    Never,
    Fresh(&'a VisitEvidence, NaiveDate),
    TooOld(&'a VisitEvidence, NaiveDate),
    Overtaken(&'a VisitEvidence, NaiveDate),
}

impl<'a> Freshness<'a> {
    pub fn visit(&self) -> Option<&'a VisitEvidence> {
        match self {
            Self::Never => None,
            Self::Fresh(visit, _) | Self::TooOld(visit, _) | Self::Overtaken(visit, _) => {
                Some(visit)
            }
        }
    }
}

/// How fresh the latest visit is that `shows` something which holds for so many months, unless
/// it changed since.
pub fn freshness(
    visits: &[VisitEvidence],
    today: NaiveDate,
    shows: impl Fn(&VisitEvidence) -> bool,
    months: u32,
    changed_on: Option<NaiveDate>,
) -> Freshness<'_> {
    let latest = visits
        .iter()
        .filter(|visit| visit.on <= today && shows(visit))
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
        _ if today >= stale_on => Freshness::TooOld(visit, stale_on),
        _ => Freshness::Fresh(visit, stale_on),
    }
}

/// The measures in force.
pub struct Decided<'a> {
    pub measures: &'a [Measure],
    pub shown_by: EvidenceRef,
    pub since: NaiveDate,
    /// When other measures were replaced by these; nothing if there were no others.
    pub changed_on: Option<NaiveDate>,
}

/// The measures in force; nothing if none were decided.
pub fn decided(evidence: &Evidence, language: Language) -> Option<Decided<'_>> {
    let named = |measures| labels(measures, language);
    let roster = &evidence.roster;
    let Some((latest, former)) = evidence.plans.split_first() else {
        return (!roster.measures.is_empty()).then(|| Decided {
            measures: &roster.measures,
            shown_by: {
                let measures = named(&roster.measures);
                evidence.roster_ref(say!(
                    language,
                    "登记的帮扶措施：{measures}",
                    "measures in the register: {measures}"
                ))
            },
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
    let as_before = evidence.plans.last() == Some(first)
        && roster.measures == latest.measures
        && roster.changes.measures.is_none_or(|day| day < first.on);
    Some(Decided {
        measures: &latest.measures,
        shown_by: {
            let measures = named(&latest.measures);
            latest.shown(say!(
                language,
                "帮扶措施：{measures}",
                "measures: {measures}"
            ))
        },
        since: first.on,
        changed_on: (!as_before).then_some(first.on),
    })
}
