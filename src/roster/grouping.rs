//! From rows, one a person, to households: which rows belong together, what they say of their
//! household, and whether it holds together.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::choices::Choices;
use super::column::{Carry, Put, merge};
use super::household::{COLUMNS, HouseholdRow, Shared};
use super::layout::{Layout, Layouts, Spoken, of_sheet};
use super::packed_list::PackedList;
use super::profile::Profile;
use super::report::{Place, Problems, RosterProblem, SheetReport};
use super::sheet::{self, RosterRow};
use super::value::{self, Refusal};
use crate::household::model::{HouseholdFacts, Member};
use crate::household::rule::Severity;
use crate::household::rule::{self, Rule};
use crate::household::{Health, IdentityNumber, Relation};
use crate::workbook::reader::ReadError;
use crate::workbook::source::Source;

/// Most causes beside the main one.
const MOST_OTHER_CAUSES: usize = 2;
/// Most members of a household: more are a number that stands where it does not belong.
const MOST_MEMBERS: usize = 99;

/// A household as the roster gives it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadHousehold {
    /// Its facts.
    pub facts: HouseholdFacts,
    /// Where each member stands.
    pub places: Vec<Place>,
    /// Where the household stands first.
    pub place: Place,
    /// Whether anything at its rows, or of it as a whole, is an error.
    pub has_errors: bool,
    /// Whether the roster lists the members; else the head is the only one that is known.
    pub members_listed: bool,
}

/// A roster of households, read.
pub struct HouseholdRoster {
    /// All sheets of the file.
    pub sheets: Vec<SheetReport>,
    /// The fields of which it has columns.
    pub spoken: Spoken,
    /// Rows with content.
    pub rows: i64,
    /// The households, in the order of their first rows.
    pub households: PackedList<ReadHousehold>,
}

/// What the checks of a roster depend on.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The day.
    pub today: NaiveDate,
    /// The year's income line a head, in fen.
    pub line_fen: i64,
}

/// Reads a roster of households. What is wrong with it goes to `problems`; where there is no roster at
/// all, no household is given. `progress` is told the rows read and ends the reading with an error.
pub fn read(
    source: &mut dyn Source,
    choices: &Choices,
    profiles: &[Profile],
    context: &Context,
    problems: &mut Problems,
    progress: &mut dyn FnMut(i64) -> Result<(), ReadError>,
) -> Result<HouseholdRoster, ReadError> {
    let mut grouping = Grouping::default();
    let mut count = 0;
    let read = sheet::read(
        source,
        COLUMNS,
        (choices, profiles),
        problems,
        |layouts, row, problems| {
            count += 1;
            if count % 1_000 == 0 {
                progress(count)?;
            }
            grouping.add(layouts, row, problems).map_err(unpackable)
        },
    )?;
    let households = grouping
        .finish(&read.layouts, context, problems)
        .map_err(unpackable)?;
    Ok(HouseholdRoster {
        sheets: read.reports,
        spoken: read.layouts.spoken(),
        rows: read.rows,
        households,
    })
}

/// Records that this program has packed itself.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
pub fn unpackable(error: postcard::Error) -> ReadError {
    ReadError::Damaged(format!("内部记录无法还原：{error}"))
}

/// Households under way. Only the one that the last row belongs to is unpacked.
#[derive(Default)]
struct Grouping {
    drafts: PackedList<Draft>,
    /// The household of the last row.
    open: Option<Open>,
    members: PackedList<Member>,
    /// For each member, the household.
    household_of: Vec<u32>,
    /// For each member, the row.
    places: Vec<Place>,
    /// For each household, whether an error has been found.
    has_errors: Vec<bool>,
    by_number: HashMap<String, u32>,
    by_head: HashMap<u64, u32>,
    /// Which member had an identity number first.
    seen: HashMap<u64, u32>,
    twins: Twins,
}

/// A household that is unpacked.
struct Open {
    index: u32,
    draft: Draft,
    /// Whether it differs from what is in the list.
    changed: bool,
}

