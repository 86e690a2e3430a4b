//! Saved meanings of headings: one clerk says once what a file's columns are, and the next file of the
//! same make needs nobody.

use std::process::ExitCode;

use qianshou::access::Role;
use qianshou::roster::report::RosterKind;
use serde_json::{Value as Json, json};

use crate::support::register::sound_household;
use crate::support::roster::HOUSEHOLDS;
use crate::support::{RosterFile, TestServer};

const PROFILES: &str = "/import-profiles";

/// Headings that nobody could know, in the place of the template's.
const STRANGE: [(&str, &str, &str); 4] = [
    ("镇(乡、街道)", "甲一", "town"),
    ("姓名", "甲二", "name"),
    ("证件号码", "甲三", "identity_number"),
    ("与户主关系", "甲四", "relation"),
];

fn strange() -> RosterFile {
    let mut file = RosterFile::households(&[sound_household("丁一")]);
    for (heading, own, _) in STRANGE {
        for known in &mut file.headings {
            if known == heading {
                own.clone_into(known);
            }
        }
    }
    file
}

/// What each heading of the file means.
fn meanings(file: &RosterFile) -> Json {
    let columns = file.headings.iter().map(|heading| {
        let chosen = STRANGE.iter().find(|(_, own, _)| own == heading);
        let field = chosen.map_or(heading.as_str(), |(_, _, field)| field);
        json!({ "heading": heading, "field": field })
    });
    columns.collect()
}

fn profile(name: &str, file: &RosterFile) -> Json {
    json!({ "kind": "households", "name": name, "columns": meanings(file) })
}

fn certainties(report: &Json) -> Vec<&str> {
    let mut found: Vec<_> = report["sheets"][0]["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column["certainty"].as_str().unwrap())
        .collect();
    found.dedup();
    found
}

#[tokio::test]
async fn a_file_with_the_headings_of_a_profile_is_read_by_it() {
    let (_server, office) = TestServer::start_with_office().await;
    let file = strange();
    let before = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(before["households"]["new"], 0, "{before:#}");
    let saved = office
        .post(PROFILES)
        .json(&profile("民政表", &file))
        .await
        .expect(201);
    let report = office.import(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(report["households"]["new"], 1, "{report:#}");
    assert_eq!(certainties(&report), ["profile"], "{report:#}");

    // A file that has fewer of its headings must name it.
    let fewer = file.clone().without("民族");
    let report = office.preview(HOUSEHOLDS, fewer.bytes()).await;
    assert!(report["error_count"].as_i64().unwrap() > 0, "{report:#}");
    let id = saved["id"].as_str().unwrap();
    let answer = office
        .post(HOUSEHOLDS)
        .query(&[("profile_id", id)])
        .file("名册.xlsx", "application/octet-stream", fewer.bytes())
        .await;
    let import = office.checked(&answer).await;
    assert_eq!(import["choices"]["profile_id"], id);
    assert_eq!(import["report"]["households"]["unchanged"], 1, "{import:#}");
    assert_eq!(import["report"]["error_count"], 0, "{import:#}");

    // Once it is gone, the import says so.
    let path = format!("{PROFILES}/{id}");
    office
        .delete(&path)
        .await
        .expect_problem(428, "if_match_required");
    let tag = office.tag(&path).await;
    office.delete(&path).if_match(&tag).await.expect(204);
    office.get(&path).await.expect_problem(404, "not_found");
    let import = office.choose(&import, json!({ "sheets": ["名册"] })).await;
    let kinds = import["report"]["kinds"].to_string();
    assert!(kinds.contains("no_such_profile"), "{import:#}");
}

#[tokio::test]
async fn a_profile_is_saved_once_under_its_name() {
    let (server, office) = TestServer::start_with_office().await;
    let file = strange();
    let body = profile("民政表", &file);
    let first = office
        .post(PROFILES)
        .key("k1")
        .json(&body)
        .await
        .expect(201);
    let again = office
        .post(PROFILES)
        .key("k1")
        .json(&body)
        .await
        .expect(201);
    assert_eq!(first, again);
    office
        .post(PROFILES)
        .json(&body)
        .await
        .expect_problem(409, "profile_name_taken");
    let mut wrong = profile("另一张", &file);
    wrong["columns"][0]["field"] = json!("height");
    let problem = office
        .post(PROFILES)
        .json(&wrong)
        .await
        .expect_problem(422, "no_such_field");
    assert_eq!(problem["errors"][0]["pointer"], "/columns/0/field");
    office
        .post(PROFILES)
        .json(&json!({ "kind": "staff", "name": " ", "columns": [{ "heading": "a", "field": null }] }))
        .await
        .expect_problem(422, "name_missing");
    let list = |kind: &'static str| {
        let office = office.clone();
        async move {
            let all = office.get(PROFILES).query(&[("kind", kind)]).await;
            all.expect(200)["items"].as_array().unwrap().len()
        }
    };
    assert_eq!((list("households").await, list("staff").await), (1, 0));
    let helper = server.client(Role::Helper).await;
    helper
        .get(PROFILES)
        .query(&[("kind", "staff")])
        .await
        .expect_problem(403, "forbidden");
}

#[tokio::test]
async fn the_command_line_reads_by_the_profile_that_it_is_told() {
    let (server, office) = TestServer::start_with_office().await;
    let file = strange();
    office
        .post(PROFILES)
        .json(&profile("民政局导出", &file))
        .await
        .expect(201);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("名册.xlsx");
    std::fs::write(&path, file.bytes()).unwrap();
    let import = async |profile: &str| {
        let wish = qianshou::import::cli::Wish {
            kind: RosterKind::Households,
            file: path.clone(),
            dry_run: true,
            good_rows_only: false,
            sheets: Vec::new(),
            profile: Some(profile.to_owned()),
            accept: Vec::new(),
            left: None,
            clear_empty: Vec::new(),
            all_problems: false,
            json: true,
        };
        Box::pin(qianshou::import::cli::import(&server.app, &wish)).await
    };
    assert_eq!(import("民政局导出").await.unwrap(), ExitCode::SUCCESS);
    let unknown = import("扶贫办导出").await.unwrap_err().to_string();
    assert!(unknown.contains("民政局导出"), "{unknown}");
}
