//! What a roster of staff says otherwise than the register: a unit under another name, a helper under another
//! 工号, someone who had left, and places that are spelled otherwise. Over HTTP, with real workbooks.

use qianshou::household::Sex;
use qianshou::staff::StaffFacts;
use serde_json::{Value, json};

use crate::support::pairing::{depart, link_area, unit_path};
use crate::support::register::facts;
use crate::support::roster::{STAFF, full_teacher, import_path, staff_on_register};
use crate::support::staff::staff_facts;
use crate::support::{Client, RosterFile, TestServer};

fn roster(people: &[StaffFacts]) -> Vec<u8> {
    RosterFile::staff(people).bytes()
}

fn teacher(number: &str, name: &str, unit: &str) -> StaffFacts {
    StaffFacts {
        unit: unit.to_owned(),
        ..full_teacher(number, name)
    }
}

/// One without an identity number.
fn nameless(number: &str, name: &str, unit: &str) -> StaffFacts {
    StaffFacts {
        number: Some(number.to_owned()),
        sex: Some(Sex::Female),
        ..staff_facts(unit, name)
    }
}

fn kinds(preview: &Value) -> Vec<&str> {
    let conflicts = preview["conflicts"].as_array().unwrap().iter();
    conflicts.map(|it| it["kind"].as_str().unwrap()).collect()
}

async fn answer(office: &Client, preview: &Value, decision: Value) -> Value {
    let choices = json!({ "decisions": [decision] });
    let import = office.choose(preview, choices).await;
    assert_eq!(import["state"], "ready", "{import:#}");
    import
}

async fn units(office: &Client) -> Vec<String> {
    let units = office.items("/units").await;
    let name = |unit: &Value| unit["name"].as_str().unwrap().to_owned();
    units.iter().map(name).collect()
}

/// Three people of a unit that serves a village.
async fn a_unit(office: &Client) -> [StaffFacts; 3] {
    let people = [("T1", "丁一"), ("T2", "丁二"), ("T3", "丁三")]
        .map(|(number, name)| teacher(number, name, "草庙小学"));
    office.import(STAFF, roster(&people)).await;
    link_area(office, "草庙小学", &[("草庙镇", "双喜村")]).await;
    people
}

fn under(people: &[StaffFacts], unit: &str) -> Vec<StaffFacts> {
    let under = |person: &StaffFacts| StaffFacts {
        unit: unit.to_owned(),
        ..person.clone()
    };
    people.iter().map(under).collect()
}

