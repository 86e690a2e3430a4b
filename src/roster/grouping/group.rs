//! Which rows belong together.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use chrono::NaiveDate;

use super::area_tally::{AreaTally, NamedArea};
use super::bare_rows::BareRows;
use super::broken::broken;
use super::draft::{Draft, Open, number};
use super::file_wide::FileWide;
use super::model::{Context, ReadHousehold, SaidHead, StatusDetail};
use super::person::{check_person, member_of, of_head};
use super::review::Review;
use super::serials::Serials;
use super::twins::Twins;
use super::unsaid::Unsaid;
use crate::household::model::{HouseholdFacts, Member};
use crate::household::rule::Severity;
use crate::household::{Relation, rule};
use crate::problem::words;
use crate::roster::column::{Carry, Put};
use crate::roster::household::{HouseholdRow, MOST_MEMBERS};
use crate::roster::layout::{Layout, Layouts, of_sheet};
use crate::roster::packed_list::PackedList;
use crate::roster::question::{Answers, FileQuestion};
use crate::roster::report::{Place, Problems, RosterProblem};
use crate::roster::sheet::{Begins, RosterRow, Section};
use crate::value::Refusal;

/// Households that are being read. Only the one that the last row belongs to is unpacked.
#[derive(Default)]
pub(super) struct Grouping {
    /// The day of the check.
    today: NaiveDate,
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
    /// Whether the rows that come began with another than a head.
    headless: bool,
    serials: Serials,
    bare_rows: BareRows,
    /// What the row before says of its household, if it does not fit the household it stands in.
    stray: Option<HouseholdFacts>,
    /// The sections that were met.
    sections: Vec<Rc<Section>>,
}

/// Whether nothing but its neighbours says to which household a row belongs.
fn is_adjacent(record: &HouseholdRow) -> bool {
    record.household.number.is_none() && record.shared.head_identity.is_none()
}

impl Grouping {
    pub(super) fn new(today: NaiveDate) -> Self {
        Self {
            today,
            ..Self::default()
        }
    }

