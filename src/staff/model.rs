//! What the register knows of a person who helps.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::code_list;
use crate::codes::Sex;
use crate::identity::IdentityNumber;

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

impl Staff {
    /// What a roster would say of this person.
    pub fn facts(&self) -> StaffFacts {
        StaffFacts {
            number: self.number.clone(),
            identity_number: self.identity_number,
            name: self.name.clone(),
            sex: self.sex,
            unit: self.unit.clone(),
            position: self.position.clone(),
            rank: self.rank,
            political_status: self.political_status.clone(),
            phone: self.phone.clone(),
            capacity: self.capacity,
            town: self.town.clone(),
            village: self.village.clone(),
            specialty: self.specialty.clone(),
            remark: self.remark.clone(),
        }
    }

    /// This person with the facts that a roster gives now. The unit's id is the caller's to set.
    #[must_use]
    pub fn with(&self, facts: StaffFacts) -> Self {
        Self {
            number: facts.number,
            identity_number: facts.identity_number,
            name: facts.name,
            sex: facts.sex,
            unit: facts.unit,
            position: facts.position,
            rank: facts.rank,
            political_status: facts.political_status,
            phone: facts.phone,
            capacity: facts.capacity,
            town: facts.town,
            village: facts.village,
            specialty: facts.specialty,
            remark: facts.remark,
            ..self.clone()
        }
    }
}
