//! Who may do what, proved over the whole document: leaders change nothing, helpers only what is
//! theirs, and what is another's is answered as if it were not there.

use chrono::NaiveDate;
use qianshou::access::Role;
use reqwest::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::support::document::{document, json_schema, operations, resolve};
use crate::support::world::World;
use crate::support::{Answer, Call, Client, PASSWORD};

/// The changing operations of every account that is logged in: of its own session and password.
const OF_ONESELF: [&str; 3] = ["deleteSession", "renewSession", "setPassword"];

/// The changing operations of helpers, for the households that they serve.
const OF_HELPERS: [&str; 7] = [
    "logVisit",
    "logVisits",
    "correctVisit",
    "setHelpPlan",
    "proposeLift",
    "createHandoverNote",
    "readHandoverNote",
];

/// One operation of the document that needs a token.
struct Operation<'d> {
    id: &'d str,
    method: Method,
    path: String,
    parameters: Vec<&'d Value>,
    /// Query parameters that must be there.
    needed: Vec<(&'d str, Value)>,
    body: Option<Body>,
}

enum Body {
    Json(Value),
    File,
    /// JSON that ends too early.
    Broken,
}

impl Operation<'_> {
    fn changes(&self) -> bool {
        self.method != Method::GET
    }

    /// A call whose path speaks of these ids, with a body by the document and a key.
    fn call(&self, client: &Client, ids: impl Fn(&str) -> Uuid) -> Call {
        self.call_with(client, ids, self.body.as_ref())
    }

    fn call_with(&self, client: &Client, ids: impl Fn(&str) -> Uuid, body: Option<&Body>) -> Call {
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

fn signed_operations(document: &Value) -> Vec<Operation<'_>> {
    let all = operations(document).into_iter();
    let signed = all.filter(|(_, operation)| operation["security"] != json!([]));
    signed
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

#[tokio::test]
async fn a_leader_changes_nothing_anywhere() {
    let world = World::start().await;
    // Even one who as a person of the staff is responsible for the household.
    let person = world.helper.staff_id.unwrap();
    let leader = world.server.client_of(Role::Leader, Some(person)).await;
    let before = world.rows().await;
    let document = document();
    let mut faults = Vec::new();
    let mut tried = 0;
    for operation in signed_operations(&document) {
        if !operation.changes() || OF_ONESELF.contains(&operation.id) {
            continue;
        }
        let well_formed = operation.call(&leader, |segment| world.record(segment));
        let record = |segment: &str| world.record(segment);
        let malformed = operation.call_with(&leader, record, Some(&Body::Broken));
        for call in [well_formed, malformed] {
            let answer = call.if_match("*").await;
            let code = answer.text();
            if answer.status != 403 || !code.contains("urn:qianshou:problem:forbidden") {
                faults.push(format!("{}: {} {code}", operation.id, answer.status));
            }
        }
        tried += 1;
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 30, "only {tried} operations");
    assert_eq!(world.rows().await, before);
    // What is their own: the password of their account, and of no other.
    let password = json!({ "password": "一个新的口令八字", "current_password": PASSWORD });
    let set = |id: Uuid| {
        leader
            .post(&format!("/accounts/{id}/password"))
            .json(&password)
    };
    set(world.helper.account_id.unwrap())
        .await
        .expect_problem(403, "forbidden");
    set(leader.account_id.unwrap()).await.expect(200);
}

#[tokio::test]
async fn a_helper_is_refused_every_change_that_is_not_of_helpers() {
    let world = World::start().await;
    let before = world.rows().await;
    let document = document();
    let mut faults = Vec::new();
    let mut left = Vec::from(OF_HELPERS);
    left.extend(OF_ONESELF);
    for operation in signed_operations(&document) {
        if !operation.changes() {
            continue;
        }
        if let Some(place) = left.iter().position(|id| *id == operation.id) {
            left.swap_remove(place);
            continue;
        }
        let call = operation.call(&world.helper, |segment| world.record(segment));
        let answer = call.if_match("*").await;
        let code = answer.text();
        if answer.status != 403 || !code.contains("urn:qianshou:problem:forbidden") {
            faults.push(format!("{}: {} {code}", operation.id, answer.status));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(left.is_empty(), "gone from the document: {left:?}");
    assert_eq!(world.rows().await, before);
}

/// All that an answer tells, but for the ids that were asked for.
fn told(answer: &Answer, asked: &[Uuid]) -> (u16, Vec<String>, String) {
    let mut text = answer.text();
    for id in asked {
        text = text.replace(&id.to_string(), "ID");
    }
    let headers = answer.headers.iter();
    // Each request has its own of these, whatever it asks for.
    let own = ["date", "content-length", "x-request-id"];
    let telling = headers.filter(|(name, _)| !own.contains(&name.as_str()));
    let mut headers: Vec<_> = telling
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    (answer.status, headers, text)
}

#[tokio::test]
async fn to_a_helper_what_is_anothers_is_as_if_it_were_not_there() {
    let world = World::start().await;
    let stranger = &world.stranger;
    let document = document();
    let mut faults = Vec::new();
    let mut tried = 0;
    for operation in signed_operations(&document) {
        if !operation.path.contains("{id}") {
            continue;
        }
        for if_match in [None, Some("*"), Some("\"999\"")] {
            let mut answers = Vec::new();
            for there in [true, false] {
                let nobody = Uuid::now_v7();
                let id = |segment: &str| if there { world.record(segment) } else { nobody };
                let mut call = operation.call(stranger, id);
                if let Some(tag) = if_match {
                    call = call.if_match(tag);
                }
                let mut asked: Vec<_> = world.records.values().copied().collect();
                asked.push(nobody);
                answers.push(told(&call.await, &asked));
            }
            let answer = &answers[0];
            if answers[0] != answers[1] || ![403, 404].contains(&answer.0) {
                faults.push(format!("{} {if_match:?}: {answers:#?}", operation.id));
            }
        }
        tried += 1;
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 40, "only {tried} operations");
}

#[tokio::test]
async fn no_list_tells_a_helper_what_is_there_of_others() {
    let world = World::start().await;
    let document = document();
    let mut faults = Vec::new();
    let mut tried = 0;
    for operation in signed_operations(&document) {
        let ids = operation.parameters.iter().filter(|parameter| {
            parameter["in"] == "query"
                && parameter["schema"]["format"] == "uuid"
                && parameter["required"] != true
        });
        for parameter in ids {
            let name = parameter["name"].as_str().unwrap();
            let there = match name {
                "household_id" => world.record("households"),
                "staff_id" => world.record("staff"),
                "unit_id" => world.record("units"),
                "profile_id" => world.record("import-profiles"),
                other => panic!("say what `{other}` of {} names", operation.id),
            };
            let mut answers = Vec::new();
            for id in [there, Uuid::now_v7()] {
                let call = operation.call(&world.stranger, |segment| world.record(segment));
                let answer = call.query(&[(name, id)]).await;
                answers.push(told(&answer, &[id]));
            }
            if answers[0] != answers[1] {
                faults.push(format!("{}?{name}: {answers:#?}", operation.id));
            }
            tried += 1;
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 8, "only {tried} parameters");
}

#[tokio::test]
async fn who_may_not_see_a_list_is_told_so_whatever_cursor_they_send() {
    let world = World::start().await;
    let document = document();
    let mut faults = Vec::new();
    let mut tried = 0;
    for operation in signed_operations(&document) {
        let mut parameters = operation.parameters.iter();
        if !parameters.any(|parameter| parameter["name"] == "cursor") {
            continue;
        }
        let record = |segment: &str| world.record(segment);
        let refused = operation.call(&world.stranger, record).await.status;
        if refused == 200 {
            continue;
        }
        let call = operation.call(&world.stranger, record);
        let answer = call.query(&[("cursor", "made up")]).await;
        if answer.status != refused {
            let id = operation.id;
            faults.push(format!(
                "{id}: {refused}, and {} with a cursor",
                answer.status
            ));
        }
        tried += 1;
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 8, "only {tried} lists");
}

#[tokio::test]
async fn no_rule_no_key_and_no_batch_tells_a_helper_what_is_there_of_others() {
    let world = World::start().await;
    let (server, stranger) = (&world.server, &world.stranger);
    let own = server.household_of(stranger.staff_id.unwrap()).await;
    let (there, nowhere) = (world.record("households"), Uuid::now_v7());
    let day = |ago: u64| server.days_ago(ago);
    let visit = |on: NaiveDate| json!({ "visited_on": on, "kind": "phone" });
    let first = format!("/households/{own}/visits");
    let first = stranger.post(&first).key("used").json(&visit(day(1)));
    first.await.expect(201);
    let tomorrow = server.app.today().succ_opt().unwrap();
    let plan = |on| json!({ "approach": "先治病", "measures": ["health"], "decided_on": on });
    let lift = |on| json!({ "date": on, "person": "村民小组" });
    for (what, key, body) in [
        ("visits", "used", visit(day(1))),
        ("visits", "new", visit(tomorrow)),
        ("visits", "new", visit(day(200))),
        ("plans", "used", plan(day(1))),
        ("plans", "new", plan(tomorrow)),
        ("lifts", "used", lift(day(1))),
        ("lifts", "new", lift(tomorrow)),
    ] {
        let mut answers = Vec::new();
        for id in [there, nowhere] {
            let path = format!("/households/{id}/{what}");
            let answer = stranger.post(&path).key(key).json(&body).await;
            answer.expect_problem(404, "not_found");
            answers.push(told(&answer, &[id]));
        }
        assert_eq!(answers[0], answers[1]);
    }
    let item =
        |id: Uuid| json!({ "idempotency_key": "used", "household_id": id, "visit": visit(day(1)) });
    let batch = json!({ "visits": [item(there), item(nowhere)] });
    let results = stranger
        .post("/visits/batch")
        .json(&batch)
        .await
        .expect(200)["results"]
        .clone();
    assert_eq!(results[0]["status"], 404);
    assert_eq!(results[0], results[1]);
}
