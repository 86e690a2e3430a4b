//! Whether a household is consistent, once all its rows have been read.

use super::broken::broken;
use super::draft::Draft;
use super::file_wide::{FileWide, further_spouses, of_section};
use super::model::{Context, StatedSize};
use super::unsaid::Unsaid;
use crate::household::model::{HouseholdFacts, MOST_OTHER_CAUSES, Member};
use crate::household::rule::Severity;
use crate::household::{Relation, rule};
use crate::problem::words;
use crate::roster::column::{Carry, Put};
use crate::roster::household::{
    COLUMNS, HouseholdKind, HouseholdRow, MOST_MEMBERS, heading, take_status_year,
};
use crate::roster::layout::Layouts;
use crate::roster::remark;
use crate::roster::report::{Place, Problems, RosterProblem};
use crate::roster::sheet::Section;
use crate::value::Refusal;

/// A household all of whose rows have been read, under review.
pub(super) struct Review<'a> {
    pub(super) facts: HouseholdFacts,
    pub(super) draft: &'a Draft,
    /// The row of each member.
    pub(super) places: Vec<Place>,
    pub(super) members_listed: bool,
    pub(super) layouts: &'a Layouts<HouseholdRow>,
    pub(super) problems: &'a mut Problems,
    pub(super) has_errors: bool,
    pub(super) unsaid: Unsaid,
    pub(super) size: Option<StatedSize>,
    pub(super) year_doubt: Option<Place>,
    /// What section rows say of it.
    pub(super) section: Option<&'a Section>,
    pub(super) file: &'a mut FileWide,
}

