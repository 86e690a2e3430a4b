//! Reading households: lists, one household, who may see what, what changed.

use chrono::Days;
use qianshou::access::Role;
use qianshou::household::{self, Labour, PovertyStatus};
use serde_json::Value;
use uuid::Uuid;

use crate::support::TestServer;
use crate::support::register::facts;

fn ids(page: &Value) -> Vec<String> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_list_goes_on_page_by_page_and_shows_each_household_once() {
    let server = TestServer::start().await;
    let mut all = Vec::new();
    for number in 0..7 {
        let village = format!("第{}村", number % 3);
        all.push(
            server
                .add_household(facts("青禾镇", &village))
                .await
                .to_string(),
        );
    }
    let office = server.client(Role::Office).await;
    let seen = office.paged("/households", 3).await;
    let mut seen: Vec<_> = seen.iter().map(|one| one["id"].as_str().unwrap()).collect();
    seen.sort_unstable();
    all.sort();
    assert_eq!(seen, all);
    office
        .get("/households?cursor=nonsense")
        .await
        .expect_problem(400, "bad_request");
    office
        .get("/households?limit=201")
        .await
        .expect_problem(400, "bad_request");
}

#[tokio::test]
async fn a_list_can_be_narrowed() {
    let server = TestServer::start().await;
    let mut other = facts("柳湾镇", "北港村");
    other.members[0].name = "赵小军".to_owned();
    other.status = PovertyStatus::Relapsed;
    let number = other.number.clone().unwrap();
    let other = server.add_household(other).await;
    let paired = server.add_household(facts("青禾镇", "东圩村")).await;
    let staff_id = server.add_staff().await;
    server.pair(paired, staff_id, server.app.today()).await;
    let leader = server.client(Role::Leader).await;
    for (filter, expected) in [
        ("town=柳湾镇".to_owned(), other),
        ("village=东圩村".to_owned(), paired),
        ("search=小军".to_owned(), other),
        (format!("search={number}"), other),
        ("status=relapsed".to_owned(), other),
        ("paired=true".to_owned(), paired),
        ("paired=false".to_owned(), other),
        (format!("staff_id={staff_id}"), paired),
    ] {
        let page = leader
            .get(&format!("/households?{filter}"))
            .await
            .expect(200);
        assert_eq!(ids(&page), [expected.to_string()], "{filter}");
    }
    let page = leader
        .get("/households?main_cause=schooling")
        .await
        .expect(200);
    assert!(ids(&page).is_empty());
    // A sign that means "anything" to the database is a letter like any other.
    let page = leader.get("/households?search=%25").await.expect(200);
    assert!(ids(&page).is_empty(), "no name has this sign");
}

