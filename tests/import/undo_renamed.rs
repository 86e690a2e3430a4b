//! Taking an import back after places and units have got other names: nothing comes back under a name that
//! nobody says any more. Over HTTP, with real workbooks.

use qianshou::household::HouseholdFacts;
use qianshou::staff::StaffFacts;
use serde_json::{Value, json};

use crate::support::pairing::{link_area, unit_path, villages_of};
use crate::support::register::facts;
use crate::support::roster::{
    HOUSEHOLDS, STAFF, full_teacher, import_path, register_by_number, roster_of,
};
use crate::support::{Client, RosterFile, TestServer};

fn at(number: &str, village: &str) -> HouseholdFacts {
    HouseholdFacts {
        number: Some(number.to_owned()),
        ..facts("草庙镇", village)
    }
}

fn moved(facts: &HouseholdFacts, village: &str) -> HouseholdFacts {
    HouseholdFacts {
        village: village.to_owned(),
        ..facts.clone()
    }
}

fn with_remark(facts: &HouseholdFacts) -> HouseholdFacts {
    HouseholdFacts {
        remark: Some("改过".to_owned()),
        ..facts.clone()
    }
}

fn teacher(number: &str, unit: &str) -> StaffFacts {
    let digits = ["零", "一", "二", "三", "四"];
    let name = format!("丁{}", digits[number.parse::<usize>().unwrap()]);
    StaffFacts {
        unit: unit.to_owned(),
        ..full_teacher(&format!("T{number}"), &name)
    }
}

async fn import_staff(office: &Client, people: &[StaffFacts]) -> Value {
    office
        .import(STAFF, RosterFile::staff(people).bytes())
        .await
}

async fn rename(office: &Client, from: &str, to: &str, merge: bool) -> String {
    let body = json!({
        "town": "草庙镇", "village": from, "new_town": "草庙镇", "new_village": to, "merge": merge,
        "reason": "撤并",
    });
    id(&office.post("/renamings").json(&body).await.expect(201))
}

async fn rename_unit(office: &Client, unit: &str, name: &str, merge: bool) -> String {
    let path = format!("{}/renamings", unit_path(office, unit).await);
    let body = json!({ "new_name": name, "merge": merge, "reason": "更名" });
    id(&office.post(&path).json(&body).await.expect(201))
}

fn id(record: &Value) -> String {
    record["id"].as_str().unwrap().to_owned()
}

async fn take_back(office: &Client, renaming: &str) {
    let path = format!("/renamings/{renaming}/undo");
    office.post(&path).await.expect(200);
}

/// Preview and undo say that this change of names is all that stands in the way, and name it.
async fn refused_for(office: &Client, import: &Value, renaming: &str, words: &str) {
    let path = import_path(import, "/undo");
    let outlook = office.get(&path).await.expect(200);
    assert_eq!(outlook["possible"], false, "{outlook:#}");
    let dependents = outlook["dependents"].as_array().unwrap();
    let [only] = &dependents[..] else {
        panic!("{outlook:#}");
    };
    assert_eq!(
        (&only["kind"], &only["id"]),
        (&json!("renaming"), &json!(renaming))
    );
    let said = only["words"].as_str().unwrap();
    assert!(said.contains(words), "{said}");
    let problem = office
        .post(&path)
        .await
        .expect_problem(409, "import_depended_on");
    assert_eq!(problem["errors"][0]["detail"], said);
}

async fn undone(office: &Client, import: &Value) {
    let path = import_path(import, "/undo");
    let outlook = office.get(&path).await.expect(200);
    assert_eq!(outlook["possible"], true, "{outlook:#}");
    office.post(&path).await.expect(200);
}

async fn places(server: &TestServer) -> Vec<String> {
    let register = register_by_number(&server.db).await.into_values();
    register.map(|it| it.village).collect()
}

async fn units(office: &Client) -> Vec<(String, i64)> {
    let units = office.items("/units").await;
    let named = units.iter().map(|unit| {
        let name = unit["name"].as_str().unwrap().to_owned();
        (name, unit["active_staff"].as_i64().unwrap())
    });
    named.collect()
}

