//! What an app needs of a helper's households in one call: contact, visits, points; filters and orders.

use chrono::{Days, NaiveDate};
use qianshou::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::staff::{add_person, add_person_with};
use crate::support::{Client, TestServer, complete_household};

/// A household of a head and a telephone.
async fn add(server: &TestServer, village: &str, head: &str, number: Option<&str>) -> Uuid {
    let mut household = complete_household(head);
    "青禾镇".clone_into(&mut household.town);
    village.clone_into(&mut household.village);
    household.number = number.map(str::to_owned);
    household.members[0].phone = Some("19000000088".to_owned());
    household.address = Some(format!("{village}5号"));
    server.add_household(household).await
}

async fn visit(server: &TestServer, household: Uuid, helper: Uuid, on: NaiveDate) {
    let mut tx = server.db.write().await.unwrap();
    qianshou::insert!(&mut tx, "visit", [()], |_visit| {
        id: Uuid::now_v7(),
        household_id: household,
        staff_id: helper,
        visited_on: on,
        kind: "home",
        met: "head",
        situation_confirmed: true,
        causes_confirmed: true,
        wishes: "盼孩子读书",
        measures: "[\"health\"]",
        version: 1_i64,
        logged_at: server.app.now(),
        logged_by: "测试",
    })
    .unwrap();
    tx.commit().await.unwrap();
}

async fn heads(client: &Client, query: &str) -> Vec<String> {
    let items = client.paged(&format!("/households?{query}"), 2).await;
    let name = |item: &Value| item["head_name"].as_str().unwrap().to_owned();
    items.iter().map(name).collect()
}

/// Households of a helper: visited ten days ago, two hundred days ago, and never.
struct Scene {
    server: TestServer,
    office: Client,
    helper: Client,
    households: [Uuid; 3],
}

impl Scene {
    async fn start() -> Self {
        let (server, office) = TestServer::start_with_office().await;
        let staff_id = add_person_with(&server, "东圩小学", "张老师", |person| {
            person.number = Some("T-07".to_owned());
        })
        .await;
        let helper = server.helper(staff_id).await;
        let today = server.app.today();
        let mut households = Vec::new();
        for (village, head, number, days) in [
            ("第10村", "赵六", Some("10"), Some(10)),
            ("第2村", "陈大", Some("9"), Some(200)),
            ("第2村", "欧阳明", None, None),
        ] {
            let id = add(&server, village, head, number).await;
            server.pair(id, staff_id, today - Days::new(300)).await;
            if let Some(days) = days {
                visit(&server, id, staff_id, today - Days::new(days)).await;
            }
            households.push(id);
        }
        // Another's, which is in no list of the helper.
        let strange = add(&server, "第1村", "孙七", Some("1")).await;
        let other = add_person(&server, "西圩小学", "李老师").await;
        server.pair(strange, other, today).await;
        let households = households.try_into().unwrap();
        Self {
            server,
            office,
            helper,
            households,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helper_gets_all_that_the_day_needs_in_one_call() {
    let office = Scene::start().await;
    let (server, today) = (&office.server, office.server.app.today());
    let all = "/households?mine=true&include=contact&include=helper&include=last_visit&include=next_due&include=points";
    let page = office.helper.get(all).await.expect(200);
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    let of = |id: Uuid| items.iter().find(|it| it["id"] == json!(id)).unwrap();
    let [fresh, old, never] = office.households.map(of);
    assert_eq!(
        fresh["phone"], "19000000088",
        "the head's, since the household has none"
    );
    assert_eq!(fresh["address"], "第10村5号");
    assert_eq!(fresh["helper"]["staff_number"], "T-07");
    assert_eq!(fresh["last_visit_on"], json!(today - Days::new(10)));
    assert_eq!(never.get("last_visit_on"), None);
    // The measures were followed up ten days ago: within three months they are again.
    let due = today - Days::new(10) + chrono::Months::new(3);
    assert_eq!(fresh["next_due_on"], json!(due));
    let overdue = today - Days::new(200) + chrono::Months::new(3);
    assert_eq!(old["next_due_on"], json!(overdue));
    for household in items {
        let id = household["id"].as_str().unwrap();
        let method = office
            .helper
            .get(&format!("/households/{id}/method"))
            .await
            .expect(200);
        assert_eq!(
            household["points"], method["points"],
            "the same as one by one"
        );
    }
    // Nothing that was not asked for.
    let page = office.helper.get("/households?limit=1").await.expect(200);
    for field in [
        "phone",
        "address",
        "helper",
        "last_visit_on",
        "next_due_on",
        "points",
    ] {
        assert_eq!(page["items"][0].get(field), None, "{field}");
    }
    // A leader sees no telephone whole, and everybody's households.
    let leader = server.client(Role::Leader).await;
    let page = leader.get("/households?include=contact").await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 4);
    assert_eq!(page["items"][0]["phone"], "190******88");
    office
        .office
        .get("/households?include=everything")
        .await
        .expect_problem(400, "bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn households_come_in_the_order_that_is_asked_for() {
    let office = Scene::start().await;
    for (client, sort, expected) in [
        (&office.helper, "area", vec!["陈大", "欧阳明", "赵六"]),
        (&office.helper, "name", vec!["陈大", "欧阳明", "赵六"]),
        (&office.helper, "number", vec!["陈大", "赵六", "欧阳明"]),
        (&office.helper, "last_visit", vec!["欧阳明", "陈大", "赵六"]),
        (&office.helper, "next_due", vec!["陈大", "欧阳明", "赵六"]),
        (
            &office.office,
            "area",
            vec!["孙七", "陈大", "欧阳明", "赵六"],
        ),
        (
            &office.office,
            "name",
            vec!["陈大", "欧阳明", "孙七", "赵六"],
        ),
        (
            &office.office,
            "number",
            vec!["孙七", "陈大", "赵六", "欧阳明"],
        ),
    ] {
        let found = heads(client, &format!("sort={sort}")).await;
        assert_eq!(found, expected, "{sort}");
    }
    // A cursor is good for its order alone.
    let page = office
        .office
        .get("/households?sort=name&limit=1")
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    for sort in ["number", "area"] {
        let path = format!("/households?sort={sort}&cursor={cursor}");
        office
            .office
            .get(&path)
            .await
            .expect_problem(400, "bad_request");
    }
    // Sorted and searched at once.
    assert_eq!(
        heads(&office.office, "sort=name&search=欧阳").await,
        ["欧阳明"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn those_are_found_whom_nobody_has_visited_since_a_day() {
    let office = Scene::start().await;
    let today = office.server.app.today();
    for (days, expected) in [
        (200, vec!["欧阳明"]),
        (199, vec!["陈大", "欧阳明"]),
        (10, vec!["陈大", "欧阳明"]),
        (9, vec!["陈大", "欧阳明", "赵六"]),
    ] {
        let before = today - Days::new(days);
        let query = format!("mine=true&last_visit_before={before}");
        assert_eq!(heads(&office.helper, &query).await, expected, "{days}");
        let sorted = format!("{query}&sort=last_visit");
        assert_eq!(
            heads(&office.helper, &sorted).await.len(),
            expected.len(),
            "{days}"
        );
    }
}
