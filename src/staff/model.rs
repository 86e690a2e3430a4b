//! What the register knows of a person who helps.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::code_list;
use crate::household::{IdentityNumber, Sex};

code_list! {
    /// Rank of a member of staff: gives the number of households where the roster does not.
    pub enum Rank = "rank", "职级" {
        BureauLeader = "bureau_leader", "局领导", ["局班子成员", "县处级", "领导"];
        Middle = "middle", "中层", ["中层干部", "科级", "校级领导", "校长", "科长"];
        Ordinary = "ordinary", "普通", ["普通教师", "教师", "普通职工", "一般", "科员", "职工"];
    }
}

/// The facts that a roster gives of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffFacts {
    /// 工号; this or the identity number is there.
    pub number: Option<String>,
    /// 证件号码.
    pub identity_number: Option<IdentityNumber>,
    /// 姓名.
    pub name: String,
    /// 性别.
    pub sex: Option<Sex>,
    /// 单位, by name.
    pub unit: String,
    /// 职务.
    pub position: Option<String>,
    /// 职级; ordinary where the roster does not say.
    pub rank: Rank,
    /// 政治面貌.
    pub political_status: Option<String>,
    /// 联系电话.
    pub phone: Option<String>,
    /// 可帮扶户数; nothing where the rank decides.
    pub capacity: Option<i64>,
    /// 负责镇.
    pub town: Option<String>,
    /// 负责村.
    pub village: Option<String>,
    /// 专长.
    pub specialty: Option<String>,
    /// 备注.
    pub remark: Option<String>,
}

/// A person who helps, as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Staff {
    /// Its id.
    pub id: Uuid,
    /// 工号.
    pub number: Option<String>,
    /// 证件号码.
    pub identity_number: Option<IdentityNumber>,
    /// 姓名.
    pub name: String,
    /// 性别.
    pub sex: Option<Sex>,
    /// 单位.
    pub unit_id: Uuid,
    /// 单位, by name.
    pub unit: String,
    /// 职务.
    pub position: Option<String>,
    /// 职级.
    pub rank: Rank,
    /// 政治面貌.
    pub political_status: Option<String>,
    /// 联系电话.
    pub phone: Option<String>,
    /// 可帮扶户数; nothing where the rank decides.
    pub capacity: Option<i64>,
    /// 负责镇.
    pub town: Option<String>,
    /// 负责村.
    pub village: Option<String>,
    /// 专长.
    pub specialty: Option<String>,
    /// 备注.
    pub remark: Option<String>,
    /// Whether households may be given to this person.
    pub active: bool,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When the record was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}
