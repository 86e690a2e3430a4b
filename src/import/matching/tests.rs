mod any_roster;
mod asked;
mod leaving;
mod returned;
mod told_apart;
mod unsaid;
mod whole;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate};
use uuid::Uuid;

use super::{DepartedIndex, HouseholdPlan, OnRegister};
use crate::codes::Action;
use crate::household::register::{Listed, ListedMember, Register};
use crate::household::staging::{Departed, Planned};
use crate::household::{Household, HouseholdFacts, IdentityNumber, Member, Relation};
use crate::import::report::{Conflict, ConflictKind, Counts};
use crate::renaming::Links;
use crate::roster::choices::{Choices, Decision, LeaveAnswer};
use crate::roster::grouping::{
    AreaTally, Context, HouseholdRoster, ReadHousehold, StatusDetail, Unsaid,
};
use crate::roster::household::COLUMNS;
use crate::roster::packed_list::PackedList;
use crate::roster::report::{Certainty, ColumnReport, Place, Problems, SheetReport};

/// A register that an import can be done to.
#[derive(Clone, Debug, Default)]
struct World {
    households: Vec<Household>,
    links: Links,
    departed: Vec<Departed>,
}

/// All that an import came to.
struct Outcome {
    planned: Vec<Planned>,
    conflicts: Vec<Conflict>,
    /// Questions about many households at once.
    shared: Vec<Conflict>,
    undecided: i64,
    households: Counts,
    persons: Counts,
    codes: Vec<String>,
    /// Columns with empty cells for which the register's values stay: how many, and the first.
    kept: Vec<String>,
}

fn context() -> Context {
    Context {
        today: NaiveDate::from_ymd_opt(2026, 11, 25).unwrap(),
        line_fen: 600_000,
    }
}

fn identity(serial: u32) -> IdentityNumber {
    IdentityNumber::from_body(&format!("32099919700101{serial:03}")).unwrap()
}

fn person(serial: u32) -> Member {
    Member {
        identity_number: Some(identity(serial)),
        birth_date: NaiveDate::from_ymd_opt(1970, 1, 1),
        ..Member::of(format!("示例{serial}"), Relation::Other)
    }
}

/// Someone without an identity number, of the same name and birth date as the one with the serial.
fn nameless(serial: u32) -> Member {
    Member {
        identity_number: None,
        ..person(serial)
    }
}

/// A family: the first is the head.
fn family(number: &str, mut members: Vec<Member>) -> HouseholdFacts {
    if let Some(head) = members.first_mut() {
        head.relation = Relation::Head;
    }
    HouseholdFacts {
        number: Some(number.to_owned()).filter(|number| !number.is_empty()),
        members,
        ..HouseholdFacts::of("草庙镇", "前进村")
    }
}

fn of(number: &str, serials: &[u32]) -> HouseholdFacts {
    family(number, serials.iter().copied().map(person).collect())
}

impl World {
    fn holding(families: impl IntoIterator<Item = HouseholdFacts>) -> Self {
        let mut world = Self::default();
        for facts in families {
            let id = Uuid::from_u128(world.households.len() as u128 + 1);
            world.put(id, facts);
        }
        world
    }

    fn put(&mut self, id: Uuid, facts: HouseholdFacts) {
        let found = self.households.iter().position(|known| known.id == id);
        let old_name = found.map(|found| self.households[found].head_name.clone());
        let household = Household {
            area_key: String::new(),
            id,
            version: found.map_or(1, |found| self.households[found].version + 1),
            import_id: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            head_name: facts
                .head()
                .map_or(old_name.unwrap_or_default(), |head| head.name.clone()),
            size: i64::try_from(facts.members.len()).unwrap(),
            facts,
        };
        match found {
            Some(found) => self.households[found] = household,
            None => self.households.push(household),
        }
    }

    fn register(&self) -> Register {
        let mut register = Register::default();
        for household in &self.households {
            register.add(&Listed {
                id: household.id,
                version: household.version,
                number: household.facts.number.as_deref(),
                town: &household.facts.town,
                village: &household.facts.village,
                head_name: &household.head_name,
                closed: household.facts.closed_on.is_some(),
                status: household.facts.status,
                lifted_year: household.facts.lifted_year,
            });
        }
        for household in &self.households {
            for member in &household.facts.members {
                register.add_member(
                    household.id,
                    &ListedMember {
                        identity_number: member.identity_number.as_ref(),
                        name: &member.name,
                        birth_date: member.birth_date,
                        relation: member.relation,
                    },
                );
            }
        }
        register.indexed()
    }

    fn known(&self) -> OnRegister {
        OnRegister {
            register: self.register(),
            departed: DepartedIndex::of(self.departed.clone()),
            links: self.links.clone(),
        }
    }

