//! What is to become of each household, chunk by chunk.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::outline::{Outlines, Twins};
use super::question::{Findings, Known};
use super::record_match::RecordMatches;
use super::{count, packed};
use crate::codes::Action;
use crate::household::register::Register;
use crate::household::rule::SUSPECTED_DUPLICATE;
use crate::household::staging::Planned;
use crate::household::{Household, HouseholdFacts, Member};
use crate::import::report::{Conflict, Counts};
use crate::roster::choices::Choices;
use crate::roster::grouping::{self, HouseholdRoster, ReadHousehold, same_person};
use crate::roster::report::{Problems, RosterProblem};
use crate::roster::value::Refusal;

/// Most households of one chunk.
pub const CHUNK: usize = 1_000;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A household of the file could not be unpacked.
    #[error("a packed household is damaged: {0}")]
    Damaged(#[from] postcard::Error),
    /// The register is not as it was when it was indexed.
    #[error("household {0} has changed since the register was read")]
    RegisterChanged(Uuid),
}

/// What an import is to do, made from a file, the register and what people decided.
pub struct Plan {
    today: NaiveDate,
    register: Register,
    outlines: Outlines,
    matches: RecordMatches,
    findings: Findings,
    groups: Groups,
    /// Households of the file with errors.
    faulty: HashSet<usize>,
    /// Households of the file that take others in whole.
    targets: HashSet<usize>,
    /// Ids of those of them that are new.
    new_ids: HashMap<usize, Uuid>,
    /// Households of the register that are not in the file and lose persons.
    sources: Vec<usize>,
    /// Households of the villages that the file names which are not in it.
    absent: Vec<usize>,
    /// How many households of the file, then of the sources, then of the absent, have been planned.
    done: usize,
    households: Counts,
    persons: Counts,
}

/// What a plan goes through.
#[derive(Clone, Copy, Debug)]
enum Part {
    File,
    Sources,
    Absent,
}

/// Households that belong together by the persons whom they exchange: done together, or not at all.
#[derive(Debug, Default)]
struct Groups {
    parents: HashMap<u32, u32>,
    /// Groups that are not done.
    held: HashMap<u32, Held>,
}

/// Why a group is not done.
#[derive(Clone, Debug, Default)]
struct Held {
    /// Questions without an answer.
    undecided: Vec<String>,
    /// Something was refused, or has errors.
    left_out: bool,
}

impl Groups {
    fn root(&self, mut node: u32) -> u32 {
        while let Some(parent) = self.parents.get(&node).filter(|parent| **parent != node) {
            node = *parent;
        }
        node
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents.insert(one.max(other), one.min(other));
        self.parents.insert(one.min(other), one.min(other));
    }

    fn held(&self, node: u32) -> Option<&Held> {
        self.held.get(&self.root(node))
    }

    fn hold(&mut self, node: u32) -> &mut Held {
        self.held.entry(self.root(node)).or_default()
    }
}

impl Plan {
    /// Looks at the whole file on the day `today`. What keeps households from being taken in, and persons who may be on
    /// the register twice, go to `problems`.
    pub fn of(
        roster: &HouseholdRoster,
        register: Register,
        choices: &Choices,
        today: NaiveDate,
        problems: &mut Problems,
    ) -> Result<Self, PlanError> {
        let outlines = Outlines::of(roster, &register)?;
        let matches = RecordMatches::of(&outlines, &register);
        let known = Known {
            register: &register,
            outlines: &outlines,
            matches: &matches,
        };
        let findings = Findings::of(known, roster, choices)?;
        for fault in &findings.faults {
            problems.push(fault.problem(&register, roster)?);
        }
        for twins in &outlines.twins {
            if !is_recognised(known, &findings, *twins) {
                problems.push(suspicion(&register, roster, *twins)?);
            }
        }
        let errors = outlines.households.iter().enumerate();
        let faulty = errors
            .filter(|(_, outline)| outline.has_errors)
            .map(|(index, _)| index)
            .chain(findings.faults.iter().map(|fault| fault.index))
            .collect();
        let mut plan = Self {
            today,
            faulty,
            targets: findings.emptied.values().copied().collect(),
            register,
            outlines,
            matches,
            findings,
            groups: Groups::default(),
            new_ids: HashMap::new(),
            sources: Vec::new(),
            absent: Vec::new(),
            done: 0,
            households: Counts::default(),
            persons: Counts::default(),
        };
        plan.group();
        plan.find_sources();
        plan.find_absent();
        Ok(plan)
    }

