//! A list of pairs as a job: followed, looked at, committed, cancelled, with the choices that it takes.

use std::time::{Duration, Instant};

use qianshou::on;
use qianshou::roster::marked::PROBLEMS_SHEET;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::database::count_rows;
use crate::support::pairing::{
    PAIR_LISTS, current_pairings, household_with_head, pair_by_hand, pair_list, pair_list_under,
    preview_pair_list, send_pair_list, staff_number, take_pair_list,
};
use crate::support::roster::{import_path, problem_codes};
use crate::support::staff::{add_person, change_person};
use crate::support::{Client, TestServer};

/// An office with three households and one helper.
struct Office {
    server: TestServer,
    client: Client,
    households: [Uuid; 3],
    helper: Uuid,
    number: String,
}

impl Office {
    async fn open() -> Self {
        let (server, client) = TestServer::start_with_office().await;
        let helper = add_person(&server, "东圩小学", "王芳").await;
        let number = staff_number(&client, helper).await;
        let mut households = [Uuid::nil(); 3];
        for (id, (number, head)) in
            households
                .iter_mut()
                .zip([("QH001", "赵一"), ("QH002", "钱二"), ("QH003", "孙三")])
        {
            *id = household_with_head(&server, number, head).await.0;
        }
        Self {
            server,
            client,
            households,
            helper,
            number,
        }
    }

    /// A list of these households, each with a helper of this 工号.
    fn list(rows: &[(&str, &str)]) -> Vec<u8> {
        let rows: Vec<_> = rows
            .iter()
            .map(|(household, helper)| ["", *household, "", "", *helper, "", "", "", ""])
            .collect();
        pair_list(&rows)
    }

    /// A list of the first two households with the helper.
    fn two(&self) -> Vec<u8> {
        Self::list(&[("QH001", &self.number), ("QH002", &self.number)])
    }

