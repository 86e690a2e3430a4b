//! The demo, as whoever tries the program first meets it.

use std::process::Command;

use calamine::{Reader, Xlsx};

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
        "提醒 0 处",
        "户暂无人选",
        "脱贫退出：27 户",
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
