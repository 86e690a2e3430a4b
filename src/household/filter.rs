//! What a list of households may be narrowed to, and what is found among them.

use uuid::Uuid;

use super::IdentityNumber;
use super::store::{Household, is_open};
use crate::access::search::{Part, Search};
use crate::db::Where;
use crate::serving::store::served_by;

/// What a list of households may be narrowed to. Empty text and `None` narrow nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// 镇, whole.
    pub town: String,
    /// 村, whole.
    pub village: String,
    /// Code of the 脱贫属性.
    pub status: String,
    /// Code of the main cause.
    pub main_cause: String,
    /// What is searched for: 户编号, names and telephones, ends of identity numbers.
    pub search: Search,
    /// Only households whose responsible helper is this one.
    pub helper: Option<Uuid>,
    /// Only households that this person serves, responsible or assisting.
    pub served_by: Option<Uuid>,
    /// Only households with (or without) a responsible helper.
    pub paired: Option<bool>,
    /// Conditions on a row of `household` by what other rooms know of it.
    pub further: Where,
}

impl Filter {
    pub(super) fn conditions(&self) -> Where {
        let served = format!("household.id IN ({})", served_by("?"));
        let wanted = self
            .further
            .clone()
            .and(is_open("household"))
            .and_text(&self.town, "town = ?")
            .and_text(&self.village, "village = ?")
            .and_text(&self.status, "status = ?")
            .and_text(&self.main_cause, "main_cause = ?")
            .and_if(self.helper, "pairing.staff_id = ?")
            .and_if(self.served_by, &served)
            .and_either(
                self.paired,
                "pairing.staff_id IS NOT NULL",
                "pairing.staff_id IS NULL",
            );
        self.searched(wanted)
    }

    /// Narrows them to those that may hold what is searched for, in themselves or in a member.
    fn searched(&self, mut wanted: Where) -> Where {
        if self.search.is_empty() {
            return wanted;
        }
        let of_household = [
            (Part::Number, "household.number"),
            (Part::Telephone, "household.phone"),
        ];
        let of_member = [
            (Part::Name, "member.name"),
            (Part::Telephone, "member.phone"),
            (Part::Identity, "member.identity_number"),
        ];
        let of_household = self.search.within(&mut wanted, &of_household);
        let of_member = self.search.within(&mut wanted, &of_member);
        // Of one who serves some households, the members of no others are read.
        let served = self.served_by.map(|person| {
            let person = wanted.bind(person);
            format!(" AND household_id IN ({})", served_by(&person))
        });
        let members = format!(
            "SELECT household_id FROM member WHERE {of_member}{}",
            served.unwrap_or_default()
        );
        wanted.and(format!("({of_household} OR household.id IN ({members}))"))
    }

    /// Whether a household that is among the rows, with its members, is found, by what the caller sees.
    pub fn finds(&self, household: &Household) -> bool {
        let of = |part, value: Option<&str>| value.is_some_and(|it| self.search.finds(part, it));
        let facts = &household.facts;
        self.search.is_empty()
            || of(Part::Number, facts.number.as_deref())
            || of(Part::Telephone, facts.phone.as_deref())
            || facts.members.iter().any(|member| {
                let identity = member.identity_number.as_ref();
                of(Part::Name, Some(&member.name))
                    || of(Part::Telephone, member.phone.as_deref())
                    || of(Part::Identity, identity.map(IdentityNumber::whole))
            })
    }
}
