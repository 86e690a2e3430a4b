//! The second helper of a household: what they see and do, and how it ends.

use chrono::{Days, NaiveDate};
use qianshou::access::{Role, history};
use qianshou::pairing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::pairing::{confirm_run, propose_run};
use crate::support::register::{facts, tester};
use crate::support::staff::{add_person, change_person};
use crate::support::{Client, TestServer, complete_household};

/// A household with a responsible helper for a year, and an assistant for ninety days.
struct Two {
    server: TestServer,
    office: Client,
    household: Uuid,
    responsible: Client,
    assistant: Client,
    assistance: Value,
}

impl Two {
    async fn start() -> Self {
        let (server, office) = TestServer::start_with_office().await;
        let first = add_person(&server, "东圩小学", "甲帮扶").await;
        let second = add_person(&server, "东圩村委", "乙协助").await;
        let household = server.household_of(first).await;
        let since = server.days_ago(90);
        let assistance = assist(&office, household, second, since).await;
        Self {
            responsible: server.helper(first).await,
            assistant: server.helper(second).await,
            server,
            office,
            household,
            assistance,
        }
    }

    fn second(&self) -> Uuid {
        self.assistant.staff_id.unwrap()
    }

    fn id(&self) -> &str {
        self.assistance["id"].as_str().unwrap()
    }

    async fn log(&self, client: &Client, days_ago: u64, facts: Value) -> crate::support::Answer {
        let mut visit = json!({ "visited_on": self.server.days_ago(days_ago), "kind": "phone" });
        let fields = visit.as_object_mut().unwrap();
        fields.extend(facts.as_object().unwrap().clone());
        client
            .post(&format!("/households/{}/visits", self.household))
            .key(&Uuid::now_v7().to_string())
            .json(&visit)
            .await
    }

    async fn end(&self, date: NaiveDate) -> crate::support::Answer {
        self.office
            .post(&format!("/assistances/{}/end", self.id()))
            .json(&json!({ "date": date, "reason": "换人" }))
            .await
    }

    /// The assistance as it is now.
    async fn now(&self) -> Value {
        let path = format!("/assistances?staff_id={}", self.second());
        self.office.items(&path).await[0].clone()
    }

    /// What was done to the assistance since it was made.
    async fn steps(&self) -> Vec<String> {
        let mut tx = self.server.db.read().await.unwrap();
        let entries = history::of(&mut tx, "assistance", self.id()).await;
        let entries = entries.unwrap().into_iter();
        entries.map(|entry| entry.action).collect()
    }
}

async fn assist(office: &Client, household: Uuid, staff: Uuid, from: NaiveDate) -> Value {
    let body = body(household, staff, from);
    office.post("/assistances").json(&body).await.expect(201)
}

fn body(household: Uuid, staff: Uuid, from: NaiveDate) -> Value {
    json!({ "household_id": household, "staff_id": staff, "from_date": from, "reason": "村干部" })
}

