//! A unit's contact sees and keeps the people of their unit and the households that these serve, and nothing
//! else.

use qianshou::access::Role;
use qianshou::household::Health;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::register::sound_household;
use crate::support::staff::{add_person, unit_of};
use crate::support::{Client, TestServer};

const OWN: &str = "实验小学";
const OTHER: &str = "第一中学";
const PHONE: &str = "13911112222";

/// Two schools, each with a teacher and a household, and the contact of the first one.
struct Schools {
    server: TestServer,
    office: Client,
    contact: Client,
    teacher: Uuid,
    household: Uuid,
    other_teacher: Uuid,
    other_household: Uuid,
}

async fn helped(server: &TestServer, head: &str, teacher: Uuid) -> Uuid {
    let mut household = sound_household(head);
    household.phone = Some(PHONE.to_owned());
    household.members[0].health = Some(Health::Disabled);
    let id = server.add_household(household).await;
    server.pair(id, teacher, server.days_ago(200)).await;
    id
}

async fn schools() -> Schools {
    let (server, office) = TestServer::start_with_office().await;
    let teacher = add_person(&server, OWN, "张老师").await;
    let other_teacher = add_person(&server, OTHER, "王老师").await;
    Schools {
        household: helped(&server, "赵一", teacher).await,
        other_household: helped(&server, "钱二", other_teacher).await,
        contact: server.contact_of(teacher).await,
        office,
        teacher,
        other_teacher,
        server,
    }
}

/// The values of a field of all items of a list; of one within another, both names with a `/` between them.
async fn listed(client: &Client, path: &str, field: &str) -> Vec<String> {
    let items = client.items(path).await;
    let at = format!("/{field}");
    let value = |item: &Value| item.pointer(&at).unwrap().as_str().unwrap().to_owned();
    let mut values: Vec<_> = items.iter().map(value).collect();
    values.sort();
    values
}

fn visit(day: chrono::NaiveDate) -> Value {
    json!({ "visited_on": day, "kind": "phone", "note": "身体残疾，电话13911112222" })
}

