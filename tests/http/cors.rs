//! Pages of other origins: let in by setting only, and told so in errors too.

use qianshou::access::Role;
use reqwest::Method;

use crate::support::{Answer, TestServer};

const APP: &str = "https://app.example.cn";

fn allowed(answer: &Answer) -> &str {
    answer.header("access-control-allow-origin")
}

#[tokio::test]
async fn no_page_of_another_origin_is_let_in_unless_it_is_said() {
    let (server, office) = TestServer::start_with_office().await;
    let answer = office.get("/accounts/me").header("origin", APP).await;
    answer.expect(200);
    assert_eq!(allowed(&answer), "");
    let asked = server
        .stranger()
        .at(&Method::OPTIONS, "/api/v1/staff")
        .header("origin", APP)
        .header("access-control-request-method", "GET");
    let asked = asked.await;
    asked.expect_problem(405, "method_not_allowed");
    assert_eq!(allowed(&asked), "");
}

#[tokio::test]
async fn a_page_that_is_let_in_asks_without_a_token_and_reads_answers_and_errors() {
    let server = TestServer::start_with_cors(&[APP, "http://127.0.0.1:5173"]).await;
    let ask = async |origin: &str, path: &str| {
        server
            .stranger()
            .at(&Method::OPTIONS, path)
            .header("origin", origin)
            .header("access-control-request-method", "PATCH")
            .header("access-control-request-headers", "authorization,if-match")
            .await
    };
    let path = "/api/v1/staff/01a20000-0000-7000-8000-000000000000";
    let asked = ask(APP, path).await;
    asked.expect(204);
    assert_eq!(allowed(&asked), APP);
    let methods = asked.header("access-control-allow-methods");
    assert_eq!(methods, "GET, PATCH");
    for header in [
        "authorization",
        "if-match",
        "idempotency-key",
        "content-type",
    ] {
        let headers = asked.header("access-control-allow-headers");
        assert!(headers.split(", ").any(|it| it == header), "{headers}");
    }
    assert!(!asked.header("x-request-id").is_empty());
    assert_eq!(asked.header("access-control-allow-credentials"), "");

    let office = server.client(Role::Office).await;
    let answer = office.get("/accounts/me").header("origin", APP).await;
    let refused = server.stranger().get("/accounts/me").header("origin", APP);
    let refused = refused.await;
    refused.expect_problem(401, "unauthenticated");
    let nowhere = office.get("/nowhere").header("origin", APP).await;
    nowhere.expect_problem(404, "no_such_path");
    for answer in [&answer, &refused, &nowhere] {
        assert_eq!(allowed(answer), APP);
        for header in ["etag", "location", "x-request-id", "retry-after"] {
            let headers = answer.header("access-control-expose-headers");
            assert!(headers.split(", ").any(|it| it == header), "{headers}");
        }
        let vary = answer.headers.get_all("vary").iter();
        assert!(vary.into_iter().any(|it| it == "origin"));
    }

    // Others are answered, and their browsers keep the answer from the page.
    let asked = ask("https://evil.example.cn", path).await;
    asked.expect_problem(405, "method_not_allowed");
    let other = office.get("/accounts/me").header("origin", "null").await;
    other.expect(200);
    for answer in [&asked, &other] {
        assert_eq!(allowed(answer), "");
        assert_eq!(answer.header("access-control-expose-headers"), "");
    }
}

#[tokio::test]
async fn any_origin_may_be_let_in() {
    let server = TestServer::start_with_cors(&["*"]).await;
    let call = server.stranger().get("/code-lists");
    let answer = call.header("origin", "https://anywhere.example").await;
    answer.expect(200);
    assert_eq!(allowed(&answer), "*");
}
