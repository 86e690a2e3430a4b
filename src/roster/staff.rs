//! The roster of staff: its columns, one table for the template, the header and the parser.

use super::column::{Carry, Column, Kind, Record, SERIAL, labels, merge, put};
use super::report::RosterKind;
use crate::code_list::CodeList;
use crate::codes::Sex;
use crate::staff::{Rank, StaffFacts};

/// What one row is read into.
#[derive(Clone, Debug, Default)]
pub struct StaffRow {
    /// What it says of the person.
    pub facts: StaffFacts,
    /// 职级, if the row says it.
    pub rank: Option<Rank>,
    /// What cells hold beside their values.
    pub notes: Vec<String>,
}

impl Record for StaffRow {
    type Whole = ();
    type Shared = ();
    type Part = StaffFacts;

    const LIST: RosterKind = RosterKind::Staff;
    const OF_PART: &'static [&'static str] = &["name"];
    const OF_WHOLE: &'static [&'static str] = &[];
    const JOINS: &'static [&'static str] = &[];
    const FURTHER: &'static [&'static str] = &["village", "town", "unit"];
    const OTHERS: &'static [&'static str] = &["与户主关系", "与户主的关系", "户编号", "户主"];
    const OTHER_PEOPLE: &'static [&'static str] = &["户主", "贫困户", "脱贫户", "监测户"];

    fn note(&mut self, text: String, _shared: bool) {
        self.notes.push(text);
    }
}

/// A field that may be empty.
macro_rules! field {
    ($field:ident, $heading:literal, Code($list:ty)) => {
        field!(@ $field, $heading, Kind::Code {
            labels: labels::<$list>,
            put: |row, text| <$list>::recognise(text)
                .map(|value| (put(&mut row.facts.$field, Some(value)), value.label())),
        })
    };
    ($field:ident, $heading:literal, Places($longest:literal)) => {
        field!(@ $field, $heading, Kind::Places {
            longest: $longest, put: |row, value| put(&mut row.facts.$field, Some(value)),
        })
    };
    ($field:ident, $heading:literal, Text($longest:literal)) => {
        field!(@ $field, $heading, Kind::Text {
            longest: $longest, put: |row, value| put(&mut row.facts.$field, Some(value)),
        })
    };
    ($field:ident, $heading:literal, $kind:ident) => {
        field!(@ $field, $heading, Kind::$kind(|row, value| put(&mut row.facts.$field, Some(value))))
    };
    (@ $field:ident, $heading:literal, $kind:expr) => {
        Column::new(stringify!($field), $heading, $kind,
            Carry::Part(|new: &mut StaffFacts, old: &StaffFacts| merge(&mut new.$field, &old.$field)))
    };
}

/// In the order of the template.
pub static COLUMNS: &[Column<StaffRow>] = &[
    Column {
        synonyms: &["职工号", "教工号", "员工编号", "人员编号", "工作证号"],
        note: "工号和证件号码至少填一项；以后再导入时凭它认出同一人。",
        example: "T0001",
        ..field!(number, "工号", Number)
    },
    Column {
        synonyms: &["身份证号", "身份证号码", "公民身份号码", "证件号", "身份证"],
        width: 21,
        note: "18 位公民身份号码，列格式必须是“文本”。",
        example: "320999198001010019",
        ..field!(identity_number, "证件号码", Identity)
    },
    Column {
        synonyms: &["帮扶责任人", "帮扶人", "责任人", "教师姓名", "职工姓名"],
        required: true,
        example: "示例丙",
        ..Column::new(
            "name",
            "姓名",
            Kind::Name(|row, value| put(&mut row.facts.name, value)),
            Carry::Part(|new: &mut StaffFacts, old: &StaffFacts| merge(&mut new.name, &old.name)),
        )
    },
    Column {
        width: 6,
        example: "男",
        ..field!(sex, "性别", Code(Sex))
    },
    Column {
        synonyms: &[
            "工作单位",
            "所在单位",
            "帮扶单位",
            "学校",
            "部门",
            "单位名称",
        ],
        required: true,
        width: 22,
        note: "单位全称；同一单位的写法要一致，新单位会自动建立。",
        example: "示例镇中心小学",
        ..Column::new(
            "unit",
            "单位",
            Kind::Place {
                longest: 100,
                put: |row, value| put(&mut row.facts.unit, value),
            },
            Carry::Part(|new: &mut StaffFacts, old: &StaffFacts| merge(&mut new.unit, &old.unit)),
        )
    },
    Column {
        synonyms: &["岗位", "现任职务"],
        width: 14,
        example: "教导主任",
        ..field!(position, "职务", Text(50))
    },
    Column {
        synonyms: &["级别", "行政级别", "职级类别"],
        note: "不填视为“普通”。没有填可帮扶户数时，由职级决定户数（系统设置中可改）。",
        example: "中层",
        ..Column::new(
            "rank",
            "职级",
            Kind::Code {
                labels: labels::<Rank>,
                put: |row, text| {
                    Rank::recognise(text)
                        .map(|value| (put(&mut row.rank, Some(value)), value.label()))
                },
            },
            Carry::Part(|new: &mut StaffFacts, old: &StaffFacts| {
                new.rank = old.rank;
                super::column::Put::Same
            }),
        )
    },
    Column {
        synonyms: &["政治身份", "党派"],
        example: "中共党员",
        ..field!(political_status, "政治面貌", Text(30))
    },
    Column {
        synonyms: &["电话", "手机", "手机号", "手机号码", "电话号码", "联系方式"],
        width: 14,
        example: "13900000001",
        ..field!(phone, "联系电话", Phone)
    },
    Column {
        synonyms: &[
            "帮扶户数",
            "可结对户数",
            "最多帮扶户数",
            "结对户数上限",
            "可帮扶户数上限",
        ],
        width: 11,
        note: "最多能帮扶几户；不填由职级决定。填 0 表示不安排。",
        example: "3",
        none_is_zero: true,
        ..field!(@ capacity, "可帮扶户数", Kind::Integer {
            least: 0,
            most: 100,
            put: |row, value| put(&mut row.facts.capacity, Some(value)),
        })
    },
    Column {
        synonyms: &["负责乡镇", "挂钩镇", "联系镇", "包镇"],
        note: "只安排在这个镇帮扶；不限则不填。",
        example: "示例镇",
        ..field!(town, "负责镇", Places(100))
    },
    Column {
        synonyms: &["负责村(居)", "挂钩村", "联系村", "包村", "定点帮扶村"],
        note: "只安排在这个村帮扶；不限则不填。",
        ..field!(village, "负责村", Places(100))
    },
    Column {
        synonyms: &["特长", "任教学科", "专业特长", "专业"],
        width: 16,
        note: "如任教学科、医疗、农技，结对时用于匹配需求。",
        example: "数学",
        ..field!(specialty, "专长", Text(100))
    },
    Column {
        synonyms: &["说明"],
        width: 20,
        ..field!(remark, "备注", Text(500))
    },
    Column {
        synonyms: &["编号"],
        in_template: false,
        ..Column::new("", SERIAL, Kind::NotKept, Carry::Nothing)
    },
];
