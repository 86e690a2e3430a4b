//! What an import reports: counts, questions, and what must be put right, at once.

use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::code_list;
use crate::code_list::CodeList;
use crate::codes::Action;
use crate::household::rule::Severity;
use crate::problem::{Language, Text, counted, say};
use crate::roster::choices::ImportAnswer;
use crate::roster::problem_group::ProblemGroup;
use crate::roster::question::{FileQuestion, FileQuestionKind};
use crate::roster::report::{ProblemKind, Problems, SheetReport};

code_list! {
    /// What an import would do that people must decide.
    pub enum ConflictKind = "import_conflict_kind", "导入待决事项" {
        ChangedHead = "changed_head", "户主变更", [];
        Renumbered = "renumbered", "户编号变更", [];
        Moved = "moved", "人员迁移", [];
        Split = "split", "分户", [];
        Merged = "merged", "并户", [];
        Reopened = "reopened", "恢复登记", [];
        Left = "left", "已登记成员本名册未列", [];
        MemberReturned = "member_returned", "已去世或迁出的成员在名册中", [];
        Swapped = "swapped", "证件号码互换", [];
        Renamed = "renamed", "同一工号姓名或证件号码不同", [];
        PlaceSpelling = "place_spelling", "地名写法", [];
        PlaceRenamed = "place_renamed", "镇村更名或合并", [];
        UnitSpelling = "unit_spelling", "单位写法", [];
        UnitRenamed = "unit_renamed", "单位更名", [];
        StaffRenumbered = "staff_renumbered", "工号变更", [];
        Returned = "returned", "已离岗人员在名册中", [];
        Unlifted = "unlifted", "已脱贫户在名册中未脱贫", [];
        NoStatus = "no_status", "没有脱贫属性列", [];
        Sections = "sections", "分段行", [];
    }
}

/// A question that people must answer before the import is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportConflict", skip_serializing_if_is_none)]
pub struct Conflict {
    /// Its name for decisions; the same each time that the file is checked.
    #[oai(validator(max_length = 200))]
    pub key: String,
    /// Its kind.
    pub kind: ConflictKind,
    /// Cells of the file that it is about, such as `名册!J12`.
    #[oai(validator(max_items = 200))]
    pub places: Vec<String>,
    /// Households of the register that it is about.
    #[oai(validator(max_items = 200))]
    pub household_ids: Vec<Uuid>,
    /// What was found, in the language of the answer; identity numbers are masked.
    #[oai(validator(max_length = 2000))]
    pub question: Text,
    /// What is done if it is accepted, in the language of the answer.
    #[oai(validator(max_length = 2000))]
    pub proposal: Text,
    /// What was decided.
    pub accepted: Option<bool>,
    /// The answers that it takes, one of which is to be chosen; of a question that takes yes or no, none.
    #[oai(default, validator(max_items = 10))]
    #[serde(default)]
    pub answers: Vec<PossibleAnswer>,
    /// Which of them was chosen.
    #[serde(default)]
    pub answer: Option<ImportAnswer>,
    /// Names of which one stands, if they are one place; the first is proposed.
    #[oai(default, validator(max_items = 100))]
    #[serde(default)]
    pub names: Vec<String>,
}

/// An answer that a question takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportConflictAnswer")]
pub struct PossibleAnswer {
    /// What to send as `answer` of the decision.
    pub answer: ImportAnswer,
    /// What is then done, in the language of the answer.
    #[oai(validator(max_length = 200))]
    pub words: Text,
}

/// What an import does to the records of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(rename = "ImportCounts")]
pub struct Counts {
    /// Not on the register before.
    pub new: i64,
    /// On the register with other facts; what they were is kept in the history.
    pub changed: i64,
    /// On the register just so.
    pub unchanged: i64,
    /// On the register and not in the file. Counted in the villages (for staff, the units) that the file
    /// names. They stay as they are; but of a member whose household is in the file it is asked what
    /// became of them.
    pub absent: i64,
    /// Part of an undecided question, whatever is to become of them.
    #[serde(default)]
    pub conflicting: i64,
    /// In the file and not taken in: what was asked of them was refused, or they share persons with
    /// a household that is not taken in.
    #[serde(default)]
    pub left_out: i64,
}

