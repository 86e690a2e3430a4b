//! Operations on the staff.

use uuid::Uuid;

use super::model::Staff;
use super::store::{self, Filter, UnitKey};
use crate::access::{self, Caller, Permission};
use crate::app::App;
use crate::db::{Tx, page};
use crate::problem::Problem;
use crate::serving;

/// Which people are asked for.
pub struct Asked {
    /// Only this unit's.
    pub unit_id: Option<Uuid>,
    /// Only those who may (or may not) be given households.
    pub active: Option<bool>,
    /// Part of the name, or the whole 工号; empty for all.
    pub search: String,
}

/// A page of staff, at least one more than `limit` if there are so many.
pub async fn list(
    app: &App,
    caller: &Caller,
    asked: Asked,
    mut after: Option<UnitKey>,
    limit: i64,
) -> Result<Vec<Staff>, Problem> {
    let sight = caller.sight();
    let filter = Filter {
        unit_id: asked.unit_id,
        active: asked.active,
        in_names: sight.may_search_names(&asked.search),
        in_numbers: sight.may_find_number(&asked.search),
        text: asked.search,
    };
    let mut tx = app.db.read().await?;
    let mut found = Vec::new();
    // Until the page is full: a gap would reveal a person whom the caller may not see.
    loop {
        let people = store::list(&mut tx, &filter, after, limit + 1).await?;
        let (people, next) = page::cut(people, limit + 1, store::unit_key);
        after = people.last().map(store::unit_key);
        found.extend(
            people.into_iter().filter(|person| {
                sight.may_tell(&filter.text, person.number.as_deref(), &person.name)
            }),
        );
        if next.is_none() || found.len() > page::size(limit) {
            return Ok(found);
        }
    }
}

/// A person of the staff; a helper sees only their own record.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Staff, Problem> {
    if caller.staff_id != Some(id) {
        caller.require(Permission::SeeAllHouseholds)?;
    }
    let mut tx = app.db.read().await?;
    find(&mut tx, id).await
}

/// Changes what the office decides of a person, if `is_read` takes the record's version for the one that
/// the caller has read.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: Uuid,
    is_read: impl Fn(i64) -> Result<(), Problem>,
    change: impl FnOnce(&Staff) -> Staff,
) -> Result<Staff, Problem> {
    caller.require(Permission::KeepRegister)?;
    let mut tx = caller.write(&app.db).await?;
    let before = find(&mut tx, id).await?;
    is_read(before.version)?;
    let mut after = change(&before);
    if before.active && !after.active {
        check_leaving(&mut tx, &before).await?;
    }
    let now = app.now();
    store::change(&mut tx, caller.at(now), "update", &before, &after).await?;
    tx.commit().await?;
    after.version += 1;
    after.updated_at = now;
    Ok(after)
}

/// Refuses to make one inactive who still serves households.
async fn check_leaving(tx: &mut Tx, person: &Staff) -> Result<(), Problem> {
    access::person::check_leaving(tx, person.id).await?;
    let households = serving::store::count_served(tx, person.id).await?;
    if households == 0 {
        return Ok(());
    }
    Err(Problem::conflict(
        "still_responsible",
        format!(
            "{}仍是 {households} 户的帮扶责任人或协助帮扶人，请先登记离岗，或移交、结束这些结对和协助，再停用",
            person.name
        ),
        format!(
            "still responsible for {households} households, or assisting them; record a departure, or hand over or end those pairings and assistances first"
        ),
    ))
}

/// The person with this id; a problem if there is none.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Staff, Problem> {
    store::find(tx, id)
        .await?
        .ok_or_else(|| Problem::not_found("人员", "person of the staff"))
}
