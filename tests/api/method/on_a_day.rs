//! The six points as of a day in the past.

use chrono::NaiveDate;
use chrono::TimeDelta;
use qianshou::household::{Health, HouseholdFacts, PovertyStatus};
use qianshou::method::{PointState, PointStatus};
use qianshou::{method, settings};

use crate::support::TestServer;
use crate::support::helped_household::{HelpedHousehold, all_seen};
use crate::support::lifts::{SPRING, lift_household, propose_lift, relapse_lift};
use crate::support::register::{day, sound_household};

/// A day in the past knows nothing of what came after it.
#[tokio::test]
async fn a_day_in_the_past_leaves_out_what_came_later() {
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    office.visit_showing(10, all_seen()).await;
    office.visit_showing(2, all_seen()).await;
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
    let office = HelpedHousehold::open().await;
    let server = &office.server;
    office.visit_showing(30, all_seen()).await;
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

/// The sixth point of the only household as of a day.
async fn lifted_on(server: &TestServer, day: NaiveDate) -> PointState {
    let mut tx = server.db.read().await.unwrap();
    let settings = settings::store::load(&mut tx).await.unwrap();
    let all = method::evaluate_all(&mut tx, &settings, day).await.unwrap();
    assert_eq!(all.len(), 1);
    all[0].1[5].clone()
}

/// What the register says since an earlier fall overtakes no later lift, whatever else is changed of the household.
#[tokio::test]
async fn a_household_that_was_lifted_again_stays_so_when_its_record_changes() {
    let (server, office) = TestServer::start_with_office().await;
    let relapsed = HouseholdFacts {
        status: PovertyStatus::Relapsed,
        ..sound_household("王大山")
    };
    let household = server.add_household(relapsed).await;
    lift_household(&office, household, SPRING).await;
    let change = async |days: i64, change: fn(&mut HouseholdFacts)| {
        let at = server.app.now() - TimeDelta::days(days);
        let changed = server.change_household_at(household, "测试", at, change);
        changed.await;
    };
    change(40, |facts| facts.phone = Some("13800000000".to_owned())).await;
    let point = lifted_on(&server, server.days_ago(0)).await;
    assert_eq!(
        (point.state, point.since),
        (PointStatus::Met, Some(day(SPRING[5])))
    );
    // It falls back once more, and then something else is changed.
    change(30, |facts| facts.status = PovertyStatus::LiftedWithPolicy).await;
    change(20, |facts| facts.status = PovertyStatus::Relapsed).await;
    change(10, |facts| facts.phone = None).await;
    let point = lifted_on(&server, server.days_ago(0)).await;
    let fell_on = server.days_ago(20);
    assert_eq!(
        (point.state, point.since),
        (PointStatus::Stale, Some(fell_on))
    );
    let before = lifted_on(&server, server.days_ago(21)).await;
    assert_eq!(before.state, PointStatus::Met);
}

/// A lift that began later hides none that held on the day.
#[tokio::test]
async fn a_day_in_the_past_knows_the_lift_that_held_then() {
    let (server, office) = TestServer::start_with_office().await;
    let household = server.add_household(sound_household("王大山")).await;
    let first = lift_household(&office, household, SPRING).await;
    relapse_lift(&office, &first, "2026-06-01").await;
    let again = propose_lift(&office, household, "2026-06-20").await;
    for (on, state, lift) in [
        ("2026-02-28", PointStatus::Missing, None),
        ("2026-03-10", PointStatus::Missing, Some(&first)),
        ("2026-04-01", PointStatus::Met, Some(&first)),
        ("2026-06-10", PointStatus::Missing, Some(&first)),
        ("2026-06-20", PointStatus::Missing, Some(&again)),
    ] {
        let point = lifted_on(&server, day(on)).await;
        assert_eq!(point.state, state, "{on}");
        let shown = point.evidence.iter();
        let shown: Vec<_> = shown.map(|it| it.id.to_string()).collect();
        match lift {
            Some(lift) => assert_eq!(&shown, &[lift.clone()], "{on}"),
            None => assert_eq!(shown, [household.to_string()], "{on}"),
        }
    }
}
