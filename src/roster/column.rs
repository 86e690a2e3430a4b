//! Columns of a roster: one table a roster, which the template writer, the header matcher and the
//! parser all read.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::value::repair::{self, Repair};
use super::value::{self, Day, Refusal, Unit};
use crate::code_list::CodeList;
use crate::household::IdentityNumber;
use crate::text::squeezed;
use crate::workbook::reader::Cell;

/// What one row of a roster is read into, in parts.
pub trait Record: Default + 'static {
    /// What rows may share: the household.
    type Whole;
    /// What rows may share and what ends with the import.
    type Shared;
    /// What a row alone is about: the person.
    type Part;

    /// Fields by which a row speaks of one part: a sheet without columns of them has one row a whole.
    const OF_PART: &'static [&'static str];
    /// Fields by which a row names its whole, in a sheet that has one row a whole.
    const OF_WHOLE: &'static [&'static str];
    /// Fields by which rows of two sheets find each other.
    const JOINS: &'static [&'static str];

    /// Whether what the row says elsewhere makes a refused cell of field `key` no mistake.
    fn forgives(&self, _key: &str) -> bool {
        false
    }

    /// Is told that a cell of field `key` was put right in this way.
    fn repaired(&mut self, _key: &str, _code: &str) {}
}

/// What putting a value into its place came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// Nothing was there.
    New,
    /// The same was there.
    Same,
    /// Something else was there, and stays.
    Differs,
}

/// A place for a value that may be empty.
pub trait Slot: Clone + PartialEq {
    /// Whether nothing is there.
    fn is_unset(&self) -> bool;
}

impl<T: Clone + PartialEq> Slot for Option<T> {
    fn is_unset(&self) -> bool {
        self.is_none()
    }
}

impl<T: Clone + PartialEq> Slot for Vec<T> {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

impl Slot for String {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

/// Puts a value into a place.
pub fn put<S: Slot>(slot: &mut S, value: S) -> Put {
    if slot.is_unset() {
        *slot = value;
        Put::New
    } else if *slot == value {
        Put::Same
    } else {
        Put::Differs
    }
}

/// Puts a value that is there into a place.
pub fn merge<S: Slot>(slot: &mut S, other: &S) -> Put {
    if other.is_unset() || slot == other {
        Put::Same
    } else if slot.is_unset() {
        slot.clone_from(other);
        Put::New
    } else {
        Put::Differs
    }
}

/// Puts the value that a text means into a row, and gives its label.
pub type PutCode<R> = fn(&mut R, &str) -> Option<(Put, &'static str)>;

/// What reading a cell gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Whether it gave a value.
    pub value: bool,
    /// What was put right.
    pub repair: Option<Repair>,
}

/// What a column holds, and where it goes.
pub enum Kind<R> {
    /// Text.
    Text {
        /// Most characters.
        longest: usize,
        /// Where it goes.
        put: fn(&mut R, String) -> Put,
    },
    /// A person's name.
    Name(fn(&mut R, String) -> Put),
    /// A number that is a name: 户编号, telephone.
    Number(fn(&mut R, String) -> Put),
    /// An identity number.
    Identity(fn(&mut R, IdentityNumber) -> Put),
    /// 是 or 否.
    YesNo(fn(&mut R, bool) -> Put),
    /// 是 or 否, or safe or not in words.
    Safe(fn(&mut R, bool) -> Put),
    /// A date.
    Date {
        /// Where a day goes.
        put: fn(&mut R, NaiveDate) -> Put,
        /// Where the first day of a month goes that has no day.
        month: fn(&mut R, NaiveDate),
    },
    /// A year.
    Year(fn(&mut R, i64) -> Put),
    /// Money, in fen.
    Money(fn(&mut R, i64) -> Put),
    /// A whole number.
    Integer {
        /// Least that can be meant.
        least: i64,
        /// Most that can be meant.
        most: i64,
        /// Where it goes.
        put: fn(&mut R, i64) -> Put,
    },
    /// One value of a code list.
    Code {
        /// What may stand there.
        labels: fn() -> Vec<&'static str>,
        /// Where it goes, and its label; nothing for a text that is not on the list.
        put: PutCode<R>,
    },
    /// Some values of a code list.
    Codes {
        /// What may stand there.
        labels: fn() -> Vec<&'static str>,
        /// Most values.
        most: usize,
        /// Where each goes, and its label; nothing for a text that is not on the list.
        put: PutCode<R>,
    },
    /// Known from the national system's export, and not kept.
    NotKept,
}

/// How the value of a field goes from one record to another: from a row to its household, or from
/// what is on the register to a roster that has no such column.
pub enum Carry<R: Record> {
    /// A field that all rows of a household share.
    Whole(fn(&mut R::Whole, &R::Whole) -> Put),
    /// A field that all rows of a household share and that ends with the import.
    Shared(fn(&mut R::Shared, &R::Shared) -> Put),
    /// A field of the row alone.
    Part(fn(&mut R::Part, &R::Part) -> Put),
    /// Needed for the row itself only.
    Nothing,
}

/// One column of a roster.
pub struct Column<R: Record> {
    /// The field that it fills; several columns may fill one, such as 饮水安全 and 饮水困难.
    pub key: &'static str,
    /// Heading in our template.
    pub heading: &'static str,
    /// Other headings that are certain to mean the same.
    pub synonyms: &'static [&'static str],
    /// Whether a roster must have it.
    pub required: bool,
    /// Whether our template has it; the others are the national system's.
    pub in_template: bool,
    /// What it holds.
    pub kind: Kind<R>,
    /// How its value travels.
    pub carry: Carry<R>,
    /// Width in the template, in characters.
    pub width: u16,
    /// What the template's notes say about it.
    pub note: &'static str,
    /// A value for the template's sample.
    pub example: &'static str,
}

impl<R: Record> Column<R> {
    /// A column of the template.
    pub const fn new(
        key: &'static str,
        heading: &'static str,
        kind: Kind<R>,
        carry: Carry<R>,
    ) -> Self {
        Self {
            key,
            heading,
            synonyms: &[],
            required: false,
            in_template: true,
            kind,
            carry,
            width: 12,
            note: "",
            example: "",
        }
    }

