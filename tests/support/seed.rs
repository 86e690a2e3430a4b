//! What visits and the six points need on the register.

use chrono::{Days, NaiveDate};
use qianshou::household::model::{HouseholdFacts, Member};
use qianshou::household::{Category, Cause, Health, Labour, Measure, Relation, Sex};
use qianshou::insert;
use uuid::Uuid;

use super::TestServer;

/// A household of one whose register is complete.
pub fn complete_household(head: &str) -> HouseholdFacts {
    HouseholdFacts {
        category: Some(Category::General),
        main_cause: Some(Cause::Illness),
        income_per_head_fen: Some(480_000),
        housing_safe: Some(true),
        water_safe: Some(true),
        wishes: Some("想把病看好".to_owned()),
        approach: Some("先看病，后就业".to_owned()),
        measures: vec![Measure::Employment, Measure::Health],
        members: vec![Member {
            sex: Some(Sex::Male),
            birth_date: NaiveDate::from_ymd_opt(1975, 3, 1),
            health: Some(Health::ChronicIllness),
            labour: Some(Labour::Ordinary),
            ..Member::of(head, Relation::Head)
        }],
        ..HouseholdFacts::of("草庙镇", "前进村")
    }
}

impl TestServer {
    /// A day so many days before today, in China.
    pub fn days_ago(&self, days: u64) -> NaiveDate {
        self.app.today() - Days::new(days)
    }

    /// Puts a pairing on record that ended on a day.
    pub async fn pair_until(
        &self,
        household_id: Uuid,
        staff_id: Uuid,
        from: NaiveDate,
        to: NaiveDate,
    ) {
        let mut tx = self.db.write().await.unwrap();
        insert!(&mut tx, "pairing", [()], |_pairing| {
            id: Uuid::now_v7(),
            household_id: household_id,
            staff_id: staff_id,
            from_date: from,
            to_date: to,
            reason: "测试",
            started_at: self.app.now(),
            started_by: "测试",
        })
        .unwrap();
        tx.commit().await.unwrap();
    }

    /// A household that has been a helper's for a year.
    pub async fn household_of(&self, staff_id: Uuid) -> Uuid {
        let id = self.add_household(complete_household("王二喜")).await;
        self.pair(id, staff_id, self.days_ago(365)).await;
        id
    }
}
