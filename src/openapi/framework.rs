//! From the framework's document, which speaks `OpenAPI` 3.0 in its own way, to ours of 3.1.

use std::collections::BTreeMap;

use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde_json::{Map, Value, json};

use super::admission::{self, Admissions};
use super::{answers, headers, names};
use crate::problem;

/// The media type of our JSON answers, as the framework names it.
const FRAMEWORK_JSON: &str = "application/json; charset=utf-8";
const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";
const PROBLEM_JSON: &str = "application/problem+json";

/// The versions of `OpenAPI` in which the document can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The document as the service goes by it.
    V3_1,
    /// For generators of clients that know no later one.
    V3_0,
}

/// Our document from the framework's.
pub fn translated(framework: &str, version: Version, admissions: Admissions) -> Value {
    let mut document = parse(framework);
    let mut problems = BTreeMap::new();
    for (method, operation) in operations_mut(&mut document) {
        tidy_operation(operation, &mut problems);
        admission::describe(operation, admissions);
        if method == "patch" {
            merge_patch(operation, version);
        }
    }
    answers::give_always(&mut document);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.values_mut().for_each(tidy_object);
    }
    let problem_codes = &mut document["components"]["schemas"]["Problem"]["properties"]["code"];
    problem_codes["description"] = json!(problem_codes_in_words());
    document["components"]["responses"] = problems.into_iter().collect();
    document["tags"] = tags_in_order(&document);
    names::rename(&mut document);
    plain(&mut document);
    match version {
        Version::V3_1 => {
            document["openapi"] = json!("3.1.0");
            document["info"]["license"]["identifier"] = document["info"]["license"]["name"].take();
            into_3_1(&mut document);
        }
        Version::V3_0 => {
            document["openapi"] = json!("3.0.3");
            document["info"]["license"]["url"] = json!("https://spdx.org/licenses/");
            let schemas = document["components"]["schemas"].clone();
            typed_nullable(&mut document, &schemas);
        }
    }
    document["info"]["license"]["name"] = json!("MIT or Apache 2.0");
    document
}

/// Reads the framework's document. Operations on one path that come from two rooms stand there
/// under the same key twice.
fn parse(framework: &str) -> Value {
    struct Merging;

    impl<'de> Visitor<'de> for Merging {
        type Value = Value;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Value, M::Error> {
            let mut merged = Map::new();
            while let Some(key) = map.next_key::<String>()? {
                let value = if key == "paths" {
                    map.next_value_seed(Self)?
                } else {
                    map.next_value()?
                };
                match (merged.get_mut(&key).and_then(Value::as_object_mut), value) {
                    (Some(there), Value::Object(more)) => there.extend(more),
                    (Some(_), _) => return Err(M::Error::custom(format!("{key} stands twice"))),
                    (None, value) => {
                        merged.insert(key, value);
                    }
                }
            }
            Ok(Value::Object(merged))
        }
    }

    impl<'de> DeserializeSeed<'de> for Merging {
        type Value = Value;

        fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
            from.deserialize_map(self)
        }
    }

    let mut reader = serde_json::Deserializer::from_str(framework);
    Merging.deserialize(&mut reader).unwrap_or_else(|error| {
        tracing::error!(%error, "the framework's document cannot be read");
        json!({ "info": {}, "paths": {}, "components": {} })
    })
}

/// What a problem's `code` may say.
fn problem_codes_in_words() -> String {
    let codes: Vec<_> = problem::CODES
        .iter()
        .map(|(code, meaning)| format!("- `{code}`: {meaning}"))
        .collect();
    format!(
        "The kind of problem for programs. New codes may come: meet one that you do not know by the HTTP status.\n\n{}",
        codes.join("\n")
    )
}

