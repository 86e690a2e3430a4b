//! What a run and a pairing by hand are bound by: pinned and forbidden pairs, registers, leaves, and the
//! table of fits.

use chrono::{Days, NaiveDate};
use qianshou::access::{Role, history};
use qianshou::household::Relation;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::register::{facts, person, tester};
use crate::support::{Answer, Client, TestServer};

async fn items(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).await.expect(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

/// An office, a household and two persons of the staff with three places each.
struct Office {
    server: TestServer,
    client: Client,
    household: Uuid,
    staff: [Uuid; 2],
}

impl Office {
    async fn start() -> Self {
        let server = TestServer::start().await;
        let client = server.client(Role::Office).await;
        let household = server.add_household(facts("青禾镇", "东圩村")).await;
        let staff = [server.add_staff().await, server.add_staff().await];
        let office = Self {
            server,
            client,
            household,
            staff,
        };
        for person in office.staff {
            office.set(person, &json!({ "capacity": 3 })).await;
        }
        office
    }

    async fn set(&self, person: Uuid, patch: &Value) {
        self.client
            .patch(&format!("/staff/{person}"))
            .if_match("*")
            .json(patch)
            .await
            .expect(200);
    }

    async fn constrain(&self, kind: &str, person: Uuid, reason: &str) -> Value {
        self.client
            .post("/pairing-constraints")
            .json(&self.constraint(kind, person, reason))
            .await
            .expect(201)
    }

    fn constraint(&self, kind: &str, person: Uuid, reason: &str) -> Value {
        json!({
            "kind": kind, "household_id": self.household, "staff_id": person, "reason": reason,
        })
    }

    /// What a run proposes for the household: the person, and all reasons as one text.
    async fn proposed(&self) -> (Option<Uuid>, String) {
        let run = self.client.post("/pairing-runs").json(&json!({})).await;
        let run = run.expect(201);
        let path = format!(
            "/pairing-runs/{}/proposals?limit=200",
            run["id"].as_str().unwrap()
        );
        let proposals = items(&self.client, &path).await;
        let household = self.household.to_string();
        let mut rows = proposals.iter();
        let proposal = rows.find(|row| row["household_id"] == household).unwrap();
        let reasons = proposal["reasons"].as_array().unwrap();
        let words = reasons
            .iter()
            .map(|reason| reason["words"].as_str().unwrap());
        let helper = proposal["staff_id"].as_str();
        (
            helper.map(|id| id.parse().unwrap()),
            words.collect::<Vec<_>>().join("；"),
        )
    }

    /// Refuses to pair the household with this person by hand, with this code; gives the words.
    async fn refused(&self, person: Uuid, code: &str) -> String {
        let problem = self.pair(person).await.expect_problem(409, code);
        problem["detail"].as_str().unwrap().to_owned()
    }

    /// Pairs the household with this person by hand.
    async fn pair(&self, person: Uuid) -> Answer {
        let body = json!({
            "household_id": self.household, "staff_id": person, "reason": "手工",
        });
        self.client.post("/pairings").json(&body).await
    }

    fn day(&self, from_today: i64) -> NaiveDate {
        let today = self.server.app.today();
        let days = Days::new(from_today.unsigned_abs());
        if from_today < 0 {
            today.checked_sub_days(days).unwrap()
        } else {
            today.checked_add_days(days).unwrap()
        }
    }
}

#[tokio::test]
async fn a_pinned_household_goes_where_it_is_pinned_as_long_as_it_can() {
    let office = Office::start().await;
    let [one, other] = office.staff;
    // Whoever comes first by cost, the pin decides.
    for person in [one, other] {
        let pin = office
            .constrain("pinned", person, "帮扶多年，群众信任")
            .await;
        let (helper, words) = office.proposed().await;
        assert_eq!(helper, Some(person));
        assert!(
            words.contains("指定由张帮扶帮扶（帮扶多年，群众信任）"),
            "{words}"
        );
        let path = format!("/pairing-constraints/{}", pin["id"].as_str().unwrap());
        office.client.delete(&path).await.expect(204);
    }
    office.constrain("pinned", one, "帮扶多年").await;
    let words = office.refused(other, "pinned_to_another").await;
    assert!(words.contains("已指定由张帮扶帮扶（帮扶多年）"), "{words}");
    // One who has no place cannot take it: it goes to another, and that is said.
    office.set(one, &json!({ "capacity": 0 })).await;
    let (helper, words) = office.proposed().await;
    assert_eq!(helper, Some(other));
    assert!(
        words.contains("未能按指定由张帮扶帮扶：可帮扶的 0 户名额已满"),
        "{words}"
    );
    office
        .set(one, &json!({ "capacity": 3, "active": false }))
        .await;
    let (helper, words) = office.proposed().await;
    assert_eq!(helper, Some(other));
    assert!(
        words.contains("未能按指定由张帮扶帮扶：已停用或离岗"),
        "{words}"
    );
    office.set(one, &json!({ "active": true })).await;
    office.pair(one).await.expect(201);
}

#[tokio::test]
async fn a_forbidden_pair_is_made_neither_by_a_run_nor_by_hand() {
    let office = Office::start().await;
    let [one, other] = office.staff;
    office.constrain("forbidden", one, "群众反映").await;
    let (helper, _) = office.proposed().await;
    assert_eq!(helper, Some(other));
    let words = office.refused(one, "pair_barred").await;
    assert!(words.contains("禁止结对（群众反映）"), "{words}");
    office.constrain("relative", other, "户主之弟").await;
    let (helper, words) = office.proposed().await;
    assert_eq!(helper, None);
    assert!(
        words.contains("没有在岗责任人（须回避的除外）可帮扶"),
        "{words}"
    );
    let words = office.refused(other, "pair_barred").await;
    assert!(words.contains("亲属回避（户主之弟）"), "{words}");
}

#[tokio::test]
async fn constraints_are_listed_and_kept_after_they_are_removed() {
    let office = Office::start().await;
    let [one, other] = office.staff;
    let call = || {
        let body = office.constraint("forbidden", one, "群众反映");
        office
            .client
            .post("/pairing-constraints")
            .key("once")
            .json(&body)
    };
    let first = call().await.expect(201);
    assert_eq!(call().await.expect(201), first);
    let twice = office.constraint("pinned", one, "换个主意");
    let post = |body: &Value| office.client.post("/pairing-constraints").json(body);
    post(&twice).await.expect_problem(409, "constraint_there");
    office.constrain("pinned", other, "熟悉情况").await;
    let third = office.server.add_staff().await;
    let second_pin = office.constraint("pinned", third, "也熟悉");
    post(&second_pin)
        .await
        .expect_problem(409, "constraint_there");
    let nobody = office.constraint("pinned", Uuid::now_v7(), "也熟悉");
    post(&nobody).await.expect_problem(422, "no_such_person");
    let blank = office.constraint("forbidden", third, " ");
    post(&blank).await.expect_problem(400, "bad_request");
    let leader = office.server.client(Role::Leader).await;
    leader
        .post("/pairing-constraints")
        .json(&twice)
        .await
        .expect_problem(403, "forbidden");

    let page = leader.get("/pairing-constraints?limit=1").await.expect(200);
    assert_eq!(page["items"][0]["kind"], "pinned");
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = format!("/pairing-constraints?limit=1&cursor={cursor}");
    assert_eq!(items(&leader, &next).await, std::slice::from_ref(&first));
    let path = format!("/pairing-constraints/{}", first["id"].as_str().unwrap());
    leader.delete(&path).await.expect_problem(403, "forbidden");
    office.client.delete(&path).await.expect(204);
    office
        .client
        .delete(&path)
        .await
        .expect_problem(404, "not_found");
    let path = format!("/pairing-constraints?current=false&staff_id={one}");
    let removed = items(&leader, &path).await;
    assert_eq!(removed.len(), 1);
    assert_eq!(removed[0]["removed_by"], office.client.username.as_str());
    let mut tx = office.server.db.read().await.unwrap();
    let id = first["id"].as_str().unwrap();
    let kept = history::of(&mut tx, "pairing_constraint", id)
        .await
        .unwrap();
    assert_eq!((kept.len(), kept[0].action.as_str()), (1, "remove"));
    drop(tx);
    // What binds no more may be decided anew.
    office.constrain("forbidden", one, "又有反映").await;
}

#[tokio::test]
async fn nobody_is_given_the_household_on_whose_register_he_stands() {
    let office = Office::start().await;
    let [one, other] = office.staff;
    let member = person("张帮扶", Relation::Son, "19900303");
    let number = member.identity_number;
    let own = |facts: &mut qianshou::household::HouseholdFacts| facts.members.push(member);
    office.server.change_household(office.household, own).await;
    let mut tx = office.server.db.write().await.unwrap();
    let before = qianshou::staff::store::find(&mut tx, one)
        .await
        .unwrap()
        .unwrap();
    let mut after = before.clone();
    after.identity_number = number;
    let now = office.server.app.now();
    qianshou::staff::store::change(&mut tx, tester(now, None), "update", &before, &after)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let words = office.refused(one, "pair_barred").await;
    assert!(words.contains("本人登记在该户家庭成员中"), "{words}");
    assert_eq!(office.proposed().await.0, Some(other));
    office.set(other, &json!({ "active": false })).await;
    assert_eq!(office.proposed().await.0, None);
    // He may have any other.
    let neighbour = office.server.add_household(facts("青禾镇", "东圩村")).await;
    let body = json!({ "household_id": neighbour, "staff_id": one, "reason": "手工" });
    office
        .client
        .post("/pairings")
        .json(&body)
        .await
        .expect(201);
}

#[tokio::test]
async fn one_on_leave_is_given_no_household_and_keeps_those_that_he_has() {
    let office = Office::start().await;
    let [one, other] = office.staff;
    office.set(other, &json!({ "active": false })).await;
    let leaves = format!("/staff/{one}/leaves");
    let leave = |from: i64, to: Option<i64>| {
        let to = to.map(|to| office.day(to));
        json!({ "from_date": office.day(from), "to_date": to, "reason": "产假" })
    };
    let post = |body: Value| office.client.post(&leaves).json(&body);
    post(leave(0, Some(-1)))
        .await
        .expect_problem(422, "end_before_start");
    post(json!({ "from_date": "1999-12-31", "reason": "产假" }))
        .await
        .expect_problem(422, "year_out_of_range");
    // Past and coming ones do not bind today.
    post(leave(-20, Some(-1))).await.expect(201);
    post(leave(1, Some(20))).await.expect(201);
    assert_eq!(office.proposed().await.0, Some(one));
    let now = post(leave(-1, Some(0))).await.expect(201);
    let (helper, words) = office.proposed().await;
    assert_eq!(helper, None, "{words}");
    let words = office.refused(one, "helper_away").await;
    let said = format!("{} 至 {} 不在岗（产假）", office.day(-1), office.day(0));
    assert!(words.contains(&said), "{words}");
    office.constrain("pinned", one, "熟悉").await;
    let (_, words) = office.proposed().await;
    assert!(words.contains("未能按指定由张帮扶帮扶"), "{words}");
    // A pairing that is written down late began on a day on which he was away.
    let path = format!("/staff-leaves/{}", now["id"].as_str().unwrap());
    let change = |tag: &str, body: Value| office.client.put(&path).if_match(tag).json(&body);
    let changed = change("\"1\"", leave(-1, Some(-1))).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let late = json!({
        "household_id": office.household, "staff_id": one, "reason": "补记",
        "from_date": office.day(-1),
    });
    let call = office.client.post("/pairings").json(&late);
    call.await.expect_problem(409, "helper_away");
    change("\"1\"", leave(-1, None))
        .await
        .expect_problem(412, "changed_meanwhile");
    office.pair(one).await.expect(201);
    change("\"2\"", leave(-1, None)).await.expect(200);
    assert_eq!(
        items(&office.client, "/pairings?current=true").await.len(),
        1
    );

    let listed = items(&office.client, &format!("{leaves}?limit=2")).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["version"], 3);
    let helper = office.server.helper(one).await;
    assert_eq!(items(&helper, &leaves).await.len(), 3);
    let foreign = office.server.client(Role::Helper).await;
    foreign.get(&leaves).await.expect_problem(403, "forbidden");
    helper
        .post(&leaves)
        .json(&leave(0, None))
        .await
        .expect_problem(403, "forbidden");
    let delete = || office.client.delete(&path);
    delete().await.expect_problem(428, "if_match_required");
    delete().if_match("\"3\"").await.expect(204);
    assert_eq!(items(&helper, &leaves).await.len(), 2);
    let mut tx = office.server.db.read().await.unwrap();
    let kept = history::of(&mut tx, "staff_leave", now["id"].as_str().unwrap());
    let kept = kept.await.unwrap();
    assert_eq!((kept.len(), kept[0].action.as_str()), (3, "remove"));
}