impl Counts {
    /// Counts a record of the file.
    pub fn add(&mut self, action: Action, conflicting: bool) {
        match action {
            Action::New => self.new += 1,
            Action::Changed | Action::Closed => self.changed += 1,
            Action::Unchanged => self.unchanged += 1,
            Action::LeftOut => self.left_out += 1,
            Action::Absent => self.absent += 1,
        }
        self.conflicting += i64::from(conflicting);
    }
}

/// What an import would do, or did, by its last check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Object)]
#[oai(skip_serializing_if_is_none)]
#[serde(default)]
pub struct ImportReport {
    /// Rows with content below the headings.
    pub rows: i64,
    /// Households, for a roster of households.
    pub households: Option<Counts>,
    /// Persons in the households, for a roster of households.
    pub persons: Option<Counts>,
    /// Staff, for a roster of staff.
    pub staff: Option<Counts>,
    /// Pairs, for a list of pairs: those that are new, and those that hold already and stay as they are. Of
    /// rows with errors none is counted here.
    pub pairings: Option<Counts>,
    /// Households (or staff, or rows of a list of pairs) that the import of the good rows alone would leave
    /// out: those with errors, with questions that are undecided or refused, and those that need what such
    /// a household holds.
    pub left_out: i64,
    /// What the import of the good rows alone would do.
    pub good: Counts,
    /// How many errors there are.
    pub error_count: i64,
    /// How many warnings there are.
    pub warning_count: i64,
    /// How many cells were read otherwise than they stand.
    pub repair_count: i64,
    /// The kinds of problems, the gravest first; `listImportProblems` lists the problems.
    #[oai(validator(max_items = 1000))]
    pub kinds: Vec<ProblemKind>,
    /// The problems by kind and column, for people to read: one line each instead of one a cell. The
    /// gravest first, then those of the most cells.
    #[oai(validator(max_items = 1000))]
    pub groups: Vec<ProblemGroup>,
    /// The sheets of the file and how their columns were understood.
    #[oai(validator(max_items = 1000))]
    pub sheets: Vec<SheetReport>,
    /// How many questions there are to decide, and that were decided.
    pub conflict_count: i64,
    /// How many of them are undecided.
    pub undecided_count: i64,
    /// The questions, at most 1,000 of them, the undecided ones first.
    #[oai(validator(max_items = 1000))]
    pub conflicts: Vec<Conflict>,
}

/// Most questions that a report lists; all are counted.
pub const MAX_CONFLICTS: usize = 1_000;

impl ImportReport {
    /// Takes over what was found.
    pub fn count(&mut self, problems: &Problems) {
        self.error_count = problems.count(Severity::Error);
        self.warning_count = problems.count(Severity::Warning);
        self.repair_count = problems.count(Severity::Repair);
        self.kinds = problems.kinds();
        self.groups = problems.groups();
    }

    /// Takes over all questions that there are.
    pub fn ask(&mut self, mut conflicts: Vec<Conflict>) {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let undecided = |conflict: &&Conflict| conflict.accepted.is_none();
        self.conflict_count = count(conflicts.len());
        self.undecided_count = count(conflicts.iter().filter(undecided).count());
        conflicts.sort_by_key(|conflict| conflict.accepted.is_some());
        conflicts.truncate(MAX_CONFLICTS);
        self.conflicts = conflicts;
    }

    /// Takes over questions that are asked before all others; to be called after those have been taken over.
    pub fn ask_first(&mut self, conflicts: Vec<Conflict>) {
        for conflict in conflicts.into_iter().rev() {
            self.conflict_count += 1;
            self.undecided_count += i64::from(conflict.accepted.is_none());
            self.conflicts.insert(0, conflict);
        }
        self.conflicts.truncate(MAX_CONFLICTS);
    }

