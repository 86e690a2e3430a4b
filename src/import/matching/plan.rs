//! What an import is to do, made once from the whole file; [`chunk`](super::chunk) says of each
//! household what is to become of it.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::departed::DepartedIndex;
use super::groups::Groups;
use super::kept::KeptCells;
use super::lifted::Unlifted;
use super::outline::{Outlines, Twins};
use super::places::{KnownPlaces, PlaceNames, PlacesRenamed, Spellings, places_renamed};
use super::question::{Findings, Known, Question};
use super::record_match::RecordMatches;
use super::returned::Returned;
use super::{count, packed};
use crate::household::Household;
use crate::household::register::Register;
use crate::household::rule::SUSPECTED_DUPLICATE;
use crate::import::report::{Conflict, ConflictKind, Counts};
use crate::problem::words;
use crate::renaming::{Links, Planned as PlannedRenaming};
use crate::roster::choices::{Choices, LeaveAnswer};
use crate::roster::grouping::{Context, HouseholdRoster, Keeping};
use crate::roster::report::{Problems, RosterProblem, SheetReport};
use crate::value::Refusal;

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

/// What a roster is compared with.
pub struct OnRegister {
    pub register: Register,
    /// Those who have left it.
    pub departed: DepartedIndex,
    /// What units and helpers are linked to.
    pub links: Links,
}

/// What an import is to do, made from a file, the register and what people decided.
pub struct HouseholdPlan {
    pub(super) context: Context,
    pub(super) register: Register,
    pub(super) outlines: Outlines,
    pub(super) matches: RecordMatches,
    pub(super) findings: Findings,
    pub(super) groups: Groups,
    /// How the file's places are read.
    pub(super) names: PlaceNames,
    /// What is asked of many households at once.
    shared_questions: Vec<Conflict>,
    /// Places to be called otherwise when the import is taken in.
    renamings: Vec<PlannedRenaming>,
    /// Households of the file with errors.
    pub(super) faulty: HashSet<usize>,
    /// Members who are not in the file, with what became of them.
    pub(super) missing: HashMap<u32, Leaving>,
    /// Households that are lifted by the register and not by the file.
    pub(super) unlifted: Unlifted,
    /// What stays as it is on the register where the file says nothing.
    pub(super) keeping: Keeping,
    /// Cells of the file for which the register's values stay, by column.
    pub(super) kept: KeptCells,
    /// All that was found of the file.
    pub(super) problems: Problems,
    /// Households of the file that take others in whole.
    pub(super) targets: HashSet<usize>,
    /// Ids of those of them that are new.
    pub(super) new_ids: HashMap<usize, Uuid>,
    /// Households of the register that are not in the file and lose persons.
    pub(super) sources: Vec<usize>,
    /// Households of the villages that the file names which are not in it.
    pub(super) absent: Vec<usize>,
    /// How many households of the file, then of the sources, then of the absent, have been planned.
    pub(super) done: usize,
    pub(super) households: Counts,
    pub(super) persons: Counts,
}

/// What becomes of a member who is not in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaving {
    /// Nothing while it is undecided.
    pub(super) answer: Option<LeaveAnswer>,
    /// Where in the household of the file the one stands who may be the same.
    pub(super) counterpart: Option<usize>,
}

/// The sections of a plan, in their order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Section {
    File,
    Sources,
    Absent,
}

