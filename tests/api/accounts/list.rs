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
    let mut names = Vec::new();
    let mut cursor = None::<String>;
    loop {
        let mut query = vec![("limit", "2".to_owned())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let page = administrator
            .get("/accounts")
            .query(&query)
            .await
            .expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        names.extend(
            items
                .iter()
                .map(|item| item["username"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
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
