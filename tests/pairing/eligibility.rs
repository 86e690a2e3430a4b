//! No way in gives a household to a person who may not have it, and a refusal writes nothing.

use chrono::Days;
use qianshou::{household, pairing, staff};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::pairing::{
    pair_list, preview_pair_list, refused_pair_list, staff_number, take_pair_list,
};
use crate::support::register::{facts, tester};
use crate::support::staff::{add_person, change_person, unit_of};
use crate::support::{Client, TestServer};

/// What stands between a person and a household, with the code by which a pair is refused.
const OBSTACLES: [(&str, &str); 6] = [
    ("full", "helper_full"),
    ("forbidden", "pair_barred"),
    ("relative", "pair_barred"),
    ("register", "pair_barred"),
    ("leave", "helper_away"),
    ("pinned", "pinned_to_another"),
];

/// What stands between where the way in does not ask for it by itself: one who returns or moves is active.
const INACTIVE: (&str, &str) = ("inactive", "helper_inactive");

struct Office {
    server: TestServer,
    client: Client,
    /// To whom households are pinned that are not to go to the person of a test.
    another: Uuid,
}

impl Office {
    async fn start() -> Self {
        let (server, client) = TestServer::start_with_office().await;
        let another = add_person(&server, "东圩小学", "乙帮扶").await;
        Self {
            server,
            client,
            another,
        }
    }

    /// A household and a person who could have it.
    async fn two(&self) -> (Uuid, Uuid) {
        let household = self.server.add_household(facts("青禾镇", "东圩村")).await;
        let person = add_person(&self.server, "东圩小学", "甲帮扶").await;
        (household, person)
    }

    /// The same, and the two have been a pair for some time.
    async fn pair(&self) -> (Uuid, Uuid) {
        let (household, person) = self.two().await;
        let since = self.server.days_ago(100);
        self.server.pair(household, person, since).await;
        (household, person)
    }

    async fn post(&self, path: &str, body: &Value) {
        self.client.post(path).json(body).await.expect(201);
    }

    async fn put_between(&self, obstacle: &str, household: Uuid, person: Uuid) {
        let constraint = |kind: &str, person: Uuid| {
            json!({
                "kind": kind, "household_id": household, "staff_id": person, "reason": "测试",
            })
        };
        match obstacle {
            "full" => change_person(&self.client, person, &json!({ "capacity": 0 })).await,
            "inactive" => change_person(&self.client, person, &json!({ "active": false })).await,
            "register" => self.put_on_register(household, person).await,
            "leave" => {
                let today = self.server.app.today();
                let leave = json!({ "from_date": today, "reason": "产假" });
                self.post(&format!("/staff/{person}/leaves"), &leave).await;
            }
            "pinned" => {
                let pin = constraint("pinned", self.another);
                self.post("/pairing-constraints", &pin).await;
            }
            kind => {
                let constraint = constraint(kind, person);
                self.post("/pairing-constraints", &constraint).await;
            }
        }
    }

