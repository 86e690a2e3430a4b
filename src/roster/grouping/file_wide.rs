//! What holds for the file as a whole and is told or asked once, not household by household: 脱贫属性
//! where no column says it, and what section rows say of the households below them.

use std::collections::BTreeMap;

use super::draft::Draft;
use crate::code_list::CodeList;
use crate::household::model::HouseholdFacts;
use crate::household::rule::Severity;
use crate::household::{PovertyStatus, Relation};
use crate::problem::{Text, words};
use crate::roster::household::{HouseholdKind, HouseholdRow, derived_status};
use crate::roster::layout::Layouts;
use crate::roster::question::{Answers, FileQuestion, FileQuestionKind};
use crate::roster::report::{Place, Problems};
use crate::roster::sheet::{Said, Section};
use crate::value::Refusal;

/// Most cells that a question lists.
const MOST_PLACES: usize = 200;
/// Most section rows that a question names.
const MOST_NAMED: usize = 5;

/// What is found while the households are looked through.
pub(super) struct FileWide {
    answers: Answers,
    /// Whether a column says 脱贫属性.
    status_listed: bool,
    /// Households whose 脱贫属性 follows from other columns: the first, and how many.
    derived: Option<(Place, usize)>,
    /// Those of which 脱贫年度 says that they were lifted.
    dated: Option<(Place, usize)>,
    /// Households of whose 脱贫属性 nothing is certain: the first of them, and how many.
    unknown: (Vec<Place>, usize),
    /// Section rows that would say the place of households that do not say it, and of how many.
    sections: BTreeMap<Place, (String, usize)>,
}

impl FileWide {
    pub(super) fn new(answers: Answers, layouts: &Layouts<HouseholdRow>) -> Self {
        Self {
            answers,
            status_listed: layouts.spoken().has("status"),
            derived: None,
            dated: None,
            unknown: (Vec::new(), 0),
            sections: BTreeMap::new(),
        }
    }

    pub(super) fn lists_status(&self) -> bool {
        self.status_listed
    }

    /// The 脱贫属性 of a household of which no cell says it. Nothing if the register has to say it or, where
    /// the file has no such column, people.
    pub(super) fn status(
        &mut self,
        draft: &Draft,
        facts: &HouseholdFacts,
    ) -> Option<PovertyStatus> {
        let shared = &draft.shared;
        let kind = shared.kind.or(facts.category.map(HouseholdKind::Of));
        if let Some(status) = derived_status(kind, shared.monitored) {
            self.derived.get_or_insert((draft.place, 0)).1 += 1;
            return Some(status);
        }
        // Whoever was lifted in a year is lifted, whatever kind of household it is now.
        if facts.lifted_year.is_some() {
            self.dated.get_or_insert((draft.origin("lifted_year"), 0)).1 += 1;
            return Some(PovertyStatus::LiftedWithPolicy);
        }
        if self.status_listed {
            return None;
        }
        if self.unknown.0.len() < MOST_PLACES {
            self.unknown.0.push(draft.place);
        }
        self.unknown.1 += 1;
        (self.answers.no_status == Some(true)).then_some(PovertyStatus::Poor)
    }

