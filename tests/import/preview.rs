//! The preview of an import: what would change, and the choices of the office.

use qianshou::access::Role;
use qianshou::household::Health;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::roster::{
    HOUSEHOLDS, household_id, import_path, numbered_household, roster_of, wait_until_tidied,
};

#[tokio::test]
async fn the_preview_says_what_would_change_field_by_field() {
    let (server, office) = TestServer::start_with_office().await;
    let (mut one, two, three) = (
        numbered_household("A1"),
        numbered_household("A2"),
        numbered_household("A3"),
    );
    let first = office
        .import(HOUSEHOLDS, roster_of(&[one.clone(), two.clone(), three]))
        .await;
    assert_eq!(first["state"], "committed");
    wait_until_tidied(&server.db).await;

    one.income_per_head_fen = Some(700_050);
    one.members[1].health = Some(Health::Disabled);
    let new = numbered_household("A4");
    let bytes = roster_of(&[one.clone(), two, new.clone()]);
    let preview = office.preview(HOUSEHOLDS, bytes).await;
    assert_eq!(
        preview["report"]["households"],
        json!({ "new": 1, "changed": 1, "unchanged": 1, "absent": 1, "conflicting": 0, "left_out": 0 }),
        "{preview:#}"
    );
    let kind = &preview["report"]["kinds"][0];
    assert!(kind["count"].as_i64().unwrap() > 0, "{preview:#}");
    assert_eq!(kind["code"], kind["first"]["code"]);
    let columns = preview["report"]["sheets"][0]["columns"]
        .as_array()
        .unwrap();
    assert!(columns.iter().any(|column| column["field"] == "health"));

    let expect = async |done: bool| {
        let changes = office
            .get(&import_path(&preview, "/changes"))
            .await
            .expect(200);
        let items = changes["items"].as_array().unwrap();
        assert_eq!(items.len(), 2, "unchanged ones are no changes: {changes:#}");
        assert_eq!(items[0]["action"], "changed");
        assert_eq!(items[0]["number"], "A1");
        assert_eq!(items[0]["name"], "王大山");
        assert_eq!(items[0]["place"], "名册!2");
        let told: Vec<_> = items[0]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| {
                let text = |key: &str| change[key].as_str().unwrap_or_default();
                (text("label"), text("old_words"), text("new_words"))
            })
            .collect();
        assert_eq!(
            told,
            [
                ("年人均纯收入(元)", "6800.00 元", "7000.50 元"),
                ("李秀英 健康状况", "", "残疾")
            ],
            "done: {done}"
        );
        assert_eq!(items[1]["action"], "new");
        assert_eq!(items[1]["number"], "A4");
        assert_eq!(items[1]["changes"], json!([]));
        let only = office
            .get(&import_path(&preview, "/changes"))
            .query(&[("action", "unchanged")])
            .await
            .expect(200);
        assert_eq!(only["items"][0]["number"], "A2");
        let absent = office
            .get(&import_path(&preview, "/absent"))
            .await
            .expect(200);
        assert_eq!(absent["items"][0]["number"], "A3");
        assert_eq!(absent["items"].as_array().unwrap().len(), 1);
    };
    expect(false).await;
    office.commit(&preview).await.expect(200);
    wait_until_tidied(&server.db).await;
    // The record of it stays, also when the household has changed since.
    let id = household_id(&server, "A1").await;
    server
        .change_household(id, |facts| facts.remark = Some("后来".to_owned()))
        .await;
    expect(true).await;

    // Pages hold together.
    let page = office
        .get(&import_path(&preview, "/changes"))
        .query(&[("limit", "1")])
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = office
        .get(&import_path(&preview, "/changes"))
        .query(&[("limit", "1"), ("cursor", cursor)])
        .await
        .expect(200);
    assert_eq!(page["items"][0]["number"], "A4");
    assert_eq!(page["next_cursor"], Value::Null);

    // Each household shows what each import changed.
    let history = office
        .get(&format!("/households/{id}/history"))
        .await
        .expect(200);
    assert_eq!(history["items"][1]["import_id"], preview["id"]);
    assert_eq!(
        history["items"][1]["changes"][0]["label"],
        "年人均纯收入(元)"
    );
}

#[tokio::test]
async fn choices_are_merged_and_the_file_is_checked_again() {
    let (_server, office) = TestServer::start_with_office().await;
    let preview = office
        .preview(HOUSEHOLDS, roster_of(&[numbered_household("C1")]))
        .await;
    let path = import_path(&preview, "");
    let patch = json!({ "choices": { "decisions": [{ "conflict": "moved", "accept": true }] } });
    office
        .patch(&path)
        .json(&patch)
        .await
        .expect_problem(428, "if_match_required");
    office
        .patch(&path)
        .if_match("\"0\"")
        .json(&patch)
        .await
        .expect_problem(412, "changed_meanwhile");
    let tag = office.tag(&path).await;
    let answer = office.patch(&path).if_match(&tag).json(&patch).await;
    let again = office.checked(&answer).await;
    assert_eq!(again["state"], "ready");
    assert_eq!(again["choices"]["decisions"][0]["conflict"], "moved");
    assert!(again["version"].as_i64() > preview["version"].as_i64());
    // Who has looked at the preview before cannot commit the one that came after.
    office
        .post(&import_path(&preview, "/commit"))
        .if_match(&tag)
        .json(&json!({}))
        .await
        .expect_problem(412, "changed_meanwhile");
    let again = office.choose(&preview, json!({ "sheets": ["名册"] })).await;
    assert_eq!(again["choices"]["sheets"], json!(["名册"]));
    assert_eq!(
        again["choices"]["decisions"][0]["conflict"], "moved",
        "what the patch does not speak of stays"
    );
    office.commit(&preview).await.expect(200);
    let tag = office.tag(&path).await;
    office
        .patch(&path)
        .if_match(&tag)
        .json(&patch)
        .await
        .expect_problem(409, "import_ended");
    office
        .post(&import_path(&preview, "/check"))
        .await
        .expect_problem(409, "import_ended");
}

#[tokio::test]
async fn only_who_keeps_the_register_sees_and_does_any_of_it() {
    let (server, office) = TestServer::start_with_office().await;
    let preview = office
        .preview(HOUSEHOLDS, roster_of(&[numbered_household("D1")]))
        .await;
    for role in [Role::Helper, Role::Leader] {
        let client = server.client(role).await;
        for what in [
            "",
            "/problems",
            "/changes",
            "/absent",
            "/file",
            "/marked-file",
            "/undo",
            "/events",
        ] {
            let answer = client.get(&import_path(&preview, what)).await;
            answer.expect_problem(403, "forbidden");
        }
        for what in ["/check", "/cancel", "/undo"] {
            let answer = client.post(&import_path(&preview, what)).await;
            answer.expect_problem(403, "forbidden");
        }
        client
            .commit(&preview)
            .await
            .expect_problem(403, "forbidden");
    }
    let unknown = json!({ "id": Uuid::nil() });
    office
        .commit(&unknown)
        .await
        .expect_problem(404, "not_found");
}
