//! Problems told by kind and column: in the report of an import, in its list of problems, and in the marked
//! file.

use qianshou::household::{HouseholdFacts, Labour};
use qianshou::staff::StaffFacts;
use serde_json::{Value as Json, json};

use crate::support::roster::{
    HOUSEHOLDS, STAFF, full_teacher, import_path, numbered_household, roster_of,
};
use crate::support::{Client, RosterFile, TestServer, Value};

/// Households `A1`, `A2` …, whose heads are told apart.
fn households(count: usize) -> Vec<HouseholdFacts> {
    (1..=count)
        .map(|at| HouseholdFacts {
            address: Some(format!("{at}组")),
            ..numbered_household(&format!("A{at}"))
        })
        .collect()
}

/// The group of this kind at this column.
fn group<'a>(report: &'a Json, code: &str, column: &str) -> &'a Json {
    let mut groups = report["report"]["groups"].as_array().unwrap().iter();
    let found = groups.find(|group| group["code"] == code && group["column"] == column);
    found.unwrap_or_else(|| panic!("no {code} at {column}: {:#}", report["report"]["groups"]))
}

async fn listed(office: &Client, import: &Json, query: &[(&str, &str)]) -> Vec<Json> {
    let mut call = office.get(&import_path(import, "/problems"));
    call = call.query(&[("limit", "200")]).query(query);
    let page = call.await.expect(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn problems_of_one_kind_and_column_are_one_group() {
    let (_server, office) = TestServer::start_with_office().await;
    let mut file = RosterFile::households(&households(8));
    let rows = file.rows.len();
    for row in 0..rows {
        let word = if row % 3 == 0 {
            "一般般"
        } else {
            "很强壮"
        };
        file = file.with(row, "劳动技能", word);
    }
    file = file.with(1, "健康状况", "还行吧");
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    let labour = group(&preview, "unknown_code", "劳动技能");
    assert_eq!(
        (&labour["count"], &labour["listed"]),
        (&json!(rows), &json!(rows))
    );
    let first = format!("名册!{}", file.address(0, "劳动技能"));
    assert_eq!(labour["cells"][0], first.as_str());
    assert_eq!(labour["cells"].as_array().unwrap().len(), rows.min(10));
    assert_eq!(labour["samples"][0]["value"], "很强壮");
    for label in [Labour::Ordinary, Labour::None] {
        let label = qianshou::code_list::CodeList::label(label);
        assert!(
            labour["cure"].as_str().unwrap().contains(label),
            "{labour:#}"
        );
    }
    let words = labour["words"].as_str().unwrap();
    assert!(
        words.starts_with(&format!("劳动技能 共 {rows} 处（{first}")),
        "{words}"
    );
    let health = group(&preview, "unknown_code", "健康状况");
    assert_eq!(health["count"], 1, "{health:#}");
    let of_one = format!("名册!{} 健康状况 “还行吧”：", file.address(1, "健康状况"));
    assert!(
        health["words"].as_str().unwrap().starts_with(&of_one),
        "{health:#}"
    );

    // Each problem can still be listed, by its group.
    for (query, count) in [
        (
            &[("code", "unknown_code"), ("column", "劳动技能")][..],
            rows,
        ),
        (&[("code", "unknown_code"), ("column", "健康状况")], 1),
        (&[("code", "unknown_code"), ("column", "")], 0),
        (&[("code", "unknown_code")], rows + 1),
    ] {
        let found = listed(&office, &preview, query).await;
        assert_eq!(found.len(), count, "{query:?}");
    }
    let counted: i64 = preview["report"]["groups"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|group| group["severity"] == "error")
        .map(|group| group["listed"].as_i64().unwrap())
        .sum();
    assert_eq!(preview["error_count"], counted);

    // The list in the marked file begins with a line about all of them.
    let marked = office.get(&import_path(&preview, "/marked-file")).await;
    marked.expect(200);
    let mut workbook: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(marked.bytes)).unwrap();
    let list = calamine::Reader::worksheet_range(&mut workbook, "问题清单").unwrap();
    let rows: Vec<Vec<String>> = list
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect();
    assert_eq!(rows[1][0], "汇总：错误", "{rows:#?}");
    assert_eq!(rows[1][5], words);
    let summaries = rows
        .iter()
        .filter(|row| row[0].starts_with("汇总") && row[3] == "健康状况");
    assert_eq!(
        summaries.count(),
        0,
        "one problem needs no line about all of them"
    );
}

#[tokio::test]
async fn rows_that_are_no_persons_are_one_line() {
    let (_server, office) = TestServer::start_with_office().await;
    let mut file = RosterFile::households(&households(2));
    let width = file.rows[0].len();
    for (at, words) in [
        "制表人：王某",
        "审核：李某",
        "填报日期：2020年6月30日",
        "说明：略",
    ]
    .into_iter()
    .enumerate()
    {
        let mut row = vec![Value::Nothing; width];
        row[at % 3] = words.into();
        file.rows.push(row);
    }
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    let groups = preview["report"]["groups"].as_array().unwrap();
    let notes: Vec<_> = groups
        .iter()
        .filter(|it| it["code"] == "note_row")
        .collect();
    assert_eq!(notes.len(), 1, "{groups:#?}");
    assert_eq!(
        (&notes[0]["count"], notes[0].get("column")),
        (&json!(4), None)
    );
    assert_eq!(notes[0]["samples"].as_array().unwrap().len(), 4);
    let query = [("code", "note_row"), ("column", "")];
    assert_eq!(listed(&office, &preview, &query).await.len(), 4);
}

#[tokio::test]
async fn what_stays_for_empty_cells_is_one_line_a_column_with_its_count() {
    let (_server, office) = TestServer::start_with_office().await;
    let known = households(3);
    office.import(HOUSEHOLDS, roster_of(&known)).await;
    let mut file = RosterFile::households(&known);
    for row in 0..file.rows.len() {
        file = file.with(row, "家庭住址", Value::Nothing);
    }
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    let kept = group(&preview, "empty_cell_kept", "家庭住址");
    assert_eq!((&kept["count"], &kept["listed"]), (&json!(3), &json!(1)));

    // And so it is with staff.
    let people = ["丁一", "丁二", "丁三"].map(|name| full_teacher(name, name));
    let people: Vec<_> = (1..)
        .zip(people)
        .map(|(at, person)| StaffFacts {
            number: Some(format!("T{at}")),
            ..person
        })
        .collect();
    office
        .import(STAFF, RosterFile::staff(&people).bytes())
        .await;
    let file = RosterFile::staff(&people)
        .with(0, "联系电话", Value::Nothing)
        .with(2, "联系电话", Value::Nothing)
        .with(1, "职务", Value::Nothing)
        .with(1, "职级", Value::Nothing)
        .with(1, "证件号码", Value::Nothing);
    let preview = office.preview(STAFF, file.bytes()).await;
    for (column, count) in [("联系电话", 2), ("职务", 1), ("职级", 1), ("证件号码", 1)]
    {
        let kept = group(&preview, "empty_cell_kept", column);
        assert_eq!(
            (&kept["count"], &kept["severity"]),
            (&json!(count), &json!("repair"))
        );
        assert!(
            kept["reason"].as_str().unwrap().contains("保持不变"),
            "{kept:#}"
        );
    }
    assert_eq!(preview["staff"]["unchanged"], 3, "{preview:#}");

    // Where people choose that empty cells clear the column, nothing is kept; but numbers are.
    let choices = json!({ "clear_empty": ["*"] });
    let cleared = office.choose(&preview, choices).await;
    let groups = cleared["report"]["groups"].as_array().unwrap();
    let columns: Vec<_> = groups.iter().map(|group| &group["column"]).collect();
    assert_eq!(columns, ["证件号码"], "{groups:#?}");
    assert_eq!(cleared["report"]["staff"]["changed"], 3, "{cleared:#}");
}
