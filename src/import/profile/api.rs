//! Saved mappings of headings over HTTP.

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use uuid::Uuid;

use super::service;
use super::view::{NewProfile, ProfileView, VERSION};
use crate::access::Signed;
use crate::api::{Created, ETag, Limit, NoContent, Page, Tag, Tagged};
use crate::app::App;
use crate::problem::{ChangeFault, CreateFault, GetFault, ListFault};
use crate::roster::report::RosterKind;

/// Operations on profiles.
pub struct ProfileApi(pub App);

#[OpenApi(tag = "Tag::Rosters")]
impl ProfileApi {
    /// List import profiles
    ///
    /// Saved meanings of headings. An import uses the one that it names, and for a sheet that has just
    /// the headings of a profile that one. The latest first.
    #[oai(
        path = "/import-profiles",
        method = "get",
        operation_id = "listImportProfiles"
    )]
    async fn list_import_profiles(
        &self,
        _caller: Signed,
        /// Which roster.
        kind: Query<RosterKind>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ProfileView>>, ListFault> {
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (profiles, next) = service::list(&self.0, kind.0, cursor, limit).await?;
        Ok(Page::json(profiles.into_iter().map(Into::into), next))
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
        let key = idempotency_key.0.as_deref();
        let view = service::create(&self.0, &caller.0, key, body.0).await?;
        let id = view.id;
        Ok(Created::new(view, "/import-profiles", id, ETag(VERSION)))
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
        _caller: Signed,
        /// The profile's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<ProfileView>, GetFault> {
        let profile = service::get(&self.0, id.0).await?;
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
        service::remove(&self.0, &caller.0, id.0, if_match.0.as_deref()).await?;
        Ok(NoContent::Done)
    }
}
