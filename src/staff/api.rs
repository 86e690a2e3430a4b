//! Reading staff, and changing what an office decides of a person.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Rank;
use super::field::staff_fields;
use super::model::Staff;
use super::service;
use super::store::Filter;
use crate::access::search::Search;
use crate::access::{Caller, Signed};
use crate::api::{ETag, Instant, Limit, Page, Tag, Tagged, kept, merged};
use crate::app::App;
use crate::codes::Sex;
use crate::problem::{ChangeFault, GetFault, ListFault, Problem};
use crate::value::{self, Read, Refused};

/// Operations on staff.
pub struct StaffApi(pub App);

/// What one of this sight sees of a field.
macro_rules! seen {
    ($sight:ident, $person:ident, $field:ident, Open) => {
        $person.$field
    };
    ($sight:ident, $person:ident, $field:ident, Text) => {
        $sight.text(&$person.$field).into_owned()
    };
    ($sight:ident, $person:ident, $field:ident, Texts) => {
        $person.$field.map(|text| $sight.text(&text).into_owned())
    };
    ($sight:ident, $person:ident, $field:ident, Unit) => {
        UnitName {
            unit_id: $person.unit_id,
            unit: $sight.text(&$person.$field).into_owned(),
        }
    };
    ($sight:ident, $person:ident, $field:ident, Identity) => {
        $person.$field.map(|number| $sight.identity_number(&number))
    };
    ($sight:ident, $person:ident, $field:ident, RegisterNumber) => {
        $person
            .$field
            .map(|number| $sight.register_number(&number).into_owned())
    };
    ($sight:ident, $person:ident, $field:ident, Telephone) => {
        $person
            .$field
            .map(|number| $sight.staff_telephone(&number).into_owned())
    };
}

