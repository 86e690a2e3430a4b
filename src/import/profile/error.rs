//! Why a profile cannot be saved.

use super::store::MAX_PROFILES;
use crate::problem::Problem;

pub(super) fn name_missing() -> Problem {
    Problem::invalid(
        "name_missing",
        "请填写列名方案的名称",
        "the profile needs a name",
    )
    .at("/name")
}

/// Of the column at this place in the list.
pub(super) fn no_such_field(index: usize) -> Problem {
    Problem::invalid(
        "no_such_field",
        "所选的含义不存在，请重新选择该列的含义",
        "the roster has no such field; choose the meaning of the column again",
    )
    .at(&format!("/columns/{index}/field"))
}

pub(super) fn name_taken() -> Problem {
    Problem::conflict(
        "profile_name_taken",
        "已有同名的列名方案，请换一个名称，或先删除旧的",
        "another profile has this name; take another one or remove that first",
    )
}

pub(super) fn too_many() -> Problem {
    Problem::conflict(
        "too_many_profiles",
        format!("列名方案最多保存 {MAX_PROFILES} 个，请先删除不用的"),
        format!("no more than {MAX_PROFILES} profiles can be saved; remove some first"),
    )
}
