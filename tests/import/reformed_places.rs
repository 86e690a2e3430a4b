//! A town or a village that has become another kind of place, which all rows of a roster say: 草庙街道 for 草庙镇. Over
//! HTTP, with real workbooks.

use qianshou::household::HouseholdFacts;
use serde_json::{Value, json};

use crate::support::pairing::{link_area, villages_of};
use crate::support::register::facts;
use crate::support::roster::{HOUSEHOLDS, import_path, register_by_number, roster_of};
use crate::support::staff::add_person_with;
use crate::support::{Client, TestServer};

fn at(number: &str, town: &str, village: &str) -> HouseholdFacts {
    HouseholdFacts {
        number: Some(number.to_owned()),
        ..facts(town, village)
    }
}

/// Three households of a village, one of another, and a unit and a helper that are linked to the first.
async fn registered(server: &TestServer, office: &Client) -> [HouseholdFacts; 4] {
    let all = [
        at("R1", "草庙镇", "双喜村"),
        at("R2", "草庙镇", "双喜村"),
        at("R3", "草庙镇", "双喜村"),
        at("R4", "草庙镇", "前进村"),
    ];
    office.import(HOUSEHOLDS, roster_of(&all)).await;
    add_person_with(server, "草庙小学", "丁一", |person| {
        person.town = Some("草庙镇".to_owned());
        person.village = Some("双喜村".to_owned());
    })
    .await;
    link_area(office, "草庙小学", &[("草庙镇", "双喜村")]).await;
    all
}

fn under(households: &[HouseholdFacts], town: &str, village: Option<&str>) -> Vec<HouseholdFacts> {
    let moved = |it: &HouseholdFacts| HouseholdFacts {
        town: town.to_owned(),
        village: village.map_or_else(|| it.village.clone(), str::to_owned),
        ..it.clone()
    };
    households.iter().map(moved).collect()
}

async fn places(server: &TestServer) -> Vec<String> {
    let register = register_by_number(&server.db).await.into_values();
    register
        .map(|it| format!("{}{}", it.town, it.village))
        .collect()
}

fn only(preview: &Value) -> &Value {
    let conflicts = preview["conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1, "{preview:#}");
    &conflicts[0]
}

async fn answer(office: &Client, preview: &Value, answer: &str) -> Value {
    let decision = json!({ "conflict": "place_renamed", "accept": true, "answer": answer });
    office
        .choose(preview, json!({ "decisions": [decision] }))
        .await
}

#[tokio::test]
async fn a_town_that_all_rows_call_otherwise_gets_that_name() {
    let (server, office) = TestServer::start_with_office().await;
    let all = registered(&server, &office).await;
    let file = under(&all[..3], "草庙街道", None);
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    let question = only(&preview);
    assert_eq!(question["kind"], "place_renamed");
    let words = question["question"].as_str().unwrap();
    assert!(
        words.contains("登记在草庙镇的有 4 户") && words.contains("有 3 户写作草庙街道"),
        "{words}"
    );
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    // Until it is answered, they are not good either.
    assert_eq!(preview["good"]["changed"], 0, "{preview:#}");
    let yes = office.decide(&preview, &[("place_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    let expected = [
        "草庙街道双喜村",
        "草庙街道双喜村",
        "草庙街道双喜村",
        "草庙街道前进村",
    ];
    assert_eq!(places(&server).await, expected);
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙街道双喜村"]);
    let helper = &office.items("/staff").await[0];
    assert_eq!(helper["town"], "草庙街道");
    office.post(&import_path(&yes, "/undo")).await.expect(200);
    assert_eq!(places(&server).await[0], "草庙镇双喜村");
    assert_eq!(places(&server).await[3], "草庙镇前进村");
}

#[tokio::test]
async fn a_village_that_all_rows_call_otherwise_gets_that_name() {
    let (server, office) = TestServer::start_with_office().await;
    let all = registered(&server, &office).await;
    let file = under(&all[..2], "草庙镇", Some("双喜社区"));
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    assert_eq!(only(&preview)["kind"], "place_renamed");
    let yes = office.decide(&preview, &[("place_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    let expected = [
        "草庙镇双喜社区",
        "草庙镇双喜社区",
        "草庙镇双喜社区",
        "草庙镇前进村",
    ];
    assert_eq!(places(&server).await, expected);
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇双喜社区"]);
}

#[tokio::test]
async fn another_answer_raises_no_second_question() {
    let (server, office) = TestServer::start_with_office().await;
    let all = registered(&server, &office).await;
    let file = under(&all[..3], "草庙镇", Some("双喜社区"));
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    let same = answer(&office, &preview, "same_place").await;
    assert_eq!(same["report"]["undecided_count"], 0, "{same:#}");
    assert_eq!(same["report"]["households"]["unchanged"], 3, "{same:#}");
    let moved = answer(&office, &preview, "moved").await;
    assert_eq!(moved["report"]["undecided_count"], 0, "{moved:#}");
    only(&moved["report"]);
    office.commit(&moved).await.expect(200);
    assert_eq!(places(&server).await[0], "草庙镇双喜社区");
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇双喜村"]);
    let no = office
        .preview(
            HOUSEHOLDS,
            roster_of(&under(&all[3..], "草庙镇", Some("前进社区"))),
        )
        .await;
    let no = office.decide(&no, &[("place_renamed", false)]).await;
    assert_eq!(no["households"]["left_out"], 1, "{no:#}");
}

#[tokio::test]
async fn a_name_that_some_rows_still_say_is_a_spelling() {
    let (server, office) = TestServer::start_with_office().await;
    let all = registered(&server, &office).await;
    let mut file = under(&all[..2], "草庙镇", Some("双喜社区"));
    file.push(all[2].clone());
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    assert_eq!(only(&preview)["kind"], "place_spelling");
    // That they are two is answered once.
    let decision =
        json!({ "conflict": "place_spelling", "accept": true, "answer": "different_places" });
    let two = office
        .choose(&preview, json!({ "decisions": [decision] }))
        .await;
    only(&two["report"]);
    assert_eq!(two["report"]["undecided_count"], 0, "{two:#}");
    office.commit(&two).await.expect(200);
    // An older roster of a village that was renamed since is read as the register has it.
    let rename = json!({
        "town": "草庙镇", "village": "前进村", "new_town": "草庙镇", "new_village": "前进社区", "reason": "村改居",
    });
    office.post("/renamings").json(&rename).await.expect(201);
    let preview = office.preview(HOUSEHOLDS, roster_of(&all[3..])).await;
    assert_eq!(only(&preview)["kind"], "place_spelling");
    let yes = office.decide(&preview, &[("place_spelling", true)]).await;
    assert_eq!(yes["households"]["unchanged"], 1, "{yes:#}");
    let _ = server;
}
