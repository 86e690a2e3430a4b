//! The household and the helper that a row names, found on the registers.

use std::collections::HashMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::wrong::{Wrong, household_field, wrong};
use crate::db::Tx;
use crate::household;
use crate::household::register::Register;
use crate::problem::{Text, words};
use crate::roster::pairs::PairRow;
use crate::serving::store;
use crate::staff::{self, model::Staff};
use crate::text::squeezed;
use crate::value::Refusal;

/// All that the rows are compared with.
pub struct Lookup {
    pub(super) households: Register,
    /// Households by the name of their head.
    by_head: HashMap<String, Vec<usize>>,
    pub(super) staff: Vec<Staff>,
    /// Who is responsible for a household now.
    pub(super) current: HashMap<Uuid, Uuid>,
    /// Since when, and why.
    starts: HashMap<Uuid, (NaiveDate, String)>,
    /// On which day the last pairing of a household ended.
    pub(super) ended: HashMap<Uuid, NaiveDate>,
}

impl Lookup {
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
            starts: store::current_starts(tx)
                .await?
                .into_iter()
                .map(|(household, since, reason)| (household, (since, reason)))
                .collect(),
            ended: store::last_ends(tx).await?,
        })
    }

    /// Since when and why a household has this helper, if it has.
    pub(super) fn held(&self, household: Uuid, helper: Uuid) -> Option<&(NaiveDate, String)> {
        let is_theirs = self.current.get(&household) == Some(&helper);
        self.starts.get(&household).filter(|_| is_theirs)
    }

    /// The open household that a row names.
    pub(super) fn household(&self, row: &PairRow) -> Result<usize, Wrong> {
        let numbered = match &row.household_number {
            None => None,
            Some(number) => Some(self.households.find_number(number).ok_or_else(|| {
                let refusal = Refusal::new(
                    "unknown_household",
                    words!("登记中没有这个户编号", "the register has no such number"),
                    words!("请核对户编号；新户请先导入贫困户名册", "check the number; for a new household import the roster of households first"),
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
                        words!("登记中没有此证件号码的人", "the register has nobody with this identity number"),
                        words!("请核对证件号码；新户请先导入贫困户名册", "check the identity number; for a new household import the roster of households first"),
                    );
                    wrong("head_identity", identity.masked(), refusal)
                })?)
            }
        };
        if let (Some(one), Some(other)) = (numbered, identified)
            && one != other
        {
            let other = self.households.named(other);
            let refusal = Refusal::new(
                "household_contradicts",
                words!(
                    "户编号与户主证件号码不是同一户，证件号码属于{other}",
                    "the number and the identity number are of two households (the identity number is of “{other}”)";
                    other
                ),
                words!(
                    "请核对两列，改成同一户",
                    "check both columns and make them of one household"
                ),
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
                words!(
                    "登记的户主是“{head}”",
                    "the head by the register is “{head}”"
                ),
                words!(
                    "请核对是否为同一户；户主有变更的，请先更新贫困户名册",
                    "check whether it is the same household; if the head has changed, import the roster of households first"
                ),
            );
            return Err(wrong("head_name", &row.head_name, refusal));
        }
        if self.households.is_closed(at) {
            let refusal = Refusal::new(
                "household_closed",
                words!("该户已销户", "this household is closed"),
                words!("请删除这一行", "delete this row"),
            );
            let (field, value) = household_field(row);
            return Err(wrong(field, value, refusal));
        }
        Ok(at)
    }

    fn by_head_name(&self, row: &PairRow) -> Result<usize, Wrong> {
        let refuse = |code, reason, remedy| {
            let refusal = Refusal::new(code, reason, remedy);
            Err(wrong("head_name", &row.head_name, refusal))
        };
        let named = self.by_head.get(&squeezed(&row.head_name));
        let fits = |at: &usize| {
            let (town, village) = self.households.place_of(*at);
            let words = format!("{town}{village}");
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
                words!("没有填写是哪一户", "no household is named"),
                words!(
                    "户编号、户主证件号码、户主姓名至少填一项",
                    "fill in the number, the identity number of the head, or the head's name"
                ),
            ),
            [] => refuse(
                "unknown_household",
                words!("登记中没有这个户主", "the register has no such head"),
                words!(
                    "请核对姓名和镇、村；新户请先导入贫困户名册",
                    "check the name, the town and the village; for a new household import the roster of households first"
                ),
            ),
            several => refuse(
                "ambiguous_household",
                words!(
                    "登记中有 {} 户的户主叫这个名字",
                    "households of the register whose head has this name: {}",
                    several.len()
                ),
                words!(
                    "请填写户编号或户主证件号码",
                    "fill in the number, or the identity number of the head"
                ),
            ),
        }
    }

    pub(super) fn helper(&self, row: &PairRow) -> Result<&Staff, Wrong> {
        let unknown = |field, value: String, what: Text| {
            let refusal = Refusal::new(
                "unknown_helper",
                words!("登记的人员中没有{what}", "the register has nobody of the staff with {what}"; what),
                words!(
                    "请核对；新人员请先导入帮扶责任人名册",
                    "check it; for somebody new import the roster of staff first"
                ),
            );
            wrong(field, value, refusal)
        };
        let find = |fits: &dyn Fn(&Staff) -> bool| self.staff.iter().find(|person| fits(person));
        let numbered = match &row.staff_number {
            None => None,
            Some(number) => {
                let found = find(&|person| person.number.as_ref() == Some(number));
                Some(found.ok_or_else(|| {
                    unknown(
                        "staff_number",
                        number.clone(),
                        words!("这个工号", "this number"),
                    )
                })?)
            }
        };
        let identified = match &row.staff_identity {
            None => None,
            Some(identity) => {
                let found = find(&|person| person.identity_number.as_ref() == Some(identity));
                let value = identity.masked();
                Some(found.ok_or_else(|| {
                    unknown(
                        "staff_identity",
                        value,
                        words!("此证件号码的人", "this identity number"),
                    )
                })?)
            }
        };
        if let (Some(one), Some(other)) = (numbered, identified)
            && one.id != other.id
        {
            let refusal = Refusal::new(
                "helper_contradicts",
                words!(
                    "工号与证件号码不是同一人（证件号码属于{}）",
                    "the number and the identity number are of two people (the identity number is of “{}”)",
                    other.name
                ),
                words!(
                    "请核对两列，改成同一人",
                    "check both columns and make them of one person"
                ),
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
                words!(
                    "登记中此人的姓名是“{}”",
                    "the name of this person in the register is “{}”",
                    person.name
                ),
                words!("请核对是否为同一人", "check whether it is the same person"),
            );
            return Err(wrong("helper", &row.helper, refusal));
        }
        if let Some(unit) = row.unit.as_ref().filter(|unit| !is_unit(person, unit)) {
            let refusal = Refusal::new(
                "unit_differs",
                words!(
                    "登记中{}的单位是“{}”",
                    "the unit of “{}” in the register is “{}”",
                    person.name,
                    person.unit
                ),
                words!(
                    "请核对单位；已调动的，请先登记调动",
                    "check the unit; if the person was transferred, record that first"
                ),
            );
            return Err(wrong("unit", unit, refusal));
        }
        Ok(person)
    }

    fn by_name(&self, row: &PairRow) -> Result<&Staff, Wrong> {
        let refuse = |code, reason, remedy| {
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
                words!("没有填写责任人", "no helper is named"),
                words!(
                    "工号、责任人证件号码、责任人姓名至少填一项",
                    "fill in the number, the identity number or the name of the helper"
                ),
            ),
            [] => refuse(
                "unknown_helper",
                if row.unit.is_some() {
                    words!(
                        "登记的该单位人员中没有这个人",
                        "the register has nobody of this name in this unit"
                    )
                } else {
                    words!(
                        "登记的人员中没有这个人",
                        "the register has nobody of this name"
                    )
                },
                words!(
                    "请核对姓名和单位；新人员请先导入帮扶责任人名册",
                    "check name and unit; for somebody new import the roster of staff first"
                ),
            ),
            several => refuse(
                "ambiguous_helper",
                words!(
                    "登记的人员中有 {} 人叫这个名字",
                    "people of this name in the register: {}",
                    several.len()
                ),
                words!(
                    "请填写工号、证件号码或单位",
                    "fill in the number, the identity number or the unit"
                ),
            ),
        }
    }
}

fn is_unit(person: &Staff, unit: &str) -> bool {
    squeezed(unit) == squeezed(&person.unit)
}
