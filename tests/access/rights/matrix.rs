//! Every operation of the document, asked for by every role and with every kind of token: what comes of it is
//! what the document's `x-permission` and `x-scope` say.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use qianshou::access::Role;
use qianshou::access::rule::RULES;
use qianshou::on;
use serde_json::json;

use crate::support::document::{document, operations};
use crate::support::operation::{Operation, all_operations, signed_operations};
use crate::support::world::World;
use crate::support::{Answer, Client};

#[tokio::test]
async fn every_operation_has_a_rule_and_every_rule_an_operation() {
    let document = document();
    let mut told = BTreeSet::new();
    for (name, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        told.insert(id);
        assert!(operation["x-permission"].is_array(), "{name}");
        let scope = operation["x-scope"].as_str().unwrap_or_default();
        let is_public = operation["security"] == json!([]);
        assert_eq!(scope == "public", is_public, "{name}: {scope}");
        let words = operation["description"].as_str().unwrap();
        assert!(words.contains("\n\nPermission: "), "{name}: {words}");
    }
    let ruled: Vec<_> = RULES.iter().map(|rule| rule.operation).collect();
    let once: BTreeSet<_> = ruled.iter().copied().collect();
    assert_eq!(ruled.len(), once.len(), "a row stands twice");
    assert_eq!(once, told);
}

/// Whoever asks, and the role of the account if its token is good.
struct Asking {
    who: &'static str,
    client: Client,
    role: Option<Role>,
    /// Whether the helper's records are within reach.
    reaches: bool,
}

async fn everyone(world: &World) -> Vec<Asking> {
    let asking = |who, client: &Client, role, reaches| Asking {
        who,
        client: client.clone(),
        role,
        reaches,
    };
    let server = &world.server;
    let administrator = server.client(Role::Administrator).await;
    let leader = server.client(Role::Leader).await;
    let no_role = |who, client: &Client| asking(who, client, None, false);
    let mut forged = administrator.clone();
    forged.token = Some("A".repeat(43));
    let revoked = server.client(Role::Administrator).await;
    revoked.delete("/sessions/current").await.expect(204);
    let expired = server.client(Role::Administrator).await;
    expire(world, &expired).await;
    let disabled = server.client(Role::Administrator).await;
    let account = format!("/accounts/{}", disabled.account_id.unwrap());
    let closed = json!({ "active": false });
    let closing = administrator.patch(&account).if_match("*").json(&closed);
    closing.await.expect(200);
    let left = server.client(Role::Helper).await;
    let departure = format!("/staff/{}/departure", left.staff_id.unwrap());
    let leaving = world.office.post(&departure).if_match("*");
    leaving
        .json(&json!({ "kind": "retired" }))
        .await
        .expect(200);
    vec![
        asking(
            "administrator",
            &administrator,
            Some(Role::Administrator),
            true,
        ),
        asking("office", &world.office, Some(Role::Office), true),
        asking("leader", &leader, Some(Role::Leader), true),
        asking("own helper", &world.helper, Some(Role::Helper), true),
        asking("other helper", &world.stranger, Some(Role::Helper), false),
        asking("own contact", &world.contact, Some(Role::UnitContact), true),
        asking(
            "other contact",
            &world.other_contact,
            Some(Role::UnitContact),
            false,
        ),
        no_role("nobody", &server.stranger()),
        no_role("forged", &forged),
        no_role("revoked", &revoked),
        no_role("expired", &expired),
        no_role("disabled", &disabled),
        no_role("left", &left),
    ]
}

async fn expire(world: &World, client: &Client) {
    let ago = world.server.app.now() - TimeDelta::seconds(1);
    let mut tx = world.server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query("UPDATE token SET expires_at = $1 WHERE account_id = $2")
        .bind(ago).bind(client.account_id.unwrap()).execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
}

/// The status and code of a problem.
fn problem(answer: &Answer) -> (u16, String) {
    let body: serde_json::Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
    let code = body["code"].as_str().unwrap_or_default();
    (answer.status, code.to_owned())
}

/// A request that every operation refuses, but only once it is clear that the caller may ask for it: so all
/// can be asked for by all, and nothing changes.
#[tokio::test]
async fn who_may_ask_is_decided_first_and_as_the_document_says() {
    let world = World::start().await;
    let everyone = everyone(&world).await;
    let before = world.rows().await;
    let document = document();
    let mut faults = Vec::new();
    let mut tried = 0;
    for operation in all_operations(&document) {
        for asking in &everyone {
            let record = |segment: &str| world.record(segment);
            let call = operation.call_with(&asking.client, record, None);
            let answered = problem(&call.query(&[("nonsense", "1")]).await);
            let expected = match asking.role {
                _ if operation.scope == "public" => (400, "unknown_parameter"),
                None if asking.who == "expired" => (401, "token_expired"),
                None => (401, "unauthenticated"),
                Some(role) if operation.admits(role) => (400, "unknown_parameter"),
                Some(_) => (403, "forbidden"),
            };
            if (answered.0, answered.1.as_str()) != expected {
                let (id, who) = (operation.id, asking.who);
                faults.push(format!("{id} by {who}: {answered:?}, not {expected:?}"));
            }
            tried += 1;
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 1000, "only {tried}");
    assert_eq!(world.rows().await, before);
}

/// What a caller out of reach is told: that it is not there, or, to a helper who asks for the record of another
/// person, that this is not for helpers.
fn out_of_reach(operation: &Operation<'_>, role: Role) -> (u16, &'static str) {
    if operation.path.starts_with("/staff/") && role == Role::Helper {
        return (403, "forbidden");
    }
    (404, "not_found")
}

#[tokio::test]
async fn a_record_is_there_for_those_whom_the_scope_gives_it() {
    let world = World::start().await;
    let everyone = everyone(&world).await;
    let document = document();
    let mut faults = Vec::new();
    let mut tried = 0;
    for operation in signed_operations(&document) {
        let of_somebody = ["people", "households"].contains(&operation.scope);
        // The assistance is that of a third person.
        let is_of_another = operation.id == "getAssistance";
        if !of_somebody || is_of_another || !operation.path.contains("{id}") {
            continue;
        }
        for asking in &everyone {
            let Some(role) = asking.role.filter(|role| operation.admits(*role)) else {
                continue;
            };
            let call = operation.call(&asking.client, |segment| world.record(segment));
            // A version that nobody has: nothing is changed that needs one.
            let answered = problem(&call.if_match("\"999\"").await);
            let hidden = out_of_reach(&operation, role);
            let is_hidden = (answered.0, answered.1.as_str()) == hidden;
            let is_refused = answered.1 == "forbidden" || [401, 404].contains(&answered.0);
            let as_said = if asking.reaches {
                !is_refused
            } else {
                is_hidden
            };
            if !as_said || answered.0 >= 500 {
                let (id, who) = (operation.id, asking.who);
                faults.push(format!("{id} by {who}: {answered:?}"));
            }
            tried += 1;
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(tried > 100, "only {tried}");
}

/// `HEAD` asks for what `GET` does, and nothing else would ask for the token.
#[tokio::test]
async fn what_is_asked_for_by_head_is_guarded_as_well() {
    let world = World::start().await;
    for (client, path, status) in [
        (&world.server.stranger(), "/api/v1/households", 401),
        (&world.helper, "/api/v1/households", 200),
        (&world.helper, "/api/v1/staff", 403),
        (&world.office, "/api/v1/staff", 200),
    ] {
        let answer = client.at(&reqwest::Method::HEAD, path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.bytes.is_empty());
    }
}