/// One household under way, without its members.
#[derive(Serialize, Deserialize)]
struct Draft {
    facts: HouseholdFacts,
    shared: Shared,
    /// The head, as a sheet with one row a household says.
    head: Option<Member>,
    place: Place,
    /// Fields that a later row than the first was the first to say, with that row. Fields are counted
    /// as [`field`] does.
    origins: Vec<(u16, Place)>,
    /// Fields with a refused cell, whose absence is no second problem.
    refused: Vec<u16>,
}

/// A field's number: that of the first of its columns.
fn field(key: &str) -> u16 {
    let index = COLUMNS.iter().position(|column| column.key == key);
    index
        .and_then(|index| u16::try_from(index).ok())
        .unwrap_or(u16::MAX)
}

/// What memory can hold is counted in 32 bits.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Draft {
    fn new(place: Place) -> Self {
        Self {
            facts: HouseholdFacts::of("", ""),
            shared: Shared::default(),
            head: None,
            place,
            origins: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Where a field of the household was said first.
    fn origin(&self, key: &str) -> Place {
        let field = field(key);
        let said = self.origins.iter().find(|(said, _)| *said == field);
        said.map_or(self.place, |(_, place)| *place)
    }

    fn was_refused(&self, key: &str) -> bool {
        self.refused.contains(&field(key))
    }

    /// Takes over what a row says of its household; it may say it again, but not otherwise. True if
    /// it said something new.
    fn merge(
        &mut self,
        layouts: &Layouts<HouseholdRow>,
        row: &RosterRow<HouseholdRow>,
        mut differs: impl FnMut(RosterProblem),
    ) -> bool {
        let Some(layout) = layouts.get(row.place.sheet) else {
            return false;
        };
        let mut news = false;
        for index in &row.filled {
            let placed = &layout.columns[*index];
            let put = match placed.column.carry {
                Carry::Whole(carry) => carry(&mut self.facts, &row.record.household),
                Carry::Shared(carry) => carry(&mut self.shared, &row.record.shared),
                Carry::Part(_) | Carry::Nothing => continue,
            };
            match put {
                Put::New => {
                    news = true;
                    if row.place != self.place {
                        self.origins.push((field(placed.column.key), row.place));
                    }
                }
                Put::Same => {}
                Put::Differs => {
                    let first = self.origin(placed.column.key);
                    let refusal = Refusal::new(
                        "household_rows_differ",
                        format!(
                            "与同一户的单元格 {} 不一致",
                            layouts.address(first, placed.column.key, row.place.sheet)
                        ),
                        "同一户的各行应填写相同内容，或只在户主一行填写；如不是同一户，请核对户编号",
                    );
                    let problem = RosterProblem::of_file(Severity::Error, refusal);
                    differs(layout.at(problem, row.place.row, placed));
                }
            }
        }
        for key in &row.refused {
            let field = field(key);
            if !self.refused.contains(&field) {
                self.refused.push(field);
                news = true;
            }
        }
        news
    }

    /// Takes over what a sheet with one row a household says of the head.
    fn take_head(&mut self, record: &HouseholdRow) {
        let head = Member {
            relation: Relation::Head,
            ..record.member.clone()
        };
        merge(&mut self.shared.head_identity, &head.identity_number);
        self.head = Some(head);
    }

    /// A second row of the household in a sheet with one row a household.
    fn again(&self, layouts: &Layouts<HouseholdRow>, place: Place) -> RosterProblem {
        let first = layouts.address(self.place, "number", place.sheet);
        let refusal = Refusal::new(
            "household_twice",
            format!("与单元格 {first} 起的一行是同一户"),
            "每户只能有一行，请合并；如不是同一户，请核对户编号和户主证件号码",
        );
        layouts.problem(Severity::Error, place, "number", refusal)
    }
}

impl Grouping {
    fn add(
        &mut self,
        layouts: &Layouts<HouseholdRow>,
        mut row: RosterRow<HouseholdRow>,
        problems: &mut Problems,
    ) -> Result<(), postcard::Error> {
        let before = problems.count(Severity::Error);
        let lists = layouts
            .get(row.place.sheet)
            .is_some_and(Layout::lists_parts);
        if !lists {
            of_head(&mut row.record);
        }
        let mut open = self.household_of(&row)?;
        if !lists && open.draft.head.is_some() {
            problems.push(open.draft.again(layouts, row.place));
            self.has_errors[open.index as usize] = true;
            self.open = Some(open);
            return Ok(());
        }
        check_person(layouts, &row, lists, problems);
        // Beside a sheet of members, what a sheet of heads says of a person is said of one of them.
        let is_member = lists || !layouts.list_parts();
        let twin = is_member
            .then(|| self.check_twice(layouts, &row, problems))
            .flatten();
        open.changed |= open
            .draft
            .merge(layouts, &row, |problem| problems.push(problem));
        if !lists {
            open.draft.take_head(&row.record);
            open.changed = true;
        }
        let member = member_of(&mut row.record);
        self.remember(&open, &member);
        let index = open.index;
        self.open = Some(open);
        if is_member {
            self.twins.notice(&member);
            self.household_of.push(index);
            self.places.push(row.place);
            self.members.push(&member)?;
        }
        if !row.refused.is_empty() || problems.count(Severity::Error) > before {
            self.has_errors[index as usize] = true;
        }
        if let Some(twin) = twin {
            // Which of the two is right, nobody knows.
            self.has_errors[self.household_of[twin as usize] as usize] = true;
        }
        Ok(())
    }

    /// Unpacks the household of a row: by 户编号, else by the head's identity number, else the one that
    /// the row before belongs to, unless a head begins a new one.
    fn household_of(&mut self, row: &RosterRow<HouseholdRow>) -> Result<Open, postcard::Error> {
        let record = &row.record;
        let known = match (&record.household.number, &record.shared.head_identity) {
            (Some(number), _) => self.by_number.get(number).copied(),
            (None, Some(head)) => self.by_head.get(&head.packed()).copied(),
            (None, None) if record.relation == Some(Relation::Head) => None,
            (None, None) => self.open.as_ref().map(|open| open.index),
        };
        let open = self.open.take();
        if let Some(open) = open {
            if Some(open.index) == known {
                return Ok(open);
            }
            self.put_back(&open)?;
        }
        if let Some(index) = known {
            return Ok(Open {
                index,
                draft: self.drafts.get(index as usize)?,
                changed: false,
            });
        }
        self.has_errors.push(false);
        Ok(Open {
            index: number(self.drafts.len()),
            draft: Draft::new(row.place),
            changed: true,
        })
    }

    fn put_back(&mut self, open: &Open) -> Result<(), postcard::Error> {
        let index = open.index as usize;
        if index == self.drafts.len() {
            self.drafts.push(&open.draft)?;
        } else if open.changed {
            self.drafts.replace(index, &open.draft)?;
        }
        Ok(())
    }

    /// Remembers by what the rows to come may name a household.
    fn remember(&mut self, open: &Open, member: &Member) {
        if let Some(number) = &open.draft.facts.number
            && !self.by_number.contains_key(number)
        {
            self.by_number.insert(number.clone(), open.index);
        }
        let head = (member.relation == Relation::Head)
            .then_some(member.identity_number.as_ref())
            .flatten();
        for identity in head.into_iter().chain(&open.draft.shared.head_identity) {
            self.by_head.entry(identity.packed()).or_insert(open.index);
        }
    }

    /// The same identity number in two rows: gives the member who had it first.
    fn check_twice(
        &mut self,
        layouts: &Layouts<HouseholdRow>,
        row: &RosterRow<HouseholdRow>,
        problems: &mut Problems,
    ) -> Option<u32> {
        let identity = row.record.member.identity_number.as_ref()?;
        let mine = number(self.places.len());
        let first = *self.seen.entry(identity.packed()).or_insert(mine);
        if first == mine {
            return None;
        }
        let place = layouts.address(
            self.places[first as usize],
            "identity_number",
            row.place.sheet,
        );
        problems.push(
            broken(
                layouts,
                row.place,
                "identity_number",
                &rule::SAME_IDENTITY_NUMBER,
                format!("与单元格 {place} 的证件号码相同"),
            )
            .with_value(identity.masked()),
        );
        Some(first)
    }

    /// The households, complete, with all that is wrong with them.
    fn finish(
        mut self,
        layouts: &Layouts<HouseholdRow>,
        context: &Context,
        problems: &mut Problems,
    ) -> Result<PackedList<ReadHousehold>, postcard::Error> {
        if let Some(open) = self.open.take() {
            self.put_back(&open)?;
        }
        let (order, firsts) = self.members_by_household();
        let members_listed = layouts.list_parts();
        let mut households = PackedList::default();
        for index in 0..self.drafts.len() {
            let draft = self.drafts.take(index)?;
            let mut review = Review {
                facts: draft.facts.clone(),
                draft: &draft,
                places: Vec::new(),
                members_listed,
                layouts,
                problems,
                has_errors: self.has_errors[index],
            };
            let members = &order[firsts[index] as usize..firsts[index + 1] as usize];
            for (position, member) in members.iter().map(|member| *member as usize).enumerate() {
                // All are taken, so that their memory is given back.
                let read = self.members.take(member)?;
                if position < MOST_MEMBERS {
                    review.facts.members.push(read);
                    review.places.push(self.places[member]);
                }
            }
            review.run(members.len(), context);
            self.twins.compare(&review.facts, &review.places);
            households.push(&ReadHousehold {
                has_errors: review.has_errors,
                facts: review.facts,
                places: review.places,
                place: draft.place,
                members_listed,
            })?;
        }
        self.twins.report(layouts, problems);
        if !members_listed && !households.is_empty() {
            problems.push(members_to_follow(layouts));
        }
        Ok(households)
    }

    /// The members, household by household, each in the order of the rows; and for each household
    /// which of them is its first.
    fn members_by_household(&self) -> (Vec<u32>, Vec<u32>) {
        let mut firsts = vec![0_u32; self.drafts.len() + 1];
        for household in &self.household_of {
            firsts[*household as usize + 1] += 1;
        }
        for index in 1..firsts.len() {
            firsts[index] += firsts[index - 1];
        }
        let mut next = firsts.clone();
        let mut order = vec![0; self.household_of.len()];
        for (member, household) in (0..).zip(&self.household_of) {
            let at = &mut next[*household as usize];
            order[*at as usize] = member;
            *at += 1;
        }
        (order, firsts)
    }
}

/// The person of a row, with what the identity number says.
fn member_of(record: &mut HouseholdRow) -> Member {
    let mut member = std::mem::replace(&mut record.member, Member::of("", Relation::Other));
    member.relation = record.relation.unwrap_or(Relation::Other);
    if let Some(identity) = &member.identity_number {
        member.sex.get_or_insert(identity.sex());
        member.birth_date.get_or_insert(identity.birth_date());
    }
    member
}

/// Takes what a row of a household says of a person for what it says of the head.
fn of_head(record: &mut HouseholdRow) {
    record.relation = Some(Relation::Head);
    if let Some(name) = &record.shared.head_name {
        record.member.name.clone_from(name);
    }
    merge(
        &mut record.member.identity_number,
        &record.shared.head_identity,
    );
    merge(
        &mut record.shared.head_identity,
        &record.member.identity_number,
    );
}

/// A roster with one row a household is whole only with its members.
fn members_to_follow(layouts: &Layouts<HouseholdRow>) -> RosterProblem {
    let sheet = layouts.iter().next().map_or("", |layout| &layout.sheet);
    of_sheet(
        sheet,
        Severity::Warning,
        Refusal::new(
            "members_not_listed",
            "名册每户一行，只有户主；其他成员没有列出",
            "已登记的其他成员保持不变；新的户请再导入一份每人一行的名册补充成员",
        ),
    )
}

/// What every person's row must have. `lists` says whether the row is a person's or a household's.
fn check_person(
    layouts: &Layouts<HouseholdRow>,
    row: &RosterRow<HouseholdRow>,
    lists: bool,
    problems: &mut Problems,
) {
    let record = &row.record;
    let (name, identity) = if lists {
        ("name", "identity_number")
    } else {
        ("head_name", "head_identity")
    };
    let was_refused = |key: &str| row.refused.contains(&key);
    let mut missing = |key: &'static str, severity, remedy: &str| {
        if !was_refused(key) {
            let refusal = Refusal::new(
                "required_cell",
                format!("“{}”没有填写", heading(key)),
                remedy,
            );
            problems.push(layouts.problem(severity, row.place, key, refusal));
        }
    };
    if record.member.name.is_empty() {
        missing(
            name,
            Severity::Error,
            "请补填姓名；不是人员的行（合计、签名等）请删除",
        );
    }
    if record.relation.is_none() {
        missing("relation", Severity::Error, "请补填与户主关系");
    }
    if record.member.identity_number.is_none() && !was_refused("identity_number") {
        if record.has_other_document() {
            let refusal = Refusal::new(
                "other_document",
                "证件不是居民身份证，号码没有保存",
                "如有居民身份证请改填；没有的不必处理",
            );
            problems.push(layouts.problem(Severity::Warning, row.place, identity, refusal));
        } else {
            missing(
                identity,
                Severity::Warning,
                "请补填证件号码；确无号码的（如新生儿）不必处理",
            );
        }
    }
    check_month(layouts, row, problems);
    let certified = record.has_certificate
        && record
            .member
            .health
            .is_some_and(|health| health != Health::Disabled);
    if certified {
        let problem = broken(
            layouts,
            row.place,
            "health",
            &rule::DISABILITY_CERTIFICATE,
            "证件号码是残疾人证号，健康状况不是“残疾”".to_owned(),
        );
        problems.push(problem);
    }
}

