//! Names that places and units had before, and what has become of them: a roster may be older than a change.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::model::{Change, Locality, Renaming};

/// What has become of a former name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since<N> {
    /// What it is called now, after all changes that followed.
    pub now: N,
    /// The day from which the name was no longer right.
    pub on: NaiveDate,
}

/// The former names of places and of units. One that is somebody's name again is none.
#[derive(Clone, Debug, Default)]
pub struct FormerNames {
    /// Of towns and villages.
    pub places: BTreeMap<Locality, Since<Locality>>,
    /// Of units.
    pub units: BTreeMap<String, Since<String>>,
}

impl FormerNames {
    /// From the changes that hold, the oldest first.
    pub fn of(renamings: &[Renaming]) -> Self {
        let mut former = Self::default();
        for renaming in renamings {
            let on = renaming.effective_on;
            match renaming.change() {
                Change::Place { from, to } => {
                    note(&mut former.places, (from, to), on, called_now);
                }
                Change::Unit { from, to, .. } => {
                    note(&mut former.units, (from, to), on, |now, from, to| {
                        if now == from {
                            now.clone_from(to);
                        }
                    });
                }
            }
        }
        former
    }
}

/// Notes a change: what was called `from` before is called `to` since, and `to` is no former name.
fn note<N: Clone + Ord>(
    names: &mut BTreeMap<N, Since<N>>,
    (from, to): (N, N),
    on: NaiveDate,
    called: impl Fn(&mut N, &N, &N),
) {
    for since in names.values_mut() {
        called(&mut since.now, &from, &to);
    }
    names.remove(&to);
    names.insert(from, Since { now: to, on });
    names.retain(|name, since| *name != since.now);
}

fn called_now(now: &mut Locality, from: &Locality, to: &Locality) {
    let village = now.village.as_deref().unwrap_or_default();
    let renamed = match (&now.village, &from.village) {
        // A town as a whole has not become a village's new town.
        (None, Some(_)) => None,
        _ => from.renamed(to, (&now.town, village)),
    };
    let Some((town, village)) = renamed else {
        return;
    };
    *now = Locality {
        town: town.to_owned(),
        village: now.village.as_ref().map(|_| village.to_owned()),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 5, day).unwrap()
    }

    fn of(changes: &[(Locality, Locality)]) -> Vec<(String, String, NaiveDate)> {
        let mut names = BTreeMap::new();
        for (at, change) in (1..).zip(changes) {
            note(&mut names, change.clone(), day(at), called_now);
        }
        let words = |(name, since): (&Locality, &Since<Locality>)| {
            (name.words(), since.now.words(), since.on)
        };
        names.iter().map(words).collect()
    }

    fn said(old: &str, new: &str, on: u32) -> (String, String, NaiveDate) {
        (old.to_owned(), new.to_owned(), day(on))
    }

    #[test]
    fn a_former_name_leads_through_all_later_ones() {
        let village = |name: &str| Locality::village("甲镇", name);
        let changes = [
            (village("东村"), village("西村")),
            (village("西村"), village("南村")),
            (Locality::town("甲镇"), Locality::town("乙镇")),
        ];
        assert_eq!(
            of(&changes),
            [
                said("甲镇", "乙镇", 3),
                said("甲镇东村", "乙镇南村", 1),
                said("甲镇西村", "乙镇南村", 2),
            ]
        );
    }

    #[test]
    fn a_name_that_came_back_is_no_former_one() {
        let village = |name: &str| Locality::village("甲镇", name);
        let back = [
            (village("东村"), village("西村")),
            (village("西村"), village("东村")),
        ];
        assert_eq!(of(&back), [said("甲镇西村", "甲镇东村", 2)]);
    }
}
