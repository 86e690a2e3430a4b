//! How long a workbook takes to read: in this process, and by a process of its own over the pipe.
//!
//!     cargo run --release --example read_workbook -- target/release/qianshou roster.xlsx

use std::path::PathBuf;
use std::time::Instant;

use qianshou::workbook::error::ReadError;
use qianshou::workbook::limit::Limits;
use qianshou::workbook::reader::OpenFile;
use qianshou::workbook::reader_process::{Child, Program};
use qianshou::workbook::source::Source;

const RUNS: usize = 3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [path, file] = &arguments[..] else {
        return Err("two arguments: the program and the workbook".into());
    };
    let program = Program {
        path: path.clone(),
        limits: Limits::default(),
    };
    for _ in 0..RUNS {
        let started = Instant::now();
        let here = count(&mut OpenFile::open_path(file)?)?;
        let alone = started.elapsed().as_secs_f64();
        let started = Instant::now();
        let there = count(&mut Child::open(&program, file)?)?;
        let piped = started.elapsed().as_secs_f64();
        assert_eq!(here, there, "rows and cells");
        let (rows, cells) = here;
        println!(
            "{rows} rows, {cells} cells: in process {alone:.2} s, by a process of its own {piped:.2} s ({:+.0} %)",
            (piped / alone - 1.0) * 100.0
        );
    }
    Ok(())
}

/// Rows and cells of all sheets.
fn count(source: &mut dyn Source) -> Result<(usize, usize), ReadError> {
    let (mut rows, mut cells) = (0, 0);
    for sheet in 0..source.sheets().len() {
        source.rows(sheet, &mut |row| {
            rows += 1;
            cells += row.cells.len();
            Ok(())
        })?;
    }
    Ok((rows, cells))
}