/// A month of birth without a day: the identity number knows the day, if it agrees.
fn check_month(
    layouts: &Layouts<HouseholdRow>,
    row: &RosterRow<HouseholdRow>,
    problems: &mut Problems,
) {
    let (record, key) = (&row.record, "birth_date");
    let Some(first) = record.born_in else {
        return;
    };
    let stated = format!("{} 年 {} 月", first.year(), first.month());
    match record.member.identity_number.as_ref() {
        Some(identity) if identity.birth_date().with_day(1) == Some(first) => {}
        Some(identity) => {
            let refusal = Refusal::new(
                "identity_birth_date",
                format!("填写 {stated}，证件号码为 {}", identity.birth_date()),
                "请核对出生日期和证件号码（第 7 至 14 位）",
            );
            problems.push(layouts.problem(Severity::Error, row.place, key, refusal));
        }
        None => {
            let refusal = Refusal::new(
                "date_without_day",
                format!("只有年月（{stated}），没有日，出生日期没有读取"),
                "请补填到日，或补填证件号码",
            );
            problems.push(layouts.problem(Severity::Warning, row.place, key, refusal));
        }
    }
}

/// Persons who may stand in the roster twice, of whom one has no identity number: of the same name,
/// birth date and village.
#[derive(Default)]
struct Twins {
    hasher: RandomState,
    /// Names and birth dates of those without an identity number, as hashes.
    numberless: HashSet<u64>,
    /// All who have such a name and birth date: by name, birth date and village.
    alike: BTreeMap<(String, NaiveDate, String), Vec<(Place, bool)>>,
}

