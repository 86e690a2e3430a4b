//! What happens to pairings over time: leaving, coming back, transfers, hand-over notes, and who was
//! responsible on a day.

use chrono::{Days, NaiveDate};
use qianshou::access::Role;
use qianshou::pairing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::roll::add_person;
use crate::support::register::{day, facts, tester};
use crate::support::{Client, TestServer};

async fn households(server: &TestServer, village: &str, count: usize) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(server.add_household(facts("青禾镇", village)).await);
    }
    ids
}

async fn items(client: &Client, path: &str) -> Vec<Value> {
    let page = client.get(path).await.expect(200);
    page["items"].as_array().unwrap().clone()
}

async fn current(client: &Client, staff_id: Uuid) -> Vec<Value> {
    items(
        client,
        &format!("/pairings?staff_id={staff_id}&current=true"),
    )
    .await
}

async fn depart(office: &Client, staff_id: Uuid, body: Value) -> Value {
    office
        .post(&format!("/staff/{staff_id}/departure"))
        .if_match("*")
        .json(&body)
        .await
        .expect(200)
}

async fn helper_on(client: &Client, household: Uuid, on: NaiveDate) -> Value {
    let path = format!("/households/{household}/helper?on={on}");
    let answer = client.get(&path).await.expect(200);
    answer["pairing"]["staff_id"].clone()
}

fn set(values: &[Value], field: &str) -> std::collections::BTreeSet<String> {
    let texts = values.iter().map(|value| value[field].as_str().unwrap());
    texts.map(ToOwned::to_owned).collect()
}

/// One who leaves with two households, one who stays with one and has room for four more, and a
/// household elsewhere that nobody has.
struct Office {
    leaver: Uuid,
    stayer: Uuid,
    theirs: Vec<Uuid>,
    elsewhere: Uuid,
}

async fn an_office(server: &TestServer) -> Office {
    let leaver = add_person(server, "东圩小学", "甲帮扶").await;
    let stayer = add_person(server, "东圩小学", "乙帮扶").await;
    let theirs = households(server, "东圩村", 2).await;
    for household in &theirs {
        server.pair(*household, leaver, server.days_ago(100)).await;
    }
    let kept = households(server, "东圩村", 1).await[0];
    server.pair(kept, stayer, server.days_ago(50)).await;
    let elsewhere = households(server, "西圩村", 1).await[0];
    Office {
        leaver,
        stayer,
        theirs,
        elsewhere,
    }
}

