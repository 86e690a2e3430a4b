//! `qianshou import`.

use qianshou::code_list::CodeList as _;
use qianshou::import::report::ConflictKind;
use serde_json::Value as Json;

use crate::support::RosterFile;
use crate::support::pairing::pair_list_under;
use crate::support::roster::{full_household, numbered_household};

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

/// What the program prints in a folder, whether it ended well, and what it prints beside.
fn run(folder: &std::path::Path, arguments: &[&str]) -> (String, bool, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_qianshou"))
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        text(&output.stdout),
        output.status.success(),
        text(&output.stderr),
    )
}

#[test]
fn problems_of_one_kind_and_column_are_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let households: Vec<_> = (1..=6)
        .map(|at| numbered_household(&format!("A{at}")))
        .collect();
    let mut file = RosterFile::households(&households);
    let rows = file.rows.len();
    for row in 0..rows {
        file = file.with(row, "劳动技能", "很强");
    }
    let file = file.with(0, "健康状况", "还行吧");
    std::fs::write(folder.path().join("bad.xlsx"), file.bytes()).unwrap();

    let (told, good, _) = run(folder.path(), &["import", "households", "bad.xlsx"]);
    assert!(!good);
    let lines = |told: &str, word: &str| told.lines().filter(|line| line.contains(word)).count();
    assert_eq!(lines(&told, "劳动技能"), 1, "{told}");
    let first = file.address(0, "劳动技能");
    let words = format!("错误 劳动技能 共 {rows} 处（名册!{first}、");
    assert!(told.contains(&words), "{told}");
    let other = format!(
        "错误 名册!{} 健康状况 “还行吧”：",
        file.address(0, "健康状况")
    );
    assert!(told.contains(&other), "{told}");
    assert!(told.contains("--all-problems"), "{told}");

    let every = ["import", "households", "bad.xlsx", "--all-problems"];
    let (told, _, _) = run(folder.path(), &every);
    for row in 0..rows {
        let line = format!(
            "错误 名册!{} 劳动技能 “很强”：",
            file.address(row, "劳动技能")
        );
        assert_eq!(lines(&told, &line), 1, "{told}");
    }

    let (told, good, _) = run(
        folder.path(),
        &["import", "households", "bad.xlsx", "--json"],
    );
    let report: Json = serde_json::from_str(&told).unwrap();
    assert!(!good);
    assert_eq!(report["report"]["groups"][0]["count"], rows, "{report:#}");
    assert!(
        report["refusal"].as_str().unwrap().contains("处错误"),
        "{report:#}"
    );
    let problems = report["problems"].as_array().unwrap();
    assert!(problems.len() > rows, "{report:#}");
}

#[test]
fn a_file_that_is_refused_is_reported_as_json_too() {
    let folder = tempfile::tempdir().unwrap();
    let whole = RosterFile::households(&[numbered_household("A1")]).bytes();
    for (name, bytes, code) in [
        ("page.xls", &b"<html>"[..], "wrong_file_type"),
        ("empty.xlsx", b"", "unreadable_file"),
        ("cut.xlsx", &whole[..whole.len() / 2], "unreadable_file"),
    ] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        for kind in ["households", "staff", "pairings"] {
            let (told, good, beside) = run(folder.path(), &["import", kind, name, "--json"]);
            assert!(!good);
            let report: Json = serde_json::from_str(&told)
                .unwrap_or_else(|error| panic!("{name}: {error}: {told}{beside}"));
            assert_eq!(report["state"], "failed", "{report:#}");
            assert_eq!(
                (&report["kind"], &report["file_name"]),
                (&kind.into(), &name.into())
            );
            assert_eq!(report["failure"]["code"], code, "{report:#}");
            assert!(report["failure"]["cure"].is_string(), "{report:#}");
        }
    }
}