macro_rules! staff_view {
    ($($(#[$doc:meta])* $field:ident: $_type:ty, $how:ident as $(#[$attribute:meta])* $view:ty;)*) => {
        /// A person who helps.
        #[derive(Object)]
        #[oai(rename = "Staff", skip_serializing_if_is_none)]
        struct StaffView {
            /// Its id.
            id: Uuid,
            /// Counts its changes; the `ETag`.
            version: i64,
            /// When the record last changed.
            updated_at: Instant,
            $(
                $(#[$doc])*
                $(#[$attribute])*
                $field: $view,
            )*
            /// Whether households may be given to this person.
            active: bool,
        }

        fn view(person: Staff, caller: &Caller) -> StaffView {
            let sight = caller.sight().elsewhere();
            StaffView {
                id: person.id,
                version: person.version,
                updated_at: person.updated_at.into(),
                $($field: seen!(sight, person, $field, $how),)*
                active: person.active,
            }
        }
    };
}
staff_fields!(staff_view);

/// The unit that a person belongs to.
#[derive(Object)]
struct UnitName {
    /// The unit's id.
    unit_id: Uuid,
    /// Unit (单位).
    unit: String,
}

/// Changes of a person (RFC 7396): what is absent stays, `null` clears.
#[derive(Object)]
struct StaffPatch {
    /// Households that they may have (可帮扶户数); `null` lets the rank decide.
    #[oai(validator(minimum(value = "0"), maximum(value = "100")))]
    capacity: MaybeUndefined<i64>,
    /// Telephone (联系电话): one.
    #[oai(validator(max_length = 40))]
    phone: MaybeUndefined<String>,
    /// Skills (专长).
    #[oai(validator(max_length = 100))]
    specialty: MaybeUndefined<String>,
    /// Towns of which they are in charge (负责镇); several are separated by `、`.
    #[oai(validator(max_length = 100))]
    town: MaybeUndefined<String>,
    /// Villages of which they are in charge (负责村); several are separated by `、`.
    #[oai(validator(max_length = 100))]
    village: MaybeUndefined<String>,
    /// Whether households may be given to this person; not `null`. The accounts of one who is made inactive are
    /// closed. One who is responsible for households can be made inactive only by `recordDeparture`, or after those pairings have ended.
    active: MaybeUndefined<bool>,
}

#[OpenApi(tag = "Tag::Staff")]
impl StaffApi {
    /// List staff
    ///
    /// By unit and name, both in the order of pinyin and numbers by their value. With `active=true`, those who
    /// can be chosen as helpers. A unit's contact sees the people of their unit.
    #[oai(path = "/staff", method = "get", operation_id = "listStaff")]
    async fn list_staff(
        &self,
        caller: Signed,
        /// Only of this unit.
        unit_id: Query<Option<Uuid>>,
        /// Only those who may (`true`) or may not (`false`) be given households.
        active: Query<Option<bool>>,
        /// Part of the name, the staff number (工号), four digits or more of the telephone; for who may see
        /// identity numbers also a part of the staff number and the last four characters or more of the identity
        /// number. Spaces, dots, full-width and capital letters make no difference. A caller who may not see
        /// identity numbers finds no name by digits in it, and nothing by what is masked for them.
        #[oai(validator(max_length = 50))]
        search: Query<Option<String>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<StaffView>>, ListFault> {
        let limit = crate::api::limit(limit.0);
        let filter = Filter {
            unit_id: unit_id.0,
            active: active.0,
            search: Search::of(caller.0.sight(), search.0),
            ..Filter::default()
        };
        let cursor = cursor.0.as_deref();
        let (people, next) = service::list(&self.0, &caller.0, filter, cursor, limit).await?;
        Ok(Page::json(
            people.into_iter().map(|person| view(person, &caller.0)),
            next,
        ))
    }

    /// Get a person of the staff
    ///
    /// A helper sees only their own record, a unit's contact those of their unit.
    #[oai(path = "/staff/:id", method = "get", operation_id = "getStaff")]
    async fn get_staff(
        &self,
        caller: Signed,
        /// The person's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<StaffView>, GetFault> {
        let person = service::get(&self.0, &caller.0, id.0).await?;
        let tag = ETag(person.version);
        Ok(Tagged::new(view(person, &caller.0), tag))
    }

    /// Change a person of the staff
    ///
    /// What the office decides: capacity, area, whether households may be given to them. A unit's contact
    /// corrects telephone, specialty and area of their unit's people, and nothing else (403). What was
    /// there is kept. Names and the telephone are kept as a roster's would be (no line breaks, no spaces
    /// inside names); 422 `value_invalid` for those that a roster could not say either.
    #[oai(path = "/staff/:id", method = "patch", operation_id = "updateStaff")]
    async fn update_staff(
        &self,
        caller: Signed,
        /// The person's id.
        id: Path<Uuid>,
        /// The record's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<StaffPatch>,
    ) -> Result<Tagged<StaffView>, ChangeFault> {
        let if_match = if_match.0.as_deref();
        let change = |before: &Staff| patched(before, body.0);
        let after = service::change(&self.0, &caller.0, id.0, if_match, change).await?;
        let tag = ETag(after.version);
        Ok(Tagged::new(view(after, &caller.0), tag))
    }
}

/// The person as the office wants them. Names and numbers are read as a roster's would be; those that
/// were sent back as they stood are left alone.
fn patched(before: &Staff, patch: StaffPatch) -> Result<Staff, Problem> {
    let mut after = before.clone();
    let mut refused = Refused::default();
    let mut read = |pointer: &str,
                    sent: MaybeUndefined<String>,
                    old: &Option<String>,
                    value: fn(&str) -> Read<String>| {
        let sent = merged(sent, old.clone());
        match &sent {
            Some(text) if sent != *old => refused.or(pointer, value(text)).flatten(),
            _ => sent,
        }
    };
    after.phone = read("/phone", patch.phone, &before.phone, value::sent_phone);
    after.specialty = read(
        "/specialty",
        patch.specialty,
        &before.specialty,
        value::sent_line,
    );
    after.town = read("/town", patch.town, &before.town, value::sent_places);
    after.village = read(
        "/village",
        patch.village,
        &before.village,
        value::sent_places,
    );
    refused.none()?;
    after.capacity = merged(patch.capacity, after.capacity);
    after.active = kept(patch.active, before.active, "/active")?;
    Ok(after)
}
