//! Messy workbooks: rows of values, with what people do to them.

use qianshou::household::IdentityNumber;
use qianshou::roster::choices::Choices;
use qianshou::roster::profile::Profile;
use qianshou::roster::report::RosterKind;
use rust_xlsxwriter::{Format, Workbook};

use super::Value;

/// A sheet.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    pub name: String,
    pub rows: Vec<Vec<Value>>,
    /// First and last row, first and last column, from 0.
    pub merged: Vec<(u32, u32, u16, u16)>,
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<u16>,
    pub hidden: bool,
}

/// The template's columns that every roster needs, and a few more.
pub const HEADINGS: &str =
    "镇(乡、街道) 村(居) 户编号 姓名 性别 证件号码 与户主关系 劳动技能 脱贫属性";

/// An identity number of the unissued area 320999.
pub fn id(born: &str, serial: u32) -> String {
    IdentityNumber::from_body(&format!("320999{born}{serial:03}"))
        .unwrap()
        .whole()
        .to_owned()
}

/// A row of texts: words with spaces between; `~` for an empty cell, `_` for a space.
pub fn row(words: &str) -> Vec<Value> {
    words
        .split(' ')
        .map(|word| match word {
            "~" => Value::Nothing,
            word => Value::Text(word.replace('_', " ")),
        })
        .collect()
}

/// Three persons of two households under [`HEADINGS`].
pub fn persons() -> Vec<Vec<Value>> {
    vec![
        row(&format!(
            "草庙镇 双喜村 D001 王大山 男 {} 户主 普通劳动力 未脱贫",
            id("19700101", 11)
        )),
        row(&format!(
            "草庙镇 双喜村 D001 李秀英 女 {} 配偶 普通劳动力 未脱贫",
            id("19710202", 22)
        )),
        row(&format!(
            "草庙镇 前进村 D002 张建国 男 {} 户主 无劳动力 未脱贫",
            id("19500303", 33)
        )),
    ]
}

impl Grid {
    pub fn new(rows: Vec<Vec<Value>>) -> Self {
        Self {
            name: "名册".to_owned(),
            rows,
            ..Self::default()
        }
    }

    /// [`persons`] under their headings.
    pub fn plain() -> Self {
        Self::under(HEADINGS)
    }

    /// [`persons`] under other headings.
    pub fn under(headings: &str) -> Self {
        let mut rows = vec![row(headings)];
        rows.extend(persons());
        Self::new(rows)
    }

    pub fn named(self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self
        }
    }

    /// With a further column: its heading, then what stands in the rows.
    pub fn column<V: Into<Value>>(
        mut self,
        heading: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.rows[0].push(heading.into());
        let width = self.rows[0].len();
        for (at, value) in values.into_iter().enumerate() {
            if at + 1 == self.rows.len() {
                // Another household of one.
                let number = id("19600101", 100 + u32::try_from(at).unwrap() * 2 + 1);
                let words =
                    format!("草庙镇 前进村 E{at:03} 周多寿 男 {number} 户主 无劳动力 未脱贫");
                let mut more = row(&words);
                more.resize(width - 1, Value::Nothing);
                self.rows.push(more);
            }
            self.rows[at + 1].resize(width - 1, Value::Nothing);
            self.rows[at + 1].push(value.into());
        }
        self
    }

    /// With something else in a cell, both from 0.
    pub fn cell(mut self, at: usize, column: usize, value: impl Into<Value>) -> Self {
        self.rows[at][column] = value.into();
        self
    }

    pub fn xlsx(&self) -> Vec<u8> {
        book(&[self])
    }

    /// As text, the cells joined by a separator.
    pub fn text(&self, separator: &str) -> String {
        let cell = |value: &Value| match value {
            Value::Nothing => String::new(),
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Date(day) => day.to_string(),
        };
        let line = |row: &Vec<Value>| row.iter().map(cell).collect::<Vec<_>>().join(separator);
        self.rows.iter().map(|row| line(row) + "\r\n").collect()
    }

    fn write(&self, workbook: &mut Workbook) {
        let plain = Format::new();
        let date = Format::new().set_num_format("yyyy-mm-dd");
        let sheet = workbook.add_worksheet().set_name(&self.name).unwrap();
        for (first, last, left, right) in &self.merged {
            sheet
                .merge_range(*first, *left, *last, *right, "", &plain)
                .unwrap();
        }
        for (at, row) in (0_u32..).zip(&self.rows) {
            for (column, value) in (0_u16..).zip(row) {
                match value {
                    Value::Nothing => continue,
                    Value::Text(text) if text == "#REF!" => {
                        let failed = rust_xlsxwriter::Formula::new("=1/0").set_result("#REF!");
                        sheet.write_formula(at, column, failed).unwrap()
                    }
                    Value::Text(text) if text == "TRUE" => {
                        sheet.write_boolean(at, column, true).unwrap()
                    }
                    Value::Text(text) => sheet.write_string(at, column, text).unwrap(),
                    Value::Number(number) => sheet.write_number(at, column, *number).unwrap(),
                    Value::Date(day) => sheet
                        .write_date_with_format(at, column, *day, &date)
                        .unwrap(),
                };
            }
        }
        for row in &self.hidden_rows {
            sheet.set_row_hidden(*row).unwrap();
        }
        for column in &self.hidden_columns {
            sheet.set_column_hidden(*column).unwrap();
        }
        sheet.set_hidden(self.hidden);
    }
}

/// A workbook of several sheets.
pub fn book(sheets: &[&Grid]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for sheet in sheets {
        sheet.write(&mut workbook);
    }
    if let Some(shown) = sheets.iter().position(|sheet| !sheet.hidden) {
        workbook
            .worksheet_from_index(shown)
            .unwrap()
            .set_active(true);
    }
    workbook.save_to_buffer().unwrap()
}

/// One messy workbook.
pub struct Mess {
    /// Name of its snapshot.
    pub name: &'static str,
    pub kind: RosterKind,
    pub bytes: Vec<u8>,
    pub choices: Choices,
    pub profiles: Vec<Profile>,
}

impl Mess {
    /// A roster of households without choices.
    pub fn new(name: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            name,
            kind: RosterKind::Households,
            bytes,
            choices: Choices::default(),
            profiles: Vec::new(),
        }
    }

    pub fn with(self, choices: Choices) -> Self {
        Self { choices, ..self }
    }
}
