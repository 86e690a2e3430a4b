//! Households that are lifted by the register: a roster does not make them poor again unasked, and is compared with
//! what the register knows of the year. Over HTTP, with real workbooks.

use qianshou::household::{HouseholdFacts, PovertyStatus};
use serde_json::{Value, json};

use crate::support::register::facts;
use crate::support::roster::{HOUSEHOLDS, import_path, register_by_number, roster_of};
use crate::support::{Client, RosterFile, TestServer};

fn lifted(number: &str) -> HouseholdFacts {
    HouseholdFacts {
        number: Some(number.to_owned()),
        status: PovertyStatus::LiftedWithPolicy,
        lifted_year: Some(2018),
        ..facts("草庙镇", "双喜村")
    }
}

fn poor(facts: &HouseholdFacts) -> HouseholdFacts {
    HouseholdFacts {
        status: PovertyStatus::Poor,
        lifted_year: None,
        ..facts.clone()
    }
}

fn codes(report: &Value) -> Vec<&str> {
    let kinds = report["kinds"].as_array().unwrap().iter();
    kinds.map(|it| it["code"].as_str().unwrap()).collect()
}

async fn answered(office: &Client, preview: &Value, answer: &str) -> Value {
    let decision = json!({ "conflict": "unlifted", "accept": true, "answer": answer });
    office
        .choose(preview, json!({ "decisions": [decision] }))
        .await
}

async fn statuses(server: &TestServer) -> Vec<(PovertyStatus, Option<i64>)> {
    let register = register_by_number(&server.db).await.into_values();
    register.map(|it| (it.status, it.lifted_year)).collect()
}

const LIFTED: (PovertyStatus, Option<i64>) = (PovertyStatus::LiftedWithPolicy, Some(2018));
const POOR: (PovertyStatus, Option<i64>) = (PovertyStatus::Poor, None);

#[tokio::test]
async fn lifted_households_that_a_roster_calls_poor_are_one_question() {
    let (server, office) = TestServer::start_with_office().await;
    let all = [lifted("R1"), lifted("R2"), lifted("R3")];
    office.import(HOUSEHOLDS, roster_of(&all)).await;
    let file = roster_of(&[poor(&all[0]), poor(&all[1]), all[2].clone()]);
    let preview = office.preview(HOUSEHOLDS, file.clone()).await;
    let [question] = &preview["conflicts"].as_array().unwrap()[..] else {
        panic!("{preview:#}");
    };
    assert_eq!(question["kind"], "unlifted");
    assert!(question["question"].as_str().unwrap().contains("有 2 户"));
    office
        .commit(&preview)
        .await
        .expect_problem(422, "import_undecided");
    // Accepted as it is proposed, they stay lifted, with their year.
    let yes = office.decide(&preview, &[("unlifted", true)]).await;
    assert_eq!(yes["households"]["unchanged"], 3, "{yes:#}");
    office.commit(&yes).await.expect(200);
    assert_eq!(statuses(&server).await, [LIFTED; 3]);
    // Or they are poor again, and have no year; the undo gives it back.
    let preview = office.preview(HOUSEHOLDS, file.clone()).await;
    let not = answered(&office, &preview, "not_lifted").await;
    office.commit(&not).await.expect(200);
    assert_eq!(statuses(&server).await, [POOR, POOR, LIFTED]);
    office.post(&import_path(&not, "/undo")).await.expect(200);
    assert_eq!(statuses(&server).await, [LIFTED; 3]);
    // Refused, they are left out.
    let preview = office.preview(HOUSEHOLDS, file).await;
    let no = office.decide(&preview, &[("unlifted", false)]).await;
    assert_eq!(no["households"]["left_out"], 2, "{no:#}");
}

#[tokio::test]
async fn no_to_the_question_whether_it_is_lifted_lifts_nothing_back_either() {
    let (server, office) = TestServer::start_with_office().await;
    let known = lifted("R1");
    office
        .import(HOUSEHOLDS, roster_of(std::slice::from_ref(&known)))
        .await;
    let mut file = RosterFile::households(&[poor(&known)]);
    let at = file
        .headings
        .iter()
        .position(|it| it == "脱贫属性")
        .unwrap();
    file.headings[at] = "是否脱贫".to_owned();
    for row in 0..file.rows.len() {
        file = file.with(row, "是否脱贫", "否");
    }
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(preview["conflicts"][0]["kind"], "unlifted", "{preview:#}");
    let yes = office.decide(&preview, &[("unlifted", true)]).await;
    office.commit(&yes).await.expect(200);
    assert_eq!(statuses(&server).await, [LIFTED]);
}

#[tokio::test]
async fn who_fell_back_or_was_poor_before_is_not_asked_about() {
    let (server, office) = TestServer::start_with_office().await;
    let before = [lifted("R1"), poor(&lifted("R2"))];
    office.import(HOUSEHOLDS, roster_of(&before)).await;
    let relapsed = HouseholdFacts {
        status: PovertyStatus::Relapsed,
        ..before[0].clone()
    };
    let file = roster_of(&[relapsed, before[1].clone()]);
    let preview = office.preview(HOUSEHOLDS, file).await;
    assert_eq!(preview["conflicts"], json!([]), "{preview:#}");
    office.commit(&preview).await.expect(200);
    let expected = [(PovertyStatus::Relapsed, Some(2018)), POOR];
    assert_eq!(statuses(&server).await, expected);
}

#[tokio::test]
async fn a_year_that_the_register_knows_is_not_missed_and_one_of_a_lifted_household_is_not_odd() {
    let (server, office) = TestServer::start_with_office().await;
    let of = |number: &str, year: Option<i64>| HouseholdFacts {
        lifted_year: year,
        ..lifted(number)
    };
    let file = [of("R1", Some(2018)), of("R2", None)];
    let preview = office.preview(HOUSEHOLDS, roster_of(&file)).await;
    let count = |report: &Value, code: &str| {
        let kinds = report["kinds"].as_array().unwrap().iter();
        let counts = kinds.filter(|it| it["code"] == code);
        counts.map(|it| it["count"].as_i64().unwrap()).sum::<i64>()
    };
    assert_eq!(count(&preview, "lifted_without_year"), 1, "{preview:#}");
    office.commit(&preview).await.expect(200);
    // Neither with an empty cell nor without the column is the year of the first missed.
    let empty = [of("R1", None), of("R2", None)];
    let with_column = RosterFile::households(&empty);
    for file in [with_column.clone(), with_column.without("脱贫年度")] {
        let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
        assert_eq!(count(&preview, "lifted_without_year"), 1, "{preview:#}");
    }
    // A year beside an empty status is that of a lifted household, and beside a poor one it is odd.
    let poor = HouseholdFacts {
        status: PovertyStatus::Poor,
        ..of("R3", Some(2019))
    };
    let mut file = RosterFile::households(&[of("R1", Some(2018)), poor]);
    for row in 0..2 {
        file = file.with(row, "脱贫属性", crate::support::Value::Nothing);
    }
    let preview = office.preview(HOUSEHOLDS, file.bytes()).await;
    assert_eq!(count(&preview, "year_without_lifted"), 1, "{preview:#}");
    assert!(codes(&preview).contains(&"year_without_lifted"));
    assert_eq!(statuses(&server).await[0], LIFTED);
}
