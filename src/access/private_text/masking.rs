//! A text with all that is private in it masked: the order in which the kinds are looked for.

use std::borrow::Cow;

use super::mask::Mask;
use super::signs::Signs;
use super::survey::Survey;
use super::{birth, ends, half, health, numbers, spoken};
use crate::access::sight::{Kind, Sight};

/// `text` with the private data in it masked that the reader may not see.
pub fn masked(text: &str, sight: Sight) -> Cow<'_, str> {
    // What is shown of a number may look like a part of the next one: then that is masked too, so that
    // a text that was masked stays as it is. Nearly always the second look finds nothing.
    const MOST_LOOKS: usize = 8;
    let mut shown = masked_once(text, sight);
    for _ in 1..MOST_LOOKS {
        let Cow::Owned(once) = &shown else { break };
        let Cow::Owned(again) = masked_once(once, sight) else {
            break;
        };
        shown = Cow::Owned(again);
    }
    shown
}

fn masked_once(text: &str, sight: Sight) -> Cow<'_, str> {
    if sight.sees_all() {
        return Cow::Borrowed(text);
    }
    let survey = Survey::of(text);
    let hides_birth = survey.may_tell_birth() && !sight.sees(Kind::BirthDate);
    let hides_health = survey.may_tell_health() && !sight.sees(Kind::Health);
    let hides_numbers = survey.may_hold_number() || survey.may_hold_end();
    if !hides_numbers && !hides_birth && !hides_health {
        return Cow::Borrowed(text);
    }
    let mut signs = Signs::of(text);
    let mut mask = Mask::over(&signs);
    // Each step sees what the one before left, as one does that looks at a masked text.
    if hides_health {
        health::hide(&signs, &mut mask);
        mask.cover(&mut signs);
    }
    if hides_birth {
        birth::hide(&signs, &mut mask);
        mask.cover(&mut signs);
    }
    if hides_numbers {
        half::hide(&signs, sight, &mut mask);
        mask.cover(&mut signs);
        hide_numbers(&signs, &survey, sight, &mut mask);
    }
    mask.applied(text, &signs)
}

fn hide_numbers(signs: &Signs, survey: &Survey, sight: Sight, mask: &mut Mask) {
    let chains = signs.chains();
    numbers::hide(signs, &chains, sight, mask);
    if survey.may_hold_end() {
        ends::hide(signs, &chains, sight, mask);
    }
    if survey.may_hold_spoken_number() {
        spoken::hide(signs, &chains, sight, mask);
    }
}
