//! The year that the demo lives through, told as calls of the API in the order in which an office
//! makes them.

pub mod lifts;

use chrono::{Datelike, Days, NaiveDate};
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::client::{Client, DemoError};
use super::world::World;
use super::world::names::words_for;
use crate::code_list::CodeList;
use crate::household::{Cause, Measure};

/// Helpers who log their visits themselves; for the others the office does it.
const HELPERS_WITH_PHONES: usize = 36;
/// Requests under way at once, as of so many phones.
const PHONES_AT_ONCE: usize = 4;
/// Visits that a phone sends at once after a day without network.
const BATCH: usize = 40;
/// The password of the demo's helpers. It need not be secret: the helpers are fictional.
pub const HELPER_PASSWORD: &str = "qianshou-demo";

/// The year of the story, and the day on which it is told.
#[derive(Clone, Copy)]
pub struct When {
    /// Its first day.
    pub from: NaiveDate,
    /// The day as of which progress is counted.
    pub as_of: NaiveDate,
}

impl When {
    /// The year up to today; in its first two months, the whole year before.
    pub fn at(today: NaiveDate) -> Self {
        let year = today.year() - i32::from(today.month() <= 2);
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(today);
        let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(today);
        Self {
            from: first,
            as_of: last.min(today),
        }
    }

    /// The calendar year of `from`.
    pub fn year(self) -> i32 {
        self.from.year()
    }

    fn days(self) -> u64 {
        u64::try_from((self.as_of - self.from).num_days()).unwrap_or(1)
    }
}

/// One pair of the run that was confirmed.
struct Pair {
    household_id: String,
    staff_id: String,
}

/// Links units to the villages they serve.
pub async fn link_units(office: &Client, world: &World) -> Result<(), DemoError> {
    let units = office.get_all("/units?limit=200").await?;
    for (name, town, villages) in &world.links {
        let Some(id) = units
            .iter()
            .find(|unit| unit["name"] == *name)
            .and_then(|unit| unit["id"].as_str())
        else {
            continue;
        };
        let villages: Vec<_> = villages
            .iter()
            .map(|village| json!({ "town": town, "village": village }))
            .collect();
        office
            .put(
                &format!("/units/{id}/villages"),
                &json!({ "villages": villages }),
            )
            .await?;
    }
    Ok(())
}

/// Proposes pairs and confirms them since the first day; gives the run as it was proposed.
pub async fn pair(office: &Client, when: When) -> Result<Value, DemoError> {
    let run = office.post("/pairing-runs", &json!({})).await?;
    let id = run["id"].as_str().unwrap_or_default();
    office
        .post(
            &format!("/pairing-runs/{id}/confirm"),
            &json!({ "from_date": when.from }),
        )
        .await?;
    Ok(run)
}

