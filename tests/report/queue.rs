//! Workbooks wait for their turn.
#![allow(clippy::float_cmp, reason = "counts and fen are exact in floats")]

use std::future::IntoFuture;
use std::time::Duration;

use qianshou::workbook::queue::{Queue, Turn};
use tokio::time::timeout;

use crate::support::TestServer;

/// Workbooks wait without a connection of the database.
#[tokio::test(flavor = "multi_thread")]
async fn workbooks_wait_for_their_turn_and_keep_nobody_else_waiting() {
    let (server, office) = TestServer::start_with_office().await;
    let turns = all_turns(&server.app.workbooks).await;
    // More than there are connections to read with.
    let wanted: Vec<_> = (0..20)
        .map(|at| tokio::spawn(office.get(WORKBOOKS[at % 2]).into_future()))
        .collect();
    for _ in 0..20 {
        let others = office.get("/households").into_future();
        let answer = timeout(Duration::from_secs(15), others).await;
        answer.unwrap().expect(200);
    }
    assert!(wanted.iter().all(|one| !one.is_finished()));
    drop(turns);
    for one in wanted {
        one.await.unwrap().expect(200);
    }
}

/// Who finds no place to wait is told when to come again.
#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_too_many_is_refused() {
    let (server, office) = TestServer::start_with_office().await;
    let queue = &server.app.workbooks;
    let turns = all_turns(queue).await;
    let mut waiting = Vec::new();
    loop {
        let mut place = Box::pin(queue.turn());
        match timeout(Duration::from_millis(1), &mut place).await {
            Err(_) => waiting.push(place),
            Ok(turn) => break assert!(turn.is_err()),
        }
    }
    assert!(waiting.len() >= 16, "{}", waiting.len());
    for path in WORKBOOKS {
        let answer = office.get(path).await;
        answer.expect_problem(503, "too_many_workbooks");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    }
    drop(waiting);
    drop(turns);
    for path in WORKBOOKS {
        office.get(path).await.expect(200);
    }
}

const WORKBOOKS: [&str; 2] = ["/reports/progress", "/reports/pairings"];

/// Takes all turns, so that whoever comes must wait.
async fn all_turns(queue: &Queue) -> Vec<Turn> {
    let mut turns = Vec::new();
    while let Ok(turn) = timeout(Duration::from_millis(50), queue.turn()).await {
        turns.push(turn.unwrap());
    }
    assert!(!turns.is_empty());
    turns
}
