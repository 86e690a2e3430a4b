//! The workbook's own part: its sheets and its names.

use std::collections::{BTreeMap, BTreeSet};

use super::sheet::{self, Area, Book};
use super::xml::{Element, unescaped};
use super::{Package, Relation};

/// Checks the workbook and all of its sheets.
pub fn check(package: &Package, path: &str, faults: &mut Vec<String>) {
    let Some(workbook) = package.parts.get(path) else {
        return;
    };
    let relations = package.relations(path, &mut Vec::new());
    let sheets: Vec<_> = workbook
        .child("sheets")
        .map_or(Vec::new(), |sheets| sheets.all("sheet").collect());
    let names: Vec<_> = sheets
        .iter()
        .map(|sheet| unescaped(sheet.get("name")))
        .collect();
    check_sheets(&sheets, &names, faults);
    check_active(workbook, &sheets, faults);
    check_defined_names(workbook, &names, faults);
    let part = |kind: &str| part_of(package, &relations, kind);
    let texts = part("/sharedStrings").map_or(0, |texts| texts.all("si").count());
    if let Some(texts) = part("/sharedStrings") {
        for text in texts.all("si") {
            sheet::check_length(&text.whole_text(), 32_767, "a shared text", faults);
        }
    }
    let styles = part("/styles");
    let formats = styles.and_then(|styles| styles.child("cellXfs"));
    let book = Book {
        names: &names,
        texts,
        formats: formats.map_or(0, |formats| formats.all("xf").count()),
    };
    for (sheet, name) in sheets.iter().zip(&names) {
        let relation = relations.get(sheet.get("r:id"));
        let Some(path) = relation.and_then(|relation| relation.target.as_ref()) else {
            continue;
        };
        if let Some(part) = package.parts.get(path) {
            let relations = package.relations(path, &mut Vec::new());
            sheet::check(package, &book, (name, part), &relations, faults);
        }
    }
}

fn part_of<'p>(
    package: &'p Package,
    relations: &BTreeMap<String, Relation>,
    kind: &str,
) -> Option<&'p Element> {
    let found = relations.values().find(|one| one.kind.ends_with(kind))?;
    package.parts.get(found.target.as_ref()?)
}

/// Microsoft, «Rename a worksheet»: what a name may be.
fn check_sheets(sheets: &[&Element], names: &[String], faults: &mut Vec<String>) {
    if sheets.is_empty() {
        faults.push("no sheet".to_owned());
    }
    let mut known = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (sheet, name) in sheets.iter().zip(names) {
        let mut wrong = |why: &str| faults.push(format!("sheet {name:?}: {why}"));
        if name.trim().is_empty() {
            wrong("blank");
        }
        if name.encode_utf16().count() > 31 {
            wrong("longer than 31");
        }
        if name.contains(['[', ']', ':', '*', '?', '/', '\\']) {
            wrong("a character that Excel refuses");
        }
        if name.chars().any(char::is_control) {
            wrong("a control character");
        }
        if name.starts_with('\'') || name.ends_with('\'') {
            wrong("an apostrophe at an end");
        }
        if name.eq_ignore_ascii_case("history") {
            wrong("a name that Excel keeps for itself");
        }
        let folded: String = name.to_uppercase().to_lowercase();
        if !known.insert(folded) {
            wrong("not the only one of its name");
        }
        if sheet
            .number::<u32>("sheetId")
            .is_none_or(|id| !ids.insert(id))
        {
            wrong("no id of its own");
        }
    }
}

fn check_active(workbook: &Element, sheets: &[&Element], faults: &mut Vec<String>) {
    let is_shown = |sheet: &Element| matches!(sheet.get("state"), "" | "visible");
    if !sheets.iter().any(|sheet| is_shown(sheet)) {
        faults.push("no sheet is shown".to_owned());
    }
    let view = workbook
        .child("bookViews")
        .and_then(|views| views.child("workbookView"));
    let active = view
        .and_then(|view| view.number("activeTab"))
        .unwrap_or(0_usize);
    if !sheets.get(active).is_some_and(|sheet| is_shown(sheet)) {
        faults.push(format!(
            "sheet {active} is to be shown first, and is hidden or not there"
        ));
    }
}

