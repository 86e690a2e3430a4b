//! What is wrong with a list of pairs, row by row, seen from the register.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::NaiveDate;
use uuid::Uuid;

use super::Listed;
use super::columns::PairRow;
use crate::db::Tx;
use crate::household::rule::Severity;
use crate::household::{self, register};
use crate::pairing::eligibility::Eligibility;
use crate::pairing::error::PairingError;
use crate::pairing::model::check_day;
use crate::roster::report::{Place, Problems, SheetReport};
use crate::roster::value::Refusal;
use crate::serving::store;
use crate::staff::{self, model::Staff};
use crate::text::squeezed;

/// All that the rows are held against.
pub struct Register {
    households: register::Register,
    /// Households by the name of their head.
    by_head: HashMap<String, Vec<usize>>,
    staff: Vec<Staff>,
    /// Who is responsible for a household now.
    current: HashMap<Uuid, Uuid>,
    /// On which day the last pairing of a household ended.
    ended: HashMap<Uuid, NaiveDate>,
}

/// A pair that may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The household.
    pub household: Uuid,
    /// The helper.
    pub helper: Uuid,
    /// First day.
    pub from_date: NaiveDate,
    /// 备注.
    pub remark: Option<String>,
}

/// What may be made of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Pairs that are new, in the order of their rows.
    pub new: Vec<Pair>,
    /// How many hold already.
    pub unchanged: i64,
}

/// What is wrong with a row.
#[derive(Clone, Debug)]
struct Fault {
    /// The field.
    field: &'static str,
    /// What stands there.
    value: String,
    /// Why it cannot be.
    refusal: Refusal,
    /// How bad it is.
    severity: Severity,
}

/// Boxed, since most rows have none.
#[derive(Clone, Debug)]
struct Wrong(Box<Fault>);

fn wrong(field: &'static str, value: impl Into<String>, refusal: Refusal) -> Wrong {
    Wrong(Box::new(Fault {
        field,
        value: value.into(),
        refusal,
        severity: Severity::Error,
    }))
}

impl Wrong {
    fn of(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }
}

impl Register {
    /// Reads it.
    pub async fn load(tx: &mut Tx) -> Result<Self, sqlx::Error> {
        let households = household::store::register(tx).await?;
        let mut by_head: HashMap<String, Vec<usize>> = HashMap::new();
        for at in (0..households.len()).filter(|at| !households.is_closed(*at)) {
            let name = squeezed(households.head_name(at));
            by_head.entry(name).or_default().push(at);
        }
        Ok(Self {
            households,
            by_head,
            staff: staff::store::all(tx).await?,
            current: store::current_pairs(tx).await?.into_iter().collect(),
            ended: store::last_ends(tx).await?,
        })
    }

    /// The open household that a row names.
    fn household(&self, row: &PairRow) -> Result<usize, Wrong> {
        let numbered = match &row.household_number {
            None => None,
            Some(number) => Some(self.households.find_number(number).ok_or_else(|| {
                let refusal = Refusal::new(
                    "unknown_household",
                    "登记中没有这个户编号",
                    "请核对户编号；新户请先导入贫困户名册",
                );
                wrong("household_number", number, refusal)
            })?),
        };
        let identified = match &row.head_identity {
            None => None,
            Some(identity) => {
                let person = self.households.find_person(identity);
                let household = person.map(|person| self.households.household_of(person));
                Some(household.ok_or_else(|| {
                    let refusal = Refusal::new(
                        "unknown_household",
                        "登记中没有此证件号码的人",
                        "请核对证件号码；新户请先导入贫困户名册",
                    );
                    wrong("head_identity", identity.masked(), refusal)
                })?)
            }
        };
        if let (Some(one), Some(other)) = (numbered, identified)
            && one != other
        {
            let words = self.households.words(other);
            let refusal = Refusal::new(
                "household_contradicts",
                format!("户编号与户主证件号码不是同一户（证件号码属于{words}）"),
                "请核对两列，改成同一户",
            );
            let number = row.household_number.clone().unwrap_or_default();
            return Err(wrong("household_number", number, refusal));
        }
        let at = match numbered.or(identified) {
            Some(at) => at,
            None => self.by_head_name(row)?,
        };
        let head = self.households.head_name(at);
        if !row.head_name.is_empty() && squeezed(&row.head_name) != squeezed(head) {
            let refusal = Refusal::new(
                "head_differs",
                format!("登记的户主是“{head}”"),
                "请核对是否为同一户；户主有变更的，请先更新贫困户名册",
            );
            return Err(wrong("head_name", &row.head_name, refusal));
        }
        if self.households.is_closed(at) {
            let refusal = Refusal::new("household_closed", "该户已销户", "请删除这一行");
            let (field, value) = household_field(row);
            return Err(wrong(field, value, refusal));
        }
        Ok(at)
    }

