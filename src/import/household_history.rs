//! What imports changed of a household, over HTTP.

use chrono::{DateTime, Utc};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::change::{self, ChangeKind};
use super::store;
use crate::access::{Caller, Kind, Sight, Signed, history};
use crate::api::Tag;
use crate::app::App;
use crate::code_list::CodeList;
use crate::household::model::Field;
use crate::problem::GetFault;
use crate::{household, text};

/// The operation on the history of a household.
pub struct HouseholdHistoryApi(pub App);

/// One change of a household.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HouseholdChange {
    /// The version that it made.
    version: i64,
    /// What was done.
    kind: ChangeKind,
    /// When.
    at: DateTime<Utc>,
    /// By which account.
    actor: String,
    /// The import that it came with, or that was undone.
    import_id: Option<Uuid>,
    /// Name of the import's file.
    file_name: Option<String>,
    /// Each field that changed.
    changes: Vec<FieldChangeView>,
}

/// One field that changed.
#[derive(Object)]
#[oai(rename = "FieldChange", skip_serializing_if_is_none)]
pub struct FieldChangeView {
    /// JSON pointer (RFC 6901) into the record, such as `/members/1/health`.
    pointer: String,
    /// The field in Chinese, such as `成员 2 健康状况`.
    label: String,
    /// What stood there.
    old: Option<String>,
    /// What stands there now.
    new: Option<String>,
    /// What stood there as people read it.
    old_words: Option<String>,
    /// What stands there now as people read it.
    new_words: Option<String>,
}

/// All changes of a household.
#[derive(Object)]
struct HouseholdHistory {
    /// The latest first.
    items: Vec<HouseholdChange>,
}

#[OpenApi(tag = "Tag::Households")]
impl HouseholdHistoryApi {
    /// List a household's changes
    ///
    /// What each import changed, old and new, and what was undone of it.
    #[oai(
        path = "/households/:id/history",
        method = "get",
        operation_id = "listHouseholdHistory"
    )]
    async fn list_household_history(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
    ) -> Result<Json<HouseholdHistory>, GetFault> {
        let mut tx = self.0.db.read().await?;
        let household = household::service::visible(&mut tx, &caller.0, id.0).await?;
        let entries = history::of(&mut tx, "household", &id.0.to_string()).await?;
        let mut newer = serde_json::to_value(&household.facts).unwrap_or_default();
        let mut items = Vec::with_capacity(entries.len());
        for entry in entries {
            let import = match entry.import_id {
                Some(id) => store::find(&mut tx, id).await?,
                None => None,
            };
            let older = entry.before.0;
            items.push(HouseholdChange {
                version: entry.version + 1,
                kind: ChangeKind::from_code(&entry.action).unwrap_or(ChangeKind::Import),
                at: entry.at,
                actor: entry.actor,
                import_id: entry.import_id,
                file_name: import.map(|import| import.file_name),
                changes: change::between(&older, &newer)
                    .into_iter()
                    .map(|change| field_change(change, &caller.0))
                    .collect(),
            });
            newer = older;
        }
        Ok(Json(HouseholdHistory { items }))
    }
}

/// A change as this caller may see it.
pub fn field_change(change: change::FieldChange, caller: &Caller) -> FieldChangeView {
    let sight = caller.sight();
    let field = change.pointer.rsplit('/').next().unwrap_or_default();
    let field = field.to_owned();
    let show = |text: String| shown(sight, &field, text);
    // Of what may not be seen there are no words either.
    let words = |value: Option<&String>| {
        value.map(|value| match show(value.clone()) {
            shown if shown == *value => change.words(value),
            masked => masked,
        })
    };
    FieldChangeView {
        label: change.label(),
        old_words: words(change.old.as_ref()),
        new_words: words(change.new.as_ref()),
        pointer: change.pointer,
        old: change.old.map(show),
        new: change.new.map(show),
    }
}

/// A value of a field as one of this sight may see it.
fn shown(sight: Sight, field: &str, value: String) -> String {
    let Some(private) = Field::named(field).and_then(|field| field.private) else {
        return value;
    };
    match private {
        Kind::Telephone => sight.telephone(&value),
        kind if sight.sees(kind) => value,
        Kind::BirthDate => value.chars().take(4).collect(),
        Kind::Health => "***".to_owned(),
        _ => text::masked(&value),
    }
}
