//! The templates to fill in: `/templates/{kind}`.

use std::io::{Cursor, Read};

use qianshou::access::Role;
use serde_json::json;

use crate::support::roster::{HOUSEHOLDS, full_household, households_on_register};
use crate::support::{RosterFile, TestServer};

#[tokio::test]
async fn templates_are_downloaded_under_a_chinese_name() {
    let (server, _office) = TestServer::start_with_office().await;
    let helper = server.client(Role::Helper).await;
    for (kind, ascii) in [
        ("households", "household-roster"),
        ("staff", "staff-roster"),
        ("pairings", "pair-list"),
    ] {
        let path = format!("/templates/{kind}");
        let answer = helper.get(&path).await;
        answer.expect(200);
        let disposition = answer.header("content-disposition");
        assert!(
            disposition.starts_with(&format!(
                "attachment; filename=\"{ascii}.xlsx\"; filename*=UTF-8''%"
            )),
            "{disposition}"
        );
        let checked_in = format!(
            "{}/import-templates/{ascii}.xlsx",
            env!("CARGO_MANIFEST_DIR")
        );
        assert_eq!(answer.bytes, std::fs::read(checked_in).unwrap());
        let tag = answer.header("etag").to_owned();
        assert_eq!(
            helper.get(&path).header("if-none-match", &tag).await.status,
            304
        );
    }
    helper
        .get("/templates/visits")
        .await
        .expect_problem(400, "bad_request");
}

/// The drop-down lists, as Excel reads them.
#[test]
fn the_template_has_a_drop_down_list_for_every_code_list() {
    let bytes =
        qianshou::roster::template::workbook(qianshou::roster::RosterKind::Households).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
    let mut xml = String::new();
    archive
        .by_name("xl/worksheets/sheet1.xml")
        .unwrap()
        .read_to_string(&mut xml)
        .unwrap();
    let lists = xml.matches("type=\"list\"").count();
    let wanted = qianshou::roster::household::COLUMNS
        .iter()
        .filter(|column| column.in_template)
        .filter(|column| {
            use qianshou::roster::column::Kind;
            matches!(
                column.kind,
                Kind::Code { .. } | Kind::YesNo(_) | Kind::Safe(_)
            )
        })
        .count();
    assert!(lists > 0, "{xml}");
    // Neighbours with the same list may share one element.
    let ranges: usize = xml
        .split("<dataValidation ")
        .filter(|element| element.starts_with("type=\"list\""))
        .map(|element| {
            let from = element.find("sqref=\"").unwrap() + 7;
            let to = from + element[from..].find('"').unwrap();
            element[from..to].split(' ').count()
        })
        .sum();
    assert_eq!(ranges, wanted);
    assert!(xml.contains("代码表!$"), "the lists stand on a sheet");
    assert!(xml.contains("state=\"frozen\""));
}

#[tokio::test]
async fn a_filled_template_that_went_through_libreoffice_comes_in() {
    let sent = full_household("Z1");
    let bytes = RosterFile::households(&[sent.clone()]).bytes();
    let Some(saved) = crate::support::soffice_to("xlsx", &bytes) else {
        return;
    };
    let (server, office) = TestServer::start_with_office().await;
    let report = office.import(HOUSEHOLDS, saved).await;
    assert_eq!(report["problems"], json!([]), "{report:#}");
    assert_eq!(households_on_register(&server.db).await, [sent]);
}
