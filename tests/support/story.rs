//! A story: calls of the API, written in a file, lived through over HTTP, and recorded as examples.

use std::collections::BTreeMap;
use std::time::Duration;

use qianshou::api::API_ROOT;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::document::{document, operations, resolve};
use super::stable::Stable;
use super::{Answer, TestServer};

/// Who calls, where a call does not say so.
const USUALLY: &str = "office";
/// Who has no token.
const NOBODY: &str = "nobody";
/// How often a call is made until the answer is as it should be, and how long to wait between.
const TRIES: u32 = 12_000;
const WAIT: Duration = Duration::from_millis(10);
/// Of a longer list an example shows the first items.
const MOST_ITEMS: usize = 2;

/// One call. In all its texts `{name}` is what was kept under that name before.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Call {
    /// The name under which the token of the caller was kept.
    by: Option<String>,
    path: Map<String, Value>,
    query: Map<String, Value>,
    header: Map<String, Value>,
    body: Option<Value>,
    /// The content of a .csv file that is sent as a form.
    file: Option<String>,
    /// Whether it only leads to the call that is the example.
    aside: bool,
    /// The status of the problem that it must be answered with.
    problem: Option<u16>,
    /// It is made again until the answer has these values at these pointers.
    until: BTreeMap<String, Value>,
    /// What to keep of the answer: a name for what stands at a pointer, or in a header.
    keep: BTreeMap<String, String>,
}

/// Lives through a story; gives a request to each operation, the first that it makes, with the answer, and
/// a problem of each status.
pub async fn live(server: &TestServer, story: &str) -> Value {
    let steps: Vec<BTreeMap<String, Call>> = serde_yaml::from_str(story).unwrap();
    let document = document();
    let mut life = Life {
        server,
        document: &document,
        kept: BTreeMap::new(),
        stable: Stable::default(),
        calls: BTreeMap::new(),
        examples: Map::new(),
        problems: BTreeMap::new(),
    };
    for (id, call) in steps.into_iter().flatten() {
        life.step(&id, call).await;
    }
    let Life {
        mut examples,
        problems,
        ..
    } = life;
    let in_order = operations(&document).into_iter().filter_map(|(_, it)| {
        let id = it["operationId"].as_str().unwrap();
        Some((id.to_owned(), examples.remove(id)?))
    });
    let in_order: Map<_, _> = in_order.collect();
    json!({ "operations": in_order, "problems": problems })
}

struct Life<'a> {
    server: &'a TestServer,
    document: &'a Value,
    kept: BTreeMap<String, String>,
    stable: Stable,
    /// How often each operation was called.
    calls: BTreeMap<String, u32>,
    examples: Map<String, Value>,
    problems: BTreeMap<String, Value>,
}

