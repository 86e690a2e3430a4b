//! The list of the six points of many households.

use qianshou::access::Role;
use qianshou::household::{Health, HouseholdFacts};
use qianshou::{method, settings};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::Client;
use crate::support::complete_household;
use crate::support::helped_household::{HelpedHousehold, all_seen, points_of};

#[tokio::test]
async fn each_sees_the_points_of_the_households_that_are_theirs() {
    let office = HelpedHousehold::open().await;
    let stranger = office.server.client(Role::Helper).await;
    let leader = office.server.client(Role::Leader).await;
    let path = format!("/households/{}/method", office.household);
    stranger.get(&path).await.expect_problem(404, "not_found");
    leader.get(&path).await.expect(200);
    leader
        .get(&format!("/households/{}/method", Uuid::now_v7()))
        .await
        .expect_problem(404, "not_found");
    office
        .server
        .stranger()
        .get(&path)
        .await
        .expect_problem(401, "unauthenticated");
    let list = |client: &Client| client.get("/method");
    assert_eq!(list(&stranger).await.expect(200)["items"], json!([]));
    assert_eq!(
        list(&leader).await.expect(200)["items"],
        json!([office.points().await])
    );
    // A helper cannot look at another's by naming them.
    let staff = office.helper.staff_id.unwrap().to_string();
    let page = list(&stranger).query(&[("staff_id", staff)]).await;
    assert_eq!(page.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn the_list_is_narrowed_by_place_helper_and_state() {
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    office.visit_showing(0, all_seen()).await;
    let mut others = Vec::new();
    for (town, village) in [
        ("草庙镇", "后屯村"),
        ("小海镇", "前进村"),
        ("小海镇", "温泉村"),
    ] {
        let facts = HouseholdFacts {
            town: town.to_owned(),
            village: village.to_owned(),
            ..complete_household("李四")
        };
        others.push(server.add_household(facts).await);
    }
    let staff = office.helper.staff_id.unwrap().to_string();
    let list = async |query: &[(&str, &str)]| {
        let page = office.clerk.get("/method").query(query).await.expect(200);
        let items = page["items"].as_array().unwrap().clone();
        let ids: Vec<_> = items
            .iter()
            .map(|item| {
                item["household_id"]
                    .as_str()
                    .unwrap()
                    .parse::<Uuid>()
                    .unwrap()
            })
            .collect();
        ids
    };
    let all = list(&[]).await;
    assert_eq!(all.len(), 4);
    let own = office.household;
    let none: Vec<Uuid> = Vec::new();
    let not_own: Vec<_> = all.iter().copied().filter(|id| *id != own).collect();
    assert_eq!(list(&[("town", "草庙镇")]).await.len(), 2);
    assert_eq!(
        list(&[("town", "小海镇"), ("village", "前进村")]).await,
        [others[1]]
    );
    assert_eq!(list(&[("staff_id", &staff)]).await, [own]);
    assert_eq!(list(&[("point", "wishes"), ("state", "met")]).await, [own]);
    assert_eq!(
        list(&[("point", "wishes"), ("state", "stale")]).await,
        not_own
    );
    assert_eq!(
        list(&[("point", "wishes"), ("state", "missing")]).await,
        none
    );
    assert_eq!(list(&[("state", "met")]).await, [own]);
    assert_eq!(list(&[("state", "missing")]).await, all);
    assert_eq!(list(&[("point", "wishes")]).await, all);
    assert_eq!(
        list(&[("town", "小海镇"), ("point", "wishes"), ("state", "met")]).await,
        none
    );
    for (name, value) in [
        ("point", "seventh"),
        ("state", "good"),
        ("cursor", "x"),
        ("limit", "0"),
    ] {
        office
            .clerk
            .get("/method")
            .query(&[(name, value)])
            .await
            .expect_problem(400, "bad_request");
    }
}

/// Every way to ask gives the same answer, in pages of any size.
#[tokio::test]
async fn pages_single_answers_and_the_whole_agree() {
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    office.visit_showing(40, all_seen()).await;
    office.plan(30, &["health"]).await;
    office
        .import(|facts| facts.members[0].health = Some(Health::Healthy))
        .await;
    for number in 0..6 {
        let facts = HouseholdFacts {
            village: format!("第{}村", number % 3),
            ..complete_household(&format!("户主{number}"))
        };
        let id = server.add_household(facts).await;
        let staff = if number % 2 == 0 {
            office.helper.staff_id.unwrap()
        } else {
            server.add_staff().await
        };
        server.pair(id, staff, server.days_ago(90)).await;
        office
            .clerk
            .post(&format!("/households/{id}/visits"))
            .key(&number.to_string())
            .json(
                &json!({ "visited_on": server.days_ago(number * 10), "kind": "phone",
                "causes_confirmed": number % 2 == 0, "wishes": "想修房" }),
            )
            .await
            .expect(201);
    }
    let clerk = &office.clerk;
    let whole = clerk.items("/method").await;
    assert_eq!(whole.len(), 7);
    assert_eq!(clerk.paged("/method", 1).await, whole);
    assert_eq!(clerk.paged("/method", 3).await, whole);
    let met = "/method?point=causes&state=met";
    let confirmed = clerk.items(met).await;
    assert_eq!(confirmed.len(), 4);
    for limit in [1, 2, 4] {
        assert_eq!(clerk.paged(met, limit).await, confirmed);
    }
    let mut tx = server.db.read().await.unwrap();
    let settings = settings::store::load(&mut tx).await.unwrap();
    let all = method::evaluate_all(&mut tx, &settings, server.app.today())
        .await
        .unwrap();
    drop(tx);
    assert_eq!(all.len(), 7);
    for (id, points) in all {
        let single = points_of(&office.clerk, id).await;
        assert_eq!(single["points"], json!(points_as_sent(&points)));
        assert!(whole.contains(&single));
    }
}

/// The points as the API sends them: what is not there is left out.
fn points_as_sent(points: &[method::PointState]) -> Vec<Value> {
    points
        .iter()
        .map(|point| {
            let mut value = serde_json::to_value(point).unwrap();
            value
                .as_object_mut()
                .unwrap()
                .retain(|_, value| !value.is_null());
            value
        })
        .collect()
}
