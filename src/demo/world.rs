//! A fictional county: invented households and staff, made from a seed, the same each time.
//!
//! All identity numbers have the area code 320999, which was never issued, and a correct check
//! character. The families follow a few shapes that offices know well, so that causes fit members:
//! who is poor because of schooling has a child at school.

pub mod names;

use chrono::{Datelike, Days, NaiveDate};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use names::{MEN, SUBJECTS, SURNAMES, TOWNS, UNITS, WOMEN, words_for};

use crate::household::{
    Category, Cause, Education, Health, HouseholdFacts, HousingGrade, IdentityNumber, Labour,
    Measure, Member, PovertyStatus, Relation, Schooling, Sex, Workplace,
};
use crate::staff::{Rank, StaffFacts};

/// Households of the county.
pub const HOUSEHOLDS: usize = 300;
/// Staff of its education bureau and schools.
pub const STAFF: usize = 120;
const SEED: u64 = 20_161_017;

/// The county.
pub struct World {
    /// Its households, by town and village.
    pub households: Vec<HouseholdFacts>,
    /// Its staff, by unit.
    pub staff: Vec<StaffFacts>,
    /// Which villages each unit serves: unit, town, villages.
    pub links: Vec<(&'static str, &'static str, Vec<String>)>,
}

/// Makes the county as it is on `today`.
pub fn make(today: NaiveDate) -> World {
    let mut maker = Maker {
        random: StdRng::seed_from_u64(SEED),
        today,
        serial: 0,
    };
    let households = (0..HOUSEHOLDS)
        .map(|index| maker.household(index))
        .collect();
    let staff = (0..STAFF).map(|index| maker.person(index)).collect();
    let links = UNITS
        .iter()
        .filter_map(|(unit, town)| {
            let (town, villages) = TOWNS[(*town)?];
            Some((*unit, town, villages.map(str::to_owned).to_vec()))
        })
        .collect();
    World {
        households,
        staff,
        links,
    }
}

/// The shapes that a family may have.
#[derive(Clone, Copy)]
enum Shape {
    /// Old people alone.
    Old,
    /// Parents with children at school.
    Students,
    /// A working-age couple with an ill parent.
    Ill,
    /// One of the couple is disabled.
    Disabled,
    /// A couple who lack skill, funds or will.
    Stuck,
}

struct Maker {
    random: StdRng,
    today: NaiveDate,
    serial: u32,
}

