//! Pairing: runs, confirming and dropping them, shortages, pairings by hand, history; units' villages.

use std::future::IntoFuture;

use chrono::{Days, NaiveDate};
use qianshou::access::Role;
use qianshou::pairing;
use qianshou::pairing::run::model::Scope;
use qianshou::staff::{self, Rank, StaffFacts};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::register::{facts, number_of, tester};
use crate::support::{Client, TestServer};

/// A person of the staff roster of this unit.
pub async fn add_person(server: &TestServer, unit: &str, capacity: Option<i64>) -> Uuid {
    add_person_of(server, unit, capacity, |_| {}).await
}

pub async fn add_person_of(
    server: &TestServer,
    unit: &str,
    capacity: Option<i64>,
    change: impl FnOnce(&mut StaffFacts),
) -> Uuid {
    let id = Uuid::now_v7();
    let mut person = StaffFacts {
        number: Some(number_of(id)),
        identity_number: None,
        name: "张帮扶".to_owned(),
        sex: None,
        unit: unit.to_owned(),
        position: None,
        rank: Rank::Ordinary,
        political_status: None,
        phone: None,
        capacity,
        town: None,
        village: None,
        specialty: None,
        remark: None,
    };
    change(&mut person);
    let mut tx = server.db.write().await.unwrap();
    staff::store::add_many(&mut tx, tester(server.app.now(), None), &[(id, person)])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

pub async fn add_households(server: &TestServer, village: &str, count: usize) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(server.add_household(facts("青禾镇", village)).await);
    }
    ids
}

pub async fn propose(office: &Client, scope: Value) -> Value {
    office.post("/pairing-runs").json(&scope).await.expect(201)
}

pub fn path_of(run: &Value, rest: &str) -> String {
    format!("/pairing-runs/{}{rest}", run["id"].as_str().unwrap())
}

pub async fn confirm(office: &Client, run: &Value) -> Value {
    office
        .post(&path_of(run, "/confirm"))
        .json(&json!({}))
        .await
        .expect(200)
}