    fn import(&self, file: &HouseholdRoster, choices: &Choices) -> Outcome {
        let file = &mut file.clone();
        let mut plan =
            HouseholdPlan::of(file, self.known(), choices, context(), Problems::default()).unwrap();
        let mut planned = Vec::new();
        while !plan.is_done() {
            let needed: BTreeSet<_> = plan.needed().into_iter().collect();
            let records: HashMap<_, _> = self
                .households
                .iter()
                .filter(|household| needed.contains(&household.id))
                .map(|household| (household.id, household.clone()))
                .collect();
            planned.extend(plan.next_chunk(file, &records).unwrap());
        }
        assert_eq!(planned.len(), plan.total());
        let (households, persons) = plan.counts();
        let records: HashMap<_, _> = self
            .households
            .iter()
            .map(|household| (household.id, household.clone()))
            .collect();
        assert!(
            plan.asked_about(usize::MAX)
                .iter()
                .all(|id| records.contains_key(id))
        );
        Outcome {
            planned,
            conflicts: plan.conflicts(file, &records, usize::MAX).unwrap(),
            undecided: plan.question_counts().1,
            shared: plan.shared_questions().0.to_vec(),
            households,
            persons,
            kept: plan.kept.words(&file.sheets),
            codes: plan
                .problems
                .into_kept()
                .into_iter()
                .map(|problem| format!("{} {}", problem.code, problem.cell.unwrap_or_default()))
                .collect(),
        }
    }

    /// The register after an import.
    fn after(&self, outcome: &Outcome) -> Self {
        let mut world = self.clone();
        for planned in &outcome.planned {
            let good = !planned.has_errors && planned.conflicts.is_empty();
            if good
                && matches!(
                    planned.action,
                    Action::New | Action::Changed | Action::Closed
                )
            {
                world.put(planned.household_id, planned.facts.clone());
            }
        }
        world
    }

    /// The open households, whatever their ids and the order of their members.
    fn facts(&self) -> Vec<String> {
        let all = self.households.iter().map(|household| &household.facts);
        let open = all.filter(|facts| facts.closed_on.is_none());
        let mut facts: Vec<_> = open.map(sorted).collect();
        facts.sort();
        facts
    }
}

fn sorted(facts: &HouseholdFacts) -> String {
    let mut facts = facts.clone();
    // The ids of new households are others each time.
    facts.merged_into = None;
    facts.members.sort_by_key(|member| format!("{member:?}"));
    format!("{facts:?}")
}

fn file(families: impl IntoIterator<Item = HouseholdFacts>) -> HouseholdRoster {
    let mut row = 1;
    let mut households = PackedList::default();
    let mut areas = AreaTally::default();
    for facts in families {
        let places: Vec<_> = facts
            .members
            .iter()
            .map(|_| {
                row += 1;
                Place { sheet: 0, row }
            })
            .collect();
        let read = ReadHousehold {
            place: places.first().copied().unwrap_or(Place { sheet: 0, row }),
            facts,
            places,
            has_errors: false,
            members_listed: true,
            size: None,
            status_detail: StatusDetail::Whole,
            year_doubt: None,
            remark_said: false,
            unsaid: Unsaid::default(),
            said_head: None,
            head_left_out: false,
        };
        areas.add(&read.facts, read.places.len(), read.place);
        households.push(&read).unwrap();
    }
    let fields = ["number", "name", "identity_number", "relation"];
    let columns = fields.iter().zip(["A", "B", "C", "D"]);
    HouseholdRoster {
        households,
        spoken: COLUMNS.iter().map(|column| column.key).collect(),
        rows: row.into(),
        areas: areas.into_areas(),
        questions: Vec::new(),
        sheets: vec![SheetReport {
            name: "名册".to_owned(),
            read: true,
            hidden: false,
            rows: 0,
            hidden_rows: 0,
            total_rows: 0,
            columns: columns
                .map(|(field, letters)| ColumnReport {
                    letters: letters.to_owned(),
                    heading: (*field).to_owned(),
                    field: Some((*field).to_owned()),
                    label: None,
                    certainty: Certainty::Exact,
                    hidden: false,
                })
                .collect(),
            further: Vec::new(),
        }],
    }
}

fn decide(decisions: &[(&str, bool)]) -> Choices {
    Choices {
        decisions: decisions
            .iter()
            .map(|(conflict, accept)| Decision {
                conflict: (*conflict).to_owned(),
                accept: *accept,
                answer: None,
                name: None,
            })
            .collect(),
        ..Choices::default()
    }
}

/// One answer about all members who are not in the file.
fn left(answer: LeaveAnswer) -> Choices {
    let mut choices = decide(&[("left", true)]);
    choices.decisions[0].answer = Some(answer.into());
    choices
}

/// All questions answered: with yes, and whoever is not in the file has moved away; or all refused.
fn all(accept: bool) -> Choices {
    let mut choices = all_but_left(accept);
    let mut left = left(LeaveAnswer::MovedAway).decisions;
    left[0].accept = accept;
    choices.decisions.append(&mut left);
    choices
}

fn all_but_left(accept: bool) -> Choices {
    decide(&[
        ("changed_head", accept),
        ("renumbered", accept),
        ("moved", accept),
        ("split", accept),
        ("merged", accept),
        ("reopened", accept),
    ])
}

/// What becomes of each household of the file and of the register, in words.
fn actions(outcome: &Outcome) -> Vec<(Action, usize)> {
    outcome
        .planned
        .iter()
        .map(|planned| (planned.action, planned.facts.members.len()))
        .collect()
}

fn kinds(outcome: &Outcome) -> Vec<ConflictKind> {
    outcome
        .conflicts
        .iter()
        .map(|conflict| conflict.kind)
        .collect()
}
