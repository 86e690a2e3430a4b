//! Nobody leaves the register without a word: members are matched as persons, whoever is not in the file is
//! asked about, and an empty cell clears nothing. Over HTTP, with real workbooks.

use qianshou::household::{HouseholdFacts, Relation};
use serde_json::{Value, json};

use crate::support::register::{facts, person};
use crate::support::roster::{
    HOUSEHOLDS, STAFF, household_id, households_on_register, import_path, numbered_teacher,
    roster_of, staff_on_register, wait_until_tidied,
};
use crate::support::{Client, RosterFile, TestServer};

/// A couple with a son, on the register under a number.
fn couple(number: &str) -> HouseholdFacts {
    let mut family = facts("草庙镇", "前进村");
    family.number = Some(number.to_owned());
    family.members = vec![
        person("王大山", Relation::Head, "19680101"),
        person("孙巧云", Relation::Spouse, "19700101"),
        person("王小明", Relation::Son, "20000101"),
    ];
    family
}

fn newborn() -> qianshou::household::Member {
    person("陈小宝", Relation::Grandson, "20250101")
}

/// A file that names the head and a newborn only.
fn supplement(family: &HouseholdFacts) -> HouseholdFacts {
    let members = vec![family.members[0].clone(), newborn()];
    HouseholdFacts {
        members,
        ..family.clone()
    }
}

async fn names(server: &TestServer) -> Vec<String> {
    let households = households_on_register(&server.db).await;
    let members = households.into_iter().flat_map(|it| it.members);
    members.map(|member| member.name).collect()
}

/// Answers about members who are not in the file: by key, household or kind.
async fn answer(office: &Client, preview: &Value, answers: &[(&str, &str)]) -> Value {
    let decisions: Vec<_> = answers
        .iter()
        .map(|(conflict, answer)| json!({ "conflict": conflict, "accept": true, "answer": answer }))
        .collect();
    office
        .choose(preview, json!({ "decisions": decisions }))
        .await
}

/// The labels of what an import changes in its first household.
async fn told(office: &Client, import: &Value) -> Vec<String> {
    let changes = office
        .get(&import_path(import, "/changes"))
        .await
        .expect(200);
    labels(&changes["items"][0]["changes"])
}