pub async fn items(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).await.expect(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

pub async fn unit_path(office: &Client, name: &str) -> String {
    let units = items(office, "/units?limit=200").await;
    let unit = units.iter().find(|unit| unit["name"] == name).unwrap();
    format!("/units/{}", unit["id"].as_str().unwrap())
}

pub async fn link(office: &Client, unit: &str, villages: &[&str]) {
    let villages: Vec<_> = villages
        .iter()
        .map(|village| json!({ "town": "青禾镇", "village": village }))
        .collect();
    office
        .put(&format!("{}/villages", unit_path(office, unit).await))
        .if_match("*")
        .json(&json!({ "villages": villages }))
        .await
        .expect(200);
}

/// Makes areas bind.
pub async fn require_areas(office: &Client) {
    let read = office.get("/settings").await;
    let tag = read.header("etag").to_owned();
    let mut settings = read.expect(200);
    settings["pairing"]["area_rule"] = json!("required");
    office
        .put("/settings")
        .if_match(&tag)
        .json(&settings)
        .await
        .expect(200);
}

fn days_ago(server: &TestServer, days: u64) -> NaiveDate {
    server
        .app
        .today()
        .checked_sub_days(Days::new(days))
        .unwrap()
}

#[tokio::test]
async fn a_run_is_proposed_read_and_confirmed() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let households = add_households(&server, "东圩村", 3).await;
    add_person(&server, "实验小学", Some(2)).await;
    add_person_of(&server, "第一中学", None, |person| {
        person.specialty = Some("校医".to_owned());
    })
    .await;
    let run = propose(&office, json!({})).await;
    assert_eq!(run["status"], "proposed");
    assert_eq!(
        (&run["households"], &run["placed"], &run["unplaced"]),
        (&json!(3), &json!(3), &json!(0))
    );
    assert_eq!((&run["helpers"], &run["places"]), (&json!(2), &json!(3)));
    assert_eq!(run["shortages"], json!([]));
    assert!(
        items(&office, "/pairings").await.is_empty(),
        "nothing is current yet"
    );

    let read = office.get(&path_of(&run, "")).await;
    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(read.expect(200), run);

    let proposals = items(&office, &path_of(&run, "/proposals")).await;
    assert_eq!(proposals.len(), 3);
    let mut cost = 0;
    for proposal in &proposals {
        let reasons = proposal["reasons"].as_array().unwrap();
        let codes: Vec<_> = reasons
            .iter()
            .map(|reason| reason["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, ["area", "skill", "load"]);
        assert!(
            reasons
                .iter()
                .all(|reason| !reason["words"].as_str().unwrap().is_empty())
        );
        let terms: i64 = reasons
            .iter()
            .map(|reason| reason["cost"].as_i64().unwrap())
            .sum();
        assert_eq!(proposal["cost"], terms);
        cost += terms;
    }
    assert_eq!(run["cost"], cost);
    let loads = items(&office, &path_of(&run, "/loads")).await;
    let added: i64 = loads
        .iter()
        .map(|load| load["added"].as_i64().unwrap())
        .sum();
    assert_eq!((loads.len(), added), (2, 3));

    let confirmed = confirm(&office, &run).await;
    assert_eq!(
        (&confirmed["status"], &confirmed["version"]),
        (&json!("confirmed"), &json!(2))
    );
    assert_eq!(confirmed["decided_by"], office.username.as_str());
    let pairings = items(&office, "/pairings?current=true").await;
    assert_eq!(pairings.len(), 3);
    for pairing in &pairings {
        assert_eq!(pairing["run_id"], run["id"]);
        assert_eq!(pairing["from_date"], server.app.today().to_string());
        assert_eq!(pairing["head_name"], "王大山");
    }
    let paired: Vec<_> = pairings
        .iter()
        .map(|pairing| pairing["household_id"].as_str().unwrap())
        .collect();
    assert!(
        households
            .iter()
            .all(|id| paired.contains(&id.to_string().as_str()))
    );

    office
        .post("/pairing-runs")
        .json(&json!({}))
        .await
        .expect_problem(422, "nothing_to_pair");
}

#[tokio::test]
async fn a_decided_run_stays_decided() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    add_households(&server, "东圩村", 1).await;
    add_person(&server, "实验小学", Some(1)).await;
    let (one, other) = (
        propose(&office, json!({})).await,
        propose(&office, json!({})).await,
    );
    let dropped = office.post(&path_of(&one, "/drop")).await.expect(200);
    assert_eq!(dropped["status"], "dropped");
    office
        .post(&path_of(&one, "/confirm"))
        .json(&json!({}))
        .await
        .expect_problem(409, "run_already_dropped");
    confirm(&office, &other).await;
    for rest in ["/confirm", "/drop"] {
        office
            .post(&path_of(&other, rest))
            .json(&json!({}))
            .await
            .expect_problem(409, "run_already_confirmed");
    }
    let runs = items(&office, "/pairing-runs").await;
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["id"], other["id"], "the latest first");
    assert!(runs[0].get("shortages").is_none());
    assert_eq!(
        items(&office, "/pairing-runs?status=dropped").await.len(),
        1
    );
    office
        .get(&format!("/pairing-runs/{}", Uuid::now_v7()))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_run_does_not_outlive_what_it_stands_on() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    add_households(&server, "东圩村", 1).await;
    let staff_id = add_person(&server, "实验小学", Some(2)).await;
    let stale = async |run: &Value| {
        office
            .post(&path_of(run, "/confirm"))
            .json(&json!({}))
            .await
            .expect_problem(409, "basis_changed");
    };
    // One more household.
    let run = propose(&office, json!({})).await;
    add_households(&server, "东圩村", 1).await;
    stale(&run).await;
    // A person with another capacity.
    let run = propose(&office, json!({})).await;
    office
        .patch(&format!("/staff/{staff_id}"))
        .if_match("*")
        .json(&json!({ "capacity": 3 }))
        .await
        .expect(200);
    stale(&run).await;
    // A unit with another village.
    let run = propose(&office, json!({})).await;
    link(&office, "实验小学", &["东圩村"]).await;
    stale(&run).await;
    // Other rules.
    let run = propose(&office, json!({})).await;
    require_areas(&office).await;
    stale(&run).await;
    // Another run, confirmed.
    let (one, other) = (
        propose(&office, json!({})).await,
        propose(&office, json!({})).await,
    );
    confirm(&office, &other).await;
    stale(&one).await;
    // A household elsewhere does not touch a run for one village.
    add_households(&server, "西圩村", 1).await;
    let run = propose(&office, json!({ "town": "青禾镇", "village": "西圩村" })).await;
    assert_eq!(
        run["scope"],
        json!({ "town": "青禾镇", "village": "西圩村", "paired": false })
    );
    add_households(&server, "东圩村", 1).await;
    confirm(&office, &run).await;
    office
        .post("/pairing-runs")
        .json(&json!({ "village": "没有的村" }))
        .await
        .expect_problem(422, "nothing_to_pair");
}

