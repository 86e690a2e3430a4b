//! The table of columns, in the template's order. It is long and stays in one piece: each entry is read by
//! itself, and the order of all is that of the template.

use super::kind::HouseholdKind;
use super::row::{HouseholdRow, MOST_MEMBERS, Shared};
use super::status::{merge_status, put_is_lifted, put_status};
use crate::code_list::CodeList;
use crate::household::model::{HouseholdFacts, MOST_OTHER_CAUSES, Member};
use crate::household::{
    Category, Cause, Education, Health, HousingGrade, Labour, Measure, PovertyStatus, Relation,
    Schooling, Sex, Workplace,
};
use crate::roster::column::{
    Carry, Column, HOUSEHOLD_SERIAL, Kind, Put, PutCode, SERIAL, labels, merge, put,
};
use crate::text::squeezed;

/// A field of the household.
macro_rules! of_household {
    ($field:ident, $heading:literal, Code($list:ty)) => {
        of_household!(@ $field, $heading, Kind::Code {
            labels: labels::<$list>,
            put: |row, text| <$list>::recognise(text)
                .map(|value| (put(&mut row.household.$field, Some(value)), value.label())),
        })
    };
    ($field:ident, $heading:literal, Area) => {
        of_household!(@ $field, $heading, Kind::Place {
            longest: 100, put: |row, value| put(&mut row.household.$field, value),
        })
    };
    ($field:ident, $heading:literal, Place($longest:literal)) => {
        of_household!(@ $field, $heading, Kind::Place {
            longest: $longest, put: |row, value| put(&mut row.household.$field, Some(value)),
        })
    };
    ($field:ident, $heading:literal, Text($longest:literal)) => {
        of_household!(@ $field, $heading, Kind::Text {
            longest: $longest, put: |row, value| put(&mut row.household.$field, Some(value)),
        })
    };
    ($field:ident, $heading:literal, $kind:ident) => {
        of_household!(@ $field, $heading, Kind::$kind(|row, value| put(&mut row.household.$field, Some(value))))
    };
    (@ $field:ident, $heading:literal, $kind:expr) => {
        Column::new(stringify!($field), $heading, $kind,
            Carry::Whole(|new: &mut HouseholdFacts, old: &HouseholdFacts| merge(&mut new.$field, &old.$field)))
    };
}

/// A field of the person.
macro_rules! of_member {
    ($field:ident, $heading:literal, Code($list:ty)) => {
        of_member!(@ $field, $heading, Kind::Code {
            labels: labels::<$list>,
            put: |row, text| <$list>::recognise(text)
                .map(|value| (put(&mut row.member.$field, Some(value)), value.label())),
        })
    };
    ($field:ident, $heading:literal, Text($longest:literal)) => {
        of_member!(@ $field, $heading, Kind::Text {
            longest: $longest, put: |row, value| put(&mut row.member.$field, Some(value)),
        })
    };
    ($field:ident, $heading:literal, $kind:ident) => {
        of_member!(@ $field, $heading, Kind::$kind(|row, value| put(&mut row.member.$field, Some(value))))
    };
    (@ $field:ident, $heading:literal, $kind:expr) => {
        Column::new(stringify!($field), $heading, $kind,
            Carry::Part(|new: &mut Member, old: &Member| merge(&mut new.$field, &old.$field)))
    };
}

/// A fact of the household that ends with the import.
macro_rules! of_import {
    ($field:ident, $heading:literal, Code($list:ty)) => {
        of_import!(@ $field, $heading, Kind::Code {
            labels: labels::<$list>,
            put: |row, text| <$list>::recognise(text)
                .map(|value| (put(&mut row.shared.$field, Some(value)), value.label())),
        })
    };
    ($field:ident, $heading:literal, $kind:ident) => {
        of_import!(@ $field, $heading, Kind::$kind(|row, value| put(&mut row.shared.$field, Some(value))))
    };
    (@ $field:ident, $heading:literal, $kind:expr) => {
        Column::new(stringify!($field), $heading, $kind,
            Carry::Shared(|new: &mut Shared, old: &Shared| merge(&mut new.$field, &old.$field)))
    };
}

