//! What one row of a roster of households is read into.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::kind::HouseholdKind;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::{Category, IdentityNumber, PovertyStatus, Relation};
use crate::roster::column::Record;
use crate::roster::report::RosterKind;
use crate::value::repair::DISABILITY_CERTIFICATE;

/// Most members of a household: more mean that a number is in the wrong column.
pub const MOST_MEMBERS: u8 = 99;

/// What one row is read into.
#[derive(Clone, Debug)]
pub struct HouseholdRow {
    /// What it says of the household.
    pub household: HouseholdFacts,
    /// What it says of the person.
    pub member: Member,
    /// 与户主关系 of the person.
    pub relation: Option<Relation>,
    /// 证件类型.
    pub document: Option<String>,
    /// The month of birth, by its first day, where the day is not said.
    pub born_in: Option<NaiveDate>,
    /// Whether the identity number stands as that of a disability certificate.
    pub has_certificate: bool,
    /// What cells hold beside their values, with whether it is the household's.
    pub notes: Vec<(String, bool)>,
    /// What it says of the household that is needed during the import only.
    pub shared: Shared,
}

/// What rows say of their household, needed during the import only.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shared {
    /// 脱贫属性.
    pub status: Option<PovertyStatus>,
    /// Whether the status says less than its value: lifted and not with which policy, or not lifted and not
    /// whether it was before.
    pub status_is_vague: bool,
    /// The year in which the household was lifted, as the status says it.
    pub status_year: Option<i64>,
    /// 家庭人口 as stated.
    pub size: Option<i64>,
    /// 户主姓名 as stated.
    pub head_name: Option<String>,
    /// 户主证件号码 as stated.
    pub head_identity: Option<IdentityNumber>,
    /// 户类型.
    pub kind: Option<HouseholdKind>,
    /// 监测对象类型.
    pub monitored: Option<Category>,
    /// 风险是否消除.
    pub risk_gone: Option<bool>,
}

impl Default for HouseholdRow {
    fn default() -> Self {
        Self {
            household: HouseholdFacts::of("", ""),
            member: Member::of("", Relation::Other),
            relation: None,
            document: None,
            born_in: None,
            has_certificate: false,
            notes: Vec::new(),
            shared: Shared::default(),
        }
    }
}

impl Record for HouseholdRow {
    type Whole = HouseholdFacts;
    type Shared = Shared;
    type Part = Member;

    const LIST: RosterKind = RosterKind::Households;
    const OF_PART: &'static [&'static str] = &["name", "relation"];
    const OF_WHOLE: &'static [&'static str] = &["head_name", "head_identity", "number"];
    const JOINS: &'static [&'static str] = &["number", "head_identity"];
    const ASKED: &'static [&'static str] = &["status"];

    /// The number of a passport is no identity number, and no mistake.
    fn forgives(&self, key: &str) -> bool {
        key == "identity_number" && self.has_other_document()
    }

    fn note(&mut self, text: String, shared: bool) {
        self.notes.push((text, shared));
    }

    fn repaired(&mut self, key: &str, code: &str) {
        self.has_certificate |= key == "identity_number" && code == DISABILITY_CERTIFICATE;
    }
}

impl HouseholdRow {
    /// Whether the row says that the person has another document than an identity card.
    pub fn has_other_document(&self) -> bool {
        self.document.as_deref().is_some_and(|document| {
            !["身份证", "残疾", "户口"]
                .iter()
                .any(|known| document.contains(known))
        })
    }
}
