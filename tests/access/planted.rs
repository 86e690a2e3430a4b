//! Private numbers are typed into every text of the database, each telephone number into one column alone;
//! then whoever may not see them reads all that the API gives.

use std::collections::BTreeSet;

use chrono::Days;
use qianshou::access::Role;
use qianshou::db::Engine;
use serde_json::json;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::support::document::get_operations;
use crate::support::privacy::{Scene, all_said};
use crate::support::register::facts;
use crate::support::staff::add_person;
use crate::support::{Client, TestServer};

const IDENTITY: &str = "320999194912310022";
const CARD: &str = "6222021234567890128";
const BORN: &str = "1949年12月31日出生";

/// Columns of texts that no person types: codes, digests, JSON that the program writes (what people
/// typed is in it as well: the scene has typed it), and what is given to nobody.
const NOT_TYPED: &[&str] = &[
    "*.action",
    "*.choices",
    "*.conflicts",
    "*.counts",
    "*.kind",
    "*.measures",
    "*.status",
    "_sqlx_migrations.*",
    "account.password_hash",
    "account.role",
    // Its own account alone is told it; as an actor it stands in other columns.
    "account.username",
    "failed_login.*",
    "history.before",
    "history.subject",
    "history.subject_id",
    "household.category",
    "household.housing_grade",
    "household.main_cause",
    "household.other_causes",
    "idempotency.*",
    "import.failure",
    "import.file_sha256",
    "import.renamings",
    "import.report",
    "import.state",
    "import_pairing.said",
    "import_problem.problems",
    "import_profile.columns",
    "import_staff.before",
    "import_staff.facts",
    "known_device.*",
    "lift.state",
    "lift_step.evidence",
    "lift_step.step",
    "member.education",
    "member.health",
    "member.labour",
    "member.relation",
    "member.schooling",
    "member.sex",
    "member.workplace",
    "member_departure.reason",
    "pairing_run.basis",
    "pairing_run.loads",
    "pairing_run.scope",
    "pairing_run.summary",
    "proposal.reasons",
    // Names beside the records that say them; it is given to nobody.
    "renamed_record.*",
    "run_edit.changes",
    "setting.*",
    "staff.rank",
    "staff.sex",
    "staged_household.*",
    "staged_member.*",
    "token.*",
    "visit.met",
];

/// A text column, and the telephone number that stands nowhere else.
#[derive(Debug)]
struct Planted {
    table: String,
    column: String,
    phone: String,
}

impl Planted {
    /// What is written into the column, in SQL.
    fn value(&self) -> String {
        let (column, phone) = (&self.column, &self.phone);
        match self.column.as_str() {
            // Digits and letters alone, as a clerk types them who mistakes the column.
            "number" => format!("'A{phone}B{IDENTITY}C' || coalesce({column}, '')"),
            "identity_number" => column.clone(),
            "phone" => format!("'{phone} {IDENTITY}'"),
            _ => format!(
                "coalesce({column}, '') || '电话{phone}，证件{IDENTITY}，卡号{CARD}，{BORN}'"
            ),
        }
    }

    fn name(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}

fn is_typed(table: &str, column: &str) -> bool {
    !NOT_TYPED.iter().any(|pattern| {
        let (of_table, of_column) = pattern.split_once('.').unwrap();
        (of_table == "*" || of_table == table) && (of_column == "*" || of_column == column)
    })
}

/// Types the numbers into every text column of every table.
async fn plant(server: &TestServer) -> Vec<Planted> {
    let mut tx = server.db.write().await.unwrap();
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "SELECT it.name, its.name FROM sqlite_schema AS it, pragma_table_info(it.name) AS its
             WHERE it.type = 'table' AND its.type = 'TEXT' ORDER BY 1, 2"
        }
        Engine::Postgres => {
            "SELECT table_name::text, column_name::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND data_type = 'text' ORDER BY 1, 2"
        }
    };
    let columns: Vec<(String, String)> = qianshou::on!(&mut tx, connection => sqlx::query_as(sql)
        .fetch_all(connection)
        .await)
    .unwrap();
    let typed = columns
        .into_iter()
        .filter(|(table, column)| is_typed(table, column));
    let planted: Vec<_> = typed
        .zip(13_912_340_000_u64..)
        .map(|((table, column), phone)| Planted {
            table,
            column,
            phone: phone.to_string(),
        })
        .collect();
    for one in &planted {
        let sql = format!("UPDATE {} SET {} = {}", one.table, one.column, one.value());
        qianshou::on!(&mut tx, connection => sqlx::query(AssertSqlSafe(sql))
            .execute(connection)
            .await
            .map(|_| ()))
        .unwrap_or_else(|error| panic!("{}: {error}", one.name()));
    }
    tx.commit().await.unwrap();
    planted
}

