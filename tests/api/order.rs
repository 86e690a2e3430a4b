//! Names and places stand in one order, in every list and workbook.

use std::fmt::Display;

use qianshou::access::Role;
use qianshou::household::HouseholdFacts;
use serde_json::{Value, json};

use crate::support::TestServer;
use crate::support::book::Book;
use crate::support::register::facts;
use crate::support::roster::{HOUSEHOLDS, numbered_household, roster_of};
use crate::support::staff::add_person;

const TOWNS: [&str; 5] = ["北关镇", "草庙镇", "第2镇", "第十镇", "青山镇"];
const UNITS: [&str; 4] = ["北关小学", "第2小学", "第10小学", "实验小学"];
const NAMES: [&str; 3] = ["艾米", "陈二", "王五"];

/// Each once, in the order in which they come.
fn once(names: impl IntoIterator<Item = impl Display>) -> Vec<String> {
    let mut names: Vec<_> = names.into_iter().map(|name| name.to_string()).collect();
    names.dedup();
    names
}

fn of<'a>(items: &'a [Value], field: &'a str) -> impl Iterator<Item = &'a str> {
    items.iter().map(move |item| item[field].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_workbooks_have_names_and_places_in_one_order() {
    let (server, office) = TestServer::start_with_office().await;
    let mut people = Vec::new();
    for unit in UNITS.iter().rev() {
        for name in NAMES.iter().rev() {
            people.push(add_person(&server, unit, name).await);
        }
    }
    let today = server.app.today();
    for (town, person) in TOWNS.iter().rev().cycle().zip(&people) {
        let id = server.add_household(facts(town, "双喜村")).await;
        server.pair(id, *person, today).await;
    }
    let households = office.paged("/households", 2).await;
    assert_eq!(once(of(&households, "town")), TOWNS);
    let points = office.paged("/method", 2).await;
    assert_eq!(once(of(&points, "town")), TOWNS);
    let units = office.paged("/units", 1).await;
    let units: Vec<_> = of(&units, "name")
        .filter(|name| UNITS.contains(name))
        .collect();
    assert_eq!(units, UNITS);
    let staff = office.paged("/staff", 2).await;
    let staff: Vec<_> = staff
        .iter()
        .filter(|it| NAMES.contains(&it["name"].as_str().unwrap()))
        .cloned()
        .collect();
    assert_eq!(once(of(&staff, "unit")), UNITS);
    assert_eq!(of(&staff[..3], "name").collect::<Vec<_>>(), NAMES);

    let progress = office.get("/progress").await.expect(200);
    let rows = |key: &str| progress[key].as_array().unwrap().clone();
    assert_eq!(once(of(&rows("towns"), "town")), TOWNS);
    assert_eq!(once(of(&rows("units"), "unit")), UNITS);
    assert_eq!(once(of(&rows("helpers"), "unit")), UNITS);
    assert_eq!(once(of(&rows("helpers")[..3], "name")), NAMES);

    let mut book = Book::open(&office.download("/reports/progress").await);
    let column = |book: &mut Book, sheet: &str, heading: &str, rows: usize| {
        once(book.column(sheet, heading).into_iter().take(rows))
    };
    assert_eq!(column(&mut book, "户台账", "镇", people.len()), TOWNS);
    assert_eq!(column(&mut book, "单位", "帮扶单位", UNITS.len()), UNITS);
    assert_eq!(column(&mut book, "帮扶责任人", "帮扶责任人", 3), NAMES);
    let mut roll = Book::open(&office.download("/reports/pairings").await);
    assert_eq!(column(&mut roll, "全部", "单位", people.len()), UNITS);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_before_get_their_place_when_the_database_is_opened() {
    let (server, office) = TestServer::start_with_office().await;
    for town in TOWNS.iter().rev() {
        server.add_household(facts(town, "双喜村")).await;
    }
    let mut tx = server.db.write().await.unwrap();
    qianshou::on!(&mut tx, connection => sqlx::query("UPDATE household SET area_key = ''")
        .execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    let count = office.paged("/households", 2).await.len();
    assert_eq!(count, TOWNS.len(), "none is lost meanwhile");
    server.database.open().await;
    let households = office.paged("/households", 2).await;
    assert_eq!(once(of(&households, "town")), TOWNS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_moves_in_the_order_with_the_name_of_its_place() {
    let (server, office) = TestServer::start_with_office().await;
    for town in ["北关镇", "青山镇"] {
        server.add_household(facts(town, "双喜村")).await;
    }
    let renamed = json!({
        "town": "北关镇", "new_town": "西关镇", "reason": "区划调整",
    });
    let answer = office.post("/renamings").json(&renamed).key("rename").await;
    assert!([200, 201].contains(&answer.status), "{}", answer.text());
    let leader = server.client(Role::Leader).await;
    let households = leader.paged("/households", 1).await;
    assert_eq!(once(of(&households, "town")), ["青山镇", "西关镇"]);
}

/// Names that begin alike, are read alike or differ in the form of a letter alone are different places.
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_finds_the_households_of_its_place_and_no_others() {
    let (server, office) = TestServer::start_with_office().await;
    let places = [
        ("北关", "双喜村"),
        ("北关镇", "双喜"),
        ("北关镇", "双喜村"),
        ("北关镇", "双喜村一"),
        ("北关镇一", "双喜村"),
        ("第2镇", "A村"),
        ("第2镇", "a村"),
        ("第二镇", "Ａ村"),
        ("第10镇", "第2村"),
        ("第10镇", "第二村"),
    ];
    for (town, village) in places {
        server.add_household(facts(town, village)).await;
    }
    let found = async |path: String| {
        let households = office.paged(&path, 1).await;
        let mut found: Vec<_> = of(&households, "town")
            .map(str::to_owned)
            .zip(of(&households, "village").map(str::to_owned))
            .collect();
        found.sort();
        found
    };
    let wanted = |is_one: &dyn Fn(&(&str, &str)) -> bool| {
        let mut wanted: Vec<_> = places
            .iter()
            .filter(|it| is_one(it))
            .map(|(town, village)| ((*town).to_owned(), (*village).to_owned()))
            .collect();
        wanted.sort();
        wanted
    };
    // Each town stands whole, also among those that are read alike.
    let towns = once(of(&office.paged("/households", 3).await, "town"));
    let distinct: std::collections::BTreeSet<_> = places.iter().map(|(town, _)| town).collect();
    assert_eq!(towns.len(), distinct.len(), "{towns:?}");
    for (town, village) in places {
        assert_eq!(
            found(format!("/households?town={town}")).await,
            wanted(&|it| it.0 == town)
        );
        assert_eq!(
            found(format!("/households?village={village}")).await,
            wanted(&|it| it.1 == village)
        );
        assert_eq!(
            found(format!("/households?town={town}&village={village}")).await,
            wanted(&|it| *it == (town, village))
        );
    }
}

/// Between the check of an import and its commit the program may have got another order.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_version_has_staged_is_found_by_its_place() {
    let (server, office) = TestServer::start_with_office().await;
    let of_town = |number: &str, town: &str| HouseholdFacts {
        town: town.to_owned(),
        ..numbered_household(number)
    };
    let households = [of_town("A1", "青山镇"), of_town("A2", "北关镇")];
    let preview = office.preview(HOUSEHOLDS, roster_of(&households)).await;
    let mut tx = server.db.write().await.unwrap();
    qianshou::on!(&mut tx, connection => sqlx::query("UPDATE staged_household SET area_key = '1abc'")
        .execute(connection).await.map(|_| ()))
    .unwrap();
    tx.commit().await.unwrap();
    office.commit(&preview).await.expect(200);
    let all = office.paged("/households", 1).await;
    assert_eq!(once(of(&all, "town")), ["北关镇", "青山镇"]);
    let one = office.paged("/households?town=北关镇", 1).await;
    assert_eq!(one.len(), 1);
}