#[tokio::test]
async fn of_two_who_confirm_at_once_one_wins() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let households = add_households(&server, "东圩村", 20).await;
    add_person(&server, "实验小学", Some(50)).await;
    let (one, other) = (
        propose(&office, json!({})).await,
        propose(&office, json!({})).await,
    );
    let (same, again) = (path_of(&one, "/confirm"), path_of(&other, "/confirm"));
    let body = json!({});
    let (first, second, third) = tokio::join!(
        office.post(&same).json(&body).into_future(),
        office.post(&same).json(&body).into_future(),
        office.post(&again).json(&body).into_future(),
    );
    let mut statuses = [first.status, second.status, third.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409]);
    let pairings = items(&office, "/pairings?limit=200").await;
    assert_eq!(pairings.len(), households.len());
}

#[tokio::test]
async fn the_database_itself_refuses_a_second_current_helper() {
    let server = TestServer::start().await;
    let household = server.add_household(facts("青禾镇", "东圩村")).await;
    let (one, other) = (server.add_staff().await, server.add_staff().await);
    server.pair(household, one, server.app.today()).await;
    let now = server.app.now();
    let mut tx = server.db.write().await.unwrap();
    let refused = qianshou::insert!(&mut tx, "pairing", [()], |_pairing| {
        id: Uuid::now_v7(),
        household_id: household,
        staff_id: other,
        from_date: server.app.today(),
        reason: "测试",
        started_at: now,
        started_by: "test",
    });
    let error = refused.unwrap_err();
    assert!(
        error.as_database_error().unwrap().is_unique_violation(),
        "{error}"
    );
}

