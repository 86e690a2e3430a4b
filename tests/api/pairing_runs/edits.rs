//! Editing a run by hand.

use std::future::IntoFuture;

use qianshou::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::pairing::{
    a_clearing, a_move, a_swap, add_households, check_run, edit_run, link_villages, proposal_of,
    propose_run, require_areas, run_path,
};
use crate::support::staff::{add_person_with_room, change_person};

#[tokio::test]
async fn a_run_is_edited_by_hand_proposed_anew_and_confirmed_as_edited() {
    let (server, office) = TestServer::start_with_office().await;
    let east = add_households(&server, "东圩村", 2).await;
    let west = add_households(&server, "西圩村", 1).await[0];
    let near = add_person_with_room(&server, "东圩小学", Some(2)).await;
    let far = add_person_with_room(&server, "西圩小学", Some(2)).await;
    link_villages(&office, "东圩小学", &["东圩村"]).await;
    link_villages(&office, "西圩小学", &["西圩村"]).await;
    let run = propose_run(&office, json!({})).await;
    assert_eq!(
        (&run["cost"], &run["computed_cost"]),
        (&run["cost"], &run["cost"])
    );
    let computed = run["cost"].as_i64().unwrap();

    // What the next best helper would cost is what the edit says, before it is made and after.
    let next = proposal_of(&office, &run, east[0]).await["next_best"].clone();
    assert_eq!(next["staff_id"], json!(far));
    let trial = office
        .post(&run_path(&run, "/edits?dry_run=true"))
        .if_match("\"1\"")
        .json(&a_move(east[0], far))
        .await;
    assert_eq!(trial.header("etag"), "\"1\"");
    let trial = trial.expect(200);
    assert_eq!(check_run(&office, &run).await, run, "only tried");
    let made = edit_run(&office, &run, a_move(east[0], far)).await;
    assert_eq!(made.header("etag"), "\"2\"");
    let made = made.expect(200);
    assert_eq!(made["changes"], trial["changes"]);
    let difference = next["difference"].as_i64().unwrap();
    assert_eq!(
        (&made["cost_before"], &made["cost_after"]),
        (&json!(computed), &json!(computed + difference))
    );
    assert_eq!(
        (&made["placed_before"], &made["placed_after"]),
        (&json!(3), &json!(3))
    );
    let of = |edit: &Value, id: Uuid| {
        let changes = edit["changes"].as_array().unwrap().clone();
        changes
            .into_iter()
            .find(|change| change["household_id"] == json!(id))
            .unwrap()
    };
    let change = of(&made, east[0]);
    assert_eq!(
        (&change["before"]["staff_id"], &change["after"]["staff_id"]),
        (&json!(near), &json!(far))
    );
    let reasons = change["after"]["reasons"].as_array().unwrap();
    let by_hand = reasons
        .iter()
        .find(|reason| reason["code"] == "by_hand")
        .unwrap();
    assert_eq!(by_hand["words"], "人工调整：本人申请");

    // It is a draft now, with its first cost beside the new one.
    let edited = check_run(&office, &run).await;
    assert_eq!(edited["status"], "draft");
    assert!(edited.get("proposed_at").is_none());
    assert_eq!(edited["cost"], computed + difference);
    assert_eq!(
        (&edited["computed_cost"], &edited["computed_placed"]),
        (&json!(computed), &json!(3))
    );
    let confirmation = office.post(&run_path(&run, "/confirm")).json(&json!({}));
    confirmation.await.expect_problem(409, "run_is_draft");

    // Exchanged, taken away, given back.
    let swap = edit_run(&office, &run, a_swap(west, east[1]))
        .await
        .expect(200);
    assert_eq!(of(&swap, west)["after"]["staff_id"], json!(near));
    assert_eq!(of(&swap, east[1])["after"]["staff_id"], json!(far));
    check_run(&office, &run).await;
    let clear = edit_run(&office, &run, a_clearing(west)).await.expect(200);
    assert!(of(&clear, west)["after"].get("staff_id").is_none());
    assert_eq!(clear["placed_after"], 2);
    let edited = check_run(&office, &run).await;
    assert_eq!(
        (&edited["placed"], &edited["computed_placed"]),
        (&json!(2), &json!(3))
    );
    // With the one who has none, the helper changes over.
    edit_run(&office, &run, a_swap(west, east[0]))
        .await
        .expect(200);
    let edited = check_run(&office, &run).await;
    assert_eq!(
        (&edited["version"], &edited["placed"]),
        (&json!(5), &json!(2))
    );

    // Every edit is kept, the latest first, in pages.
    let edits = office.items(&run_path(&run, "/edits")).await;
    let kinds: Vec<_> = edits
        .iter()
        .map(|edit| edit["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["swap", "clear", "swap", "move"]);
    assert_eq!(edits[3], made);
    assert_eq!(edits[3]["edited_by"], office.username.as_str());
    let page = office
        .get(&run_path(&run, "/edits?limit=3"))
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = office
        .get(&run_path(&run, "/edits"))
        .query(&[("cursor", cursor)])
        .await
        .expect(200);
    assert_eq!(page["items"], json!([made]));

    // Proposed anew and confirmed by who has seen it.
    let submit = |tag: &str| office.post(&run_path(&run, "/propose")).if_match(tag);
    submit("\"4\"")
        .await
        .expect_problem(412, "changed_meanwhile");
    let proposed = submit("\"5\"").await.expect(200);
    assert_eq!(proposed["status"], "proposed");
    assert_eq!(proposed["proposed_by"], office.username.as_str());
    submit("\"6\"")
        .await
        .expect_problem(409, "run_already_proposed");
    let confirmation = |tag: &str| {
        office
            .post(&run_path(&run, "/confirm"))
            .if_match(tag)
            .json(&json!({}))
    };
    confirmation("\"5\"")
        .await
        .expect_problem(412, "changed_meanwhile");
    confirmation("\"6\"").await.expect(200);
    let pairings = office.items("/pairings").await;
    let mut pairs: Vec<_> = pairings
        .iter()
        .map(|pairing| (&pairing["household_id"], &pairing["staff_id"]))
        .collect();
    pairs.sort_by_key(|pair| pair.0.to_string());
    let mut expected = [(json!(east[1]), json!(far)), (json!(west), json!(far))];
    expected.sort_by_key(|pair| pair.0.to_string());
    assert_eq!(
        pairs,
        expected
            .iter()
            .map(|pair| (&pair.0, &pair.1))
            .collect::<Vec<_>>()
    );
    let late = edit_run(&office, &run, a_clearing(west)).await;
    late.expect_problem(409, "run_already_confirmed");
}

#[tokio::test]
async fn the_rules_bind_the_hand_that_edits() {
    let (server, office) = TestServer::start_with_office().await;
    let east = add_households(&server, "东圩村", 2).await;
    let near = add_person_with_room(&server, "东圩小学", Some(3)).await;
    let full = add_person_with_room(&server, "东圩小学", Some(0)).await;
    let far = add_person_with_room(&server, "西圩小学", Some(2)).await;
    let gone = add_person_with_room(&server, "东圩小学", Some(2)).await;
    link_villages(&office, "东圩小学", &["东圩村"]).await;
    link_villages(&office, "西圩小学", &["西圩村"]).await;
    require_areas(&office).await;
    change_person(&office, gone, &json!({ "active": false })).await;
    let elsewhere = add_households(&server, "西圩村", 1).await[0];
    let run = propose_run(&office, json!({ "village": "东圩村" })).await;
    let mut incomplete = a_move(east[0], far);
    incomplete["staff_id"] = Value::Null;
    let mut blank = a_clearing(east[0]);
    blank["reason"] = json!("  ");
    for (body, status, code) in [
        (a_move(east[0], gone), 409, "helper_inactive"),
        (a_move(east[0], full), 409, "helper_full"),
        (a_move(east[0], far), 409, "helper_may_not_serve"),
        (a_move(east[0], Uuid::now_v7()), 422, "no_such_person"),
        (a_move(east[0], near), 422, "nothing_changed"),
        (a_swap(east[0], east[1]), 422, "nothing_changed"),
        (a_swap(east[0], elsewhere), 422, "household_not_in_run"),
        (a_clearing(Uuid::now_v7()), 422, "household_not_in_run"),
        (incomplete, 422, "edit_incomplete"),
        (blank, 400, "bad_request"),
    ] {
        edit_run(&office, &run, body)
            .await
            .expect_problem(status, code);
    }
    let path = run_path(&run, "/edits");
    let call = office.post(&path).json(&a_clearing(east[0]));
    call.await.expect_problem(428, "if_match_required");
    let call = office
        .post(&path)
        .if_match("\"7\"")
        .json(&a_clearing(east[0]));
    call.await.expect_problem(412, "changed_meanwhile");
    for client in [server.client(Role::Leader).await, server.helper(near).await] {
        let call = client.post(&path).if_match("*").json(&a_clearing(east[0]));
        call.await.expect_problem(403, "forbidden");
        let call = client.post(&run_path(&run, "/propose"));
        call.await.expect_problem(403, "forbidden");
    }
    assert_eq!(check_run(&office, &run).await, run, "nothing was written");

    // Sent twice with one key, it is made once.
    let send = || {
        office
            .post(&path)
            .key("one")
            .if_match("\"1\"")
            .json(&a_clearing(east[0]))
            .into_future()
    };
    let first = send().await.expect(200);
    assert_eq!(send().await.expect(200), first);
    assert_eq!(check_run(&office, &run).await["version"], 2);

    // A household that has got a helper otherwise, and then anything else.
    let by_hand = json!({ "household_id": east[1], "staff_id": near, "reason": "急需" });
    office.post("/pairings").json(&by_hand).await.expect(201);
    let refused = edit_run(&office, &run, a_clearing(east[1])).await;
    refused.expect_problem(409, "household_already_paired");
    let refused = edit_run(&office, &run, a_move(east[0], near)).await;
    refused.expect_problem(409, "basis_changed");
    office.post(&run_path(&run, "/drop")).await.expect(200);
    let refused = edit_run(&office, &run, a_move(east[0], near)).await;
    refused.expect_problem(409, "run_already_dropped");
}

#[tokio::test]
async fn of_two_who_edit_at_once_one_wins() {
    let (server, office) = TestServer::start_with_office().await;
    let households = add_households(&server, "东圩村", 8).await;
    add_person_with_room(&server, "实验小学", Some(8)).await;
    let run = propose_run(&office, json!({})).await;
    let path = run_path(&run, "/edits");
    let calls = households.iter().map(|household| {
        let call = office
            .post(&path)
            .if_match("\"1\"")
            .json(&a_clearing(*household));
        call.into_future()
    });
    let answers = futures_util::future::join_all(calls).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
    let edited = check_run(&office, &run).await;
    assert_eq!(
        (&edited["version"], &edited["placed"]),
        (&json!(2), &json!(7))
    );
}
