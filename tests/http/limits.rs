//! What strangers and slow clients cannot do to the service: exhaust its memory or its connections.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use qianshou::access::Role;
use qianshou::middleware::{MAX_JSON_BYTES, MAX_STRANGER_BYTES};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::{Service, TestDatabase, TestServer};

/// Types that the framework takes for JSON, or may.
const JSON_TYPES: [&str; 6] = [
    "application/json",
    "Application/JSON",
    "application/problem+json",
    "APPLICATION/vnd.api+json; charset=utf-8",
    " application/json",
    "text/plain",
];

fn spaces(bytes: usize) -> Bytes {
    Bytes::from(vec![b' '; bytes])
}

#[tokio::test]
async fn a_stranger_sends_no_large_body_by_any_type_to_any_path() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    for path in ["/sessions", "/health", "/nowhere", "/code-lists"] {
        for kind in JSON_TYPES {
            for method in [Method::POST, Method::PUT, Method::GET, Method::DELETE] {
                let path = format!("/api/v1{path}");
                let call = stranger.at(&method, &path);
                let large = call.body(kind, spaces(MAX_STRANGER_BYTES + 1)).await;
                large.expect_problem(413, "too_large");
            }
        }
    }
    // A stream announces no length.
    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(spaces(4096)));
    stranger
        .post("/sessions")
        .body("Application/JSON", reqwest::Body::wrap_stream(endless))
        .await
        .expect_problem(413, "too_large");
}

