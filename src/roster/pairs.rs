//! The list of pairs that people have made by hand: its columns, one table for the template, the header and the
//! parser.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::column::{Carry, Column, Kind, Put, Record, SERIAL, Words, put};
use super::report::RosterKind;
use crate::household::IdentityNumber;

/// What one row says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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

    const LIST: RosterKind = RosterKind::Pairings;
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
        list: ["结对表", "list of pairings"],
        row: ["一条结对记录", "a pairing"],
        named_by: &["户编号", "工号"],
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

const fn not_kept(heading: &'static str) -> Column<PairRow> {
    Column {
        in_template: false,
        ..column("", heading, Kind::NotKept)
    }
}

/// In the order of the template. The columns that our roll of pairings has besides are known and not kept.
pub static COLUMNS: &[Column<PairRow>] = &[
    Column {
        synonyms: &["户编码", "贫困户编号", "户号"],
        note: "户编号、户主证件号码、户主姓名至少填一项；填户编号最稳妥。",
        example: "3209990001",
        ..column(
            "household_number",
            "户编号",
            Kind::Number(|row, value| put(&mut row.household_number, Some(value))),
        )
    },
    Column {
        synonyms: &["户主身份证号", "户主身份证号码", "户主证件号", "户主身份证"],
        width: 21,
        ..column(
            "head_identity",
            "户主证件号码",
            Kind::Identity(|row, value| put(&mut row.head_identity, Some(value))),
        )
    },
    Column {
        synonyms: &["户主", "贫困户姓名", "贫困户户主", "贫困户户主姓名"],
        note: "没有户编号和证件号码时，凭姓名和镇、村认出这一户。",
        example: "示例甲",
        ..column(
            "head_name",
            "户主姓名",
            Kind::Name(|row, value| put(&mut row.head_name, value)),
        )
    },
    Column {
        synonyms: &["乡镇", "镇(乡、街道)", "乡(镇)", "所在镇"],
        example: "示例镇",
        ..text("town", "镇", |row, value| put(&mut row.town, Some(value)))
    },
    Column {
        synonyms: &["行政村", "村(居)", "村居", "所在村"],
        example: "示例村",
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
        note: "工号、责任人证件号码、责任人姓名至少填一项；填工号最稳妥。",
        example: "T0001",
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
        width: 21,
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
        note: "没有工号和证件号码时，凭姓名和单位认出这个人。",
        example: "示例丙",
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
        width: 22,
        example: "示例镇中心小学",
        ..text("unit", "单位", |row, value| {
            put(&mut row.unit, Some(value))
        })
    },
    Column {
        synonyms: &["结对时间", "帮扶开始日期", "开始日期", "结对帮扶日期"],
        note: "结对的第一天；不填视为核对文件的当天。",
        example: "2026-03-01",
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
        width: 22,
        ..text("remark", "备注", |row, value| {
            put(&mut row.remark, Some(value))
        })
    },
    not_kept(SERIAL),
    not_kept("职务"),
    not_kept("联系电话"),
    not_kept("人口"),
    not_kept("主要致贫原因"),
    not_kept("协助帮扶人"),
    not_kept("责任人签名"),
];
