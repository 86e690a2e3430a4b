//! The Rust files of a folder of this project, for tests that read the code itself.

use std::path::Path;

/// Each file below a folder of the project: its path from there, and its text.
pub fn rust_files(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let below = path.strip_prefix(&root).unwrap().to_string_lossy();
                found.push((below.into_owned(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}
