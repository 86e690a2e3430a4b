//! A roster that is sent again: what is the same, changed, cleared or moved.

use qianshou::household;
use qianshou::household::{Health, HouseholdFacts, Relation};
use serde_json::json;

use crate::support::roster::{HOUSEHOLDS, full_household, households_on_register};
use crate::support::{RosterFile, TestServer, Value};

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_is_recorded() {
    let (server, office) = TestServer::start_with_office().await;
    let file = RosterFile::households(&[full_household("C1"), full_household("C2")]).bytes();
    let first = office.import(HOUSEHOLDS, file.clone()).await;
    let report = office.import(HOUSEHOLDS, file).await;
    assert_eq!(report["households"]["unchanged"], 2, "{report:#}");
    assert_eq!(report["persons"]["unchanged"], 6, "{report:#}");
    assert_eq!(report["file_sha256"], first["file_sha256"]);
    let imports = office.get("/imports").await.expect(200);
    let ids: Vec<_> = imports["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|import| &import["id"])
        .collect();
    assert_eq!(ids, [&report["id"], &first["id"]]);
    let mut tx = server.db.read().await.unwrap();
    let households = household::store::open_on(&mut tx, server.app.today())
        .await
        .unwrap();
    assert_eq!(households.len(), 2);
    assert!(households.iter().all(|household| household.version == 1
        && household.import_id.map(|id| id.to_string()).as_deref() == first["id"].as_str()));
}

#[tokio::test]
async fn a_changed_value_is_replaced_and_what_was_is_kept() {
    let (server, office) = TestServer::start_with_office().await;
    let mut facts = full_household("D1");
    office
        .import(
            HOUSEHOLDS,
            RosterFile::households(&[facts.clone(), full_household("D2")]).bytes(),
        )
        .await;
    facts.income_per_head_fen = Some(700_050);
    facts.members[1].health = Some(Health::Disabled);
    let file = RosterFile::households(&[facts.clone()]);
    let report = office.import(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(
        report["households"],
        json!({ "new": 0, "changed": 1, "unchanged": 0, "absent": 1, "conflicting": 0, "left_out": 0 }),
        "{report:#}"
    );
    assert_eq!(
        report["persons"],
        json!({ "new": 0, "changed": 1, "unchanged": 2, "absent": 3, "conflicting": 0, "left_out": 0 }),
        "{report:#}"
    );
    let households = households_on_register(&server.db).await;
    assert_eq!(households.len(), 2, "the absent household stays");
    assert_eq!(households[0], facts);
    let mut tx = server.db.read().await.unwrap();
    let stored = household::store::open_on(&mut tx, server.app.today())
        .await
        .unwrap();
    let changed = stored
        .iter()
        .find(|household| household.facts.number.as_deref() == Some("D1"))
        .unwrap();
    assert_eq!(changed.version, 2);
    let id = changed.id.to_string();
    let history = qianshou::access::history::of(&mut tx, "household", &id)
        .await
        .unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].before.0["income_per_head_fen"], 700_000);
    assert_eq!(
        history[0].import_id.map(|id| id.to_string()).as_deref(),
        report["id"].as_str()
    );
}

#[tokio::test]
async fn a_roster_that_has_no_column_leaves_the_field_alone_and_an_empty_cell_clears_it_if_chosen()
{
    let (server, office) = TestServer::start_with_office().await;
    let facts = full_household("E1");
    let file = RosterFile::households(&[facts.clone()]);
    office.import(HOUSEHOLDS, file.bytes()).await;
    let without = file.clone().without("内心诉求").without("民族");
    let report = office.import(HOUSEHOLDS, without.bytes()).await;
    assert_eq!(report["households"]["unchanged"], 1, "{report:#}");
    let cleared = file.with(0, "内心诉求", Value::Nothing);
    let preview = office.preview(HOUSEHOLDS, cleared.bytes()).await;
    assert_eq!(preview["households"]["unchanged"], 1, "{preview:#}");
    let chosen = json!({ "clear_empty": ["wishes"] });
    let preview = office.choose(&preview, chosen).await;
    office.commit(&preview).await.expect(200);
    let expected = HouseholdFacts {
        wishes: None,
        ..facts
    };
    assert_eq!(households_on_register(&server.db).await, [expected]);
}

#[tokio::test]
async fn a_person_may_move_to_another_household_of_the_same_file() {
    let (server, office) = TestServer::start_with_office().await;
    let (mut from, mut to) = (full_household("F1"), full_household("F2"));
    let file = RosterFile::households(&[from.clone(), to.clone()]);
    office.import(HOUSEHOLDS, file.bytes()).await;
    let mut moved = from.members.remove(2);
    moved.relation = Relation::Other;
    to.members.push(moved);
    let file = RosterFile::households(&[to.clone(), from.clone()]);
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    let preview = office.decide(&preview, &[("moved", true)]).await;
    assert_eq!(preview["persons"]["absent"], 0, "{preview:#}");
    office.commit(&preview).await.expect(200);
    assert_eq!(households_on_register(&server.db).await, [from, to]);
}
