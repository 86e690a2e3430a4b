//! What lists, searches, filters, cursors and workbooks tell of private numbers that somebody typed into
//! a name or a number.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qianshou::access::Role;
use qianshou::household::{Cause, Health, Labour};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::privacy::all_said;
use crate::support::register::facts;
use crate::support::staff::{add_person, unit_of};
use crate::support::{Client, TestServer};

const PHONE: &str = "13812345678";
const CARD: &str = "6222021234567890128";
const IDENTITY: &str = "320999194912310022";

/// A household of this village, with this number and head.
async fn add(server: &TestServer, village: &str, number: &str, head: &str) -> Uuid {
    let mut household = facts("青禾镇", village);
    household.number = Some(number.to_owned());
    head.clone_into(&mut household.members[0].name);
    server.add_household(household).await
}

async fn found(client: &Client, path: &str, query: &[(&str, &str)]) -> Vec<Value> {
    let page = client.get(path).query(query).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

async fn count(client: &Client, path: &str, query: &[(&str, &str)]) -> usize {
    found(client, path, query).await.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_shows_names_as_its_reader_may_see_them() {
    let (server, office) = TestServer::start_with_office().await;
    let unit = format!("东圩小学{PHONE}");
    let person = add_person(&server, &unit, &format!("甲{IDENTITY}")).await;
    let household = add(&server, &format!("东圩村{IDENTITY}"), PHONE, "王大山").await;
    server.pair(household, person, server.app.today()).await;
    let leader = server.client(Role::Leader).await;
    let unit_id = unit_of(&office, person).await;
    let of_unit = format!("/reports/pairings?unit_id={unit_id}");
    for path in ["/reports/progress", "/reports/pairings", &of_unit] {
        // A file is passed on: whoever downloads it.
        for client in [&leader, &office] {
            let answer = client.get(path).await;
            answer.expect(200);
            let said = all_said(&answer);
            assert!(
                !said.contains(PHONE) && !said.contains(IDENTITY),
                "{path}: {said}"
            );
            assert!(said.contains("320*************22"), "{path}: {said}");
            // The telephone of the staff is whole.
            assert!(
                path.contains("progress") || said.contains("13800000001"),
                "{path}"
            );
        }
    }
    let answer = leader.get(&of_unit).await;
    let sheets = all_said(&answer);
    assert!(sheets.contains("name=\"东圩小学138______78\""), "{sheets}");
    assert!(sheets.contains("东圩小学138******78结对花名册"), "{sheets}");
    let name = answer.header("content-disposition");
    assert!(name.contains("138______78"), "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_tells_nothing_and_leads_on_whatever_changes() {
    let (server, office) = TestServer::start_with_office().await;
    let leader = server.client(Role::Leader).await;
    let mut ids = Vec::new();
    for place in 1..=3 {
        let village = format!("张村{place}{IDENTITY}");
        ids.push(add(&server, &village, &format!("QH{place}"), "王大山").await);
        let long = format!("{}{PHONE}{place}", "长".repeat(80));
        add_person(&server, &long, "甲").await;
    }
    for path in ["/households", "/staff", "/units", "/method"] {
        let (mut query, mut seen) = (format!("{path}?limit=1"), 0);
        loop {
            let page = leader.get(&query).await.expect(200);
            seen += page["items"].as_array().unwrap().len();
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(
                !text.contains(IDENTITY) && !text.contains(PHONE),
                "{path}: {text}"
            );
            assert!(!text.contains("张村"), "{path}: {text}");
            query = format!("{path}?limit=1&cursor={cursor}");
        }
        assert_eq!(seen, 3, "{path}");
    }
    // The last row given moves behind all others: nothing between is left out.
    let first = leader.get("/households?limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    server
        .change_household(ids[0], |facts| facts.village = "最后村".to_owned())
        .await;
    let rest = found(&leader, "/households", &[("cursor", cursor)]).await;
    let rest: Vec<_> = rest
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(rest, [ids[1], ids[2], ids[0]].map(|id| id.to_string()));
    // Another program on the same database reads it, and another list does not.
    let other = qianshou::app::App::new(server.database.open().await);
    let key: Option<(String, Uuid)> = other.cursors("listHouseholds").after(Some(cursor)).unwrap();
    assert_eq!(key.unwrap().1, ids[0]);
    // One made by hand, in the form of before, asks where a guess would stand.
    let by_hand = URL_SAFE_NO_PAD.encode(json!(["青禾镇张村1320", Uuid::nil()]).to_string());
    for (path, cursor) in [
        ("/staff", cursor),
        ("/method", cursor),
        ("/households", &by_hand),
    ] {
        let answer = office.get(path).query(&[("cursor", cursor)]).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text().contains("next_cursor"), "{}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_of_a_pattern_find_only_themselves() {
    let (server, office) = TestServer::start_with_office().await;
    let leader = server.client(Role::Leader).await;
    for (number, head) in [
        ("Q1", "王大山"),
        ("Q2", "百分之50%"),
        ("Q3", "甲_乙"),
        ("Q4", "斜\\杠"),
    ] {
        add(&server, "东圩村", number, head).await;
        add_person(&server, "东圩小学", head).await;
    }
    for client in [&office, &leader] {
        for path in ["/households", "/staff"] {
            for (search, found) in [
                ("%", 1),
                ("_", 1),
                ("\\", 1),
                ("%%", 0),
                ("__", 0),
                ("大_", 0),
                ("甲_", 1),
                ("王", 1),
            ] {
                assert_eq!(
                    count(client, path, &[("search", search)]).await,
                    found,
                    "{path} {search}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guess_of_what_is_masked_is_not_confirmed() {
    let (server, office) = TestServer::start_with_office().await;
    let village = format!("张村{PHONE}");
    let household = add(&server, &village, PHONE, &format!("王大山{IDENTITY}")).await;
    add(&server, "李村", CARD, "李二").await;
    add(&server, "李村", "320999001002000123", "李三").await;
    let person = add_person(&server, "东圩小学", "甲").await;
    server.pair(household, person, server.app.today()).await;
    let leader = server.client(Role::Leader).await;
    crate::support::lifts::propose_lift(&office, household, &server.app.today().to_string()).await;
    for (path, key, value) in [
        ("/households", "search", PHONE),
        ("/households", "search", CARD),
        ("/households", "search", "山3"),
        ("/households", "village", &village),
        ("/method", "village", &village),
        ("/pairings", "village", &village),
    ] {
        let query = [(key, value)];
        assert!(count(&office, path, &query).await > 0, "{path} {value}");
        assert_eq!(count(&leader, path, &query).await, 0, "{path} {value}");
    }
    for path in ["/households", "/method", "/pairings", "/lifts"] {
        assert!(
            count(&leader, path, &[("town", "青禾镇")]).await > 0,
            "{path}"
        );
    }
    // What can be read can be found.
    for search in ["320999001002000123", "李三", "大山", "王大山"] {
        assert_eq!(
            count(&leader, "/households", &[("search", search)]).await,
            1,
            "{search}"
        );
    }
    // A certificate of disability is masked to its end: the X in it finds nothing, and leaves no gap on a
    // page by which it would be told all the same.
    add(&server, "王村", "Q7", "残11010519491231002X43").await;
    add(&server, "赵村", "Q8", "李X").await;
    let page = leader.get("/households?search=X&limit=1").await.expect(200);
    assert_eq!(page["items"][0]["head_name"], "李X");
    assert_eq!(page["next_cursor"], Value::Null);
    assert_eq!(count(&office, "/households", &[("search", "X")]).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_number_typed_as_number_is_masked_and_a_real_one_is_not() {
    let (server, office) = TestServer::start_with_office().await;
    let leader = server.client(Role::Leader).await;
    for (number, shown) in [
        (PHONE, "138******78"),
        (CARD, "622**************28"),
        (&IDENTITY[..17], "320************02"),
        (&IDENTITY[..14], "320***********"),
        ("320999001002000123", "320999001002000123"),
        ("3209990001", "3209990001"),
    ] {
        let id = add(&server, "东圩村", number, "王大山").await;
        let path = format!("/households/{id}");
        assert_eq!(leader.get(&path).await.expect(200)["number"], shown);
        assert_eq!(office.get(&path).await.expect(200)["number"], number);
    }
    for (number, shown) in [
        (format!("T{IDENTITY}"), "T320*************22"),
        (PHONE.to_owned(), "138******78"),
        ("T0002".to_owned(), "T0002"),
    ] {
        let id = add_person(&server, "东圩小学", "甲").await;
        let mut tx = server.db.write().await.unwrap();
        qianshou::on!(&mut tx, connection => sqlx::query("UPDATE staff SET number = $2 WHERE id = $1")
            .bind(id).bind(&number).execute(connection).await.map(|_| ()))
        .unwrap();
        tx.commit().await.unwrap();
        let path = format!("/staff/{id}");
        assert_eq!(leader.get(&path).await.expect(200)["number"], shown);
        assert_eq!(office.get(&path).await.expect(200)["number"], number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_sees_the_cause_of_a_household_and_nothing_of_whose_illness_it_is() {
    let server = TestServer::start().await;
    let mut household = facts("青禾镇", "东圩村");
    household.main_cause = Some(Cause::Disability);
    household.members[1].health = Some(Health::Disabled);
    household.members[1].labour = Some(Labour::Lost);
    let id = server.add_household(household).await;
    let leader = server.client(Role::Leader).await;
    let found = found(&leader, "/households", &[("main_cause", "disability")]).await;
    assert_eq!(found[0]["main_cause"], "disability");
    let seen = leader.get(&format!("/households/{id}")).await.expect(200);
    assert_eq!(seen["main_cause"], "disability");
    for member in seen["members"].as_array().unwrap() {
        assert!(
            member.get("health").is_none() && member.get("labour").is_none(),
            "{member}"
        );
    }
}
