//! The county's rosters as workbooks, as a clerk would hand them in: a title above the headings,
//! what a household shares only on its head's row, numbers kept as text.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::code_list::CodeList;
use crate::household::{HouseholdFacts, IdentityNumber, Member};
use crate::staff::StaffFacts;
use crate::workbook::style;

/// What a clerk puts into one cell.
enum Entry {
    Nothing,
    Text(String),
    Yuan(i64),
    Count(i64),
}

/// One column: its heading and what stands below it.
type Column<R> = (&'static str, fn(&R) -> Entry);

/// One row of the household roster.
struct Person<'a> {
    household: &'a HouseholdFacts,
    member: &'a Member,
    is_first: bool,
}

fn text(text: Option<&str>) -> Entry {
    text.map_or(Entry::Nothing, |text| Entry::Text(text.to_owned()))
}

fn code<T: CodeList>(value: Option<T>) -> Entry {
    text(value.map(CodeList::label))
}

fn codes<T: CodeList>(values: &[T]) -> Entry {
    let labels: Vec<_> = values.iter().map(|value| value.label()).collect();
    text(Some(labels.join("、").as_str()).filter(|labels| !labels.is_empty()))
}

fn yes_no(value: Option<bool>) -> Entry {
    text(value.map(|yes| if yes { "是" } else { "否" }))
}

fn yuan(fen: Option<i64>) -> Entry {
    fen.map_or(Entry::Nothing, Entry::Yuan)
}

fn count(value: Option<i64>) -> Entry {
    value.map_or(Entry::Nothing, Entry::Count)
}

/// A column that stands on the head's row only.
macro_rules! once {
    ($row:ident => $entry:expr) => {
        |$row: &Person| {
            if $row.is_first {
                $entry
            } else {
                Entry::Nothing
            }
        }
    };
}

fn household_columns<'a>() -> Vec<Column<Person<'a>>> {
    vec![
        ("镇(乡、街道)*", |row| text(Some(&row.household.town))),
        ("村(居)*", |row| text(Some(&row.household.village))),
        ("组", |row| text(row.household.group_name.as_deref())),
        ("户编号", |row| text(row.household.number.as_deref())),
        ("户主姓名", |row| {
            text(row.household.head().map(|head| head.name.as_str()))
        }),
        ("姓名*", |row| text(Some(&row.member.name))),
        ("性别", |row| code(row.member.sex)),
        ("公民身份号码", |row| {
            text(
                row.member
                    .identity_number
                    .as_ref()
                    .map(IdentityNumber::whole),
            )
        }),
        ("与户主\n关系*", |row| code(Some(row.member.relation))),
        ("民族", |row| text(row.member.ethnicity.as_deref())),
        ("文化程度", |row| code(row.member.education)),
        ("在校生状况", |row| code(row.member.schooling)),
        ("健康状况", |row| code(row.member.health)),
        ("劳动技能", |row| code(row.member.labour)),
        ("务工状况", |row| code(row.member.workplace)),
        ("务工时间(月)", |row| count(row.member.months_worked)),
        ("是否参加城乡居民基本医疗保险", |row| {
            yes_no(row.member.resident_medical)
        }),
        ("是否参加城乡居民基本养老保险", |row| {
            yes_no(row.member.resident_pension)
        }),
        ("是否享受低保", |row| {
            yes_no(row.member.minimum_living)
        }),
        ("联系电话", |row| {
            text(
                row.member.phone.as_deref().or(row
                    .household
                    .phone
                    .as_deref()
                    .filter(|_| row.is_first)),
            )
        }),
        (
            "家庭住址",
            once!(row => text(row.household.address.as_deref())),
        ),
        (
            "识别年度",
            once!(row => count(row.household.identified_year)),
        ),
        ("贫困户属性", once!(row => code(row.household.category))),
        ("脱贫属性", once!(row => code(Some(row.household.status)))),
        ("脱贫年度", once!(row => count(row.household.lifted_year))),
        ("主要致贫原因", once!(row => code(row.household.main_cause))),
        (
            "其他致贫原因",
            once!(row => codes(&row.household.other_causes)),
        ),
        (
            "家庭人口",
            once!(row => count(i64::try_from(row.household.members.len()).ok())),
        ),
        (
            "工资性收入(元)",
            once!(row => yuan(row.household.wage_income_fen)),
        ),
        (
            "生产经营性收入(元)",
            once!(row => yuan(row.household.business_income_fen)),
        ),
        (
            "财产性收入(元)",
            once!(row => yuan(row.household.property_income_fen)),
        ),
        (
            "转移性收入(元)",
            once!(row => yuan(row.household.transfer_income_fen)),
        ),
        (
            "生产经营性支出(元)",
            once!(row => yuan(row.household.business_expense_fen)),
        ),
        (
            "家庭人均纯收入(元)",
            once!(row => yuan(row.household.income_per_head_fen)),
        ),
        ("危房等级", once!(row => code(row.household.housing_grade))),
        ("住房安全", once!(row => yes_no(row.household.housing_safe))),
        ("饮水安全", once!(row => yes_no(row.household.water_safe))),
        (
            "内心诉求",
            once!(row => text(row.household.wishes.as_deref())),
        ),
        (
            "帮扶思路",
            once!(row => text(row.household.approach.as_deref())),
        ),
        ("帮扶措施", once!(row => codes(&row.household.measures))),
    ]
}

