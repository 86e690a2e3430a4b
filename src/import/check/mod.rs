//! The check of an import: its file is read, compared with the register as it is now, and what would
//! become of each record is staged. Nothing of it is in the register.

mod households;
mod pairings;
mod staff;
mod work;

use uuid::Uuid;

use self::work::Check;
pub use self::work::{Stop, clear_some};
use super::model::Import;
use super::reading::Roster;
use super::report::ImportReport;
use crate::app::App;

/// Checks an import on which the caller has this lease.
pub async fn run(app: &App, import: &Import, lease: Uuid) -> Result<(), Stop> {
    let mut check = Check::new(app, import, lease);
    check.clear().await?;
    let (roster, mut problems) = check.read().await?;
    let mut report = ImportReport::default();
    let found = (&mut report, &mut problems);
    match roster {
        Roster::Households(roster) => households::stage(&mut check, roster, found).await?,
        Roster::Staff(roster) => staff::stage(&mut check, roster, found).await?,
        Roster::Pairings(list) => pairings::stage(&mut check, list, found).await?,
    }
    report.count(&problems);
    check.finish(report, problems).await
}