#[tokio::test]
async fn without_places_all_is_told_as_short() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    add_households(&server, "东圩村", 2).await;
    let run = propose(&office, json!({})).await;
    assert_eq!((&run["placed"], &run["unplaced"]), (&json!(0), &json!(2)));
    let words = run["shortages"][0]["words"].as_str().unwrap();
    assert!(words.contains("没有在岗责任人可以帮扶"), "{words}");

    add_person(&server, "实验小学", Some(0)).await;
    let run = propose(&office, json!({})).await;
    let shortage = &run["shortages"][0];
    assert_eq!(
        (&shortage["places"], &shortage["short"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(
        shortage["units"],
        json!([{ "unit": "实验小学", "helpers": 1, "places": 0 }])
    );
    let unplaced = items(&office, &path_of(&run, "/proposals?placed=false")).await;
    assert_eq!(unplaced.len(), 2);
    assert_eq!(unplaced[0]["reasons"][0]["code"], "all_full");
    assert!(unplaced[0].get("staff_id").is_none());
    // Confirming it makes nothing, and says so by its numbers.
    confirm(&office, &run).await;
    assert!(items(&office, "/pairings").await.is_empty());
}

#[tokio::test]
async fn areas_bind_where_the_office_requires_it() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    add_households(&server, "东圩村", 3).await;
    add_households(&server, "西圩村", 1).await;
    let east = add_person(&server, "东圩小学", Some(2)).await;
    add_person(&server, "西圩小学", Some(2)).await;
    link(&office, "东圩小学", &["东圩村"]).await;
    link(&office, "西圩小学", &["西圩村"]).await;
    // Preferred: the neighbour helps out.
    let run = propose(&office, json!({})).await;
    assert_eq!(run["unplaced"], 0);
    let of_east = items(
        &office,
        &path_of(&run, &format!("/proposals?staff_id={east}")),
    )
    .await;
    assert_eq!(of_east.len(), 2);
    assert!(
        of_east
            .iter()
            .all(|proposal| proposal["village"] == "东圩村")
    );
    // Required: he may not.
    require_areas(&office).await;
    let run = propose(&office, json!({})).await;
    assert_eq!((&run["placed"], &run["unplaced"]), (&json!(3), &json!(1)));
    let shortage = &run["shortages"][0];
    assert_eq!(
        shortage["areas"],
        json!([{ "town": "青禾镇", "village": "东圩村", "households": 3, "unplaced": 1 }])
    );
    assert_eq!(
        shortage["units"],
        json!([{ "unit": "东圩小学", "helpers": 1, "places": 2 }])
    );
    assert!(shortage["words"].as_str().unwrap().contains("还差 1 个"));
}

#[tokio::test]
async fn a_first_day_may_lie_in_the_past_but_not_within_an_earlier_pairing() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let household = add_households(&server, "东圩村", 1).await[0];
    let staff_id = add_person(&server, "实验小学", Some(2)).await;
    let run = propose(&office, json!({})).await;
    let future = server.app.today().checked_add_days(Days::new(1)).unwrap();
    for (date, code) in [
        (future, "date_in_future"),
        (
            NaiveDate::from_ymd_opt(1999, 5, 1).unwrap(),
            "date_too_early",
        ),
    ] {
        office
            .post(&path_of(&run, "/confirm"))
            .json(&json!({ "from_date": date }))
            .await
            .expect_problem(422, code);
    }
    office
        .post(&path_of(&run, "/confirm"))
        .json(&json!({ "from_date": days_ago(&server, 300) }))
        .await
        .expect(200);
    let first = items(&office, "/pairings").await[0].clone();
    assert_eq!(first["from_date"], days_ago(&server, 300).to_string());
    let end = format!("/pairings/{}/end", first["id"].as_str().unwrap());
    for (date, code) in [
        (future, "date_in_future"),
        (days_ago(&server, 301), "end_before_start"),
    ] {
        office
            .post(&end)
            .json(&json!({ "date": date, "reason": "调离" }))
            .await
            .expect_problem(422, code);
    }
    office
        .post(&end)
        .json(&json!({ "date": days_ago(&server, 100), "reason": "  " }))
        .await
        .expect_problem(400, "bad_request");
    let ended = office
        .post(&end)
        .json(&json!({ "date": days_ago(&server, 100), "reason": "调离" }))
        .await
        .expect(200);
    assert_eq!(
        (&ended["to_date"], &ended["end_reason"]),
        (&json!(days_ago(&server, 100)), &json!("调离"))
    );
    assert_eq!(ended["ended_by"], office.username.as_str());
    office
        .post(&end)
        .json(&json!({ "reason": "调离" }))
        .await
        .expect_problem(409, "pairing_already_ended");

    // The next run prefers the former helper, and says so.
    let run = propose(&office, json!({})).await;
    let proposals = items(&office, &path_of(&run, "/proposals")).await;
    assert_eq!(proposals[0]["staff_id"], staff_id.to_string());
    assert_eq!(proposals[0]["reasons"][2]["code"], "former");
    let problem = office
        .post(&path_of(&run, "/confirm"))
        .json(&json!({ "from_date": days_ago(&server, 101) }))
        .await
        .expect_problem(409, "overlaps_earlier_pairing");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains(&days_ago(&server, 100).to_string()),
        "{detail}"
    );
    // The day on which the earlier one ended is free.
    office
        .post(&path_of(&run, "/confirm"))
        .json(&json!({ "from_date": days_ago(&server, 100) }))
        .await
        .expect(200);
    let history = items(&office, &format!("/pairings?household_id={household}")).await;
    assert_eq!(history.len(), 2, "what has ended stays");
    // Who was responsible on a day: nobody before, the first one, and on the hand-over the second.
    for (days, expected) in [
        (301, None),
        (300, Some(1)),
        (101, Some(1)),
        (100, Some(0)),
        (0, Some(0)),
    ] {
        let day = days_ago(&server, days);
        let held = items(
            &office,
            &format!("/pairings?household_id={household}&on={day}"),
        )
        .await;
        let held: Vec<_> = held.iter().map(|pairing| &pairing["id"]).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|at: &usize| &history[*at]["id"])
            .collect();
        assert_eq!(held, expected, "{days} days ago");
    }
    assert!(history[0].get("to_date").is_none());
}

