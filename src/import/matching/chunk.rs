//! What is to become of the households of one chunk.

use std::collections::HashMap;

use uuid::Uuid;

use super::groups::Obstacles;
use super::plan::{HouseholdPlan, PlanError, Section};
use super::{count, packed};
use crate::codes::Action;
use crate::household::person_match::pair_members;
use crate::household::staging::{Departure, Planned};
use crate::household::{Household, HouseholdFacts, Member, PovertyStatus, Relation};
use crate::roster::choices::LeaveAnswer;
use crate::roster::grouping::{HouseholdRoster, Kept, ReadHousehold, beside_head, keep_members};

impl HouseholdPlan {
    /// The households of the register that the next chunk is made from.
    pub fn needed(&self) -> Vec<Uuid> {
        let (section, next) = self.next();
        let mut needed: Vec<usize> = match section {
            Section::File => next
                .flat_map(|index| {
                    let comers = self.comers(index).map(|(from, _)| from);
                    self.matches.household_of(index).into_iter().chain(comers)
                })
                .collect(),
            Section::Sources => self.sources[next].to_vec(),
            Section::Absent => self.absent[next].to_vec(),
        };
        needed.sort_unstable();
        needed.dedup();
        needed.iter().map(|it| self.register.id(*it)).collect()
    }

    /// Persons who move to a household of the file, with the household that each leaves.
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
        let (section, next) = self.next();
        let mut planned = Vec::with_capacity(next.len());
        for index in next {
            planned.push(match section {
                Section::File => self.of_file(index, roster, records)?,
                Section::Sources => self.of_source(self.sources[index], roster, records)?,
                Section::Absent => self.of_absent(self.absent[index], records)?,
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
            departures: Vec::new(),
        })
    }

