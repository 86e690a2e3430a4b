//! A connection to PostgreSQL that is silent or breaks off.

use std::time::{Duration, Instant};

use qianshou::access::Role;
use qianshou::db::{Creation, Db};

use crate::support::database::LONG_WAIT;
use crate::support::session::add_leader;
use crate::support::{Proxy, TestDatabase, TestServer};

/// A server whose connections to the database go through a proxy; none where the engine needs no
/// connection.
async fn server_behind_proxy() -> Option<(TestServer, Proxy)> {
    let database = TestDatabase::create().await;
    let proxy = Proxy::before(&database).await?;
    let opened = Db::open_with(&proxy.url, Creation::Allowed, LONG_WAIT).await;
    let server = TestServer::over(database, opened.unwrap().db).await;
    Some((server, proxy))
}

#[tokio::test]
async fn a_server_that_is_silent_is_told_soon_and_by_its_name() {
    let Some((server, proxy)) = server_behind_proxy().await else {
        return;
    };
    let office = server.client(Role::Office).await;
    server.stranger().get("/health").await.expect(200);
    proxy.fall_silent();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    for path in ["/health", "/accounts/me"] {
        let asked = Instant::now();
        let answer = office.get(path).await;
        answer.expect_problem(503, "database_unavailable");
        assert!(
            asked.elapsed() < LONG_WAIT / 2,
            "{path}: {:?}",
            asked.elapsed()
        );
    }
    proxy.recover();
    let recovered = Instant::now();
    while server.stranger().get("/health").await.status != 200 {
        assert!(recovered.elapsed() < LONG_WAIT, "it does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    office.get("/accounts/me").await.expect(200);
}

#[tokio::test]
async fn what_was_committed_before_the_connection_broke_is_not_said_to_be_lost() {
    let Some((server, proxy)) = server_behind_proxy().await else {
        return;
    };
    let administrator = server.client(Role::Administrator).await;
    proxy.break_at_commit();
    let answer = add_leader(&administrator, "a").await;
    let problem = answer.expect_problem(503, "database_unavailable");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("可能已经写入"), "{detail}");
    add_leader(&administrator, "a")
        .await
        .expect_problem(409, "username_taken");
}
