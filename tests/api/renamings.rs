//! Villages, towns and units that get another name or become part of another: everything that says the old name
//! follows, and it can be taken back.

use qianshou::household::HouseholdFacts;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::pairing::{link_area, unit_path, villages_of};
use crate::support::register::facts;
use crate::support::roster::{HOUSEHOLDS, import_path, roster_of};
use crate::support::staff::add_person_with;
use crate::support::{Answer, Client, TestServer};

async fn rename(office: &Client, from: (&str, &str), to: (&str, &str), merge: bool) -> Answer {
    let mut body = json!({ "town": from.0, "new_town": to.0, "merge": merge, "reason": "撤并" });
    if !from.1.is_empty() {
        body["village"] = json!(from.1);
        body["new_village"] = json!(to.1);
    }
    office.post("/renamings").json(&body).await
}

async fn rename_unit(office: &Client, unit: &str, name: &str, merge: bool) -> Answer {
    let path = format!("{}/renamings", unit_path(office, unit).await);
    let body = json!({ "new_name": name, "merge": merge, "reason": "更名" });
    office.post(&path).json(&body).await
}

async fn person(office: &Client, id: Uuid) -> Value {
    office.get(&format!("/staff/{id}")).await.expect(200)
}

async fn household(office: &Client, id: Uuid) -> Value {
    office.get(&format!("/households/{id}")).await.expect(200)
}

fn place_of(record: &Value) -> (String, String) {
    let name = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
    (name("town"), name("village"))
}

fn both(town: &str, village: &str) -> (String, String) {
    (town.to_owned(), village.to_owned())
}

/// A household of 草庙镇双喜村 and one of 草庙镇前进村, a unit that serves both villages, a helper of the first.
struct Places {
    server: TestServer,
    office: Client,
    first: Uuid,
    second: Uuid,
    helper: Uuid,
}

impl Places {
    async fn open() -> Self {
        let (server, office) = TestServer::start_with_office().await;
        let first = server.add_household(facts("草庙镇", "双喜村")).await;
        let second = server.add_household(facts("草庙镇", "前进村")).await;
        let helper = add_person_with(&server, "草庙小学", "丁一", |person| {
            person.town = Some("草庙镇".to_owned());
            person.village = Some("双喜村、前进村".to_owned());
        })
        .await;
        server.pair(first, helper, server.days_ago(30)).await;
        link_area(
            &office,
            "草庙小学",
            &[("草庙镇", "双喜村"), ("草庙镇", "前进村")],
        )
        .await;
        Self {
            server,
            office,
            first,
            second,
            helper,
        }
    }
}

/// A helper without a town may mean the village of that name in another town.
#[tokio::test]
async fn taking_a_name_back_changes_no_helper_who_did_not_follow() {
    let (server, office) = TestServer::start_with_office().await;
    server.add_household(facts("大桥镇", "双喜村")).await;
    server.add_household(facts("草庙镇", "前进村")).await;
    let helper = add_person_with(&server, "草庙小学", "丁一", |person| {
        person.village = Some("双喜村".to_owned());
    })
    .await;
    let made = rename(&office, ("草庙镇", "前进村"), ("草庙镇", "双喜村"), false).await;
    let made = made.expect(201);
    let undo = format!("/renamings/{}/undo", made["id"].as_str().unwrap());
    office.post(&undo).await.expect(200);
    assert_eq!(person(&office, helper).await["village"], "双喜村");
}