fn check_defined_names(workbook: &Element, sheets: &[String], faults: &mut Vec<String>) {
    let mut known = BTreeSet::new();
    let names = workbook.child("definedNames");
    for defined in names.iter().flat_map(|names| names.all("definedName")) {
        let name = defined.get("name");
        let content = defined.whole_text();
        let mut wrong = |why: &str| faults.push(format!("name {name:?} = {content:?}: {why}"));
        if !is_name(name) {
            wrong("no name that Excel takes");
        }
        let scope = defined.has("localSheetId");
        if !known.insert((name.to_lowercase(), scope)) {
            wrong("twice");
        }
        let own = scope.map(|index| {
            index
                .parse()
                .ok()
                .and_then(|index: usize| sheets.get(index))
        });
        if own == Some(None) {
            wrong("of a sheet that is not there");
        }
        for range in ranges(&content) {
            match reference(&range) {
                Some((sheet, _)) if !sheets.contains(&sheet) => wrong("points at no sheet"),
                Some((sheet, _)) if own.is_some_and(|own| own != Some(&sheet)) => {
                    wrong("points at another sheet than its own");
                }
                Some(_) => {}
                None => wrong("no range"),
            }
        }
    }
}

/// References parted by commas, of which a quoted name may have some, too.
fn ranges(content: &str) -> Vec<String> {
    let mut ranges = vec![String::new()];
    let mut is_quoted = false;
    for character in content.chars() {
        is_quoted ^= character == '\'';
        match ranges.last_mut() {
            Some(range) if character != ',' || is_quoted => range.push(character),
            _ => ranges.push(String::new()),
        }
    }
    ranges
}

/// ECMA-376, 18.17.2.5, and what Excel keeps for itself (`_xlnm.`).
fn is_name(name: &str) -> bool {
    let name = name.strip_prefix("_xlnm.").unwrap_or(name);
    let first = name.chars().next();
    first.is_some_and(|first| first.is_alphabetic() || matches!(first, '_' | '\\'))
        && name
            .chars()
            .all(|one| one.is_alphanumeric() || matches!(one, '_' | '.' | '\\' | '?'))
        && name.encode_utf16().count() <= 255
        && Area::parsed(name).is_none()
        && !["r", "c"].contains(&name.to_lowercase().as_str())
}

/// The sheet and the cells of a reference such as `'甲''乙'!$A$1:$B$2`.
pub fn reference(text: &str) -> Option<(String, Area)> {
    let (sheet, cells) = text.rsplit_once('!')?;
    let sheet = match sheet.strip_prefix('\'') {
        Some(quoted) => {
            let inside = quoted.strip_suffix('\'')?;
            if inside.replace("''", "").contains('\'') {
                return None;
            }
            inside.replace("''", "'")
        }
        // Without quotes only what could be nothing else, and what LibreOffice reads, too.
        None if is_plain(sheet) => sheet.to_owned(),
        None => return None,
    };
    Some((sheet, Area::parsed(&cells.replace('$', ""))?))
}

/// Whether a sheet's name may stand without quotes: no picture, no digit of another script, nothing that looks
/// like a cell or a truth value.
fn is_plain(sheet: &str) -> bool {
    let is_letter = |one: char| {
        one.is_ascii_alphabetic() || one == '_' || ('\u{3400}'..='\u{9fff}').contains(&one)
    };
    let upper = sheet.to_uppercase();
    let is_row_or_column = upper.starts_with(['R', 'C'])
        && upper
            .chars()
            .all(|one| one.is_ascii_digit() || one == 'R' || one == 'C');
    sheet.starts_with(is_letter)
        && sheet
            .chars()
            .all(|one| is_letter(one) || one.is_ascii_digit())
        && !matches!(upper.as_str(), "TRUE" | "FALSE")
        && !is_row_or_column
        && Area::parsed(sheet).is_none()
}