#[tokio::test]
async fn the_office_edits_the_table_of_fits() {
    let office = Office::start().await;
    let [one, other] = office.staff;
    office.set(one, &json!({ "specialty": "校医" })).await;
    office.set(other, &json!({ "specialty": "财务会计" })).await;
    let (helper, words) = office.proposed().await;
    assert_eq!(
        helper,
        Some(one),
        "the household's cause is illness: {words}"
    );
    let read = office.client.get("/settings").await.expect(200);
    let fits = read["pairing"]["fits"].as_array().unwrap();
    assert_eq!(fits.len(), 26);
    assert_eq!(
        fits[0],
        json!({ "cause": "illness", "skill": "medicine", "cost": 0 })
    );
    let mut settings = read.clone();
    let mut put = async |fits: Value| {
        settings["pairing"]["fits"] = fits;
        office
            .client
            .put("/settings")
            .if_match("*")
            .json(&settings)
            .await
    };
    let row = |skill: &str, cost: i64| json!({ "cause": "illness", "skill": skill, "cost": cost });
    put(json!([row("finance", 3), row("finance", 4)]))
        .await
        .expect_problem(422, "fit_twice");
    put(json!([row("finance", -1)]))
        .await
        .expect_problem(400, "bad_request");
    put(json!([row("magic", 1)]))
        .await
        .expect_problem(400, "bad_request");
    put(json!([row("finance", 3)])).await.expect(200);
    let (helper, words) = office.proposed().await;
    assert_eq!(helper, Some(other), "{words}");
    let mut tx = office.server.db.read().await.unwrap();
    let kept = history::of(&mut tx, "settings", "office").await.unwrap();
    assert_eq!(kept[0].before.0["pairing"]["fits"], read["pairing"]["fits"]);
}

