//! Households and pairings, put on the register without going through a roster or a run.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, NaiveDate, Utc};
use qianshou::access::history::Actor;
use qianshou::codes::Action;
use qianshou::household::staging::{self, Planned};
use qianshou::household::{
    self, Cause, Household, HouseholdFacts, IdentityNumber, Measure, Member, Relation,
};
use qianshou::roster::RosterKind;
use uuid::Uuid;

use super::TestServer;

/// Whoever changes records in a test, past the API.
pub fn tester(at: DateTime<Utc>, import_id: Option<Uuid>) -> Actor<'static> {
    Actor {
        account: "测试",
        at,
        import_id,
    }
}

/// Tells the people of all tests apart.
static PEOPLE: AtomicU32 = AtomicU32::new(0);

/// A person who is on no register yet.
pub fn person(name: &str, relation: Relation, born: &str) -> Member {
    let number = PEOPLE.fetch_add(1, Ordering::Relaxed) % 1000;
    let mut member = Member::of(name, relation);
    member.identity_number =
        Some(IdentityNumber::from_body(&format!("320999{born}{number:03}")).unwrap());
    member.birth_date = member
        .identity_number
        .as_ref()
        .map(IdentityNumber::birth_date);
    member.sex = member.identity_number.as_ref().map(IdentityNumber::sex);
    member.resident_medical = Some(true);
    member
}

/// A number for a record with this id: of letters alone, so that no part of it is taken for a telephone or
/// identity number and masked. Numbers are in the order of their ids, by which the cheapest of equals is
/// chosen.
pub fn record_number(id: Uuid) -> String {
    let letter = |digit: char| match digit {
        '0'..='9' => char::from(b'a' + digit as u8 - b'0'),
        other => char::from(b'k' + other as u8 - b'a'),
    };
    id.simple().to_string().chars().map(letter).collect()
}

/// A household of which all is known, with a head and a spouse; its income is above the line.
pub fn facts(town: &str, village: &str) -> HouseholdFacts {
    let mut facts = HouseholdFacts::of(town, village);
    facts.number = Some(record_number(Uuid::now_v7()));
    facts.main_cause = Some(Cause::Illness);
    facts.income_per_head_fen = Some(680_000);
    facts.housing_safe = Some(true);
    facts.water_safe = Some(true);
    facts.measures = vec![Measure::Health];
    facts.members = vec![
        person("王大山", Relation::Head, "19700101"),
        person("李秀英", Relation::Spouse, "19710202"),
    ];
    facts
}

/// A household of one whose head has this name; it meets every condition of a lift.
pub fn sound_household(head: &str) -> HouseholdFacts {
    let mut facts = facts("大中镇", "双喜村");
    facts.members = vec![person(head, Relation::Head, "19700506")];
    facts
}

/// A day.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn changed(before: Household, facts: HouseholdFacts) -> Planned {
    Planned {
        household_id: before.id,
        action: Action::Changed,
        before: Some(before),
        facts,
        place: String::new(),
        has_errors: false,
        conflicts: Vec::new(),
        departures: Vec::new(),
    }
}

impl TestServer {
    /// Replaces what the register says of a household, as an import does; gives the import.
    pub async fn change_household(
        &self,
        id: Uuid,
        change: impl FnOnce(&mut HouseholdFacts),
    ) -> Uuid {
        self.change_household_at(id, "测试", self.app.now(), change)
            .await
    }

    /// Replaces what the register says of a household, as an import by this account does then.
    pub async fn change_household_at(
        &self,
        id: Uuid,
        actor: &str,
        at: DateTime<Utc>,
        change: impl FnOnce(&mut HouseholdFacts),
    ) -> Uuid {
        let mut tx = self.db.read().await.unwrap();
        let before = household::store::find(&mut tx, id).await.unwrap().unwrap();
        drop(tx);
        let mut facts = before.facts.clone();
        change(&mut facts);
        self.take_over(actor, at, &[changed(before, facts)]).await
    }

    /// Replaces what the register says of several households at once.
    pub async fn replace_households(&self, changes: Vec<(Household, HouseholdFacts)>) {
        let planned: Vec<_> = changes
            .into_iter()
            .map(|(before, facts)| changed(before, facts))
            .collect();
        self.take_over("测试", self.app.now(), &planned).await;
    }

    /// Puts a household on the register.
    pub async fn add_household(&self, facts: HouseholdFacts) -> Uuid {
        let household_id = Uuid::now_v7();
        let planned = Planned {
            household_id,
            action: Action::New,
            before: None,
            facts,
            place: String::new(),
            has_errors: false,
            conflicts: Vec::new(),
            departures: Vec::new(),
        };
        self.take_over("测试", self.app.now(), &[planned]).await;
        household_id
    }

    async fn take_over(&self, actor: &str, now: DateTime<Utc>, planned: &[Planned]) -> Uuid {
        let import_id = Uuid::now_v7();
        let mut tx = self.db.write().await.unwrap();
        qianshou::insert!(&mut tx, "import", [()], |_import| {
            id: import_id,
            kind: RosterKind::Households,
            file_name: "测试.xlsx",
            file_sha256: "",
            at: now,
            actor: actor,
        })
        .unwrap();
        for inserts in staging::inserts(tx.engine(), import_id, 0, planned).unwrap() {
            inserts.run(&mut tx).await.unwrap();
        }
        let actor = Actor {
            account: actor,
            at: now,
            import_id: Some(import_id),
        };
        staging::take_over(&mut tx, actor).await.unwrap();
        while staging::clear(&mut tx, import_id, false).await.unwrap() {}
        tx.commit().await.unwrap();
        import_id
    }

    /// Makes a person responsible for a household since a day.
    pub async fn pair(&self, household_id: Uuid, staff_id: Uuid, from: NaiveDate) -> Uuid {
        let (id, now) = (Uuid::now_v7(), self.app.now());
        let mut tx = self.db.write().await.unwrap();
        qianshou::insert!(&mut tx, "pairing", [()], |_pairing| {
            id: id,
            household_id: household_id,
            staff_id: staff_id,
            from_date: from,
            reason: "测试",
            started_at: now,
            started_by: "test",
        })
        .unwrap();
        tx.commit().await.unwrap();
        id
    }
}
