//! The house: which room may know which other. The order of the floors stands in the table of `lib.rs`;
//! this reads it, and the imports of every file.
//!
//! What a test uses inside `src` does not count: a test may take its examples from a floor above.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

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

/// A module by the names of its path: `["db", "backup"]`.
type Module = Vec<String>;

/// What a `use` brings in, as it is written.
struct Import {
    path: Vec<String>,
    is_public: bool,
}

/// A file with its imports apart from the rest of its code.
struct Parsed {
    path: String,
    imports: Vec<Import>,
    rest: String,
}

struct House {
    files: BTreeMap<Module, Parsed>,
}

impl House {
    fn of(sources: Vec<Source>) -> Self {
        let parsed = sources.into_iter().map(|source| {
            let name = source.path.trim_end_matches(".rs");
            let mut module: Module = name.split('/').map(ToOwned::to_owned).collect();
            module.pop_if(|last| last == "mod");
            (module, Parsed::of(source))
        });
        Self {
            files: parsed.collect(),
        }
    }

    /// The modules from which this one takes something that stands there.
    fn known_by(&self, module: &Module) -> BTreeSet<Module> {
        let file = &self.files[module];
        let taken = file.imports.iter().filter(|import| {
            let name = import.path.last();
            !import.is_public || name.is_some_and(|name| has_word(&file.rest, name))
        });
        let mut known: BTreeSet<_> = taken
            .map(|import| import.path.clone())
            .chain(paths_in(&file.rest))
            .filter_map(|path| self.where_it_stands(&absolute(&path, module)?))
            .collect();
        known.remove(module);
        known
    }

    /// The module in which something stands that may be passed on by others.
    fn where_it_stands(&self, path: &[String]) -> Option<Module> {
        let length = (1..=path.len())
            .rev()
            .find(|length| self.files.contains_key(&path[..*length]))?;
        let (module, rest) = path.split_at(length);
        let module = module.to_vec();
        let passed_on = rest.first().and_then(|name| {
            let mut imports = self.files[&module].imports.iter();
            let import =
                imports.find(|it| it.path.last() == Some(name) && self.is_ours(it, &module))?;
            let mut further = absolute(&import.path, &module)?;
            further.extend_from_slice(&rest[1..]);
            self.where_it_stands(&further)
        });
        passed_on.or(Some(module))
    }

    /// Whether an import is of this crate, and not of another.
    fn is_ours(&self, import: &Import, module: &[String]) -> bool {
        let Some(first) = import.path.first() else {
            return false;
        };
        let child = [module, std::slice::from_ref(first)].concat();
        ["crate", "self", "super"].contains(&first.as_str()) || self.files.contains_key(&child)
    }
}

impl Parsed {
    fn of(source: Source) -> Self {
        static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?m)^\s*(pub(?:\([a-z_: ]+\))?\s+)?use\s+([^;]+);").unwrap()
        });
        static VISIBILITY: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"pub\(in [a-z_:]+\)").unwrap());
        let mut imports = Vec::new();
        for found in STATEMENT.captures_iter(&source.code) {
            for path in branches(&found[2]) {
                imports.push(Import {
                    path,
                    is_public: found.get(1).is_some(),
                });
            }
        }
        let rest = STATEMENT.replace_all(&source.code, "");
        Self {
            path: source.path,
            imports,
            rest: VISIBILITY.replace_all(&rest, "pub").into_owned(),
        }
    }
}

/// Every path of a tree of imports: `a::{b, c::{self, d}}` has `a::b`, `a::c` and `a::c::d`. Names that
/// something gets here (`as`) are left out.
fn branches(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim();
    let (head, list) = match tree.split_once('{') {
        Some((head, list)) => (head, list.strip_suffix('}')),
        None => (tree, None),
    };
    let head = head.split(" as ").next().unwrap_or_default();
    let head: Vec<_> = head
        .split("::")
        .map(str::trim)
        .filter(|name| !name.is_empty() && *name != "*")
        .map(ToOwned::to_owned)
        .collect();
    let Some(list) = list else {
        let is_itself = head.len() == 1 && head[0] == "self";
        return vec![if is_itself { Vec::new() } else { head }];
    };
    let mut depth = 0;
    let parts = list.split(|sign| {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        sign == ',' && depth == 0
    });
    let parts = parts.filter(|part| !part.trim().is_empty());
    let tails = parts.flat_map(branches);
    tails.map(|tail| [head.clone(), tail].concat()).collect()
}

/// The paths that code writes out: `super::names::real(…)`, and `child::of(…)`.
fn paths_in(code: &str) -> Vec<Vec<String>> {
    let is_of_path = |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == ':';
    code.split(|sign| !is_of_path(sign))
        .filter(|path| path.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter(|path| path.contains("::"))
        .map(|path| path.split("::").map(ToOwned::to_owned).collect())
        .collect()
}

/// A path from the top of the crate; `module` is where it is written.
fn absolute(path: &[String], module: &[String]) -> Option<Vec<String>> {
    let first = path.first()?;
    let up = path.iter().take_while(|name| *name == "super").count();
    Some(match first.as_str() {
        "crate" => path[1..].to_vec(),
        "self" => [module, &path[1..]].concat(),
        "super" => [&module[..module.len().checked_sub(up)?], &path[up..]].concat(),
        // Of this module's own folder; or of another crate, whose name no file there has.
        _ => [module, path].concat(),
    })
}

fn has_word(code: &str, word: &str) -> bool {
    code.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')
        .any(|one| one == word)
}

#[test]
fn paths_are_followed_to_where_things_stand() {
    let source = |path: &str, code: &str| Source {
        path: path.to_owned(),
        code: code.to_owned(),
    };
    let house = House::of(vec![
        source(
            "db/mod.rs",
            "mod engine;\nmod tx;\npub use engine::{Engine, Kind as What};",
        ),
        source("db/engine.rs", "use std::fmt;\npub enum Engine {}"),
        source(
            "db/tx.rs",
            "use super::Engine;\nfn a() { super::super::text::cut() }",
        ),
        source(
            "text.rs",
            "pub(in crate::db) fn cut() { crate::db::tx::a() }",
        ),
    ]);
    let known = |module: &[&str]| {
        let module: Module = module.iter().map(ToString::to_string).collect();
        let known = house.known_by(&module).into_iter();
        known.map(|it| it.join("::")).collect::<Vec<_>>()
    };
    assert_eq!(known(&["db"]), [""; 0], "it only passes on");
    assert_eq!(known(&["db", "tx"]), ["db::engine", "text"]);
    assert_eq!(known(&["text"]), ["db::tx"]);
    assert_eq!(
        branches("a::{self, b, c::{d, e as f}}"),
        [&["a"][..], &["a", "b"], &["a", "c", "d"], &["a", "c", "e"]]
    );
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
    let sources = sources();
    let elsewhere: Vec<_> = sources
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
