//! What is wrong with a JSON body, place by place, by the schema in the document.
//!
//! Every body is checked here before the framework sees it: the framework stops at the first fault,
//! does not say where it is, and takes a number or `false` for a text.

use std::collections::HashMap;

use chrono::DateTime;
use regex::Regex;
use serde_json::Value;
use uuid::Uuid;

use crate::calendar;
use crate::problem::Text;

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
) -> Vec<(String, Text)> {
    let mut check = Check {
        document,
        patterns,
        blanks,
        faults: Vec::new(),
    };
    check.value(schema, body, "");
    check.faults
}

struct Check<'a> {
    document: &'a Value,
    patterns: &'a Patterns,
    /// Whether a blank text is a fault.
    blanks: bool,
    faults: Vec<(String, Text)>,
}

impl<'a> Check<'a> {
    fn fault(&mut self, pointer: &str, zh: impl Into<String>, en: impl Into<String>) {
        let (zh, en) = (zh.into(), en.into());
        self.faults.push((pointer.to_owned(), Text { zh, en }));
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        match schema["$ref"]
            .as_str()
            .and_then(|link| link.strip_prefix('#'))
        {
            Some(pointer) => self.document.pointer(pointer).unwrap_or(&Value::Null),
            None => schema,
        }
    }

    fn value(&mut self, schema: &'a Value, value: &Value, pointer: &str) {
        let schema = self.resolve(schema);
        if let Some(choices) = schema["anyOf"].as_array() {
            // Ours are "this or null".
            if let Some(choice) = choices.first().filter(|_| !value.is_null()) {
                self.value(choice, value, pointer);
            }
            return;
        }
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
            self.fault(
                pointer,
                format!("应为下列之一：{}", codes.join("、")),
                format!("must be one of: {}", codes.join(", ")),
            );
            return;
        }
        match value {
            Value::Object(object) => self.object(schema, object, pointer),
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
            "integer" => value.is_i64() || value.is_u64(),
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
        let names: Vec<_> = kinds
            .iter()
            .filter(|kind| **kind != "null")
            .map(|kind| match *kind {
                "string" => "文本",
                "integer" => "整数",
                "number" => "数字",
                "boolean" => "true 或 false",
                "array" => "列表",
                _ => "对象",
            })
            .collect();
        let kinds: Vec<_> = kinds.into_iter().filter(|kind| *kind != "null").collect();
        self.fault(
            pointer,
            format!("应为{}", names.join("或")),
            format!("must be of type {}", kinds.join(" or ")),
        );
        false
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
        if let Some(choice) = chosen {
            self.value(choice, value, pointer);
            return;
        }
        let names: Vec<&str> = mapping
            .into_iter()
            .flat_map(|mapping| mapping.keys().map(String::as_str))
            .collect();
        self.fault(
            &format!("{pointer}/{property}"),
            format!("应为下列之一：{}", names.join("、")),
            format!("must be one of: {}", names.join(", ")),
        );
    }

    fn object(
        &mut self,
        schema: &'a Value,
        object: &serde_json::Map<String, Value>,
        pointer: &str,
    ) {
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap_or_default();
            if !object.contains_key(name) {
                self.fault(&format!("{pointer}/{name}"), "缺少此项", "is missing");
            }
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(value) = object.get(name) {
                self.value(property, value, &format!("{pointer}/{name}"));
            }
        }
    }

    fn array(&mut self, schema: &'a Value, items: &[Value], pointer: &str) {
        if let Some(most) = schema["maxItems"].as_u64()
            && items.len() as u64 > most
        {
            self.fault(
                pointer,
                format!("最多 {most} 项"),
                format!("at most {most} items"),
            );
            return;
        }
        if let Some(least) = schema["minItems"].as_u64()
            && (items.len() as u64) < least
        {
            self.fault(
                pointer,
                format!("至少 {least} 项"),
                format!("at least {least} items"),
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
                format!("at most {most} characters"),
            );
        }
        if let Some(least) = schema["minLength"].as_u64()
            && length < least
        {
            self.fault(
                pointer,
                format!("至少 {least} 个字符"),
                format!("at least {least} characters"),
            );
        } else if self.blanks && schema["minLength"].as_u64() > Some(0) && text.trim().is_empty() {
            self.fault(pointer, "不能只有空格", "must not be blank");
        }
        if let Some(pattern) = schema["pattern"].as_str()
            && !self.patterns.fits(pattern, text)
        {
            self.fault(
                pointer,
                format!("格式应为 {pattern}"),
                format!("must match {pattern}"),
            );
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
        if let Some(most) = schema["maximum"].as_f64()
            && number > most
        {
            self.fault(
                pointer,
                format!("不能大于 {most}"),
                format!("at most {most}"),
            );
        }
        if let Some(least) = schema["minimum"].as_f64()
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(schema: &Value, body: &Value) -> Vec<String> {
        let document = json!({ "components": { "schemas": { "Code": { "type": "string", "enum": ["a", "b"] } } } });
        faults(&document, &Patterns::of(schema), schema, body, true)
            .into_iter()
            .map(|(pointer, words)| format!("{pointer} {}", words.zh))
            .collect()
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let schema = json!({
            "type": "object",
            "required": ["name", "days"],
            "properties": {
                "name": { "type": "string", "maxLength": 3, "pattern": "^[a-z]+$" },
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
                "/name 格式应为 ^[a-z]+$",
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
