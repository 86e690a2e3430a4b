//! What people must decide of a file, and what cannot be done at all.

use std::collections::{BTreeMap, HashMap};

use super::leaving::{self, Answers};
use super::outline::{Outline, name_hash};
use super::places::PlaceNames;
pub use super::record_match::Known;
use super::{packed, unsaid};
use crate::code_list::CodeList;
use crate::household::person_match::Counterpart;
use crate::household::register::{Register, namesake};
use crate::import::report::ConflictKind;
use crate::roster::choices::{Choices, LeaveAnswer};
use crate::roster::grouping::{HouseholdRoster, Lack};

/// Persons who go from a household of the register to another household of the file.
pub type Moves = BTreeMap<(u32, u32), Vec<u32>>;

/// Something to decide.
#[derive(Debug)]
pub struct Question {
    pub kind: ConflictKind,
    pub key: String,
    /// The household of the register that it is about: of persons who move, the one they leave.
    pub household: usize,
    /// The household of the file that it is about: of persons who move, the one they come to.
    pub index: usize,
    /// Persons who move, or the one who is not in the file.
    pub persons: Vec<u32>,
    /// Of one who is not in the file: where in their household of the file the one of the same name
    /// stands who may be the same.
    pub counterpart: Option<Counterpart>,
    pub accepted: Option<bool>,
    /// Which of several answers was given.
    pub answer: Option<LeaveAnswer>,
}

/// What keeps a household of the file from being taken in.
#[derive(Debug)]
pub struct Fault {
    pub index: usize,
    pub kind: FaultKind,
}

/// Why it cannot be taken in.
#[derive(Debug)]
pub enum FaultKind {
    /// Its number is that of another family, at this position of the register.
    NumberReused(usize),
    /// This person, who comes to it, was the head of a household that the file does not have.
    HeadMovedOut(usize),
    /// Neither it nor the register says this.
    Unsaid(Lack),
}

/// All questions and faults of a file.
#[derive(Debug, Default)]
pub struct Findings {
    pub questions: Vec<Question>,
    pub faults: Vec<Fault>,
    pub moves: Moves,
    /// Households of the register that all have left, and the household of the file that most of
    /// them, or the head, went to.
    pub emptied: HashMap<usize, usize>,
}

impl Findings {
    /// Finds what must be decided.
    pub fn of(
        known: Known<'_>,
        (roster, names): (&HouseholdRoster, &PlaceNames),
        choices: &Choices,
    ) -> Result<Self, postcard::Error> {
        let mut findings = Self::default();
        for (index, outline) in known.outlines.households.iter().enumerate() {
            findings.look_at(known, index, outline);
            // Another family under the number is a fault already, and nobody of it leaves.
            if findings
                .faults
                .last()
                .is_some_and(|fault| fault.index == index)
            {
                continue;
            }
            for (household, missing) in leaving::missing(known, roster, index, outline)? {
                let persons = vec![packed(missing.person)];
                findings.ask(ConflictKind::Left, household, index, persons);
                if let Some(question) = findings.questions.last_mut() {
                    question.counterpart = missing.counterpart;
                }
            }
        }
        findings.look_at_moves(known, roster)?;
        findings
            .questions
            .sort_by_key(|question| (question.index, question.kind as u8));
        let answers = Answers::of(choices);
        for question in &mut findings.questions {
            question.key = question.key(known, roster)?;
            let household = known.register.id(question.household);
            (question.accepted, question.answer) = match question.kind {
                ConflictKind::Left => {
                    answers.to_missing(&question.key, household, question.counterpart)
                }
                kind => (answers.to(&question.key, kind), None),
            };
        }
        findings.look_at_unsaid(known, roster, names)?;
        Ok(findings)
    }

