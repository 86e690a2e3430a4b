//! Places that a roster calls otherwise than the register, while units and helpers are linked to the old name.

use super::names::PlaceNames;
use super::spelling::Spellings;
use super::suspects::{Obstacle, Scattered, Suspect, suspects};
use super::words::{cut_key, links_words};
use crate::code_list::CodeList;
use crate::household::rule::Severity;
use crate::import::matching::gone::Verdict;
use crate::import::matching::gone::clauses;
use crate::import::matching::record_match::Known;
use crate::import::report::{Conflict, ConflictKind, PossibleAnswer};
use crate::problem::{Problem, Text, words};
use crate::renaming::{Change, Links, Locality, Planned};
use crate::roster::choices::{Choices, Decided, ImportAnswer};
use crate::roster::grouping::HouseholdRoster;
use crate::roster::report::RosterProblem;
use crate::value::Refusal;

/// Most cells and households that a question lists.
const MOST_PLACES: usize = 200;
const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::Renamed, ImportAnswer::Moved];

/// What is asked of places that the file calls otherwise.
#[derive(Debug, Default)]
pub struct PlacesRenamed {
    pub conflicts: Vec<Conflict>,
    pub renamings: Vec<Planned>,
    /// Households of the file, each with the question that is not answered.
    pub undecided: Vec<(usize, String)>,
    /// Households of the file that are left out.
    pub left_out: Vec<usize>,
    /// Places that many households have left for several others.
    pub told: Vec<RosterProblem>,
}

/// Finds places of the register most of whose households the file has under one other name, while units or
/// helpers are linked to the old one, and asks; and tells of those whose households are here and there.
pub fn places_renamed(
    known: Known<'_>,
    roster: &HouseholdRoster,
    (names, spellings): (&PlaceNames, &Spellings),
    links: &Links,
    choices: &Choices,
) -> PlacesRenamed {
    let mut found = PlacesRenamed::default();
    let (asked, scattered) = suspects(known, (names, spellings), links);
    for suspect in asked {
        found.ask(known, roster, links, choices, &suspect);
    }
    let told = scattered.iter().map(|it| it.problem(known, roster, links));
    found.told = told.collect();
    found
}

/// The units and helpers that are linked to a place, in words.
fn linked(links: &Links, place: &Locality) -> Text {
    let village = place.village.as_deref();
    let words = links_words(
        links.units_of(&place.town, village),
        links.helpers_of(&place.town, village),
    );
    words.unwrap_or_default()
}

impl Suspect {
    fn question(&self, links: &Links) -> Text {
        let (old, new) = (self.from.words(), self.to.words());
        let (found, what) = (self.found(&old, &new), self.what());
        let linked = linked(links, &self.from);
        match &self.obstacle {
            Some(Obstacle::InChain) => words!(
                "{found}；{old}仍有{linked}。名册中另有一地的住户写作{old}，或{new}的住户写作别处：像是几处依次更名或互换名称，导入时无法分清先后。如是更名，请先在“更名”中按顺序办理，再重新核对；还是住户搬迁？",
                "{found}; “{old}” still has {linked}. Households of another place are under “{old}” in the roster, or those of “{new}” are elsewhere: it looks as if several places were renamed one after the other, or changed names, and an import cannot tell in which order. If they were renamed, make the changes of names first, in their order, and check again; or have the households moved?";
                found, linked
            ),
            Some(Obstacle::Refused(refused)) => {
                let refused = Problem::from(refused.clone());
                let refused = refused.detail();
                words!(
                    "{found}；{old}仍有{linked}。如是{what}{new}，导入时不能办理：{refused}。请先在“更名”中办理，再重新核对；还是住户搬迁？",
                    "{found}; “{old}” still has {linked}. If it {what} “{new}”, an import cannot do that: {refused}. Make the change of names first and check again; or have the households moved?";
                    found, linked, what, refused
                )
            }
            None => words!(
                "{found}；{old}仍有{linked}。是{what}{new}，还是住户搬迁？",
                "{found}; “{old}” still has {linked}. Is it that it {what} “{new}”, or have the households moved?";
                found, linked, what
            ),
        }
    }

    /// Where the roster has the households of the place.
    fn found(&self, old: &str, new: &str) -> Text {
        let (count, open, named) = (self.indexes.len(), self.gone.open, self.gone.named());
        if count == named {
            return words!(
                "登记在{old}的 {open} 户中有 {count} 户，名册都写作{new}",
                "of the households in “{old}” ({open} in the register) the roster has {count}, all in “{new}”"
            );
        }
        let mut parts = vec![words!("{count} 户写作{new}", "{count} as “{new}”")];
        let stayed = self.gone.stayed;
        if stayed > 0 {
            parts.push(words!(
                "{stayed} 户仍写作{old}",
                "{stayed} still as “{old}”"
            ));
        }
        if count + stayed < named {
            parts.push(self.gone.others(Some(&self.to), Locality::words, "户"));
        }
        let parts = clauses(&parts);
        words!(
            "登记在{old}的 {open} 户中有 {named} 户在名册中：{parts}",
            "of the households in “{old}” ({open} in the register) the roster has {named}: {parts}";
            parts
        )
    }

    /// 更名为 or 并入.
    fn what(&self) -> Text {
        if self.verdict == Verdict::Renamed {
            words!("更名为", "is now called")
        } else {
            words!("并入", "became part of")
        }
    }

