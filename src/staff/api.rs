//! Reading staff, and changing what an office decides of a person.

use chrono::{DateTime, Utc};
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::Rank;
use super::fields::staff_fields;
use super::model::Staff;
use super::store::{self, Filter, UnitKey};
use crate::access::{self, Caller, Permission, Signed};
use crate::api::{ETag, Limit, Page, Tag, Tagged, merged};
use crate::app::App;
use crate::codes::Sex;
use crate::db::{Tx, page};
use crate::problem::{ChangeFault, GetFault, ListFault, Problem};
use crate::serving;

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
            updated_at: DateTime<Utc>,
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
                updated_at: person.updated_at,
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
    /// 单位.
    unit: String,
}

/// Changes of a person (RFC 7396): what is absent stays, `null` clears.
#[derive(Object)]
struct StaffPatch {
    /// 可帮扶户数; `null` lets the rank decide.
    #[oai(validator(minimum(value = "0"), maximum(value = "100")))]
    capacity: MaybeUndefined<i64>,
    /// 联系电话.
    #[oai(validator(max_length = 40))]
    phone: MaybeUndefined<String>,
    /// 专长.
    #[oai(validator(max_length = 200))]
    specialty: MaybeUndefined<String>,
    /// 负责镇.
    #[oai(validator(max_length = 50))]
    town: MaybeUndefined<String>,
    /// 负责村.
    #[oai(validator(max_length = 50))]
    village: MaybeUndefined<String>,
    /// Whether households may be given to this person. The accounts of one who is made inactive are
    /// closed. One who is responsible for households can be made inactive only by `recordDeparture`, or after those pairings have ended.
    active: MaybeUndefined<bool>,
}

#[OpenApi(tag = "Tag::Staff")]
impl StaffApi {
    /// List staff
    ///
    /// By unit and name. With `active=true`, those who can be chosen as helpers.
    #[oai(path = "/staff", method = "get", operation_id = "listStaff")]
    async fn list_staff(
        &self,
        caller: Signed,
        /// Only of this unit.
        unit_id: Query<Option<Uuid>>,
        /// Only those who may (`true`) or may not (`false`) be given households.
        active: Query<Option<bool>>,
        /// Part of the name, or the whole 工号. Who may not see identity numbers finds no name by digits
        /// in it, and nothing by what is masked for them.
        #[oai(validator(max_length = 50))]
        search: Query<Option<String>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<StaffView>>, ListFault> {
        caller.0.require(Permission::SeeAllHouseholds)?;
        let (sight, search) = (caller.0.sight(), search.0.unwrap_or_default());
        let filter = Filter {
            unit_id: unit_id.0,
            active: active.0,
            in_names: sight.may_search_names(&search),
            in_numbers: sight.may_find_number(&search),
            text: search,
        };
        let cursors = self.0.cursors("listStaff");
        let mut after: Option<UnitKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        let mut found = Vec::new();
        // Until the page is full: a person who may not be told leaves no gap by which he is told.
        loop {
            let people = store::list(&mut tx, &filter, after, limit + 1).await?;
            let (people, next) = page::cut(people, limit + 1, unit_key);
            after = people.last().map(unit_key);
            found.extend(people.into_iter().filter(|person| {
                sight.may_tell(&filter.text, person.number.as_deref(), &person.name)
            }));
            if next.is_none() || found.len() > page::size(limit) {
                break;
            }
        }
        let (people, next) = page::cut(found, limit, unit_key);
        Ok(Page::json(
            people.into_iter().map(|person| view(person, &caller.0)),
            cursors.next(next)?,
        ))
    }

    /// Get a person of the staff
    ///
    /// A helper sees only their own record.
    #[oai(path = "/staff/:id", method = "get", operation_id = "getStaff")]
    async fn get_staff(
        &self,
        caller: Signed,
        /// The person's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<StaffView>, GetFault> {
        if caller.0.staff_id != Some(id.0) {
            caller.0.require(Permission::SeeAllHouseholds)?;
        }
        let mut tx = self.0.db.read().await?;
        let person = find(&mut tx, id.0).await?;
        let tag = ETag(person.version);
        Ok(Tagged::new(view(person, &caller.0), tag))
    }

    /// Change a person of the staff
    ///
    /// What the office decides: capacity, area, whether households may be given to them. What was
    /// there is kept.
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
        caller.0.require(Permission::KeepRegister)?;
        let mut tx = caller.0.write(&self.0.db).await?;
        let before = find(&mut tx, id.0).await?;
        ETag(before.version).must_match(if_match.0.as_deref())?;
        let mut after = patched(&before, body.0);
        if before.active && !after.active {
            access::person::check_leaving(&mut tx, before.id).await?;
            let households = serving::store::count_served(&mut tx, before.id).await?;
            if households > 0 {
                return Err(Problem::conflict(
                    "still_responsible",
                    format!(
                        "{}仍是 {households} 户的帮扶责任人或协助帮扶人，请先登记离岗，或移交、结束这些结对和协助，再停用",
                        before.name
                    ),
                    format!(
                        "still responsible for {households} households, or assisting them; record a departure, or hand over or end those pairings and assistances first"
                    ),
                )
                .into());
            }
        }
        let now = self.0.now();
        store::change(&mut tx, caller.0.at(now), "update", &before, &after).await?;
        tx.commit().await?;
        after.version += 1;
        after.updated_at = now;
        let tag = ETag(after.version);
        Ok(Tagged::new(view(after, &caller.0), tag))
    }
}

/// Where the page after this person begins.
fn unit_key(person: &Staff) -> UnitKey {
    (person.unit.clone(), person.name.clone(), person.id)
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Staff, Problem> {
    store::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("人员", "person of the staff"))
}

fn patched(before: &Staff, patch: StaffPatch) -> Staff {
    let mut after = before.clone();
    after.capacity = merged(patch.capacity, after.capacity);
    after.phone = merged(patch.phone, after.phone);
    after.specialty = merged(patch.specialty, after.specialty);
    after.town = merged(patch.town, after.town);
    after.village = merged(patch.village, after.village);
    if let MaybeUndefined::Value(active) = patch.active {
        after.active = active;
    }
    after
}
