//! The code lists of a household roster: what may stand in its cells.
//!
//! Source: the columns and code lists of the national poverty-alleviation register's export
//! (全国扶贫开发信息系统), with the labels that offices use and the spellings they type.

use crate::code_list;

code_list! {
    /// Male or female, as on the identity card.
    pub enum Sex = "sex", "性别" {
        Male = "male", "男", ["男性", "M"];
        Female = "female", "女", ["女性", "F"];
    }
}

code_list! {
    /// Why a household is poor (致贫原因). One main cause, at most two others.
    pub enum Cause = "cause", "致贫原因" {
        Illness = "illness", "因病", ["疾病", "因病致贫"];
        Disability = "disability", "因残", ["残疾", "因残致贫"];
        Schooling = "schooling", "因学", ["上学", "因学致贫"];
        Disaster = "disaster", "因灾", ["灾害", "因灾致贫", "因自然灾害"];
        Marriage = "marriage", "因婚", ["因婚致贫"];
        LackOfLand = "lack_of_land", "缺土地", ["缺地"];
        LackOfWater = "lack_of_water", "缺水", [];
        LackOfSkill = "lack_of_skill", "缺技术", ["缺技能"];
        LackOfLabour = "lack_of_labour", "缺劳力", ["缺劳动力", "缺乏劳动力"];
        LackOfFunds = "lack_of_funds", "缺资金", ["缺乏资金"];
        PoorTransport = "poor_transport", "交通条件落后", ["交通落后", "交通不便"];
        LackOfMotivation = "lack_of_motivation", "自身发展动力不足", ["自身发展力不足", "内生动力不足"];
        Other = "other", "其他", ["其它"];
    }
}

code_list! {
    /// What kind of household it is on the register (贫困户属性, later 户类型).
    pub enum Category = "category", "贫困户属性" {
        General = "general", "一般贫困户", ["一般", "一般农户(贫困户)"];
        MinimumLiving = "minimum_living", "低保贫困户", ["低保户"];
        ExtremePoverty = "extreme_poverty", "特困供养(五保)贫困户",
            ["特困供养贫困户", "五保贫困户", "五保户", "特困户", "特困人员"];
        UnstableLifted = "unstable_lifted", "脱贫不稳定户", ["脱贫不稳定"];
        EdgePoverty = "edge_poverty", "边缘易致贫户", ["边缘户", "边缘易致贫"];
        SuddenHardship = "sudden_hardship", "突发严重困难户", ["突发严重困难"];
        LiftedHousehold = "lifted_household", "脱贫户", ["已脱贫户"];
    }
}

code_list! {
    /// Where a household stands (脱贫属性).
    pub enum PovertyStatus = "poverty_status", "脱贫属性" {
        Poor = "poor", "未脱贫", ["贫困"];
        LiftedWithPolicy = "lifted_with_policy", "已脱贫(享受政策)", ["已脱贫", "脱贫", "脱贫享受政策"];
        LiftedWithoutPolicy = "lifted_without_policy", "已脱贫(不享受政策)", ["脱贫不享受政策"];
        Relapsed = "relapsed", "返贫", ["已返贫"];
    }
}

impl PovertyStatus {
    /// Whether the register calls the household lifted.
    pub fn is_lifted(self) -> bool {
        matches!(self, Self::LiftedWithPolicy | Self::LiftedWithoutPolicy)
    }
}

