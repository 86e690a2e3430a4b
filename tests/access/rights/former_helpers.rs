//! What a helper may still do after the end of a pairing.

use serde_json::json;

use crate::support::settings::change_settings;
use crate::support::world::World;

#[tokio::test]
async fn who_was_replaced_hands_in_visits_of_his_days_for_a_time_and_nothing_else() {
    let world = World::start().await;
    let (server, office, helper) = (&world.server, &world.office, &world.helper);
    let id = world.record("households");
    let me = helper.staff_id.unwrap();
    let logged = |ago: u64, key: &str| {
        let visit = json!({ "visited_on": server.days_ago(ago), "kind": "phone" });
        let path = format!("/households/{id}/visits");
        helper.post(&path).key(key).json(&visit)
    };
    let own = logged(20, "a").await.expect(201);
    let pairing = format!("/pairings?staff_id={me}&current=true");
    let pairing = office.get(&pairing).await.expect(200)["items"][0].clone();
    let ends = json!({ "date": server.days_ago(5), "reason": "换人" });
    let end = format!("/pairings/{}/end", pairing["id"].as_str().unwrap());
    office.post(&end).json(&ends).await.expect(200);

    // Sent again, the same answer; a new one of their days is taken, and of no other day.
    assert_eq!(logged(20, "a").await.expect(201), own);
    let late = logged(6, "b").await.expect(201);
    assert_eq!(late["staff_id"], json!(me));
    for (ago, key) in [(4, "c"), (101, "d")] {
        let refused = logged(ago, key).await;
        let problem = refused.expect_problem(403, "not_your_household");
        let days = format!("{} 至 {}", server.days_ago(100), server.days_ago(5));
        assert!(
            problem["detail"].as_str().unwrap().contains(&days),
            "{problem}"
        );
    }
    let all = helper.get("/pairings").await.expect(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 1, "to hand in by");

    // Nothing is read, corrected, noted, planned or proposed.
    let visit = format!("/visits/{}", late["id"].as_str().unwrap());
    let note = format!(
        "/pairings/{}/handover-notes",
        pairing["id"].as_str().unwrap()
    );
    let path = format!("/households/{id}");
    let today = server.app.today();
    for call in [
        helper.get(&path),
        helper.get(&format!("{path}/history")),
        helper.get(&format!("{path}/helper")),
        helper.get(&format!("{path}/method")),
        helper.get(&format!("{path}/plans")),
        helper.get(&visit),
        helper.get(&format!("{visit}/history")),
        helper.get(&format!("/lifts/{}", world.record("lifts"))),
        helper
            .patch(&visit)
            .if_match("*")
            .json(&json!({ "reason": "错字", "note": "改" })),
        helper.post(&note).json(&json!({ "text": "补充" })),
        helper.post(&format!(
            "/handover-notes/{}/read",
            world.record("handover-notes")
        )),
        helper
            .post(&format!("{path}/plans"))
            .json(&json!({ "approach": "先治病", "measures": ["health"], "decided_on": today })),
        helper
            .post(&format!("{path}/lifts"))
            .json(&json!({ "date": today, "person": "组" })),
    ] {
        call.await.expect_problem(404, "not_found");
    }
    for list in [
        "/households",
        "/visits",
        "/method",
        "/lifts",
        "/handover-notes",
    ] {
        let page = helper.get(list).await.expect(200);
        assert_eq!(page["items"], json!([]), "{list}");
    }

    // The office sets for how long.
    for (days, open) in [(5, true), (4, false), (0, false)] {
        change_settings(office, |settings| settings["hand_in_days"] = json!(days)).await;
        let again = logged(20, "a").await;
        let new = logged(7, &format!("{days} days")).await;
        let listed = helper.get("/pairings").await.expect(200);
        let listed = listed["items"].as_array().unwrap().len();
        if open {
            assert_eq!(again.expect(201), own);
            new.expect(201);
            assert_eq!(listed, 1);
        } else {
            for refused in [again, new] {
                let problem = refused.expect_problem(403, "hand_in_over");
                let ended = server.days_ago(5).to_string();
                assert!(
                    problem["detail"].as_str().unwrap().contains(&ended),
                    "{problem}"
                );
            }
            assert_eq!(listed, 0);
        }
    }
    // The office logs it for them.
    let visit = json!({ "visited_on": server.days_ago(8), "kind": "phone" });
    let typed = office.post(&format!("{path}/visits")).key("o").json(&visit);
    assert_eq!(typed.await.expect(201)["staff_id"], json!(me));
}
