//! Every error has the same form, whoever raised it.

use bytes::Bytes;
use qianshou::access::Role;
use qianshou::middleware::{MAX_BODY_BYTES, MAX_JSON_BYTES};
use reqwest::Method;
use serde_json::json;

use crate::support::TestServer;

#[tokio::test]
async fn broken_json_is_a_problem() {
    let server = TestServer::start().await;
    for body in ["{\"username\": ", "", "[1, 2", "\u{0}"] {
        server
            .stranger()
            .post("/sessions")
            .body("application/json", body)
            .await
            .expect_problem(400, "bad_request");
    }
}

/// Where it breaks off or goes wrong, counted as people count.
#[tokio::test]
async fn broken_json_is_told_by_line_and_character() {
    let server = TestServer::start().await;
    for (body, words) in [
        ("", "缺少请求内容，应为 JSON"),
        (" \n", "缺少请求内容，应为 JSON"),
        (
            "{\n  \"username\": ",
            "请求内容不完整：JSON 在第 2 行第 14 个字符处中断",
        ),
        (
            "{\n  \"username\": \"王芳\",,\n}",
            "请求内容不是正确的 JSON：第 2 行第 20 个字符附近有误",
        ),
        (
            "username=王芳",
            "请求内容不是正确的 JSON：第 1 行第 1 个字符附近有误",
        ),
    ] {
        let call = server.stranger().post("/sessions");
        let answer = call.body("application/json", body).await;
        let problem = answer.expect_problem(400, "bad_request");
        assert_eq!(problem["detail"], words, "{body:?}");
    }
}

#[tokio::test]
async fn a_faulty_body_names_every_place() {
    let server = TestServer::start().await;
    let problem = server
        .stranger()
        .post("/sessions")
        .json(&json!({ "username": 5, "password": "x".repeat(129) }))
        .await
        .expect_problem(400, "bad_request");
    let errors = problem["errors"].as_array().unwrap();
    let pointers: Vec<_> = errors.iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/username", "/password"], "{problem}");
    assert_eq!(errors[0]["detail"], "应为文本");
    // What was sent is not sent back: it may be a password or an identity number.
    assert!(!problem.to_string().contains("xxx"), "{problem}");

    let problem = server
        .stranger()
        .post("/sessions")
        .json(&json!({}))
        .await
        .expect_problem(400, "bad_request");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    for path in [
        "/",
        "/nowhere",
        "/api/v1",
        "/api/v1/nowhere",
        "/docs/nowhere",
    ] {
        stranger
            .at(&Method::GET, path)
            .await
            .expect_problem(404, "no_such_path");
    }
    let answer = stranger.at(&Method::PUT, "/api/v1/sessions").await;
    answer.expect_problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "POST");
    let answer = stranger.at(&Method::PUT, "/openapi.json").await;
    answer.expect_problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET");
    let problem = stranger.get("/nowhere").await.expect(404);
    assert_eq!(problem["instance"], "/api/v1/nowhere");
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let server = TestServer::start().await;
    let body = r#"{"username":"a","password":"b"}"#;
    for content_type in ["text/plain", "application/xml", "nonsense"] {
        server
            .stranger()
            .post("/sessions")
            .body(content_type, body)
            .await
            .expect_problem(415, "unsupported_media_type");
    }
    // With a character set it is still JSON.
    server
        .stranger()
        .post("/sessions")
        .body("application/json; charset=utf-8", body)
        .await
        .expect_problem(401, "wrong_credentials");
}

#[tokio::test]
async fn an_id_that_is_none_is_refused() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    administrator
        .patch("/accounts/17")
        .if_match("*")
        .json(&json!({}))
        .await
        .expect_problem(400, "bad_request");
    let unknown = uuid::Uuid::now_v7();
    administrator
        .patch(&format!("/accounts/{unknown}"))
        .if_match("*")
        .json(&json!({}))
        .await
        .expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_announced_or_not() {
    let server = TestServer::start().await;
    let body = Bytes::from(vec![b' '; MAX_JSON_BYTES + 1]);
    server
        .stranger()
        .post("/sessions")
        .body("application/json", body.clone())
        .await
        .expect_problem(413, "too_large");

    let chunks = (0..=MAX_JSON_BYTES / 65_536).map(|_| Ok::<_, std::io::Error>(vec![b' '; 65_536]));
    let unannounced = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    server
        .stranger()
        .post("/sessions")
        .body("application/json", unannounced)
        .await
        .expect_problem(413, "too_large");

    let announced = server
        .stranger()
        .post("/sessions")
        .body("application/json", Bytes::from(vec![b' '; MAX_BODY_BYTES]))
        .await;
    announced.expect_problem(413, "too_large");
}