#[tokio::test]
async fn who_has_no_token_is_refused_before_his_body_is_read() {
    let server = TestServer::start().await;
    // The body has no end; only its beginning is ever sent.
    for (path, kind) in [
        ("/accounts", "application/json"),
        ("/imports/households", "multipart/form-data; boundary=b"),
        ("/imports/pairings", "multipart/form-data; boundary=b"),
    ] {
        let waiting = futures_util::stream::pending::<std::io::Result<Bytes>>();
        let call = server
            .stranger()
            .post(path)
            .body(kind, reqwest::Body::wrap_stream(waiting));
        let answer = tokio::time::timeout(Duration::from_secs(20), call.into_future()).await;
        answer.unwrap().expect_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn who_has_a_token_sends_as_much_json_as_may_be_and_no_more() {
    let (_server, office) = TestServer::start_with_office().await;
    for kind in JSON_TYPES {
        let call = office.at(&Method::POST, "/api/v1/visits/batch");
        let large = call.body(kind, spaces(MAX_JSON_BYTES + 1)).await;
        large.expect_problem(413, "too_large");
    }
    // An operation that takes no body reads but a little of one.
    let call = office.at(&Method::GET, "/api/v1/households");
    let large = call
        .body("text/plain", spaces(MAX_STRANGER_BYTES + 1))
        .await;
    large.expect_problem(413, "too_large");
    let small = office.get("/households").body("text/plain", "a").await;
    small.expect_problem(400, "bad_request");
}

/// Each operation that takes a form is the office's.
#[tokio::test]
async fn a_form_is_looked_at_only_for_who_may_send_one_and_has_short_heads() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = server.client(Role::Helper).await;
    let first = b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--x\r\n";
    let endless = |begin: &[u8]| {
        let mut form = begin.to_vec();
        form.extend(b"X-A: b\r\n".repeat(4 << 20));
        form
    };
    let kind = "multipart/form-data; boundary=x";
    for path in ["/imports/households", "/imports/staff", "/imports/pairings"] {
        for begin in [b"--x\r\n".as_slice(), first] {
            let answer = helper.post(path).body(kind, endless(begin)).await;
            answer.expect_problem(403, "forbidden");
            let answer = office.post(path).body(kind, endless(begin)).await;
            answer.expect_problem(400, "bad_request");
        }
    }
}

#[tokio::test]
async fn a_packed_body_is_not_unpacked() {
    let server = TestServer::start().await;
    server
        .stranger()
        .post("/sessions")
        .header("content-encoding", "gzip")
        .json(&json!({ "username": "a", "password": "b" }))
        .await
        .expect_problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn json_that_is_nested_too_deep_is_refused() {
    let (_server, office) = TestServer::start_with_office().await;
    let deep = "[".repeat(200_000);
    office
        .post("/visits/batch")
        .key("k")
        .body("application/json", deep)
        .await
        .expect_problem(400, "bad_request");
}

/// A value in memory takes many times the room of the two characters in which it can be written.
#[tokio::test]
async fn json_of_too_many_values_is_refused_before_it_is_built() {
    let (_server, office) = TestServer::start_with_office().await;
    let mut many = "1,".repeat(MAX_JSON_BYTES / 2 - 8);
    many.insert_str(0, "{\"visits\":[");
    many.truncate(many.len() - 4);
    many.push_str("]}");
    office
        .post("/visits/batch")
        .key("k")
        .body("application/json", many)
        .await
        .expect_problem(413, "too_large");
}

/// Sends `bytes` and reads all that comes until the server ends the connection.
async fn talk(url: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://"))
        .await
        .unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_mins(1), read)
        .await
        .expect("the server keeps the connection");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let server = TestServer::start().await;
    let half = b"GET /api/v1/health HTTP/1.1\r\nhost: a\r\nx-more: ";
    let (nothing, some) = tokio::join!(talk(&server.url, b""), talk(&server.url, half));
    assert_eq!((nothing.as_str(), some.as_str()), ("", ""));
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = TestServer::start().await;
    let head = format!(
        "GET /api/v1/health HTTP/1.1\r\nhost: a\r\nx-more: {}",
        "a".repeat(64 << 10)
    );
    let answer = talk(&server.url, head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_body_that_stalls_is_not_waited_for() {
    let server = TestServer::start().await;
    let begun = b"POST /api/v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
        content-length: 100\r\n\r\n{";
    assert_eq!(talk(&server.url, begun).await, "");
}

#[tokio::test]
async fn several_requests_go_over_one_connection() {
    let server = TestServer::start().await;
    let two = "GET /api/v1/health HTTP/1.1\r\nhost: a\r\n\r\n\
        GET /api/v1/health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answer = talk(&server.url, two.as_bytes()).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    assert_eq!(answer.matches("connection: close").count(), 1, "{answer}");
}

/// A client that is not told would send its next request into a connection that ends.
#[tokio::test]
async fn a_connection_that_ends_behind_an_unread_body_is_announced() {
    let server = TestServer::start().await;
    for length in ["content-length: 100000", "transfer-encoding: chunked"] {
        let begun = format!(
            "POST /api/v1/imports/households HTTP/1.1\r\nhost: a\r\n{length}\r\n\
             content-type: multipart/form-data; boundary=x\r\n\r\n"
        );
        let answer = talk(&server.url, begun.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
    let whole = "POST /api/v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\
        content-type: application/json\r\n\r\n{}\
        GET /api/v1/health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answer = talk(&server.url, whole.as_bytes()).await;
    assert!(answer.contains("HTTP/1.1 200 OK"), "{answer}");
}

/// More connections than the service may have files, idle or with half a request, held by one who
/// opens another as soon as one is closed: whoever really asks is answered all the same.
#[tokio::test]
async fn who_holds_connections_shuts_nobody_out() {
    let database = TestDatabase::create().await;
    drop(database.open().await);
    let service = Service::start_with_open_files(&database.url(), 128).await;
    let health = format!("{}/api/v1/health", service.url);
    // One who was there before, with a connection that waits.
    let early = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(early.get(&health).send().await.unwrap().status(), 200);
    let address: SocketAddr = service.url["http://".len()..].parse().unwrap();
    let closed = Arc::new(AtomicUsize::new(0));
    let holding: Vec<_> = (0..300)
        .map(|number| {
            let closed = closed.clone();
            tokio::spawn(async move {
                loop {
                    hold(address, number % 2 == 0).await;
                    closed.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            })
        })
        .collect();
    while closed.load(Ordering::Relaxed) < 300 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..10 {
        // Each over a connection of its own.
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        for client in [&client, &early] {
            let asked = client.get(&health).timeout(Duration::from_secs(20)).send();
            assert_eq!(asked.await.unwrap().status(), 200);
        }
    }
    holding.iter().for_each(tokio::task::JoinHandle::abort);
}

/// Opens a connection from an address of its own, sends half a request or nothing, and waits for its
/// end.
async fn hold(address: SocketAddr, begins: bool) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let Ok(mut stream) = socket.connect(address).await else {
        return;
    };
    if begins {
        let _ = stream.write_all(b"GET /api/v1/health HT").await;
    }
    let _ = stream.read_to_end(&mut Vec::new()).await;
}
