//! Checking runs: what is proved of them, what is found wrong, and their networks for other solvers.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::{Command, Output};

use qianshou::access::Role;
use qianshou::flow;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::support::pairing::{
    add_households, confirm_run, link_villages, propose_run, run_path, staff_number,
};
use crate::support::register::facts;
use crate::support::staff::add_person_with_room;
use crate::support::{Client, TestServer};

#[path = "../bench/dimacs.rs"]
mod dimacs;

/// `qianshou pairing …` for a run.
async fn qianshou(server: &TestServer, command: &str, run: &Value, more: &[&str]) -> Output {
    let id = run["id"].as_str().unwrap().to_owned();
    let mut program = Command::new(env!("CARGO_BIN_EXE_qianshou"));
    program
        .args([
            "pairing",
            command,
            &id,
            "--database",
            &server.database.url(),
        ])
        .args(more)
        .env("QIANSHOU_LOG", "error");
    let run = tokio::task::spawn_blocking(move || program.output());
    run.await.unwrap().unwrap()
}

fn told(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    String::from_utf8(output.stdout.clone()).unwrap() + &errors
}

/// What `qianshou pairing verify` says of a run that holds.
async fn proved(server: &TestServer, run: &Value) -> String {
    let output = qianshou(server, "verify", run, &[]).await;
    let told = told(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("结论：成立"), "{told}");
    told
}