    async fn paired(&self) -> usize {
        current_pairings(&self.client).await.len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_kept_followed_looked_at_and_committed() {
    let office = Office::open().await;
    let client = &office.client;
    office
        .server
        .pair(
            office.households[2],
            office.helper,
            office.server.days_ago(9),
        )
        .await;
    let rows = [
        ("QH001", office.number.as_str()),
        ("QH002", &office.number),
        ("QH003", &office.number),
    ];
    let answer = send_pair_list(client, Office::list(&rows)).await;
    let queued = answer.expect(202);
    assert_eq!(queued["kind"], "pairings");
    assert_eq!(queued["file_name"], "结对表.xlsx");
    let path = import_path(&queued, "");
    assert_eq!(answer.header("location"), format!("/api/v1{path}"));
    assert_eq!(answer.header("etag"), "\"1\"");
    let events = client.get(&import_path(&queued, "/events")).await.text();
    let last = events.lines().rfind(|line| line.starts_with("data: "));
    let last: Value = serde_json::from_str(&last.unwrap()["data: ".len()..]).unwrap();
    assert_eq!(
        (&last["state"], &last["done"], &last["total"]),
        (&json!("ready"), &json!(3), &json!(3)),
        "{events}"
    );
    let ready = client.get(&path).await.expect(200);
    assert_eq!(ready["message"], "核对通过：将新结对 2 户，已有 1 户");
    let counts = &ready["report"]["pairings"];
    assert_eq!(
        (&counts["new"], &counts["unchanged"], &counts["changed"]),
        (&json!(2), &json!(1), &json!(0)),
        "{ready:#}"
    );
    assert_eq!(office.paired().await, 1, "nothing is written yet");

    let changes = client
        .items(&import_path(&queued, "/changes?limit=1"))
        .await;
    let change = &changes[0];
    assert_eq!(change["id"], json!(office.households[0]));
    assert_eq!(
        (&change["action"], &change["place"], &change["number"]),
        (&json!("new"), &json!("结对表!3"), &json!("QH001"))
    );
    assert_eq!(
        (&change["name"], &change["good"]),
        (&json!("赵一"), &json!(true))
    );
    let field = &change["changes"][0];
    assert_eq!(
        (&field["label"], &field["new"], field.get("old")),
        (&json!("责任人姓名"), &json!("王芳"), None),
        "{change:#}"
    );
    let today = json!(office.server.app.today());
    assert_eq!(change["changes"][1]["new"], today, "{change:#}");
    let every = client.items(&import_path(&queued, "/changes")).await;
    assert_eq!(every.len(), 2, "{every:#?}");
    let same = client
        .items(&import_path(&queued, "/changes?action=unchanged"))
        .await;
    assert_eq!(same[0]["number"], "QH003");
    let absent = client.items(&import_path(&queued, "/absent")).await;
    assert_eq!(absent, Vec::<Value>::new());

    let done = client.commit(&queued).await.expect(200);
    assert_eq!(done["message"], "导入完成：新结对 2 户，已有 1 户");
    assert_eq!(office.paired().await, 3);
    // The record stays when what the rows say is forgotten.
    wait_until_forgotten(&office.server).await;
    let kept = client.items(&import_path(&queued, "/changes")).await;
    assert_eq!(kept, every);
    let listed = client.items("/imports").await;
    assert_eq!(listed[0]["kind"], "pairings");
    for answer in [
        client.get(&import_path(&queued, "/undo")).await,
        client.post(&import_path(&queued, "/undo")).await,
    ] {
        let problem = answer.expect_problem(409, "import_not_undoable");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("endPairing"), "{detail}");
    }
    assert_eq!(office.paired().await, 3);
}

/// Waits until nothing is kept of what the rows of lists say.
async fn wait_until_forgotten(server: &TestServer) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let mut tx = server.db.read().await.unwrap();
        let said: i64 = on!(&mut tx, connection => sqlx::query_scalar(
            "SELECT count(*) FROM import_pairing WHERE said IS NOT NULL",
        )
        .fetch_one(connection)
        .await)
        .unwrap();
        drop(tx);
        if said == 0 {
            return;
        }
        assert!(Instant::now() < deadline, "{said} rows stay");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_the_check_stops_the_commit() {
    let office = Office::open().await;
    let client = &office.client;
    let other = add_person(&office.server, "东圩小学", "李强").await;
    let others = staff_number(client, other).await;
    let rows = [("QH001", others.as_str()), ("QH002", &office.number)];
    let preview = preview_pair_list(client, Office::list(&rows)).await;
    change_person(client, other, &json!({ "active": false })).await;
    let refused = client.commit(&preview).await;
    let problem = refused.expect_problem(409, "register_changed");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{problem:#}");
    let detail = errors[0]["detail"].as_str().unwrap();
    assert!(
        detail.starts_with(&format!("结对表!3 QH001、{others}：此人已停用或离岗")),
        "{detail}"
    );
    assert_eq!(office.paired().await, 0, "none of all");
    // Checked again, the row is told, and can be left out.
    let answer = client.post(&import_path(&preview, "/check")).await;
    let again = client.report_of(&client.checked(&answer).await).await;
    assert_eq!(problem_codes(&again), ["helper_inactive"]);
    assert_eq!(again["left_out"], 1);
    client
        .commit(&again)
        .await
        .expect_problem(422, "import_has_errors");
    assert_eq!(office.paired().await, 0);
    let commit = client.post(&import_path(&again, "/commit"));
    let done = commit.json(&json!({ "good_rows_only": true })).await;
    let done = done.expect(200);
    assert_eq!(
        done["message"],
        "导入完成（只导入没有问题的行）：新结对 1 户，已有 0 户；1 户未导入"
    );
    let now = current_pairings(client).await;
    assert_eq!(now.len(), 1);
    assert_eq!(now[0]["household_id"], json!(office.households[1]));
}

/// A pair that someone made meanwhile is not made again, nor taken for one that the list has made.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_paired_meanwhile_stops_the_commit() {
    let office = Office::open().await;
    let client = &office.client;
    let other = add_person(&office.server, "东圩小学", "李强").await;
    for (at, helper, words) in [
        (0, office.helper, "该户的结对情况已有变动"),
        (1, other, "该户已有帮扶责任人“李强”"),
    ] {
        let number = ["QH001", "QH002"][at];
        let list = Office::list(&[(number, &office.number)]);
        let preview = preview_pair_list(client, list).await;
        pair_by_hand(client, office.households[at], helper)
            .await
            .expect(201);
        let refused = client.commit(&preview).await;
        let problem = refused.expect_problem(409, "register_changed");
        let detail = problem["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{detail}");
    }
    // One that held ends: it would be a new one now.
    let list = Office::list(&[("QH001", &office.number)]);
    let preview = preview_pair_list(client, list).await;
    assert_eq!(preview["pairings"]["unchanged"], 1);
    let now = current_pairings(client).await;
    let pairing = now
        .iter()
        .find(|one| one["household_id"] == json!(office.households[0]));
    let path = format!("/pairings/{}/end", pairing.unwrap()["id"].as_str().unwrap());
    let end = json!({ "reason": "分工调整" });
    client.post(&path).json(&end).await.expect(200);
    let refused = client.commit(&preview).await;
    refused.expect_problem(409, "register_changed");
    let answer = client.post(&import_path(&preview, "/check")).await;
    let again = client.checked(&answer).await;
    client.commit(&again).await.expect(200);
    assert_eq!(office.paired().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_problems_come_in_pages_and_marked_in_the_file() {
    let office = Office::open().await;
    let client = &office.client;
    let rows: Vec<_> = (0..5).map(|_| ("QH404", office.number.as_str())).collect();
    let sent = Office::list(&rows);
    let preview = preview_pair_list(client, sent.clone()).await;
    assert_eq!(preview["error_count"], 5);
    assert_eq!(preview["groups"].as_array().unwrap().len(), 1);
    let path = import_path(&preview, "/problems?code=unknown_household");
    let problems = client.paged(&path, 2).await;
    let cells: Vec<_> = problems.iter().map(|it| it["cell"].clone()).collect();
    assert_eq!(cells, ["B3", "B4", "B5", "B6", "B7"]);
    let marked = client.get(&import_path(&preview, "/marked-file")).await;
    marked.expect(200);
    let mut workbook: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(marked.bytes.clone())).unwrap();
    let list = calamine::Reader::worksheet_range(&mut workbook, PROBLEMS_SHEET).unwrap();
    let told = |cell: &str| {
        let mut rows = list.rows();
        rows.any(|row| row.iter().any(|value| value.to_string().contains(cell)))
    };
    assert!(told("B3") && told("B7"), "{list:?}");
    // Sent again as it came back, it is the same list.
    let again = preview_pair_list(client, marked.bytes.clone()).await;
    assert_eq!(
        (&again["rows"], &again["error_count"]),
        (&json!(5), &json!(5)),
        "{again:#}"
    );
    let same = client.get(&import_path(&preview, "/file")).await;
    assert!(same.bytes == sent, "the file as it was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_list_leaves_nothing_but_its_record() {
    let office = Office::open().await;
    let client = &office.client;
    let preview = preview_pair_list(client, office.two()).await;
    assert_eq!(count_rows(&office.server.db, "import_pairing").await, 2);
    let cancelled = client.post(&import_path(&preview, "/cancel")).await;
    assert_eq!(cancelled.expect(200)["state"], "cancelled");
    client
        .commit(&preview)
        .await
        .expect_problem(409, "import_not_ready");
    let deadline = Instant::now() + Duration::from_secs(30);
    while count_rows(&office.server.db, "import_pairing").await > 0 {
        assert!(Instant::now() < deadline, "its plan stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(office.paired().await, 0);
}

/// What only rosters know is refused, and what a list of pairs knows works.
#[tokio::test(flavor = "multi_thread")]
async fn choices_work_or_are_refused() {
    let office = Office::open().await;
    let client = &office.client;
    let list = pair_list_under(&["户编号", "帮扶者"], &[&["QH00l", &office.number]]);
    let preview = preview_pair_list(client, list.clone()).await;
    assert_eq!(preview["pairings"]["new"], 0, "{preview:#}");
    let path = import_path(&preview, "");
    let patch = async |choices: Value| {
        let tag = client.tag(&path).await;
        let call = client.patch(&path).if_match(&tag);
        call.json(&json!({ "choices": choices })).await
    };
    for (choices, code) in [
        (json!({ "clear_empty": ["remark"] }), "unknown_field"),
        (json!({ "clear_empty": ["*"] }), "unknown_field"),
        (
            json!({ "decisions": [{ "conflict": "left", "accept": true }] }),
            "unknown_choice",
        ),
        (
            json!({ "decisions": [{ "conflict": "sections", "accept": true }] }),
            "unknown_choice",
        ),
        (
            json!({ "columns": [{ "heading": "帮扶者", "field": "identity_number" }] }),
            "unknown_choice",
        ),
        (json!({ "sheets": ["别的表"] }), "unknown_choice"),
    ] {
        patch(choices.clone()).await.expect_problem(422, code);
    }
    let columns = json!([{ "heading": "帮扶者", "field": "staff_number" }]);
    let corrections = json!([{ "sheet": "结对表", "cell": "A2", "value": "QH001" }]);
    let chosen = json!({ "columns": columns, "corrections": corrections });
    let chosen = client.choose(&preview, chosen).await;
    assert_eq!(chosen["report"]["pairings"]["new"], 1, "{chosen:#}");

    // The same meaning of the column, saved under a name, goes for this file and the next one.
    let profile = json!({ "kind": "pairings", "name": "镇里的表", "columns": columns });
    let profile = client.post("/import-profiles").json(&profile).await;
    let id = profile.expect(201)["id"].as_str().unwrap().to_owned();
    let list = pair_list_under(&["户编号", "帮扶者"], &[&["QH002", &office.number]]);
    let sent = client
        .post(&format!("{PAIR_LISTS}?profile_id={id}"))
        .file("二.xlsx", crate::support::XLSX, list)
        .await;
    let import = client.checked(&sent).await;
    assert_eq!(import["report"]["pairings"]["new"], 1, "{import:#}");
    let wrong = json!({ "kind": "pairings", "name": "错", "columns": [{ "heading": "甲", "field": "relation" }] });
    client
        .post("/import-profiles")
        .json(&wrong)
        .await
        .expect_problem(422, "no_such_field");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_list_can_be_checked_again() {
    let office = Office::open().await;
    let client = &office.client;
    let preview = preview_pair_list(client, office.two()).await;
    let week_later = office.server.app.now() + chrono::TimeDelta::days(1);
    let id = preview["id"].as_str().unwrap().parse().unwrap();
    qianshou::import::worker::expire(&office.server.app, id, week_later)
        .await
        .unwrap();
    client
        .commit(&preview)
        .await
        .expect_problem(409, "import_not_ready");
    let answer = client.post(&import_path(&preview, "/check")).await;
    let again = client.checked(&answer).await;
    client.commit(&again).await.expect(200);
    assert_eq!(office.paired().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pair_that_holds_is_told_and_stays() {
    let office = Office::open().await;
    take_pair_list(&office.client, office.two()).await;
    let again = preview_pair_list(&office.client, office.two()).await;
    assert_eq!(
        again["message"],
        "文件所列内容与现有登记一致（新结对 0 户，已有 2 户）"
    );
    let done = office.client.commit(&again).await.expect(200);
    assert_eq!(done["state"], "committed");
    assert_eq!(office.paired().await, 2);
}