#[tokio::test]
async fn nobody_goes_back_to_a_unit_that_became_part_of_another() {
    let (_server, office) = TestServer::start_with_office().await;
    let people = [
        teacher("1", "草庙小学"),
        teacher("2", "草庙小学"),
        teacher("3", "大桥中学"),
    ];
    import_staff(&office, &people).await;
    import_staff(&office, &[teacher("4", "新民小学")]).await;
    let import = import_staff(&office, &[teacher("1", "大桥中学")]).await;
    let renaming = rename_unit(&office, "草庙小学", "新民小学", true).await;
    refused_for(
        &office,
        &import,
        &renaming,
        "“草庙小学”并入“新民小学”，请先撤销",
    )
    .await;
    take_back(&office, &renaming).await;
    undone(&office, &import).await;
    let expected = [("草庙小学", 2), ("大桥中学", 1), ("新民小学", 1)];
    assert_eq!(
        units(&office).await,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
    // Of another name alone, the unit is the same.
    let import = import_staff(&office, &[teacher("1", "大桥中学")]).await;
    rename_unit(&office, "草庙小学", "草庙实验小学", false).await;
    undone(&office, &import).await;
    let expected = [("草庙实验小学", 2), ("大桥中学", 1), ("新民小学", 1)];
    assert_eq!(
        units(&office).await,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
}

/// The unit came with an import that was taken back in between, and nobody was left in it.
#[tokio::test]
async fn a_unit_that_has_gone_is_there_again_for_who_goes_back_to_it() {
    let (_server, office) = TestServer::start_with_office().await;
    import_staff(&office, &[teacher("1", "大桥中学")]).await;
    let first = import_staff(&office, &[teacher("1", "红旗小学")]).await;
    import_staff(&office, &[teacher("2", "红旗小学")]).await;
    let second = import_staff(&office, &[teacher("2", "大桥中学")]).await;
    undone(&office, &first).await;
    undone(&office, &second).await;
    let expected = [("大桥中学", 1), ("红旗小学", 1)];
    assert_eq!(
        units(&office).await,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
}

#[tokio::test]
async fn no_household_goes_back_to_a_village_that_is_called_otherwise() {
    let (server, office) = TestServer::start_with_office().await;
    let [one, two] = [at("R1", "双喜村"), at("R2", "双喜村")];
    let three = at("R3", "前进村");
    let all = [one.clone(), two.clone(), three.clone()];
    office.import(HOUSEHOLDS, roster_of(&all)).await;
    for merge in [false, true] {
        let import = office
            .import(HOUSEHOLDS, roster_of(&[moved(&one, "前进村")]))
            .await;
        let to = if merge { "前进村" } else { "新喜村" };
        let renaming = rename(&office, "双喜村", to, merge).await;
        refused_for(&office, &import, &renaming, "草庙镇双喜村").await;
        take_back(&office, &renaming).await;
        undone(&office, &import).await;
        assert_eq!(places(&server).await, ["双喜村", "双喜村", "前进村"]);
    }
    // The town, too.
    let import = office
        .import(HOUSEHOLDS, roster_of(&[moved(&one, "前进村")]))
        .await;
    let body = json!({ "town": "草庙镇", "new_town": "新民镇", "reason": "撤并" });
    let renaming = id(&office.post("/renamings").json(&body).await.expect(201));
    refused_for(&office, &import, &renaming, "草庙镇").await;
}

#[tokio::test]
async fn no_helper_goes_back_to_an_area_that_is_called_otherwise() {
    let (server, office) = TestServer::start_with_office().await;
    server.add_household(at("R1", "双喜村")).await;
    let area = |village: &str| StaffFacts {
        town: Some("草庙镇".to_owned()),
        village: Some(village.to_owned()),
        ..teacher("1", "草庙小学")
    };
    server.add_household(at("R2", "前进村")).await;
    import_staff(&office, &[area("双喜村")]).await;
    let import = import_staff(&office, &[area("前进村")]).await;
    let renaming = rename(&office, "双喜村", "新喜村", false).await;
    refused_for(&office, &import, &renaming, "草庙镇双喜村").await;
}

/// What was taken back blocks nothing, and one that holds is named once, however many households followed.
#[tokio::test]
async fn a_change_of_names_that_was_taken_back_is_in_nobodys_way() {
    let (server, office) = TestServer::start_with_office().await;
    let all = [at("R1", "双喜村"), at("R2", "双喜村"), at("R3", "双喜村")];
    let first = office.import(HOUSEHOLDS, roster_of(&all)).await;
    let second = office
        .import(
            HOUSEHOLDS,
            roster_of(&all.clone().map(|it| with_remark(&it))),
        )
        .await;
    let renaming = rename(&office, "双喜村", "新喜村", false).await;
    refused_for(&office, &second, &renaming, "更名为“草庙镇新喜村”").await;
    take_back(&office, &renaming).await;
    let other = rename(&office, "双喜村", "幸福村", false).await;
    refused_for(&office, &second, &other, "更名为“草庙镇幸福村”").await;
    take_back(&office, &other).await;
    undone(&office, &second).await;
    let register = register_by_number(&server.db).await;
    assert!(register.values().all(|it| it.remark.is_none()));
    undone(&office, &first).await;
    assert!(register_by_number(&server.db).await.is_empty());
}

/// What an import says of a village under the new name is of no use under the old one.
#[tokio::test]
async fn a_name_that_was_taken_back_after_an_import_is_not_brought_back() {
    let (server, office) = TestServer::start_with_office().await;
    let all = [at("R1", "双喜村"), at("R2", "前进村")];
    office.import(HOUSEHOLDS, roster_of(&all)).await;
    let renaming = rename(&office, "双喜村", "新喜村", false).await;
    let moves = roster_of(&[moved(&all[0], "前进村")]);
    let import = import_answering(&office, moves, "place_renamed", "moved").await;
    office
        .import(HOUSEHOLDS, roster_of(&[at("R3", "新喜村")]))
        .await;
    take_back(&office, &renaming).await;
    refused_for(&office, &import, &renaming, "“草庙镇新喜村”已于").await;
    assert_eq!(places(&server).await, ["前进村", "前进村", "双喜村"]);
}

/// Takes in a roster of households of which one question must be answered so.
async fn import_answering(office: &Client, bytes: Vec<u8>, question: &str, answer: &str) -> Value {
    let preview = office.preview(HOUSEHOLDS, bytes).await;
    let decision = json!({ "conflict": question, "accept": true, "answer": answer });
    let import = office
        .choose(&preview, json!({ "decisions": [decision] }))
        .await;
    office.commit(&import).await.expect(200);
    import
}

/// A record that was changed time and again is one.
#[tokio::test]
async fn a_person_who_was_changed_twice_is_counted_once() {
    let (_server, office) = TestServer::start_with_office().await;
    let import = import_staff(&office, &[teacher("1", "草庙小学")]).await;
    let path = format!("/staff/{}", id(&office.items("/staff").await[0]));
    for phone in ["13900000001", "13900000002"] {
        let patch = office
            .patch(&path)
            .if_match("*")
            .json(&json!({ "phone": phone }));
        patch.await.expect(200);
    }
    let outlook = office.get(&import_path(&import, "/undo")).await.expect(200);
    let dependents = outlook["dependents"].as_array().unwrap();
    assert_eq!(dependents.len(), 1, "{outlook:#}");
    assert_eq!(dependents[0]["kind"], "later_edit");
}

/// Two households of a village that a unit serves, and an import that says that it is called otherwise.
async fn renamed_by_import(office: &Client) -> Value {
    let before = [at("R1", "双喜村"), at("R2", "双喜村")];
    office.import(HOUSEHOLDS, roster_of(&before)).await;
    import_staff(office, &[teacher("1", "草庙小学")]).await;
    link_area(office, "草庙小学", &[("草庙镇", "双喜村")]).await;
    let file = [moved(&before[0], "新喜村"), at("R3", "新喜村")];
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    let yes = office.decide(&preview, &[("place_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    yes
}

#[tokio::test]
async fn what_came_to_a_village_under_its_new_name_follows_it_back() {
    let (server, office) = TestServer::start_with_office().await;
    let import = renamed_by_import(&office).await;
    office
        .import(HOUSEHOLDS, roster_of(&[at("R4", "新喜村")]))
        .await;
    import_staff(&office, &[teacher("2", "大桥中学")]).await;
    link_area(&office, "大桥中学", &[("草庙镇", "新喜村")]).await;
    undone(&office, &import).await;
    assert_eq!(places(&server).await, ["双喜村"; 3]);
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇双喜村"]);
    assert_eq!(villages_of(&office, "大桥中学").await, ["草庙镇双喜村"]);
}

#[tokio::test]
async fn an_import_whose_village_is_called_otherwise_again_is_not_undone_before() {
    let (server, office) = TestServer::start_with_office().await;
    let import = renamed_by_import(&office).await;
    let later = rename(&office, "新喜村", "幸福村", false).await;
    let path = import_path(&import, "/undo");
    let outlook = office.get(&path).await.expect(200);
    let kinds = outlook["dependents"].as_array().unwrap().iter();
    assert!(
        kinds.clone().all(|it| it["kind"] == "renaming"),
        "{outlook:#}"
    );
    office
        .post(&path)
        .await
        .expect_problem(409, "import_depended_on");
    take_back(&office, &later).await;
    // Or the old name is another's by now.
    let another = roster_of(&[at("R9", "双喜村")]);
    import_answering(&office, another, "place_spelling", "different_places").await;
    let outlook = office.get(&path).await.expect(200);
    let words = outlook["dependents"][0]["words"].as_str().unwrap();
    assert!(words.contains("登记中已有“草庙镇双喜村”"), "{outlook:#}");
    office
        .post(&path)
        .await
        .expect_problem(409, "import_depended_on");
    assert_eq!(places(&server).await.len(), 4);
}

#[tokio::test]
async fn two_units_that_become_one_new_one_are_both_there_again_after_the_undo() {
    let (_server, office) = TestServer::start_with_office().await;
    let people = [
        teacher("1", "草庙小学"),
        teacher("2", "草庙小学"),
        teacher("3", "大桥中学"),
        teacher("4", "大桥中学"),
    ];
    import_staff(&office, &people).await;
    link_area(&office, "草庙小学", &[("草庙镇", "双喜村")]).await;
    link_area(&office, "大桥中学", &[("草庙镇", "前进村")]).await;
    let file = [people[0].clone(), people[2].clone(), people[3].clone()].map(|it| StaffFacts {
        unit: "新民学校".to_owned(),
        ..it
    });
    let preview = office
        .preview(STAFF, RosterFile::staff(&file).bytes())
        .await;
    let yes = office.decide(&preview, &[("unit_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(units(&office).await, [("新民学校".to_owned(), 4)]);
    assert_eq!(villages_of(&office, "新民学校").await.len(), 2);
    undone(&office, &yes).await;
    let expected = [("草庙小学", 2), ("大桥中学", 2)];
    assert_eq!(
        units(&office).await,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇双喜村"]);
    assert_eq!(villages_of(&office, "大桥中学").await, ["草庙镇前进村"]);
}

#[tokio::test]
async fn two_villages_that_become_one_new_one_are_both_there_again_after_the_undo() {
    let (server, office) = TestServer::start_with_office().await;
    let before = [
        at("R1", "双喜村"),
        at("R2", "双喜村"),
        at("R3", "前进村"),
        at("R4", "前进村"),
    ];
    office.import(HOUSEHOLDS, roster_of(&before)).await;
    import_staff(&office, &[teacher("1", "草庙小学")]).await;
    let both = [("草庙镇", "双喜村"), ("草庙镇", "前进村")];
    link_area(&office, "草庙小学", &both).await;
    // Of each village the roster leaves one household out.
    let file = [moved(&before[0], "新喜村"), moved(&before[2], "新喜村")];
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    let yes = office.decide(&preview, &[("place_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(places(&server).await, ["新喜村"; 4]);
    assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇新喜村"]);
    undone(&office, &yes).await;
    let expected = ["双喜村", "双喜村", "前进村", "前进村"];
    assert_eq!(places(&server).await, expected);
    assert_eq!(
        villages_of(&office, "草庙小学").await,
        ["草庙镇前进村", "草庙镇双喜村"]
    );
}

/// A roster that says a village by another name, which was accepted, and taken back by itself since.
#[tokio::test]
async fn an_import_whose_own_change_of_names_was_taken_back_goes_back_without_it() {
    let (server, office) = TestServer::start_with_office().await;
    import_staff(&office, &[teacher("1", "草庙小学")]).await;
    let before = [at("R1", "双喜村"), at("R2", "双喜村"), at("R3", "前进村")];
    office.import(HOUSEHOLDS, roster_of(&before)).await;
    link_area(&office, "草庙小学", &[("草庙镇", "双喜村")]).await;
    for (name, ended) in [
        ("新喜村", ["双喜村", "双喜村", "前进村"]),
        ("前进村", ["双喜村", "双喜村", "前进村"]),
    ] {
        let file = before[..2].iter().map(|it| moved(it, name));
        let file: Vec<_> = file.collect();
        let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
        let decided = office.decide(&preview, &[("place_renamed", true)]).await;
        office.commit(&decided).await.expect(200);
        assert_eq!(
            villages_of(&office, "草庙小学").await,
            [format!("草庙镇{name}")]
        );
        let renaming = id(&office.items("/renamings").await[0]);
        take_back(&office, &renaming).await;
        assert_eq!(villages_of(&office, "草庙小学").await, ["草庙镇双喜村"]);
        undone(&office, &decided).await;
        assert_eq!(places(&server).await, ended);
    }
}

/// Merges that an import brought and that were taken back: what a later import would bring back is of no use.
#[tokio::test]
async fn who_followed_a_merge_that_was_undone_does_not_go_back_to_it_by_a_later_undo() {
    let (server, office) = TestServer::start_with_office().await;
    let before = [at("R1", "双喜村"), at("R2", "双喜村"), at("R3", "前进村")];
    office.import(HOUSEHOLDS, roster_of(&before)).await;
    let area = |number: &str, village: &str| StaffFacts {
        town: Some("草庙镇".to_owned()),
        village: Some(village.to_owned()),
        ..teacher(number, "草庙小学")
    };
    let people = [area("1", "双喜村"), area("2", "前进村")];
    import_staff(&office, &people).await;
    let file = [moved(&before[0], "前进村"), before[2].clone()];
    let merge = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    let merge = office.decide(&merge, &[("place_renamed", true)]).await;
    office.commit(&merge).await.expect(200);
    assert_eq!(places(&server).await, ["前进村"; 3]);
    let renaming = id(&office.items("/renamings").await[0]);
    // A helper and a household that followed, and others who were there before.
    let changed = |person: StaffFacts| StaffFacts {
        capacity: Some(2),
        ..person
    };
    let helper = import_staff(&office, &[changed(area("1", "前进村"))]).await;
    let other_helper = import_staff(&office, &[changed(area("2", "前进村"))]).await;
    let followed = moved(&before[1], "前进村");
    let household = [with_remark(&followed)];
    let household = office.import(HOUSEHOLDS, roster_of(&household)).await;
    let moves = [moved(&with_remark(&followed), "红旗村")];
    let moves = office.import(HOUSEHOLDS, roster_of(&moves)).await;
    undone(&office, &merge).await;
    let words = "“草庙镇双喜村”并入“草庙镇前进村”已于";
    refused_for(&office, &helper, &renaming, words).await;
    undone(&office, &other_helper).await;
    refused_for(&office, &moves, &renaming, words).await;
    let outlook = office.get(&import_path(&household, "/undo")).await;
    assert_eq!(outlook.expect(200)["possible"], false);
    assert_eq!(places(&server).await, ["双喜村", "红旗村", "前进村"]);
}

#[tokio::test]
async fn who_followed_a_unit_that_left_another_again_does_not_go_back_to_that() {
    let (_server, office) = TestServer::start_with_office().await;
    let people = ["1", "2", "3"].map(|number| teacher(number, "草庙小学"));
    import_staff(&office, &people).await;
    import_staff(&office, &[teacher("4", "大桥中学")]).await;
    link_area(&office, "草庙小学", &[("草庙镇", "双喜村")]).await;
    let file = ["1", "2", "4"].map(|number| teacher(number, "大桥中学"));
    let merge = office
        .preview(STAFF, RosterFile::staff(&file).bytes())
        .await;
    let merge = office.decide(&merge, &[("unit_renamed", true)]).await;
    office.commit(&merge).await.expect(200);
    let renaming = id(&office.items("/renamings").await[0]);
    let with_capacity = |number: &str| StaffFacts {
        capacity: Some(1),
        ..teacher(number, "大桥中学")
    };
    let third = import_staff(&office, &[with_capacity("3")]).await;
    let fourth = import_staff(&office, &[with_capacity("4")]).await;
    undone(&office, &merge).await;
    let words = "“草庙小学”并入“大桥中学”已于";
    refused_for(&office, &third, &renaming, words).await;
    undone(&office, &fourth).await;
    let expected = [("草庙小学", 3), ("大桥中学", 1)];
    assert_eq!(
        units(&office).await,
        expected.map(|(name, count)| (name.to_owned(), count))
    );
}