    fn by_head_name(&self, row: &PairRow) -> Result<usize, Wrong> {
        let refuse = |code, reason: String, remedy: &str| {
            let refusal = Refusal::new(code, reason, remedy);
            Err(wrong("head_name", &row.head_name, refusal))
        };
        let named = self.by_head.get(&squeezed(&row.head_name));
        let fits = |at: &usize| {
            let words = self.households.words(*at);
            [&row.town, &row.village]
                .into_iter()
                .flatten()
                .all(|area| words.contains(area.as_str()))
        };
        let found: Vec<_> = named.into_iter().flatten().copied().filter(fits).collect();
        match found.as_slice() {
            [at] => Ok(*at),
            [] if row.head_name.is_empty() => refuse(
                "required_cell",
                "没有填写是哪一户".to_owned(),
                "户编号、户主证件号码、户主姓名至少填一项",
            ),
            [] => refuse(
                "unknown_household",
                "登记中没有这个户主".to_owned(),
                "请核对姓名和镇、村；新户请先导入贫困户名册",
            ),
            several => refuse(
                "ambiguous_household",
                format!("登记中有 {} 户的户主叫这个名字", several.len()),
                "请填写户编号或户主证件号码",
            ),
        }
    }

    /// The person that a row names.
    fn helper(&self, row: &PairRow) -> Result<&Staff, Wrong> {
        let unknown = |field, value: String, what: &str| {
            let refusal = Refusal::new(
                "unknown_helper",
                format!("人员花名册中没有{what}"),
                "请核对；新人员请先导入帮扶责任人名册",
            );
            wrong(field, value, refusal)
        };
        let find = |fits: &dyn Fn(&Staff) -> bool| self.staff.iter().find(|person| fits(person));
        let numbered = match &row.staff_number {
            None => None,
            Some(number) => {
                let found = find(&|person| person.number.as_ref() == Some(number));
                Some(found.ok_or_else(|| unknown("staff_number", number.clone(), "这个工号"))?)
            }
        };
        let identified = match &row.staff_identity {
            None => None,
            Some(identity) => {
                let found = find(&|person| person.identity_number.as_ref() == Some(identity));
                let value = identity.masked();
                Some(found.ok_or_else(|| unknown("staff_identity", value, "此证件号码的人"))?)
            }
        };
        if let (Some(one), Some(other)) = (numbered, identified)
            && one.id != other.id
        {
            let refusal = Refusal::new(
                "helper_contradicts",
                format!("工号与证件号码不是同一人（证件号码属于{}）", other.name),
                "请核对两列，改成同一人",
            );
            let number = row.staff_number.clone().unwrap_or_default();
            return Err(wrong("staff_number", number, refusal));
        }
        let person = match numbered.or(identified) {
            Some(person) => person,
            None => self.by_name(row)?,
        };
        if !row.helper.is_empty() && squeezed(&row.helper) != squeezed(&person.name) {
            let refusal = Refusal::new(
                "helper_differs",
                format!("花名册中此人的姓名是“{}”", person.name),
                "请核对是否为同一人",
            );
            return Err(wrong("helper", &row.helper, refusal));
        }
        if let Some(unit) = row.unit.as_ref().filter(|unit| !is_unit(person, unit)) {
            let refusal = Refusal::new(
                "unit_differs",
                format!("花名册中{}的单位是“{}”", person.name, person.unit),
                "请核对单位；已调动的，请先登记调动",
            );
            return Err(wrong("unit", unit, refusal));
        }
        Ok(person)
    }

