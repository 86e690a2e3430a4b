//! A place that all rows of a roster call by the name of another kind of place: 草庙街道, which the register has as
//! 草庙镇. It is no other spelling of the old name: the town has become another kind of town, and its new name stands.

use super::tally::{MOST_PLACES, Reading, Tally};
use super::words::{cut_key, links_words};
use crate::code_list::CodeList;
use crate::import::report::{Conflict, ConflictKind, PossibleAnswer};
use crate::problem::{Text, words};
use crate::renaming::spelling::Level;
use crate::renaming::{Change, Locality, Planned};
use crate::roster::choices::{Choices, Decided, ImportAnswer};

const ANSWERS: [ImportAnswer; 3] = [
    ImportAnswer::Renamed,
    ImportAnswer::SamePlace,
    ImportAnswer::Moved,
];

/// A place of the register and its new name in the file.
pub struct Reformed<'t> {
    level: Level<'t>,
    old: &'t Tally,
    new: &'t Tally,
}

/// What is asked of such a place, and what follows from the answer.
pub struct AskedOfReformed {
    pub conflict: Conflict,
    pub readings: Vec<(String, Reading)>,
    pub renaming: Option<Planned>,
    /// Both places, unless one is read as the other: nothing more is asked of the households that are in the one
    /// here and in the other there.
    pub apart: Option<(Locality, Locality)>,
}

impl<'t> Reformed<'t> {
    /// Of names that are alike: nothing where they may be more than the old and the new name of one place.
    pub fn of(level: Level<'t>, group: &[&'t Tally]) -> Option<Self> {
        let mut names = group.iter().copied().filter(|it| !it.is_only_former());
        let (Some(one), Some(other), None) = (names.next(), names.next(), names.next()) else {
            return None;
        };
        let (old, new) = if one.is_settled() {
            (one, other)
        } else {
            (other, one)
        };
        let is_old = old.is_settled() && old.in_file == 0;
        let is_new = !new.is_settled() && new.in_file > 0 && new.former.is_none();
        let is_place = !matches!(level, Level::Unit | Level::VillageOf(""));
        let is_reformed = is_place && is_old && is_new && level.is_other_kind(&old.name, &new.name);
        is_reformed.then_some(Self { level, old, new })
    }

    fn place(&self, name: &str) -> Locality {
        match self.level {
            Level::VillageOf(town) => Locality::village(town, name),
            Level::Town | Level::Unit => Locality::town(name),
        }
    }

    /// Asks which it is.
    pub fn ask(&self, choices: &Choices) -> AskedOfReformed {
        let kind = ConflictKind::PlaceRenamed;
        let (from, to) = (self.place(&self.old.name), self.place(&self.new.name));
        let key = format!("{}:{}", kind.code(), cut_key(&from.words()));
        let decided = choices.decided(&key, kind.code(), &ANSWERS);
        let reading = |name: &str, undecided, left_out| Reading {
            name: name.to_owned(),
            undecided,
            left_out,
        };
        let (old, new) = (self.old.name.as_str(), self.new.name.as_str());
        let readings = match &decided {
            Decided::Open => vec![(new.to_owned(), reading(new, Some(key.clone()), false))],
            Decided::Refused => vec![(new.to_owned(), reading(new, None, true))],
            Decided::Given(ImportAnswer::Renamed, _) => {
                vec![(old.to_owned(), reading(new, None, false))]
            }
            Decided::Given(ImportAnswer::SamePlace, _) => {
                vec![(new.to_owned(), reading(old, None, false))]
            }
            Decided::Given(..) => Vec::new(),
        };
        let renaming = decided.is(ImportAnswer::Renamed).then(|| Planned {
            change: Change::Place {
                from: from.clone(),
                to: to.clone(),
            },
            merges: false,
            reason: "导入名册时确认更名".to_owned(),
        });
        let is_one = decided.is(ImportAnswer::Renamed) || decided.is(ImportAnswer::SamePlace);
        AskedOfReformed {
            conflict: self.conflict((&from, &to), key, &decided),
            readings,
            renaming,
            apart: (!is_one).then_some((from, to)),
        }
    }

    fn conflict(
        &self,
        (from, to): (&Locality, &Locality),
        key: String,
        decided: &Decided,
    ) -> Conflict {
        let (old, new) = (from.words(), to.words());
        let (open, count) = (self.old.on_register, self.new.in_file);
        let linked = links_words(self.old.units, self.old.helpers);
        let linked = linked.map_or_else(
            Text::default,
            |linked| words!("；{old}仍有{linked}", "; “{old}” still has {linked}"; linked),
        );
        let answer = |answer, words| PossibleAnswer { answer, words };
        Conflict {
            key,
            kind: ConflictKind::PlaceRenamed,
            places: self.new.cells.iter().take(MOST_PLACES).cloned().collect(),
            household_ids: Vec::new(),
            question: words!("登记在{old}的有 {open} 户；名册没有写{old}的，有 {count} 户写作{new}{linked}。是更名为{new}，名册写错，还是住户搬迁？", "households in “{old}”: {open} in the register, none in the roster, which has {count} in “{new}”{linked}. Is it now called “{new}”, is the roster wrong, or have the households moved?"; linked),
            proposal: words!(
                "{old}更名为{new}：登记的住户、单位的定点帮扶村和责任人的负责区域随之改为新名",
                "“{old}” is now called “{new}”: households, villages of units and areas of helpers follow"
            ),
            accepted: decided.accepted(),
            answers: vec![
                answer(
                    ImportAnswer::Renamed,
                    words!(
                        "更名为{new}：登记的住户、单位的定点帮扶村和责任人的负责区域随之改为新名",
                        "it is now called “{new}”: households, villages of units and areas of helpers follow"
                    ),
                ),
                answer(
                    ImportAnswer::SamePlace,
                    words!(
                        "名册写错：仍读作“{}”",
                        "the roster is wrong: read as “{}”",
                        self.old.name
                    ),
                ),
                answer(
                    ImportAnswer::Moved,
                    words!(
                        "住户搬迁：是两个地方，单位的定点帮扶村和责任人的负责区域不变",
                        "the households moved: they are two places, and villages of units and areas of helpers stay"
                    ),
                ),
            ],
            answer: decided.answer(),
            names: Vec::new(),
        }
    }
}
