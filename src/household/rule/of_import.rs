//! Rules that only the import of a roster can check: it sees all households, and what the roster states.

use super::model::{Rule, Severity};
use crate::access::Kind;

/// Rules that only the import can check.
pub(super) static OF_IMPORT: &[&Rule] = &[
    &MEMBER_COUNT,
    &SAME_IDENTITY_NUMBER,
    &SUSPECTED_DUPLICATE,
    &DISABILITY_CERTIFICATE,
];

/// 人数 as stated differs from the rows: checked at import, where the statement is.
pub static MEMBER_COUNT: Rule = Rule {
    code: "member_count",
    severity: Severity::Error,
    tells: &[],
    needs_all_members: false,
    title: [
        "家庭人口与行数不符",
        "number of members contradicts the rows",
    ],
    remedy: [
        "请核对本户是否漏行或多行，或改正家庭人口",
        "check whether the household lacks rows or has too many, or correct the number of members",
    ],
    check: |_, _| {},
};

/// The same identity number in two households, or twice in one: checked at import, which sees all.
pub static SAME_IDENTITY_NUMBER: Rule = Rule {
    code: "same_identity_number",
    severity: Severity::Error,
    tells: &[],
    needs_all_members: false,
    title: ["证件号码重复", "the same identity number twice"],
    remedy: [
        "请核对证件，同一人只能在一户中出现一次；已迁出的请从原来的户中删除",
        "check the cards: one person stands in one household once; delete who moved out from the former one",
    ],
    check: |_, _| {},
};

/// Two persons of the same name, birth date and village, of whom one has no identity number: looked
/// for at import, which sees all.
pub static SUSPECTED_DUPLICATE: Rule = Rule {
    code: "suspected_duplicate",
    severity: Severity::Warning,
    tells: &[],
    needs_all_members: false,
    title: ["疑似重复人员", "perhaps one person twice"],
    remedy: [
        "请核对是否同一人；如是同一人，请补填证件号码，并只保留在一户中",
        "check whether they are one person; if so, fill in the identity number and keep them in one household",
    ],
    check: |_, _| {},
};

/// The number of a disability certificate, and a state of health that is none: checked at import, where
/// that number is.
pub static DISABILITY_CERTIFICATE: Rule = Rule {
    code: "disability_certificate_health",
    severity: Severity::Warning,
    tells: &[Kind::Health],
    needs_all_members: false,
    title: [
        "有残疾人证，健康状况却不是残疾",
        "a disability certificate, but not disabled by the state of health",
    ],
    remedy: ["请核对健康状况", "check the state of health"],
    check: |_, _| {},
};
