//! Reading households: the list, one household whole, and what each import changed.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::Member;
use super::rule::{self, Finding};
use super::store::{self, AreaKey, Filter, Household};
use super::{
    Category, Cause, Education, Health, HousingGrade, Labour, Measure, PovertyStatus, Relation,
    Schooling, Sex, Workplace,
};
use crate::access::{Caller, Permission, Sight, Signed};
use crate::api::{ETag, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::db::{Tx, page};
use crate::problem::{GetFault, ListFault, Problem};
use crate::serving;
use crate::{settings, staff};

/// Operations on households.
pub struct HouseholdApi(pub App);

/// The person responsible for a household.
#[derive(Clone, Object)]
pub struct Helper {
    /// The person's id on the staff roster.
    pub staff_id: Uuid,
    /// 姓名.
    pub name: String,
    /// 单位.
    pub unit: String,
}

/// A household as a list shows it.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HouseholdSummary {
    /// Its id.
    id: Uuid,
    /// 户编号.
    number: Option<String>,
    /// 镇(乡、街道).
    town: String,
    /// 村(居).
    village: String,
    /// 组.
    group_name: Option<String>,
    /// 户主姓名.
    head_name: String,
    /// 家庭人口.
    size: i64,
    /// 贫困户属性.
    category: Option<Category>,
    /// 脱贫属性.
    status: PovertyStatus,
    /// 主要致贫原因.
    main_cause: Option<Cause>,
    /// 年人均纯收入, fen.
    income_per_head_fen: Option<i64>,
}

/// A household, whole.
#[derive(Object)]
#[oai(rename = "Household", skip_serializing_if_is_none)]
struct HouseholdView {
    /// Its id.
    id: Uuid,
    /// Counts its changes; the `ETag`.
    version: i64,
    /// The import that its facts come from.
    import_id: Option<Uuid>,
    /// When its facts last changed.
    updated_at: DateTime<Utc>,
    /// 户编号.
    number: Option<String>,
    /// 镇(乡、街道).
    town: String,
    /// 村(居).
    village: String,
    /// 组.
    group_name: Option<String>,
    /// 联系电话: whole for the office and the household's helpers, else its first three and last two
    /// digits.
    phone: Option<String>,
    /// 家庭住址.
    address: Option<String>,
    /// 识别年度.
    identified_year: Option<i64>,
    /// 贫困户属性.
    category: Option<Category>,
    /// 脱贫属性.
    status: PovertyStatus,
    /// 脱贫年度.
    lifted_year: Option<i64>,
    /// 主要致贫原因.
    main_cause: Option<Cause>,
    /// 其他致贫原因.
    other_causes: Vec<Cause>,
    /// 工资性收入, fen a year.
    wage_income_fen: Option<i64>,
    /// 生产经营性收入, fen a year.
    business_income_fen: Option<i64>,
    /// 财产性收入, fen a year.
    property_income_fen: Option<i64>,
    /// 转移性收入, fen a year.
    transfer_income_fen: Option<i64>,
    /// 生产经营性支出, fen a year.
    business_expense_fen: Option<i64>,
    /// 年人均纯收入, fen a year.
    income_per_head_fen: Option<i64>,
    /// 危房等级.
    housing_grade: Option<HousingGrade>,
    /// 住房安全.
    housing_safe: Option<bool>,
    /// 饮水安全.
    water_safe: Option<bool>,
    /// 内心诉求, by the roster.
    wishes: Option<String>,
    /// 帮扶思路, by the roster.
    approach: Option<String>,
    /// 帮扶措施, by the roster.
    measures: Vec<Measure>,
    /// 帮扶责任人, as written in the roster.
    roster_helper: Option<String>,
    /// 帮扶单位, as written in the roster.
    roster_unit: Option<String>,
    /// 备注.
    remark: Option<String>,
    /// The day on which it was closed, since all its members went to another household. It is no
    /// longer listed, paired or counted.
    closed_on: Option<NaiveDate>,
    /// Why it was closed, in Chinese.
    closed_reason: Option<String>,
    /// The household that its members went to.
    merged_into: Option<Uuid>,
    /// The responsible helper now.
    helper: Option<Helper>,
    /// 家庭成员, the head among them.
    members: Vec<MemberView>,
    /// What a data inspector would send back, by the rules that also check a roster; without those
    /// that would tell what the caller may not see.
    checks: Vec<HouseholdCheck>,
}

/// A rule that the facts of a household break.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HouseholdCheck {
    /// The rule, for programs.
    code: String,
    /// What it looks at, in Chinese.
    title: String,
    /// The member it is about, by place in `members`; absent if it is about the household.
    member: Option<u32>,
    /// The field to look at first.
    field: String,
    /// What is wrong, in Chinese.
    reason: String,
    /// What to do, in Chinese.
    #[oai(rename = "cure")]
    remedy: String,
}