fn labels(changes: &Value) -> Vec<String> {
    let changes = changes.as_array().unwrap().iter();
    changes
        .map(|change| change["label"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_supplement_of_a_head_and_a_newborn_asks_about_the_others() {
    let (server, office) = TestServer::start_with_office().await;
    let family = couple("M1");
    office
        .import(HOUSEHOLDS, roster_of(std::slice::from_ref(&family)))
        .await;
    let file = roster_of(&[supplement(&family)]);
    let preview = office.preview(HOUSEHOLDS, file.clone()).await;
    assert_eq!(preview["undecided_count"], 2, "{preview:#}");
    let question = &preview["conflicts"][0];
    assert_eq!(question["kind"], "left");
    assert!(
        question["question"]
            .as_str()
            .unwrap()
            .contains("孙巧云（320***")
    );
    let answers: Vec<_> = question["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["answer"].as_str().unwrap())
        .collect();
    assert_eq!(answers, ["moved_away", "died", "stays"]);
    let undecided = [
        "陈小宝 加入本户",
        "孙巧云 本名册未列（去留待定）",
        "王小明 本名册未列（去留待定）",
    ];
    assert_eq!(told(&office, &preview).await, undecided);
    // Neither without an answer, nor by a mere yes, nor under «good rows only».
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    let yes = office.decide(&preview, &[("left", true)]).await;
    assert_eq!(yes["undecided_count"], 2, "{yes:#}");
    office
        .post(&import_path(&yes, "/commit"))
        .json(&json!({ "good_rows_only": true }))
        .await
        .expect(200);
    assert_eq!(names(&server).await, ["王大山", "孙巧云", "王小明"]);
    // They were left out by mistake.
    let preview = office.preview(HOUSEHOLDS, file).await;
    let stays = answer(&office, &preview, &[("left", "stays")]).await;
    assert_eq!(stays["report"]["undecided_count"], 0, "{stays:#}");
    assert_eq!(told(&office, &stays).await, ["陈小宝 加入本户"]);
    office.commit(&stays).await.expect(200);
    assert_eq!(
        names(&server).await,
        ["王大山", "陈小宝", "孙巧云", "王小明"]
    );
}

#[tokio::test]
async fn who_leaves_is_kept_in_the_history_with_the_reason_and_comes_back_when_undone() {
    let (server, office) = TestServer::start_with_office().await;
    let family = couple("M2");
    office
        .import(HOUSEHOLDS, roster_of(std::slice::from_ref(&family)))
        .await;
    let mut short = family.clone();
    short.members.truncate(1);
    short.members[0].phone = Some("13900000009".to_owned());
    short.phone.clone_from(&short.members[0].phone);
    let preview = office.preview(HOUSEHOLDS, roster_of(&[short])).await;
    let key = preview["conflicts"][0]["key"].as_str().unwrap();
    let answers = [("left", "moved_away"), (key, "died")];
    let decided = answer(&office, &preview, &answers).await;
    assert_eq!(decided["report"]["undecided_count"], 0, "{decided:#}");
    assert_eq!(decided["report"]["conflicts"][0]["answer"], "died");
    let expected = [
        "王大山 联系电话",
        "孙巧云 离开本户（去世）",
        "王小明 离开本户（迁出）",
    ];
    let of_persons = |told: Vec<String>| told.into_iter().filter(|it| it.contains(' '));
    let before: Vec<_> = of_persons(told(&office, &decided).await).collect();
    assert_eq!(before, expected);
    office.commit(&decided).await.expect(200);
    wait_until_tidied(&server.db).await;
    assert_eq!(names(&server).await, ["王大山"]);
    let after: Vec<_> = of_persons(told(&office, &decided).await).collect();
    assert_eq!(after, expected, "the record of it stays");
    let id = household_id(&server, "M2").await;
    let path = format!("/households/{id}/history");
    let history = office.get(&path).await.expect(200);
    let changes = &history["items"][0]["changes"];
    let of_history: Vec<_> = of_persons(labels(changes)).collect();
    assert_eq!(of_history, expected, "{history:#}");
    let reasons: Vec<_> = changes
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["person_change"] == "goes")
        .map(|it| {
            (
                it["person"].as_str().unwrap(),
                it["reason"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(reasons, [("孙巧云", "died"), ("王小明", "moved_away")]);
    office
        .post(&import_path(&decided, "/undo"))
        .await
        .expect(200);
    assert_eq!(households_on_register(&server.db).await, [family]);
    let history = office.get(&path).await.expect(200);
    let undone: Vec<_> = of_persons(labels(&history["items"][0]["changes"])).collect();
    assert_eq!(
        undone,
        ["王大山 联系电话", "孙巧云 加入本户", "王小明 加入本户"]
    );
}

#[tokio::test]
async fn who_died_and_stands_on_the_next_roster_is_asked_about_until_it_was_undone() {
    let (server, office) = TestServer::start_with_office().await;
    let family = couple("M7");
    let full = roster_of(std::slice::from_ref(&family));
    office.import(HOUSEHOLDS, full.clone()).await;
    let mut short = family.clone();
    short.members.truncate(2);
    let preview = office.preview(HOUSEHOLDS, roster_of(&[short])).await;
    let died = answer(&office, &preview, &[("left", "died")]).await;
    // Nothing has become of it as long as it is a preview.
    let early = office.preview(HOUSEHOLDS, full.clone()).await;
    assert_eq!(early["conflict_count"], 0, "{early:#}");
    office.commit(&died).await.expect(200);
    let preview = office.preview(HOUSEHOLDS, full.clone()).await;
    assert_eq!(preview["undecided_count"], 1, "{preview:#}");
    let question = &preview["conflicts"][0];
    assert_eq!(question["key"], "member_returned:died");
    let words = question["question"].as_str().unwrap();
    assert!(
        words.contains("已去世的 1 人又在名册中：王小明（320***"),
        "{words}"
    );
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    let yes = office.decide(&preview, &[("member_returned", true)]).await;
    assert_eq!(yes["households"]["unchanged"], 1, "{yes:#}");
    assert_eq!(yes["error_count"], 0, "{yes:#}");
    let returns = [("member_returned:died", "returns")];
    let back = answer(&office, &preview, &returns).await;
    office.commit(&back).await.expect(200);
    assert_eq!(names(&server).await, ["王大山", "孙巧云", "王小明"]);
    let again = office.preview(HOUSEHOLDS, full.clone()).await;
    assert_eq!(again["conflict_count"], 0, "{again:#}");
    // An import that was undone never happened.
    for import in [&back, &died] {
        let path = import_path(import, "/undo");
        office.post(&path).await.expect(200);
    }
    let last = office.preview(HOUSEHOLDS, full).await;
    assert_eq!(last["conflict_count"], 0, "{last:#}");
}

#[tokio::test]
async fn a_second_spouse_beside_one_who_stays_is_told() {
    let (_server, office) = TestServer::start_with_office().await;
    let family = couple("M8");
    office
        .import(HOUSEHOLDS, roster_of(std::slice::from_ref(&family)))
        .await;
    let mut other = family;
    other.members.truncate(1);
    let second = person("李秀英", Relation::Spouse, "19710101");
    other.members.push(second);
    let preview = office.preview(HOUSEHOLDS, roster_of(&[other])).await;
    let stays = answer(&office, &preview, &[("left", "stays")]).await;
    let told: Vec<_> = stays["report"]["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["code"] == "two_spouses")
        .collect();
    assert_eq!(told.len(), 1, "{stays:#}");
    let reason = told[0]["first"]["reason"].as_str().unwrap();
    assert_eq!(
        reason,
        "与登记合并后：本户已有配偶，孙巧云又填为配偶（孙巧云登记在本户，不在名册中）"
    );
    office.commit(&stays).await.expect(200);
}

#[tokio::test]
async fn another_order_and_a_number_that_was_missing_change_nobody() {
    let (server, office) = TestServer::start_with_office().await;
    let family = couple("M3");
    let mut first = family.clone();
    first.members[1].identity_number = None;
    office.import(HOUSEHOLDS, roster_of(&[first])).await;
    let mut turned = family.clone();
    turned.members.swap(1, 2);
    let preview = office.preview(HOUSEHOLDS, roster_of(&[turned])).await;
    assert_eq!(preview["conflict_count"], 0, "{preview:#}");
    assert_eq!(told(&office, &preview).await, ["孙巧云 证件号码"]);
    office.commit(&preview).await.expect(200);
    assert_eq!(names(&server).await.len(), 3);
}

#[tokio::test]
async fn a_household_can_be_refused_while_another_is_answered() {
    let (server, office) = TestServer::start_with_office().await;
    let (one, two) = (couple("M4"), couple("M5"));
    office
        .import(HOUSEHOLDS, roster_of(&[one.clone(), two.clone()]))
        .await;
    let file = roster_of(&[supplement(&one), supplement(&two)]);
    let preview = office.preview(HOUSEHOLDS, file).await;
    let id = household_id(&server, "M4").await;
    let choices = json!({ "decisions": [
        { "conflict": "left", "accept": true, "answer": "moved_away" },
        { "conflict": format!("left:{id}"), "accept": false },
    ] });
    let decided = office.choose(&preview, choices).await;
    assert_eq!(
        decided["report"]["households"]["left_out"], 1,
        "{decided:#}"
    );
    office.commit(&decided).await.expect(200);
    let households = households_on_register(&server.db).await;
    assert_eq!(households[0], one);
    assert_eq!(households[1].members.len(), 2);
}

#[tokio::test]
async fn an_empty_cell_or_a_stroke_clears_nothing_and_is_told_once_a_column() {
    let (server, office) = TestServer::start_with_office().await;
    let mut family = couple("M6");
    family.wishes = Some("修房".to_owned());
    for member in &mut family.members {
        member.ethnicity = Some("汉族".to_owned());
    }
    let full = RosterFile::households(std::slice::from_ref(&family));
    office.import(HOUSEHOLDS, full.bytes()).await;
    let known = households_on_register(&server.db).await;
    let silent = full
        .with(0, "内心诉求", "/")
        .with(0, "民族", crate::support::Value::Nothing)
        .with(1, "民族", "/");
    let preview = office.preview(HOUSEHOLDS, silent.bytes()).await;
    assert_eq!(preview["households"]["unchanged"], 1, "{preview:#}");
    let kept: Vec<_> = preview["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|problem| problem["code"] == "empty_cell_kept")
        .collect();
    assert_eq!(kept.len(), 2, "{kept:#?}");
    assert!(kept.iter().all(|problem| problem["severity"] == "repair"));
    assert!(kept.iter().any(|problem| {
        problem["reason"]
            .as_str()
            .unwrap()
            .contains("“民族”有 2 处")
    }));
    // A name that no field has would clear nothing.
    for name in ["wish", "", "内心诉求"] {
        let path = import_path(&preview, "");
        let tag = office.tag(&path).await;
        let call = office.patch(&path).if_match(&tag);
        let choices = json!({ "choices": { "clear_empty": ["wishes", name] } });
        let refused = call
            .json(&choices)
            .await
            .expect_problem(422, "unknown_field");
        assert_eq!(refused["errors"][0]["pointer"], "/choices/clear_empty/1");
    }
    // Chosen for one column, then for all.
    let one = office
        .choose(&preview, json!({ "clear_empty": ["wishes"] }))
        .await;
    assert_eq!(told(&office, &one).await, ["内心诉求"]);
    let all = office
        .choose(&preview, json!({ "clear_empty": ["*"] }))
        .await;
    office.commit(&all).await.expect(200);
    let now = households_on_register(&server.db).await;
    assert_eq!(
        (now[0].wishes.clone(), now[0].members[1].ethnicity.clone()),
        (None, None)
    );
    assert_eq!(now[0].members[2], known[0].members[2]);
}

#[tokio::test]
async fn an_empty_cell_of_a_staff_roster_clears_nothing_either() {
    let (server, office) = TestServer::start_with_office().await;
    let mut teacher = numbered_teacher("T1", "青禾小学");
    teacher.phone = Some("13900000001".to_owned());
    teacher.rank = qianshou::staff::Rank::Middle;
    let full = RosterFile::staff(std::slice::from_ref(&teacher));
    office.import(STAFF, full.bytes()).await;
    let nothing = crate::support::Value::Nothing;
    let silent = full
        .with(0, "联系电话", "/")
        .with(0, "职级", nothing.clone())
        .with(0, "工号", nothing);
    let preview = office.preview(STAFF, silent.bytes()).await;
    assert_eq!(preview["report"]["staff"]["unchanged"], 1, "{preview:#}");
    let cleared = office
        .choose(&preview, json!({ "clear_empty": ["phone"] }))
        .await;
    office.commit(&cleared).await.expect(200);
    let expected = qianshou::staff::StaffFacts {
        phone: None,
        ..teacher
    };
    assert_eq!(staff_on_register(&server).await, [expected]);
}
