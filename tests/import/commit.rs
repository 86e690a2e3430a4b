//! The commit of an import: one switch, or nothing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use qianshou::access::Role;
use qianshou::{household, on};
use serde_json::{Value, json};

use crate::support::roster::{
    HOUSEHOLDS, by_number, household_id, import_path, numbered_household, register_by_number,
    roster_of, wait_until_tidied,
};
use crate::support::{Dice, RosterFile, SEED, Service, TestServer, XLSX};

#[tokio::test]
async fn a_commit_is_refused_when_the_register_changed_underneath() {
    let (server, office) = TestServer::start_with_office().await;
    let (mut one, mut two) = (numbered_household("E1"), numbered_household("E2"));
    office
        .import(HOUSEHOLDS, roster_of(&[one.clone(), two.clone()]))
        .await;
    one.remark = Some("来自名册".to_owned());
    let preview = office
        .preview(HOUSEHOLDS, roster_of(&[one.clone(), two.clone()]))
        .await;
    // One that the preview calls unchanged is part of what was looked at, too.
    for number in ["E1", "E2"] {
        let id = household_id(&server, number).await;
        server
            .change_household(id, |facts| facts.address = Some("他人改过".to_owned()))
            .await;
    }
    let before = register_by_number(&server.db).await;
    let problem = office
        .commit(&preview)
        .await
        .expect_problem(409, "register_changed");
    let named: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["detail"].as_str().unwrap())
        .collect();
    assert_eq!(
        named,
        ["名册!2 户编号 E1 王大山", "名册!4 户编号 E2 王大山"]
    );
    assert_eq!(register_by_number(&server.db).await, before);
    let answer = office.post(&import_path(&preview, "/check")).await;
    let again = office.checked(&answer).await;
    assert_eq!(again["report"]["households"]["changed"], 1, "{again:#}");
    assert_eq!(again["report"]["households"]["unchanged"], 1, "{again:#}");
    office.commit(&again).await.expect(200);
    // The roster's address is empty, which clears nothing.
    for facts in [&mut one, &mut two] {
        facts.address = Some("他人改过".to_owned());
    }
    assert_eq!(register_by_number(&server.db).await, by_number(&[one, two]));
}

