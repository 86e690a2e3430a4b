//! The list of visits.

use qianshou::access::Role;
use serde_json::Value;
use uuid::Uuid;

use crate::support::helped_household::HelpedHousehold;
use crate::support::{Client, complete_household};

#[tokio::test]
async fn the_list_shows_each_what_is_his_newest_first() {
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    let former = server.client(Role::Helper).await;
    let shared = server.add_household(complete_household("李桂英")).await;
    let others = server.household_of(former.staff_id.unwrap()).await;
    server
        .pair_until(
            shared,
            former.staff_id.unwrap(),
            server.days_ago(90),
            server.days_ago(40),
        )
        .await;
    server.pair(shared, office.staff, server.days_ago(40)).await;
    let clerk = &office.clerk;
    let mut logged = Vec::new();
    for (household, days) in [
        (shared, 80),
        (others, 70),
        (office.household, 60),
        (shared, 30),
        (others, 20),
        (office.household, 20),
    ] {
        let visit = clerk
            .post(&format!("/households/{household}/visits"))
            .key(&Uuid::now_v7().to_string())
            .json(&office.visit_days_ago(days))
            .await
            .expect(201);
        logged.push(visit);
    }
    logged.reverse();
    let pick = |places: &[usize]| {
        places
            .iter()
            .map(|at| logged[*at].clone())
            .collect::<Vec<_>>()
    };
    let list = async |client: &Client, query: &[(&str, String)]| {
        let page = client.get("/visits").query(query).await.expect(200);
        assert_eq!(page["next_cursor"], Value::Null);
        page["items"].as_array().unwrap().clone()
    };
    let leader = server.client(Role::Leader).await;
    assert_eq!(list(clerk, &[]).await, logged);
    assert_eq!(list(&leader, &[]).await, logged);
    // Their households now, with what was done there before them.
    assert_eq!(list(&office.helper, &[]).await, pick(&[0, 2, 3, 5]));
    // Their household now, and not their own visits to the one that is another's.
    assert_eq!(list(&former, &[]).await, pick(&[1, 4]));

    let household = |id: Uuid| ("household_id", id.to_string());
    assert_eq!(list(clerk, &[household(shared)]).await, pick(&[2, 5]));
    assert_eq!(list(&former, &[household(shared)]).await, pick(&[]));
    assert_eq!(
        list(&former, &[household(office.household)]).await,
        pick(&[])
    );
    let staff = ("staff_id", former.staff_id.unwrap().to_string());
    assert_eq!(list(clerk, &[staff.clone()]).await, pick(&[1, 4, 5]));
    assert_eq!(list(&office.helper, &[staff]).await, pick(&[5]));
    let from = ("from", server.days_ago(70).to_string());
    let to = ("to", server.days_ago(30).to_string());
    assert_eq!(list(clerk, &[from, to]).await, pick(&[2, 3, 4]));
}

#[tokio::test]
async fn pages_are_whole_and_stand_still_while_visits_come_in() {
    let office = HelpedHousehold::open().await;
    for days in [5, 3, 3, 9, 1, 7] {
        office.log(&office.visit_days_ago(days)).await;
    }
    let whole = office.helper.get("/visits").await.expect(200)["items"].clone();
    let mut items = Vec::new();
    let mut cursor = None;
    loop {
        let mut query = vec![("limit", "2".to_owned())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let page = office.helper.get("/visits").query(&query).await.expect(200);
        let found = page["items"].as_array().unwrap();
        assert_eq!(found.len(), 2);
        items.extend(found.clone());
        cursor = page["next_cursor"].as_str().map(ToOwned::to_owned);
        if cursor.is_none() {
            break;
        }
        office.log(&office.visit_days_ago(0)).await;
    }
    assert_eq!(Value::from(items), whole);
    for (name, value) in [
        ("cursor", "%%%"),
        ("limit", "0"),
        ("limit", "201"),
        ("household_id", "1"),
        ("from", "gestern"),
    ] {
        office
            .helper
            .get("/visits")
            .query(&[(name, value)])
            .await
            .expect_problem(400, "bad_request");
    }
}
