//! Someone leaves: what becomes of the households, and of the account.

use chrono::{Days, NaiveDate, TimeDelta};
use qianshou::access::{Role, history};
use qianshou::{on, pairing};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::pairing::{
    OfficeWithLeaver, a_clearing, a_move, confirm_run, current_pairings_of, depart, helper_on,
    pair_by_hand, propose_run, run_path, set_of_field,
};
use crate::support::register::tester;
use crate::support::staff::{add_person, change_person, unit_of};
use crate::support::{Client, PASSWORD, TestServer};

#[tokio::test]
async fn an_account_closes_with_the_departure_of_its_person() {
    let (server, office) = TestServer::start_with_office().await;
    let administrator = server.client(Role::Administrator).await;
    let other = server.client(Role::Helper).await;
    for way in ["departure", "change"] {
        let helper = server.client(Role::Helper).await;
        let person = helper.staff_id.unwrap();
        // The same person may have another account, of another role.
        let clerk = server.client_of(Role::Office, Some(person)).await;
        let clients = [&helper, &clerk];
        for client in clients {
            client.get("/accounts/me").await.expect(200);
        }
        let path = format!("/staff/{person}");
        let left = match way {
            "departure" => {
                let body = json!({ "kind": "retired" });
                office.post(&format!("{path}/departure")).json(&body)
            }
            _ => office.patch(&path).json(&json!({ "active": false })),
        };
        left.if_match("*").await.expect(200);
        let log_in = async |client: &Client| {
            let stranger = server.stranger();
            stranger.log_in(&client.username, PASSWORD).await
        };
        for client in clients {
            let me = client.get("/accounts/me").await;
            me.expect_problem(401, "unauthenticated");
            let refused = log_in(client).await;
            refused.expect_problem(401, "wrong_credentials");
            let id = client.account_id.unwrap().to_string();
            let mut tx = server.db.read().await.unwrap();
            let kept = history::of(&mut tx, "account", &id).await.unwrap();
            assert_eq!(kept[0].action, "close_with_person");
            assert_eq!(kept[0].actor, office.username);
            assert_eq!(kept[0].before.0["active"], true);
        }
        // Nobody opens it while the person is away.
        let open = async |client: &Client| {
            let path = format!("/accounts/{}", client.account_id.unwrap());
            let body = json!({ "active": true });
            administrator.patch(&path).if_match("*").json(&body).await
        };
        open(&helper).await.expect_problem(422, "no_such_person");
        // A second lock: an account whose row says open, such as one of before this rule.
        let mut tx = server.db.write().await.unwrap();
        on!(&mut tx, connection => sqlx::query("UPDATE account SET active = TRUE WHERE staff_id = $1")
            .bind(person).execute(connection).await.map(|_| ()))
        .unwrap();
        let now = server.app.now();
        qianshou::insert!(&mut tx, "token", [()], |_token| {
            digest: digest(helper.token.as_deref().unwrap()),
            account_id: helper.account_id.unwrap(),
            created_at: now,
            expires_at: now + TimeDelta::hours(1),
        })
        .unwrap();
        tx.commit().await.unwrap();
        let me = helper.get("/accounts/me").await;
        me.expect_problem(401, "unauthenticated");
        let refused = log_in(&helper).await;
        refused.expect_problem(401, "wrong_credentials");
        // Back again, it stays closed until an administrator opens it.
        let back = json!({ "reason": "返聘", "take_up": false });
        let back = office.post(&format!("{path}/return")).json(&back);
        back.if_match("*").await.expect(200);
        log_in(&helper)
            .await
            .expect_problem(401, "wrong_credentials");
        open(&helper).await.expect(200);
        log_in(&helper).await.expect(201);
        log_in(&clerk)
            .await
            .expect_problem(401, "wrong_credentials");
    }
    other.get("/accounts/me").await.expect(200);
}

/// What the database knows of a token.
fn digest(token: &str) -> String {
    use sha2::{Digest, Sha256};
    qianshou::text::hex(&Sha256::digest(token.as_bytes()))
}

