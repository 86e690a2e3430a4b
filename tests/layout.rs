//! Where tests stand: a test leans on `support`, never on another test, so that each can be read, moved
//! and run by itself. In `support` stands what is shared, each helper once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::support::source_files::rust_files;

/// Folders of `tests` that are no modules of this crate, and what the tests share.
const OTHERS: [&str; 4] = ["bench", "clients", "fuzz", "support"];

/// Files that read source, and have paths of modules as examples in their texts.
const READ_SOURCE: [&str; 3] = ["architecture.rs", "architecture/source.rs", "layout.rs"];

/// All files below `tests`: their paths, and their code without comments.
fn files() -> Vec<(String, String)> {
    let mut found = rust_files("tests");
    for (_, text) in &mut found {
        let code = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default());
        *text = code.collect::<Vec<_>>().join("\n");
    }
    assert!(found.len() > 80, "{} files", found.len());
    found
}

/// The folder of a file directly below `tests`; of a file there, the file.
fn first_part(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
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
    for (path, code) in files() {
        if READ_SOURCE.contains(&path.as_str()) || OTHERS.contains(&first_part(&path)) {
            continue;
        }
        for taken in taken_from_tests(&code) {
            found.push(format!("{path} takes {taken}: move it to tests/support"));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A function or a constant that a file of `support` offers to others.
#[derive(Debug, PartialEq, Eq)]
struct Helper<'a> {
    name: &'a str,
    is_method: bool,
}

fn helpers(code: &str) -> Vec<Helper<'_>> {
    static OFFERED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^( *)pub (?:async |const |unsafe )*(?:fn|const|static) (\w+)").unwrap()
    });
    let found = OFFERED.captures_iter(code).map(|found| found.extract());
    found
        .map(|(_, [indent, name])| Helper {
            name,
            is_method: !indent.is_empty(),
        })
        .collect()
}

#[test]
fn helpers_are_what_a_file_offers() {
    let code = "pub async fn add() {}\nfn own() {}\npub(super) fn near() {}\npub const DAY: u8 = 1;
impl A {\n    pub const fn of() -> A { A }\n    fn x() {}\n}\npub struct A;";
    let found = helpers(code);
    let found: Vec<_> = found.iter().map(|it| (it.name, it.is_method)).collect();
    assert_eq!(found, [("add", false), ("DAY", false), ("of", true)]);
}

/// What one file alone uses is no helper: it stands in that file, and is not `pub`.
#[test]
fn each_helper_is_used_from_another_file() {
    let files = files();
    let words: Vec<_> = files
        .iter()
        .map(|(path, code)| {
            let is_of_word = |sign: char| sign.is_alphanumeric() || sign == '_';
            let words: BTreeSet<_> = code.split(|sign| !is_of_word(sign)).collect();
            (path, words)
        })
        .collect();
    let mut found = Vec::new();
    for (path, code) in files
        .iter()
        .filter(|(path, _)| first_part(path) == "support")
    {
        for helper in helpers(code) {
            let mut others = words.iter().filter(|(other, _)| *other != path);
            if !others.any(|(_, words)| words.contains(helper.name)) {
                found.push(format!("{path}: nobody else uses {}", helper.name));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Two of one name are two helpers for one thing, or a reader takes one for the other. Methods are told apart
/// by what they are called on; the files of a folder in `support` are known to its `mod.rs` alone.
#[test]
fn no_two_helpers_have_one_name() {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, code) in files() {
        let Some(file) = path.strip_prefix("support/") else {
            continue;
        };
        if file.contains('/') && !file.ends_with("/mod.rs") {
            continue;
        }
        for helper in helpers(&code).iter().filter(|helper| !helper.is_method) {
            let of_name = named.entry(helper.name.to_owned()).or_default();
            of_name.push(path.clone());
        }
    }
    named.retain(|_, paths| paths.len() > 1);
    assert!(named.is_empty(), "{named:#?}");
}
