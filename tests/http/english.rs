//! Whoever asks for English gets all of our own words in English. What stands in a workbook or in the register is
//! quoted as it is.

use qianshou::household::HouseholdFacts;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::document::get_operations;
use crate::support::roster::{
    HOUSEHOLDS, STAFF, full_household, full_teacher, import_path, numbered_household, roster_of,
};
use crate::support::world::World;
use crate::support::{Client, RosterFile};

/// Fields that hold what people wrote, not we.
const PEOPLES: &[&str] = &[
    "actor",
    "address",
    "approach",
    "area",
    "assistant",
    "cells",
    "column",
    "conflicts",
    "description",
    "end_reason",
    "ethnicity",
    "file_name",
    "group_name",
    "head_name",
    "heading",
    "helper",
    "helper_name",
    "key",
    "name",
    "names",
    "new",
    "new_name",
    "new_town",
    "new_village",
    "new_words",
    "note",
    "number",
    "old",
    "old_name",
    "old_town",
    "old_village",
    "old_words",
    "person",
    "phone",
    "place",
    "places",
    "political_status",
    "position",
    "relapse_reason",
    "recorded_by",
    "remark",
    "roster_helper",
    "roster_unit",
    "sheet",
    "specialty",
    "staff_name",
    "text",
    "town",
    "unit",
    "value",
    "village",
    "wishes",
];

fn is_chinese(text: &str) -> bool {
    text.chars()
        .any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign))
}

/// A text without what it quotes, and without the sheet of a cell (`名册!Q13`).
fn own_words(text: &str) -> String {
    let mut depth = 0;
    let keep = |sign: &char| {
        match sign {
            '“' => depth += 1,
            '”' => depth -= 1,
            _ => return depth == 0,
        }
        false
    };
    let text: String = text.chars().filter(keep).collect();
    text.split(['(', ' '])
        .map(|word| word.rsplit_once('!').map_or(word, |(_, cell)| cell))
        .collect()
}

/// Whether a field is ours: some have a name under which people write, too.
fn is_ours(object: &serde_json::Map<String, Value>, name: &str) -> bool {
    match name {
        // Beside what to do about it, it is what is wrong.
        "reason" => object.contains_key("cure"),
        "proposal" => object.contains_key("question"),
        // A cell and its sheet in one, or a code.
        _ => !PEOPLES.contains(&name),
    }
}

/// The texts of ours that are not English, each with where it stands.
fn chinese(value: &Value, pointer: &str, ours: bool, into: &mut Vec<String>) {
    match value {
        Value::String(text) if ours && is_chinese(&own_words(text)) => {
            into.push(format!("{pointer}: {text}"));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                chinese(item, &format!("{pointer}/{at}"), ours, into);
            }
        }
        Value::Object(object) => {
            for (name, below) in object {
                let ours = is_ours(object, name);
                chinese(below, &format!("{pointer}/{name}"), ours, into);
            }
        }
        _ => {}
    }
}

async fn english(client: &Client, path: &str) -> (u16, Vec<String>) {
    let answer = client.get(path).header("accept-language", "en").await;
    let mut found = Vec::new();
    let kind = answer.header("content-type").to_owned();
    if kind.starts_with("application/json") || kind.starts_with("application/problem+json") {
        let body: Value = serde_json::from_str(&answer.text()).unwrap();
        chinese(&body, path, true, &mut found);
        return (answer.status, found);
    }
    (0, found)
}