const STAFF: &[Column<StaffFacts>] = &[
    ("工号", |person| text(person.number.as_deref())),
    ("姓名*", |person| text(Some(&person.name))),
    ("性别", |person| code(person.sex)),
    ("身份证号", |person| {
        text(person.identity_number.as_ref().map(IdentityNumber::whole))
    }),
    ("单位*", |person| text(Some(&person.unit))),
    ("职务", |person| text(person.position.as_deref())),
    ("职级", |person| code(Some(person.rank))),
    ("政治面貌", |person| {
        text(person.political_status.as_deref())
    }),
    ("联系电话", |person| text(person.phone.as_deref())),
    ("可帮扶户数", |person| count(person.capacity)),
    ("负责镇", |person| text(person.town.as_deref())),
    ("负责村", |person| text(person.village.as_deref())),
    ("专长", |person| text(person.specialty.as_deref())),
];

/// One row a person, as an .xlsx file.
pub fn household_roster(households: &[HouseholdFacts]) -> Result<Vec<u8>, XlsxError> {
    let people = households.iter().flat_map(|household| {
        household
            .members
            .iter()
            .enumerate()
            .map(move |(position, member)| Person {
                household,
                member,
                is_first: position == 0,
            })
    });
    workbook("建档立卡户花名册（虚构数据）", &household_columns(), people)
}

/// One row a person, as an .xlsx file.
pub fn staff_roster(staff: &[StaffFacts]) -> Result<Vec<u8>, XlsxError> {
    workbook("帮扶责任人花名册（虚构数据）", STAFF, staff.iter().cloned())
}

/// Row of the headings: below the title.
const HEADINGS_ROW: u32 = 1;

fn workbook<R>(
    title: &str,
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("花名册")?;
    let last = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.merge_range(0, 0, 0, last, title, &style::title())?;
    for (index, (heading, _)) in (0_u16..).zip(columns) {
        sheet.write_with_format(HEADINGS_ROW, index, *heading, &style::heading())?;
    }
    let formats = (style::number_as_text(), style::money(), style::integer());
    for (number, row) in (HEADINGS_ROW + 1..).zip(rows) {
        for (index, (_, entry)) in (0_u16..).zip(columns) {
            write(sheet, number, index, entry(&row), &formats)?;
        }
    }
    sheet.set_freeze_panes(HEADINGS_ROW + 1, 0)?;
    workbook.save_to_buffer()
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    entry: Entry,
    (as_text, money, integer): &(Format, Format, Format),
) -> Result<(), XlsxError> {
    match entry {
        Entry::Nothing => return Ok(()),
        Entry::Text(text) => sheet.write_string_with_format(row, column, text, as_text)?,
        Entry::Yuan(fen) => {
            // Exact: a household's income in fen is far below 2^53.
            #[allow(clippy::cast_precision_loss)]
            let yuan = fen as f64 / 100.0;
            sheet.write_number_with_format(row, column, yuan, money)?
        }
        Entry::Count(count) => {
            #[allow(clippy::cast_precision_loss)]
            let count = count as f64;
            sheet.write_number_with_format(row, column, count, integer)?
        }
    };
    Ok(())
}
