//! The progress workbook by the command line.

use std::path::Path;

use chrono::NaiveDate;

use super::api;
use super::model::Occasion;
use crate::access::Caller;
use crate::app::App;
use crate::problem::Problem;
use crate::progress;

/// Writes the progress workbook of a year as of a day to a file, and says so. A file that is there is
/// replaced.
pub async fn export_progress(
    app: &App,
    year: i32,
    as_of: NaiveDate,
    out: &Path,
) -> Result<(), Problem> {
    let today = app.today();
    progress::api::check_as_of(as_of, today)?;
    let occasion = Occasion {
        year,
        as_of: progress::model::last_day_seen(year, as_of),
        made_on: today,
        made_by: Caller::command_line().username,
    };
    let bytes = api::workbook(app, occasion).await?;
    tokio::fs::write(out, &bytes)
        .await
        .map_err(|error| not_written(out, &error))?;
    println!(
        "已写出 {}（{} KiB）",
        out.display(),
        bytes.len().div_ceil(1024)
    );
    Ok(())
}

fn not_written(out: &Path, error: &std::io::Error) -> Problem {
    let out = out.display();
    Problem::invalid(
        "cannot_write_file",
        format!("无法写入 {out}：{error}；请检查文件夹是否存在、文件是否正被打开"),
        format!("cannot write {out}: {error}"),
    )
}
