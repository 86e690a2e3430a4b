//! What a roster of staff leaves open of its people: someone under another 工号, someone who had left.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::known::{Known, Match};
use super::question::{Question, Words, conflict, may_be, unproved_words};
use super::units::UnitsRenamed;
use crate::code_list::CodeList;
use crate::import::matching::places::cut_key;
use crate::import::report::ConflictKind;
use crate::problem::{Text, words};
use crate::roster::choices::{Choices, Decided, ImportAnswer};
use crate::roster::staffing::StaffRoster;
use crate::staff::model::Staff;
use crate::text::squeezed;

/// Most people of one name whose 工号 a question lists.
const MOST_NUMBERS: usize = 5;

/// People of the file whom neither their 工号 nor their identity number finds, beside a person of the register
/// of the same name, sex and unit whom the file does not have and of whom no number says that they are two; with
/// who they are, if that was answered. Where there are several on either side, nothing tells who of them is who:
/// they are asked about together.
pub fn renumbered(
    roster: &StaffRoster,
    known: &Known<'_>,
    matches: &[Match],
    units: &UnitsRenamed,
    choices: &Choices,
) -> Vec<(Question, Option<usize>)> {
    const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::SamePerson, ImportAnswer::AnotherPerson];
    let present: HashSet<usize> = matches.iter().filter_map(|found| found.found()).collect();
    let mut missing: HashMap<(String, &str), Vec<usize>> = HashMap::new();
    for (index, person) in known.people.iter().enumerate() {
        if !present.contains(&index) {
            let name = (squeezed(&person.name), person.unit.as_str());
            missing.entry(name).or_default().push(index);
        }
    }
    let mut candidates: Vec<(usize, usize)> = Vec::new();
    let mut several: BTreeMap<(&str, String), Namesakes> = BTreeMap::new();
    for (index, (person, found)) in roster.people.iter().zip(matches).enumerate() {
        let facts = &person.facts;
        let has_number = facts.number.is_some() || facts.identity_number.is_some();
        if found.found().is_some() || !has_number || facts.name.is_empty() {
            continue;
        }
        let unit = units.on_register(&facts.unit);
        let name = (squeezed(&facts.name), unit);
        let alike = missing.get(&name).into_iter().flatten();
        let alike = alike.filter(|it| may_be(facts, &known.people[**it]));
        let alike: Vec<_> = alike.copied().collect();
        match alike[..] {
            [] => {}
            [one] => candidates.push((index, one)),
            _ => several
                .entry((unit, name.0))
                .or_default()
                .add(index, &alike),
        }
    }
    let times = |one: usize| candidates.iter().filter(|(_, it)| *it == one).count();
    let single: Vec<_> = candidates
        .iter()
        .filter(|(_, one)| times(*one) == 1)
        .collect();
    for &(index, one) in candidates.iter().filter(|(_, one)| times(*one) > 1) {
        let facts = &roster.people[index].facts;
        let name = (units.on_register(&facts.unit), squeezed(&facts.name));
        several.entry(name).or_default().add(index, &[one]);
    }
    let several = several.iter().map(|((unit, name), namesakes)| {
        let question = namesakes.question((roster, known), (unit, name), choices);
        (question, None)
    });
    let single = single
        .iter()
        .map(|(index, one)| {
            let (facts, before) = (&roster.people[*index].facts, &known.people[*one]);
            let kind = ConflictKind::StaffRenumbered;
            let new = facts.number.as_deref();
            let key = match new {
                Some(number) => format!("{}:{}:{}", kind.code(), before.id, cut_key(number)),
                None => format!("{}:{}", kind.code(), before.id),
            };
            let decided = choices.decided(&key, kind.code(), &ANSWERS);
            let unit = if before.unit == facts.unit {
                words!("同单位", "the same unit")
            } else {
                words!("属{}", "the unit “{}”", before.unit)
            };
            let (says, asks, follows) = match new {
                Some(number) => {
                    let unproved = unproved_words(facts);
                    (
                        words!("的工号是 {number}，{unproved}", "has the number “{number}”, and {unproved}"; unproved),
                        words!("是同一人换了工号吗？", "Is it one person with a new number?"),
                        words!("工号改为 {number}", "the number becomes “{number}”"),
                    )
                }
                None => (
                    words!(
                        "没有工号，证件号码没有登记过",
                        "has no number, and an identity number that was never registered"
                    ),
                    words!("是同一人吗？", "Is it one person?"),
                    words!("补上证件号码，工号不变", "the identity number is added, the number stays"),
                ),
            };
            let (name, in_unit, number) = (&before.name, &facts.unit, number_words(before));
            let words = Words {
                question: words!(
                    "名册中{name}（{in_unit}）{says}；登记中有同名、同性别、{unit}的一人，工号{number}，不在名册中。{asks}",
                    "“{name}” (“{in_unit}”) of the roster {says}; the register has somebody of the same name and sex, of {unit}, whose number is {number} and who is not in the roster. {asks}";
                    says, unit, number, asks
                ),
                proposal: words!(
                    "按同一人登记，{follows}；结对、走访等记录保留",
                    "registered as one person, {follows}; pairings, visits and so on stay";
                    follows
                ),
                answers: vec![
                    (
                        ImportAnswer::SamePerson,
                        words!(
                            "同一人：{follows}，结对、走访等记录保留",
                            "one person: {follows}, pairings, visits and so on stay";
                            follows
                        ),
                    ),
                    (
                        ImportAnswer::AnotherPerson,
                        words!(
                            "另一人：登记为新的一人，原来一人不变",
                            "another person: registered as new, the former one stays as they are"
                        ),
                    ),
                ],
            };
            let found = decided.is(ImportAnswer::SamePerson).then_some(*one);
            let people = vec![*index];
            let conflict = conflict(roster, (kind, key), ("number", &people), &decided, words);
            (Question { conflict, people }, found)
        });
    single.chain(several).collect()
}