#[tokio::test]
async fn before_anyone_leaves_each_household_is_shown_with_who_could_take_it() {
    let OfficeWithLeaver {
        server,
        office,
        leaver,
        stayer,
        theirs,
        ..
    } = OfficeWithLeaver::open().await;
    let path = format!("/staff/{leaver}/departure");
    let outlook = office.get(&path).await.expect(200);
    assert_eq!(
        (&outlook["households"], &outlook["placed"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(outlook["active"], true);
    let shown = outlook["to_hand_over"].as_array().unwrap();
    let ids: std::collections::BTreeSet<_> = theirs.iter().map(ToString::to_string).collect();
    assert_eq!(set_of_field(shown, "household_id"), ids);
    let mut cost = 0;
    for household in shown {
        assert_eq!(household["staff_id"], json!(stayer));
        assert_eq!(household["helper_name"], "乙帮扶");
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
    assert_eq!(current_pairings_of(&office, leaver).await.len(), 2);
    assert!(office.items("/pairing-runs").await.is_empty());
    // One on leave is not asked.
    let leaves = format!("/staff/{stayer}/leaves");
    let leave = json!({ "from_date": server.app.today(), "reason": "产假" });
    let leave = office.post(&leaves).json(&leave).await.expect(201);
    let away = office.get(&path).await.expect(200);
    assert_eq!((&away["placed"], &away["unplaced"]), (&json!(0), &json!(2)));
    let leave = format!("/staff-leaves/{}", leave["id"].as_str().unwrap());
    office.delete(&leave).if_match("*").await.expect(204);
    // Nobody has a place: each household is said to be without one.
    change_person(&office, stayer, &json!({ "capacity": 1 })).await;
    let short = office.get(&path).await.expect(200);
    assert_eq!(short["unplaced"], 2);
    assert_eq!(short["to_hand_over"][0]["reasons"][0]["code"], "all_full");
    assert_eq!(short["shortages"][0]["short"], 2);
    let helper = server.client(Role::Helper).await;
    helper.get(&path).await.expect_problem(403, "forbidden");
    let nobody = office.get(&format!("/staff/{}/departure", Uuid::now_v7()));
    nobody.await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn who_leaves_is_inactive_and_the_households_are_listed_and_re_paired_alone() {
    let OfficeWithLeaver {
        server,
        office,
        leaver,
        stayer,
        theirs,
        elsewhere,
    } = OfficeWithLeaver::open().await;
    let before = current_pairings_of(&office, stayer).await;
    let path = format!("/staff/{leaver}/departure");
    let body = json!({ "kind": "retired", "remark": "年满 60 周岁" });
    let blind = office.post(&path).json(&body).await;
    blind.expect_problem(428, "if_match_required");
    let listed = depart(&office, leaver, body.clone()).await;
    assert_eq!(
        (&listed["active"], &listed["households"]),
        (&json!(false), &json!(2))
    );
    assert!(current_pairings_of(&office, leaver).await.is_empty());
    let ended = office.items(&format!("/pairings?staff_id={leaver}")).await;
    assert_eq!(ended.len(), 2, "ended, not deleted");
    for pairing in &ended {
        assert_eq!(pairing["end_reason"], "退休：年满 60 周岁");
        assert_eq!(pairing["to_date"], json!(server.app.today()));
        assert_eq!(pairing["ended_by"], office.username.as_str());
    }
    let again = office.post(&path).if_match("*").json(&body).await;
    again.expect_problem(409, "already_inactive");
    // A run for these households alone.
    let run = propose_run(&office, json!({ "leaving": leaver })).await;
    assert_eq!((&run["households"], &run["placed"]), (&json!(2), &json!(2)));
    confirm_run(&office, &run).await;
    let after = current_pairings_of(&office, stayer).await;
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
    let OfficeWithLeaver {
        server,
        office,
        leaver,
        stayer,
        theirs,
        ..
    } = OfficeWithLeaver::open().await;
    let run = propose_run(&office, json!({ "leaving": leaver })).await;
    let confirm = run_path(&run, "/confirm");
    let from = |day: NaiveDate| office.post(&confirm).json(&json!({ "from_date": day }));
    let early = from(server.days_ago(101)).await;
    early.expect_problem(422, "end_before_start");
    assert_eq!(
        current_pairings_of(&office, leaver).await.len(),
        2,
        "all or nothing"
    );
    let on = server.days_ago(10);
    from(on).await.expect(200);
    assert!(current_pairings_of(&office, leaver).await.is_empty());
    for household in &theirs {
        assert_eq!(helper_on(&office, *household, on).await, json!(stayer));
        let eve = on - Days::new(1);
        assert_eq!(helper_on(&office, *household, eve).await, json!(leaver));
    }
    // Now nothing keeps the person.
    change_person(&office, leaver, &json!({ "active": false })).await;
}

#[tokio::test]
async fn who_leaves_keeps_what_nobody_takes_until_gone() {
    let OfficeWithLeaver {
        server: _server,
        office,
        leaver,
        stayer,
        theirs,
        ..
    } = OfficeWithLeaver::open().await;
    change_person(&office, stayer, &json!({ "capacity": 2 })).await;
    let run = propose_run(&office, json!({ "leaving": leaver })).await;
    assert_eq!((&run["placed"], &run["unplaced"]), (&json!(1), &json!(1)));
    confirm_run(&office, &run).await;
    let kept = current_pairings_of(&office, leaver).await;
    assert_eq!(kept.len(), 1);
    let handed_over: Vec<_> = theirs
        .iter()
        .filter(|household| kept[0]["household_id"] != json!(household))
        .collect();
    let path = format!("/pairings?household_id={}", handed_over[0]);
    let history = office.items(&path).await;
    assert_eq!(history[0]["staff_id"], json!(stayer));
    assert_eq!(history[1]["end_reason"], "现责任人甲帮扶即将离岗，须更换");
    let left = depart(&office, leaver, json!({ "kind": "retired" })).await;
    assert_eq!(
        left["to_hand_over"][0]["household_id"],
        kept[0]["household_id"]
    );
}

#[tokio::test]
async fn a_run_for_one_who_leaves_is_edited_by_hand_like_any_other() {
    let OfficeWithLeaver {
        server,
        office,
        leaver,
        stayer,
        theirs,
        ..
    } = OfficeWithLeaver::open().await;
    let third = add_person(&server, "西圩小学", "丙帮扶").await;
    let run = propose_run(&office, json!({ "leaving": leaver })).await;
    // Whatever the version of the run.
    let edit = |body: Value| {
        let call = office.post(&run_path(&run, "/edits")).if_match("*");
        call.json(&body)
    };
    let back = edit(a_move(theirs[0], leaver)).await;
    back.expect_problem(409, "helper_inactive");
    let proposals = office.items(&run_path(&run, "/proposals")).await;
    let first = proposals
        .iter()
        .find(|one| one["household_id"] == json!(theirs[0]))
        .unwrap();
    let other = if first["staff_id"] == json!(third) {
        stayer
    } else {
        third
    };
    for body in [a_move(theirs[0], other), a_clearing(theirs[1])] {
        edit(body).await.expect(200);
    }
    office.post(&run_path(&run, "/propose")).await.expect(200);
    confirm_run(&office, &run).await;
    let today = server.app.today();
    assert_eq!(helper_on(&office, theirs[0], today).await, json!(other));
    assert_eq!(helper_on(&office, theirs[1], today).await, json!(leaver));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_departure_and_a_confirmation_at_once_leave_nobody_gone_with_a_household() {
    for round in 0..4 {
        let OfficeWithLeaver {
            server: _server,
            office,
            leaver,
            stayer,
            ..
        } = OfficeWithLeaver::open().await;
        let run = propose_run(&office, json!({ "leaving": leaver })).await;
        let confirm = run_path(&run, "/confirm");
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
            assert_eq!(current_pairings_of(&office, leaver).await.len(), 2);
        }
        assert!(current_pairings_of(&office, stayer).await.is_empty());
        depart(&office, leaver, json!({ "kind": "other" })).await;
    }
}

#[tokio::test]
async fn a_departure_ends_all_pairings_or_none() {
    let OfficeWithLeaver {
        server,
        office,
        leaver,
        theirs,
        ..
    } = OfficeWithLeaver::open().await;
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
    assert_eq!(current_pairings_of(&office, leaver).await.len(), 2);
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
    let OfficeWithLeaver {
        server,
        office,
        leaver,
        stayer,
        theirs,
        elsewhere,
    } = OfficeWithLeaver::open().await;
    let run = propose_run(&office, json!({})).await;
    // An import closes one of the households; then the helper leaves, and the import is undone.
    let import = Uuid::now_v7();
    let now = server.app.now();
    let mut tx = server.db.write().await.unwrap();
    pairing::staffing::on_household_closed::end_closed(
        &mut tx,
        tester(now, Some(import)),
        &theirs[..1],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(current_pairings_of(&office, leaver).await.len(), 1);
    depart(&office, leaver, json!({ "kind": "resigned" })).await;
    let mut tx = server.db.write().await.unwrap();
    pairing::staffing::on_household_closed::resume(&mut tx, tester(now, Some(import)))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert!(
        current_pairings_of(&office, leaver).await.is_empty(),
        "by an undone import"
    );
    // By hand.
    let by_hand = pair_by_hand(&office, elsewhere, leaver).await;
    by_hand.expect_problem(409, "helper_inactive");
    // By a run that was computed before, and by one that is computed now.
    let confirm = run_path(&run, "/confirm");
    let stale = office.post(&confirm).json(&json!({})).await;
    stale.expect_problem(409, "basis_changed");
    let run = propose_run(&office, json!({})).await;
    let path = run_path(&run, "/proposals");
    let proposals = office.items(&path).await;
    assert_eq!(proposals.len(), 3);
    assert!(proposals.iter().all(|one| one["staff_id"] == json!(stayer)));
    // By a transfer that begins the pairings anew.
    let unit = unit_of(&office, stayer).await;
    let other = add_person(&server, "西圩小学", "丙帮扶").await;
    let west = unit_of(&office, other).await;
    assert_ne!(unit, west);
    let moved = office
        .post(&format!("/staff/{leaver}/transfer"))
        .if_match("*")
        .json(&json!({ "unit_id": west, "reason": "调动", "pairings": "reopen" }))
        .await
        .expect(200);
    assert!(moved["pairings"].as_array().unwrap().is_empty());
}
