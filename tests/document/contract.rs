//! What generators of clients stumble over, kept out of the document: names that a language has already,
//! defaults that do not compile, numbers of the wrong size, patterns that only Rust knows.

use std::collections::BTreeMap;

use qianshou::openapi::Version;
use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::document::{document, operations, resolve};

/// Calls `look` with every value of the document and the pointer to it.
fn walk(value: &Value, pointer: &str, look: &mut impl FnMut(&str, &Value)) {
    look(pointer, value);
    match value {
        Value::Object(object) => {
            for (name, below) in object {
                walk(below, &format!("{pointer}/{name}"), look);
            }
        }
        Value::Array(items) => {
            for (at, below) in items.iter().enumerate() {
                walk(below, &format!("{pointer}/{at}"), look);
            }
        }
        _ => {}
    }
}

/// Names that are taken in Kotlin, Swift, C#, Java, Go, TypeScript, Python or Rust, or in the libraries
/// that generated clients come with.
const TAKEN: &[&str] = &[
    "Action",
    "Any",
    "Array",
    "Boolean",
    "Category",
    "Class",
    "Code",
    "Configuration",
    "Data",
    "Date",
    "Dictionary",
    "Double",
    "Enum",
    "Error",
    "Exception",
    "Export",
    "File",
    "Float",
    "Function",
    "Header",
    "Import",
    "Int",
    "Integer",
    "Interface",
    "Iterator",
    "List",
    "Long",
    "Map",
    "Model",
    "Module",
    "Nothing",
    "Null",
    "Number",
    "Object",
    "Option",
    "Package",
    "Pair",
    "Progress",
    "Promise",
    "Protocol",
    "Record",
    "Request",
    "Response",
    "Result",
    "Self",
    "Set",
    "State",
    "Step",
    "String",
    "Symbol",
    "Task",
    "Thread",
    "Type",
    "Unit",
    "Void",
];

#[tokio::test]
async fn schemas_have_names_that_no_language_has_already() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in schemas.keys() {
        assert!(!TAKEN.contains(&name.as_str()), "{name}");
        assert!(
            !name.starts_with("New"),
            "{name}: what is sent is an …Input"
        );
        assert!(
            name.chars().all(|letter| letter.is_ascii_alphanumeric()),
            "{name}"
        );
        for other in schemas.keys().filter(|other| *other != name) {
            assert!(!other.eq_ignore_ascii_case(name), "{name}, {other}");
        }
    }
}

#[tokio::test]
async fn no_value_stops_a_client_from_compiling() {
    let document = document();
    walk(&document, "", &mut |pointer, value| {
        let default = &value["default"];
        // `default` may also be the name of a property.
        if !pointer.ends_with("/properties") {
            assert!(
                !default.is_array() && !default.is_object(),
                "{pointer}: {default}"
            );
        }
        if let Some(pattern) = value["pattern"].as_str() {
            assert!(!pattern.contains("\\p"), "{pointer}: {pattern}");
        }
        if let Some(format) = value["format"].as_str() {
            let known = [
                "int32",
                "int64",
                "date",
                "date-time",
                "uuid",
                "binary",
                "password",
                "double",
            ];
            assert!(known.contains(&format), "{pointer}: {format}");
            let name = pointer.rsplit('/').next().unwrap_or_default();
            let is_money = name.ends_with("_fen");
            if format.starts_with("int") {
                assert_eq!(format == "int64", is_money, "{pointer}: {format}");
            }
        }
        if let Some(text) = value.as_str() {
            assert!(
                !text.contains("[`"),
                "{pointer}: a link of Rust's documentation: {text}"
            );
        }
    });
}

#[tokio::test]
async fn whoever_must_send_a_tag_is_told_so() {
    let document = document();
    let mut count = 0;
    for (name, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let tag = parameters.clone().find(|it| it["name"] == "If-Match");
        let needs_tag = !operation["responses"]["428"].is_null();
        // A tag that is asked for only by who sends it is for those who want to be sure.
        let is_required = tag.is_some_and(|tag| tag["required"] == true);
        assert_eq!(is_required, needs_tag, "{name}");
        count += usize::from(is_required);
    }
    assert!(count > 10, "{count}");
}