#[tokio::test]
async fn a_pairing_by_hand_keeps_the_same_rules() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let households = add_households(&server, "东圩村", 3).await;
    let staff_id = add_person(&server, "实验小学", Some(1)).await;
    let body = |household: Uuid, staff: Uuid| json!({ "household_id": household, "staff_id": staff, "reason": "本人申请" });
    let first = body(households[0], staff_id);
    let made = office
        .post("/pairings")
        .key("k1")
        .json(&first)
        .await
        .expect(201);
    assert_eq!(made["reason"], "本人申请");
    assert!(made.get("run_id").is_none());
    let again = office
        .post("/pairings")
        .key("k1")
        .json(&first)
        .await
        .expect(201);
    assert_eq!(again, made, "the same key is one pairing");
    office
        .post("/pairings")
        .key("k1")
        .json(&body(households[1], staff_id))
        .await
        .expect_problem(422, "idempotency_key_reused");
    office
        .post("/pairings")
        .json(&body(households[1], staff_id))
        .await
        .expect_problem(409, "helper_full");
    let other = add_person(&server, "实验小学", None).await;
    office
        .post("/pairings")
        .json(&body(households[0], other))
        .await
        .expect_problem(409, "household_already_paired");
    office
        .post("/pairings")
        .json(&body(Uuid::now_v7(), other))
        .await
        .expect_problem(422, "no_such_household");
    office
        .post("/pairings")
        .json(&body(households[1], Uuid::now_v7()))
        .await
        .expect_problem(422, "no_such_person");
    office
        .patch(&format!("/staff/{other}"))
        .if_match("*")
        .json(&json!({ "active": false }))
        .await
        .expect(200);
    office
        .post("/pairings")
        .json(&body(households[1], other))
        .await
        .expect_problem(409, "helper_inactive");
    let run = propose(&office, json!({})).await;
    assert_eq!(run["placed"], 0, "the inactive is proposed to nobody");
    // A day before the end of an earlier pairing.
    let end = format!("/pairings/{}/end", made["id"].as_str().unwrap());
    office
        .post(&end)
        .json(&json!({ "reason": "更换" }))
        .await
        .expect(200);
    let mut late = first;
    late["from_date"] = json!(days_ago(&server, 1));
    office
        .post("/pairings")
        .json(&late)
        .await
        .expect_problem(409, "overlaps_earlier_pairing");
    office
        .post(&format!("/pairings/{}/end", Uuid::now_v7()))
        .json(&json!({ "reason": "更换" }))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_run_sent_twice_with_one_key_is_one_run() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    add_households(&server, "东圩村", 1).await;
    add_person(&server, "实验小学", Some(1)).await;
    let send = || {
        office
            .post("/pairing-runs")
            .key("run-1")
            .json(&json!({}))
            .into_future()
    };
    let first = send().await.expect(201);
    confirm(&office, &first).await;
    assert_eq!(
        send().await.expect(201),
        first,
        "the first answer, whatever came after"
    );
    assert_eq!(items(&office, "/pairing-runs").await.len(), 1);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    add_households(&server, "东圩村", 5).await;
    for number in 0..3 {
        add_person(&server, &format!("第{number}小学"), Some(2)).await;
    }
    let run = propose(&office, json!({})).await;
    confirm(&office, &run).await;
    for (path, count) in [
        (path_of(&run, "/proposals"), 5),
        (path_of(&run, "/loads"), 3),
        ("/pairings".to_owned(), 5),
        ("/units".to_owned(), 3),
    ] {
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let mut query = vec![("limit", "2".to_owned())];
            query.extend(cursor.map(|cursor| ("cursor", cursor)));
            let page = office.get(&path).query(&query).await.expect(200);
            seen.extend(page["items"].as_array().unwrap().clone());
            cursor = page["next_cursor"].as_str().map(ToOwned::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), count, "{path}");
        let distinct: std::collections::HashSet<_> = seen.iter().map(Value::to_string).collect();
        assert_eq!(distinct.len(), count, "{path}");
        office
            .get(&path)
            .query(&[("cursor", "nonsense")])
            .await
            .expect_problem(400, "bad_request");
    }
}

