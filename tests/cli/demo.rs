//! The demo, as whoever tries the program first meets it.

use std::process::Command;

use calamine::{Reader, Xlsx};
use qianshou::db::Db;

use crate::support::backup::{
    add_units, is_refused, names_in, path_text, unit_names, unit_names_of,
};

#[tokio::test]
async fn a_demo_does_not_take_the_database_of_one_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("demo.db").display());
    let db = Db::open(&url).await.unwrap();
    add_units(&db, &unit_names("旧", 3)).await;
    let demo = |named: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_qianshou"))
            .args(["demo", "--no-serve", "--dir", path_text(folder.path())])
            .args(named)
            // It stands there for the service, and a demo leaves it alone.
            .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
            .output()
            .unwrap()
    };
    is_refused(demo(&[]), "使用中");
    assert_eq!(unit_names_of(&db).await.len(), 3);
    db.close().await;
    // What would be ignored is refused.
    let before = names_in(folder.path());
    for named in ["postgres://u@h/n", &url] {
        is_refused(demo(&["--database", named]), "--dir");
    }
    is_refused(demo(&["--create"]), "--dir");
    assert_eq!(names_in(folder.path()), before);
}

#[test]
fn a_year_is_lived_through_and_the_workbook_agrees_with_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        Command::new(env!("CARGO_BIN_EXE_qianshou"))
            .args(["demo", "--no-serve", "--dir", "a year"])
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let output = run();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for line in [
        "新增 120 人",
        "新增 300 户",
        "户暂无人选",
        "脱贫退出：提出 27 户",
        "目标 20 户",
    ] {
        assert!(told.contains(line), "{line} is missing in:\n{told}");
    }
    let again = run();
    assert_eq!(
        String::from_utf8(again.stdout).unwrap(),
        told,
        "it is the same each time"
    );

    let workbook = std::fs::read_dir(folder.path().join("a year"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("progress-")
        })
        .unwrap();
    let mut workbook: Xlsx<_> = calamine::open_workbook(workbook).unwrap();
    let overview = workbook.worksheet_range("总览").unwrap();
    let rows: Vec<Vec<String>> = overview
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect();
    let place = |heading: &str| {
        rows.iter()
            .enumerate()
            .find_map(|(row, cells)| {
                Some((
                    row,
                    cells.iter().position(|cell| cell.starts_with(heading))?,
                ))
            })
            .unwrap()
    };
    let (row, column) = place("新脱贫(户)");
    let newly_lifted = &rows[row + 1][column];
    assert!(
        told.contains(&format!("新脱贫 {newly_lifted}，")),
        "{newly_lifted} in:\n{told}"
    );
    let ledger = workbook.worksheet_range("户台账").unwrap();
    assert!(ledger.height() > 300, "every household is in the ledger");
}