#[tokio::test]
async fn what_is_of_their_unit_is_there_and_nothing_else_is() {
    let schools = schools().await;
    let Schools {
        server,
        office,
        contact,
        ..
    } = &schools;
    let (own, other) = (schools.household, schools.other_household);
    let mut visits = Vec::new();
    for id in [own, other] {
        let path = format!("/households/{id}/visits");
        let logged = office
            .post(&path)
            .key(&id.to_string())
            .json(&visit(server.days_ago(3)));
        visits.push(logged.await.expect(201)["id"].as_str().unwrap().to_owned());
        let lift = json!({ "date": server.days_ago(2), "person": "村民小组" });
        let path = format!("/households/{id}/lifts");
        office.post(&path).json(&lift).await.expect(201);
    }
    assert_eq!(listed(contact, "/households", "head_name").await, ["赵一"]);
    assert_eq!(
        listed(contact, "/households?mine=true", "id").await,
        [""; 0]
    );
    assert_eq!(listed(contact, "/visits", "head_name").await, ["赵一"]);
    assert_eq!(
        listed(contact, "/lifts", "household/head_name").await,
        ["赵一"]
    );
    assert_eq!(listed(contact, "/method", "head_name").await, ["赵一"]);
    assert_eq!(listed(contact, "/pairings", "head_name").await, ["赵一"]);
    assert_eq!(
        listed(contact, "/staff", "name").await,
        ["张老师", "李联络"]
    );
    assert_eq!(listed(contact, "/units", "name").await, [OWN]);
    let (unit, other_unit) = (
        unit_of(office, schools.teacher).await,
        unit_of(office, schools.other_teacher).await,
    );
    // What they ask for is narrowed further, never widened.
    for list in ["/staff", "/pairings"] {
        let asked = format!("{list}?unit_id={other_unit}");
        assert_eq!(contact.items(&asked).await, [json!(null); 0], "{list}");
    }
    let asked = format!("/households?staff_id={}", schools.other_teacher);
    assert_eq!(contact.items(&asked).await, [json!(null); 0]);
    contact.get(&format!("/units/{unit}")).await.expect(200);
    for hidden in [
        format!("/units/{other_unit}"),
        format!("/staff/{}", schools.other_teacher),
        format!("/staff/{}/leaves", schools.other_teacher),
        format!("/staff/{}/departure", schools.other_teacher),
        format!("/households/{other}"),
        format!("/households/{other}/history"),
        format!("/households/{other}/helper"),
        format!("/households/{other}/method"),
        format!("/households/{other}/plans"),
        format!("/visits/{}", visits[1]),
        format!("/visits/{}/history", visits[1]),
    ] {
        contact.get(&hidden).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn they_read_telephones_but_no_numbers_and_no_health() {
    let schools = schools().await;
    let contact = &schools.contact;
    let path = format!("/households/{}", schools.household);
    let seen = contact.get(&path).await.expect(200);
    assert_eq!(seen["phone"], PHONE);
    let head = &seen["members"][0];
    assert!(
        head["identity_number"].as_str().unwrap().contains('*'),
        "{head}"
    );
    assert_eq!(head.get("birth_date"), None);
    assert_eq!(head.get("health"), None);
    let day = schools.server.days_ago(1);
    let visits = format!("{path}/visits");
    schools
        .office
        .post(&visits)
        .key("1")
        .json(&visit(day))
        .await
        .expect(201);
    let note = contact.items("/visits").await[0]["note"].clone();
    let note = note.as_str().unwrap();
    assert!(note.contains(PHONE) && !note.contains("残疾"), "{note}");
}

#[tokio::test]
async fn they_keep_their_people_and_the_office_decides_the_rest() {
    let schools = schools().await;
    let Schools {
        office, contact, ..
    } = &schools;
    let own = format!("/staff/{}", schools.teacher);
    let other = format!("/staff/{}", schools.other_teacher);
    let change = |path: &str, body: Value| contact.patch(path).if_match("*").json(&body);
    let corrected = json!({ "phone": "13733334444", "village": "东圩村" });
    let after = change(&own, corrected.clone()).await.expect(200);
    assert_eq!(after["phone"], "13733334444");
    assert_eq!(after["village"], "东圩村");
    change(&other, corrected)
        .await
        .expect_problem(404, "not_found");
    for decided in [json!({ "capacity": 1 }), json!({ "active": false })] {
        change(&own, decided).await.expect_problem(403, "forbidden");
    }
    let leave = json!({ "from_date": "2026-01-05", "to_date": "2026-01-06", "reason": "病假" });
    let written = contact.post(&format!("{own}/leaves")).key("1").json(&leave);
    let written = written.await.expect(201)["id"].as_str().unwrap().to_owned();
    let hidden = contact
        .post(&format!("{other}/leaves"))
        .key("2")
        .json(&leave);
    hidden.await.expect_problem(404, "not_found");
    let made = office
        .post(&format!("{other}/leaves"))
        .key("3")
        .json(&leave);
    let made = made.await.expect(201)["id"].as_str().unwrap().to_owned();
    for (id, status) in [(made, 404), (written, 204)] {
        let path = format!("/staff-leaves/{id}");
        contact
            .put(&path)
            .if_match("\"9\"")
            .json(&leave)
            .await
            .expect(if status == 404 { 404 } else { 412 });
        contact.delete(&path).if_match("*").await.expect(status);
    }
    // Who could follow is looked for among their own people.
    let outlook = contact.get(&format!("{own}/departure")).await.expect(200);
    let followers = outlook["to_hand_over"].as_array().unwrap();
    assert_eq!(followers.len(), 1);
    assert_eq!(followers[0]["helper_name"], "李联络");
    assert_eq!(followers[0]["unit"], OWN);
    let leaves = |path: &str| {
        let call = contact.post(&format!("{path}/departure")).if_match("*");
        call.json(&json!({ "kind": "retired" }))
    };
    leaves(&other).await.expect_problem(404, "not_found");
    // To leave closes the person's accounts: not that of one who may do more than they.
    let clerk = add_person(&schools.server, OWN, "周干事").await;
    let clerk_client = schools.server.client_of(Role::Office, Some(clerk)).await;
    let of_clerk = format!("/staff/{clerk}");
    leaves(&of_clerk).await.expect_problem(403, "forbidden");
    let call = contact.patch(&of_clerk).if_match("*");
    let call = call.json(&json!({ "active": false }));
    call.await.expect_problem(403, "forbidden");
    clerk_client.get("/accounts/me").await.expect(200);
    let left = leaves(&own).await.expect(200);
    assert_eq!(left["active"], false);
    // Nobody of the unit serves it any more.
    let path = format!("/households/{}", schools.household);
    contact.get(&path).await.expect_problem(404, "not_found");
    let back = contact.post(&format!("{own}/return")).if_match("*");
    let back = back.json(&json!({ "reason": "返聘", "take_up": true }));
    back.await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn they_log_visits_of_their_people_and_of_nobody_else() {
    let schools = schools().await;
    let Schools {
        server,
        office,
        contact,
        ..
    } = &schools;
    let log = |id: Uuid, ago: u64, key: &str| {
        let path = format!("/households/{id}/visits");
        contact
            .post(&path)
            .key(key)
            .json(&visit(server.days_ago(ago)))
    };
    let own = schools.household;
    let logged = log(own, 3, "1").await.expect(201);
    assert_eq!(logged["staff_id"], json!(schools.teacher));
    assert_eq!(logged["recorded_by"], contact.username);
    log(schools.other_household, 3, "2")
        .await
        .expect_problem(404, "not_found");
    let correct = |id: &Value, note: &str| {
        let path = format!("/visits/{}", id.as_str().unwrap());
        let body = json!({ "reason": "错字", "note": note });
        contact.patch(&path).if_match("*").json(&body)
    };
    correct(&logged["id"], "改").await.expect(200);
    // The household of the other school becomes theirs: visits of its former helper do not.
    let id = schools.other_household;
    let theirs = format!("/households/{id}/visits");
    let theirs = office
        .post(&theirs)
        .key("3")
        .json(&visit(server.days_ago(20)));
    let theirs = theirs.await.expect(201);
    let of_other = format!("/pairings?household_id={id}&current=true");
    let pairing = office.items(&of_other).await[0]["id"].clone();
    let end = format!("/pairings/{}/end", pairing.as_str().unwrap());
    let ends = json!({ "date": server.days_ago(10), "reason": "调整" });
    office.post(&end).json(&ends).await.expect(200);
    server.pair(id, schools.teacher, server.days_ago(10)).await;
    log(id, 20, "4").await.expect_problem(403, "not_your_unit");
    log(id, 3, "5").await.expect(201);
    correct(&theirs["id"], "改")
        .await
        .expect_problem(403, "not_your_visit");
    // The same in a batch, one by one.
    let item = |id: Uuid, key: &str| json!({ "idempotency_key": key, "household_id": id, "visit": visit(server.days_ago(2)) });
    let nowhere = Uuid::now_v7();
    let batch = json!({ "visits": [item(own, "6"), item(nowhere, "7")] });
    let results = contact.post("/visits/batch").json(&batch).await.expect(200);
    assert_eq!(results["results"][0]["status"], 201);
    assert_eq!(results["results"][1]["status"], 404);
}

/// The unit is that of the day: who goes to another one contacts for that.
#[tokio::test]
async fn with_the_person_the_unit_changes() {
    let schools = schools().await;
    let Schools {
        office, contact, ..
    } = &schools;
    let to = unit_of(office, schools.other_teacher).await;
    let transfer = json!({ "unit_id": to, "reason": "调动", "pairings": "keep" });
    let path = format!("/staff/{}/transfer", contact.staff_id.unwrap());
    office
        .post(&path)
        .if_match("*")
        .json(&transfer)
        .await
        .expect(200);
    assert_eq!(listed(contact, "/households", "head_name").await, ["钱二"]);
    assert_eq!(listed(contact, "/units", "name").await, [OTHER]);
    let path = format!("/households/{}", schools.household);
    contact.get(&path).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn an_account_of_a_contact_needs_a_person() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let staff_id = add_person(&server, OWN, "张老师").await;
    let account = |staff_id: Option<Uuid>| {
        let body = json!({ "username": "联络员", "role": "unit_contact", "staff_id": staff_id });
        administrator.post("/accounts").json(&body)
    };
    account(None)
        .await
        .expect_problem(422, "helper_without_person");
    let made = account(Some(staff_id)).await.expect(201);
    assert_eq!(made["account"]["role"], "unit_contact");
}
