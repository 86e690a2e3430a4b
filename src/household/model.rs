//! What the register knows of a household.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::db::Json;

use super::{
    Category, Cause, Education, Health, HousingGrade, IdentityNumber, Labour, Measure,
    PovertyStatus, Relation, Schooling, Sex, Workplace,
};

/// The facts that a roster gives of one household: what an import compares, stores and keeps the
/// history of. `None` is "the roster does not say", never "no".
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct HouseholdFacts {
    /// 户编号, the register's own number.
    pub number: Option<String>,
    /// 镇(乡、街道).
    pub town: String,
    /// 村(居).
    pub village: String,
    /// 组 or 自然村.
    pub group_name: Option<String>,
    /// 联系电话 of the household.
    pub phone: Option<String>,
    /// 家庭住址.
    pub address: Option<String>,
    /// 识别年度.
    pub identified_year: Option<i64>,
    /// 贫困户属性.
    pub category: Option<Category>,
    /// 脱贫属性.
    pub status: PovertyStatus,
    /// 脱贫年度.
    pub lifted_year: Option<i64>,
    /// 主要致贫原因.
    pub main_cause: Option<Cause>,
    /// 其他致贫原因, at most two, without the main one.
    #[sqlx(try_from = "Json<Vec<Cause>>")]
    pub other_causes: Vec<Cause>,
    /// 工资性收入, fen a year for the whole household.
    pub wage_income_fen: Option<i64>,
    /// 生产经营性收入, fen a year.
    pub business_income_fen: Option<i64>,
    /// 财产性收入, fen a year.
    pub property_income_fen: Option<i64>,
    /// 转移性收入, fen a year.
    pub transfer_income_fen: Option<i64>,
    /// 生产经营性支出, fen a year.
    pub business_expense_fen: Option<i64>,
    /// 年人均纯收入, fen a year for each member, as the roster states it.
    pub income_per_head_fen: Option<i64>,
    /// 危房等级.
    pub housing_grade: Option<HousingGrade>,
    /// 住房安全.
    pub housing_safe: Option<bool>,
    /// 饮水安全.
    pub water_safe: Option<bool>,
    /// 内心诉求 as the roster states it.
    pub wishes: Option<String>,
    /// 帮扶思路 as the roster states it.
    pub approach: Option<String>,
    /// 帮扶措施 as the roster states it.
    #[sqlx(try_from = "Json<Vec<Measure>>")]
    pub measures: Vec<Measure>,
    /// 帮扶责任人 as written in the roster; evidence only, a pairing is made by a pairing run.
    pub roster_helper: Option<String>,
    /// 帮扶单位 as written in the roster.
    pub roster_unit: Option<String>,
    /// 备注.
    pub remark: Option<String>,
    /// The day on which it was closed, since all its members went to another household: no roster
    /// says so, an import does, and it opens again with the next roster that lists it.
    #[serde(default)]
    pub closed_on: Option<NaiveDate>,
    /// Why it was closed, in Chinese.
    #[serde(default)]
    pub closed_reason: Option<String>,
    /// The household that its members went to.
    #[serde(default)]
    pub merged_into: Option<Uuid>,
    /// 家庭成员, in the order of the roster's rows; exactly one is the head.
    #[sqlx(skip)]
    pub members: Vec<Member>,
}

impl HouseholdFacts {
    /// A household of this place of which nothing else is known, without members.
    pub fn of(town: impl Into<String>, village: impl Into<String>) -> Self {
        Self {
            number: None,
            town: town.into(),
            village: village.into(),
            group_name: None,
            phone: None,
            address: None,
            identified_year: None,
            category: None,
            status: PovertyStatus::Poor,
            lifted_year: None,
            main_cause: None,
            other_causes: Vec::new(),
            wage_income_fen: None,
            business_income_fen: None,
            property_income_fen: None,
            transfer_income_fen: None,
            business_expense_fen: None,
            income_per_head_fen: None,
            housing_grade: None,
            housing_safe: None,
            water_safe: None,
            wishes: None,
            approach: None,
            measures: Vec::new(),
            roster_helper: None,
            roster_unit: None,
            remark: None,
            closed_on: None,
            closed_reason: None,
            merged_into: None,
            members: Vec::new(),
        }
    }

    /// The head (户主). Import refuses a household without exactly one.
    pub fn head(&self) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.relation == Relation::Head)
    }
}

/// One person of a household.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Member {
    /// 人编号 of the national register.
    pub number: Option<String>,
    /// 姓名.
    pub name: String,
    /// 性别: stated, or read from the identity number.
    pub sex: Option<Sex>,
    /// 证件号码.
    pub identity_number: Option<IdentityNumber>,
    /// 与户主关系.
    pub relation: Relation,
    /// 民族, as written.
    pub ethnicity: Option<String>,
    /// 出生日期: stated, or read from the identity number.
    pub birth_date: Option<NaiveDate>,
    /// 文化程度.
    pub education: Option<Education>,
    /// 在校生状况.
    pub schooling: Option<Schooling>,
    /// 健康状况.
    pub health: Option<Health>,
    /// 劳动技能.
    pub labour: Option<Labour>,
    /// 务工状况.
    pub workplace: Option<Workplace>,
    /// 务工时间, months of the year, 0 to 12.
    pub months_worked: Option<i64>,
    /// 联系电话 of this person.
    pub phone: Option<String>,
    /// 是否参加城乡居民基本医疗保险.
    pub resident_medical: Option<bool>,
    /// 是否参加城镇职工基本医疗保险.
    pub employee_medical: Option<bool>,
    /// 是否参加城乡居民基本养老保险.
    pub resident_pension: Option<bool>,
    /// 是否参加大病保险.
    pub critical_illness: Option<bool>,
    /// 是否享受低保.
    pub minimum_living: Option<bool>,
}

impl Member {
    /// A person of whom nothing else is known.
    pub fn of(name: impl Into<String>, relation: Relation) -> Self {
        Self {
            number: None,
            name: name.into(),
            sex: None,
            identity_number: None,
            relation,
            ethnicity: None,
            birth_date: None,
            education: None,
            schooling: None,
            health: None,
            labour: None,
            workplace: None,
            months_worked: None,
            phone: None,
            resident_medical: None,
            employee_medical: None,
            resident_pension: None,
            critical_illness: None,
            minimum_living: None,
        }
    }

    /// Full years of age on `day`.
    pub fn age_on(&self, day: NaiveDate) -> Option<u32> {
        self.birth_date.and_then(|birth| day.years_since(birth))
    }
}