    /// What the section rows say of a field that a household does not say, if that was accepted.
    pub(super) fn said<'s>(&mut self, said: Option<&'s Said>) -> Option<&'s Said> {
        let said = said?;
        let section = self.sections.entry(said.place);
        section.or_insert_with(|| (said.name.clone(), 0)).1 += 1;
        (self.answers.sections == Some(true)).then_some(said)
    }

    /// Tells what was derived, and gives what must be asked.
    pub(super) fn finish(
        self,
        layouts: &Layouts<HouseholdRow>,
        problems: &mut Problems,
    ) -> Vec<FileQuestion> {
        let mut questions = Vec::new();
        let by_kind = self.derived.map(|it| (it, "户类型、监测对象类型"));
        let by_year = self.dated.map(|it| (it, "脱贫年度"));
        for ((place, count), by) in by_kind.into_iter().chain(by_year) {
            let label = PovertyStatus::LiftedWithPolicy.label();
            let (unsaid, remedy) = if self.status_listed {
                (
                    words!("没有填写“脱贫属性”", "“脱贫属性” is not filled in"),
                    words!("请在文件中填写“脱贫属性”", "fill in “脱贫属性” in the file"),
                )
            } else {
                (
                    words!(
                        "名册没有“脱贫属性”列",
                        "the roster has no column “脱贫属性”"
                    ),
                    words!(
                        "请在文件中补上“脱贫属性”列",
                        "add the column “脱贫属性” to the file"
                    ),
                )
            };
            let refusal = Refusal::new(
                "status_derived",
                {
                    let by = Text::new(by, format!("“{by}”"));
                    words!("{unsaid}：{count} 户按{by}得出“{label}”", "{unsaid}: “{label}” was worked out from {by} (households: {count})"; unsaid, by)
                },
                words!("如不对，{remedy}；已登记为脱贫、返贫的户保持原来的脱贫属性", "if that is wrong, {remedy}; households that the register has as lifted or relapsed keep that"; remedy),
            );
            let key = match by {
                "脱贫年度" => "lifted_year",
                _ if layouts.spoken().has("category") => "category",
                _ => "monitored",
            };
            problems.push(layouts.problem(Severity::Repair, place, key, refusal));
        }
        if let (Some(first), count) = (self.unknown.0.first(), self.unknown.1) {
            let others = if self.derived.is_some() || self.dated.is_some() {
                Text::new("另有 ", "further ")
            } else {
                Text::default()
            };
            questions.push(FileQuestion {
                kind: FileQuestionKind::NoStatus,
                places: cells(layouts, &self.unknown.0),
                question: words!(
                    "名册没有“脱贫属性”列，{others}{count} 户不能由户类型、监测对象类型、脱贫年度确定。这些户是否都按“未脱贫”登记？",
                    "the roster has no column “脱贫属性”, and nothing else tells it for {others}households ({count}). Are they all to be registered as “未脱贫” (poor)?";
                    others
                ),
                proposal: words!("新的户登记为“未脱贫”，已登记的户保持原来的脱贫属性；不接受则这些户不导入", "new households are registered as “未脱贫” (poor), those that the register has keep what they are; if not accepted, these households are not imported"),
                accepted: self.answers.no_status,
            });
            let told = match self.answers.no_status {
                Some(true) => Some((
                    Severity::Repair,
                    words!(
                        "名册没有“脱贫属性”列：按所作的决定，{count} 户读作“未脱贫”",
                        "the roster has no column “脱贫属性”: by what was decided, “未脱贫” was read (households: {count})"
                    ),
                )),
                Some(false) => Some((
                    Severity::Error,
                    words!(
                        "名册没有“脱贫属性”列，{count} 户的脱贫属性不能确定",
                        "the roster has no column “脱贫属性”, and nothing tells it (households: {count})"
                    ),
                )),
                None => None,
            };
            if let Some((severity, reason)) = told {
                let remedy = words!(
                    "请在文件中补上“脱贫属性”列后重新上传，或改变对这一事项的决定",
                    "add the column “脱贫属性” to the file and upload it again, or decide this question otherwise"
                );
                let refusal = Refusal::new("no_status", reason, remedy);
                problems.push(layouts.problem(severity, *first, "status", refusal));
            }
        }
        if !self.sections.is_empty() {
            questions.push(self.about_sections(layouts));
        }
        questions
    }

    fn about_sections(&self, layouts: &Layouts<HouseholdRow>) -> FileQuestion {
        let places: Vec<Place> = self.sections.keys().copied().collect();
        let rows = self.sections.iter().take(MOST_NAMED);
        let named: Vec<_> = rows
            .map(|(place, (name, count))| {
                words!(
                    "第 {} 行“{name}”（{count} 户）",
                    "row {} “{name}” (households: {count})",
                    place.row
                )
            })
            .collect();
        let named = Text::joined(&named);
        let more = if places.len() > MOST_NAMED {
            words!("等", " and more")
        } else {
            Text::default()
        };
        FileQuestion {
            kind: FileQuestionKind::Sections,
            places: cells(layouts, &places),
            question: words!("有些户没有填写镇、村，上面有分段行：{named}{more}。是否按分段行填写？", "some households have no town or village, and there are section rows above them: {named}{more}. Are these to be read?"; named, more),
            proposal: words!(
                "这些户的镇、村读作上面最近的分段行所写；不接受则这些户不导入",
                "town and village of these households are read from the nearest section row above; if not accepted, these households are not imported"
            ),
            accepted: self.answers.sections,
        }
    }
}

/// What section rows say of a field of a household.
pub(super) fn of_section<'s>(section: Option<&'s Section>, key: &str) -> Option<&'s Said> {
    let section = section?;
    match key {
        "town" => section.town.as_ref(),
        "village" => section.village.as_ref(),
        _ => None,
    }
}

fn cells(layouts: &Layouts<HouseholdRow>, places: &[Place]) -> Vec<String> {
    let cell = |place: &Place| layouts.address(*place, "name", u16::MAX);
    places.iter().take(MOST_PLACES).map(cell).collect()
}

/// The members after the first whom the rows call the head's spouse.
pub(super) fn further_spouses(facts: &HouseholdFacts) -> impl Iterator<Item = usize> {
    let members = facts.members.iter().enumerate();
    let spouses = members.filter(|(_, member)| member.relation == Relation::Spouse);
    spouses.skip(1).map(|(at, _)| at)
}
