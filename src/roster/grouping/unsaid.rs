//! What every household must have, and its rows do not say: of one that is on the register, the register may
//! know it; any other cannot be taken in.

use serde::{Deserialize, Serialize};

/// What the rows of a household do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsaid {
    /// 镇(乡、街道) is empty.
    pub town: bool,
    /// 村(居) is empty.
    pub village: bool,
    /// 脱贫属性 is empty, and does not follow from other columns.
    pub status: bool,
    /// None of them is the head.
    pub head: bool,
    /// 家庭人口 is stated, and there are not so many rows: the others may be on the register.
    pub members: bool,
}

impl Unsaid {
    /// The fields that every household has: an empty cell never clears them.
    pub const FIELDS: [&'static str; 3] = ["town", "village", "status"];

    /// Whether the register has to say something.
    pub fn any(&self) -> bool {
        *self != Self::default()
    }

    /// Those of the [fields](Self::FIELDS) that are not said.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        let unsaid = [self.town, self.village, self.status];
        let fields = Self::FIELDS.into_iter().zip(unsaid);
        fields.filter_map(|(field, is_unsaid)| is_unsaid.then_some(field))
    }
}
