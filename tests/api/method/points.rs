//! The six points over HTTP: what each kind of record does to them.

use qianshou::access::Role;
use qianshou::household::{Cause, Health, HouseholdFacts, Member, Relation};
use serde_json::json;
use uuid::Uuid;

use crate::support::helped_household::{HelpedHousehold, all_seen, points_of, states, visit_path};
use crate::support::lifts::{propose_lift, relapse_lift, take_steps};
use crate::support::register::{person, sound_household};
use crate::support::settings::change_settings;
use crate::support::{RosterFile, TestServer, complete_household};

const ALL: [&str; 5] = ["met", "met", "met", "met", "met"];

#[tokio::test]
async fn a_roster_alone_shows_nothing_for_certain() {
    let office = HelpedHousehold::open().await;
    let method = office.points().await;
    assert_eq!(
        states(&method),
        ["stale", "stale", "stale", "stale", "stale", "missing"]
    );
    assert_eq!(method["met"], 0);
    assert_eq!(method["head_name"], "王二喜");
    assert_eq!(method["helper_name"], "张帮扶");
    assert_eq!(method["as_of"], json!(office.server.app.today()));
    for point in method["points"].as_array().unwrap() {
        let shown = &point["evidence"][0];
        assert_eq!(shown["kind"], "roster");
        assert_eq!(shown["id"], json!(office.household));
        let next = point["next_step"].as_str().unwrap();
        assert!(next.contains("张帮扶"), "{next}");
    }
}

#[tokio::test]
async fn a_visit_and_a_plan_make_five_points_met() {
    let office = HelpedHousehold::open().await;
    let visit = office.visit_showing(0, all_seen()).await;
    assert_eq!(
        office.states().await,
        ["met", "met", "met", "stale", "met", "missing"]
    );
    let plan = office.plan(0, &["health", "employment"]).await;
    let method = office.points().await;
    assert_eq!(states(&method)[..5], ALL);
    assert_eq!(method["met"], 5);
    let points = &method["points"];
    assert_eq!(points[0]["evidence"][1]["id"], visit["id"]);
    assert_eq!(points[2]["evidence"][0]["id"], visit["id"]);
    assert_eq!(points[3]["evidence"][0]["id"], plan["id"]);
    assert_eq!(points[4]["evidence"][1]["id"], visit["id"]);
    assert_eq!(points[0]["since"], json!(office.server.days_ago(0)));
    assert!(points[0]["stale_on"].is_string());
    assert_eq!(points[3].get("stale_on"), None);
}

#[tokio::test]
async fn evidence_goes_stale_by_the_settings_of_the_office() {
    let office = HelpedHousehold::open().await;
    office.visit_showing(100, all_seen()).await;
    assert_eq!(
        office.states().await,
        ["met", "met", "met", "stale", "stale", "missing"]
    );
    change_settings(&office.clerk, |settings| {
        settings["wishes_months"] = json!(2);
        settings["follow_up_months"] = json!(6);
    })
    .await;
    assert_eq!(
        office.states().await,
        ["met", "met", "stale", "stale", "met", "missing"]
    );
}

#[tokio::test]
async fn a_roster_with_gaps_says_which() {
    let office = HelpedHousehold::open().await;
    office.visit_showing(0, all_seen()).await;
    office
        .import(|facts| {
            facts.water_safe = None;
            facts.members[0].health = None;
            facts.main_cause = None;
        })
        .await;
    let method = office.points().await;
    assert_eq!(states(&method)[..3], ["missing", "missing", "met"]);
    let next = method["points"][0]["next_step"].as_str().unwrap();
    assert!(next.contains("饮水安全、王二喜的健康状况"), "{next}");
}

#[tokio::test]
async fn a_roster_that_changes_after_the_visit_asks_for_another() {
    let office = HelpedHousehold::open().await;
    office.visit_showing(1, all_seen()).await;
    office.plan(1, &["health", "employment"]).await;
    // What does not touch the points leaves them alone.
    office
        .import(|facts| {
            facts.phone = Some("13800000000".to_owned());
            facts.income_per_head_fen = Some(700_000);
        })
        .await;
    assert_eq!(office.states().await[..5], ALL);
    office
        .import(|facts| facts.members[0].health = Some(Health::Disabled))
        .await;
    assert_eq!(
        office.states().await[..5],
        ["stale", "met", "met", "met", "met"]
    );
    office
        .import(|facts| facts.other_causes.push(Cause::Disability))
        .await;
    let method = office.points().await;
    assert_eq!(
        states(&method)[..5],
        ["stale", "stale", "met", "met", "met"]
    );
    let next = method["points"][1]["next_step"].as_str().unwrap();
    assert!(next.contains("登记的致贫原因已于"), "{next}");
    // Something else later hides neither change.
    office.import(|facts| facts.phone = None).await;
    assert_eq!(office.states().await[..2], ["stale", "stale"]);
    office.visit_showing(0, all_seen()).await;
    assert_eq!(office.states().await[..5], ALL);
}