    fn by_name(&self, row: &PairRow) -> Result<&Staff, Wrong> {
        let refuse = |code, reason: String, remedy: &str| {
            let refusal = Refusal::new(code, reason, remedy);
            Err(wrong("helper", &row.helper, refusal))
        };
        let name = squeezed(&row.helper);
        let fits = |person: &&Staff| {
            let in_unit = row.unit.as_ref().is_none_or(|unit| is_unit(person, unit));
            in_unit && squeezed(&person.name) == name
        };
        let found: Vec<_> = self.staff.iter().filter(fits).collect();
        match found.as_slice() {
            [person] => Ok(person),
            [] if row.helper.is_empty() => refuse(
                "required_cell",
                "没有填写责任人".to_owned(),
                "工号、责任人证件号码、责任人姓名至少填一项",
            ),
            [] => refuse(
                "unknown_helper",
                "人员花名册中（该单位）没有这个人".to_owned(),
                "请核对姓名和单位；新人员请先导入帮扶责任人名册",
            ),
            several => refuse(
                "ambiguous_helper",
                format!("人员花名册中有 {} 人叫这个名字", several.len()),
                "请填写工号、证件号码或单位",
            ),
        }
    }

    /// The first day of the pairing that a row asks for.
    fn first_day(
        &self,
        row: &PairRow,
        household: Uuid,
        today: NaiveDate,
    ) -> Result<NaiveDate, Wrong> {
        let day = row.from_date.unwrap_or(today);
        let refuse = |code, reason: String, remedy: &str| {
            let value = row
                .from_date
                .map_or_else(String::new, |day| day.to_string());
            Err(wrong(
                "from_date",
                value,
                Refusal::new(code, reason, remedy),
            ))
        };
        if row.from_date.is_none() && row.only_month {
            let reason = "结对日期没有写到日".to_owned();
            return refuse("date_without_day", reason, "请写明年月日");
        }
        match check_day(day, today) {
            Ok(()) => {}
            Err(error @ PairingError::InFuture(_)) => {
                return refuse(
                    "date_in_future",
                    error.to_string(),
                    "请填写今天或更早的日期",
                );
            }
            Err(error) => return refuse("date_too_early", error.to_string(), "请核对年份"),
        }
        match self.ended.get(&household) {
            Some(ended) if *ended > day => refuse(
                "overlaps_earlier_pairing",
                format!("该户的上一次结对到 {ended} 才结束"),
                "请填写这一天或以后的日期",
            ),
            _ => Ok(day),
        }
    }
}

fn is_unit(person: &Staff, unit: &str) -> bool {
    squeezed(unit) == squeezed(&person.unit)
}

/// The cell by which a row names its household.
fn household_field(row: &PairRow) -> (&'static str, String) {
    match (&row.household_number, &row.head_identity) {
        (Some(number), _) => ("household_number", number.clone()),
        (None, Some(identity)) => ("head_identity", identity.masked()),
        (None, None) => ("head_name", row.head_name.clone()),
    }
}

/// The cell by which a row names its helper.
fn helper_field(row: &PairRow) -> (&'static str, String) {
    match (&row.staff_number, &row.staff_identity) {
        (Some(number), _) => ("staff_number", number.clone()),
        (None, Some(identity)) => ("staff_identity", identity.masked()),
        (None, None) => ("helper", row.helper.clone()),
    }
}

/// What keeps a row's pair from being made.
fn barred(row: &PairRow, error: PairingError) -> Wrong {
    use PairingError as E;
    let (code, reason, remedy) = match error {
        E::HelperInactive => (
            "helper_inactive",
            "此人已停用或离岗，不能新增结对".to_owned(),
            "请另选责任人；已返岗的，请先登记返岗",
        ),
        E::HelperAway(absence) => (
            "helper_away",
            format!("此人{absence}，期间不能新增结对"),
            "请另选责任人；请假记录有误的，请先更正",
        ),
        E::Barred(barrier) => (
            "pair_barred",
            format!("此户与此人不能结对：{}", barrier.words()),
            "请另选责任人",
        ),
        E::PinnedToAnother { helper, reason } => (
            "pinned_to_another",
            format!("该户已指定由{helper}帮扶（{reason}）"),
            "请改为指定的责任人，或先取消指定",
        ),
        E::HelperFull { held, capacity } => (
            "helper_full",
            format!("连同本表前面的行，此人已有 {held} 户，可帮扶户数为 {capacity}"),
            "请另选责任人，或先调整可帮扶户数",
        ),
        other => ("pair_refused", other.to_string(), "请核对这一行"),
    };
    let (field, value) = helper_field(row);
    wrong(field, value, Refusal::new(code, reason, remedy))
}

