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
    assert_eq!(units(&office).await, ["草庙小学", "南阳中学"]);
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
    assert_eq!(units(&office).await, ["草庙小学", "中心小学"]);
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
async fn a_helper_of_whom_a_roster_says_the_identity_number_alone_is_asked_about() {
    let (server, office) = TestServer::start_with_office().await;
    let before = StaffFacts {
        sex: None,
        ..nameless("T1", "丁一", "草庙小学")
    };
    office.import(STAFF, roster(&[before])).await;
    let after = StaffFacts {
        number: None,
        ..teacher("T1", "丁一", "草庙小学")
    };
    let file = roster(std::slice::from_ref(&after));
    let preview = office.preview(STAFF, file).await;
    assert_eq!(kinds(&preview), ["staff_renumbered"], "{preview:#}");
    let question = preview["conflicts"][0]["question"].as_str().unwrap();
    assert!(
        question.contains("没有工号，证件号码没有登记过"),
        "{question}"
    );
    let yes = office.decide(&preview, &[("staff_renumbered", true)]).await;
    assert_eq!(yes["staff"]["changed"], 1, "{yes:#}");
    office.commit(&yes).await.expect(200);
    // They keep their 工号 and have an identity number now.
    let both = StaffFacts {
        number: Some("T1".to_owned()),
        ..after
    };
    assert_eq!(staff_on_register(&server).await, [both]);
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

/// Ten people of a unit that serves a village.
async fn ten_of_a_unit(office: &Client) -> Vec<StaffFacts> {
    let names = "一二三四五六七八九十".chars();
    let people: Vec<_> = (0..)
        .zip(names)
        .map(|(at, name)| nameless(&format!("T{at}"), &format!("丁{name}"), "草庙小学"))
        .collect();
    office.import(STAFF, roster(&people)).await;
    let other = nameless("B1", "乙一", "大桥中学");
    office.import(STAFF, roster(&[other])).await;
    link_area(office, "草庙小学", &[("草庙镇", "双喜村")]).await;
    people
}

fn warned(preview: &Value, code: &str) -> usize {
    let kinds = preview["kinds"].as_array().unwrap().iter();
    kinds.filter(|it| it["code"] == code).count()
}

#[tokio::test]
async fn one_stray_row_does_not_hide_that_a_unit_is_renamed() {
    let (_server, office) = TestServer::start_with_office().await;
    let people = ten_of_a_unit(&office).await;
    let mut file = under(&people[..9], "新民小学");
    file.extend(under(&people[9..], "大桥中学"));
    let preview = office.preview(STAFF, roster(&file)).await;
    assert_eq!(kinds(&preview), ["unit_renamed"], "{preview:#}");
    let preview = office
        .preview(STAFF, roster(&under(&people[..4], "新民小学")))
        .await;
    assert_eq!(kinds(&preview), ["unit_renamed"], "{preview:#}");
    // Split in two, it is told.
    let mut file = under(&people[..5], "新民小学");
    file.extend(under(&people[5..], "新民幼儿园"));
    let preview = office.preview(STAFF, roster(&file)).await;
    assert!(kinds(&preview).is_empty(), "{preview:#}");
    assert_eq!(warned(&preview, "unit_left"), 1, "{preview:#}");
    // Those still under the old name come along.
    let mut file = under(&people[..8], "新民小学");
    file.push(people[8].clone());
    file.extend(under(&people[9..], "大桥中学"));
    let preview = office.preview(STAFF, roster(&file)).await;
    let question = preview["conflicts"][0]["question"].as_str().unwrap();
    assert!(
        question.contains("10 人在名册中：8 人写作新民小学，1 人仍写作草庙小学，1 人写作大桥中学"),
        "{question}"
    );
    let yes = office.decide(&preview, &[("unit_renamed", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(units(&office).await, ["大桥中学", "新民小学"]);
    let unit = office
        .get(&unit_path(&office, "新民小学").await)
        .await
        .expect(200);
    assert_eq!(unit["active_staff"], 9);
    assert_eq!(unit["villages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn units_that_take_each_others_names_are_asked_about_and_not_done() {
    let (_server, office) = TestServer::start_with_office().await;
    let people = ten_of_a_unit(&office).await;
    let other = nameless("B2", "乙二", "大桥中学");
    office
        .import(STAFF, roster(std::slice::from_ref(&other)))
        .await;
    let others = [nameless("B1", "乙一", "大桥中学"), other];
    for third in ["草庙小学", "大桥学校联合体"] {
        let mut file = under(&people, "大桥中学");
        file.extend(under(&others, third));
        let preview = office.preview(STAFF, roster(&file)).await;
        assert_eq!(kinds(&preview), ["unit_renamed"], "{preview:#}");
        let yes = office.decide(&preview, &[("unit_renamed", true)]).await;
        assert_eq!(yes["undecided_count"], 1, "{yes:#}");
    }
}

#[tokio::test]
async fn a_unit_and_its_numbers_that_change_together_double_nobody() {
    let (_server, office) = TestServer::start_with_office().await;
    let people = ten_of_a_unit(&office).await;
    let renumbered = |person: &StaffFacts| StaffFacts {
        number: person.number.as_ref().map(|number| format!("N{number}")),
        unit: "新民小学".to_owned(),
        ..person.clone()
    };
    let file: Vec<_> = people.iter().map(renumbered).collect();
    let preview = office.preview(STAFF, roster(&file)).await;
    let asked = kinds(&preview);
    let times = |kind: &str| asked.iter().filter(|it| **it == kind).count();
    assert_eq!((times("unit_renamed"), times("staff_renumbered")), (1, 10));
    let yes = office
        .decide(
            &preview,
            &[("unit_renamed", true), ("staff_renumbered", true)],
        )
        .await;
    office.commit(&yes).await.expect(200);
    assert_eq!(office.items("/staff").await.len(), 11);
    assert_eq!(units(&office).await, ["大桥中学", "新民小学"]);
}

#[tokio::test]
async fn a_unit_that_is_spelled_otherwise_or_had_the_name_before_is_asked_about() {
    let (_server, office) = TestServer::start_with_office().await;
    let people = a_unit(&office).await;
    let preview = office
        .preview(STAFF, roster(&under(&people, "草庙镇小学校")))
        .await;
    assert_eq!(kinds(&preview), ["unit_spelling"], "{preview:#}");
    let yes = office.decide(&preview, &[("unit_spelling", true)]).await;
    assert_eq!(yes["staff"]["unchanged"], 3, "{yes:#}");
    let path = unit_path(&office, "草庙小学").await;
    let call = office.post(&format!("{path}/renamings"));
    call.json(&json!({ "new_name": "新民小学", "reason": "教育局批复" }))
        .await
        .expect(201);
    let preview = office.preview(STAFF, roster(&people)).await;
    assert_eq!(kinds(&preview), ["unit_spelling"], "{preview:#}");
    let question = preview["conflicts"][0]["question"].as_str().unwrap();
    assert!(question.contains("现为新民小学"), "{question}");
    let yes = office.decide(&preview, &[("unit_spelling", true)]).await;
    assert_eq!(yes["staff"]["unchanged"], 3, "{yes:#}");
}

#[tokio::test]
async fn a_village_that_nobody_knows_is_told_once() {
    let (server, office) = TestServer::start_with_office().await;
    let of = |village: &str, number: &str| StaffFacts {
        town: Some("草庙镇".to_owned()),
        village: Some(village.to_owned()),
        ..teacher(number, &format!("丁{number}"), "草庙小学")
    };
    let file = [of("没有村", "T1"), of("没有村", "T2"), of("双喜村", "T3")];
    let preview = office.preview(STAFF, roster(&file)).await;
    assert_eq!(warned(&preview, "village_unknown"), 0, "no household yet");
    server.add_household(facts("草庙镇", "双喜村")).await;
    let preview = office.preview(STAFF, roster(&file)).await;
    let kinds = preview["kinds"].as_array().unwrap().iter();
    let unknown: Vec<_> = kinds.filter(|it| it["code"] == "village_unknown").collect();
    assert_eq!(unknown.len(), 1, "{preview:#}");
    let reason = unknown[0]["first"]["reason"].as_str().unwrap();
    assert!(
        reason.contains("“草庙镇没有村”") && reason.contains("2 人"),
        "{reason}"
    );
}
