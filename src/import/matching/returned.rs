//! Persons who died or moved away, as people said in an earlier import, and stand on the new roster: one question
//! for all who died and one for all who moved. Until it is answered their households are not taken in.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use uuid::Uuid;

use super::count;
use super::departed::DepartedIndex;
use super::outline::{Candidate, Outlines};
use super::question_words::{names_words, person_words};
use super::record_match::Known;
use crate::code_list::CodeList;
use crate::household::Relation;
use crate::household::person_match::PersonKey;
use crate::household::staging::Departed;
use crate::import::report::{Conflict, ConflictKind, PossibleAnswer};
use crate::problem::{Text, words};
use crate::roster::choices::{Choices, Decided, ImportAnswer, LeaveAnswer};
use crate::roster::grouping::{HouseholdRoster, ReadHousehold};

/// Most cells and households that a question lists.
const MOST_PLACES: usize = 200;

/// What is asked of those who have left and are in the file.
#[derive(Debug, Default)]
pub struct Returned {
    pub conflicts: Vec<Conflict>,
    /// Households of the file, each with the question that is not answered.
    pub undecided: Vec<(usize, String)>,
    /// Households of the file that are left out, by answer or because nobody is left of their rows.
    pub left_out: Vec<usize>,
    /// Rows of those who are members again, with who they are, by household.
    back: BTreeMap<usize, Vec<(usize, Uuid)>>,
    /// Rows of those who stay away, by household.
    out: BTreeMap<usize, BTreeSet<usize>>,
    /// Households whose head is asked about.
    heads: BTreeSet<usize>,
}

impl Returned {
    /// Asks about those who have left. To take in again who has died is never what is proposed.
    pub fn of(
        known: Known<'_>,
        roster: &HouseholdRoster,
        departed: &DepartedIndex,
        choices: &Choices,
    ) -> Result<Self, postcard::Error> {
        use ImportAnswer::{Returns, StaysAway};
        let mut returned = Self::default();
        let found: Vec<_> = returning(known, departed).collect();
        for (reason, answers) in [
            (LeaveAnswer::Died, [StaysAway, Returns]),
            (LeaveAnswer::MovedAway, [Returns, StaysAway]),
        ] {
            let of_reason = found.iter().filter(|(_, it)| it.reason == reason);
            let these: Vec<_> = of_reason.copied().collect();
            if !these.is_empty() {
                returned.ask(known, roster, (reason, answers, &these), choices)?;
            }
        }
        Ok(returned)
    }

    fn ask(
        &mut self,
        known: Known<'_>,
        roster: &HouseholdRoster,
        (reason, answers, these): (LeaveAnswer, [ImportAnswer; 2], &[(Candidate, &Departed)]),
        choices: &Choices,
    ) -> Result<(), postcard::Error> {
        let kind = ConflictKind::MemberReturned;
        let key = format!("{}:{}", kind.code(), reason.code());
        let decided = choices.decided(&key, kind.code(), &answers);
        let households: BTreeSet<_> = these.iter().map(|(it, _)| it.household as usize).collect();
        match &decided {
            Decided::Open => {
                let keys = households.iter().map(|index| (*index, key.clone()));
                self.undecided.extend(keys);
                let heads = these.iter().filter(|(it, _)| it.is_head);
                self.heads
                    .extend(heads.map(|(it, _)| it.household as usize));
            }
            Decided::Refused => self.left_out.extend(&households),
            Decided::Given(ImportAnswer::StaysAway, _) => {
                for (it, _) in these {
                    let rows = self.out.entry(it.household as usize).or_default();
                    rows.insert(it.member as usize);
                }
            }
            Decided::Given(..) => self.take_back(these),
        }
        let mut places = Vec::new();
        for (it, _) in these.iter().take(MOST_PLACES) {
            let given = roster.households.get(it.household as usize)?;
            let place = given.places.get(it.member as usize).copied();
            places.push(place.unwrap_or(given.place).cell(&roster.sheets, "name"));
        }
        let own = households
            .iter()
            .filter_map(|index| known.matches.household_of(*index));
        let words = Words::of(reason, these);
        self.conflicts.push(Conflict {
            key,
            kind,
            places,
            household_ids: own
                .take(MOST_PLACES)
                .map(|household| known.register.id(household))
                .collect(),
            proposal: words.of_answer(answers[0]),
            accepted: decided.accepted(),
            answers: answers
                .into_iter()
                .map(|answer| PossibleAnswer {
                    answer,
                    words: words.of_answer(answer),
                })
                .collect(),
            answer: decided.answer(),
            names: Vec::new(),
            question: words.question,
        });
        Ok(())
    }

    /// Who is a member again is who they were. Of two rows that may be one person, the first is.
    fn take_back(&mut self, these: &[(Candidate, &Departed)]) {
        let named = self.back.values().flatten();
        let mut named: HashSet<_> = named.map(|(_, id)| *id).collect();
        for (it, left) in these {
            if let Some(id) = left.member.id.filter(|id| named.insert(*id)) {
                let rows = self.back.entry(it.household as usize).or_default();
                rows.push((it.member as usize, id));
            }
        }
    }

