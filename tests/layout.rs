//! Where tests stand: a test leans on `support`, never on another test, so that each can be read, moved
//! and run by itself.

use std::path::{Path, PathBuf};

/// Folders of `tests` that are no modules of this crate, and what the tests share.
const OTHERS: [&str; 4] = ["bench", "clients", "fuzz", "support"];

/// Files that read source, and have paths of modules as examples in their texts.
const READ_SOURCE: [&str; 3] = ["architecture.rs", "architecture/source.rs", "layout.rs"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The files of the tests: their paths below `tests`, and their code without comments.
fn tests() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let below = path.strip_prefix(root()).unwrap();
            let below = below.to_string_lossy().into_owned();
            if OTHERS.contains(&below.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text
                    .lines()
                    .map(|line| line.split("//").next().unwrap_or_default());
                found.push((below, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    assert!(found.len() > 80, "{} files", found.len());
    found
}

/// What a file takes from modules other than `support`: the paths as they begin.
fn taken_from_tests(code: &str) -> Vec<&str> {
    let is_of_path = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == ':';
    let path_at = |at: usize| {
        let rest = &code[at..];
        let end = rest
            .find(|sign: char| !is_of_path(sign))
            .unwrap_or(rest.len());
        &rest[..end]
    };
    let paths = ["crate::", "super::"]
        .into_iter()
        .flat_map(|root| code.match_indices(root))
        .filter(|(at, _)| !code[..*at].ends_with(is_of_path))
        .map(|(at, _)| path_at(at));
    paths
        .filter(|path| !path.starts_with("crate::support::"))
        .collect()
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let code =
        "use crate::support::{Client, page};\nuse super::add;\nlet a = crate::api::units::add(1);";
    let mut taken = taken_from_tests(code);
    taken.sort_unstable();
    assert_eq!(taken, ["crate::api::units::add", "super::add"]);
    assert_eq!(
        taken_from_tests("use crate::{api, support};"),
        ["crate::"],
        "a list that begins at the root may hold anything"
    );
    assert!(taken_from_tests("qianshou::x::super_::y(mycrate::z)").is_empty());
}

#[test]
fn a_test_takes_nothing_from_another_test() {
    let mut found = Vec::new();
    for (path, code) in tests() {
        if READ_SOURCE.contains(&path.as_str()) {
            continue;
        }
        for taken in taken_from_tests(&code) {
            found.push(format!("{path} takes {taken}: move it to tests/support"));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
