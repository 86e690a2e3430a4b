//! The code lists of a household roster: what may stand in its cells.
//!
//! Source: the columns and code lists of the national poverty-alleviation register's export
//! (全国扶贫开发信息系统), with the labels that offices use and the spellings they type.

use crate::code_list;
use crate::code_list::CodeList;

code_list! {
    /// Male or female, as on the identity card.
    pub enum Sex = "sex", "性别" {
        Male = "male", "男", ["男性", "M"];
        Female = "female", "女", ["女性", "F"];
    }
}

code_list! {
    /// Why a household is poor (致贫原因). One main cause, at most two others.
    pub enum Cause = "poverty_cause", "致贫原因" {
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
        Other = "other", "其他", ["其它", "因意外事故", "意外事故", "因意外", "其他(请备注)", "其他(请注明)", "其他原因"];
    }
}

code_list! {
    /// What kind of household it is on the register (贫困户属性, later 户类型).
    pub enum Category = "household_category", "贫困户属性" {
        General = "general", "一般贫困户", ["一般", "一般农户(贫困户)", "一般贫困", "建档立卡一般贫困户"];
        MinimumLiving = "minimum_living", "低保贫困户" / "on minimum living allowance", ["低保户", "低保", "低保贫困"];
        ExtremePoverty = "extreme_poverty", "特困供养(五保)贫困户",
            ["特困供养贫困户", "五保贫困户", "五保户", "五保", "特困户", "特困人员", "特困供养", "特困供养户", "分散供养", "集中供养"];
        UnstableLifted = "unstable_lifted", "脱贫不稳定户", ["脱贫不稳定", "脱贫监测户", "脱贫不稳定监测户"];
        EdgePoverty = "edge_poverty", "边缘易致贫户", ["边缘户", "边缘易致贫"];
        SuddenHardship = "sudden_hardship", "突发严重困难户", ["突发严重困难"];
        LiftedHousehold = "lifted_household", "脱贫户", ["已脱贫户", "稳定脱贫户", "一般脱贫户", "脱贫户(享受政策)", "脱贫户(继续享受政策)", "脱贫户(不享受政策)",
            "脱贫户、监测户", "脱贫户/监测户", "脱贫户(监测户)"];
    }
}

