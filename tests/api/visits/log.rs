//! Logging, reading and correcting visits.

use std::time::Duration;

use chrono::TimeDelta;
use qianshou::access::Role;
use qianshou::on;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, TestServer, household};

/// A server with a helper who has had one household for a year.
struct Office {
    server: TestServer,
    helper: Client,
    staff: Uuid,
    household: Uuid,
}

impl Office {
    async fn open() -> Self {
        Self::over(TestServer::start().await).await
    }

    async fn over(server: TestServer) -> Self {
        let helper = server.client(Role::Helper).await;
        let staff = helper.staff_id.unwrap();
        let household = server.household_of(staff).await;
        Self {
            server,
            helper,
            staff,
            household,
        }
    }

    fn visits(&self) -> String {
        format!("/households/{}/visits", self.household)
    }

    fn visit(&self) -> Value {
        self.visit_days_ago(1)
    }

    fn visit_days_ago(&self, days: u64) -> Value {
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

    async fn log(&self, visit: &Value) -> Value {
        self.helper
            .post(&self.visits())
            .key(&Uuid::now_v7().to_string())
            .json(visit)
            .await
            .expect(201)
    }

    async fn count(&self) -> i64 {
        let mut tx = self.server.db.read().await.unwrap();
        on!(&mut tx, connection => sqlx::query_scalar("SELECT count(*) FROM visit")
            .fetch_one(connection).await)
        .unwrap()
    }
}

fn with(mut visit: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        visit[name] = value.clone();
    }
    visit
}

