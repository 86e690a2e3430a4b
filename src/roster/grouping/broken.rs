//! How a broken rule becomes a problem at a cell.

use crate::household::IdentityNumber;
use crate::household::model::Member;
use crate::household::rule::Rule;
use crate::problem::Text;
use crate::roster::household::HouseholdRow;
use crate::roster::layout::Layouts;
use crate::roster::report::{Place, RosterProblem};
use crate::value;
use crate::value::Refusal;

/// The problem of a broken rule, at a cell.
pub(super) fn broken(
    layouts: &Layouts<HouseholdRow>,
    place: Place,
    key: &str,
    rule: &Rule,
    reason: Text,
) -> RosterProblem {
    let refusal = Refusal::new(rule.code, reason, rule.remedy());
    layouts.problem(rule.severity, place, key, refusal)
}

/// What stands in the identity number's cell of a member, for a message.
pub fn masked_identity(member: &Member) -> String {
    member
        .identity_number
        .as_ref()
        .map_or_else(|| value::mask(&member.name), IdentityNumber::masked)
}
