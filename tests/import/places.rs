//! Names of towns and villages that a roster writes otherwise than the register and than units and helpers are
//! linked to: one question each, told with counts, and the links follow the answer. Over HTTP, with real
//! workbooks.

use qianshou::household::HouseholdFacts;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::pairing::{link_area, villages_of};
use crate::support::register::facts;
use crate::support::roster::{
    HOUSEHOLDS, household_id, import_path, register_by_number, roster_of,
};
use crate::support::staff::add_person_with;
use crate::support::{Client, TestServer};

fn at(number: &str, town: &str, village: &str) -> HouseholdFacts {
    HouseholdFacts {
        number: Some(number.to_owned()),
        ..facts(town, village)
    }
}

/// The same household elsewhere.
fn moved(facts: &HouseholdFacts, town: &str, village: &str) -> HouseholdFacts {
    HouseholdFacts {
        town: town.to_owned(),
        village: village.to_owned(),
        ..facts.clone()
    }
}

async fn places(server: &TestServer) -> Vec<String> {
    let register = register_by_number(&server.db).await.into_values();
    register
        .map(|it| format!("{}{}", it.town, it.village))
        .collect()
}

async fn helper_of(server: &TestServer, unit: &str, town: &str, village: &str) -> Uuid {
    add_person_with(server, unit, "丁一", |person| {
        person.town = Some(town.to_owned()).filter(|it| !it.is_empty());
        person.village = Some(village.to_owned()).filter(|it| !it.is_empty());
    })
    .await
}

async fn area_of(office: &Client, helper: Uuid) -> (Value, Value) {
    let person = office.get(&format!("/staff/{helper}")).await.expect(200);
    (person["town"].clone(), person["village"].clone())
}

/// Answers one question, by key or by kind; gives the preview that comes of it.
async fn answer(office: &Client, preview: &Value, decision: Value) -> Value {
    let import = office
        .choose(preview, json!({ "decisions": [decision] }))
        .await;
    assert_eq!(import["state"], "ready", "{import:#}");
    import
}

