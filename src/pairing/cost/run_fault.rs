//! What is wrong with a run that does not hold.

use uuid::Uuid;

use crate::problem::{Text, counted};

/// What is wrong with a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum RunFault {
    /// The prices do not prove the flow.
    #[error("最小费用流的对偶价格不成立：{0}")]
    Proof(String),
    /// An edit did not make what is stored.
    #[error("第 {0} 版的人工调整记录与保存的结对不符")]
    Edit(i64),
    /// A household of the basis that the run says nothing of.
    #[error("户 {0} 在计算依据中，方案里却没有")]
    Missing(String),
    /// A household that is not of the basis.
    #[error("户 {0} 不在计算依据中，方案里却有")]
    Foreign(Uuid),
    /// A pair that may not be.
    #[error("户 {household}：按规则不能由{helper}帮扶")]
    Pair {
        /// 户编号, or the id of a household without one.
        household: String,
        /// 姓名, for people.
        helper: String,
    },
    /// A pair that costs something else.
    #[error("户 {household}：记载的代价 {stated}，与按规则重算的不符（不含负担应为 {found}）")]
    Cost {
        /// 户编号, or the id of a household without one.
        household: String,
        /// As the run has it, load and all.
        stated: i64,
        /// Without the load.
        found: i64,
    },
    /// More households than a helper may have.
    #[error("{helper}得到 {given} 户，按规则只有 {places} 个名额")]
    Places {
        /// 姓名, for people.
        helper: String,
        /// Households that the run gives them.
        given: i64,
        /// Households that they may have, less those of which the run does not ask.
        places: i64,
    },
    /// The load of a helper that costs something else.
    #[error("{helper}各户的负担代价合计记载为 {stated}，按规则应为 {found}")]
    Load {
        /// 姓名, for people.
        helper: String,
        /// As the run has it.
        stated: i64,
        /// As it should be.
        found: i64,
    },
    /// The run's numbers are not those of its pairs.
    #[error(
        "方案记载安排 {} 户、总代价 {}，逐户合计却是 {} 户、{}",
        stated.0, stated.1, found.0, found.1
    )]
    Total {
        /// As the run has it: households placed, and cost.
        stated: (i64, i64),
        /// As its pairs have it.
        found: (i64, i64),
    },
    /// What was computed is not the best.
    #[error(
        "计算所得的方案（{} 户、总代价 {}）不是最优：最多可安排 {} 户，最小总代价 {}",
        stated.0, stated.1, best.0, best.1
    )]
    NotBest {
        /// As the run has it: households placed, and cost.
        stated: (i64, i64),
        /// As the solver proves it: households placed, and cost.
        best: (i64, i64),
    },
    /// Pairings began that the run does not propose, or did not that it does.
    #[error("确认时开始的结对与方案不符，涉及 {0} 个结对")]
    Begun(usize),
}

impl RunFault {
    /// What is wrong, in words.
    pub fn words(&self) -> Text {
        let en = match self {
            Self::Proof(why) => {
                format!("the dual prices of the minimum-cost flow do not hold: {why}")
            }
            Self::Edit(version) => {
                format!(
                    "the edit that made version {version} does not give the pairs that are kept"
                )
            }
            Self::Missing(household) => {
                format!("household {household} is of the basis and not in the run")
            }
            Self::Foreign(household) => {
                format!("household {household} is in the run and not of the basis")
            }
            Self::Pair { household, helper } => {
                format!("household {household}: the rules do not let “{helper}” serve it")
            }
            Self::Cost {
                household,
                stated,
                found,
            } => format!(
                "household {household}: the cost {stated} that is kept is not what the rules give ({found} without the load)"
            ),
            Self::Places {
                helper,
                given,
                places,
            } => {
                let given = counted(*given, "household");
                format!("“{helper}”: {given} given, places free by the rules: {places}")
            }
            Self::Load {
                helper,
                stated,
                found,
            } => format!(
                "“{helper}”: the load of all households costs {stated} by the run and {found} by the rules"
            ),
            Self::Total { stated, found } => format!(
                "the run says households placed: {}, at a cost of {}, and its pairs come to {} and {}",
                stated.0, stated.1, found.0, found.1
            ),
            Self::NotBest { stated, best } => format!(
                "what was computed (households placed: {}, cost {}) is not the best: {} can be placed, at a cost of {}",
                stated.0, stated.1, best.0, best.1
            ),
            Self::Begun(count) => {
                format!(
                    "the pairings that began at the confirmation are not those of the run: {count} differ"
                )
            }
        };
        Text::new(self.to_string(), en)
    }
}
