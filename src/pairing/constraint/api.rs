//! Pinned and forbidden pairs over HTTP.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::ConstraintKind;
use super::service;
use super::store::{Constraint, Filter, NewConstraint};
use crate::access::Signed;
use crate::api::{Created, ETag, Instant, Limit, NoContent, Page, Tag, Tagged};
use crate::app::App;
use crate::problem::{CreateFault, GetFault, ListFault};

/// Operations on pinned and forbidden pairs.
pub struct ConstraintApi(pub App);

/// What the office decided of a household and a helper, before any run.
#[derive(Object)]
#[oai(rename = "PairingConstraint", skip_serializing_if_is_none)]
struct ConstraintView {
    /// Its id.
    id: Uuid,
    /// `pinned`: the household goes to this person as long as they are on duty and have a place.
    /// `forbidden`, `relative`: the two are never a pair.
    kind: ConstraintKind,
    /// The household.
    household_id: Uuid,
    /// Household number (户编号).
    household_number: Option<String>,
    /// Name of the head (户主姓名).
    head_name: String,
    /// Town (镇、乡、街道).
    town: String,
    /// Village (村、居).
    village: String,
    /// The person.
    staff_id: Uuid,
    /// Staff number (工号) of the person.
    staff_number: Option<String>,
    /// Name (姓名) of the person.
    helper_name: String,
    /// Unit (单位) of the person.
    unit: String,
    /// Why.
    reason: String,
    /// When it was decided.
    recorded_at: Instant,
    /// By which account.
    recorded_by: String,
    /// When it was removed; absent while it binds.
    removed_at: Option<Instant>,
    /// By which account it was removed.
    removed_by: Option<String>,
}

/// A decision to be written down.
#[derive(Object)]
#[oai(rename = "PairingConstraintInput")]
struct ConstraintInput {
    /// What is decided of the two.
    kind: ConstraintKind,
    /// The household.
    household_id: Uuid,
    /// The person.
    staff_id: Uuid,
    /// Why; of relatives, how they are related.
    #[oai(validator(min_length = 1, max_length = 200, custom = "crate::api::NotBlank"))]
    reason: String,
}

#[allow(
    clippy::too_many_arguments,
    reason = "the parameters of an operation are those of its document"
)]
#[OpenApi(tag = "Tag::Pairing")]
impl ConstraintApi {
    /// Pin or forbid a pair
    ///
    /// Binds every run and every pairing by hand from now on; a pair that holds stays until a run over
    /// all households, or until it is ended. That a person stands on the register of a household need
    /// not be written down: it is found by the identity number.
    #[oai(
        path = "/pairing-constraints",
        method = "post",
        operation_id = "createPairingConstraint"
    )]
    async fn create_pairing_constraint(
        &self,
        caller: Signed,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<ConstraintInput>,
    ) -> Result<Created<ConstraintView>, CreateFault> {
        let new = NewConstraint {
            kind: body.0.kind,
            household_id: body.0.household_id,
            staff_id: body.0.staff_id,
            reason: body.0.reason.trim().to_owned(),
        };
        let key = idempotency_key.0.as_deref();
        let constraint = service::add(&self.0, &caller.0, key, &new).await?;
        let (id, tag) = (constraint.id, tag(&constraint));
        Ok(Created::new(
            view(constraint),
            "/pairing-constraints",
            id,
            tag,
        ))
    }

    /// List pinned and forbidden pairs
    ///
    /// The latest first, those that were removed among them.
    #[oai(
        path = "/pairing-constraints",
        method = "get",
        operation_id = "listPairingConstraints"
    )]
    async fn list_pairing_constraints(
        &self,
        _caller: Signed,
        /// Only of this household.
        household_id: Query<Option<Uuid>>,
        /// Only of this person.
        staff_id: Query<Option<Uuid>>,
        /// Only of this kind.
        kind: Query<Option<ConstraintKind>>,
        /// Only those that bind (`true`) or were removed (`false`).
        current: Query<Option<bool>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<ConstraintView>>, ListFault> {
        let filter = Filter {
            household_id: household_id.0,
            staff_id: staff_id.0,
            kind: kind.0,
            current: current.0,
        };
        let (cursor, limit) = (cursor.0.as_deref(), crate::api::limit(limit.0));
        let (constraints, next) = service::list(&self.0, &filter, cursor, limit).await?;
        Ok(Page::json(constraints.into_iter().map(view), next))
    }

    /// Get a pinned or forbidden pair
    ///
    /// Also one that was removed, with who removed it.
    #[oai(
        path = "/pairing-constraints/:id",
        method = "get",
        operation_id = "getPairingConstraint"
    )]
    async fn get_pairing_constraint(
        &self,
        _caller: Signed,
        /// The constraint's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<ConstraintView>, GetFault> {
        let constraint = service::get(&self.0, id.0).await?;
        let tag = tag(&constraint);
        Ok(Tagged::new(view(constraint), tag))
    }

    /// Remove a pinned or forbidden pair
    ///
    /// It binds no more. It stays in the list, with who removed it.
    #[oai(
        path = "/pairing-constraints/:id",
        method = "delete",
        operation_id = "deletePairingConstraint"
    )]
    async fn delete_pairing_constraint(
        &self,
        caller: Signed,
        /// The constraint's id.
        id: Path<Uuid>,
    ) -> Result<NoContent, GetFault> {
        service::remove(&self.0, &caller.0, id.0).await?;
        Ok(NoContent::Done)
    }
}

fn tag(constraint: &Constraint) -> ETag {
    ETag::of_state(constraint.removed_at.is_some())
}

fn view(constraint: Constraint) -> ConstraintView {
    ConstraintView {
        id: constraint.id,
        kind: constraint.kind,
        household_id: constraint.household_id,
        household_number: constraint.household_number,
        head_name: constraint.head_name,
        town: constraint.town,
        village: constraint.village,
        staff_id: constraint.staff_id,
        staff_number: constraint.staff_number,
        helper_name: constraint.helper,
        unit: constraint.unit,
        reason: constraint.reason,
        recorded_at: constraint.made_at.into(),
        recorded_by: constraint.made_by,
        removed_at: constraint.removed_at.map(Instant),
        removed_by: constraint.removed_by,
    }
}
