//! Making the workbooks.

use std::future::Future;

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::{self, Occasion};
use super::pairings::{self, Roll};
use super::{sheets, store};
use crate::access::Caller;
use crate::api::Year;
use crate::app::App;
use crate::db::{self, outcome};
use crate::pairing::roll::store as roll;
use crate::problem::Problem;
use crate::progress::service::{check_as_of, period};
use crate::staff::unit;

/// A workbook that was made.
pub struct MadeWorkbook {
    /// The name under which the office files it.
    pub name: String,
    /// A name for programs that read no Chinese.
    pub ascii_name: String,
    /// The .xlsx itself.
    pub bytes: Vec<u8>,
}

/// Makes the roll of pairings as of a day, today if not said, of all units or of one; of a unit's contact's
/// own alone.
pub async fn pairing_roll(
    app: &App,
    caller: &Caller,
    as_of: Option<NaiveDate>,
    unit_id: Option<Uuid>,
) -> Result<MadeWorkbook, Problem> {
    let made_on = app.today();
    let as_of = as_of.unwrap_or(made_on);
    check_as_of(as_of, made_on)?;
    let no_such_unit = || Problem::not_found("单位", "unit");
    let unit_id = match caller.reach().unit() {
        Some(own) if unit_id.is_some_and(|asked| asked != own) => return Err(no_such_unit()),
        Some(own) => Some(own),
        None => unit_id,
    };
    let made_by = caller.username.clone();
    let db = app.db.clone();
    made(app, async move || {
        let mut tx = db.read().await?;
        let unit = match unit_id {
            None => None,
            Some(id) => {
                let unit = unit::find(&mut tx, id).await?;
                let unit = unit.ok_or_else(no_such_unit)?;
                Some((id, unit.name))
            }
        };
        let entries = roll::on_day(&mut tx, as_of, unit_id).await?;
        drop(tx);
        let of = unit.as_ref().map_or("", |(_, name)| name.as_str());
        let of = sheets::READER.text(of);
        let name = format!("{of}结对花名册-截至{as_of}.xlsx");
        let occasion = pairings::Occasion {
            as_of,
            unit,
            made_on,
            made_by,
        };
        let roll = Roll::new(entries, occasion);
        let bytes = sheets::pairings::workbook(&roll).map_err(|error| cannot_write(&error))?;
        Ok(MadeWorkbook {
            name,
            ascii_name: format!("pairings-as-of-{as_of}.xlsx"),
            bytes,
        })
    })
    .await
}

/// Makes the progress workbook of a year as of a day; [`period`] says which, if not both are said. In its
/// turn; 503 if too many wait.
pub async fn progress_workbook(
    app: &App,
    caller: &Caller,
    year: Option<Year>,
    as_of: Option<NaiveDate>,
) -> Result<MadeWorkbook, Problem> {
    let (year, as_of) = period(app, year, as_of)?;
    let occasion = Occasion {
        year,
        as_of,
        made_on: app.today(),
        made_by: caller.username.clone(),
        reach: caller.reach(),
    };
    let db = app.db.clone();
    made(app, async move || {
        let mut tx = db.read().await?;
        let sources = store::sources(&mut tx, &occasion).await?;
        drop(tx);
        let only = sources.work.basis.only.as_ref();
        let of = only.map_or(String::new(), |unit| sheets::READER.text(&unit.name).into());
        let report = model::report(sources, occasion);
        let bytes = sheets::workbook(&report).map_err(|error| cannot_write(&error))?;
        Ok(MadeWorkbook {
            name: format!("{of}帮扶进度-{year}年-截至{as_of}.xlsx"),
            ascii_name: format!("progress-{year}-as-of-{as_of}.xlsx"),
            bytes,
        })
    })
    .await
}

/// Reads for a workbook and makes it, in its turn, where it keeps no request waiting.
async fn made<T, F>(app: &App, make: impl FnOnce() -> F + Send + 'static) -> Result<T, Problem>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Problem>>,
{
    let turn = app.workbooks.turn().await?;
    turn.run_async(|| outcome::of_one_request(make()))
        .await
        .unwrap_or_else(|error| Err(cannot_write(&error)))
}

/// Also of a panic: the library that writes workbooks knows no other way to say that a temporary file cannot be
/// written.
fn cannot_write(error: &dyn std::error::Error) -> Problem {
    if db::tells_of_full_disk(&error.to_string()) {
        return db::storage_full();
    }
    tracing::error!(%error, "a workbook cannot be made");
    Problem::new(
        poem::http::StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "生成报表时出错，已记录；请稍后重试",
        "the workbook could not be made; the fault has been logged, try again",
    )
}
