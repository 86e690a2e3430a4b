//! Problems for visits and help plans that are refused.

use super::model::VisitError;
use crate::problem::{Problem, counted};

impl From<VisitError> for Problem {
    fn from(error: VisitError) -> Self {
        use VisitError as E;
        let zh = error.to_string();
        match error {
            E::FutureDate { today, pointer, .. } => Self::invalid(
                "date_in_future",
                zh,
                format!("the day is after today ({today} in China); give the day on which it was"),
            )
            .at(pointer),
            E::MetMissing => Self::invalid(
                "met_required",
                zh,
                "a visit at home must say who was met: give `met`",
            )
            .at("/met"),
            E::TooLong { max, pointer, .. } => Self::invalid(
                "too_long",
                zh,
                format!("the text has more than {max} characters; shorten it"),
            )
            .at(pointer),
            E::Empty { pointer, .. } => {
                Self::invalid("empty", zh, "this text must not be empty").at(pointer)
            }
            E::TooManyBenefits => {
                Self::invalid("too_many_benefits", zh, "a visit has at most 20 benefits")
                    .at("/benefits")
            }
            E::Benefit { position } => Self::invalid(
                "invalid_benefit",
                zh,
                "a benefit's amount must not be negative and its description has 1 to 500 characters",
            )
            .at(&format!("/benefits/{position}")),
            E::RepeatedMeasure(_) => Self::invalid(
                "repeated_measure",
                zh,
                "a measure stands twice; give each once",
            )
            .at("/measures"),
            E::NoMeasure => {
                Self::invalid("no_measure", zh, "a help plan has at least one measure")
                    .at("/measures")
            }
            E::NoResponsibleHelper { day } => Self::conflict(
                "no_responsible_helper",
                zh,
                format!(
                    "nobody was responsible for this household on {day}; check the day, or ask the office to pair the household first"
                ),
            ),
            E::NotYourHousehold { day, served } => Self::forbidden(
                "not_your_household",
                zh,
                format!(
                    "on {day} you were neither responsible for this household nor its assistant, but {}; ask the office if that is wrong",
                    served.english()
                ),
            ),
            E::HandInOver { ended, days } => Self::forbidden(
                "hand_in_over",
                zh,
                format!(
                    "your time with this household ended on {ended}, and visits of it could be handed in for {}; give them to the office",
                    counted(days.into(), "day")
                ),
            ),
            E::OtherUnit { day } => Self::forbidden(
                "not_your_unit",
                zh,
                format!(
                    "the helper responsible for this household on {day} is not of your unit; their visit is logged by themselves, by their unit or by the office"
                ),
            ),
            E::NotYourVisit => Self::forbidden(
                "not_your_visit",
                zh,
                "only the helper whose visit it is, the contact of their unit, or the office, may correct it",
            ),
            E::OtherHelper { day } => Self::invalid(
                "other_helper_on_day",
                zh,
                format!("on {day} whoever went did not serve the household; the visit cannot move there"),
            )
            .at("/visited_on"),
            E::CannotClear { pointer } => {
                Self::invalid("cannot_clear", zh, "this cannot be cleared").at(pointer)
            }
            E::MaskMoved { pointer } => Self::invalid(
                "masked_number_moved",
                zh,
                "a masked number or word may not be moved, changed or put in other words: leave it as it was read, or write it anew and whole, or ask the office to correct it",
            )
            .at(pointer),
            E::NothingChanged => Self::invalid(
                "nothing_changed",
                zh,
                "the correction changes nothing",
            ),
        }
    }
}
