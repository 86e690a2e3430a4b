//! Proposing a run, and reading what it proposes.

use std::future::IntoFuture;

use serde_json::json;
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::pairing::{
    add_households, confirm_run, link_villages, proposal_of, propose_run, require_areas, run_path,
};
use crate::support::staff::{add_person_with, add_person_with_room};

#[tokio::test]
async fn a_run_is_proposed_read_and_confirmed() {
    let (server, office) = TestServer::start_with_office().await;
    let households = add_households(&server, "东圩村", 3).await;
    add_person_with_room(&server, "实验小学", Some(2)).await;
    add_person_with(&server, "第一中学", "张帮扶", |person| {
        person.specialty = Some("校医".to_owned());
    })
    .await;
    let run = propose_run(&office, json!({})).await;
    assert_eq!(run["status"], "proposed");
    assert_eq!(
        (&run["households"], &run["placed"], &run["unplaced"]),
        (&json!(3), &json!(3), &json!(0))
    );
    assert_eq!((&run["helpers"], &run["places"]), (&json!(2), &json!(3)));
    assert_eq!(run["shortages"], json!([]));
    assert!(
        office.items("/pairings").await.is_empty(),
        "nothing is current yet"
    );

    let read = office.get(&run_path(&run, "")).await;
    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(read.expect(200), run);

    let proposals = office.items(&run_path(&run, "/proposals")).await;
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
    let loads = office.items(&run_path(&run, "/loads")).await;
    let added: i64 = loads
        .iter()
        .map(|load| load["added"].as_i64().unwrap())
        .sum();
    assert_eq!((loads.len(), added), (2, 3));

    let confirmed = confirm_run(&office, &run).await;
    assert_eq!(
        (&confirmed["status"], &confirmed["version"]),
        (&json!("confirmed"), &json!(2))
    );
    assert_eq!(confirmed["decided_by"], office.username.as_str());
    let pairings = office.items("/pairings?current=true").await;
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
async fn without_places_all_is_told_as_short() {
    let (server, office) = TestServer::start_with_office().await;
    add_households(&server, "东圩村", 2).await;
    let run = propose_run(&office, json!({})).await;
    assert_eq!((&run["placed"], &run["unplaced"]), (&json!(0), &json!(2)));
    let words = run["shortages"][0]["words"].as_str().unwrap();
    assert!(words.contains("没有在岗责任人可以帮扶"), "{words}");

    add_person_with_room(&server, "实验小学", Some(0)).await;
    let run = propose_run(&office, json!({})).await;
    let shortage = &run["shortages"][0];
    assert_eq!(
        (&shortage["places"], &shortage["short"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(
        shortage["units"],
        json!([{ "unit": "实验小学", "helpers": 1, "places": 0 }])
    );
    let unplaced = office
        .items(&run_path(&run, "/proposals?placed=false"))
        .await;
    assert_eq!(unplaced.len(), 2);
    assert_eq!(unplaced[0]["reasons"][0]["code"], "all_full");
    assert!(unplaced[0].get("staff_id").is_none());
    // Confirming it makes nothing, and says so by its numbers.
    confirm_run(&office, &run).await;
    assert!(office.items("/pairings").await.is_empty());
}

#[tokio::test]
async fn areas_bind_where_the_office_requires_it() {
    let (server, office) = TestServer::start_with_office().await;
    add_households(&server, "东圩村", 3).await;
    add_households(&server, "西圩村", 1).await;
    let east = add_person_with_room(&server, "东圩小学", Some(2)).await;
    add_person_with_room(&server, "西圩小学", Some(2)).await;
    link_villages(&office, "东圩小学", &["东圩村"]).await;
    link_villages(&office, "西圩小学", &["西圩村"]).await;
    // Preferred: the neighbour helps out.
    let run = propose_run(&office, json!({})).await;
    assert_eq!(run["unplaced"], 0);
    let of_east = office
        .items(&run_path(&run, &format!("/proposals?staff_id={east}")))
        .await;
    assert_eq!(of_east.len(), 2);
    assert!(
        of_east
            .iter()
            .all(|proposal| proposal["village"] == "东圩村")
    );
    // Required: they may not.
    require_areas(&office).await;
    let run = propose_run(&office, json!({})).await;
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
async fn a_run_sent_twice_with_one_key_is_one_run() {
    let (server, office) = TestServer::start_with_office().await;
    add_households(&server, "东圩村", 1).await;
    add_person_with_room(&server, "实验小学", Some(1)).await;
    let send = || {
        office
            .post("/pairing-runs")
            .key("run-1")
            .json(&json!({}))
            .into_future()
    };
    let first = send().await.expect(201);
    confirm_run(&office, &first).await;
    assert_eq!(
        send().await.expect(201),
        first,
        "the first answer, whatever came after"
    );
    assert_eq!(office.items("/pairing-runs").await.len(), 1);
}

#[tokio::test]
async fn a_proposal_is_told_with_the_next_best_helper_and_the_loads_beside_the_average() {
    let (server, office) = TestServer::start_with_office().await;
    let east = add_households(&server, "东圩村", 2).await;
    let west = add_households(&server, "西圩村", 1).await[0];
    let near = add_person_with_room(&server, "东圩小学", Some(2)).await;
    let far = add_person_with_room(&server, "西圩小学", Some(2)).await;
    add_person_with_room(&server, "机关", Some(0)).await;
    link_villages(&office, "东圩小学", &["东圩村"]).await;
    link_villages(&office, "西圩小学", &["西圩村"]).await;
    let run = propose_run(&office, json!({})).await;

    // One with a place left: same town instead of the unit's village, half their places instead of all.
    let told = proposal_of(&office, &run, east[0]).await;
    assert_eq!(told["stands"], true);
    assert_eq!(told["proposal"]["staff_id"], json!(near));
    let next = &told["next_best"];
    assert_eq!(next["staff_id"], json!(far));
    assert!(next.get("exchange_household_id").is_none());
    let reasons = next["reasons"].as_array().unwrap();
    let terms: i64 = reasons
        .iter()
        .map(|reason| reason["cost"].as_i64().unwrap())
        .sum();
    assert_eq!(next["cost"], terms);
    // 40 for the same town instead of 10; both have their second household in it.
    assert_eq!(next["difference"], 30);
    // The other is full: only in exchange.
    let told = proposal_of(&office, &run, west).await;
    let next = &told["next_best"];
    assert_eq!(next["staff_id"], json!(near));
    assert_eq!(next["difference"], 60);
    let given = next["exchange_household_id"].as_str().unwrap();
    assert!(east.iter().any(|id| id.to_string() == given));

    let loads = office.items(&run_path(&run, "/loads")).await;
    let of = |id: Uuid| {
        loads
            .iter()
            .find(|load| load["staff_id"] == json!(id))
            .unwrap()
    };
    assert_eq!(
        (
            &of(near)["load_percent"],
            &of(near)["unit_percent"],
            &of(near)["average_percent"]
        ),
        (&json!(100), &json!(100), &json!(75))
    );
    assert_eq!(of(far)["load_percent"], 50);
    let none = loads.iter().find(|load| load["capacity"] == 0).unwrap();
    assert!(none.get("load_percent").is_none());
    assert_eq!(none["average_percent"], 75);

    // Where areas bind there is nobody else.
    require_areas(&office).await;
    let stale = proposal_of(&office, &run, west).await;
    assert_eq!(stale["stands"], false, "the rules are others now");
    assert!(stale.get("next_best").is_none());
    let run = propose_run(&office, json!({})).await;
    let told = proposal_of(&office, &run, west).await;
    assert_eq!(told["stands"], true);
    assert!(told.get("next_best").is_none(), "{told:#}");
    confirm_run(&office, &run).await;
    assert_eq!(proposal_of(&office, &run, west).await["stands"], false);

    let elsewhere = run_path(&run, &format!("/proposals/{}", Uuid::now_v7()));
    office
        .get(&elsewhere)
        .await
        .expect_problem(404, "not_found");
    let helper = server.helper(near).await;
    let path = run_path(&run, &format!("/proposals/{west}"));
    helper.get(&path).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn a_run_may_begin_as_a_draft() {
    let (server, office) = TestServer::start_with_office().await;
    add_households(&server, "东圩村", 1).await;
    add_person_with_room(&server, "实验小学", Some(1)).await;
    let create = |query: &str| {
        office
            .post(&format!("/pairing-runs{query}"))
            .json(&json!({}))
    };
    let draft = create("?draft=true").await.expect(201);
    assert_eq!(draft["status"], "draft");
    let other = create("?draft=false").await.expect(201);
    assert_eq!(
        (&other["status"], &other["proposed_at"]),
        (&json!("proposed"), &other["created_at"])
    );
    let drafts = office.items("/pairing-runs?status=draft").await;
    assert_eq!(drafts.len(), 1);
    let confirmation = office.post(&run_path(&draft, "/confirm")).json(&json!({}));
    confirmation.await.expect_problem(409, "run_is_draft");
    let proposed = office.post(&run_path(&draft, "/propose")).await.expect(200);
    assert_eq!(proposed["status"], "proposed");
    confirm_run(&office, &draft).await;
    // A draft can be dropped as well.
    add_households(&server, "东圩村", 1).await;
    let draft = create("?draft=true").await.expect(201);
    let dropped = office.post(&run_path(&draft, "/drop")).await.expect(200);
    assert_eq!(dropped["status"], "dropped");
    let submit = office.post(&run_path(&draft, "/propose"));
    submit.await.expect_problem(409, "run_already_dropped");
}
