//! A column: its headings, what it holds, and where that goes.

use chrono::NaiveDate;

use super::codes::{ambiguous_code, read_codes, refused_code};
use super::record::{Given, Put, PutCode, Record};
use crate::household::IdentityNumber;
use crate::problem::{Text, words};
use crate::text::squeezed;
use crate::value;
use crate::value::{Day, Refusal, Unit, repair};
use crate::workbook::reader::Cell;

/// What a column holds, and where it goes.
pub enum Kind<R> {
    /// Any text.
    Text {
        /// Most characters.
        longest: usize,
        /// Where it goes.
        put: fn(&mut R, String) -> Put,
    },
    /// A person's name.
    Name(fn(&mut R, String) -> Put),
    /// The names of one person or of several.
    Names(fn(&mut R, String) -> Put),
    /// The name of a place or unit.
    Place {
        /// Most characters.
        longest: usize,
        /// Where it goes.
        put: fn(&mut R, String) -> Put,
    },
    /// The names of places, one or several.
    Places {
        /// Most characters.
        longest: usize,
        /// Where they go.
        put: fn(&mut R, String) -> Put,
    },
    /// A number that is a name: 户编号.
    Number(fn(&mut R, String) -> Put),
    /// A telephone number.
    Phone(fn(&mut R, String) -> Put),
    /// An identity number (公民身份号码), checked.
    Identity(fn(&mut R, IdentityNumber) -> Put),
    /// 是 or 否.
    YesNo(fn(&mut R, bool) -> Put),
    /// 是 or 否, or safe or not in words.
    Safe(fn(&mut R, bool) -> Put),
    /// A day, or a month without a day.
    Date {
        /// Where a day goes.
        put: fn(&mut R, NaiveDate) -> Put,
        /// Where the first day of a month goes that has no day.
        month: fn(&mut R, NaiveDate),
    },
    /// A year of four digits.
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

/// The heading of a column that counts rows or households, and is not kept.
pub const SERIAL: &str = "序号";
/// The heading of a column that counts households, and is not kept.
pub const HOUSEHOLD_SERIAL: &str = "户序号";

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
    /// Whether a value that no list has is told, and does not keep the record out: a column without which a
    /// roster is as good.
    pub may_be_unknown: bool,
    /// Whether «none» in a column of whole numbers is 0, and not a cell without a value.
    pub none_is_zero: bool,
    /// Words that mean yes in this column alone: a kind of what it asks for.
    pub also_yes: &'static [&'static str],
    /// The labels any of which a word of this column alone may mean, where it may mean several: it is
    /// refused, and they are named.
    pub meanings: fn(&str) -> Vec<&'static str>,
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
            may_be_unknown: false,
            none_is_zero: false,
            also_yes: &[],
            meanings: |_| Vec::new(),
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

    /// Whether a cell of it holds digits, which Excel shows as ##### where a column is too narrow.
    fn holds_digits(&self) -> bool {
        matches!(
            self.kind,
            Kind::Number(_)
                | Kind::Phone(_)
                | Kind::Identity(_)
                | Kind::Date { .. }
                | Kind::Year(_)
                | Kind::Money(_)
                | Kind::Integer { .. }
        )
    }

    /// Whether the cell is one of the words that mean yes in this column alone.
    fn says_yes(&self, cell: &Cell<'_>) -> bool {
        !self.also_yes.is_empty()
            && matches!(cell, Cell::Text(text) if self.also_yes.contains(&squeezed(text).as_str()))
    }

    /// What it is for people: its heading, and the English name of its field.
    pub fn label(&self) -> Text {
        Text::new(self.heading, self.key.replace('_', " "))
    }

    /// Reads a cell into the row.
    pub fn read(&self, row: &mut R, cell: &Cell<'_>, unit: Unit) -> Result<Given, Refusal> {
        if self.holds_digits() && value::hides_number(cell) {
            return Err(Refusal::new(
                "number_damaged",
                words!(
                    "列太窄，保存下来的是“#####”，原来的内容已经丢失",
                    "the column was too narrow: “#####” was kept, and what stood there is lost"
                ),
                words!(
                    "请在原表中把列拉宽，再重新导出或填写",
                    "widen the column in the original table and export or fill it in again"
                ),
            ));
        }
        let mut doubt = None;
        let read = match &self.kind {
            Kind::Text { longest, put } => value::line(cell, *longest)?.map(|line| {
                let repair = repair::line(&line);
                doubt = line.doubt;
                (put(row, line.text), repair)
            }),
            Kind::Place { longest, put } => value::place(cell, *longest)?.map(|line| {
                let repair = repair::line(&line);
                doubt = line.doubt;
                (put(row, line.text), repair)
            }),
            Kind::Places { longest, put } => value::places(cell, *longest)?.map(|line| {
                let repair = repair::line(&line);
                doubt = line.doubt;
                (put(row, line.text), repair)
            }),
            Kind::Name(put) => value::name(cell)?.map(|name| {
                let repair = repair::name(&name);
                doubt = name.doubt;
                if let Some(note) = name.note {
                    row.note(note, self.is_shared());
                }
                (put(row, name.text), repair)
            }),
            Kind::Names(put) => value::names(cell)?.map(|names| {
                let repair = repair::name(&names);
                doubt = names.doubt;
                if let Some(note) = names.note {
                    row.note(format!("{}{note}", self.heading), self.is_shared());
                }
                (put(row, names.text), repair)
            }),
            Kind::Phone(put) => value::phone(cell)?.map(|phone| {
                let repair = repair::phone(cell, &phone);
                if let Some(rest) = phone.rest {
                    row.note(rest, self.is_shared());
                }
                (put(row, phone.number), repair)
            }),
            Kind::Number(put) => value::code_number(cell, 40)?.map(|value| {
                let repair = repair::number(cell, &value);
                (put(row, value), repair)
            }),
            Kind::Identity(put) => value::identity(cell)?.map(|value| {
                let repair = repair::identity(cell, &value);
                (put(row, value), repair)
            }),
            Kind::YesNo(put) if self.says_yes(cell) => {
                Some((put(row, true), repair::answer(cell, true, &[])))
            }
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
            Kind::Integer { least, most, put } if self.none_is_zero && value::says_none(cell) => {
                debug_assert!((*least..=*most).contains(&0));
                Some((put(row, 0), Some(repair::none())))
            }
            Kind::Integer { least, most, put } => value::integer(cell, *least, *most)?
                .map(|value| (put(row, value), repair::integer(cell, value))),
            Kind::Code { labels, put } => {
                let text = value::plain(cell)?;
                match put(row, &text) {
                    None if text.is_empty() || value::says_nothing(&text) => None,
                    None => {
                        let meanings = (self.meanings)(&text);
                        if !meanings.is_empty() {
                            return Err(ambiguous_code(&text, &meanings));
                        }
                        let refusal = refused_code(&text, &labels(), *put);
                        return if self.may_be_unknown {
                            Ok(Given {
                                doubt: Some(refusal.proposing(None)),
                                ..Given::default()
                            })
                        } else {
                            Err(refusal)
                        };
                    }
                    Some((put, label)) => Some((put, repair::code(&text, label))),
                }
            }
            Kind::Codes { labels, most, put } => {
                return read_codes(row, cell, *labels, *most, *put);
            }
            Kind::NotKept => return Ok(Given::default()),
        };
        match read {
            Some((Put::Differs, _)) => Err(Refusal::new(
                "columns_contradict",
                words!(
                    "与本行另一列的内容矛盾",
                    "contradicts another column of this row"
                ),
                words!(
                    "请核对两列，改成一致，或只保留一列",
                    "check both columns and make them the same, or keep one"
                ),
            )),
            Some((_, repair)) => Ok(Given {
                value: true,
                repair,
                doubt,
                placeholder: false,
            }),
            None => Ok(Given {
                placeholder: !value::is_mark(cell),
                ..Given::default()
            }),
        }
    }
}