#[tokio::test]
async fn an_assistant_sees_the_household_and_logs_visits_that_count_for_it_as_his_own() {
    let two = Two::start().await;
    let Two {
        server,
        office,
        household: id,
        responsible,
        assistant,
        ..
    } = &two;
    let other = server.add_household(complete_household("李三喜")).await;
    for path in ["/households", "/households?mine=true", "/method"] {
        let seen = assistant.items(path).await;
        assert_eq!(seen.len(), 1, "{path}: {seen:?}");
    }
    let path = format!("/households/{id}");
    let seen = assistant.get(&path).await.expect(200);
    assert_eq!(seen["helper"]["name"], "甲帮扶", "the responsible one");
    assistant
        .get(&format!("/households/{other}"))
        .await
        .expect_problem(404, "not_found");
    let method = format!("{path}/method");
    let before = assistant.get(&method).await.expect(200);
    assert_ne!(before["points"][1]["state"], "met");

    let confirmed = json!({ "causes_confirmed": true });
    let visit = two.log(assistant, 5, confirmed).await.expect(201);
    assert_eq!(
        (&visit["staff_id"], &visit["helper_name"]),
        (&json!(two.second()), &json!("乙协助"))
    );
    let after = responsible.get(&method).await.expect(200);
    assert_eq!(
        after["points"][1]["state"], "met",
        "evidence of the household"
    );
    // Either sees the visits of the other; a figure of visits by helper tells them apart.
    let own = two.log(responsible, 4, json!({})).await.expect(201);
    for client in [responsible, assistant] {
        assert_eq!(client.items("/visits").await.len(), 2);
        for visit in [&visit, &own] {
            let path = format!("/visits/{}", visit["id"].as_str().unwrap());
            client.get(&path).await.expect(200);
        }
    }
    let mut tx = server.db.read().await.unwrap();
    let (from, to) = (server.days_ago(30), server.app.today());
    let totals = qianshou::visit::store::totals::by_helper(&mut tx, from, to)
        .await
        .unwrap();
    for client in [responsible, assistant] {
        assert_eq!(totals[&client.staff_id.unwrap()].visits, 1);
    }
    drop(tx);
    // The office's is the responsible helper's.
    let logged = two.log(office, 3, json!({})).await.expect(201);
    assert_eq!(logged["helper_name"], "甲帮扶");
    // A batch is like one.
    let batch = json!({ "visits": [{
        "idempotency_key": "b1", "household_id": id,
        "visit": { "visited_on": server.days_ago(2), "kind": "phone" },
    }] });
    let batch = assistant.post("/visits/batch").json(&batch).await;
    assert_eq!(batch.expect(200)["results"][0]["status"], 201);
    // Not before they assisted, and the plan is the responsible helper's.
    two.log(assistant, 91, json!({}))
        .await
        .expect_problem(403, "not_your_household");
    let plan = json!({
        "approach": "先治病", "measures": ["health"], "decided_on": server.app.today(),
    });
    let plan = assistant.post(&format!("{path}/plans")).json(&plan).await;
    plan.expect_problem(403, "not_your_household");
}

#[tokio::test]
async fn a_visit_of_an_assistant_is_moved_only_to_days_on_which_he_assisted() {
    let two = Two::start().await;
    let visit = two.log(&two.assistant, 5, json!({})).await.expect(201);
    let path = format!("/visits/{}", visit["id"].as_str().unwrap());
    let moved = |client: &Client, days: u64| {
        let day = two.server.days_ago(days);
        let body = json!({ "reason": "日期有误", "visited_on": day });
        client.patch(&path).if_match("*").json(&body)
    };
    moved(&two.assistant, 90).await.expect(200);
    moved(&two.assistant, 91)
        .await
        .expect_problem(422, "other_helper_on_day");
    moved(&two.responsible, 50)
        .await
        .expect_problem(403, "not_your_visit");
}

#[tokio::test]
async fn an_assistance_ends_after_the_last_visit_and_is_kept() {
    let two = Two::start().await;
    let days = |ago: u64| two.server.days_ago(ago);
    let visit = two.log(&two.assistant, 5, json!({})).await.expect(201);
    for (date, status, code) in [
        (days(6), 409, "end_before_visit"),
        (days(91), 422, "end_before_start"),
        (two.server.app.today() + Days::new(1), 422, "date_in_future"),
    ] {
        two.end(date).await.expect_problem(status, code);
    }
    assert!(two.steps().await.is_empty());
    let ended = two.end(days(3)).await.expect(200);
    assert_eq!(ended["to_date"], json!(days(3)));
    assert_eq!(ended["end_reason"], "换人");
    assert_eq!(ended["ended_by"], two.office.username.as_str());
    assert_eq!(two.steps().await, ["end"]);
    two.end(days(3))
        .await
        .expect_problem(409, "assistance_already_ended");

    // They see the household no more, nor their own visit; a late entry of their time is taken.
    let path = format!("/households/{}", two.household);
    let gone = two.assistant.get(&path).await;
    gone.expect_problem(404, "not_found");
    assert!(two.assistant.items("/households").await.is_empty());
    assert!(two.assistant.items("/visits").await.is_empty());
    let own = format!("/visits/{}", visit["id"].as_str().unwrap());
    let own = two.assistant.get(&own).await;
    own.expect_problem(404, "not_found");
    two.log(&two.assistant, 3, json!({})).await.expect(201);
    two.log(&two.assistant, 2, json!({}))
        .await
        .expect_problem(403, "not_your_household");

    // The next one may begin on the day on which it ended, and no earlier.
    let next = add_person(&two.server, "东圩村委", "丙协助").await;
    let early = body(two.household, next, days(4));
    let early = two.office.post("/assistances").json(&early).await;
    early.expect_problem(409, "overlaps_earlier_assistance");
    assist(&two.office, two.household, next, days(3)).await;
    for (ago, assistant) in [(91, None), (90, Some("乙协助")), (3, Some("丙协助"))] {
        let path = format!("{path}/helper?on={}", days(ago));
        let answer = two.office.get(&path).await.expect(200);
        assert_eq!(answer["pairing"]["helper_name"], "甲帮扶");
        let told = answer
            .get("assistance")
            .and_then(|one| one["helper_name"].as_str());
        assert_eq!(told, assistant, "{ago} days ago");
    }
}