    fn known(&self) -> Known<'_> {
        Known {
            register: &self.register,
            outlines: &self.outlines,
            matches: &self.matches,
        }
    }

    /// A household of the register among the nodes of the groups: itself, or the one of the file that
    /// it is.
    fn node(&self, household: usize) -> u32 {
        let files = self.outlines.households.len();
        packed(
            self.matches
                .index_of(household)
                .unwrap_or(files + household),
        )
    }

    fn group(&mut self) {
        let pairs: Vec<_> = self.findings.moves.keys().copied().collect();
        for (from, index) in &pairs {
            self.groups.join(self.node(*from as usize), *index);
        }
        for question in &self.findings.questions {
            let node = packed(question.index);
            match question.accepted {
                Some(true) => {}
                Some(false) => self.groups.hold(node).left_out = true,
                None => {
                    let key = question.key.clone();
                    self.groups.hold(node).undecided.push(key);
                }
            }
        }
        for (from, index) in pairs {
            for node in [self.node(from as usize), index] {
                if self.faulty.contains(&(node as usize)) {
                    self.groups.hold(node).left_out = true;
                }
            }
        }
    }

    fn find_sources(&mut self) {
        let mut sources: Vec<_> = self
            .findings
            .moves
            .keys()
            .map(|(from, _)| *from as usize)
            .filter(|from| self.matches.index_of(*from).is_none())
            .filter(|from| {
                let held = self.groups.held(self.node(*from));
                !held.is_some_and(|held| held.left_out)
            })
            .collect();
        sources.dedup();
        self.sources = sources;
    }

    /// Households of the villages that the file names which are not in it, and those of their persons
    /// whom the file does not name at all.
    fn find_absent(&mut self) {
        let sources: HashSet<_> = self.sources.iter().copied().collect();
        self.absent = (0..self.register.len())
            .filter(|household| {
                self.matches.index_of(*household).is_none()
                    && !self.register.is_closed(*household)
                    && self.outlines.areas[self.register.area_of(*household) as usize]
                    && !sources.contains(household)
            })
            .collect();
        self.households.absent = count(self.absent.len());
        for household in &self.absent {
            let persons = self.register.persons(*household);
            self.persons.absent += count(persons.filter(|it| !self.outlines.names(*it)).count());
        }
    }

    /// What must be decided, the undecided first, at most so many.
    pub fn conflicts(
        &self,
        roster: &HouseholdRoster,
        most: usize,
    ) -> Result<Vec<Conflict>, PlanError> {
        let mut questions: Vec<_> = self.findings.questions.iter().collect();
        questions.sort_by_key(|question| question.accepted.is_some());
        let conflicts = questions.into_iter().take(most);
        conflicts
            .map(|question| Ok(question.conflict(self.known(), roster)?))
            .collect()
    }

    /// How many questions there are, and how many of them are undecided.
    pub fn question_counts(&self) -> (i64, i64) {
        let questions = &self.findings.questions;
        let undecided = questions.iter().filter(|it| it.accepted.is_none());
        (count(questions.len()), count(undecided.count()))
    }

    /// Counts of households and of persons; whole when the last chunk has been made.
    pub fn counts(&self) -> (Counts, Counts) {
        (self.households, self.persons)
    }

    /// Number of households that are planned in all.
    pub fn total(&self) -> usize {
        self.outlines.households.len() + self.sources.len() + self.absent.len()
    }

    /// Whether all are planned.
    pub fn is_done(&self) -> bool {
        self.done >= self.total()
    }

    /// Which are next: of the file, of the sources or of the absent, and which of these.
    fn next(&self) -> (Part, std::ops::Range<usize>) {
        let mut first = 0;
        for (part, length) in [
            (Part::File, self.outlines.households.len()),
            (Part::Sources, self.sources.len()),
            (Part::Absent, self.absent.len()),
        ] {
            if self.done < first + length {
                let start = self.done - first;
                return (part, start..length.min(start + CHUNK));
            }
            first += length;
        }
        (Part::Absent, 0..0)
    }

    /// The households of the register that the next chunk is made from.
    pub fn needed(&self) -> Vec<Uuid> {
        let (part, next) = self.next();
        let mut needed: Vec<usize> = match part {
            Part::File => next
                .flat_map(|index| {
                    let comers = self.comers(index).map(|(from, _)| from);
                    self.matches.household_of(index).into_iter().chain(comers)
                })
                .collect(),
            Part::Sources => self.sources[next].to_vec(),
            Part::Absent => self.absent[next].to_vec(),
        };
        needed.sort_unstable();
        needed.dedup();
        needed.iter().map(|it| self.register.id(*it)).collect()
    }

    /// Persons who come to a household of the file, with the household that each leaves.
    fn comers(&self, index: usize) -> impl Iterator<Item = (usize, usize)> {
        let own = self.matches.household_of(index);
        self.outlines
            .persons(index)
            .map(|person| (self.register.household_of(person), person))
            .filter(move |(from, _)| Some(*from) != own)
    }

    /// Makes the next chunk from the households that [`needed`](Self::needed) asked for; the
    /// households of the file come in their order, then those that lose persons to them, then those of
    /// its villages that are not in it.
    pub fn next_chunk(
        &mut self,
        roster: &HouseholdRoster,
        records: &HashMap<Uuid, Household>,
    ) -> Result<Vec<Planned>, PlanError> {
        let (part, next) = self.next();
        let mut planned = Vec::with_capacity(next.len());
        for index in next {
            planned.push(match part {
                Part::File => self.of_file(index, roster, records)?,
                Part::Sources => self.of_source(self.sources[index], roster, records)?,
                Part::Absent => self.of_absent(self.absent[index], records)?,
            });
            self.done += 1;
        }
        Ok(planned)
    }

    fn of_absent(
        &self,
        household: usize,
        records: &HashMap<Uuid, Household>,
    ) -> Result<Planned, PlanError> {
        let before = self.record(household, records)?.clone();
        Ok(Planned {
            household_id: before.id,
            action: Action::Absent,
            facts: before.facts.clone(),
            before: Some(before),
            place: String::new(),
            has_errors: false,
            conflicts: Vec::new(),
        })
    }

    fn record<'r>(
        &self,
        household: usize,
        records: &'r HashMap<Uuid, Household>,
    ) -> Result<&'r Household, PlanError> {
        let id = self.register.id(household);
        records
            .get(&id)
            .filter(|record| record.version == self.register.version(household))
            .ok_or(PlanError::RegisterChanged(id))
    }

    fn of_file(
        &mut self,
        index: usize,
        roster: &HouseholdRoster,
        records: &HashMap<Uuid, Household>,
    ) -> Result<Planned, PlanError> {
        let mut given = roster.households.get(index)?;
        let own = self.matches.household_of(index);
        let mut before = match own {
            Some(own) => Some(self.record(own, records)?.clone()),
            None => None,
        };
        self.fill(roster, index, &mut given, before.as_ref(), records)?;
        let held = self.groups.held(packed(index)).cloned().unwrap_or_default();
        let same = before
            .as_mut()
            .map(|before| is_same(&mut before.facts, &mut given.facts));
        let action = match same {
            _ if held.left_out => Action::LeftOut,
            None => Action::New,
            Some(false) => Action::Changed,
            Some(true) => Action::Unchanged,
        };
        self.count(action, &held, &given, before.as_ref());
        let household_id = own.map_or_else(Uuid::now_v7, |own| self.register.id(own));
        if own.is_none() && self.targets.contains(&index) {
            self.new_ids.insert(index, household_id);
        }
        Ok(Planned {
            household_id,
            action,
            before,
            facts: given.facts,
            place: given.place.words(&roster.sheets),
            has_errors: self.faulty.contains(&index),
            conflicts: held.undecided,
        })
    }

    /// Adds to what the file says of a household what it does not speak of.
    fn fill(
        &self,
        roster: &HouseholdRoster,
        index: usize,
        given: &mut ReadHousehold,
        before: Option<&Household>,
        records: &HashMap<Uuid, Household>,
    ) -> Result<(), PlanError> {
        let mut comers = Vec::new();
        for (from, person) in self.comers(index) {
            let record = self.record(from, records)?;
            comers.extend(self.member(record, person).cloned());
        }
        if before.is_none() && comers.is_empty() {
            return Ok(());
        }
        let mut known = before.map_or_else(|| HouseholdFacts::of("", ""), |it| it.facts.clone());
        known.members.append(&mut comers);
        grouping::keep_unspoken(
            &roster.spoken,
            given.members_listed,
            &mut given.facts,
            &known,
        );
        if let Some(before) = before {
            self.keep_names(&mut given.facts, &before.facts);
        }
        Ok(())
    }

    fn member<'r>(&self, record: &'r Household, person: usize) -> Option<&'r Member> {
        let identity = self.register.identity(person);
        let mut members = record.facts.members.iter();
        members.find(|member| member.identity_number == identity)
    }

    /// What a household and its members are known by is not forgotten because a cell is empty.
    fn keep_names(&self, facts: &mut HouseholdFacts, before: &HouseholdFacts) {
        if facts.number.is_none() {
            facts.number.clone_from(&before.number);
        }
        for member in &mut facts.members {
            if member.identity_number.is_some() {
                continue;
            }
            let identity = same_person(member, &before.members)
                .and_then(|known| known.identity_number.as_ref())
                .filter(|identity| {
                    let person = self.register.find_person(identity);
                    person.is_some_and(|person| !self.outlines.names(person))
                });
            member.identity_number = identity.copied();
        }
    }

    /// A household that is not in the file, and loses persons to others that are.
    fn of_source(
        &mut self,
        household: usize,
        roster: &HouseholdRoster,
        records: &HashMap<Uuid, Household>,
    ) -> Result<Planned, PlanError> {
        let before = self.record(household, records)?.clone();
        let moves = self
            .findings
            .moves
            .range((packed(household), 0)..(packed(household) + 1, 0));
        let mut leaving = Vec::new();
        let mut first = None;
        for ((_, index), persons) in moves {
            first = first.or(Some(*index as usize));
            leaving.extend(
                persons
                    .iter()
                    .filter_map(|person| self.register.identity(*person as usize)),
            );
        }
        let mut facts = before.facts.clone();
        facts.members.retain(|member| {
            let identity = member.identity_number.as_ref();
            identity.is_none_or(|identity| !leaving.contains(identity))
        });
        let target = self.findings.emptied.get(&household);
        let action = match target {
            Some(target) => {
                self.close(&mut facts, *target);
                Action::Closed
            }
            None => Action::Changed,
        };
        let place = match first {
            Some(first) => roster.households.get(first)?.place.words(&roster.sheets),
            None => String::new(),
        };
        let held = self.groups.held(self.node(household));
        let conflicts = held.map(|held| held.undecided.clone()).unwrap_or_default();
        self.households.add(action, !conflicts.is_empty());
        let persons = self.register.persons(household);
        if target.is_none() {
            self.persons.absent += count(persons.filter(|it| !self.outlines.names(*it)).count());
        }
        Ok(Planned {
            household_id: before.id,
            action,
            before: Some(before),
            facts,
            place,
            has_errors: false,
            conflicts,
        })
    }

    /// Closes a household whose members have gone to one of the file.
    fn close(&self, facts: &mut HouseholdFacts, target: usize) {
        let own = self.matches.household_of(target);
        let name = own.map_or_else(|| "新登记的一户".to_owned(), |own| self.register.words(own));
        facts.members.clear();
        facts.closed_on = Some(self.today);
        facts.closed_reason = Some(format!("全部成员已并入{name}"));
        facts.merged_into = own
            .map(|own| self.register.id(own))
            .or_else(|| self.new_ids.get(&target).copied());
    }

    fn count(
        &mut self,
        action: Action,
        held: &Held,
        given: &ReadHousehold,
        before: Option<&Household>,
    ) {
        let conflicting = !held.undecided.is_empty();
        self.households.add(action, conflicting);
        let members = count(given.facts.members.len());
        self.persons.conflicting += if conflicting { members } else { 0 };
        if action == Action::LeftOut {
            self.persons.left_out += members;
            return;
        }
        let members = before.map_or(&[][..], |before| &before.facts.members);
        for member in &given.facts.members {
            let identity = member.identity_number.as_ref();
            match same_person(member, members) {
                Some(known) if known == member => self.persons.unchanged += 1,
                Some(_) => self.persons.changed += 1,
                None if identity.is_some_and(|it| self.register.find_person(it).is_some()) => {
                    self.persons.changed += 1;
                }
                None => self.persons.new += 1,
            }
        }
        for member in members {
            let identity = member.identity_number.as_ref();
            let person = identity.and_then(|identity| self.register.find_person(identity));
            let is_named = person.is_some_and(|person| self.outlines.names(person));
            let is_here = is_named || same_person(member, &given.facts.members).is_some();
            self.persons.absent += i64::from(!is_here);
        }
    }
}