impl Maker {
    fn one_in(&mut self, n: u32) -> bool {
        self.random.random_range(0..n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from.choose(&mut self.random).copied().unwrap_or(from[0])
    }

    fn surname(&mut self) -> char {
        let surnames: Vec<char> = SURNAMES.chars().collect();
        self.pick(&surnames)
    }

    fn named(&mut self, surname: char, sex: Sex) -> String {
        let given = match sex {
            Sex::Male => self.pick(&MEN),
            Sex::Female => self.pick(&WOMEN),
        };
        format!("{surname}{given}")
    }

    /// An identity number that nobody has: the serial number makes each different.
    fn identity(&mut self, sex: Sex, age: i32) -> Option<IdentityNumber> {
        let birthday = self.today - Days::new(self.random.random_range(1..364));
        let born = NaiveDate::from_ymd_opt(
            birthday.year() - age,
            birthday.month(),
            birthday.day().min(28),
        )?;
        self.serial += 1;
        // Digit 17 is odd for men; the two before it tell people of one birth date apart.
        let last = self.serial / 100 % 5 * 2 + u32::from(sex == Sex::Male);
        IdentityNumber::from_body(&format!(
            "320999{}{:02}{last}",
            born.format("%Y%m%d"),
            self.serial % 100
        ))
        .ok()
    }

    fn phone(&mut self) -> String {
        // 190 0000 xxxx: a block that no one was given.
        format!("1900000{:04}", self.random.random_range(0..10_000))
    }

    fn member(&mut self, surname: char, relation: Relation, sex: Sex, age: i32) -> Member {
        let identity_number = self.identity(sex, age);
        let schooling = schooling_at(age);
        let at_school = schooling.is_enrolled();
        let able = (18..60).contains(&age) && !at_school;
        Member {
            id: None,
            number: None,
            name: self.named(surname, sex),
            sex: Some(sex),
            birth_date: identity_number.as_ref().map(IdentityNumber::birth_date),
            identity_number,
            relation,
            ethnicity: Some("汉族".to_owned()),
            education: Some(match age {
                ..14 => Education::Primary,
                14..23 => Education::LowerSecondary,
                60.. => self.pick(&[Education::Illiterate, Education::Primary]),
                _ => self.pick(&[
                    Education::Primary,
                    Education::LowerSecondary,
                    Education::UpperSecondary,
                ]),
            })
            // A child not yet through primary school has completed none.
            .filter(|_| age >= 12),
            schooling: Some(schooling),
            health: Some(Health::Healthy),
            labour: Some(match age {
                ..16 => Labour::None,
                60..70 => Labour::Weak,
                70.. => Labour::Lost,
                _ if at_school => Labour::None,
                _ => self.pick(&[Labour::Ordinary, Labour::Ordinary, Labour::Skilled]),
            }),
            workplace: None,
            months_worked: able.then_some(0),
            phone: None,
            resident_medical: Some(true),
            employee_medical: Some(false),
            resident_pension: Some(age >= 18 && !at_school),
            critical_illness: Some(true),
            minimum_living: Some(false),
        }
    }

    fn send_to_work(&mut self, member: &mut Member) {
        member.workplace = Some(self.pick(&[
            Workplace::InTown,
            Workplace::InCounty,
            Workplace::InProvince,
            Workplace::OutOfProvince,
        ]));
        member.phone = Some(self.phone());
        member.months_worked = Some(self.random.random_range(3..11));
    }

    fn household(&mut self, index: usize) -> HouseholdFacts {
        let (town, villages) = TOWNS[index * TOWNS.len() / HOUSEHOLDS];
        let village = self.pick(&villages);
        let shape = self.pick(&[
            Shape::Old,
            Shape::Students,
            Shape::Students,
            Shape::Ill,
            Shape::Disabled,
            Shape::Stuck,
        ]);
        let (members, main_cause, measures) = self.family(shape);
        let poor_dwelling = self.one_in(12);
        let on_minimum_living = members
            .iter()
            .any(|member| member.minimum_living == Some(true));
        let size = i64::try_from(members.len()).unwrap_or(1);
        let group = self.random.random_range(1..9);
        let mut facts = HouseholdFacts {
            number: Some(format!("3209990{index:05}")),
            group_name: Some(format!("{group}组")),
            phone: Some(self.phone()),
            address: Some(format!("{town}{village}{group}组{}号", index % 60 + 1)),
            identified_year: Some(i64::from(self.today.year()) - self.random.random_range(2..5)),
            category: Some(if on_minimum_living {
                Category::MinimumLiving
            } else {
                Category::General
            }),
            status: PovertyStatus::Poor,
            main_cause: Some(main_cause),
            other_causes: if self.one_in(3) {
                vec![Cause::LackOfFunds]
            } else {
                Vec::new()
            },
            housing_grade: Some(if poor_dwelling {
                HousingGrade::C
            } else {
                self.pick(&[HousingGrade::A, HousingGrade::B])
            }),
            housing_safe: Some(!poor_dwelling),
            water_safe: Some(!self.one_in(25)),
            measures,
            members,
            ..HouseholdFacts::of(town, village)
        };
        facts
            .other_causes
            .retain(|cause| Some(*cause) != facts.main_cause);
        self.fill_income(&mut facts, size);
        if !self.one_in(4) {
            let (wish, approach) = words_for(main_cause);
            facts.wishes = Some(wish.to_owned());
            facts.approach = Some(approach.to_owned());
        }
        // Some were lifted in an earlier year, and a few of them fell back.
        if self.one_in(15)
            && facts.income_per_head_fen >= Some(650_000)
            && !poor_dwelling
            && facts.water_safe == Some(true)
        {
            facts.lifted_year = Some(i64::from(self.today.year()) - 1);
            facts.status = PovertyStatus::LiftedWithPolicy;
        } else if self.one_in(40) {
            facts.status = PovertyStatus::Relapsed;
        }
        facts
    }

    /// Incomes that add up: per head is the sum, less expenses, over the members.
    fn fill_income(&mut self, facts: &mut HouseholdFacts, size: i64) {
        let yuan = |random: &mut StdRng, from: i64, to: i64| random.random_range(from..to) * 100;
        let works = facts
            .members
            .iter()
            .any(|member| member.workplace.is_some());
        let wages = if works {
            yuan(&mut self.random, 9_000, 22_000)
        } else {
            yuan(&mut self.random, 0, 3_000)
        };
        let business = yuan(&mut self.random, 2_000, 9_000);
        let property = yuan(&mut self.random, 0, 1_200);
        let transfer = yuan(&mut self.random, 1_500, 6_000) + if works { 0 } else { 400_000 };
        let expense = business / 3;
        facts.wage_income_fen = Some(wages);
        facts.business_income_fen = Some(business);
        facts.property_income_fen = Some(property);
        facts.transfer_income_fen = Some(transfer);
        facts.business_expense_fen = Some(expense);
        facts.income_per_head_fen = Some((wages + business + property + transfer - expense) / size);
    }

    fn family(&mut self, shape: Shape) -> (Vec<Member>, Cause, Vec<Measure>) {
        let surname = self.surname();
        let other = self.surname();
        let parent_age = self.random.random_range(36..52);
        match shape {
            Shape::Old => {
                let age = self.random.random_range(66..84);
                let mut members = vec![self.member(surname, Relation::Head, Sex::Male, age)];
                if !self.one_in(3) {
                    members.push(self.member(other, Relation::Spouse, Sex::Female, age - 2));
                }
                for member in &mut members {
                    member.minimum_living = Some(true);
                }
                (
                    members,
                    Cause::LackOfLabour,
                    vec![Measure::SocialSecurity, Measure::SocialAid],
                )
            }
            Shape::Students => {
                let mut members = self.couple(surname, other, parent_age);
                self.send_to_work(&mut members[0]);
                let age = self.random.random_range(8..20);
                members.push(self.child(surname, age));
                if self.one_in(2) {
                    members.push(self.child(surname, (age - 4).max(4)));
                }
                (
                    members,
                    Cause::Schooling,
                    vec![Measure::Education, Measure::Employment],
                )
            }
            Shape::Ill => {
                let mut members = self.couple(surname, other, parent_age);
                self.send_to_work(&mut members[0]);
                let mut mother = self.member(other, Relation::Mother, Sex::Female, parent_age + 25);
                mother.health = Some(self.pick(&[Health::ChronicIllness, Health::SeriousIllness]));
                members.push(mother);
                (
                    members,
                    Cause::Illness,
                    vec![Measure::Health, Measure::Employment],
                )
            }
            Shape::Disabled => {
                let mut members = self.couple(surname, other, parent_age);
                members[1].health = Some(Health::Disabled);
                members[1].labour = Some(Labour::Lost);
                members[1].months_worked = None;
                if self.one_in(2) {
                    members.push(self.child(surname, 9));
                }
                (
                    members,
                    Cause::Disability,
                    vec![Measure::DisabilityAid, Measure::Industry],
                )
            }
            Shape::Stuck => {
                let mut members = self.couple(surname, other, parent_age);
                if self.one_in(2) {
                    self.send_to_work(&mut members[0]);
                }
                let cause = self.pick(&[
                    Cause::LackOfSkill,
                    Cause::LackOfFunds,
                    Cause::LackOfMotivation,
                ]);
                (members, cause, vec![Measure::Industry, Measure::Finance])
            }
        }
    }

    fn couple(&mut self, surname: char, other: char, age: i32) -> Vec<Member> {
        vec![
            self.member(surname, Relation::Head, Sex::Male, age),
            self.member(other, Relation::Spouse, Sex::Female, age - 1),
        ]
    }

    fn child(&mut self, surname: char, age: i32) -> Member {
        if self.one_in(2) {
            self.member(surname, Relation::Son, Sex::Male, age)
        } else {
            self.member(surname, Relation::Daughter, Sex::Female, age)
        }
    }

    fn person(&mut self, index: usize) -> StaffFacts {
        let per_unit = STAFF / UNITS.len();
        let (unit, town) = UNITS[index / per_unit];
        let (rank, position) = match index % per_unit {
            0 if index < per_unit => (Rank::BureauLeader, "局长"),
            1 if index < per_unit => (Rank::BureauLeader, "副局长"),
            0 => (Rank::Middle, "校长"),
            1..4 => (Rank::Middle, "主任"),
            _ => (Rank::Ordinary, "教师"),
        };
        let sex = self.pick(&[Sex::Male, Sex::Female]);
        let surname = self.surname();
        let age = self.random.random_range(27..58);
        StaffFacts {
            number: Some(format!("T{:04}", index + 1)),
            identity_number: self.identity(sex, age),
            name: self.named(surname, sex),
            sex: Some(sex),
            unit: unit.to_owned(),
            position: Some(position.to_owned()),
            rank,
            political_status: Some(self.pick(&["中共党员", "群众", "民盟盟员"]).to_owned()),
            phone: Some(self.phone()),
            // Most leave it to the rank; in four schools of ten everyone takes more than one.
            capacity: (rank == Rank::Ordinary && !self.one_in(4))
                .then(|| self.random.random_range(2..4)),
            town: town
                .filter(|_| index.is_multiple_of(5))
                .map(|town| TOWNS[town].0.to_owned()),
            specialty: Some(self.pick(&SUBJECTS).to_owned()),
            ..StaffFacts::default()
        }
    }
}

fn schooling_at(age: i32) -> Schooling {
    match age {
        4..7 => Schooling::Preschool,
        7..13 => Schooling::Primary,
        13..16 => Schooling::LowerSecondary,
        16..19 => Schooling::UpperSecondary,
        19..22 => Schooling::JuniorCollege,
        _ => Schooling::None,
    }
}

#[cfg(test)]
mod tests;
