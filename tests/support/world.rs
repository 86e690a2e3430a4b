//! An office in which there is one record of each kind.

use std::collections::BTreeMap;
use std::sync::Mutex;

use qianshou::access::Role;
use qianshou::db::Engine;
use qianshou::on;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::register::sound_household;
use super::staff::unit_of;
use super::{Answer, Client, TestServer, complete_household};

/// Where the records stand of which a path speaks by its first segment.
const TABLES: [(&str, &str); 16] = [
    ("accounts", "account"),
    ("assistances", "assistance"),
    ("handover-notes", "handover_note"),
    ("help-plans", "help_plan"),
    ("households", "household"),
    ("import-profiles", "import_profile"),
    ("imports", "import"),
    ("lifts", "lift"),
    ("pairing-constraints", "pairing_constraint"),
    ("pairing-runs", "pairing_run"),
    ("pairings", "pairing"),
    ("renamings", "renaming"),
    ("staff", "staff"),
    ("staff-leaves", "staff_leave"),
    ("units", "unit"),
    ("visits", "visit"),
];

/// An office in which there is one record at least of each kind, none of which is the stranger's, who
/// has a household of their own. The records that are kept of a person, a household or a unit are those of
/// the helper.
pub struct World {
    pub server: TestServer,
    pub office: Client,
    pub helper: Client,
    pub stranger: Client,
    /// The contact of the helper's unit.
    pub contact: Client,
    /// The contact of the stranger's unit.
    pub other_contact: Client,
    pub records: BTreeMap<&'static str, Uuid>,
    /// Answers that made a record, each with the path that was asked.
    pub made: Vec<(String, Answer)>,
}

impl World {
    pub async fn start() -> Self {
        let (server, office) = TestServer::start_with_office().await;
        let former = server.client(Role::Helper).await;
        let helper = server.client(Role::Helper).await;
        let id = server.add_household(sound_household("王二喜")).await;
        let (from, hand_over) = (server.days_ago(300), server.days_ago(100));
        let pairing = server.pair(id, former.staff_id.unwrap(), from).await;
        let all_made = Mutex::new(Vec::new());
        let made = async |path: &str, body: Value| {
            let key = Uuid::now_v7().to_string();
            let answer = office.post(path).json(&body).key(&key).await;
            assert!([200, 201].contains(&answer.status), "{}", answer.text());
            if answer.status == 201 {
                all_made.lock().unwrap().push((path.to_owned(), answer));
            }
        };
        let ends = json!({ "date": hand_over, "reason": "调整" });
        made(&format!("/pairings/{pairing}/end"), ends).await;
        let note = json!({ "text": "老人听力差" });
        made(&format!("/pairings/{pairing}/handover-notes"), note).await;
        let own = server.pair(id, helper.staff_id.unwrap(), hand_over).await;
        let visit = json!({ "visited_on": server.days_ago(5), "kind": "phone" });
        made(&format!("/households/{id}/visits"), visit).await;
        let lift = json!({ "date": server.days_ago(4), "person": "村民小组" });
        made(&format!("/households/{id}/lifts"), lift).await;
        let plan = json!({
            "approach": "先治病", "measures": ["health"], "decided_on": server.days_ago(3),
        });
        made(&format!("/households/{id}/plans"), plan).await;
        let second = server.add_staff().await;
        let assist = json!({ "household_id": id, "staff_id": second, "reason": "村干部" });
        made("/assistances", assist).await;
        let leave = json!({ "from_date": "2020-01-01", "to_date": "2020-01-02", "reason": "产假" });
        let on_leave = helper.staff_id.unwrap();
        made(&format!("/staff/{on_leave}/leaves"), leave).await;
        let forbid = json!({
            "kind": "forbidden", "household_id": id, "staff_id": former.staff_id, "reason": "亲属",
        });
        made("/pairing-constraints", forbid).await;
        let profile = json!({
            "kind": "households", "name": "县表", "columns": [{ "heading": "村名", "field": "village" }],
        });
        made("/import-profiles", profile).await;
        server.add_household(complete_household("待结对")).await;
        for (old, new) in [("双喜村", "双福村"), ("双福村", "双喜村")] {
            let renaming = json!({
                "town": "大中镇", "village": old, "new_town": "大中镇", "new_village": new,
                "reason": "撤并",
            });
            made("/renamings", renaming).await;
        }
        made("/pairing-runs", json!({})).await;
        let mut records = BTreeMap::new();
        for (segment, table) in TABLES {
            records.insert(segment, first_of(&server, table).await);
        }
        records.insert("households", id);
        records.insert("staff", helper.staff_id.unwrap());
        records.insert("pairings", own);
        let unit = unit_of(&office, helper.staff_id.unwrap()).await;
        records.insert("units", unit.parse().unwrap());
        let stranger = server.client(Role::Helper).await;
        server.household_of(stranger.staff_id.unwrap()).await;
        let contact = server.contact_of(helper.staff_id.unwrap()).await;
        let other_contact = server.contact_of(stranger.staff_id.unwrap()).await;
        Self {
            server,
            office,
            helper,
            stranger,
            contact,
            other_contact,
            records,
            made: all_made.into_inner().unwrap(),
        }
    }

    /// The record of which a path speaks by its first segment.
    pub fn record(&self, segment: &str) -> Uuid {
        let found = self.records.get(segment);
        *found.unwrap_or_else(|| panic!("say in TABLES where the records of /{segment} stand"))
    }

    /// How many rows each table has, of which `history` has one more for each change.
    pub async fn rows(&self) -> BTreeMap<String, i64> {
        let mut tx = self.server.db.read().await.unwrap();
        let names = match tx.engine() {
            Engine::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
            Engine::Postgres => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
            }
        };
        let names: Vec<String> = on!(&mut tx, connection =>
            sqlx::query_scalar(names).fetch_all(connection).await)
        .unwrap();
        assert!(names.contains(&"history".to_owned()), "{names:?}");
        let mut rows = BTreeMap::new();
        for name in names {
            let sql = format!("SELECT count(*) FROM {name}");
            let count: i64 = on!(&mut tx, connection =>
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await)
            .unwrap();
            rows.insert(name, count);
        }
        rows
    }
}

async fn first_of(server: &TestServer, table: &str) -> Uuid {
    let sql = format!("SELECT id FROM {table} ORDER BY id LIMIT 1");
    let mut tx = server.db.read().await.unwrap();
    let found: Option<Uuid> = on!(&mut tx, connection =>
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_optional(connection).await)
    .unwrap();
    found.unwrap_or_else(|| panic!("the world has no {table}"))
}