#[tokio::test]
async fn problems_speak_chinese_or_the_clients_english() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    let chinese = stranger.get("/accounts/me").await;
    assert_eq!(chinese.header("content-language"), "zh-CN");
    assert!(
        chinese.expect(401)["title"]
            .as_str()
            .unwrap()
            .contains("登录")
    );
    for (languages, expected) in [
        ("en-GB,en;q=0.9", "en"),
        ("en", "en"),
        ("zh-CN,en;q=0.8", "zh-CN"),
        ("en;q=0.1, zh", "zh-CN"),
        ("zh;q=0.1, en;q=0.5", "en"),
        ("fr, en;q=0.5", "en"),
        ("fr", "zh-CN"),
        ("*", "zh-CN"),
    ] {
        let answer = stranger
            .get("/accounts/me")
            .header("accept-language", languages)
            .await;
        assert_eq!(answer.header("content-language"), expected, "{languages}");
        assert_eq!(answer.header("vary"), "accept-language");
        answer.expect_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn parameters_and_body_are_refused_together() {
    let (_server, office) = TestServer::start_with_office().await;
    let problem = office
        .post("/households/17/visits?notify=1")
        .json(&json!({ "visited_on": "2026-13-01", "kind": "vist" }))
        .await
        .expect_problem(400, "unknown_parameter");
    let errors = problem["errors"].as_array().unwrap();
    let pointers: Vec<_> = errors.iter().map(|error| &error["pointer"]).collect();
    assert_eq!(
        pointers,
        [
            "/path/id",
            "/header/Idempotency-Key",
            "/query/notify",
            "/visited_on",
            "/kind"
        ],
        "{problem}"
    );
    assert_eq!(errors[0]["parameter"], "id");
    assert!(errors[3].get("parameter").is_none());
    assert_eq!(problem["detail"], "请求有 5 处需要更正，见 errors");
}

#[tokio::test]
async fn one_wrong_parameter_is_told_in_the_sentence() {
    let (_server, office) = TestServer::start_with_office().await;
    for (path, words) in [
        ("/households?limit=many", "参数 limit：应为整数"),
        ("/households?limit=201", "参数 limit：不能大于 200"),
        ("/households?mine=yes", "参数 mine：应为 true 或 false"),
        ("/households/17", "参数 id：应为编号（UUID）"),
        (
            "/households?limit=1&limit=2",
            "参数 limit：出现了 2 次，只能写一次",
        ),
        (
            "/visits?from=2026-02-30",
            "参数 from：应为 1900 至 2100 年的日期，如 2026-03-01",
        ),
    ] {
        let problem = office.get(path).await.expect_problem(400, "bad_request");
        assert_eq!(problem["detail"], words, "{path}");
    }
}

/// RFC 9110, 13.1.1: the comparison is strong, any tag of a list may be the one.
#[tokio::test]
async fn if_match_holds_entity_tags() {
    let (_server, office) = TestServer::start_with_office().await;
    let settings = office.get("/settings").await;
    let (tag, body) = (settings.header("etag").to_owned(), settings.expect(200));
    let put = |tag: &str| office.put("/settings").if_match(tag).json(&body);
    for no_tag in ["1", "\"1", "", "W/1", "\"1\" \"2\"", "never"] {
        let problem = put(no_tag).await.expect_problem(400, "bad_request");
        assert_eq!(problem["errors"][0]["parameter"], "If-Match", "{no_tag}");
    }
    for stale in ["\"never\"".to_owned(), format!("W/{tag}")] {
        put(&stale).await.expect_problem(412, "changed_meanwhile");
    }
    let of_two_lines = put("\"never\"").header("if-match", &tag);
    of_two_lines.await.expect(200);
    let tag = office.tag("/settings").await;
    put(&format!("\"never\", {tag}")).await.expect(200);
    put("*").await.expect(200);
}

#[tokio::test]
async fn problems_are_never_stored_and_never_sniffed() {
    let server = TestServer::start().await;
    let answer = server.stranger().get("/accounts/me").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_text_with_a_character_that_cannot_be_stored_is_refused() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    administrator
        .post("/accounts")
        .json(&json!({ "username": "a", "role": "leader", "password": "十个字\u{0}的长口令" }))
        .await
        .expect_problem(400, "bad_request");
    administrator
        .get("/households")
        .query(&[("search", "王\u{0}")])
        .await
        .expect_problem(400, "bad_request");
}

#[tokio::test]
async fn every_place_of_a_faulty_body_is_named_in_the_clients_language() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    for (language, words) in [("en", "is missing"), ("zh-CN", "缺少此项")] {
        let problem = stranger
            .post("/sessions")
            .header("accept-language", language)
            .json(&json!({ "username": "x" }))
            .await
            .expect_problem(400, "bad_request");
        assert_eq!(
            problem["errors"],
            json!([{ "pointer": "/password", "detail": words }])
        );
    }
}

/// Which of the two would hold, nobody could know.
#[tokio::test]
async fn a_field_that_stands_twice_is_refused() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let twice = r#"{"username":"wang","role":"office","role":"administrator"}"#;
    let call = administrator
        .post("/accounts")
        .body("application/json", twice);
    let refused = call.await.expect_problem(400, "bad_request");
    assert_eq!(refused["errors"][0]["pointer"], "/role");
    assert_eq!(refused["errors"][0]["detail"], "此项写了两次，请只保留一个");
    let accounts = administrator.items("/accounts").await;
    assert!(accounts.iter().all(|account| account["username"] != "wang"));
}

/// In a batch the others are taken all the same.
#[tokio::test]
async fn a_visit_in_which_a_field_stands_twice_is_refused_by_itself() {
    let server = TestServer::start().await;
    let administrator = server.client(Role::Administrator).await;
    let id = uuid::Uuid::now_v7();
    let batch = format!(
        r#"{{"visits":[{{"idempotency_key":"a","household_id":"{id}","household_id":"{id}","visit":{{}}}}]}}"#
    );
    let call = administrator
        .post("/visits/batch")
        .body("application/json", batch);
    let answer = call.await.expect(200);
    let problem = &answer["results"][0]["problem"];
    assert_eq!(problem["errors"][0]["pointer"], "/visits/0/household_id");
}

#[tokio::test]
async fn every_answer_has_the_id_of_its_request() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    for (path, status) in [("/health", 200), ("/households", 401), ("/nothing", 404)] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        let id = answer.header("x-request-id");
        assert!(uuid::Uuid::parse_str(id).is_ok(), "{path}: {id}");
    }
    let page = stranger.at(&Method::GET, "/openapi.json").await;
    assert!(!page.header("x-request-id").is_empty());
    let sent = stranger
        .get("/health")
        .header("X-Request-Id", "proxy-7")
        .await;
    assert_eq!(sent.header("x-request-id"), "proxy-7");
}