#[tokio::test]
async fn a_change_is_a_merge_patch_and_plain_json_alike() {
    let document = document();
    let changes = operations(&document).into_iter();
    let changes: Vec<_> = changes
        .filter(|(name, _)| name.starts_with("PATCH "))
        .collect();
    assert!(!changes.is_empty());
    for (name, operation) in changes {
        let kinds: Vec<_> = operation["requestBody"]["content"]
            .as_object()
            .unwrap()
            .keys()
            .collect();
        assert_eq!(kinds, ["application/merge-patch+json"], "{name}");
    }
    let (server, office) = TestServer::start_with_office().await;
    let path = format!("/staff/{}", server.add_staff().await);
    for (kind, capacity) in [("application/merge-patch+json", 4), ("application/json", 5)] {
        let body = json!({ "capacity": capacity }).to_string();
        let changed = office.patch(&path).if_match("*").body(kind, body).await;
        assert_eq!(changed.expect(200)["capacity"], capacity);
    }
}

#[tokio::test]
async fn the_events_of_a_stream_are_described_by_what_they_tell() {
    let document = document();
    let answer = &document["paths"]["/imports/{id}/events"]["get"]["responses"]["200"];
    assert_eq!(
        answer["content"]["text/event-stream"]["schema"],
        json!({ "$ref": "#/components/schemas/ImportProgress" })
    );
}

/// The same operations and schemas, in the words of 3.0.
#[tokio::test]
async fn the_document_can_be_had_in_the_older_version() {
    let older: Value =
        serde_json::from_str(&qianshou::server::openapi(Version::V3_0, false)).unwrap();
    let newer = document();
    assert_eq!(older["openapi"], "3.0.3");
    let names = |document: &Value, at: &str| -> Vec<String> {
        document
            .pointer(at)
            .unwrap()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    for at in ["/paths", "/components/schemas", "/components/responses"] {
        assert_eq!(names(&older, at), names(&newer, at), "{at}");
    }
    walk(&older, "", &mut |pointer, value| {
        // 3.0 has one type a schema, and `nullable` for what 3.1 says by a second one.
        assert!(
            !value["type"].is_array() || pointer.ends_with("/properties"),
            "{pointer}"
        );
        assert!(value["type"] != "null", "{pointer}");
        assert!(
            value["identifier"].is_null() || pointer.ends_with("/properties"),
            "{pointer}"
        );
    });
    walk(&newer, "", &mut |pointer, value| {
        assert!(value["nullable"].is_null(), "{pointer}");
    });
    let server = TestServer::start().await;
    let served = server
        .stranger()
        .at(&reqwest::Method::GET, "/openapi-3.0.json")
        .await;
    assert_eq!(served.expect(200), older);
}

/// Moments are written with `Z`, which validators of clients ask for.
#[tokio::test]
async fn moments_end_in_z() {
    let (server, office) = TestServer::start_with_office().await;
    let person = office
        .get(&format!("/staff/{}", server.add_staff().await))
        .await
        .expect(200);
    let moment = person["updated_at"].as_str().unwrap();
    assert!(moment.ends_with('Z'), "{moment}");
}

/// Operations that make something and have no address or key for it.
const MAKES_NO_RECORD: &[(&str, &str)] = &[("createSession", "a token is shown this once")];

fn headers_of(document: &Value, operation: &Value, status: &str) -> Vec<String> {
    let answer = resolve(document, &operation["responses"][status]);
    let headers = answer["headers"].as_object().into_iter().flatten();
    let mut names: Vec<_> = headers.map(|(name, _)| name.clone()).collect();
    names.sort();
    names
}

fn has_parameter(operation: &Value, name: &str) -> bool {
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.any(|parameter| parameter["name"] == name)
}

#[tokio::test]
async fn whatever_is_made_has_an_address_a_version_and_a_key() {
    let document = document();
    let mut count = 0;
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        let makes_none = MAKES_NO_RECORD.iter().any(|(made, _)| *made == id);
        if operation["responses"]["201"].is_null() || makes_none {
            continue;
        }
        let headers = headers_of(&document, operation, "201");
        assert_eq!(headers, ["ETag", "Location"], "{name}");
        assert!(has_parameter(operation, "Idempotency-Key"), "{name}");
        count += 1;
    }
    assert!(count > 10, "{count}");
}

