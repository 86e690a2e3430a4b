//! The six points as of a day in the past.

use chrono::TimeDelta;
use qianshou::household::{Health, HouseholdFacts};
use qianshou::{method, settings};

use crate::support::helped_household::{HelpedHousehold, all_seen};

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
