//! The floor under any import of a roster: calamine reads every cell, and the same rows go into the
//! register's tables by prepared bulk inserts. No check, no preview, no history, no undo: what is
//! above this in `qianshou import` is what those cost.
//!
//! ```text
//! cargo run --release --example import_floor -- sqlite:FILE ROSTER.xlsx
//! ```
//!
//! The roster is one that `make_roster.py` wrote, the database one that `qianshou migrate` made.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, Reader, Xlsx};
use chrono::{NaiveDate, Utc};
use qianshou::db::{Db, Tx};
use qianshou::insert;
use uuid::Uuid;

/// Rows that are held before they are written.
const CHUNK: usize = 10_000;

type Cells = Vec<Option<Value>>;

#[derive(Clone)]
enum Value {
    Text(String),
    Number(f64),
    Date(NaiveDate),
}

struct Columns(HashMap<String, usize>);

impl Columns {
    fn value<'r>(&self, row: &'r Cells, heading: &str) -> Option<&'r Value> {
        row.get(*self.0.get(heading)?)?.as_ref()
    }

    fn text<'r>(&self, row: &'r Cells, heading: &str) -> Option<&'r str> {
        match self.value(row, heading)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "years, months and fen")]
    fn number(&self, row: &Cells, heading: &str, factor: f64) -> Option<i64> {
        match self.value(row, heading)? {
            Value::Number(number) => Some((number * factor).round() as i64),
            _ => None,
        }
    }

    fn date(&self, row: &Cells, heading: &str) -> Option<NaiveDate> {
        match self.value(row, heading)? {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    fn yes(&self, row: &Cells, heading: &str) -> Option<bool> {
        self.text(row, heading).map(|text| text == "是")
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("import_floor DATABASE_URL ROSTER.xlsx".into());
    };
    let db = Db::open(&url).await?;
    let mut xlsx: Xlsx<_> = Xlsx::new(BufReader::new(File::open(path)?))?;
    let sheet = xlsx.sheet_names()[0].clone();
    let mut reader = xlsx.worksheet_cells_reader(&sheet)?;
    let mut tx = db.write().await?;
    let mut columns = Columns(HashMap::new());
    let mut known: HashMap<String, (Uuid, i64)> = HashMap::new();
    let mut households: Vec<(Uuid, Cells)> = Vec::new();
    let mut members: Vec<(Uuid, i64, Cells)> = Vec::new();
    let (mut at, mut row): (u32, Cells) = (0, Vec::new());
    loop {
        let cell = reader.next_cell()?;
        let position = cell.as_ref().map(calamine::Cell::get_position);
        if position.is_none_or(|(line, _)| line != at) {
            let full = std::mem::take(&mut row);
            if at == 0 {
                for (index, value) in full.into_iter().enumerate() {
                    if let Some(Value::Text(heading)) = value {
                        columns.0.insert(heading, index);
                    }
                }
            } else {
                let number = columns.text(&full, "户编号").unwrap_or_default();
                let household = known.entry(number.to_owned()).or_insert_with(|| {
                    let id = Uuid::now_v7();
                    households.push((id, full.clone()));
                    (id, 0)
                });
                household.1 += 1;
                members.push((household.0, household.1, full));
            }
            if members.len() == CHUNK || position.is_none() {
                write_households(&mut tx, &columns, &households).await?;
                write_members(&mut tx, &columns, &members).await?;
                households.clear();
                members.clear();
            }
        }
        let (Some(cell), Some((line, column))) = (cell, position) else {
            break;
        };
        at = line;
        let value = match cell.get_value() {
            DataRef::SharedString(text) => Value::Text((*text).to_owned()),
            DataRef::String(text) => Value::Text(text.clone()),
            DataRef::Float(number) => Value::Number(*number),
            DataRef::DateTime(time) => match time.as_datetime() {
                Some(time) => Value::Date(time.date()),
                None => continue,
            },
            _ => continue,
        };
        let column = column as usize;
        if row.len() <= column {
            row.resize(column + 1, None);
        }
        row[column] = Some(value);
    }
    tx.commit().await?;
    db.close().await;
    Ok(())
}

async fn write_households(
    tx: &mut Tx,
    columns: &Columns,
    households: &[(Uuid, Cells)],
) -> Result<(), sqlx::Error> {
    let now = Utc::now();
    let list = |household: &(Uuid, Cells), heading: &str| {
        format!(
            "[\"{}\"]",
            columns.text(&household.1, heading).unwrap_or_default()
        )
    };
    let fen =
        |household: &(Uuid, Cells), heading: &str| columns.number(&household.1, heading, 100.0);
    insert!(tx, "household", households, |household| {
        id: household.0,
        number: columns.text(&household.1, "户编号"),
        town: columns.text(&household.1, "镇(乡、街道)"),
        village: columns.text(&household.1, "村(居)"),
        group_name: columns.text(&household.1, "组"),
        phone: columns.text(&household.1, "联系电话"),
        address: columns.text(&household.1, "家庭住址"),
        identified_year: columns.number(&household.1, "识别年度", 1.0),
        category: columns.text(&household.1, "贫困户属性"),
        status: columns.text(&household.1, "脱贫属性"),
        lifted_year: columns.number(&household.1, "脱贫年度", 1.0),
        main_cause: columns.text(&household.1, "主要致贫原因"),
        other_causes: list(household, "其他致贫原因"),
        wage_income_fen: fen(household, "工资性收入(元)"),
        business_income_fen: fen(household, "生产经营性收入(元)"),
        property_income_fen: fen(household, "财产性收入(元)"),
        transfer_income_fen: fen(household, "转移性收入(元)"),
        business_expense_fen: fen(household, "生产经营性支出(元)"),
        income_per_head_fen: fen(household, "年人均纯收入(元)"),
        housing_grade: columns.text(&household.1, "危房等级"),
        housing_safe: columns.yes(&household.1, "住房安全"),
        water_safe: columns.yes(&household.1, "饮水安全"),
        wishes: columns.text(&household.1, "内心诉求"),
        approach: columns.text(&household.1, "帮扶思路"),
        measures: list(household, "帮扶措施"),
        roster_helper: columns.text(&household.1, "帮扶责任人"),
        roster_unit: columns.text(&household.1, "帮扶单位"),
        remark: columns.text(&household.1, "备注"),
        head_name: columns.text(&household.1, "姓名"),
        size: columns.number(&household.1, "家庭人口", 1.0).unwrap_or_default(),
        version: 1_i64,
        created_at: now,
        updated_at: now,
    })
}

async fn write_members(
    tx: &mut Tx,
    columns: &Columns,
    members: &[(Uuid, i64, Cells)],
) -> Result<(), sqlx::Error> {
    insert!(tx, "member", members, |member| {
        id: Uuid::now_v7(),
        household_id: member.0,
        position: member.1,
        name: columns.text(&member.2, "姓名"),
        sex: columns.text(&member.2, "性别"),
        identity_number: columns.text(&member.2, "证件号码"),
        relation: columns.text(&member.2, "与户主关系"),
        ethnicity: columns.text(&member.2, "民族"),
        birth_date: columns.date(&member.2, "出生日期"),
        education: columns.text(&member.2, "文化程度"),
        schooling: columns.text(&member.2, "在校生状况"),
        health: columns.text(&member.2, "健康状况"),
        labour: columns.text(&member.2, "劳动技能"),
        workplace: columns.text(&member.2, "务工状况"),
        months_worked: columns.number(&member.2, "务工时间(月)", 1.0),
        phone: columns.text(&member.2, "联系电话"),
        resident_medical: columns.yes(&member.2, "是否参加城乡居民基本医疗保险"),
        employee_medical: columns.yes(&member.2, "是否参加城镇职工基本医疗保险"),
        resident_pension: columns.yes(&member.2, "是否参加城乡居民基本养老保险"),
        critical_illness: columns.yes(&member.2, "是否参加大病保险"),
        minimum_living: columns.yes(&member.2, "是否享受低保"),
    })
}
