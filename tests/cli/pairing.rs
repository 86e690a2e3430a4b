//! `qianshou pairing`.

use std::process::ExitCode;

use qianshou::pairing;
use qianshou::pairing::run::model::Scope;
use qianshou::roster::RosterKind;
use serde_json::Value;

use crate::support::TestServer;
use crate::support::pairing::{
    add_households, current_pairings, household_with_head, pair_list, staff_number,
};
use crate::support::staff::{add_person, add_person_with_room};

#[tokio::test]
async fn the_command_line_proposes_tells_and_confirms() {
    let (server, office) = TestServer::start_with_office().await;
    add_households(&server, "东圩村", 3).await;
    add_person_with_room(&server, "实验小学", Some(2)).await;
    let scope = || Scope {
        town: Some("青禾镇".to_owned()),
        ..Scope::default()
    };
    let told = pairing::run::cli::pair(&server.app, scope(), false, false)
        .await
        .unwrap();
    for words in [
        "张帮扶",
        "（无）",
        "可安排 2 户，无法安排 1 户",
        "缺口：青禾镇东圩村共 3 户",
        "待确认",
    ] {
        assert!(told.contains(words), "{words}\n{told}");
    }
    assert!(office.items("/pairings").await.is_empty());
    let json = pairing::run::cli::pair(&server.app, scope(), true, true)
        .await
        .unwrap();
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["run"]["status"], "confirmed");
    assert_eq!(report["proposals"].as_array().unwrap().len(), 3);
    assert_eq!(office.items("/pairings").await.len(), 2);
    let elsewhere = Scope {
        town: Some("别的镇".to_owned()),
        ..Scope::default()
    };
    let refused = pairing::run::cli::pair(&server.app, elsewhere, true, false).await;
    assert_eq!(refused.unwrap_err().code(), "nothing_to_pair");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_takes_a_list_in() {
    let (server, office) = TestServer::start_with_office().await;
    let helper = add_person(&server, "东圩小学", "甲帮扶").await;
    let number = staff_number(&office, helper).await;
    household_with_head(&server, "QH001", "赵一").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("结对表.xlsx");
    let run = async |rows: &[[&str; 9]], dry_run, good_rows_only| {
        std::fs::write(&path, pair_list(rows)).unwrap();
        let wish = qianshou::import::cli::Wish {
            kind: RosterKind::Pairings,
            file: path.clone(),
            dry_run,
            good_rows_only,
            sheets: Vec::new(),
            profile: None,
            accept: Vec::new(),
            left: None,
            clear_empty: Vec::new(),
            all_problems: false,
            json: false,
        };
        let ended = Box::pin(qianshou::import::cli::import(&server.app, &wish)).await;
        ended.unwrap() == ExitCode::SUCCESS
    };
    let paired = async || current_pairings(&office).await.len();
    let good = ["1", "QH001", "", "", &number, "", "", "", ""];
    let bad = ["1", "QH404", "", "", &number, "", "", "", ""];
    assert!(!run(&[good, bad], false, false).await);
    assert!(run(&[good], true, false).await);
    assert_eq!(paired().await, 0);
    assert!(run(&[good, bad], false, true).await, "the good rows alone");
    assert_eq!(paired().await, 1);
    assert!(run(&[good], false, false).await, "it holds already");
    assert_eq!(paired().await, 1);
    let imports = office.items("/imports").await;
    let lists = imports.iter().filter(|it| it["kind"] == "pairings");
    let states: Vec<_> = lists.map(|it| &it["state"]).collect();
    assert_eq!(states, ["committed", "committed", "cancelled", "cancelled"]);
}
