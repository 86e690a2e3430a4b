//! `qianshou export`.
#![allow(clippy::float_cmp, reason = "counts and fen are exact in floats")]

use chrono::NaiveDate;

use crate::support::TestServer;
use crate::support::book::Book;
use crate::support::register::day;

#[tokio::test(flavor = "multi_thread")]
async fn the_command_writes_the_same_file_and_refuses_the_future() {
    let server = TestServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("进度.xlsx");
    let export = async |year, on: NaiveDate, out: &std::path::Path| {
        qianshou::report::cli::export_progress(&server.app, Some(year), Some(on), out).await
    };
    export(2025, day("2026-06-30"), &out).await.unwrap();
    let mut book = Book::open(&std::fs::read(&out).unwrap());
    let subtitle = book.sheet("总览").get((1, 0)).unwrap().to_string();
    assert!(subtitle.contains("截至2025年12月31日"), "{subtitle}");
    let tomorrow = server.app.today().succ_opt().unwrap();
    let future = export(2026, tomorrow, &out).await.unwrap_err();
    assert_eq!(future.code(), "date_in_future");
    let nowhere = folder.path().join("没有/进度.xlsx");
    let nowhere = export(2026, day("2026-06-30"), &nowhere).await.unwrap_err();
    assert_eq!(nowhere.code(), "cannot_write_file");
}
