//! What has served its time is cleared away.

use chrono::TimeDelta;
use qianshou::access::purge;
use qianshou::insert;
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::database::count_rows;

/// Keys of answers, failed log-ins and tokens of these ages, in days.
#[tokio::test]
async fn what_has_served_its_time_is_cleared_away() {
    let (server, office) = TestServer::start_with_office().await;
    let (account_id, now) = (office.account_id.unwrap(), server.app.now());
    let rows = |days: i64, count: usize| vec![now - TimeDelta::days(days); count];
    let mut tx = server.db.write().await.unwrap();
    // More than one step clears away.
    for rows in [rows(91, 2_500), rows(89, 3)] {
        insert!(&mut tx, "idempotency", rows, |at| {
            account_id: account_id,
            key: Uuid::now_v7().to_string(),
            request_digest: "",
            answer: "{}",
            created_at: *at,
        })
        .unwrap();
    }
    for rows in [rows(2, 5), rows(0, 2)] {
        insert!(&mut tx, "failed_login", rows, |at| {
            id: Uuid::now_v7(),
            username: "nobody",
            at: *at,
        })
        .unwrap();
    }
    insert!(&mut tx, "token", rows(8, 5), |at| {
        digest: Uuid::now_v7().to_string(),
        account_id: account_id,
        account_version: 1_i64,
        created_at: *at,
        expires_at: *at,
    })
    .unwrap();
    insert!(&mut tx, "known_device", rows(91, 5), |at| {
        account_id: account_id,
        digest: Uuid::now_v7().to_string(),
        is_place: false,
        used_at: *at,
    })
    .unwrap();
    tx.commit().await.unwrap();
    purge::purge(&server.app).await.unwrap();
    let mut left = Vec::new();
    for table in ["idempotency", "failed_login", "token", "known_device"] {
        left.push(count_rows(&server.db, table).await);
    }
    // The token, the device and the place of the client that is logged in are left.
    assert_eq!(left, [3, 2, 1, 2]);
    office.get("/accounts/me").await.expect(200);
}
