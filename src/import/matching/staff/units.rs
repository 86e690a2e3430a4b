//! Units that a roster of staff calls otherwise than the register.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::known::{Around, Known, Match};
use super::question::{Question, Words, conflict, may_be};
use crate::code_list::CodeList;
use crate::household::rule::Severity;
use crate::import::matching::gone::clauses;
use crate::import::matching::gone::{Gone, Verdict};
use crate::import::report::ConflictKind;
use crate::problem::{Text, words};
use crate::renaming::{Change, Planned};
use crate::roster::choices::{Choices, Decided, ImportAnswer};
use crate::roster::report::RosterProblem;
use crate::roster::staffing::StaffRoster;
use crate::text::squeezed;
use crate::value::Refusal;

/// Units that may be called otherwise, and what was answered.
#[derive(Default)]
pub struct UnitsRenamed {
    /// The unit of the register by the name in the file, whatever was answered.
    before: HashMap<String, String>,
    planned: Vec<Planned>,
    /// Units that many people have left for several others.
    pub told: Vec<RosterProblem>,
}

impl UnitsRenamed {
    /// What a unit of the file is, or may be, called on the register.
    pub fn on_register<'n>(&'n self, name: &'n str) -> &'n str {
        self.before.get(name).map_or(name, String::as_str)
    }

    /// What a unit is to be called, if it is to be called otherwise.
    pub fn new_name(&self, name: &str) -> Option<&str> {
        self.planned
            .iter()
            .find_map(|planned| match &planned.change {
                Change::Unit { from, to, .. } if from == name => Some(to.as_str()),
                _ => None,
            })
    }

    /// The units to be called otherwise.
    pub fn into_planned(self) -> Vec<Planned> {
        self.planned
    }
}

/// Finds units of the register most of whose people are in the file under one other unit; asks of those that
/// are linked to villages, and tells of those whose people are here and there.
pub fn units_renamed(
    roster: &StaffRoster,
    known: &Known<'_>,
    matches: &[Match],
    around: &Around,
    choices: &Choices,
) -> (Vec<Question>, UnitsRenamed) {
    let named: HashSet<&str> = roster
        .people
        .iter()
        .map(|it| it.facts.unit.as_str())
        .collect();
    let on_register: HashSet<&str> = known.people.iter().map(|it| it.unit.as_str()).collect();
    let all_gone = gone_by_unit(roster, known, matches, (&named, &on_register));
    let verdicts: BTreeMap<&str, Verdict> = all_gone
        .iter()
        .map(|(old, gone)| {
            let verdict = gone.verdict(|new| on_register.contains(new), named.contains(old));
            (*old, verdict)
        })
        .collect();
    let moves = || {
        let moves = all_gone
            .iter()
            .filter(|(old, _)| verdicts[*old] != Verdict::Usual);
        moves.filter_map(|(old, gone)| Some((*old, *gone.most()?.0)))
    };
    let sources: BTreeSet<&str> = moves().map(|(old, _)| old).collect();
    let targets: BTreeSet<&str> = moves().map(|(_, new)| new).collect();
    let (mut questions, mut units) = (Vec::new(), UnitsRenamed::default());
    for (old, gone) in &all_gone {
        let verdict = verdicts[old];
        let most = gone.most().map(|(new, found)| (*new, found.len()));
        if let Some((new, _)) = most.filter(|_| verdict.is_asked()) {
            units.before.insert(new.to_owned(), (*old).to_owned());
        }
        let villages = around.unit_villages.get(*old).map_or(0, Vec::len);
        if villages == 0 {
            continue;
        }
        let suspect = |(new, count)| Suspect {
            old,
            new,
            count,
            gone,
            villages,
            joins: verdict != Verdict::Renamed,
            in_chain: targets.contains(old) || sources.contains(new),
        };
        let suspect = most.filter(|_| verdict != Verdict::Usual).map(suspect);
        match suspect.filter(|it| it.in_chain || verdict.is_asked()) {
            Some(suspect) => questions.extend(units.ask(roster, known, choices, &suspect)),
            None if verdict == Verdict::Left => {
                units.told.extend(left(roster, (old, gone), villages));
            }
            None => {}
        }
    }
    (questions, units)
}

