//! Examples: one for every operation, as somebody sent it and as it was answered.

use std::collections::BTreeSet;

use poem::http::HeaderMap;
use poem_openapi::types::ToJSON;
use qianshou::access::making::{self, NewAccount};
use qianshou::access::{Caller, Role};
use qianshou::db;
use qianshou::middleware::MAX_JSON_BYTES;
use qianshou::openapi::Version;
use qianshou::problem::Problem;
use serde_json::Value;

use crate::support::document::{document, operations, resolve};
use crate::support::session::WRONG_PASSWORD;
use crate::support::{PASSWORD, TestServer, story};

/// When the story is told.
const NOW: &str = "2026-11-30T02:00:30Z";

/// Lives through the story, in which every operation is called, and compares each request and its answer
/// with those that the document gives as examples. `UPDATE_SNAPSHOTS=1 cargo test` writes them anew; the
/// program has them after it was built again.
#[tokio::test]
async fn the_examples_are_what_the_service_is_asked_and_answers() {
    let server = TestServer::start_at(NOW.parse().unwrap()).await;
    let administrator = NewAccount {
        username: "wangfang".to_owned(),
        role: Role::Administrator,
        staff_id: None,
        password: Some(PASSWORD.to_owned()),
    };
    making::create(&server.app, &Caller::command_line(), None, administrator)
        .await
        .unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/document");
    let story = std::fs::read_to_string(format!("{folder}/story.yaml")).unwrap();
    let mut lived = story::live(&server, &story).await;
    for problem in problems_beside_the_story(&server).await {
        let status = problem["status"].to_string();
        lived["problems"][status] = problem;
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/openapi/examples.json");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        let text = serde_json::to_string_pretty(&lived).unwrap() + "\n";
        std::fs::write(path, text).unwrap();
    }
    let text = std::fs::read_to_string(path).unwrap();
    let recorded: Value = serde_json::from_str(&text).unwrap();
    let mut faults = Vec::new();
    for part in ["operations", "problems"] {
        let (lived, recorded) = (&lived[part], &recorded[part]);
        let names = |of: &Value| of.as_object().unwrap().keys().cloned().collect();
        let (one, other): (BTreeSet<String>, BTreeSet<String>) = (names(lived), names(recorded));
        for name in one.union(&other) {
            differences(&lived[name], &recorded[name], name, &mut faults);
        }
    }
    assert!(
        faults.is_empty(),
        "the service answers otherwise than the examples say: look at it, then write \
         src/openapi/examples.json anew by\n\
         UPDATE_SNAPSHOTS=1 cargo test --test main document\n{}",
        faults.join("\n")
    );
}

/// Problems that no story comes to: of a body of several pages, of guesses, of a machine that fails.
async fn problems_beside_the_story(server: &TestServer) -> [Value; 5] {
    let stranger = server.stranger();
    let large = vec![b' '; MAX_JSON_BYTES + 1];
    let large = stranger
        .post("/sessions")
        .body("application/json", large)
        .await;
    let mut guess = stranger.log_in("sunqi", WRONG_PASSWORD).await;
    while guess.status != 429 {
        guess = stranger.log_in("sunqi", WRONG_PASSWORD).await;
    }
    let of_machine = |problem: Problem| {
        let body = problem.body(&HeaderMap::new(), "/api/v1/households");
        body.to_json().unwrap()
    };
    [
        large.expect(413),
        guess.expect(429),
        of_machine(sqlx::Error::RowNotFound.into()),
        of_machine(sqlx::Error::PoolTimedOut.into()),
        of_machine(db::storage_full()),
    ]
}

/// Fields that tell of the machine and of the program that runs, not of what was asked.
const OF_THE_PROGRAM: [&str; 4] = [
    "getHealth/body/version",
    "getHealth/body/database",
    "getHealth/body/database_schema",
    "getHealth/body/program_schema",
];

/// Where two values differ.
fn differences(lived: &Value, recorded: &Value, place: &str, into: &mut Vec<String>) {
    match (lived, recorded) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<_> = one.keys().chain(other.keys()).collect();
            for name in names {
                differences(
                    &lived[name],
                    &recorded[name],
                    &format!("{place}/{name}"),
                    into,
                );
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                differences(one, other, &format!("{place}/{at}"), into);
            }
        }
        _ if lived == recorded || OF_THE_PROGRAM.contains(&place) => {}
        _ => into.push(format!("{place}: {lived}, recorded {recorded}")),
    }
}

/// Whether a body of these media types can be shown: a workbook cannot.
fn can_be_shown(content: &Value) -> bool {
    let mut media = content.as_object().into_iter().flatten();
    media.any(|(_, media)| media["schema"]["format"] != "binary")
}

#[tokio::test]
async fn every_operation_has_an_example_of_its_request_and_of_its_answer() {
    for version in [Version::V3_1, Version::V3_0] {
        let document: Value =
            serde_json::from_str(&qianshou::server::openapi(version, false)).unwrap();
        let mut faults = Vec::new();
        for (name, operation) in operations(&document) {
            let mut needs = |what: &str, holder: &Value| {
                if holder.get("example").is_none() {
                    faults.push(format!("{name}: {what}"));
                }
            };
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if parameter["required"] == true {
                    needs(parameter["name"].as_str().unwrap(), parameter);
                }
            }
            let mut bodies = vec![("request", &operation["requestBody"]["content"])];
            for (status, answer) in operation["responses"].as_object().unwrap() {
                if status.starts_with('2') {
                    bodies.push((status.as_str(), &answer["content"]));
                    for (header, described) in answer["headers"].as_object().into_iter().flatten() {
                        needs(header, described);
                    }
                }
            }
            for (what, content) in bodies {
                if can_be_shown(content) {
                    for media in content.as_object().unwrap().values() {
                        needs(what, media);
                    }
                }
            }
        }
        for (name, response) in document["components"]["responses"].as_object().unwrap() {
            if response["content"]["application/problem+json"]["example"].is_null() {
                faults.push(format!("{name} has none"));
            }
        }
        assert!(faults.is_empty(), "{version:?}\n{}", faults.join("\n"));
    }
}

/// Problems stand once for all operations, and their examples with them.
#[tokio::test]
async fn no_operation_repeats_the_example_of_a_problem() {
    let document = document();
    for (name, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let is_problem = status.starts_with(['4', '5']);
            assert!(
                !is_problem || response["$ref"].is_string(),
                "{name}: {status} does not stand once"
            );
        }
    }
}

#[tokio::test]
async fn the_examples_are_as_the_document_describes_them() {
    let json = document();
    let checked = qianshou::server::description(Version::V3_1);
    let mut described = Vec::new();
    for (name, operation) in operations(&json) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = format!("{name} {}", parameter["name"]);
            described.push((name, parameter));
        }
        let answers = operation["responses"].as_object().unwrap().iter();
        let answers = answers.map(|(status, answer)| (status.as_str(), resolve(&json, answer)));
        for (what, body) in answers.chain([("request", &operation["requestBody"])]) {
            for media in body["content"].as_object().into_iter().flatten() {
                described.push((format!("{name} {what}"), media.1));
            }
            for header in body["headers"].as_object().into_iter().flatten() {
                described.push((format!("{name} {what} {}", header.0), header.1));
            }
        }
    }
    let mut faults = Vec::new();
    let mut examples = 0;
    for (name, described) in described {
        if let Some(example) = described.get("example") {
            examples += 1;
            for fault in checked.faults(&described["schema"], example) {
                faults.push(format!("{name}: {fault:?}"));
            }
        }
    }
    assert!(examples > 500, "{examples}");
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