#[tokio::test]
async fn before_anyone_leaves_each_household_is_shown_with_who_could_take_it() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office {
        leaver,
        stayer,
        theirs,
        ..
    } = an_office(&server).await;
    let path = format!("/staff/{leaver}/departure");
    let outlook = office.get(&path).await.expect(200);
    assert_eq!(
        (&outlook["households"], &outlook["placed"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(outlook["active"], true);
    let shown = outlook["items"].as_array().unwrap();
    let ids: std::collections::BTreeSet<_> = theirs.iter().map(ToString::to_string).collect();
    assert_eq!(set(shown, "household_id"), ids);
    let mut cost = 0;
    for household in shown {
        assert_eq!(household["staff_id"], json!(stayer));
        assert_eq!(household["helper"], "乙帮扶");
        let reasons = household["reasons"].as_array().unwrap();
        let terms: i64 = reasons
            .iter()
            .map(|one| one["cost"].as_i64().unwrap())
            .sum();
        assert_eq!(household["cost"], terms);
        cost += terms;
    }
    assert_eq!(outlook["cost"], cost);
    // It is a preview.
    assert_eq!(current(&office, leaver).await.len(), 2);
    assert!(items(&office, "/pairing-runs").await.is_empty());
    // One on leave is not asked.
    let leaves = format!("/staff/{stayer}/leaves");
    let leave = json!({ "from_date": server.app.today(), "reason": "产假" });
    let leave = office.post(&leaves).json(&leave).await.expect(201);
    let away = office.get(&path).await.expect(200);
    assert_eq!((&away["placed"], &away["unplaced"]), (&json!(0), &json!(2)));
    let leave = format!("/staff-leaves/{}", leave["id"].as_str().unwrap());
    office.delete(&leave).if_match("*").await.expect(204);
    // Nobody has a place: each household is said to be without one.
    office
        .patch(&format!("/staff/{stayer}"))
        .if_match("*")
        .json(&json!({ "capacity": 1 }))
        .await
        .expect(200);
    let short = office.get(&path).await.expect(200);
    assert_eq!(short["unplaced"], 2);
    assert_eq!(short["items"][0]["reasons"][0]["code"], "all_full");
    assert_eq!(short["shortages"][0]["short"], 2);
    let helper = server.client(Role::Helper).await;
    helper.get(&path).await.expect_problem(403, "forbidden");
    let nobody = office.get(&format!("/staff/{}/departure", Uuid::now_v7()));
    nobody.await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn who_leaves_is_inactive_and_the_households_are_listed_and_re_paired_alone() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office {
        leaver,
        stayer,
        theirs,
        elsewhere,
    } = an_office(&server).await;
    let before = current(&office, stayer).await;
    let path = format!("/staff/{leaver}/departure");
    let body = json!({ "kind": "retired", "remark": "年满 60 周岁" });
    let blind = office.post(&path).json(&body).await;
    blind.expect_problem(428, "if_match_required");
    let listed = depart(&office, leaver, body.clone()).await;
    assert_eq!(
        (&listed["active"], &listed["households"]),
        (&json!(false), &json!(2))
    );
    assert!(current(&office, leaver).await.is_empty());
    let ended = items(&office, &format!("/pairings?staff_id={leaver}")).await;
    assert_eq!(ended.len(), 2, "ended, not deleted");
    for pairing in &ended {
        assert_eq!(pairing["end_reason"], "退休：年满 60 周岁");
        assert_eq!(pairing["to_date"], json!(server.app.today()));
        assert_eq!(pairing["ended_by"], office.username.as_str());
    }
    let again = office.post(&path).if_match("*").json(&body).await;
    again.expect_problem(409, "already_inactive");
    // A run for these households alone.
    let run = office
        .post("/pairing-runs")
        .json(&json!({ "leaving": leaver }))
        .await
        .expect(201);
    assert_eq!((&run["households"], &run["placed"]), (&json!(2), &json!(2)));
    let run_path = format!("/pairing-runs/{}", run["id"].as_str().unwrap());
    let confirmed = office.post(&format!("{run_path}/confirm")).json(&json!({}));
    confirmed.await.expect(200);
    let after = current(&office, stayer).await;
    assert_eq!(after.len(), 3);
    assert!(before.iter().all(|pairing| after.contains(pairing)));
    for household in &theirs {
        let helper = helper_on(&office, *household, server.app.today()).await;
        assert_eq!(helper, json!(stayer));
    }
    assert_eq!(
        helper_on(&office, elsewhere, server.app.today()).await,
        Value::Null
    );
    let done = office.get(&path).await.expect(200);
    assert_eq!(done["households"], 0);
    office
        .post("/pairing-runs")
        .json(&json!({ "leaving": leaver }))
        .await
        .expect_problem(422, "nothing_to_pair");
}

#[tokio::test]
async fn households_are_handed_over_without_a_day_between() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office {
        leaver,
        stayer,
        theirs,
        ..
    } = an_office(&server).await;
    let run = office
        .post("/pairing-runs")
        .json(&json!({ "leaving": leaver }))
        .await
        .expect(201);
    let confirm = format!("/pairing-runs/{}/confirm", run["id"].as_str().unwrap());
    let from = |day: NaiveDate| office.post(&confirm).json(&json!({ "from_date": day }));
    let early = from(server.days_ago(101)).await;
    early.expect_problem(422, "end_before_start");
    assert_eq!(current(&office, leaver).await.len(), 2, "all or nothing");
    let on = server.days_ago(10);
    from(on).await.expect(200);
    assert!(current(&office, leaver).await.is_empty());
    for household in &theirs {
        assert_eq!(helper_on(&office, *household, on).await, json!(stayer));
        let eve = on - Days::new(1);
        assert_eq!(helper_on(&office, *household, eve).await, json!(leaver));
    }
    // Now nothing keeps the person.
    office
        .patch(&format!("/staff/{leaver}"))
        .if_match("*")
        .json(&json!({ "active": false }))
        .await
        .expect(200);
}

#[tokio::test]
async fn who_leaves_keeps_what_nobody_takes_until_gone() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office {
        leaver,
        stayer,
        theirs,
        ..
    } = an_office(&server).await;
    office
        .patch(&format!("/staff/{stayer}"))
        .if_match("*")
        .json(&json!({ "capacity": 2 }))
        .await
        .expect(200);
    let run = office
        .post("/pairing-runs")
        .json(&json!({ "leaving": leaver }))
        .await
        .expect(201);
    assert_eq!((&run["placed"], &run["unplaced"]), (&json!(1), &json!(1)));
    let run_path = format!("/pairing-runs/{}", run["id"].as_str().unwrap());
    let confirmed = office.post(&format!("{run_path}/confirm")).json(&json!({}));
    confirmed.await.expect(200);
    let kept = current(&office, leaver).await;
    assert_eq!(kept.len(), 1);
    let handed_over: Vec<_> = theirs
        .iter()
        .filter(|household| kept[0]["household_id"] != json!(household))
        .collect();
    let path = format!("/pairings?household_id={}", handed_over[0]);
    let history = items(&office, &path).await;
    assert_eq!(history[0]["staff_id"], json!(stayer));
    assert_eq!(history[1]["end_reason"], "现责任人甲帮扶即将离岗，须更换");
    let left = depart(&office, leaver, json!({ "kind": "retired" })).await;
    assert_eq!(left["items"][0]["household_id"], kept[0]["household_id"]);
}