    /// Gives the person the identity number of the household's head.
    async fn put_on_register(&self, household: Uuid, person: Uuid) {
        let mut tx = self.server.db.write().await.unwrap();
        let household = household::store::find(&mut tx, household).await.unwrap();
        let before = staff::store::find(&mut tx, person).await.unwrap().unwrap();
        let mut after = before.clone();
        after.identity_number = household.unwrap().facts.members[0].identity_number;
        let now = self.server.app.now();
        staff::store::change(&mut tx, tester(now, None), "update", &before, &after)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// All that a way in could write: the person and the pairings of the household.
    async fn state(&self, household: Uuid, person: Uuid) -> (Value, Value) {
        let pairings = format!("/pairings?household_id={household}");
        (
            self.client
                .get(&format!("/staff/{person}"))
                .await
                .expect(200),
            self.client.get(&pairings).await.expect(200),
        )
    }
}

#[tokio::test]
async fn by_hand() {
    let office = Office::start().await;
    for (obstacle, code) in OBSTACLES {
        let (household, person) = office.two().await;
        office.put_between(obstacle, household, person).await;
        let before = office.state(household, person).await;
        let body = json!({ "household_id": household, "staff_id": person, "reason": "手工" });
        let call = office.client.post("/pairings").json(&body);
        call.await.expect_problem(409, code);
        assert_eq!(office.state(household, person).await, before, "{obstacle}");
    }
}

/// Who must not have a household does not assist it either; that takes none of their places, and who is
/// to be responsible is another question.
#[tokio::test]
async fn by_assisting() {
    let office = Office::start().await;
    for (obstacle, code) in OBSTACLES.into_iter().chain([INACTIVE]) {
        let (household, person) = office.two().await;
        office.put_between(obstacle, household, person).await;
        let body = json!({ "household_id": household, "staff_id": person, "reason": "协助" });
        let answer = office.client.post("/assistances").json(&body).await;
        let path = format!("/assistances?household_id={household}");
        let written = office.client.get(&path).await.expect(200);
        let written = written["items"].as_array().unwrap().len();
        if ["full", "pinned"].contains(&obstacle) {
            answer.expect(201);
            assert_eq!(written, 1, "{obstacle}");
        } else {
            answer.expect_problem(409, code);
            assert_eq!(written, 0, "{obstacle}");
        }
    }
}

#[tokio::test]
async fn by_a_return() {
    let office = Office::start().await;
    for (obstacle, code) in OBSTACLES {
        let (household, person) = office.pair().await;
        let path = format!("/staff/{person}");
        let left = json!({ "kind": "other", "date": office.server.days_ago(10) });
        let call = office.client.post(&format!("{path}/departure"));
        call.if_match("*").json(&left).await.expect(200);
        office.put_between(obstacle, household, person).await;
        let before = office.state(household, person).await;
        let back = |take_up: bool| {
            let body = json!({ "reason": "返岗", "take_up": take_up });
            let call = office.client.post(&format!("{path}/return"));
            call.if_match("*").json(&body)
        };
        let problem = back(true).await.expect_problem(409, code);
        let named = problem["errors"].as_array().unwrap().iter();
        let named: Vec<_> = named
            .map(|error| error["detail"].as_str().unwrap())
            .collect();
        assert!(
            named.iter().any(|words| words.contains("东圩村王大山户")),
            "{named:?}"
        );
        assert_eq!(office.state(household, person).await, before, "{obstacle}");
        // Alone, the person may come back.
        let held = back(false).await.expect(200);
        assert!(held["pairings"].as_array().unwrap().is_empty());
    }
}

#[tokio::test]
async fn by_a_transfer() {
    let office = Office::start().await;
    let other = add_person(&office.server, "西圩小学", "丙帮扶").await;
    let unit = unit_of(&office.client, other).await;
    for (obstacle, code) in OBSTACLES {
        let (household, person) = office.pair().await;
        office.put_between(obstacle, household, person).await;
        let before = office.state(household, person).await;
        let transfer = |pairings: &str| {
            let body = json!({ "unit_id": unit, "reason": "交流", "pairings": pairings });
            let call = office.client.post(&format!("/staff/{person}/transfer"));
            call.if_match("*").json(&body)
        };
        transfer("reopen").await.expect_problem(409, code);
        assert_eq!(office.state(household, person).await, before, "{obstacle}");
        // A pair that holds is not given anew: it stays.
        let held = transfer("keep").await.expect(200);
        assert_eq!(held["pairings"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_a_list_of_pairs() {
    let office = Office::start().await;
    for (obstacle, code) in OBSTACLES.into_iter().chain([INACTIVE]) {
        let (household, person) = office.two().await;
        let number = staff_number(&office.client, person).await;
        office.put_between(obstacle, household, person).await;
        let before = office.state(household, person).await;
        let household_path = format!("/households/{household}");
        let known = office.client.get(&household_path).await.expect(200);
        let known = known["number"].as_str().unwrap();
        let free = office.server.add_household(facts("青禾镇", "东圩村")).await;
        let also = office.client.get(&format!("/households/{free}")).await;
        let also = also.expect(200)["number"].as_str().unwrap().to_owned();
        let another = staff_number(&office.client, office.another).await;
        let list = pair_list(&[
            ["1", &also, "", "", &another, "", "", "", ""],
            ["2", known, "", "", &number, "", "", "", ""],
        ]);
        let dry = refused_pair_list(&office.client, list).await;
        assert_eq!(dry["error_count"], 1, "{dry}");
        assert_eq!(dry["problems"][0]["code"], code);
        assert_eq!(dry["problems"][0]["cell"], "E4");
        assert_eq!(office.state(household, person).await, before, "{obstacle}");
        let path = format!("/pairings?household_id={free}");
        let nobody = office.client.get(&path).await.expect(200);
        assert_eq!(nobody["items"], json!([]), "the good row neither");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_day_of_a_leave_that_is_over() {
    let office = Office::start().await;
    let (household, person) = office.two().await;
    let days = |ago: u64| office.server.days_ago(ago);
    let leave = json!({ "from_date": days(9), "to_date": days(8), "reason": "病假" });
    office
        .post(&format!("/staff/{person}/leaves"), &leave)
        .await;
    let known = office.client.get(&format!("/households/{household}")).await;
    let known = known.expect(200)["number"].as_str().unwrap().to_owned();
    let number = staff_number(&office.client, person).await;
    let list = |ago: u64| {
        let day = days(ago).to_string();
        pair_list(&[["1", &known, "", "", &number, "", "", &day, ""]])
    };
    let refused = preview_pair_list(&office.client, list(8)).await;
    assert_eq!(refused["problems"][0]["code"], "helper_away");
    let taken = take_pair_list(&office.client, list(7)).await;
    assert_eq!(taken["pairings"]["new"], 1);
}

#[tokio::test]
async fn by_an_import_that_is_taken_back() {
    let office = Office::start().await;
    let outcomes = OBSTACLES.into_iter().chain([("none", "")]);
    for (obstacle, _) in outcomes {
        let (household, person) = office.pair().await;
        let (import, now) = (Uuid::now_v7(), office.server.app.now());
        let mut tx = office.server.db.write().await.unwrap();
        pairing::staffing::on_household_closed::end_closed(
            &mut tx,
            tester(now, Some(import)),
            &[household],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        if obstacle != "none" {
            office.put_between(obstacle, household, person).await;
        }
        let mut tx = office.server.db.write().await.unwrap();
        pairing::staffing::on_household_closed::resume(&mut tx, tester(now, Some(import)))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let on = office.server.app.today() + Days::new(1);
        let path = format!("/households/{household}/helper?on={on}");
        let answer = office.client.get(&path).await.expect(200);
        let is_back = answer
            .get("pairing")
            .is_some_and(|pairing| !pairing.is_null());
        assert_eq!(is_back, obstacle == "none", "{obstacle}");
    }
}