/// Logs a year of visits and sets plans, by the helpers and by the office for them; gives the number
/// of visits. One helper's name to log in with comes with it.
pub async fn visit(
    server: &str,
    office: &Client,
    when: When,
) -> Result<(usize, Option<String>), DemoError> {
    let mut pairs: Vec<Pair> = office
        .get_all("/pairings?current=true&limit=200")
        .await?
        .iter()
        .map(|pairing| Pair {
            household_id: text(pairing, "household_id"),
            staff_id: text(pairing, "staff_id"),
        })
        .collect();
    pairs.sort_by(|one, other| {
        (&one.staff_id, &one.household_id).cmp(&(&other.staff_id, &other.household_id))
    });
    let bar = ProgressBar::new(pairs.len() as u64).with_style(
        ProgressStyle::with_template("  走访 {bar:30} {pos}/{len} 户")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let people = pairs
        .chunk_by(|one, other| one.staff_id == other.staff_id)
        .enumerate();
    let logged = stream::iter(people)
        .map(|(index, own)| {
            let bar = &bar;
            async move {
                let (client, username) = if index < HELPERS_WITH_PHONES {
                    phone(server, office, &own[0].staff_id).await?
                } else {
                    (office.clone(), None)
                };
                let mut random = StdRng::seed_from_u64(index as u64);
                let mut count = 0;
                for pair in own {
                    count += care(&client, office, pair, when, &mut random).await?;
                    bar.inc(1);
                }
                Ok::<_, DemoError>((count, username))
            }
        })
        .buffered(PHONES_AT_ONCE)
        .try_collect::<Vec<_>>()
        .await?;
    bar.finish_and_clear();
    let visits = logged.iter().map(|(count, _)| count).sum();
    let helper = logged.into_iter().find_map(|(_, username)| username);
    Ok((visits, helper))
}

/// Makes an account for a helper and logs in with it.
async fn phone(
    server: &str,
    office: &Client,
    staff_id: &str,
) -> Result<(Client, Option<String>), DemoError> {
    let person = office.get(&format!("/staff/{staff_id}")).await?;
    let username = text(&person, "number");
    let account = json!({
        "username": username,
        "role": "helper",
        "staff_id": staff_id,
        "password": HELPER_PASSWORD,
    });
    office.post("/accounts", &account).await?;
    let client = Client::log_in(server, &username, HELPER_PASSWORD).await?;
    Ok((client, Some(username)))
}

/// One helper's year with one household: a plan and some visits.
async fn care(
    client: &Client,
    office: &Client,
    pair: &Pair,
    when: When,
    random: &mut StdRng,
) -> Result<usize, DemoError> {
    let id = &pair.household_id;
    let household = office.get(&format!("/households/{id}")).await?;
    let cause = household["main_cause"]
        .as_str()
        .and_then(Cause::from_code)
        .unwrap_or(Cause::Other);
    // One in eight households was forgotten this year, as it happens.
    let times = if random.random_range(0..8) == 0 {
        0
    } else {
        random.random_range(2..7)
    };
    let gap = when.days() / (times + 1).max(1);
    let days: Vec<_> = (1..=times)
        .map(|visit| when.from + Days::new(visit * gap + random.random_range(0..gap.max(1)) / 2))
        .collect();
    let measures = measures_for(cause);
    if times > 0 && random.random_range(0..4) > 0 {
        let plan = json!({
            "approach": words_for(cause).1,
            "measures": measures,
            "decided_on": days[0],
        });
        client
            .post(&format!("/households/{id}/plans"), &plan)
            .await?;
    }
    let visits: Vec<_> = days
        .iter()
        .enumerate()
        .map(|(index, day)| {
            json!({
                "idempotency_key": format!("demo-{id}-{index}"),
                "household_id": id,
                "visit": visit_on(*day, index == 0, cause, &measures, random),
            })
        })
        .collect();
    for batch in visits.chunks(BATCH) {
        let answer = client
            .post("/visits/batch", &json!({ "visits": batch }))
            .await?;
        let results = answer["results"].as_array().map_or(&[][..], Vec::as_slice);
        if let Some(refused) = results.iter().find(|result| result["status"] != 201) {
            return Err(DemoError::Refused {
                call: "/visits/batch".to_owned(),
                status: 0,
                body: refused.to_string(),
            });
        }
    }
    Ok(visits.len())
}

/// What is said of one visit. The first of the year goes through everything.
fn visit_on(
    day: NaiveDate,
    is_first: bool,
    cause: Cause,
    measures: &[Measure],
    random: &mut StdRng,
) -> Value {
    let kind = if is_first {
        "home"
    } else {
        pick(random, &["home", "home", "phone", "video"])
    };
    let mut visit = json!({
        "visited_on": day,
        "kind": kind,
        "met": pick(random, &["head", "head", "family"]),
        "situation_confirmed": is_first || random.random_range(0..3) == 0,
        "causes_confirmed": is_first,
        "measures": measures,
        "note": pick(random, &[
            "家中情况稳定，鼓励孩子继续学习",
            "查看住房和饮水，核对收入账目",
            "送去慰问品，讲解医保和低保政策",
            "联系镇上企业，推荐就近就业岗位",
        ]),
    });
    if is_first {
        visit["wishes"] = words_for(cause).0.into();
    }
    if kind == "home" && random.random_range(0..2) == 0 {
        visit["benefits"] = json!([benefit_for(cause, random)]);
    }
    visit
}

fn benefit_for(cause: Cause, random: &mut StdRng) -> Value {
    let (kind, yuan, description) = match cause {
        Cause::Schooling => ("school_aid", 500, "助学金"),
        Cause::Illness => ("medical", 800, "医疗救助"),
        Cause::LackOfSkill => ("training", 300, "技能培训补助"),
        _ => pick(
            random,
            &[
                ("money", 300, "慰问金"),
                ("goods", 200, "米油和棉被"),
                ("goods", 600, "鸡苗"),
            ],
        ),
    };
    json!({ "kind": kind, "amount_fen": yuan * 100, "description": description })
}

fn measures_for(cause: Cause) -> Vec<Measure> {
    match cause {
        Cause::Schooling => vec![Measure::Education, Measure::Employment],
        Cause::Illness => vec![Measure::Health],
        Cause::Disability => vec![Measure::DisabilityAid],
        Cause::LackOfLabour => vec![Measure::SocialAid],
        _ => vec![Measure::Industry, Measure::Finance],
    }
}

fn pick<T: Copy>(random: &mut StdRng, from: &[T]) -> T {
    from.choose(random).copied().unwrap_or(from[0])
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}