#[tokio::test]
async fn a_run_for_one_who_leaves_is_edited_by_hand_like_any_other() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office {
        leaver,
        stayer,
        theirs,
        ..
    } = an_office(&server).await;
    let third = add_person(&server, "西圩小学", "丙帮扶").await;
    let run = office
        .post("/pairing-runs")
        .json(&json!({ "leaving": leaver }))
        .await
        .expect(201);
    let path = format!("/pairing-runs/{}", run["id"].as_str().unwrap());
    let edit = |body: Value| {
        let call = office.post(&format!("{path}/edits")).if_match("*");
        call.json(&body)
    };
    let moved = |household: Uuid, to: Uuid| {
        edit(json!({
            "kind": "move", "household_id": household, "staff_id": to, "reason": "本人申请",
        }))
    };
    let back = moved(theirs[0], leaver).await;
    back.expect_problem(409, "helper_inactive");
    let proposals = items(&office, &format!("{path}/proposals")).await;
    let first = proposals
        .iter()
        .find(|one| one["household_id"] == json!(theirs[0]))
        .unwrap();
    let other = if first["staff_id"] == json!(third) {
        stayer
    } else {
        third
    };
    moved(theirs[0], other).await.expect(200);
    edit(json!({ "kind": "clear", "household_id": theirs[1], "reason": "另行安排" }))
        .await
        .expect(200);
    office.post(&format!("{path}/propose")).await.expect(200);
    let confirmed = office.post(&format!("{path}/confirm")).json(&json!({}));
    confirmed.await.expect(200);
    let today = server.app.today();
    assert_eq!(helper_on(&office, theirs[0], today).await, json!(other));
    assert_eq!(helper_on(&office, theirs[1], today).await, json!(leaver));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departure_and_a_confirmation_at_once_leave_nobody_gone_with_a_household() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    for round in 0..4 {
        let Office { leaver, stayer, .. } = an_office(&server).await;
        let run = office
            .post("/pairing-runs")
            .json(&json!({ "leaving": leaver }))
            .await
            .expect(201);
        let confirm = format!("/pairing-runs/{}/confirm", run["id"].as_str().unwrap());
        let confirm = office.post(&confirm).json(&json!({})).into_future();
        let goes = json!({ "kind": "resigned" });
        let leave = office
            .post(&format!("/staff/{stayer}/departure"))
            .if_match("*")
            .json(&goes)
            .into_future();
        let (confirmed, left) = if round % 2 == 0 {
            tokio::join!(confirm, leave)
        } else {
            let (left, confirmed) = tokio::join!(leave, confirm);
            (confirmed, left)
        };
        left.expect(200);
        if confirmed.status != 200 {
            confirmed.expect_problem(409, "basis_changed");
            assert_eq!(current(&office, leaver).await.len(), 2);
        }
        assert!(current(&office, stayer).await.is_empty());
        depart(&office, leaver, json!({ "kind": "other" })).await;
    }
}

#[tokio::test]
async fn a_departure_ends_all_pairings_or_none() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office { leaver, theirs, .. } = an_office(&server).await;
    let visited = server.days_ago(5);
    office
        .post(&format!("/households/{}/visits", theirs[1]))
        .key("visit")
        .json(&json!({ "visited_on": visited, "kind": "phone" }))
        .await
        .expect(201);
    let path = format!("/staff/{leaver}/departure");
    for (date, status, code) in [
        (server.days_ago(6), 409, "end_before_visit"),
        (server.days_ago(101), 422, "end_before_start"),
        (server.app.today() + Days::new(1), 422, "date_in_future"),
    ] {
        let body = json!({ "kind": "transferred", "date": date });
        let refused = office.post(&path).if_match("*").json(&body).await;
        refused.expect_problem(status, code);
    }
    assert_eq!(current(&office, leaver).await.len(), 2);
    let person = office.get(&format!("/staff/{leaver}")).await.expect(200);
    assert_eq!(person["active"], true);
    depart(
        &office,
        leaver,
        json!({ "kind": "transferred", "date": visited }),
    )
    .await;
}