    /// What the households of the file do not say, and the register does not say either, once it is known
    /// who of them stays.
    fn look_at_unsaid(
        &mut self,
        known: Known<'_>,
        roster: &HouseholdRoster,
        names: &PlaceNames,
    ) -> Result<(), postcard::Error> {
        let outlines = known.outlines.households.iter().enumerate();
        for (index, _) in outlines.filter(|(_, outline)| outline.is_incomplete) {
            let mut given = roster.households.get(index)?;
            names.read(&mut given.facts);
            let lacks = match known.matches.household_of(index) {
                Some(own) => unsaid::lacks(known, (index, own), &given, &self.missing(index)),
                None => Lack::of_new(&given),
            };
            let faults = lacks.into_iter().map(|lack| Fault {
                index,
                kind: FaultKind::Unsaid(lack),
            });
            self.faults.extend(faults);
        }
        Ok(())
    }

    /// The members of a household who are not in the file, with what was answered of each.
    fn missing(&self, index: usize) -> Vec<(u32, Option<LeaveAnswer>)> {
        let first = self.questions.partition_point(|it| it.index < index);
        let of_household = self.questions[first..].iter();
        of_household
            .take_while(|it| it.index == index)
            .filter(|it| it.kind == ConflictKind::Left)
            .flat_map(|it| it.persons.iter().map(|person| (*person, it.answer)))
            .collect()
    }

    fn ask(&mut self, kind: ConflictKind, household: usize, index: usize, persons: Vec<u32>) {
        self.questions.push(Question {
            kind,
            key: String::new(),
            household,
            index,
            persons,
            counterpart: None,
            accepted: None,
            answer: None,
        });
    }

    /// What is to be said of a household of the file alone.
    fn look_at(&mut self, known: Known<'_>, index: usize, outline: &Outline) {
        let register = known.register;
        let own = known.matches.household_of(index);
        for person in known.outlines.persons(index) {
            let from = register.household_of(person);
            if Some(from) != own {
                let key = (packed(from), packed(index));
                self.moves.entry(key).or_default().push(packed(person));
            }
        }
        let Some(own) = own else { return };
        if register.is_closed(own) {
            let persons = known.outlines.persons(index).map(packed).collect();
            self.ask(ConflictKind::Reopened, own, index, persons);
            return;
        }
        if is_another_family(known, index, outline, own) {
            let kind = FaultKind::NumberReused(own);
            self.faults.push(Fault { index, kind });
            return;
        }
        if head_changed(register, outline, own) {
            self.ask(ConflictKind::ChangedHead, own, index, Vec::new());
        }
        let numbered = outline.has_number && register.number(own).is_some();
        if numbered && outline.numbered != packed(own) {
            self.ask(ConflictKind::Renumbered, own, index, Vec::new());
        }
    }

    fn look_at_moves(
        &mut self,
        known: Known<'_>,
        roster: &HouseholdRoster,
    ) -> Result<(), postcard::Error> {
        let mut by_source: BTreeMap<usize, Vec<(usize, Vec<u32>)>> = BTreeMap::new();
        for ((from, index), persons) in &self.moves {
            let to = (*index as usize, persons.clone());
            by_source.entry(*from as usize).or_default().push(to);
        }
        for (from, targets) in by_source {
            self.look_at_source(known, roster, from, targets)?;
        }
        Ok(())
    }

