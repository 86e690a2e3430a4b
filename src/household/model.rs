//! What the register knows of a household.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use super::field::{household_fields, member_fields};
use super::{
    Category, Cause, Education, Health, HousingGrade, IdentityNumber, Labour, Measure,
    PovertyStatus, Relation, Schooling, Sex, Workplace,
};
use crate::access::{Field, Kind};
use crate::db::Json;

/// What a field is when nothing is known of it.
macro_rules! or_empty {
    () => {
        Default::default()
    };
    ($value:expr) => {
        $value
    };
}

macro_rules! household_facts {
    ($(
        $(#[$meta:meta])*
        $field:ident: $type:ty $(= $empty:expr)? $(, $private:ident as $(#[$_meta:meta])* $_view:ty)?;
    )*) => {
        /// The facts that a roster gives of one household: what an import compares, stores and keeps the
        /// history of. `None` is "the roster does not say", never "no".
        #[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
        pub struct HouseholdFacts {
            $(
                $(#[$meta])*
                pub $field: $type,
            )*
            /// Members (家庭成员), in the order of the roster's rows; exactly one is the head.
            #[sqlx(skip)]
            pub members: Vec<Member>,
        }

        impl HouseholdFacts {
            /// A household of this place of which nothing else is known, without members.
            pub fn of(town: impl Into<String>, village: impl Into<String>) -> Self {
                let nothing = Self {
                    $($field: or_empty!($($empty)?),)*
                    members: Vec::new(),
                };
                Self {
                    town: town.into(),
                    village: village.into(),
                    ..nothing
                }
            }
        }

        const OF_HOUSEHOLD: &[Field] = &[$(Field::of::<$type>(stringify!($field))$(.private(Kind::$private))?),*];
    };
}
household_fields!(household_facts);

macro_rules! member {
    ($(
        $(#[$meta:meta])*
        $field:ident: $type:ty $(= $empty:expr)? $(, $private:ident as $(#[$_meta:meta])* $_view:ty)?;
    )*) => {
        /// One person of a household. Two are equal of whom the same is known, whoever they are.
        #[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
        pub struct Member {
            /// How other records refer to the person, for as long as the person is recognised: whatever
            /// imports change of them, and in whichever household they live. None of somebody who is not on
            /// the register yet, nor in what earlier versions kept.
            #[serde(default)]
            pub id: Option<Uuid>,
            $(
                $(#[$meta])*
                pub $field: $type,
            )*
        }

        impl Member {
            /// A person of whom nothing else is known.
            pub fn of(name: impl Into<String>, relation: Relation) -> Self {
                let nothing = Self {
                    id: None,
                    $($field: or_empty!($($empty)?),)*
                };
                Self {
                    name: name.into(),
                    relation,
                    ..nothing
                }
            }
        }

        impl PartialEq for Member {
            fn eq(&self, other: &Self) -> bool {
                $(self.$field == other.$field)&&*
            }
        }

        impl Eq for Member {}

        const OF_MEMBER: &[Field] = &[$(Field::of::<$type>(stringify!($field))$(.private(Kind::$private))?),*];
    };
}
member_fields!(member);

/// The field of this name, of a household or of one of its members: a name that both have means fields
/// alike in privacy and in words.
pub fn field(name: &str) -> Option<&'static Field> {
    Field::named(OF_HOUSEHOLD, name).or_else(|| Field::named(OF_MEMBER, name))
}

/// Most causes of poverty beside the main one.
pub const MOST_OTHER_CAUSES: usize = 2;
/// Age from which the labour law lets a person work, in full years.
const WORKING_AGE: u32 = 16;

impl HouseholdFacts {
    /// Whether the house is safe: by the roster's answer and by the grade of the house, of which one that
    /// says no is enough.
    pub fn has_safe_housing(&self) -> Option<bool> {
        let by_grade = self.housing_grade.map(HousingGrade::is_safe);
        match (self.housing_safe, by_grade) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, None) => None,
        }
    }

    /// Whether the income per head is over the year's line; an income of just the line is not.
    pub fn is_over_line(&self, line_fen: i64) -> Option<bool> {
        self.income_per_head_fen.map(|fen| fen > line_fen)
    }

    /// The head (户主). Import refuses a household without exactly one.
    pub fn head(&self) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.relation == Relation::Head)
    }
}

impl Member {
    /// Whether the law lets this person work on `day`.
    pub fn is_of_working_age(&self, day: NaiveDate) -> Option<bool> {
        self.age_on(day).map(|age| age >= WORKING_AGE)
    }

    /// Whether the law asks this person to be at school on `day`: from 7 to 15 full years of age, as the
    /// national register checks it.
    pub fn is_of_school_age(&self, day: NaiveDate) -> Option<bool> {
        self.age_on(day).map(|age| (7..=15).contains(&age))
    }

    /// Whether this person is at a school; a kindergarten is none.
    pub fn goes_to_school(&self) -> Option<bool> {
        self.schooling.map(Schooling::is_school)
    }

    /// Whether this person has one of the two basic medical insurances. They have none where the roster says
    /// no to the residents' one and does not say yes to the employees' one, for which many rosters have no
    /// column. A no to the employees' one alone says nothing: most people have the residents' one.
    pub fn is_medically_insured(&self) -> Option<bool> {
        if self.employee_medical == Some(true) {
            return Some(true);
        }
        self.resident_medical
    }

    /// Full years of age on `day`.
    pub fn age_on(&self, day: NaiveDate) -> Option<u32> {
        self.birth_date.and_then(|birth| day.years_since(birth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kindergarten_is_no_school_but_its_children_are_enrolled() {
        let of = |schooling: Option<Schooling>| {
            let mut member = Member::of("张三", Relation::Son);
            member.schooling = schooling;
            (
                member.goes_to_school(),
                schooling.map(Schooling::is_enrolled),
            )
        };
        assert_eq!(of(None), (None, None));
        assert_eq!(of(Some(Schooling::None)), (Some(false), Some(false)));
        assert_eq!(of(Some(Schooling::Preschool)), (Some(false), Some(true)));
        assert_eq!(of(Some(Schooling::Primary)), (Some(true), Some(true)));
    }

    #[test]
    fn who_is_not_in_the_employees_insurance_may_be_in_the_residents_one() {
        let of = |resident_medical, employee_medical| {
            let mut member = Member::of("张三", Relation::Head);
            member.resident_medical = resident_medical;
            member.employee_medical = employee_medical;
            member.is_medically_insured()
        };
        assert_eq!(of(None, None), None);
        assert_eq!(of(None, Some(false)), None);
        assert_eq!(of(None, Some(true)), Some(true));
        assert_eq!(of(Some(true), Some(false)), Some(true));
        assert_eq!(of(Some(false), Some(true)), Some(true));
        assert_eq!(of(Some(false), None), Some(false));
        assert_eq!(of(Some(false), Some(false)), Some(false));
    }
}