impl Twins {
    fn hash(&self, member: &Member) -> Option<u64> {
        let born = member.birth_date?;
        (!member.name.is_empty()).then(|| self.hasher.hash_one((&member.name, born)))
    }

    fn notice(&mut self, member: &Member) {
        if member.identity_number.is_none()
            && let Some(hash) = self.hash(member)
        {
            self.numberless.insert(hash);
        }
    }

    fn compare(&mut self, facts: &HouseholdFacts, places: &[Place]) {
        if self.numberless.is_empty() {
            return;
        }
        for (member, place) in facts.members.iter().zip(places) {
            let hash = self.hash(member);
            if let (Some(born), Some(hash)) = (member.birth_date, hash)
                && self.numberless.contains(&hash)
            {
                let village = format!("{}{}", facts.town, facts.village);
                self.alike
                    .entry((member.name.clone(), born, village))
                    .or_default()
                    .push((*place, member.identity_number.is_some()));
            }
        }
    }

    fn report(&self, layouts: &Layouts<HouseholdRow>, problems: &mut Problems) {
        for ((name, born, village), persons) in &self.alike {
            // Those with a number first: who has none is to be compared with them.
            let mut persons = persons.clone();
            persons.sort_by_key(|(place, has_number)| (!has_number, *place));
            let Some(((first, _), others)) = persons.split_first() else {
                continue;
            };
            for (place, _) in others.iter().filter(|(_, has_number)| !has_number) {
                let first = layouts.address(*first, "name", place.sheet);
                problems.push(broken(
                    layouts,
                    *place,
                    "name",
                    &rule::SUSPECTED_DUPLICATE,
                    format!(
                        "与单元格 {first} 的“{name}”同名、同出生日期（{born}）、同村（{village}）"
                    ),
                ));
            }
        }
    }
}

