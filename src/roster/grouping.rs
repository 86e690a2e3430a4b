//! From rows, one a person, to households: which rows belong together, what they say of their
//! household, and whether it holds together.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::column::{Carry, Put, merge};
use super::household::{COLUMNS, HouseholdRow, Shared};
use super::report::{Problems, RosterProblem, Severity};
use super::rule::{self, Rule};
use super::sheet::{self, Layout, RosterRow};
use super::value::{self, Refusal};
use crate::household::model::{HouseholdFacts, Member};
use crate::household::{IdentityNumber, Relation};
use crate::workbook::address;
use crate::workbook::reader::ReadError;
use crate::workbook::source::Source;

/// Most causes beside the main one.
const MOST_OTHER_CAUSES: usize = 2;

/// A household as the roster gives it.
#[derive(Debug)]
pub struct ReadHousehold {
    /// Its facts.
    pub facts: HouseholdFacts,
    /// The row of each member.
    pub rows: Vec<u32>,
}

/// A roster of households, read.
pub struct HouseholdRoster {
    /// Where its columns are.
    pub layout: Layout<HouseholdRow>,
    /// Rows with content.
    pub rows: i64,
    /// The households, in the order of their first rows.
    pub households: Vec<ReadHousehold>,
}

/// Reads a roster of households. What is wrong with it goes to `problems`; nothing is given where
/// there is no roster at all.
pub fn read(
    source: &mut dyn Source,
    today: NaiveDate,
    line_fen: i64,
    problems: &mut Problems,
    progress: &dyn Fn(i64),
) -> Result<Option<HouseholdRoster>, ReadError> {
    let mut grouping = Grouping::default();
    let mut count = 0;
    let read = sheet::read(source, COLUMNS, problems, |layout, row, problems| {
        count += 1;
        if count % 1_000 == 0 {
            progress(count);
        }
        grouping.add(layout, row, problems);
    })?;
    Ok(read.map(|(layout, rows)| {
        let households = grouping
            .groups
            .into_iter()
            .map(|group| group.finish(&layout, today, line_fen, problems))
            .collect();
        HouseholdRoster {
            layout,
            rows,
            households,
        }
    }))
}

/// Households under way.
#[derive(Default)]
struct Grouping {
    groups: Vec<Group>,
    by_number: HashMap<String, usize>,
    by_head: HashMap<IdentityNumber, usize>,
    /// The row in which each identity number stood first.
    seen: HashMap<IdentityNumber, u32>,
}

/// One household under way.
struct Group {
    facts: HouseholdFacts,
    shared: Shared,
    rows: Vec<u32>,
    /// For each field of the household (as the layout numbers them), the row that said it first.
    origins: Vec<(usize, u32)>,
    /// Fields with a refused cell, whose absence is no second problem.
    refused: Vec<&'static str>,
}

impl Grouping {
    fn add(
        &mut self,
        layout: &Layout<HouseholdRow>,
        mut row: RosterRow<HouseholdRow>,
        problems: &mut Problems,
    ) {
        check_person(layout, &row, problems);
        self.check_twice(layout, &row, problems);
        let index = self.group_of(&row.record);
        let group = &mut self.groups[index];
        group.merge(layout, &row, problems);
        let mut member = row.record.member;
        member.relation = row.record.relation.unwrap_or(Relation::Other);
        if let Some(identity) = &member.identity_number {
            member.sex.get_or_insert(identity.sex());
            member.birth_date.get_or_insert(identity.birth_date());
        }
        group.facts.members.push(member);
        group.rows.push(row.number);
        group.refused.append(&mut row.refused);
        self.remember(index);
    }

    /// The household of a row: by 户编号, else by the head's identity number, else the one that the
    /// row before belongs to, unless a head begins a new one.
    fn group_of(&mut self, row: &HouseholdRow) -> usize {
        let known = match (&row.household.number, &row.shared.head_identity) {
            (Some(number), _) => self.by_number.get(number).copied(),
            (None, Some(head)) => self.by_head.get(head).copied(),
            (None, None) if row.relation == Some(Relation::Head) => None,
            (None, None) => self.groups.len().checked_sub(1),
        };
        known.unwrap_or_else(|| {
            self.groups.push(Group {
                facts: HouseholdFacts::of("", ""),
                shared: Shared::default(),
                rows: Vec::new(),
                origins: Vec::new(),
                refused: Vec::new(),
            });
            self.groups.len() - 1
        })
    }