/// A list under way.
struct Check<'a> {
    register: &'a Register,
    eligibility: Eligibility,
    sheets: &'a [SheetReport],
    today: NaiveDate,
    /// Where each household stood first, with whom and since when.
    seen: HashMap<Uuid, (Place, Option<Uuid>, Option<NaiveDate>)>,
    checked: Checked,
}

/// Checks the rows of a list; what is wrong goes to the problems.
pub fn pairs(
    (register, eligibility): (&Register, Eligibility),
    sheets: &[SheetReport],
    listed: &[Listed],
    today: NaiveDate,
    problems: &mut Problems,
) -> Checked {
    let mut check = Check {
        register,
        eligibility,
        sheets,
        today,
        seen: HashMap::new(),
        checked: Checked::default(),
    };
    for one in listed.iter().filter(|one| !one.is_refused) {
        for fault in check.row(one) {
            let Fault {
                field,
                value,
                refusal,
                severity,
            } = *fault.0;
            let problem = one.place.problem(sheets, severity, field, refusal);
            problems.push(problem.with_value(value));
        }
    }
    check.checked
}

impl Check<'_> {
    /// Checks a row and takes its pair; all that is wrong with it.
    fn row(&mut self, one: &Listed) -> Vec<Wrong> {
        let row = &one.row;
        let helper = self.register.helper(row);
        let household = self
            .register
            .household(row)
            .map(|at| self.register.households.id(at))
            .and_then(|id| self.first(one, id, helper.as_ref().ok().map(|person| person.id)));
        let (household, helper) = match (household, helper) {
            (Ok(household), Ok(helper)) => (household, helper),
            (household, helper) => {
                return [household.err(), helper.err()]
                    .into_iter()
                    .flatten()
                    .collect();
            }
        };
        if self.register.current.get(&household) == Some(&helper.id) {
            self.checked.unchanged += 1;
            return Vec::new();
        }
        let from_date = self.register.first_day(row, household, self.today);
        let day = *from_date.as_ref().unwrap_or(&self.today);
        let allowed = self.eligibility.check(household, helper, day, self.today);
        self.eligibility.give(helper.id);
        let wrongs = [
            self.paired(row, household).err(),
            allowed.err().map(|error| barred(row, error)),
            from_date.as_ref().err().cloned(),
        ];
        if let (Ok(from_date), [None, None, None]) = (from_date, &wrongs) {
            self.checked.new.push(Pair {
                household,
                helper: helper.id,
                from_date,
                remark: row.remark.clone(),
            });
        }
        wrongs.into_iter().flatten().collect()
    }

    /// A row's household, if it stands here for the first time.
    fn first(
        &mut self,
        one: &Listed,
        household: Uuid,
        helper: Option<Uuid>,
    ) -> Result<Uuid, Wrong> {
        let since = one.row.from_date;
        let (place, first_helper, first_since) = match self.seen.entry(household) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(nowhere) => {
                nowhere.insert((one.place, helper, since));
                return Ok(household);
            }
        };
        let (field, value) = household_field(&one.row);
        let cell = place.cell(self.sheets, field);
        if helper.is_some() && (helper, since) == (first_helper, first_since) {
            let refusal = Refusal::new(
                "pair_repeated",
                format!("与 {cell} 的户、责任人和结对日期都相同，只取一次"),
                "不必处理",
            );
            let repeated = wrong(field, value, refusal);
            return Err(repeated.of(Severity::Warning));
        }
        let refusal = Refusal::new(
            "household_twice",
            format!("与 {cell} 是同一户"),
            "一户只能有一名责任人，请删除多余的行",
        );
        Err(wrong(field, value, refusal))
    }

    fn paired(&self, row: &PairRow, household: Uuid) -> Result<(), Wrong> {
        let Some(helper) = self.register.current.get(&household) else {
            return Ok(());
        };
        let mut staff = self.register.staff.iter();
        let name = staff.find(|person| person.id == *helper);
        let name = name.map_or("", |person| &person.name);
        let (field, value) = household_field(row);
        let refusal = Refusal::new(
            "household_already_paired",
            format!("该户已有帮扶责任人“{name}”"),
            "请先结束原结对，或删除这一行",
        );
        Err(wrong(field, value, refusal))
    }
}