/// Whether two states of a household are the same, in whatever order its members stand.
fn is_same(one: &mut HouseholdFacts, other: &mut HouseholdFacts) -> bool {
    if one.members.len() != other.members.len() {
        return false;
    }
    let (mine, others) = (
        std::mem::take(&mut one.members),
        std::mem::take(&mut other.members),
    );
    let times = |member: &Member, among: &[Member]| among.iter().filter(|it| *it == member).count();
    let same = *one == *other
        && (mine == others || mine.iter().all(|it| times(it, &mine) == times(it, &others)));
    (one.members, other.members) = (mine, others);
    same
}

/// Whether the two are one person beyond doubt: in the same household, or in one that goes whole into
/// the other.
fn is_recognised(known: Known<'_>, findings: &Findings, twins: Twins) -> bool {
    let index = twins.household as usize;
    let household = known.register.household_of(twins.person as usize);
    known.matches.household_of(index) == Some(household)
        || findings.emptied.get(&household) == Some(&index)
}

/// A person of the file who may be on the register in another household.
fn suspicion(
    register: &Register,
    roster: &HouseholdRoster,
    twins: Twins,
) -> Result<RosterProblem, postcard::Error> {
    let (index, position) = (twins.household as usize, twins.member as usize);
    let household = register.household_of(twins.person as usize);
    let given = roster.households.get(index)?;
    let place = given.places.get(position).copied().unwrap_or(given.place);
    let name = given.facts.members.get(position).map_or("", |it| &it.name);
    let reason = format!(
        "与登记中另一户（{}）的{name}同名、同出生日期、同村，其中一人没有证件号码，可能是同一人",
        register.words(household)
    );
    let rule = &SUSPECTED_DUPLICATE;
    let refusal = Refusal::new(rule.code, reason, rule.remedy);
    Ok(place.problem(&roster.sheets, rule.severity, "name", refusal))
}