#[tokio::test]
async fn a_household_has_one_assistant_who_is_not_its_responsible_helper() {
    let two = Two::start().await;
    let first = two.responsible.staff_id.unwrap();
    let third = add_person(&two.server, "东圩村委", "丙协助").await;
    let today = two.server.app.today();
    let create = |household: Uuid, staff: Uuid| {
        let body = body(household, staff, today);
        two.office.post("/assistances").json(&body)
    };
    create(two.household, third)
        .await
        .expect_problem(409, "household_already_assisted");
    create(two.household, first)
        .await
        .expect_problem(409, "assistant_is_responsible");
    create(Uuid::now_v7(), third)
        .await
        .expect_problem(422, "no_such_household");
    create(two.household, Uuid::now_v7())
        .await
        .expect_problem(422, "no_such_person");
    // Nor for days on which they were responsible.
    let other = two.server.add_household(complete_household("李三喜")).await;
    let (from, to) = (two.server.days_ago(50), two.server.days_ago(10));
    two.server.pair_until(other, third, from, to).await;
    let early = body(other, third, two.server.days_ago(20));
    let early = two.office.post("/assistances").json(&early).await;
    early.expect_problem(409, "assistant_is_responsible");
    // Sent twice, it is written down once.
    let twice = || create(other, third).key("once");
    let made = twice().await.expect(201);
    assert_eq!(twice().await.expect(201), made);
    // A helper decides nothing of it.
    let mine = two.assistant.post("/assistances");
    let mine = mine.json(&body(other, two.second(), today)).await;
    mine.expect_problem(403, "forbidden");
    let end = format!("/assistances/{}/end", two.id());
    let end = two
        .assistant
        .post(&end)
        .json(&json!({ "reason": "不做了" }));
    end.await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn assistances_are_listed_page_by_page_and_a_helper_sees_his_own() {
    let two = Two::start().await;
    let third = add_person(&two.server, "东圩村委", "丙协助").await;
    let mut households = Vec::new();
    for _ in 0..3 {
        let id = two.server.add_household(facts("青禾镇", "东圩村")).await;
        assist(&two.office, id, third, two.server.days_ago(9)).await;
        households.push(id);
    }
    two.end(two.server.days_ago(1)).await.expect(200);
    let all = two.office.paged("/assistances", 3).await;
    assert_eq!(all.len(), 4);
    assert_eq!(all[3]["id"], two.id(), "that began last first");
    let count = async |query: &str| {
        two.office
            .items(&format!("/assistances?{query}"))
            .await
            .len()
    };
    assert_eq!(count("current=true").await, 3);
    assert_eq!(count("current=false").await, 1);
    assert_eq!(count(&format!("staff_id={third}&current=true")).await, 3);
    assert_eq!(count(&format!("household_id={}", households[0])).await, 1);

    assert_eq!(two.assistant.items("/assistances").await.len(), 1);
    assert!(two.responsible.items("/assistances").await.is_empty());
    let others = two.assistant.get(&format!("/assistances?staff_id={third}"));
    others.await.expect_problem(403, "forbidden");
    let leader = two.server.client(Role::Leader).await;
    assert_eq!(leader.items("/assistances").await.len(), 4);
}

#[tokio::test]
async fn who_becomes_responsible_by_hand_assists_no_more() {
    let two = Two::start().await;
    let days = |ago: u64| two.server.days_ago(ago);
    let pairing = format!("/pairings?household_id={}", two.household);
    let pairing = two.office.items(&pairing).await[0]["id"].clone();
    two.office
        .post(&format!("/pairings/{}/end", pairing.as_str().unwrap()))
        .json(&json!({ "date": days(10), "reason": "调整" }))
        .await
        .expect(200);
    assert_eq!(two.now().await.get("to_date"), None, "another's end");
    two.log(&two.assistant, 1, json!({})).await.expect(201);
    let body = json!({
        "household_id": two.household, "staff_id": two.second(), "from_date": days(8),
        "reason": "接手",
    });
    two.office.post("/pairings").json(&body).await.expect(201);
    let ended = two.now().await;
    assert_eq!(ended["to_date"], json!(days(8)));
    assert_eq!(ended["end_reason"], "已成为该户帮扶责任人");
    assert_eq!(ended["ended_by"], two.office.username.as_str());
    assert_eq!(two.steps().await, ["end"]);
    let path = format!("/households/{}", two.household);
    two.assistant.get(&path).await.expect(200);
    two.log(&two.assistant, 0, json!({})).await.expect(201);
}

#[tokio::test]
async fn a_run_leaves_assistances_alone_but_of_those_whom_it_makes_responsible() {
    let two = Two::start().await;
    let (office, second) = (&two.office, two.second());
    // As good as the same to the run: only the assistant has a place, and it takes none of theirs.
    let waiting = two.server.add_household(facts("青禾镇", "东圩村")).await;
    assist(office, waiting, second, two.server.days_ago(30)).await;
    for (staff, capacity) in [(two.responsible.staff_id.unwrap(), 1), (second, 1)] {
        change_person(office, staff, &json!({ "capacity": capacity })).await;
    }
    let run = propose_run(office, json!({})).await;
    assert_eq!(run["placed"], 1, "{run}");
    confirm_run(office, &run).await;
    let path = format!("/assistances?staff_id={second}&current");
    let held = office.items(&format!("{path}=true")).await;
    assert_eq!(held, [two.assistance.clone()], "the other household's");
    let ended = office.items(&format!("{path}=false")).await;
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0]["household_id"], json!(waiting));
    assert_eq!(ended[0]["to_date"], json!(two.server.app.today()));
}

