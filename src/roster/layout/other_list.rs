//! What kind of list a heading stands over: a file that is a list of another kind than the one that was asked
//! for is named for what it is, rather than for the columns that it lacks.

use super::messages::another_list;
use super::model::Layout;
use crate::household::rule::Severity;
use crate::roster::choices::Choices;
use crate::roster::column::{Heading, Headings, Record};
use crate::roster::report::{Problems, RosterKind, RosterProblem};
use crate::roster::{heading, household, staff};
use crate::workbook::source::Sheet;

/// Fields of households and their members that no other list has. The list of pairs that we write names the main
/// cause and the number of persons, too.
const OF_HOUSEHOLDS: [&str; 10] = [
    "relation",
    "status",
    "category",
    "labour",
    "schooling",
    "lifted_year",
    "identified_year",
    "income_per_head_fen",
    "housing_safe",
    "water_safe",
];
/// Fields that name a household.
const NAME_HOUSEHOLD: [&str; 3] = ["number", "head_name", "head_identity"];
/// Fields of staff that no list of households has under the same heading.
const OF_STAFF: [&str; 5] = ["number", "unit", "position", "rank", "capacity"];
/// How headings name a helper.
const HELPER: [&str; 6] = ["责任人", "帮扶人", "帮扶干部", "帮扶教师", "包户", "结对"];

/// That a table is a list of another kind than the one that was asked for.
pub(super) fn is_another<R: Record>(
    layout: &Layout<R>,
    severity: Severity,
) -> Option<RosterProblem> {
    let headings = layout.headings.iter().map(|(_, parts)| parts.as_slice());
    let (kind, telling) = kind_of(headings).filter(|(kind, _)| *kind != R::LIST)?;
    let at = (layout.sheet.as_str(), layout.header_row);
    Some(another_list::<R>(at, (kind, &telling), severity))
}

/// That a sheet without a heading of this list has one of a list of another kind.
pub(super) fn has_another<R: Record>(sheet: &Sheet) -> Option<RosterProblem> {
    heading::blocks(sheet).find_map(|block| {
        let (kind, telling) = kind_of(block.paths.iter().map(|path| path.parts.as_slice()))?;
        let at = (sheet.name.as_str(), block.bottom);
        (kind != R::LIST).then(|| another_list::<R>(at, (kind, &telling), Severity::Error))
    })
}

/// Takes lists of households out of what is found as lists of staff, unless people chose them, and tells of them. The members of households have a name and the unit of their helper, too, and would become
/// staff.
pub(super) fn take_others<R: Record>(
    found: &mut Vec<Layout<R>>,
    choices: &Choices,
    problems: &mut Problems,
) -> Vec<Layout<R>> {
    // Other lists have columns that lists of households lack.
    if R::LIST != RosterKind::Staff {
        return Vec::new();
    }
    let is_other = |layout: &Layout<R>| {
        let headings = layout.headings.iter().map(|(_, parts)| parts.as_slice());
        let kind = kind_of(headings).map(|(kind, _)| kind);
        kind == Some(RosterKind::Households) && !choices.sheets.contains(&layout.sheet)
    };
    let (others, own): (Vec<_>, Vec<_>) = std::mem::take(found).into_iter().partition(is_other);
    *found = own;
    let severity = if found.is_empty() {
        Severity::Error
    } else {
        Severity::Warning
    };
    for problem in others
        .iter()
        .filter_map(|layout| is_another(layout, severity))
    {
        problems.push(problem);
    }
    others
}

/// That a list that is read as one of staff looks like one of another kind. Of the other lists this says nothing: who
/// helps a household may stand in the roster of households.
pub(super) fn doubt<R: Record>(layout: &Layout<R>) -> Option<RosterProblem> {
    let is_of_staff = R::LIST == RosterKind::Staff;
    is_of_staff.then(|| is_another(layout, Severity::Warning))?
}

/// What kind of list a heading certainly stands over, with the headings that tell; nothing in doubt.
pub(super) fn kind_of<'h>(
    headings: impl Iterator<Item = &'h [String]>,
) -> Option<(RosterKind, Vec<&'h str>)> {
    let households = Headings::of(household::COLUMNS);
    let staff = Headings::of(staff::COLUMNS);
    let (mut of_households, mut name_households) = (Vec::new(), Vec::new());
    let (mut of_helpers, mut of_staff) = (Vec::new(), Vec::new());
    let (mut names, mut identities) = (false, false);
    for parts in headings {
        let Some(last) = parts.last() else { continue };
        let heading = Heading::new(last);
        let household = households.find(&heading).map(|column| column.key);
        let person = staff.find(&heading).map(|column| column.key);
        let is = |key: Option<&str>, keys: &[&str]| key.is_some_and(|key| keys.contains(&key));
        if is(household, &OF_HOUSEHOLDS) {
            of_households.push(last.as_str());
        } else if is(household, &NAME_HOUSEHOLD) {
            name_households.push(last.as_str());
        } else if HELPER.iter().any(|word| parts.concat().contains(word)) {
            of_helpers.push(last.as_str());
        } else if household.is_none() && is(person, &OF_STAFF) {
            of_staff.push(last.as_str());
        }
        names |= household == Some("name");
        identities |= household == Some("identity_number");
    }
    let helps = staff_number(&of_staff, &staff);
    if !of_households.is_empty() {
        Some((RosterKind::Households, of_households))
    } else if name_households.is_empty() {
        (names && of_staff.len() > 1).then_some((RosterKind::Staff, of_staff))
    } else if !of_helpers.is_empty() || helps.is_some() {
        name_households.truncate(1);
        name_households.extend(helps.or(of_helpers.first().copied()));
        Some((RosterKind::Pairings, name_households))
    } else {
        (names && identities).then_some((RosterKind::Households, name_households))
    }
}

/// The heading of them that stands over the numbers of staff.
fn staff_number<'h>(headings: &[&'h str], staff: &Headings<staff::StaffRow>) -> Option<&'h str> {
    let is_number = |heading: &&&str| {
        let column = staff.find(&Heading::new(heading));
        column.is_some_and(|column| column.key == "number")
    };
    headings.iter().find(is_number).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_tells_the_kind_of_its_list() {
        for (headings, wanted) in [
            (
                "镇 村 户编号 姓名 证件号码 与户主关系 脱贫属性 帮扶责任人 帮扶单位",
                Some(RosterKind::Households),
            ),
            (
                "户编号 户主姓名 贫困户属性 脱贫年度",
                Some(RosterKind::Households),
            ),
            ("户编号 姓名 身份证号 性别", Some(RosterKind::Households)),
            ("户编号 工号", Some(RosterKind::Pairings)),
            ("户主 帮扶责任人 结对时间", Some(RosterKind::Pairings)),
            (
                "户主姓名 人口 主要致贫原因 责任人工号 单位",
                Some(RosterKind::Pairings),
            ),
            ("工号 姓名 单位 职务", Some(RosterKind::Staff)),
            (
                "序号 姓名 性别 工作单位 职级 联系电话",
                Some(RosterKind::Staff),
            ),
            // In doubt it is what was asked for.
            ("姓名 证件号码 联系电话", None),
            ("户编号 户主姓名 镇 村", None),
            ("姓名 单位 电话", None),
            ("项目 金额", None),
        ] {
            let headings: Vec<Vec<String>> =
                headings.split(' ').map(|it| vec![it.to_owned()]).collect();
            let kind = kind_of(headings.iter().map(Vec::as_slice));
            assert_eq!(kind.map(|(kind, _)| kind), wanted, "{headings:?}");
        }
    }
}