/// The same through a workbook: sent again it changes no point; with one cell changed it does.
#[tokio::test]
async fn the_same_workbook_again_changes_no_point() {
    let (server, clerk) = TestServer::start_with_office().await;
    let helper = server.client(Role::Helper).await;
    let mut facts = complete_household("王二喜");
    facts.number = Some("320999000001".to_owned());
    facts.members[0] = Member {
        labour: facts.members[0].labour,
        health: facts.members[0].health,
        ..person("王二喜", Relation::Head, "19750301")
    };
    let send = async |facts: &HouseholdFacts| {
        let file = RosterFile::households(std::slice::from_ref(facts)).bytes();
        clerk.import("/imports/households", file).await;
    };
    send(&facts).await;
    let page = clerk.get("/households").await.expect(200);
    let id: Uuid = page["items"][0]["id"].as_str().unwrap().parse().unwrap();
    let staff = helper.staff_id.unwrap();
    server.pair(id, staff, server.days_ago(30)).await;
    let mut visit = all_seen();
    visit["visited_on"] = json!(server.days_ago(1));
    visit["kind"] = json!("phone");
    let call = helper.post(&format!("/households/{id}/visits")).key("1");
    call.json(&visit).await.expect(201);

    let before = points_of(&helper, id).await;
    let five = ["met", "met", "met", "stale", "met"];
    assert_eq!(states(&before)[..5], five);
    send(&facts).await;
    assert_eq!(points_of(&helper, id).await, before);
    facts.members[0].health = Some(Health::SeriousIllness);
    send(&facts).await;
    assert_eq!(states(&points_of(&helper, id).await)[..2], ["stale", "met"]);
}

#[tokio::test]
async fn a_plan_with_other_measures_asks_for_another_follow_up() {
    let office = HelpedHousehold::open().await;
    office.visit_showing(3, all_seen()).await;
    office.plan(2, &["health", "employment"]).await;
    assert_eq!(office.states().await[4], "met");
    office.plan(1, &["health", "water"]).await;
    assert_eq!(office.states().await[3..5], ["met", "stale"]);
    office
        .visit_showing(0, json!({ "measures": ["education"] }))
        .await;
    assert_eq!(office.states().await[4], "stale");
    office
        .visit_showing(0, json!({ "measures": ["water"] }))
        .await;
    assert_eq!(office.states().await[4], "met");
}

#[tokio::test]
async fn a_corrected_visit_shows_what_it_says_now() {
    let office = HelpedHousehold::open().await;
    let visit = office.visit_showing(1, all_seen()).await;
    assert_eq!(office.states().await[0], "met");
    office
        .helper
        .patch(&visit_path(&visit))
        .if_match("\"1\"")
        .json(&json!({ "reason": "并未逐项核对", "situation_confirmed": false, "wishes": null }))
        .await
        .expect(200);
    assert_eq!(office.states().await[..3], ["stale", "met", "stale"]);
}

#[tokio::test]
async fn of_many_visits_the_latest_of_each_kind_counts() {
    let office = HelpedHousehold::open().await;
    office
        .visit_showing(30, json!({ "situation_confirmed": true }))
        .await;
    let latest = office
        .visit_showing(20, json!({ "situation_confirmed": true }))
        .await;
    office
        .visit_showing(10, json!({ "causes_confirmed": true }))
        .await;
    office.visit_showing(5, json!({ "note": "家中无人" })).await;
    let method = office.points().await;
    assert_eq!(states(&method)[..3], ["met", "met", "stale"]);
    assert_eq!(method["points"][0]["evidence"][1]["id"], latest["id"]);
    assert_eq!(
        method["points"][0]["since"],
        json!(office.server.days_ago(20))
    );
}

#[tokio::test]
async fn the_last_point_names_the_next_step_of_the_lift() {
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    let household = server.add_household(sound_household("王大牛")).await;
    server
        .pair(
            household,
            office.helper.staff_id.unwrap(),
            server.days_ago(300),
        )
        .await;
    let lifted = async || points_of(&office.helper, household).await["points"][5].clone();
    let days: Vec<_> = (0..5)
        .map(|step| server.days_ago(50 - 10 * step).to_string())
        .collect();
    let days: Vec<_> = days.iter().map(String::as_str).collect();

    let id = propose_lift(&office.clerk, household, days[0]).await;
    let point = lifted().await;
    assert_eq!(point["state"], "missing");
    assert_eq!(point["evidence"][0]["kind"], "lift");
    assert_eq!(point["evidence"][0]["id"], id);
    let next = point["next_step"].as_str().unwrap();
    assert!(next.contains("下一步“民主评议”"), "{next}");

    take_steps(&office.clerk, &id, &days[1..]).await;
    let point = lifted().await;
    let next = point["next_step"].as_str().unwrap();
    assert!(next.contains("公示满 7 天"), "{next}");
    let today = server.days_ago(0).to_string();
    office
        .clerk
        .post(&format!("/lifts/{id}/steps"))
        .json(&json!({ "step": "approved", "date": today, "person": "县扶贫办" }))
        .await
        .expect(200);
    let point = lifted().await;
    assert_eq!(point["state"], "met");
    assert_eq!(point["since"], today);

    relapse_lift(&office.clerk, &id, &today).await;
    let point = lifted().await;
    assert_eq!(point["state"], "missing");
    assert!(point["next_step"].as_str().unwrap().contains("返贫"));
}
