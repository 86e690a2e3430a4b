//! Which helper suits which cause of poverty: two documented tables, read by the pairing's costs.

use crate::code_list;
use crate::code_list::CodeList;
use crate::household::Cause;
use crate::text::squeezed;

code_list! {
    /// What a helper can draw on, read from 专长, 职务 and the name of the unit: a teacher of
    /// mathematics at a school for special education knows of both. The synonyms are the words that
    /// are looked for.
    pub enum Skill = "skill", "专长类别" {
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

/// The skills that fit a cause best and those that fit it well; both empty where none is called for.
pub fn wanted(cause: Option<Cause>) -> (&'static [Skill], &'static [Skill]) {
    use Skill as S;
    match cause {
        Some(Cause::Illness) => (&[S::Medicine], &[S::Counselling]),
        Some(Cause::Disability) => (&[S::Disability, S::Medicine], &[S::Vocational]),
        Some(Cause::Schooling) => (&[S::Teaching], &[S::Disability, S::Counselling]),
        Some(Cause::Disaster) => (&[S::Engineering], &[S::Finance, S::Agriculture]),
        Some(Cause::Marriage) => (&[S::Law], &[S::Counselling]),
        Some(Cause::LackOfLand) => (&[S::Agriculture], &[S::Vocational]),
        Some(Cause::LackOfWater) => (&[S::Engineering], &[S::Agriculture]),
        Some(Cause::LackOfSkill) => (&[S::Agriculture, S::Vocational], &[]),
        Some(Cause::LackOfLabour) => (&[S::Law], &[S::Agriculture]),
        Some(Cause::LackOfFunds) => (&[S::Finance], &[S::Agriculture]),
        Some(Cause::PoorTransport) => (&[S::Engineering], &[]),
        Some(Cause::LackOfMotivation) => (&[S::Counselling], &[S::Teaching]),
        Some(Cause::Other) | None => (&[], &[]),
    }
}

/// How well these skills fit this cause.
pub fn fit(cause: Option<Cause>, skills: &[Skill]) -> Fit {
    let (best, good) = wanted(cause);
    let any_of = |wanted: &[Skill]| skills.iter().any(|skill| wanted.contains(skill));
    if best.is_empty() && good.is_empty() {
        Fit::Any
    } else if any_of(best) {
        Fit::Best
    } else if any_of(good) {
        Fit::Good
    } else {
        Fit::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for entry in Cause::ENTRIES {
            let (best, good) = wanted(Some(entry.value));
            assert_eq!(
                best.is_empty(),
                entry.value == Cause::Other,
                "{}",
                entry.label
            );
            assert!(good.iter().all(|skill| !best.contains(skill)));
        }
        assert_eq!(fit(Some(Cause::Schooling), &[Skill::Teaching]), Fit::Best);
        assert_eq!(
            fit(Some(Cause::LackOfMotivation), &[Skill::Teaching]),
            Fit::Good
        );
        assert_eq!(fit(Some(Cause::Illness), &[Skill::Finance]), Fit::None);
        assert_eq!(fit(None, &[]), Fit::Any);
        assert_eq!(fit(Some(Cause::Other), &[Skill::Law]), Fit::Any);
    }
}