    /// Names those who are members again, and takes the rows of those who stay away out of the file. As long as
    /// it is open whether a head is alive, it is not asked besides whether the head has changed.
    pub fn take_out(
        &mut self,
        roster: &mut HouseholdRoster,
        outlines: &mut Outlines,
    ) -> Result<(), postcard::Error> {
        for index in &self.heads {
            outlines.households[*index].forget_head();
        }
        for (index, rows) in &self.back {
            let mut given = roster.households.get(*index)?;
            for (row, id) in rows {
                if let Some(member) = given.facts.members.get_mut(*row) {
                    member.id = Some(*id);
                }
            }
            roster.households.replace(*index, &given)?;
        }
        for (index, rows) in &self.out {
            let mut given = roster.households.get(*index)?;
            leave_out(&mut given, rows);
            if given.facts.members.is_empty() {
                self.left_out.push(*index);
                continue;
            }
            roster.households.replace(*index, &given)?;
            outlines.take_out(*index, rows, &given);
        }
        Ok(())
    }
}

/// Those of the file who have left. Who moved away may well live in another household by now; who died may not.
/// By name and birth date one is known in their own household alone, where nobody else has both.
fn returning<'d>(
    known: Known<'_>,
    departed: &'d DepartedIndex,
) -> impl Iterator<Item = (Candidate, &'d Departed)> {
    let candidates = known.outlines.candidates.iter();
    let candidates = candidates.map(|it| (*it, departed.get(it.departed)));
    candidates.filter(move |(it, left)| {
        let index = it.household as usize;
        if known.outlines.households[index].has_errors {
            return false;
        }
        let own = known.matches.household_of(index);
        let Some(own) = own.filter(|own| known.register.id(*own) == left.household_id) else {
            return it.is_identified && left.reason == LeaveAnswer::Died;
        };
        let namesake = PersonKey::of(&left.member).namesake();
        let mut present = known.register.persons(own);
        it.is_identified || !present.any(|it| known.register.namesake_of(it) == namesake)
    })
}

/// What is asked, and what each answer does.
struct Words {
    question: Text,
    returns: Text,
    stays_away: Text,
}

impl Words {
    fn of(reason: LeaveAnswer, these: &[(Candidate, &Departed)]) -> Self {
        let names = these
            .iter()
            .map(|(_, left)| person_words(&left.member.name, left.member.identity_number.as_ref()));
        let (people, names) = (these.len(), names_words(&names.collect::<Vec<_>>()));
        if reason == LeaveAnswer::Died {
            Self {
                question: words!(
                    "以前导入时答复已去世的 {people} 人又在名册中：{names}。是名册没有除去，还是以前答错了？",
                    "people of whom an earlier import was told that they died ({people}) are in the roster again: {names}. Did the roster keep them, or was that answer wrong?";
                    names
                ),
                returns: words!(
                    "以前答错了，仍健在：按名册重新登记为成员",
                    "that answer was wrong, they are alive: registered as members again, by the roster"
                ),
                stays_away: words!(
                    "确已去世：名册中这几行不导入，户内其他人照常导入",
                    "they did die: these rows are not imported, the others of the household are"
                ),
            }
        } else {
            Self {
                question: words!(
                    "以前导入时答复已迁出的 {people} 人又在名册中原来的一户：{names}。是迁回，还是名册没有除去？",
                    "people of whom an earlier import was told that they moved away ({people}) are in their former household in the roster again: {names}. Have they come back, or did the roster keep them?";
                    names
                ),
                returns: words!(
                    "已迁回或以前答错了：按名册重新登记为成员",
                    "they came back, or that answer was wrong: registered as members again, by the roster"
                ),
                stays_away: words!(
                    "仍在外：名册中这几行不导入，户内其他人照常导入",
                    "still away: these rows are not imported, the others of the household are"
                ),
            }
        }
    }

    fn of_answer(&self, answer: ImportAnswer) -> Text {
        if answer == ImportAnswer::Returns {
            self.returns.clone()
        } else {
            self.stays_away.clone()
        }
    }
}

/// Leaves out rows of a household, as if the file did not have them.
fn leave_out(given: &mut ReadHousehold, rows: &BTreeSet<usize>) {
    let is_head = |row: &usize| {
        let member = given.facts.members.get(*row);
        member.is_some_and(|member| member.relation == Relation::Head)
    };
    if rows.iter().any(is_head) {
        given.unsaid.head = true;
        given.head_left_out = true;
    }
    keep_others(&mut given.facts.members, rows);
    keep_others(&mut given.places, rows);
    let left = count(given.places.len());
    if let Some(size) = &mut given.size {
        // 家庭人口 may or may not have counted them.
        if given.unsaid.members && size.members == left {
            given.unsaid.members = false;
        } else {
            size.members -= count(rows.len());
        }
    }
}

fn keep_others<T>(list: &mut Vec<T>, rows: &BTreeSet<usize>) {
    let mut at = 0..;
    list.retain(|_| at.next().is_none_or(|at| !rows.contains(&at)));
}