/// People of the file of one name and unit, and those of the register who may be some of them.
#[derive(Default)]
struct Namesakes {
    people: Vec<usize>,
    known: BTreeSet<usize>,
}

impl Namesakes {
    fn add(&mut self, index: usize, known: &[usize]) {
        self.people.push(index);
        self.known.extend(known);
    }

    /// Asks whether they all are new. Who accepts all proposals has not said that: it would double them.
    fn question(
        &self,
        (roster, known): (&StaffRoster, &Known<'_>),
        (unit, name): (&str, &str),
        choices: &Choices,
    ) -> Question {
        const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::SamePerson, ImportAnswer::AnotherPerson];
        let kind = ConflictKind::StaffRenumbered;
        let key = format!("{}:{}:{}", kind.code(), cut_key(unit), cut_key(name));
        let decided = match choices.decided(&key, kind.code(), &ANSWERS) {
            Decided::Given(ImportAnswer::SamePerson, _) => Decided::Open,
            decided => decided,
        };
        let numbers = self.known.iter().take(MOST_NUMBERS);
        let numbers: Vec<_> = numbers
            .map(|at| {
                let number = number_words(&known.people[*at]);
                words!("工号{number}", "number {number}"; number)
            })
            .collect();
        let numbers = Text::joined(&numbers);
        let (count, alike) = (self.people.len(), self.known.len());
        let words = Words {
            question: words!(
                "名册中有 {count} 人叫{name}（{unit}），工号和证件号码都没有登记过；登记中有同名、同单位的 {alike} 人（{numbers}），不在名册中，无法分清谁是谁。都是新人员吗？",
                "the roster has “{name}” (“{unit}”) {count} times, with numbers and identity numbers that were never registered; the register has {alike} of that name and unit ({numbers}) who are not in the roster, and nothing tells who is who. Are they all new?";
                numbers
            ),
            proposal: words!(
                "请在名册中补上登记的工号或证件号码，再重新核对；如都是新人员，请答“另一人”",
                "put the registered number or identity number into the roster and check again; if all are new, answer `another_person`"
            ),
            answers: vec![(
                ImportAnswer::AnotherPerson,
                words!(
                    "另一人：都登记为新人员，原来的人不变",
                    "another person: all are registered as new, the former ones stay as they are"
                ),
            )],
        };
        let mut people = self.people.clone();
        people.sort_unstable();
        let conflict = conflict(roster, (kind, key), ("name", &people), &decided, words);
        Question { conflict, people }
    }
}

fn number_words(person: &Staff) -> Text {
    match &person.number {
        None => words!("未登记", "not registered"),
        Some(number) => words!("为 {number}", "“{number}”"),
    }
}

/// People of the file who had left: a question each, and who of them is active again.
pub fn returned(
    roster: &StaffRoster,
    known: &Known<'_>,
    matches: &[Match],
    choices: &Choices,
) -> (Vec<Question>, HashSet<usize>) {
    const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::Returns, ImportAnswer::StaysAway];
    let kind = ConflictKind::Returned;
    let (mut questions, mut returning) = (Vec::new(), HashSet::new());
    for (index, found) in matches.iter().enumerate() {
        let before = found.found().map(|found| &known.people[found]);
        let Some(before) = before.filter(|before| !before.active) else {
            continue;
        };
        let key = format!("{}:{}", kind.code(), before.id);
        let decided = choices.decided(&key, kind.code(), &ANSWERS);
        if decided.is(ImportAnswer::Returns) {
            returning.insert(index);
        }
        let words = Words {
            question: {
                let (name, unit, number) = (&before.name, &before.unit, number_words(before));
                words!(
                    "{name}（{unit}，工号{number}）已登记离岗或停用，又在名册中。是否返岗？",
                    "“{name}” (“{unit}”, number {number}) has left or is inactive by the register, and is in the roster again. Have they come back?";
                    number
                )
            },
            proposal: words!(
                "返岗：恢复在岗，可以安排结对；原来已结束的结对不恢复",
                "back: on duty again and free for pairings; pairings that ended stay ended"
            ),
            answers: vec![
                (
                    ImportAnswer::Returns,
                    words!(
                        "返岗：恢复在岗，可以安排结对；原来已结束的结对不恢复",
                        "back: on duty again and free for pairings; pairings that ended stay ended"
                    ),
                ),
                (
                    ImportAnswer::StaysAway,
                    words!(
                        "仍然离岗：只更新资料",
                        "still away: only the data are brought up to date"
                    ),
                ),
            ],
        };
        let people = vec![index];
        let conflict = conflict(roster, (kind, key), ("name", &people), &decided, words);
        questions.push(Question { conflict, people });
    }
    (questions, returning)
}