/// What it says of one that does not.
async fn refuted(server: &TestServer, run: &Value) -> String {
    let output = qianshou(server, "verify", run, &[]).await;
    let told = told(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(!told.contains("结论：成立"), "{told}");
    told
}

async fn certificate(office: &Client, run: &Value) -> Value {
    office.get(&run_path(run, "/certificate")).await.expect(200)
}

/// Changes the database behind everyone's back.
async fn tamper(server: &TestServer, sql: &str, run: &Value, household: Uuid) {
    let id: Uuid = run["id"].as_str().unwrap().parse().unwrap();
    let mut tx = server.db.write().await.unwrap();
    let changed = qianshou::on!(&mut tx, connection => sqlx::query(AssertSqlSafe(sql))
        .bind(id)
        .bind(household)
        .execute(connection)
        .await
        .map(|done| done.rows_affected()));
    assert_eq!(changed.unwrap(), 1, "{sql}");
    tx.commit().await.unwrap();
}

/// A run for four households of two villages, of whom one must go without, at costs that differ.
async fn four_for_three(server: &TestServer, office: &Client) -> (Value, Vec<Uuid>) {
    let mut households = add_households(server, "东圩村", 3).await;
    households.extend(add_households(server, "西圩村", 1).await);
    add_person_with_room(server, "东圩小学", Some(2)).await;
    add_person_with_room(server, "西圩小学", Some(1)).await;
    link_villages(office, "东圩小学", &["东圩村"]).await;
    link_villages(office, "西圩小学", &["西圩村"]).await;
    (propose_run(office, json!({})).await, households)
}

#[tokio::test]
async fn a_run_is_proved_whatever_happens_after_it() {
    let (server, office) = TestServer::start_with_office().await;
    let (run, _) = four_for_three(&server, &office).await;
    let found = certificate(&office, &run).await;
    assert_eq!(found["holds"], true, "{found}");
    assert_eq!(found["is_best"], true);
    assert_eq!(
        (&found["households"], &found["placed"]),
        (&json!(4), &json!(3))
    );
    for cost in ["cost", "computed_cost", "best_cost"] {
        assert_eq!(found[cost], run["cost"], "{cost}");
    }
    assert_eq!(found["basis"], run["basis"]);
    let told = proved(&server, &run).await;
    let best = format!("最多可安排 3 户，此时最小总代价为 {}", run["cost"]);
    for words in ["互补松弛", &best, run["basis"].as_str().unwrap()] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    // Confirmed, and then all that it stood on is another thing.
    confirm_run(&office, &run).await;
    add_households(&server, "东圩村", 2).await;
    add_person_with_room(&server, "第一中学", Some(9)).await;
    link_villages(&office, "西圩小学", &["东圩村"]).await;
    let told = proved(&server, &run).await;
    assert!(
        told.contains(&best) && told.contains("核对了确认时开始的结对"),
        "{told}"
    );
    assert_eq!(certificate(&office, &run).await["best_cost"], run["cost"]);
    // What was kept is kept with those that came to nothing, too.
    let dropped = propose_run(&office, json!({})).await;
    office.post(&run_path(&dropped, "/drop")).await.expect(200);
    proved(&server, &dropped).await;
    let helper = server.client(Role::Helper).await;
    helper
        .get(&run_path(&run, "/certificate"))
        .await
        .expect_problem(403, "forbidden");
    office
        .get(&format!("/pairing-runs/{}/certificate", Uuid::now_v7()))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_run_that_keeps_pairs_is_proved_as_well() {
    let (server, office) = TestServer::start_with_office().await;
    let (run, households) = four_for_three(&server, &office).await;
    confirm_run(&office, &run).await;
    let staff = add_person_with_room(&server, "第一中学", Some(9)).await;
    let pinned = json!({
        "household_id": households[0],
        "staff_id": staff,
        "kind": "pinned",
        "reason": "熟悉该户",
    });
    office
        .post("/pairing-constraints")
        .json(&pinned)
        .await
        .expect(201);
    let run = propose_run(&office, json!({ "paired": true })).await;
    assert_eq!((&run["placed"], &run["kept"]), (&json!(4), &json!(2)));
    proved(&server, &run).await;
    confirm_run(&office, &run).await;
    proved(&server, &run).await;
    assert_eq!(certificate(&office, &run).await["is_best"], true);
    // As if one had left, which is so for the run alone.
    let run = propose_run(&office, json!({ "leaving": staff })).await;
    proved(&server, &run).await;
    confirm_run(&office, &run).await;
    proved(&server, &run).await;
}

#[tokio::test]
async fn what_was_edited_by_hand_is_told_with_its_price() {
    let (server, office) = TestServer::start_with_office().await;
    let (run, households) = four_for_three(&server, &office).await;
    let proposals = office.items(&run_path(&run, "/proposals")).await;
    let in_east = proposals
        .iter()
        .find(|row| row["village"] == "东圩村" && row["staff_id"].is_string())
        .unwrap();
    let swap = json!({
        "kind": "swap",
        "household_id": in_east["household_id"],
        "other_household_id": households[3],
        "reason": "本人申请",
    });
    let edited = office
        .post(&run_path(&run, "/edits"))
        .if_match("\"1\"")
        .json(&swap)
        .await
        .expect(200);
    let more = edited["cost_after"].as_i64().unwrap() - edited["cost_before"].as_i64().unwrap();
    assert!(more > 0, "{edited}");
    let told = proved(&server, &run).await;
    let price = format!(
        "人工调整：1 次，逐次核对；调整后安排 3 户、总代价 {}，与最优相比户数相同，代价多 {more}",
        edited["cost_after"]
    );
    assert!(told.contains(&price), "{told}");
    let found = certificate(&office, &run).await;
    assert_eq!(
        (&found["holds"], &found["is_best"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(found["cost"], edited["cost_after"]);
    assert_eq!(found["best_cost"], edited["cost_before"]);
    // Fewer households, and less to pay for them.
    let clear = json!({ "kind": "clear", "household_id": households[3], "reason": "已外出" });
    office
        .post(&run_path(&run, "/edits"))
        .if_match("\"2\"")
        .json(&clear)
        .await
        .expect(200);
    let told = proved(&server, &run).await;
    assert!(
        told.contains("人工调整：2 次") && told.contains("少安排 1 户，代价少"),
        "{told}"
    );
    // The record of an edit that is not there proves nothing.
    let forget = "DELETE FROM run_edit WHERE run_id = $1 AND version = 2 AND $2 = $2";
    tamper(&server, forget, &run, households[0]).await;
    let told = refuted(&server, &run).await;
    assert!(told.contains("不是最优"), "{told}");
}

#[tokio::test]
async fn a_run_that_was_tampered_with_is_found_out() {
    let (server, office) = TestServer::start_with_office().await;
    let (run, households) = four_for_three(&server, &office).await;
    let west = households[3];
    let before = office.items(&run_path(&run, "/proposals")).await;
    let helper_of = |village: &str| {
        let row = before
            .iter()
            .find(|row| row["village"] == village && row["staff_id"].is_string());
        row.unwrap()["staff_id"].as_str().unwrap().to_owned()
    };
    let helper = |id: &str| {
        format!("UPDATE proposal SET staff_id = {id} WHERE run_id = $1 AND household_id = $2")
    };
    // Whom it could have as well, but not as cheaply, and who has no place.
    let other = format!(
        "(SELECT id FROM staff WHERE number = '{}')",
        staff_number(&office, &helper_of("东圩村")).await
    );
    let same = format!(
        "(SELECT id FROM staff WHERE number = '{}')",
        staff_number(&office, &helper_of("西圩村")).await
    );
    tamper(&server, &helper(&other), &run, west).await;
    let told = refuted(&server, &run).await;
    assert!(told.contains("按规则只有 2 个名额"), "{told}");
    let found = certificate(&office, &run).await;
    assert_eq!(found["holds"], false);
    let count = found["faults"].as_array().unwrap().len();
    assert!(count > 0 && found["fault_count"] == count, "{found}");
    tamper(&server, &helper(&same), &run, west).await;
    proved(&server, &run).await;
    // A cost, and then the run's sum.
    let cost = |more| {
        format!("UPDATE proposal SET cost = cost + {more} WHERE run_id = $1 AND household_id = $2")
    };
    tamper(&server, &cost(1), &run, west).await;
    assert!(refuted(&server, &run).await.contains("与按规则重算的不符"));
    tamper(&server, &cost(-1), &run, west).await;
    // A pairing that is not what was confirmed.
    confirm_run(&office, &run).await;
    proved(&server, &run).await;
    let pairing =
        format!("UPDATE pairing SET staff_id = {other} WHERE run_id = $1 AND household_id = $2");
    tamper(&server, &pairing, &run, west).await;
    let told = refuted(&server, &run).await;
    assert!(
        told.contains("确认时开始的结对与方案不符，涉及 2 个结对"),
        "{told}"
    );
    // What it stands on.
    let damaged = "UPDATE run_basis SET input = (SELECT input FROM run_basis AS other
        WHERE other.run_id <> $1) WHERE run_id = $1 AND $2 = $2";
    propose_run(&office, json!({})).await;
    tamper(&server, damaged, &run, west).await;
    assert!(
        refuted(&server, &run)
            .await
            .contains("计算依据已损坏或被改动")
    );
    let path = run_path(&run, "/certificate");
    office.get(&path).await.expect_problem(409, "basis_damaged");
    tamper(
        &server,
        "DELETE FROM run_basis WHERE run_id = $1 AND $2 = $2",
        &run,
        west,
    )
    .await;
    assert!(refuted(&server, &run).await.contains("没有保存计算依据"));
    office
        .get(&path)
        .await
        .expect_problem(409, "basis_not_kept");
}

#[tokio::test]
async fn another_solver_finds_the_same_cost_in_the_network_that_is_written() {
    let (server, office) = TestServer::start_with_office().await;
    let (run, households) = four_for_three(&server, &office).await;
    confirm_run(&office, &run).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.min");
    let output = qianshou(&server, "dimacs", &run, &["--out", file.to_str().unwrap()]).await;
    let told = told(&output);
    assert!(output.status.success(), "{told}");
    let (_, cost) = told.split_once("最小总代价应为 ").unwrap();
    let cost: i64 = cost.split('（').next().unwrap().parse().unwrap();
    for all_arcs in [false, true] {
        let network = read(&file, all_arcs);
        let best = flow::solve(&network);
        assert_eq!(flow::check(&network, &best), Ok(()));
        assert_eq!(best.total_cost(&network), cost, "{told}");
        if !all_arcs {
            assert_eq!(
                (best.sent(&network), json!(best.cost)),
                (3, run["cost"].clone())
            );
        }
    }
    // What its nodes stand for.
    let network = read(&file, false);
    let mut csv = csv::Reader::from_path(folder.path().join("run.nodes.csv")).unwrap();
    let rows: Vec<HashMap<String, String>> = csv.deserialize().map(Result::unwrap).collect();
    let mut named = vec![false; network.nodes()];
    let mut begin = vec![0; network.nodes()];
    for row in &rows {
        let node = row["node"].parse::<usize>().unwrap() - 1;
        named[node] = true;
        begin[node] += i64::from(row["kind"] == "household");
    }
    assert!(named.iter().all(|named| *named), "{rows:?}");
    for (node, count) in begin.into_iter().enumerate() {
        assert_eq!(network.supply(node), count);
    }
    let ids: Vec<_> = rows.iter().map(|row| row["id"].as_str()).collect();
    assert!(
        households
            .iter()
            .all(|id| ids.contains(&id.to_string().as_str()))
    );
    let nowhere = folder.path().join("no such folder").join("run.min");
    let output = qianshou(
        &server,
        "dimacs",
        &run,
        &["--out", nowhere.to_str().unwrap()],
    )
    .await;
    assert_eq!(output.status.code(), Some(1));
    assert!(self::told(&output).contains("无法写入"));
}

/// Excel would take what a roster wrote for a formula, in quotes or not.
#[tokio::test]
async fn the_list_of_nodes_holds_no_formulas() {
    let (server, office) = TestServer::start_with_office().await;
    let mut household = facts("@青禾镇", "东圩村");
    household.number = Some("+3200001".to_owned());
    server.add_household(household).await;
    add_person_with_room(&server, "=HYPERLINK(\"http://a.example\")", Some(2)).await;
    let run = propose_run(&office, json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.min");
    let output = qianshou(&server, "dimacs", &run, &["--out", file.to_str().unwrap()]).await;
    assert!(output.status.success(), "{}", told(&output));
    let mut csv = csv::Reader::from_path(folder.path().join("run.nodes.csv")).unwrap();
    let rows: Vec<_> = csv.records().map(Result::unwrap).collect();
    let cells: Vec<_> = rows.iter().flat_map(|row| row.iter()).collect();
    for wanted in ["'=HYPERLINK", "'+3200001", "'@青禾镇"] {
        assert!(
            cells.iter().any(|cell| cell.starts_with(wanted)),
            "{wanted} in {cells:?}"
        );
    }
    assert!(
        !cells
            .iter()
            .any(|cell| cell.starts_with(['=', '+', '-', '@']))
    );
}

fn read(file: &Path, all_arcs: bool) -> flow::Network {
    dimacs::read(BufReader::new(File::open(file).unwrap()), all_arcs).unwrap()
}
