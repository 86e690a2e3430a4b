//! Who may do what, proved over the whole document: leaders change nothing, helpers only what is
//! theirs, and what is another's is answered as if it were not there. And what time does to it: after
//! the end of a pairing, after a departure.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use qianshou::access::service::{self, NewAccount};
use qianshou::access::{Caller, Role, history};
use qianshou::db::Engine;
use qianshou::on;
use reqwest::Method;
use serde_json::{Map, Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::document::{document, operations, resolve};
use crate::support::register::sound_household;
use crate::support::{Answer, Call, Client, PASSWORD, TestServer, household};

/// The changing operations of every account that is logged in: of its own session and password.
const OF_ONESELF: [&str; 2] = ["deleteSession", "setPassword"];

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
            let content = operation["requestBody"]["content"].as_object();
            let body = content.map(|content| match content.get("application/json") {
                Some(media) => Body::Json(example(document, &media["schema"])),
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

/// Where the records stand of which a path speaks by its first segment.
const TABLES: [(&str, &str); 14] = [
    ("accounts", "account"),
    ("assistances", "assistance"),
    ("handover-notes", "handover_note"),
    ("households", "household"),
    ("import-profiles", "import_profile"),
    ("imports", "import"),
    ("lifts", "lift"),
    ("pairing-constraints", "pairing_constraint"),
    ("pairing-runs", "pairing_run"),
    ("pairings", "pairing"),
    ("staff", "staff"),
    ("staff-leaves", "staff_leave"),
    ("units", "unit"),
    ("visits", "visit"),
];

/// An office in which there is one record at least of each kind, none of which is the stranger's, who
/// has a household of his own.
struct World {
    server: TestServer,
    office: Client,
    helper: Client,
    stranger: Client,
    records: BTreeMap<&'static str, Uuid>,
}

impl World {
    async fn start() -> Self {
        let server = TestServer::start().await;
        let office = server.client(Role::Office).await;
        let former = server.client(Role::Helper).await;
        let helper = server.client(Role::Helper).await;
        let id = server.add_household(sound_household("王二喜")).await;
        let (from, hand_over) = (server.days_ago(300), server.days_ago(100));
        let pairing = server.pair(id, former.staff_id.unwrap(), from).await;
        let made = async |path: &str, body: Value| {
            let answer = office.post(path).json(&body).key(path).await;
            assert!([200, 201].contains(&answer.status), "{}", answer.text());
        };
        let ends = json!({ "date": hand_over, "reason": "调整" });
        made(&format!("/pairings/{pairing}/end"), ends).await;
        let note = json!({ "text": "老人听力差" });
        made(&format!("/pairings/{pairing}/handover-notes"), note).await;
        server.pair(id, helper.staff_id.unwrap(), hand_over).await;
        let visit = json!({ "visited_on": server.days_ago(5), "kind": "phone" });
        made(&format!("/households/{id}/visits"), visit).await;
        let lift = json!({ "date": server.days_ago(4), "person": "村民小组" });
        made(&format!("/households/{id}/lifts"), lift).await;
        let plan = json!({
            "approach": "先治病", "measures": ["health"], "decided_on": server.days_ago(3),
        });
        made(&format!("/households/{id}/plans"), plan).await;
        let second = server.add_staff().await;
        let assist = json!({ "household_id": id, "staff_id": second, "reason": "村干部" });
        made("/assistances", assist).await;
        let leave = json!({ "from_date": "2020-01-01", "to_date": "2020-01-02", "reason": "产假" });
        made(&format!("/staff/{second}/leaves"), leave).await;
        let forbid = json!({
            "kind": "forbidden", "household_id": id, "staff_id": former.staff_id, "reason": "亲属",
        });
        made("/pairing-constraints", forbid).await;
        let profile = json!({
            "kind": "households", "name": "县表", "columns": [{ "heading": "村名", "field": "village" }],
        });
        made("/import-profiles", profile).await;
        server.add_household(household("待结对")).await;
        made("/pairing-runs", json!({})).await;
        let mut records = BTreeMap::new();
        for (segment, table) in TABLES {
            records.insert(segment, first_of(&server, table).await);
        }
        records.insert("households", id);
        records.insert("staff", helper.staff_id.unwrap());
        let stranger = server.client(Role::Helper).await;
        server.household_of(stranger.staff_id.unwrap()).await;
        Self {
            server,
            office,
            helper,
            stranger,
            records,
        }
    }

    /// The record of which a path speaks by its first segment.
    fn record(&self, segment: &str) -> Uuid {
        let found = self.records.get(segment);
        *found.unwrap_or_else(|| panic!("say in TABLES where the records of /{segment} stand"))
    }

    /// How many rows each table has, of which `history` has one more for each change.
    async fn rows(&self) -> BTreeMap<String, i64> {
        let mut tx = self.server.db.read().await.unwrap();
        let names = match tx.engine() {
            Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
            Engine::Postgres => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
            }
        };
        let names: Vec<String> = on!(&mut tx, connection =>
            sqlx::query_scalar(names).fetch_all(connection).await)
        .unwrap();
        assert!(names.contains(&"history".to_owned()), "{names:?}");
        let mut rows = BTreeMap::new();
        for name in names {
            let sql = format!("SELECT count(*) FROM {name}");
            let count: i64 = on!(&mut tx, connection =>
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await)
            .unwrap();
            rows.insert(name, count);
        }
        rows
    }
}

async fn first_of(server: &TestServer, table: &str) -> Uuid {
    let sql = format!("SELECT id FROM {table} ORDER BY id LIMIT 1");
    let mut tx = server.db.read().await.unwrap();
    let found: Option<Uuid> = on!(&mut tx, connection =>
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_optional(connection).await)
    .unwrap();
    found.unwrap_or_else(|| panic!("the world has no {table}"))
}

/// An account of this role that belongs to a person of the staff, logged in.
async fn account_of(server: &TestServer, role: Role, staff_id: Uuid) -> Client {
    let username = format!("{role}-{staff_id}");
    let new = NewAccount {
        username: username.clone(),
        role,
        staff_id: Some(staff_id),
        password: Some(PASSWORD.to_owned()),
    };
    service::create(&server.app, &Caller::command_line(), new)
        .await
        .unwrap();
    server.log_in(&username).await
}

#[tokio::test]
async fn a_leader_changes_nothing_anywhere() {
    let world = World::start().await;
    // Even one who as a person of the staff is responsible for the household.
    let person = world.helper.staff_id.unwrap();
    let leader = account_of(&world.server, Role::Leader, person).await;
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
    // What is his own: the password of his account, and of no other.
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
    let telling = headers.filter(|(name, _)| !["date", "content-length"].contains(&name.as_str()));
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

#[tokio::test]
async fn who_was_replaced_hands_in_visits_of_his_days_for_a_time_and_nothing_else() {
    let world = World::start().await;
    let (server, office, helper) = (&world.server, &world.office, &world.helper);
    let id = world.record("households");
    let me = helper.staff_id.unwrap();
    let logged = |ago: u64, key: &str| {
        let visit = json!({ "visited_on": server.days_ago(ago), "kind": "phone" });
        let path = format!("/households/{id}/visits");
        helper.post(&path).key(key).json(&visit)
    };
    let own = logged(20, "a").await.expect(201);
    let pairing = format!("/pairings?staff_id={me}&current=true");
    let pairing = office.get(&pairing).await.expect(200)["items"][0].clone();
    let ends = json!({ "date": server.days_ago(5), "reason": "换人" });
    let end = format!("/pairings/{}/end", pairing["id"].as_str().unwrap());
    office.post(&end).json(&ends).await.expect(200);

    // Sent again, the same answer; a new one of his days is taken, and of no other day.
    assert_eq!(logged(20, "a").await.expect(201), own);
    let late = logged(6, "b").await.expect(201);
    assert_eq!(late["staff_id"], json!(me));
    for (ago, key) in [(4, "c"), (101, "d")] {
        let refused = logged(ago, key).await;
        let problem = refused.expect_problem(403, "not_your_household");
        let days = format!("{} 至 {}", server.days_ago(100), server.days_ago(5));
        assert!(
            problem["detail"].as_str().unwrap().contains(&days),
            "{problem}"
        );
    }
    let all = helper.get("/pairings").await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 1, "to hand in by");

    // Nothing is read, corrected, noted, planned or proposed.
    let visit = format!("/visits/{}", late["id"].as_str().unwrap());
    let note = format!(
        "/pairings/{}/handover-notes",
        pairing["id"].as_str().unwrap()
    );
    let path = format!("/households/{id}");
    let today = server.app.today();
    for call in [
        helper.get(&path),
        helper.get(&format!("{path}/history")),
        helper.get(&format!("{path}/helper")),
        helper.get(&format!("{path}/method")),
        helper.get(&format!("{path}/plans")),
        helper.get(&visit),
        helper.get(&format!("{visit}/history")),
        helper.get(&format!("/lifts/{}", world.record("lifts"))),
        helper
            .patch(&visit)
            .if_match("*")
            .json(&json!({ "reason": "错字", "note": "改" })),
        helper.post(&note).json(&json!({ "text": "补充" })),
        helper.post(&format!(
            "/handover-notes/{}/read",
            world.record("handover-notes")
        )),
        helper
            .post(&format!("{path}/plans"))
            .json(&json!({ "approach": "先治病", "measures": ["health"], "decided_on": today })),
        helper
            .post(&format!("{path}/lifts"))
            .json(&json!({ "date": today, "person": "组" })),
    ] {
        call.await.expect_problem(404, "not_found");
    }
    for list in [
        "/households",
        "/visits",
        "/method",
        "/lifts",
        "/handover-notes",
    ] {
        let page = helper.get(list).await.expect(200);
        assert_eq!(page["items"], json!([]), "{list}");
    }

    // The office sets for how long.
    for (days, open) in [(5, true), (4, false), (0, false)] {
        let settings = office.get("/settings").await;
        let mut body = settings.expect(200);
        body["hand_in_days"] = json!(days);
        let set = office.put("/settings").if_match(settings.header("etag"));
        set.json(&body).await.expect(200);
        let again = logged(20, "a").await;
        let new = logged(7, &format!("{days} days")).await;
        let listed = helper.get("/pairings").await.expect(200);
        let listed = listed["items"].as_array().unwrap().len();
        if open {
            assert_eq!(again.expect(201), own);
            new.expect(201);
            assert_eq!(listed, 1);
        } else {
            for refused in [again, new] {
                let problem = refused.expect_problem(403, "hand_in_over");
                let ended = server.days_ago(5).to_string();
                assert!(
                    problem["detail"].as_str().unwrap().contains(&ended),
                    "{problem}"
                );
            }
            assert_eq!(listed, 0);
        }
    }
    // The office logs it for him.
    let visit = json!({ "visited_on": server.days_ago(8), "kind": "phone" });
    let typed = office.post(&format!("{path}/visits")).key("o").json(&visit);
    assert_eq!(typed.await.expect(201)["staff_id"], json!(me));
}

#[tokio::test]
async fn a_hand_over_note_is_written_to_the_day_of_the_hand_over() {
    let world = World::start().await;
    let (server, helper) = (&world.server, &world.helper);
    let me = helper.staff_id.unwrap();
    let ended_on = async |to: NaiveDate| {
        let id = server.add_household(household("李三喜")).await;
        let pairing = server.pair(id, me, server.days_ago(50)).await;
        let body = json!({ "date": to, "reason": "换人" });
        let end = format!("/pairings/{pairing}/end");
        world.office.post(&end).json(&body).await.expect(200);
        let path = format!("/pairings/{pairing}/handover-notes");
        helper
            .post(&path)
            .json(&json!({ "text": "老人听力差" }))
            .await
    };
    ended_on(server.app.today()).await.expect(201);
    let late = ended_on(server.days_ago(1)).await;
    late.expect_problem(404, "not_found");
}

#[tokio::test]
async fn an_account_closes_with_the_departure_of_its_person() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let office = server.client(Role::Office).await;
    let other = server.client(Role::Helper).await;
    for way in ["departure", "change"] {
        let helper = server.client(Role::Helper).await;
        let person = helper.staff_id.unwrap();
        // The same person may have another account, of another role.
        let clerk = account_of(&server, Role::Office, person).await;
        let clients = [&helper, &clerk];
        for client in clients {
            client.get("/accounts/me").await.expect(200);
        }
        let path = format!("/staff/{person}");
        let left = match way {
            "departure" => {
                let body = json!({ "kind": "retired" });
                office.post(&format!("{path}/departure")).json(&body)
            }
            _ => office.patch(&path).json(&json!({ "active": false })),
        };
        left.if_match("*").await.expect(200);
        let log_in = async |client: &Client| {
            let body = json!({ "username": client.username, "password": PASSWORD });
            server.stranger().post("/sessions").json(&body).await
        };
        for client in clients {
            let me = client.get("/accounts/me").await;
            me.expect_problem(401, "unauthenticated");
            let refused = log_in(client).await;
            refused.expect_problem(401, "wrong_credentials");
            let id = client.account_id.unwrap().to_string();
            let mut tx = server.db.read().await.unwrap();
            let kept = history::of(&mut tx, "account", &id).await.unwrap();
            assert_eq!(kept[0].action, "close_with_person");
            assert_eq!(kept[0].actor, office.username);
            assert_eq!(kept[0].before.0["active"], true);
        }
        // Nobody opens it while the person is away.
        let open = async |client: &Client| {
            let path = format!("/accounts/{}", client.account_id.unwrap());
            let body = json!({ "active": true });
            administrator.patch(&path).if_match("*").json(&body).await
        };
        open(&helper).await.expect_problem(422, "no_such_person");
        // A second lock: an account whose row says open, such as one of before this rule.
        let mut tx = server.db.write().await.unwrap();
        on!(&mut tx, connection => sqlx::query("UPDATE account SET active = TRUE WHERE staff_id = $1")
            .bind(person).execute(connection).await.map(|_| ()))
        .unwrap();
        let now = server.app.now();
        qianshou::insert!(&mut tx, "token", [()], |_token| {
            digest: digest(helper.token.as_deref().unwrap()),
            account_id: helper.account_id.unwrap(),
            created_at: now,
            expires_at: now + TimeDelta::hours(1),
        })
        .unwrap();
        tx.commit().await.unwrap();
        let me = helper.get("/accounts/me").await;
        me.expect_problem(401, "unauthenticated");
        let refused = log_in(&helper).await;
        refused.expect_problem(401, "wrong_credentials");
        // Back again, it stays closed until an administrator opens it.
        let back = json!({ "reason": "返聘", "take_up": false });
        let back = office.post(&format!("{path}/return")).json(&back);
        back.if_match("*").await.expect(200);
        log_in(&helper)
            .await
            .expect_problem(401, "wrong_credentials");
        open(&helper).await.expect(200);
        log_in(&helper).await.expect(201);
        log_in(&clerk)
            .await
            .expect_problem(401, "wrong_credentials");
    }
    other.get("/accounts/me").await.expect(200);
}

/// What the database knows of a token.
fn digest(token: &str) -> String {
    use sha2::{Digest, Sha256};
    qianshou::text::hex(&Sha256::digest(token.as_bytes()))
}