#[tokio::test]
async fn a_helper_sees_only_the_households_he_is_responsible_for_now() {
    let server = TestServer::start().await;
    let own = server.add_household(facts("青禾镇", "东圩村")).await;
    let strange = server.add_household(facts("青禾镇", "东圩村")).await;
    let helper = server.client(Role::Helper).await;
    let today = server.app.today();
    server
        .pair(own, helper.staff_id.unwrap(), today - Days::new(30))
        .await;
    server.pair(strange, server.add_staff().await, today).await;
    assert_eq!(
        ids(&helper.get("/households").await.expect(200)),
        [own.to_string()]
    );
    assert_eq!(
        ids(&helper.get("/households?mine=true").await.expect(200)),
        [own.to_string()]
    );
    let seen = helper.get(&format!("/households/{own}")).await.expect(200);
    assert_eq!(seen["helper"]["name"], "张帮扶");
    for id in [strange, Uuid::now_v7()] {
        helper
            .get(&format!("/households/{id}"))
            .await
            .expect_problem(404, "not_found");
        helper
            .get(&format!("/households/{id}/history"))
            .await
            .expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn identity_numbers_are_whole_only_for_the_office() {
    let server = TestServer::start().await;
    let facts = facts("青禾镇", "东圩村");
    let number = facts.members[0].identity_number.unwrap();
    let id = server.add_household(facts).await;
    let path = format!("/households/{id}");
    let helper = server.client(Role::Helper).await;
    server
        .pair(id, helper.staff_id.unwrap(), server.app.today())
        .await;
    for (client, shown) in [
        (server.client(Role::Office).await, number.whole().to_owned()),
        (server.client(Role::Leader).await, number.masked()),
        (helper, number.masked()),
    ] {
        let seen = client.get(&path).await.expect(200);
        assert_eq!(seen["members"][0]["identity_number"], shown.as_str());
    }
}

#[tokio::test]
async fn every_change_is_told_with_old_and_new_and_private_numbers_masked() {
    let server = TestServer::start().await;
    let mut first = facts("青禾镇", "东圩村");
    let number = first.members[1].identity_number.take().unwrap();
    let id = server.add_household(first.clone()).await;
    let other = facts("青禾镇", "东圩村").members.remove(1);
    let come = other.name.clone();
    let mut tx = server.db.read().await.unwrap();
    let before = household::store::find(&mut tx, id).await.unwrap().unwrap();
    drop(tx);
    assert_eq!(before.facts, first, "what was stored reads back the same");
    server
        .change_household_at(id, "office-1", server.app.now(), |facts| {
            facts.phone = Some("19000000001".to_owned());
            facts.members[1].identity_number = Some(number);
            facts.members.push(other);
        })
        .await;

    let path = format!("/households/{id}/history");
    let leader = server.client(Role::Leader).await;
    let history = leader.get(&path).await.expect(200);
    let change = &history["items"][0];
    assert_eq!(
        (&change["version"], &change["recorded_by"]),
        (&2.into(), &"office-1".into())
    );
    let told: Vec<_> = change["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            (
                change["pointer"].as_str().unwrap(),
                change["old"].as_str(),
                change["new"].as_str(),
            )
        })
        .collect();
    assert!(
        told.contains(&("/phone", None, Some("190******01"))),
        "{told:?}"
    );
    let masked = number.masked();
    assert!(
        told.contains(&("/members/1/identity_number", None, Some(masked.as_str()))),
        "{told:?}"
    );
    let persons = change["changes"].as_array().unwrap().iter();
    let comes = persons
        .filter(|change| change["person_change"] == "comes")
        .map(|change| change["person"].as_str().unwrap());
    assert_eq!(comes.collect::<Vec<_>>(), [come]);
    assert!(!history.to_string().contains(number.whole()));
    let office = server.client(Role::Office).await;
    let history = office.get(&path).await.expect(200);
    assert!(history.to_string().contains(number.whole()));
}

#[tokio::test]
async fn all_households_come_with_their_own_members() {
    let server = TestServer::start().await;
    let mut written = Vec::new();
    for _ in 0..5 {
        let facts = facts("青禾镇", "东圩村");
        written.push((server.add_household(facts.clone()).await, facts));
    }
    let mut tx = server.db.read().await.unwrap();
    let read = household::store::open_on(&mut tx, server.app.today())
        .await
        .unwrap();
    written.sort_by_key(|(id, _)| *id);
    let read: Vec<_> = read
        .into_iter()
        .map(|household| (household.id, household.facts))
        .collect();
    assert_eq!(read, written);
}

#[tokio::test]
async fn what_a_data_inspector_would_send_back_stands_on_the_households_page() {
    let (server, office) = TestServer::start_with_office().await;
    let mut doubtful = facts("青禾镇", "东圩村");
    doubtful.members[1].months_worked = Some(3);
    doubtful.members[1].labour = Some(Labour::Lost);
    let id = server.add_household(doubtful).await;
    let seen = office.get(&format!("/households/{id}")).await.expect(200);
    let checks = seen["checks"].as_array().unwrap();
    let about_work: Vec<_> = checks
        .iter()
        .filter(|check| check["field"] == "months_worked")
        .collect();
    assert_eq!(about_work.len(), 1, "{checks:?}");
    assert_eq!(about_work[0]["member"], 1);
    assert!(
        about_work[0]["cure"]
            .as_str()
            .is_some_and(|remedy| !remedy.is_empty())
    );
}
