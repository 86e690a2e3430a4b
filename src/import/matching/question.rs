//! What people must decide of a file, and what cannot be done at all.

use std::collections::{BTreeMap, HashMap};

use super::outline::{Outline, Outlines, name_hash};
use super::packed;
use super::record_match::RecordMatches;
use crate::code_list::CodeList;
use crate::household::IdentityNumber;
use crate::household::register::{Register, namesake};
use crate::household::rule::Severity;
use crate::import::report::{Conflict, ConflictKind};
use crate::roster::choices::Choices;
use crate::roster::grouping::{HouseholdRoster, ReadHousehold};
use crate::roster::report::RosterProblem;
use crate::roster::value::Refusal;

/// Most names that a question lists.
const MOST_NAMES: usize = 5;
/// Most cells that a question lists.
const MOST_PLACES: usize = 200;

/// What matching knows when it asks.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub register: &'a Register,
    pub outlines: &'a Outlines,
    pub matches: &'a RecordMatches,
}

/// Persons who go from a household of the register to another household of the file.
pub type Moves = BTreeMap<(u32, u32), Vec<u32>>;

/// Something to decide.
#[derive(Debug)]
pub struct Question {
    pub kind: ConflictKind,
    pub key: String,
    /// The household of the register that it is about: of persons who move, the one they leave.
    household: usize,
    /// The household of the file that it is about: of persons who move, the one they come to.
    pub index: usize,
    /// Persons who move.
    persons: Vec<u32>,
    pub accepted: Option<bool>,
}

/// What keeps a household of the file from being taken in.
#[derive(Debug)]
pub struct Fault {
    pub index: usize,
    kind: FaultKind,
}