#[tokio::test]
async fn a_unit_under_another_name_keeps_its_links() {
    let (_server, office) = TestServer::start_with_office().await;
    let people = a_unit(&office).await;
    let before = unit_path(&office, "草庙小学").await;
    let mut file = under(&people[..2], "草庙实验小学");
    file.push(teacher("T9", "丁九", "草庙实验小学"));
    let preview = office.preview(STAFF, roster(&file)).await;
    assert_eq!(kinds(&preview), ["unit_renamed"], "{preview:#}");
    let question = preview["conflicts"][0]["question"].as_str().unwrap();
    assert_eq!(
        question,
        "登记中草庙小学有 3 人，其中 2 人在名册中都属草庙实验小学；草庙小学仍有定点帮扶村 1 个。是更名为草庙实验小学，还是人员调动？"
    );
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    let yes = office.decide(&preview, &[("unit_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(units(&office).await, ["草庙实验小学"]);
    let unit = office.get(&before).await.expect(200);
    assert_eq!(unit["name"], "草庙实验小学", "the same unit");
    assert_eq!(
        unit["active_staff"], 4,
        "who is not in the file stays in it"
    );
    assert_eq!(unit["villages"].as_array().unwrap().len(), 1);
    office.post(&import_path(&yes, "/undo")).await.expect(200);
    let unit = office.get(&before).await.expect(200);
    assert_eq!(
        (&unit["name"], &unit["active_staff"]),
        (&json!("草庙小学"), &json!(3))
    );
}

#[tokio::test]
async fn people_who_moved_leave_the_unit_as_it_is() {
    let (_server, office) = TestServer::start_with_office().await;
    let people = a_unit(&office).await;
    let file = under(&people[..2], "南阳中学");
    let preview = office.preview(STAFF, roster(&file)).await;
    let moved = json!({ "conflict": "unit_renamed", "accept": true, "answer": "moved" });
    let done = answer(&office, &preview, moved).await;
    office.commit(&done).await.expect(200);
    assert_eq!(units(&office).await, ["南阳中学", "草庙小学"]);
    let old = office
        .get(&unit_path(&office, "草庙小学").await)
        .await
        .expect(200);
    assert_eq!(old["active_staff"], 1);
    // One of three, or a unit that the roster still names, is no question.
    let preview = office
        .preview(STAFF, roster(&under(&people[..1], "南阳小学")))
        .await;
    assert!(kinds(&preview).is_empty(), "{preview:#}");
}

#[tokio::test]
async fn a_unit_that_became_part_of_another_gives_its_links_over() {
    let (_server, office) = TestServer::start_with_office().await;
    let people = a_unit(&office).await;
    let other = teacher("T8", "丁八", "中心小学");
    office
        .import(STAFF, roster(std::slice::from_ref(&other)))
        .await;
    let mut file = under(&people[..2], "中心小学");
    file.push(other);
    let preview = office.preview(STAFF, roster(&file)).await;
    let question = preview["conflicts"][0]["question"].as_str().unwrap();
    assert!(question.contains("并入中心小学"), "{preview:#}");
    let yes = office.decide(&preview, &[("unit_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(units(&office).await, ["中心小学"]);
    let unit = office
        .get(&unit_path(&office, "中心小学").await)
        .await
        .expect(200);
    assert_eq!(
        (
            &unit["active_staff"],
            unit["villages"].as_array().unwrap().len()
        ),
        (&json!(4), 1)
    );
    office.post(&import_path(&yes, "/undo")).await.expect(200);
    assert_eq!(units(&office).await, ["中心小学", "草庙小学"]);
    let unit = office
        .get(&unit_path(&office, "草庙小学").await)
        .await
        .expect(200);
    assert_eq!(
        (
            &unit["active_staff"],
            unit["villages"].as_array().unwrap().len()
        ),
        (&json!(3), 1)
    );
}

#[tokio::test]
async fn a_helper_under_another_number_is_asked_about() {
    let (server, office) = TestServer::start_with_office().await;
    let before = nameless("T1", "丁一", "草庙小学");
    office
        .import(STAFF, roster(std::slice::from_ref(&before)))
        .await;
    let id = office.items("/staff").await[0]["id"].clone();
    let after = nameless("T77", "丁一", "草庙小学");
    let preview = office
        .preview(STAFF, roster(std::slice::from_ref(&after)))
        .await;
    assert_eq!(kinds(&preview), ["staff_renumbered"], "{preview:#}");
    let question = preview["conflicts"][0]["question"].as_str().unwrap();
    assert!(
        question.contains("工号是 T77") && question.contains("工号为 T1"),
        "{question}"
    );
    let yes = office.decide(&preview, &[("staff_renumbered", true)]).await;
    assert_eq!(yes["staff"]["changed"], 1, "{yes:#}");
    office.commit(&yes).await.expect(200);
    let staff = office.items("/staff").await;
    assert_eq!(staff.len(), 1, "no second person");
    assert_eq!((&staff[0]["id"], &staff[0]["number"]), (&id, &json!("T77")));
    assert_eq!(staff_on_register(&server).await, [after]);
}

#[tokio::test]
async fn another_helper_of_the_same_name_is_a_new_one() {
    let (_server, office) = TestServer::start_with_office().await;
    let before = nameless("T1", "丁一", "草庙小学");
    office
        .import(STAFF, roster(std::slice::from_ref(&before)))
        .await;
    let after = nameless("T77", "丁一", "草庙小学");
    let preview = office
        .preview(STAFF, roster(std::slice::from_ref(&after)))
        .await;
    let another = json!({
        "conflict": "staff_renumbered", "accept": true, "answer": "another_person",
    });
    let done = answer(&office, &preview, another).await;
    office.commit(&done).await.expect(200);
    assert_eq!(office.items("/staff").await.len(), 2);
}

#[tokio::test]
async fn who_certainly_is_another_is_not_asked_about() {
    let (_server, office) = TestServer::start_with_office().await;
    let known = [
        nameless("T1", "丁一", "草庙小学"),
        nameless("T2", "丁二", "草庙小学"),
        teacher("T3", "丁三", "草庙小学"),
        nameless("T4", "丁四", "草庙小学"),
    ];
    office.import(STAFF, roster(&known)).await;
    let male = StaffFacts {
        sex: Some(Sex::Male),
        ..nameless("N1", "丁一", "草庙小学")
    };
    let file = [
        // Of the other sex; of another unit; with an identity number of their own; beside the one known.
        male,
        nameless("N2", "丁二", "南阳中学"),
        teacher("N3", "丁三", "草庙小学"),
        nameless("N4", "丁四", "草庙小学"),
        known[3].clone(),
    ];
    let preview = office.preview(STAFF, roster(&file)).await;
    assert!(kinds(&preview).is_empty(), "{preview:#}");
}

#[tokio::test]
async fn who_has_left_and_stands_in_the_roster_comes_back_only_if_that_is_said() {
    let (_server, office) = TestServer::start_with_office().await;
    let mut person = teacher("T1", "丁一", "草庙小学");
    let other = teacher("T2", "丁二", "草庙小学");
    office
        .import(STAFF, roster(&[person.clone(), other.clone()]))
        .await;
    let list = office.items("/staff").await;
    let one = list.iter().find(|it| it["number"] == "T1").unwrap();
    let id = one["id"].as_str().unwrap().parse().unwrap();
    depart(&office, id, json!({ "kind": "other" })).await;
    let path = format!("/staff/{id}");
    let file = roster(&[person.clone(), other.clone()]);
    let preview = office.preview(STAFF, file).await;
    assert_eq!(kinds(&preview), ["returned"], "{preview:#}");
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    // The facts are the same, and still something changes.
    let yes = office.decide(&preview, &[("returned", true)]).await;
    assert_eq!(yes["staff"]["changed"], 1, "{yes:#}");
    office.commit(&yes).await.expect(200);
    assert_eq!(office.get(&path).await.expect(200)["active"], true);
    office.post(&import_path(&yes, "/undo")).await.expect(200);
    assert_eq!(office.get(&path).await.expect(200)["active"], false);
    // Or the roster is an old one.
    person.phone = Some("13900000009".to_owned());
    let preview = office.preview(STAFF, roster(&[person, other])).await;
    let away = json!({ "conflict": "returned", "accept": true, "answer": "stays_away" });
    let done = answer(&office, &preview, away).await;
    office.commit(&done).await.expect(200);
    let after = office.get(&path).await.expect(200);
    assert_eq!(
        (&after["active"], &after["phone"]),
        (&json!(false), &json!("13900000009"))
    );
}

#[tokio::test]
async fn who_came_back_and_serves_a_household_keeps_the_import_from_being_undone() {
    let (server, office) = TestServer::start_with_office().await;
    let person = teacher("T1", "丁一", "草庙小学");
    office
        .import(STAFF, roster(std::slice::from_ref(&person)))
        .await;
    let id = office.items("/staff").await[0]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    depart(&office, id, json!({ "kind": "other" })).await;
    let preview = office
        .preview(STAFF, roster(std::slice::from_ref(&person)))
        .await;
    let yes = office.decide(&preview, &[("returned", true)]).await;
    office.commit(&yes).await.expect(200);
    let household = server.add_household(facts("草庙镇", "双喜村")).await;
    server.pair(household, id, server.app.today()).await;
    office
        .post(&import_path(&yes, "/undo"))
        .await
        .expect_problem(409, "import_depended_on");
    // Refused, they are left out.
    depart(&office, id, json!({ "kind": "other" })).await;
    let preview = office.preview(STAFF, roster(&[person])).await;
    let no = office.decide(&preview, &[("returned", false)]).await;
    assert_eq!(no["staff"]["left_out"], 1, "{no:#}");
}

#[tokio::test]
async fn places_of_helpers_are_spelled_as_the_register_does() {
    let (server, office) = TestServer::start_with_office().await;
    server.add_household(facts("草庙镇", "双喜村")).await;
    server.add_household(facts("草庙镇", "前进村")).await;
    let one = StaffFacts {
        town: Some("草庙".to_owned()),
        village: Some("双喜、前进村".to_owned()),
        ..teacher("T1", "丁一", "草庙小学")
    };
    let two = StaffFacts {
        town: None,
        village: Some("前进村委会".to_owned()),
        ..teacher("T2", "丁二", "草庙小学")
    };
    let preview = office.preview(STAFF, roster(&[one, two])).await;
    assert_eq!(kinds(&preview), ["place_spelling"; 3], "{preview:#}");
    let yes = office.decide(&preview, &[("place_spelling", true)]).await;
    office.commit(&yes).await.expect(200);
    let staff = staff_on_register(&server).await;
    let area = |person: &StaffFacts| (person.town.clone(), person.village.clone());
    assert_eq!(
        area(&staff[0]),
        (Some("草庙镇".to_owned()), Some("双喜村、前进村".to_owned()))
    );
    assert_eq!(area(&staff[1]), (None, Some("前进村".to_owned())));
}
