//! Comparing a list of pairs with the register, and making its pairs.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::check;
use super::lookup::Lookup;
use super::model::{Compared, StagedPair};
use crate::access::history::Actor;
use crate::codes::Action;
use crate::db::Tx;
use crate::pairing::eligibility::Eligibility;
use crate::problem::Text;
use crate::roster::pair_list::PairList;
use crate::roster::report::Problems;
use crate::serving::store::{self, Start};

/// All that a list is compared with.
pub struct OnRegister {
    lookup: Lookup,
    eligibility: Eligibility,
}

impl OnRegister {
    /// Reads it.
    pub async fn load(tx: &mut Tx) -> Result<Self, sqlx::Error> {
        Ok(Self {
            lookup: Lookup::load(tx).await?,
            eligibility: Eligibility::of_all(tx).await?,
        })
    }

    /// Checks every row of a list; what is wrong goes to the problems.
    pub fn compare(self, list: PairList, today: NaiveDate, problems: &mut Problems) -> Compared {
        check::pairs((&self.lookup, self.eligibility), list, today, problems)
    }

    /// The rows that would come to something else by now than when they were staged, each with what stands in the
    /// way.
    pub fn outdated(self, staged: &[StagedPair], today: NaiveDate) -> Vec<Text> {
        check::again((&self.lookup, self.eligibility), staged, today)
    }
}

/// Makes the pairs of a list that are new, from a file of this name.
pub async fn take_over(
    tx: &mut Tx,
    actor: Actor<'_>,
    file_name: &str,
    staged: &[StagedPair],
) -> Result<(), sqlx::Error> {
    for ((from_date, reason), pairs) in by_start(file_name, staged) {
        let start = Start {
            run_id: None,
            from_date,
            reason: &reason,
            at: actor.at,
            by: actor.account,
        };
        store::make_responsible(tx, start, &pairs).await?;
    }
    Ok(())
}

/// The new pairs of the same first day and reason, which are written together.
fn by_start(
    file_name: &str,
    staged: &[StagedPair],
) -> BTreeMap<(NaiveDate, String), Vec<(Uuid, Uuid)>> {
    let mut by_start: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for StagedPair { pair, said, .. } in staged {
        if pair.action != Action::New {
            continue;
        }
        let reason = match &said.0.row.remark {
            Some(remark) => format!("导入“{file_name}”：{remark}"),
            None => format!("导入“{file_name}”"),
        };
        by_start
            .entry((pair.from_date, reason))
            .or_default()
            .push((pair.household_id, pair.staff_id));
    }
    by_start
}