    fn of_file(
        &mut self,
        index: usize,
        roster: &HouseholdRoster,
        records: &HashMap<Uuid, Household>,
    ) -> Result<Planned, PlanError> {
        let mut given = roster.households.get(index)?;
        self.names.read(&mut given.facts);
        let own = self.matches.household_of(index);
        let mut before = match own {
            Some(own) => Some(self.record(own, records)?.clone()),
            None => None,
        };
        let gone = self.fill(index, &mut given, before.as_ref(), records)?;
        let obstacles = self
            .groups
            .obstacles(packed(index))
            .cloned()
            .unwrap_or_default();
        let same = before
            .as_mut()
            .map(|before| is_same(&mut before.facts, &mut given.facts));
        let action = match same {
            _ if obstacles.left_out => Action::LeftOut,
            None => Action::New,
            Some(false) => Action::Changed,
            Some(true) => Action::Unchanged,
        };
        let has_errors = self.faulty.contains(&index);
        // Of what is not taken in, and as long as it is not known who stays, nothing can be said.
        let is_taken = matches!(action, Action::Changed | Action::Unchanged) && !has_errors;
        if let Some(before) = before.as_ref().filter(|_| is_taken && !gone.is_undecided) {
            self.look_at_size(&given, roster);
            if action == Action::Changed {
                self.look_at_whole(index, &given, &before.facts, roster)?;
            }
        }
        self.count(action, &obstacles, &given, before.as_ref());
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
            has_errors,
            conflicts: obstacles.undecided,
            departures: gone.departures,
        })
    }

    /// Adds to what the file says of a household what it does not speak of.
    fn fill(
        &mut self,
        index: usize,
        given: &mut ReadHousehold,
        before: Option<&Household>,
        records: &HashMap<Uuid, Household>,
    ) -> Result<Gone, PlanError> {
        let mut comers = Vec::new();
        for (from, person) in self.comers(index) {
            let record = self.record(from, records)?;
            comers.extend(self.member(record, person).cloned());
        }
        if before.is_none() && comers.is_empty() {
            return Ok(Gone::default());
        }
        let mut known = before.map_or_else(|| HouseholdFacts::of("", ""), |it| it.facts.clone());
        let of_household = known.members.len();
        known.members.append(&mut comers);
        if !given.members_listed {
            keep_members(&mut given.facts, &known);
        }
        let mut pairs = pair_members(&known.members, &given.facts.members);
        let gone = self.missing_of(index, of_household, &pairs);
        for (position, counterpart) in &gone.same {
            pairs[*counterpart] = Some(*position);
        }
        for (member, known_as) in given.facts.members.iter_mut().zip(&pairs) {
            let known = known_as.and_then(|at| known.members.get(at));
            member.id = known.map_or(member.id, |known| known.id);
        }
        if given.head_left_out {
            // What the others were to the one who has left, they are not to the head of the register.
            for (member, known_as) in given.facts.members.iter_mut().zip(&pairs) {
                if let Some(known) = known_as.and_then(|at| known.members.get(at)) {
                    member.relation = known.relation;
                }
            }
        }
        let mut kept = Vec::new();
        let said_year = given.facts.lifted_year;
        self.keeping
            .fill(given, &known, &pairs, |cell| kept.push(cell));
        if let Some(before) = before {
            let known = (before.facts.status, before.facts.lifted_year);
            let (status, reason) = self.unlifted.status(known, said_year, given);
            // The year of a lift that did not hold goes with it, and is in the history.
            if known.0.is_lifted() && status == PovertyStatus::Poor {
                given.facts.lifted_year = said_year;
                kept.retain(|cell| cell.field != "lifted_year");
            }
            given.facts.status = status;
            kept.extend(reason.map(|reason| Kept {
                field: "status",
                member: None,
                reason,
            }));
        }
        // What is not taken in changes nothing, whatever it leaves empty.
        if !self.faulty.contains(&index) {
            for cell in kept {
                let place = cell.member.and_then(|member| given.places.get(member));
                let place = place.copied().unwrap_or(given.place);
                self.kept.add(cell.field, cell.reason, place);
            }
        }
        if let Some(before) = before {
            self.keep_names(&mut given.facts, &before.facts, &pairs);
        }
        let staying = gone.staying.iter().map(|at| &known.members[*at]);
        if given.facts.head().is_some() {
            given.facts.members.extend(staying.map(beside_head));
        } else {
            given.facts.members.extend(staying.cloned());
            given
                .facts
                .members
                .sort_by_key(|it| it.relation != Relation::Head);
        }
        Ok(gone)
    }

    /// What becomes of the members of a household of the file who are not in it. It has so many members on
    /// the register; `pairs` says which of them those of the file are.
    fn missing_of(&self, index: usize, members: usize, pairs: &[Option<usize>]) -> Gone {
        let own = self.matches.household_of(index);
        let first = own.map_or(0, |own| self.register.persons(own).start);
        let mut gone = Gone::default();
        for position in 0..members {
            let person = first + position;
            if pairs.contains(&Some(position)) || self.outlines.names(person) {
                continue;
            }
            if self.faulty.contains(&index) {
                // Not taken in: it is shown as the file has it.
                continue;
            }
            // Nobody leaves of whom it was not asked.
            let Some(leaving) = self.missing.get(&packed(person)) else {
                gone.staying.push(position);
                continue;
            };
            let Some(reason) = leaving.answer else {
                // What is undecided is shown so, and not taken in.
                gone.is_undecided = true;
                continue;
            };
            match (reason, leaving.counterpart) {
                (LeaveAnswer::Stays, _) => gone.staying.push(position),
                (LeaveAnswer::SamePerson, Some(same)) => gone.same.push((position, same)),
                _ => {}
            }
            if reason != LeaveAnswer::Stays {
                let position = count(position);
                gone.departures.push(Departure { position, reason });
            }
        }
        gone
    }

    fn member<'r>(&self, record: &'r Household, person: usize) -> Option<&'r Member> {
        let identity = self.register.identity(person);
        let mut members = record.facts.members.iter();
        members.find(|member| member.identity_number == identity)
    }

    /// What a household and its members are known by is not forgotten because a cell is empty. `pairs` says
    /// which of the household's members those of the file are.
    fn keep_names(
        &self,
        facts: &mut HouseholdFacts,
        before: &HouseholdFacts,
        pairs: &[Option<usize>],
    ) {
        if facts.number.is_none() {
            facts.number.clone_from(&before.number);
        }
        for (member, known) in facts.members.iter_mut().zip(pairs) {
            if member.identity_number.is_some() {
                continue;
            }
            let identity = known
                .and_then(|known| before.members.get(known))
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
        let obstacles = self.groups.obstacles(self.node(household));
        let conflicts = obstacles
            .map(|obstacles| obstacles.undecided.clone())
            .unwrap_or_default();
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
            departures: Vec::new(),
        })
    }

    /// Closes a household whose members have gone to one of the file.
    fn close(&self, facts: &mut HouseholdFacts, target: usize) {
        let own = self.matches.household_of(target);
        let name = own.map_or_else(
            || "新登记的一户".to_owned(),
            |own| self.register.named(own).zh,
        );
        facts.members.clear();
        facts.closed_on = Some(self.context.today);
        facts.closed_reason = Some(format!("全部成员已并入{name}"));
        facts.merged_into = own
            .map(|own| self.register.id(own))
            .or_else(|| self.new_ids.get(&target).copied());
    }

    fn count(
        &mut self,
        action: Action,
        obstacles: &Obstacles,
        given: &ReadHousehold,
        before: Option<&Household>,
    ) {
        let conflicting = !obstacles.undecided.is_empty();
        self.households.add(action, conflicting);
        let members = count(given.facts.members.len());
        self.persons.conflicting += if conflicting { members } else { 0 };
        if action == Action::LeftOut {
            self.persons.left_out += members;
            return;
        }
        let members = before.map_or(&[][..], |before| &before.facts.members);
        let pairs = pair_members(members, &given.facts.members);
        for (member, known) in given.facts.members.iter().zip(&pairs) {
            let identity = member.identity_number.as_ref();
            match known.and_then(|known| members.get(known)) {
                Some(known) if known == member => self.persons.unchanged += 1,
                Some(_) => self.persons.changed += 1,
                None if identity.is_some_and(|it| self.register.find_person(it).is_some()) => {
                    self.persons.changed += 1;
                }
                None => self.persons.new += 1,
            }
        }
        for (position, member) in members.iter().enumerate() {
            let identity = member.identity_number.as_ref();
            let person = identity.and_then(|identity| self.register.find_person(identity));
            let is_named = person.is_some_and(|person| self.outlines.names(person));
            let is_here = is_named || pairs.contains(&Some(position));
            self.persons.absent += i64::from(!is_here);
        }
    }
}

/// What becomes of members who are not in the file, by their places among those of the register.
#[derive(Default)]
struct Gone {
    staying: Vec<usize>,
    /// With the place in the file's household of those whom they are.
    same: Vec<(usize, usize)>,
    departures: Vec<Departure>,
    /// Whether it has not been answered of all of them.
    is_undecided: bool,
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
