//! Rosters of staff.

use qianshou::staff::StaffFacts;
use serde_json::json;

use crate::support::roster::{STAFF, full_teacher, problem_at, problem_codes, staff_on_register};
use crate::support::{RosterFile, TestServer, Value};

#[tokio::test]
async fn staff_come_in_with_their_units() {
    let (server, office) = TestServer::start_with_office().await;
    let sent = vec![full_teacher("T1", "丁一"), full_teacher("T2", "丁二")];
    let file = RosterFile::staff(&sent);
    let report = office.import(STAFF, file.bytes()).await;
    assert_eq!(report["problems"], json!([]), "{report:#}");
    assert_eq!(
        report["staff"],
        json!({ "new": 2, "changed": 0, "unchanged": 0, "absent": 0, "conflicting": 0, "left_out": 0 })
    );
    assert_eq!(staff_on_register(&server).await, sent);
    let report = office.import(STAFF, file.bytes()).await;
    assert_eq!(report["staff"]["unchanged"], 2, "{report:#}");
    // One moves to another unit, the other is not in the file.
    let moved = StaffFacts {
        unit: "南阳中学".to_owned(),
        ..sent[0].clone()
    };
    let file = RosterFile::staff(&[moved.clone(), full_teacher("T3", "丁三")]);
    let report = office.import(STAFF, file.bytes()).await;
    assert_eq!(
        report["staff"],
        json!({ "new": 1, "changed": 1, "unchanged": 0, "absent": 1, "conflicting": 0, "left_out": 0 }),
        "{report:#}"
    );
    assert_eq!(staff_on_register(&server).await[0], moved);
}

#[tokio::test]
async fn staff_without_a_number_are_known_by_their_identity_number() {
    let (server, office) = TestServer::start_with_office().await;
    let mut someone = full_teacher("T1", "丁一");
    someone.number = None;
    let file = RosterFile::staff(&[someone.clone()]);
    office.import(STAFF, file.bytes()).await;
    someone.number = Some("T9".to_owned());
    let file = RosterFile::staff(&[someone.clone()]);
    let report = office.import(STAFF, file.bytes()).await;
    assert_eq!(report["staff"]["changed"], 1, "{report:#}");
    assert_eq!(staff_on_register(&server).await, [someone]);
}

#[tokio::test]
async fn a_roster_of_staff_is_checked_like_one_of_households() {
    let (_server, office) = TestServer::start_with_office().await;
    let known = full_teacher("T1", "丁一");
    let file = RosterFile::staff(&[known.clone()]);
    office.import(STAFF, file.bytes()).await;
    let mut twin = full_teacher("T2", "丁二");
    twin.identity_number = known.identity_number;
    twin.sex = known.sex;
    let other = full_teacher("T1", "丁三");
    let file = RosterFile::staff(&[
        twin,
        other,
        full_teacher("T4", "丁四"),
        full_teacher("T4", "丁五"),
    ])
    .with(2, "单位", Value::Nothing)
    .with(2, "职级", "大官")
    .with(3, "可帮扶户数", "很多");
    let report = office.preview(STAFF, file.bytes()).await;
    for (row, heading, code) in [
        (1, "工号", "staff_number_reused"),
        (2, "单位", "required_cell"),
        (2, "职级", "unknown_code"),
        (3, "工号", "same_staff_number"),
        (3, "可帮扶户数", "not_an_integer"),
    ] {
        let problem = problem_at(&report["problems"], &file.address(row, heading));
        assert_eq!(problem["code"], code, "{report:#}");
    }
    let file = RosterFile::staff(&[known])
        .with(0, "工号", Value::Nothing)
        .with(0, "证件号码", Value::Nothing);
    let report = office.preview(STAFF, file.bytes()).await;
    assert_eq!(problem_codes(&report), ["required_cell"], "{report:#}");
}