    /// Whether its value is the household's and not the person's.
    pub fn is_shared(&self) -> bool {
        matches!(self.carry, Carry::Whole(_) | Carry::Shared(_))
    }

    /// Whether it holds identity numbers.
    pub fn is_identity(&self) -> bool {
        matches!(self.kind, Kind::Identity(_))
    }

    /// Reads a cell into the row.
    pub fn read(&self, row: &mut R, cell: &Cell<'_>, unit: Unit) -> Result<Given, Refusal> {
        let read = match &self.kind {
            Kind::Text { longest, put } => {
                value::text(cell, *longest)?.map(|value| (put(row, value), None))
            }
            Kind::Name(put) => value::name(cell)?.map(|value| (put(row, value), None)),
            Kind::Number(put) => value::code_number(cell, 40)?.map(|value| {
                let repair = repair::number(cell, &value);
                (put(row, value), repair)
            }),
            Kind::Identity(put) => value::identity(cell)?.map(|value| {
                let repair = repair::identity(cell, &value);
                (put(row, value), repair)
            }),
            Kind::YesNo(put) => value::yes_no(cell)?
                .map(|value| (put(row, value), repair::answer(cell, value, &[]))),
            Kind::Safe(put) => value::safe(cell)?.map(|value| {
                let usual = ["安全", "不安全"];
                (put(row, value), repair::answer(cell, value, &usual))
            }),
            Kind::Date { put, month } => match value::date(cell)? {
                Some(Day::Full(date)) => Some((put(row, date), repair::date(cell, date))),
                Some(Day::Month(first)) => {
                    month(row, first);
                    Some((Put::New, None))
                }
                None => None,
            },
            Kind::Year(put) => {
                value::year(cell)?.map(|value| (put(row, value), repair::year(cell, value)))
            }
            Kind::Money(put) => {
                value::money(cell, unit)?.map(|value| (put(row, value), repair::money(cell, value)))
            }
            Kind::Integer { least, most, put } => value::integer(cell, *least, *most)?
                .map(|value| (put(row, value), repair::integer(cell, value))),
            Kind::Code { labels, put } => {
                let text = value::plain(cell)?;
                match put(row, &text) {
                    None if text.is_empty() || value::says_nothing(&text) => None,
                    None => return Err(unknown_code(&text, &labels())),
                    Some((put, label)) => Some((put, repair::code(&text, label))),
                }
            }
            Kind::Codes { labels, most, put } => {
                return read_codes(row, cell, *labels, *most, *put);
            }
            Kind::NotKept => None,
        };
        match read {
            Some((Put::Differs, _)) => Err(Refusal::new(
                "columns_contradict",
                "与本行另一列的内容矛盾",
                "请核对两列，改成一致，或只保留一列",
            )),
            Some((_, repair)) => Ok(Given {
                value: true,
                repair,
            }),
            None => Ok(Given::default()),
        }
    }
}

fn read_codes<R>(
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

/// What a list of values may mean some of which are not known: those that are, and the nearest for the
/// others; nothing if one of them is like nothing.
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

fn unknown_code(text: &str, labels: &[&str]) -> Refusal {
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

/// Whether a field of this name can be chosen for a column.
pub fn is_field<R: Record>(table: &'static [Column<R>], field: &str) -> bool {
    Headings::of(table).field(field).is_some()
}

/// A heading in the forms in which it is compared.
#[derive(Debug, PartialEq, Eq)]
pub struct Heading {
    /// Without marks and brackets.
    full: String,
    /// Without what stands in brackets, too.
    bare: String,
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
    table: &'static [Column<R>],
    full: HashMap<String, &'static Column<R>>,
    bare: HashMap<String, &'static Column<R>>,
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

    /// The table.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::{household, staff};
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn key(heading: &str) -> Option<&'static str> {
        Headings::of(household::COLUMNS)
            .find(&Heading::new(heading))
            .map(|column| column.key)
    }

    #[test]
    fn every_heading_and_synonym_finds_its_own_column() {
        fn check<R: Record>(table: &'static [Column<R>]) {
            let mut seen = HashSet::new();
            let headings = Headings::of(table);
            for column in table {
                assert!(
                    seen.insert(column.heading),
                    "{} stands twice",
                    column.heading
                );
                for text in std::iter::once(&column.heading).chain(column.synonyms) {
                    let found = headings.find(&Heading::new(text)).unwrap();
                    assert_eq!(found.heading, column.heading, "{text}");
                }
            }
        }
        check(household::COLUMNS);
        check(staff::COLUMNS);
    }

    #[test]
    fn headings_are_found_as_offices_write_them() {
        for (heading, wanted) in [
            ("*姓名", "name"),
            ("姓 名\n（必填）", "name"),
            ("身份证号码", "identity_number"),
            ("公民身份号码", "identity_number"),
            ("乡（镇）", "town"),
            ("村(社区)", "village"),
            ("与户主的关系", "relation"),
            ("家庭人均纯收入（元）", "income_per_head_fen"),
            ("致贫主因", "main_cause"),
            ("务工时间\n(月)", "months_worked"),
            ("是否解决安全饮用水", "water_safe"),
            ("饮水困难", "water_safe"),
        ] {
            assert_eq!(key(heading), Some(wanted), "{heading}");
        }
        for stranger in ["", "*", "（备注）", "身高", "户"] {
            assert_eq!(key(stranger), None, "{stranger}");
        }
    }

    #[test]
    fn a_heading_says_the_unit() {
        assert_eq!(
            Heading::new("工资性收入（万元）").unit,
            Unit::TenThousandYuan
        );
        assert_eq!(key("工资性收入（万元）"), Some("wage_income_fen"));
    }

    proptest! {
        #[test]
        fn any_text_in_any_column_is_read_or_refused(text in "\\PC{0,30}|[是否男女户主因病、0-9.年-]{0,8}") {
            let cell = Cell::Text(text.as_str().into());
            for column in household::COLUMNS {
                let _ = column.read(&mut household::HouseholdRow::default(), &cell, Unit::Yuan);
            }
            for column in staff::COLUMNS {
                let _ = column.read(&mut staff::StaffRow::default(), &cell, Unit::Yuan);
            }
        }

        #[test]
        fn any_heading_is_found_or_not(text in "\\PC{0,30}") {
            let _ = key(&text);
        }
    }
}