    /// Remembers by what the rows to come may name a household.
    fn remember(&mut self, index: usize) {
        let group = &self.groups[index];
        if let Some(number) = &group.facts.number
            && !self.by_number.contains_key(number)
        {
            self.by_number.insert(number.clone(), index);
        }
        let last = group.facts.members.last();
        let head = last
            .filter(|member| member.relation == Relation::Head)
            .and_then(|head| head.identity_number.as_ref());
        for identity in head.into_iter().chain(&group.shared.head_identity) {
            if !self.by_head.contains_key(identity) {
                self.by_head.insert(identity.clone(), index);
            }
        }
    }

    /// The same identity number in two rows.
    fn check_twice(
        &mut self,
        layout: &Layout<HouseholdRow>,
        row: &RosterRow<HouseholdRow>,
        problems: &mut Problems,
    ) {
        let Some(identity) = &row.record.member.identity_number else {
            return;
        };
        let Some(first) = self.seen.get(identity) else {
            self.seen.insert(identity.clone(), row.number);
            return;
        };
        let place = layout
            .place_of("identity_number")
            .map_or_else(String::new, |placed| address(*first, placed.position));
        problems.push(
            broken(
                layout,
                row.number,
                "identity_number",
                &rule::SAME_IDENTITY_NUMBER,
                format!("与单元格 {place} 的证件号码相同"),
            )
            .with_value(identity.masked()),
        );
    }
}

/// What every person's row must have.
fn check_person(
    layout: &Layout<HouseholdRow>,
    row: &RosterRow<HouseholdRow>,
    problems: &mut Problems,
) {
    let record = &row.record;
    let mut missing = |key: &'static str, severity, cure: &str| {
        if !row.refused.contains(&key) {
            let heading = layout
                .place_of(key)
                .map_or("", |placed| placed.column.heading);
            let refusal = Refusal::new("required_cell", format!("“{heading}”没有填写"), cure);
            problems.push(layout.problem(severity, row.number, key, refusal));
        }
    };
    if record.member.name.is_empty() {
        missing(
            "name",
            Severity::Error,
            "请补填姓名；不是人员的行（合计、签名等）请删除",
        );
    }
    if record.relation.is_none() {
        missing("relation", Severity::Error, "请补填与户主关系");
    }
    if record.member.identity_number.is_none() {
        if record.has_other_document() {
            let refusal = Refusal::new(
                "other_document",
                "证件不是居民身份证，号码没有保存",
                "如有居民身份证请改填；没有的不必处理",
            );
            problems.push(layout.problem(
                Severity::Warning,
                row.number,
                "identity_number",
                refusal,
            ));
        } else {
            missing(
                "identity_number",
                Severity::Warning,
                "请补填证件号码；确无号码的（如新生儿）不必处理",
            );
        }
    }
}

/// A rule that is broken, at a cell.
fn broken(
    layout: &Layout<HouseholdRow>,
    row: u32,
    key: &str,
    rule: &Rule,
    reason: String,
) -> RosterProblem {
    let refusal = Refusal::new(rule.code, reason, rule.cure);
    layout.problem(rule.severity, row, key, refusal)
}

impl Group {
    /// Takes over what a row says of its household; it may say it again, but not otherwise.
    fn merge(
        &mut self,
        layout: &Layout<HouseholdRow>,
        row: &RosterRow<HouseholdRow>,
        problems: &mut Problems,
    ) {
        for index in &row.filled {
            let placed = &layout.columns[*index];
            let put = match placed.column.carry {
                Carry::Whole(carry) => carry(&mut self.facts, &row.record.household),
                Carry::Shared(carry) => carry(&mut self.shared, &row.record.shared),
                Carry::Part(_) | Carry::Nothing => continue,
            };
            match put {
                Put::New => self.origins.push((placed.field, row.number)),
                Put::Same => {}
                Put::Differs => problems.push(self.differs(layout, *index, row)),
            }
        }
    }

