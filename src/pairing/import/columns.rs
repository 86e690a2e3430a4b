//! Columns of a list of pairs that people have made by hand.

use chrono::NaiveDate;

use crate::household::IdentityNumber;
use crate::roster::column::{Carry, Column, Kind, ListKind, Put, Record, Words, put};

/// What one row says.
#[derive(Clone, Debug, Default)]
pub struct PairRow {
    /// 户编号.
    pub household_number: Option<String>,
    /// 户主证件号码.
    pub head_identity: Option<IdentityNumber>,
    /// 户主姓名.
    pub head_name: String,
    /// 镇.
    pub town: Option<String>,
    /// 村.
    pub village: Option<String>,
    /// 工号 of the helper.
    pub staff_number: Option<String>,
    /// 证件号码 of the helper.
    pub staff_identity: Option<IdentityNumber>,
    /// 姓名 of the helper.
    pub helper: String,
    /// 单位 of the helper.
    pub unit: Option<String>,
    /// First day of the pairing.
    pub from_date: Option<NaiveDate>,
    /// Whether the date is a month without a day.
    pub only_month: bool,
    /// 备注.
    pub remark: Option<String>,
    /// What cells hold beside their values.
    pub notes: Vec<String>,
}

impl Record for PairRow {
    type Whole = ();
    type Shared = ();
    type Part = ();

    const LIST: ListKind = ListKind::Pairs;
    const OF_PART: &'static [&'static str] = &["household_number", "head_identity", "head_name"];
    const OF_WHOLE: &'static [&'static str] = &[];
    const JOINS: &'static [&'static str] = &[];
    // One helper has many households.
    const REPEATED: &'static [&'static str] =
        &["staff_number", "staff_identity", "helper", "from_date"];
    const ONE_OF: &'static [&'static [&'static str]] = &[
        &["household_number", "head_identity", "head_name"],
        &["staff_number", "staff_identity", "helper"],
    ];
    const WORDS: Words = Words {
        list: "结对表",
        row: "一对结对",
        named_by: "户编号、工号",
        has_template: false,
    };

    fn note(&mut self, text: String, _shared: bool) {
        self.notes.push(text);
    }
}

const fn column(key: &'static str, heading: &'static str, kind: Kind<PairRow>) -> Column<PairRow> {
    Column::new(key, heading, kind, Carry::Nothing)
}

const fn text(
    key: &'static str,
    heading: &'static str,
    put: fn(&mut PairRow, String) -> Put,
) -> Column<PairRow> {
    column(key, heading, Kind::Text { longest: 200, put })
}

/// The columns. Those that our roll of pairings has besides are known and not kept.
pub static COLUMNS: &[Column<PairRow>] = &[
    Column {
        synonyms: &["户编码", "贫困户编号", "户号"],
        ..column(
            "household_number",
            "户编号",
            Kind::Number(|row, value| put(&mut row.household_number, Some(value))),
        )
    },
    Column {
        synonyms: &["户主身份证号", "户主身份证号码", "户主证件号", "户主身份证"],
        ..column(
            "head_identity",
            "户主证件号码",
            Kind::Identity(|row, value| put(&mut row.head_identity, Some(value))),
        )
    },
    Column {
        synonyms: &["户主", "贫困户姓名", "贫困户户主", "贫困户户主姓名"],
        ..column(
            "head_name",
            "户主姓名",
            Kind::Name(|row, value| put(&mut row.head_name, value)),
        )
    },
    Column {
        synonyms: &["乡镇", "镇(乡、街道)", "乡(镇)", "所在镇"],
        ..text("town", "镇", |row, value| put(&mut row.town, Some(value)))
    },
    Column {
        synonyms: &["行政村", "村(居)", "村居", "所在村"],
        ..text("village", "村", |row, value| {
            put(&mut row.village, Some(value))
        })
    },
    Column {
        synonyms: &[
            "责任人工号",
            "职工号",
            "教工号",
            "帮扶责任人工号",
            "帮扶人工号",
            "帮扶干部工号",
            "帮扶教师工号",
            "包户干部工号",
            "结对人工号",
            "教师工号",
            "干部工号",
            "教职工号",
        ],
        ..column(
            "staff_number",
            "工号",
            Kind::Number(|row, value| put(&mut row.staff_number, Some(value))),
        )
    },
    Column {
        synonyms: &[
            "责任人身份证号",
            "责任人身份证号码",
            "帮扶责任人证件号码",
            "帮扶责任人身份证号码",
        ],
        ..column(
            "staff_identity",
            "责任人证件号码",
            Kind::Identity(|row, value| put(&mut row.staff_identity, Some(value))),
        )
    },
    Column {
        synonyms: &[
            "帮扶责任人",
            "责任人",
            "帮扶责任人姓名",
            "帮扶人",
            "帮扶人姓名",
            "结对帮扶责任人",
            "帮扶干部",
            "帮扶干部姓名",
            "帮扶教师",
            "帮扶教师姓名",
            "包户干部",
            "包户干部姓名",
            "结对人",
            "结对人姓名",
            "结对干部",
            "结对教师",
            "教师姓名",
            "干部姓名",
        ],
        ..column(
            "helper",
            "责任人姓名",
            Kind::Name(|row, value| put(&mut row.helper, value)),
        )
    },
    Column {
        synonyms: &[
            "帮扶单位",
            "责任人单位",
            "工作单位",
            "所在单位",
            "帮扶责任人单位",
        ],
        ..text("unit", "单位", |row, value| {
            put(&mut row.unit, Some(value))
        })
    },
    Column {
        synonyms: &["结对时间", "帮扶开始日期", "开始日期", "结对帮扶日期"],
        ..column(
            "from_date",
            "结对日期",
            Kind::Date {
                put: |row, value| put(&mut row.from_date, Some(value)),
                month: |row, _| row.only_month = true,
            },
        )
    },
    Column {
        synonyms: &["说明"],
        ..text("remark", "备注", |row, value| {
            put(&mut row.remark, Some(value))
        })
    },
    column("", "序号", Kind::NotKept),
    column("", "职务", Kind::NotKept),
    column("", "联系电话", Kind::NotKept),
    column("", "人口", Kind::NotKept),
    column("", "主要致贫原因", Kind::NotKept),
    column("", "协助帮扶人", Kind::NotKept),
    column("", "责任人签名", Kind::NotKept),
];
