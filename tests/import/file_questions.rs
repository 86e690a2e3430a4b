//! What a file leaves open for all its rows is one question, answered once, and done as decided: over
//! HTTP, with real workbooks.

use qianshou::household::{HouseholdFacts, PovertyStatus, Relation};
use serde_json::json;

use crate::support::register::{facts, person};
use crate::support::roster::HOUSEHOLDS;
use crate::support::{RosterFile, TestServer};

fn household(number: &str, head: &str, status: PovertyStatus) -> HouseholdFacts {
    HouseholdFacts {
        number: Some(number.to_owned()),
        status,
        members: vec![person(head, Relation::Head, "19700101")],
        ..facts("草庙镇", "前进村")
    }
}

#[tokio::test]
async fn a_file_without_a_status_is_asked_once_and_the_register_keeps_its_own() {
    let (_server, office) = TestServer::start_with_office().await;
    let known = household("F1", "甲", PovertyStatus::LiftedWithoutPolicy);
    let sent = RosterFile::households(std::slice::from_ref(&known));
    office.import(HOUSEHOLDS, sent.bytes()).await;

    let new = household("F2", "乙", PovertyStatus::Poor);
    let file = RosterFile::households(&[known, new]).without("脱贫属性");
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(preview["error_count"], 0, "{preview:#}");
    assert_eq!(preview["undecided_count"], 1, "{preview:#}");
    assert_eq!(preview["conflicts"][0]["key"], "no_status");

    let accepted = office.decide(&preview, &[("no_status", true)]).await;
    office.commit(&accepted).await.expect(200);
    for (number, status) in [("F1", "lifted_without_policy"), ("F2", "poor")] {
        let page = office
            .get("/households")
            .query(&[("search", number)])
            .await
            .expect(200);
        assert_eq!(page["items"][0]["status"], json!(status), "{page:#}");
    }
}

#[tokio::test]
async fn a_refused_question_keeps_its_households_out() {
    let (_server, office) = TestServer::start_with_office().await;
    let new = household("F3", "丙", PovertyStatus::Poor);
    let file = RosterFile::households(&[new]).without("脱贫属性");
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    let refused = office.decide(&preview, &[("no_status", false)]).await;
    assert_eq!(refused["error_count"], 1, "{refused:#}");
    assert_eq!(refused["left_out"], 1, "{refused:#}");
}