    fn differs(
        &self,
        layout: &Layout<HouseholdRow>,
        index: usize,
        row: &RosterRow<HouseholdRow>,
    ) -> RosterProblem {
        let placed = &layout.columns[index];
        let first = self
            .origins
            .iter()
            .find(|(field, _)| *field == placed.field);
        let reason = match first {
            Some((field, first)) => format!(
                "与同一户的单元格 {} 不一致",
                address(*first, layout.columns[*field].position)
            ),
            None => "与同一户其他行不一致".to_owned(),
        };
        let refusal = Refusal::new(
            "household_rows_differ",
            reason,
            "同一户的各行应填写相同内容，或只在户主一行填写；如不是同一户，请核对户编号",
        );
        layout.at(
            RosterProblem::of_file(Severity::Error, refusal),
            row.number,
            placed,
        )
    }

    /// The row to point at for a field of the household: where it stood first, else the first row.
    fn row_of(&self, layout: &Layout<HouseholdRow>, key: &str) -> u32 {
        let said = layout.place_of(key).and_then(|placed| {
            self.origins
                .iter()
                .find(|(field, _)| *field == placed.field)
        });
        said.map(|(_, row)| *row)
            .or_else(|| self.rows.first().copied())
            .unwrap_or_default()
    }

    /// The household, complete, with all that is wrong with it.
    fn finish(
        mut self,
        layout: &Layout<HouseholdRow>,
        today: NaiveDate,
        line_fen: i64,
        problems: &mut Problems,
    ) -> ReadHousehold {
        self.settle();
        self.check_required(layout, problems);
        self.check_causes(layout, problems);
        self.check_head(layout, problems);
        self.check_size(layout, problems);
        for finding in rule::check(&self.facts, today, line_fen) {
            if self.refused.contains(&finding.field) {
                continue;
            }
            let row = finding
                .member
                .and_then(|member| self.rows.get(member).copied())
                .unwrap_or_else(|| self.row_of(layout, finding.field));
            problems.push(broken(
                layout,
                row,
                finding.field,
                finding.rule,
                finding.reason,
            ));
        }
        ReadHousehold {
            facts: self.facts,
            rows: self.rows,
        }
    }

    /// What follows from the rows together.
    fn settle(&mut self) {
        if let Some(status) = self.shared.status {
            self.facts.status = status;
        }
        // The kind under which a household is watched is the later word, as long as it is watched.
        if self.shared.risk_gone != Some(true)
            && let Some(monitored) = self.shared.monitored
        {
            self.facts.category = Some(monitored);
        }
        if self.facts.phone.is_none() {
            let first = self
                .facts
                .members
                .iter()
                .find_map(|member| member.phone.clone());
            let head = self.facts.head().and_then(|head| head.phone.clone());
            self.facts.phone = head.or(first);
        }
        if let Some(main) = self.facts.main_cause {
            self.facts.other_causes.retain(|cause| *cause != main);
        }
    }

    fn check_required(&self, layout: &Layout<HouseholdRow>, problems: &mut Problems) {
        let missing = [
            ("town", self.facts.town.is_empty()),
            ("village", self.facts.village.is_empty()),
            ("status", self.shared.status.is_none()),
        ];
        for (key, _) in missing
            .into_iter()
            .filter(|(key, missing)| *missing && !self.refused.contains(key))
        {
            let heading = layout
                .place_of(key)
                .map_or("", |placed| placed.column.heading);
            let refusal = Refusal::new(
                "required_cell",
                format!("本户的“{heading}”没有填写"),
                "请至少在户主一行填写",
            );
            problems.push(layout.problem(Severity::Error, self.row_of(layout, key), key, refusal));
        }
    }

