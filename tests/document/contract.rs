//! What generators of clients stumble over, kept out of the document: names that a language has already,
//! defaults that do not compile, numbers of the wrong size, patterns that only Rust knows.

use qianshou::openapi::Version;
use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::document::{document, operations};

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
            let is_wide = ["_fen", "_bytes", "cost", "difference"]
                .iter()
                .any(|end| name.ends_with(end));
            if format == "int64" {
                assert!(is_wide, "{pointer} counts, and fits 32 bits");
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
