//! The command line: settings, accounts, backup, starting and stopping.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program, without anything that the environment of the tests says of its settings.
fn qianshou(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qianshou"));
    command.current_dir(folder);
    for setting in [
        "DATABASE_URL",
        "QIANSHOU_DATABASE",
        "QIANSHOU_LISTEN",
        "QIANSHOU_LOG",
        "QIANSHOU_CONFIG",
    ] {
        command.env_remove(setting);
    }
    // Help in English, whoever runs the tests.
    command.env("LC_ALL", "C");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    qianshou(folder).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn every_command_has_its_help_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let all = stdout(&run(folder.path(), &["--help"]));
    assert!(all.contains("Examples:"), "{all}");
    let commands: Vec<_> = all
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.len() >= 6, "{commands:?}");
    for command in commands {
        let help = stdout(&run(folder.path(), &[command, "--help"]));
        let is_group = help.contains("Commands:");
        assert!(is_group || help.contains("Example"), "{command}: {help}");
    }
}

/// `qianshou import … | head -1`
#[test]
fn a_reader_who_leaves_early_breaks_nothing_off() {
    let folder = tempfile::tempdir().unwrap();
    stdout(&run(folder.path(), &["template"]));
    let roster = folder.path().join("import-templates/staff-roster.xlsx");
    for arguments in [
        vec!["import", "staff", roster.to_str().unwrap()],
        vec!["template"],
    ] {
        let mut child = qianshou(folder.path())
            .args(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_ne!(output.status.code(), Some(101), "{}", stderr(&output));
        assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    }
}

#[test]
fn a_bad_setting_stops_the_start_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (arguments, named) in [
        (["migrate", "--database", "mysql://x"], "DATABASE_URL"),
        (["migrate", "--listen", "nowhere"], "QIANSHOU_LISTEN"),
        (["migrate", "--log", "=="], "QIANSHOU_LOG"),
        (["migrate", "--config", "missing.toml"], "missing.toml"),
    ] {
        let output = run(at, &arguments);
        assert!(!output.status.success());
        assert!(stderr(&output).contains(named), "{}", stderr(&output));
    }
    std::fs::write(at.join("qianshou.toml"), "databse = 'sqlite:x.db'").unwrap();
    let output = run(at, &["migrate"]);
    assert!(!output.status.success());
    assert!(stderr(&output).contains("databse"), "{}", stderr(&output));
    std::fs::write(
        at.join("qianshou.toml"),
        "database = 'sqlite:from-the-file.db'",
    )
    .unwrap();
    assert!(stdout(&run(at, &["migrate"])).contains("SQLite"));
    assert!(at.join("from-the-file.db").exists());
}

#[test]
fn a_database_that_is_none_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("x.db"),
        "this is a letter, and no database at all".repeat(50),
    )
    .unwrap();
    let output = run(folder.path(), &["migrate", "--database", "sqlite:x.db"]);
    assert!(!output.status.success());
    assert!(stderr(&output).starts_with("错误："), "{}", stderr(&output));
}

#[test]
fn the_document_is_printed_as_json_and_as_yaml() {
    let folder = tempfile::tempdir().unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&stdout(&run(folder.path(), &["openapi"]))).unwrap();
    assert!(json["paths"]["/sessions"].is_object());
    assert!(stdout(&run(folder.path(), &["openapi", "--yaml"])).starts_with("openapi:"));
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "no database is made for it"
    );
}