/// A path with the records of the world in the place of its parameters.
fn filled(world: &World, template: &str) -> String {
    let first = template.split('/').nth(1).unwrap_or_default();
    let parts = template.split('/').map(|part| match part {
        "{household_id}" => world.record("households").to_string(),
        "{year}" => "2026".to_owned(),
        "{kind}" => "households".to_owned(),
        part if part.starts_with('{') => world.record(first).to_string(),
        part => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_reading_of_a_lively_office_is_told_in_english() {
    let world = World::start().await;
    let (mut read, mut wrong) = (0, Vec::new());
    for (_, template) in get_operations() {
        if template.ends_with("/events") {
            continue;
        }
        let path = filled(&world, &template);
        for client in [&world.office, &world.helper] {
            let (status, found) = english(client, &path).await;
            read += u32::from(status == 200);
            wrong.extend(found);
        }
    }
    assert!(read > 50, "{read}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// All that an import tells: its state, its report, its problems, its changes.
async fn import_in_english(client: &Client, import: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for what in ["", "/problems", "/changes"] {
        let (status, found) = english(client, &import_path(import, what)).await;
        assert_eq!(status, 200);
        wrong.extend(found);
    }
    wrong
}

/// The same household elsewhere.
fn at(facts: &HouseholdFacts, town: &str, village: &str) -> HouseholdFacts {
    HouseholdFacts {
        town: town.to_owned(),
        village: village.to_owned(),
        ..facts.clone()
    }
}

#[tokio::test]
async fn a_roster_with_faults_and_questions_is_told_in_english() {
    let (server, office) = crate::support::TestServer::start_with_office().await;
    let known: Vec<_> = ["A1", "A2", "A3", "A4"].map(full_household).into();
    office.import(HOUSEHOLDS, roster_of(&known)).await;
    // Another head, somebody gone, another place, and another spelling of one.
    let mut changed = vec![
        known[0].clone(),
        known[1].clone(),
        at(&known[2], "青禾", "东圩"),
        at(&known[3], &known[3].town, "别的村"),
        numbered_household("B1"),
    ];
    changed[0].members.pop();
    let heads: Vec<_> = changed[1].members.iter().map(|it| it.relation).collect();
    if let [first, second, ..] = heads.as_slice() {
        changed[1].members[0].relation = *second;
        changed[1].members[1].relation = *first;
    }
    let preview = office.preview(HOUSEHOLDS, roster_of(&changed)).await;
    assert!(!preview["conflicts"].as_array().unwrap().is_empty());
    let wrong = import_in_english(&office, &preview).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Cells of every kind that hold what they should not.
    let mut file = RosterFile::households(&known);
    for (row, heading, value) in [
        (0, "证件号码", "11010519491231002"),
        (0, "性别", "不清楚"),
        (0, "出生日期", "很久以前"),
        (1, "姓名", "王*山"),
        (1, "健康状况", "还行"),
        (1, "联系电话", "1390001"),
        (2, "与户主关系", "邻居"),
        (2, "年人均纯收入(元)", "很多"),
        (3, "是否享受低保", "也许"),
        (3, "务工时间(月)", "40"),
    ] {
        file = if file.headings.iter().any(|it| it == heading) {
            file.with(row, heading, value)
        } else {
            file
        };
    }
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert!(
        preview["kinds"].as_array().unwrap().len() > 3,
        "{preview:#}"
    );
    let wrong = import_in_english(&office, &preview).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Staff under another number, and another name under a known one.
    let people = [full_teacher("T1", "丁一"), full_teacher("T2", "丁二")];
    office
        .import(STAFF, RosterFile::staff(&people).bytes())
        .await;
    let others = [full_teacher("T1", "赵六"), full_teacher("T2", "丁二")];
    let preview = office
        .preview(STAFF, RosterFile::staff(&others).bytes())
        .await;
    let wrong = import_in_english(&office, &preview).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    drop(server);
}

#[tokio::test]
async fn what_is_refused_is_told_in_english() {
    let world = World::start().await;
    let household = world.record("households");
    let path = format!("/households/{household}/lifts");
    for (path, body) in [
        (
            path.as_str(),
            json!({ "date": world.server.days_ago(1), "person": "村民小组" }),
        ),
        (
            "/renamings",
            json!({ "town": "无此镇", "new_town": "新镇", "reason": "撤并" }),
        ),
        ("/pairing-runs", json!({ "town": "无此镇" })),
        ("/pairing-runs", json!({ "unit_id": Uuid::nil() })),
        (
            "/pairings",
            json!({ "household_id": household, "staff_id": world.record("staff"), "reason": "同村" }),
        ),
    ] {
        let key = Uuid::now_v7().to_string();
        let call = world.office.post(path).json(&body).key(&key);
        let answer = call.header("accept-language", "en").await;
        let problem: Value = serde_json::from_str(&answer.text()).unwrap();
        assert!(answer.status >= 400, "{path}: {problem:#}");
        let mut wrong = Vec::new();
        chinese(&problem, path, true, &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
        if body.get("unit_id").is_some() {
            assert_eq!(problem["code"], "no_such_unit", "{problem:#}");
            assert_eq!(problem["errors"][0]["pointer"], "/unit_id");
        }
    }
}