#[tokio::test]
async fn a_commit_is_refused_when_a_number_or_a_person_came_meanwhile() {
    let (server, office) = TestServer::start_with_office().await;
    let (one, two) = (numbered_household("F1"), numbered_household("F2"));
    let by_its_number = office
        .preview(
            HOUSEHOLDS,
            roster_of(&[one.clone(), numbered_household("F3")]),
        )
        .await;
    let by_a_person = office.preview(HOUSEHOLDS, roster_of(&[two.clone()])).await;
    server.add_household(numbered_household("F1")).await;
    let mut moved = numbered_household("F9");
    moved.members[1] = two.members[1].clone();
    server.add_household(moved).await;
    let before = register_by_number(&server.db).await;
    for (import, head) in [(&by_its_number, "F1"), (&by_a_person, "F2")] {
        let problem = office
            .commit(import)
            .await
            .expect_problem(409, "register_changed");
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{problem:#}");
        assert!(errors[0]["detail"].as_str().unwrap().contains(head));
    }
    assert_eq!(register_by_number(&server.db).await, before);
}

#[tokio::test]
async fn the_same_file_sent_twice_is_taken_in_once() {
    let (server, office) = TestServer::start_with_office().await;
    let bytes = roster_of(&[numbered_household("G1"), numbered_household("G2")]);
    let first = office.preview(HOUSEHOLDS, bytes.clone()).await;
    let second = office.preview(HOUSEHOLDS, bytes).await;
    assert_eq!(first["file_sha256"], second["file_sha256"]);
    office.commit(&first).await.expect(200);
    office
        .commit(&second)
        .await
        .expect_problem(409, "register_changed");
    let answer = office.post(&import_path(&second, "/check")).await;
    let again = office.checked(&answer).await;
    assert_eq!(again["report"]["households"]["unchanged"], 2, "{again:#}");
    assert!(
        again["message"]
            .as_str()
            .unwrap()
            .contains("与现有登记一致")
    );
    office.commit(&again).await.expect(200);
    assert_eq!(register_by_number(&server.db).await.len(), 2);
}

#[tokio::test]
async fn of_two_commits_at_once_one_wins() {
    let (server, office) = TestServer::start_with_office().await;
    for round in 0..5 {
        let number = format!("H{round}");
        let preview = office
            .preview(HOUSEHOLDS, roster_of(&[numbered_household(&number)]))
            .await;
        let (one, other) = tokio::join!(office.commit(&preview), office.commit(&preview));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let loser = if one.status == 409 { one } else { other };
        loser.expect_problem(409, "import_not_ready");
        // The same of two imports that want the same number.
        let number = format!("I{round}");
        let (a, b) = tokio::join!(
            office.preview(HOUSEHOLDS, roster_of(&[numbered_household(&number)])),
            office.preview(HOUSEHOLDS, roster_of(&[numbered_household(&number)])),
        );
        let (one, other) = tokio::join!(office.commit(&a), office.commit(&b));
        let loser = if one.status == 409 { one } else { other };
        loser.expect_problem(409, "register_changed");
    }
    assert_eq!(register_by_number(&server.db).await.len(), 10);
}

#[tokio::test]
async fn good_rows_alone_are_taken_in_only_when_that_is_chosen() {
    let (server, office) = TestServer::start_with_office().await;
    let (mut from, mut to) = (numbered_household("J1"), numbered_household("J2"));
    office
        .import(HOUSEHOLDS, roster_of(&[from.clone(), to.clone()]))
        .await;
    let before = register_by_number(&server.db).await;
    // J1 is wrong, so it keeps its person, and J2 cannot get them; J3 is good, J4 is wrong.
    to.members.push(from.members.remove(1));
    to.members[2].relation = household::Relation::Other;
    let good = numbered_household("J3");
    let file = RosterFile::households(&[from, to, good.clone(), numbered_household("J4")])
        .with(0, "健康状况", "还行")
        .with(6, "健康状况", "还行");
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(preview["error_count"], 2, "{preview:#}");
    assert_eq!(preview["left_out"], 3, "{preview:#}");
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_has_errors");
    assert_eq!(register_by_number(&server.db).await, before);
    let changes = office
        .get(&import_path(&preview, "/changes"))
        .await
        .expect(200);
    let good_ones: Vec<_> = changes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["number"].as_str().unwrap(), change["good"] == true))
        .collect();
    assert_eq!(
        good_ones,
        [("J1", false), ("J2", false), ("J3", true), ("J4", false)]
    );
    let import = office
        .post(&import_path(&preview, "/commit"))
        .json(&json!({ "good_rows_only": true }))
        .await
        .expect(200);
    assert_eq!(import["good_rows_only"], true);
    assert_eq!(import["committed_by"], office.username);
    let message = import["message"].as_str().unwrap();
    assert!(
        message.contains("新增 1 户，变更 0 户，未变 0 户；3 户未导入"),
        "{message}"
    );
    let mut after = before;
    after.insert("J3".to_owned(), good);
    assert_eq!(register_by_number(&server.db).await, after);

    // A file without anything good in it is refused all the same.
    let file = RosterFile::households(&[numbered_household("J5")]).with(0, "健康状况", "还行");
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    office
        .post(&import_path(&preview, "/commit"))
        .json(&json!({ "good_rows_only": true }))
        .await
        .expect_problem(422, "import_has_errors");
}

#[tokio::test]
async fn households_may_exchange_their_numbers() {
    let (server, _office) = TestServer::start_with_office().await;
    let (mut one, mut two) = (numbered_household("K1"), numbered_household("K2"));
    for facts in [&one, &two] {
        server.add_household(facts.clone()).await;
    }
    std::mem::swap(&mut one.members, &mut two.members);
    let ids = [
        household_id(&server, "K1").await,
        household_id(&server, "K2").await,
    ];
    let mut tx = server.db.read().await.unwrap();
    let mut planned = Vec::new();
    for (id, number) in ids.iter().zip(["K2", "K1"]) {
        let before = household::store::find(&mut tx, *id).await.unwrap().unwrap();
        let mut facts = before.facts.clone();
        facts.number = Some(number.to_owned());
        planned.push((before, facts));
    }
    drop(tx);
    server.replace_households(planned).await;
    let register = register_by_number(&server.db).await;
    assert_eq!(register["K1"].members, one.members);
    assert_eq!(register["K2"].members, two.members);
}

/// Talks to a server that may die at any moment.
struct Caller {
    http: reqwest::Client,
    root: String,
    token: String,
}