#[tokio::test]
async fn a_village_that_is_renamed_takes_its_households_units_and_helpers_along() {
    let it = Places::open().await;
    let office = &it.office;
    let day = it.server.days_ago(10);
    let body = json!({
        "town": "草庙镇", "village": "双喜村", "new_town": "草庙镇", "new_village": "双福 村",
        "effective_on": day, "reason": "民政批复",
    });
    let send = || office.post("/renamings").key("k1").json(&body);
    let made = send().await.expect(201);
    assert_eq!(
        (&made["households"], &made["units"], &made["helpers"]),
        (&json!(1), &json!(1), &json!(1)),
        "{made:#}"
    );
    assert_eq!(made["effective_on"], json!(day));
    assert_eq!(made["merges"], false);
    // Sent twice, done once.
    assert_eq!(send().await.expect(201), made);
    let after = household(office, it.first).await;
    assert_eq!(place_of(&after), both("草庙镇", "双福村"));
    assert_eq!(after["helper"]["staff_id"], json!(it.helper), "{after:#}");
    assert_eq!(
        place_of(&household(office, it.second).await),
        both("草庙镇", "前进村")
    );
    assert_eq!(
        villages_of(office, "草庙小学").await,
        ["草庙镇前进村", "草庙镇双福村"]
    );
    assert_eq!(
        place_of(&person(office, it.helper).await),
        both("草庙镇", "双福村、前进村")
    );
    // What it was called is in the history of the household, and in the list.
    let path = format!("/households/{}/history", it.first);
    let history = office.get(&path).await.expect(200);
    let entry = &history["items"][0];
    assert_eq!(entry["kind"], "rename", "{history:#}");
    assert_eq!(entry["changes"][0]["old"], "双喜村");
    let list = office.items("/renamings?kind=village").await;
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["old_name"], "草庙镇双喜村");
    assert!(office.items("/renamings?kind=unit").await.is_empty());
    // Taken back, all is as it was.
    let undo = format!("/renamings/{}/undo", made["id"].as_str().unwrap());
    let undone = office.post(&undo).await.expect(200);
    assert!(undone["undone_by"].is_string(), "{undone:#}");
    assert_eq!(
        place_of(&household(office, it.first).await),
        both("草庙镇", "双喜村")
    );
    assert_eq!(
        villages_of(office, "草庙小学").await,
        ["草庙镇前进村", "草庙镇双喜村"]
    );
    assert_eq!(
        place_of(&person(office, it.helper).await),
        both("草庙镇", "双喜村、前进村")
    );
    office
        .post(&undo)
        .await
        .expect_problem(409, "already_undone");
}

#[tokio::test]
async fn a_village_becomes_part_of_another_only_where_that_is_said() {
    let it = Places::open().await;
    let office = &it.office;
    let (old, new) = (("草庙镇", "双喜村"), ("草庙镇", "前进村"));
    rename(office, old, new, false)
        .await
        .expect_problem(409, "name_taken");
    rename(office, old, ("草庙镇", "红旗村"), true)
        .await
        .expect_problem(422, "nothing_to_join");
    rename(office, ("草庙镇", "没有村"), new, true)
        .await
        .expect_problem(422, "no_such_place");
    rename(office, old, old, false)
        .await
        .expect_problem(422, "same_name");
    let made = rename(office, old, new, true).await.expect(201);
    assert_eq!(made["merges"], true);
    assert_eq!(villages_of(office, "草庙小学").await, ["草庙镇前进村"]);
    assert_eq!(
        place_of(&person(office, it.helper).await),
        both("草庙镇", "前进村")
    );
    // Only what came over goes back, and both links of the unit hold again.
    let undo = format!("/renamings/{}/undo", made["id"].as_str().unwrap());
    office.post(&undo).await.expect(200);
    assert_eq!(
        place_of(&household(office, it.first).await),
        both("草庙镇", "双喜村")
    );
    assert_eq!(
        place_of(&household(office, it.second).await),
        both("草庙镇", "前进村")
    );
    assert_eq!(
        villages_of(office, "草庙小学").await,
        ["草庙镇前进村", "草庙镇双喜村"]
    );
}

#[tokio::test]
async fn a_town_is_renamed_and_merged_with_all_its_villages() {
    let it = Places::open().await;
    let office = &it.office;
    it.server.add_household(facts("大中镇", "前进村")).await;
    let third = it.server.add_household(facts("大中镇", "红旗村")).await;
    let (old, new) = (("草庙镇", ""), ("大中镇", ""));
    rename(office, old, new, false)
        .await
        .expect_problem(409, "name_taken");
    // Two villages would become one unseen.
    let refused = rename(office, old, new, true).await;
    let problem = refused.expect_problem(409, "villages_collide");
    assert!(problem["detail"].as_str().unwrap().contains("前进村"));
    rename(
        office,
        ("大中镇", "前进村"),
        ("大中镇", "大中前进村"),
        false,
    )
    .await
    .expect(201);
    let made = rename(office, old, new, true).await.expect(201);
    assert_eq!(made["households"], 2, "{made:#}");
    assert_eq!(
        place_of(&household(office, it.first).await),
        both("大中镇", "双喜村")
    );
    assert_eq!(
        villages_of(office, "草庙小学").await,
        ["大中镇前进村", "大中镇双喜村"]
    );
    assert_eq!(
        place_of(&person(office, it.helper).await),
        both("大中镇", "双喜村、前进村")
    );
    // The town is renamed as a whole; to take the merge back, that has to be taken back first.
    let again = rename(office, ("大中镇", ""), ("大中街道", ""), false).await;
    let again = again.expect(201);
    assert_eq!(again["households"], 4);
    let undo =
        |made: &Value| office.post(&format!("/renamings/{}/undo", made["id"].as_str().unwrap()));
    undo(&made).await.expect_problem(409, "renamed_since");
    undo(&again).await.expect(200);
    undo(&made).await.expect(200);
    assert_eq!(
        place_of(&household(office, it.first).await),
        both("草庙镇", "双喜村")
    );
    assert_eq!(
        place_of(&household(office, third).await),
        both("大中镇", "红旗村")
    );
}

