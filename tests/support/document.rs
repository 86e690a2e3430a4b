//! The `OpenAPI` document.

use qianshou::openapi::Version;
use serde_json::Value;

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// The document as the program prints it. It needs a runtime: the application has a pool of connections,
/// though it opens none.
pub fn document() -> Value {
    serde_json::from_str(&qianshou::server::openapi(Version::V3_1, false)).unwrap()
}

/// `(METHOD path, operation)` of every operation.
pub fn operations(document: &Value) -> Vec<(String, &Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(METHODS.contains(&method.as_str()), "{method} {path}");
            operations.push((format!("{} {path}", method.to_uppercase()), operation));
        }
    }
    operations
}

/// The id in a path that is filled in; nothing has it.
pub const ID: &str = "01a20000-0000-7000-8000-000000000000";

/// A path of the document, with values for its parameters.
pub fn filled(template: &str) -> String {
    let path = template
        .replace("{id}", ID)
        .replace("{household_id}", ID)
        .replace("{year}", "2026")
        .replace("{kind}", "households");
    assert!(!path.contains('{'), "{path} has another parameter");
    format!("/api/v1{path}")
}

/// The schema that a link leads to.
pub fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(link) => document.pointer(link.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// The id and the path of every operation that reads.
pub fn get_operations() -> Vec<(String, String)> {
    let document = document();
    let all = operations(&document).into_iter();
    all.filter_map(|(name, operation)| {
        let path = name.strip_prefix("GET ")?;
        let id = operation["operationId"].as_str().unwrap();
        Some((id.to_owned(), path.to_owned()))
    })
    .collect()
}
