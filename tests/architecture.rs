//! The house: which room may know which other. The order of the floors stands in the table of `lib.rs`;
//! this reads it, and the imports of every file.
//!
//! What a test uses inside `src` does not count: a test may take its examples from a floor above.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms, each with how high it lies; the ground is 0.
fn floors() -> BTreeMap<String, usize> {
    let table = std::fs::read_to_string(source().join("lib.rs")).unwrap();
    let rows: Vec<_> = table
        .lines()
        .skip_while(|line| !line.starts_with("//! | floor |"))
        .skip(2)
        .take_while(|line| line.starts_with("//! | "))
        .collect();
    let mut floors = BTreeMap::new();
    for (height, row) in rows.iter().rev().enumerate() {
        let rooms = row.split('|').nth(2).unwrap();
        for room in rooms.split('`').skip(1).step_by(2) {
            let twice = floors.insert(room.to_owned(), height);
            assert!(twice.is_none(), "{room} stands on two floors");
        }
    }
    floors
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// A file of the source: its path below `src`, and its code without comments and tests.
struct Source {
    path: String,
    code: String,
}

impl Source {
    /// The room that it is in: a folder, or a file of its own.
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.trim_end_matches(".rs")
    }

    /// The rooms that it names.
    fn knows(&self) -> BTreeSet<&str> {
        let mut rooms: BTreeSet<_> = self
            .code
            .split("crate::")
            .skip(1)
            .flat_map(first_names)
            .collect();
        rooms.remove(self.room());
        rooms
    }
}

/// The names with which a path goes on: one, or those of a list in braces.
fn first_names(rest: &str) -> Vec<&str> {
    let is_of_name = |sign: char| sign.is_ascii_lowercase() || sign == '_' || sign.is_ascii_digit();
    let name =
        |text: &'_ str| -> usize { text.find(|sign| !is_of_name(sign)).unwrap_or(text.len()) };
    let Some(list) = rest.strip_prefix('{') else {
        return vec![&rest[..name(rest)]];
    };
    let (mut depth, mut begins, mut names) = (0, true, Vec::new());
    for (at, sign) in list.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            _ if begins && !sign.is_whitespace() => {
                names.push(&list[at..at + name(&list[at..])]);
                begins = false;
            }
            _ => {}
        }
    }
    names
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![source()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let below = path.strip_prefix(source()).unwrap();
            let below = below.to_string_lossy().into_owned();
            let is_code = path.extension().is_some_and(|it| it == "rs");
            if path.is_dir() {
                folders.push(path);
            } else if is_code && !below.contains("tests") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                let lines = code
                    .lines()
                    .map(|line| line.split("//").next().unwrap_or_default());
                found.push(Source {
                    path: below,
                    code: lines.collect::<Vec<_>>().join("\n"),
                });
            }
        }
    }
    assert!(found.len() > 200, "{} files", found.len());
    found
}

#[test]
fn names_are_found_as_imports_write_them() {
    assert_eq!(first_names("db::{Tx, page};"), ["db"]);
    assert_eq!(
        first_names("{household, lift::{self, api}, text};"),
        ["household", "lift", "text"]
    );
    assert_eq!(
        first_names("{\n    access,\n    db::Tx,\n};"),
        ["access", "db"]
    );
}

#[test]
fn every_room_has_its_floor() {
    let floors = floors();
    let rooms: BTreeSet<_> = sources()
        .iter()
        .map(|source| source.room().to_owned())
        .filter(|room| !["lib", "main"].contains(&room.as_str()))
        .collect();
    let named: BTreeSet<_> = floors.keys().cloned().collect();
    assert_eq!(named, rooms, "the table in lib.rs and the folders of src");
}

#[test]
fn arrows_go_down() {
    let floors = floors();
    let mut up = Vec::new();
    for source in sources() {
        let Some(height) = floors.get(source.room()) else {
            continue;
        };
        for room in source.knows() {
            if floors.get(room).is_some_and(|other| other > height) {
                up.push(format!("{} knows {room}", source.path));
            }
        }
    }
    assert!(up.is_empty(), "{}", up.join("\n"));
}

/// On one floor a room may know another, but not in a circle. The ground is what all stand on.
#[test]
fn rooms_of_one_floor_stand_in_no_circle() {
    let floors = floors();
    let mut knows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let room = source.room();
        for other in source.knows() {
            let beside = floors.contains_key(room) && floors.get(room) == floors.get(other);
            if beside && floors[room] > 0 {
                let others = knows.entry(room.to_owned()).or_default();
                others.insert(other.to_owned());
            }
        }
    }
    // Rooms that know nobody who is left are taken away, until none is left or a circle.
    while let Some(free) = knows
        .iter()
        .find(|(_, others)| !others.iter().any(|other| knows.contains_key(other)))
        .map(|(room, _)| room.clone())
    {
        knows.remove(&free);
    }
    assert!(knows.is_empty(), "{knows:?}");
}

/// A model holds types and rules; time and facts come in as arguments.
#[test]
fn models_ask_no_database_and_no_one_over_http() {
    let mut found = Vec::new();
    for source in sources() {
        if !source.path.ends_with("model.rs") {
            continue;
        }
        for sign in [
            "Tx",
            "on!(",
            "insert!(",
            "sqlx::query",
            "poem::",
            "async fn",
        ] {
            let is_there = source.code.split(sign).skip(1).zip(source.code.split(sign));
            let whole = is_there.into_iter().any(|(after, before)| {
                let joins =
                    |sign: Option<char>| sign.is_some_and(|it| it.is_alphanumeric() || it == '_');
                !joins(before.chars().last())
                    && !joins(after.chars().next().filter(|_| sign == "Tx"))
            });
            if whole {
                found.push(format!("{} has {sign}", source.path));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
