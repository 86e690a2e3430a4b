//! The lifts of the year that the demo lives through.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::{When, text};
use crate::demo::client::{Client, DemoError};

/// How far each lift of the year goes: steps recorded after the proposal, and what then happens.
#[derive(Clone, Copy)]
enum Fate {
    Approved,
    Relapsed,
    Rejected,
    UnderWay(usize),
}

/// The lifts of the year: for each, the date of the proposal is spread over the year.
const FATES: [Fate; 27] = {
    use Fate::{Approved as A, Rejected as J, Relapsed as R, UnderWay as U};
    [
        A,
        A,
        A,
        J,
        A,
        A,
        A,
        A,
        R,
        A,
        A,
        A,
        A,
        A,
        A,
        A,
        A,
        A,
        A,
        A,
        A,
        U(4),
        U(3),
        U(2),
        U(2),
        U(1),
        U(0),
    ]
};

/// The steps after the proposal, with the days from it on which each is done and who does it.
const STEPS: [(&str, u64, &str); 5] = [
    ("village_review", 4, "村民代表会议"),
    ("verified", 9, "村两委和驻村工作队"),
    ("accepted", 12, "户主"),
    ("publicised", 14, "村委会"),
    ("approved", 23, "镇人民政府"),
];

/// Lifts households that fulfil the conditions, through all the steps; gives how many were begun.
pub async fn lift(office: &Client, when: When, line_fen: i64) -> Result<usize, DemoError> {
    let mut ready = Vec::new();
    for household in office.get_all("/households?paired=true&limit=200").await? {
        let id = text(&household, "id");
        if household["income_per_head_fen"].as_i64() > Some(line_fen) {
            let household = office.get(&format!("/households/{id}")).await?;
            if seems_ready(&household) {
                ready.push(id);
            }
        }
    }
    // The list is by town: every so manieth, so that each town has its share.
    let stride = (ready.len() / FATES.len()).max(1);
    let chosen: Vec<_> = ready.iter().step_by(stride).zip(FATES).collect();
    for (index, (id, fate)) in chosen.iter().copied().enumerate() {
        let days = when.days().saturating_sub(30) * (index as u64 + 1) / FATES.len() as u64;
        lift_one(office, id, fate, when.from + Days::new(days)).await?;
    }
    Ok(chosen.len())
}

/// Whether it is worth proposing: the register decides, step by step.
fn seems_ready(household: &Value) -> bool {
    let is_poor = ["poor", "relapsed"]
        .iter()
        .any(|status| household["status"] == *status);
    let is_safe = household["housing_safe"] == true && household["water_safe"] == true;
    is_poor && is_safe
}

async fn lift_one(
    office: &Client,
    household_id: &str,
    fate: Fate,
    proposed: NaiveDate,
) -> Result<(), DemoError> {
    let proposal =
        json!({ "date": proposed, "person": "村委会", "note": "收入稳定，达到退出条件" });
    let lift = office
        .post(&format!("/households/{household_id}/lifts"), &proposal)
        .await?;
    let path = format!("/lifts/{}", text(&lift, "id"));
    let steps = match fate {
        Fate::Approved | Fate::Relapsed => STEPS.len(),
        Fate::Rejected => 1,
        Fate::UnderWay(steps) => steps,
    };
    for (step, days, person) in &STEPS[..steps] {
        let mut report =
            json!({ "step": step, "date": proposed + Days::new(*days), "person": person });
        if *step == "verified" {
            report["no_worry_food"] = true.into();
            report["no_worry_clothing"] = true.into();
        }
        office.post(&format!("{path}/steps"), &report).await?;
    }
    match fate {
        Fate::Rejected => {
            let rejection = json!({
                "date": proposed + Days::new(9),
                "person": "驻村工作队",
                "reason": "务工收入不稳定，暂缓退出",
            });
            office
                .post(&format!("{path}/rejection"), &rejection)
                .await?;
        }
        Fate::Relapsed => {
            let relapse =
                json!({ "date": proposed + Days::new(60), "reason": "户主突发大病，刚性支出骤增" });
            office.post(&format!("{path}/relapse"), &relapse).await?;
        }
        Fate::Approved | Fate::UnderWay(_) => {}
    }
    Ok(())
}
