//! What an office decides for itself.

use qianshou::access::history;
use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::pairing::PairingOffice;

#[tokio::test]
async fn the_rules_are_settings_within_bounds() {
    let (_server, office) = TestServer::start_with_office().await;
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
    // Left out they would be the defaults again, without a word.
    let mut without = settings.clone();
    without.as_object_mut().unwrap().remove("pairing");
    let put = office.put("/settings").if_match("*").json(&without).await;
    let refused = put.expect_problem(400, "bad_request");
    assert_eq!(refused["errors"][0]["pointer"], "/pairing");
}

#[tokio::test]
async fn the_office_edits_the_table_of_fits() {
    let office = PairingOffice::start().await;
    let [one, other] = office.staff;
    office.set(one, &json!({ "specialty": "校医" })).await;
    office.set(other, &json!({ "specialty": "财务会计" })).await;
    let (helper, words) = office.proposed().await;
    assert_eq!(
        helper,
        Some(one),
        "the household's cause is illness: {words}"
    );
    let read = office.client.get("/settings").await.expect(200);
    let fits = read["pairing"]["fits"].as_array().unwrap();
    assert_eq!(fits.len(), 26);
    assert_eq!(
        fits[0],
        json!({ "cause": "illness", "skill": "medicine", "cost": 0 })
    );
    let mut settings = read.clone();
    let mut put = async |fits: Value| {
        settings["pairing"]["fits"] = fits;
        office
            .client
            .put("/settings")
            .if_match("*")
            .json(&settings)
            .await
    };
    let row = |skill: &str, cost: i64| json!({ "cause": "illness", "skill": skill, "cost": cost });
    put(json!([row("finance", 3), row("finance", 4)]))
        .await
        .expect_problem(422, "fit_twice");
    put(json!([row("finance", -1)]))
        .await
        .expect_problem(400, "bad_request");
    put(json!([row("magic", 1)]))
        .await
        .expect_problem(400, "bad_request");
    put(json!([row("finance", 3)])).await.expect(200);
    let (helper, words) = office.proposed().await;
    assert_eq!(helper, Some(other), "{words}");
    let mut tx = office.server.db.read().await.unwrap();
    let kept = history::of(&mut tx, "settings", "office").await.unwrap();
    assert_eq!(kept[0].before.0["pairing"]["fits"], read["pairing"]["fits"]);
}

#[tokio::test]
async fn settings_are_replaced_whole_and_those_that_were_are_kept() {
    let (server, office) = TestServer::start_with_office().await;
    let mut settings = office.get("/settings").await.expect(200);
    assert_eq!(settings["publicity_days"], 7);
    settings["publicity_days"] = 10.into();
    settings["capacity_by_rank"]["ordinary"] = 2.into();
    office
        .put("/settings")
        .if_match("\"0\"")
        .json(&settings)
        .await
        .expect(200);
    assert_eq!(office.get("/settings").await.expect(200), settings);
    settings["publicity_days"] = 6.into();
    office
        .put("/settings")
        .if_match("\"1\"")
        .json(&settings)
        .await
        .expect_problem(400, "bad_request");
    let mut tx = server.db.read().await.unwrap();
    let history = qianshou::access::history::of(&mut tx, "settings", "office")
        .await
        .unwrap();
    assert_eq!(history[0].before.0["publicity_days"], 7);
}
