//! The `OpenAPI` document.

use qianshou::openapi::Version;
use reqwest::Method;
use serde_json::{Value, json};

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

/// The schema of the JSON that an operation takes: plain, or a merge patch.
pub fn json_schema(operation: &Value) -> Option<&Value> {
    let content = operation["requestBody"]["content"].as_object()?;
    let mut kinds = content.iter();
    let (_, media) = kinds.find(|(kind, _)| kind.ends_with("json"))?;
    Some(&media["schema"])
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

/// Method, path with values for its parameters, and description of every operation.
pub fn filled_operations(document: &Value) -> Vec<(Method, String, &Value)> {
    let all = operations(document).into_iter();
    all.map(|(name, operation)| {
        let (method, template) = name.split_once(' ').unwrap();
        (method.parse().unwrap(), filled(template), operation)
    })
    .collect()
}

/// What a link leads to; of "this or null", this.
pub fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = resolve(document, schema);
    match schema["anyOf"].as_array() {
        Some(choices) => resolved(document, &choices[0]),
        None => schema,
    }
}

/// The type of a value, of "this or null" this.
pub fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(kinds) => kinds[0].as_str().unwrap(),
        kind => kind.as_str().unwrap_or("object"),
    }
}

/// A value that the schema allows, with every property there is.
pub fn sample(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(code) = schema["enum"].get(0) {
        return code.clone();
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let name = schema["discriminator"]["mapping"]
            .as_object()
            .and_then(|mapping| mapping.keys().next().cloned())
            .unwrap();
        let mut value = sample(document, &choices[0]);
        let property = schema["discriminator"]["propertyName"].as_str().unwrap();
        value[property] = json!(name);
        return value;
    }
    match kind(schema) {
        "string" => match schema["format"].as_str() {
            Some("uuid") => json!(ID),
            Some("date") => json!("2026-03-01"),
            Some("date-time") => json!("2026-03-01T08:00:00Z"),
            _ => json!("abcdefgh"),
        },
        "integer" | "number" => schema
            .get("minimum")
            .cloned()
            .filter(|least| !least.is_null())
            .unwrap_or(json!(1)),
        "boolean" => json!(true),
        "array" => json!([sample(document, &schema["items"])]),
        _ => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties
                .map(|(name, property)| (name.clone(), sample(document, property)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
    }
}