#[tokio::test]
async fn nobody_inactive_is_given_a_household_by_hand_by_a_run_or_by_an_undone_import() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office {
        leaver,
        stayer,
        theirs,
        elsewhere,
    } = an_office(&server).await;
    let run = office
        .post("/pairing-runs")
        .json(&json!({}))
        .await
        .expect(201);
    // An import closes one of the households; then the helper leaves, and the import is undone.
    let import = Uuid::now_v7();
    let now = server.app.now();
    let mut tx = server.db.write().await.unwrap();
    pairing::staffing::on_household_closed::end_closed(&mut tx, tester(now, Some(import)), &theirs[..1])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(current(&office, leaver).await.len(), 1);
    depart(&office, leaver, json!({ "kind": "resigned" })).await;
    let mut tx = server.db.write().await.unwrap();
    pairing::staffing::on_household_closed::resume(&mut tx, tester(now, Some(import)), import)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(
        current(&office, leaver).await.is_empty(),
        "by an undone import"
    );
    // By hand.
    office
        .post("/pairings")
        .json(&json!({ "household_id": elsewhere, "staff_id": leaver, "reason": "手工" }))
        .await
        .expect_problem(409, "helper_inactive");
    // By a run that was computed before, and by one that is computed now.
    let confirm = format!("/pairing-runs/{}/confirm", run["id"].as_str().unwrap());
    let stale = office.post(&confirm).json(&json!({})).await;
    stale.expect_problem(409, "basis_changed");
    let run = office
        .post("/pairing-runs")
        .json(&json!({}))
        .await
        .expect(201);
    let path = format!("/pairing-runs/{}/proposals", run["id"].as_str().unwrap());
    let proposals = items(&office, &path).await;
    assert_eq!(proposals.len(), 3);
    assert!(proposals.iter().all(|one| one["staff_id"] == json!(stayer)));
    // By a transfer that begins the pairings anew.
    let unit = office.get(&format!("/staff/{stayer}")).await.expect(200)["unit_id"].clone();
    let other = add_person(&server, "西圩小学", "丙帮扶").await;
    let west = office.get(&format!("/staff/{other}")).await.expect(200)["unit_id"].clone();
    assert_ne!(unit, west);
    let moved = office
        .post(&format!("/staff/{leaver}/transfer"))
        .if_match("*")
        .json(&json!({ "unit_id": west, "reason": "调动", "pairings": "reopen" }))
        .await
        .expect(200);
    assert!(moved["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn who_comes_back_takes_up_the_households_that_still_wait_if_that_is_wanted() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office {
        leaver,
        stayer,
        theirs,
        ..
    } = an_office(&server).await;
    let path = format!("/staff/{leaver}/return");
    let back = |take_up: bool| {
        let body = json!({ "reason": "病愈返岗", "take_up": take_up });
        office.post(&path).if_match("*").json(&body)
    };
    back(true).await.expect_problem(409, "already_active");
    let left = json!({ "kind": "long_leave", "date": server.days_ago(30) });
    depart(&office, leaver, left).await;
    // One of the two has found another helper.
    office
        .post("/pairings")
        .json(&json!({ "household_id": theirs[0], "staff_id": stayer, "reason": "代管" }))
        .await
        .expect(201);
    let held = back(true).await.expect(200);
    let begun = held["items"].as_array().unwrap();
    assert_eq!(set(begun, "household_id"), [theirs[1].to_string()].into());
    assert_eq!(begun[0]["reason"], "病愈返岗");
    // The same helper twice, with a time between.
    let path = format!("/pairings?household_id={}", theirs[1]);
    let history = items(&office, &path).await;
    assert_eq!(history.len(), 2);
    assert!(history.iter().all(|one| one["staff_id"] == json!(leaver)));
    assert_eq!(history[0].get("to_date"), None);
    assert_eq!(history[1]["to_date"], json!(server.days_ago(30)));
    let between = server.days_ago(20);
    assert_eq!(helper_on(&office, theirs[1], between).await, Value::Null);
    // Without it, the person comes back to nobody.
    depart(&office, leaver, json!({ "kind": "other" })).await;
    let alone = back(false).await.expect(200);
    assert!(alone["items"].as_array().unwrap().is_empty());
    let person = office.get(&format!("/staff/{leaver}")).await.expect(200);
    assert_eq!(person["active"], true);
}

