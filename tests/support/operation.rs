//! The operations of the document, as the tests of rights ask for them.

use qianshou::access::{Permission, Role};
use qianshou::code_list::CodeList;
use reqwest::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::document::{json_schema, operations, resolve};
use super::{Call, Client};

/// One operation of the document.
pub struct Operation<'d> {
    pub id: &'d str,
    pub method: Method,
    pub path: String,
    pub parameters: Vec<&'d Value>,
    /// The permissions of which one is needed, if any is: `x-permission`.
    pub permissions: Vec<Permission>,
    /// Of whom it answers: `x-scope`.
    pub scope: &'d str,
    /// Query parameters that must be there.
    pub needed: Vec<(&'d str, Value)>,
    pub body: Option<Body>,
}

pub enum Body {
    Json(Value),
    File,
    /// JSON that ends too early.
    Broken,
}

impl Operation<'_> {
    /// Whether accounts of this role may ask for it.
    pub fn admits(&self, role: Role) -> bool {
        let permits = |needed: &Permission| role.permits(*needed);
        self.permissions.is_empty() || self.permissions.iter().any(permits)
    }

    pub fn changes(&self) -> bool {
        self.method != Method::GET
    }

    /// A call whose path speaks of these ids, with a body by the document and a key.
    pub fn call(&self, client: &Client, ids: impl Fn(&str) -> Uuid) -> Call {
        self.call_with(client, ids, self.body.as_ref())
    }

    pub fn call_with(
        &self,
        client: &Client,
        ids: impl Fn(&str) -> Uuid,
        body: Option<&Body>,
    ) -> Call {
        let mut path = self
            .path
            .replace("{household_id}", &ids("households").to_string())
            .replace("{year}", "2026")
            .replace("{kind}", "households");
        if path.contains("{id}") {
            let first = self.path.split('/').nth(1).unwrap();
            path = path.replace("{id}", &ids(first).to_string());
        }
        assert!(!path.contains('{'), "{path} has another parameter");
        let mut call = client.at(&self.method, &format!("/api/v1{path}"));
        for (name, value) in &self.needed {
            call = call.query(&[(name, value)]);
        }
        let call = match body {
            Some(Body::Json(body)) => call.json(body),
            Some(Body::Broken) => call.body("application/json", "{"),
            Some(Body::File) => call.file("a.xlsx", "application/octet-stream", b"PK".to_vec()),
            None => call,
        };
        if self
            .parameters
            .iter()
            .any(|one| one["name"] == "Idempotency-Key")
        {
            call.key(&Uuid::now_v7().to_string())
        } else {
            call
        }
    }
}

fn permissions(operation: &Value) -> Vec<Permission> {
    let codes = operation["x-permission"].as_array().unwrap();
    let known = |code: &Value| Permission::from_code(code.as_str().unwrap()).unwrap();
    codes.iter().map(known).collect()
}

/// All operations that need a token.
pub fn signed_operations(document: &Value) -> Vec<Operation<'_>> {
    let all = all_operations(document).into_iter();
    all.filter(|operation| operation.scope != "public")
        .collect()
}

/// All operations of the document.
pub fn all_operations(document: &Value) -> Vec<Operation<'_>> {
    operations(document)
        .into_iter()
        .map(|(name, operation)| {
            let (method, path) = name.split_once(' ').unwrap();
            let has_body = operation["requestBody"].is_object();
            let body = has_body.then(|| match json_schema(operation) {
                Some(schema) => Body::Json(example(document, schema)),
                None => Body::File,
            });
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let needed = parameters
                .clone()
                .filter(|one| one["in"] == "query" && one["required"] == true)
                .map(|one| {
                    let name = one["name"].as_str().unwrap();
                    (name, example(document, &one["schema"]))
                });
            Operation {
                id: operation["operationId"].as_str().unwrap(),
                permissions: permissions(operation),
                scope: operation["x-scope"].as_str().unwrap(),
                method: method.parse().unwrap(),
                path: path.to_owned(),
                needed: needed.collect(),
                parameters: parameters.collect(),
                body,
            }
        })
        .collect()
}

/// A value that a schema takes, with all properties of an object.
fn example(document: &Value, schema: &Value) -> Value {
    let schema = resolve(document, schema);
    if let Some(choices) = schema["enum"].as_array() {
        return choices[0].clone();
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema[choice].get(0) {
            return example(document, first);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds[0].as_str(),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let filled = properties.map(|(name, below)| (name.clone(), example(document, below)));
            Value::Object(filled.collect::<Map<_, _>>())
        }
        Some("array") => json!([example(document, &schema["items"])]),
        Some("boolean") => json!(true),
        Some("integer" | "number") => match schema["minimum"].as_i64() {
            Some(minimum) => json!(minimum),
            None => json!(1),
        },
        Some("string") => match schema["format"].as_str() {
            Some("date") => json!("2026-01-15"),
            Some("date-time") => json!("2026-01-15T08:00:00Z"),
            Some("uuid") => json!(Uuid::now_v7()),
            _ => {
                let length = schema["minLength"].as_u64().unwrap_or(1).max(1);
                json!("文".repeat(usize::try_from(length).unwrap()))
            }
        },
        other => panic!("no example of {other:?}: {schema}"),
    }
}
