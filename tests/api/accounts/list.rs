//! The list of accounts.

use qianshou::access::Role;

use crate::support::TestServer;

#[tokio::test]
async fn accounts_come_in_pages() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    for _ in 0..4 {
        server.client(Role::Leader).await;
    }
    let accounts = administrator.paged("/accounts", 2).await;
    let names: Vec<_> = accounts.iter().map(|one| &one["username"]).collect();
    assert_eq!(
        names,
        [
            "administrator-0",
            "leader-1",
            "leader-2",
            "leader-3",
            "leader-4"
        ]
    );
    administrator
        .get("/accounts")
        .query(&[("cursor", "nonsense")])
        .await
        .expect_problem(400, "bad_request");
    administrator
        .get("/accounts")
        .query(&[("limit", "201")])
        .await
        .expect_problem(400, "bad_request");
}