#[test]
fn accounts_are_made_and_reset_and_a_backup_holds_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let nowhere = run(at, &["user", "add", "wangfang", "--role", "office"]);
    let words = stderr(&nowhere);
    assert!(
        words.contains("qianshou.db") && words.contains("--create"),
        "{words}"
    );
    stdout(&run(at, &["migrate"]));
    let made = stdout(&run(at, &["user", "add", "wangfang", "--role", "office"]));
    assert!(made.contains("wangfang"), "{made}");
    for (name, word) in [
        ("", "登录名"),
        ("wang fang", "不含空格"),
        ("WangFang", "wangfang"),
    ] {
        let refused = run(at, &["user", "add", name, "--role", "office"]);
        assert!(
            stderr(&refused).contains(word),
            "{name}: {}",
            stderr(&refused)
        );
    }
    stdout(&run(at, &["user", "add", "王芳", "--role", "leader"]));
    let listed = stdout(&run(at, &["user", "list"]));
    for word in ["wangfang", "王芳", "可登录"] {
        assert!(listed.contains(word), "{listed}");
    }
    let again = run(at, &["user", "add", "wangfang", "--role", "office"]);
    assert!(stderr(&again).contains("已被使用"), "{}", stderr(&again));
    let unknown = run(at, &["user", "add", "x", "--role", "king"]);
    assert!(stderr(&unknown).contains("administrator, office, unit_contact, helper, leader"));
    let nobody = run(
        at,
        &[
            "user", "add", "lina", "--role", "helper", "--staff", "T0012",
        ],
    );
    assert!(stderr(&nobody).contains("工号"), "{}", stderr(&nobody));
    let nobody = run(at, &["user", "add", "lina", "--role", "unit_contact"]);
    assert!(stderr(&nobody).contains("单位联络员账号必须对应"));
    assert_ne!(stdout(&run(at, &["user", "reset", "wangfang"])), made);
    assert!(stderr(&run(at, &["user", "reset", "nobody"])).contains("没有找到该账号"));

    stdout(&run(at, &["backup", "saved.db"]));
    assert!(
        !run(at, &["backup", "saved.db"]).status.success(),
        "a backup overwrites nothing"
    );
    let reset = run(
        at,
        &["user", "reset", "wangfang", "--database", "sqlite:saved.db"],
    );
    assert!(
        stdout(&reset).contains("wangfang"),
        "the account is in the backup"
    );
}

#[cfg(unix)]
#[test]
fn serving_prints_the_first_administrator_once_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    for start in 0..2 {
        let mut server = qianshou(folder.path())
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let mut line = lines.next().unwrap();
        assert_eq!(line.contains("password"), start == 0, "{line}");
        if start == 0 {
            line = lines.next().unwrap();
        }
        assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
        let stopped = Command::new("kill")
            .arg(server.id().to_string())
            .status()
            .unwrap();
        assert!(stopped.success());
        assert!(server.wait().unwrap().success(), "a stop is no failure");
    }
}

#[test]
fn an_account_is_unlocked_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let at_database = |arguments: &[&str]| {
        let database = ["--database", "sqlite:x.db"];
        run(at, &[arguments, &database].concat())
    };
    stdout(&at_database(&["migrate"]));
    stdout(&at_database(&["user", "add", "lina", "--role", "leader"]));
    let unlocked = stdout(&at_database(&["user", "unlock", "lina"]));
    assert!(unlocked.contains("lina"), "{unlocked}");
    let missing = at_database(&["user", "unlock", "nobody"]);
    assert!(!missing.status.success());
    assert!(stderr(&missing).contains("账号"), "{}", stderr(&missing));
}

#[test]
fn who_cannot_serve_or_read_leaves_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let demo = ["demo", "--dir", "year", "--listen", &address];
    let serve = ["serve", "--create", "--listen", &address];
    for arguments in [&demo[..], &serve] {
        let words = stderr(&run(at, arguments));
        assert!(
            words.contains(&address) && words.contains("--listen"),
            "{words}"
        );
        assert!(!words.contains("os error"), "{words}");
    }
    for kind in ["households", "staff", "pairings"] {
        let words = stderr(&run(
            at,
            &["import", kind, "没有.xlsx", "--database", "sqlite:new.db"],
        ));
        assert!(words.contains("没有.xlsx：没有这个文件"), "{words}");
    }
    let progress = stderr(&run(at, &["export", "progress", "--out", "-"]));
    assert!(progress.contains("--create"), "{progress}");
    let unreachable = ["migrate", "--database", "postgres://x@127.0.0.1:1/x"];
    let words = stderr(&run(at, &unreachable));
    assert!(
        words.contains("127.0.0.1:1：对方没有在该地址上服务"),
        "{words}"
    );
    assert_eq!(std::fs::read_dir(at).unwrap().count(), 0, "nothing is left");
}

