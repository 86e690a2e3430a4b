//! What a roster says otherwise than the register is asked, and done as decided: over HTTP, with
//! real workbooks.

use qianshou::household::{HouseholdFacts, Relation};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::pairing::{propose_run, run_path};
use crate::support::register::{facts, person};
use crate::support::roster::{HOUSEHOLDS, import_path, roster_of};
use crate::support::{Client, TestServer};

/// A family of a head and others, on the register under a number.
fn family(number: &str, names: &[&str]) -> HouseholdFacts {
    let mut family = facts("草庙镇", "前进村");
    family.number = Some(number.to_owned());
    family.members = vec![person(names[0], Relation::Head, "19700101")];
    for name in &names[1..] {
        family
            .members
            .push(person(name, Relation::Other, "19950101"));
    }
    family
}

/// The household with this number as the list shows it, or null.
async fn listed(office: &Client, number: &str) -> Value {
    let page = office
        .get("/households")
        .query(&[("search", number)])
        .await
        .expect(200);
    page["items"][0].clone()
}

async fn names_of(office: &Client, id: &Value) -> Vec<String> {
    let household = office
        .get(&format!("/households/{}", id.as_str().unwrap()))
        .await
        .expect(200);
    let members = household["members"].as_array().unwrap();
    let names = members
        .iter()
        .map(|member| member["name"].as_str().unwrap());
    names.map(ToOwned::to_owned).collect()
}

async fn pairing_of(office: &Client, id: Uuid) -> Value {
    let page = office.get("/pairings").await.expect(200);
    let mut items = page["items"].as_array().unwrap().iter();
    items.find(|it| it["id"] == json!(id)).unwrap().clone()
}