#[tokio::test]
async fn days_and_kinds_are_checked() {
    let it = Places::open().await;
    let office = &it.office;
    let body = |day: Value| {
        json!({
            "town": "草庙镇", "new_town": "草堰镇", "effective_on": day, "reason": "更名",
        })
    };
    let tomorrow = it.server.app.today().succ_opt().unwrap();
    let send = |day: Value| office.post("/renamings").json(&body(day));
    send(json!(tomorrow))
        .await
        .expect_problem(422, "date_in_future");
    send(json!("1949-10-01"))
        .await
        .expect_problem(422, "date_too_early");
    let mut mixed = body(Value::Null);
    mixed["village"] = json!("双喜村");
    office
        .post("/renamings")
        .json(&mixed)
        .await
        .expect_problem(422, "renaming_kinds_differ");
    assert!(office.items("/renamings").await.is_empty());
}

#[tokio::test]
async fn a_unit_keeps_its_staff_and_villages_under_another_name() {
    let it = Places::open().await;
    let office = &it.office;
    let before = unit_path(office, "草庙小学").await;
    let made = rename_unit(office, "草庙小学", "草庙实验小学", false)
        .await
        .expect(201);
    assert_eq!(
        (&made["kind"], &made["merges"]),
        (&json!("unit"), &json!(false))
    );
    assert_eq!(unit_path(office, "草庙实验小学").await, before);
    assert_eq!(person(office, it.helper).await["unit"], "草庙实验小学");
    assert_eq!(villages_of(office, "草庙实验小学").await.len(), 2);
    // Its old name may be another's by then.
    let undo = format!("/renamings/{}/undo", made["id"].as_str().unwrap());
    add_person_with(&it.server, "草庙小学", "丁二", |_| {}).await;
    office.post(&undo).await.expect_problem(409, "name_taken");
    rename_unit(office, "草庙小学", "草庙幼儿园", false)
        .await
        .expect(201);
    office.post(&undo).await.expect(200);
    assert_eq!(person(office, it.helper).await["unit"], "草庙小学");
}

#[tokio::test]
async fn a_unit_that_becomes_part_of_another_gives_its_staff_and_villages_over() {
    let it = Places::open().await;
    let office = &it.office;
    let other = add_person_with(&it.server, "中心小学", "丁二", |_| {}).await;
    link_area(office, "中心小学", &[("草庙镇", "双喜村")]).await;
    rename_unit(office, "草庙小学", "中心小学", false)
        .await
        .expect_problem(409, "name_taken");
    rename_unit(office, "草庙小学", "没有小学", true)
        .await
        .expect_problem(422, "nothing_to_join");
    let old = unit_path(office, "草庙小学").await;
    let made = rename_unit(office, "草庙小学", "中心小学", true)
        .await
        .expect(201);
    assert_eq!(
        (&made["helpers"], &made["merges"]),
        (&json!(1), &json!(true))
    );
    office.get(&old).await.expect_problem(404, "not_found");
    assert_eq!(person(office, it.helper).await["unit"], "中心小学");
    assert_eq!(villages_of(office, "中心小学").await.len(), 2);
    assert_eq!(
        household(office, it.first).await["helper"]["staff_id"],
        json!(it.helper)
    );
    let undo = format!("/renamings/{}/undo", made["id"].as_str().unwrap());
    office.post(&undo).await.expect(200);
    assert_eq!(unit_path(office, "草庙小学").await, old);
    assert_eq!(person(office, it.helper).await["unit"], "草庙小学");
    assert_eq!(person(office, other).await["unit"], "中心小学");
    assert_eq!(villages_of(office, "草庙小学").await.len(), 2);
    assert_eq!(villages_of(office, "中心小学").await, ["草庙镇双喜村"]);
}

/// What was compared with old names would bring them in again.
#[tokio::test]
async fn an_import_that_was_checked_before_is_checked_anew() {
    let it = Places::open().await;
    let office = &it.office;
    let new = HouseholdFacts {
        number: Some("N1".to_owned()),
        ..facts("草庙镇", "双喜村")
    };
    let preview = office.preview(HOUSEHOLDS, roster_of(&[new])).await;
    rename(office, ("草庙镇", "双喜村"), ("草庙镇", "双福村"), false)
        .await
        .expect(201);
    office
        .commit(&preview)
        .await
        .expect_problem(409, "register_changed");
    let path = import_path(&preview, "/check");
    let again = office
        .checked(&office.post(&path).if_match("*").await)
        .await;
    // It still says the old name, which is asked about.
    office
        .commit(&again)
        .await
        .expect_problem(422, "import_undecided");
    let yes = office.decide(&again, &[("place_spelling", true)]).await;
    office.commit(&yes).await.expect(200);
}