/// What a reader is told by an operation, a cursor as whoever decodes it reads it; page by page where
/// there are pages.
async fn told(client: &Client, path: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    let mut all = String::new();
    for query in ["", "limit=1"] {
        let answer = client.get(&format!("{path}{sign}{query}")).await;
        assert!(answer.status < 500, "{path}: {}", answer.text());
        if answer.status != 200 {
            continue;
        }
        all.push_str(&all_said(&answer));
        let page: serde_json::Value = serde_json::from_slice(&answer.bytes).unwrap_or_default();
        if let Some(cursor) = page["next_cursor"].as_str() {
            use base64::Engine as _;
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
                .decode(cursor)
                .unwrap();
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    all
}

/// One who reads, and what they may not be told.
struct Reader {
    client: Client,
    what: &'static str,
    /// Whether they may be told the telephone number in this column.
    may_see: fn(&Planted) -> bool,
    /// The columns whose telephone number they were told.
    sees: BTreeSet<String>,
}

/// What a helper may be told of the households that they serve: by the tables that tell of households.
fn is_of_a_household(planted: &Planted) -> bool {
    !["import", "staff_leave", "import_profile"].contains(&planted.table.as_str())
        && (planted.table != "staff" || ["name", "phone"].contains(&planted.column.as_str()))
}

/// The telephone of the staff is for everyone.
fn is_of_staff(planted: &Planted) -> bool {
    planted.name() == "staff.phone"
}

/// A helper who served a household until lately and serves none now, and whose assistance of another
/// has ended.
async fn former_helper(it: &Scene) -> Client {
    let today = it.server.app.today();
    let person = add_person(&it.server, "西圩小学", "乙帮扶").await;
    let former = it.server.helper(person).await;
    for path in ["/pairings", "/assistances"] {
        let household = it.server.add_household(facts("青禾镇", "西圩村")).await;
        let made = json!({
            "household_id": household, "staff_id": person, "reason": "试",
            "from_date": today - Days::new(20),
        });
        let made = it.office.post(path).key(path).json(&made).await.expect(201);
        let end = json!({ "reason": "离任", "date": today - Days::new(1) });
        let id = made["id"].as_str().unwrap();
        it.office
            .post(&format!("{path}/{id}/end"))
            .json(&end)
            .await
            .expect(200);
    }
    former
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_typed_anywhere_reaches_nobody_who_may_not_see_it() {
    let mut it = Scene::open().await;
    let former = former_helper(&it).await;
    let villages = json!({ "villages": [{ "town": "青禾镇", "village": "东圩村" }] });
    let path = format!("/units/{}/villages", it.ids.unit);
    let linked = it.office.put(&path).if_match("*").json(&villages).await;
    linked.expect(200);
    let planted = plant(&it.server).await;
    assert!(planted.len() > 60, "{planted:#?}");
    // A run that was computed from names with numbers in them.
    let run = json!({ "paired": true });
    let run = it
        .office
        .post("/pairing-runs")
        .key("planted")
        .json(&run)
        .await
        .expect(201);
    it.ids.run = run["id"].as_str().unwrap().to_owned();
    let mut readers = [
        (
            it.server.client(Role::Leader).await,
            "leader",
            is_of_staff as fn(&Planted) -> bool,
        ),
        (it.helper.clone(), "helper", is_of_a_household),
        (former, "former helper", is_of_staff),
        (
            it.server.client(Role::Helper).await,
            "other helper",
            is_of_staff,
        ),
    ]
    .map(|(client, what, may_see)| Reader {
        client,
        what,
        may_see,
        sees: BTreeSet::new(),
    });
    let (mut office_sees, mut leaks) = (BTreeSet::new(), Vec::new());
    let mut paths: Vec<_> = get_operations()
        .into_iter()
        // It writes the number of an example.
        .filter(|(operation, _)| operation != "downloadTemplate")
        .map(|(_, template)| it.path(&template))
        .collect();
    let unit = &it.ids.unit;
    paths.push(format!("/reports/pairings?unit_id={unit}"));
    for path in paths {
        // The file that the scene has uploaded is no workbook.
        if !path.starts_with("/imports/") {
            let all = told(&it.office, &path).await;
            office_sees.extend(seen(&planted, &all));
        }
        for reader in &mut readers {
            let all = told(&reader.client, &path).await;
            let what = reader.what;
            for secret in [IDENTITY, &IDENTITY[..17], CARD, "1949年12月", "13812345678"] {
                let is_his_phone = secret.starts_with("138") && what == "helper";
                if !is_his_phone && all.contains(secret) {
                    leaks.push(format!(
                        "{path} tells the {what} {secret}: {}",
                        around(&all, secret)
                    ));
                }
            }
            for one in planted.iter().filter(|one| !(reader.may_see)(one)) {
                if all.contains(&one.phone) {
                    leaks.push(format!(
                        "{path} tells the {what} {}: {}",
                        one.name(),
                        around(&all, &one.phone)
                    ));
                }
            }
            reader.sees.extend(seen(&planted, &all));
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
    // The walk shows something only if what was planted is there to be read.
    for column in [
        "unit.name",
        "unit_village.town",
        "staff.name",
        "staff.number",
        "staff.remark",
        "household.number",
        "household.town",
        "household.village",
        "household.head_name",
        "household.remark",
        "household.phone",
        "member.name",
        "member.number",
        "pairing.reason",
        "pairing.end_reason",
        "assistance.reason",
        "visit.note",
        "help_plan.approach",
        "lift_step.note",
        "handover_note.words",
        "staff_leave.reason",
        "import.file_name",
        "pairing_constraint.reason",
    ] {
        assert!(
            office_sees.contains(column),
            "the office does not see {column}: {office_sees:?}"
        );
    }
    let sees = |what: &str| {
        readers
            .iter()
            .find(|reader| reader.what == what)
            .unwrap()
            .sees
            .clone()
    };
    assert!(
        sees("helper").contains("visit.note"),
        "{:?}",
        sees("helper")
    );
    assert!(
        sees("leader").contains("staff.phone"),
        "{:?}",
        sees("leader")
    );
}

/// What stands around a secret.
fn around(all: &str, secret: &str) -> String {
    let (before, after) = all.split_once(secret).unwrap();
    let before: Vec<_> = before.chars().rev().take(80).collect();
    let before: String = before.into_iter().rev().collect();
    let after: String = after.chars().take(40).collect();
    format!("{before}[{secret}]{after}")
}

/// The columns whose telephone number stands in a text.
fn seen(planted: &[Planted], all: &str) -> Vec<String> {
    let seen = planted.iter().filter(|one| all.contains(&one.phone));
    seen.map(Planted::name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_helper_is_told_why_his_pairing_ended_without_a_telephone() {
    let server = TestServer::start().await;
    let person = add_person(&server, "西圩小学", "乙帮扶").await;
    let (former, office) = (
        server.helper(person).await,
        server.client(Role::Office).await,
    );
    let household: Uuid = server.add_household(facts("青禾镇", "西圩村")).await;
    let today = server.app.today();
    let made = json!({
        "household_id": household, "staff_id": person, "reason": "户主电话13812345678",
        "from_date": today - Days::new(20),
    });
    let made = office
        .post("/pairings")
        .key("a")
        .json(&made)
        .await
        .expect(201);
    let seen = former.get("/pairings").await.expect(200);
    assert_eq!(seen["items"][0]["reason"], "户主电话13812345678");
    let end = json!({ "reason": "改打13987654321", "date": today });
    let path = format!("/pairings/{}/end", made["id"].as_str().unwrap());
    office.post(&path).json(&end).await.expect(200);
    let seen = former.get("/pairings").await.expect(200);
    assert_eq!(seen["items"][0]["reason"], "户主电话138******78");
    assert_eq!(seen["items"][0]["end_reason"], "改打139******21");
    let whole = office.get("/pairings").await.expect(200);
    assert_eq!(whole["items"][0]["end_reason"], "改打13987654321");
}