impl Caller {
    async fn call(&self, request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
        let answer = request.bearer_auth(&self.token).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    async fn settled(&self, id: &str) -> Option<Value> {
        loop {
            let request = self.http.get(format!("{}/imports/{id}", self.root));
            let (status, import) = self.call(request).await?;
            assert_eq!(status, 200, "{import:#}");
            let state = import["state"].as_str().unwrap();
            if !["queued", "reading", "checking"].contains(&state) {
                return Some(import);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn commit(&self, id: &str) -> Option<(u16, Value)> {
        let request = self.http.post(format!("{}/imports/{id}/commit", self.root));
        self.call(request.json(&json!({}))).await
    }

    /// Sends a roster, waits, commits. Nothing if the server died on the way.
    async fn import(&self, bytes: Vec<u8>) -> Option<()> {
        let part = reqwest::multipart::Part::bytes(bytes)
            .file_name("名册.xlsx")
            .mime_str(XLSX)
            .unwrap();
        let form = reqwest::multipart::Form::new().part("file", part);
        let request = self.http.post(format!("{}/imports/households", self.root));
        let (status, import) = self.call(request.multipart(form)).await?;
        assert_eq!(status, 202, "{import:#}");
        let id = import["id"].as_str().unwrap();
        let import = self.settled(id).await?;
        assert_eq!(import["state"], "ready", "{import:#}");
        let (status, import) = self.commit(id).await?;
        assert_eq!(status, 200, "{import:#}");
        Some(())
    }
}

/// Killed at any moment of fifty imports, the service leaves the register as it was before the import
/// or as it is after it, and when it is there again it takes the job up.
#[tokio::test]
async fn a_service_that_is_killed_leaves_the_register_before_or_after() {
    let database = crate::support::TestDatabase::create().await;
    let db = database.open().await;
    let app = qianshou::app::App::new(db.clone());
    let clerk = qianshou::access::making::NewAccount {
        username: "clerk".to_owned(),
        role: Role::Office,
        staff_id: None,
        password: Some(crate::support::PASSWORD.to_owned()),
    };
    let command_line = qianshou::access::Caller::command_line();
    qianshou::access::making::create(&app, &command_line, None, clerk)
        .await
        .unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut service = Service::start(&database.url()).await;
    let url = service.url.clone();
    let session: Value = http
        .post(format!("{url}/api/v1/sessions"))
        .json(&json!({ "username": "clerk", "password": crate::support::PASSWORD }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let caller = Caller {
        http: http.clone(),
        root: format!("{url}/api/v1"),
        token: session["token"].as_str().unwrap().to_owned(),
    };

    let mut households: Vec<_> = (0..8)
        .map(|index| numbered_household(&format!("X{index}")))
        .collect();
    let started = Instant::now();
    caller.import(roster_of(&households)).await.unwrap();
    let mut usual = started.elapsed();
    let (mut dice, mut killed_in) = (Dice(SEED), BTreeMap::new());
    for round in 0..50_usize {
        let before = register_by_number(&db).await;
        // Some change, one is new.
        for facts in households.iter_mut().skip(round % 4).step_by(3) {
            facts.remark = Some(format!("第 {round} 次"));
        }
        households.push(numbered_household(&format!("Y{round}")));
        let after = by_number(&households);
        // From the first byte to a little after the last answer.
        let share = u32::try_from(dice.roll() % 1_000).unwrap();
        let moment = usual * share / 900;
        let started = Instant::now();
        tokio::select! {
            _ = caller.import(roster_of(&households)) => usual = started.elapsed(),
            () = tokio::time::sleep(moment) => {}
        }
        service.kill();
        let now = register_by_number(&db).await;
        assert!(
            now == before || now == after,
            "round {round}: between two states"
        );
        let mut tx = db.read().await.unwrap();
        let state: Option<String> = on!(&mut tx, connection => sqlx::query_scalar(
            "SELECT state FROM import ORDER BY id DESC LIMIT 1",
        )
        .fetch_optional(connection)
        .await)
        .unwrap();
        drop(tx);
        *killed_in.entry(state.unwrap_or_default()).or_insert(0) += 1;

        service.start_again().await;
        let (_, imports) = caller
            .call(http.get(format!("{}/imports?limit=200", caller.root)))
            .await
            .unwrap();
        for import in imports["items"].as_array().unwrap() {
            let id = import["id"].as_str().unwrap();
            let import = caller.settled(id).await.unwrap();
            if import["state"] == "ready" {
                // PostgreSQL may still be at the commit that the killed service had asked for: then
                // this one is refused, and that one counts.
                caller.commit(id).await.unwrap();
            }
            let import = caller.settled(id).await.unwrap();
            assert_eq!(import["state"], "committed", "round {round}: {import:#}");
        }
        if register_by_number(&db).await == before {
            // It died before it had the whole file.
            caller.import(roster_of(&households)).await.unwrap();
        }
        assert_eq!(register_by_number(&db).await, after, "round {round}");
    }
    println!("killed while the last import was: {killed_in:?}");
    assert!(killed_in.len() >= 3, "killed at few moments: {killed_in:?}");
    wait_until_tidied(&db).await;
    service.kill();
    db.close().await;
}
