//! What is asked of imports.

use std::time::Duration;

use futures_util::Stream;
use futures_util::stream;
use uuid::Uuid;

use crate::access::Caller;
use crate::app::App;
use crate::codes::Action;
use crate::db::{Tx, page};
use crate::import::error::not_checked;
use crate::import::file;
use crate::import::model::Import;
use crate::import::preview::{self, Change};
use crate::import::store::{self, ProblemKey, Wanted};
use crate::import::view::ImportProgress;
use crate::problem::Problem;
use crate::roster::report::RosterProblem;

/// How often a stream of events reads the progress.
const LOOK: Duration = Duration::from_millis(250);

/// The import with this id, or 404.
pub(super) async fn find(tx: &mut Tx, id: Uuid) -> Result<Import, Problem> {
    store::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("次导入", "import"))
}

/// An import; 404 if there is none with this id.
pub async fn get(app: &App, id: Uuid) -> Result<Import, Problem> {
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await
}

/// A page of imports, the latest first, and where the next page begins.
pub async fn list(
    app: &App,
    before: Option<Uuid>,
    limit: i64,
) -> Result<(Vec<Import>, Option<page::Last<Uuid>>), Problem> {
    let mut tx = app.db.read().await?;
    let imports = store::list(&mut tx, before, limit).await?;
    Ok(page::cut(imports, limit, |import| import.id))
}

/// A page of the problems of an import, errors first, and where the next page begins.
pub async fn problems(
    app: &App,
    id: Uuid,
    wanted: Wanted<'_>,
    after: Option<ProblemKey>,
    limit: i64,
) -> Result<(Vec<RosterProblem>, Option<page::Last<ProblemKey>>), Problem> {
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await?;
    let problems = store::problems(&mut tx, id, wanted, after, limit).await?;
    let (problems, next) = page::cut(problems, limit, |(key, _)| *key);
    let problems = problems.into_iter().map(|(_, problem)| problem);
    Ok((problems.collect(), next))
}

/// A page of what an import does to records, and where the next page begins.
pub async fn changes(
    app: &App,
    id: Uuid,
    action: Option<Action>,
    after: Option<i64>,
    limit: i64,
) -> Result<(Vec<Change>, Option<page::Last<i64>>), Problem> {
    let mut tx = app.db.read().await?;
    let import = find(&mut tx, id).await?;
    Ok(preview::changes(&mut tx, &import, action, after, limit).await?)
}

/// An import with its file, just as it was sent.
pub async fn file(app: &App, id: Uuid) -> Result<(Import, Vec<u8>), Problem> {
    let mut tx = app.db.read().await?;
    let import = find(&mut tx, id).await?;
    let file = file::whole(&mut tx, id).await?;
    Ok((import, file))
}

/// An import with its file as a workbook in which its problems are marked.
pub async fn marked_file(app: &App, id: Uuid) -> Result<(Import, Vec<u8>), Problem> {
    let turn = app.workbooks.turn().await?;
    let mut tx = app.db.read().await?;
    let import = find(&mut tx, id).await?;
    let Some(report) = &import.report else {
        return Err(not_checked(&import));
    };
    let groups = report.0.groups.clone();
    let problems = store::all_problems(&mut tx, id).await?;
    drop(tx);
    let file = file::marked(app, turn, id, (problems, groups)).await?;
    Ok((import, file))
}

/// How far an import is, each time that it is further.
pub async fn follow(
    app: &App,
    caller: Caller,
    id: Uuid,
) -> Result<impl Stream<Item = ImportProgress> + Send + use<>, Problem> {
    get(app, id).await?;
    Ok(events(app.clone(), caller, id))
}

/// One event each time that an import has made progress, the last one when no worker is at it any more.
/// Also ends when the caller's session ends, or the account is closed or changed.
fn events(app: App, caller: Caller, id: Uuid) -> impl Stream<Item = ImportProgress> + Send {
    let first = (app, caller, None::<ImportProgress>);
    stream::unfold(first, move |(app, caller, last)| async move {
        if last.as_ref().is_some_and(|last| !last.state.is_at_work()) {
            return None;
        }
        loop {
            // Without a database the stream ends: the client connects again.
            let mut tx = app.db.read().await.ok()?;
            caller.still_in_session(&mut tx, app.now()).await.ok()?;
            let import = store::find(&mut tx, id).await.ok()??;
            drop(tx);
            let now = ImportProgress {
                state: import.state,
                done: import.done,
                total: import.total,
                version: import.version,
            };
            if last.as_ref() != Some(&now) {
                return Some((now.clone(), (app, caller, Some(now))));
            }
            tokio::time::sleep(LOOK).await;
        }
    })
}