#[tokio::test]
async fn nobody_takes_up_more_households_than_there_is_room_for() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office { leaver, .. } = an_office(&server).await;
    depart(&office, leaver, json!({ "kind": "other" })).await;
    office
        .patch(&format!("/staff/{leaver}"))
        .if_match("*")
        .json(&json!({ "capacity": 1 }))
        .await
        .expect(200);
    let body = json!({ "reason": "返岗", "take_up": true });
    let path = format!("/staff/{leaver}/return");
    let refused = office.post(&path).if_match("*").json(&body).await;
    refused.expect_problem(409, "helper_full");
    let person = office.get(&format!("/staff/{leaver}")).await.expect(200);
    assert_eq!(person["active"], false, "all or nothing");
}

#[tokio::test]
async fn a_transfer_keeps_reopens_or_ends_the_pairings_as_chosen() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office { leaver, .. } = an_office(&server).await;
    let mut units = Vec::new();
    for name in ["西圩小学", "南圩小学", "北圩小学"] {
        let person = add_person(&server, name, "丁帮扶").await;
        let person = office.get(&format!("/staff/{person}")).await.expect(200);
        units.push(person["unit_id"].clone());
    }
    let path = format!("/staff/{leaver}/transfer");
    let date = server.days_ago(3);
    let transfer = |unit: &Value, pairings: &str| {
        let body = json!({ "unit_id": unit, "date": date, "reason": "交流", "pairings": pairings });
        office.post(&path).if_match("*").json(&body)
    };
    let first = current(&office, leaver).await;
    let held = transfer(&units[0], "keep").await.expect(200);
    let ids = |pairings: &Value| set(pairings.as_array().unwrap(), "id");
    assert_eq!(ids(&held["items"]), set(&first, "id"));
    assert_eq!(held["items"][0]["unit"], "西圩小学");
    transfer(&units[0], "keep")
        .await
        .expect_problem(409, "same_unit");
    let unknown = transfer(&json!(Uuid::now_v7()), "keep").await;
    unknown.expect_problem(422, "no_such_unit");

    let held = transfer(&units[1], "reopen").await.expect(200);
    assert_eq!(held["items"].as_array().unwrap().len(), 2);
    assert!(ids(&held["items"]).is_disjoint(&set(&first, "id")));
    assert_eq!(held["items"][0]["from_date"], json!(date));
    let ended = items(
        &office,
        &format!("/pairings?staff_id={leaver}&current=false"),
    )
    .await;
    assert_eq!(set(&ended, "id"), set(&first, "id"));
    assert_eq!(ended[0]["end_reason"], "由西圩小学调至南圩小学：交流");

    let held = transfer(&units[2], "end").await.expect(200);
    assert!(held["items"].as_array().unwrap().is_empty());
    let waiting = office
        .get(&format!("/staff/{leaver}/departure"))
        .await
        .expect(200);
    assert_eq!(waiting["households"], 2);
    let helper = server.client(Role::Helper).await;
    let body = json!({ "unit_id": units[0], "reason": "交流", "pairings": "keep" });
    let refused = helper.post(&path).if_match("*").json(&body).await;
    refused.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn a_hand_over_note_goes_from_one_helper_to_the_next() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let Office {
        leaver,
        stayer,
        theirs,
        ..
    } = an_office(&server).await;
    let (old, new) = (server.helper(leaver).await, server.helper(stayer).await);
    let pairings = current(&office, leaver).await;
    let of = |household: Uuid| {
        let pairing = pairings
            .iter()
            .find(|one| one["household_id"] == json!(household));
        format!(
            "/pairings/{}/handover-notes",
            pairing.unwrap()["id"].as_str().unwrap()
        )
    };
    let body = json!({ "text": "老人听力差，请上门；孙女 9 月入学" });
    let write = |client: &Client, household| client.post(&of(household)).key("note").json(&body);
    let note = write(&old, theirs[0]).await.expect(201);
    assert_eq!(
        write(&old, theirs[0]).await.expect(201),
        note,
        "written once"
    );
    assert_eq!(note["date"], json!(server.app.today()));
    assert_eq!(
        (&note["helper"], &note["recorded_by"]),
        (&json!("甲帮扶"), &json!(old.username))
    );
    // To a helper of other households the pairing is not there.
    write(&new, theirs[1])
        .await
        .expect_problem(404, "not_found");
    let blank = old.post(&of(theirs[0])).json(&json!({ "text": " " })).await;
    blank.expect_problem(400, "bad_request");

    assert!(
        items(&new, "/handover-notes").await.is_empty(),
        "not his household yet"
    );
    let read = format!("/handover-notes/{}/read", note["id"].as_str().unwrap());
    new.post(&read).await.expect_problem(404, "not_found");
    depart(&office, leaver, json!({ "kind": "retired" })).await;
    office
        .post("/pairings")
        .json(&json!({ "household_id": theirs[0], "staff_id": stayer, "reason": "接手" }))
        .await
        .expect(201);
    assert_eq!(
        items(&new, "/handover-notes?read=false").await,
        [note.clone()]
    );
    let refused = office.post(&read).await;
    refused.expect_problem(403, "not_the_new_helper");
    let left = old.post(&read).await;
    left.expect_problem(401, "unauthenticated");
    let first = new.post(&read).await.expect(200);
    assert_eq!(first["read_by"], json!(new.username));
    assert_eq!(
        new.post(&read).await.expect(200),
        first,
        "the first time counts"
    );
    assert!(items(&new, "/handover-notes?read=false").await.is_empty());
    let path = format!("/handover-notes?household_id={}", theirs[0]);
    assert_eq!(items(&office, &path).await, [first]);
    // Written by the office, on a pairing that has ended.
    let late = write(&office, theirs[1]).await.expect(201);
    assert_eq!(items(&office, "/handover-notes?limit=1").await, [late]);
}

