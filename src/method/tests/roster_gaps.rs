//! What a roster must say before a situation can be clear.

use chrono::NaiveDate;

use super::{day, today};
use crate::household::{
    Category, Health, HouseholdFacts, HousingGrade, Labour, Member, Relation, Schooling, Sex,
};
use crate::method::evidence;

fn missing_facts(facts: &HouseholdFacts, today: NaiveDate) -> Vec<String> {
    let missing = evidence::missing_facts(facts, today);
    missing.into_iter().map(|gap| gap.zh).collect()
}

fn complete() -> HouseholdFacts {
    HouseholdFacts {
        category: Some(Category::General),
        income_per_head_fen: Some(500_000),
        housing_grade: Some(HousingGrade::B),
        water_safe: Some(false),
        members: vec![Member {
            sex: Some(Sex::Female),
            birth_date: Some(day("1970-01-01")),
            health: Some(Health::Healthy),
            labour: Some(Labour::Ordinary),
            ..Member::of("王秀兰", Relation::Head)
        }],
        ..HouseholdFacts::of("草庙镇", "前进村")
    }
}

#[test]
fn gaps_of_the_roster_are_named() {
    assert_eq!(missing_facts(&complete(), today()), Vec::<String>::new());
    let empty = HouseholdFacts::of("草庙镇", "前进村");
    assert_eq!(
        missing_facts(&empty, today()),
        [
            "贫困户属性",
            "年人均纯收入",
            "住房安全",
            "饮水安全",
            "家庭成员"
        ]
    );
    let child = |born: &str| {
        let mut facts = complete();
        facts.members.push(Member {
            sex: Some(Sex::Male),
            birth_date: Some(day(born)),
            health: Some(Health::Healthy),
            ..Member::of("王小宝", Relation::Son)
        });
        missing_facts(&facts, today())
    };
    assert_eq!(child("2019-11-26"), Vec::<String>::new());
    assert_eq!(child("2019-11-25"), ["王小宝的在校生状况"]);
    assert_eq!(child("2010-11-26"), ["王小宝的在校生状况"]);
    assert_eq!(child("2010-11-25"), ["王小宝的劳动技能"]);
    let mut facts = complete();
    facts.members[0].birth_date = None;
    facts.members[0].sex = None;
    facts.members[0].health = None;
    facts.members[0].schooling = Some(Schooling::None);
    assert_eq!(
        missing_facts(&facts, today()),
        ["王秀兰的性别", "王秀兰的出生日期", "王秀兰的健康状况"]
    );
}
