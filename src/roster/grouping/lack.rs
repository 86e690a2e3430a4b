//! What keeps a household out for want of it.

use super::model::ReadHousehold;
use crate::household::rule::{self, Rule, Severity};
use crate::problem::{Text, words};
use crate::roster::household::heading;
use crate::roster::report::{Place, RosterProblem, SheetReport};
use crate::value::Refusal;

/// Something that neither the rows of a household say, nor the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// One of the [fields](super::unsaid::Unsaid::FIELDS).
    Field(&'static str),
    /// The head.
    Head,
    /// The head, and what the rows say of the household is not true of the one of the register.
    Household,
    /// Members: so many are known of those that are stated, beside the rows.
    Members(i64),
}

impl Lack {
    /// All that a household lacks which is not on the register.
    pub fn of_new(read: &ReadHousehold) -> Vec<Self> {
        let unsaid = &read.unsaid;
        let fields = unsaid.fields().map(Self::Field);
        let head = unsaid.head.then_some(Self::Head);
        let members = unsaid.members.then_some(Self::Members(0));
        fields.chain(head).chain(members).collect()
    }

    /// The error, at its cell.
    pub fn problem(self, read: &ReadHousehold, sheets: &[SheetReport]) -> RosterProblem {
        match self {
            Self::Field(field) => {
                let reason = words!(
                    "本户的“{}”没有填写",
                    "“{}” of the household is not filled in",
                    heading(field)
                );
                let refusal = Refusal::new(
                    "required_cell",
                    reason,
                    words!(
                        "请至少在户主一行填写",
                        "fill it in, at least in the row of the head"
                    ),
                );
                let place = read.place;
                place.problem(sheets, Severity::Error, field, refusal)
            }
            Self::Head => broken(
                read.place,
                sheets,
                "relation",
                &rule::NO_HEAD,
                words!("本户没有户主", "the household has no head"),
            ),
            Self::Household => broken(
                read.place,
                sheets,
                "number",
                &rule::NO_HEAD,
                words!(
                    "这一户编号的各行没有户主，所写的户主或镇、村又与登记中的这一户不同，不能确定是这一户的人",
                    "the rows of this number have no head, and the head, town or village that they name is not that of this household in the register: nothing tells that they belong to it"
                ),
            ),
            Self::Members(known) => {
                let place = read.size.map_or(read.place, |stated| stated.place);
                let size = read.size.map_or(0, |stated| stated.members);
                let rows = read.places.len();
                let known = match known {
                    0 => Text::default(),
                    known => words!(
                        "，登记中还有 {known} 人不在名册中",
                        ", and the register has {known} more who are not in the roster"
                    ),
                };
                let reason = words!("填写 {size} 人，本户有 {rows} 行{known}", "{size} stated as the number of persons; rows of the household: {rows}{known}"; known);
                broken(place, sheets, "size", &rule::MEMBER_COUNT, reason)
            }
        }
    }
}

fn broken(
    place: Place,
    sheets: &[SheetReport],
    field: &str,
    rule: &Rule,
    reason: Text,
) -> RosterProblem {
    let refusal = Refusal::new(rule.code, reason, rule.remedy());
    place.problem(sheets, rule.severity, field, refusal)
}
