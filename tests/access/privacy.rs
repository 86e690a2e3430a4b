//! Private data: whatever an answer is, who may not see a number cannot read or rebuild it.

use std::io::{Cursor, Read};

use chrono::{Days, NaiveDate};
use qianshou::access::Role;
use qianshou::household::{Health, HouseholdFacts, IdentityNumber, Labour, Relation, Sex};
use qianshou::text::masked;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::lifts::steps::propose;
use crate::report::pairings::add_person;
use crate::support::register::{facts, number_of, person};
use crate::support::{Answer, Client, TestServer, XLSX};

const HOUSEHOLD_PHONE: &str = "13812345678";
const MEMBER_PHONE: &str = "13987654321";
const CARD: &str = "6222021234567890128";
const BIRTHDAYS: [&str; 4] = ["1970-01-01", "19700101", "1970年1月1日", "1970年01月01日"];

/// One household of which everything private is written wherever there is room for words.
pub struct Scene {
    pub server: TestServer,
    pub office: Client,
    pub helper: Client,
    identity: IdentityNumber,
    pub household: Uuid,
    pub ids: Ids,
}

/// What the paths of the document name.
pub struct Ids {
    visit: String,
    lift: String,
    pub unit: String,
    pub run: String,
    import: String,
}

/// A text that holds all the numbers, glued to words.
fn words(identity: &IdentityNumber) -> String {
    format!(
        "证件{}电话{HOUSEHOLD_PHONE}，卡号 {CARD}，{MEMBER_PHONE}，1970年1月1日出生",
        identity.whole()
    )
}

fn private_household() -> (HouseholdFacts, IdentityNumber) {
    let mut facts = facts("青禾镇", "东圩村");
    facts.number = Some("320999001002000123".to_owned());
    let identity = facts.members[0].identity_number.unwrap();
    let text = Some(words(&identity));
    facts.phone = Some(HOUSEHOLD_PHONE.to_owned());
    facts.address.clone_from(&text);
    facts.wishes.clone_from(&text);
    facts.approach.clone_from(&text);
    facts.remark.clone_from(&text);
    facts.roster_helper = Some(format!("张帮扶{MEMBER_PHONE}"));
    let head = &mut facts.members[0];
    head.phone = Some(MEMBER_PHONE.to_owned());
    head.health = Some(Health::Disabled);
    head.labour = Some(Labour::Lost);
    head.months_worked = Some(3);
    (facts, identity)
}

impl Scene {
    pub async fn open() -> Self {
        let server = TestServer::start().await;
        let office = server.client(Role::Office).await;
        let staff_id = add_person(&server, "东圩小学", "甲帮扶").await;
        let helper = server.helper(staff_id).await;
        let (facts, identity) = private_household();
        let household = server.add_household(facts).await;
        let today = server.app.today();
        let text = words(&identity);
        // A change of every private field, by a file whose name holds a number.
        let import = server
            .change_household(household, |facts| {
                facts.phone = Some("13700137000".to_owned());
                facts.members[0].birth_date = NaiveDate::from_ymd_opt(1970, 2, 2);
                facts.members[0].health = Some(Health::Healthy);
                facts.remark = Some(format!("新{text}"));
            })
            .await;
        server
            .change_household(household, |facts| {
                *facts = private_household_like(facts, &text);
            })
            .await;
        rename_import(&server, import, &format!("名册{}.xlsx", identity.whole())).await;
        let pairing = server
            .pair(household, staff_id, today - Days::new(100))
            .await;
        let ids = write_everywhere(&office, &helper, household, pairing, &text, today).await;
        Self {
            server,
            office,
            helper,
            identity,
            household,
            ids,
        }
    }

    /// The path of an operation, with ids for what it names.
    pub fn path(&self, template: &str) -> String {
        let id = match template.split('/').nth(1).unwrap_or_default() {
            "households" => self.household.to_string(),
            "visits" => self.ids.visit.clone(),
            "lifts" => self.ids.lift.clone(),
            "staff" => self.helper.staff_id.unwrap().to_string(),
            "units" => self.ids.unit.clone(),
            "pairing-runs" => self.ids.run.clone(),
            "imports" => self.ids.import.clone(),
            _ => Uuid::now_v7().to_string(),
        };
        let path = template
            .replace("{id}", &id)
            .replace("{household_id}", &self.household.to_string())
            .replace("{year}", "2026")
            .replace("{kind}", "households");
        match path.as_str() {
            path if path.ends_with("/comparison") => format!("{path}?other={id}"),
            path => path.to_owned(),
        }
    }
}

