//! Cells that hold values of a code list.

use super::record::{Given, PutCode};
use crate::code_list::CodeList;
use crate::roster::value;
use crate::roster::value::{Refusal, repair};
use crate::text::squeezed;
use crate::workbook::reader::Cell;

pub(super) fn read_codes<R>(
    row: &mut R,
    cell: &Cell<'_>,
    labels: fn() -> Vec<&'static str>,
    most: usize,
    put: PutCode<R>,
) -> Result<Given, Refusal> {
    let text = value::plain(cell)?;
    let parts = value::several(&text);
    if parts.len() > most {
        return Err(Refusal::new(
            "too_many_codes",
            format!("填了 {} 项，最多 {most} 项", parts.len()),
            "请保留最主要的几项",
        ));
    }
    let mut found = Vec::with_capacity(parts.len());
    for part in &parts {
        let Some((_, label)) = put(row, part) else {
            let refusal = unknown_code(part, &labels());
            return Err(refusal.proposing(several_meant(row, &parts, &labels(), put)));
        };
        found.push(label);
    }
    Ok(Given {
        value: !parts.is_empty(),
        repair: repair::codes(&parts, &found),
    })
}

/// What a list with unknown values may mean: the known ones, and the nearest for the others; `None` if
/// one of them is like none.
fn several_meant<R>(
    row: &mut R,
    parts: &[&str],
    labels: &[&'static str],
    put: PutCode<R>,
) -> Option<String> {
    let mut meant = Vec::new();
    for part in parts {
        // Some separate values by spaces, which others put between characters.
        let words: Vec<_> = part.split_whitespace().collect();
        let known = words.iter().map(|word| put(row, word));
        match known.collect::<Option<Vec<_>>>() {
            Some(known) => meant.extend(known.into_iter().map(|(_, label)| label)),
            None => meant.push(nearest(part, labels)?),
        }
    }
    Some(meant.join("、"))
}

pub(super) fn unknown_code(text: &str, labels: &[&str]) -> Refusal {
    Refusal::new(
        "unknown_code",
        format!("“{}”不在可选值之内", value::mask(text)),
        format!("请从下列值中选填：{}", labels.join("、")),
    )
    .proposing(nearest(text, labels).map(ToOwned::to_owned))
}

/// The label that a text is nearest to, if it shares at least half of its characters with it.
fn nearest<'l>(text: &str, labels: &[&'l str]) -> Option<&'l str> {
    let text = squeezed(text);
    let nearness = |label: &&str| {
        let label = squeezed(label);
        let holds = text.chars().count() >= 2 && (label.contains(&text) || text.contains(&label));
        let alike = strsim::normalized_damerau_levenshtein(&text, &label);
        if holds { alike.max(0.7) } else { alike }
    };
    labels
        .iter()
        .map(|label| (nearness(label), *label))
        .filter(|(nearness, _)| *nearness >= 0.5)
        .max_by(|(one, _), (two, _)| one.total_cmp(two))
        .map(|(_, label)| label)
}

/// The labels of a code list, as a function that a table can hold.
pub fn labels<T: CodeList>() -> Vec<&'static str> {
    T::labels()
}