code_list! {
    /// A member's relation to the head of the household (与户主关系).
    pub enum Relation = "relation", "与户主关系" {
        Head = "head", "户主", ["本人", "本人或户主"];
        Spouse = "spouse", "配偶", ["妻子", "丈夫", "妻", "夫"];
        Son = "son", "之子", ["子", "儿子", "长子", "次子", "三子", "独生子"];
        Daughter = "daughter", "之女", ["女", "女儿", "长女", "次女", "三女", "独生女"];
        DaughterInLaw = "daughter_in_law", "之儿媳", ["儿媳", "媳妇"];
        SonInLaw = "son_in_law", "之女婿", ["女婿"];
        Grandson = "grandson", "之孙子", ["孙子"];
        Granddaughter = "granddaughter", "之孙女", ["孙女"];
        DaughtersSon = "daughters_son", "之外孙子", ["外孙子", "外孙"];
        DaughtersDaughter = "daughters_daughter", "之外孙女", ["外孙女"];
        Father = "father", "之父", ["父亲", "父"];
        Mother = "mother", "之母", ["母亲", "母"];
        WifesFather = "wifes_father", "之岳父", ["岳父"];
        WifesMother = "wifes_mother", "之岳母", ["岳母"];
        HusbandsFather = "husbands_father", "之公公", ["公公"];
        HusbandsMother = "husbands_mother", "之婆婆", ["婆婆"];
        Grandfather = "grandfather", "之祖父", ["祖父", "爷爷"];
        Grandmother = "grandmother", "之祖母", ["祖母", "奶奶"];
        Sibling = "sibling", "之兄弟姐妹", ["兄弟姐妹", "兄", "弟", "姐", "妹", "哥哥", "弟弟", "姐姐", "妹妹"];
        Other = "other", "其他", ["其它", "其他关系", "之其他"];
    }
}

impl Relation {
    /// The sex that the word says.
    pub fn sex(self) -> Option<Sex> {
        match self {
            Self::Son
            | Self::SonInLaw
            | Self::Grandson
            | Self::DaughtersSon
            | Self::Father
            | Self::WifesFather
            | Self::HusbandsFather
            | Self::Grandfather => Some(Sex::Male),
            Self::Daughter
            | Self::DaughterInLaw
            | Self::Granddaughter
            | Self::DaughtersDaughter
            | Self::Mother
            | Self::WifesMother
            | Self::HusbandsMother
            | Self::Grandmother => Some(Sex::Female),
            Self::Head | Self::Spouse | Self::Sibling | Self::Other => None,
        }
    }

    /// Children and grandchildren of the head. Their spouses may be of any age.
    pub fn is_younger_generation(self) -> bool {
        matches!(
            self,
            Self::Son
                | Self::Daughter
                | Self::Grandson
                | Self::Granddaughter
                | Self::DaughtersSon
                | Self::DaughtersDaughter
        )
    }

    /// Parents and grandparents of the head. The spouse's parents may be of any age.
    pub fn is_older_generation(self) -> bool {
        matches!(
            self,
            Self::Father | Self::Mother | Self::Grandfather | Self::Grandmother
        )
    }
}

code_list! {
    /// Schooling completed (文化程度).
    pub enum Education = "education", "文化程度" {
        Illiterate = "illiterate", "文盲或半文盲", ["文盲", "半文盲", "文盲半文盲"];
        Primary = "primary", "小学", [];
        LowerSecondary = "lower_secondary", "初中", ["初级中学"];
        UpperSecondary = "upper_secondary", "高中", ["中专", "高级中学", "中专(高中)"];
        JuniorCollege = "junior_college", "大专", ["专科"];
        Bachelor = "bachelor", "本科及以上", ["本科", "大学本科", "大学"];
    }
}

code_list! {
    /// Whether and where a member is at school now (在校生状况).
    pub enum Schooling = "schooling", "在校生状况" {
        None = "none", "非在校生", ["否", "不在校"];
        Preschool = "preschool", "学前教育", ["幼儿园", "学龄前"];
        Primary = "primary", "小学", ["小学在校"];
        LowerSecondary = "lower_secondary", "初中(七/八/九年级)",
            ["初中", "七年级", "八年级", "九年级", "初中七年级", "初中八年级", "初中九年级"];
        UpperSecondary = "upper_secondary", "普通高中",
            ["高中", "普通高中一年级", "普通高中二年级", "普通高中三年级"];
        Vocational = "vocational", "中职", ["中专", "职高", "中等职业学校", "中职一年级", "中职二年级", "中职三年级"];
        JuniorCollege = "junior_college", "高职高专", ["大专", "高职", "高职高专一年级", "高职高专二年级", "高职高专三年级"];
        Bachelor = "bachelor", "本科", ["大学", "本科一年级", "本科二年级", "本科三年级", "本科四年级"];
        Postgraduate = "postgraduate", "硕士及以上", ["硕士", "研究生", "博士"];
    }
}

impl Schooling {
    /// Whether this is 在校生: at a school or a kindergarten. Both cost a household money.
    pub fn is_enrolled(self) -> bool {
        self != Self::None
    }

