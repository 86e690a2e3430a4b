//! The headings under which columns are known.

use std::collections::HashMap;

use super::model::Column;
use super::record::Record;
use crate::text::squeezed;
use crate::value::Unit;

/// Whether a field of this name can be chosen for a column.
pub fn is_field<R: Record>(table: &'static [Column<R>], field: &str) -> bool {
    Headings::of(table).field(field).is_some()
}

/// A heading in the forms in which it is compared.
#[derive(Debug, PartialEq, Eq)]
pub struct Heading {
    /// Without marks and brackets.
    pub(super) full: String,
    /// Without what stands in brackets, too.
    pub(super) bare: String,
    /// The unit of money that it names.
    pub unit: Unit,
}

impl Heading {
    /// Reads a heading.
    pub fn new(text: &str) -> Self {
        let tight = squeezed(text);
        let mut full = String::with_capacity(tight.len());
        let mut bare = String::with_capacity(tight.len());
        let mut depth = 0_u32;
        for character in tight.chars() {
            match character {
                '(' | '[' | '【' | '〔' | '{' => depth += 1,
                ')' | ']' | '】' | '〕' | '}' => depth = depth.saturating_sub(1),
                '*' | '★' | '※' | '、' | ',' | '.' | ':' | ';' | '/' | '·' | '-' | '_' | '"'
                | '“' | '”' | '\'' | '?' | '。' => {}
                _ => {
                    full.push(character);
                    if depth == 0 {
                        bare.push(character);
                    }
                }
            }
        }
        let unit = if tight.contains("万元") {
            Unit::TenThousandYuan
        } else {
            Unit::Yuan
        };
        Self { full, bare, unit }
    }

    /// Without marks, brackets and what stands in them.
    pub fn bare(&self) -> &str {
        &self.bare
    }
}

/// All headings under which the columns of a table are known.
pub struct Headings<R: Record> {
    pub(super) table: &'static [Column<R>],
    pub(super) full: HashMap<String, &'static Column<R>>,
    pub(super) bare: HashMap<String, &'static Column<R>>,
}

impl<R: Record> Headings<R> {
    /// The headings and synonyms of a table.
    pub fn of(table: &'static [Column<R>]) -> Self {
        let mut headings = Self {
            table,
            full: HashMap::new(),
            bare: HashMap::new(),
        };
        for column in table {
            for text in std::iter::once(&column.heading).chain(column.synonyms) {
                let known = Heading::new(text);
                headings.full.entry(known.full).or_insert(column);
                headings.bare.entry(known.bare).or_insert(column);
            }
        }
        headings
    }

    /// The table of which they are.
    pub fn table(&self) -> &'static [Column<R>] {
        self.table
    }

    /// All headings and synonyms, without what stands in brackets.
    pub fn names(&self) -> impl Iterator<Item = (&str, &'static Column<R>)> {
        self.bare
            .iter()
            .map(|(name, column)| (name.as_str(), *column))
    }

    /// The column that fills a field: by its key, or by its heading in our template.
    pub fn field(&self, field: &str) -> Option<&'static Column<R>> {
        let by_key = self.table.iter().find(|column| column.key == field);
        by_key
            .or_else(|| self.table.iter().find(|column| column.heading == field))
            .filter(|_| !field.is_empty())
    }

    /// The column of a heading: what stands in brackets counts if it must.
    pub fn find(&self, heading: &Heading) -> Option<&'static Column<R>> {
        if heading.bare.is_empty() {
            return None;
        }
        self.full
            .get(&heading.full)
            .or_else(|| self.full.get(&heading.bare))
            .or_else(|| self.bare.get(&heading.bare))
            .or_else(|| self.bare.get(&heading.full))
            .copied()
    }
}