async fn undo(office: &Client, made: &Value) -> Answer {
    let id = made["id"].as_str().unwrap();
    office.post(&format!("/renamings/{id}/undo")).await
}

/// Out of their order, some would go back and others stay.
#[tokio::test]
async fn a_town_is_not_taken_back_before_what_was_renamed_in_it() {
    let it = Places::open().await;
    let office = &it.office;
    let town = rename(office, ("草庙镇", ""), ("新民镇", ""), false).await;
    let town = town.expect(201);
    let (old, new) = (("新民镇", "双喜村"), ("新民镇", "新喜村"));
    let village = rename(office, old, new, false).await.expect(201);
    let refused = undo(office, &town).await;
    let problem = refused.expect_problem(409, "renamed_since");
    let words = problem["detail"].as_str().unwrap();
    assert!(
        words.contains("“新民镇双喜村”更名为“新民镇新喜村”"),
        "{words}"
    );
    undo(office, &village).await.expect(200);
    undo(office, &town).await.expect(200);
    assert_eq!(
        place_of(&household(office, it.first).await),
        both("草庙镇", "双喜村")
    );
    assert_eq!(
        place_of(&person(office, it.helper).await),
        both("草庙镇", "双喜村、前进村")
    );
    // A village that came to another town, whose old town is called otherwise since.
    let (old, new) = (("草庙镇", "双喜村"), ("大桥镇", "双喜村"));
    let village = rename(office, old, new, false).await.expect(201);
    let town = rename(office, ("草庙镇", ""), ("新民镇", ""), false).await;
    let town = town.expect(201);
    undo(office, &village)
        .await
        .expect_problem(409, "renamed_since");
    undo(office, &town).await.expect(200);
    undo(office, &village).await.expect(200);
}

#[tokio::test]
async fn what_came_under_the_new_name_goes_back_with_it_and_what_came_to_a_merged_place_stays() {
    let it = Places::open().await;
    let office = &it.office;
    let (old, new) = (("草庙镇", "双喜村"), ("草庙镇", "新喜村"));
    let renamed = rename(office, old, new, false).await.expect(201);
    let later = it.server.add_household(facts("草庙镇", "新喜村")).await;
    undo(office, &renamed).await.expect(200);
    for id in [it.first, later] {
        assert_eq!(
            place_of(&household(office, id).await),
            both("草庙镇", "双喜村")
        );
    }
    let merged = rename(office, old, ("草庙镇", "前进村"), true)
        .await
        .expect(201);
    let later = it.server.add_household(facts("草庙镇", "前进村")).await;
    undo(office, &merged).await.expect(200);
    assert_eq!(
        place_of(&household(office, later).await),
        both("草庙镇", "前进村")
    );
    assert_eq!(
        place_of(&household(office, it.first).await),
        both("草庙镇", "双喜村")
    );
}

/// A helper who names no town means the village of that name of the other town by then.
#[tokio::test]
async fn a_village_that_is_called_otherwise_cannot_be_renamed_again_by_its_old_name() {
    let it = Places::open().await;
    let office = &it.office;
    it.server.add_household(facts("大桥镇", "双喜村")).await;
    let helper = add_person_with(&it.server, "大桥中学", "丁二", |person| {
        person.village = Some("双喜村".to_owned());
    })
    .await;
    let old = ("草庙镇", "双喜村");
    rename(office, old, ("草庙镇", "新喜村"), false)
        .await
        .expect(201);
    assert_eq!(person(office, helper).await["village"], "双喜村、新喜村");
    rename(office, old, ("草庙镇", "幸福村"), false)
        .await
        .expect_problem(422, "no_such_place");
    assert_eq!(person(office, helper).await["village"], "双喜村、新喜村");
}

/// One rule for names, however they come in.
#[tokio::test]
async fn a_name_that_a_roster_may_not_say_is_none_here_either() {
    let it = Places::open().await;
    let office = &it.office;
    let old = ("草庙镇", "双喜村");
    for name in ["新?村", "新\u{fffd}村", "〃", "双喜村、前进村"] {
        for new in [("草庙镇", name), (name, "双喜村")] {
            let refused = rename(office, old, new, false).await;
            refused.expect_problem(422, "name_invalid");
        }
        rename_unit(office, "草庙小学", name, false)
            .await
            .expect_problem(422, "name_invalid");
    }
    assert!(office.items("/renamings").await.is_empty());
    let made = rename(office, old, ("草庙镇", "“新 喜村”"), false).await;
    assert_eq!(made.expect(201)["new_village"], "新喜村");
}