/// Heading of a field in our template.
fn heading(key: &str) -> &'static str {
    let column = COLUMNS.iter().find(|column| column.key == key);
    column.map_or("", |column| column.heading)
}

/// A rule that is broken, at a cell.
fn broken(
    layouts: &Layouts<HouseholdRow>,
    place: Place,
    key: &str,
    rule: &Rule,
    reason: String,
) -> RosterProblem {
    let refusal = Refusal::new(rule.code, reason, rule.remedy);
    layouts.problem(rule.severity, place, key, refusal)
}

/// A household all of whose rows have been read, under review.
struct Review<'a> {
    facts: HouseholdFacts,
    draft: &'a Draft,
    /// The row of each member.
    places: Vec<Place>,
    members_listed: bool,
    layouts: &'a Layouts<HouseholdRow>,
    problems: &'a mut Problems,
    has_errors: bool,
}

impl Review<'_> {
    fn run(&mut self, rows: usize, context: &Context) {
        self.join_head();
        self.settle();
        self.check_required();
        self.check_causes();
        self.check_head();
        if rows == 0 {
            self.say(
                Severity::Error,
                "number",
                Refusal::new(
                    "no_members",
                    "成员表里没有这一户的成员",
                    "请在成员表中补上本户的成员（包括户主），并核对户编号或户主证件号码",
                ),
            );
            return;
        }
        if self.members_listed {
            self.check_size(rows);
        }
        for finding in rule::check(&self.facts, context.today, context.line_fen) {
            let unknown = !self.members_listed && rule::needs_all_members(finding.rule);
            if unknown || self.draft.was_refused(finding.field) {
                continue;
            }
            let place = finding
                .member
                .and_then(|member| self.places.get(member).copied())
                .unwrap_or_else(|| self.draft.origin(finding.field));
            self.push(broken(
                self.layouts,
                place,
                finding.field,
                finding.rule,
                finding.reason,
            ));
        }
    }

    fn push(&mut self, problem: RosterProblem) {
        self.has_errors |= problem.severity == Severity::Error;
        self.problems.push(problem);
    }

    /// A problem at the cell that said a field of the household first.
    fn say(&mut self, severity: Severity, key: &str, refusal: Refusal) {
        let place = self.draft.origin(key);
        self.push(self.layouts.problem(severity, place, key, refusal));
    }

    /// Takes what a sheet of heads says of the head for what the members' sheet says of him, where that
    /// says nothing.
    fn join_head(&mut self) {
        let (Some(stated), true) = (&self.draft.head, self.members_listed) else {
            return;
        };
        let is_head = |member: &&mut Member| member.relation == Relation::Head;
        let Some(head) = self.facts.members.iter_mut().find(is_head) else {
            return;
        };
        let mut differing = Vec::new();
        for column in COLUMNS.iter().filter(|column| column.key != "name") {
            if let Carry::Part(carry) = column.carry
                && carry(head, stated) == Put::Differs
                && column.key != "identity_number"
            {
                differing.push(column);
            }
        }
        for column in differing {
            let refusal = Refusal::new(
                "head_facts_differ",
                format!("与成员表中户主的“{}”不一致，以成员表为准", column.heading),
                "请核对两张表，改成一致",
            );
            self.push(self.layouts.problem(
                Severity::Warning,
                self.draft.place,
                column.key,
                refusal,
            ));
        }
    }

    /// What follows from the rows together.
    fn settle(&mut self) {
        let shared = &self.draft.shared;
        if let Some(status) = shared.status {
            self.facts.status = status;
        }
        // The kind under which a household is watched is the later word, as long as it is watched.
        if shared.risk_gone != Some(true)
            && let Some(monitored) = shared.monitored
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

    fn check_required(&mut self) {
        let missing = [
            ("town", self.facts.town.is_empty()),
            ("village", self.facts.village.is_empty()),
            ("status", self.draft.shared.status.is_none()),
        ];
        for (key, _) in missing.into_iter().filter(|(_, missing)| *missing) {
            if !self.draft.was_refused(key) {
                let refusal = Refusal::new(
                    "required_cell",
                    format!("本户的“{}”没有填写", heading(key)),
                    "请至少在户主一行填写",
                );
                self.say(Severity::Error, key, refusal);
            }
        }
    }

    fn check_causes(&mut self) {
        let others = self.facts.other_causes.len();
        if others > MOST_OTHER_CAUSES {
            let refusal = Refusal::new(
                "too_many_codes",
                format!("主要致贫原因之外填了 {others} 项，最多 {MOST_OTHER_CAUSES} 项"),
                "请保留最主要的几项",
            );
            self.say(Severity::Error, "other_causes", refusal);
        }
    }

    /// What the rows state of the head against the head's own row.
    fn check_head(&mut self) {
        let head = self.facts.head().cloned();
        let identity = head.as_ref().and_then(|head| head.identity_number);
        let shared = &self.draft.shared;
        if let (Some(stated), Some(identity)) = (&shared.head_identity, &identity)
            && stated != identity
        {
            let refusal = Refusal::new(
                "head_identity_differs",
                format!(
                    "户主证件号码与户主一行的证件号码 {} 不一致",
                    identity.masked()
                ),
                "请核对户主的证件号码",
            );
            self.say(Severity::Error, "head_identity", refusal);
        }
        if let (Some(stated), Some(head)) = (&shared.head_name, &head)
            && *stated != head.name
        {
            let refusal = Refusal::new(
                "head_name_differs",
                format!("户主姓名“{stated}”与户主一行的姓名“{}”不一致", head.name),
                "请核对户主姓名",
            );
            self.say(Severity::Warning, "head_name", refusal);
        }
        let unknown = self.facts.number.is_none() && identity.is_none() && head.is_some();
        if unknown && !self.draft.was_refused("identity_number") {
            let refusal = Refusal::new(
                "household_unidentified",
                "本户既没有户编号，户主也没有证件号码，以后无法识别",
                "请填写户编号或户主的证件号码",
            );
            self.say(Severity::Error, "identity_number", refusal);
        }
    }

    fn check_size(&mut self, rows: usize) {
        if rows > MOST_MEMBERS {
            let refusal = Refusal::new(
                "household_too_large",
                format!("本户有 {rows} 行，最多 {MOST_MEMBERS} 人"),
                "请核对户编号、户主证件号码，以及与户主关系中的“户主”",
            );
            self.say(Severity::Error, "number", refusal);
        }
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        if let Some(stated) = self.draft.shared.size.filter(|stated| *stated != rows) {
            let reason = format!("填写 {stated} 人，本户有 {rows} 行");
            let place = self.draft.origin("size");
            let problem = broken(self.layouts, place, "size", &rule::MEMBER_COUNT, reason);
            self.push(problem);
        }
    }
}

