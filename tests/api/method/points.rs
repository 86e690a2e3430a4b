//! The six points over HTTP: what each kind of record does to them.

use chrono::TimeDelta;
use qianshou::access::Role;
use qianshou::household::{Cause, Health, HouseholdFacts, Member, Relation};
use qianshou::{method, settings};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::lifts::steps::{go_on, propose};
use crate::support::register::{person, sound_household};
use crate::support::{Client, RosterFile, TestServer, household};

/// A server with a helper who has had one household for a year.
struct Office {
    server: TestServer,
    helper: Client,
    clerk: Client,
    household: Uuid,
}

impl Office {
    async fn open() -> Self {
        let server = TestServer::start().await;
        let helper = server.client(Role::Helper).await;
        let clerk = server.client(Role::Office).await;
        let household = server.household_of(helper.staff_id.unwrap()).await;
        Self {
            server,
            helper,
            clerk,
            household,
        }
    }

    async fn points(&self) -> Value {
        points_of(&self.helper, self.household).await
    }

    /// The states of the six points, in their order.
    async fn states(&self) -> [String; 6] {
        states(&self.points().await)
    }

    async fn visit(&self, days_ago: u64, shows: Value) -> Value {
        let mut visit = json!({
            "visited_on": self.server.days_ago(days_ago), "kind": "home", "met": "family",
        });
        for (name, value) in shows.as_object().unwrap() {
            visit[name] = value.clone();
        }
        self.helper
            .post(&format!("/households/{}/visits", self.household))
            .key(&Uuid::now_v7().to_string())
            .json(&visit)
            .await
            .expect(201)
    }

