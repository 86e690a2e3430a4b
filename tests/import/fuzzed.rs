//! What the fuzz targets began with and what they have found, again.

#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::path::Path;

/// Each file of a target, and how many there were.
fn each(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let mut count = 0;
    for sort in ["seeds", "regressions"] {
        let Ok(files) = std::fs::read_dir(folder.join(sort).join(target)) else {
            continue;
        };
        for file in files {
            run(&std::fs::read(file.unwrap().path()).unwrap());
            count += 1;
        }
    }
    assert!(count > 0, "no seed of {target}");
}

#[test]
fn files_that_fuzzing_knows_are_read_or_refused() {
    each("reader", targets::reader);
}

#[test]
fn cells_that_fuzzing_knows_are_read_or_refused() {
    each("values", targets::values);
}

#[test]
fn sheets_that_fuzzing_knows_are_rosters_or_none() {
    each("layout", targets::layout);
}