#[tokio::test]
async fn each_role_does_and_sees_what_is_its_own() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    add_households(&server, "东圩村", 2).await;
    let (one, other) = (
        add_person(&server, "实验小学", Some(1)).await,
        add_person(&server, "第一中学", Some(1)).await,
    );
    let run = propose(&office, json!({})).await;
    confirm(&office, &run).await;
    let helper = server.helper(one).await;
    let leader = server.client(Role::Leader).await;
    for client in [&helper, &leader] {
        for path in ["/pairing-runs", "/pairings"] {
            let body = json!({ "household_id": Uuid::now_v7(), "staff_id": one, "reason": "x" });
            client
                .post(path)
                .json(&body)
                .await
                .expect_problem(403, "forbidden");
        }
        for rest in ["/confirm", "/drop"] {
            let call = client.post(&path_of(&run, rest)).json(&json!({}));
            call.await.expect_problem(403, "forbidden");
        }
        let end = format!("/pairings/{}/end", Uuid::now_v7());
        client
            .post(&end)
            .json(&json!({ "reason": "x" }))
            .await
            .expect_problem(403, "forbidden");
        let villages = format!("{}/villages", unit_path(&office, "实验小学").await);
        let call = client
            .put(&villages)
            .if_match("*")
            .json(&json!({ "villages": [] }));
        call.await.expect_problem(403, "forbidden");
    }
    leader.get(&path_of(&run, "")).await.expect(200);
    assert_eq!(items(&leader, "/pairings").await.len(), 2);
    for rest in ["", "/proposals", "/loads"] {
        helper
            .get(&path_of(&run, rest))
            .await
            .expect_problem(403, "forbidden");
    }
    let own = items(&helper, "/pairings").await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["staff_id"], one.to_string());
    helper
        .get(&format!("/pairings?staff_id={other}"))
        .await
        .expect_problem(403, "forbidden");
    server
        .stranger()
        .get("/pairings")
        .await
        .expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_units_villages_are_replaced_under_their_version() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    add_person(&server, "实验小学", None).await;
    let path = unit_path(&office, "实验小学").await;
    let read = office.get(&path).await;
    let tag = read.header("etag").to_owned();
    let unit = read.expect(200);
    assert_eq!(
        (&unit["active_staff"], &unit["villages"]),
        (&json!(1), &json!([]))
    );
    let villages = format!("{path}/villages");
    let body = json!({ "villages": [
        { "town": "青禾镇", "village": "东 圩村" },
        { "town": "青禾镇", "village": "东圩村" },
    ] });
    office
        .put(&villages)
        .json(&body)
        .await
        .expect_problem(428, "if_match_required");
    let changed = office.put(&villages).if_match(&tag).json(&body).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    assert_eq!(
        changed.expect(200)["villages"],
        json!([{ "town": "青禾镇", "village": "东圩村" }]),
        "one village, however it was typed"
    );
    office
        .put(&villages)
        .if_match(&tag)
        .json(&body)
        .await
        .expect_problem(412, "changed_meanwhile");
    office
        .put(&villages)
        .if_match("*")
        .json(&json!({ "villages": [{ "town": "青禾镇", "village": "" }] }))
        .await
        .expect_problem(400, "bad_request");
    let cleared = office
        .put(&villages)
        .if_match("*")
        .json(&json!({ "villages": [] }));
    assert_eq!(cleared.await.expect(200)["villages"], json!([]));
    office
        .get(&format!("/units/{}", Uuid::now_v7()))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn the_rules_are_settings_within_bounds() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let settings = office.get("/settings").await.expect(200);
    assert_eq!(settings["pairing"]["area_rule"], "preferred");
    for (field, value) in [
        ("area_rule", json!("sometimes")),
        ("load", json!(-1)),
        ("elsewhere", json!(1001)),
    ] {
        let mut wrong = settings.clone();
        wrong["pairing"][field] = value;
        office
            .put("/settings")
            .if_match("*")
            .json(&wrong)
            .await
            .expect_problem(400, "bad_request");
    }
    // Left out, they are the defaults: a client of an earlier version changes nothing by it.
    let mut without = settings.clone();
    without.as_object_mut().unwrap().remove("pairing");
    let put = office.put("/settings").if_match("*").json(&without);
    assert_eq!(put.await.expect(200)["pairing"], settings["pairing"]);
}

