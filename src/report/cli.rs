//! The workbooks by the command line.

use std::path::Path;

use chrono::NaiveDate;

use super::service;
use crate::access::Caller;
use crate::api::Year;
use crate::app::App;
use crate::problem::Problem;
use crate::staff::unit;
use crate::{private, terminal};

/// Writes the progress workbook of a year as of a day to a file, and says so. A file that is there is
/// replaced.
pub async fn export_progress(
    app: &App,
    year: Option<i32>,
    as_of: Option<NaiveDate>,
    out: &Path,
) -> Result<(), Problem> {
    let year = year.map(|year| Year(year.into()));
    let made = service::progress_workbook(app, &Caller::command_line(), year, as_of).await?;
    keep(&made.bytes, out)
}

/// Writes the roll of pairings as of a day, of all units or of the one of this name, to a file, and
/// says so. A file that is there is replaced.
pub async fn export_pairings(
    app: &App,
    as_of: Option<NaiveDate>,
    unit: Option<&str>,
    out: &Path,
) -> Result<(), Problem> {
    let unit_id = match unit {
        None => None,
        Some(name) => Some(unit::service::named(app, name).await?),
    };
    let made = service::pairing_roll(app, &Caller::command_line(), as_of, unit_id).await?;
    keep(&made.bytes, out)
}

/// `-` is standard output, to which nothing else goes then.
fn keep(bytes: &[u8], out: &Path) -> Result<(), Problem> {
    if out == Path::new("-") {
        return terminal::send(bytes).map_err(|error| terminal::not_written(out, &error));
    }
    private::write(out, bytes).map_err(|error| terminal::not_written(out, &error))?;
    let size = bytes.len().div_ceil(1024);
    terminal::print(&format!("已写出 {}（{size} KiB）", out.display()))
        .map_err(|error| terminal::not_written(Path::new("-"), &error))
}