impl Office {
    /// Pairs a new household of the village with this person since ten days ago; gives both ids.
    async fn held(&self, village: &str, person: Uuid) -> (Uuid, Uuid) {
        let household = self.server.add_household(facts("青禾镇", village)).await;
        let since = self.day(-10);
        let pairing = self.server.pair(household, person, since).await;
        (household, pairing)
    }

    async fn run(&self, scope: &Value) -> Value {
        self.client
            .post("/pairing-runs")
            .json(scope)
            .await
            .expect(201)
    }

    async fn confirm(&self, run: &Value, from: NaiveDate) -> Answer {
        let path = format!("/pairing-runs/{}/confirm", run["id"].as_str().unwrap());
        let body = json!({ "from_date": from });
        self.client.post(&path).json(&body).await
    }

    /// The pairing that a household has now: its id, and the person.
    async fn now(&self, household: Uuid) -> Option<(Uuid, Uuid)> {
        let path = format!("/pairings?current=true&household_id={household}");
        let pairings = items(&self.client, &path).await;
        let id = |name: &str| pairings[0][name].as_str().unwrap().parse().unwrap();
        (!pairings.is_empty()).then(|| (id("id"), id("staff_id")))
    }
}

#[tokio::test]
async fn a_run_over_all_changes_only_the_pairs_that_may_not_be() {
    let office = Office::start().await;
    let [one, other] = office.staff;
    let (first, first_pairing) = office.held("东圩村", one).await;
    let (second, second_pairing) = office.held("东圩村", one).await;
    let all = json!({ "paired": true });
    // Even loads would be another matter: what holds stays.
    let run = office.run(&all).await;
    assert_eq!((&run["households"], &run["kept"]), (&json!(3), &json!(2)));
    let today = office.server.app.today();
    office.confirm(&run, today).await.expect(200);
    assert_eq!(office.now(first).await, Some((first_pairing, one)));
    assert_eq!(office.now(second).await, Some((second_pairing, one)));
    assert_eq!(office.now(office.household).await.unwrap().1, other);

    let forbidden = json!({
        "kind": "relative", "household_id": first, "staff_id": one, "reason": "表兄",
    });
    let post = office.client.post("/pairing-constraints").json(&forbidden);
    post.await.expect(201);
    let run = office.run(&all).await;
    assert_eq!((&run["placed"], &run["kept"]), (&json!(3), &json!(2)));
    // Not before what gives way began, nor while the new one is away.
    let early = office.confirm(&run, office.day(-11)).await;
    early.expect_problem(422, "end_before_start");
    let leave = json!({
        "from_date": office.day(-4), "to_date": office.day(-3), "reason": "病假",
    });
    let post = office
        .client
        .post(&format!("/staff/{other}/leaves"))
        .json(&leave);
    post.await.expect(201);
    let away = office.confirm(&run, office.day(-3)).await;
    away.expect_problem(409, "helper_away");
    assert_eq!(office.now(first).await, Some((first_pairing, one)));
    office.confirm(&run, office.day(-2)).await.expect(200);
    let (begun, person) = office.now(first).await.unwrap();
    assert_eq!(person, other);
    let history = items(&office.client, &format!("/pairings?household_id={first}")).await;
    assert_eq!(history[0]["id"], begun.to_string());
    assert_eq!(history[0]["from_date"], office.day(-2).to_string());
    assert_eq!(history[1]["to_date"], office.day(-2).to_string());
    let reason = history[1]["end_reason"].as_str().unwrap();
    assert!(reason.contains("亲属回避（表兄）"), "{reason}");
    assert_eq!(office.now(second).await, Some((second_pairing, one)));

    // More than one may have: the others have no place, so it stays, and the run says so.
    office.set(one, &json!({ "capacity": 0 })).await;
    office.set(other, &json!({ "capacity": 2 })).await;
    let run = office.run(&all).await;
    assert_eq!((&run["unplaced"], &run["kept"]), (&json!(1), &json!(2)));
    office.confirm(&run, today).await.expect(200);
    assert_eq!(office.now(second).await, Some((second_pairing, one)));
    // With a place elsewhere it goes there.
    office.set(other, &json!({ "capacity": 3 })).await;
    let run = office.run(&all).await;
    office.confirm(&run, today).await.expect(200);
    assert_eq!(office.now(second).await.unwrap().1, other);
}

