//! What each role may do.

use qianshou::access::Role;
use serde_json::json;
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::pairing::{add_households, confirm_run, propose_run, run_path, unit_path};
use crate::support::staff::add_person_with_room;

#[tokio::test]
async fn each_role_may_do_what_the_table_says_and_no_more() {
    let server = TestServer::start().await;
    let settings = server
        .client(Role::Office)
        .await
        .get("/settings")
        .await
        .expect(200);
    for (role, accounts, may_set) in [
        (Role::Administrator, true, true),
        (Role::Office, false, true),
        (Role::Leader, false, false),
        (Role::Helper, false, false),
    ] {
        let client = server.client(role).await;
        let listing = client.get("/accounts").await;
        let making = client
            .post("/accounts")
            .json(&json!({ "username": format!("由{role}创建"), "role": "leader" }))
            .await;
        if accounts {
            listing.expect(200);
            making.expect(201);
        } else {
            listing.expect_problem(403, "forbidden");
            making.expect_problem(403, "forbidden");
        }
        let setting = client.put("/settings").if_match("*").json(&settings).await;
        if may_set {
            setting.expect(200);
        } else {
            setting.expect_problem(403, "forbidden");
        }
    }
}

#[tokio::test]
async fn each_role_does_and_sees_what_is_its_own() {
    let (server, office) = TestServer::start_with_office().await;
    add_households(&server, "东圩村", 2).await;
    let (one, other) = (
        add_person_with_room(&server, "实验小学", Some(1)).await,
        add_person_with_room(&server, "第一中学", Some(1)).await,
    );
    let run = propose_run(&office, json!({})).await;
    confirm_run(&office, &run).await;
    let helper = server.helper(one).await;
    let leader = server.client(Role::Leader).await;
    for client in [&helper, &leader] {
        let pair = json!({ "household_id": Uuid::now_v7(), "staff_id": one, "reason": "x" });
        for (path, body) in [("/pairing-runs", json!({})), ("/pairings", pair)] {
            client
                .post(path)
                .json(&body)
                .await
                .expect_problem(403, "forbidden");
        }
        for rest in ["/confirm", "/drop"] {
            let call = client.post(&run_path(&run, rest)).json(&json!({}));
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
    leader.get(&run_path(&run, "")).await.expect(200);
    assert_eq!(leader.items("/pairings").await.len(), 2);
    for rest in ["", "/proposals", "/loads"] {
        helper
            .get(&run_path(&run, rest))
            .await
            .expect_problem(403, "forbidden");
    }
    let own = helper.items("/pairings").await;
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