/// All operations, each with its method.
pub(super) fn operations_mut(document: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    document["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
        .flat_map(Map::iter_mut)
}

/// Says that a change is a merge patch (RFC 7396). It is taken as plain JSON too, which is not said: with two
/// media types of one body several generators make code that does not run. Those of 3.0 know no merge patch.
fn merge_patch(operation: &mut Value, version: Version) {
    if let Some(content) = operation["requestBody"]["content"].as_object_mut()
        && version == Version::V3_1
        && let Some(media) = content.remove(JSON)
    {
        content.insert(MERGE_PATCH.to_owned(), media);
    }
}

/// Puts one operation in order, and moves the problems that it can give to where they stand once.
fn tidy_operation(operation: &mut Value, problems: &mut BTreeMap<String, Value>) {
    if operation.get("security").is_none() {
        operation["security"] = json!([]);
    }
    plain_json(&mut operation["requestBody"]);
    if operation["requestBody"].is_null()
        && let Some(operation) = operation.as_object_mut()
    {
        operation.remove("requestBody");
    }
    // Without the tag it answers 428: whoever generates a client must know.
    let needs_tag = operation["responses"].get("428").is_some();
    for parameter in operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        describe_parameter(parameter);
        if parameter["name"] == "If-Match" && needs_tag {
            parameter["required"] = json!(true);
        }
    }
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for (status, response) in responses {
        if response["content"].get(PROBLEM_JSON).is_some() {
            let name = format!("Problem{status}");
            let link = json!({ "$ref": format!("#/components/responses/{name}") });
            problems.insert(name, std::mem::replace(response, link));
            continue;
        }
        plain_json(response);
        plain_events(response);
        headers::name(response);
        if response["description"] == "" {
            response["description"] = json!("Done.");
        }
    }
}

/// A parameter whose type has a description needs none of its own.
fn describe_parameter(parameter: &mut Value) {
    if let Some(schema) = parameter["schema"].as_object_mut()
        && let Some(description) = schema.remove("description")
        && parameter["description"].is_null()
    {
        parameter["description"] = description;
    }
}

/// Names the media type without its character set: JSON has but one (RFC 8259).
fn plain_json(body: &mut Value) {
    if let Some(content) = body.get_mut("content").and_then(Value::as_object_mut)
        && let Some(media) = content.remove(FRAMEWORK_JSON)
    {
        content.insert(JSON.to_owned(), media);
    }
}

/// Says what the events of a stream tell, which is what generators of clients ask for; the framework
/// calls the stream a list of it.
fn plain_events(response: &mut Value) {
    if let Some(content) = response.get_mut("content")
        && let Some(media) = content.get_mut("text/event-stream")
    {
        media["schema"] = media["schema"]["items"].take();
    }
}

/// Lets every property that may be absent be `null` as well, which the service reads as absent and
/// may write so.
fn tidy_object(schema: &mut Value) {
    let required: Vec<String> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(ToOwned::to_owned))
        .collect();
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, property) in properties {
        whole_numbers(name, property);
        // An empty list or an object as a default does not compile in several languages; that it may be
        // left out says as much.
        if property
            .get("default")
            .is_some_and(|it| it.is_array() || it.is_object())
            && let Some(property) = property.as_object_mut()
        {
            property.remove("default");
        }
        if !required.contains(name) && property.get("default").is_none() {
            property["nullable"] = json!(true);
        }
    }
}

/// What ends the names of numbers that may be beyond 32 bits: money. What pairs cost is not: a pair costs a few
/// thousand at most, by the bounds of the rules.
const WIDE: &str = "_fen";

/// Numbers that count are of 32 bits in every language; the format of the framework is that of the field
/// in the program. `OpenAPI` has no unsigned ones.
fn whole_numbers(name: &str, property: &mut Value) {
    let format = property["format"].as_str().unwrap_or_default();
    let (is_whole, is_unsigned) = (format.contains("int"), format.starts_with("uint"));
    if is_unsigned && property["minimum"].is_null() {
        property["minimum"] = json!(0);
    }
    if is_whole && property["type"] == "integer" {
        let is_wide = name.ends_with(WIDE);
        property["format"] = json!(if is_wide { "int64" } else { "int32" });
    }
}

/// The tags in the order in which the operations use them.
fn tags_in_order(document: &Value) -> Value {
    let Some(tags) = document["tags"].as_array() else {
        return json!([]);
    };
    let used: Vec<&Value> = document["paths"]
        .as_object()
        .into_iter()
        .flat_map(Map::values)
        .filter_map(Value::as_object)
        .flat_map(Map::values)
        .flat_map(|operation| operation["tags"].as_array().into_iter().flatten())
        .collect();
    let mut tags: Vec<Value> = tags
        .iter()
        .filter(|tag| used.contains(&&tag["name"]))
        .cloned()
        .collect();
    tags.sort_by_key(|tag| used.iter().position(|name| **name == tag["name"]));
    Value::Array(tags)
}