code_list! {
    /// Where a household stands (脱贫属性).
    pub enum PovertyStatus = "poverty_status", "脱贫属性" {
        Poor = "poor", "未脱贫", ["贫困", "未脱贫户", "尚未脱贫", "还未脱贫", "没有脱贫", "没脱贫", "未退出"];
        LiftedWithPolicy = "lifted_with_policy", "已脱贫(享受政策)", [
            "已脱贫", "脱贫", "脱贫享受政策", "脱贫户", "已脱贫户", "稳定脱贫", "已稳定脱贫", "稳定脱贫户", "已退出",
            "脱贫退出", "脱贫(享受政策)", "已脱贫享受政策", "已稳定脱贫户", "正常脱贫", "正常脱贫户", "已脱贫(继续享受政策)",
            "脱贫(继续享受政策)", "已脱贫继续享受政策", "脱贫继续享受政策", "已脱贫户(享受政策)", "脱贫户(享受政策)",
            "已脱贫(稳定)", "稳定脱贫(享受政策)",
        ];
        LiftedWithoutPolicy = "lifted_without_policy", "已脱贫(不享受政策)", ["脱贫不享受政策", "脱贫(不享受政策)", "已脱贫不享受政策", "脱贫不再享受政策", "已脱贫(不再享受政策)"];
        Relapsed = "relapsed", "返贫", ["已返贫", "返贫户"];
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
    pub enum Relation = "household_relation", "与户主关系" {
        Head = "head", "户主", ["本人", "本人或户主", "户主本人", "户主(本人)", "本人(户主)"];
        Spouse = "spouse", "配偶", [
            "妻子", "丈夫", "妻", "夫", "夫妻", "夫妇", "爱人", "老婆", "老公", "之妻", "之夫", "户主配偶", "户主之妻", "之配偶", "老伴", "老伴儿",
        ];
        Son = "son", "之子", [
            "子", "儿子", "长子", "次子", "三子", "四子", "五子", "六子", "二子", "独子", "独生子", "幼子", "小儿子", "大儿子",
            "二儿子", "三儿子", "四儿子", "儿", "养子", "继子", "之养子", "之继子", "婚生子", "非婚生子", "幺儿", "幺子", "满子",
        ];
        Daughter = "daughter", "之女", [
            "女", "女儿", "长女", "次女", "三女", "四女", "五女", "六女", "二女", "独女", "独生女", "幼女", "小女儿", "小女",
            "大女儿", "二女儿", "三女儿", "四女儿", "养女", "继女", "之养女", "之继女", "大女", "幺女", "满女",
        ];
        DaughterInLaw = "daughter_in_law", "之儿媳", ["儿媳", "儿媳妇", "长媳", "次媳", "三媳", "大儿媳", "二儿媳", "小儿媳", "三儿媳"];
        SonInLaw = "son_in_law", "之女婿", ["女婿", "大女婿", "二女婿", "小女婿", "长婿", "次婿", "上门女婿", "入赘女婿"];
        Grandson = "grandson", "之孙子", ["孙子", "长孙", "次孙", "大孙子", "二孙子", "小孙子", "孙儿", "三孙子"];
        Granddaughter = "granddaughter", "之孙女", ["孙女", "长孙女", "次孙女", "大孙女", "二孙女", "小孙女", "孙女儿"];
        DaughtersSon = "daughters_son", "之外孙子" / "daughter's son", ["外孙子", "外孙", "长外孙", "次外孙", "大外孙", "小外孙"];
        DaughtersDaughter = "daughters_daughter", "之外孙女" / "daughter's daughter", ["外孙女", "长外孙女", "次外孙女", "大外孙女", "小外孙女"];
        Father = "father", "之父", ["父亲", "父", "爸爸", "老父亲", "老父", "养父", "继父", "生父"];
        Mother = "mother", "之母", ["母亲", "母", "妈妈", "老母亲", "老母", "养母", "继母", "生母"];
        WifesFather = "wifes_father", "之岳父" / "wife's father", ["岳父", "老丈人", "丈人"];
        WifesMother = "wifes_mother", "之岳母" / "wife's mother", ["岳母", "丈母娘", "丈母"];
        HusbandsFather = "husbands_father", "之公公" / "husband's father", ["公公", "公爹"];
        HusbandsMother = "husbands_mother", "之婆婆" / "husband's mother", ["婆婆"];
        Grandfather = "grandfather", "之祖父", ["祖父", "爷爷", "爷"];
        Grandmother = "grandmother", "之祖母", ["祖母", "奶奶", "奶"];
        Sibling = "sibling", "之兄弟姐妹", ["兄弟姐妹", "兄", "弟", "姐", "妹", "哥哥", "弟弟", "姐姐", "妹妹",
            "大哥", "二哥", "三哥", "大姐", "二姐", "二弟", "三弟", "小弟", "二妹", "小妹", "胞兄", "胞弟", "胞姐", "胞妹", "兄弟",
            "姐妹", "兄长"];
        Other = "other", "其他", ["其它", "其他关系", "之其他", "弟媳", "弟媳妇", "弟妹", "弟妇", "嫂子", "嫂",
            "嫂嫂", "侄子", "侄", "侄儿", "侄女", "之侄子", "之侄女", "侄儿媳", "侄媳", "侄孙", "侄孙子", "侄孙女", "外甥", "外甥子", "外甥女", "叔叔",
            "叔父", "叔", "伯父", "伯伯", "大伯", "伯母", "婶婶", "婶子", "姑姑", "姑母", "姑父", "姨妈", "姨母", "姨父", "舅舅",
            "舅父", "舅母", "外祖父", "外祖母", "外公", "外婆", "姥姥", "姥爷", "曾孙", "曾孙子", "曾孙女", "重孙", "重孙子",
            "重孙女", "孙媳", "孙媳妇", "孙儿媳", "孙女婿", "外孙媳", "外孙女婿", "姐夫", "妹夫", "小叔", "小姑", "内弟", "妻弟",
            "侄媳妇", "侄儿媳妇", "堂兄", "堂哥", "堂弟", "堂姐", "堂妹", "堂侄", "堂侄子", "堂侄女", "堂兄弟", "表兄",
            "表哥", "表弟", "表姐", "表妹", "表侄", "表兄弟", "表姐妹", "堂姐妹",
            "亲戚", "其他亲属", "其他亲戚", "非亲属", "无亲属关系"];
    }
}

/// What may stand before a word of 与户主关系, since it is said of the head.
const OF_HEAD: [&str; 8] = [
    "户主之",
    "户主的",
    "系户主之",
    "为户主之",
    "系户主",
    "户主",
    "之",
    "其",
];

impl Relation {
    /// The relation that a cell of 与户主关系 means: 户主之子, 户主的长女 and 之长子 are said of the head,
    /// with other words before them than the list has.
    pub fn of_cell(text: &str) -> Option<Self> {
        use crate::code_list::CodeList;
        Self::recognise(text).or_else(|| {
            let tight = crate::text::squeezed(text);
            // 子(长) is 长子, 妻(配偶) says one thing twice.
            if let Some((outer, inner)) = tight.strip_suffix(')').and_then(|it| it.split_once('('))
            {
                let both =
                    Self::recognise(outer).filter(|one| Self::recognise(inner) == Some(*one));
                return Self::recognise(&format!("{inner}{outer}")).or(both);
            }
            let bare = OF_HEAD
                .into_iter()
                .find_map(|before| tight.strip_prefix(before))?;
            // «户主» alone was recognised; what follows it must be a word of its own.
            let relation = Self::recognise(bare)?;
            (relation != Self::Head).then_some(relation)
        })
    }

    /// The relations any of which a word may mean that means one thing here and another there, or does not
    /// say of which sex somebody is: 媳妇 is the wife in one half of the country, and the son's wife in the
    /// other. Empty for every other word.
    pub fn meanings(text: &str) -> &'static [Self] {
        let tight = crate::text::squeezed(text);
        let bare = OF_HEAD
            .into_iter()
            .find_map(|before| tight.strip_prefix(before));
        match bare.unwrap_or(&tight) {
            "媳妇" | "媳妇儿" | "媳" | "小媳妇" | "老媳妇" => {
                &[Self::Spouse, Self::DaughterInLaw]
            }
            "孩子" | "小孩" | "孩" | "娃" | "娃娃" | "娃儿" | "子女" | "儿女" | "小孩子"
            | "大孩子" | "二孩子" | "养子女" | "继子女" | "小娃" | "大娃" | "二娃" | "大孩"
            | "二孩" => &[Self::Son, Self::Daughter],
            "孙" | "孙子女" | "孙辈" | "孙子孙女" => {
                &[Self::Grandson, Self::Granddaughter]
            }
            "外孙子女" => &[Self::DaughtersSon, Self::DaughtersDaughter],
            "父母" | "老人" | "爹娘" | "爸妈" => &[Self::Father, Self::Mother],
            "公婆" => &[Self::HusbandsFather, Self::HusbandsMother],
            "岳父母" => &[Self::WifesFather, Self::WifesMother],
            "祖父母" | "爷爷奶奶" => &[Self::Grandfather, Self::Grandmother],
            // The daughter, or in the south-west a sister of the father.
            "姑娘" => &[Self::Daughter, Self::Other],
            _ => &[],
        }
    }

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
    pub enum Education = "education_level", "文化程度" {
        Illiterate = "illiterate", "文盲或半文盲", ["文盲", "半文盲", "文盲半文盲", "文盲/半文盲", "不识字", "未上学", "未上过学", "没上过学"];
        Primary = "primary", "小学", ["小学毕业", "小学肄业", "小学文化"];
        LowerSecondary = "lower_secondary", "初中", ["初级中学", "初中毕业", "初中肄业", "初中文化"];
        UpperSecondary = "upper_secondary", "高中", ["中专", "高级中学", "中专(高中)", "高中毕业", "高中(中专)", "高中文化", "职高", "中技", "技校", "普通高中"];
        JuniorCollege = "junior_college", "大专", ["专科", "大学专科", "大专毕业", "高职"];
        Bachelor = "bachelor", "本科及以上", ["本科", "大学本科", "大学", "本科毕业", "研究生", "硕士", "博士", "硕士研究生", "博士研究生"];
    }
}