/// The household as it was at first: so that its latest state holds all, and its history too.
fn private_household_like(changed: &HouseholdFacts, text: &str) -> HouseholdFacts {
    let mut facts = changed.clone();
    facts.phone = Some(HOUSEHOLD_PHONE.to_owned());
    facts.remark = Some(text.to_owned());
    facts.members[0].birth_date = NaiveDate::from_ymd_opt(1970, 1, 1);
    facts.members[0].health = Some(Health::Disabled);
    facts
}

async fn rename_import(server: &TestServer, import: Uuid, name: &str) {
    let mut tx = server.db.write().await.unwrap();
    qianshou::on!(&mut tx, connection => sqlx::query("UPDATE import SET file_name = $2 WHERE id = $1")
        .bind(import).bind(name).execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
}

async fn post(client: &Client, path: &str, key: &str, body: Value) -> Value {
    let answer = client.post(path).key(key).json(&body).await;
    assert!(
        [200, 201].contains(&answer.status),
        "{path}: {}",
        answer.text()
    );
    answer.expect(answer.status)
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

/// A visit with a correction, a plan, a lift with a rejection, notes and reasons: each with the text.
async fn write_everywhere(
    office: &Client,
    helper: &Client,
    household: Uuid,
    pairing: Uuid,
    text: &str,
    today: NaiveDate,
) -> Ids {
    let staff_id = helper.staff_id.unwrap();
    let short: String = text.chars().take(60).collect();
    let visit = json!({
        "visited_on": today, "kind": "home", "met": "head", "wishes": text, "note": text,
        "benefits": [{ "kind": "money", "amount_fen": 16_612_345_678_i64, "description": text }],
    });
    let visit = post(
        office,
        &format!("/households/{household}/visits"),
        "visit",
        visit,
    )
    .await;
    office
        .patch(&format!("/visits/{}", id(&visit)))
        .if_match("\"1\"")
        .json(&json!({ "reason": text, "note": format!("又{text}") }))
        .await
        .expect(200);
    let plan = json!({ "approach": text, "measures": ["health"], "decided_on": today });
    post(
        office,
        &format!("/households/{household}/plans"),
        "plan",
        plan,
    )
    .await;
    let lift = propose(office, household, &today.to_string()).await;
    let rejection = json!({ "date": today, "person": "村两委", "reason": text });
    post(
        office,
        &format!("/lifts/{lift}/rejection"),
        "reject",
        rejection,
    )
    .await;
    let note = json!({ "text": text });
    post(
        office,
        &format!("/pairings/{pairing}/handover-notes"),
        "note",
        note,
    )
    .await;
    let leave = json!({ "from_date": today + Days::new(30), "to_date": today + Days::new(40), "reason": short });
    post(office, &format!("/staff/{staff_id}/leaves"), "leave", leave).await;
    let constraint = json!({
        "kind": "pinned", "household_id": household, "staff_id": staff_id, "reason": short,
    });
    post(office, "/pairing-constraints", "pin", constraint).await;
    let run = json!({ "paired": true });
    let run = post(office, "/pairing-runs", "run", run).await;
    let person = office.get(&format!("/staff/{staff_id}")).await.expect(200);
    let upload = office
        .post("/imports/households")
        .file(&format!("{short}.xlsx"), XLSX, b"PK".to_vec())
        .await;
    let import = serde_json::from_slice::<Value>(&upload.bytes).unwrap()["id"].clone();
    Ids {
        visit: id(&visit),
        lift,
        unit: person["unit_id"].as_str().unwrap().to_owned(),
        run: id(&run),
        import: import
            .as_str()
            .unwrap_or("01a20000-0000-7000-8000-000000000000")
            .to_owned(),
    }
}

/// All that an answer says: its body, the parts of a workbook, its headers.
pub fn said(answer: &Answer) -> String {
    let mut said = format!("{:?}\n{}", answer.headers, answer.text());
    if let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(&answer.bytes)) {
        for index in 0..archive.len() {
            let mut part = String::new();
            let _ = archive.by_index(index).unwrap().read_to_string(&mut part);
            said.push_str(&part);
        }
    }
    said
}

pub fn get_operations() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&qianshou::server::openapi(false)).unwrap();
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .filter_map(|(path, item)| {
            let id = item["get"]["operationId"].as_str()?;
            Some((id.to_owned(), path.clone()))
        })
        .collect()
}

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
            let said = said(&answer);
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
    let server = TestServer::start().await;
    let helper = server.client(Role::Helper).await;
    let leader = server.client(Role::Leader).await;
    let office = server.client(Role::Office).await;
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
    assert_eq!(found(&leader, "/staff", &number_of(staff)).await, 1);
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
        "he still sees it masked"
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
    let made = post(&it.helper, &plans, "next", body).await;
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
            client
                .post("/sessions")
                .json(&json!({ "username": whole, "password": whole }))
                .await,
        ] {
            let said = said(&answer);
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