impl HouseholdPlan {
    /// Looks at the whole file. What keeps households from being taken in, and persons who may be on the register
    /// twice, go to `problems`, which the plan keeps for what it finds with each chunk.
    pub fn of(
        roster: &mut HouseholdRoster,
        known: OnRegister,
        choices: &Choices,
        context: Context,
        mut problems: Problems,
    ) -> Result<Self, PlanError> {
        let OnRegister {
            register,
            departed,
            links,
        } = known;
        let spellings = spellings(roster, &register, &links, choices);
        let mut names = PlaceNames::of(&roster.areas, &spellings);
        let mut outlines = Outlines::of(roster, &names, &register, &departed)?;
        let matches = RecordMatches::of(&outlines, &register);
        let known = Known {
            register: &register,
            outlines: &outlines,
            matches: &matches,
        };
        let mut returned = Returned::of(known, roster, &departed, choices)?;
        returned.take_out(roster, &mut outlines)?;
        let known = Known {
            register: &register,
            outlines: &outlines,
            matches: &matches,
        };
        let findings = Findings::of(known, (roster, &names), choices)?;
        let mut renamed = places_renamed(known, roster, (&names, &spellings), &links, choices);
        for problem in renamed.told.drain(..) {
            problems.push(problem);
        }
        let unlifted = Unlifted::of(known, roster, choices)?;
        unlifted.tell_years(known, roster, choices, &mut problems)?;
        for planned in &renamed.renamings {
            names.follow(&planned.change);
        }
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
        let missing = findings.questions.iter();
        let missing = missing
            .filter(|question| question.kind == ConflictKind::Left)
            .flat_map(|question| {
                let leaving = Leaving {
                    answer: question.answer,
                    counterpart: question.counterpart.map(|it| it.position),
                };
                question.persons.iter().map(move |it| (*it, leaving))
            })
            .collect();
        let mut plan = Self {
            context,
            problems,
            faulty,
            missing,
            unlifted,
            keeping: Keeping::of(&roster.spoken, choices),
            kept: KeptCells::default(),
            targets: findings.emptied.values().copied().collect(),
            register,
            outlines,
            matches,
            findings,
            groups: Groups::default(),
            names,
            shared_questions: spellings.conflicts,
            renamings: spellings.renamings,
            new_ids: HashMap::new(),
            sources: Vec::new(),
            absent: Vec::new(),
            done: 0,
            households: Counts::default(),
            persons: Counts::default(),
        };
        plan.group();
        plan.take_renamed(renamed);
        plan.take_returned(returned);
        plan.take_unlifted();
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

    /// A household of the register, as it was when it was indexed.
    pub(super) fn record<'r>(
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

    /// A household of the register among the nodes of the groups: itself, or the one of the file that
    /// it is.
    pub(super) fn node(&self, household: usize) -> u32 {
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
                Some(false) => self.groups.obstacles_mut(node).left_out = true,
                None => {
                    let key = question.key.clone();
                    self.groups.obstacles_mut(node).undecided.push(key);
                }
            }
        }
        for (from, index) in pairs {
            for node in [self.node(from as usize), index] {
                if self.faulty.contains(&(node as usize)) {
                    self.groups.obstacles_mut(node).left_out = true;
                }
            }
        }
    }

    /// Takes over what is asked of places: households whose place is open are undecided with it.
    fn take_renamed(&mut self, renamed: PlacesRenamed) {
        for (index, key) in renamed.undecided {
            self.groups.obstacles_mut(packed(index)).ask(&key);
        }
        for index in renamed.left_out {
            self.groups.obstacles_mut(packed(index)).left_out = true;
        }
        for (index, outline) in self.outlines.households.iter().enumerate() {
            let Some(area) = outline.area().map(|area| self.names.get(area)) else {
                continue;
            };
            if area.left_out || !area.undecided.is_empty() {
                let obstacles = self.groups.obstacles_mut(packed(index));
                obstacles.left_out |= area.left_out;
                for key in &area.undecided {
                    obstacles.ask(key);
                }
            }
        }
        self.shared_questions.extend(renamed.conflicts);
        self.renamings.extend(renamed.renamings);
    }

    /// Takes over what is asked of those who had left.
    fn take_returned(&mut self, returned: Returned) {
        for (index, key) in returned.undecided {
            self.groups.obstacles_mut(packed(index)).ask(&key);
        }
        for index in returned.left_out {
            self.groups.obstacles_mut(packed(index)).left_out = true;
        }
        self.shared_questions.extend(returned.conflicts);
    }

    /// Takes over what is asked of households that the file calls poor and that are lifted.
    fn take_unlifted(&mut self) {
        let Some(conflict) = &self.unlifted.conflict else {
            return;
        };
        for index in &self.unlifted.indexes {
            match self.unlifted.decided.accepted() {
                None => self.groups.obstacles_mut(packed(*index)).ask(&conflict.key),
                Some(false) => self.groups.obstacles_mut(packed(*index)).left_out = true,
                Some(true) => {}
            }
        }
        self.shared_questions.push(conflict.clone());
    }

    /// What is asked of many households at once, and what is to be called otherwise.
    pub fn shared_questions(&self) -> (&[Conflict], &[PlannedRenaming]) {
        (&self.shared_questions, &self.renamings)
    }

    fn find_sources(&mut self) {
        let mut sources: Vec<_> = self
            .findings
            .moves
            .keys()
            .map(|(from, _)| *from as usize)
            .filter(|from| self.matches.index_of(*from).is_none())
            .filter(|from| {
                let obstacles = self.groups.obstacles(self.node(*from));
                !obstacles.is_some_and(|obstacles| obstacles.left_out)
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

    /// The questions, the undecided first, at most so many.
    fn first_questions(&self, most: usize) -> Vec<&Question> {
        let mut questions: Vec<_> = self.findings.questions.iter().collect();
        questions.sort_by_key(|question| question.accepted.is_some());
        questions.truncate(most);
        questions
    }

    /// The households of the register whose records [`conflicts`](Self::conflicts) needs: the index
    /// knows no names of members.
    pub fn asked_about(&self, most: usize) -> Vec<Uuid> {
        let questions = self.first_questions(most).into_iter();
        let mut asked: Vec<_> = questions
            .filter(|question| question.kind == ConflictKind::Left)
            .map(|question| self.register.id(question.household))
            .collect();
        asked.dedup();
        asked
    }

    /// What must be decided, the undecided first, at most so many.
    pub fn conflicts(
        &self,
        roster: &HouseholdRoster,
        records: &HashMap<Uuid, Household>,
        most: usize,
    ) -> Result<Vec<Conflict>, PlanError> {
        let questions = self.first_questions(most).into_iter();
        questions
            .map(|question| {
                let member = match question.kind {
                    ConflictKind::Left => {
                        let record = self.record(question.household, records)?;
                        let first = self.register.persons(question.household).start;
                        let person = question.persons.first().map(|it| *it as usize);
                        person.and_then(|person| record.facts.members.get(person - first))
                    }
                    _ => None,
                };
                Ok(question.conflict(self.known(), roster, member)?)
            })
            .collect()
    }

    /// All that was found of the file; whole when the last chunk has been made.
    pub fn into_problems(mut self, sheets: &[SheetReport]) -> Problems {
        self.kept.tell(sheets, &mut self.problems);
        self.problems
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
    pub(super) fn next(&self) -> (Section, std::ops::Range<usize>) {
        let mut first = 0;
        for (section, length) in [
            (Section::File, self.outlines.households.len()),
            (Section::Sources, self.sources.len()),
            (Section::Absent, self.absent.len()),
        ] {
            if self.done < first + length {
                let start = self.done - first;
                return (section, start..length.min(start + CHUNK));
            }
            first += length;
        }
        (Section::Absent, 0..0)
    }
}

/// What is asked of the names of the file's places.
fn spellings(
    roster: &HouseholdRoster,
    register: &Register,
    links: &Links,
    choices: &Choices,
) -> Spellings {
    let open = (0..).zip(register.open_by_area());
    let areas: Vec<_> = open
        .filter(|(_, households)| *households > 0)
        .map(|(area, households)| {
            let (town, village) = register.area_name(area);
            (town.to_owned(), village.to_owned(), households)
        })
        .collect();
    let known = KnownPlaces {
        areas: &areas,
        links,
        unit: "户",
    };
    Spellings::of(&PlaceNames::in_file(roster), known, choices)
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
    let other = register.named(household);
    let reason = words!(
        "与登记中{other}的{name}同名、同出生日期、同村，其中一人没有证件号码，可能是同一人",
        "another household of the register (“{other}”) has “{name}” too, of the same birth date and village, and one of both has no identity number: perhaps they are one person";
        other
    );
    let rule = &SUSPECTED_DUPLICATE;
    let refusal = Refusal::new(rule.code, reason, rule.remedy());
    Ok(place.problem(&roster.sheets, rule.severity, "name", refusal))
}
