//! What a request may hold, tried for every operation of the document: values of the wrong type, days
//! that no office sees, texts that cannot be stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qianshou::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::document::{
    ID, document, filled_operations, json_schema, kind, resolved, sample,
};
use crate::support::{Client, TestServer};

/// Days that PostgreSQL cannot store, to which nothing can be added, or that no office sees.
const NO_DAYS: [&str; 6] = [
    "-262143-01-01",
    "-4714-01-01",
    "-0044-03-15",
    "1899-12-31",
    "2101-01-01",
    "+262142-12-31",
];

/// `(pointer, wrong value)` for every place of a body by this schema.
fn wrongs(document: &Value, schema: &Value, pointer: &str, into: &mut Vec<(String, Value)>) {
    let may_be_null = schema["anyOf"].is_array()
        || schema["type"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"));
    let schema = resolved(document, schema);
    let kind = kind(schema);
    for (other, value) in [
        ("string", json!("1")),
        ("integer", json!(7)),
        ("number", json!(1.5)),
        ("boolean", json!(false)),
        ("array", json!([])),
        ("array", json!(["a"])),
        ("object", json!({})),
        ("null", Value::Null),
    ] {
        let fits = other == kind || (kind, other) == ("number", "integer");
        let nothing = other == "null" && may_be_null;
        // A union tells its parts by a property: whatever has none is refused below.
        if !fits && !nothing && schema["oneOf"].is_null() {
            into.push((pointer.to_owned(), value));
        }
    }
    if schema["format"] == "date" {
        into.extend(NO_DAYS.map(|day| (pointer.to_owned(), json!(day))));
    }
    if !schema["items"].is_null() {
        wrongs(document, &schema["items"], &format!("{pointer}/0"), into);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        wrongs(document, property, &format!("{pointer}/{name}"), into);
    }
}

/// Whether an answer is what a client's fault gets.
async fn status(client: &Client, method: &Method, path: &str, body: &Value) -> (u16, Value) {
    let call = client.at(method, path).key("k").if_match("*");
    let answer = call.json(body).await;
    (answer.status, answer.expect(answer.status))
}

#[tokio::test]
async fn no_operation_takes_a_value_of_another_type_or_a_day_that_no_office_sees() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let document = document();
    let (mut tried, mut faults) = (0, Vec::new());
    for (method, path, operation) in filled_operations(&document) {
        let Some(schema) = json_schema(operation) else {
            continue;
        };
        let good = sample(&document, schema);
        let mut wrong = Vec::new();
        wrongs(&document, schema, "", &mut wrong);
        for (pointer, value) in wrong {
            let mut body = good.clone();
            *body.pointer_mut(&pointer).unwrap() = value.clone();
            let (status, answer) = status(&administrator, &method, &path, &body).await;
            // A visit of a batch is refused by itself.
            let (status, answer) = match answer["results"][0]["problem"].clone() {
                Value::Null => (status, answer),
                problem => (400, problem),
            };
            let named = answer["errors"]
                .as_array()
                .is_some_and(|errors| errors.iter().any(|error| error["pointer"] == pointer));
            tried += 1;
            if status != 400 || !named {
                faults.push(format!(
                    "{method} {path} {pointer}: {value} gives {status} {answer}"
                ));
            }
        }
    }
    assert!(tried > 500, "{tried}");
    assert!(faults.is_empty(), "{tried}\n{}", faults.join("\n"));
}

#[tokio::test]
async fn no_parameter_takes_a_day_that_no_office_sees_or_a_text_that_cannot_be_stored() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let cursor = |key: Value| URL_SAFE_NO_PAD.encode(key.to_string());
    let mut cursors = vec![
        cursor(json!("\u{0}")),
        cursor(json!(["\u{0}", "", ID])),
        cursor(json!(["", "a\u{0}", ID])),
        cursor(json!(["\u{1}", "", ID])),
    ];
    cursors.extend(NO_DAYS.map(|day| cursor(json!([day, ID]))));
    let document = document();
    let (mut tried, mut faults) = (0, Vec::new());
    for (method, path, operation) in filled_operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let values = match (name, parameter["schema"]["format"].as_str()) {
                _ if parameter["in"] != "query" => continue,
                ("cursor", _) => cursors.clone(),
                (_, Some("date")) => NO_DAYS.map(ToOwned::to_owned).to_vec(),
                _ => ["\u{0}", "a\u{1f}", "\u{ffff}"]
                    .map(ToOwned::to_owned)
                    .to_vec(),
            };
            for value in values {
                let call = administrator.at(&method, &path).query(&[(name, &value)]);
                let call = match json_schema(operation) {
                    Some(schema) => call.json(&sample(&document, schema)),
                    None => call,
                };
                let answer = call.await;
                tried += 1;
                // What the page is of may not be there.
                let is_refused = answer.status == 400 || (name == "cursor" && answer.status == 404);
                if !is_refused {
                    faults.push(format!("{path} {name}={value:?}: {}", answer.text()));
                }
            }
        }
    }
    assert!(tried > 100, "{tried}");
    assert!(faults.is_empty(), "{tried}\n{}", faults.join("\n"));
}

/// A name of a field is a text, too.
#[tokio::test]
async fn texts_that_cannot_be_stored_are_refused_anywhere_in_a_body() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    for body in [
        json!({ "username": "a\u{0}", "role": "leader" }),
        json!({ "username": "a\u{1f}", "role": "leader" }),
        json!({ "username": "a\u{7f}", "role": "leader" }),
        json!({ "username": "a\u{85}", "role": "leader" }),
        json!({ "username": "a\u{202e}", "role": "leader" }),
        json!({ "username": "a", "role": "leader", "b\u{0}": 1 }),
        json!({ "username": "a", "role": "leader", "staff_id": [["\u{ffff}"]] }),
    ] {
        for kind in ["application/json", "Application/JSON"] {
            let call = administrator.post("/accounts").body(kind, body.to_string());
            call.await.expect_problem(400, "bad_request");
        }
    }
    // What calls itself JSON and is not what the document says, or not in UTF-8, is not guessed at.
    for kind in [
        "application/a+json",
        "application/merge-patch+json",
        "application/json; charset=gbk",
    ] {
        let call = administrator.post("/accounts").body(kind, "{}");
        call.await.expect_problem(415, "unsupported_media_type");
    }
    // In a field that nobody knows, both are told.
    let body = json!({ "username": "a", "role": "leader", "other": [["\u{ffff}"]] });
    let answer = administrator.post("/accounts").json(&body).await;
    let problem = answer.expect_problem(422, "unknown_field");
    assert_eq!(problem["errors"][0]["pointer"], "/other/0/0");
    assert_eq!(problem["errors"][1]["pointer"], "/other");
    let call = administrator.get("/accounts%00");
    call.await.expect_problem(400, "bad_request");
}

/// What holds personal data is kept by nobody on the way.
#[tokio::test]
async fn no_answer_is_kept_but_those_that_are_the_same_for_everyone() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let document = document();
    for (method, path, operation) in filled_operations(&document) {
        if method != Method::GET || path.ends_with("/events") {
            continue;
        }
        let answer = administrator.at(&method, &path).await;
        let wanted = match operation["operationId"].as_str().unwrap() {
            "listCodeLists" => "public, max-age=3600",
            _ => "no-store",
        };
        assert_eq!(answer.header("cache-control"), wanted, "{path}");
    }
    let workbook = administrator.get("/reports/progress").await;
    let again = administrator
        .get("/reports/progress")
        .header("if-none-match", workbook.header("etag"))
        .await;
    again.expect(304);
    assert_eq!(again.header("cache-control"), "no-store");
}
