//! Private data: whatever an answer is, who may not see a number cannot read or rebuild it.

use chrono::NaiveDate;
use qianshou::access::Role;
use qianshou::household::{IdentityNumber, Relation, Sex};
use qianshou::text::masked;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::document::get_operations;
use crate::support::privacy::{
    CARD, HOUSEHOLD_PHONE, MEMBER_PHONE, Scene, all_said, post_with_key, words,
};
use crate::support::register::{facts, person, record_number};
use crate::support::staff::add_person;
use crate::support::{Client, TestServer};

const BIRTHDAYS: [&str; 4] = ["1970-01-01", "19700101", "1970年1月1日", "1970年01月01日"];

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_to_a_leader_or_helper_holds_a_number_that_he_may_not_see() {
    let it = Scene::open().await;
    let leader = it.server.client(Role::Leader).await;
    let other = it.server.client(Role::Helper).await;
    let whole = it.identity.whole();
    let numbers = [whole, &whole[..17], CARD];
    let phones = [HOUSEHOLD_PHONE, MEMBER_PHONE, "13700137000"];
    let health = ["disabled", "残疾", "丧失劳动力"];
    let (mut seen_by_leader, mut seen_by_helper) = (Vec::new(), Vec::new());
    for (operation, template) in get_operations() {
        if ["listCodeLists", "downloadTemplate"].contains(&operation.as_str()) {
            continue; // They list every code there is.
        }
        let path = it.path(&template);
        let leaders = [&phones[..], &health[..]].concat();
        for (client, private) in [
            (&leader, leaders),
            (&it.helper, vec![]),
            (&other, phones.to_vec()),
        ] {
            let answer = client.get(&path).await;
            let said = all_said(&answer);
            assert!(answer.status < 500, "{operation}: {said}");
            for secret in numbers.iter().chain(&BIRTHDAYS).chain(&private) {
                assert!(
                    !said.contains(secret),
                    "{operation} tells {} {secret}:\n{said}",
                    client.username
                );
            }
            if answer.status == 200 && client.username == leader.username {
                seen_by_leader.push(operation.clone());
            } else if answer.status == 200 && client.username == it.helper.username {
                seen_by_helper.push(operation.clone());
            }
        }
    }
    for operation in [
        "getHousehold",
        "listHouseholdHistory",
        "listVisits",
        "getVisit",
        "listVisitHistory",
        "listHelpPlans",
        "getLift",
        "listHandoverNotes",
        "listPairings",
        "listPairingConstraints",
        "getHelpPlan",
        "getHandoverNote",
        "getPairing",
        "getPairingConstraint",
        "getStaffLeave",
        "getHouseholdMethod",
        "listStaffLeaves",
        "downloadProgressWorkbook",
        "downloadPairingRoll",
        "getPairingRun",
        "listProposals",
        "getStaff",
        "previewDeparture",
    ] {
        let office_only = operation == "previewDeparture";
        assert!(
            office_only || seen_by_leader.iter().any(|seen| seen == operation),
            "the leader sees no {operation}: {seen_by_leader:?}"
        );
    }
    for operation in [
        "getHousehold",
        "listHouseholdHistory",
        "getVisit",
        "listHelpPlans",
        "getHelpPlan",
        "getPairing",
        "getStaffLeave",
        "getLift",
    ] {
        assert!(
            seen_by_helper.iter().any(|seen| seen == operation),
            "the helper sees no {operation}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_sees_what_its_duty_needs() {
    let it = Scene::open().await;
    let leader = it.server.client(Role::Leader).await;
    let path = format!("/households/{}", it.household);
    let seen = it.office.get(&path).await.expect(200);
    let head = &seen["members"][0];
    assert_eq!(head["identity_number"], it.identity.whole());
    assert_eq!(head["birth_date"], "1970-01-01");
    assert_eq!(head["phone"], MEMBER_PHONE);
    assert_eq!(seen["remark"], words(&it.identity));

    let seen = it.helper.get(&path).await.expect(200);
    let head = &seen["members"][0];
    assert_eq!(head["identity_number"], it.identity.masked());
    assert_eq!(head.get("birth_date"), None);
    assert_eq!(head["birth_year"], 1970);
    assert_eq!(head["health"], "disabled");
    assert_eq!(head["phone"], MEMBER_PHONE);
    assert_eq!(seen["phone"], HOUSEHOLD_PHONE);
    let remark = seen["remark"].as_str().unwrap();
    assert!(
        remark.contains(&format!("电话{HOUSEHOLD_PHONE}，卡号 622")),
        "{remark}"
    );
    assert!(remark.contains("1970年*月*日出生"), "{remark}");

    let seen = leader.get(&path).await.expect(200);
    let head = &seen["members"][0];
    assert_eq!(head["identity_number"], it.identity.masked());
    assert_eq!(
        (
            head.get("birth_date"),
            head.get("health"),
            head.get("labour")
        ),
        (None, None, None)
    );
    assert_eq!(head["phone"], masked(MEMBER_PHONE));
    assert_eq!(seen["phone"], masked(HOUSEHOLD_PHONE));
    // What no rule of privacy is about stays: the register's own number, days, money.
    assert_eq!(seen["number"], "320999001002000123");
    let visit = leader
        .get(&format!("/visits/{}", it.ids.visit))
        .await
        .expect(200);
    assert_eq!(visit["benefits"][0]["amount_fen"], 16_612_345_678_i64);
    assert_eq!(visit["visited_on"], it.server.app.today().to_string());
    let note = visit["note"].as_str().unwrap();
    assert!(
        note.contains(&it.identity.masked()) && note.contains(&masked(CARD)),
        "{note}"
    );

    // The history tells that something changed, as each may see it.
    let history = leader.get(&format!("{path}/history")).await.expect(200);
    let changes = history["items"][1]["changes"].as_array().unwrap();
    let change = |pointer: &str| {
        let change = changes.iter().find(|change| change["pointer"] == pointer);
        let change = change.unwrap_or_else(|| panic!("{pointer}: {changes:#?}"));
        (
            change["old"].clone(),
            change["new"].clone(),
            change["new_words"].clone(),
        )
    };
    assert_eq!(
        change("/members/0/birth_date"),
        (json!("1970"), json!("1970"), json!("1970"))
    );
    assert_eq!(
        change("/members/0/health"),
        (json!("***"), json!("***"), json!("***"))
    );
    assert_eq!(change("/phone").1, masked("13700137000"));
}

/// How many identity numbers fit all that an answer tells of a member: the mask, the county in
/// 户编号, the year or date of birth, the sex, the check character.
fn candidates(household: &Value, member: &Value) -> Vec<String> {
    let mask = member["identity_number"].as_str().unwrap();
    let county = &household["number"].as_str().unwrap()[..6];
    let (from, to) = if let Some(date) = member["birth_date"].as_str() {
        let date: NaiveDate = date.parse().unwrap();
        (date, date)
    } else {
        let year = i32::try_from(member["birth_year"].as_i64().unwrap()).unwrap();
        let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        (day(1, 1), day(12, 31))
    };
    let fits = |number: &str| {
        let shown = number.chars().zip(mask.chars());
        shown
            .into_iter()
            .all(|(sign, shown)| shown == '*' || shown == sign)
    };
    let mut found = Vec::new();
    // The mask shows the last digit of the sequence, or nothing of it.
    let last = mask.chars().nth(16).and_then(|shown| shown.to_digit(10));
    for date in from.iter_days().take_while(|date| *date <= to) {
        let begin = format!("{county}{}", date.format("%Y%m%d"));
        for sequence in (0..1000).filter(|it| last.is_none_or(|last| it % 10 == last)) {
            let number = IdentityNumber::from_body(&format!("{begin}{sequence:03}")).unwrap();
            let sex = match number.sex() {
                Sex::Male => "male",
                Sex::Female => "female",
            };
            if fits(number.whole()) && member["sex"] == sex {
                found.push(number.whole().to_owned());
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn identity_numbers_cannot_be_rebuilt_from_what_is_shown() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = server.client(Role::Helper).await;
    let leader = server.client(Role::Leader).await;
    let mut people = 0;
    for household in 0..4 {
        let mut facts = facts("青禾镇", "东圩村");
        facts.number = Some(format!("32099900100200012{household}"));
        facts.members = (0..19)
            .map(|place| {
                let relation = if place == 0 {
                    Relation::Head
                } else {
                    Relation::Daughter
                };
                let born = format!("19{}{:02}{:02}", 50 + place, 1 + place % 12, 1 + place);
                person(&format!("第{place}人"), relation, &born)
            })
            .collect();
        let id = server.add_household(facts).await;
        server
            .pair(id, helper.staff_id.unwrap(), server.app.today())
            .await;
        let path = format!("/households/{id}");
        let whole = office.get(&path).await.expect(200);
        for client in [&leader, &helper] {
            let seen = client.get(&path).await.expect(200);
            for (member, whole) in seen["members"]
                .as_array()
                .unwrap()
                .iter()
                .zip(whole["members"].as_array().unwrap())
            {
                let found = candidates(&seen, member);
                let right = whole["identity_number"].as_str().unwrap();
                assert!(found.iter().any(|number| number == right), "{member}");
                assert!(found.len() >= 1000, "{} numbers fit {member}", found.len());
                people += 1;
            }
        }
    }
    assert_eq!(people, 2 * 76);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_answers_no_question_about_digits() {
    let server = TestServer::start().await;
    let mut facts = facts("青禾镇", "东圩村");
    let identity = facts.members[0].identity_number.unwrap();
    // Some offices number a household by its head, and some clerks type the number beside the name.
    facts.number = Some(identity.whole().to_owned());
    facts.members[0].name = format!("王大山{}", identity.whole());
    server.add_household(facts).await;
    let staff = add_person(&server, "东圩小学", &format!("甲{HOUSEHOLD_PHONE}")).await;
    let (leader, office) = (
        server.client(Role::Leader).await,
        server.client(Role::Office).await,
    );
    let found = async |client: &Client, path: &str, search: &str| {
        let page = client.get(path).query(&[("search", search)]).await;
        page.expect(200)["items"].as_array().unwrap().len()
    };
    for search in [identity.whole(), &identity.whole()[..6], "大山3209", "3"] {
        assert_eq!(found(&leader, "/households", search).await, 0, "{search}");
        assert_eq!(found(&office, "/households", search).await, 1, "{search}");
    }
    assert_eq!(found(&leader, "/households", "大山").await, 1);
    assert_eq!(found(&leader, "/staff", "1381").await, 0);
    assert_eq!(found(&office, "/staff", "1381").await, 1);
    // 工号 is no private number.
    assert_eq!(found(&leader, "/staff", &record_number(staff)).await, 1);
    let page = leader.get("/households").await.expect(200).to_string();
    assert!(!page.contains(identity.whole()), "{page}");
    assert!(
        page.contains(&format!("王大山{}", identity.masked())),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helper_who_corrects_a_masked_text_loses_nothing_of_it() {
    let it = Scene::open().await;
    let path = format!("/visits/{}", it.ids.visit);
    let read = it.helper.get(&path).await;
    let seen = read.expect(200);
    let note = seen["note"].as_str().unwrap();
    assert!(note.contains(&it.identity.masked()), "{note}");
    let changed = it
        .helper
        .patch(&path)
        .if_match(read.header("etag"))
        .json(&json!({
            "reason": "补充", "note": format!("{note}。已核实"),
            "wishes": seen["wishes"], "benefits": seen["benefits"],
        }))
        .await
        .expect(200);
    assert_eq!(
        changed["note"],
        format!("{note}。已核实"),
        "they still see it masked"
    );
    let stored = it.office.get(&path).await.expect(200);
    let text = words(&it.identity);
    assert_eq!(stored["note"], format!("又{text}。已核实"));
    assert_eq!(stored["wishes"], text);
    assert_eq!(stored["benefits"][0]["description"], text);
    // Nor does one who goes on from the plan in force.
    let plans = format!("/households/{}/plans", it.household);
    let plan = it.helper.get(&plans).await.expect(200)["items"][0].clone();
    let body = json!({
        "approach": plan["approach"], "measures": ["health", "industry"],
        "decided_on": it.server.app.today(),
    });
    let made = post_with_key(&it.helper, &plans, "next", body).await;
    assert_eq!(made["approach"], plan["approach"]);
    let stored = it.office.get(&plans).await.expect(200);
    assert_eq!(stored["items"][0]["approach"], text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_reads_no_word_of_health_but_every_label() {
    let server = TestServer::start().await;
    let leader = server.client(Role::Leader).await;
    let staff_id = add_person(&server, "东圩小学", "甲帮扶").await;
    let helper = server.helper(staff_id).await;
    let mut facts = facts("青禾镇", "东圩村");
    facts.remark = Some("户主患尿毒症，残疾二级，手机幺三八零零一三八零零零".to_owned());
    let household = server.add_household(facts).await;
    let today = server.app.today();
    server.pair(household, staff_id, today).await;
    let path = format!("/households/{household}");
    let seen = leader.get(&path).await.expect(200);
    assert_eq!(seen["remark"], "户主患***，****，手机幺三八******零零");
    let seen = helper.get(&path).await.expect(200);
    assert_eq!(
        seen["remark"],
        "户主患尿毒症，残疾二级，手机幺三八零零一三八零零零"
    );
    let office = server.client(Role::Office).await;
    let lists = office.get("/code-lists").await.expect(200);
    assert!(lists.to_string().contains("残疾"), "{lists}");
    assert_eq!(leader.get("/code-lists").await.expect(200), lists);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_do_not_repeat_a_number() {
    let server = TestServer::start().await;
    let identity = person("王大山", Relation::Head, "19700101")
        .identity_number
        .unwrap();
    let whole = identity.whole();
    let leader = server.client(Role::Leader).await;
    let helper = server.client(Role::Helper).await;
    for client in [&leader, &helper, &server.stranger()] {
        let household = Uuid::now_v7();
        for answer in [
            client.get(&format!("/households/{whole}")).await,
            client.get(&format!("/nothing/{whole}")).await,
            client.get(&format!("/households?status={whole}")).await,
            client.get(&format!("/households?limit={whole}")).await,
            client
                .get(&format!("/visits?staff_id={whole}&from={whole}"))
                .await,
            client
                .post(&format!("/households/{household}/visits"))
                .key("k")
                .json(&json!({ "kind": whole, "visited_on": whole, whole: 1 }))
                .await,
            client.log_in(whole, whole).await,
        ] {
            let said = all_said(&answer);
            assert!((400..500).contains(&answer.status), "{said}");
            assert!(!said.contains(whole), "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_the_program_holds_no_number_that_was_asked_for() {
    let whole = "320999194912310022";
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_qianshou"))
        .args(["serve", "--create", "--listen", &address])
        .args(["--database", &database])
        .env("QIANSHOU_LOG", "info")
        .stdout(std::process::Stdio::null())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{address}/api/v1/households/{whole}");
    for _ in 0..600 {
        if http.get(&url).send().await.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    program.kill().unwrap();
    program.wait().unwrap();
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("/households/320*************22"), "{log}");
    assert!(!log.contains(whole), "{log}");
}
