//! A sheet: its rows, cells, and all that lies over them.

use std::collections::{BTreeMap, BTreeSet};

use qianshou::workbook::place;

use super::workbook::reference;
use super::xml::{Element, unescaped};
use super::{Package, Relation};

const ROWS: u32 = 1_048_576;
const COLUMNS: u32 = 16_384;
/// ECMA-376, 18.3.1.99: the order of what a sheet holds, as far as we write it.
const ORDER: [&str; 20] = [
    "sheetPr",
    "dimension",
    "sheetViews",
    "sheetFormatPr",
    "cols",
    "sheetData",
    "sheetProtection",
    "autoFilter",
    "mergeCells",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "drawing",
    "legacyDrawing",
    "tableParts",
];

/// What a sheet may refer to.
pub struct Book<'b> {
    pub names: &'b [String],
    /// How many shared texts there are.
    pub texts: usize,
    /// How many formats of cells.
    pub formats: usize,
}

/// Cells: rows from 1, columns from 0, both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    top: u32,
    bottom: u32,
    left: u32,
    right: u32,
}

impl Area {
    /// `A1`, `A1:B2`, `1:3` or `A:C`.
    pub fn parsed(text: &str) -> Option<Self> {
        let (from, to) = text.split_once(':').unwrap_or((text, text));
        let rows = (from.parse(), to.parse());
        let area = if let (Ok(top), Ok(bottom)) = rows {
            Self {
                top,
                bottom,
                left: 0,
                right: COLUMNS - 1,
            }
        } else if let (Some((top, left)), Some((bottom, right))) = (place(from), place(to)) {
            Self {
                top,
                bottom,
                left,
                right,
            }
        } else {
            return None;
        };
        let is_there = area.top >= 1
            && area.top <= area.bottom
            && area.left <= area.right
            && area.bottom <= ROWS
            && area.right < COLUMNS;
        is_there.then_some(area)
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.top <= other.bottom
            && other.top <= self.bottom
            && self.left <= other.right
            && other.left <= self.right
    }

    fn is_one_cell(&self) -> bool {
        self.top == self.bottom && self.left == self.right
    }
}

/// Says so if a text is longer than Excel lets it be.
pub fn check_length(text: &str, longest: usize, what: &str, faults: &mut Vec<String>) {
    let length = text.encode_utf16().count();
    if length > longest {
        faults.push(format!("{what} of {length} characters, at most {longest}"));
    }
}

/// Checks one sheet.
pub fn check(
    package: &Package,
    book: &Book<'_>,
    (name, sheet): (&str, &Element),
    relations: &BTreeMap<String, Relation>,
    faults: &mut Vec<String>,
) {
    let mut found = Vec::new();
    order(sheet, &mut found);
    columns(sheet, &mut found);
    rows(book, sheet, &mut found);
    areas(sheet, &mut found);
    validations(sheet, &mut found);
    links(book, sheet, &mut found);
    if let Some(texts) = sheet.child("headerFooter") {
        for text in &texts.children {
            check_length(&text.whole_text(), 255, "a header or footer", &mut found);
        }
    }
    for relation in relations.values() {
        let part = relation
            .target
            .as_ref()
            .and_then(|path| package.parts.get(path));
        match part {
            Some(part) if relation.kind.ends_with("/comments") => notes(part, &mut found),
            Some(part) if relation.kind.ends_with("/vmlDrawing") => shapes(part, &mut found),
            _ => {}
        }
    }
    faults.extend(
        found
            .into_iter()
            .map(|fault| format!("sheet {name:?}: {fault}")),
    );
}

fn order(sheet: &Element, faults: &mut Vec<String>) {
    let mut last = 0;
    for child in &sheet.children {
        match ORDER.iter().position(|known| *known == child.name) {
            Some(at) if at < last => faults.push(format!("<{}> comes too late", child.name)),
            Some(at) => last = at,
            None => faults.push(format!("<{}> is not known here", child.name)),
        }
    }
}

fn columns(sheet: &Element, faults: &mut Vec<String>) {
    let mut last = 0;
    for column in sheet
        .child("cols")
        .iter()
        .flat_map(|columns| columns.all("col"))
    {
        let (min, max) = (column.number("min"), column.number("max"));
        match (min, max) {
            (Some(min), Some(max)) if last < min && min <= max && max <= COLUMNS => last = max,
            _ => faults.push(format!("columns {min:?} to {max:?} after {last}")),
        }
        // At most 255 characters; the file has the room beside them as well.
        let width = column.number::<f64>("width");
        if width.is_some_and(|width| !(0.0..=255.72).contains(&width)) {
            faults.push(format!("a column {width:?} wide"));
        }
    }
}

fn rows(book: &Book<'_>, sheet: &Element, faults: &mut Vec<String>) {
    let mut last = 0;
    for row in sheet
        .child("sheetData")
        .iter()
        .flat_map(|rows| rows.all("row"))
    {
        match row.number("r") {
            Some(number) if last < number && number <= ROWS => last = number,
            number => faults.push(format!("row {number:?} after row {last}")),
        }
        let height = row.number::<f64>("ht");
        if height.is_some_and(|height| !(0.0..=409.5).contains(&height)) {
            faults.push(format!("row {last} is {height:?} points high"));
        }
        let mut column = None;
        for cell in row.all("c") {
            match place(cell.get("r")) {
                Some((row, at)) if row == last && column < Some(at) && at < COLUMNS => {
                    column = Some(at);
                }
                _ => faults.push(format!(
                    "cell {:?} in row {last} after {column:?}",
                    cell.get("r")
                )),
            }
            check_cell(book, cell, faults);
        }
    }
}

