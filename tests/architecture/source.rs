//! Reads the source: the code of each file without what only tests see, and every path that it names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::support::source_files::rust_files;

/// A module by the names of its path: `["db", "backup"]`.
pub type Module = Vec<String>;

/// A file of the source.
pub struct Source {
    /// Below `src`.
    pub path: String,
    /// Its code without comments and without what only tests see.
    pub code: String,
    /// What `use` brings in.
    pub imports: Vec<Import>,
    /// The rest of the code, without `use`.
    pub rest: String,
}

/// What one branch of a `use` brings in.
#[derive(Debug, PartialEq, Eq)]
pub struct Import {
    /// As it is written.
    pub path: Vec<String>,
    /// How it is called here; nothing for `*`.
    pub name: Option<String>,
    pub is_public: bool,
}

/// All files of the source but those of tests.
pub fn sources() -> &'static [Source] {
    static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(read_all);
    &SOURCES
}

fn read_all() -> Vec<Source> {
    let is_test = |path: &str| {
        path.split('/')
            .any(|part| part == "tests" || part == "tests.rs")
    };
    let found: Vec<_> = rust_files("src")
        .iter()
        .filter(|(path, _)| !is_test(path))
        .map(|(path, text)| Source::of(path, text))
        .collect();
    assert!(found.len() > 200, "{} files", found.len());
    found
}

impl Source {
    pub fn of(path: &str, text: &str) -> Self {
        static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?m)(^|[;{}])\s*(pub\s*(?:\([a-z_: ]+\))?\s+)?use\s+([^;]+);").unwrap()
        });
        static VISIBILITY: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"\bpub\s*\(in [a-z_:]+\)").unwrap());
        let code = without_tests(&without_comments(text));
        let mut imports = Vec::new();
        let mut rest = String::with_capacity(code.len());
        let mut read = 0;
        while let Some(found) = STATEMENT.captures_at(&code, read) {
            for (path, name) in branches(&found[3]) {
                imports.push(Import {
                    path,
                    name,
                    is_public: found.get(2).is_some(),
                });
            }
            let range = found.get(0).unwrap().range();
            rest.push_str(&code[read..range.start]);
            rest.push_str(&found[1]);
            // The `;` stays: the next statement may begin behind it.
            read = range.end - 1;
        }
        rest.push_str(&code[read..]);
        Self {
            path: path.to_owned(),
            rest: VISIBILITY.replace_all(&rest, "pub").into_owned(),
            code,
            imports,
        }
    }

    /// The room that it is in: a folder, or a file of its own.
    pub fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.trim_end_matches(".rs")
    }

    pub fn module(&self) -> Module {
        let name = self.path.trim_end_matches(".rs");
        let mut module: Module = name.split('/').map(ToOwned::to_owned).collect();
        module.pop_if(|last| last == "mod");
        module
    }

    /// Every path that it names, in imports and elsewhere, from the top of the crate.
    pub fn names(&self) -> Vec<Vec<String>> {
        let imported = self.imports.iter().map(|import| import.path.clone());
        let module = self.module();
        imported
            .chain(paths_in(&self.rest))
            .filter_map(|path| absolute(&path, &module))
            .collect()
    }
}

/// The code without comments. In texts, signs that are also code become blanks.
fn without_comments(text: &str) -> String {
    static PIECE: LazyLock<Regex> = LazyLock::new(|| {
        let line_comment = r"//[^\n]*";
        let block_comment = r"/\*(?s:.*?)\*/";
        let raw_text = r##"\br#"(?s:.*?)"#|\br"[^"]*""##;
        let plain_text = r#""(?:[^"\\]|\\(?s:.))*""#;
        let character = r"'(?:[^'\\\n]|\\[^\n']+|\\')'";
        let pieces = [line_comment, block_comment, raw_text, plain_text, character];
        Regex::new(&pieces.join("|")).unwrap()
    });
    let kept = PIECE.replace_all(text, |found: &regex::Captures| {
        if found[0].starts_with('/') {
            return " ".to_owned();
        }
        found[0].replace(|sign: char| "{}()[];/\n'".contains(sign), " ")
    });
    kept.into_owned()
}

