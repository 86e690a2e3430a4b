//! Whose a telephone is: the one behind a column of helpers is theirs as a rule, whether or not the row's
//! person has one, too.

use super::model::{Reading, Role};
use crate::roster::column::{Kind, Record};
use crate::roster::heading::{Path, is_title, names_another};
use crate::roster::report::Certainty;

/// The column to the left that names another person than the row's, whom the column at `at` may be about:
/// 帮扶责任人 | 职务 | 手机号码. Nothing where people have said what the column is, or its heading says whose it
/// is.
pub(super) fn owner<R: Record>(
    paths: &[Path],
    readings: &[Reading<R>],
    at: usize,
) -> Option<usize> {
    let (path, reading) = (paths.get(at)?, readings.get(at)?);
    let column = reading.column?;
    let may_be_anyones = matches!(column.kind, Kind::Phone(_))
        && reading.certainty == Certainty::Exact
        && !path.parts.last()?.contains(['户', '人', '家']);
    if !may_be_anyones {
        return None;
    }
    let stands_twice = |key: &str| {
        let same = |it: &&Reading<R>| it.column.is_some_and(|column| column.key == key);
        readings.iter().filter(same).count() > 1
    };
    for left in (0..at).rev() {
        if groups(&paths[left]) != groups(path) {
            return None;
        }
        let names_owner = match readings[left].column {
            // A helper is the person of a row of staff.
            Some(column) if Role::of(column) == Role::Name => return None,
            Some(column) => names_another(column.heading),
            None => paths[left].parts.last().is_some_and(|heading| {
                names_another(heading) || R::OTHER_PEOPLE.iter().any(|it| heading.contains(it))
            }),
        };
        if names_owner {
            return Some(left);
        }
        // What is not known may be about the same person, as may what stands once more elsewhere.
        let is_of_row = |key: &str| !key.starts_with("roster_") && !stands_twice(key);
        if readings[left].column.is_some_and(|it| is_of_row(it.key)) {
            return None;
        }
    }
    None
}

/// The groups that a heading stands in.
fn groups(path: &Path) -> Vec<&String> {
    let groups = path
        .parts
        .split_last()
        .map_or(&[][..], |(_, groups)| groups);
    groups.iter().filter(|group| !is_title(group)).collect()
}