/// Puts everything below in plain words.
fn plain(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(plain),
        Value::Object(object) => {
            object.values_mut().for_each(plain);
            plain_words(object);
        }
        _ => {}
    }
}

/// Turns `OpenAPI` 3.0's own words into those of JSON Schema, which 3.1 speaks, everywhere below.
fn into_3_1(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(into_3_1),
        Value::Object(object) => {
            object.values_mut().for_each(into_3_1);
            one_reference(object);
            if object.get("nullable") == Some(&json!(true)) {
                object.remove("nullable");
                nullable(object);
            }
        }
        _ => {}
    }
}

/// In 3.0 a schema may be `null` only beside its type (3.0.3, schema object): a reference has none of its own.
fn typed_nullable(value: &mut Value, schemas: &Value) {
    match value {
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| typed_nullable(value, schemas)),
        Value::Object(object) => {
            object
                .values_mut()
                .for_each(|value| typed_nullable(value, schemas));
            if object.get("nullable") != Some(&json!(true)) || object.contains_key("type") {
                return;
            }
            if let Some(reference) = object.remove("$ref") {
                object.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
            }
            let parts = object.get("allOf").and_then(Value::as_array);
            let reference = parts
                .into_iter()
                .flatten()
                .find_map(|part| part["$ref"].as_str());
            let name = reference.and_then(|it| it.rsplit('/').next());
            let kind = name.map_or(Value::Null, |name| schemas[name]["type"].clone());
            if kind.is_string() {
                object.insert("type".to_owned(), kind);
            }
        }
        _ => {}
    }
}

/// The framework wraps a reference and its description in `allOf`; in 3.1 they may stand side by
/// side.
fn one_reference(schema: &mut Map<String, Value>) {
    let Some(Value::Array(parts)) = schema.get("allOf") else {
        return;
    };
    let Some(reference) = parts.iter().find_map(|part| part.get("$ref")).cloned() else {
        return;
    };
    schema.remove("allOf");
    schema.insert("$ref".to_owned(), reference);
}

/// Leaves out what the framework says of everything, and says the rest in the words that generators
/// of clients know: a day is a `date`, a bound of whole numbers is whole.
fn plain_words(object: &mut Map<String, Value>) {
    if object.get("deprecated") == Some(&json!(false)) {
        object.remove("deprecated");
    }
    if object.contains_key("in") {
        object.remove("explode");
    }
    if object.get("format") == Some(&json!("naive-date")) {
        object.insert("format".to_owned(), json!("date"));
    }
    for bound in ["minimum", "maximum"] {
        if let Some(number) = object.get_mut(bound)
            && let Some(float) = number.as_f64()
            && let Ok(whole) = format!("{float:.0}").parse::<i64>()
            && float.fract() == 0.0
        {
            *number = json!(whole);
        }
    }
}

fn nullable(schema: &mut Map<String, Value>) {
    if let Some(reference) = schema.remove("$ref") {
        schema.insert(
            "anyOf".to_owned(),
            json!([{ "$ref": reference }, { "type": "null" }]),
        );
    } else if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_described_by_its_events() {
        let mut response = json!({ "content": { "text/event-stream": { "schema": {
            "type": "array", "items": { "$ref": "#/x" } } } } });
        plain_events(&mut response);
        assert_eq!(
            response["content"]["text/event-stream"]["schema"],
            json!({ "$ref": "#/x" })
        );
    }

    #[test]
    fn what_may_be_null_says_so() {
        let mut property = json!({ "allOf": [{ "$ref": "#/x" }, { "description": "d" }], "description": "d", "nullable": true });
        into_3_1(&mut property);
        assert_eq!(
            property,
            json!({ "description": "d", "anyOf": [{ "$ref": "#/x" }, { "type": "null" }] })
        );
        let mut property = json!({ "type": "string", "nullable": true });
        into_3_1(&mut property);
        assert_eq!(property, json!({ "type": ["string", "null"] }));
    }

    #[test]
    fn days_and_bounds_are_in_plain_words() {
        let mut schema = json!({ "type": "string", "format": "naive-date", "deprecated": false });
        plain(&mut schema);
        assert_eq!(schema, json!({ "type": "string", "format": "date" }));
        let mut schema = json!({ "minimum": 1.0, "maximum": 0.5 });
        plain(&mut schema);
        assert_eq!(schema.to_string(), r#"{"minimum":1,"maximum":0.5}"#);
    }
}