    fn check_causes(&self, layout: &Layout<HouseholdRow>, problems: &mut Problems) {
        let others = self.facts.other_causes.len();
        if others > MOST_OTHER_CAUSES {
            let refusal = Refusal::new(
                "too_many_codes",
                format!("主要致贫原因之外填了 {others} 项，最多 {MOST_OTHER_CAUSES} 项"),
                "请保留最主要的几项",
            );
            let row = self.row_of(layout, "other_causes");
            problems.push(layout.problem(Severity::Error, row, "other_causes", refusal));
        }
    }

    /// What the rows state of the head against the head's own row.
    fn check_head(&self, layout: &Layout<HouseholdRow>, problems: &mut Problems) {
        let head = self.facts.head();
        let identity = head.and_then(|head| head.identity_number.as_ref());
        let mut say = |severity, code, key: &str, reason: String, cure: &str| {
            let row = self.row_of(layout, key);
            problems.push(layout.problem(severity, row, key, Refusal::new(code, reason, cure)));
        };
        if let (Some(stated), Some(identity)) = (&self.shared.head_identity, identity)
            && stated != identity
        {
            say(
                Severity::Error,
                "head_identity_differs",
                "head_identity",
                format!(
                    "户主证件号码与户主一行的证件号码 {} 不一致",
                    identity.masked()
                ),
                "请核对户主的证件号码",
            );
        }
        if let (Some(stated), Some(head)) = (&self.shared.head_name, head)
            && *stated != head.name
        {
            say(
                Severity::Warning,
                "head_name_differs",
                "head_name",
                format!("户主姓名“{stated}”与户主一行的姓名“{}”不一致", head.name),
                "请核对户主姓名",
            );
        }
        let unknown = self.facts.number.is_none() && identity.is_none() && head.is_some();
        if unknown && !self.refused.contains(&"identity_number") {
            say(
                Severity::Error,
                "household_unidentified",
                "identity_number",
                "本户既没有户编号，户主也没有证件号码，以后无法识别".to_owned(),
                "请填写户编号或户主的证件号码",
            );
        }
    }

    fn check_size(&self, layout: &Layout<HouseholdRow>, problems: &mut Problems) {
        let rows = i64::try_from(self.facts.members.len()).unwrap_or(i64::MAX);
        if let Some(stated) = self.shared.size.filter(|stated| *stated != rows) {
            let row = self.row_of(layout, "size");
            let reason = format!("填写 {stated} 人，本户有 {rows} 行");
            problems.push(broken(layout, row, "size", &rule::MEMBER_COUNT, reason));
        }
    }
}

/// Fills what a roster has no columns for from what is on the register: such a roster does not speak
/// of it. A column that is there and empty does.
pub fn keep_unspoken(
    layout: &Layout<HouseholdRow>,
    facts: &mut HouseholdFacts,
    before: &HouseholdFacts,
) {
    for column in COLUMNS.iter().filter(|column| !layout.has(column.key)) {
        match column.carry {
            Carry::Whole(carry) => {
                carry(facts, before);
            }
            Carry::Part(carry) => {
                for member in &mut facts.members {
                    if let Some(known) = same_person(member, &before.members) {
                        carry(member, known);
                    }
                }
            }
            Carry::Shared(_) | Carry::Nothing => {}
        }
    }
    // 监测对象类型 speaks of the category, too, but only where it says something.
    if facts.category.is_none() && !layout.has("category") {
        merge(&mut facts.category, &before.category);
    }
}

/// The same person among others: by identity number, or where one has none by name and relation.
pub fn same_person<'m>(person: &Member, others: &'m [Member]) -> Option<&'m Member> {
    let same_number = |other: &&Member| {
        person.identity_number.is_some() && other.identity_number == person.identity_number
    };
    let same_name = |other: &&Member| {
        (person.identity_number.is_none() || other.identity_number.is_none())
            && other.name == person.name
            && other.relation == person.relation
    };
    others
        .iter()
        .find(same_number)
        .or_else(|| others.iter().find(same_name))
}

/// What stands in the identity number's cell of a member, for a message.
pub fn masked_identity(member: &Member) -> String {
    member
        .identity_number
        .as_ref()
        .map_or_else(|| value::mask(&member.name), IdentityNumber::masked)
}
