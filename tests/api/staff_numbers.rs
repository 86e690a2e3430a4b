//! Wherever a helper is named, their 工号 stands beside the name.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::book::Book;
use crate::support::register::sound_household;
use crate::support::staff::add_person_with;

/// Every object that names a person by one of these and has no 工号 beside it.
fn without_number(value: &Value, path: &str, into: &mut Vec<String>) {
    const NAMES: [&str; 5] = ["helper", "helper_name", "staff_name", "assistant", "name"];
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| without_number(item, path, into)),
        Value::Object(fields) => {
            let names_one = NAMES
                .iter()
                .any(|name| fields.get(*name).is_some_and(Value::is_string));
            let is_person = fields.contains_key("staff_id") || fields.contains_key("helper_name");
            if names_one && is_person && !fields.contains_key("staff_number") {
                into.push(format!("{path}: {value}"));
            }
            for (name, field) in fields {
                without_number(field, &format!("{path}/{name}"), into);
            }
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_stands_beside_every_name() {
    let (server, office) = TestServer::start_with_office().await;
    let person = async |number: &str, name: &str| {
        add_person_with(&server, "东圩小学", name, |person| {
            person.number = Some(number.to_owned());
            person.capacity = Some(9);
        })
        .await
    };
    let (first, second) = (person("N-1", "张老师").await, person("N-2", "李老师").await);
    let third = person("N-3", "周老师").await;
    let id = server.add_household(sound_household("王二喜")).await;
    server.add_household(sound_household("陈三喜")).await;
    let made = async |path: &str, body: Value| {
        let key = Uuid::now_v7().to_string();
        let answer = office.post(path).json(&body).key(&key).await;
        assert!(
            [200, 201].contains(&answer.status),
            "{path}: {}",
            answer.text()
        );
        answer.expect(answer.status)
    };
    let pairing = json!({ "household_id": id, "staff_id": first, "from_date": server.days_ago(60), "reason": "测试" });
    let pairing = made("/pairings", pairing).await;
    let assistance = json!({ "household_id": id, "staff_id": second, "reason": "村干部" });
    let mut answers = vec![
        ("pairing", pairing.clone()),
        ("assistance", made("/assistances", assistance).await),
    ];
    let visit = json!({ "visited_on": server.days_ago(5), "kind": "phone" });
    answers.push((
        "visit",
        made(&format!("/households/{id}/visits"), visit).await,
    ));
    let forbid =
        json!({ "kind": "forbidden", "household_id": id, "staff_id": third, "reason": "亲属" });
    answers.push(("constraint", made("/pairing-constraints", forbid).await));
    let note = json!({ "text": "老人听力差" });
    let pairing = pairing["id"].as_str().unwrap().to_owned();
    answers.push((
        "note",
        made(&format!("/pairings/{pairing}/handover-notes"), note).await,
    ));
    let run = made("/pairing-runs", json!({ "paired": true })).await;
    let run = run["id"].as_str().unwrap().to_owned();
    for path in [
        format!("/households/{id}"),
        format!("/households/{id}/method"),
        format!("/households/{id}/helper?on={}", server.app.today()),
        "/method".to_owned(),
        "/households?include=helper".to_owned(),
        "/visits".to_owned(),
        "/pairings".to_owned(),
        "/assistances".to_owned(),
        "/pairing-constraints".to_owned(),
        "/handover-notes".to_owned(),
        format!("/staff/{first}/departure"),
        format!("/pairing-runs/{run}/proposals"),
        format!("/pairing-runs/{run}/loads"),
        "/progress".to_owned(),
    ] {
        let answer = office.get(&path).await;
        if answer.status != 404 {
            answers.push(("", answer.expect(200)));
        }
        assert_ne!(answer.status, 404, "{path}");
    }
    let (mut missing, mut told) = (Vec::new(), 0);
    for (path, answer) in &answers {
        without_number(answer, path, &mut missing);
        told += usize::from(answer.to_string().contains("\"staff_number\":\"N-"));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert_eq!(told, answers.len(), "each of them names somebody");

    for (path, sheets) in [
        (
            "/reports/progress",
            [("帮扶责任人", "工号"), ("户台账", "工号")],
        ),
        (
            "/reports/pairings",
            [("全部", "工号"), ("全部", "协助帮扶人工号")],
        ),
    ] {
        let mut book = Book::open(&office.download(path).await);
        for (sheet, heading) in sheets {
            let cells = book.column(sheet, heading);
            assert!(
                cells.iter().any(|cell| cell.to_string().starts_with("N-")),
                "{sheet} {heading}: {cells:?}"
            );
        }
    }
}
