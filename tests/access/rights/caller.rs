//! A write looks at its caller again: a right that was lost meanwhile is lost.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use qianshou::access::Role;
use qianshou::on;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::database::count_rows;
use crate::support::session::account_path;
use crate::support::{PASSWORD, TestServer};

/// Requests whose tokens were looked at, and that wait for another writer, while that one disables
/// their account.
#[tokio::test]
async fn a_right_that_is_gone_by_the_time_of_the_write_is_gone() {
    let server = TestServer::start().await;
    server.client(Role::Administrator).await;
    let leaving = server.client(Role::Administrator).await;
    let leader = server.client(Role::Leader).await;
    let helper = server.client(Role::Helper).await;
    let staff = helper.staff_id.unwrap();
    let household = server.household_of(staff).await;
    let settings = leaving.get("/settings").await.expect(200);
    let day = server.days_ago(1);
    let visit = json!({ "visited_on": day, "kind": "phone" });
    let post = |path: String, body: Value| {
        let key = Uuid::now_v7().to_string();
        leaving.post(&path).key(&key).json(&body)
    };
    let account = account_path(&leader);
    let calls = vec![
        post(
            "/accounts".to_owned(),
            json!({ "username": "新账号", "role": "office", "password": PASSWORD }),
        ),
        post(format!("{account}/password"), json!({})),
        post(format!("{account}/unlock"), json!({})),
        leaving
            .patch(&account)
            .if_match("*")
            .json(&json!({ "role": "office" })),
        leaving.put("/settings").if_match("*").json(&settings),
        leaving
            .put("/year-plans/2026")
            .if_match("*")
            .json(&json!({ "target": 1, "line_fen": 1 })),
        post(format!("/households/{household}/visits"), visit.clone()),
        post(
            "/visits/batch".to_owned(),
            json!({ "visits": [{ "household_id": household, "idempotency_key": "1", "visit": visit }] }),
        ),
        post(
            format!("/households/{household}/plans"),
            json!({ "approach": "养殖", "measures": ["industry"], "decided_on": day }),
        ),
        post(
            format!("/staff/{staff}/departure"),
            json!({ "kind": "retired", "date": day }),
        ),
        post(
            format!("/staff/{staff}/leaves"),
            json!({ "from_date": day, "to_date": day, "reason": "病假" }),
        ),
        leaving
            .patch(&format!("/staff/{staff}"))
            .if_match("*")
            .json(&json!({ "phone": "13800000000" })),
        post(
            "/pairing-constraints".to_owned(),
            json!({ "kind": "forbidden", "household_id": household, "staff_id": staff, "reason": "亲属" }),
        ),
        post(
            "/import-profiles".to_owned(),
            json!({ "kind": "staff", "name": "甲", "columns": [{ "heading": "姓名", "field": "name" }] }),
        ),
    ];
    let tables = changes(&server).await;
    let mut held = server.db.write().await.unwrap();
    let calls: Vec<_> = calls
        .into_iter()
        .map(|call| tokio::spawn(async move { call.await }))
        .collect();
    // Long enough for all to come to the write. One that came later would get the same answer.
    tokio::time::sleep(Duration::from_secs(2)).await;
    on!(&mut held, connection => sqlx::query("UPDATE account SET active = $2, version = version + 1 WHERE id = $1")
        .bind(leaving.account_id.unwrap()).bind(false).execute(connection).await.map(|_| ()))
    .unwrap();
    held.commit().await.unwrap();
    for call in join_all(calls).await {
        call.unwrap().expect_problem(401, "unauthenticated");
    }
    assert_eq!(changes(&server).await, tables);
}

/// How many rows the tables have that those requests would write to.
async fn changes(server: &TestServer) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in [
        "account",
        "history",
        "setting",
        "year_plan",
        "visit",
        "help_plan",
        "pairing_constraint",
        "import_profile",
        "idempotency",
    ] {
        counts.push(count_rows(&server.db, table).await);
    }
    counts
}

/// Whoever writes for a caller begins by `Caller::write`, which looks at the caller again.
#[test]
fn writes_for_a_caller_look_at_the_caller_again() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            let code = text.lines().filter(|line| !line.trim().starts_with("//"));
            found.extend(
                code.filter(|line| {
                    line.contains("db.write()") || line.contains("db.write_access()")
                })
                .map(|_| name.clone()),
            );
        }
    }
    let mut times = BTreeMap::new();
    for name in found {
        *times.entry(name).or_insert(0) += 1;
    }
    // Log-ins, the first administrator, and workers who write for nobody.
    let without_caller = [
        ("access/login.rs", 1),
        ("access/making.rs", 1),
        ("access/service.rs", 2),
        ("access/write.rs", 1),
        ("import/service/undo.rs", 1),
        ("import/worker.rs", 5),
    ];
    let without_caller = without_caller.map(|(name, times)| (name.to_owned(), times));
    assert_eq!(times, BTreeMap::from(without_caller));
}
