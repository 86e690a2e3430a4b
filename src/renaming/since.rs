//! Changes of names since an import was taken into the register, as they stand in the way of taking it back:
//! what the import's records said before may be a name that nobody says any more.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{Cells, Change, Locality, Renaming, renamed_cells};
use super::store::{self, subject};
use crate::access::history;
use crate::db::Tx;
use crate::problem::{Text, words};

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
    /// Who had followed one that was taken back to the name of another, with what each said by it: 镇 and 村, or
    /// nothing of who came to another unit.
    came: HashMap<Uuid, Cells>,
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
    let joined = found.standing.iter_mut();
    for standing in joined.filter(|it| it.taken_back && it.renaming.merges) {
        let records = store::records(tx, standing.renaming.id).await?;
        let followed = records
            .into_iter()
            .filter(|it| it.subject != subject::UNIT_VILLAGE);
        standing.came = followed
            .map(|it| (it.subject_id, (it.new_town, it.new_village)))
            .collect();
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
                came: HashMap::new(),
                renaming,
            }),
            (false, Some(at)) => self.standing.push(Standing {
                at,
                taken_back: true,
                came: HashMap::new(),
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

    /// The change since which nobody says these names of a town and a village any more, or since which this
    /// household does not.
    pub fn of_place(&self, household_id: Uuid, town: &str, village: &str) -> Option<&Standing> {
        let place = Locality::village(town, village);
        let said = (Some(town.to_owned()), Some(village.to_owned()));
        self.standing.iter().find(|it| {
            it.place_gone().is_some_and(|gone| gone.contains(&place))
                || it.came.get(&household_id) == Some(&said)
        })
    }

    /// The change since which the unit of a person is on the register no longer, or since which nobody says the
    /// names of places that are theirs, or since which this person does not.
    pub fn of_person(
        &self,
        person_id: Uuid,
        unit_id: Uuid,
        cells: (Option<&str>, Option<&str>),
    ) -> Option<&Standing> {
        let said: Cells = (
            cells.0.map(ToOwned::to_owned),
            cells.1.map(ToOwned::to_owned),
        );
        self.standing.iter().find(|it| {
            let came = it.came.get(&person_id);
            if it.renaming.unit_id.is_some() {
                let joined = it.renaming.merges && !it.taken_back;
                let in_both = came.is_some() && it.renaming.into_unit_id == Some(unit_id);
                return in_both || (joined && it.renaming.unit_id == Some(unit_id));
            }
            let is_gone =
                |gone: Locality| renamed_cells((&gone, &gone), cells, &BTreeSet::new()).is_some();
            came == Some(&said) || it.place_gone().is_some_and(is_gone)
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
    pub fn words(&self) -> Text {
        let what = self.renaming.words();
        let day = crate::app::china_date(self.at);
        if self.taken_back {
            words!(
                "{what}已于 {day} 撤销，此次导入之前的记录仍是旧名称",
                "that {what} was taken back on {day}, and the records before this import have the old name";
                what
            )
        } else {
            let by = &self.renaming.recorded_by;
            words!(
                "{day} 由 {by} 登记{what}，请先撤销此次更名或合并",
                "{by} recorded on {day} that {what}; take that back first";
                what
            )
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
            id: Uuid::now_v7(),
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
        assert!(held.of_place(Uuid::nil(), "甲镇", "东村").is_some());
        assert!(held.of_place(Uuid::nil(), "甲镇", "新村").is_none());
        let back = since(made(), 9, Some(11));
        assert!(back.of_place(Uuid::nil(), "甲镇", "东村").is_none());
        assert!(back.of_place(Uuid::nil(), "甲镇", "新村").is_some());
        for nothing in [since(made(), 11, Some(12)), since(made(), 9, None)] {
            assert!(nothing.is_empty());
        }
        let town = renaming(Locality::town("甲镇"), Locality::town("乙镇"), true);
        assert!(
            since(town, 11, None)
                .of_place(Uuid::nil(), "甲镇", "东村")
                .is_some()
        );
        // Those of another that became part of it have left; its own name stays.
        let joined = renaming(place("甲镇", "东村"), place("甲镇", "新村"), true);
        let back = since(joined, 9, Some(11));
        assert!(back.of_place(Uuid::nil(), "甲镇", "新村").is_none());
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
        let person = |names: &NamesSince| names.of_person(Uuid::nil(), one, (None, None)).is_some();
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
        let gone = |town, village| {
            held.of_person(Uuid::nil(), Uuid::nil(), (town, village))
                .is_some()
        };
        assert!(gone(Some("甲镇"), Some("西村、东村")));
        assert!(gone(None, Some("东村")));
        assert!(!gone(Some("乙镇"), Some("东村")));
        assert!(!gone(Some("甲镇"), Some("新村")));
        assert!(!gone(Some("甲镇"), None));
    }

    #[test]
    fn who_had_come_to_another_name_does_not_go_back_to_it_after_that_was_taken_back() {
        let one = Uuid::from_u128(1);
        let cells = |town: &str, village: &str| (Some(town.to_owned()), Some(village.to_owned()));
        let joined = renaming(place("甲镇", "东村"), place("甲镇", "西村"), true);
        let mut back = since(joined, 9, Some(11));
        back.standing[0].came.insert(one, cells("甲镇", "西村"));
        assert!(back.of_place(one, "甲镇", "西村").is_some());
        // What it says now, or one who had lived there before.
        assert!(back.of_place(one, "甲镇", "东村").is_none());
        assert!(back.of_place(Uuid::nil(), "甲镇", "西村").is_none());
        let person = |id, village| back.of_person(id, Uuid::nil(), (Some("甲镇"), Some(village)));
        assert!(person(one, "西村").is_some());
        assert!(person(one, "东村").is_none() && person(Uuid::nil(), "西村").is_none());
        let (first, into) = (Uuid::from_u128(2), Uuid::from_u128(3));
        let mut back = since(unit_renaming(first, Some(into)), 9, Some(11));
        back.standing[0].came.insert(one, (None, None));
        let of = |id, unit| back.of_person(id, unit, (None, None)).is_some();
        assert!(of(one, into));
        assert!(!of(one, first) && !of(Uuid::nil(), into));
    }
}