#[tokio::test]
async fn whoever_needs_a_tag_can_read_it() {
    let document = document();
    let all = operations(&document);
    let gives_tag = |path: &str| {
        let name = format!("GET {path}");
        let found = all.iter().find(|(other, _)| *other == name);
        found.is_some_and(|(_, operation)| {
            headers_of(&document, operation, "200").contains(&"ETag".to_owned())
        })
    };
    for (name, operation) in &all {
        if !has_parameter(operation, "If-Match") {
            continue;
        }
        // An action stands below its record: `/staff/{id}/transfer`.
        let (_, path) = name.split_once(' ').unwrap();
        let record = path.rsplit_once('/').unwrap().0;
        assert!(gives_tag(path) || gives_tag(record), "{name}");
        let gone = !operation["responses"]["204"].is_null();
        let answers = ["200", "202"].map(|status| headers_of(&document, operation, status));
        let told = answers.concat().contains(&"ETag".to_owned());
        assert!(gone || told, "{name} does not tell the new version");
    }
}

#[tokio::test]
async fn headers_have_the_names_that_people_know() {
    let document = document();
    for (name, operation) in operations(&document) {
        for status in operation["responses"].as_object().unwrap().keys() {
            for header in headers_of(&document, operation, status) {
                let known = ["ETag", "Location", "Content-Disposition", "Cache-Control"];
                assert!(known.contains(&header.as_str()), "{name}: {header}");
            }
        }
    }
}

#[tokio::test]
async fn every_list_comes_in_pages() {
    let document = document();
    let mut count = 0;
    for (name, operation) in operations(&document) {
        let media = &operation["responses"]["200"]["content"]["application/json"];
        let schema = resolve(&document, &media["schema"]);
        let lists = schema["properties"]["items"].is_object();
        let id = operation["operationId"].as_str().unwrap();
        assert!(lists || !id.starts_with("list"), "{name} gives no `items`");
        if lists {
            let next = &schema["properties"]["next_cursor"];
            assert!(next.is_object(), "{name} has no `next_cursor`");
            assert_eq!(schema["properties"]["items"]["maxItems"], 200, "{name}");
            assert!(has_parameter(operation, "limit"), "{name}");
            assert!(has_parameter(operation, "cursor"), "{name}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

/// Who helps is `staff_id` and `helper_name`, when something was written down is `recorded_at` and `recorded_by`.
#[tokio::test]
async fn one_notion_has_one_name() {
    let document = document();
    let others = [
        "actor",
        "assistant",
        "at",
        "helper_id",
        "logged_at",
        "logged_by",
        "made_at",
        "made_by",
        "staff_name",
    ];
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (property, below) in schema["properties"].as_object().into_iter().flatten() {
            assert!(!others.contains(&property.as_str()), "{name}.{property}");
            let is_text = below["type"] == "string" || below["type"] == json!(["string", "null"]);
            assert!(property != "helper" || !is_text, "{name}.{property}");
        }
    }
}

#[tokio::test]
async fn one_filter_has_one_size() {
    let document = document();
    let mut sizes = BTreeMap::new();
    for (name, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let size = &parameter["schema"]["maxLength"];
            if parameter["in"] != "query" || size.is_null() {
                continue;
            }
            let known = sizes.entry(parameter["name"].as_str().unwrap());
            assert_eq!(
                known.or_insert(size),
                &size,
                "{name}: {}",
                parameter["name"]
            );
        }
    }
    assert!(sizes.contains_key("village"));
}

#[tokio::test]
async fn what_an_answer_always_holds_is_required_of_it() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    let required = schemas["Visit"]["required"].as_array().unwrap();
    for property in [
        "situation_confirmed",
        "causes_confirmed",
        "measures",
        "benefits",
    ] {
        assert!(required.contains(&json!(property)), "{property}");
        assert!(schemas["Visit"]["properties"][property]["default"].is_null());
    }
    // A request may still leave them out.
    let required = schemas["VisitInput"]["required"].as_array().unwrap();
    assert!(!required.contains(&json!("measures")));
}