#[tokio::test]
async fn an_assistance_ends_with_the_departure_which_shows_it_before() {
    let two = Two::start().await;
    let second = two.second();
    let path = format!("/staff/{second}");
    let inactive = json!({ "active": false });
    let inactive = two.office.patch(&path).if_match("*").json(&inactive).await;
    inactive.expect_problem(409, "still_responsible");
    let departure = format!("{path}/departure");
    let outlook = two.office.get(&departure).await.expect(200);
    assert_eq!(outlook["households"], 0, "nobody needs to follow");
    assert_eq!(outlook["assistances"], json!([two.assistance]));
    two.log(&two.assistant, 2, json!({})).await.expect(201);
    let depart = |days: u64| {
        let date = two.server.days_ago(days);
        let body = json!({ "kind": "retired", "date": date, "remark": "年满 60 周岁" });
        two.office.post(&departure).if_match("*").json(&body)
    };
    depart(3).await.expect_problem(409, "end_before_visit");
    assert_eq!(two.now().await.get("to_date"), None, "all or nothing");
    let after = depart(1).await.expect(200);
    assert_eq!(after["assistances"], json!([]));
    let ended = two.now().await;
    assert_eq!(ended["to_date"], json!(two.server.days_ago(1)));
    assert_eq!(ended["end_reason"], "退休：年满 60 周岁");
    assert_eq!(two.steps().await, ["end"]);
}

#[tokio::test]
async fn an_assistance_ends_with_a_household_that_an_import_closes_and_comes_back_with_it() {
    for leaves in [false, true] {
        let two = Two::start().await;
        let (import, now) = (Uuid::now_v7(), two.server.app.now());
        let mut tx = two.server.db.write().await.unwrap();
        pairing::staffing::on_household_closed::end_closed(
            &mut tx,
            tester(now, Some(import)),
            &[two.household],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let ended = two.now().await;
        assert_eq!(ended["to_date"], json!(two.server.app.today()));
        assert_eq!(ended["end_reason"], "导入名册时并户，原户销户");
        if leaves {
            let path = format!("/staff/{}/departure", two.second());
            let body = json!({ "kind": "other" });
            let call = two.office.post(&path).if_match("*").json(&body);
            call.await.expect(200);
        }
        let mut tx = two.server.db.write().await.unwrap();
        pairing::staffing::on_household_closed::resume(&mut tx, tester(now, Some(import)))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        if leaves {
            assert_eq!(two.now().await, ended, "one who left gets nothing back");
        } else {
            assert_eq!(two.now().await, two.assistance);
            let mut steps = two.steps().await;
            steps.sort();
            assert_eq!(steps, ["end", "undo"]);
        }
    }
}
