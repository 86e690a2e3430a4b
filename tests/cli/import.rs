//! `qianshou import`.

use serde_json::Value as Json;

use crate::support::RosterFile;
use crate::support::roster::full_household;

#[test]
fn the_command_line_imports_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_qianshou"))
            .current_dir(folder.path())
            .env_remove("DATABASE_URL")
            .args(arguments)
            .output()
            .unwrap()
    };
    let words = |output: &std::process::Output| {
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr)
    };
    let file = RosterFile::households(&[full_household("U1")]);
    std::fs::write(folder.path().join("good.xlsx"), file.bytes()).unwrap();
    let bad = file.with(0, "劳动技能", "很强");
    std::fs::write(folder.path().join("bad.xlsx"), bad.bytes()).unwrap();
    std::fs::write(folder.path().join("page.xls"), "<html>").unwrap();

    let output = run(&["import", "households", "bad.xlsx"]);
    let cell = bad.address(0, "劳动技能");
    assert!(!output.status.success());
    assert!(
        words(&output).contains(&format!("错误 名册!{cell} 劳动技能 “很强”：")),
        "{}",
        words(&output)
    );
    let output = run(&["import", "households", "page.xls"]);
    assert!(!output.status.success());
    assert!(words(&output).contains("另存为”"), "{}", words(&output));
    let output = run(&["import", "households", "good.xlsx", "--dry-run"]);
    assert!(
        output.status.success() && words(&output).contains("核对通过"),
        "{}",
        words(&output)
    );
    let output = run(&["import", "households", "good.xlsx", "--json"]);
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["report"]["households"]["new"], 1, "{report:#}");
    assert_eq!(report["state"], "committed", "{report:#}");
    let output = run(&["import", "households", "good.xlsx"]);
    assert!(
        output.status.success() && words(&output).contains("未变 1 户"),
        "{}",
        words(&output)
    );
    assert!(!run(&["import", "staff", "nowhere.xlsx"]).status.success());
    let output = run(&["template", "--dir", "templates"]);
    assert!(output.status.success(), "{}", words(&output));
    assert!(folder.path().join("templates/staff-roster.xlsx").exists());
}