/// A member of a household.
#[derive(Object)]
#[oai(rename = "Member", skip_serializing_if_is_none)]
struct MemberView {
    /// 人编号.
    number: Option<String>,
    /// 姓名.
    name: String,
    /// 性别.
    sex: Option<Sex>,
    /// 证件号码: whole for the office, else its first three and last two characters.
    identity_number: Option<String>,
    /// 与户主关系.
    relation: Relation,
    /// 民族.
    ethnicity: Option<String>,
    /// 出生日期, for the office; with the birth date an identity number could be rebuilt.
    birth_date: Option<NaiveDate>,
    /// The year of birth.
    birth_year: Option<i32>,
    /// 文化程度.
    education: Option<Education>,
    /// 在校生状况.
    schooling: Option<Schooling>,
    /// 健康状况, for the office and the household's helpers.
    health: Option<Health>,
    /// 劳动技能, for the office and the household's helpers.
    labour: Option<Labour>,
    /// 务工状况.
    workplace: Option<Workplace>,
    /// 务工时间, months of the year.
    months_worked: Option<i64>,
    /// 联系电话: whole for the office and the household's helpers, else its first three and last two
    /// digits.
    phone: Option<String>,
    /// 是否参加城乡居民基本医疗保险.
    resident_medical: Option<bool>,
    /// 是否参加城镇职工基本医疗保险.
    employee_medical: Option<bool>,
    /// 是否参加城乡居民基本养老保险.
    resident_pension: Option<bool>,
    /// 是否参加大病保险.
    critical_illness: Option<bool>,
    /// 是否享受低保.
    minimum_living: Option<bool>,
}

#[OpenApi(tag = "Tag::Households")]
impl HouseholdApi {
    /// List households
    ///
    /// By town and village; closed households are not listed. A helper sees the households for which
    /// they are responsible now, and those that they assist.
    #[oai(path = "/households", method = "get", operation_id = "listHouseholds")]
    #[allow(clippy::too_many_arguments)] // one for each query parameter
    async fn list_households(
        &self,
        caller: Signed,
        /// Only of this town, by its whole name.
        #[oai(validator(max_length = 50))]
        town: Query<Option<String>>,
        /// Only of this village, by its whole name.
        #[oai(validator(max_length = 50))]
        village: Query<Option<String>>,
        /// Only with this 脱贫属性.
        status: Query<Option<PovertyStatus>>,
        /// Only with this main cause.
        main_cause: Query<Option<Cause>>,
        /// Part of the head's name, or the whole 户编号. Who may not see identity numbers finds no name
        /// by digits in it, and nothing by what is masked for them.
        #[oai(validator(max_length = 50))]
        search: Query<Option<String>>,
        /// Only those for which the caller is responsible, or which they assist.
        mine: Query<Option<bool>>,
        /// Only those for which this person is responsible.
        staff_id: Query<Option<Uuid>>,
        /// Only those with (`true`) or without (`false`) a responsible helper.
        paired: Query<Option<bool>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<HouseholdSummary>>, ListFault> {
        let own = mine.0 == Some(true) || !caller.0.may(Permission::SeeAllHouseholds);
        let (sight, search) = (caller.0.sight(), search.0.unwrap_or_default());
        if !sight.may_find_names(&[&town.0, &village.0]) {
            return Ok(Page::json([], None));
        }
        let filter = Filter {
            town: town.0.unwrap_or_default(),
            village: village.0.unwrap_or_default(),
            status: status
                .0
                .map_or_else(String::new, |status| status.to_string()),
            main_cause: main_cause
                .0
                .map_or_else(String::new, |cause| cause.to_string()),
            in_names: sight.may_search_names(&search),
            in_numbers: sight.may_find_number(&search),
            text: search,
            helper: staff_id.0.filter(|_| !own),
            // An account that is nobody's has no households.
            served_by: own.then(|| caller.0.staff_id.unwrap_or_default()),
            paired: paired.0,
        };
        let cursors = self.0.cursors("listHouseholds");
        let mut after: Option<AreaKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        let mut found = Vec::new();
        // Until the page is full: a household that may not be told leaves no gap by which it is told.
        loop {
            let households = store::list(&mut tx, &filter, after, limit + 1).await?;
            let (households, next) = page::cut(households, limit + 1, store::area_key);
            after = households.last().map(store::area_key);
            found.extend(households.into_iter().filter(|household| {
                sight.may_tell(
                    &filter.text,
                    household.facts.number.as_deref(),
                    &household.head_name,
                )
            }));
            if next.is_none() || found.len() > page::size(limit) {
                break;
            }
        }
        let (households, next) = page::cut(found, limit, store::area_key);
        Ok(Page::json(
            households.into_iter().map(summary),
            cursors.next(next)?,
        ))
    }

    /// Get a household
    ///
    /// With its members and the responsible helper. A helper sees only households for which they
    /// are responsible now, or which they assist. Identity numbers and birth dates are whole for the
    /// office alone; telephone numbers, health and ability to work are for the office and the
    /// household's helpers. Numbers in texts are masked likewise.
    #[oai(
        path = "/households/:id",
        method = "get",
        operation_id = "getHousehold"
    )]
    async fn get_household(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<HouseholdView>, GetFault> {
        let mut tx = self.0.db.read().await?;
        let household = visible(&mut tx, &caller.0, id.0).await?;
        let helper = helper_of(&mut tx, id.0).await?;
        let today = self.0.today();
        let plan = settings::store::year_plan(&mut tx, today.year().into()).await?;
        let checks = rule::check(&household.facts, today, plan.line_fen);
        let tag = ETag(household.version);
        Ok(Tagged::new(view(household, helper, checks, &caller.0), tag))
    }
}