fn kinds(preview: &Value) -> Vec<&str> {
    let conflicts = preview["conflicts"].as_array().unwrap();
    conflicts
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn another_head_is_asked_and_refused_or_taken() {
    let (_server, office) = TestServer::start_with_office().await;
    let before = family("A1", &["甲", "乙"]);
    office
        .import(
            HOUSEHOLDS,
            roster_of(&[before.clone(), family("A2", &["丙"])]),
        )
        .await;
    let mut after = before;
    after.members[0].relation = Relation::Other;
    after.members[1].relation = Relation::Head;
    let roster = roster_of(&[after, family("A3", &["丁"])]);
    let preview = office.preview(HOUSEHOLDS, roster).await;
    assert_eq!(kinds(&preview), ["changed_head"], "{preview:#}");
    assert_eq!(preview["undecided_count"], 1);
    let question = preview["conflicts"][0]["question"].as_str().unwrap();
    assert!(
        question.contains('甲') && question.contains('乙'),
        "{question}"
    );
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    // Refused by its own key: the household is left out, the others come in.
    let key = preview["conflicts"][0]["key"].as_str().unwrap();
    let refused = office.decide(&preview, &[(key, false)]).await;
    assert_eq!(refused["households"]["left_out"], 1, "{refused:#}");
    assert_eq!(refused["conflicts"][0]["accepted"], false);
    // Another word counts as long as nothing is committed.
    let accepted = office.decide(&refused, &[("changed_head", true)]).await;
    assert_eq!(accepted["households"]["changed"], 1, "{accepted:#}");
    let committed = office.commit(&accepted).await.expect(200);
    assert_eq!(
        committed["choices"]["decisions"][0]["accept"], true,
        "the decision is recorded"
    );
    assert_eq!(listed(&office, "A1").await["head_name"], "乙");
    assert_eq!(listed(&office, "A3").await["head_name"], "丁");
}

#[tokio::test]
async fn who_moves_leaves_a_household_that_is_not_in_the_file() {
    let (_server, office) = TestServer::start_with_office().await;
    let (from, to) = (family("B1", &["甲", "乙"]), family("B2", &["丙"]));
    office
        .import(HOUSEHOLDS, roster_of(&[from.clone(), to.clone()]))
        .await;
    let mut larger = to;
    larger.members.push(from.members[1].clone());
    let preview = office.preview(HOUSEHOLDS, roster_of(&[larger])).await;
    assert_eq!(kinds(&preview), ["moved"], "{preview:#}");
    assert_eq!(
        preview["conflicts"][0]["household_ids"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    let accepted = office.decide(&preview, &[("moved", true)]).await;
    assert_eq!(accepted["households"]["changed"], 2, "{accepted:#}");
    office.commit(&accepted).await.expect(200);
    let (one, two) = (listed(&office, "B1").await, listed(&office, "B2").await);
    assert_eq!(names_of(&office, &one["id"]).await, ["甲"]);
    assert_eq!(names_of(&office, &two["id"]).await, ["丙", "乙"]);
    // The household that lost a person shows which import did it.
    let path = format!("/households/{}/history", one["id"].as_str().unwrap());
    let history = office.get(&path).await.expect(200);
    assert_eq!(
        history["items"][0]["import_id"], accepted["id"],
        "{history:#}"
    );
}

#[tokio::test]
async fn a_family_under_another_number_is_asked() {
    let (_server, office) = TestServer::start_with_office().await;
    let before = family("C1", &["甲", "乙"]);
    office
        .import(HOUSEHOLDS, roster_of(std::slice::from_ref(&before)))
        .await;
    let id = listed(&office, "C1").await["id"].clone();
    let mut after = before;
    after.number = Some("C9".to_owned());
    let preview = office.preview(HOUSEHOLDS, roster_of(&[after])).await;
    assert_eq!(kinds(&preview), ["renumbered"], "{preview:#}");
    let accepted = office.decide(&preview, &[("renumbered", true)]).await;
    office.commit(&accepted).await.expect(200);
    assert_eq!(
        listed(&office, "C9").await["id"],
        id,
        "it is the same household"
    );
    assert!(listed(&office, "C1").await.is_null());
}

#[tokio::test]
async fn a_family_that_splits_is_asked_and_left_alone_unless_accepted() {
    let (_server, office) = TestServer::start_with_office().await;
    let before = family("D1", &["甲", "乙", "丙"]);
    office
        .import(HOUSEHOLDS, roster_of(std::slice::from_ref(&before)))
        .await;
    let (mut rest, mut branch) = (before.clone(), family("D2", &["x"]));
    rest.members.truncate(1);
    branch.members = before.members[1..].to_vec();
    branch.members[0].relation = Relation::Head;
    let preview = office.preview(HOUSEHOLDS, roster_of(&[rest, branch])).await;
    assert_eq!(kinds(&preview), ["split"], "{preview:#}");
    // Good rows alone: what is undecided stays out, whole.
    let done = office
        .post(&import_path(&preview, "/commit"))
        .json(&json!({ "good_rows_only": true }))
        .await
        .expect(200);
    assert_eq!(done["good_rows_only"], true);
    assert!(listed(&office, "D2").await.is_null());
    let id = listed(&office, "D1").await["id"].clone();
    assert_eq!(names_of(&office, &id).await.len(), 3);
}

/// A merged family's old record is closed: kept with its history, no longer listed, and nobody is
/// responsible for it.
#[tokio::test]
async fn a_merged_household_is_closed_and_comes_back_when_undone() {
    let (server, office) = TestServer::start_with_office().await;
    let (one, two) = (family("E1", &["甲", "乙"]), family("E2", &["丙"]));
    office
        .import(HOUSEHOLDS, roster_of(&[one.clone(), two.clone()]))
        .await;
    let id: Uuid = listed(&office, "E1").await["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let helper = server.add_staff().await;
    let pairing = server.pair(id, helper, server.days_ago(30)).await;
    let mut both = two;
    both.members
        .extend(one.members.iter().cloned().map(|mut member| {
            member.relation = Relation::Other;
            member
        }));
    let preview = office.preview(HOUSEHOLDS, roster_of(&[both])).await;
    assert_eq!(kinds(&preview), ["merged"], "{preview:#}");
    let accepted = office.decide(&preview, &[("merged", true)]).await;
    assert_eq!(accepted["households"]["changed"], 2, "{accepted:#}");
    office.commit(&accepted).await.expect(200);

    assert!(
        listed(&office, "E1").await.is_null(),
        "a closed household is not listed"
    );
    let closed = office.get(&format!("/households/{id}")).await.expect(200);
    assert_eq!(closed["closed_on"], json!(server.app.today()), "{closed:#}");
    assert_eq!(closed["merged_into"], listed(&office, "E2").await["id"]);
    assert!(
        closed["closed_reason"].as_str().unwrap().contains("E2"),
        "{closed:#}"
    );
    let ended = pairing_of(&office, pairing).await;
    assert_eq!(ended["to_date"], json!(server.app.today()), "{ended:#}");
    let run = propose_run(&office, json!({})).await;
    let proposals = office.get(&run_path(&run, "/proposals")).await.expect(200);
    let of: Vec<_> = proposals["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["household_id"])
        .collect();
    assert_eq!(of, [&listed(&office, "E2").await["id"]], "{proposals:#}");

    // Of the days before, what held then is told, in every part alike.
    for (days, households) in [(0, 1), (1, 2)] {
        let as_of = server.days_ago(days);
        let progress = office.get(&format!("/progress?as_of={as_of}&include=points"));
        let progress = progress.await.expect(200);
        for part in ["towns", "units", "helpers"] {
            let rows = progress[part].as_array().unwrap().iter();
            let sum: i64 = rows.map(|row| row["households"].as_i64().unwrap()).sum();
            assert_eq!(sum, households, "{as_of} {part}: {progress:#}");
        }
        assert_eq!(progress["points"]["households"], households, "{progress:#}");
    }

    // Undone, all is as it was.
    office
        .post(&import_path(&accepted, "/undo"))
        .await
        .expect(200);
    assert_eq!(listed(&office, "E1").await["id"], json!(id));
    assert_eq!(names_of(&office, &json!(id)).await, ["甲", "乙"]);
    let again = pairing_of(&office, pairing).await;
    assert!(again["to_date"].is_null(), "{again:#}");
}

#[tokio::test]
async fn who_may_be_on_the_register_twice_is_named() {
    let (_server, office) = TestServer::start_with_office().await;
    office
        .import(HOUSEHOLDS, roster_of(&[family("F1", &["甲", "乙"])]))
        .await;
    let mut twin = family("F2", &["丙", "乙"]);
    twin.members[1].identity_number = None;
    let preview = office.preview(HOUSEHOLDS, roster_of(&[twin])).await;
    let problems = preview["problems"].as_array().unwrap();
    let twins = problems
        .iter()
        .find(|it| it["code"] == "suspected_duplicate");
    let twins = twins.unwrap_or_else(|| panic!("{preview:#}"));
    assert_eq!(twins["severity"], "warning");
    assert!(
        twins["reason"].as_str().unwrap().contains("F1"),
        "{twins:#}"
    );
}
