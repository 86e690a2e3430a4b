//! The `OpenAPI` document.

use serde_json::Value;

pub const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

pub fn document() -> Value {
    serde_json::from_str(&qianshou::server::openapi(false)).unwrap()
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

pub fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(link) => document.pointer(link.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}