/// Where the active people of each unit of the register are in the file.
fn gone_by_unit<'k>(
    roster: &'k StaffRoster,
    known: &Known<'k>,
    matches: &[Match],
    units: (&HashSet<&str>, &HashSet<&str>),
) -> BTreeMap<&'k str, Gone<&'k str>> {
    let namesakes = namesakes(roster, known, matches, units);
    let mut all: BTreeMap<&str, Gone<&str>> = BTreeMap::new();
    for (index, (person, found)) in roster.people.iter().zip(matches).enumerate() {
        let found = found.found().or_else(|| namesakes.get(&index).copied());
        let before = found.map(|found| &known.people[found]);
        let Some(before) = before.filter(|it| it.active && !person.facts.unit.is_empty()) else {
            continue;
        };
        let gone = all.entry(&before.unit).or_default();
        if person.facts.unit == before.unit {
            gone.stayed += 1;
        } else {
            gone.add(&person.facts.unit, index);
        }
    }
    for person in known.people.iter().filter(|it| it.active) {
        if let Some(gone) = all.get_mut(person.unit.as_str()) {
            gone.open += 1;
        }
    }
    all
}

/// People of a unit that the register does not have, under a 工号 that nobody has, who are called as missing
/// people of one unit that the file does not name: where that is so of two at least, and of half of the unit,
/// the unit may have another name and its people other numbers.
fn namesakes(
    roster: &StaffRoster,
    known: &Known<'_>,
    matches: &[Match],
    (named, on_register): (&HashSet<&str>, &HashSet<&str>),
) -> HashMap<usize, usize> {
    let present: HashSet<usize> = matches.iter().filter_map(|found| found.found()).collect();
    let mut missing: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, person) in known.people.iter().enumerate() {
        if person.active && !present.contains(&index) && !named.contains(person.unit.as_str()) {
            missing
                .entry(squeezed(&person.name))
                .or_default()
                .push(index);
        }
    }
    let mut pairs: BTreeMap<(&str, &str), Vec<(usize, usize)>> = BTreeMap::new();
    let mut people: HashMap<&str, usize> = HashMap::new();
    for (index, (person, found)) in roster.people.iter().zip(matches).enumerate() {
        let facts = &person.facts;
        *people.entry(&facts.unit).or_default() += 1;
        if found.found().is_some() || on_register.contains(facts.unit.as_str()) {
            continue;
        }
        let alike = missing.get(&squeezed(&facts.name)).into_iter().flatten();
        let alike: Vec<_> = alike
            .filter(|it| may_be(facts, &known.people[**it]))
            .collect();
        if let [one] = alike[..] {
            let units = (facts.unit.as_str(), known.people[*one].unit.as_str());
            pairs.entry(units).or_default().push((index, *one));
        }
    }
    pairs.retain(|(new, _), found| found.len() > 1 && found.len() * 2 >= people[new]);
    pairs.into_values().flatten().collect()
}

/// A unit that is linked to villages and may be called otherwise.
struct Suspect<'u> {
    old: &'u str,
    new: &'u str,
    /// How many of its people are under the new name.
    count: usize,
    gone: &'u Gone<&'u str>,
    villages: usize,
    /// Whether the register has the new name.
    joins: bool,
    /// Whether people of another unit come under the old name, or those of the new one go to a third.
    in_chain: bool,
}