fn asked(preview: &Value) -> Vec<(&str, &str)> {
    let report = if preview["report"].is_null() {
        preview
    } else {
        &preview["report"]
    };
    let conflicts = report["conflicts"].as_array().unwrap().iter();
    conflicts
        .map(|it| {
            (
                it["kind"].as_str().unwrap(),
                it["question"].as_str().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn spellings_of_one_village_in_a_file_are_one_question() {
    let (server, office) = TestServer::start_with_office().await;
    let file = roster_of(&[
        at("S1", "草庙镇", "双喜村"),
        at("S2", "草庙镇", "双喜村"),
        at("S3", "草庙镇", "双喜"),
        at("S4", "草庙镇", "双喜村委会"),
        at("S5", "草庙镇", "前进村"),
    ]);
    let preview = office.preview(HOUSEHOLDS, file).await;
    let questions = asked(&preview);
    assert_eq!(questions.len(), 1, "{preview:#}");
    assert_eq!(
        questions[0],
        (
            "place_spelling",
            "草庙镇“双喜”（名册 1 户）、“双喜村”（名册 2 户）、“双喜村委会”（名册 1 户）写法相近。是同一个村吗？"
        )
    );
    let conflict = &preview["conflicts"][0];
    assert_eq!(conflict["names"][0], "双喜村");
    assert!(!conflict["places"].as_array().unwrap().is_empty());
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    // «Good rows only» takes in those whose village is certain.
    let yes = office.decide(&preview, &[("place_spelling", true)]).await;
    assert_eq!(yes["undecided_count"], 0, "{yes:#}");
    office.commit(&yes).await.expect(200);
    let village = "草庙镇双喜村";
    assert_eq!(
        places(&server).await,
        [village, village, village, village, "草庙镇前进村"]
    );
}

#[tokio::test]
async fn different_places_stay_different_and_undecided_ones_stay_out() {
    let (server, office) = TestServer::start_with_office().await;
    let file = roster_of(&[
        at("S1", "草庙镇", "前进村"),
        at("S2", "草庙镇", "前进社区"),
        at("S3", "草庙", "红旗村"),
    ]);
    let preview = office.preview(HOUSEHOLDS, file.clone()).await;
    let questions = asked(&preview);
    assert_eq!(questions.len(), 2, "{preview:#}");
    office
        .post(&import_path(&preview, "/commit"))
        .json(&json!({ "good_rows_only": true }))
        .await
        .expect(200);
    assert_eq!(places(&server).await, ["草庙镇前进村"]);
    let preview = office.preview(HOUSEHOLDS, file.clone()).await;
    let different = json!({
        "conflict": "place_spelling", "accept": true, "answer": "different_places",
    });
    let done = answer(&office, &preview, different).await;
    office.commit(&done).await.expect(200);
    let expected = ["草庙镇前进村", "草庙镇前进社区", "草庙红旗村"];
    assert_eq!(places(&server).await, expected);
    // What is settled is not asked again.
    let preview = office.preview(HOUSEHOLDS, file).await;
    assert!(asked(&preview).is_empty(), "{preview:#}");
}

#[tokio::test]
async fn the_registers_spelling_is_proposed_and_another_may_stand() {
    let (server, office) = TestServer::start_with_office().await;
    let (one, two) = (at("S1", "草庙镇", "双喜"), at("S2", "草庙镇", "双喜"));
    office
        .import(HOUSEHOLDS, roster_of(&[one.clone(), two]))
        .await;
    let helper = helper_of(&server, "草庙小学", "草庙镇", "双喜").await;
    link_area(&office, "草庙小学", &[("草庙镇", "双喜")]).await;
    // The roster has one of the two households, and a new one.
    let file = roster_of(&[
        moved(&one, "草庙镇", "双喜村"),
        at("S3", "草庙镇", "双喜村"),
    ]);
    let preview = office.preview(HOUSEHOLDS, file).await;
    let question = asked(&preview)[0].1;
    assert!(
        question.contains("“双喜”（登记 2 户，定点帮扶单位 1 个、负责该地的责任人 1 人）"),
        "{question}"
    );
    assert_eq!(preview["conflicts"][0]["names"], json!(["双喜", "双喜村"]));
    let key = preview["conflicts"][0]["key"].clone();
    let official =
        json!({ "conflict": key, "accept": true, "answer": "same_place", "name": "双喜村" });
    let done = answer(&office, &preview, official).await;
    office.commit(&done).await.expect(200);
    // The household that the roster does not have follows, and so do the links.
    let village = "草庙镇双喜村";
    assert_eq!(places(&server).await, [village; 3]);
    assert_eq!(villages_of(&office, "草庙小学").await, [village]);
    assert_eq!(
        area_of(&office, helper).await,
        (json!("草庙镇"), json!("双喜村"))
    );
    let renamings = office.items("/renamings").await;
    assert_eq!(renamings[0]["import_id"], done["id"], "{renamings:#?}");
    // Undone, all say the old name.
    office.post(&import_path(&done, "/undo")).await.expect(200);
    assert_eq!(places(&server).await, ["草庙镇双喜"; 2]);
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇双喜"]);
    assert_eq!(
        area_of(&office, helper).await,
        (json!("草庙镇"), json!("双喜"))
    );
}

#[tokio::test]
async fn a_village_that_units_spell_otherwise_is_asked_about() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = helper_of(&server, "草庙小学", "草庙镇", "双喜").await;
    link_area(&office, "草庙小学", &[("草庙镇", "双喜村委会")]).await;
    let file = roster_of(&[at("S1", "草庙镇", "双喜村")]);
    let preview = office.preview(HOUSEHOLDS, file).await;
    assert_eq!(asked(&preview).len(), 1, "{preview:#}");
    let key = preview["conflicts"][0]["key"].clone();
    let own = json!({ "conflict": key, "accept": true, "name": "双喜村" });
    let done = answer(&office, &preview, own).await;
    office.commit(&done).await.expect(200);
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇双喜村"]);
    assert_eq!(
        area_of(&office, helper).await,
        (json!("草庙镇"), json!("双喜村"))
    );
}

/// Two households on the register in a village that a unit serves and a helper is responsible for.
async fn served_village(server: &TestServer, office: &Client) -> ([HouseholdFacts; 2], Uuid) {
    let before = [at("R1", "草庙镇", "双喜村"), at("R2", "草庙镇", "双喜村")];
    office.import(HOUSEHOLDS, roster_of(&before)).await;
    let helper = helper_of(server, "草庙小学", "草庙镇", "双喜村").await;
    let household = household_id(server, "R1").await;
    server.pair(household, helper, server.days_ago(30)).await;
    link_area(office, "草庙小学", &[("草庙镇", "双喜村")]).await;
    (before, helper)
}

#[tokio::test]
async fn a_village_under_another_name_is_one_question_and_its_links_follow() {
    let (server, office) = TestServer::start_with_office().await;
    let (before, helper) = served_village(&server, &office).await;
    let file = roster_of(&[
        moved(&before[0], "草庙镇", "幸福村"),
        at("R3", "草庙镇", "幸福村"),
    ]);
    let preview = office.preview(HOUSEHOLDS, file).await;
    let questions = asked(&preview);
    assert_eq!(
        questions,
        [(
            "place_renamed",
            "登记在草庙镇双喜村的 2 户中有 1 户，名册都写作草庙镇幸福村；草庙镇双喜村仍有定点帮扶单位 1 个、负责该地的责任人 1 人。是更名为草庙镇幸福村，还是住户搬迁？"
        )]
    );
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    let yes = office.decide(&preview, &[("place_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(places(&server).await, ["草庙镇幸福村"; 3]);
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇幸福村"]);
    assert_eq!(
        area_of(&office, helper).await,
        (json!("草庙镇"), json!("幸福村"))
    );
    let made = &office.items("/renamings").await[0];
    assert_eq!(
        (&made["kind"], &made["merges"]),
        (&json!("village"), &json!(false))
    );
    office.post(&import_path(&yes, "/undo")).await.expect(200);
    assert_eq!(places(&server).await, ["草庙镇双喜村"; 2]);
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇双喜村"]);
}

#[tokio::test]
async fn households_that_moved_leave_the_links_where_they_are() {
    let (server, office) = TestServer::start_with_office().await;
    let (before, helper) = served_village(&server, &office).await;
    office
        .import(HOUSEHOLDS, roster_of(&[at("R9", "草庙镇", "红旗村")]))
        .await;
    let file = before.map(|one| moved(&one, "草庙镇", "红旗村"));
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    let question = asked(&preview)[0];
    assert_eq!(question.0, "place_renamed", "{preview:#}");
    assert!(question.1.contains("并入草庙镇红旗村"), "{preview:#}");
    let moved = json!({ "conflict": "place_renamed", "accept": true, "answer": "moved" });
    let done = answer(&office, &preview, moved).await;
    office.commit(&done).await.expect(200);
    assert_eq!(places(&server).await, ["草庙镇红旗村"; 3]);
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇双喜村"]);
    assert_eq!(
        area_of(&office, helper).await,
        (json!("草庙镇"), json!("双喜村"))
    );
    assert!(office.items("/renamings").await.is_empty());
}

#[tokio::test]
async fn a_town_that_is_merged_is_one_question_for_all_its_villages() {
    let (server, office) = TestServer::start_with_office().await;
    let before = [
        at("T1", "草堰乡", "双喜村"),
        at("T2", "草堰乡", "前进村"),
        at("T3", "大中镇", "红旗村"),
        at("T4", "草堰乡", "东圩村"),
    ];
    office.import(HOUSEHOLDS, roster_of(&before)).await;
    let helper = helper_of(&server, "草庙小学", "草堰乡", "").await;
    link_area(&office, "草庙小学", &[("草堰乡", "前进村")]).await;
    let file = [
        moved(&before[0], "大中镇", "双喜村"),
        moved(&before[1], "大中镇", "前进村"),
        before[2].clone(),
    ];
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    assert_eq!(
        asked(&preview),
        [(
            "place_renamed",
            "登记在草堰乡的 3 户中有 2 户，名册都写作大中镇；草堰乡仍有定点帮扶单位 1 个、负责该地的责任人 1 人。是并入大中镇，还是住户搬迁？"
        )]
    );
    let yes = office.decide(&preview, &[("place_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(
        places(&server).await,
        [
            "大中镇双喜村",
            "大中镇前进村",
            "大中镇红旗村",
            "大中镇东圩村"
        ]
    );
    assert_eq!(villages_of(&office, "草庙小学").await, ["大中镇前进村"]);
    assert_eq!(area_of(&office, helper).await.0, json!("大中镇"));
}

#[tokio::test]
async fn towns_with_villages_of_one_name_do_not_become_one_by_a_roster() {
    let (server, office) = TestServer::start_with_office().await;
    let before = [
        at("T1", "草堰乡", "双喜村"),
        at("T2", "草堰乡", "前进村"),
        at("T3", "大中镇", "前进村"),
    ];
    office.import(HOUSEHOLDS, roster_of(&before)).await;
    helper_of(&server, "草庙小学", "草堰乡", "").await;
    let body = json!({ "town": "草堰乡", "new_town": "大中镇", "merge": true, "reason": "撤并" });
    let refused = office
        .post("/renamings")
        .json(&body)
        .await
        .expect_problem(409, "villages_collide");
    let file = [
        moved(&before[0], "大中镇", "双喜村"),
        moved(&before[1], "大中镇", "前进村"),
        before[2].clone(),
    ];
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    let [(kind, question)] = asked(&preview)[..] else {
        panic!("{preview:#}");
    };
    assert_eq!(kind, "place_renamed");
    let why = refused["detail"].as_str().unwrap();
    assert!(
        why.contains("前进村") && question.contains(why),
        "{question} {why}"
    );
    // Who accepts it has not said that the families have moved.
    let yes = office.decide(&preview, &[("place_renamed", true)]).await;
    assert_eq!(yes["undecided_count"], 1, "{yes:#}");
    let moved = json!({ "conflict": "place_renamed", "accept": true, "answer": "moved" });
    let done = answer(&office, &preview, moved).await;
    office.commit(&done).await.expect(200);
    assert!(office.items("/renamings").await.is_empty());
}

#[tokio::test]
async fn one_family_that_moves_house_is_not_asked_about() {
    let (server, office) = TestServer::start_with_office().await;
    let (before, _) = served_village(&server, &office).await;
    // The village is still in the roster.
    let file = [moved(&before[0], "草庙镇", "幸福村"), before[1].clone()];
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    assert!(asked(&preview).is_empty(), "{preview:#}");
    // And where nobody is linked to it, nothing can be left behind.
    link_area(&office, "草庙小学", &[]).await;
    let call = office.patch(&format!(
        "/staff/{}",
        office.items("/staff").await[0]["id"].as_str().unwrap()
    ));
    call.if_match("*")
        .json(&json!({ "town": null, "village": null }))
        .await
        .expect(200);
    let file = before.map(|one| moved(&one, "草庙镇", "幸福村"));
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    assert!(asked(&preview).is_empty(), "{preview:#}");
}

/// Ten households on the register in a village that a unit serves and a helper is responsible for.
async fn ten_served(server: &TestServer, office: &Client) -> (Vec<HouseholdFacts>, Uuid) {
    let numbers = (0..10).map(|at| format!("T{at}"));
    let before: Vec<_> = numbers.map(|it| at_village(&it, "双喜村")).collect();
    office.import(HOUSEHOLDS, roster_of(&before)).await;
    let other = roster_of(&[at_village("F1", "前进村"), at_village("F2", "前进村")]);
    office.import(HOUSEHOLDS, other).await;
    let helper = helper_of(server, "草庙小学", "草庙镇", "双喜村").await;
    link_area(office, "草庙小学", &[("草庙镇", "双喜村")]).await;
    (before, helper)
}

fn at_village(number: &str, village: &str) -> HouseholdFacts {
    at(number, "草庙镇", village)
}

/// The households, so many of them under each village in turn; the rest is not in the file.
fn spread(before: &[HouseholdFacts], villages: &[(&str, usize)]) -> Vec<HouseholdFacts> {
    let names = villages
        .iter()
        .flat_map(|(village, count)| std::iter::repeat_n(*village, *count));
    let pairs = before.iter().zip(names);
    pairs
        .map(|(one, village)| moved(one, "草庙镇", village))
        .collect()
}

fn told(preview: &Value, code: &str) -> Vec<String> {
    let kinds = preview["kinds"].as_array().unwrap().iter();
    let first = kinds.filter(|it| it["code"] == code);
    first
        .map(|it| it["first"]["reason"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn one_stray_row_does_not_hide_that_a_village_is_renamed() {
    let (server, office) = TestServer::start_with_office().await;
    let (before, helper) = ten_served(&server, &office).await;
    for villages in [
        &[("新喜村", 9), ("前进村", 1)][..],
        &[("新喜村", 9), ("新禧村", 1)],
        &[("新喜村", 4)],
        &[("新喜村", 6), ("前进村", 2), ("双喜村", 2)],
    ] {
        let preview = office
            .preview(HOUSEHOLDS, roster_of(&spread(&before, villages)))
            .await;
        let questions = asked(&preview);
        assert_eq!(questions.len(), 1, "{villages:?} {preview:#}");
        assert_eq!(questions[0].0, "place_renamed");
        assert!(told(&preview, "place_left").is_empty(), "{preview:#}");
    }
    // Those that are still under the old name are read as the new one.
    let mut file = spread(&before, &[("新喜村", 8), ("双喜村", 1), ("前进村", 1)]);
    file.push(at_village("N1", "双喜村"));
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    assert_eq!(
        asked(&preview),
        [(
            "place_renamed",
            "登记在草庙镇双喜村的 10 户中有 10 户在名册中：8 户写作草庙镇新喜村，1 户仍写作草庙镇双喜村，1 户写作草庙镇前进村；草庙镇双喜村仍有定点帮扶单位 1 个、负责该地的责任人 1 人。是更名为草庙镇新喜村，还是住户搬迁？"
        )]
    );
    let yes = office.decide(&preview, &[("place_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    let places = places(&server).await;
    let count = |name: &str| places.iter().filter(|it| **it == name).count();
    assert_eq!(count("草庙镇新喜村"), 10);
    assert_eq!((count("草庙镇前进村"), count("草庙镇双喜村")), (3, 0));
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇新喜村"]);
    assert_eq!(
        area_of(&office, helper).await,
        (json!("草庙镇"), json!("新喜村"))
    );
}

#[tokio::test]
async fn a_village_that_is_split_or_swapped_is_never_silent() {
    let (server, office) = TestServer::start_with_office().await;
    let (before, _) = ten_served(&server, &office).await;
    let file = spread(&before, &[("东喜村", 5), ("西喜村", 5)]);
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    assert!(asked(&preview).is_empty(), "{preview:#}");
    assert_eq!(
        told(&preview, "place_left"),
        [
            "登记在草庙镇双喜村的 10 户中有 10 户在名册中：5 户写作草庙镇东喜村，5 户写作草庙镇西喜村；草庙镇双喜村仍有定点帮扶单位 1 个、负责该地的责任人 1 人，导入后不变"
        ]
    );
    // Some go to a village that the register has.
    let file = spread(&before, &[("前进村", 6), ("双喜村", 4)]);
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    assert_eq!(told(&preview, "place_left").len(), 1, "{preview:#}");
    // The two change their names, or the one takes the name that the other gives up.
    let register = register_by_number(&server.db).await;
    for other in ["双喜村", "红旗村"] {
        let mut file = spread(&before, &[("前进村", 10)]);
        file.extend(["F1", "F2"].map(|it| moved(&register[it], "草庙镇", other)));
        let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
        let questions = asked(&preview);
        assert_eq!(questions.len(), 1, "{preview:#}");
        assert!(questions[0].1.contains("依次更名或互换名称"), "{preview:#}");
        // Who accepts every proposal has not said that people moved.
        let yes = office.decide(&preview, &[("place_renamed", true)]).await;
        assert_eq!(yes["undecided_count"], 1, "{yes:#}");
        let moved = json!({ "conflict": "place_renamed", "accept": true, "answer": "moved" });
        let done = answer(&office, &preview, moved).await;
        let report = &done["report"];
        assert_eq!(report["undecided_count"], 0, "{done:#}");
    }
}

#[tokio::test]
async fn a_former_name_of_a_village_is_asked_about() {
    let (server, office) = TestServer::start_with_office().await;
    let (before, _) = served_village(&server, &office).await;
    for (old, new) in [("双喜村", "新喜村"), ("新喜村", "幸福村")] {
        let call = office.post("/renamings").json(&json!({
            "town": "草庙镇", "village": old, "new_town": "草庙镇", "new_village": new,
            "reason": "民政批复",
        }));
        call.await.expect(201);
    }
    // The old name stands for the households and for one more.
    let mut file = before.to_vec();
    file.push(at("R3", "草庙镇", "双喜村"));
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    let questions = asked(&preview);
    assert_eq!(questions.len(), 1, "{preview:#}");
    assert_eq!(questions[0].0, "place_spelling");
    assert!(questions[0].1.contains("现为幸福村"), "{preview:#}");
    let yes = office.decide(&preview, &[("place_spelling", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(places(&server).await, ["草庙镇幸福村"; 3]);
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇幸福村"]);
}

#[tokio::test]
async fn one_village_that_comes_to_another_town_is_not_taken_for_the_town() {
    let (server, office) = TestServer::start_with_office().await;
    let (before, _) = ten_served(&server, &office).await;
    let file: Vec<_> = before
        .iter()
        .map(|one| moved(one, "大桥镇", "双喜村"))
        .collect();
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    let questions = asked(&preview);
    assert_eq!(questions.len(), 1, "{preview:#}");
    assert!(
        questions[0]
            .1
            .contains("是更名为大桥镇双喜村，还是住户搬迁"),
        "{preview:#}"
    );
    let yes = office.decide(&preview, &[("place_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(villages_of(&office, "草庙小学").await, ["大桥镇双喜村"]);
    let places = places(&server).await;
    assert_eq!(places.iter().filter(|it| *it == "草庙镇前进村").count(), 2);
}

#[tokio::test]
async fn a_village_with_its_group_is_read_as_both() {
    let (server, office) = TestServer::start_with_office().await;
    let file = [
        at("S1", "草庙镇", "双喜村一组"),
        at("S2", "草庙镇", "双喜村第3村民小组"),
        at("S3", "草庙镇", "双喜村"),
    ];
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    assert_eq!(asked(&preview).len(), 1, "{preview:#}");
    let key = preview["conflicts"][0]["key"].clone();
    let own = json!({ "conflict": key, "accept": true, "name": "双喜村" });
    let done = answer(&office, &preview, own).await;
    office.commit(&done).await.expect(200);
    assert_eq!(places(&server).await, ["草庙镇双喜村"; 3]);
    let register = register_by_number(&server.db).await;
    assert_eq!(register["S2"].group_name.as_deref(), Some("第3村民小组"));
}