code_list! {
    /// Whether and where a member is at school now (在校生状况).
    pub enum Schooling = "schooling_state", "在校生状况" {
        None = "none", "非在校生" / "not at school", ["否", "不在校", "不在校生", "非在校", "未在校", "不是在校生"];
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
    pub enum Health = "health_state", "健康状况" {
        Healthy = "healthy", "健康", ["良好", "健康或良好", "身体健康", "健康状况良好", "健康良好"];
        ChronicIllness = "chronic_illness", "长期慢性病", ["慢性病", "患有慢性病", "长期慢性疾病", "慢性疾病", "患慢性病", "患长期慢性病"];
        SeriousIllness = "serious_illness", "患有大病", ["大病", "重病", "患大病", "重大疾病", "重大病"];
        Disabled = "disabled", "残疾", ["残疾人", "有残疾", "患有残疾"];
    }
}

code_list! {
    /// Ability to work (劳动技能).
    pub enum Labour = "labour_ability", "劳动技能" {
        Ordinary = "ordinary", "普通劳动力", ["普通劳力", "普通劳动者", "一般劳动力"];
        Skilled = "skilled", "技能劳动力", ["技术劳动力"];
        Weak = "weak", "弱劳动力或半劳动力", ["弱劳动力", "半劳动力", "弱(半)劳动力", "弱劳力", "半劳力", "弱半劳动力", "弱劳动力/半劳动力",
            "部分丧失劳动能力", "部分丧失劳动力", "丧失部分劳动能力", "丧失部分劳动力"];
        Lost = "lost", "丧失劳动力" / "ability to work lost", ["丧失劳动能力", "丧失劳力"];
        None = "none", "无劳动力" / "no ability to work", ["无劳动能力", "无劳力", "没有劳动力", "没有劳动能力", "没劳动力", "非劳动力"];
    }
}

code_list! {
    /// Where a member works away from home (务工状况).
    pub enum Workplace = "workplace", "务工状况" {
        InTown = "in_town", "乡(镇)内", ["乡镇内务工", "乡(镇)内务工", "乡镇内"];
        InCounty = "in_county", "乡(镇)外县内", ["乡(镇)外县内务工", "县内务工", "县内"];
        InProvince = "in_province", "县外省内", ["县外省内务工", "省内务工", "省内"];
        OutOfProvince = "out_of_province", "省外", ["省外务工", "外省", "外省务工"];
        Other = "other", "其他", ["其它"];
    }
}

code_list! {
    /// How a household is helped (帮扶措施).
    pub enum Measure = "help_measure", "帮扶措施" {
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
        A = "a", "A级" / "grade A", ["A"];
        B = "b", "B级" / "grade B", ["B"];
        C = "c", "C级" / "grade C", ["C", "C级危房"];
        D = "d", "D级" / "grade D", ["D", "D级危房"];
    }
}

impl HousingGrade {
    /// Whether a dwelling of this grade may be lived in safely.
    pub fn is_safe(self) -> bool {
        matches!(self, Self::A | Self::B)
    }
}

code_list! {
    /// What became of a member whom the register has in a household and the roster of an import has not.
    pub enum LeaveAnswer = "import_leave_answer", "已登记但本名册未列的成员" {
        MovedAway = "moved_away", "迁出", [];
        Died = "died", "去世", [];
        Stays = "stays", "漏列，仍在本户", [];
        SamePerson = "same_person", "即名册中的另一人", [];
    }
}

code_list! {
    /// The answers that questions of an import take; each question says which of them are its own.
    pub enum ImportAnswer = "import_answer", "导入待决事项的答复" {
        MovedAway = "moved_away", "迁出", [];
        Died = "died", "去世", [];
        Stays = "stays", "漏列，仍在本户", [];
        SamePerson = "same_person", "同一人", [];
        AnotherPerson = "another_person", "另一人", [];
        SamePlace = "same_place", "同一地方", [];
        DifferentPlaces = "different_places", "不同的地方", [];
        Renamed = "renamed", "更名或合并", [];
        Moved = "moved", "搬迁或调动", [];
        Returns = "returns", "返岗，或回到本户", [];
        StaysAway = "stays_away", "仍然离岗，或不在本户", [];
        StaysLifted = "stays_lifted", "仍为已脱贫", [];
        NotLifted = "not_lifted", "改为未脱贫", [];
    }
}

impl ImportAnswer {
    /// What became of a member, for a question about one whom the roster has not.
    pub fn of_member(self) -> Option<LeaveAnswer> {
        LeaveAnswer::from_code(self.code())
    }
}

impl From<LeaveAnswer> for ImportAnswer {
    fn from(answer: LeaveAnswer) -> Self {
        match answer {
            LeaveAnswer::MovedAway => Self::MovedAway,
            LeaveAnswer::Died => Self::Died,
            LeaveAnswer::Stays => Self::Stays,
            LeaveAnswer::SamePerson => Self::SamePerson,
        }
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
        Absent = "absent", "已登记但本名册未列", [];
    }
}

impl Action {
    /// Whether a record with this action can be taken into the register: it has no error, every question about
    /// it is decided, and nobody decided to leave it out.
    pub fn is_good(self, has_errors: bool, undecided: &[String]) -> bool {
        !has_errors && undecided.is_empty() && self != Self::LeftOut
    }
}