/// The code without the items that only tests see: each from its `#[cfg(test)]` to its `;` or its last `}`.
fn without_tests(code: &str) -> String {
    let mut parts = code.split("#[cfg(test)]");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut depth = 0;
        let end = part.char_indices().find(|(_, sign)| {
            match sign {
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => depth -= 1,
                _ => {}
            }
            depth == 0 && ";}".contains(*sign)
        });
        kept.push_str(end.map_or("", |(at, _)| &part[at + 1..]));
    }
    kept
}

/// Every path of a tree of imports, with the name that it gets here: `a::{b, c::{self, d as e}}` has `a::b`,
/// `a::c`, and `a::c::d` as `e`.
fn branches(tree: &str) -> Vec<(Vec<String>, Option<String>)> {
    let tree = tree.trim();
    let (head, list) = match tree.split_once('{') {
        Some((head, list)) => (head, list.strip_suffix('}')),
        None => (tree, None),
    };
    let (head, alias) = match head.split_once(" as ") {
        Some((head, alias)) => (head, Some(alias.trim().to_owned())),
        None => (head, None),
    };
    let head: Vec<_> = head
        .split("::")
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let Some(list) = list else {
        return match head.split_last() {
            Some((last, path)) if last == "*" => vec![(path.to_vec(), None)],
            Some((last, _)) => {
                let name = alias.unwrap_or_else(|| last.clone());
                vec![(head, Some(name))]
            }
            None => Vec::new(),
        };
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
    let tails = parts.flat_map(branches);
    tails
        .map(|(tail, name)| {
            // In a list, `self` is the module before it.
            if tail == ["self"] && !head.is_empty() {
                let name = name.filter(|name| name != "self");
                return (head.clone(), name.or_else(|| head.last().cloned()));
            }
            ([head.clone(), tail].concat(), name)
        })
        .collect()
}

/// The paths that code writes out: `super::names::real(…)`, and `child::of(…)`.
fn paths_in(code: &str) -> Vec<Vec<String>> {
    let is_of_path = |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == ':';
    code.split(|sign| !is_of_path(sign))
        .map(|path| path.trim_start_matches(':'))
        .filter(|path| path.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter(|path| path.contains("::"))
        .map(|path| {
            let names = path.split("::").filter(|name| !name.is_empty());
            names.map(ToOwned::to_owned).collect()
        })
        .collect()
}

/// A path from the top of the crate; `module` is where it is written.
pub fn absolute(path: &[String], module: &[String]) -> Option<Vec<String>> {
    let first = path.first()?;
    let from_self = usize::from(first == "self");
    let rest = &path[from_self..];
    let up = rest.iter().take_while(|name| *name == "super").count();
    Some(match first.as_str() {
        "crate" => path[1..].to_vec(),
        "self" | "super" => [&module[..module.len().checked_sub(up)?], &rest[up..]].concat(),
        // Of this module's own folder; or of another crate, whose name no file there has.
        _ => [module, path].concat(),
    })
}

/// All files by their modules, to follow a path to where the thing stands that it names.
pub struct House<'a> {
    pub files: BTreeMap<Module, &'a Source>,
}

impl<'a> House<'a> {
    pub fn of(sources: &'a [Source]) -> Self {
        let files = sources.iter();
        Self {
            files: files.map(|source| (source.module(), source)).collect(),
        }
    }

    /// The modules from which this one takes something that stands there.
    pub fn known_by(&self, module: &Module) -> Vec<Module> {
        let file = &self.files[module];
        let taken = file.imports.iter().filter(|import| {
            let name = import.name.as_ref();
            !import.is_public || name.is_some_and(|name| has_word(&file.rest, name))
        });
        let mut known: Vec<_> = taken
            .map(|import| import.path.clone())
            .chain(paths_in(&file.rest))
            .filter_map(|path| self.where_it_stands(&absolute(&path, module)?))
            .filter(|known| known != module)
            .collect();
        known.sort();
        known.dedup();
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
                imports.find(|it| it.name.as_ref() == Some(name) && self.is_ours(it, &module))?;
            let mut further = absolute(&import.path, &module)?;
            further.extend_from_slice(&rest[1..]);
            if further == path {
                return None;
            }
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

fn has_word(code: &str, word: &str) -> bool {
    code.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_')
        .any(|one| one == word)
}

/// What a file with this code in the room `db::backup` names, from the top of the crate.
fn named(code: &str) -> Vec<String> {
    let names = Source::of("db/backup/mod.rs", code).names().into_iter();
    names.map(|path| path.join("::")).collect()
}

#[test]
fn every_form_of_an_import_is_read() {
    for (code, paths) in [
        ("use crate::text;", &["text"][..]),
        ("pub(in crate::db) use super::tx::Tx;", &["db::tx::Tx"]),
        ("use super::super::text::cut;", &["text::cut"]),
        ("use self::disk::sync;", &["db::backup::disk::sync"]),
        ("use self::super::tx;", &["db::tx"]),
        ("use disk::sync;", &["db::backup::disk::sync"]),
        ("use crate::a::{self, B};", &["a", "a::B"]),
        (
            "use crate::{\n    a::{b::{self, C}, d},\n    e,\n};",
            &["a::b", "a::b::C", "a::d", "e"],
        ),
        ("use crate::a::*;\nuse crate::b;", &["a", "b"]),
        ("use crate::a::{b as c, D as _};", &["a::b", "a::D"]),
        ("use super::{super::text, tx};", &["text", "db::tx"]),
        ("fn f() { use crate::a::B as C; }", &["a::B"]),
        ("mod disk;use crate::a;use crate::b;", &["a", "b"]),
    ] {
        assert_eq!(named(code), paths, "{code}");
    }
}

#[test]
fn paths_in_code_are_read() {
    for (code, paths) in [
        (
            "fn f() { crate::a::b(super::super::c::D) }",
            &["a::b", "c::D"][..],
        ),
        (
            "fn f() -> Vec<self::disk::Disk> { x::<crate::a::B>() }",
            &["db::backup::disk::Disk", "db::backup::x", "a::B"],
        ),
        ("macro_rules! m { () => { $crate::a::b() } }", &["a::b"]),
        (
            "#[oai(custom = \"crate::api::NotBlank\")] struct A;",
            &["api::NotBlank"],
        ),
        ("pub(in crate::db) fn f() {}", &[]),
        (
            "// crate::a::b\n/* crate::c::d */ /// [`e`](crate::e::f)\n",
            &[],
        ),
        ("let url = \"https://x\"; crate::a::b();", &["a::b"]),
        ("let sign = '\"'; crate::a::b('\\'', '\"');", &["a::b"]),
        (
            "let raw = r#\"a \"quoted\" // word\"#; crate::a::b();",
            &["a::b"],
        ),
    ] {
        assert_eq!(named(code), paths, "{code}");
    }
}

#[test]
fn only_what_is_of_tests_is_left_out() {
    let code = "use crate::a;
        #[cfg(test)]
        mod tests;
        #[cfg(test)]
        fn f(x: [u8; 2]) { if y { crate::b::c(\"}\") } }
        use crate::d;
        #[cfg(test)]
        mod tests { use crate::e; }
        use crate::g;";
    assert_eq!(named(code), ["a", "d", "g"]);
}

#[test]
fn paths_are_followed_to_where_things_stand() {
    let sources = [
        Source::of(
            "db/mod.rs",
            "mod engine;\nmod tx;\npub use engine::{Engine, Kind as What};\nuse tx as deal;",
        ),
        Source::of("db/engine.rs", "use std::fmt;\npub enum Engine {}"),
        Source::of(
            "db/tx.rs",
            "use super::Engine;\nfn a() { super::super::text::cut() }",
        ),
        Source::of(
            "text.rs",
            "pub(in crate::db) fn cut() { crate::db::deal::a(crate::db::What) }",
        ),
    ];
    let house = House::of(&sources);
    let known = |module: &[&str]| {
        let module: Module = module.iter().map(ToString::to_string).collect();
        let known = house.known_by(&module).into_iter();
        known.map(|it| it.join("::")).collect::<Vec<_>>()
    };
    assert_eq!(
        known(&["db"]),
        ["db::tx"],
        "what it only passes on it does not know"
    );
    assert_eq!(known(&["db", "tx"]), ["db::engine", "text"]);
    assert_eq!(known(&["text"]), ["db::engine", "db::tx"]);
}
