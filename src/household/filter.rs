//! What a list of households may be narrowed to, and what is found among them.

use uuid::Uuid;

use super::IdentityNumber;
use super::model::HouseholdFacts;
use super::open::is_open;
use crate::access::Reach;
use crate::access::search::{Part, Search};
use crate::db::Where;
use crate::serving::store::{reached_by, within};
use crate::serving::tenure;

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
    /// Only households within this reach.
    pub reach: Reach,
    /// Only households with (or without) a responsible helper.
    pub paired: Option<bool>,
    /// Conditions on a row of `household` by what other rooms know of it.
    pub further: Where,
}

impl Filter {
    pub(super) fn conditions(&self) -> Where {
        let wanted = self
            .further
            .clone()
            .and(is_open("household"))
            .and_place(&self.town, &self.village)
            .and_text(&self.status, "status = ?")
            .and_text(&self.main_cause, "main_cause = ?")
            .and_if(self.helper, "pairing.staff_id = ?")
            .and_either(
                self.paired,
                "pairing.staff_id IS NOT NULL",
                "pairing.staff_id IS NULL",
            );
        let wanted = within(wanted, self.reach, &tenure::Part::BOTH, "household.id");
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
        // Of one who reaches some households, the members of no others are read.
        let served = reached_by(self.reach, &tenure::Part::BOTH).map(|(served, whose)| {
            let whose = wanted.bind(whose);
            format!(" AND household_id IN ({})", served.replace('?', &whose))
        });
        let members = format!(
            "SELECT household_id FROM member WHERE {of_member}{}",
            served.unwrap_or_default()
        );
        wanted.and(format!("({of_household} OR household.id IN ({members}))"))
    }

    /// Whether a household that is among the rows, with its members, is found, by what the caller sees.
    pub fn finds(&self, facts: &HouseholdFacts) -> bool {
        let of = |part, value: Option<&str>| value.is_some_and(|it| self.search.finds(part, it));
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
