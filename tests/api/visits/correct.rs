//! Correcting a visit, and what it was before.

use qianshou::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::helped_household::{HelpedHousehold, visit_path, with_changes};
use crate::support::{Client, complete_household};

#[tokio::test]
async fn a_correction_keeps_the_former_text() {
    let office = HelpedHousehold::open().await;
    let before = office.log(&office.visit()).await;
    let answer = office
        .helper
        .patch(&visit_path(&before))
        .if_match("\"1\"")
        .json(
            &json!({ "reason": "金额写错", "note": null, "wishes": "想学养鸡",
            "benefits": [{ "kind": "goods", "description": "米" }] }),
        )
        .await;
    assert_eq!(answer.header("etag"), "\"2\"");
    let after = answer.expect(200);
    assert_eq!(after["wishes"], "想学养鸡");
    assert_eq!(after.get("note"), None);
    assert_eq!(after["measures"], before["measures"]);
    assert_eq!(
        office.helper.get(&visit_path(&before)).await.expect(200),
        after
    );

    let history = office
        .helper
        .get(&format!("{}/history", visit_path(&before)))
        .await
        .expect(200);
    let items = history["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["version"], 1);
    assert_eq!(items[0]["reason"], "金额写错");
    assert_eq!(items[0]["corrected_by"], office.helper.username);
    assert_eq!(items[0]["visit"], before);

    // What the office corrects after it is kept with it, the newest first.
    let clerk = &office.clerk;
    clerk
        .patch(&visit_path(&before))
        .if_match("\"2\"")
        .json(&json!({ "reason": "补记", "note": "再次核对" }))
        .await
        .expect(200);
    let history = clerk
        .get(&format!("{}/history", visit_path(&before)))
        .await
        .expect(200);
    assert_eq!(history["items"][0]["visit"], after);
    assert_eq!(history["items"][1]["visit"], before);
    assert_eq!(history["items"][0]["corrected_by"], clerk.username);
}

#[tokio::test]
async fn a_masked_number_is_neither_shown_by_other_words_nor_given_to_another() {
    let office = HelpedHousehold::open().await;
    let told = "出生于1949-12-31，身份证尾号0022，账号101234567890";
    let parents = "父320999194912310022，母320999195012310022";
    let gift = |to: &str| json!({ "kind": "money", "amount_fen": 1, "description": to });
    let gifts = json!([
        gift("给父320999194912310022"),
        gift("给母320999195012310022")
    ]);
    let visit = json!({ "note": told, "wishes": parents, "benefits": gifts });
    let visit = office.log(&with_changes(office.visit(), visit)).await;
    for (correction, pointer) in [
        (
            json!({ "note": "日期1949-**-**，有****，编号101*******90" }),
            "/note",
        ),
        (
            json!({ "wishes": "母320*************22，父320*************22" }),
            "/wishes",
        ),
        (
            json!({ "benefits": [gift("给母320*************22")] }),
            "/benefits",
        ),
    ] {
        let refused = office
            .helper
            .patch(&visit_path(&visit))
            .if_match("\"1\"")
            .json(&with_changes(correction, json!({ "reason": "改" })))
            .await
            .expect_problem(422, "masked_number_moved");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    let seen = office.helper.get(&visit_path(&visit)).await.expect(200);
    let note = format!("{}。已核实", seen["note"].as_str().unwrap());
    let correction = json!({
        "reason": "补记", "note": note, "wishes": seen["wishes"], "benefits": seen["benefits"],
    });
    office
        .helper
        .patch(&visit_path(&visit))
        .if_match("\"1\"")
        .json(&correction)
        .await
        .expect(200);
    let clerk = &office.clerk;
    let whole = clerk.get(&visit_path(&visit)).await.expect(200);
    assert_eq!(whole["note"], format!("{told}。已核实"));
    assert_eq!(whole["wishes"], parents);
    assert_eq!(whole["benefits"], gifts);

    let path = format!("/households/{}/plans", office.household);
    let plan = |approach: &str| json!({ "approach": approach, "measures": ["health"], "decided_on": office.server.days_ago(0) });
    clerk.post(&path).json(&plan(told)).await.expect(201);
    let moved = plan("日期1949-**-**，编号101*******90");
    let refused = office.helper.post(&path).json(&moved).await;
    assert_eq!(
        refused.expect_problem(422, "masked_number_moved")["errors"][0]["pointer"],
        "/approach"
    );
}

#[tokio::test]
async fn a_correction_needs_the_latest_version_and_a_reason() {
    let office = HelpedHousehold::open().await;
    let visit = office.log(&office.visit()).await;
    let tomorrow = office.server.app.today().succ_opt().unwrap();
    let patch = |body: Value| office.helper.patch(&visit_path(&visit)).json(&body);
    let right = json!({ "reason": "补记", "note": "新的备注" });
    patch(right.clone())
        .await
        .expect_problem(428, "if_match_required");
    patch(right.clone())
        .if_match("\"7\"")
        .await
        .expect_problem(412, "changed_meanwhile");
    for (body, status, code) in [
        (json!({ "note": "新的备注" }), 400, "bad_request"),
        (
            json!({ "reason": "", "note": "新的备注" }),
            400,
            "bad_request",
        ),
        (json!({ "reason": " 　", "note": "新的备注" }), 422, "empty"),
        (json!({ "reason": "补记" }), 422, "nothing_changed"),
        (
            json!({ "reason": "补记", "note": " 家中干净整洁 " }),
            422,
            "nothing_changed",
        ),
        (
            json!({ "reason": "改日期", "visited_on": tomorrow }),
            422,
            "date_in_future",
        ),
        (
            json!({ "reason": "改日期", "visited_on": null }),
            422,
            "cannot_clear",
        ),
        (
            json!({ "reason": "改日期", "visited_on": office.server.days_ago(400) }),
            422,
            "other_helper_on_day",
        ),
        (
            json!({ "reason": "没见到人", "met": null }),
            422,
            "met_required",
        ),
    ] {
        patch(body)
            .if_match("\"1\"")
            .await
            .expect_problem(status, code);
    }
    patch(right.clone()).if_match("\"1\"").await.expect(200);
    patch(right)
        .if_match("\"1\"")
        .await
        .expect_problem(412, "changed_meanwhile");
}

#[tokio::test]
async fn two_corrections_at_once_do_not_overwrite_each_other() {
    let office = HelpedHousehold::open().await;
    let visit = office.log(&office.visit()).await;
    let calls = (0..6).map(|number| {
        let call = office
            .helper
            .patch(&visit_path(&visit))
            .if_match("\"1\"")
            .json(&json!({ "reason": "补记", "note": format!("第 {number} 个人的备注") }));
        tokio::spawn(async move { call.await.status })
    });
    let mut statuses = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        statuses.push(call.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
}

#[tokio::test]
async fn only_those_concerned_see_and_correct_a_visit() {
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    let household = server.add_household(complete_household("李桂英")).await;
    let former = server.client(Role::Helper).await;
    server
        .pair_until(
            household,
            former.staff_id.unwrap(),
            server.days_ago(90),
            server.days_ago(9),
        )
        .await;
    server
        .pair(household, office.staff, server.days_ago(9))
        .await;
    let visit = former
        .post(&format!("/households/{household}/visits"))
        .key("1")
        .json(&office.visit_days_ago(20))
        .await
        .expect(201);
    let correct = |client: &Client, note: &str| {
        client
            .patch(&visit_path(&visit))
            .if_match("*")
            .json(&json!({ "reason": "补记", "note": note }))
    };
    // Who helps now reads what was done before them, but it is not theirs to change.
    assert_eq!(
        office.helper.get(&visit_path(&visit)).await.expect(200),
        visit
    );
    correct(&office.helper, "甲")
        .await
        .expect_problem(403, "not_your_visit");
    // Who made the visit neither reads nor corrects it now that the household is no longer theirs.
    correct(&former, "乙")
        .await
        .expect_problem(404, "not_found");
    // And the office cannot move it to a day on which it would have been another's.
    let clerk = &office.clerk;
    for (days, status) in [(8, 422), (9, 200), (91, 422), (90, 200)] {
        let answer = clerk
            .patch(&visit_path(&visit))
            .if_match("*")
            .json(&json!({ "reason": "日期写错", "visited_on": server.days_ago(days) }))
            .await;
        let code = answer.expect(status)["code"].clone();
        assert!(status == 200 || code == "other_helper_on_day", "{code}");
    }
    let stranger = server.client(Role::Helper).await;
    for other in [&stranger, &former] {
        correct(other, "丙").await.expect_problem(404, "not_found");
        for path in [
            visit_path(&visit),
            format!("{}/history", visit_path(&visit)),
        ] {
            other.get(&path).await.expect_problem(404, "not_found");
        }
    }
    office
        .helper
        .get(&format!("/visits/{}", Uuid::now_v7()))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_visit_is_not_his_who_only_typed_it() {
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    let clerk = server.client(Role::Office).await;
    let visit = clerk
        .post(&office.visits())
        .key("1")
        .json(&office.visit())
        .await
        .expect(201);
    let administrator = server.client(Role::Administrator).await;
    let staff = server.add_staff().await;
    administrator
        .patch(&format!("/accounts/{}", clerk.account_id.unwrap()))
        .if_match("*")
        .json(&json!({ "role": "helper", "staff_id": staff }))
        .await
        .expect(200);
    let clerk = server.log_in(&clerk.username).await;
    let correct = async || {
        let body = json!({ "reason": "录入有误", "note": "改正" });
        clerk
            .patch(&visit_path(&visit))
            .if_match("*")
            .json(&body)
            .await
    };
    // The office's rights went with the role; the visit is the helper's.
    correct().await.expect_problem(404, "not_found");
    clerk
        .post(&office.visits())
        .key("2")
        .json(&office.visit())
        .await
        .expect_problem(404, "not_found");
    let body = json!({ "household_id": office.household, "staff_id": staff, "reason": "协助" });
    let assistance = office.clerk.post("/assistances").json(&body).await;
    assistance.expect(201);
    correct().await.expect_problem(403, "not_your_visit");
}