#[derive(Debug)]
enum FaultKind {
    /// Its number is that of another family, at this position of the register.
    NumberReused(usize),
    /// This person, who comes to it, was the head of a household that the file does not have.
    HeadMovedOut(usize),
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
        roster: &HouseholdRoster,
        choices: &Choices,
    ) -> Result<Self, postcard::Error> {
        let mut findings = Self::default();
        for (index, outline) in known.outlines.households.iter().enumerate() {
            findings.look_at(known, index, outline);
        }
        findings.look_at_moves(known, roster)?;
        findings
            .questions
            .sort_by_key(|question| (question.index, question.kind as u8));
        for question in &mut findings.questions {
            question.key = question.key(known, roster)?;
            question.accepted = choices.decision(&question.key, question.kind.code());
        }
        Ok(findings)
    }

    fn ask(&mut self, kind: ConflictKind, household: usize, index: usize, persons: Vec<u32>) {
        self.questions.push(Question {
            kind,
            key: String::new(),
            household,
            index,
            persons,
            accepted: None,
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
    if outline.head_identity != 0 && register.is_identified(head) {
        outline.head != packed(head)
    } else {
        outline.head_name != name_hash(register.head_name(own))
    }
}

/// Where persons of the register stand in a household of the file.
fn positions(register: &Register, given: &ReadHousehold, persons: &[u32]) -> Vec<usize> {
    let identities: Vec<_> = persons
        .iter()
        .filter_map(|person| register.identity(*person as usize))
        .collect();
    let members = given.facts.members.iter().enumerate();
    members
        .filter(|(_, member)| {
            let identity = member.identity_number.as_ref();
            identity.is_some_and(|identity| identities.contains(identity))
        })
        .map(|(position, _)| position)
        .collect()
}

fn place_of(given: &ReadHousehold, position: Option<usize>) -> crate::roster::report::Place {
    position
        .and_then(|position| given.places.get(position).copied())
        .unwrap_or(given.place)
}

/// A person for people.
fn person_words(name: &str, identity: Option<&IdentityNumber>) -> String {
    identity.map_or_else(
        || name.to_owned(),
        |identity| format!("{name}（{}）", identity.masked()),
    )
}

fn head_words(given: &ReadHousehold) -> String {
    let head = given.facts.head();
    head.map_or_else(
        || "不详".to_owned(),
        |head| person_words(&head.name, head.identity_number.as_ref()),
    )
}

/// The first of some members by name, and how many they are.
fn people_words(given: &ReadHousehold, positions: &[usize]) -> String {
    let names: Vec<_> = positions
        .iter()
        .take(MOST_NAMES)
        .filter_map(|position| given.facts.members.get(*position))
        .map(|member| person_words(&member.name, member.identity_number.as_ref()))
        .collect();
    let names = names.join("、");
    if positions.len() > MOST_NAMES {
        format!("{names}等 {} 人", positions.len())
    } else {
        names
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
            _ => None,
        };
        Ok(match target {
            Some(target) => format!("{kind}:{id}:{target}"),
            None => format!("{kind}:{id}"),
        })
    }

    /// The question as people read it.
    pub fn conflict(
        &self,
        known: Known<'_>,
        roster: &HouseholdRoster,
    ) -> Result<Conflict, postcard::Error> {
        let given = roster.households.get(self.index)?;
        let positions = positions(known.register, &given, &self.persons);
        let (question, proposal) = self.words(known, &given, &positions);
        let own = known.matches.household_of(self.index);
        let mut household_ids = vec![known.register.id(self.household)];
        if let Some(own) = own.filter(|own| *own != self.household) {
            household_ids.push(known.register.id(own));
        }
        Ok(Conflict {
            key: self.key.clone(),
            kind: self.kind,
            places: self.places(roster, &given, &positions),
            household_ids,
            question,
            proposal,
            accepted: self.accepted,
        })
    }

    fn places(
        &self,
        roster: &HouseholdRoster,
        given: &ReadHousehold,
        positions: &[usize],
    ) -> Vec<String> {
        let head = || {
            let members = given.facts.members.iter();
            let head = members.enumerate().find(|(_, member)| {
                given
                    .facts
                    .head()
                    .is_some_and(|head| std::ptr::eq(head, *member))
            });
            head.map(|(position, _)| position)
        };
        let cells: Vec<(Option<usize>, &str)> = match self.kind {
            ConflictKind::ChangedHead => vec![(head(), "relation")],
            ConflictKind::Renumbered | ConflictKind::Reopened => vec![(None, "number")],
            _ => positions
                .iter()
                .take(MOST_PLACES)
                .map(|position| (Some(*position), "identity_number"))
                .collect(),
        };
        cells
            .into_iter()
            .map(|(position, field)| place_of(given, position).cell(&roster.sheets, field))
            .collect()
    }

    fn words(
        &self,
        known: Known<'_>,
        given: &ReadHousehold,
        positions: &[usize],
    ) -> (String, String) {
        let register = known.register;
        let place = register.words(self.household);
        let number = given.facts.number.as_deref().unwrap_or("（无）");
        let people = people_words(given, positions);
        let target = || {
            known.matches.household_of(self.index).map_or_else(
                || format!("名册中的新户（户主{}）", head_words(given)),
                |own| register.words(own),
            )
        };
        match self.kind {
            ConflictKind::ChangedHead => {
                let head = register.head(self.household);
                let old = person_words(
                    register.head_name(self.household),
                    head.and_then(|head| register.identity(head)).as_ref(),
                );
                let new = head_words(given);
                (
                    format!("{place}：登记的户主是{old}，名册中的户主是{new}。户主是否变更？"),
                    format!("本户户主改为{new}；走访、结对等记录保留在本户"),
                )
            }
            ConflictKind::Renumbered => (
                format!("{place}：名册中同一家的户编号是 {number}。是否换了户编号？"),
                format!("视为同一户，户编号改为 {number}；走访、结对等记录保留在本户"),
            ),
            ConflictKind::Moved => {
                let stays = if known.matches.index_of(self.household).is_some() {
                    ""
                } else {
                    "（原户不在名册中）"
                };
                (
                    format!("{people}登记在{place}{stays}，名册中在{}。是否迁移？", target()),
                    format!("迁入名册所列的一户，原户减少 {} 人", positions.len()),
                )
            }
            ConflictKind::Split => (
                format!(
                    "{people}登记在{place}，名册中另立一户（户主{}）。是否分户？",
                    head_words(given)
                ),
                format!("登记为新的一户，原户减少 {} 人", positions.len()),
            ),
            ConflictKind::Merged => (
                format!("{place}的全部成员（{people}）在名册中都在{}。是否并户？", target()),
                "成员并入名册所列的一户；原户销户，结对随之结束，历史记录全部保留，不再列入名单和统计"
                    .to_owned(),
            ),
            // Only rosters of staff ask these.
            ConflictKind::Swapped | ConflictKind::Renamed => (String::new(), String::new()),
            ConflictKind::Reopened => (
                format!("{place}：登记中此户已销户，名册中又列为一户。是否恢复登记？"),
                format!("恢复此户，成员以名册为准{}", if people.is_empty() {
                    String::new()
                } else {
                    format!("；{people}转回此户")
                }),
            ),
        }
    }
}

impl Fault {
    /// The problem at its cell.
    pub fn problem(
        &self,
        register: &Register,
        roster: &HouseholdRoster,
    ) -> Result<RosterProblem, postcard::Error> {
        let given = roster.households.get(self.index)?;
        let (position, field, refusal) = match self.kind {
            FaultKind::NumberReused(own) => {
                let reason = format!(
                    "此户在登记中是另一家（{}），没有一名相同成员",
                    register.words(own)
                );
                let remedy = "请核对户编号；如确是新的一户，请换新的户编号";
                let refusal = Refusal::new("household_number_reused", reason, remedy);
                (None, "number", refusal)
            }
            FaultKind::HeadMovedOut(person) => {
                let reason = format!(
                    "此人是登记中另一户的户主（{}），迁出后那一户没有户主",
                    register.words(register.household_of(person))
                );
                let remedy = "请核对证件号码；如已迁入本户，请把原来一户也列入名册，并写明新的户主";
                let refusal = Refusal::new("head_moved_out", reason, remedy);
                let position = positions(register, &given, &[packed(person)]);
                (position.first().copied(), "identity_number", refusal)
            }
        };
        let place = place_of(&given, position);
        Ok(place.problem(&roster.sheets, Severity::Error, field, refusal))
    }
}
