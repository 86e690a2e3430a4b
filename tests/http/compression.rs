//! Answers that travel compressed, for clients that take them so.

use poem::endpoint::make_sync;
use poem::middleware::Compression;
use poem::{Endpoint, EndpointExt, Request};
use qianshou::household::HouseholdFacts;
use reqwest::Method;
use serde_json::json;

use crate::support::document::document;
use crate::support::register::sound_household;
use crate::support::roster::import_path;
use crate::support::{Answer, PASSWORD, TestServer, XLSX};

/// What was compressed: the framework unpacks what it is sent.
async fn unpacked(answer: &Answer) -> Vec<u8> {
    let echo = make_sync(|mut request: Request| request.take_body()).with(Compression::new());
    let request = Request::builder()
        .header("content-encoding", answer.header("content-encoding"))
        .body(answer.bytes.clone());
    let echoed = echo.get_response(request).await;
    echoed.into_body().into_vec().await.unwrap()
}

/// A household with more to say than fits into one packet.
fn wordy_household(words: &str) -> HouseholdFacts {
    let mut household = sound_household("王二喜");
    household.remark = Some(words.to_owned() + &"盼孩子安心读完书。".repeat(60));
    household
}

#[tokio::test]
async fn the_document_and_the_page_come_by_any_coding_and_as_they_are() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    let get = async |path: &str, codings: &str| {
        let call = stranger.at(&Method::GET, path);
        let answer = call.header("accept-encoding", codings).await;
        answer.expect(200);
        assert_eq!(answer.header("vary"), "accept-encoding", "{path}");
        answer
    };
    for path in ["/openapi.json", "/openapi.yaml", "/openapi-3.0.json"] {
        let plain = get(path, "identity").await;
        assert_eq!(plain.header("content-encoding"), "");
        for (codings, coding) in [
            ("gzip", "gzip"),
            ("gzip, deflate, br", "br"),
            ("gzip, deflate, br, zstd", "zstd"),
        ] {
            let packed = get(path, codings).await;
            assert_eq!(packed.header("content-encoding"), coding, "{path}");
            assert!(
                packed.bytes.len() * 3 < plain.bytes.len(),
                "{path} {coding}"
            );
            assert_eq!(unpacked(&packed).await, plain.bytes, "{path} {coding}");
        }
    }
    let packed = get("/openapi.json", "gzip").await;
    let json: serde_json::Value = serde_json::from_slice(&unpacked(&packed).await).unwrap();
    assert_eq!(json, document());
}

#[tokio::test]
async fn a_compressed_record_has_a_tag_of_its_own_by_which_it_can_be_changed() {
    let (server, office) = TestServer::start_with_office().await;
    let household = server.add_household(wordy_household("")).await;
    let path = format!("/households/{household}");
    let plain = office.get(&path).await;
    assert!(plain.bytes.len() > 1024, "{}", plain.text());
    let packed = office.get(&path).header("accept-encoding", "gzip").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(unpacked(&packed).await, plain.bytes);
    assert_eq!(plain.header("etag"), "\"1\"");
    assert_eq!(packed.header("etag"), "\"1-gzip\"");
    assert!(packed.header("cache-control").contains("no-store"));

    // Of a record that a client may change, the tag is taken as it was read.
    let person = format!("/staff/{}", server.add_staff().await);
    let tag = office.tag(&person).await.replace("\"1\"", "\"1-zstd\"");
    let change = |tag: &str| office.patch(&person).if_match(tag);
    let capacity = json!({ "capacity": 4 });
    change(&tag).json(&capacity).await.expect(200);
    change(&tag)
        .json(&capacity)
        .await
        .expect_problem(412, "changed_meanwhile");
}

#[tokio::test]
async fn texts_are_masked_before_they_are_compressed() {
    let server = TestServer::start().await;
    let household = wordy_household("联系电话13800138000");
    let id = server.add_household(household).await;
    let leader = server.client(qianshou::access::Role::Leader).await;
    let call = leader.get(&format!("/households/{id}"));
    let packed = call.header("accept-encoding", "gzip").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    let text = String::from_utf8(unpacked(&packed).await).unwrap();
    assert!(text.contains("138******00"), "{text}");
    assert!(!text.contains("13800138000"), "{text}");
}

#[tokio::test]
async fn what_is_short_secret_streamed_or_packed_already_travels_as_it_is() {
    let (server, office) = TestServer::start_with_office().await;
    let all = "gzip, br, zstd";
    let plain = |answer: &Answer| {
        assert_eq!(answer.header("content-encoding"), "");
    };
    let short = office.get("/accounts/me").header("accept-encoding", all);
    plain(&short.await);
    let log_in =
        json!({ "username": office.username, "password": PASSWORD, "device": "x".repeat(100) });
    let log_in = server.stranger().post("/sessions").json(&log_in);
    let session = log_in.header("accept-encoding", all).await;
    session.expect(201);
    plain(&session);
    let template = office
        .get("/templates/staff")
        .header("accept-encoding", all);
    let template = template.await;
    template.expect(200);
    assert_eq!(template.header("content-type"), XLSX);
    assert!(!template.header("vary").contains("accept-encoding"));
    plain(&template);
    let sent = office.send_roster("/imports/staff", template.bytes).await;
    let events = import_path(&office.checked(&sent).await, "/events");
    let events = office.get(&events).header("accept-encoding", all).await;
    assert!(
        events
            .header("content-type")
            .starts_with("text/event-stream")
    );
    plain(&events);
}
