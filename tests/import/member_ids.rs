//! A member has one id for as long as the person is recognised: over imports, moves and undo.

use std::collections::BTreeMap;

use qianshou::household::{HouseholdFacts, Relation};
use serde_json::{Value, json};

use crate::support::register::{facts, person};
use crate::support::roster::{HOUSEHOLDS, household_id, import_path, roster_of};
use crate::support::{Client, TestServer};

fn family(number: &str, names: [&str; 3]) -> HouseholdFacts {
    let mut family = facts("草庙镇", "前进村");
    family.number = Some(number.to_owned());
    family.members = vec![
        person(names[0], Relation::Head, "19680101"),
        person(names[1], Relation::Spouse, "19700101"),
        person(names[2], Relation::Son, "20000101"),
    ];
    family
}

/// The members of a household, id by name.
async fn ids(server: &TestServer, office: &Client, number: &str) -> BTreeMap<String, String> {
    let id = household_id(server, number).await;
    let seen = office.get(&format!("/households/{id}")).await.expect(200);
    let members = seen["members"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    members
        .map(|member| (text(&member["name"]), text(&member["id"])))
        .collect()
}

async fn undo(office: &Client, import: &Value) {
    office.post(&import_path(import, "/undo")).await.expect(200);
}

async fn answered(office: &Client, preview: &Value, conflict: &str, answer: &str) -> Value {
    let decision = json!({ "conflict": conflict, "accept": true, "answer": answer });
    let preview = office
        .choose(preview, json!({ "decisions": [decision] }))
        .await;
    office.commit(&preview).await.expect(200)
}

#[tokio::test]
async fn ids_stay_over_another_order_another_name_and_an_undo() {
    let (server, office) = TestServer::start_with_office().await;
    let mut family = family("D1", ["王大山", "孙巧云", "王小明"]);
    office
        .import(HOUSEHOLDS, roster_of(std::slice::from_ref(&family)))
        .await;
    let first = ids(&server, &office, "D1").await;
    assert_eq!(first.len(), 3);
    assert!(
        !first.values().any(|id| id.starts_with("00000000")),
        "{first:?}"
    );

    family.members.reverse();
    family.members[1].name = "孙巧芸".to_owned();
    family
        .members
        .push(person("王小宝", Relation::Grandson, "20240101"));
    let second = office.import(HOUSEHOLDS, roster_of(&[family])).await;
    let now = ids(&server, &office, "D1").await;
    assert_eq!(now["王大山"], first["王大山"]);
    assert_eq!(now["王小明"], first["王小明"]);
    assert_eq!(now["孙巧芸"], first["孙巧云"], "the same identity number");
    assert!(!first.values().any(|id| *id == now["王小宝"]));
    // Who somebody is, is nothing that changes.
    let changes = office
        .get(&import_path(&second, "/changes"))
        .await
        .expect(200);
    let told = changes["items"][0]["changes"].to_string();
    assert!(!told.contains("/id\""), "{told}");

    undo(&office, &second).await;
    assert_eq!(ids(&server, &office, "D1").await, first);
}

#[tokio::test]
async fn an_id_moves_with_its_person_and_back() {
    let (server, office) = TestServer::start_with_office().await;
    let mut from = family("D2", ["王大山", "孙巧云", "王小明"]);
    let mut to = family("D3", ["陈东", "赵梅", "陈小宝"]);
    let both = [from.clone(), to.clone()];
    office.import(HOUSEHOLDS, roster_of(&both)).await;
    let (before, others) = (
        ids(&server, &office, "D2").await,
        ids(&server, &office, "D3").await,
    );

    let mut son = from.members.pop().unwrap();
    son.relation = Relation::SonInLaw;
    to.members.push(son);
    let preview = office.preview(HOUSEHOLDS, roster_of(&[from, to])).await;
    let moved = office.decide(&preview, &[("moved", true)]).await;
    office.commit(&moved).await.expect(200);
    let now = ids(&server, &office, "D3").await;
    assert_eq!(now["王小明"], before["王小明"]);
    assert_eq!(now["陈东"], others["陈东"]);
    assert_eq!(ids(&server, &office, "D2").await.len(), 2);

    undo(&office, &moved).await;
    assert_eq!(ids(&server, &office, "D2").await, before);
    assert_eq!(ids(&server, &office, "D3").await, others);
}

#[tokio::test]
async fn who_comes_back_is_who_they_were() {
    let (server, office) = TestServer::start_with_office().await;
    let whole = family("D4", ["王大山", "孙巧云", "王小明"]);
    let mut short = whole.clone();
    short.members.pop();
    let roster = roster_of(&[whole]);
    office.import(HOUSEHOLDS, roster.clone()).await;
    let first = ids(&server, &office, "D4").await;

    let preview = office.preview(HOUSEHOLDS, roster_of(&[short])).await;
    answered(&office, &preview, "left", "moved_away").await;
    assert_eq!(ids(&server, &office, "D4").await.len(), 2);
    let preview = office.preview(HOUSEHOLDS, roster).await;
    answered(&office, &preview, "member_returned", "returns").await;
    assert_eq!(ids(&server, &office, "D4").await, first);
}
