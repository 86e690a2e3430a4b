//! What is wrong with the parameters of a request, by the document: those of the query, the path and
//! the headers, all of them at once.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use poem::http::{HeaderMap, header};
use serde_json::Value;

use super::body::{self, Patterns, resolved};
use super::fault::{MOST_PLACES, Place};
use super::unknown::{Named, unknown_name};
use crate::api::{EntityTags, NO_ENTITY_TAG};
use crate::problem::Text;

/// Where a request may have sent parameters.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// The path below the API's root.
    pub path: &'a str,
    /// Names and values of the query.
    pub query: &'a [(String, String)],
    /// The headers.
    pub headers: &'a HeaderMap,
}

/// What the document says of an operation's parameters.
pub(super) struct Described<'a> {
    pub document: &'a Value,
    pub patterns: &'a Patterns,
    /// The operation's path, with names in the place of its parameters.
    pub template: &'a str,
    pub operation: &'a Value,
}

impl Described<'_> {
    /// All that is wrong.
    pub fn faults(&self, sent: Sent<'_>) -> Vec<Place> {
        let described = self.operation["parameters"].as_array();
        let mut known = Vec::new();
        let mut faults = Vec::new();
        for parameter in described.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap_or_default();
            let sent_in = parameter["in"].as_str().unwrap_or_default();
            if sent_in == "query" {
                known.push(name);
            }
            let words = match self.values(sent_in, name, sent) {
                Ok(values) => self.wrong(parameter, &values),
                Err(words) => Some(words),
            };
            faults.extend(words.map(|words| Place::of_parameter(sent_in, name, words)));
        }
        let mut unknown: Vec<&str> = Vec::new();
        for (name, _) in sent.query {
            let is_told = known.contains(&name.as_str()) || unknown.contains(&name.as_str());
            if !is_told && unknown.len() < MOST_PLACES {
                unknown.push(name);
            }
        }
        faults.extend(unknown.into_iter().map(|name| {
            let words = unknown_name(Named::Parameter, name, &known);
            let short: String = name.chars().take(100).collect();
            Place::of_parameter("query", &short, words).unknown()
        }));
        faults
    }

    /// All values of a parameter.
    fn values<'s>(
        &self,
        sent_in: &str,
        name: &str,
        sent: Sent<'s>,
    ) -> Result<Vec<Cow<'s, str>>, Text> {
        match sent_in {
            "query" => {
                let of_name = sent.query.iter().filter(|(other, _)| other == name);
                Ok(of_name.map(|(_, value)| value.into()).collect())
            }
            "path" => {
                let parts = self.template.split('/').zip(sent.path.split('/'));
                let is_it = |part: &str| {
                    let inner = part.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
                    inner == Some(name)
                };
                let of_name = parts.filter(|(part, _)| is_it(part));
                Ok(of_name
                    .map(|(_, value)| percent_decode_str(value).decode_utf8_lossy())
                    .collect())
            }
            _ => {
                let values = sent.headers.get_all(name).iter();
                values
                    .map(|value| value.to_str().map(Cow::from).map_err(|_| not_ascii()))
                    .collect()
            }
        }
    }

    /// What is wrong with the values of one parameter.
    fn wrong(&self, parameter: &Value, values: &[Cow<'_, str>]) -> Option<Text> {
        let name = parameter["name"].as_str().unwrap_or_default();
        let is_if_match = name.eq_ignore_ascii_case(header::IF_MATCH.as_str());
        let schema = resolved(self.document, &parameter["schema"]);
        let is_list = schema["type"] == "array";
        let value = match values {
            // Without a version the operation answers 428, once it knows that there is such a record.
            [] if parameter["required"] == true && !is_if_match => {
                return Some(Text::new("缺少此项", "is missing"));
            }
            [] => return None,
            [_, _, ..] if !is_list => {
                let count = values.len();
                return Some(Text::new(
                    format!("出现了 {count} 次，只能写一次"),
                    format!("stands here {count} times; give it once"),
                ));
            }
            values if is_list => {
                let item = resolved(self.document, &schema["items"]);
                values.iter().map(|value| read(item, value)).collect()
            }
            [value, ..] => read(schema, value),
        };
        let faults = body::faults(self.document, self.patterns, schema, &value, false);
        if let Some(first) = faults.into_iter().next() {
            return Some(first.words);
        }
        let no_tag = is_if_match && EntityTags::read(&values[0]).is_none();
        no_tag.then(|| Text::new(NO_ENTITY_TAG.0, NO_ENTITY_TAG.1))
    }
}

