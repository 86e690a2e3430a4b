//! Changes of names since an import was taken into the register, as they stand in the way of taking it back:
//! what the import's records said before may be a name that nobody says any more.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{Change, Locality, Renaming, renamed_cells};
use super::store;
use crate::access::history;
use crate::db::Tx;

/// What the history calls it when a record follows a change of names, or goes back with it.
const ACTIONS: [&str; 2] = ["rename", "merge_units"];

/// Changes of names since an import.
#[derive(Debug, Default)]
pub struct NamesSince {
    standing: Vec<Standing>,
    /// When changes were made that were taken back since, and when they and the import's own were taken back.
    cancelled: BTreeSet<DateTime<Utc>>,
}

/// A change that was made since and holds, or one that held and was taken back since.
#[derive(Debug)]
pub struct Standing {
    /// The change.
    pub renaming: Renaming,
    /// When it was made, or taken back.
    pub at: DateTime<Utc>,
    /// Whether it was taken back.
    pub taken_back: bool,
}

/// What an entry of the history has to do with changes of names.
#[derive(Debug)]
pub enum Cause<'s> {
    /// Nothing.
    Other,
    /// A change that was taken back since: nothing is left of it.
    Cancelled,
    /// This change.
    Renaming(&'s Standing),
}

/// The changes of names since an import was taken into the register. Those of its own that hold go back with it;
/// of one that was taken back by itself nothing is left, as the import's records before it say the old name, too.
pub async fn names_since(
    tx: &mut Tx,
    import_id: Uuid,
    committed_at: DateTime<Utc>,
) -> Result<NamesSince, sqlx::Error> {
    let mut found = NamesSince::default();
    for renaming in store::since(tx, committed_at).await? {
        if renaming.import_id == Some(import_id) {
            found.cancelled.extend(renaming.undone_at);
        } else {
            found.add(renaming, committed_at);
        }
    }
    Ok(found)
}

impl NamesSince {
    fn add(&mut self, renaming: Renaming, since: DateTime<Utc>) {
        match (renaming.recorded_at > since, renaming.undone_at) {
            (true, Some(undone_at)) => self.cancelled.extend([renaming.recorded_at, undone_at]),
            (true, None) => self.standing.push(Standing {
                at: renaming.recorded_at,
                taken_back: false,
                renaming,
            }),
            (false, Some(at)) => self.standing.push(Standing {
                at,
                taken_back: true,
                renaming,
            }),
            (false, None) => {}
        }
    }

    /// Whether no name is another than at the time of the import.
    pub fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }

    /// Why a record was changed.
    pub fn cause(&self, entry: &history::Entry) -> Cause<'_> {
        if !ACTIONS.contains(&entry.action.as_str()) {
            return Cause::Other;
        }
        // An import may make several changes at once, of which one was taken back by itself.
        match self.standing.iter().find(|it| it.at == entry.at) {
            Some(standing) => Cause::Renaming(standing),
            None if self.cancelled.contains(&entry.at) => Cause::Cancelled,
            None => Cause::Other,
        }
    }

    /// The change since which nobody says these names of a town and a village any more.
    pub fn of_place(&self, town: &str, village: &str) -> Option<&Standing> {
        let place = Locality::village(town, village);
        let mut standing = self.standing.iter();
        standing.find(|it| it.place_gone().is_some_and(|gone| gone.contains(&place)))
    }

    /// The change since which the unit of a person is on the register no longer, or since which nobody says the
    /// names of places that are theirs.
    pub fn of_person(
        &self,
        unit_id: Uuid,
        cells: (Option<&str>, Option<&str>),
    ) -> Option<&Standing> {
        self.standing.iter().find(|it| {
            if let Some(gone) = it.place_gone() {
                return renamed_cells((&gone, &gone), cells, &BTreeSet::new()).is_some();
            }
            let joined = it.renaming.merges && !it.taken_back;
            joined && it.renaming.unit_id == Some(unit_id)
        })
    }
}

impl Standing {
    /// The place whose name nobody says any more. One of which others became part still has its own.
    fn place_gone(&self) -> Option<Locality> {
        match self.renaming.change() {
            Change::Place { from, .. } if !self.taken_back => Some(from),
            Change::Place { to, .. } if !self.renaming.merges => Some(to),
            _ => None,
        }
    }

