//! People of the staff roster.

use qianshou::staff::{self, Rank, StaffFacts};
use serde_json::Value;
use uuid::Uuid;

use super::register::{record_number, tester};
use super::{Client, TestServer};

/// A person of this unit, of whom nothing else is known.
pub fn staff_facts(unit: &str, name: &str) -> StaffFacts {
    StaffFacts {
        number: None,
        identity_number: None,
        name: name.to_owned(),
        sex: None,
        unit: unit.to_owned(),
        position: None,
        rank: Rank::Ordinary,
        political_status: None,
        phone: None,
        capacity: None,
        town: None,
        village: None,
        specialty: None,
        remark: None,
    }
}

/// Puts a person on the staff roster of this unit, with what else is known of them.
pub async fn add_person_with(
    server: &TestServer,
    unit: &str,
    name: &str,
    change: impl FnOnce(&mut StaffFacts),
) -> Uuid {
    let id = Uuid::now_v7();
    let mut person = staff_facts(unit, name);
    person.number = Some(record_number(id));
    change(&mut person);
    let mut tx = server.db.write().await.unwrap();
    staff::store::add_many(&mut tx, tester(server.app.now(), None), &[(id, person)])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// One with a telephone and room for five households.
pub async fn add_person(server: &TestServer, unit: &str, name: &str) -> Uuid {
    add_person_with(server, unit, name, |person| {
        person.position = Some("教导主任".to_owned());
        person.phone = Some("13800000001".to_owned());
        person.capacity = Some(5);
    })
    .await
}

/// One with room for so many households.
pub async fn add_person_with_room(server: &TestServer, unit: &str, capacity: Option<i64>) -> Uuid {
    add_person_with(server, unit, "张帮扶", |person| {
        person.capacity = capacity;
    })
    .await
}

/// Changes what the roster says of a person, whatever their version.
pub async fn change_person(office: &Client, staff_id: Uuid, change: &Value) {
    let call = office.patch(&format!("/staff/{staff_id}")).if_match("*");
    call.json(change).await.expect(200);
}

/// The id of a person's unit.
pub async fn unit_of(client: &Client, staff_id: Uuid) -> String {
    let person = client.get(&format!("/staff/{staff_id}")).await.expect(200);
    person["unit_id"].as_str().unwrap().to_owned()
}
