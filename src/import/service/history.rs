//! What imports made of a household.

use uuid::Uuid;

use crate::access::Caller;
use crate::access::history::{self, EntryKey};
use crate::app::App;
use crate::code_list::CodeList;
use crate::db::page;
use crate::household::{self, staging};
use crate::import::change::{self, ChangeKind};
use crate::import::field_view::field_change;
use crate::import::store;
use crate::import::view::HouseholdChange;
use crate::problem::Problem;
use crate::roster::RosterKind;

/// A page of what each import changed of a household that the caller may see, the latest first, and the cursor
/// of the next.
pub async fn household_history(
    app: &App,
    caller: &Caller,
    id: Uuid,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<HouseholdChange>, Option<String>), Problem> {
    let mut tx = app.db.read().await?;
    let household = household::service::visible(&mut tx, caller, id).await?;
    let cursors = app.cursors("listHouseholdHistory");
    let after: Option<EntryKey> = cursors.after(cursor)?;
    let record = ("household", id);
    let entries = history::page(&mut tx, record, after, limit).await?;
    let (entries, next) = page::cut(entries, limit, history::Entry::key);
    // What the page's first change led to is what the change before the page was made of.
    let mut newer = match after {
        Some(after) => history::at(&mut tx, record, after)
            .await?
            .map(|entry| entry.before.0),
        None => None,
    }
    .unwrap_or_else(|| serde_json::to_value(&household.facts).unwrap_or_default());
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        let import = match entry.import_id {
            Some(id) => store::find(&mut tx, id).await?,
            None => None,
        };
        let older = entry.before.0;
        let kind = ChangeKind::from_code(&entry.action).unwrap_or(ChangeKind::Import);
        let departures = match (entry.import_id, kind) {
            (Some(import_id), ChangeKind::Import) => staging::departures(&mut tx, import_id, &[id])
                .await?
                .remove(&id),
            _ => None,
        };
        let departures = departures.unwrap_or_default();
        let mut changes =
            change::between_as_answered(RosterKind::Households, &older, &newer, &departures);
        change::add_reasons(&mut changes, &departures, false);
        items.push(HouseholdChange {
            version: entry.version + 1,
            kind,
            recorded_at: entry.at.into(),
            recorded_by: entry.actor,
            import_id: entry.import_id,
            file_name: import.map(|import| import.file_name),
            changes: changes
                .into_iter()
                .map(|change| field_change(change, caller))
                .collect(),
        });
        newer = older;
    }
    Ok((items, cursors.next(next)?))
}