    /// Whether this is a school as compulsory education asks for one; a kindergarten is none.
    pub fn is_school(self) -> bool {
        self.is_enrolled() && self != Self::Preschool
    }
}

code_list! {
    /// State of health (健康状况).
    pub enum Health = "health", "健康状况" {
        Healthy = "healthy", "健康", ["良好", "健康或良好"];
        ChronicIllness = "chronic_illness", "长期慢性病", ["慢性病", "患有慢性病"];
        SeriousIllness = "serious_illness", "患有大病", ["大病", "重病"];
        Disabled = "disabled", "残疾", ["残疾人"];
    }
}

code_list! {
    /// Ability to work (劳动技能).
    pub enum Labour = "labour", "劳动技能" {
        Ordinary = "ordinary", "普通劳动力", ["普通劳力"];
        Skilled = "skilled", "技能劳动力", ["技术劳动力"];
        Weak = "weak", "弱劳动力或半劳动力", ["弱劳动力", "半劳动力", "弱(半)劳动力"];
        Lost = "lost", "丧失劳动力", ["丧失劳动能力"];
        None = "none", "无劳动力", ["无劳动能力", "无劳力"];
    }
}

code_list! {
    /// Where a member works away from home (务工状况).
    pub enum Workplace = "workplace", "务工状况" {
        InTown = "in_town", "乡(镇)内", ["乡镇内务工", "乡(镇)内务工", "乡镇内"];
        InCounty = "in_county", "乡(镇)外县内", ["乡(镇)外县内务工", "县内务工", "县内"];
        InProvince = "in_province", "县外省内", ["县外省内务工", "省内务工", "省内"];
        OutOfProvince = "out_of_province", "省外", ["省外务工"];
        Other = "other", "其他", ["其它"];
    }
}

code_list! {
    /// How a household is helped (帮扶措施).
    pub enum Measure = "measure", "帮扶措施" {
        Industry = "industry", "产业", ["产业帮扶", "产业扶贫", "发展产业"];
        Employment = "employment", "就业", ["就业帮扶", "就业扶贫", "务工"];
        Education = "education", "教育", ["教育帮扶", "教育扶贫", "教育资助"];
        Health = "health", "健康", ["健康帮扶", "健康扶贫", "医疗救助"];
        Finance = "finance", "金融", ["金融帮扶", "金融扶贫", "小额信贷"];
        Housing = "housing", "危房改造", ["危改"];
        Relocation = "relocation", "易地搬迁", ["易地扶贫搬迁", "搬迁"];
        SocialSecurity = "social_security", "社会保障兜底", ["兜底保障", "社会保障", "低保", "低保兜底", "兜底"];
        Ecology = "ecology", "生态", ["生态帮扶", "生态扶贫", "护林员"];
        Water = "water", "饮水", ["饮水安全", "安全饮水"];
        DisabilityAid = "disability_aid", "残疾帮扶", ["残疾人帮扶", "助残"];
        SocialAid = "social_aid", "社会帮扶", ["社会扶贫", "社会捐助", "结对帮扶"];
        Other = "other", "其他", ["其它"];
    }
}

code_list! {
    /// Grade of a dwelling (危房等级, JGJ 125): C and D are unsafe.
    pub enum HousingGrade = "housing_grade", "危房等级" {
        A = "a", "A级", ["A"];
        B = "b", "B级", ["B"];
        C = "c", "C级", ["C", "C级危房"];
        D = "d", "D级", ["D", "D级危房"];
    }
}

impl HousingGrade {
    /// Whether a dwelling of this grade may be lived in safely.
    pub fn is_safe(self) -> bool {
        matches!(self, Self::A | Self::B)
    }
}

code_list! {
    /// What an import does to a record.
    pub enum Action = "import_action", "导入动作" {
        New = "new", "新增", [];
        Changed = "changed", "变更", [];
        Unchanged = "unchanged", "未变", [];
        Closed = "closed", "并入他户", [];
        LeftOut = "left_out", "不导入", [];
        Absent = "absent", "名册中没有", [];
    }
}

impl Action {
    /// Whether a record with this action can be taken into the register: it has no error, every question about
    /// it is decided, and nobody decided to leave it out.
    pub fn is_good(self, has_errors: bool, undecided: &[String]) -> bool {
        !has_errors && undecided.is_empty() && self != Self::LeftOut
    }
}
