//! Giving places and units other names, or making them part of others, over HTTP.

use chrono::NaiveDate;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{Locality, Renaming, RenamingKind, Said};
use super::service::{self, Wanted};
use crate::access::{Caller, Signed};
use crate::api::{Created, ETag, Instant, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::problem::{CreateFault, GetFault, ListFault, WorkFault};
use crate::text::squeezed;

/// Operations on the names of places and units.
pub struct RenamingApi(pub App);

/// A town, a village or a unit that got another name or became part of another, from a day.
#[derive(Object)]
#[oai(rename = "Renaming", skip_serializing_if_is_none)]
struct RenamingView {
    /// Its id.
    id: Uuid,
    /// What got another name.
    kind: RenamingKind,
    /// What it was called: a village with its town.
    old_name: String,
    /// What it is called.
    new_name: String,
    /// Of a place: its town as it was called.
    old_town: Option<String>,
    /// Of a village: as it was called.
    old_village: Option<String>,
    /// Of a place: its town as it is called.
    new_town: Option<String>,
    /// Of a village: as it is called.
    new_village: Option<String>,
    /// Of a unit: its id. One that became part of another is on the register no longer.
    unit_id: Option<Uuid>,
    /// Of a unit that became part of another: that one.
    into_unit_id: Option<Uuid>,
    /// Whether it became part of another.
    merges: bool,
    /// From which day.
    effective_on: NaiveDate,
    /// Why.
    reason: String,
    /// Households that followed.
    households: i64,
    /// Units that followed: of a place those that are linked to it.
    units: i64,
    /// People who followed: of a place those who are responsible for it, of a unit that became part of another
    /// its staff.
    helpers: i64,
    /// The import that it came with.
    import_id: Option<Uuid>,
    /// When it was recorded.
    recorded_at: Instant,
    /// By which account.
    recorded_by: String,
    /// When it was taken back.
    undone_at: Option<Instant>,
    /// By which account.
    undone_by: Option<String>,
}

/// Another name for a town or a village.
#[derive(Object)]
struct PlaceRenamingInput {
    /// Town (镇、乡、街道) as it is called now.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    town: String,
    /// Village (村、居) as it is called now; left out for the town as a whole.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    village: Option<String>,
    /// What the town is called then; of a village, the town that it belongs to then.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    new_town: String,
    /// What the village is called then; left out for a town.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    new_village: Option<String>,
    /// Whether there is a place of the new name, of which this one becomes part.
    #[oai(default)]
    merge: bool,
    /// From which day: today or earlier; left out for today.
    effective_on: Option<NaiveDate>,
    /// Why, such as “撤并” (joined to another) with the number of the paper.
    #[oai(validator(min_length = 1, max_length = 200, custom = "crate::api::NotBlank"))]
    reason: String,
}

/// Another name for a unit.
#[derive(Object)]
struct UnitRenamingInput {
    /// What the unit is called then.
    #[oai(validator(min_length = 1, max_length = 100, custom = "crate::api::NotBlank"))]
    new_name: String,
    /// Whether there is a unit of that name, of which this one becomes part.
    #[oai(default)]
    merge: bool,
    /// From which day: today or earlier; left out for today.
    effective_on: Option<NaiveDate>,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 200, custom = "crate::api::NotBlank"))]
    reason: String,
}

