//! What is wrong with a JSON body, place by place, by the schema in the document.
//!
//! Every body is checked here before the framework sees it: the framework stops at the first fault,
//! does not say where it is, and takes a number or `false` for a text.

use std::collections::HashMap;

use chrono::DateTime;
use regex::Regex;
use serde_json::Value;
use uuid::Uuid;

use super::fault::{MOST_PLACES, Place, token};
use super::unknown::{Named, nearest, unknown_name};
use crate::calendar;
use crate::problem::{Text, counted};
use crate::text::is_storable;

/// The expressions of the keyword `pattern` in a document, compiled once: a batch has a thousand
/// texts to match.
#[derive(Clone, Debug, Default)]
pub struct Patterns(HashMap<String, Regex>);

impl Patterns {
    /// All that stand anywhere in `document`.
    pub fn of(document: &Value) -> Self {
        let mut patterns = Self::default();
        patterns.gather(document);
        patterns
    }

    fn gather(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.gather(item)),
            Value::Object(object) => {
                if let Some(pattern) = object.get("pattern").and_then(Value::as_str)
                    && let Ok(compiled) = Regex::new(pattern)
                {
                    self.0.insert(pattern.to_owned(), compiled);
                }
                object.values().for_each(|value| self.gather(value));
            }
            _ => {}
        }
    }

    fn fits(&self, pattern: &str, text: &str) -> bool {
        self.0
            .get(pattern)
            .is_none_or(|pattern| pattern.is_match(text))
    }
}

/// All faults of `body` against `schema`, whose references point into `document`; with `blanks`, also
/// texts that are blank where the schema asks for something.
pub fn faults(
    document: &Value,
    patterns: &Patterns,
    schema: &Value,
    body: &Value,
    blanks: bool,
) -> Vec<Place> {
    let mut check = Check {
        document,
        patterns,
        blanks,
        faults: Vec::new(),
    };
    check.value(schema, body, "");
    check.faults
}

/// The schema itself, where `schema` refers to one in `document` or to one "or null".
pub fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let link = schema["$ref"]
        .as_str()
        .and_then(|link| link.strip_prefix('#'));
    if let Some(pointer) = link {
        return resolved(document, document.pointer(pointer).unwrap_or(&Value::Null));
    }
    match schema["anyOf"].get(0) {
        Some(choice) => resolved(document, choice),
        None => schema,
    }
}

struct Check<'a> {
    document: &'a Value,
    patterns: &'a Patterns,
    /// Whether a blank text is a fault.
    blanks: bool,
    faults: Vec<Place>,
}

impl<'a> Check<'a> {
    fn fault(&mut self, pointer: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.faults.push(Place::in_body(pointer, Text::new(zh, en)));
    }