/// Fills what a roster has no columns for from what is on the register: such a roster does not speak
/// of it. A column that is there and empty does.
pub fn keep_unspoken(
    spoken: &Spoken,
    members_listed: bool,
    facts: &mut HouseholdFacts,
    before: &HouseholdFacts,
) {
    if !members_listed {
        keep_members(facts, before);
    }
    for column in COLUMNS.iter().filter(|column| !spoken.has(column.key)) {
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
    if facts.category.is_none() && !spoken.has("category") {
        merge(&mut facts.category, &before.category);
    }
}

/// The register's members beside a head who is the only one that the roster names. A head that the
/// register does not know is put before them, and the former head remains as one of them.
fn keep_members(facts: &mut HouseholdFacts, before: &HouseholdFacts) {
    let Some(head) = facts.members.first() else {
        return;
    };
    let known = same_person(head, &before.members).or_else(|| {
        // The same name in the same household is the same person where a number is not known.
        before.members.iter().find(|member| {
            member.name == head.name
                && (member.identity_number.is_none() || head.identity_number.is_none())
        })
    });
    let others = before
        .members
        .iter()
        .filter(|member| !known.is_some_and(|known| std::ptr::eq(known, *member)));
    let others: Vec<Member> = others
        .cloned()
        .map(|member| Member {
            relation: match member.relation {
                Relation::Head => Relation::Other,
                relation => relation,
            },
            ..member
        })
        .collect();
    facts.members.extend(others);
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
