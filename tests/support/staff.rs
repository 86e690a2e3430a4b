//! People of the staff roster.

use qianshou::staff;
use qianshou::staff::{Rank, StaffFacts};
use uuid::Uuid;

use super::TestServer;
use super::register::{record_number, tester};

/// A person of the staff roster of this unit.
pub async fn add_person_with_room(server: &TestServer, unit: &str, capacity: Option<i64>) -> Uuid {
    add_person_with(server, unit, capacity, |_| {}).await
}

pub async fn add_person_with(
    server: &TestServer,
    unit: &str,
    capacity: Option<i64>,
    change: impl FnOnce(&mut StaffFacts),
) -> Uuid {
    let id = Uuid::now_v7();
    let mut person = StaffFacts {
        number: Some(record_number(id)),
        identity_number: None,
        name: "张帮扶".to_owned(),
        sex: None,
        unit: unit.to_owned(),
        position: None,
        rank: Rank::Ordinary,
        political_status: None,
        phone: None,
        capacity,
        town: None,
        village: None,
        specialty: None,
        remark: None,
    };
    change(&mut person);
    let mut tx = server.db.write().await.unwrap();
    staff::store::add_many(&mut tx, tester(server.app.now(), None), &[(id, person)])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A person of this unit with a telephone.
pub async fn add_person(server: &TestServer, unit: &str, name: &str) -> Uuid {
    let id = Uuid::now_v7();
    let person = StaffFacts {
        number: Some(record_number(id)),
        identity_number: None,
        name: name.to_owned(),
        sex: None,
        unit: unit.to_owned(),
        position: Some("教导主任".to_owned()),
        rank: Rank::Ordinary,
        political_status: None,
        phone: Some("13800000001".to_owned()),
        capacity: Some(5),
        town: None,
        village: None,
        specialty: None,
        remark: None,
    };
    let mut tx = server.db.write().await.unwrap();
    staff::store::add_many(&mut tx, tester(server.app.now(), None), &[(id, person)])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}