impl Review<'_> {
    pub(super) fn run(&mut self, rows: usize, context: &Context) {
        self.join_head();
        self.settle();
        self.take_section();
        self.check_places();
        self.check_causes();
        self.check_head();
        self.check_spouses();
        if rows == 0 {
            self.say(
                Severity::Error,
                "number",
                Refusal::new(
                    "no_members",
                    words!("成员表里没有这一户的成员", "the list of members has nobody of this household"),
                    words!("请在成员表中补上本户的成员（包括户主），并核对户编号或户主证件号码", "add the members of the household (its head too) to that list, and check the number of the household or the identity number of its head"),
                ),
            );
            return;
        }
        if self.members_listed {
            self.check_size(rows);
        }
        self.year_doubt = rule::about_lifted_year(&self.facts)
            .filter(|_| !self.draft.was_refused("lifted_year"))
            .map(|_| self.draft.origin("lifted_year"));
        for finding in rule::check(&self.facts, context.today, context.line_fen) {
            let unknown = !self.members_listed && finding.rule.needs_all_members;
            // Where only the order makes them one household, it has been told as an error.
            let told = self.draft.adjacent && finding.rule.code == rule::TWO_SPOUSES.code;
            if unknown || told || self.draft.was_refused(finding.field) {
                continue;
            }
            if finding.field == "lifted_year" {
                continue;
            }
            if finding.rule.code == rule::NO_HEAD.code {
                self.unsaid.head = true;
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

    /// Takes what a sheet of heads says of the head for what the members' sheet says of them, where that
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
                words!(
                    "与成员表中户主的“{}”不一致，以成员表为准",
                    "differs from “{}” of the head in the list of members, which counts",
                    column.heading
                ),
                words!(
                    "请核对两张表，改成一致",
                    "check both tables and make them the same"
                ),
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
        } else if !self.draft.was_refused("status") {
            match self.file.status(self.draft, &self.facts) {
                Some(status) => self.facts.status = status,
                None if self.file.lists_status() => self.unsaid.status = true,
                // It is asked once for all of them.
                None => self.has_errors = true,
            }
        }
        let year_told = take_status_year(&mut self.facts.lifted_year, shared);
        if self.facts.category.is_none() {
            self.facts.category = shared.kind.and_then(HouseholdKind::category);
        }
        // 监测对象类型 is newer than 贫困户属性, as long as the household is monitored.
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
        if let Some((severity, refusal)) = year_told {
            self.say(severity, "status", refusal);
        }
        let notes = self.draft.notes.iter().map(String::as_str);
        let left = remark::add_notes(&mut self.facts.remark, notes);
        if !left.is_empty() {
            let refusal = Refusal::new(
                "remark_full",
                words!(
                    "备注已满，没有写入：{}",
                    "the remarks are full, and this was not added: “{}”",
                    left.join("；")
                ),
                words!(
                    "请精简备注，或另行记录这些内容",
                    "shorten the remarks, or keep this elsewhere"
                ),
            );
            self.say(Severity::Warning, "remark", refusal);
        }
        if let Some(main) = self.facts.main_cause {
            self.facts.other_causes.retain(|cause| *cause != main);
        }
    }

    /// Takes the place of the section that the household stands in where its rows do not say it, if
    /// people have said so.
    fn take_section(&mut self) {
        for key in ["town", "village"] {
            let own = match key {
                "town" => &mut self.facts.town,
                _ => &mut self.facts.village,
            };
            if !own.is_empty() || self.draft.was_refused(key) {
                continue;
            }
            let Some(said) = self.file.said(of_section(self.section, key)) else {
                continue;
            };
            own.clone_from(&said.name);
            let refusal = Refusal::new(
                "section_value",
                words!(
                    "没有填写，按第 {} 行的分段行读作“{}”",
                    "not filled in; by the section row {} it was read as “{}”",
                    said.place.row,
                    said.name
                ),
                words!(
                    "如不对，请在文件中填写",
                    "if that is wrong, fill it in in the file"
                ),
            );
            self.say(Severity::Repair, key, refusal);
        }
    }

    /// A place that no row says is the register's, unless a section row says another: then people have to
    /// say so.
    fn check_places(&mut self) {
        let empty = [
            ("town", self.facts.town.is_empty()),
            ("village", self.facts.village.is_empty()),
        ];
        for (key, _) in empty.into_iter().filter(|(_, is_empty)| *is_empty) {
            if self.draft.was_refused(key) {
                continue;
            }
            let Some(said) = of_section(self.section, key) else {
                match key {
                    "town" => self.unsaid.town = true,
                    _ => self.unsaid.village = true,
                }
                continue;
            };
            let refusal = Refusal::new(
                "required_cell",
                words!(
                    "本户的“{}”没有填写；第 {} 行的分段行写着“{}”",
                    "“{}” of the household is not filled in; the section row {} says “{}”",
                    heading(key),
                    said.place.row,
                    said.name
                ),
                words!(
                    "请填写，或在“待决事项”中接受按分段行填写",
                    "fill it in, or accept the section rows among the open questions"
                ),
            );
            let refusal = refusal.proposing(Some(said.name.clone()));
            self.say(Severity::Error, key, refusal);
        }
    }

    /// Two spouses in a household that only the order of the rows makes one: the second may be the wife
    /// of another head. Where a number says that they are one household, [`rule`] warns.
    fn check_spouses(&mut self) {
        if !self.draft.adjacent {
            return;
        }
        let further: Vec<usize> = further_spouses(&self.facts).collect();
        for at in further {
            let name = &self.facts.members[at].name;
            let refusal = Refusal::new(
                "household_order",
                words!(
                    "本户已有配偶，{name}又填为配偶；没有户编号，不能确定{name}是哪一户的",
                    "the household has a spouse, and “{name}” is stated as one too; without a number of a household nothing tells to which one “{name}” belongs"
                ),
                words!(
                    "请给各行填写户编号或户主证件号码，或把每户的户主移到本户第一行",
                    "give every row the number of its household or the identity number of its head, or move the head to the first row of each household"
                ),
            );
            let place = self.places.get(at).copied().unwrap_or(self.draft.place);
            let problem = self
                .layouts
                .problem(Severity::Error, place, "relation", refusal);
            self.push(problem);
        }
    }

    fn check_causes(&mut self) {
        let others = self.facts.other_causes.len();
        if others > MOST_OTHER_CAUSES {
            let refusal = Refusal::new(
                "too_many_codes",
                words!(
                    "主要致贫原因之外填了 {others} 项，最多 {MOST_OTHER_CAUSES} 项",
                    "{others} causes beside the main one, of which at most {MOST_OTHER_CAUSES} are allowed"
                ),
                words!("请保留最主要的几项", "keep the most important ones"),
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
                words!(
                    "户主证件号码与户主一行的证件号码 {} 不一致",
                    "the identity number of the head differs from {} in the head's own row",
                    identity.masked()
                ),
                words!(
                    "请核对户主的证件号码",
                    "check the identity number of the head"
                ),
            );
            self.say(Severity::Error, "head_identity", refusal);
        }
        if let (Some(stated), Some(head)) = (&shared.head_name, &head)
            && *stated != head.name
        {
            let refusal = Refusal::new(
                "head_name_differs",
                words!(
                    "户主姓名“{stated}”与户主一行的姓名“{}”不一致",
                    "the name of the head, “{stated}”, differs from “{}” in the head's own row",
                    head.name
                ),
                words!("请核对户主姓名", "check the name of the head"),
            );
            self.say(Severity::Warning, "head_name", refusal);
        }
        let unknown = self.facts.number.is_none() && identity.is_none() && head.is_some();
        if unknown && !self.draft.was_refused("identity_number") {
            let refusal = Refusal::new(
                "household_unidentified",
                words!(
                    "本户既没有户编号，户主也没有证件号码，以后无法识别",
                    "the household has no number, and its head no identity number: nothing will tell who it is later"
                ),
                words!(
                    "请填写户编号或户主的证件号码",
                    "fill in the number of the household or the identity number of its head"
                ),
            );
            self.say(Severity::Error, "identity_number", refusal);
        }
    }

    fn check_size(&mut self, rows: usize) {
        if rows > usize::from(MOST_MEMBERS) {
            let refusal = Refusal::new(
                "household_too_large",
                words!(
                    "本户有 {rows} 行，最多 {MOST_MEMBERS} 人",
                    "the household has {rows} rows, of which at most {MOST_MEMBERS} are allowed"
                ),
                words!(
                    "请核对户编号、户主证件号码，以及与户主关系中的“户主”",
                    "check the number of the household, the identity number of its head, and the “户主” among the relations"
                ),
            );
            self.say(Severity::Error, "number", refusal);
        }
        let rows = i64::try_from(rows).unwrap_or(i64::MAX);
        self.size = self.draft.shared.size.map(|members| StatedSize {
            members,
            place: self.draft.origin("size"),
        });
        self.unsaid.members = self.size.is_some_and(|stated| stated.members != rows);
    }
}
