//! Which helper suits which cause of poverty: what a helper is good at, and the table of what each
//! cause calls for, which stands until the office sets its own.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};

use crate::code_list;
use crate::code_list::CodeList;
use crate::codes::Cause;
use crate::text::squeezed;

code_list! {
    /// What a helper can draw on, read from 专长, 职务 and the name of the unit: a teacher of
    /// mathematics at a school for special education knows of both. The synonyms are the words that
    /// are looked for.
    pub enum Skill = "helper_skill", "专长类别" {
        Agriculture = "agriculture", "农技",
            ["农业", "农艺", "种植", "养殖", "畜牧", "水产", "园艺", "林业", "果树", "蔬菜"];
        Vocational = "vocational", "职业技能",
            ["职教", "职业", "职中", "职高", "技校", "技工", "电工", "焊工", "机械", "烹饪", "家政", "汽修", "缝纫", "电商"];
        Medicine = "medicine", "医疗",
            ["校医", "医院", "医生", "医师", "卫生", "护士", "护理", "疾控", "康复", "中医", "保健"];
        Disability = "disability", "助残", ["特殊教育", "特教", "残联", "手语"];
        Counselling = "counselling", "思想与心理",
            ["心理", "思政", "政工", "党务", "党建", "团委", "德育", "妇联", "班主任"];
        Law = "law", "法律", ["司法", "律师", "普法", "调解", "民政"];
        Finance = "finance", "金融财务", ["金融", "财务", "财政", "会计", "银行", "信贷", "信用社", "保险", "审计"];
        Engineering = "engineering", "工程", ["水利", "水电", "交通", "公路", "建筑", "土木", "住建", "测绘", "基建"];
        Teaching = "teaching", "教育",
            ["教师", "教学", "教研", "学校", "中学", "小学", "幼儿园", "高中", "初中", "校长", "语文", "数学",
             "英语", "物理", "化学", "生物", "历史", "地理", "政治", "音乐", "体育", "美术", "信息技术"];
    }
}

code_list! {
    /// How well a helper's skills fit a household's main cause.
    pub enum Fit = "fit", "专长对口程度" {
        Best = "best", "对口", [];
        Good = "good", "相近", [];
        None = "none", "不对口", [];
        Any = "any", "无特别要求", [];
    }
}

/// The skills of a helper, in the order of the list; none if no text names one.
pub fn skills_of(specialty: Option<&str>, position: Option<&str>, unit: &str) -> Vec<Skill> {
    let texts = [
        specialty.unwrap_or_default(),
        position.unwrap_or_default(),
        unit,
    ]
    .map(squeezed);
    let names = |skill: &Skill| {
        let entry = skill.entry();
        let mut words = entry.synonyms.iter().chain(std::iter::once(&entry.label));
        words.any(|word| texts.iter().any(|text| text.contains(word)))
    };
    Skill::ENTRIES
        .iter()
        .map(|entry| entry.value)
        .filter(names)
        .collect()
}

/// A row of the table of fits: what a helper with this skill costs for a household with this cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
pub struct CauseFit {
    /// Main cause (主要致贫原因).
    pub cause: Cause,
    /// Kind of skill (专长类别).
    pub skill: Skill,
    /// What the pair costs for it; 0 where nothing fits better.
    #[oai(validator(minimum(value = "0"), maximum(value = "1000")))]
    pub cost: i64,
}

/// Cost of a skill that is near what a cause calls for, unless the office sets another.
const NEAR: i64 = 15;