#[tokio::test]
async fn who_was_responsible_on_a_day_is_told_for_a_household_and_as_a_list() {
    let server = TestServer::start().await;
    let office = server.client(Role::Office).await;
    let east = add_person(&server, "东圩小学", "甲帮扶").await;
    let west = add_person(&server, "西圩小学", "乙帮扶").await;
    let ids = households(&server, "东圩村", 3).await;
    let far = server.add_household(facts("远山镇", "南坡村")).await;
    let (new_year, march, june) = (day("2026-01-01"), day("2026-03-01"), day("2026-06-01"));
    for id in &ids {
        server.pair_until(*id, east, new_year, march).await;
        server.pair_until(*id, west, march, june).await;
    }
    server.pair(ids[0], east, day("2026-07-01")).await;
    server.pair(far, west, new_year).await;
    for (on, helper) in [
        ("2025-12-31", Value::Null),
        ("2026-01-01", json!(east)),
        ("2026-02-28", json!(east)),
        ("2026-03-01", json!(west)),
        ("2026-05-31", json!(west)),
        ("2026-06-01", Value::Null),
        ("2026-07-01", json!(east)),
    ] {
        assert_eq!(helper_on(&office, ids[0], day(on)).await, helper, "{on}");
    }
    let path = "/pairings?on=2026-03-01&limit=2";
    let first = office.get(path).await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = office
        .get(&format!("{path}&cursor={cursor}"))
        .await
        .expect(200);
    let mut all = first["items"].as_array().unwrap().clone();
    all.extend(second["items"].as_array().unwrap().clone());
    assert_eq!(second["next_cursor"], Value::Null);
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|one| one["staff_id"] == json!(west)));
    let unit = office.get(&format!("/staff/{east}")).await.expect(200)["unit_id"].clone();
    let unit = unit.as_str().unwrap();
    for (on, east_side, far_side) in [
        ("2026-02-01", 3, 1),
        ("2026-03-01", 0, 1),
        ("2025-12-01", 0, 0),
    ] {
        let by_unit = items(&office, &format!("/pairings?on={on}&unit_id={unit}")).await;
        assert_eq!(by_unit.len(), east_side, "{on}");
        let by_town = items(&office, &format!("/pairings?on={on}&town=远山镇")).await;
        assert_eq!(by_town.len(), far_side, "{on}");
    }
    let by_village = items(
        &office,
        "/pairings?on=2026-03-01&town=青禾镇&village=东圩村",
    )
    .await;
    assert_eq!(by_village.len(), 3);
    // A helper sees the past of a household that is theirs now, and of no other.
    let helper = server.helper(east).await;
    assert_eq!(helper_on(&helper, ids[0], march).await, json!(west));
    let other = helper.get(&format!("/households/{}/helper", ids[1])).await;
    other.expect_problem(404, "not_found");
}