#[tokio::test]
async fn a_pair_that_may_not_be_ends_even_if_nobody_follows() {
    let office = Office::start().await;
    let [one, other] = office.staff;
    office.set(other, &json!({ "active": false })).await;
    let since = office.day(-10);
    office.server.pair(office.household, one, since).await;
    office.constrain("forbidden", one, "群众反映").await;
    let run = office.run(&json!({ "paired": true })).await;
    assert_eq!((&run["unplaced"], &run["kept"]), (&json!(1), &json!(0)));
    office.confirm(&run, office.day(0)).await.expect(200);
    assert_eq!(office.now(office.household).await, None);
}

#[tokio::test]
async fn a_pin_moves_a_pair_that_holds() {
    let office = Office::start().await;
    let [one, other] = office.staff;
    let since = office.day(-10);
    office.server.pair(office.household, one, since).await;
    office.constrain("pinned", other, "熟悉").await;
    let run = office.run(&json!({ "paired": true })).await;
    office.confirm(&run, office.day(0)).await.expect(200);
    assert_eq!(office.now(office.household).await.unwrap().1, other);
}

#[tokio::test]
async fn a_run_of_a_unit_is_about_its_own_households() {
    let office = Office::start().await;
    let [one, other] = office.staff;
    let (held, pairing) = office.held("西圩村", one).await;
    let (foreign, foreign_pairing) = office.held("东圩村", other).await;
    let staff = office
        .client
        .get(&format!("/staff/{one}"))
        .await
        .expect(200);
    let unit = staff["unit_id"].as_str().unwrap();
    // office.household lies in 东圩村, to which the unit is not linked yet.
    let scope = json!({ "unit_id": unit, "paired": true });
    let run = office.run(&scope).await;
    assert_eq!((&run["households"], &run["kept"]), (&json!(1), &json!(1)));
    let villages = json!({ "villages": [{ "town": "青禾镇", "village": "东圩村" }] });
    let put = office
        .client
        .put(&format!("/units/{unit}/villages"))
        .if_match("*");
    put.json(&villages).await.expect(200);
    let run = office.run(&scope).await;
    assert_eq!((&run["households"], &run["kept"]), (&json!(2), &json!(1)));
    office.confirm(&run, office.day(0)).await.expect(200);
    assert_eq!(office.now(office.household).await.unwrap().1, one);
    assert_eq!(office.now(held).await, Some((pairing, one)));
    assert_eq!(office.now(foreign).await, Some((foreign_pairing, other)));
    let nobody = json!({ "unit_id": Uuid::now_v7() });
    let call = office.client.post("/pairing-runs").json(&nobody);
    call.await.expect_problem(422, "nothing_to_pair");
}