    /// A household of the register that persons leave, and where they go.
    fn look_at_source(
        &mut self,
        known: Known<'_>,
        roster: &HouseholdRoster,
        from: usize,
        targets: Vec<(usize, Vec<u32>)>,
    ) -> Result<(), postcard::Error> {
        let register = known.register;
        let head = register.head(from).map(packed);
        let target_of_head = targets
            .iter()
            .find(|(_, persons)| head.is_some_and(|head| persons.contains(&head)))
            .map(|(index, _)| *index);
        let in_file = known.matches.index_of(from).is_some();
        let emptied = !in_file && all_have_left(register, roster, from, &targets)?;
        if emptied {
            let most = targets.iter().max_by_key(|(_, persons)| persons.len());
            if let Some(target) = target_of_head.or(most.map(|(index, _)| *index)) {
                self.emptied.insert(from, target);
            }
        } else if let (false, Some(head), Some(index)) = (in_file, head, target_of_head) {
            let kind = FaultKind::HeadMovedOut(head as usize);
            self.faults.push(Fault { index, kind });
        }
        let merged = emptied && targets.len() == 1;
        for (index, persons) in targets {
            let kind = match known.matches.household_of(index) {
                _ if merged => ConflictKind::Merged,
                // Those who come to a household that is opened again are part of that question.
                Some(own) if register.is_closed(own) => continue,
                Some(_) => ConflictKind::Moved,
                None => ConflictKind::Split,
            };
            self.ask(kind, from, index, persons);
        }
        Ok(())
    }
}

/// Whether nobody of a household of the register is left in it.
fn all_have_left(
    register: &Register,
    roster: &HouseholdRoster,
    from: usize,
    targets: &[(usize, Vec<u32>)],
) -> Result<bool, postcard::Error> {
    let identified = |person: &usize| register.is_identified(*person);
    let moved: usize = targets.iter().map(|(_, persons)| persons.len()).sum();
    if moved < register.persons(from).filter(identified).count() {
        return Ok(false);
    }
    let mut others: Vec<_> = register
        .persons(from)
        .filter(|person| !register.is_identified(*person))
        .map(|person| register.namesake_of(person))
        .collect();
    for (index, _) in targets {
        if others.is_empty() {
            break;
        }
        for member in roster.households.get(*index)?.facts.members {
            let same = namesake(&member.name, member.birth_date);
            if member.identity_number.is_none()
                && let Some(found) = others.iter().position(|other| *other == same)
            {
                others.swap_remove(found);
            }
        }
    }
    Ok(others.is_empty())
}

/// Whether a household that is matched by its number has nobody in common with the one that has the
/// number on the register.
fn is_another_family(known: Known<'_>, index: usize, outline: &Outline, own: usize) -> bool {
    let register = known.register;
    outline.members_listed
        && outline.has_identities
        // Rows without a head are an addition to the household.
        && outline.head_name != 0
        // One family whose numbers were corrected: who is not in the file is asked for.
        && outline.head_name != name_hash(register.head_name(own))
        && register
            .persons(own)
            .any(|person| register.is_identified(person))
        && !known
            .outlines
            .persons(index)
            .any(|person| register.household_of(person) == own)
}

/// Whether the head is another person: by identity number, or by name where one has none.
fn head_changed(register: &Register, outline: &Outline, own: usize) -> bool {
    let Some(head) = register.head(own).filter(|_| outline.head_name != 0) else {
        return false;
    };
    let same_name = outline.head_name == name_hash(register.head_name(own));
    // Of a head of the same name it is asked whether they are the same, as of any member.
    let is_asked = same_name && outline.members_listed && !outline.has_errors;
    if outline.head_identity != 0 && register.is_identified(head) {
        outline.head != packed(head) && !is_asked
    } else {
        !same_name
    }
}

impl Question {
    /// The same name each time that the file is checked.
    fn key(&self, known: Known<'_>, roster: &HouseholdRoster) -> Result<String, postcard::Error> {
        let (kind, id) = (self.kind.code(), known.register.id(self.household));
        let target = match self.kind {
            ConflictKind::Moved => known
                .matches
                .household_of(self.index)
                .map(|own| known.register.id(own).to_string()),
            ConflictKind::Split => {
                let place = roster.households.get(self.index)?.place;
                Some(format!("{}.{}", place.sheet, place.row))
            }
            ConflictKind::Left => self
                .persons
                .first()
                .map(|it| leaving::name_in_key(known.register, *it as usize)),
            _ => None,
        };
        Ok(match target {
            Some(target) => format!("{kind}:{id}:{target}"),
            None => format!("{kind}:{id}"),
        })
    }
}
