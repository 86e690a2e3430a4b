//! Nothing misspelled is swallowed, tried for every operation of the document: names that nobody knows,
//! values that cannot be read, all of them named at once and in words for people.

use std::collections::BTreeSet;

use qianshou::access::Role;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::document::{
    document, filled_operations, json_schema, kind, operations, resolved, sample,
};
use crate::support::{Call, Client, TestServer};

/// Words that only a framework says, or a programmer.
const RAW: [&str; 10] = [
    "failed to",
    "parse",
    "expected",
    "invalid",
    "Invalid",
    "type \"",
    "^",
    "\\p",
    "serde",
    "must be of type",
];

/// Parameters and fields that an answer names.
fn named(problem: &Value) -> BTreeSet<String> {
    let errors = problem["errors"].as_array().into_iter().flatten();
    errors
        .map(|error| error["pointer"].as_str().unwrap().to_owned())
        .collect()
}

/// The body that an operation takes, where it takes JSON.
fn with_body(call: Call, document: &Value, operation: &Value) -> Call {
    match json_schema(operation) {
        Some(schema) => call.json(&sample(document, schema)),
        None => call,
    }
}

fn query_parameters(operation: &Value) -> Vec<&Value> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.filter(|parameter| parameter["in"] == "query").collect()
}

/// What people read in a problem.
fn told(problem: &Value) -> String {
    let errors = problem["errors"].as_array().into_iter().flatten();
    let mut told = vec![problem["detail"].as_str().unwrap_or_default().to_owned()];
    told.extend(errors.map(|error| error["detail"].as_str().unwrap_or_default().to_owned()));
    told.join("\n")
}

fn raw_words(told: &str) -> Vec<&'static str> {
    RAW.into_iter().filter(|raw| told.contains(raw)).collect()
}

async fn office() -> (TestServer, Client) {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    (server, administrator)
}