/// The household with this id, if the caller may see it: to others it is not there.
pub async fn visible(tx: &mut Tx, caller: &Caller, id: Uuid) -> Result<Household, Problem> {
    serving::rights::must_see(tx, caller, id).await?;
    let found = store::find(tx, id).await?;
    found.ok_or_else(serving::rights::no_such_household)
}

async fn helper_of(tx: &mut Tx, household_id: Uuid) -> Result<Option<Helper>, sqlx::Error> {
    let Some(staff_id) = serving::store::current_helper(tx, household_id).await? else {
        return Ok(None);
    };
    Ok(staff::store::find(tx, staff_id)
        .await?
        .map(|person| Helper {
            staff_id,
            name: person.name,
            unit: person.unit,
        }))
}

fn summary(household: Household) -> HouseholdSummary {
    let Household {
        id,
        facts,
        head_name,
        size,
        ..
    } = household;
    HouseholdSummary {
        id,
        number: facts.number,
        town: facts.town,
        village: facts.village,
        group_name: facts.group_name,
        head_name,
        size,
        category: facts.category,
        status: facts.status,
        main_cause: facts.main_cause,
        income_per_head_fen: facts.income_per_head_fen,
    }
}

fn view(
    household: Household,
    helper: Option<Helper>,
    checks: Vec<Finding>,
    caller: &Caller,
) -> HouseholdView {
    let sight = caller.sight();
    let facts = household.facts;
    HouseholdView {
        id: household.id,
        version: household.version,
        import_id: household.import_id,
        updated_at: household.updated_at,
        number: facts.number,
        town: facts.town,
        village: facts.village,
        group_name: facts.group_name,
        phone: facts.phone.map(|number| sight.telephone(&number)),
        address: facts.address,
        identified_year: facts.identified_year,
        category: facts.category,
        status: facts.status,
        lifted_year: facts.lifted_year,
        main_cause: facts.main_cause,
        other_causes: facts.other_causes,
        wage_income_fen: facts.wage_income_fen,
        business_income_fen: facts.business_income_fen,
        property_income_fen: facts.property_income_fen,
        transfer_income_fen: facts.transfer_income_fen,
        business_expense_fen: facts.business_expense_fen,
        income_per_head_fen: facts.income_per_head_fen,
        housing_grade: facts.housing_grade,
        housing_safe: facts.housing_safe,
        water_safe: facts.water_safe,
        wishes: facts.wishes,
        approach: facts.approach,
        measures: facts.measures,
        roster_helper: facts.roster_helper,
        roster_unit: facts.roster_unit,
        remark: facts.remark,
        closed_on: facts.closed_on,
        closed_reason: facts.closed_reason,
        merged_into: facts.merged_into,
        helper,
        members: facts
            .members
            .into_iter()
            .map(|member| member_view(member, sight))
            .collect(),
        checks: checks
            .into_iter()
            .filter(|finding| finding.rule.tells().iter().all(|kind| sight.sees(*kind)))
            .map(check_view)
            .collect(),
    }
}

fn check_view(finding: Finding) -> HouseholdCheck {
    HouseholdCheck {
        code: finding.rule.code.to_owned(),
        title: finding.rule.title.to_owned(),
        member: finding.member.and_then(|member| u32::try_from(member).ok()),
        field: finding.field.to_owned(),
        reason: finding.reason,
        remedy: finding.rule.remedy.to_owned(),
    }
}

fn member_view(member: Member, sight: Sight) -> MemberView {
    let number = member.identity_number;
    MemberView {
        number: member.number,
        name: member.name,
        sex: member.sex,
        identity_number: number.map(|number| sight.identity_number(&number)),
        relation: member.relation,
        ethnicity: member.ethnicity,
        birth_date: member.birth_date.and_then(|born| sight.birth_date(born)),
        birth_year: member.birth_date.map(|born| born.year()),
        education: member.education,
        schooling: member.schooling,
        health: sight.health(member.health),
        labour: sight.health(member.labour),
        workplace: member.workplace,
        months_worked: member.months_worked,
        phone: member.phone.map(|number| sight.telephone(&number)),
        resident_medical: member.resident_medical,
        employee_medical: member.employee_medical,
        resident_pension: member.resident_pension,
        critical_illness: member.critical_illness,
        minimum_living: member.minimum_living,
    }
}