#[tokio::test]
async fn the_command_line_proposes_tells_and_confirms() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    add_households(&server, "东圩村", 3).await;
    add_person(&server, "实验小学", Some(2)).await;
    let scope = || Scope {
        town: Some("青禾镇".to_owned()),
        ..Scope::default()
    };
    let told = pairing::run::cli::pair(&server.app, scope(), false, false)
        .await
        .unwrap();
    for words in [
        "张帮扶",
        "（无）",
        "可安排 2 户（其中 0 户保持现有结对），无法安排 1 户",
        "缺口：青禾镇东圩村共 3 户",
        "待确认",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    assert!(items(&office, "/pairings").await.is_empty());
    let json = pairing::run::cli::pair(&server.app, scope(), true, true)
        .await
        .unwrap();
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["run"]["status"], "confirmed");
    assert_eq!(report["proposals"].as_array().unwrap().len(), 3);
    assert_eq!(items(&office, "/pairings").await.len(), 2);
    let elsewhere = Scope {
        town: Some("别的镇".to_owned()),
        ..Scope::default()
    };
    let refused = pairing::run::cli::pair(&server.app, elsewhere, true, false).await;
    assert_eq!(refused.unwrap_err().code(), "nothing_to_pair");
}

#[tokio::test]
async fn a_pairing_does_not_end_before_its_last_visit() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let household_id = server.add_household(facts("青禾镇", "东圩村")).await;
    let staff_id = server.add_staff().await;
    let pairing = server
        .pair(household_id, staff_id, days_ago(&server, 100))
        .await;
    office
        .post(&format!("/households/{household_id}/visits"))
        .key("a visit")
        .json(&json!({ "visited_on": days_ago(&server, 10), "kind": "phone" }))
        .await
        .expect(201);
    let end = |days: u64| {
        let body = json!({ "date": days_ago(&server, days), "reason": "调离" });
        office.post(&format!("/pairings/{pairing}/end")).json(&body)
    };
    let problem = end(11).await.expect_problem(409, "end_before_visit");
    let visited = days_ago(&server, 10).to_string();
    assert!(
        problem["detail"].as_str().unwrap().contains(&visited),
        "{problem}"
    );
    end(10).await.expect(200);
}