fn uri(visit: &Value) -> String {
    format!("/visits/{}", visit["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_helper_logs_a_visit_and_reads_it_back() {
    let office = Office::open().await;
    let logged = office.log(&office.visit()).await;
    assert_eq!(logged["household_id"], json!(office.household));
    assert_eq!(logged["staff_id"], json!(office.staff));
    assert_eq!(logged["head_name"], "王二喜");
    assert_eq!(logged["staff_name"], "张帮扶");
    assert_eq!(logged["logged_by"], office.helper.username);
    assert_eq!(logged["measures"], json!(["industry", "health"]));
    let answer = office.helper.get(&uri(&logged)).await;
    assert_eq!(answer.header("etag"), "\"1\"");
    assert_eq!(answer.expect(200), logged);
}

#[tokio::test]
async fn least_is_a_day_a_kind_and_who_was_met() {
    let office = Office::open().await;
    let visit = json!({ "visited_on": office.server.days_ago(0), "kind": "phone" });
    let logged = office.log(&visit).await;
    assert_eq!(logged["situation_confirmed"], false);
    assert_eq!(logged["measures"], json!([]));
    assert_eq!(logged["benefits"], json!([]));
    assert_eq!(logged.get("met"), None);
    assert_eq!(office.helper.get(&uri(&logged)).await.expect(200), logged);
}

#[tokio::test]
async fn without_a_key_no_visit_is_taken() {
    let office = Office::open().await;
    for call in [
        office.helper.post(&office.visits()),
        office.helper.post(&office.visits()).key("  "),
    ] {
        let problem = call
            .json(&office.visit())
            .await
            .expect_problem(400, "idempotency_key_required");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("Idempotency-Key")
        );
    }
    office
        .helper
        .post(&office.visits())
        .key(&"k".repeat(201))
        .json(&office.visit())
        .await
        .expect_problem(400, "bad_request");
    assert_eq!(office.count().await, 0);
}

#[tokio::test]
async fn the_same_key_and_body_give_the_first_answer_again() {
    let office = Office::open().await;
    let send = |visit: Value| {
        office
            .helper
            .post(&office.visits())
            .key("phone-1/7")
            .json(&visit)
    };
    let first = send(office.visit()).await.expect(201);
    assert_eq!(send(office.visit()).await.expect(201), first);
    send(with(office.visit(), json!({ "note": "别的内容" })))
        .await
        .expect_problem(422, "idempotency_key_reused");
    // Of the same body for another household too.
    let other = office.server.household_of(office.staff).await;
    office
        .helper
        .post(&format!("/households/{other}/visits"))
        .key("phone-1/7")
        .json(&office.visit())
        .await
        .expect_problem(422, "idempotency_key_reused");
    assert_eq!(office.count().await, 1);
}

#[tokio::test]
async fn two_accounts_may_have_the_same_key() {
    let office = Office::open().await;
    let clerk = office.server.client(Role::Office).await;
    let mut ids = Vec::new();
    for client in [&office.helper, &clerk] {
        let logged = client
            .post(&office.visits())
            .key("1")
            .json(&office.visit())
            .await
            .expect(201);
        ids.push(logged["id"].clone());
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn telephones_that_send_one_visit_at_once_log_it_once() {
    let office = Office::open().await;
    for round in 0..3_u32 {
        let calls = (0..8).map(|_| {
            let call = office
                .helper
                .post(&office.visits())
                .key(&format!("round {round}"))
                .json(&office.visit());
            tokio::spawn(async move { call.await.expect(201)["id"].clone() })
        });
        let mut ids = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            ids.push(call.await.unwrap());
        }
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(office.count().await, i64::from(round) + 1);
    }
}

#[tokio::test]
async fn what_is_against_a_rule_is_refused_with_its_place() {
    let office = Office::open().await;
    let tomorrow = office.server.app.today().succ_opt().unwrap();
    let benefit = |amount: i64, words: &str| json!({ "kind": "goods", "amount_fen": amount, "description": words });
    for (changes, status, code, pointer) in [
        (
            json!({ "visited_on": tomorrow }),
            422,
            "future_date",
            "/visited_on",
        ),
        (json!({ "met": null }), 422, "met_required", "/met"),
        (
            json!({ "measures": ["water", "water"] }),
            422,
            "repeated_measure",
            "/measures",
        ),
        (
            json!({ "benefits": [benefit(1, "   ")] }),
            422,
            "invalid_benefit",
            "/benefits/0",
        ),
        (
            json!({ "benefits": [benefit(-1, "米")] }),
            400,
            "bad_request",
            "",
        ),
        (
            json!({ "benefits": vec![benefit(1, "米"); 21] }),
            400,
            "bad_request",
            "",
        ),
        (json!({ "note": "记".repeat(4001) }), 400, "bad_request", ""),
        (
            json!({ "wishes": "愿".repeat(2001) }),
            400,
            "bad_request",
            "",
        ),
        (
            json!({ "measures": vec!["water"; 14] }),
            400,
            "bad_request",
            "",
        ),
        (json!({ "kind": "teleport" }), 400, "bad_request", ""),
        (
            json!({ "visited_on": "2026-02-30" }),
            400,
            "bad_request",
            "",
        ),
    ] {
        let problem = office
            .helper
            .post(&office.visits())
            .key("1")
            .json(&with(office.visit(), changes))
            .await
            .expect_problem(status, code);
        if !pointer.is_empty() {
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
    }
    assert_eq!(office.count().await, 0);
    // A key whose request was refused is free for the content put right.
    office
        .helper
        .post(&office.visits())
        .key("1")
        .json(&office.visit())
        .await
        .expect(201);
}

#[tokio::test]
async fn limits_themselves_are_within_the_rules() {
    let office = Office::open().await;
    let goods = json!({ "kind": "goods", "amount_fen": 0, "description": "米".repeat(500) });
    let visit = json!({
        "note": "记".repeat(4000),
        "wishes": "愿".repeat(2000),
        "benefits": vec![goods; 20],
        "visited_on": office.server.days_ago(0),
    });
    let logged = office.log(&with(office.visit(), visit)).await;
    let read = office.helper.get(&uri(&logged)).await.expect(200);
    assert_eq!(read, logged);
    assert_eq!(read["benefits"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn another_helpers_household_is_refused() {
    let office = Office::open().await;
    let stranger = office.server.client(Role::Helper).await;
    stranger
        .post(&office.visits())
        .key("1")
        .json(&office.visit())
        .await
        .expect_problem(404, "not_found");
    assert_eq!(office.count().await, 0);
}

#[tokio::test]
async fn an_unknown_household_is_not_found() {
    let office = Office::open().await;
    let clerk = office.server.client(Role::Office).await;
    for client in [&office.helper, &clerk] {
        client
            .post(&format!("/households/{}/visits", Uuid::now_v7()))
            .key("1")
            .json(&office.visit())
            .await
            .expect_problem(404, "not_found");
    }
    office
        .helper
        .post("/households/no-id/visits")
        .key("1")
        .json(&office.visit())
        .await
        .expect_problem(400, "bad_request");
}

#[tokio::test]
async fn who_was_responsible_on_the_day_counts() {
    let office = Office::open().await;
    let server = &office.server;
    let former = server.client(Role::Helper).await;
    let household = server.add_household(household("李桂英")).await;
    let (begin, hand_over) = (server.days_ago(100), server.days_ago(30));
    server
        .pair_until(household, former.staff_id.unwrap(), begin, hand_over)
        .await;
    server.pair(household, office.staff, hand_over).await;
    let clerk = server.client(Role::Office).await;
    let uri = format!("/households/{household}/visits");
    let log = async |client: &Client, days| {
        client
            .post(&uri)
            .key(&Uuid::now_v7().to_string())
            .json(&office.visit_days_ago(days))
            .await
    };

    // Before anybody was responsible.
    log(&office.helper, 101)
        .await
        .expect_problem(409, "no_responsible_helper");
    log(&clerk, 101)
        .await
        .expect_problem(409, "no_responsible_helper");
    let problem = log(&former, 101).await;
    let problem = problem.expect_problem(403, "not_your_household");
    let days = format!("{begin} 至 {hand_over}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains(&days) && detail.contains("办公室"),
        "{detail}"
    );
    // In the former helper's time.
    log(&office.helper, 31)
        .await
        .expect_problem(403, "not_your_household");
    let late = log(&former, 31).await.expect(201);
    assert_eq!(late["staff_id"], json!(former.staff_id));
    let typed = log(&clerk, 100).await.expect(201);
    assert_eq!(typed["staff_id"], json!(former.staff_id));
    assert_eq!(typed["logged_by"], clerk.username);
    // The day of the hand-over is of both, each for his own visit; the office's is the new helper's.
    let own = log(&office.helper, 30).await.expect(201);
    assert_eq!(own["staff_id"], json!(office.staff));
    let morning = log(&former, 30).await.expect(201);
    assert_eq!(morning["staff_id"], json!(former.staff_id));
    let typed = log(&clerk, 30).await.expect(201);
    assert_eq!(typed["staff_id"], json!(office.staff));
    log(&former, 29)
        .await
        .expect_problem(403, "not_your_household");
    let typed = log(&clerk, 0).await.expect(201);
    assert_eq!(typed["staff_id"], json!(office.staff));
}

#[tokio::test]
async fn a_household_that_nobody_helps_cannot_be_visited() {
    let office = Office::open().await;
    let alone = office.server.add_household(household("陈老五")).await;
    let clerk = office.server.client(Role::Office).await;
    let problem = clerk
        .post(&format!("/households/{alone}/visits"))
        .key("1")
        .json(&office.visit())
        .await
        .expect_problem(409, "no_responsible_helper");
    assert!(problem["detail"].as_str().unwrap().contains("结对"));
}

#[tokio::test]
async fn leaders_read_but_may_not_log_or_correct() {
    let office = Office::open().await;
    let leader = office.server.client(Role::Leader).await;
    let visit = office.log(&office.visit()).await;
    leader
        .post(&office.visits())
        .key("1")
        .json(&office.visit())
        .await
        .expect_problem(403, "forbidden");
    leader
        .post("/visits/batch")
        .json(&json!({ "visits": [{ "idempotency_key": "1", "household_id": office.household, "visit": office.visit() }] }))
        .await
        .expect_problem(403, "forbidden");
    leader
        .patch(&uri(&visit))
        .if_match("\"1\"")
        .json(&json!({ "reason": "错字", "note": "x" }))
        .await
        .expect_problem(403, "forbidden");
    assert_eq!(leader.get(&uri(&visit)).await.expect(200), visit);
}

#[tokio::test]
async fn an_expired_token_logs_nothing() {
    let office = Office::open().await;
    let past = office.server.app.now() - TimeDelta::seconds(1);
    let mut tx = office.server.db.write().await.unwrap();
    on!(&mut tx, connection => sqlx::query("UPDATE token SET expires_at = $1")
        .bind(past).execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    let problem = office
        .helper
        .post(&office.visits())
        .key("1")
        .json(&office.visit())
        .await
        .expect_problem(401, "token_expired");
    assert!(problem["detail"].as_str().unwrap().contains("重新登录"));
    assert_eq!(office.count().await, 0);
    office
        .server
        .stranger()
        .get("/visits")
        .await
        .expect_problem(401, "unauthenticated");
}

#[tokio::test]
async fn one_bad_visit_does_not_stop_a_batch() {
    let office = Office::open().await;
    let server = &office.server;
    let others = server.household_of(server.add_staff().await).await;
    let tomorrow = server.app.today().succ_opt().unwrap();
    let item = |key: &str, household: Uuid, visit: Value| json!({ "idempotency_key": key, "household_id": household, "visit": visit });
    let batch = json!({ "visits": [
        item("a", office.household, office.visit()),
        item("b", others, office.visit()),
        item("c", office.household, with(office.visit(), json!({ "visited_on": tomorrow }))),
        item("d", office.household, with(office.visit(), json!({ "kind": "teleport" }))),
        item("e", Uuid::now_v7(), office.visit()),
        item("a", office.household, office.visit()),
        item("a", office.household, office.visit_days_ago(2)),
        { "household_id": office.household, "visit": office.visit() },
        item("  ", office.household, office.visit()),
        "nonsense",
        item("f", office.household, office.visit_days_ago(2)),
    ]});
    let answer = office
        .helper
        .post("/visits/batch")
        .json(&batch)
        .await
        .expect(200);
    let results = answer["results"].as_array().unwrap();
    let outcome: Vec<_> = results
        .iter()
        .map(|result| {
            (
                result["idempotency_key"].as_str().unwrap_or("-"),
                result["status"].as_u64().unwrap(),
                result["problem"]["code"].as_str().unwrap_or("-"),
            )
        })
        .collect();
    assert_eq!(
        outcome,
        [
            ("a", 201, "-"),
            ("b", 404, "not_found"),
            ("c", 422, "future_date"),
            ("d", 400, "bad_request"),
            ("e", 404, "not_found"),
            ("a", 201, "-"),
            ("a", 422, "idempotency_key_reused"),
            ("-", 400, "bad_request"),
            ("  ", 400, "idempotency_key_required"),
            ("-", 400, "bad_request"),
            ("f", 201, "-"),
        ]
    );
    assert_eq!(results[0]["visit"], results[5]["visit"]);
    let place = &results[3]["problem"]["errors"][0]["pointer"];
    assert_eq!(place, "/visits/3/visit/kind");
    assert_eq!(results[1]["problem"]["status"], 404);
    assert_eq!(office.count().await, 2);

    // The network broke before the answer came: the telephone sends all again.
    let again = office
        .helper
        .post("/visits/batch")
        .json(&batch)
        .await
        .expect(200);
    assert_eq!(again, answer);
    // And one by itself.
    let single = office
        .helper
        .post(&office.visits())
        .key("f")
        .json(&office.visit_days_ago(2))
        .await
        .expect(201);
    assert_eq!(single, results[10]["visit"]);
    assert_eq!(office.count().await, 2);
}

#[tokio::test]
async fn a_batch_that_meets_a_busy_database_is_sent_again_whole() {
    let office = Office::over(TestServer::start_with_patience(Duration::from_secs(1)).await).await;
    let batch: Vec<_> = (0..3_u64)
        .map(|number| {
            json!({
                "idempotency_key": number.to_string(),
                "household_id": office.household,
                "visit": office.visit_days_ago(number),
            })
        })
        .collect();
    let send = || {
        let call = office.helper.post("/visits/batch");
        call.json(&json!({ "visits": batch }))
    };
    let other = office.server.database.open().await;
    let held = other.write().await.unwrap();
    send().await.expect_problem(503, "database_busy");
    drop(held);
    assert_eq!(office.count().await, 0);
    let answer = send().await.expect(200);
    assert_eq!(send().await.expect(200), answer);
    assert_eq!(office.count().await, 3);
}

/// What a batch does with each visit is what would have been done with it by itself.
#[tokio::test]
async fn a_batch_does_what_its_visits_would_one_by_one() {
    for seed in 0..4 {
        let mut dice = StdRng::seed_from_u64(seed);
        let offices = [Office::open().await, Office::open().await];
        let [single, batched] = &offices;
        let others = [
            single
                .server
                .household_of(single.server.add_staff().await)
                .await,
            batched
                .server
                .household_of(batched.server.add_staff().await)
                .await,
        ];
        let unknown = Uuid::now_v7();
        let days = [0, 0, 1, 2, 364, 366];
        let notes = [
            json!("甲"),
            json!("乙"),
            Value::Null,
            json!(7),
            json!("长".repeat(4001)),
        ];
        let mut sent: [Vec<Value>; 2] = [Vec::new(), Vec::new()];
        for _ in 0..40 {
            let key = format!("key {}", dice.random_range(0..15));
            let place = dice.random_range(0..8);
            let mut visit = single.visit_days_ago(days[dice.random_range(0..days.len())]);
            visit["note"] = notes[dice.random_range(0..notes.len())].clone();
            if dice.random_bool(0.1) {
                visit["met"] = Value::Null;
            }
            for (at, office) in offices.iter().enumerate() {
                let household = match place {
                    0 => others[at],
                    1 => unknown,
                    _ => office.household,
                };
                sent[at].push(json!({
                    "idempotency_key": key, "household_id": household, "visit": visit,
                }));
            }
        }
        let mut one_by_one = Vec::new();
        for item in &sent[0] {
            let household = item["household_id"].as_str().unwrap();
            let answer = single
                .helper
                .post(&format!("/households/{household}/visits"))
                .key(item["idempotency_key"].as_str().unwrap())
                .json(&item["visit"])
                .await;
            let body = answer.expect(answer.status);
            one_by_one.push((u64::from(answer.status), body["code"].clone()));
        }
        let answer = batched
            .helper
            .post("/visits/batch")
            .json(&json!({ "visits": sent[1] }))
            .await
            .expect(200);
        let together: Vec<_> = answer["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| {
                let status = result["status"].as_u64().unwrap();
                (status, result["problem"]["code"].clone())
            })
            .collect();
        assert_eq!(together, one_by_one, "seed {seed}");
        assert_eq!(batched.count().await, single.count().await);
        assert!(single.count().await > 0);
    }
}

#[tokio::test]
async fn a_batch_speaks_the_callers_language_and_has_a_limit() {
    let office = Office::open().await;
    let item = |key: usize| json!({ "idempotency_key": key.to_string(), "household_id": Uuid::now_v7(), "visit": office.visit() });
    let answer = office
        .helper
        .post("/visits/batch")
        .header("accept-language", "en")
        .json(&json!({ "visits": [item(0)] }))
        .await
        .expect(200);
    assert_eq!(answer["results"][0]["problem"]["title"], "Not found");
    for count in [0, 51] {
        let visits: Vec<_> = (0..count).map(item).collect();
        office
            .helper
            .post("/visits/batch")
            .json(&json!({ "visits": visits }))
            .await
            .expect_problem(400, "bad_request");
    }
}

#[tokio::test]
async fn a_correction_keeps_the_former_text() {
    let office = Office::open().await;
    let before = office.log(&office.visit()).await;
    let answer = office
        .helper
        .patch(&uri(&before))
        .if_match("\"1\"")
        .json(
            &json!({ "reason": "金额写错", "note": null, "wishes": "想学养鸡",
            "benefits": [{ "kind": "goods", "description": "米" }] }),
        )
        .await;
    assert_eq!(answer.header("etag"), "\"2\"");
    let after = answer.expect(200);
    assert_eq!(after["wishes"], "想学养鸡");
    assert_eq!(after.get("note"), None);
    assert_eq!(after["measures"], before["measures"]);
    assert_eq!(office.helper.get(&uri(&before)).await.expect(200), after);

    let history = office
        .helper
        .get(&format!("{}/history", uri(&before)))
        .await
        .expect(200);
    let items = history["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["version"], 1);
    assert_eq!(items[0]["reason"], "金额写错");
    assert_eq!(items[0]["corrected_by"], office.helper.username);
    assert_eq!(items[0]["visit"], before);

    // The key's answer stays the first one.
    let clerk = office.server.client(Role::Office).await;
    clerk
        .patch(&uri(&before))
        .if_match("\"2\"")
        .json(&json!({ "reason": "补记", "note": "再次核对" }))
        .await
        .expect(200);
    let history = clerk
        .get(&format!("{}/history", uri(&before)))
        .await
        .expect(200);
    assert_eq!(history["items"][0]["visit"], after);
    assert_eq!(history["items"][1]["visit"], before);
    assert_eq!(history["items"][0]["corrected_by"], clerk.username);
}

#[tokio::test]
async fn a_masked_number_is_neither_shown_by_other_words_nor_given_to_another() {
    let office = Office::open().await;
    let told = "出生于1949-12-31，身份证尾号0022，账号101234567890";
    let parents = "父320999194912310022，母320999195012310022";
    let gift = |to: &str| json!({ "kind": "money", "amount_fen": 1, "description": to });
    let gifts = json!([
        gift("给父320999194912310022"),
        gift("给母320999195012310022")
    ]);
    let visit = json!({ "note": told, "wishes": parents, "benefits": gifts });
    let visit = office.log(&with(office.visit(), visit)).await;
    for (correction, pointer) in [
        (
            json!({ "note": "日期1949-**-**，有****，编号101*******90" }),
            "/note",
        ),
        (
            json!({ "wishes": "母320*************22，父320*************22" }),
            "/wishes",
        ),
        (
            json!({ "benefits": [gift("给母320*************22")] }),
            "/benefits",
        ),
    ] {
        let refused = office
            .helper
            .patch(&uri(&visit))
            .if_match("\"1\"")
            .json(&with(correction, json!({ "reason": "改" })))
            .await
            .expect_problem(422, "masked_number_moved");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    let seen = office.helper.get(&uri(&visit)).await.expect(200);
    let note = format!("{}。已核实", seen["note"].as_str().unwrap());
    let correction = json!({
        "reason": "补记", "note": note, "wishes": seen["wishes"], "benefits": seen["benefits"],
    });
    office
        .helper
        .patch(&uri(&visit))
        .if_match("\"1\"")
        .json(&correction)
        .await
        .expect(200);
    let clerk = office.server.client(Role::Office).await;
    let whole = clerk.get(&uri(&visit)).await.expect(200);
    assert_eq!(whole["note"], format!("{told}。已核实"));
    assert_eq!(whole["wishes"], parents);
    assert_eq!(whole["benefits"], gifts);

    let path = format!("/households/{}/plans", office.household);
    let plan = |approach: &str| json!({ "approach": approach, "measures": ["health"], "decided_on": office.server.days_ago(0) });
    clerk.post(&path).json(&plan(told)).await.expect(201);
    let moved = plan("日期1949-**-**，编号101*******90");
    let refused = office.helper.post(&path).json(&moved).await;
    assert_eq!(
        refused.expect_problem(422, "masked_number_moved")["errors"][0]["pointer"],
        "/approach"
    );
}

#[tokio::test]
async fn a_correction_needs_the_latest_version_and_a_reason() {
    let office = Office::open().await;
    let visit = office.log(&office.visit()).await;
    let tomorrow = office.server.app.today().succ_opt().unwrap();
    let patch = |body: Value| office.helper.patch(&uri(&visit)).json(&body);
    let right = json!({ "reason": "补记", "note": "新的备注" });
    patch(right.clone())
        .await
        .expect_problem(428, "if_match_required");
    patch(right.clone())
        .if_match("\"7\"")
        .await
        .expect_problem(412, "changed_meanwhile");
    for (body, status, code) in [
        (json!({ "note": "新的备注" }), 400, "bad_request"),
        (
            json!({ "reason": "", "note": "新的备注" }),
            400,
            "bad_request",
        ),
        (json!({ "reason": " 　", "note": "新的备注" }), 422, "empty"),
        (json!({ "reason": "补记" }), 422, "nothing_changed"),
        (
            json!({ "reason": "补记", "note": " 家中干净整洁 " }),
            422,
            "nothing_changed",
        ),
        (
            json!({ "reason": "改日期", "visited_on": tomorrow }),
            422,
            "future_date",
        ),
        (
            json!({ "reason": "改日期", "visited_on": null }),
            422,
            "cannot_clear",
        ),
        (
            json!({ "reason": "改日期", "visited_on": office.server.days_ago(400) }),
            422,
            "other_helper_on_day",
        ),
        (
            json!({ "reason": "没见到人", "met": null }),
            422,
            "met_required",
        ),
    ] {
        patch(body)
            .if_match("\"1\"")
            .await
            .expect_problem(status, code);
    }
    patch(right.clone()).if_match("\"1\"").await.expect(200);
    patch(right)
        .if_match("\"1\"")
        .await
        .expect_problem(412, "changed_meanwhile");
}

#[tokio::test]
async fn two_corrections_at_once_do_not_overwrite_each_other() {
    let office = Office::open().await;
    let visit = office.log(&office.visit()).await;
    let calls = (0..6).map(|number| {
        let call = office
            .helper
            .patch(&uri(&visit))
            .if_match("\"1\"")
            .json(&json!({ "reason": "补记", "note": format!("第 {number} 个人的备注") }));
        tokio::spawn(async move { call.await.status })
    });
    let mut statuses = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        statuses.push(call.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
}

#[tokio::test]
async fn only_those_concerned_see_and_correct_a_visit() {
    let office = Office::open().await;
    let server = &office.server;
    let household = server.add_household(household("李桂英")).await;
    let former = server.client(Role::Helper).await;
    server
        .pair_until(
            household,
            former.staff_id.unwrap(),
            server.days_ago(90),
            server.days_ago(9),
        )
        .await;
    server
        .pair(household, office.staff, server.days_ago(9))
        .await;
    let visit = former
        .post(&format!("/households/{household}/visits"))
        .key("1")
        .json(&office.visit_days_ago(20))
        .await
        .expect(201);
    let correct = |client: &Client, note: &str| {
        client
            .patch(&uri(&visit))
            .if_match("*")
            .json(&json!({ "reason": "补记", "note": note }))
    };
    // He who helps now reads what was done before him, but it is not his to change.
    assert_eq!(office.helper.get(&uri(&visit)).await.expect(200), visit);
    correct(&office.helper, "甲")
        .await
        .expect_problem(403, "not_your_visit");
    // He who made the visit neither reads nor corrects it now that the household is no longer his.
    correct(&former, "乙")
        .await
        .expect_problem(404, "not_found");
    // And the office cannot move it to a day on which it would have been another's.
    let clerk = server.client(Role::Office).await;
    for (days, status) in [(8, 422), (9, 200), (91, 422), (90, 200)] {
        let answer = clerk
            .patch(&uri(&visit))
            .if_match("*")
            .json(&json!({ "reason": "日期写错", "visited_on": server.days_ago(days) }))
            .await;
        let code = answer.expect(status)["code"].clone();
        assert!(status == 200 || code == "other_helper_on_day", "{code}");
    }
    let stranger = server.client(Role::Helper).await;
    for other in [&stranger, &former] {
        correct(other, "丙").await.expect_problem(404, "not_found");
        for path in [uri(&visit), format!("{}/history", uri(&visit))] {
            other.get(&path).await.expect_problem(404, "not_found");
        }
    }
    for path in ["/visits/", "/visits/"].map(|path| format!("{path}{}", Uuid::now_v7())) {
        office
            .helper
            .get(&path)
            .await
            .expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_visit_is_not_his_who_only_typed_it() {
    let office = Office::open().await;
    let server = &office.server;
    let clerk = server.client(Role::Office).await;
    let visit = clerk
        .post(&office.visits())
        .key("1")
        .json(&office.visit())
        .await
        .expect(201);
    let administrator = server.client(Role::Administrator).await;
    let staff = server.add_staff().await;
    administrator
        .patch(&format!("/accounts/{}", clerk.account_id.unwrap()))
        .if_match("*")
        .json(&json!({ "role": "helper", "staff_id": staff }))
        .await
        .expect(200);
    let clerk = server.log_in(&clerk.username).await;
    let correct = async || {
        let body = json!({ "reason": "录入有误", "note": "改正" });
        clerk.patch(&uri(&visit)).if_match("*").json(&body).await
    };
    // The office's rights went with the role; the visit is the helper's.
    correct().await.expect_problem(404, "not_found");
    clerk
        .post(&office.visits())
        .key("2")
        .json(&office.visit())
        .await
        .expect_problem(404, "not_found");
    let body = json!({ "household_id": office.household, "staff_id": staff, "reason": "协助" });
    let clerk_of_office = server.client(Role::Office).await;
    let assistance = clerk_of_office.post("/assistances").json(&body).await;
    assistance.expect(201);
    correct().await.expect_problem(403, "not_your_visit");
}

#[tokio::test]
async fn the_list_shows_each_what_is_his_newest_first() {
    let office = Office::open().await;
    let server = &office.server;
    let former = server.client(Role::Helper).await;
    let shared = server.add_household(household("李桂英")).await;
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
    let clerk = server.client(Role::Office).await;
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
    assert_eq!(list(&clerk, &[]).await, logged);
    assert_eq!(list(&leader, &[]).await, logged);
    // His households now, with what was done there before him.
    assert_eq!(list(&office.helper, &[]).await, pick(&[0, 2, 3, 5]));
    // His household now, and not his own visits to the one that is another's.
    assert_eq!(list(&former, &[]).await, pick(&[1, 4]));

    let household = |id: Uuid| ("household_id", id.to_string());
    assert_eq!(list(&clerk, &[household(shared)]).await, pick(&[2, 5]));
    assert_eq!(list(&former, &[household(shared)]).await, pick(&[]));
    assert_eq!(
        list(&former, &[household(office.household)]).await,
        pick(&[])
    );
    let staff = ("staff_id", former.staff_id.unwrap().to_string());
    assert_eq!(list(&clerk, &[staff.clone()]).await, pick(&[1, 4, 5]));
    assert_eq!(list(&office.helper, &[staff]).await, pick(&[5]));
    let from = ("from", server.days_ago(70).to_string());
    let to = ("to", server.days_ago(30).to_string());
    assert_eq!(list(&clerk, &[from, to]).await, pick(&[2, 3, 4]));
}

#[tokio::test]
async fn pages_are_whole_and_stand_still_while_visits_come_in() {
    let office = Office::open().await;
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
        items.extend(page["items"].as_array().unwrap().clone());
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

#[tokio::test]
async fn help_plans_are_added_never_changed() {
    let office = Office::open().await;
    let server = &office.server;
    let clerk = server.client(Role::Office).await;
    let path = format!("/households/{}/plans", office.household);
    let plan = |days: u64, approach: &str| json!({ "approach": approach, "measures": ["health", "employment"], "decided_on": server.days_ago(days) });
    let first = office
        .helper
        .post(&path)
        .key("1")
        .json(&plan(20, "先看病"))
        .await
        .expect(201);
    assert_eq!(first["measures"], json!(["employment", "health"]));
    assert_eq!(first["decided_by"], office.helper.username);
    let again = office.helper.post(&path).key("1").json(&plan(20, "先看病"));
    assert_eq!(again.await.expect(201), first);
    let second = clerk.post(&path).json(&plan(0, "后就业")).await.expect(201);
    let late = clerk.post(&path).json(&plan(10, "补录")).await.expect(201);
    let list = office.helper.get(&path).await.expect(200);
    assert_eq!(list["items"], json!([second, late, first]));
    let page = office
        .helper
        .get(&path)
        .query(&[("limit", "1")])
        .await
        .expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = office
        .helper
        .get(&path)
        .query(&[("cursor", cursor)])
        .await
        .expect(200);
    assert_eq!(rest["items"], json!([late, first]));
}

#[tokio::test]
async fn a_help_plan_is_set_by_those_concerned_within_the_rules() {
    let office = Office::open().await;
    let path = format!("/households/{}/plans", office.household);
    let tomorrow = office.server.app.today().succ_opt().unwrap();
    let right = json!({ "approach": "先看病", "measures": ["health"], "decided_on": office.server.days_ago(0) });
    for (changes, status, code) in [
        (json!({ "decided_on": tomorrow }), 422, "future_date"),
        (
            json!({ "measures": ["health", "health"] }),
            422,
            "repeated_measure",
        ),
        (json!({ "approach": " " }), 422, "empty"),
        (json!({ "measures": [] }), 400, "bad_request"),
        (json!({ "approach": "" }), 400, "bad_request"),
        (json!({ "approach": "思".repeat(4001) }), 400, "bad_request"),
        (json!({ "measures": ["magic"] }), 400, "bad_request"),
    ] {
        office
            .helper
            .post(&path)
            .json(&with(right.clone(), changes))
            .await
            .expect_problem(status, code);
    }
    let stranger = office.server.client(Role::Helper).await;
    stranger
        .post(&path)
        .json(&right)
        .await
        .expect_problem(404, "not_found");
    stranger.get(&path).await.expect_problem(404, "not_found");
    let leader = office.server.client(Role::Leader).await;
    leader
        .post(&path)
        .json(&right)
        .await
        .expect_problem(403, "forbidden");
    let clerk = office.server.client(Role::Office).await;
    for unknown in [clerk.post("/households/00000000-0000-7000-8000-000000000000/plans")] {
        unknown.json(&right).await.expect_problem(404, "not_found");
    }
    let plans = leader.get(&path).await.expect(200);
    assert_eq!(plans["items"], json!([]));
}
