//! What imports made of a household.

use uuid::Uuid;

use crate::access::{Caller, history};
use crate::app::App;
use crate::code_list::CodeList;
use crate::household::{self, staging};
use crate::import::change::{self, ChangeKind};
use crate::import::field_view::field_change;
use crate::import::store;
use crate::import::view::HouseholdChange;
use crate::problem::Problem;
use crate::roster::RosterKind;

/// What each import changed of a household that the caller may see, the latest first.
pub async fn household_history(
    app: &App,
    caller: &Caller,
    id: Uuid,
) -> Result<Vec<HouseholdChange>, Problem> {
    let mut tx = app.db.read().await?;
    let household = household::service::visible(&mut tx, caller, id).await?;
    let entries = history::of(&mut tx, "household", &id.to_string()).await?;
    let mut newer = serde_json::to_value(&household.facts).unwrap_or_default();
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
            at: entry.at.into(),
            actor: entry.actor,
            import_id: entry.import_id,
            file_name: import.map(|import| import.file_name),
            changes: changes
                .into_iter()
                .map(|change| field_change(change, caller))
                .collect(),
        });
        newer = older;
    }
    Ok(items)
}
