//! A correction of a visit as it is sent, and what it makes of the visit.

use chrono::NaiveDate;
use poem_openapi::Object;
use poem_openapi::types::MaybeUndefined;

use super::model::{Benefit, MAX_REASON, VisitError, VisitFacts, VisitKind, WhoMet, needed_text};
use crate::access::Sight;
use crate::api::merged;
use crate::household::Measure;

/// A correction of a visit (RFC 7396): what is absent stays, `null` clears.
#[derive(Object)]
pub struct VisitCorrection {
    /// Why it is corrected; kept with the former text.
    #[oai(validator(min_length = 1, max_length = 500))]
    pub reason: String,
    /// The day of the visit. The same helper must have been responsible or assisting on it.
    pub visited_on: MaybeUndefined<NaiveDate>,
    /// At home, by telephone or by video.
    pub kind: MaybeUndefined<VisitKind>,
    /// Who was met.
    pub met: MaybeUndefined<WhoMet>,
    /// Whether the basic situation was confirmed.
    pub situation_confirmed: MaybeUndefined<bool>,
    /// Whether the causes were confirmed.
    pub causes_confirmed: MaybeUndefined<bool>,
    /// What the household wishes for.
    #[oai(validator(max_length = 2000))]
    pub wishes: MaybeUndefined<String>,
    /// The measures that were followed up, all of them.
    #[oai(validator(max_items = 13))]
    pub measures: MaybeUndefined<Vec<Measure>>,
    /// What the household really got, all of it.
    #[oai(validator(max_items = 20))]
    pub benefits: MaybeUndefined<Vec<Benefit>>,
    /// Anything else.
    #[oai(validator(max_length = 4000))]
    pub note: MaybeUndefined<String>,
}

impl VisitCorrection {
    /// With the numbers put back that were masked when the visit was read.
    pub fn unmasked(mut self, stored: &VisitFacts, sight: Sight) -> Result<Self, VisitError> {
        for (sent, stored, pointer) in [
            (&mut self.wishes, &stored.wishes, "/wishes"),
            (&mut self.note, &stored.note, "/note"),
        ] {
            if let MaybeUndefined::Value(text) = sent {
                let stored = stored.as_deref().unwrap_or_default();
                let whole = sight.unmasked(std::mem::take(text), stored);
                *text = whole.map_err(|_moved| VisitError::MaskMoved { pointer })?;
            }
        }
        if let MaybeUndefined::Value(benefits) = &mut self.benefits {
            unmask_benefits(benefits, &stored.benefits, sight)?;
        }
        Ok(self)
    }

    /// The reason, and the facts with the correction applied.
    pub fn apply(self, facts: &VisitFacts) -> Result<(String, VisitFacts), VisitError> {
        let reason = needed_text(self.reason, "更正原因", MAX_REASON, "/reason")?;
        let old = facts.clone();
        let facts = VisitFacts {
            visited_on: needed(self.visited_on, old.visited_on, "/visited_on")?,
            kind: needed(self.kind, old.kind, "/kind")?,
            met: merged(self.met, old.met),
            situation_confirmed: or_default(self.situation_confirmed, old.situation_confirmed),
            causes_confirmed: or_default(self.causes_confirmed, old.causes_confirmed),
            wishes: merged(self.wishes, old.wishes),
            measures: or_default(self.measures, old.measures),
            benefits: or_default(self.benefits, old.benefits),
            note: merged(self.note, old.note),
        };
        Ok((reason, facts))
    }
}

fn needed<T>(sent: MaybeUndefined<T>, old: T, pointer: &'static str) -> Result<T, VisitError> {
    match sent {
        MaybeUndefined::Value(value) => Ok(value),
        MaybeUndefined::Undefined => Ok(old),
        MaybeUndefined::Null => Err(VisitError::CannotClear { pointer }),
    }
}

fn or_default<T: Default>(sent: MaybeUndefined<T>, old: T) -> T {
    merged(sent, Some(old)).unwrap_or_default()
}

/// Puts back what was masked in the benefits, of which some may be new, gone or in another place.
fn unmask_benefits(
    sent: &mut [Benefit],
    stored: &[Benefit],
    sight: Sight,
) -> Result<(), VisitError> {
    let texts = sent.iter_mut();
    let texts = texts.map(|benefit| std::mem::take(&mut benefit.description));
    let stored: Vec<_> = stored
        .iter()
        .map(|benefit| benefit.description.as_str())
        .collect();
    let whole = sight.unmasked_list(texts.collect(), &stored);
    let whole = whole.map_err(|_moved| VisitError::MaskMoved {
        pointer: "/benefits",
    })?;
    for (benefit, text) in sent.iter_mut().zip(whole) {
        benefit.description = text;
    }
    Ok(())
}
