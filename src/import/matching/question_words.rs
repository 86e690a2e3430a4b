//! Questions and faults as people read them, with the cells that they are about.

use super::packed;
use super::question::{Fault, FaultKind, Known, Question};
use crate::code_list::CodeList;
use crate::household::IdentityNumber;
use crate::household::Member;
use crate::household::register::Register;
use crate::household::rule::Severity;
use crate::import::report::{Conflict, ConflictKind, PossibleAnswer};
use crate::problem::{Text, words};
use crate::roster::choices::LeaveAnswer;
use crate::roster::grouping::{HouseholdRoster, ReadHousehold};
use crate::roster::report::{Place, RosterProblem};
use crate::value::Refusal;

/// Most names that a question lists.
const MOST_NAMES: usize = 5;
/// Most cells that a question lists.
const MOST_PLACES: usize = 200;

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

fn place_of(given: &ReadHousehold, position: Option<usize>) -> Place {
    position
        .and_then(|position| given.places.get(position).copied())
        .unwrap_or(given.place)
}

/// A person for people; in English what the file says stands between quotation marks.
pub fn person_words(name: &str, identity: Option<&IdentityNumber>) -> Text {
    match identity.map(IdentityNumber::masked) {
        None => words!("{name}", "“{name}”"),
        Some(number) => words!("{name}（{number}）", "“{name}” ({number})"),
    }
}

fn member_words(member: &Member) -> Text {
    person_words(&member.name, member.identity_number.as_ref())
}

fn head_words(given: &ReadHousehold) -> Text {
    let head = given.facts.head();
    head.map_or_else(|| words!("不详", "not stated"), member_words)
}

/// The first of some members by name, and how many they are.
fn people_words(given: &ReadHousehold, positions: &[usize]) -> Text {
    let names: Vec<_> = positions
        .iter()
        .filter_map(|position| given.facts.members.get(*position))
        .map(member_words)
        .collect();
    names_words(&names)
}

/// The first of some names, and how many they are.
pub fn names_words(names: &[Text]) -> Text {
    let count = names.len();
    let listed = Text::joined(&names[..count.min(MOST_NAMES)]);
    if count > MOST_NAMES {
        words!("{listed}等 {count} 人", "{listed} and others, {count} in all"; listed)
    } else {
        listed
    }
}