    fn value(&mut self, schema: &'a Value, value: &Value, pointer: &str) {
        // Ours are "this or null".
        if value.is_null() && schema["anyOf"].is_array() {
            return;
        }
        let schema = resolved(self.document, schema);
        if let Some(choices) = schema["oneOf"].as_array() {
            self.one_of(schema, choices, value, pointer);
            return;
        }
        if !self.kind(schema, value, pointer) {
            return;
        }
        if let Some(codes) = schema["enum"].as_array()
            && !codes.contains(value)
        {
            let codes: Vec<_> = codes.iter().filter_map(Value::as_str).collect();
            self.no_code(pointer, value, &codes);
            return;
        }
        match value {
            Value::Object(object) => self.object(schema, object, pointer, None),
            Value::Array(items) => self.array(schema, items, pointer),
            Value::String(text) => self.text(schema, text, pointer),
            Value::Number(number) => self.number(schema, number.as_f64(), pointer),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Checks the type; whether to go on.
    fn kind(&mut self, schema: &Value, value: &Value, pointer: &str) -> bool {
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => return true,
        };
        let fits = |kind: &&str| match *kind {
            "string" => value.is_string(),
            "integer" => value.is_i64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            "null" => value.is_null(),
            _ => true,
        };
        if kinds.iter().any(fits) {
            return true;
        }
        if kinds.contains(&"integer") && value.as_f64().is_some_and(|it| it.fract() == 0.0) {
            let (least, most) = bounds(schema);
            let least = least.map_or_else(|| i64::MIN.to_string(), |it| it.to_string());
            let most = most.map_or_else(|| i64::MAX.to_string(), |it| it.to_string());
            self.fault(
                pointer,
                format!("应为 {least} 至 {most} 的整数"),
                format!("must be a whole number from {least} to {most}"),
            );
            return false;
        }
        let names: Vec<_> = kinds
            .iter()
            .filter(|kind| **kind != "null")
            .map(|kind| match *kind {
                "string" => ("文本", "a text"),
                "integer" => ("整数", "a whole number"),
                "number" => ("数字", "a number"),
                // With a space: the names are Latin letters.
                "boolean" => (" true 或 false", "true or false"),
                "array" => ("列表", "a list"),
                _ => ("对象", "an object"),
            })
            .collect();
        let (zh, en): (Vec<_>, Vec<_>) = names.into_iter().unzip();
        self.fault(
            pointer,
            format!("应为{}", zh.join("或")),
            format!("must be {}", en.join(" or ")),
        );
        false
    }

    /// A value that is none of the codes of its list.
    fn no_code(&mut self, pointer: &str, value: &Value, codes: &[&str]) {
        let meant = value.as_str().and_then(|value| nearest(value, codes));
        let (zh, en) = meant.map_or_else(Default::default, |meant| {
            (
                format!("（您要写的是 {meant} 吗？）"),
                format!(" (did you mean `{meant}`?)"),
            )
        });
        self.fault(
            pointer,
            format!("应为下列之一：{}{zh}", codes.join("、")),
            format!("must be one of: {}{en}", codes.join(", ")),
        );
    }

    fn one_of(&mut self, schema: &'a Value, choices: &'a [Value], value: &Value, pointer: &str) {
        let Some(property) = schema["discriminator"]["propertyName"].as_str() else {
            return;
        };
        let mapping = schema["discriminator"]["mapping"].as_object();
        let chosen = value[property].as_str().and_then(|name| {
            let link = mapping.and_then(|mapping| mapping.get(name));
            choices.iter().find(|choice| link == choice.get("$ref"))
        });
        if let (Some(choice), Some(object)) = (chosen, value.as_object()) {
            // The property that tells the choices apart need not be one of the choice's own.
            let choice = resolved(self.document, choice);
            self.object(choice, object, pointer, Some(property));
            return;
        }
        let names: Vec<&str> = mapping
            .into_iter()
            .flat_map(|mapping| mapping.keys().map(String::as_str))
            .collect();
        self.no_code(&format!("{pointer}/{property}"), &value[property], &names);
    }

    fn object(
        &mut self,
        schema: &'a Value,
        object: &serde_json::Map<String, Value>,
        pointer: &str,
        also_known: Option<&'a str>,
    ) {
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            if !object.contains_key(name) {
                self.fault(&format!("{pointer}/{name}"), "缺少此项", "is missing");
            }
        }
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        for (name, property) in properties {
            if let Some(value) = object.get(name) {
                self.value(property, value, &format!("{pointer}/{name}"));
            }
        }
        let is_known = |name: &str| properties.contains_key(name) || also_known == Some(name);
        if !schema["additionalProperties"].is_null() || object.keys().all(|name| is_known(name)) {
            return;
        }
        let known: Vec<&str> = properties
            .keys()
            .map(String::as_str)
            .chain(also_known)
            .collect();
        // A name that cannot be stored is told as such, by `storable`.
        let unknown = object.keys().filter(|name| !is_known(name));
        for name in unknown.filter(|name| name.chars().all(is_storable)) {
            // Further ones are counted only: to look for what was meant takes its time.
            let words = if self.faults.len() < MOST_PLACES {
                unknown_name(Named::Field, name, &known)
            } else {
                Text::default()
            };
            let place = Place::in_body(format!("{pointer}/{}", token(name)), words);
            self.faults.push(place.unknown());
        }
    }

    fn array(&mut self, schema: &'a Value, items: &[Value], pointer: &str) {
        if let Some(most) = schema["maxItems"].as_u64()
            && items.len() as u64 > most
        {
            self.fault(
                pointer,
                format!("最多 {most} 项"),
                format!("at most {}", number_of(most, "item")),
            );
            return;
        }
        if let Some(least) = schema["minItems"].as_u64()
            && (items.len() as u64) < least
        {
            self.fault(
                pointer,
                format!("至少 {least} 项"),
                format!("at least {}", number_of(least, "item")),
            );
        }
        for (position, item) in items.iter().enumerate() {
            self.value(&schema["items"], item, &format!("{pointer}/{position}"));
        }
    }