#[tokio::test]
async fn no_operation_swallows_a_parameter_that_it_does_not_know() {
    let (_server, administrator) = office().await;
    let document = document();
    let mut faults = Vec::new();
    for (method, path, operation) in filled_operations(&document) {
        let known = query_parameters(operation);
        let mut wrong = vec![("xyzzy".to_owned(), None)];
        for parameter in &known {
            let name = parameter["name"].as_str().unwrap();
            // The wrong case, and a letter too many.
            wrong.push((name.to_uppercase(), Some(name)));
            wrong.push((format!("{name}s"), Some(name)));
        }
        for (name, meant) in wrong {
            let call = administrator.at(&method, &path).key("k").if_match("*");
            let call = with_body(call.query(&[(&name, "1")]), &document, operation);
            let answer = call.await;
            let problem: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
            let errors = problem["errors"].as_array().cloned().unwrap_or_default();
            let error = errors.iter().find(|error| error["parameter"] == name);
            let detail = error.map_or("", |error| error["detail"].as_str().unwrap());
            let is_told =
                meant.is_none_or(|meant| detail.contains(&format!("要写的是 {meant} 吗")));
            let is_pointed = error.is_some_and(|it| it["pointer"] == format!("/query/{name}"));
            let is_good = answer.status == 400
                && problem["code"] == "unknown_parameter"
                && is_told
                && is_pointed
                && operation["responses"]["400"].is_object();
            if !is_good {
                faults.push(format!(
                    "{method} {path}?{name}: {} {problem}",
                    answer.status
                ));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// `(pointer to an object of the body, a name of its properties)` for every object of a sample.
fn objects(document: &Value, schema: &Value, pointer: &str, into: &mut Vec<(String, String)>) {
    let schema = resolved(document, schema);
    if kind(schema) == "array" {
        objects(document, &schema["items"], &format!("{pointer}/0"), into);
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    for (at, (name, property)) in properties.enumerate() {
        if at == 0 {
            into.push((pointer.to_owned(), name.clone()));
        }
        objects(document, property, &format!("{pointer}/{name}"), into);
    }
}

#[tokio::test]
async fn no_operation_swallows_a_field_that_it_does_not_know() {
    let (_server, administrator) = office().await;
    let document = document();
    let (mut tried, mut faults) = (0, Vec::new());
    for (method, path, operation) in filled_operations(&document) {
        let Some(schema) = json_schema(operation) else {
            continue;
        };
        let mut places = Vec::new();
        objects(&document, schema, "", &mut places);
        for (pointer, known) in places {
            let mut body = sample(&document, schema);
            let object = body.pointer_mut(&pointer).unwrap();
            let name = format!("{known}X");
            object[&name] = json!(1);
            let call = administrator.at(&method, &path).key("k").if_match("*");
            let answer = call.json(&body).await;
            let mut status = answer.status;
            let mut problem: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
            // A visit of a batch is refused by itself.
            if let Some(of_item) = problem["results"][0].get("problem") {
                (status, problem) = (422, of_item.clone());
            }
            let place = format!("{pointer}/{name}");
            let errors = problem["errors"].as_array().cloned().unwrap_or_default();
            let is_told = errors.iter().any(|error| {
                let detail = error["detail"].as_str().unwrap();
                error["pointer"] == place && detail.contains(&format!("要写的是 {known} 吗"))
            });
            tried += 1;
            let is_declared = operation["responses"]["422"].is_object();
            if status != 422 || problem["code"] != "unknown_field" || !is_told || !is_declared {
                faults.push(format!("{method} {path} {place}: {status} {problem}"));
            }
        }
    }
    assert!(tried > 40, "{tried}");
    assert!(faults.is_empty(), "{tried}\n{}", faults.join("\n"));
}

#[tokio::test]
async fn every_parameter_that_cannot_be_read_is_named_in_words_for_people() {
    let (_server, administrator) = office().await;
    let document = document();
    let (mut tried, mut faults) = (0, Vec::new());
    for (name, operation) in operations(&document) {
        let (method, template) = name.split_once(' ').unwrap();
        let mut query = Vec::new();
        let mut places = BTreeSet::new();
        for parameter in query_parameters(operation) {
            let name = parameter["name"].as_str().unwrap();
            let schema = resolved(&document, &parameter["schema"]);
            let is_free =
                kind(schema) == "string" && schema["format"].is_null() && schema["enum"].is_null();
            let value = if is_free {
                "a".repeat(2_001)
            } else {
                "!".to_owned()
            };
            query.push((name.to_owned(), value));
            places.insert(format!("/query/{name}"));
        }
        let mut path = format!("/api/v1{template}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            match parameter["in"].as_str() {
                Some("path") => {
                    path = path.replace(&format!("{{{name}}}"), "!");
                    places.insert(format!("/path/{name}"));
                }
                Some("header") if name == "If-Match" => {
                    places.insert("/header/If-Match".to_owned());
                }
                _ => {}
            }
        }
        if places.is_empty() {
            continue;
        }
        for language in ["zh-CN", "en"] {
            let call = administrator
                .at(&method.parse().unwrap(), &path)
                .key("k")
                .query(&query);
            let call = call.if_match("3").header("accept-language", language);
            let answer = with_body(call, &document, operation).await;
            tried += 1;
            let problem: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
            let told = told(&problem);
            if answer.status != 400 || named(&problem) != places || !raw_words(&told).is_empty() {
                faults.push(format!("{method} {path}: {} {problem}", answer.status));
            }
            if answer.header("vary") != "accept-language" {
                faults.push(format!("{method} {path}: no Vary"));
            }
        }
    }
    assert!(tried > 150, "{tried}");
    assert!(faults.is_empty(), "{tried}\n{}", faults.join("\n"));
}

/// Every value of every body, of a type that it does not have.
#[tokio::test]
async fn bodies_that_cannot_be_read_are_told_in_words_for_people() {
    let (_server, administrator) = office().await;
    let document = document();
    let (mut tried, mut faults) = (0, Vec::new());
    for (method, path, operation) in filled_operations(&document) {
        let Some(schema) = json_schema(operation) else {
            continue;
        };
        let mut body = sample(&document, schema);
        let mut places = BTreeSet::new();
        for (name, value) in body.as_object_mut().unwrap() {
            *value = if value.is_string() {
                json!(7)
            } else {
                json!("!")
            };
            places.insert(format!("/{name}"));
        }
        if places.is_empty() {
            continue;
        }
        for language in ["zh-CN", "en"] {
            let call = administrator.at(&method, &path).key("k").if_match("*");
            let answer = call.header("accept-language", language).json(&body).await;
            let problem: Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
            tried += 1;
            if answer.status != 400
                || named(&problem) != places
                || !raw_words(&told(&problem)).is_empty()
            {
                faults.push(format!("{method} {path}: {} {problem}", answer.status));
            }
        }
    }
    assert!(tried > 60, "{tried}");
    assert!(faults.is_empty(), "{tried}\n{}", faults.join("\n"));
}

#[tokio::test]
async fn a_form_has_the_fields_that_are_known_each_once() {
    let (_server, administrator) = office().await;
    let document = document();
    let mut tried = 0;
    for (method, path, operation) in filled_operations(&document) {
        if operation["requestBody"]["content"]["multipart/form-data"].is_null() {
            continue;
        }
        tried += 1;
        let file = || Part::bytes(vec![0; 100_000]).file_name("a.xlsx");
        let send = |form| administrator.at(&method, &path).key("k").multipart(form);
        for (form, status, code, pointer, words) in [
            (
                Form::new().part("File", file()),
                422,
                "unknown_field",
                "/File",
                "没有这个字段，您要写的是 file 吗？（可用：file）",
            ),
            (
                Form::new().part("file", file()).text("note", "x"),
                422,
                "unknown_field",
                "/note",
                "没有这个字段（可用：file）",
            ),
            (
                Form::new().part("file", file()).part("file", file()),
                400,
                "bad_request",
                "/file",
                "此项写了不止一次，请只保留一个",
            ),
        ] {
            let problem = send(form).await.expect_problem(status, code);
            assert_eq!(
                problem["errors"],
                json!([{ "pointer": pointer, "detail": words }]),
                "{path}"
            );
        }
        let call = administrator.at(&method, &path).key("k");
        let nothing = call
            .body("multipart/form-data; boundary=x", "--x--\r\n")
            .await;
        let problem = nothing.expect_problem(400, "bad_request");
        let missing = json!([{ "pointer": "/file", "detail": "缺少此项" }]);
        assert_eq!(problem["errors"], missing, "{path}");
    }
    assert!(tried >= 3, "{tried}");
}