impl Question {
    /// The question as people read it; `member` is the one of the register who is not in the file.
    pub fn conflict(
        &self,
        known: Known<'_>,
        roster: &HouseholdRoster,
        member: Option<&Member>,
    ) -> Result<Conflict, postcard::Error> {
        let given = roster.households.get(self.index)?;
        let positions = positions(known.register, &given, &self.persons);
        let (question, proposal) = match member {
            Some(member) => self.words_of_missing(known.register, &given, member),
            None => self.words(known, &given, &positions),
        };
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
            answers: self.answers(&given),
            answer: self.answer.map(Into::into),
            names: Vec::new(),
        })
    }

    /// The one of the household in the file who may be the member that is not in it.
    fn counterpart_in<'g>(&self, given: &'g ReadHousehold) -> Option<&'g Member> {
        given.facts.members.get(self.counterpart?.position)
    }

    /// The answers that a question about a member who is not in the file takes.
    fn answers(&self, given: &ReadHousehold) -> Vec<PossibleAnswer> {
        if self.kind != ConflictKind::Left {
            return Vec::new();
        }
        let same = self.counterpart_in(given);
        let answers = [
            (
                LeaveAnswer::MovedAway,
                words!(
                    "已迁出：从本户除去，历史记录保留",
                    "moved away: taken out of the household, the history stays"
                ),
            ),
            (
                LeaveAnswer::Died,
                words!(
                    "已去世：从本户除去，历史记录保留",
                    "died: taken out of the household, the history stays"
                ),
            ),
            (
                LeaveAnswer::Stays,
                words!(
                    "名册漏列：仍在本户，登记不变",
                    "left out of the roster: still of the household, the register stays as it is"
                ),
            ),
        ];
        let same = same.map(|same| {
            let same = member_words(same);
            let words = words!(
                "就是名册中的{same}：按同一人更正登记",
                "the same as {same} in the roster: the register is corrected as of one person";
                same
            );
            (LeaveAnswer::SamePerson, words)
        });
        let answers = answers.into_iter().chain(same);
        answers
            .map(|(answer, words)| PossibleAnswer {
                answer: answer.into(),
                words,
            })
            .collect()
    }

    /// What is asked of a member who is not in the file.
    fn words_of_missing(
        &self,
        register: &Register,
        given: &ReadHousehold,
        member: &Member,
    ) -> (Text, Text) {
        let place = register.named(self.household);
        let who = member_words(member);
        let relation = member.relation.text();
        let same = self.counterpart_in(given);
        let has_same_name = self.counterpart.is_some_and(|it| it.has_same_name);
        let same = same.map_or_else(Text::default, |same| {
            let same = member_words(same);
            if has_same_name {
                words!(
                    "；名册中另有同名的{same}",
                    "; the roster has {same}, of the same name";
                    same
                )
            } else {
                words!(
                    "；名册中另有新的成员{same}",
                    "; the roster has a new member, {same}";
                    same
                )
            }
        });
        (
            words!("{place}：登记的{relation}{who}不在名册的这一户中{same}。是迁出、去世，还是名册漏列？", "“{place}”: the {relation} {who} of the register is not in this household in the roster{same}. Moved away, died, or left out of the roster?"; place, relation, who, same),
            words!(
                "请选择一种答复；没有答复时本户不导入",
                "choose an answer; without one the household is not imported"
            ),
        )
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
            // The one who is missing has no cell: the household's first.
            ConflictKind::Left => vec![(None, "name")],
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

    fn words(&self, known: Known<'_>, given: &ReadHousehold, positions: &[usize]) -> (Text, Text) {
        let register = known.register;
        let place = register.named(self.household);
        let number = given.facts.number.as_deref().map_or_else(
            || words!("（无）", "none"),
            |number| words!("{number}", "“{number}”"),
        );
        let head = head_words(given);
        let people = people_words(given, positions);
        let target = || {
            known.matches.household_of(self.index).map_or_else(
                || {
                    words!("名册中的新户（户主{head}）", "a new household of the roster (head: {head})"; head)
                },
                |own| {
                    let own = register.named(own);
                    words!("{own}", "“{own}”"; own)
                },
            )
        };
        match self.kind {
            ConflictKind::ChangedHead => {
                let former = register.head(self.household);
                let old = person_words(
                    register.head_name(self.household),
                    former.and_then(|it| register.identity(it)).as_ref(),
                );
                (
                    words!(
                        "{place}：登记的户主是{old}，名册中的户主是{head}。户主是否变更？",
                        "“{place}”: the head is {old} by the register and {head} by the roster. Has the head changed?";
                        place, old, head
                    ),
                    words!(
                        "本户户主改为{head}；走访、结对等记录保留在本户",
                        "{head} becomes the head; visits, pairings and so on stay with the household";
                        head
                    ),
                )
            }
            ConflictKind::Renumbered => (
                words!(
                    "{place}：名册中同一家的户编号是 {number}。是否换了户编号？",
                    "“{place}”: the number of this household in the roster is {number}. Has it got another number?";
                    place, number
                ),
                words!(
                    "视为同一户，户编号改为 {number}；走访、结对等记录保留在本户",
                    "taken for the same household, the number becomes {number}; visits, pairings and so on stay with it";
                    number
                ),
            ),
            ConflictKind::Moved => {
                let stays = if known.matches.index_of(self.household).is_some() {
                    Text::default()
                } else {
                    words!("（原户不在名册中）", " (which is not in the roster)")
                };
                let target = target();
                (
                    words!("{people}登记在{place}{stays}，名册中在{target}。是否迁移？", "{people}: in “{place}” by the register{stays}, in {target} by the roster. Have they moved?"; people, place, stays, target),
                    words!(
                        "迁入名册所列的一户，原户减少 {} 人",
                        "they move to the household of the roster; the former one has {} fewer",
                        positions.len()
                    ),
                )
            }
            ConflictKind::Split => (
                words!(
                    "{people}登记在{place}，名册中另立一户（户主{head}）。是否分户？",
                    "{people}: in “{place}” by the register, a household of their own by the roster (head: {head}). Has it split off?";
                    people, place, head
                ),
                words!(
                    "登记为新的一户，原户减少 {} 人",
                    "registered as a new household; the former one has {} fewer",
                    positions.len()
                ),
            ),
            ConflictKind::Merged => {
                let target = target();
                (
                    words!("{place}的全部成员（{people}）在名册中都在{target}。是否并户？", "all members of “{place}” ({people}) are in {target} by the roster. Have the households become one?"; place, people, target),
                    words!(
                        "成员并入名册所列的一户；原户销户，结对随之结束，历史记录全部保留，不再列入名单和统计",
                        "the members go to the household of the roster; the former one is closed and its pairings end, all history stays, and it is in no list and count any more"
                    ),
                )
            }
            // Only rosters of staff ask these, or the file as a whole; who is not in the file is asked for
            // by `words_of_missing`, who left and is in the file by `returned`, and names of places by `places`.
            ConflictKind::Swapped
            | ConflictKind::Renamed
            | ConflictKind::UnitSpelling
            | ConflictKind::UnitRenamed
            | ConflictKind::StaffRenumbered
            | ConflictKind::Returned
            | ConflictKind::Unlifted
            | ConflictKind::NoStatus
            | ConflictKind::Sections
            | ConflictKind::PlaceSpelling
            | ConflictKind::PlaceRenamed
            | ConflictKind::MemberReturned
            | ConflictKind::Left => (Text::default(), Text::default()),
            ConflictKind::Reopened => (
                words!(
                    "{place}：登记中此户已销户，名册中又列为一户。是否恢复登记？",
                    "“{place}”: closed in the register, and a household in the roster again. Is it to be opened again?";
                    place
                ),
                {
                    let back = if positions.is_empty() {
                        Text::default()
                    } else {
                        words!("；{people}转回此户", "; {people} to come back to it"; people)
                    };
                    words!("恢复此户，成员以名册为准{back}", "opened again, with the members of the roster{back}"; back)
                },
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
                let own = register.named(own);
                let reason = words!(
                    "此户编号在登记中属于{own}，与本户没有相同的成员",
                    "this number is that of another household in the register (“{own}”), of which no member is the same";
                    own
                );
                let remedy = words!(
                    "请核对户编号；如确是新的一户，请换新的户编号",
                    "check the number; if it is a new household, give it a new one"
                );
                let refusal = Refusal::new("household_number_reused", reason, remedy);
                (None, "number", refusal)
            }
            FaultKind::Unsaid(lack) => return Ok(lack.problem(&given, &roster.sheets)),
            FaultKind::HeadMovedOut(person) => {
                let former = register.named(register.household_of(person));
                let reason = words!(
                    "此人是登记中{former}的户主，迁出后那一户没有户主",
                    "this person is the head of another household in the register (“{former}”), which would have none";
                    former
                );
                let remedy = words!(
                    "请核对证件号码；如已迁入本户，请把原来一户也列入名册，并写明新的户主",
                    "check the identity number; if the person has moved here, list the former household too, with its new head"
                );
                let refusal = Refusal::new("head_moved_out", reason, remedy);
                let position = positions(register, &given, &[packed(person)]);
                (position.first().copied(), "identity_number", refusal)
            }
        };
        let place = place_of(&given, position);
        Ok(place.problem(&roster.sheets, Severity::Error, field, refusal))
    }
}