    async fn plan(&self, days_ago: u64, measures: &[&str]) -> Value {
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
    async fn import(&self, change: impl FnOnce(&mut HouseholdFacts)) {
        self.server.change_household(self.household, change).await;
    }
}

async fn points_of(client: &Client, household: Uuid) -> Value {
    client
        .get(&format!("/households/{household}/method"))
        .await
        .expect(200)
}

fn states(method: &Value) -> [String; 6] {
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

const ALL: [&str; 5] = ["met", "met", "met", "met", "met"];

fn seen() -> Value {
    json!({
        "situation_confirmed": true,
        "causes_confirmed": true,
        "wishes": "想学养殖",
        "measures": ["health"],
    })
}

#[tokio::test]
async fn a_roster_alone_shows_nothing_for_certain() {
    let office = Office::open().await;
    let method = office.points().await;
    assert_eq!(
        states(&method),
        ["stale", "stale", "stale", "stale", "stale", "missing"]
    );
    assert_eq!(method["met"], 0);
    assert_eq!(method["head_name"], "王二喜");
    assert_eq!(method["helper_name"], "张帮扶");
    assert_eq!(method["as_of"], json!(office.server.app.today()));
    for point in method["points"].as_array().unwrap() {
        let shown = &point["evidence"][0];
        assert_eq!(shown["kind"], "roster");
        assert_eq!(shown["id"], json!(office.household));
        let next = point["next_step"].as_str().unwrap();
        assert!(next.contains("张帮扶"), "{next}");
    }
}

#[tokio::test]
async fn a_visit_and_a_plan_make_five_points_met() {
    let office = Office::open().await;
    let visit = office.visit(0, seen()).await;
    assert_eq!(
        office.states().await,
        ["met", "met", "met", "stale", "met", "missing"]
    );
    let plan = office.plan(0, &["health", "employment"]).await;
    let method = office.points().await;
    assert_eq!(states(&method)[..5], ALL);
    assert_eq!(method["met"], 5);
    let points = &method["points"];
    assert_eq!(points[0]["evidence"][1]["id"], visit["id"]);
    assert_eq!(points[2]["evidence"][0]["id"], visit["id"]);
    assert_eq!(points[3]["evidence"][0]["id"], plan["id"]);
    assert_eq!(points[4]["evidence"][1]["id"], visit["id"]);
    assert_eq!(points[0]["since"], json!(office.server.days_ago(0)));
    assert!(points[0]["stale_on"].is_string());
    assert_eq!(points[3].get("stale_on"), None);
}

#[tokio::test]
async fn evidence_goes_stale_by_the_settings_of_the_office() {
    let office = Office::open().await;
    office.visit(100, seen()).await;
    assert_eq!(
        office.states().await,
        ["met", "met", "met", "stale", "stale", "missing"]
    );
    let answer = office.clerk.get("/settings").await;
    let tag = answer.header("etag").to_owned();
    let mut settings = answer.expect(200);
    settings["wishes_months"] = json!(2);
    settings["follow_up_months"] = json!(6);
    office
        .clerk
        .put("/settings")
        .if_match(&tag)
        .json(&settings)
        .await
        .expect(200);
    assert_eq!(
        office.states().await,
        ["met", "met", "stale", "stale", "met", "missing"]
    );
}

#[tokio::test]
async fn a_roster_with_gaps_says_which() {
    let office = Office::open().await;
    office.visit(0, seen()).await;
    office
        .import(|facts| {
            facts.water_safe = None;
            facts.members[0].health = None;
            facts.main_cause = None;
        })
        .await;
    let method = office.points().await;
    assert_eq!(states(&method)[..3], ["missing", "missing", "met"]);
    let next = method["points"][0]["next_step"].as_str().unwrap();
    assert!(next.contains("饮水安全、王二喜的健康状况"), "{next}");
}

#[tokio::test]
async fn a_roster_that_changes_after_the_visit_asks_for_another() {
    let office = Office::open().await;
    office.visit(1, seen()).await;
    office.plan(1, &["health", "employment"]).await;
    // What does not touch the points leaves them alone.
    office
        .import(|facts| {
            facts.phone = Some("13800000000".to_owned());
            facts.income_per_head_fen = Some(700_000);
        })
        .await;
    assert_eq!(office.states().await[..5], ALL);
    office
        .import(|facts| facts.members[0].health = Some(Health::Disabled))
        .await;
    assert_eq!(
        office.states().await[..5],
        ["stale", "met", "met", "met", "met"]
    );
    office
        .import(|facts| facts.other_causes.push(Cause::Disability))
        .await;
    let method = office.points().await;
    assert_eq!(
        states(&method)[..5],
        ["stale", "stale", "met", "met", "met"]
    );
    let next = method["points"][1]["next_step"].as_str().unwrap();
    assert!(next.contains("花名册致贫原因已于"), "{next}");
    // Something else later hides neither change.
    office.import(|facts| facts.phone = None).await;
    assert_eq!(office.states().await[..2], ["stale", "stale"]);
    office.visit(0, seen()).await;
    assert_eq!(office.states().await[..5], ALL);
}

/// The same through a workbook: sent again it changes no point; with one cell changed it does.
#[tokio::test]
async fn the_same_workbook_again_changes_no_point() {
    let server = TestServer::start().await;
    let clerk = server.client(Role::Office).await;
    let helper = server.client(Role::Helper).await;
    let mut facts = household("王二喜");
    facts.number = Some("320999000001".to_owned());
    facts.members[0] = Member {
        labour: facts.members[0].labour,
        health: facts.members[0].health,
        ..person("王二喜", Relation::Head, "19750301")
    };
    let send = async |facts: &HouseholdFacts| {
        let file = RosterFile::households(std::slice::from_ref(facts)).bytes();
        clerk.import("/imports/households", file).await;
    };
    send(&facts).await;
    let page = clerk.get("/households").await.expect(200);
    let id: Uuid = page["items"][0]["id"].as_str().unwrap().parse().unwrap();
    let staff = helper.staff_id.unwrap();
    server.pair(id, staff, server.days_ago(30)).await;
    let mut visit = seen();
    visit["visited_on"] = json!(server.days_ago(1));
    visit["kind"] = json!("phone");
    let call = helper.post(&format!("/households/{id}/visits")).key("1");
    call.json(&visit).await.expect(201);

    let before = points_of(&helper, id).await;
    let five = ["met", "met", "met", "stale", "met"];
    assert_eq!(states(&before)[..5], five);
    send(&facts).await;
    assert_eq!(points_of(&helper, id).await, before);
    facts.members[0].health = Some(Health::SeriousIllness);
    send(&facts).await;
    assert_eq!(states(&points_of(&helper, id).await)[..2], ["stale", "met"]);
}

#[tokio::test]
async fn a_plan_with_other_measures_asks_for_another_follow_up() {
    let office = Office::open().await;
    office.visit(3, seen()).await;
    office.plan(2, &["health", "employment"]).await;
    assert_eq!(office.states().await[4], "met");
    office.plan(1, &["health", "water"]).await;
    assert_eq!(office.states().await[3..5], ["met", "stale"]);
    office.visit(0, json!({ "measures": ["education"] })).await;
    assert_eq!(office.states().await[4], "stale");
    office.visit(0, json!({ "measures": ["water"] })).await;
    assert_eq!(office.states().await[4], "met");
}

#[tokio::test]
async fn a_corrected_visit_shows_what_it_says_now() {
    let office = Office::open().await;
    let visit = office.visit(1, seen()).await;
    assert_eq!(office.states().await[0], "met");
    office
        .helper
        .patch(&format!("/visits/{}", visit["id"].as_str().unwrap()))
        .if_match("\"1\"")
        .json(&json!({ "reason": "并未逐项核对", "situation_confirmed": false, "wishes": null }))
        .await
        .expect(200);
    assert_eq!(office.states().await[..3], ["stale", "met", "stale"]);
}

#[tokio::test]
async fn of_many_visits_the_latest_of_each_kind_counts() {
    let office = Office::open().await;
    office
        .visit(30, json!({ "situation_confirmed": true }))
        .await;
    let latest = office
        .visit(20, json!({ "situation_confirmed": true }))
        .await;
    office.visit(10, json!({ "causes_confirmed": true })).await;
    office.visit(5, json!({ "note": "家中无人" })).await;
    let method = office.points().await;
    assert_eq!(states(&method)[..3], ["met", "met", "stale"]);
    assert_eq!(method["points"][0]["evidence"][1]["id"], latest["id"]);
    assert_eq!(
        method["points"][0]["since"],
        json!(office.server.days_ago(20))
    );
}

#[tokio::test]
async fn the_last_point_names_the_next_step_of_the_lift() {
    let office = Office::open().await;
    let server = &office.server;
    let household = server.add_household(sound_household("王大牛")).await;
    server
        .pair(
            household,
            office.helper.staff_id.unwrap(),
            server.days_ago(300),
        )
        .await;
    let lifted = async || points_of(&office.helper, household).await["points"][5].clone();
    let days: Vec<_> = (0..5)
        .map(|step| server.days_ago(50 - 10 * step).to_string())
        .collect();
    let days: Vec<_> = days.iter().map(String::as_str).collect();

    let id = propose(&office.clerk, household, days[0]).await;
    let point = lifted().await;
    assert_eq!(point["state"], "missing");
    assert_eq!(point["evidence"][0]["kind"], "lift");
    assert_eq!(point["evidence"][0]["id"], id);
    let next = point["next_step"].as_str().unwrap();
    assert!(next.contains("下一步“民主评议”"), "{next}");

    go_on(&office.clerk, &id, &days[1..]).await;
    let point = lifted().await;
    let next = point["next_step"].as_str().unwrap();
    assert!(next.contains("公示满 7 天"), "{next}");
    let today = server.days_ago(0).to_string();
    office
        .clerk
        .post(&format!("/lifts/{id}/steps"))
        .json(&json!({ "step": "approved", "date": today, "person": "县扶贫办" }))
        .await
        .expect(200);
    let point = lifted().await;
    assert_eq!(point["state"], "met");
    assert_eq!(point["since"], today);

    office
        .clerk
        .post(&format!("/lifts/{id}/relapse"))
        .json(&json!({ "date": today, "reason": "重病" }))
        .await
        .expect(200);
    let point = lifted().await;
    assert_eq!(point["state"], "missing");
    assert!(point["next_step"].as_str().unwrap().contains("返贫"));
}

#[tokio::test]
async fn each_sees_the_points_of_the_households_that_are_theirs() {
    let office = Office::open().await;
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
    // A helper cannot look at another's by naming him.
    let staff = office.helper.staff_id.unwrap().to_string();
    let page = list(&stranger).query(&[("staff_id", staff)]).await;
    assert_eq!(page.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn the_list_is_narrowed_by_place_helper_and_state() {
    let office = Office::open().await;
    let server = &office.server;
    office.visit(0, seen()).await;
    let mut others = Vec::new();
    for (town, village) in [
        ("草庙镇", "后屯村"),
        ("小海镇", "前进村"),
        ("小海镇", "温泉村"),
    ] {
        let facts = HouseholdFacts {
            town: town.to_owned(),
            village: village.to_owned(),
            ..household("李四")
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
    let office = Office::open().await;
    let server = &office.server;
    office.visit(40, seen()).await;
    office.plan(30, &["health"]).await;
    office
        .import(|facts| facts.members[0].health = Some(Health::Healthy))
        .await;
    for number in 0..6 {
        let facts = HouseholdFacts {
            village: format!("第{}村", number % 3),
            ..household(&format!("户主{number}"))
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
    let pages = async |query: &[(&str, &str)]| {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let mut query = query.to_vec();
            if !cursor.is_empty() {
                query.push(("cursor", &cursor));
            }
            let page = office.clerk.get("/method").query(&query).await.expect(200);
            items.extend(page["items"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => return items,
            }
        }
    };
    let whole = pages(&[]).await;
    assert_eq!(whole.len(), 7);
    assert_eq!(pages(&[("limit", "1")]).await, whole);
    assert_eq!(pages(&[("limit", "3")]).await, whole);
    let confirmed = pages(&[("point", "causes"), ("state", "met")]).await;
    assert_eq!(confirmed.len(), 4);
    for limit in ["1", "2", "4"] {
        let query = [("point", "causes"), ("state", "met"), ("limit", limit)];
        assert_eq!(pages(&query).await, confirmed);
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

/// A day in the past knows nothing of what came after it.
#[tokio::test]
async fn a_day_in_the_past_leaves_out_what_came_later() {
    let office = Office::open().await;
    let server = &office.server;
    office.visit(10, seen()).await;
    office.visit(2, seen()).await;
    office.plan(5, &["health"]).await;
    let mut tx = server.db.read().await.unwrap();
    let settings = settings::store::load(&mut tx).await.unwrap();
    let mut met_on = async |days| {
        let all = method::evaluate_all(&mut tx, &settings, server.days_ago(days))
            .await
            .unwrap();
        let (_, points) = &all[0];
        points
            .iter()
            .filter(|point| point.state == method::PointStatus::Met)
            .count()
    };
    assert_eq!(met_on(0).await, 5);
    assert_eq!(met_on(3).await, 4, "the plan decided the measures anew");
    assert_eq!(met_on(6).await, 4, "no plan yet, measures followed up");
    assert_eq!(met_on(11).await, 0);
}

/// What the register changed later is no change of the day in question.
#[tokio::test]
async fn a_day_in_the_past_knows_no_later_change_of_the_register() {
    let office = Office::open().await;
    let server = &office.server;
    office.visit(30, seen()).await;
    let change = async |days: i64, change: fn(&mut HouseholdFacts)| {
        let at = server.app.now() - TimeDelta::days(days);
        server
            .change_household_at(office.household, "测试", at, change)
            .await;
    };
    change(20, |facts| facts.phone = Some("13800000000".to_owned())).await;
    change(5, |facts| facts.members[0].health = Some(Health::Disabled)).await;
    let mut tx = server.db.read().await.unwrap();
    let settings = settings::store::load(&mut tx).await.unwrap();
    for (days, expected) in [
        (0, method::PointStatus::Stale),
        (5, method::PointStatus::Stale),
        (6, method::PointStatus::Met),
        (25, method::PointStatus::Met),
    ] {
        let all = method::evaluate_all(&mut tx, &settings, server.days_ago(days))
            .await
            .unwrap();
        assert_eq!(all[0].1[0].state, expected, "{days} days ago");
    }
}