impl Life<'_> {
    async fn step(&mut self, id: &str, call: Call) {
        let (name, operation) = operations(self.document)
            .into_iter()
            .find(|(_, operation)| operation["operationId"] == id)
            .unwrap_or_else(|| panic!("{id} is no operation"));
        let call = self.filled(call, id);
        let answer = self.answer(&name, operation, &call).await;
        let told = format!("{id} by {:?}: {} {}", call.by, answer.status, answer.text());
        let is_as_told = match call.problem {
            Some(status) => answer.status == status,
            None => (200..300).contains(&answer.status),
        };
        assert!(is_as_told, "{told}");
        let body = body_of(&answer);
        for (name, place) in &call.keep {
            let value = if place.starts_with('/') {
                body.pointer(place).map(in_words)
            } else {
                Some(answer.header(place).to_owned())
            };
            let value = value.unwrap_or_else(|| panic!("nothing at {place}: {told}"));
            self.kept.insert(name.clone(), value);
        }
        self.record(id, operation, &call, &answer, &body);
    }

    /// With what was kept in the place of its names.
    fn filled(&self, call: Call, id: &str) -> Call {
        let fill = |value: Value| self.with_names(value, id);
        let all = |values: Map<String, Value>| {
            let filled = values.into_iter().map(|(name, value)| (name, fill(value)));
            filled.collect()
        };
        Call {
            path: all(call.path),
            query: all(call.query),
            header: all(call.header),
            body: call.body.map(fill),
            ..call
        }
    }

    fn with_names(&self, value: Value, id: &str) -> Value {
        match value {
            Value::String(text) => {
                let text = self.kept.iter().fold(text, |text, (name, kept)| {
                    text.replace(&format!("{{{name}}}"), kept)
                });
                assert!(!text.contains('{'), "{id}: nothing is kept for {text}");
                text.into()
            }
            Value::Array(items) => {
                let items = items.into_iter().map(|item| self.with_names(item, id));
                items.collect()
            }
            Value::Object(fields) => {
                let filled = fields
                    .into_iter()
                    .map(|(name, value)| (name, self.with_names(value, id)));
                filled.collect::<Map<_, _>>().into()
            }
            other => other,
        }
    }

    async fn answer(&self, name: &str, operation: &Value, call: &Call) -> Answer {
        for _ in 0..TRIES {
            let answer = self.send(name, operation, call).await;
            let body = body_of(&answer);
            let is_there = |(place, value): (&String, &Value)| body.pointer(place) == Some(value);
            // All tests share the queue in which passwords wait, and some flood it.
            let is_busy = answer.status == 503 && body["code"] == "log_in_busy";
            if !is_busy && call.until.iter().all(is_there) {
                return answer;
            }
            tokio::time::sleep(WAIT).await;
        }
        let last = self.send(name, operation, call).await;
        panic!("{name} is never {:?}: {}", call.until, last.text());
    }

    async fn send(&self, name: &str, operation: &Value, call: &Call) -> Answer {
        let (method, template) = name.split_once(' ').unwrap();
        let mut path = format!("{API_ROOT}{template}");
        for (name, value) in &call.path {
            path = path.replace(&format!("{{{name}}}"), &in_words(value));
        }
        let mut client = self.server.stranger();
        let by = call.by.as_deref().unwrap_or(USUALLY);
        if by != NOBODY {
            let token = self.kept.get(by);
            client.token = Some(token.unwrap_or_else(|| panic!("{by} is not there")).clone());
        }
        let query: Vec<_> = call
            .query
            .iter()
            .map(|(name, value)| (name, in_words(value)))
            .collect();
        let mut sent = client.at(&method.parse().unwrap(), &path).query(&query);
        for (name, value) in &call.header {
            sent = sent.header(name, &in_words(value));
        }
        if let Some(body) = &call.body {
            let media = operation["requestBody"]["content"].as_object();
            let kind = media.and_then(|media| media.keys().next());
            let kind = kind.map_or("application/json", String::as_str);
            sent = sent.body(kind, body.to_string());
        }
        if let Some(file) = &call.file {
            sent = sent.file("名册.csv", "text/csv", file.clone().into_bytes());
        }
        sent.await
    }

    fn record(&mut self, id: &str, operation: &Value, call: &Call, answer: &Answer, body: &Value) {
        let times = self.calls.entry(id.to_owned()).or_default();
        *times += 1;
        let place = format!("{id} {times}");
        let mut request = Map::new();
        for (name, values) in [
            ("path", &call.path),
            ("query", &call.query),
            ("header", &call.header),
        ] {
            if !values.is_empty() {
                request.insert(name.to_owned(), values.clone().into());
            }
        }
        if let Some(body) = &call.body {
            request.insert("body".to_owned(), body.clone());
        }
        if let Some(file) = &call.file {
            request.insert("body".to_owned(), json!({ "file": file }));
        }
        let request = self.stable.request(&request.into(), &place);
        let body = self.stable.answer(body, &place);
        if let Some(status) = call.problem {
            self.problems.entry(status.to_string()).or_insert(body);
            return;
        }
        let response = resolve(
            self.document,
            &operation["responses"][answer.status.to_string()],
        );
        let declared = response["headers"].as_object().into_iter().flatten();
        let header: Map<String, Value> = declared
            .map(|(name, _)| {
                let place = format!("{place} {name}");
                let value = self.stable.header(name, answer.header(name), &place);
                (name.clone(), value.into())
            })
            .collect();
        let mut example = json!({ "request": request, "status": answer.status });
        if !header.is_empty() {
            example["header"] = header.into();
        }
        if !body.is_null() {
            example["body"] = shortened(body);
        }
        if !call.aside {
            self.examples.entry(id).or_insert(example);
        }
    }
}

/// A value as it stands in a path or a text.
fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The JSON of an answer; of a stream, that of its last event; null of a file.
fn body_of(answer: &Answer) -> Value {
    let text = answer.text();
    let json = if answer
        .header("content-type")
        .starts_with("text/event-stream")
    {
        let mut events = text.lines().filter_map(|line| line.strip_prefix("data:"));
        events.next_back().unwrap_or_default().trim()
    } else {
        &text
    };
    serde_json::from_str(json).unwrap_or_default()
}

/// With the first items only of long lists.
fn shortened(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let first = items.into_iter().take(MOST_ITEMS).map(shortened);
            first.collect()
        }
        Value::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name, shortened(value)));
            fields.collect::<Map<_, _>>().into()
        }
        other => other,
    }
}
