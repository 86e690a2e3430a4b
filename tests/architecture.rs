//! The house: which room may know which other. The order of the floors stands in the table of `lib.rs`;
//! this reads it, and the imports of every file.
//!
//! What a test uses inside `src` does not count: a test may take its examples from a floor above.

mod source;

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use self::source::{House, Source, sources};

/// The rooms, each with how high it lies; the ground is 0.
fn floors() -> BTreeMap<String, usize> {
    let table = include_str!("../src/lib.rs");
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

/// The other rooms that a file names.
fn rooms_known(source: &Source) -> BTreeSet<String> {
    let names = source.names().into_iter();
    let mut rooms: BTreeSet<_> = names.filter_map(|path| path.into_iter().next()).collect();
    rooms.remove(source.room());
    rooms
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
        for room in rooms_known(source) {
            if floors.get(&room).is_some_and(|other| other > height) {
                up.push(format!("{} knows {room}", source.path));
            }
        }
    }
    assert!(up.is_empty(), "{}", up.join("\n"));
}

/// On one floor a room may know another, but not in a circle.
#[test]
fn rooms_of_one_floor_stand_in_no_circle() {
    let floors = floors();
    let mut knows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let room = source.room();
        for other in rooms_known(source) {
            let beside = floors.contains_key(room) && floors.get(room) == floors.get(&other);
            if beside {
                let others = knows.entry(room.to_owned()).or_default();
                others.insert(other);
            }
        }
    }
    let circle = in_circles(knows);
    assert!(circle.is_empty(), "{circle:?}");
}

/// What is left of a graph when all are taken away that know nobody who is left: its circles, and what
/// leads to them.
fn in_circles<N: Ord + Clone>(mut knows: BTreeMap<N, BTreeSet<N>>) -> BTreeMap<N, BTreeSet<N>> {
    while let Some(free) = knows
        .iter()
        .find(|(_, others)| !others.iter().any(|other| knows.contains_key(other)))
        .map(|(node, _)| node.clone())
    {
        knows.remove(&free);
    }
    let left: BTreeSet<_> = knows.keys().cloned().collect();
    for others in knows.values_mut() {
        others.retain(|other| left.contains(other));
    }
    knows
}

/// The files of a room may know each other, but not in a circle: what two of them share lies below both.
///
/// A file knows another if it takes something from it that stands there. A `mod.rs` is the face of its
/// folder: what it only passes on (`pub use`) it does not know itself, and whoever takes it from the face
/// knows the file where it stands. So a face is no part of a circle unless code of its own stands in it.
#[test]
fn files_of_a_room_stand_in_no_circle() {
    let house = House::of(sources());
    let mut knows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, file) in &house.files {
        let others = house.known_by(module).into_iter();
        let of_room = others.filter(|other| other[0] == module[0]);
        knows.insert(
            file.path.clone(),
            of_room.map(|it| house.files[&it].path.clone()).collect(),
        );
    }
    let circles = in_circles(knows);
    assert!(circles.is_empty(), "{circles:#?}");
}

/// SQL stands where a reader looks for it: in files named `store.rs`, in folders named `store`, and in
/// `db`, which is about nothing else.
#[test]
fn sql_stands_in_stores() {
    let sql = Regex::new(
        r"\b(on|insert)!\(|\bsqlx::(query|raw_sql)|\bquery_(as|scalar)\b|\bAssertSqlSafe\b",
    )
    .unwrap();
    let is_store = |path: &str| {
        let (folder, file) = path.rsplit_once('/').unwrap_or_default();
        file == "store.rs"
            || folder
                .split('/')
                .any(|name| name == "store" || name == "db")
    };
    let elsewhere: Vec<_> = sources()
        .iter()
        .filter(|source| !is_store(&source.path) && sql.is_match(&source.code))
        .map(|source| source.path.as_str())
        .collect();
    assert!(elsewhere.is_empty(), "{}", elsewhere.join("\n"));
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