#[test]
fn what_there_is_can_be_shown_and_sent_on() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    stdout(&run(at, &["migrate"]));
    let progress = stdout(&run(
        at,
        &["progress", "--year", "2026", "--as-of", "2026-06-30"],
    ));
    assert!(
        progress.contains("2026 年脱贫进度（截至 2026-06-30）"),
        "{progress}"
    );
    let json = stdout(&run(at, &["progress", "--as-of", "2026-06-30", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["year"], 2026);
    for workbook in ["progress", "pairings"] {
        let sent = run(
            at,
            &["export", workbook, "--as-of", "2026-06-30", "--out", "-"],
        );
        assert!(
            sent.status.success() && sent.stdout.starts_with(b"PK"),
            "{}",
            stderr(&sent)
        );
    }
    let unit = stderr(&run(at, &["pair", "--unit", "没有的学校"]));
    assert!(unit.contains("还没有任何单位"), "{unit}");
    let listed = stdout(&run(at, &["import", "list"]));
    assert!(listed.contains("结果"), "{listed}");
}

#[test]
fn a_mistyped_path_is_named_and_nothing_is_made_there() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["backup", "x.db"][..],
        &["pair"],
        &["progress"],
        &["user", "list"],
        &["user", "add", "lina", "--role", "leader"],
        &["import", "list"],
        &["export", "progress", "--out", "p.xlsx"],
        &["export", "pairings", "--out", "p.xlsx"],
    ] {
        let database = ["--database", "sqlite:mistyped.db"];
        let output = run(folder.path(), &[arguments, &database].concat());
        assert!(!output.status.success(), "{arguments:?}");
        let words = stderr(&output);
        assert!(words.contains("mistyped.db"), "{arguments:?}: {words}");
        assert!(!words.contains("os error"), "{arguments:?}: {words}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_database_is_named_by_either_variable() {
    for variable in ["QIANSHOU_DATABASE", "DATABASE_URL"] {
        let folder = tempfile::tempdir().unwrap();
        let mut migrate = qianshou(folder.path());
        migrate.arg("migrate").env(variable, "sqlite:own.db");
        assert!(migrate.output().unwrap().status.success());
        assert!(folder.path().join("own.db").exists(), "{variable}");
    }
}

#[cfg(unix)]
#[test]
fn the_first_administrator_is_made_whoever_came_before() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    stdout(&run(at, &["migrate"]));
    stdout(&run(at, &["user", "add", "lina", "--role", "leader"]));
    let mut server = qianshou(at)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut told = BufReader::new(server.stdout.take().unwrap());
    told.read_line(&mut line).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(line.contains("password"), "{line}");
}

#[test]
fn help_and_refusals_are_chinese_for_who_asks_or_has_such_a_locale() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let told = |arguments: &[&str], locale: &str| {
        let mut command = qianshou(at);
        command.args(arguments).env_remove("LC_MESSAGES");
        let output = command.env("LC_ALL", locale).output().unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    for (arguments, locale, words) in [
        (
            &["--help"][..],
            "zh_CN.UTF-8",
            "用法：qianshou [选项] <命令>",
        ),
        (&["--lang", "zh", "--help"], "C", "演示一个虚构单位的一年"),
        (&["pair", "--lang=zh", "--help"], "C", "只安排这个镇的户"),
        (
            &["help", "import"],
            "zh_CN.UTF-8",
            "导入名册，或只说明导入后会怎样",
        ),
        (
            &["serv"],
            "zh_CN.UTF-8",
            "错误：没有命令 serv，您要写的是 serve 吗？",
        ),
        (&["--lang", "en", "--help"], "zh_CN.UTF-8", "Commands:"),
        (&["--help"], "C", "Commands:"),
        (&["serv"], "C", "unrecognized subcommand"),
    ] {
        let all = told(arguments, locale);
        assert!(all.contains(words), "{arguments:?} {locale}: {all}");
        assert!(words.is_ascii() || !all.contains("Usage:"), "{all}");
    }
}