impl Suspect<'_> {
    fn words(&self) -> Words {
        let (old, new) = (self.old, self.new);
        let (what, found) = (self.what(), self.found());
        let linked = words!(
            "{old}仍有定点帮扶村 {} 个",
            "“{old}” still has villages linked to it: {}",
            self.villages
        );
        let moved = (
            ImportAnswer::Moved,
            words!(
                "人员调动：{old}和它的定点帮扶村不变",
                "the people moved: “{old}” and its villages stay"
            ),
        );
        if self.in_chain {
            return Words {
                question: words!(
                    "{found}；{linked}。名册中另有单位的人员写作{old}，或{new}的人员写作别的单位：像是几个单位依次更名或互换名称，导入时无法分清先后。如是更名，请先在“单位”中按顺序办理更名，再重新核对；还是人员调动？",
                    "{found}; {linked}. People of another unit are under “{old}” in the roster, or those of “{new}” are elsewhere: it looks as if several units were renamed one after the other, or changed names, and an import cannot tell in which order. If they were renamed, make the changes of names first, in their order, and check again; or have the people moved?";
                    found, linked
                ),
                proposal: words!(
                    "先办理更名，再重新核对；或答“人员调动”，{old}和它的定点帮扶村不变",
                    "make the change of names first and check again; or answer that the people moved: “{old}” and its villages stay"
                ),
                answers: vec![moved],
            };
        }
        let stayed = if self.gone.stayed > 0 {
            words!(
                "，名册中仍写旧名的也读作新名",
                ", and those whom the roster has under the old name are read as under the new one"
            )
        } else {
            Text::default()
        };
        Words {
            question: words!(
                "{found}；{linked}。是{what}{new}，还是人员调动？",
                "{found}; {linked}. Is it that it {what} “{new}”, or have the people moved?";
                found, linked, what
            ),
            proposal: words!(
                "{old}{what}{new}：定点帮扶村和人员随之转入",
                "“{old}” {what} “{new}”: its villages and people follow";
                what
            ),
            answers: vec![
                (
                    ImportAnswer::Renamed,
                    words!(
                        "{what}{new}：定点帮扶村和人员随之转入{stayed}",
                        "it {what} “{new}”: its villages and people follow{stayed}";
                        what, stayed
                    ),
                ),
                moved,
            ],
        }
    }

    /// 更名为 or 并入.
    fn what(&self) -> Text {
        if self.joins {
            words!("并入", "became part of")
        } else {
            words!("更名为", "is now called")
        }
    }

    /// Where the roster has the people of the unit.
    fn found(&self) -> Text {
        let (old, new, count) = (self.old, self.new, self.count);
        let (active, named, stayed) = (self.gone.open, self.gone.named(), self.gone.stayed);
        if count == named {
            return words!(
                "登记中{old}有 {active} 人，其中 {count} 人在名册中都属{new}",
                "of the people of “{old}” ({active} in the register) the roster has {count}, all under “{new}”"
            );
        }
        let mut parts = vec![words!("{count} 人写作{new}", "{count} as “{new}”")];
        if stayed > 0 {
            parts.push(words!(
                "{stayed} 人仍写作{old}",
                "{stayed} still as “{old}”"
            ));
        }
        if count + stayed < named {
            parts.push(self.gone.others(Some(&new), ToString::to_string, "人"));
        }
        let parts = clauses(&parts);
        words!(
            "登记中{old}有 {active} 人，其中 {named} 人在名册中：{parts}",
            "of the people of “{old}” ({active} in the register) the roster has {named}: {parts}";
            parts
        )
    }
}

impl UnitsRenamed {
    fn ask(
        &mut self,
        roster: &StaffRoster,
        known: &Known<'_>,
        choices: &Choices,
        suspect: &Suspect<'_>,
    ) -> Option<Question> {
        const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::Renamed, ImportAnswer::Moved];
        let mut of_unit = known.people.iter().filter(|it| it.unit == suspect.old);
        let unit_id = of_unit.next()?.unit_id;
        let kind = ConflictKind::UnitRenamed;
        let key = format!("{}:{unit_id}", kind.code());
        let decided = match choices.decided(&key, kind.code(), &ANSWERS) {
            // It cannot be done here, and who accepts all proposals has not said that they moved.
            Decided::Given(ImportAnswer::Renamed, _) if suspect.in_chain => Decided::Open,
            decided => decided,
        };
        if decided.is(ImportAnswer::Renamed) {
            self.planned.push(Planned {
                change: Change::Unit {
                    unit_id,
                    from: suspect.old.to_owned(),
                    to: suspect.new.to_owned(),
                },
                merges: suspect.joins,
                reason: "导入名册时确认单位更名或合并".to_owned(),
            });
        }
        let people: Vec<_> = (0..roster.people.len())
            .filter(|index| roster.people[*index].facts.unit == suspect.new)
            .collect();
        let words = suspect.words();
        let conflict = conflict(roster, (kind, key), ("unit", &people), &decided, words);
        Some(Question { conflict, people })
    }
}

/// What is told of a unit whose people are here and there.
fn left(
    roster: &StaffRoster,
    (old, gone): (&str, &Gone<&str>),
    villages: usize,
) -> Option<RosterProblem> {
    let stayed = match gone.stayed {
        0 => Text::default(),
        stayed => words!("{stayed} 人仍写作{old}，", "{stayed} still as “{old}”, "),
    };
    let (open, named) = (gone.open, gone.named());
    let others = gone.others(None, ToString::to_string, "人");
    let reason = words!(
        "登记中{old}有 {open} 人，其中 {named} 人在名册中：{stayed}{others}；{old}仍有定点帮扶村 {villages} 个，导入后不变",
        "of the people of “{old}” ({open} in the register) the roster has {named}: {stayed}{others}; “{old}” still has villages linked to it ({villages}), which the import leaves as they are";
        stayed, others
    );
    let remedy = words!(
        "如是更名、合并或拆分，请在“单位”中办理，或核对单位的定点帮扶村",
        "if it was renamed, joined or divided, make the change of names, or check the villages of the unit"
    );
    let refusal = Refusal::new("unit_left", reason, remedy);
    let place = roster.people[gone.first()?].place;
    Some(place.problem(&roster.sheets, Severity::Warning, "unit", refusal))
}
