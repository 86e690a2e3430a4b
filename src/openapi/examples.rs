//! Examples: a request to each operation as somebody sent it, and what the service answered.
//!
//! `examples.json` beside this file is recorded, not written: a test lives an office's day through HTTP
//! (`tests/document/story.yaml`), and compares what it was answered with what stands there.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::framework::operations_mut;

/// `operations`: by its id, the `request` to each (`path`, `query`, `header`, `body`), and `status`, `header`
/// and `body` of the answer. `problems`: by their status, each once for all operations.
static EXAMPLES: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("examples.json")).unwrap_or_else(|error| {
        tracing::error!(%error, "the examples cannot be read");
        json!({})
    })
});

/// Puts all examples where they belong.
pub(super) fn put_into(document: &mut Value) {
    for (_, operation) in operations_mut(document) {
        if let Some(id) = operation["operationId"].as_str()
            && let Some(example) = EXAMPLES["operations"].get(id)
        {
            put_request(operation, &example["request"]);
            put_answer(operation, example);
        }
    }
    let problems = EXAMPLES["problems"].as_object().into_iter().flatten();
    for (status, problem) in problems {
        let response = document["components"]["responses"].get_mut(format!("Problem{status}"));
        if let Some(response) = response {
            put_body(response, problem);
        }
    }
}

fn put_request(operation: &mut Value, request: &Value) {
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let place = parameter["in"].as_str().unwrap_or_default();
        let name = parameter["name"].as_str().unwrap_or_default();
        if let Some(value) = request[place].get(name) {
            parameter["example"] = value.clone();
        }
    }
    if let (Some(body), Some(value)) = (operation.get_mut("requestBody"), request.get("body")) {
        put_body(body, value);
    }
}

fn put_answer(operation: &mut Value, example: &Value) {
    let status = example["status"].to_string();
    let Some(response) = operation["responses"].get_mut(status) else {
        return;
    };
    if let Some(value) = example.get("body") {
        put_body(response, value);
    }
    let headers = response.get_mut("headers").and_then(Value::as_object_mut);
    for (name, header) in headers.into_iter().flatten() {
        if let Some(value) = example["header"].get(name) {
            header["example"] = value.clone();
        }
    }
}

/// The example of a body, of whichever media type: all of them hold the same.
fn put_body(body: &mut Value, value: &Value) {
    let content = body.get_mut("content").and_then(Value::as_object_mut);
    for (_, media) in content.into_iter().flatten() {
        media["example"] = value.clone();
    }
}