    fn answers(&self) -> Vec<PossibleAnswer> {
        let answer = |answer, words| PossibleAnswer { answer, words };
        let moved = answer(
            ImportAnswer::Moved,
            words!(
                "住户搬迁：单位的定点帮扶村和责任人的负责区域不变",
                "the households moved: villages of units and areas of helpers stay"
            ),
        );
        if self.obstacle.is_some() {
            return vec![moved];
        }
        let (what, new) = (self.what(), self.to.words());
        let stayed = if self.gone.stayed > 0 {
            words!(
                "，名册中仍写旧名的也读作新名",
                ", and those that the roster has under the old name are read as the new one"
            )
        } else {
            Text::default()
        };
        let rest = match self.gone.open.saturating_sub(self.gone.named()) {
            0 => Text::default(),
            rest => words!(
                "，名册以外的 {rest} 户也改为新名",
                ", and {rest} that are not in the roster get the new name too"
            ),
        };
        let renamed = words!(
            "{what}{new}：单位的定点帮扶村和责任人的负责区域随之改为新名{stayed}{rest}",
            "it {what} “{new}”: villages of units and areas of helpers follow{stayed}{rest}";
            what, stayed, rest
        );
        vec![answer(ImportAnswer::Renamed, renamed), moved]
    }
}

impl Scattered {
    fn problem(&self, known: Known<'_>, roster: &HouseholdRoster, links: &Links) -> RosterProblem {
        let place = self.place.words();
        let stayed = match self.gone.stayed {
            0 => Text::default(),
            stayed => words!(
                "{stayed} 户仍写作{place}，",
                "{stayed} still as “{place}”, "
            ),
        };
        let (open, named) = (self.gone.open, self.gone.named());
        let others = self.gone.others(None, Locality::words, "户");
        let linked = linked(links, &self.place);
        let reason = words!(
            "登记在{place}的 {open} 户中有 {named} 户在名册中：{stayed}{others}；{place}仍有{linked}，导入后不变",
            "of the households in “{place}” ({open} in the register) the roster has {named}: {stayed}{others}; “{place}” still has {linked}, which the import leaves as they are";
            stayed, others, linked
        );
        let remedy = words!(
            "如是更名、合并或拆分，请在“更名”中办理，或核对单位的定点帮扶村和责任人的负责镇、负责村",
            "if it was renamed, joined or divided, make the change of names, or check the villages of units and the areas of helpers"
        );
        let refusal = Refusal::new("place_left", reason, remedy);
        let first = self.gone.first();
        let area = first.and_then(|index| known.outlines.households[index].area());
        let cell = area.and_then(|area| roster.areas[area].places.first());
        match cell {
            Some(cell) => cell.problem(&roster.sheets, Severity::Warning, "village", refusal),
            None => RosterProblem::of_file(Severity::Warning, refusal),
        }
    }
}

impl PlacesRenamed {
    fn ask(
        &mut self,
        known: Known<'_>,
        roster: &HouseholdRoster,
        links: &Links,
        choices: &Choices,
        suspect: &Suspect,
    ) {
        let kind = ConflictKind::PlaceRenamed;
        let (old, new) = (suspect.from.words(), suspect.to.words());
        let key = format!("{}:{}", kind.code(), cut_key(&old));
        let decided = match choices.decided(&key, kind.code(), &ANSWERS) {
            // It cannot be done here, and who accepts all proposals has not said that they moved.
            Decided::Given(ImportAnswer::Renamed, _) if suspect.obstacle.is_some() => Decided::Open,
            decided => decided,
        };
        match &decided {
            Decided::Open => {
                let keys = suspect.indexes.iter().map(|index| (*index, key.clone()));
                self.undecided.extend(keys);
            }
            Decided::Refused => self.left_out.extend(&suspect.indexes),
            Decided::Given(ImportAnswer::Renamed, _) => self.renamings.push(Planned {
                change: Change::Place {
                    from: suspect.from.clone(),
                    to: suspect.to.clone(),
                },
                merges: suspect.verdict == Verdict::Joined,
                reason: "导入名册时确认更名或合并".to_owned(),
            }),
            Decided::Given(..) => {}
        }
        let what = suspect.what();
        let proposal = if suspect.obstacle.is_some() {
            words!(
                "先办理更名，再重新核对；或答“住户搬迁”，{old}的定点帮扶单位和责任人的负责区域不变",
                "make the change of names first and check again; or answer that the households moved: units and helpers of “{old}” stay"
            )
        } else {
            words!(
                "{old}{what}{new}：单位的定点帮扶村和责任人的负责区域随之改为新名",
                "“{old}” {what} “{new}”: villages of units and areas of helpers follow";
                what
            )
        };
        self.conflicts.push(Conflict {
            key,
            kind,
            places: cells(roster, known, &suspect.indexes),
            household_ids: ids(known, &suspect.indexes),
            question: suspect.question(links),
            proposal,
            accepted: decided.accepted(),
            answers: suspect.answers(),
            answer: decided.answer(),
            names: Vec::new(),
        });
    }
}

fn cells(roster: &HouseholdRoster, known: Known<'_>, indexes: &[usize]) -> Vec<String> {
    let mut areas: Vec<_> = indexes
        .iter()
        .filter_map(|index| known.outlines.households[*index].area())
        .collect();
    areas.sort_unstable();
    areas.dedup();
    let places = areas
        .into_iter()
        .flat_map(|area| &roster.areas[area].places);
    let cells = places.map(|place| place.cell(&roster.sheets, "village"));
    cells.take(MOST_PLACES).collect()
}

fn ids(known: Known<'_>, indexes: &[usize]) -> Vec<uuid::Uuid> {
    let own = indexes
        .iter()
        .filter_map(|index| known.matches.household_of(*index));
    own.take(MOST_PLACES)
        .map(|household| known.register.id(household))
        .collect()
}