fn check_cell(book: &Book<'_>, cell: &Element, faults: &mut Vec<String>) {
    let mut wrong = |why: String| faults.push(format!("cell {}: {why}", cell.get("r")));
    let value = cell.child("v").map(|value| value.text.as_str());
    let is_right = match cell.get("t") {
        "s" => value
            .and_then(|at| at.parse().ok())
            .is_some_and(|at: usize| at < book.texts),
        "inlineStr" => cell.child("is").is_some(),
        "b" => matches!(value, Some("0" | "1")),
        "str" | "e" => value.is_some(),
        "" | "n" => value.is_none_or(|value| value.parse().is_ok_and(f64::is_finite)),
        _ => false,
    };
    if !is_right {
        wrong(format!("{:?} as {:?}", value, cell.get("t")));
    }
    if cell.number("s").unwrap_or(0_usize) >= book.formats {
        wrong(format!("format {} is not there", cell.get("s")));
    }
    if let Some(formula) = cell.child("f") {
        let formula = formula.whole_text();
        // Ours work on numbers of their own sheet. Whatever a roster wrote would need more.
        let ours = |one: char| {
            one.is_ascii_uppercase() || one.is_ascii_digit() || "(),:=-+/*".contains(one)
        };
        if !formula.chars().all(ours) {
            wrong(format!("the formula {formula:?} is not one of ours"));
        }
    }
    if let Some(text) = cell.child("is") {
        check_length(&text.whole_text(), 32_767, "a text", faults);
    }
}

fn areas(sheet: &Element, faults: &mut Vec<String>) {
    let mut merged: Vec<Area> = Vec::new();
    let merges = sheet.child("mergeCells");
    for merge in merges.iter().flat_map(|merges| merges.all("mergeCell")) {
        let text = merge.get("ref");
        match Area::parsed(text) {
            Some(area) if area.is_one_cell() => faults.push(format!("{text} merged with itself")),
            Some(area) if merged.iter().any(|other| other.overlaps(&area)) => {
                faults.push(format!("merged {text} lies over another"));
            }
            Some(area) => merged.push(area),
            None => faults.push(format!("merged {text:?}")),
        }
    }
    for (list, entry) in [
        ("mergeCells", "mergeCell"),
        ("dataValidations", "dataValidation"),
    ] {
        if let Some(list) = sheet.child(list)
            && list.number("count") != Some(list.all(entry).count())
        {
            faults.push(format!("{} says {:?}", list.name, list.get("count")));
        }
    }
    if let Some(filter) = sheet.child("autoFilter")
        && Area::parsed(filter.get("ref")).is_none()
    {
        faults.push(format!("filter of {:?}", filter.get("ref")));
    }
    for rules in sheet.all("conditionalFormatting") {
        if rules
            .get("sqref")
            .split(' ')
            .any(|area| Area::parsed(area).is_none())
        {
            faults.push(format!("conditional format of {:?}", rules.get("sqref")));
        }
    }
}

fn validations(sheet: &Element, faults: &mut Vec<String>) {
    let mut known: Vec<Area> = Vec::new();
    let list = sheet.child("dataValidations");
    for rule in list.iter().flat_map(|list| list.all("dataValidation")) {
        for area in rule.get("sqref").split(' ') {
            match Area::parsed(area) {
                Some(area) if known.iter().any(|other| other.overlaps(&area)) => {
                    faults.push(format!("two rules for {area:?}"));
                }
                Some(area) => known.push(area),
                None => faults.push(format!("a rule for {area:?}")),
            }
        }
        for formula in rule.all("formula1").chain(rule.all("formula2")) {
            check_length(&formula.whole_text(), 255, "a validation", faults);
        }
        for (text, longest) in [
            ("promptTitle", 32),
            ("errorTitle", 32),
            ("prompt", 255),
            ("error", 255),
        ] {
            check_length(&unescaped(rule.get(text)), longest, text, faults);
        }
    }
}

fn links(book: &Book<'_>, sheet: &Element, faults: &mut Vec<String>) {
    let mut known = BTreeSet::new();
    let list = sheet.child("hyperlinks");
    let mut count = 0;
    for link in list.iter().flat_map(|list| list.all("hyperlink")) {
        count += 1;
        let from = link.get("ref");
        if Area::parsed(from).is_none() || !known.insert(from) {
            faults.push(format!("a link from {from:?}"));
        }
        let to = unescaped(link.get("location"));
        let inside = reference(&to).is_some_and(|(sheet, _)| book.names.contains(&sheet));
        if link.has("r:id").is_none() && !inside {
            faults.push(format!("the link from {from} leads to no cell: {to:?}"));
        }
        check_length(&to, 2_079, "a link", faults);
        check_length(
            &unescaped(link.get("tooltip")),
            255,
            "the tip of a link",
            faults,
        );
    }
    if count > 65_530 {
        faults.push(format!("{count} links"));
    }
}

fn notes(part: &Element, faults: &mut Vec<String>) {
    let mut known = BTreeSet::new();
    let authors = part
        .child("authors")
        .map_or(0, |authors| authors.children.len());
    let list = part.child("commentList");
    for note in list.iter().flat_map(|list| list.all("comment")) {
        let at = note.get("ref");
        if !Area::parsed(at).is_some_and(|area| area.is_one_cell()) || !known.insert(at) {
            faults.push(format!("a note at {at:?}"));
        }
        if note
            .number("authorId")
            .is_none_or(|author: usize| author >= authors)
        {
            faults.push(format!("the note at {at} has no author"));
        }
        check_length(&note.whole_text(), 32_767, "a note", faults);
    }
}

fn shapes(part: &Element, faults: &mut Vec<String>) {
    let mut known = BTreeSet::new();
    for shape in part.all("shape") {
        if !known.insert(shape.get("id")) {
            faults.push(format!("two shapes {}", shape.get("id")));
        }
    }
}
