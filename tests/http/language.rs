//! What people read in an answer is Chinese, or English for who asks for it.

use reqwest::Method;
use serde_json::Value;

use crate::support::TestServer;
use crate::support::helped_household::HelpedHousehold;
use crate::support::roster::{HOUSEHOLDS, many_households};

/// Whether a text has a Chinese character.
fn is_chinese(text: &str) -> bool {
    text.chars()
        .any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign))
}

#[tokio::test]
async fn the_six_points_are_explained_in_the_language_that_is_asked_for() {
    let office = HelpedHousehold::open().await;
    let path = format!("/households/{}/method", office.household);
    for (languages, language, chinese) in [
        ("zh-CN", "zh-CN", true),
        ("en;q=0.1, zh", "zh-CN", true),
        ("en", "en", false),
        ("fr, en-GB;q=0.8", "en", false),
    ] {
        let call = office.helper.get(&path);
        let answer = call.header("accept-language", languages).await;
        let method = answer.expect(200);
        assert_eq!(answer.header("content-language"), language, "{languages}");
        assert_eq!(answer.header("vary"), "accept-language");
        for point in method["points"].as_array().unwrap() {
            let next = point["next_step"].as_str().unwrap();
            assert_eq!(is_chinese(&next.replace("张帮扶", "")), chinese, "{next}");
            for shown in point["evidence"].as_array().unwrap() {
                let words = shown["words"].as_str().unwrap();
                let own = words.split('“').next().unwrap();
                assert_eq!(is_chinese(own), chinese, "{words}");
            }
        }
    }
}

#[tokio::test]
async fn an_import_is_told_in_the_language_that_is_asked_for() {
    let (server, office) = TestServer::start_with_office().await;
    let sent = office.send_roster(HOUSEHOLDS, many_households(0, 3)).await;
    let id = sent.expect(202)["id"].as_str().unwrap().to_owned();
    let path = format!("/imports/{id}");
    let ready = |import: &Value| import["state"] == "ready";
    while !ready(&office.get(&path).await.expect(200)) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    for (language, chinese) in [("zh-CN", true), ("en", false)] {
        let answer = office.get(&path).header("accept-language", language).await;
        let import = answer.expect(200);
        let message = import["message"].as_str().unwrap();
        assert_eq!(is_chinese(message), chinese, "{message}");
        assert_eq!(answer.header("content-language"), language);
        assert_eq!(answer.header("vary"), "accept-language");
    }
    drop(server);
}

/// So that a cache keeps one answer for everyone.
#[tokio::test]
async fn an_answer_without_words_does_not_depend_on_the_language() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    for path in ["/api/v1/health", "/openapi.json"] {
        let answer = stranger
            .at(&Method::GET, path)
            .header("accept-language", "en");
        let answer = answer.await;
        answer.expect(200);
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert!(
            !vary.iter().any(|it| *it == "accept-language"),
            "{path}: {vary:?}"
        );
        assert_eq!(answer.header("content-language"), "", "{path}");
    }
}
