//! Workbooks with rosters, as offices hold them: in the layout of our template, and in that of the
//! national system's export.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a test's numbers are small"
)]

use std::fmt::Display;

use chrono::NaiveDate;
use qianshou::code_list::CodeList;
use qianshou::household::{HouseholdFacts, IdentityNumber, Member};
use qianshou::roster::{household, staff};
use qianshou::staff::StaffFacts;
use qianshou::workbook::address;
use rust_xlsxwriter::{Format, Workbook};

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Nothing,
    Text(String),
    Number(f64),
    Date(NaiveDate),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<NaiveDate> for Value {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

fn text(value: Option<impl Display>) -> Value {
    value.map_or(Value::Nothing, |value| Value::Text(value.to_string()))
}

fn number(value: Option<i64>) -> Value {
    value.map_or(Value::Nothing, |value| Value::Number(value as f64))
}

fn yuan(fen: Option<i64>) -> Value {
    fen.map_or(Value::Nothing, |fen| Value::Number(fen as f64 / 100.0))
}

fn label(code: Option<impl CodeList>) -> Value {
    code.map_or(Value::Nothing, |code| code.label().into())
}

fn yes(value: Option<bool>) -> Value {
    value.map_or(Value::Nothing, |yes| if yes { "是" } else { "否" }.into())
}

fn labels(codes: &[impl CodeList]) -> Value {
    let labels: Vec<_> = codes.iter().map(|code| code.label()).collect();
    text((!labels.is_empty()).then(|| labels.join("、")))
}

/// A workbook with one sheet of a roster.
#[derive(Clone, Debug)]
pub struct RosterFile {
    /// Name of the sheet.
    pub sheet: String,
    /// The header.
    pub headings: Vec<String>,
    /// The rows below it.
    pub rows: Vec<Vec<Value>>,
    /// Lines above the header.
    pub titles: Vec<String>,
}

impl RosterFile {
    /// An empty roster with these columns.
    pub fn new<H: AsRef<str>>(headings: &[H]) -> Self {
        Self {
            sheet: "名册".to_owned(),
            headings: headings
                .iter()
                .map(|heading| heading.as_ref().to_owned())
                .collect(),
            rows: Vec::new(),
            titles: Vec::new(),
        }
    }

    /// Households in the layout of our template.
    pub fn households(households: &[HouseholdFacts]) -> Self {
        let headings: Vec<_> = household::COLUMNS
            .iter()
            .filter(|column| column.in_template)
            .map(|column| column.heading)
            .collect();
        Self::of_households(&headings, households)
    }

    /// Households under headings of one's choice.
    pub fn of_households(headings: &[&str], households: &[HouseholdFacts]) -> Self {
        let mut file = Self::new(headings);
        for facts in households {
            for (position, member) in facts.members.iter().enumerate() {
                file.rows.push(
                    headings
                        .iter()
                        .map(|heading| household_value(heading, facts, member, position == 0))
                        .collect(),
                );
            }
        }
        file
    }

    /// Staff in the layout of our template.
    pub fn staff(people: &[StaffFacts]) -> Self {
        let headings: Vec<_> = staff::COLUMNS
            .iter()
            .filter(|column| column.in_template)
            .map(|column| column.heading)
            .collect();
        let mut file = Self::new(&headings);
        for person in people {
            file.rows.push(
                headings
                    .iter()
                    .map(|heading| staff_value(heading, person))
                    .collect(),
            );
        }
        file
    }

    fn column(&self, heading: &str) -> usize {
        self.headings
            .iter()
            .position(|known| known == heading)
            .unwrap_or_else(|| panic!("no column {heading}"))
    }

    /// Puts something else into a cell; rows below the header count from 0.
    #[must_use]
    pub fn with(mut self, row: usize, heading: &str, value: impl Into<Value>) -> Self {
        let column = self.column(heading);
        self.rows[row][column] = value.into();
        self
    }

    /// Without a column.
    #[must_use]
    pub fn without(mut self, heading: &str) -> Self {
        let column = self.column(heading);
        self.headings.remove(column);
        for row in &mut self.rows {
            row.remove(column);
        }
        self
    }

    /// Address of a cell; rows below the header count from 0.
    pub fn address(&self, row: usize, heading: &str) -> String {
        let first = self.titles.len() + 2;
        address((row + first) as u32, self.column(heading) as u32)
    }

    /// The workbook.
    pub fn bytes(&self) -> Vec<u8> {
        let mut workbook = Workbook::new();
        self.write(&mut workbook);
        workbook.save_to_buffer().unwrap()
    }

    /// Adds the roster's sheet to a workbook.
    pub fn write(&self, workbook: &mut Workbook) {
        let date = Format::new().set_num_format("yyyy-mm-dd");
        let sheet = workbook.add_worksheet().set_name(&self.sheet).unwrap();
        let mut at = 0;
        for title in &self.titles {
            sheet.write_string(at, 0, title).unwrap();
            at += 1;
        }
        for (column, heading) in (0_u16..).zip(&self.headings) {
            sheet.write_string(at, column, heading).unwrap();
        }
        for row in &self.rows {
            at += 1;
            for (column, value) in (0_u16..).zip(row) {
                match value {
                    Value::Nothing => continue,
                    Value::Text(text) => sheet.write_string(at, column, text).unwrap(),
                    Value::Number(number) => sheet.write_number(at, column, *number).unwrap(),
                    Value::Date(day) => sheet
                        .write_date_with_format(at, column, *day, &date)
                        .unwrap(),
                };
            }
        }
    }
}

/// What a household's roster says under a heading, in the row of one member; what the household
/// shares stands in the first row only.
fn household_value(
    heading: &str,
    facts: &HouseholdFacts,
    member: &Member,
    is_first: bool,
) -> Value {
    match heading {
        "镇(乡、街道)" | "乡(镇)" => text(Some(&facts.town)),
        "村(居)" | "行政村" => text(Some(&facts.village)),
        "户编号" => text(facts.number.as_ref()),
        "姓名" => text(Some(&member.name)),
        "性别" => label(member.sex),
        "证件类型" => "居民身份证".into(),
        "证件号码" => text(member.identity_number.as_ref().map(IdentityNumber::whole)),
        "与户主关系" => label(Some(member.relation)),
        "民族" => text(member.ethnicity.as_ref()),
        "出生日期" => member.birth_date.map_or(Value::Nothing, Value::Date),
        "文化程度" => label(member.education),
        "在校生状况" => label(member.schooling),
        "健康状况" => label(member.health),
        "劳动技能" => label(member.labour),
        "务工状况" => label(member.workplace),
        "务工时间(月)" => number(member.months_worked),
        "是否参加城乡居民基本医疗保险" => yes(member.resident_medical),
        "是否参加城镇职工基本医疗保险" => yes(member.employee_medical),
        "是否参加城乡居民基本养老保险" => yes(member.resident_pension),
        "是否参加大病保险" | "是否参加大病医疗" => yes(member.critical_illness),
        "是否享受低保" => yes(member.minimum_living),
        "联系电话" | "人联系电话" => text(member.phone.as_ref()),
        "人编号" => text(member.number.as_ref()),
        "序号" | "县(市、区、旗)" => "1".into(),
        _ => shared_value(heading, facts, is_first),
    }
}

fn shared_value(heading: &str, facts: &HouseholdFacts, is_first: bool) -> Value {
    if !is_first {
        return Value::Nothing;
    }
    let head = facts.head();
    let other = |index: usize| label(facts.other_causes.get(index).copied());
    match heading {
        "组" | "自然村" => text(facts.group_name.as_ref()),
        "户主姓名" => text(head.map(|head| &head.name)),
        "户主证件号码" => text(
            head.and_then(|head| head.identity_number.as_ref())
                .map(IdentityNumber::whole),
        ),
        "户联系电话" => text(facts.phone.as_ref()),
        "家庭住址" => text(facts.address.as_ref()),
        "识别年度" => number(facts.identified_year),
        "首次识别时间" => text(facts.identified_year.map(|year| format!("{year}01"))),
        "贫困户属性" | "户类型" => label(facts.category),
        "脱贫属性" => label(Some(facts.status)),
        "脱贫年度" => number(facts.lifted_year),
        "主要致贫原因" | "致贫原因1" => label(facts.main_cause),
        "致贫原因2" => other(0),
        "致贫原因3" => other(1),
        "其他致贫原因" => labels(&facts.other_causes),
        "家庭人口" | "人数" => number(i64::try_from(facts.members.len()).ok()),
        "工资性收入(元)" => yuan(facts.wage_income_fen),
        "生产经营性收入(元)" => yuan(facts.business_income_fen),
        "财产性收入(元)" => yuan(facts.property_income_fen),
        "转移性收入(元)" => yuan(facts.transfer_income_fen),
        "生产经营性支出(元)" => yuan(facts.business_expense_fen),
        "年人均纯收入(元)" | "人均纯收入" => yuan(facts.income_per_head_fen),
        "住房安全" => yes(facts.housing_safe),
        "危房户" => yes(facts.housing_safe.map(|safe| !safe)),
        "危房等级" => label(facts.housing_grade),
        "饮水安全" | "是否解决安全饮用水" => yes(facts.water_safe),
        "饮水困难" => yes(facts.water_safe.map(|safe| !safe)),
        "内心诉求" => text(facts.wishes.as_ref()),
        "帮扶思路" => text(facts.approach.as_ref()),
        "帮扶措施" => labels(&facts.measures),
        "帮扶责任人" => text(facts.roster_helper.as_ref()),
        "帮扶单位" => text(facts.roster_unit.as_ref()),
        "备注" => text(facts.remark.as_ref()),
        _ => Value::Nothing,
    }
}

fn staff_value(heading: &str, person: &StaffFacts) -> Value {
    match heading {
        "工号" => text(person.number.as_ref()),
        "证件号码" => text(person.identity_number.as_ref().map(IdentityNumber::whole)),
        "姓名" => text(Some(&person.name)),
        "性别" => label(person.sex),
        "单位" => text(Some(&person.unit)),
        "职务" => text(person.position.as_ref()),
        "职级" => label(Some(person.rank)),
        "政治面貌" => text(person.political_status.as_ref()),
        "联系电话" => text(person.phone.as_ref()),
        "可帮扶户数" => number(person.capacity),
        "负责镇" => text(person.town.as_ref()),
        "负责村" => text(person.village.as_ref()),
        "专长" => text(person.specialty.as_ref()),
        "备注" => text(person.remark.as_ref()),
        _ => Value::Nothing,
    }
}
