//! Saved mappings of headings over HTTP.

use chrono::{DateTime, Utc};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::store;
use crate::access::idempotency::{self, Ticket};
use crate::access::{Permission, Signed};
use crate::api::{Created, ETag, NoContent, Tag, Tagged};
use crate::app::App;
use crate::db::{self, Tx};
use crate::problem::{ChangeFault, CreateFault, GetFault, ListFault, Problem};
use crate::roster::choices::ColumnChoice;
use crate::roster::profile::{Profile, unknown_field};
use crate::roster::report::RosterKind;
use crate::text::trimmed;

/// Operations on profiles.
pub struct ProfileApi(pub App);

/// A saved mapping of headings.
#[derive(Serialize, Deserialize, Object)]
#[oai(rename = "ImportProfile", skip_serializing_if_is_none)]
struct ProfileView {
    /// Its id: name it when you send a file.
    id: Uuid,
    /// Which roster it is for.
    kind: RosterKind,
    /// Name by which people know it.
    name: String,
    /// What each heading means.
    columns: Vec<ColumnChoice>,
    /// When it was saved.
    created_at: DateTime<Utc>,
    /// By which account.
    created_by: String,
    /// The `ETag`; a profile is never changed.
    version: i64,
}

/// All profiles of one kind of roster.
#[derive(Object)]
#[oai(rename = "ImportProfiles")]
struct Profiles {
    /// The profiles, the latest first.
    #[oai(validator(max_items = 200))]
    items: Vec<ProfileView>,
}

/// A mapping of headings to save.
#[derive(Serialize, Object)]
#[oai(rename = "NewImportProfile")]
struct NewProfile {
    /// Which roster it is for.
    kind: RosterKind,
    /// Name by which people will know it; no other of its kind may have it.
    #[oai(validator(min_length = 1, max_length = 100))]
    name: String,
    /// What each heading means. A sheet that has just these headings is read by it without naming it.
    #[oai(validator(min_items = 1, max_items = 200))]
    columns: Vec<ColumnChoice>,
}

/// A profile stays as it was saved.
const VERSION: i64 = 1;

impl From<Profile> for ProfileView {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.id,
            kind: profile.kind,
            name: profile.name,
            columns: profile.columns.0,
            created_at: profile.created_at,
            created_by: profile.created_by,
            version: VERSION,
        }
    }
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Profile, Problem> {
    let profile = store::find(tx, id).await?;
    profile.ok_or_else(|| Problem::not_found("列名方案", "import profile"))
}

#[OpenApi(tag = "Tag::Rosters")]
impl ProfileApi {
    /// List import profiles
    ///
    /// Saved meanings of headings. An import uses the one that it names, and for a sheet that has just
    /// the headings of a profile that one.
    #[oai(
        path = "/import-profiles",
        method = "get",
        operation_id = "listImportProfiles"
    )]
    async fn list_import_profiles(
        &self,
        caller: Signed,
        /// Which roster.
        kind: Query<RosterKind>,
    ) -> Result<Json<Profiles>, ListFault> {
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = self.0.db.read().await?;
        let profiles = store::all(&mut tx, kind.0).await?;
        Ok(Json(Profiles {
            items: profiles.into_iter().map(Into::into).collect(),
        }))
    }

    /// Save an import profile
    ///
    /// What the headings of a file mean, for the next file of the same make: as a rule the columns of
    /// an import's report, with what was chosen for them.
    #[oai(
        path = "/import-profiles",
        method = "post",
        operation_id = "createImportProfile"
    )]
    async fn create_import_profile(
        &self,
        caller: Signed,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<NewProfile>,
    ) -> Result<Created<ProfileView>, CreateFault> {
        caller.0.require(Permission::KeepRegister)?;
        let new = body.0;
        let now = self.0.now();
        let mut tx = caller.0.write(&self.0.db).await?;
        let request = ("createImportProfile", &new);
        let key = idempotency_key.0.as_deref();
        let ticket = match idempotency::take(&mut tx, &caller.0, key, &request).await? {
            Ticket::Answered(first) => return Ok(Created::new(first)),
            Ticket::Open(ticket) => ticket,
        };
        check(&mut tx, &new).await?;
        let profile = Profile {
            id: Uuid::now_v7(),
            kind: new.kind,
            name: trimmed(&new.name),
            columns: db::Json(new.columns),
            created_at: now,
            created_by: caller.0.username.clone(),
        };
        store::add(&mut tx, &profile).await?;
        let view = ProfileView::from(profile);
        ticket.answer(&mut tx, now, &view).await?;
        tx.commit().await?;
        Ok(Created::new(view))
    }

    /// Get an import profile
    ///
    /// With the `ETag` that removing it needs.
    #[oai(
        path = "/import-profiles/:id",
        method = "get",
        operation_id = "getImportProfile"
    )]
    async fn get_import_profile(
        &self,
        caller: Signed,
        /// The profile's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<ProfileView>, GetFault> {
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = self.0.db.read().await?;
        let profile = find(&mut tx, id.0).await?;
        Ok(Tagged::new(profile.into(), ETag(VERSION)))
    }

    /// Remove an import profile
    ///
    /// Imports that were read by it stay as they are; one that names it and is checked again is told
    /// that it is gone.
    #[oai(
        path = "/import-profiles/:id",
        method = "delete",
        operation_id = "deleteImportProfile"
    )]
    async fn delete_import_profile(
        &self,
        caller: Signed,
        /// The profile's id.
        id: Path<Uuid>,
        /// The profile's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
    ) -> Result<NoContent, ChangeFault> {
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = caller.0.write(&self.0.db).await?;
        find(&mut tx, id.0).await?;
        ETag(VERSION).must_match(if_match.0.as_deref())?;
        store::remove(&mut tx, id.0).await?;
        tx.commit().await?;
        Ok(NoContent::Done)
    }
}

/// Whether a profile can be saved.
async fn check(tx: &mut Tx, new: &NewProfile) -> Result<(), Problem> {
    let name = trimmed(&new.name);
    if name.is_empty() {
        let problem = Problem::invalid(
            "name_missing",
            "请填写列名方案的名称",
            "the profile needs a name",
        );
        return Err(problem.at("/name"));
    }
    if let Some(index) = unknown_field(new.kind, &new.columns) {
        let problem = Problem::invalid(
            "no_such_field",
            "选择的字段不存在，请重新选择该列的含义",
            "the roster has no such field",
        );
        return Err(problem.at(&format!("/columns/{index}/field")));
    }
    let known = store::all(tx, new.kind).await?;
    if known.iter().any(|profile| profile.name == name) {
        return Err(Problem::conflict(
            "profile_name_taken",
            "已有同名的列名方案，请换一个名称，或先删除旧的",
            "another profile has this name; take another one or remove that first",
        ));
    }
    if i64::try_from(known.len()).is_ok_and(|count| count >= store::MAX_PROFILES) {
        return Err(Problem::conflict(
            "too_many_profiles",
            format!(
                "列名方案最多保存 {} 个，请先删除不用的",
                store::MAX_PROFILES
            ),
            format!(
                "no more than {} profiles can be saved; remove some first",
                store::MAX_PROFILES
            ),
        ));
    }
    Ok(())
}
