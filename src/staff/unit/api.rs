//! Reading units, and linking them to the villages they serve.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{self as unit, Area};
use super::service;
use crate::access::Signed;
use crate::api::{ETag, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::problem::{ChangeFault, GetFault, ListFault};

/// Operations on units.
pub struct UnitApi(pub App);

/// A school or office that staff belong to.
#[derive(Object)]
struct OrganizationUnitSummary {
    /// Its id.
    id: Uuid,
    /// Unit (单位), by name.
    name: String,
    /// Its people who may be given households.
    active_staff: i64,
    /// Counts the changes of its villages.
    version: i64,
}

/// A unit with the villages it is linked to (定点帮扶).
#[derive(Object)]
struct OrganizationUnit {
    /// Its id.
    id: Uuid,
    /// Unit (单位), by name.
    name: String,
    /// Its people who may be given households.
    active_staff: i64,
    /// The villages, by town and village.
    villages: Vec<Area>,
    /// Counts the changes of its villages; the `ETag`.
    version: i64,
}

/// The villages that a unit is linked to.
#[derive(Object)]
struct UnitVillages {
    /// All of them: those that are not named are linked no more.
    #[oai(validator(max_items = 1000))]
    villages: Vec<Area>,
}

#[OpenApi(tag = "Tag::Staff")]
impl UnitApi {
    /// List units
    ///
    /// By name.
    #[oai(path = "/units", method = "get", operation_id = "listUnits")]
    async fn list_units(
        &self,
        caller: Signed,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<OrganizationUnitSummary>>, ListFault> {
        let limit = crate::api::limit(limit.0);
        let cursor = cursor.0.as_deref();
        let (units, next) = service::list(&self.0, &caller.0, cursor, limit).await?;
        let summary = |unit: unit::Unit| OrganizationUnitSummary {
            id: unit.id,
            name: unit.name,
            active_staff: unit.active_staff,
            version: unit.version,
        };
        Ok(Page::json(units.into_iter().map(summary), next))
    }

    /// Get a unit
    ///
    /// With the villages it is linked to.
    #[oai(path = "/units/:id", method = "get", operation_id = "getUnit")]
    async fn get_unit(
        &self,
        caller: Signed,
        /// The unit's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<OrganizationUnit>, GetFault> {
        Ok(view(service::get(&self.0, &caller.0, id.0).await?))
    }

    /// Link a unit to villages
    ///
    /// Replaces the villages that the unit is linked to (定点帮扶); its staff come first for the
    /// households there in the next pairing run. Pairings that hold stay.
    #[oai(
        path = "/units/:id/villages",
        method = "put",
        operation_id = "setUnitVillages"
    )]
    async fn set_unit_villages(
        &self,
        caller: Signed,
        /// The unit's id.
        id: Path<Uuid>,
        /// The unit's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<UnitVillages>,
    ) -> Result<Tagged<OrganizationUnit>, ChangeFault> {
        let if_match = if_match.0.as_deref();
        let villages = &body.0.villages;
        let unit = service::set_villages(&self.0, &caller.0, id.0, if_match, villages).await?;
        Ok(view(unit))
    }
}

fn view((found, villages): (unit::Unit, Vec<Area>)) -> Tagged<OrganizationUnit> {
    let tag = ETag(found.version);
    let unit = OrganizationUnit {
        id: found.id,
        name: found.name,
        active_staff: found.active_staff,
        villages,
        version: found.version,
    };
    Tagged::new(unit, tag)
}