    /// What happened, and what is to be done about it.
    pub fn words(&self) -> String {
        let what = self.renaming.words();
        let day = crate::app::china_date(self.at);
        if self.taken_back {
            format!("{what}已于 {day} 撤销，此次导入之前的记录仍是旧名称")
        } else {
            let by = &self.renaming.recorded_by;
            format!("{day} 由 {by} 登记{what}，请先撤销此次更名或合并")
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::model::tests::{renaming, unit_renaming};
    use super::*;

    fn place(town: &str, village: &str) -> Locality {
        Locality::village(town, village)
    }

    fn entry(action: &str, at: DateTime<Utc>) -> history::Entry {
        history::Entry {
            version: 1,
            action: action.to_owned(),
            at,
            actor: "a".to_owned(),
            import_id: None,
            before: crate::db::Json(serde_json::Value::Null),
        }
    }

    /// What an import finds that was taken into the register at hour 10.
    fn since(made: Renaming, recorded: i64, undone: Option<i64>) -> NamesSince {
        let hour = |hour| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::hours(hour);
        let mut found = NamesSince::default();
        let made = Renaming {
            recorded_at: hour(recorded),
            undone_at: undone.map(hour),
            ..made
        };
        found.add(made, hour(10));
        found
    }

    #[test]
    fn a_change_that_holds_takes_the_old_name_away_and_one_that_was_taken_back_the_new_one() {
        let made = || renaming(place("甲镇", "东村"), place("甲镇", "新村"), false);
        let held = since(made(), 11, None);
        assert!(held.of_place("甲镇", "东村").is_some());
        assert!(held.of_place("甲镇", "新村").is_none());
        let back = since(made(), 9, Some(11));
        assert!(back.of_place("甲镇", "东村").is_none());
        assert!(back.of_place("甲镇", "新村").is_some());
        for nothing in [since(made(), 11, Some(12)), since(made(), 9, None)] {
            assert!(nothing.is_empty());
        }
        let town = renaming(Locality::town("甲镇"), Locality::town("乙镇"), true);
        assert!(since(town, 11, None).of_place("甲镇", "东村").is_some());
        // Those of another that became part of it have left; its own name stays.
        let joined = renaming(place("甲镇", "东村"), place("甲镇", "新村"), true);
        let back = since(joined, 9, Some(11));
        assert!(back.of_place("甲镇", "新村").is_none());
    }

    #[test]
    fn the_history_is_told_apart_by_what_became_of_the_change() {
        let made = || renaming(place("甲镇", "东村"), place("甲镇", "新村"), false);
        let at = |hour| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::hours(hour);
        let held = since(made(), 11, None);
        assert!(matches!(
            held.cause(&entry("rename", at(11))),
            Cause::Renaming(_)
        ));
        assert!(matches!(held.cause(&entry("update", at(11))), Cause::Other));
        assert!(matches!(held.cause(&entry("rename", at(12))), Cause::Other));
        let cancelled = since(made(), 11, Some(12));
        for hour in [11, 12] {
            assert!(matches!(
                cancelled.cause(&entry("rename", at(hour))),
                Cause::Cancelled
            ));
        }
    }

    #[test]
    fn a_unit_that_became_part_of_another_is_gone_and_one_with_another_name_is_not() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let person = |names: &NamesSince| names.of_person(one, (None, None)).is_some();
        let joined = since(unit_renaming(one, Some(other)), 11, None);
        assert!(person(&joined));
        let named = since(unit_renaming(one, None), 11, None);
        assert!(!person(&named));
        let elsewhere = since(unit_renaming(other, Some(one)), 11, None);
        assert!(!person(&elsewhere));
    }

    #[test]
    fn an_area_that_a_person_had_is_gone_with_the_names_in_it() {
        let made = renaming(place("甲镇", "东村"), place("甲镇", "新村"), false);
        let held = since(made, 11, None);
        let gone = |town, village| held.of_person(Uuid::nil(), (town, village)).is_some();
        assert!(gone(Some("甲镇"), Some("西村、东村")));
        assert!(gone(None, Some("东村")));
        assert!(!gone(Some("乙镇"), Some("东村")));
        assert!(!gone(Some("甲镇"), Some("新村")));
        assert!(!gone(Some("甲镇"), None));
    }
}
