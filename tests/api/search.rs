//! Searching households and staff: what is found, by whom, and in whatever way it is typed.

use qianshou::access::Role;
use qianshou::household::{HouseholdFacts, Relation};

use crate::support::register::{facts, person};
use crate::support::staff::{add_person, add_person_with};
use crate::support::{Client, TestServer};

async fn found(client: &Client, path: &str, search: &str) -> Vec<String> {
    let page = client
        .get(path)
        .query(&[("search", search)])
        .await
        .expect(200);
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// A household whose number and telephones are its own.
fn family(number: &str, spouse: &str, phone: &str) -> HouseholdFacts {
    let mut family = facts("青禾镇", "东圩村");
    family.number = Some(number.to_owned());
    spouse.clone_into(&mut family.members[1].name);
    family.members[1].phone = Some(phone.to_owned());
    family
}

#[tokio::test(flavor = "multi_thread")]
async fn members_telephones_and_ends_of_numbers_are_found_in_whatever_way_they_are_typed() {
    let (server, office) = TestServer::start_with_office().await;
    let mut facts = family("DF-001", "买买提·艾力", "0515-83512345");
    facts.phone = Some("19000000077".to_owned());
    let identity = facts.members[1].identity_number.unwrap();
    let id = server.add_household(facts).await.to_string();
    server
        .add_household(family("DF-002", "Wang Fang", "19000000012"))
        .await;
    let end = identity.whole()[13..].to_lowercase();
    for search in [
        "df-001",
        "ＤＦ－００１",
        "-001",
        "艾力",
        "买买提艾力",
        "买买提 · 艾力",
        "买买提•艾力",
        "83512345",
        "0515 8351",
        "８３５１２３",
        "00077",
        identity.whole(),
        &end,
    ] {
        assert_eq!(
            found(&office, "/households", search).await,
            [id.clone()],
            "{search}"
        );
    }
    for search in ["wangfang", "WANG FANG", "ｗａｎｇ", "g f"] {
        let found = found(&office, "/households", search).await;
        assert!(
            found.len() == 1 && found != [id.clone()],
            "{search}: {found:?}"
        );
    }
    // Too few digits, a telephone across two, and what stands there in another order.
    for search in ["12", "艾力买买提", "00007719000", "%", "买_买"] {
        assert!(
            found(&office, "/households", search).await.is_empty(),
            "{search}"
        );
    }
    assert_eq!(
        found(&office, "/households", " ").await.len(),
        2,
        "nothing is searched for"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_by_what_they_do_not_see() {
    let (server, office) = TestServer::start_with_office().await;
    let (leader, helper) = (
        server.client(Role::Leader).await,
        server.client(Role::Helper).await,
    );
    let own = family("AA", "孙巧云", "19000000031");
    let identity = own.members[0].identity_number.unwrap();
    let own = server.add_household(own).await;
    let strange = family("BB", "孙巧云", "19000000032");
    let of_stranger = strange.members[1].identity_number.unwrap();
    let strange = server.add_household(strange).await;
    server
        .pair(own, helper.staff_id.unwrap(), server.app.today())
        .await;
    let (own, strange) = (own.to_string(), strange.to_string());
    let ids = |ids: &[&String]| ids.iter().map(|id| (*id).clone()).collect::<Vec<_>>();
    for (search, by_office, by_helper, by_leader) in [
        (
            "孙巧云",
            ids(&[&own, &strange]),
            ids(&[&own]),
            ids(&[&own, &strange]),
        ),
        ("19000000031", ids(&[&own]), ids(&[&own]), vec![]),
        ("00031", ids(&[&own]), ids(&[&own]), vec![]),
        ("19000000032", ids(&[&strange]), vec![], vec![]),
        (identity.whole(), ids(&[&own]), vec![], vec![]),
        (&identity.whole()[14..], ids(&[&own]), vec![], vec![]),
        (of_stranger.whole(), ids(&[&strange]), vec![], vec![]),
        ("bb", ids(&[&strange]), vec![], ids(&[&strange])),
    ] {
        for (client, expected) in [
            (&office, by_office),
            (&helper, by_helper),
            (&leader, by_leader),
        ] {
            let mut found = found(client, "/households", search).await;
            found.sort_unstable();
            let mut expected = expected;
            expected.sort_unstable();
            assert_eq!(found, expected, "{search}: {}", client.username);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_the_staff_are_found_by_number_name_telephone_and_identity_number() {
    let (server, office) = TestServer::start_with_office().await;
    let leader = server.client(Role::Leader).await;
    let identity = person("张三", Relation::Other, "19800101")
        .identity_number
        .unwrap();
    let id = add_person_with(&server, "东圩小学", "古丽·巴哈尔", |person| {
        person.number = Some("Ls-0017".to_owned());
        person.phone = Some("13800000456".to_owned());
        person.identity_number = Some(identity);
    })
    .await;
    add_person(&server, "东圩小学", "王五").await;
    let end = &identity.whole()[13..];
    for (search, by_office, by_leader) in [
        ("LS-0017", true, true),
        ("0017", true, false),
        ("古丽 巴哈尔", true, true),
        ("00456", true, true),
        (identity.whole(), true, false),
        (end, true, false),
    ] {
        for (client, is_found) in [(&office, by_office), (&leader, by_leader)] {
            let expected: Vec<_> = is_found.then(|| id.to_string()).into_iter().collect();
            let name = &client.username;
            assert_eq!(
                found(client, "/staff", search).await,
                expected,
                "{search} {name}"
            );
        }
    }
}