#[test]
fn a_list_of_pairs_is_told_in_few_lines() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<[String; 2]> = (1..=40)
        .map(|at| [format!("QH{at:03}"), "T1".to_owned()])
        .collect();
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let list = pair_list_under(&["户编号", "工号"], &rows);
    std::fs::write(folder.path().join("pairs.xlsx"), list).unwrap();
    let (told, good, beside) = run(folder.path(), &["import", "pairings", "pairs.xlsx"]);
    assert!(!good);
    assert_eq!(told.lines().count(), 7, "{told}{beside}");
    assert!(
        told.contains("错误 户编号 共 40 处（结对表!A2、A3、A4 等）"),
        "{told}"
    );
    assert!(
        told.contains("错误 工号 共 40 处（结对表!B2、B3、B4 等）：“T1”40 处"),
        "{told}"
    );
    assert!(told.contains("--all-problems"), "{told}");
    let every = ["import", "pairings", "pairs.xlsx", "--all-problems"];
    let (told, _, _) = run(folder.path(), &every);
    assert_eq!(told.lines().count(), 84, "{told}");
    let (told, good, _) = run(
        folder.path(),
        &["import", "pairings", "pairs.xlsx", "--json"],
    );
    assert!(!good);
    let report: Json = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (&report["kind"], &report["state"]),
        (&"pairings".into(), &"ready".into())
    );
    let counted = &report["report"];
    assert_eq!(counted["groups"].as_array().unwrap().len(), 2, "{report:#}");
    assert_eq!(
        (&counted["error_count"], &counted["left_out"]),
        (&80.into(), &40.into())
    );
    assert_eq!(report["problems"].as_array().unwrap().len(), 80);
    assert!(report["refusal"].is_string(), "{report:#}");
}

/// What the command says, and what it says of errors, when `file.xlsx` of the folder is tried with these answers.
fn tried(folder: &std::path::Path, answer: &[&str]) -> (String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_qianshou"))
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .args(["import", "households", "file.xlsx", "--dry-run", "--create"])
        .args(["--database", "sqlite:new.db"])
        .args(answer)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_question_that_is_answered_is_not_listed_as_open() {
    let folder = tempfile::tempdir().unwrap();
    let household = qianshou::household::HouseholdFacts {
        category: None,
        lifted_year: None,
        ..full_household("U1")
    };
    let file = RosterFile::households(&[household]).without("脱贫属性");
    std::fs::write(folder.path().join("file.xlsx"), file.bytes()).unwrap();
    let said = |answer: &[&str]| tried(folder.path(), answer).0;
    let open = said(&[]);
    assert!(open.contains("待决 [no_status] "), "{open}");
    let decided = said(&["--accept", "no_status"]);
    assert!(decided.contains("已决 [no_status] "), "{decided}");
    assert!(!decided.contains("待决"), "{decided}");
    assert!(!decided.contains("个问题需要先决定"), "{decided}");
}

#[test]
fn the_help_names_every_kind_of_question() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_qianshou"))
        .args(["import", "staff", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8_lossy(&output.stdout);
    let accept = help.split("--accept").nth(1).unwrap();
    let accept = accept.split("--left").next().unwrap();
    for entry in ConflictKind::ENTRIES {
        let is_named = accept.contains(entry.code);
        // What became of members is said by an answer alone.
        assert_eq!(
            is_named,
            entry.value != ConflictKind::Left,
            "{}",
            entry.code
        );
    }
}

/// Of several answers, and of several names, the command line chooses as the API does.
#[test]
fn an_answer_and_a_name_are_chosen_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = |number: &str, village: &str| qianshou::household::HouseholdFacts {
        village: village.to_owned(),
        ..full_household(number)
    };
    let file = RosterFile::households(&[at("U1", "双喜"), at("U2", "双喜村")]);
    std::fs::write(folder.path().join("file.xlsx"), file.bytes()).unwrap();
    let said = |answer: &[&str]| {
        let (out, err) = tried(folder.path(), answer);
        out + &err
    };
    let open = said(&[]);
    assert!(open.contains("待决 [place_spelling] "), "{open}");
    for (answer, words) in [
        ("place_spelling", "同一个村：统一写作“双喜村”"),
        ("place_spelling=same_place", "同一个村：统一写作"),
        ("place_spelling=same_place:双喜", "同一个村：统一写作"),
        ("place_spelling=different_places", "不同的村"),
    ] {
        let decided = said(&["--accept", answer]);
        assert!(decided.contains("已决 [place_spelling] "), "{decided}");
        assert!(decided.contains(words), "{answer}: {decided}");
        assert!(!decided.contains("待决"), "{answer}: {decided}");
    }
    // A name that is none of those leaves it open, and an answer that is none is refused.
    let other = said(&["--accept", "place_spelling=same_place:前进村"]);
    assert!(other.contains("待决 [place_spelling] "), "{other}");
    let none = said(&["--accept", "place_spelling=yes"]);
    assert!(none.contains("same_place"), "{none}");
}