    /// Takes over what is asked of the file as a whole, before all other questions; to be called after
    /// those have been taken over.
    pub fn ask_of_file(&mut self, questions: Vec<FileQuestion>) {
        let asked = questions.into_iter().map(|question| {
            let kind = match question.kind {
                FileQuestionKind::NoStatus => ConflictKind::NoStatus,
                FileQuestionKind::Sections => ConflictKind::Sections,
            };
            Conflict {
                key: kind.code().to_owned(),
                kind,
                places: question.places,
                household_ids: Vec::new(),
                question: question.question,
                proposal: question.proposal,
                accepted: question.accepted,
                answers: Vec::new(),
                answer: None,
                names: Vec::new(),
            }
        });
        self.ask_first(asked.collect());
    }

    /// Whether nothing of the file can be taken in.
    pub fn nothing_good(&self) -> bool {
        self.good.new + self.good.changed + self.good.unchanged == 0
    }

    /// What it does to the records that it is about.
    pub fn counts(&self) -> Option<Counts> {
        self.households.or(self.staff).or(self.pairings)
    }

    /// The counts in words, such as `新增 3 户，变更 0 户，未变 12 户`.
    pub fn numbers(&self, language: Language) -> String {
        self.words(self.counts().unwrap_or_default(), language)
    }

    /// The counts of the good rows alone, in words.
    pub fn good_numbers(&self, language: Language) -> String {
        self.words(self.good, language)
    }

    fn words(&self, counts: Counts, language: Language) -> String {
        let unit = self.unit(language);
        let Counts {
            new,
            changed,
            unchanged,
            ..
        } = counts;
        if self.pairings.is_some() {
            return say!(
                language,
                "新结对 {new} {unit}，已有 {unchanged} {unit}",
                "{unit}: {new} newly paired, {unchanged} as before"
            );
        }
        say!(
            language,
            "新增 {new} {unit}，变更 {changed} {unit}，未变 {unchanged} {unit}",
            "{unit}: {new} new, {changed} changed, {unchanged} as before"
        )
    }

    /// What the preview comes to, in one sentence.
    pub fn outlook(&self, language: Language) -> String {
        let counts = self.counts().unwrap_or_default();
        let numbers = self.numbers(language);
        let (errors, warnings) = (self.error_count, self.warning_count);
        let warned = self.warned(language);
        if errors > 0 {
            let told = counted(errors, "error");
            let and_warned = match warnings {
                0 => String::new(),
                warnings => {
                    let told = counted(warnings, "warning");
                    say!(language, "、{warnings} 处提醒", " and {told}")
                }
            };
            say!(
                language,
                "发现 {errors} 处错误{and_warned}；请改正后重新上传，或明确选择只导入没有问题的行。{numbers}",
                "{told}{and_warned}: put them right and send the file again, or choose to take in the good rows alone. {numbers}"
            )
        } else if self.undecided_count > 0 {
            let open = self.undecided_count;
            let told = counted(open, "question");
            say!(
                language,
                "有 {open} 项待决事项，请先逐项决定；将{numbers}{warned}",
                "{told} to be decided first; it would leave {numbers}{warned}"
            )
        } else if counts.new == 0 && counts.changed == 0 {
            say!(
                language,
                "文件所列内容与现有登记一致（{numbers}）",
                "what the file lists is what the register says ({numbers})"
            )
        } else {
            say!(
                language,
                "核对通过：将{numbers}{warned}",
                "checked: it would leave {numbers}{warned}"
            )
        }
    }

    /// That there are warnings, behind a sentence; nothing where there are none.
    pub fn warned(&self, language: Language) -> String {
        match self.warning_count {
            0 => String::new(),
            warnings => {
                let told = counted(warnings, "warning");
                say!(language, "；提醒 {warnings} 处", "; {told}")
            }
        }
    }

    /// So many of what is counted: `3 户`, `1 person`.
    pub fn told(&self, count: i64, language: Language) -> String {
        match (language, count) {
            (Language::English, 1) if self.staff.is_some() => "1 person".to_owned(),
            (Language::English, _) if self.staff.is_none() => counted(count, "household"),
            _ => format!("{count} {}", self.unit(language)),
        }
    }

    /// What is counted: 户 or 人.
    pub fn unit(&self, language: Language) -> &'static str {
        match (self.staff.is_some(), language) {
            (true, Language::Chinese) => "人",
            (false, Language::Chinese) => "户",
            (true, Language::English) => "people",
            (false, Language::English) => "households",
        }
    }
}
