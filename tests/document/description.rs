//! The `OpenAPI` document: what generated clients and readers rely on.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use qianshou::openapi::Version;
use serde_json::Value;

use crate::support::TestServer;
use crate::support::document::{document, filled, json_schema, operations, resolve};

/// Compares the document with the one that is checked in, so that each change of the API is seen in
/// review. `UPDATE_SNAPSHOTS=1 cargo test` writes it anew.
#[tokio::test]
async fn the_document_is_the_one_that_is_checked_in() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi.json");
    let document = qianshou::server::openapi(Version::V3_1, false);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    let differs = checked_in
        .lines()
        .zip(document.lines())
        .find(|(old, new)| old != new);
    assert!(
        checked_in == document,
        "the API's document has changed: look at it, then write tests/openapi.json anew by\n\
         UPDATE_SNAPSHOTS=1 cargo test --test main document\nfirst difference: {differs:?}"
    );
}

#[tokio::test]
async fn every_operation_is_described() {
    let document = document();
    let mut ids = BTreeSet::new();
    let mut faults = Vec::new();
    for (name, operation) in operations(&document) {
        let mut fault = |what: String| faults.push(format!("{name}: {what}"));
        let id = operation["operationId"].as_str().unwrap_or_default();
        let verb_noun = id.starts_with(|first: char| first.is_ascii_lowercase())
            && id.contains(|letter: char| letter.is_ascii_uppercase())
            && id.chars().all(|letter| letter.is_ascii_alphanumeric());
        if !verb_noun {
            fault(format!("operationId {id:?} is no verbNoun"));
        }
        if !ids.insert(id.to_owned()) {
            fault(format!("operationId {id} is there twice"));
        }
        if operation["tags"].as_array().map(Vec::len) != Some(1) {
            fault("not one tag".to_owned());
        }
        for text in ["summary", "description"] {
            if operation[text].as_str().is_none_or(str::is_empty) {
                fault(format!("no {text}"));
            }
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let described = parameter["description"].is_string()
                || parameter["schema"]["description"].is_string();
            if !described {
                fault(format!("parameter {} is not described", parameter["name"]));
            }
            let name = parameter["name"].as_str().unwrap();
            if parameter["in"] == "query" && name != name.to_lowercase() {
                fault(format!("query parameter {name} is not snake_case"));
            }
        }
        let statuses: Vec<&String> = operation["responses"].as_object().unwrap().keys().collect();
        for (class, what) in [
            ('2', "success"),
            ('4', "error of the client"),
            ('5', "error of ours"),
        ] {
            if !statuses.iter().any(|status| status.starts_with(class)) {
                fault(format!("no {what} is declared"));
            }
        }
        let signed = operation["security"]
            .as_array()
            .is_some_and(|security| !security.is_empty());
        if signed != statuses.iter().any(|status| *status == "401") && id != "createSession" {
            fault("401 and the need of a token do not agree".to_owned());
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[tokio::test]
async fn every_error_is_a_problem() {
    let document = document();
    let mut faults = Vec::new();
    for (name, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            if status.starts_with('2') {
                continue;
            }
            let content = resolve(&document, response)["content"].as_object();
            let kinds: Vec<&String> = content
                .into_iter()
                .flat_map(|content| content.keys())
                .collect();
            if status != "304" && kinds != ["application/problem+json"] {
                faults.push(format!("{name}: {status} is {kinds:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// All schemas that a request can hold, by name, with the operations' own.
fn request_schemas(document: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    let mut open = Vec::new();
    for (name, operation) in operations(document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            open.push((
                format!("{name} {}", parameter["name"]),
                &parameter["schema"],
            ));
        }
        for (kind, media) in operation["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
        {
            open.push((format!("{name} {kind}"), &media["schema"]));
        }
    }
    while let Some((name, schema)) = open.pop() {
        if let Some(link) = schema["$ref"].as_str() {
            let name = link.rsplit('/').next().unwrap().to_owned();
            if !found.contains_key(&name) {
                open.push((name, resolve(document, schema)));
            }
            continue;
        }
        for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
            open.push((format!("{name}.{property}"), schema));
        }
        for choice in ["anyOf", "oneOf", "allOf"] {
            for (index, schema) in schema[choice].as_array().into_iter().flatten().enumerate() {
                open.push((format!("{name}|{index}"), schema));
            }
        }
        if schema["items"].is_object() {
            open.push((format!("{name}[]"), &schema["items"]));
        }
        found.insert(name, schema);
    }
    found
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind
        || schema["type"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|other| other == kind))
}

#[tokio::test]
async fn whatever_a_request_holds_has_a_largest_size() {
    let document = document();
    let mut faults = Vec::new();
    for (name, schema) in request_schemas(&document) {
        let measured = ["maxLength", "enum", "format"]
            .iter()
            .any(|key| !schema[key].is_null());
        if is(schema, "string") && !measured {
            faults.push(format!("{name}: text without maxLength"));
        }
        if is(schema, "array") && schema["maxItems"].is_null() {
            faults.push(format!("{name}: list without maxItems"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[tokio::test]
async fn schemas_have_names_and_codes_are_snake_case() {
    let document = document();
    let mut faults = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if schema["description"].as_str().is_none_or(str::is_empty) {
            faults.push(format!("{name} is not described"));
        }
        let mut open: Vec<(String, &Value)> = Vec::new();
        for (property, below) in schema["properties"].as_object().into_iter().flatten() {
            if below["description"].as_str().is_none_or(str::is_empty) {
                faults.push(format!("{name}.{property} is not described"));
            }
            if property.contains(|letter: char| letter.is_ascii_uppercase()) {
                faults.push(format!("{name}.{property} is not snake_case"));
            }
            open.push((format!("{name}.{property}"), below));
        }
        open.push((name.clone(), &schema["items"]));
        while let Some((place, below)) = open.pop() {
            if below["properties"].is_object() {
                faults.push(format!("{place} has a schema without a name"));
            }
            if below["items"].is_object() {
                open.push((format!("{place}[]"), &below["items"]));
            }
            for choice in ["anyOf", "oneOf", "allOf"] {
                for below in below[choice].as_array().into_iter().flatten() {
                    open.push((place.clone(), below));
                }
            }
        }
        if schema["oneOf"].is_array() && schema["discriminator"].is_null() {
            faults.push(format!("{name} is a union without a discriminator"));
        }
        for code in schema["enum"].as_array().into_iter().flatten() {
            let code = code.as_str().unwrap_or_default();
            let is_snake = !code.is_empty()
                && code.chars().all(|letter| {
                    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
                });
            if !is_snake {
                faults.push(format!("{name}: {code:?} is not snake_case"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[tokio::test]
async fn every_closed_set_of_values_is_among_the_code_lists() {
    let server = TestServer::start().await;
    let answer = server.stranger().get("/code-lists").await;
    let lists = answer.expect(200);
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    let mut listed = BTreeMap::new();
    for list in lists["items"].as_array().unwrap() {
        let codes: Vec<&str> = list["codes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code["code"].as_str().unwrap())
            .collect();
        let name = list["name"].as_str().unwrap().to_owned();
        let twice = listed.insert(codes, name);
        assert!(twice.is_none(), "{} is listed twice", list["name"]);
    }
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        if let Some(codes) = schema["enum"].as_array() {
            let codes: Vec<&str> = codes.iter().filter_map(Value::as_str).collect();
            let listed = listed.get(&codes).map(String::as_str);
            assert_eq!(
                listed,
                Some(snake_case(name).as_str()),
                "the list of {name}"
            );
        }
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[tokio::test]
async fn the_server_gives_the_document_as_json_and_yaml_and_the_page() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    let json = stranger.at(&reqwest::Method::GET, "/openapi.json").await;
    assert_eq!(json.expect(200), document());
    assert_eq!(json.header("content-type"), "application/json");
    let yaml = stranger.at(&reqwest::Method::GET, "/openapi.yaml").await;
    yaml.expect(200);
    let yaml: Value = serde_yaml::from_str(&yaml.text()).unwrap();
    assert_eq!(yaml, document());
    for path in ["/docs", "/docs/"] {
        let page = stranger.at(&reqwest::Method::GET, path).await;
        page.expect(200);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.text().contains("<title>牵手 Qianshou</title>"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'self'"), "{policy}");
    }
}

/// All that the page asks for is here: its scripts, and the document.
#[tokio::test]
async fn the_page_finds_what_it_needs_at_the_server() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    let get = |path: &str| stranger.at(&reqwest::Method::GET, path);
    let page = get("/docs").await.text();
    let scripts: Vec<&str> = page
        .split("<script src=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(scripts.len(), 2, "{page}");
    for path in &scripts {
        let script = get(path).await;
        script.expect(200);
        assert!(script.header("content-type").starts_with("text/javascript"));
    }
    let start = get("/docs/start.js").await.text();
    assert!(start.contains("url: \"/openapi.json\""), "{start}");
    // The large one goes over the line as it is kept, to who takes it so.
    let plain = get(scripts[0]).await;
    assert_eq!(plain.header("content-encoding"), "");
    let packed = get(scripts[0]).header("accept-encoding", "br, gzip").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.bytes.len() * 3 < plain.bytes.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&*packed.bytes)
        .read_to_end(&mut unpacked)
        .unwrap();
    assert!(unpacked == plain.bytes);
    assert!(packed.header("cache-control").contains("immutable"));
}

/// Every operation that needs a token refuses who has none, before it looks at anything else.
#[tokio::test]
async fn a_stranger_is_refused_by_every_operation_that_needs_a_token() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    let document = document();
    let mut open = Vec::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        if operation["security"] == serde_json::json!([]) {
            open.push(id);
            continue;
        }
        let (method, template) = name.split_once(' ').unwrap();
        let call = stranger.at(&method.parse().unwrap(), &filled(template));
        let call = match operation["requestBody"]["content"].as_object() {
            Some(_) if json_schema(operation).is_some() => call.json(&serde_json::json!({})),
            Some(_) => call.file("a.xlsx", "application/octet-stream", b"PK".to_vec()),
            None => call,
        };
        call.await.expect_problem(401, "unauthenticated");
    }
    assert_eq!(open, ["getHealth", "createSession", "listCodeLists"]);
}
