//! One household of the roll, and the order of the roll.

use chrono::NaiveDate;
use sqlx::FromRow;
use uuid::Uuid;

use crate::household::Cause;
use crate::order;

/// One household of the roll. Names, units and family sizes are those of today; who was responsible
/// is as of the day.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Entry {
    /// Last part of the sort key: `number` may be absent.
    pub household_id: Uuid,
    /// 户编号.
    pub number: Option<String>,
    /// 镇.
    pub town: String,
    /// 村.
    pub village: String,
    /// 户主姓名.
    pub head_name: String,
    /// 家庭人口.
    pub size: i64,
    /// 主要致贫原因.
    pub main_cause: Option<Cause>,
    /// Its helper on the day; none if it had nobody.
    pub staff_id: Option<Uuid>,
    /// 工号 of the helper.
    pub staff_number: Option<String>,
    /// 姓名 of the helper.
    pub helper: Option<String>,
    /// 职务 of the helper.
    pub position: Option<String>,
    /// 联系电话 of the helper.
    pub phone: Option<String>,
    /// The helper's unit.
    pub unit_id: Option<Uuid>,
    /// 单位 of the helper.
    pub unit: Option<String>,
    /// First day of the pairing.
    pub from_date: Option<NaiveDate>,
    /// 工号 of who assisted on the day.
    pub assistant_number: Option<String>,
    /// 姓名 of who assisted on the day.
    pub assistant: Option<String>,
}

impl Entry {
    /// By unit, helper and area; those without a helper last.
    pub(super) fn key(&self) -> impl Ord + use<> {
        let key = |name: &Option<String>| order::key_or_last(name.as_deref());
        (
            (self.staff_id.is_none(), key(&self.unit), self.unit_id),
            (key(&self.helper), self.staff_id),
            (order::key(&self.town), order::key(&self.village)),
            (key(&self.number), self.household_id),
        )
    }
}
