//! Operations on the staff.

use uuid::Uuid;

use super::model::Staff;
use super::store::{self, Filter, UnitKey};
use crate::access::search::FoundPage;
use crate::access::{self, Caller, Permission, Reach};
use crate::api::ETag;
use crate::app::App;
use crate::db::Tx;
use crate::problem::{Problem, counted};
use crate::{order, serving};

/// A page of staff by unit and name, and the cursor of the next one.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: Filter,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Staff>, Option<String>), Problem> {
    let filter = Filter {
        reached_unit: caller.reach().unit(),
        ..filter
    };
    let cursors = app.cursors("listStaff");
    let after: Option<UnitKey> = cursors.after(cursor)?;
    let mut tx = app.db.read().await?;
    let sorted = store::sorted(&mut tx, &filter).await?;
    let mut found = FoundPage::new(after, limit);
    while let Some((after, limit)) = found.wants() {
        let next = order::next(&sorted, after.as_ref(), limit + 1, store::unit_order);
        let ids: Vec<_> = next.map(|(_, _, id)| *id).collect();
        let people = store::some(&mut tx, &ids).await?;
        found.add(people, store::unit_key, |person| filter.finds(person));
    }
    let (people, next) = found.cut(store::unit_key);
    Ok((people, cursors.next(next)?))
}

/// A person of the staff, if the caller may see them.
pub async fn get(app: &App, caller: &Caller, id: Uuid) -> Result<Staff, Problem> {
    let mut tx = app.db.read().await?;
    find_reached(&mut tx, caller, id).await
}

/// Whether a person is within a reach.
pub fn is_within(reach: Reach, person: &Staff) -> bool {
    match reach {
        Reach::All => true,
        Reach::Unit(unit_id) => person.unit_id == unit_id,
        Reach::Person(own) => person.id == own,
    }
}

/// The person with this id, if the caller [reaches](Caller::reach) them. A helper who asks for another
/// person is refused before anything is looked for; to a unit's contact people of other units are not there.
pub async fn find_reached(tx: &mut Tx, caller: &Caller, id: Uuid) -> Result<Staff, Problem> {
    let reach = caller.reach();
    if matches!(reach, Reach::Person(own) if own != id) {
        return Err(caller.forbidden());
    }
    let person = find(tx, id).await?;
    is_within(reach, &person)
        .then_some(person)
        .ok_or_else(not_found)
}

/// Changes what is decided of a person by hand. A unit's contact corrects telephone, specialty and area;
/// how many households the person is given, and whether any, is the office's to say.
pub async fn change(
    app: &App,
    caller: &Caller,
    id: Uuid,
    if_match: Option<&str>,
    change: impl FnOnce(&Staff) -> Result<Staff, Problem>,
) -> Result<Staff, Problem> {
    let mut tx = caller.write(&app.db).await?;
    let before = find_reached(&mut tx, caller, id).await?;
    ETag(before.version).must_match(if_match)?;
    let mut after = change(&before)?;
    let place = if after.capacity == before.capacity {
        (after.active != before.active).then_some("/active")
    } else {
        Some("/capacity")
    };
    if let Some(place) = place {
        let decides = caller.require(Permission::KeepRegister);
        decides.map_err(|forbidden| forbidden.at(place))?;
    }
    if after == before {
        return Ok(before);
    }
    if before.active && !after.active {
        check_leaving(&mut tx, caller, &before).await?;
    }
    let now = app.now();
    store::change(&mut tx, caller.at(now), "update", &before, &after).await?;
    tx.commit().await?;
    after.version += 1;
    after.updated_at = now;
    Ok(after)
}

/// Refuses to make one inactive who still serves households.
async fn check_leaving(tx: &mut Tx, caller: &Caller, person: &Staff) -> Result<(), Problem> {
    access::person::check_leaving(tx, caller, person.id).await?;
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
            "still responsible for {}, or assisting; record a departure, or hand over or end those pairings and assistances first",
            counted(households, "household")
        ),
    ))
}

/// The person with this id; a problem if there is none.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Staff, Problem> {
    store::find(tx, id).await?.ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::not_found("人员", "person of the staff")
}
