//! A helper who has had one household for a year: visits, plans, and the six points.

use qianshou::access::Role;
use qianshou::household::HouseholdFacts;
use serde_json::{Value, json};
use uuid::Uuid;

use super::database::count_rows;
use super::{Client, TestServer};

/// A server with a helper who has had one household for a year, and a clerk of the office.
pub struct HelpedHousehold {
    pub server: TestServer,
    pub helper: Client,
    pub clerk: Client,
    pub staff: Uuid,
    pub household: Uuid,
}

impl HelpedHousehold {
    pub async fn open() -> Self {
        Self::over(TestServer::start().await).await
    }

    pub async fn over(server: TestServer) -> Self {
        let helper = server.client(Role::Helper).await;
        let clerk = server.client(Role::Office).await;
        let staff = helper.staff_id.unwrap();
        let household = server.household_of(staff).await;
        Self {
            server,
            helper,
            clerk,
            staff,
            household,
        }
    }

    /// Where visits of the household are sent.
    pub fn visits(&self) -> String {
        format!("/households/{}/visits", self.household)
    }

    /// A visit of yesterday, to be sent.
    pub fn visit(&self) -> Value {
        self.visit_days_ago(1)
    }

    pub fn visit_days_ago(&self, days: u64) -> Value {
        json!({
            "visited_on": self.server.days_ago(days),
            "kind": "home",
            "met": "head",
            "situation_confirmed": true,
            "causes_confirmed": true,
            "wishes": "想学养殖",
            "measures": ["health", "industry"],
            "benefits": [{ "kind": "money", "amount_fen": 50_000, "description": "慰问金" }],
            "note": "家中干净整洁",
        })
    }

    /// The helper logs this visit.
    pub async fn log(&self, visit: &Value) -> Value {
        self.helper
            .post(&self.visits())
            .key(&Uuid::now_v7().to_string())
            .json(visit)
            .await
            .expect(201)
    }

    /// The helper logs a visit that shows this and nothing else.
    pub async fn visit_showing(&self, days_ago: u64, shows: Value) -> Value {
        let visit = json!({
            "visited_on": self.server.days_ago(days_ago), "kind": "home", "met": "family",
        });
        self.log(&with_changes(visit, shows)).await
    }

    /// How many visits are on record.
    pub async fn count(&self) -> i64 {
        count_rows(&self.server.db, "visit").await
    }

    /// The six points of the household, as its helper sees them.
    pub async fn points(&self) -> Value {
        points_of(&self.helper, self.household).await
    }

    /// The states of the six points, in their order.
    pub async fn states(&self) -> [String; 6] {
        states(&self.points().await)
    }

    /// The office sets a plan for the household.
    pub async fn plan(&self, days_ago: u64, measures: &[&str]) -> Value {
        self.clerk
            .post(&format!("/households/{}/plans", self.household))
            .json(&json!({
                "approach": "先看病，后就业",
                "measures": measures,
                "decided_on": self.server.days_ago(days_ago),
            }))
            .await
            .expect(201)
    }

    /// Takes in a roster that says something else of the household.
    pub async fn import(&self, change: impl FnOnce(&mut HouseholdFacts)) {
        self.server.change_household(self.household, change).await;
    }
}

/// A body with other values in these fields.
pub fn with_changes(mut body: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// The path of a visit.
pub fn visit_path(visit: &Value) -> String {
    format!("/visits/{}", visit["id"].as_str().unwrap())
}

/// The six points of a household.
pub async fn points_of(client: &Client, household: Uuid) -> Value {
    client
        .get(&format!("/households/{household}/method"))
        .await
        .expect(200)
}

/// The states of six points, in their order.
pub fn states(method: &Value) -> [String; 6] {
    let points = method["points"].as_array().unwrap();
    let names: Vec<_> = points.iter().map(|point| &point["point"]).collect();
    assert_eq!(
        names,
        [
            "situation",
            "causes",
            "wishes",
            "approach",
            "measures",
            "lifted"
        ]
    );
    std::array::from_fn(|at| points[at]["state"].as_str().unwrap().to_owned())
}

/// What a visit shows that confirms all that a visit can.
pub fn all_seen() -> Value {
    json!({
        "situation_confirmed": true,
        "causes_confirmed": true,
        "wishes": "想学养殖",
        "measures": ["health"],
    })
}
