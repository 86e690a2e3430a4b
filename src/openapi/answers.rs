//! Schemas that stand in answers alone: what may be left out of a request, such as a list without an item, is
//! always there in an answer.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

const SCHEMAS: &str = "#/components/schemas/";

/// Says of whatever has a default that it is there, in all schemas that no request holds.
pub(super) fn give_always(document: &mut Value) {
    let sent = sent(document);
    let schemas = document["components"]["schemas"].as_object_mut();
    for (name, schema) in schemas.into_iter().flatten() {
        if !sent.contains(name) {
            require_defaults(schema);
        }
    }
}

fn require_defaults(schema: &mut Value) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    let given: Vec<Value> = properties
        .into_iter()
        .flatten()
        .filter_map(|(name, property)| {
            property.as_object_mut()?.remove("default")?;
            Some(json!(name))
        })
        .collect();
    if given.is_empty() {
        return;
    }
    match schema.get_mut("required").and_then(Value::as_array_mut) {
        Some(required) => required.extend(given),
        None => schema["required"] = given.into(),
    }
}

/// The names of all schemas that a request can hold.
fn sent(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().into_iter();
    let operations = paths.flat_map(Map::values).filter_map(Value::as_object);
    let mut found = BTreeSet::new();
    let mut open: Vec<&Value> = operations
        .flat_map(Map::values)
        .flat_map(|operation| [&operation["requestBody"], &operation["parameters"]])
        .collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.values()),
            Value::String(text) => {
                if let Some(name) = text.strip_prefix(SCHEMAS)
                    && found.insert(name.to_owned())
                {
                    open.push(&document["components"]["schemas"][name]);
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_what_a_request_may_leave_out() {
        let object = json!({ "properties": { "list": { "default": [] }, "name": {} }, "required": ["name"] });
        let mut document = json!({
            "paths": { "/a": { "post": {
                "requestBody": { "schema": { "$ref": "#/components/schemas/Outer" } },
                "responses": { "200": { "schema": { "$ref": "#/components/schemas/Given" } } },
            } } },
            "components": { "schemas": {
                "Outer": { "properties": { "inner": { "$ref": "#/components/schemas/Sent" } } },
                "Sent": object,
                "Given": object,
            } },
        });
        give_always(&mut document);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Sent"], object);
        assert_eq!(schemas["Given"]["required"], json!(["name", "list"]));
        assert_eq!(schemas["Given"]["properties"]["list"], json!({}));
    }
}