/// The table of fits that stands until the office sets its own: for each cause the skills that fit
/// best, and those that are near.
pub fn default_fits() -> Vec<CauseFit> {
    use Cause as C;
    use Skill as S;
    let table: [(Cause, &[Skill], &[Skill]); 12] = [
        (C::Illness, &[S::Medicine], &[S::Counselling]),
        (
            C::Disability,
            &[S::Disability, S::Medicine],
            &[S::Vocational],
        ),
        (
            C::Schooling,
            &[S::Teaching],
            &[S::Disability, S::Counselling],
        ),
        (
            C::Disaster,
            &[S::Engineering],
            &[S::Finance, S::Agriculture],
        ),
        (C::Marriage, &[S::Law], &[S::Counselling]),
        (C::LackOfLand, &[S::Agriculture], &[S::Vocational]),
        (C::LackOfWater, &[S::Engineering], &[S::Agriculture]),
        (C::LackOfSkill, &[S::Agriculture, S::Vocational], &[]),
        (C::LackOfLabour, &[S::Law], &[S::Agriculture]),
        (C::LackOfFunds, &[S::Finance], &[S::Agriculture]),
        (C::PoorTransport, &[S::Engineering], &[]),
        (C::LackOfMotivation, &[S::Counselling], &[S::Teaching]),
    ];
    let rows = table.into_iter().flat_map(|(cause, best, near)| {
        let row = move |cost| {
            move |skill: &Skill| CauseFit {
                cause,
                skill: *skill,
                cost,
            }
        };
        best.iter().map(row(0)).chain(near.iter().map(row(NEAR)))
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::pairing_rules::{FitTwice, PairingRules};

    #[test]
    fn specialty_post_and_unit_name_skills() {
        use Skill as S;
        assert_eq!(
            skills_of(Some("水产养殖"), Some("教师"), "某局"),
            [S::Agriculture, S::Teaching]
        );
        assert_eq!(
            skills_of(Some("书法"), Some("校 医"), "实验小学"),
            [S::Medicine, S::Teaching]
        );
        assert_eq!(
            skills_of(Some("数学"), None, "县特殊教育学校"),
            [S::Disability, S::Teaching]
        );
        assert_eq!(
            skills_of(Some("心理、语文"), None, "某局"),
            [S::Counselling, S::Teaching]
        );
        assert!(skills_of(None, Some("科员"), "某局").is_empty());
    }

    #[test]
    fn each_cause_that_calls_for_a_skill_has_a_best_one() {
        let rules = PairingRules::default();
        for entry in Cause::ENTRIES {
            let wanted = rules.wanted(Some(entry.value));
            let called_for = entry.value != Cause::Other;
            assert_eq!(
                wanted.iter().any(|(_, cost)| *cost == 0),
                called_for,
                "{}",
                entry.label
            );
            assert_eq!(wanted.is_empty(), !called_for, "{}", entry.label);
        }
        assert_eq!(rules.check(), Ok(()));
        let fit = |cause, skills: &[Skill]| rules.fit(&rules.wanted(cause), skills);
        assert_eq!(
            fit(Some(Cause::Schooling), &[Skill::Teaching]),
            (Fit::Best, 0)
        );
        assert_eq!(
            fit(Some(Cause::LackOfMotivation), &[Skill::Teaching]),
            (Fit::Good, 15)
        );
        assert_eq!(
            fit(Some(Cause::Illness), &[Skill::Finance]),
            (Fit::None, 30)
        );
        assert_eq!(fit(None, &[]), (Fit::Any, 0));
        assert_eq!(fit(Some(Cause::Other), &[Skill::Law]), (Fit::Any, 0));
    }

    #[test]
    fn the_table_is_the_offices_own() {
        let row = |skill, cost| CauseFit {
            cause: Cause::Illness,
            skill,
            cost,
        };
        let rules = PairingRules {
            fits: vec![
                row(Skill::Law, 7),
                row(Skill::Medicine, 90),
                row(Skill::Finance, 20),
            ],
            ..PairingRules::default()
        };
        let fit = |skills: &[Skill]| rules.fit(&rules.wanted(Some(Cause::Illness)), skills);
        assert_eq!(fit(&[Skill::Law]), (Fit::Best, 7));
        assert_eq!(fit(&[Skill::Medicine, Skill::Finance]), (Fit::Good, 20));
        // A skill that is priced above none is no worse than none.
        assert_eq!(fit(&[Skill::Medicine]), (Fit::Good, 30));
        assert_eq!(fit(&[Skill::Teaching]), (Fit::None, 30));
        assert_eq!(
            rules.fit(&rules.wanted(Some(Cause::Schooling)), &[]),
            (Fit::Any, 0)
        );
        let twice = PairingRules {
            fits: vec![row(Skill::Law, 7), row(Skill::Law, 8)],
            ..rules
        };
        assert_eq!(twice.check(), Err(FitTwice(Cause::Illness, Skill::Law)));
    }
}