    fn text(&mut self, schema: &Value, text: &str, pointer: &str) {
        let length = text.chars().count() as u64;
        if let Some(most) = schema["maxLength"].as_u64()
            && length > most
        {
            self.fault(
                pointer,
                format!("最多 {most} 个字符"),
                format!("at most {}", number_of(most, "character")),
            );
        }
        if let Some(least) = schema["minLength"].as_u64()
            && length < least
        {
            self.fault(
                pointer,
                format!("至少 {least} 个字符"),
                format!("at least {}", number_of(least, "character")),
            );
        } else if self.blanks && schema["minLength"].as_u64() > Some(0) && text.trim().is_empty() {
            self.fault(pointer, "不能只有空格", "must not be blank");
        }
        if let Some(pattern) = schema["pattern"].as_str()
            && !self.patterns.fits(pattern, text)
        {
            // An expression is nothing to show to people: an example is.
            let example = schema["example"]
                .as_str()
                .or(schema["examples"][0].as_str());
            let words = match example {
                Some(example) => Text::new(
                    format!("格式不对，应如 {example}"),
                    format!("is not of the right form, such as {example}"),
                ),
                None => Text::new(
                    "格式不对，请查看 /docs 中对此项的说明",
                    "is not of the right form; see /docs for what is asked here",
                ),
            };
            self.fault(pointer, words.zh, words.en);
        }
        match schema["format"].as_str() {
            Some("uuid") if Uuid::parse_str(text).is_err() => {
                self.fault(pointer, "应为编号（UUID）", "must be a UUID");
            }
            Some("date") if calendar::parse(text).is_none() => {
                self.fault(
                    pointer,
                    "应为 1900 至 2100 年的日期，如 2026-03-01",
                    "must be a date from 1900 to 2100, such as 2026-03-01",
                );
            }
            Some("date-time")
                if !DateTime::parse_from_rfc3339(text)
                    .is_ok_and(|time| calendar::is_in_range(time.date_naive())) =>
            {
                self.fault(
                    pointer,
                    "应为时间，如 2026-03-01T08:00:00Z",
                    "must be a time such as 2026-03-01T08:00:00Z",
                );
            }
            _ => {}
        }
    }

    fn number(&mut self, schema: &Value, number: Option<f64>, pointer: &str) {
        let Some(number) = number else { return };
        let (least, most) = bounds(schema);
        if let Some(most) = most
            && number > most
        {
            self.fault(
                pointer,
                format!("不能大于 {most}"),
                format!("at most {most}"),
            );
        }
        if let Some(least) = least
            && number < least
        {
            self.fault(
                pointer,
                format!("不能小于 {least}"),
                format!("at least {least}"),
            );
        }
    }
}

/// The smallest and the largest number that a schema allows: by its bounds, or by the numbers that its
/// format has.
fn number_of(count: u64, one: &str) -> String {
    counted(i64::try_from(count).unwrap_or(i64::MAX), one)
}

fn bounds(schema: &Value) -> (Option<f64>, Option<f64>) {
    let of_format: (Option<f64>, Option<f64>) = match schema["format"].as_str() {
        Some("int8") => (Some(i8::MIN.into()), Some(i8::MAX.into())),
        Some("int16") => (Some(i16::MIN.into()), Some(i16::MAX.into())),
        Some("int32") => (Some(i32::MIN.into()), Some(i32::MAX.into())),
        Some("uint8") => (Some(0.0), Some(u8::MAX.into())),
        Some("uint16") => (Some(0.0), Some(u16::MAX.into())),
        Some("uint32") => (Some(0.0), Some(u32::MAX.into())),
        Some("uint64") => (Some(0.0), None),
        _ => (None, None),
    };
    let said = |bound: &str| schema[bound].as_f64();
    (
        said("minimum").or(of_format.0),
        said("maximum").or(of_format.1),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(schema: &Value, body: &Value) -> Vec<String> {
        let document = json!({ "components": { "schemas": { "Code": { "type": "string", "enum": ["a", "b"] } } } });
        faults(&document, &Patterns::of(schema), schema, body, true)
            .into_iter()
            .map(|place| format!("{} {}", place.pointer, place.words.zh))
            .collect()
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let schema = json!({
            "type": "object",
            "required": ["name", "days"],
            "properties": {
                "name": { "type": "string", "maxLength": 3, "pattern": "^[a-z]+$", "example": "abc" },
                "days": { "type": "array", "maxItems": 2, "items": { "type": "string", "format": "date" } },
                "code": { "anyOf": [{ "$ref": "#/components/schemas/Code" }, { "type": "null" }] },
                "count": { "type": ["integer", "null"], "minimum": 1, "maximum": 9 },
                "id": { "type": "string", "format": "uuid" },
            },
        });
        assert_eq!(
            places(
                &schema,
                &json!({ "name": "ABCD", "code": "c", "count": 10, "id": "x" })
            ),
            [
                "/days 缺少此项",
                "/name 最多 3 个字符",
                "/name 格式不对，应如 abc",
                "/code 应为下列之一：a、b",
                "/count 不能大于 9",
                "/id 应为编号（UUID）",
            ]
        );
        assert_eq!(
            places(
                &schema,
                &json!({ "name": "a", "days": ["2026-02-30"], "count": "2" })
            ),
            [
                "/days/0 应为 1900 至 2100 年的日期，如 2026-03-01",
                "/count 应为整数"
            ]
        );
        assert_eq!(
            places(
                &schema,
                &json!({ "name": "a", "days": [], "code": null, "count": null })
            ),
            [] as [&str; 0]
        );
        assert_eq!(places(&schema, &json!([])), [" 应为对象"]);
        let name = json!({ "type": "string", "minLength": 1 });
        assert_eq!(places(&name, &json!("")), [" 至少 1 个字符"]);
        assert_eq!(places(&name, &json!(" \u{3000}")), [" 不能只有空格"]);
    }
}
