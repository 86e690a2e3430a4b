//! What the row of a person must have.

use chrono::{Datelike, Months, NaiveDate};

use super::broken::broken;
use crate::household::model::Member;
use crate::household::rule::Severity;
use crate::household::{Health, Relation, rule};
use crate::problem::{Text, words};
use crate::roster::column::merge;
use crate::roster::household::{HouseholdRow, heading};
use crate::roster::layout::Layouts;
use crate::roster::report::Problems;
use crate::roster::sheet::RosterRow;
use crate::value::Refusal;

/// The person of a row, with what the identity number says.
pub(super) fn member_of(record: &mut HouseholdRow) -> Member {
    let mut member = std::mem::replace(&mut record.member, Member::of("", Relation::Other));
    member.relation = record.relation.unwrap_or(Relation::Other);
    if let Some(identity) = &member.identity_number {
        member.sex.get_or_insert(identity.sex());
        member.birth_date.get_or_insert(identity.birth_date());
    }
    member
}

/// Takes what a row of a household says of a person for what it says of the head.
pub(super) fn of_head(record: &mut HouseholdRow) {
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

/// Months after birth within which a child may have no identity number yet: it is given with the entry in
/// the household register, which some make late.
const MONTHS_OF_INFANTS: u32 = 24;

/// What every person's row must have. `lists` says whether the row is a person's or a household's.
pub(super) fn check_person(
    layouts: &Layouts<HouseholdRow>,
    row: &RosterRow<HouseholdRow>,
    (lists, today): (bool, NaiveDate),
    problems: &mut Problems,
) {
    let record = &row.record;
    let (name, identity) = if lists {
        ("name", "identity_number")
    } else {
        ("head_name", "head_identity")
    };
    let was_refused = |key: &str| row.refused.contains(&key);
    let mut missing = |key: &'static str, severity, remedy: Text| {
        if !was_refused(key) {
            let refusal = Refusal::new(
                "required_cell",
                words!("“{}”没有填写", "“{}” is not filled in", heading(key)),
                remedy,
            );
            problems.push(layouts.problem(severity, row.place, key, refusal));
        }
    };
    if record.member.name.is_empty() {
        missing(
            name,
            Severity::Error,
            words!(
                "请补填姓名；不是人员的行（合计、签名等）请删除",
                "fill in the name; delete rows that are nobody's (sums, signatures)"
            ),
        );
    }
    if record.relation.is_none() {
        missing(
            "relation",
            Severity::Error,
            words!("请补填与户主关系", "fill in the relation to the head"),
        );
    }
    if record.member.identity_number.is_none() && !was_refused("identity_number") {
        if record.has_other_document() {
            let refusal = Refusal::new(
                "other_document",
                words!(
                    "证件不是居民身份证，号码没有保存",
                    "the document is no resident identity card, and its number was not kept"
                ),
                words!(
                    "如有居民身份证请改填；没有的不必处理",
                    "give the number of the identity card if there is one; else nothing needs to be done"
                ),
            );
            problems.push(layouts.problem(Severity::Warning, row.place, identity, refusal));
        } else if is_infant(record, today) {
            let refusal = Refusal::new(
                "infant_without_number",
                words!(
                    "婴幼儿还没有证件号码",
                    "an infant without an identity number yet"
                ),
                words!(
                    "已上户口的请补填证件号码；没有的不必处理",
                    "fill in the number if the child is registered; else nothing needs to be done"
                ),
            );
            problems.push(layouts.problem(Severity::Warning, row.place, identity, refusal));
        } else {
            missing(
                identity,
                Severity::Warning,
                words!(
                    "请补填证件号码；确无号码的不必处理",
                    "fill in the identity number; nothing needs to be done where there is none"
                ),
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
            words!(
                "证件号码是残疾人证号，健康状况不是“残疾”",
                "the identity number is that of a disability certificate, but the state of health is not “残疾”"
            ),
        );
        problems.push(problem);
    }
}

/// Whether a person is so young that a missing number is noted every month and no mistake.
fn is_infant(record: &HouseholdRow, today: NaiveDate) -> bool {
    let born = record.member.birth_date.or(record.born_in);
    let since = today.checked_sub_months(Months::new(MONTHS_OF_INFANTS));
    born.zip(since).is_some_and(|(born, since)| born > since)
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
    let (year, month) = (first.year(), first.month());
    let stated = words!("{year} 年 {month} 月", "{year}-{month:02}");
    match record.member.identity_number.as_ref() {
        Some(identity) if identity.birth_date().with_day(1) == Some(first) => {}
        Some(identity) => {
            let reason = {
                let born = identity.birth_date();
                words!("填写 {stated}，证件号码为 {born}", "{stated} is stated, and the identity number says {born}"; stated)
            };
            let rule = &rule::IDENTITY_BIRTH_DATE;
            problems.push(broken(layouts, row.place, key, rule, reason));
        }
        None => {
            let refusal = Refusal::new(
                "date_without_day",
                words!("只有年月（{stated}），没有日，出生日期没有读取", "only year and month ({stated}) stand there: the birth date was not read"; stated),
                words!(
                    "请补填到日，或补填证件号码",
                    "fill in the day, or the identity number"
                ),
            );
            problems.push(layouts.problem(Severity::Warning, row.place, key, refusal));
        }
    }
}