    pub(super) fn add(
        &mut self,
        layouts: &Layouts<HouseholdRow>,
        mut row: RosterRow<HouseholdRow>,
        problems: &mut Problems,
    ) -> Result<(), postcard::Error> {
        let before = problems.count(Severity::Error);
        let lists = layouts.at(row.place).is_some_and(Layout::lists_parts);
        if !lists {
            of_head(&mut row.record);
        }
        if lists && row.alone {
            // It may be a person of whom nearly all is missing: an error of this row alone.
            check_person(layouts, &row, (lists, self.today), problems);
            return Ok(());
        }
        let is_adjacent = is_adjacent(&row.record);
        self.look_at_order(layouts, &row, is_adjacent, problems);
        let expects = self.takes_stray(layouts, &row, is_adjacent, problems);
        let mut open = self.household_of(&row)?;
        if expects {
            self.has_errors[open.index as usize] = true;
        }
        if open.draft.place == row.place {
            open.draft.section = self.section_of(&row);
        }
        if is_adjacent && !open.draft.adjacent {
            open.draft.adjacent = true;
            open.changed = true;
        }
        if lists {
            let is_known = !open.draft.adjacent || open.draft.has_number();
            self.serials
                .notice(&row, open.index, is_adjacent && !self.headless);
            self.bare_rows
                .notice(&row, open.index, (is_adjacent, is_known));
        }
        if is_adjacent && self.headless {
            self.has_errors[open.index as usize] = true;
        }
        if !lists && open.draft.head.is_some() {
            problems.push(open.draft.again(layouts, row.place));
            self.has_errors[open.index as usize] = true;
            self.open = Some(open);
            return Ok(());
        }
        check_person(layouts, &row, (lists, self.today), problems);
        // Beside a sheet of members, what a sheet of heads says of a person is said of one of them.
        let is_member = lists || !layouts.list_parts();
        let twin = is_member
            .then(|| self.check_twice(layouts, &row, problems))
            .flatten();
        let mut fits = true;
        if lists {
            open.draft.take_remark(&mut row.record);
        }
        open.changed |= open.draft.merge(layouts, &row, |problem| {
            fits = false;
            problems.push(problem);
        });
        let is_stray = is_adjacent && !fits;
        self.stray = is_stray.then(|| row.record.household.clone());
        open.changed |= open.draft.take_notes(&mut row.record);
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
            // It is not known which of the two is right, so both have the error.
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
            (None, None) if row.begins != Begins::No => None,
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

    /// Where no number says which rows are one household, their order does, and each head begins one. In
    /// a list that does not begin with a head the heads may stand last: then nobody can be told to belong
    /// to anyone, and it is said once.
    fn look_at_order(
        &mut self,
        layouts: &Layouts<HouseholdRow>,
        row: &RosterRow<HouseholdRow>,
        is_adjacent: bool,
        problems: &mut Problems,
    ) {
        let before = match row.begins {
            Begins::No => return,
            Begins::Table => words!("第一行又不是户主", "and the first row is no head"),
            Begins::Parted => words!(
                "上面有分隔行（空行、小计、分段等），这一行又不是户主",
                "and this row, below one that parts the list (empty, a sum, a section), is no head"
            ),
        };
        let relation = row.record.relation;
        self.headless = is_adjacent && relation.is_some_and(|it| it != Relation::Head);
        if self.headless {
            let refusal = Refusal::new(
                "household_order",
                words!("没有户编号，{before}：各户的户主可能写在成员之后，不能确定谁和谁是一户，以下靠相邻归户的行都没有导入", "there are no numbers of households, {before}: heads may stand behind their members, and nothing tells who belongs together; the rows below that only their neighbours tell of were not imported"; before),
                words!(
                    "请给各行填写户编号或户主证件号码，或把每户的户主移到本户第一行",
                    "give every row the number of its household or the identity number of its head, or move the head to the first row of each household"
                ),
            );
            problems.push(layouts.problem(Severity::Error, row.place, "relation", refusal));
        }
    }

    /// Whether a head stands below a row that does not fit the household above and fits the head's: it may be
    /// a wife before her husband. Then the head's household is not whole without her.
    fn takes_stray(
        &mut self,
        layouts: &Layouts<HouseholdRow>,
        row: &RosterRow<HouseholdRow>,
        is_adjacent: bool,
        problems: &mut Problems,
    ) -> bool {
        let Some(mut stray) = self.stray.take() else {
            return false;
        };
        let begins = is_adjacent && row.record.relation == Some(Relation::Head);
        let Some(layout) = layouts.at(row.place).filter(|_| begins) else {
            return false;
        };
        let differs = row.filled.iter().any(|index| {
            let carry = &layout.columns[*index].column.carry;
            matches!(carry, Carry::Whole(carry) if carry(&mut stray, &row.record.household) == Put::Differs)
        });
        if !differs {
            let refusal = Refusal::new(
                "household_order",
                words!(
                    "上一行与它上面的一户不一致，而与本户一致：可能是写在户主之前的本户成员",
                    "the row above differs from the household above it and agrees with this one: it may be a member who stands before the head"
                ),
                words!(
                    "请给各行填写户编号或户主证件号码，或把每户的户主移到本户第一行",
                    "give every row the number of its household or the identity number of its head, or move the head to the first row of each household"
                ),
            );
            problems.push(layouts.problem(Severity::Error, row.place, "relation", refusal));
        }
        !differs
    }

    /// Which of the sections that were met a row stands in, from 1; 0 for none.
    fn section_of(&mut self, row: &RosterRow<HouseholdRow>) -> u32 {
        let Some(section) = &row.section else {
            return 0;
        };
        if !self
            .sections
            .last()
            .is_some_and(|last| Rc::ptr_eq(last, section))
        {
            self.sections.push(Rc::clone(section));
        }
        number(self.sections.len())
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
                words!(
                    "与单元格 {place} 的证件号码相同",
                    "the same identity number as in cell {place}"
                ),
            )
            .with_value(identity.masked()),
        );
        Some(first)
    }

    /// The households, complete, with all that is wrong with them.
    pub(super) fn finish(
        mut self,
        layouts: &Layouts<HouseholdRow>,
        (context, answers): (&Context, Answers),
        problems: &mut Problems,
    ) -> Result<Finished, postcard::Error> {
        if let Some(open) = self.open.take() {
            self.put_back(&open)?;
        }
        self.tell_strangers(layouts, problems);
        let (order, firsts) = self.members_by_household();
        let members_listed = layouts.list_parts();
        let mut households = PackedList::default();
        let mut areas = AreaTally::default();
        let mut file = FileWide::new(answers, layouts);
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
                unsaid: Unsaid::default(),
                size: None,
                year_doubt: None,
                section: (draft.section as usize)
                    .checked_sub(1)
                    .and_then(|at| self.sections.get(at))
                    .map(|section| &**section),
                file: &mut file,
            };
            let members = &order[firsts[index] as usize..firsts[index + 1] as usize];
            for (position, member) in members.iter().map(|member| *member as usize).enumerate() {
                // All are taken, so that their memory is given back.
                let read = self.members.take(member)?;
                if position < usize::from(MOST_MEMBERS) {
                    review.facts.members.push(read);
                    review.places.push(self.places[member]);
                }
            }
            review.run(members.len(), context);
            self.twins.compare(&review.facts, &review.places);
            areas.add(&review.facts, members.len().max(1), draft.place);
            households.push(&ReadHousehold {
                has_errors: review.has_errors,
                facts: review.facts,
                places: review.places,
                place: draft.place,
                members_listed,
                size: review.size,
                status_detail: match draft.shared.status {
                    Some(_) if draft.shared.status_is_vague => StatusDetail::Vague,
                    Some(_) => StatusDetail::Whole,
                    None => StatusDetail::Nothing,
                },
                year_doubt: review.year_doubt,
                remark_said: draft.facts.remark.is_some(),
                unsaid: review.unsaid,
                said_head: review.unsaid.head.then(|| SaidHead {
                    name: draft.shared.head_name.clone(),
                    identity: draft.shared.head_identity,
                }),
                head_left_out: false,
            })?;
        }
        self.twins.report(layouts, problems);
        if !members_listed && !households.is_empty() {
            problems.push(members_to_follow(layouts));
        }
        let questions = file.finish(layouts, problems);
        Ok((households, areas.into_areas(), questions))
    }

    /// Nobody is taken into the household above whose 序号 is another, or whose rows have a 户编号 that theirs
    /// have not.
    fn tell_strangers(&mut self, layouts: &Layouts<HouseholdRow>, problems: &mut Problems) {
        let mut tell = |place: Place, reason| {
            let refusal = Refusal::new(
                "household_order",
                reason,
                words!(
                    "请给各行填写户编号或户主证件号码，或把每户的户主移到本户第一行",
                    "give every row the number of its household or the identity number of its head, or move the head to the first row of each household"
                ),
            );
            problems.push(layouts.problem(Severity::Error, place, "relation", refusal));
        };
        let mut told = HashSet::new();
        for suspect in std::mem::take(&mut self.serials).suspects() {
            told.insert(suspect.place);
            tell(
                suspect.place,
                words!(
                    "这一行没有户编号，也不是户主，序号却与上面一户不同：可能是没有户主的另一户，或下面一户写在户主之前的成员",
                    "this row has no number of a household and is no head, but its serial number is not that of the household above: it may be another household without a head, or a member of the next one who stands before the head"
                ),
            );
            for household in [Some(suspect.household), suspect.next]
                .into_iter()
                .flatten()
            {
                self.has_errors[household as usize] = true;
            }
        }
        for (place, household) in std::mem::take(&mut self.bare_rows).found() {
            if told.insert(place) {
                tell(
                    place,
                    words!(
                        "其他成员各行都有户编号（或户主证件号码），这一行没有，也不是户主：不能确定是不是上面一户的人",
                        "the other members have the number of their household (or the identity number of its head); this row has not and is no head: nothing tells whether it belongs to the household above"
                    ),
                );
            }
            self.has_errors[household as usize] = true;
        }
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

/// The households, the villages that they name, and what must be asked of the file as a whole.
type Finished = (PackedList<ReadHousehold>, Vec<NamedArea>, Vec<FileQuestion>);

/// A roster with one row a household is whole only with its members.
fn members_to_follow(layouts: &Layouts<HouseholdRow>) -> RosterProblem {
    let sheet = layouts.iter().next().map_or("", |layout| &layout.sheet);
    of_sheet(
        sheet,
        Severity::Warning,
        Refusal::new(
            "members_not_listed",
            words!(
                "名册每户一行，只有户主；其他成员没有列出",
                "the roster has one row a household, with its head; the other members are not listed"
            ),
            words!(
                "已登记的其他成员保持不变；新的户请再导入一份每人一行的名册补充成员",
                "other members in the register stay; for new households import a roster with one row a person too"
            ),
        ),
    )
}