/// A column of the national export whose content we have no use for.
const fn not_kept(
    heading: &'static str,
    synonyms: &'static [&'static str],
) -> Column<HouseholdRow> {
    Column {
        synonyms,
        in_template: false,
        ..Column::new("", heading, Kind::NotKept, Carry::Nothing)
    }
}

/// One of the causes beside the main one.
const fn other_cause(
    heading: &'static str,
    synonyms: &'static [&'static str],
) -> Column<HouseholdRow> {
    Column {
        synonyms,
        in_template: false,
        ..Column::new(
            "other_causes",
            heading,
            Kind::Code {
                labels: labels::<Cause>,
                put: push_cause,
            },
            Carry::Whole(|new: &mut HouseholdFacts, old: &HouseholdFacts| {
                merge(&mut new.other_causes, &old.other_causes)
            }),
        )
    }
}

/// A column that says where the household stands.
const fn of_status(heading: &'static str, put: PutCode<HouseholdRow>) -> Column<HouseholdRow> {
    Column::new(
        "status",
        heading,
        Kind::Code {
            labels: labels::<PovertyStatus>,
            put,
        },
        Carry::Shared(merge_status),
    )
}

fn push_cause(row: &mut HouseholdRow, text: &str) -> Option<(Put, &'static str)> {
    let cause = Cause::recognise(text)?;
    let causes = &mut row.household.other_causes;
    if causes.contains(&cause) {
        return Some((Put::Same, cause.label()));
    }
    causes.push(cause);
    Some((Put::New, cause.label()))
}

/// Whether the risk is gone, as 是 or 否 or in words.
fn put_risk_gone(row: &mut HouseholdRow, text: &str) -> Option<(Put, &'static str)> {
    // 已消除(稳定) says how it is gone.
    let words = squeezed(text);
    let words = ["(稳定)", "(稳定消除)", "(已稳定)", "(自然)", "(自然消除)"]
        .iter()
        .find_map(|how| words.strip_suffix(how))
        .unwrap_or(&words);
    let gone = match words {
        "是" | "√" | "1" | "Y" | "已消除" | "风险已消除" | "消除" | "已解除" | "TRUE"
        | "稳定消除" | "风险稳定消除" | "已稳定消除" | "已消除风险" | "自然消除" | "全部消除"
        | "风险已解除" | "风险消除" => true,
        "否" | "×" | "0" | "N" | "未消除" | "风险未消除" | "未解除" | "FALSE" | "部分消除"
        | "未完全消除" | "风险部分消除" | "尚未消除" | "没有消除" | "没消除" | "未消除风险"
        | "风险未解除" => false,
        _ => return None,
    };
    let label = if gone { "是" } else { "否" };
    Some((put(&mut row.shared.risk_gone, Some(gone)), label))
}

/// The kind of a household that is watched; «none» is no kind.
fn put_monitored(row: &mut HouseholdRow, text: &str) -> Option<(Put, &'static str)> {
    if let Some(kind) = Category::recognise(text) {
        return Some((put(&mut row.shared.monitored, Some(kind)), kind.label()));
    }
    let none = [
        "非监测对象",
        "非监测户",
        "不是监测对象",
        "否",
        "不是",
        "不属于",
        "未纳入",
        "未纳入监测",
        "未监测",
    ];
    let is_none = none.contains(&squeezed(text).as_str());
    is_none.then_some((Put::Same, "非监测对象"))
}

fn push_measure(row: &mut HouseholdRow, text: &str) -> Option<(Put, &'static str)> {
    let measure = Measure::recognise(text)?;
    let measures = &mut row.household.measures;
    if measures.contains(&measure) {
        return Some((Put::Same, measure.label()));
    }
    measures.push(measure);
    Some((Put::New, measure.label()))
}

/// Heading of a field in our template.
pub fn heading(key: &str) -> &'static str {
    let column = COLUMNS.iter().find(|column| column.key == key);
    column.map_or("", |column| column.heading)
}