/// A value as JSON has it; a text, where it is not of the schema's type.
fn read(schema: &Value, value: &str) -> Value {
    let read = match schema["type"].as_str() {
        Some("integer") => {
            let whole = value.parse::<i64>().ok().map(Value::from);
            // One that is too large is a number all the same, and is told so.
            let is_whole = value
                .trim_start_matches('-')
                .bytes()
                .all(|it| it.is_ascii_digit());
            let large = || {
                value
                    .parse::<f64>()
                    .ok()
                    .filter(|it| is_whole && it.is_finite())
            };
            whole.or_else(|| large().map(Value::from))
        }
        Some("number") => value.parse::<f64>().ok().map(Value::from),
        Some("boolean") => value.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    read.unwrap_or_else(|| value.into())
}

fn not_ascii() -> Text {
    Text::new(
        "只能使用英文字母、数字和英文标点",
        "may hold ASCII characters only",
    )
}

#[cfg(test)]
mod tests {
    use poem::http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn places(path: &str, query: &[(&str, &str)], headers: &[(&'static str, &str)]) -> Vec<String> {
        let operation = json!({ "parameters": [
            { "in": "path", "name": "id", "required": true, "schema": { "type": "string", "format": "uuid" } },
            { "in": "query", "name": "limit", "schema": { "type": "integer", "minimum": 1, "maximum": 200 } },
            { "in": "query", "name": "mine", "schema": { "type": "boolean" } },
            { "in": "query", "name": "state", "schema": { "anyOf": [{ "$ref": "#/state" }, { "type": "null" }] } },
            { "in": "query", "name": "include", "schema": { "type": "array", "items": { "$ref": "#/state" } } },
            { "in": "header", "name": "If-Match", "required": true, "schema": { "type": "string", "maxLength": 9 } },
            { "in": "header", "name": "Idempotency-Key", "required": true, "schema": { "type": "string" } },
        ] });
        let document = json!({ "state": { "type": "string", "enum": ["open", "closed"] } });
        let described = Described {
            document: &document,
            patterns: &Patterns::default(),
            template: "/a/{id}",
            operation: &operation,
        };
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut sent = HeaderMap::new();
        for (name, value) in headers {
            sent.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let faults = described.faults(Sent {
            path,
            query: &query,
            headers: &sent,
        });
        let told = |place: Place| format!("{} {}", place.pointer, place.words.zh);
        faults.into_iter().map(told).collect()
    }

    const ID: &str = "/a/01a20000-0000-7000-8000-000000000000";
    const KEY: (&str, &str) = ("idempotency-key", "k");

    #[test]
    fn every_parameter_is_named_that_is_wrong() {
        let all = [
            ("limit", "x"),
            ("mine", "yes"),
            ("state", "opne"),
            ("include", "open"),
            ("include", "shut"),
            ("Limit", "1"),
        ];
        assert_eq!(
            places(ID, &[("limit", "99999999999999999999")], &[KEY]),
            ["/query/limit 应为 1 至 200 的整数"]
        );
        assert_eq!(
            places("/a/17", &all, &[]),
            [
                "/path/id 应为编号（UUID）",
                "/query/limit 应为整数",
                "/query/mine 应为 true 或 false",
                "/query/state 应为下列之一：open、closed（您要写的是 open 吗？）",
                "/query/include 应为下列之一：open、closed",
                "/header/Idempotency-Key 缺少此项",
                "/query/Limit 没有这个参数，您要写的是 limit 吗？（可用：limit、mine、state、include）",
            ]
        );
        let good = [
            ("limit", "1"),
            ("mine", "true"),
            ("state", "open"),
            ("include", "open"),
        ];
        assert_eq!(places(ID, &good, &[KEY]), [] as [&str; 0]);
    }

    #[test]
    fn a_parameter_stands_once() {
        let twice = [("limit", "1"), ("limit", "1")];
        let told = places(ID, &twice, &[KEY, KEY]);
        assert_eq!(
            told,
            [
                "/query/limit 出现了 2 次，只能写一次",
                "/header/Idempotency-Key 出现了 2 次，只能写一次",
            ]
        );
        let unknown = [("a", "1"), ("a", "2")];
        assert_eq!(places(ID, &unknown, &[KEY]).len(), 1);
    }

    #[test]
    fn a_version_is_named_by_an_entity_tag() {
        let told = |tag| places(ID, &[], &[KEY, ("if-match", tag)]);
        for good in ["\"3\"", "W/\"3\"", "*"] {
            assert_eq!(told(good), [] as [&str; 0]);
        }
        assert_eq!(
            told("3"),
            ["/header/If-Match 应为读取时得到的 ETag，连同引号原样发送，如 \"3\""]
        );
    }
}