#[OpenApi]
impl RenamingApi {
    /// Rename or merge a town or a village
    ///
    /// All households of the place, the units that are linked to it (定点帮扶) and the helpers who are
    /// responsible for it (负责镇, 负责村) say the new name from then on; pairings stay as they are. What each
    /// said before is kept in its history. 409 `name_taken` if there is a place of the new name and `merge` was
    /// not sent; 422 `name_invalid` for a name that a roster may not say either; 409 `villages_collide` if both towns have villages of the same name: rename those first.
    #[oai(
        path = "/renamings",
        method = "post",
        operation_id = "renamePlace",
        tag = "Tag::Households"
    )]
    async fn rename_place(
        &self,
        caller: Signed,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<PlaceRenamingInput>,
    ) -> Result<Created<RenamingView>, CreateFault> {
        let body = body.0;
        let place = |town: &str, village: Option<&String>| Locality {
            town: squeezed(town),
            village: village.map(|village| squeezed(village)),
        };
        let wanted = Wanted::Place {
            from: place(&body.town, body.village.as_ref()),
            to: place(&body.new_town, body.new_village.as_ref()),
        };
        let said = self.said(body.merge, body.effective_on, &body.reason);
        let key = idempotency_key.0.as_deref();
        let renaming = service::rename(&self.0, &caller.0, key, wanted, said).await?;
        Ok(created(renaming, &caller.0))
    }

    /// Rename or merge a unit
    ///
    /// A unit that gets another name keeps its id, its staff and its villages. One that becomes part of another
    /// (`merge`) gives its staff and villages over and is on the register no longer; pairings stay as they are.
    #[oai(
        path = "/units/:id/renamings",
        method = "post",
        operation_id = "renameUnit",
        tag = "Tag::Staff"
    )]
    async fn rename_unit(
        &self,
        caller: Signed,
        /// The unit's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<UnitRenamingInput>,
    ) -> Result<Created<RenamingView>, CreateFault> {
        let body = body.0;
        let wanted = Wanted::Unit {
            unit_id: id.0,
            name: squeezed(&body.new_name),
        };
        let said = self.said(body.merge, body.effective_on, &body.reason);
        let key = idempotency_key.0.as_deref();
        let renaming = service::rename(&self.0, &caller.0, key, wanted, said).await?;
        Ok(created(renaming, &caller.0))
    }

    /// List renamed and merged places and units
    ///
    /// The latest first, those that were taken back among them.
    #[oai(
        path = "/renamings",
        method = "get",
        operation_id = "listRenamings",
        tag = "Tag::Households"
    )]
    async fn list_renamings(
        &self,
        caller: Signed,
        /// Only of towns, of villages or of units.
        kind: Query<Option<RenamingKind>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<RenamingView>>, ListFault> {
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (found, next) = service::list(&self.0, kind.0, cursor, limit).await?;
        let views = found.into_iter().map(|it| view(it, &caller.0));
        Ok(Page::json(views, next))
    }

    /// Get a renamed or merged place or unit
    ///
    /// One of those that `listRenamings` lists.
    #[oai(
        path = "/renamings/:id",
        method = "get",
        operation_id = "getRenaming",
        tag = "Tag::Households"
    )]
    async fn get_renaming(
        &self,
        caller: Signed,
        /// The renaming's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<RenamingView>, GetFault> {
        let renaming = service::get(&self.0, id.0).await?;
        Ok(tagged(renaming, &caller.0))
    }

    /// Take a renaming or a merge back
    ///
    /// All that followed it and still says the new name says the old one again; what was changed by hand since
    /// stays. What came under a new name since follows, too; what came to a place of which another had become
    /// part stays there. 409 if the old name belongs to another by now (`name_taken`), or a later change rests
    /// on this one (`renamed_since`): take that back first.
    #[oai(
        path = "/renamings/:id/undo",
        method = "post",
        operation_id = "undoRenaming",
        tag = "Tag::Households"
    )]
    async fn undo_renaming(
        &self,
        caller: Signed,
        /// The renaming's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<RenamingView>, WorkFault> {
        let renaming = service::undo(&self.0, &caller.0, id.0).await?;
        Ok(tagged(renaming, &caller.0))
    }
}

impl RenamingApi {
    fn said(&self, merge: bool, effective_on: Option<NaiveDate>, reason: &str) -> Said {
        Said {
            merge,
            by_import: false,
            effective_on: effective_on.unwrap_or(self.0.today()),
            reason: reason.trim().to_owned(),
        }
    }
}

fn tag(renaming: &Renaming) -> ETag {
    ETag::of_state(renaming.undone_at.is_some())
}

fn tagged(renaming: Renaming, caller: &Caller) -> Tagged<RenamingView> {
    let tag = tag(&renaming);
    Tagged::new(view(renaming, caller), tag)
}

fn created(renaming: Renaming, caller: &Caller) -> Created<RenamingView> {
    let (id, tag) = (renaming.id, tag(&renaming));
    Created::new(view(renaming, caller), "/renamings", id, tag)
}

fn view(renaming: Renaming, caller: &Caller) -> RenamingView {
    let sight = caller.sight().elsewhere();
    let text = |text: &str| sight.text(text).into_owned();
    let part = |name: &str| Some(name).filter(|it| !it.is_empty()).map(text);
    let (old, new) = renaming.change().words();
    RenamingView {
        id: renaming.id,
        kind: renaming.kind,
        old_name: text(&old),
        new_name: text(&new),
        old_town: part(&renaming.old_town),
        old_village: part(&renaming.old_village),
        new_town: part(&renaming.new_town),
        new_village: part(&renaming.new_village),
        unit_id: renaming.unit_id,
        into_unit_id: renaming.into_unit_id,
        merges: renaming.merges,
        effective_on: renaming.effective_on,
        reason: text(&renaming.reason),
        households: renaming.households,
        units: renaming.units,
        helpers: renaming.helpers,
        import_id: renaming.import_id,
        recorded_at: renaming.recorded_at.into(),
        recorded_by: renaming.recorded_by,
        undone_at: renaming.undone_at.map(Instant),
        undone_by: renaming.undone_by,
    }
}