/// Template columns first, then those of the national export only.
pub static COLUMNS: &[Column<HouseholdRow>] = &[
    Column {
        synonyms: &[
            "镇",
            "乡镇",
            "乡(镇)",
            "乡",
            "街道",
            "镇街",
            "所在乡镇",
            "所在镇",
            "苏木",
            "苏木乡",
            "苏木镇",
            "镇苏木",
            "乡镇(苏木)",
            "苏木乡镇",
            "乡镇苏木",
            "乡镇名称",
            "乡镇名",
            "镇名",
        ],
        required: true,
        note: "所在镇（乡、街道）全称。同一户可只在户主一行填写。",
        example: "示例镇",
        ..of_household!(town, "镇(乡、街道)", Area)
    },
    Column {
        synonyms: &[
            "村",
            "行政村",
            "村名",
            "村(社区)",
            "村(居)委会",
            "所在村",
            "村居",
            "嘎查",
            "噶查",
            "嘎查村",
            "噶查村",
            "村嘎查",
            "行政村名",
            "村名称",
            "行政村(社区)",
            "村社区",
        ],
        required: true,
        note: "所在村（居）全称。",
        example: "示例村",
        ..of_household!(village, "村(居)", Area)
    },
    Column {
        synonyms: &[
            "自然村",
            "村民小组",
            "组别",
            "小组",
            "所在组",
            "社、组",
            "村民组",
            "组名",
            "社",
            "屯",
            "所属组",
        ],
        width: 8,
        note: "村民小组或自然村。",
        example: "3组",
        ..of_household!(group_name, "组", Place(50))
    },
    Column {
        synonyms: &[
            "户号",
            "家庭编号",
            "贫困户编号",
            "户编码",
            "家庭编码",
            "农户编号",
            "户编号(家庭编号)",
        ],
        width: 16,
        note: "全国系统中的户编号。填写后，同一户各行以户编号归户；不填则以户主证件号码或相邻各行归户，每个“户主”行开始新的一户。",
        example: "3209990001",
        ..of_household!(number, "户编号", Number)
    },
    Column {
        synonyms: &["户主", "户主名"],
        note: "用于核对，可不填。",
        example: "示例甲",
        ..of_import!(head_name, "户主姓名", Name)
    },
    Column {
        synonyms: &[
            "户主身份证号",
            "户主身份证号码",
            "户主公民身份号码",
            "户主证件号",
        ],
        width: 21,
        note: "用于核对和归户，可不填。",
        ..of_import!(head_identity, "户主证件号码", Identity)
    },
    Column {
        synonyms: &["成员姓名", "家庭成员姓名", "人员姓名", "家庭成员"],
        required: true,
        note: "每人一行，户主也要有一行。",
        example: "示例甲",
        ..Column::new(
            "name",
            "姓名",
            Kind::Name(|row, value| put(&mut row.member.name, value)),
            Carry::Part(|new: &mut Member, old: &Member| merge(&mut new.name, &old.name)),
        )
    },
    Column {
        synonyms: &["男女"],
        width: 6,
        note: "可不填，由证件号码得出；填写的必须与证件号码一致。",
        example: "男",
        ..of_member!(sex, "性别", Code(Sex))
    },
    Column {
        synonyms: &["证件种类"],
        note: "不填视为居民身份证。持护照等其他证件的，在备注中写明号码。",
        example: "居民身份证",
        ..Column::new(
            "document",
            "证件类型",
            Kind::Text {
                longest: 30,
                put: |row, value| put(&mut row.document, Some(value)),
            },
            Carry::Nothing,
        )
    },
    Column {
        synonyms: &[
            "身份证号",
            "身份证号码",
            "身份证",
            "公民身份号码",
            "公民身份证号码",
            "证件号",
            "居民身份证号码",
            "成员身份证号码",
        ],
        required: true,
        width: 21,
        note: "18 位公民身份号码，列格式必须是“文本”。也可填残疾证号（20 位）或 15 位旧号码。校验码、出生日期、性别都会核对；同一号码不能出现两次。",
        example: "320999198503070011",
        ..of_member!(identity_number, "证件号码", Identity)
    },
    Column {
        synonyms: &["与户主的关系", "户主关系", "关系", "家庭关系", "成员关系"],
        required: true,
        note: "每户必须有且只有一个“户主”。",
        example: "户主",
        meanings: |text| {
            Relation::meanings(text)
                .iter()
                .map(|it| it.label())
                .collect()
        },
        ..Column::new(
            "relation",
            "与户主关系",
            Kind::Code {
                labels: labels::<Relation>,
                put: |row, text| {
                    Relation::of_cell(text)
                        .map(|value| (put(&mut row.relation, Some(value)), value.label()))
                },
            },
            Carry::Nothing,
        )
    },
    Column {
        width: 8,
        example: "汉族",
        ..of_member!(ethnicity, "民族", Text(30))
    },
    Column {
        synonyms: &["出生年月日", "生日", "出生年月"],
        note: "可不填，由证件号码得出；填写的必须与证件号码一致。",
        example: "1985-03-07",
        ..of_member!(@ birth_date, "出生日期", Kind::Date {
            put: |row, date| put(&mut row.member.birth_date, Some(date)),
            month: |row, first| row.born_in = Some(first),
        })
    },
    Column {
        synonyms: &["学历", "受教育程度"],
        example: "初中",
        ..of_member!(education, "文化程度", Code(Education))
    },
    Column {
        synonyms: &["在校生情况", "就学状况", "在校状况", "在校生"],
        width: 14,
        example: "非在校生",
        ..of_member!(schooling, "在校生状况", Code(Schooling))
    },
    Column {
        synonyms: &["健康情况", "身体状况", "身体健康状况"],
        example: "长期慢性病",
        ..of_member!(health, "健康状况", Code(Health))
    },
    Column {
        synonyms: &["劳动能力", "劳动力状况"],
        width: 14,
        note: "不满 16 周岁填“无劳动力”。",
        example: "普通劳动力",
        ..of_member!(labour, "劳动技能", Code(Labour))
    },
    Column {
        synonyms: &["务工情况", "务工地点", "务工区域"],
        note: "没有外出务工的不填。",
        example: "乡(镇)内",
        ..of_member!(workplace, "务工状况", Code(Workplace))
    },
    Column {
        synonyms: &["务工时间", "务工月数", "务工时长", "务工时间月"],
        width: 10,
        note: "一年中务工的月数，0 至 12 的整数。",
        example: "6",
        ..of_member!(@ months_worked, "务工时间(月)", Kind::Integer {
            least: 0,
            most: 999,
            put: |row, value| put(&mut row.member.months_worked, Some(value)),
        })
    },
    Column {
        synonyms: &[
            "城乡居民基本医疗保险",
            "是否参加基本医疗保险",
            "是否参加新型农村合作医疗",
            "是否参加新农合",
            "新农合",
            "是否参加城乡居民医疗保险",
            "是否参加医疗保险",
            "居民医保",
            "参加城乡居民基本医疗保险",
            "参加新农合",
            "参加新型农村合作医疗",
        ],
        width: 14,
        example: "是",
        ..of_member!(resident_medical, "是否参加城乡居民基本医疗保险", YesNo)
    },
    Column {
        synonyms: &[
            "城镇职工基本医疗保险",
            "是否参加职工基本医疗保险",
            "是否参加城镇职工医疗保险",
            "职工医保",
        ],
        width: 14,
        note: "与居民医保只能参加一种。",
        example: "否",
        ..of_member!(employee_medical, "是否参加城镇职工基本医疗保险", YesNo)
    },
    Column {
        synonyms: &[
            "城乡居民基本养老保险",
            "是否参加基本养老保险",
            "是否参加城乡居民养老保险",
            "是否参加养老保险",
            "是否参加新型农村社会养老保险",
            "居民养老保险",
            "是否参加新型养老保险",
            "参加城乡居民基本养老保险",
            "新型农村社会养老保险",
        ],
        width: 14,
        example: "是",
        ..of_member!(resident_pension, "是否参加城乡居民基本养老保险", YesNo)
    },
    Column {
        synonyms: &[
            "是否参加大病医疗",
            "大病保险",
            "大病医疗",
            "参加大病医疗",
            "参加大病保险",
            "是否参加大病医疗保险",
            "大病医疗保险",
            "参加大病医疗保险",
        ],
        width: 12,
        example: "是",
        ..of_member!(critical_illness, "是否参加大病保险", YesNo)
    },
    Column {
        synonyms: &[
            "低保",
            "享受低保",
            "是否低保",
            "是否享受最低生活保障",
            "是否享受农村居民最低生活保障",
            "享受低保政策情况",
            "是否享受低保政策",
            "享受低保政策",
            "低保政策享受情况",
            "享受低保情况",
        ],
        width: 10,
        example: "否",
        also_yes: &[
            "农村低保",
            "城市低保",
            "城镇低保",
            "低保户",
            "享受低保",
            "享受农村低保",
            "享受城市低保",
        ],
        ..of_member!(minimum_living, "是否享受低保", YesNo)
    },
    Column {
        synonyms: &[
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "电话号码",
            "联系方式",
            "人联系电话",
        ],
        width: 14,
        note: "本人电话；户主的电话即本户的联系电话。",
        example: "13900000000",
        ..of_member!(phone, "联系电话", Phone)
    },
    Column {
        synonyms: &["住址", "地址", "家庭地址", "详细地址", "居住地址"],
        width: 24,
        example: "示例镇示例村3组5号",
        ..of_household!(address, "家庭住址", Text(200))
    },
    Column {
        synonyms: &[
            "识别时间",
            "首次识别时间",
            "识别年份",
            "建档年度",
            "建档立卡年度",
            "纳入年度",
        ],
        width: 10,
        note: "四位年份。",
        example: "2016",
        ..of_household!(identified_year, "识别年度", Year)
    },
    Column {
        synonyms: &["贫困户类型", "贫困类型"],
        width: 14,
        example: "一般贫困户",
        ..of_household!(category, "贫困户属性", Code(Category))
    },
    Column {
        synonyms: &["脱贫状态"],
        required: true,
        width: 16,
        note: "同一户可只在户主一行填写。",
        example: "未脱贫",
        ..of_status("脱贫属性", put_status)
    },
    Column {
        synonyms: &["脱贫时间", "脱贫年份", "退出年度"],
        width: 10,
        note: "已脱贫的填四位年份。",
        ..of_household!(lifted_year, "脱贫年度", Year)
    },
    Column {
        synonyms: &[
            "致贫原因",
            "致贫主因",
            "主要致贫因素",
            "致贫原因1",
            "致贫原因一",
            "致贫/返贫风险1",
            "致贫/返贫风险",
            "返贫致贫风险",
            "返贫致贫风险1",
            "主要致贫返贫风险",
            "返贫风险1",
        ],
        note: "只填一项，其他原因填下一列。",
        example: "因病",
        ..of_household!(main_cause, "主要致贫原因", Code(Cause))
    },
    Column {
        synonyms: &["次要致贫原因", "其它致贫原因", "其他致贫因素"],
        width: 18,
        note: "最多两项，用顿号分开。",
        example: "缺劳力、缺资金",
        ..of_household!(@ other_causes, "其他致贫原因", Kind::Codes {
            labels: labels::<Cause>,
            most: MOST_OTHER_CAUSES,
            put: push_cause,
        })
    },
    Column {
        synonyms: &[
            "人数",
            "家庭人口数",
            "家庭人数",
            "户人口",
            "人口",
            "人口数",
            "家庭成员数",
        ],
        width: 9,
        note: "必须等于本户的行数。",
        example: "3",
        ..of_import!(@ size, "家庭人口", Kind::Integer {
            least: 1,
            most: MOST_MEMBERS as i64,
            put: |row, value| put(&mut row.shared.size, Some(value)),
        })
    },
    Column {
        synonyms: &["工资收入", "务工收入"],
        note: "全户一年的收入，单位元。",
        example: "12000",
        ..of_household!(wage_income_fen, "工资性收入(元)", Money)
    },
    Column {
        synonyms: &["经营性收入", "生产经营收入", "家庭经营性收入", "经营收入"],
        width: 14,
        note: "全户一年的收入，单位元。",
        example: "8600",
        ..of_household!(business_income_fen, "生产经营性收入(元)", Money)
    },
    Column {
        synonyms: &["财产收入"],
        note: "全户一年的收入，单位元。",
        example: "300",
        ..of_household!(property_income_fen, "财产性收入(元)", Money)
    },
    Column {
        synonyms: &["转移收入"],
        note: "全户一年的收入（低保金、养老金、各类补贴等），单位元。",
        example: "3600",
        ..of_household!(transfer_income_fen, "转移性收入(元)", Money)
    },
    Column {
        synonyms: &["经营性支出", "生产经营支出", "生产性支出"],
        width: 14,
        note: "全户一年的支出，单位元。",
        example: "3500",
        ..of_household!(business_expense_fen, "生产经营性支出(元)", Money)
    },
    Column {
        synonyms: &[
            "人均纯收入",
            "人均年收入",
            "家庭人均纯收入",
            "人均年纯收入",
            "家庭人均年收入",
            "家庭人均年纯收入",
            "人均收入",
            "人均可支配收入",
            "年人均收入",
        ],
        width: 14,
        note: "（各项收入之和 − 支出）÷ 人口，相差 1 元以上会提示。",
        example: "7000",
        ..of_household!(income_per_head_fen, "年人均纯收入(元)", Money)
    },
    Column {
        synonyms: &["住房是否安全", "是否住房安全", "安全住房", "住房安全有保障"],
        width: 9,
        example: "是",
        ..of_household!(housing_safe, "住房安全", Safe)
    },
    Column {
        synonyms: &["房屋等级", "住房等级", "房屋鉴定等级", "住房鉴定等级"],
        width: 9,
        note: "C 级、D 级为危房。",
        example: "B级",
        ..of_household!(housing_grade, "危房等级", Code(HousingGrade))
    },
    Column {
        synonyms: &[
            "饮水是否安全",
            "是否饮水安全",
            "饮用水安全",
            "安全饮水",
            "是否解决安全饮用水",
            "是否解决饮水安全",
        ],
        width: 9,
        example: "是",
        ..of_household!(water_safe, "饮水安全", Safe)
    },
    Column {
        synonyms: &["诉求", "家庭诉求", "帮扶需求", "主要诉求"],
        width: 24,
        example: "希望学习养殖技术",
        ..of_household!(wishes, "内心诉求", Text(500))
    },
    Column {
        synonyms: &["脱贫思路", "思路"],
        width: 24,
        example: "发展山羊养殖，落实大病救助",
        ..of_household!(approach, "帮扶思路", Text(500))
    },
    Column {
        synonyms: &["措施", "帮扶举措", "脱贫措施"],
        width: 18,
        note: "可填多项，用顿号分开。",
        example: "产业、健康",
        ..of_household!(@ measures, "帮扶措施", Kind::Codes {
            labels: labels::<Measure>,
            most: Measure::ENTRIES.len(),
            put: push_measure,
        })
    },
    Column {
        synonyms: &[
            "帮扶人",
            "帮扶干部",
            "结对帮扶人",
            "帮扶责任人姓名",
            "帮扶联系人",
        ],
        note: "仅作记录；由谁帮扶以系统中的结对记录为准。",
        ..of_household!(roster_helper, "帮扶责任人", Names)
    },
    Column {
        synonyms: &[
            "结对帮扶单位",
            "帮扶责任单位",
            "帮扶责任人单位",
            "帮扶干部单位",
            "帮扶人单位",
        ],
        width: 18,
        ..of_household!(roster_unit, "帮扶单位", Place(100))
    },
    Column {
        synonyms: &["说明", "其他说明"],
        width: 20,
        ..of_household!(remark, "备注", Text(500))
    },
    // The national system's export ---------------------------------------------------------------
    Column {
        key: "member_number",
        synonyms: &["成员编号", "个人编号"],
        in_template: false,
        ..of_member!(number, "人编号", Number)
    },
    Column {
        key: "household_phone",
        synonyms: &["家庭联系电话"],
        in_template: false,
        ..of_household!(phone, "户联系电话", Phone)
    },
    Column {
        synonyms: &["是否危房户", "是否危房"],
        in_template: false,
        ..of_household!(@ housing_safe, "危房户", Kind::YesNo(|row, unsafe_house| {
            put(&mut row.household.housing_safe, Some(!unsafe_house))
        }))
    },
    Column {
        synonyms: &["是否饮水困难", "是否存在饮水困难"],
        in_template: false,
        ..of_household!(@ water_safe, "饮水困难", Kind::YesNo(|row, difficult| {
            put(&mut row.household.water_safe, Some(!difficult))
        }))
    },
    Column {
        synonyms: &[
            "是否已脱贫",
            "是否脱贫户",
            "是否已经脱贫",
            "脱贫情况",
            "脱贫与否",
            "脱贫否",
        ],
        in_template: false,
        ..of_status("是否脱贫", put_is_lifted)
    },
    other_cause(
        "致贫原因2",
        &["致贫原因二", "致贫/返贫风险2", "返贫致贫风险2", "返贫风险2"],
    ),
    other_cause(
        "致贫原因3",
        &["致贫原因三", "致贫/返贫风险3", "返贫致贫风险3", "返贫风险3"],
    ),
    Column {
        key: "category",
        synonyms: &["农户类型", "户类别", "家庭类型", "户属性", "农户属性"],
        in_template: false,
        ..of_import!(@ kind, "户类型", Kind::Code {
            labels: HouseholdKind::labels,
            put: |row, text| HouseholdKind::recognise(text)
                .map(|kind| (put(&mut row.shared.kind, Some(kind)), kind.label())),
        })
    },
    Column {
        synonyms: &[
            "监测类型",
            "监测类别",
            "监测对象类别",
            "监测对象户类型",
            "监测户类型",
            "防返贫监测对象类型",
            "易返贫致贫户(监测对象)类型",
            "易返贫致贫户(监测对象)类别",
            "易返贫致贫户类型",
        ],
        in_template: false,
        ..of_import!(@ monitored, "监测对象类型", Kind::Code {
            labels: labels::<Category>,
            put: put_monitored,
        })
    },
    Column {
        synonyms: &[
            "风险消除",
            "是否消除风险",
            "风险是否已消除",
            "是否已消除风险",
            "风险是否解除",
            "返贫风险是否消除",
            "致贫返贫风险是否消除",
            "风险消除情况",
        ],
        in_template: false,
        may_be_unknown: true,
        ..of_import!(@ risk_gone, "风险是否消除", Kind::Code {
            labels: || vec!["是", "否"],
            put: put_risk_gone,
        })
    },
    not_kept(SERIAL, &["编号", "No"]),
    not_kept(HOUSEHOLD_SERIAL, &["户序", "户次", "户数序号", "户的序号"]),
    not_kept("数据日期", &[]),
    not_kept("省(市、自治区)", &["省", "省份", "省(区、市)"]),
    not_kept("市(地、州、盟)", &["市", "地市", "盟市", "市(盟)"]),
    not_kept(
        "县(市、区、旗)",
        &[
            "县",
            "区县",
            "县(区)",
            "县(市、区)",
            "旗",
            "旗区",
            "旗县",
            "旗县区",
            "旗县市区",
            "市区旗",
            "县区旗",
        ],
    ),
    not_kept("人员识别时间", &[]),
    not_kept(
        "风险识别时间",
        &[
            "识别监测时间",
            "监测对象识别时间",
            "纳入监测时间",
            "监测识别时间",
        ],
    ),
    not_kept(
        "风险消除时间",
        &["消除监测时间", "风险解除时间", "监测消除时间"],
    ),
];
